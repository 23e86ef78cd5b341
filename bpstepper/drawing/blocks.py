"""Blocks: rectangles of text that know where their numbers stand, set side by side into lines.

`(W²)ᵀ · δ² = ∂C/∂a¹` is three blocks and two signs. A block keeps for each matrix in it a *place*,
by which a cell is found under a pointer without anything having been noted down while drawing.
What a matrix looks like inside its block is `matrix`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bpstepper.drawing.charset import UNICODE, Charset
from bpstepper.drawing.text import Line, Span, clean, crop, pad, width

__all__ = ["Block", "Cell", "Place", "beside", "grid"]

Cell = tuple[int, int]
"""The row and the column of an entry, both from 0."""


class Place(NamedTuple):
    """Where the cells of one matrix stand.

    Attributes:
        line: the line of its first row that is shown.
        column: where the slot of its first column that is shown begins.
        rows: the first row shown, and the row after the last.
        columns: the first column shown, and the column after the last.
        slot: cells of a number and of what stands on each of its sides.
        pitch: cells from one slot to the next.
    """

    line: int
    column: int
    rows: tuple[int, int]
    columns: tuple[int, int]
    slot: int
    pitch: int

    def moved(self, lines: int, columns: int) -> Place:
        """The same, so many lines further down and so many columns to the right."""
        return self._replace(line=self.line + lines, column=self.column + columns)

    def at(self, line: int, column: int) -> Cell | None:
        """The entry on this line whose slot covers this column."""
        row = self.rows[0] + line - self.line
        along, within = divmod(column - self.column, self.pitch)
        entry = self.columns[0] + along
        inside = self.rows[0] <= row < self.rows[1] and along >= 0 and entry < self.columns[1]
        return (row, entry) if inside and within < self.slot else None

    def of(self, cell: Cell) -> tuple[int, int] | None:
        """The line, and the column where the slot begins, of an entry; None if it is not shown."""
        (row, entry), (top, bottom), (first, last) = cell, self.rows, self.columns
        if not (top <= row < bottom and first <= entry < last):
            return None
        return self.line + row - top, self.column + (entry - first) * self.pitch


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of text: a matrix, or several of them side by side.

    From the top: caption lines, lines of column names, rows of numbers.

    Attributes:
        lines: all exactly `width` cells.
        width: cells of each line.
        anchor: the line on which a sign such as · or = goes.
        caption_lines: how many lines are captions.
        name_lines: how many lines after those are names of columns.
        places: of each matrix in it, from left to right.
    """

    lines: tuple[Line, ...]
    width: int
    anchor: int
    caption_lines: int = 0
    name_lines: int = 0
    places: tuple[Place, ...] = ()

    @property
    def top(self) -> int:
        """The line of the first row of numbers."""
        return self.caption_lines + self.name_lines


def beside(items: Sequence[Block | str], *, gap: int = 2, charset: Charset = UNICODE) -> Block:
    """Blocks and signs in one line: captions on one line, rows of numbers from the same line on.

    Args:
        items: blocks, and between them signs such as `·` and `=`, which go on the anchor line.
        gap: blanks between two items.
        charset: what alphabet the signs are written in.
    """
    return grid([items], gap=gap, charset=charset)[0]


def grid(
    rows: Sequence[Sequence[Block | str]], *, gap: int = 2, charset: Charset = UNICODE
) -> tuple[Block, ...]:
    """One block for each row, as `beside` makes it; items of the same index start in one column.

    So the lines of one equation stand below each other: `(W²)ᵀ · δ² = …` over `… ⊙ σ′(z¹) = δ¹`.
    """
    rows = [
        [charset.translate(clean(item)) if isinstance(item, str) else item for item in row]
        for row in rows
    ]
    widths = [0] * max(map(len, rows), default=0)
    for row in rows:
        for k, item in enumerate(row):
            widths[k] = max(widths[k], width(item) if isinstance(item, str) else item.width)
    return tuple(_joined(row, widths, gap) for row in rows)


def _joined(items: Sequence[Block | str], widths: Sequence[int], gap: int) -> Block:
    """`items` side by side, item k on `widths[k]` cells."""
    blocks = [item for item in items if isinstance(item, Block)]
    captions = max((block.caption_lines for block in blocks), default=0)
    names = max((block.name_lines for block in blocks), default=0)
    top = captions + names
    height = top + max((len(block.lines) - block.top for block in blocks), default=1)
    # The highest of the anchors: the one line that has a number in every block.
    anchor = top + min((block.anchor - block.top for block in blocks), default=0)
    sides: list[list[Line]] = []
    places: list[Place] = []
    start = 0
    for item, cells in zip(items, widths, strict=False):
        if isinstance(item, Block):
            sides.append(_stretched(item, cells, captions, names, height))
            places += [place.moved(top - item.top, start) for place in item.places]
        else:
            blank: Line = (Span(" " * cells),)
            column = [blank] * height
            column[anchor] = (Span(pad(item, cells, "center"), "sign"),)
            sides.append(column)
        sides.append([(Span(" " * gap),)] * height)
        start += cells + gap
    sides = sides[:-1]
    total = sum(widths[: len(items)]) + gap * max(0, len(items) - 1)
    lines = tuple(
        tuple(span for line in parts for span in line if span.text)
        for parts in zip(*sides, strict=True)
    )
    return Block(lines or ((),) * height, total, anchor, captions, names, tuple(places))


def _stretched(block: Block, cells: int, captions: int, names: int, height: int) -> list[Line]:
    """The lines of `block` on `cells` cells and `height` lines, with so many heads of each kind."""
    blank: Line = (Span(" " * cells),)
    lines = [crop(line, cells) if block.width < cells else line for line in block.lines]
    spare_names = [blank] * (names - block.name_lines)
    spare_captions = [blank] * (captions - block.caption_lines)
    head = [
        *lines[: block.caption_lines],
        *spare_captions,
        *spare_names,
        *lines[block.caption_lines : block.top],
    ]
    rows = lines[block.top :]
    return [*head, *rows, *[blank] * (height - len(head) - len(rows))]
