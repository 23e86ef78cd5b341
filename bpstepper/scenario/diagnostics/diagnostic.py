"""Diagnostics: what is wrong with an input, where, and what to do about it.

A diagnostic is data; `render_diagnostics` turns it into text, and `scenario_error` raises it. This
module also owns `printable`, which keeps control characters of a file from reaching anybody's
terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

__all__ = [
    "Diagnostic",
    "Place",
    "Severity",
    "did_you_mean",
    "first_unsafe",
    "printable",
    "shorten",
]

Severity = Literal["error", "warning"]

# C0 (without tab and newline), DEL and C1 drive terminals; the bidi controls reorder what is
# read; lone surrogates cannot be encoded, and the two separators break lines.
_UNSAFE_RANGES = (
    (0x00, 0x08),
    (0x0B, 0x1F),
    (0x7F, 0x9F),
    (0x061C, 0x061C),
    (0x200E, 0x200F),
    (0x202A, 0x202E),
    (0x2066, 0x2069),
)
_UNSAFE = frozenset(chr(code) for low, high in _UNSAFE_RANGES for code in range(low, high + 1))
_BREAKS = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}


def first_unsafe(text: str) -> str | None:
    """The first character that may not stand in any text of a scenario; None if all may."""
    if _UNSAFE.isdisjoint(text):
        return None
    return next(character for character in text if character in _UNSAFE)


def printable(text: str) -> str:
    r"""`text` with everything that could move a cursor written out, as `\x1b` or `\u202e`."""
    return text if text.isascii() and text.isprintable() else text.translate(_written_out())


@cache
def _written_out() -> dict[int, str]:
    """What is written for each character that may not be printed."""
    codes = (*map(ord, _UNSAFE), 0x2028, 0x2029, 0xFEFF, *range(0xD800, 0xE000))
    return {
        code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in codes
    } | _BREAKS


def shorten(text: str, width: int = 40) -> str:
    """`text`, printable, on one line and no longer than `width` characters."""
    # cut first: escaping a text of 100,000 characters would be for nothing
    text = printable(text[: width + 1])
    return text if len(text) <= width else text[: width - 1] + "…"


def did_you_mean(word: str, names: Iterable[str]) -> str | None:
    """The name nearest to `word`, if any is near."""
    import difflib  # only a file that is wrong needs it

    names = list(names)
    lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(word[:60].lower(), list(lower), n=1, cutoff=0.6)
    return lower[close[0]] if close else None


@dataclass(frozen=True)
class Place:
    """A stretch of one source line.

    Attributes:
        file: as it was given on the command line; `--set` for an override.
        line: counted from 1; None where the file as a whole is meant.
        column: counted from 1, in characters; None as above.
        length: how many characters to underline, at least 1.
        text: the source line itself, unescaped.
        label: a few words written after the underline.
    """

    file: str
    line: int | None = None
    column: int | None = None
    length: int = 1
    text: str = ""
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One thing that is wrong, or odd, with an input.

    Attributes:
        code: a stable name of the kind of problem, such as `unknown-key`.
        message: one sentence.
        place: where.
        second: the other place, where two conflict.
        help: a concrete fix; may be empty.
        expected: what would have been right; may be empty.
        got: what was there; may be empty.
        severity: "error", or "warning" where the file can be used as it is.
    """

    code: str
    message: str
    place: Place
    second: Place | None = None
    help: str = ""
    expected: str = ""
    got: str = ""
    severity: Severity = "error"

    @property
    def file(self) -> str:
        """The file it is about."""
        return self.place.file

    @property
    def line(self) -> int | None:
        """The line, counted from 1."""
        return self.place.line

    @property
    def column(self) -> int | None:
        """The column, counted from 1, in characters."""
        return self.place.column

    @property
    def length(self) -> int:
        """How many characters are meant."""
        return self.place.length

    @property
    def label(self) -> str:
        """What is written after the underline."""
        return self.place.label

    @property
    def position(self) -> tuple[str, int, int]:
        """What diagnostics are sorted by."""
        return (self.file, self.line or 0, self.column or 0)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
