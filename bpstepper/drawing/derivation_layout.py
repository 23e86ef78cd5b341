"""A derivation set on a page: formulas, the same with numbers, and values, each in its column.

The lines come from `explain.derivation.derive`; this module aligns them, puts the few words beside
a line where there is room and below it where there is not, and breaks what is too long for the
page.
"""

from __future__ import annotations

import numpy as np

from bpstepper.drawing.prose import wrap_spans
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, clean, crop, line_width, width
from bpstepper.explain.derivation.derive import Derivation, DerivationLine
from bpstepper.number_format import full, table

__all__ = ["render"]

_INDENT = 2
_DEEPEST = 12  # levels that are set in further; a narrow page has fewer
_GAP = 2
_EQUALS = "=  "


def render(derivation: Derivation, look: RenderOptions, columns: int) -> list[Line]:
    """The derivation on lines of at most `columns` cells: its title, then line by line."""
    page = _Page(derivation, look, columns)
    lines = page.title()
    for position in range(len(derivation.lines)):
        lines += page.line(position)
    return [line if line_width(line) <= columns else crop(line, columns) for line in lines]


class _Page:
    """The columns of one derivation."""

    def __init__(self, derivation: Derivation, look: RenderOptions, columns: int) -> None:
        self._derivation, self._look, self._columns = derivation, look, max(columns, 1)
        known = [line.value for line in derivation.lines if line.value is not None]
        texts = iter(_column(known, look))
        self._values = [
            "" if line.value is None else next(texts).rstrip() for line in derivation.lines
        ]
        widest = max(map(width, self._values), default=0)
        # where the sign before the values stands
        self._value_at = max(self._columns - 1 - widest - len(_EQUALS), 0)
        self._numbers = [self._spelled(line) for line in derivation.lines]
        self._lefts = [self._left(line) for line in derivation.lines]
        self._number_at = self._common_start()

    def title(self) -> list[Line]:
        """The number's name, its source's label, and all its digits."""
        found = self._derivation
        label = f" ({found.label})" if found.label else ""
        spans = (
            Span(self._text(f"{found.title}{label}"), "heading"),
            Span("  =  ", "sign"),
            Span(full(found.value, ascii=self._look.charset.ascii), "sum"),
        )
        line: Line = (Span(" "), *spans)
        return [line] if line_width(line) <= self._columns else wrap_spans(spans, self._columns)

    def line(self, position: int) -> list[Line]:
        """One line of the derivation, on as many of the page as it takes."""
        line = self._derivation.lines[position]
        left, numbers = self._lefts[position], self._numbers[position]
        result = self._result(position)
        taken, room = line_width(left), self._value_at - _GAP
        why = self._text(line.why)
        found: list[Line] = []
        beside = ""
        if why and not numbers:
            limit = room if result else self._columns - 1
            words = f"({why})"
            beside = words if taken + _GAP + width(words) <= limit else ""
        if numbers and taken + _GAP + width(numbers) > room:
            found += self._broken(line)
            left, taken = (), 0
        if taken > (room if result else self._columns - 1):
            found += self._broken(line)
            left, taken = (), 0
        spans: Line = left
        if numbers:
            start = max(taken + _GAP, min(self._number_at, room - width(numbers)), 0)
            spans = (*spans, Span(" " * (start - taken)), *self._sum_of(numbers))
        elif beside:
            spans = (*spans, Span(" " * _GAP), Span(beside, "why"))
        if result:
            blank = max(self._value_at - line_width(spans), 0)
            spans = (*spans, Span(" " * blank), *result)
        if spans:
            found.append(spans)
        if why and not beside:
            lead = " " * (self._lead(line) + 2 * _INDENT)
            found += wrap_spans((Span(why, "why"),), self._columns, lead)
        return found

    def _result(self, position: int) -> Line:
        """The value behind its sign; that of the last line is what was asked for."""
        if not self._values[position]:
            return ()
        last = position == len(self._values) - 1
        return (Span(_EQUALS, "sign"), Span(self._values[position], "sum" if last else "value"))

    def _left(self, line: DerivationLine) -> Line:
        """The name and its formula."""
        spans = [Span(" " * self._lead(line)), Span(self._text(line.name), self._role(line))]
        if line.formula:
            spans += [Span("  =  ", "sign"), Span(self._text(line.formula), "name")]
        return tuple(spans)

    def _role(self, line: DerivationLine) -> str:
        return "aside" if line.name.startswith("…") else "name"

    def _broken(self, line: DerivationLine) -> list[Line]:
        """The name and its formula without numbers, on several lines if need be."""
        lead = self._lead(line)
        spans = self._left(line)
        if line_width(spans) < self._columns:
            return [spans]
        return wrap_spans(spans[1:], self._columns, " " * lead)

    def _sum_of(self, numbers: str) -> Line:
        return (Span(_EQUALS, "sign"), Span(numbers.removeprefix(_EQUALS), "value"))

    def _spelled(self, line: DerivationLine) -> str:
        """The numbers behind their sign, or nothing; too many for a page are left out."""
        numbers = line.spelled(self._look.digits, ascii=self._look.charset.ascii)
        text = self._text(numbers)
        room = self._value_at - _GAP - len(_EQUALS) - 1
        return f"{_EQUALS}{text}" if text and width(text) <= room else ""

    def _common_start(self) -> int:
        """Where the numbers of most lines can begin, so that they read as a column."""
        room = self._value_at - _GAP
        starts = [
            line_width(left) + _GAP
            for left, numbers in zip(self._lefts, self._numbers, strict=True)
            if numbers and line_width(left) + _GAP + width(numbers) <= room
        ]
        return max(starts, default=4 * _INDENT)

    def _lead(self, line: DerivationLine) -> int:
        deepest = min(_DEEPEST, self._columns // 8)
        return 1 + _INDENT * min(line.indent, deepest)

    def _text(self, text: str) -> str:
        return self._look.charset.translate(clean(text))


def _column(values: list[float], look: RenderOptions) -> list[str]:
    """The values below each other, their decimal points in one column."""
    if not values:
        return []
    column = np.array(values, dtype=float)[:, None]
    return [row[0] for row in table(column, look.digits, ascii=look.charset.ascii)]
