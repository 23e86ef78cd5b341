"""The cells of a CSV text: where they stand, and what can be wrong with one.

Python's csv module says what is in a cell, not where it is. This module finds the characters of a
cell again, when there is something to say about it, and owns what is said about a cell that should
be a number.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import NamedTuple

from bpstepper.scenario.diagnostics.diagnostic import Place
from bpstepper.scenario.diagnostics.diagnostic_collector import Source
from bpstepper.scenario.diagnostics.spans import Span

__all__ = ["CellProblem", "CsvPlaces", "problem_of"]

_FIELD = re.compile(r' *(?:"(?:[^"]|"")*"?[^,\n]*|[^,\n]*)')
_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)


class CsvPlaces:
    """Where rows and cells of a CSV text stand. Rows are named by the line they start in."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def cell(self, line: int, column: int, label: str) -> Place:
        """The cell `column` (from 0) of the row that starts in `line`; its end if it has fewer."""
        text = self.source.text
        position = self.source.starts[line - 1]
        for _ in range(column):
            field = _FIELD.match(text, position)
            assert field is not None
            if not text.startswith(",", field.end()):
                break
            position = field.end() + 1
        field = _FIELD.match(text, position)
        assert field is not None
        found = field[0]
        if not found.strip():
            return self.source.place(Span(position, max(position + 1, field.end())), label)
        start = position + len(found) - len(found.lstrip())
        return self.source.place(Span(start, position + len(found.rstrip())), label)

    def line(self, line: int, label: str = "") -> Place:
        """The whole of a line."""
        start = self.source.starts[line - 1]
        end = self.source.text.find("\n", start)
        end = len(self.source.text) if end < 0 else end
        return self.source.place(Span(start, max(start + 1, end)), label)


class CellProblem(NamedTuple):
    """What is said of a cell; `{text}` is what is in it, `{where}` its column, `{fix}` a cure."""

    code: str
    message: str
    label: str
    help: str


_EMPTY = CellProblem(
    "missing-value", "a cell of {where} is empty", "empty", "fill it in, or delete the row"
)
_DECIMAL = CellProblem(
    "decimal-comma",
    "`{text}` in {where} has a comma for a decimal point",
    "use a dot",
    "use a dot: write {fix}",
)
_NOT_FINITE = CellProblem(
    "not-finite",
    "a cell of {where} must be a finite number, not `{text}`",
    "not finite in float64",
    "delete the row, or replace what is missing by a number",
)
_NO_NUMBER = CellProblem(
    "not-a-number",
    "`{text}` in {where} is not a number",
    "not a number",
    "write numbers as 0.5 or 1e-3; classes are numbered from 0",
)


def problem_of(text: str) -> CellProblem | None:
    """What is wrong with a cell that should be a number."""
    if not text:
        return _EMPTY
    if _COMMA.fullmatch(text):
        return _DECIMAL
    try:
        value = float(text)
    except ValueError:
        return _NO_NUMBER
    if not isfinite(value):
        return _NOT_FINITE
    return _NO_NUMBER if "_" in text else None
