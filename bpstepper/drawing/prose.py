"""Prose: a scenario's Markdown and our own sentences, as paragraphs of spans and wrapped lines.

A terminal page needs little of Markdown: paragraphs, list items, headings, emphasis and code.
Links and HTML stay the text that they are, so that nothing a file says can act.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bpstepper.drawing.text import Line, Span, clean, line_width, width

__all__ = ["paragraphs", "wrap", "wrap_spans"]

_INLINE = re.compile(r"\*\*(\S(?:.*?\S)??)\*\*|\*([^\s*](?:.*?[^\s*])??)\*|`([^`]+)`")
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s+")


def paragraphs(text: str, role: str = "paragraph") -> list[Line]:
    """A Markdown text as paragraphs, each a line of spans of any length, safe to print.

    Emphasis, headings and code have the role "strong".
    """
    found: list[Line] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        for part in _parts(block):
            spans = tuple(_inline(clean(" ".join(part.split())), role))
            if spans:
                found.append(spans)
    return found


def _parts(block: str) -> Iterator[str]:
    """A block as one paragraph, or as its list items, one each."""
    part = ""
    for line in block.splitlines():
        if _ITEM.match(line.lstrip()):
            yield part
            part = "• " + _ITEM.sub("", line.lstrip(), count=1)
        elif line.lstrip().startswith("#"):
            yield part
            yield f"**{line.lstrip('# ').rstrip()}**"
            part = ""
        else:
            part += " " + line
    yield part


def _inline(text: str, role: str) -> Iterator[Span]:
    end = 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            yield Span(text[end : found.start()], role)
        yield Span(next(group for group in found.groups() if group), "strong")
        end = found.end()
    if end < len(text):
        yield Span(text[end:], role)


def wrap(text: str, columns: int, role: str, indent: str = " ") -> list[Line]:
    """One paragraph of plain text as lines of at most `columns` cells."""
    return wrap_spans((Span(clean(text), role),), columns, indent)


def wrap_spans(spans: Iterable[Span], columns: int, indent: str = " ") -> list[Line]:
    """One paragraph as lines of at most `columns` cells, broken between words where it can be."""
    room = max(columns - width(indent) - 1, 1)
    lines: list[list[Span]] = [[]]
    for word, role, glued in _words(spans):
        taken = line_width(lines[-1])
        gap = 0 if glued or not lines[-1] else 1
        if taken and taken + gap + width(word) > room and not glued:
            lines.append([])
            taken = gap = 0
        for piece in _pieces(word, room - taken - gap, room):
            if lines[-1] and line_width(lines[-1]) + gap + width(piece) > room:
                lines.append([])
                gap = 0
            lines[-1].append(Span(" " * gap + piece, role))
            gap = 0
    return [(Span(indent), *line) for line in lines]


def _words(spans: Iterable[Span]) -> Iterator[tuple[str, str, bool]]:
    """Words with their role, and whether they stick to the one before."""
    after_blank = True
    for text, role in spans:
        words = text.split()
        for position, word in enumerate(words):
            glued = position == 0 and not after_blank and not text[:1].isspace()
            yield word, role, glued
        if text:
            after_blank = text[-1:].isspace()


def _pieces(word: str, first: int, room: int) -> Iterator[str]:
    """A word, in pieces where it is wider than a whole line."""
    if width(word) <= max(first, room):
        yield word
        return
    piece = ""
    for character in word:
        if piece and width(piece + character) > room:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece
