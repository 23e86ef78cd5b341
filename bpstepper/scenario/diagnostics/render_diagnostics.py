"""Diagnostics as plain text, in colour, and as JSON.

One diagnostic is a few lines: what is wrong, where, the source line with the place underlined,
and what to do. Whatever comes from a file is made printable here, so that no file can drive the
terminal it is complained about on. Underlines count terminal cells, not characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place, printable

__all__ = ["to_json", "to_text"]

_WIDTH = 100
_LEAD = 24  # how much of a cropped line is kept before its underline

_STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "message": "1",
    "gutter": "1;34",
    "second": "1;34",
    "help": "1;36",
}

_Paint = Callable[[str, str], str]


def to_text(
    diagnostics: Sequence[Diagnostic],
    *,
    omitted: int = 0,
    colour: bool = False,
    width: int = _WIDTH,
) -> str:
    """Diagnostics for people.

    Args:
        diagnostics: in the order to be told.
        omitted: how many more there were.
        colour: with the colours of a terminal.
        width: source lines are cropped to so many cells.
    """

    def paint(text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colour and text else text

    blocks = [_block(diagnostic, paint, width) for diagnostic in diagnostics]
    if omitted:
        blocks.append(paint(f"… and {omitted} more", "message"))
    return "\n\n".join(blocks)


def _block(diagnostic: Diagnostic, paint: _Paint, width: int) -> str:
    severity = diagnostic.severity
    head = paint(f"{severity}[{diagnostic.code}]", severity)
    lines = [f"{head}{paint(': ' + printable(diagnostic.message), 'message')}"]
    places: list[tuple[Place, str, str]] = [(diagnostic.place, "^", severity)]
    if diagnostic.second is not None:
        places.append((diagnostic.second, "-", "second"))
    margin = max(len(str(place.line or "")) for place, _, _ in places)
    lines.append(f"{' ' * margin}{paint('-->', 'gutter')} {_where(diagnostic.place)}")
    for index, (place, mark, style) in enumerate(places):
        if index and place.file != diagnostic.file:
            lines.append(f"{' ' * margin}{paint('-->', 'gutter')} {_where(place)}")
        if place.line is not None and (place.text or place.label):
            lines += _snippet(place, mark, style, margin, paint, width)
    if diagnostic.help:
        lines.append(f"{' ' * margin} {paint('help:', 'help')} {printable(diagnostic.help)}")
    return "\n".join(lines)


def _where(place: Place) -> str:
    position = "" if place.line is None else f":{place.line}:{place.column}"
    return f"{printable(place.file)}{position}"


def _snippet(
    place: Place, mark: str, style: str, margin: int, paint: _Paint, width: int
) -> list[str]:
    before, marked, after = _cropped(place, max(20, width - margin - 3))
    bar = paint("|", "gutter")
    number = paint(f"{place.line:>{margin}}", "gutter")
    underline = " " * _cells(before) + paint(mark * max(1, _cells(marked)), style)
    label = f" {paint(printable(place.label), style)}" if place.label else ""
    return [
        f"{' ' * margin} {bar}",
        f"{number} {bar} {before}{marked}{after}".rstrip(),
        f"{' ' * margin} {bar} {underline}{label}",
    ]


def _cropped(place: Place, width: int) -> tuple[str, str, str]:
    """The line in three parts, before, in and after the underline, no wider than `width`."""
    start = (place.column or 1) - 1
    end = start + place.length
    parts = (place.text[:start], place.text[start:end], place.text[end:])
    if len(place.text) <= width:
        before, marked, after = map(_shown, parts)
        if _cells(before) + _cells(marked) + _cells(after) <= width:
            return before, marked, after
    before = _tail(parts[0], _LEAD)
    marked, cut = _head(parts[1][: width + 1], width - _cells(before) - 1)
    if cut:
        return before, marked + "…", ""
    after, cut = _head(parts[2][: width + 1], width - _cells(before) - _cells(marked) - 1)
    return before, marked, after + ("…" if cut else "")


def _tail(text: str, cells: int) -> str:
    """The end of `text` that `cells` hold, with a … where something was left out."""
    for start in range(max(0, len(text) - cells), len(text) + 1):
        shown = _shown(text[start:])
        if _cells(shown) <= cells:
            return f"…{shown}" if start else shown
    return ""


def _head(text: str, cells: int) -> tuple[str, bool]:
    """As many characters as `cells` hold, and whether any were left over."""
    taken: list[str] = []
    used = 0
    for character in text:
        shown = _shown(character)
        used += _cells(shown)
        if used > cells:
            return "".join(taken), True
        taken.append(shown)
    return "".join(taken), False


def _shown(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _cells(text: str) -> int:
    from wcwidth import wcswidth

    return max(0, wcswidth(text))


def to_json(diagnostics: Sequence[Diagnostic], *, omitted: int = 0) -> dict[str, Any]:
    """Diagnostics for programs: plain values, with the same printable text."""
    return {
        "diagnostics": [
            {
                "code": diagnostic.code,
                "severity": diagnostic.severity,
                "message": printable(diagnostic.message),
                **_place(diagnostic.place),
                "second": _place(diagnostic.second) if diagnostic.second else None,
                "help": printable(diagnostic.help),
                "expected": printable(diagnostic.expected),
                "got": printable(diagnostic.got),
            }
            for diagnostic in diagnostics
        ],
        "omitted": omitted,
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "file": printable(place.file),
        "line": place.line,
        "column": place.column,
        "length": place.length,
        "label": printable(place.label),
    }
