"""The two ways to say where something is: by its keys, and by its characters.

This module owns `Path` and `Span`, which everything that looks at a file speaks in, the
arithmetic from offsets to lines and columns, and a quick way to the headers of a text that is in
order. Finding the span of any path in any text is `locate`'s business, and takes longer.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Path", "Span", "headers", "line_starts", "position"]

Path = tuple[str | int, ...]
"""The keys and the indices (from 0) that lead to a value."""


class Span(NamedTuple):
    """A half-open stretch of a text, by offsets in characters."""

    start: int
    end: int


def line_starts(text: str) -> Sequence[int]:
    """The offset of the first character of every line."""
    starts = array("q", [0])  # of millions of lines, a list would be larger than the text
    starts.extend(match.end() for match in re.finditer("\n", text))
    return starts


def position(starts: Sequence[int], offset: int) -> tuple[int, int]:
    """Line and column, counted from 1, of an offset in a text whose lines start at `starts`."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


# strings and comments are consumed whole: there are no headers in them
_NO_HEADER = (
    r""""{3}(?:[^"\\]++|\\[\s\S]|"{1,2}(?!"))*+"{3,5}|'{3}(?:[^']++|'{1,2}(?!'))*+'{3,5}"""
    r"""|"(?:[^"\\\n]++|\\[^\n])*+"|'[^'\n]*+'|\#[^\n]*+"""
)


def headers(text: str, name: str) -> list[int]:
    """Where each header `[[name]]` of a text that is TOML stands: the offsets of its brackets.

    For what is as quick as this, and right: an array that is written otherwise has none.
    """
    pattern = rf"{_NO_HEADER}|^[ \t]*+(?P<header>\[\[[ \t]*{re.escape(name)}[ \t]*\]\])"
    found = re.finditer(pattern, text, re.MULTILINE)
    return [match.start("header") for match in found if match["header"]]
