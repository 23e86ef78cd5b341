"""How the matrices of one line share its width.

A line that is too long is made shorter in steps, from what is missed least: air, the words `from`
and `to`, the names of rows that stand beside an earlier matrix already, the shapes; a significant
digit is next, which is the caller's choice for all lines; then columns are left out, the same ones
in every matrix in which they are the same index. What one matrix looks like in the room that it
is given is `matrix`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from bpstepper.drawing.blocks import Cell
from bpstepper.drawing.charset import Charset
from bpstepper.drawing.matrix.fitting import Window, extent, fit, is_bare, widest, window
from bpstepper.drawing.matrix.related import Directions
from bpstepper.drawing.text import clean, width
from bpstepper.number_format import Style

__all__ = ["Given", "Layout", "Outline", "lay_out"]


class Outline(NamedTuple):
    """What the room that a matrix needs depends on.

    Attributes:
        caption: what stands over it.
        shape: the shape that is shown.
        rows: the names of its rows.
        columns: the names of its columns, in full: `from h1`.
        terse: the same without the way: `h1`.
        style: of its numbers.
        chosen: the cell to have in view, if there is one.
        rank: how much that matters: 0 is the most.
    """

    caption: str
    shape: tuple[int, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    terse: tuple[str, ...]
    style: Style
    chosen: Cell | None = None
    rank: int = 1


class Given(NamedTuple):
    """What a matrix of a line is given.

    Attributes:
        width: cells.
        columns: the window of columns to draw; None for all.
        focus: the row and the column to have in view.
        terse: whether columns are named without the way.
        named: whether rows have their names beside them.
        name: the most cells of a row's name; None for as many as it has.
    """

    width: int
    columns: Window | None
    focus: Cell
    terse: bool
    named: bool
    name: int | None


class Layout(NamedTuple):
    """A whole line.

    Attributes:
        given: for each matrix.
        gap: blanks between two items.
        hidden: columns left out, of all matrices together.
        fewest: columns that are seen of the matrix with the fewest, where some are left out.
    """

    given: tuple[Given, ...]
    gap: int
    hidden: int = 0
    fewest: int = 0


class _Way(NamedTuple):
    """One step in making a line shorter.

    Attributes:
        name: the most cells of a row's name.
        first_only: whether only the first of matrices with the same rows names them.
        between: blanks between columns; see `Frame.gap`.
        gap: blanks between items.
        shapes: whether there has to be room for the shapes.
    """

    name: int | None
    first_only: bool
    between: int
    gap: int
    shapes: bool


_GAP = 2
_WAYS = (
    _Way(None, False, 1, _GAP, True),
    _Way(None, False, 0, _GAP, True),
    _Way(None, True, 0, _GAP, True),
    _Way(None, True, 0, 1, True),
    _Way(8, True, 0, 1, True),
    _Way(8, True, -1, 1, True),
    _Way(8, True, -1, 1, False),
    _Way(4, True, -1, 1, False),
)
_WINDOWED = (
    _Way(None, True, 1, _GAP, True),
    _Way(8, True, 0, 1, True),
    *_WAYS[-2:],
    _Way(0, True, -1, 1, False),
)
_FEW_COLUMNS = 3
_ENOUGH_COLUMNS = 4  # air is worth more than more of them


@lru_cache(maxsize=256)  # a person steps to and fro between few pages
def lay_out(
    parts: tuple[Outline, ...],
    along: tuple[Directions, ...],
    signs: tuple[str, ...],
    room: int,
    indent: int,
    charset: Charset,
) -> Layout:
    """Share `room` cells among the matrices of a line.

    Args:
        parts: the matrices, operands in order and then the result.
        along: which index the rows and the columns of each run along.
        signs: all that stands between, before and behind them.
        room: cells for the whole line, without its indent.
        indent: cells before it, which it may have, too.
        charset: Unicode or ASCII.
    """
    cells = [width(charset.translate(sign)) for sign in signs]
    line = _Line(parts, along, room, indent, charset, cells)
    natural = [line.natural(k, False) for k in range(len(parts))]
    if sum(natural) <= line.left(_GAP):
        return line.layout(natural, _WAYS[0], terse=False)
    natural = [line.natural(k, True) for k in range(len(parts))]
    for way in _WAYS:
        least = [line.need(k, way, None) for k in range(len(parts))]
        if sum(least) <= line.left(way.gap):
            return line.layout(_spread(least, natural, line.left(way.gap)), way)
    for way in _WINDOWED:
        windows = line.windows(way)
        least = [line.need(k, way, own) for k, own in enumerate(windows)]
        fewest = min((last - first for first, last in filter(None, windows)), default=0)
        enough = fewest >= _ENOUGH_COLUMNS or way in _WINDOWED[2:]
        if enough and sum(least) <= line.left(way.gap):
            break
    natural = [line.natural(k, True, own) for k, own in enumerate(windows)]
    room = max(line.left(way.gap), len(parts))
    return line.layout(_spread(_capped(least, room), natural, room), way, windows)


@dataclass(frozen=True)
class _Line:
    """The matrices of one line, with what their widths are reckoned from."""

    parts: Sequence[Outline]
    along: Sequence[Directions]
    room: int
    indent: int
    charset: Charset
    signs: Sequence[int]

    def left(self, gap: int) -> int:
        """Cells for matrices, without the signs and the blanks between all items.

        Where even those are short of air, the line has no indent any more.
        """
        room = self.room + (self.indent if gap < _GAP else 0)
        return room - sum(self.signs) - gap * (len(self.parts) + len(self.signs) - 1)

    def natural(self, k: int, terse: bool, columns: Window | None = None) -> int:
        """The cells of a matrix with all its names and air."""
        part = self.parts[k]
        names = part.rows, part.terse if terse else part.columns
        fitted = fit(part.shape, part.style, part.caption, *names, self.charset, columns=columns)
        return fitted.width

    def need(self, k: int, way: _Way, columns: Window | None) -> int:
        """The cells of a matrix in one way of drawing, of all columns or of a window of them."""
        fixed, caption = self.around(k, way)
        return max(fixed + self.inner(k, way, columns), caption)

    def inner(self, k: int, way: _Way, columns: Window | None) -> int:
        """The cells between the brackets."""
        slot, (_, count) = self.parts[k].style.width + 2, extent(self.parts[k].shape)
        first, last = columns or (0, count)
        signs = ((first > 0) + (last < count)) * len(self.charset.left_out)
        return signs + (last - first) * slot + max(0, last - first - 1) * way.between

    def around(self, k: int, way: _Way) -> tuple[int, int]:
        """The cells before and of the brackets, and those of the caption, however few columns."""
        part = self.parts[k]
        caption = width(self.charset.translate(clean(part.caption)))
        if way.shapes and part.shape:
            caption += 2 + len("×".join(map(str, part.shape)))
        return self.lead(k, way) + (0 if is_bare(part.shape) else 2), caption

    def lead(self, k: int, way: _Way) -> int:
        """The cells before the opening bracket."""
        if not self.named(k, way):
            return 0
        cells = widest(self.parts[k].rows, self.charset)
        return 1 + (cells if way.name is None else min(cells, way.name))

    def named(self, k: int, way: _Way) -> bool:
        """Whether a matrix has names beside its rows."""
        if not self.parts[k].rows or way.name == 0:
            return False
        before = [
            own[0] for own, part in zip(self.along[:k], self.parts, strict=False) if part.rows
        ]
        return not (way.first_only and self.along[k].rows in before)

    @cached_property
    def focus(self) -> dict[int, int]:
        """For each index, where to look: at the chosen cell, else where the result is marked."""
        ranked = [(part.rank, part.chosen, k) for k, part in enumerate(self.parts)]
        found: dict[int, int] = {}
        for _, cell, k in sorted(ranked, key=lambda one: (one[0], -one[2])):
            if cell is not None:
                for at, (index, offset) in zip(cell, self.along[k], strict=True):
                    found.setdefault(index, at + offset)
        return found

    def windows(self, way: _Way) -> list[Window | None]:
        """Columns for each matrix, as many as fit, the same for all that run along one index."""
        sizes = [extent(part.shape)[1] for part in self.parts]
        at = [max(0, self.focus.get(index, 0) - offset) for _, (index, offset) in self.along]
        counts: dict[int, int] = {}
        for k, (own, size) in enumerate(zip(self.along, sizes, strict=True)):
            most = max(1, self.room // (self.parts[k].style.width + 2))
            counts[own.columns.number] = max(counts.get(own.columns.number, 0), min(size, most))

        def windows() -> list[Window | None]:
            shown = [counts[index] for _, (index, _) in self.along]
            return [
                None if size <= own else window(size, own, focus)
                for size, own, focus in zip(sizes, shown, at, strict=True)
            ]

        around = [self.around(k, way) for k in range(len(self.parts))]
        room = self.left(way.gap)
        while True:
            shown = windows()
            least = [
                max(fixed + self.inner(k, way, shown[k]), caption)
                for k, (fixed, caption) in enumerate(around)
            ]
            able = [k for k, own in enumerate(self.along) if counts[own.columns.number] > 1]
            if sum(least) <= room or not able:
                return shown

            def order(k: int) -> tuple[bool, bool, bool, int]:
                many = counts[self.along[k].columns.number] > _FEW_COLUMNS
                windowed = shown[k] is not None  # noqa: B023 - called before the loop goes on
                return many and windowed, many, windowed, least[k]  # noqa: B023

            # rather fewer of many than the first to be left out of few
            counts[self.along[max(able, key=order)].columns.number] -= 1

    def layout(
        self,
        widths: Sequence[int],
        way: _Way,
        windows: Sequence[Window | None] | None = None,
        terse: bool = True,
    ) -> Layout:
        """The outcome."""
        windows = windows or [None] * len(self.parts)
        given = []
        hidden, fewest = 0, 0
        for k, (part, own) in enumerate(zip(self.parts, windows, strict=True)):
            rows, columns = extent(part.shape)
            cell = [max(0, self.focus.get(index, 0) - offset) for index, offset in self.along[k]]
            at = (min(cell[0], rows - 1), min(cell[1], columns - 1))
            given.append(Given(widths[k], own, at, terse, self.named(k, way), way.name))
            if own is not None:
                hidden += columns - (own[1] - own[0])
                fewest = min(fewest or columns, own[1] - own[0])
        return Layout(tuple(given), way.gap, hidden, fewest)


def _spread(least: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """What is left over goes to those that it makes whole, then to whoever can use it."""
    widths = list(least)
    left = room - sum(widths)
    for k in sorted(range(len(widths)), key=lambda k: natural[k] - least[k]):
        more = max(0, min(natural[k] - widths[k], left))
        widths[k] += more
        left -= more
    return widths


def _capped(least: Sequence[int], room: int) -> list[int]:
    """In too little room even for one column each: the widest give way."""
    cap = max(least)
    while cap > 1 and sum(min(cells, cap) for cells in least) > room:
        cap -= 1
    return [min(cells, cap) for cells in least]
