"""Curves over updates: several rows of numbers in one field, with what its edges stand for.

Curves are told apart without colour, by the sign that stands on each of them every few cells, and
by their names at the right. Where all numbers are above 0 and far apart the scale is a logarithm's.
Numbers that are not finite leave a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.network.canvas import BLANK, Page, braille
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, pad, width
from bpstepper.number_format import number

__all__ = ["Axes", "Curve", "draw_plot"]

_FAR = 10.0  # the largest by the smallest, from which a logarithm shows more
_EVERY = 12  # cells from one sign of a curve to the next
_LEAST = (24, 4)
_ROOM = 10  # cells of the field, for which names are left out

Grid = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """One row of numbers.

    Attributes:
        name: what it is called at its right end.
        values: (n,), one for each update.
        sign: what stands on it; one cell in both alphabets.
        role: of its line and its sign.
        updates: (n,), growing, from 1: of which update each number is; None: of 1, 2, 3 …
    """

    name: str
    values: Grid
    sign: str
    role: str
    updates: NDArray[np.intp] | None = None


@dataclass(frozen=True)
class Axes:
    """What is other than usual at the edges of a plot.

    Attributes:
        ends: what the lowest and the highest line stand for; None: the numbers' own ends.
        labels: how these two are written; None: as numbers.
        log: whether the scale is a logarithm's; None: where that shows more.
        cursor: the update that a line across stands at; None for no line.
        words: what is written below the middle; None: that these are updates.
    """

    ends: tuple[float, float] | None = None
    labels: tuple[str, str] | None = None
    log: bool | None = None
    cursor: int | None = None
    words: str | None = None


_USUAL = Axes()


def draw_plot(
    curves: Sequence[Curve],
    wanted: int,
    look: RenderOptions,
    columns: int,
    lines: int,
    updates: int | None = None,
    axes: Axes = _USUAL,
) -> list[Line]:
    """The curves on `lines` lines of `columns` cells, the last line for the updates.

    Args:
        curves: those after others are drawn over them.
        wanted: the update that the right edge stands for.
        look: how things are drawn.
        columns: cells of each line.
        lines: how many.
        updates: what is written at the right edge, where not every update has a number.
        axes: what is other than usual at the edges.

    Returns:
        The lines; none where there is no room, or no number to show.
    """
    if columns < _LEAST[0] or lines < _LEAST[1]:
        return []
    heights = [_heights(curve, wanted, 2 * columns) for curve in curves]
    finite = [row[np.isfinite(row)] for row in heights]
    seen = np.concatenate(finite) if finite else np.zeros(0)
    if not len(seen):
        return []
    low, high = axes.ends or (float(seen.min()), float(seen.max()))
    log = low > 0 and (high > _FAR * low if axes.log is None else axes.log)
    ascii_ = look.charset.ascii
    edges = axes.labels or tuple(number(x, 3, ascii=ascii_) for x in (low, high))
    lead = max(map(width, edges)) + 2
    names = max(width(curve.name) for curve in curves) + 3
    page = Page(columns, lines)
    if columns - lead - 1 - names < _ROOM:
        names = 0
    room = columns - lead - 1 - names
    field = _Field(page, lead + 1, room, lines - 1, low, high, log, wanted, ascii_)
    _frame(page, field, edges, lead, look)
    pointed = None if axes.cursor is None else field.cell(axes.cursor)
    if pointed is not None:
        for line in range(field.lines):
            page.put(line, field.left + pointed, look.charset.translate("│"), "pointer")
    ways = [field.way(curve) for curve in curves]
    for curve, way in zip(curves, ways, strict=True):
        field.draw(curve, way, look)
    for k, (curve, way) in enumerate(zip(curves, ways, strict=True)):
        field.mark(curve, way, k * _EVERY // len(curves), look)
    ends = [field.end(way) for way in ways]
    _named(page, field, curves, ends, look)
    middle = "update" + (" (C on a log scale)" if log else "")
    middle = look.charset.translate(middle if axes.words is None else axes.words)
    _below(page, field, f"{wanted if updates is None else updates:,}", middle, axes.cursor)
    return page.drawn()


def _heights(curve: Curve, wanted: int, wide: int) -> Grid:
    """The numbers that a curve will be drawn of: where they are placed, the means of neighbours."""
    if curve.updates is None or len(curve.values) <= wide:
        return curve.values
    return _means(curve.values, curve.updates, wanted, wide)[1]


def _means(
    values: Grid, updates: NDArray[np.intp], wanted: int, wide: int
) -> tuple[NDArray[np.intp], Grid]:
    """The columns, of `wide`, into which numbers fall, and the mean of each; NaN for none."""
    at = np.minimum(((updates - 0.5) * wide / max(wanted, 1)).astype(np.intp), wide - 1)
    counts = np.bincount(at, minlength=wide)
    known = np.flatnonzero(counts)
    with np.errstate(all="ignore"):
        means = (np.bincount(at, values, wide) / counts)[known]
    return known, np.where(np.isfinite(means), means, np.nan)


def _below(page: Page, field: _Field, last: str, middle: str, cursor: int | None) -> None:
    """The last line: the first and the last update, what they are, and that of the cursor."""
    line = field.lines
    if cursor is not None:
        told = f"{cursor:,}"
        most = field.columns - width(told)
        at = field.left + min(max(field.cell(cursor) - width(told) // 2, 0), max(most, 0))
        page.put(line, at, told, "pointer")
    for at, text in (
        (0, "1"),
        (field.columns - width(last), last),
        ((field.columns - width(middle)) // 2, middle),
    ):
        column = field.left + at
        if page.is_blank(line, column - 1, min(column + width(text), page.columns - 1)):
            page.put(line, column, text, "label")


def _frame(page: Page, field: _Field, edges: Sequence[str], lead: int, look: RenderOptions) -> None:
    bar = look.charset.translate("│")
    for line in range(field.lines):
        page.put(line, lead, bar, "axis")
    for line, text in ((0, edges[1]), (field.lines - 1, edges[0])):
        page.put(line, 0, pad(text, lead - 1, "right"), "label")


def _named(
    page: Page,
    field: _Field,
    curves: Sequence[Curve],
    ends: Sequence[int | None],
    look: RenderOptions,
) -> None:
    """The names at the right, each near the end of its curve, never two on one line."""
    taken: set[int] = set()
    column = field.left + field.columns + 1
    for curve, end in zip(curves, ends, strict=True):
        if end is None:
            continue
        near = sorted(range(field.lines), key=lambda line: abs(line - end))
        line = next((line for line in near if line not in taken), end)
        taken.add(line)
        sign = look.charset.translate(curve.sign)
        page.put(line, column, f"{sign} {look.charset.translate(curve.name)}", curve.role)


@dataclass(frozen=True)
class _Field:
    """The part of a page that the curves take, and what its edges stand for."""

    page: Page
    left: int
    columns: int
    lines: int
    low: float
    high: float
    log: bool
    wanted: int

    ascii: bool

    @property
    def _fine(self) -> tuple[int, int]:
        """Dots of a cell, across and down."""
        return (1, 1) if self.ascii else (2, 4)

    def cell(self, update: int) -> int:
        """The column, from the left of the field, that an update falls into."""
        at = int((update - 0.5) * self.columns / max(self.wanted, 1))
        return min(max(at, 0), self.columns - 1)

    def way(self, curve: Curve) -> NDArray[np.intp]:
        """The dot, from the top, of each column of dots; −1 where the curve has none."""
        across, down = self._fine
        wide = self.columns * across
        if curve.updates is None:
            heights = self._binned(curve.values, wide)
        else:
            heights = self._placed(curve.values, curve.updates, wide)
        return self._dots(heights, self.lines * down)

    def end(self, way: NDArray[np.intp]) -> int | None:
        """The line of a curve's right end; None where it has none."""
        known = np.flatnonzero(way >= 0)
        return int(way[known[-1]]) // self._fine[1] if len(known) else None

    def draw(self, curve: Curve, way: NDArray[np.intp], look: RenderOptions) -> None:
        """Put a curve on the page, without gaps where there are none in its numbers."""
        across, down = self._fine
        dots = np.zeros((self.lines * down, self.columns * across), dtype=bool)
        for x in np.flatnonzero(way >= 0):
            before = way[x - 1] if x and way[x - 1] >= 0 else way[x]
            low, high = sorted((int(before), int(way[x])))
            dots[low : high + 1, x] = True
        sign = look.charset.translate(curve.sign)
        codes = None if self.ascii else braille(dots)
        for y, x in np.argwhere(dots if codes is None else codes != BLANK):
            text = sign if codes is None else chr(codes[y, x])
            self.page.put(int(y), self.left + int(x), text, curve.role)

    def mark(self, curve: Curve, way: NDArray[np.intp], phase: int, look: RenderOptions) -> None:
        """Put its sign on a curve, every few cells."""
        across, down = self._fine
        for x in range(2 + phase, self.columns, _EVERY):
            at = int(way[x * across])
            if at >= 0:
                sign = look.charset.translate(curve.sign)
                self.page.put(at // down, self.left + x, sign, curve.role)

    def _binned(self, values: Grid, wide: int) -> Grid:
        """The mean of the numbers of each column of dots; NaN where there is none."""
        count = len(values)
        if self.wanted <= wide:  # fewer updates than dots: each is a stretch of its own
            at = np.minimum(np.arange(wide) * self.wanted // wide, self.wanted - 1)
            return np.where(at < count, values[np.minimum(at, count - 1)], np.nan)
        first = np.arange(wide) * self.wanted // wide
        first = first[first < count]
        with np.errstate(all="ignore"):
            sums = np.add.reduceat(values, first)
            means = sums / np.diff([*first, count])
        found = np.full(wide, np.nan)
        found[: len(first)] = np.where(np.isfinite(means), means, np.nan)
        return found

    def _placed(self, values: Grid, updates: NDArray[np.intp], wide: int) -> Grid:
        """The mean of the numbers of each column of dots, and a straight way between two."""
        found = np.full(wide, np.nan)
        if not len(values):
            return found
        known, means = _means(values, updates, self.wanted, wide)
        first, last = int(known[0]), int(known[-1]) + 1
        with np.errstate(all="ignore"):
            scaled = np.log(means) if self.log else means
            between = np.interp(np.arange(first, last), known, scaled)
            found[first:last] = np.exp(between) if self.log else between
        return found

    def _dots(self, heights: Grid, high: int) -> NDArray[np.intp]:
        """The dot of each height from the top; −1 for none."""
        low, top = np.log([self.low, self.high]) if self.log else (self.low, self.high)
        with np.errstate(all="ignore"):
            values = np.log(heights) if self.log else heights
            part = (values / 2 - low / 2) / (top / 2 - low / 2) if top > low else values * 0 + 0.5
        known = np.isfinite(part)
        up = np.minimum(np.floor(np.where(known, part, 0.0) * high), high - 1).astype(np.intp)
        return np.where(known, high - 1 - np.maximum(up, 0), -1)
