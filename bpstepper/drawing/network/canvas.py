"""A page to put texts on by line and column, and wires drawn on it from one column to another.

A page is a rectangle of terminal cells of which every one ends up as a piece of a `Line`. Wires
are made of dots, 2×4 a cell, or of ASCII signs; a wire in play is heavy, one with a negative
weight is dashed, so that neither needs a colour. What stands where is the callers' business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.text import Line, Span, clean, width

__all__ = ["BLANK", "HEAVY", "THIN", "Page", "Wires", "braille", "straight"]

HEAVY = {False: ("⠶⠶⠶⠶", "⠶ ⠶ "), True: ("****", "* * ")}
THIN = {False: ("⠒⠒⠒⠒", "⠒ ⠒ "), True: ("----", "....")}
"""By whether it is ASCII: what a wire looks like with a weight above 0, and with one below."""

_GROUND = frozenset(
    {"wire", "wire-negative", "wire-lit", "wire-lit-negative", "curve", "axis", "tangent"}
)
"""The roles of what texts may be put over."""

BLANK = 0x2800
"""The character without a dot; the others follow it."""
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_DASH = {False: (3, 6), True: (6, 10)}  # heavy or not: so many dots of so many


class Page:
    """`lines` lines of `columns` cells, blank at first."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = max(columns, 0), max(lines, 0)
        self._cells: list[list[tuple[str, str]]] = [
            [(" ", "")] * self.columns for _ in range(self.lines)
        ]

    def put(self, line: int, column: int, text: str, role: str = "") -> int:
        """Write a text over what is there, as far as it is on the page; where it ends."""
        if not 0 <= line < self.lines:
            return column + width(text)
        row, last = self._cells[line], -1
        for character in clean(text):
            cells = width(character)
            if cells == 0 and last >= 0:  # an accent goes where its letter is
                row[last] = (row[last][0] + character, role)
            elif cells and column >= 0 and column + cells <= self.columns:
                self._clear(row, column, cells)
                row[column], last = (character, role), column
                row[column + 1 : column + cells] = [("", role)] * (cells - 1)
            column += cells
        return column

    @staticmethod
    def _clear(row: list[tuple[str, str]], column: int, cells: int) -> None:
        """Blank the other half of a wide character that is about to lose one."""
        if row[column][0] == "":
            row[column - 1] = (" ", row[column - 1][1])
        after = column + cells
        if after < len(row) and row[after][0] == "":
            row[after] = (" ", row[after][1])

    def is_blank(self, line: int, first: int, last: int, over: bool = True) -> bool:
        """Whether the cells from `first` to `last` are on the page, with no text on them.

        With `over`, wires and curves count as blank.
        """
        if not (0 <= line < self.lines and first >= 0 and last < self.columns):
            return False
        return all(
            role == "" or (over and role in _GROUND)
            for _, role in self._cells[line][first : last + 1]
        )

    def drawn(self) -> list[Line]:
        """The page as lines, neighbours of one role being one span."""
        found = []
        for row in self._cells:
            spans: list[Span] = []
            for text, role in row:
                if spans and spans[-1].role == role:
                    spans[-1] = Span(spans[-1].text + text, role)
                else:
                    spans.append(Span(text, role))
            found.append(tuple(spans))
        return found


@lru_cache(maxsize=2048)
def straight(y0: float, y1: float, columns: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The dots (x, y) of a line from (0, y0) to (columns − 1, y1), without gaps; read-only.

    The same wires are drawn step after step.
    """
    steps = int(max(abs(y1 - y0) + 1, columns, 1))
    along = np.linspace(0.0, 1.0, steps) if steps > 1 else np.zeros(1)
    x = np.rint(along * (columns - 1)).astype(np.intp)
    y = np.rint(y0 + (y1 - y0) * along).astype(np.intp)
    x.setflags(write=False)
    y.setflags(write=False)
    return x, y


def braille(dots: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Dots (4h, 2w) as the code points of h × w characters."""
    high, wide = dots.shape[0] // 4, dots.shape[1] // 2
    cells = dots.reshape(high, 4, wide, 2)
    codes: NDArray[np.intp] = np.einsum("iajb,ab->ij", cells, _BITS, dtype=np.intp)
    return codes + BLANK


@dataclass
class Wires:
    """The wires between two columns of units, before they are drawn.

    Attributes:
        left: the page's column of the first cell between the units.
        columns: how many cells there are.
        top: the page's first line on which a unit may stand.
        lines: how many such lines.
        ascii: whether to keep to ASCII.
    """

    left: int
    columns: int
    top: int
    lines: int
    ascii: bool
    _added: list[tuple[int, int, bool, bool]] = field(default_factory=list)

    def add(self, start: int, end: int, negative: bool, lit: bool) -> None:
        """A wire from the unit on the line `start` to the one on the line `end`, of the page."""
        self._added.append((start - self.top, end - self.top, negative, lit))

    def line_at(self, start: int, end: int, cell: int) -> int:
        """On which line of the page a wire passes, `cell` cells from its left end."""
        part = (cell + 0.5) / max(self.columns, 1)
        return int(np.floor(start + (end - start) * part + 0.5))

    def draw(self, page: Page) -> None:
        """Put the wires on the page, those in play over the others."""
        if self.columns < 1 or self.lines < 1:
            return
        if self.ascii:
            self._signs(page)
        else:
            self._dots(page)

    def _dots(self, page: Page) -> None:
        shape = (2, 2, self.lines * 4, self.columns * 2)  # lit, negative
        dots = np.zeros(shape, dtype=bool)
        for start, end, negative, lit in self._added:
            self._line(dots[int(lit), int(negative)], start, end, negative, lit)
        codes = {
            lit: [braille(sheet) for sheet in (*dots[int(lit)], dots[int(lit)].any(axis=0))]
            for lit in (False, True)
        }
        for lit, role in ((False, "wire"), (True, "wire-lit")):
            positive, _, both = codes[lit]
            for y, x in np.argwhere(both != BLANK):
                named = role if positive[y, x] != BLANK else f"{role}-negative"
                page.put(self.top + int(y), self.left + int(x), chr(both[y, x]), named)

    def _line(
        self, sheet: NDArray[np.bool_], start: int, end: int, negative: bool, lit: bool
    ) -> None:
        x, y = straight(start * 4 + 1, end * 4 + 1, self.columns * 2)
        if negative:
            on, of = _DASH[lit]
            kept = np.arange(len(x)) % of < on
            x, y = x[kept], y[kept]
        sheet[y, x] = True
        if lit and abs(end - start) * 4 <= self.columns * 2:
            sheet[np.minimum(y + 1, sheet.shape[0] - 1), x] = True
        elif lit:
            sheet[y, np.minimum(x + 1, sheet.shape[1] - 1)] = True

    def _signs(self, page: Page) -> None:
        for start, end, negative, lit in sorted(self._added, key=lambda wire: wire[3]):
            x, y = straight(start, end, self.columns)
            for i in range(len(x)):
                turn = int(y[min(i + 1, len(y) - 1)] - y[i])
                sign = "-" if turn == 0 else "\\" if turn > 0 else "/"
                if lit:
                    sign = "*"
                elif negative:
                    sign = "."
                if lit and negative and i % 3 == 2:
                    continue
                role = ("wire-lit" if lit else "wire") + ("-negative" if negative else "")
                page.put(self.top + int(y[i]), self.left + int(x[i]), sign, role)
