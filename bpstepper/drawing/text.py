"""Text measured in terminal cells, and lines of it in which every piece says what it means.

A drawing is made of lines, a line of spans, and a span is a text with a *role*: a short word such
as "value" or "bracket" that names a meaning and leaves its looks to others. This module owns how
wide a text is, and how to make it fit. Text that came out of somebody's file passes `clean`
first: no control character gets through to a terminal, and what remains has one width, however a
terminal reckons.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

__all__ = [
    "Line",
    "Span",
    "clean",
    "crop",
    "line_width",
    "pad",
    "plain",
    "shorten",
    "width",
]


class Span(NamedTuple):
    """A piece of a line.

    Attributes:
        text: what to print, without control characters.
        role: what it means: "caption", "shape", "name", "value", "bracket", "mark", "pending",
            "sign", "more", or a word that the caller of a drawing gave; "" for mere space.
    """

    text: str
    role: str = ""


Line: TypeAlias = tuple[Span, ...]

_REPLACEMENT = "�"
# Joiners, variation selectors and skin tones change the width of their neighbours, and terminals
# disagree on how; the emoji they belong to stay.
_DISPUTED = re.compile("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]")
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """`text` with `�` for each control character, line break, bidirectional override and the like.

    Emoji lose their modifiers.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = _DISPUTED.sub("", text)
    return "".join(_REPLACEMENT if unicodedata.category(c) in _FORBIDDEN else c for c in kept)


@lru_cache(maxsize=4096)
def width(text: str) -> int:
    """How many terminal cells `text` takes once it is clean: 2 for 漢, 0 for a combining accent."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_character_width, clean(text)))


@lru_cache(maxsize=4096)
def _sized(text: str) -> tuple[str, int]:
    """A text once it is clean, and how many cells it takes then."""
    kept = clean(text)
    return kept, width(kept)


@lru_cache(maxsize=1024)
def _character_width(character: str) -> int:
    from wcwidth import wcwidth  # loaded only by those who need it

    return max(0, wcwidth(character))


def line_width(line: Iterable[Span]) -> int:
    """How many cells the spans take together."""
    return sum(width(span.text) for span in line)


def plain(line: Iterable[Span]) -> str:
    """The text of a line, without roles."""
    return "".join(span.text for span in line)


def pad(text: str, cells: int, align: Literal["left", "right", "center"] = "left") -> str:
    """`text` at one side, or in the middle, of exactly `cells` cells; cropped if it is longer."""
    text = clean(text)
    blank = cells - width(text)
    if blank < 0:
        return _start(text, cells)
    before = {"left": 0, "right": blank, "center": blank // 2}[align]
    return " " * before + text + " " * (blank - before)


def shorten(text: str, cells: int, ellipsis: str = "…") -> str:
    """`text`, or as much of it as fits into `cells` cells with an `ellipsis` behind it."""
    text = clean(text)
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    # An ellipsis without at least one letter says nothing.
    return _start(text, room).rstrip() + ellipsis if room > 0 else _start(text, cells)


def crop(line: Iterable[Span], cells: int) -> Line:
    """`line` as exactly `cells` cells: cut at the end, or filled with blanks.

    A wide character that would be cut in half becomes a blank.
    """
    spans: list[Span] = []
    room = max(0, cells)
    for span in line:
        text, taken = _sized(span.text)
        if taken > room:
            text = _start(text, room)
            taken = room
        if text:
            spans.append(span if text is span.text or text == span.text else Span(text, span.role))
        room -= taken
        if room == 0:
            break
    if room:
        spans.append(Span(" " * room))
    return tuple(spans)


def _start(text: str, cells: int) -> str:
    """The first `cells` cells of a clean text that has more, half a character being a blank."""
    if text.isascii():
        return text[: max(0, cells)]
    room = max(0, cells)
    for i, character in enumerate(text):
        taken = _character_width(character)
        if taken > room:
            return text[:i] + " " * room
        room -= taken
    return text
