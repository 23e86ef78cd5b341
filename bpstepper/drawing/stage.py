"""The stage: an equation as lines of matrices, each line one true equation.

`( W² )ᵀ · δ² = ∂C/∂a¹` stands over `∂C/∂a¹ ⊙ σ′(z¹) = δ¹`: operands in order, with their shapes,
units named, the cells marked that the chosen number is computed from. A transpose or a slope
appears as the operand it becomes; gone into, it has a line of its own. What a step has not
reached is an empty frame of the right shape. This module decides which lines there are and how
they share the room; what one matrix looks like is `matrix`'s.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from bpstepper.drawing.look import Look
from bpstepper.drawing.matrix import (
    Block,
    Cell,
    closest_width,
    draw_matrix,
    grid,
    minimum_width,
    natural_width,
)
from bpstepper.drawing.text import Line, Span, crop, shorten
from bpstepper.drawing.text import width as cells_of
from bpstepper.engine.network import Array
from bpstepper.engine.trace import Operation, Quantity, Step
from bpstepper.lesson.explain import heading
from bpstepper.lesson.naming import Naming
from bpstepper.lesson.provenance import Lit, lit_cells, prepares
from bpstepper.number_format import Style, measure
from bpstepper.session import Session

__all__ = ["draw_stage", "lines_of"]

_GAP = 2  # cells between the items of a line
_FEWEST_ROWS = 2  # of a matrix, before whole lines are left out
_NAMES = (None, None, 8, 4)  # cells of a row's name: as it is; without from and to; cut short


def lines_of(step: Step, operation: int | None) -> tuple[Operation, ...]:
    """The operations of a step that get a line of their own, in order.

    One that only prepares an operand (a transpose, a slope, a Jacobian) is shown as that operand,
    unless we have gone into the step and stand on it.
    """
    return tuple(
        candidate
        for position, candidate in enumerate(step.operations)
        if position == operation or not prepares(step, candidate)
    )


def draw_stage(
    session: Session, look: Look, width: int, height: int, marked: bool = True
) -> list[Line]:
    """The current step as at most `height` lines of at most `width` cells.

    Where `marked` is false, no cell is singled out.
    """
    step = session.step
    shown = lines_of(step, session.cursor.operation)
    naming = Naming(session.scenario, session.trace.samples)
    lit = lit_cells(step, session.operation, session.cell) if marked else {}
    reached = {
        operation.result.key: session.done(position)
        for position, operation in enumerate(step.operations)
    }
    drawing = _Drawing(naming, look, lit, reached, session.result.key)
    return _fit(drawing, step, shown, session.operation, width, height)


@dataclass(frozen=True)
class _Drawing:
    """What all matrices of one stage have in common."""

    naming: Naming
    look: Look
    lit: Lit
    reached: Mapping[str, bool]
    chosen: str
    wishes: dict[tuple[str, int], _Wish] = field(default_factory=dict)

    def marks(self, quantity: Quantity) -> dict[Cell, str]:
        """The cells to mark; of a Jacobian, those of the sample that is shown."""
        role = "target" if quantity.key == self.chosen else "source"
        cells = self.lit.get(quantity.key, frozenset())
        return {cell[-2:]: role for cell in sorted(cells) if len(cell) >= 2}  # type: ignore[misc]

    def sample(self, quantity: Quantity) -> int:
        """Which sample's Jacobian is shown: that of the chosen cell."""
        return min((cell[0] for cell in self.lit.get(quantity.key, ())), default=0)

    def matrix(
        self,
        quantity: Quantity,
        max_rows: int | None,
        max_width: int | None,
        terse: int = 0,
        style: Style | None = None,
        names: tuple[tuple[str, ...], tuple[str, ...]] | None = None,
    ) -> Block:
        """Draw a quantity; `style` and `names` are its own where they are left out."""
        value, own = _style(quantity.value, self.look)
        caption = "a⁰ = x" if quantity.symbol.kind == "x" else quantity.name.text
        if value.ndim == 3:
            sample = self.sample(quantity)
            if value.shape[0] > 1:
                caption += f" of {self.naming.sample(sample)}"
            value = value[sample]
            rows = columns = self.naming.along(quantity.axes[1])
        else:
            rows, columns = names or self.names(quantity, terse)
        pending = not self.reached.get(quantity.key, True)
        return draw_matrix(
            None if pending else value,
            value.shape,
            caption=caption,
            row_names=rows,
            column_names=columns,
            style=style or own,
            marks=self.marks(quantity),
            max_rows=max_rows,
            max_width=max_width,
            charset=self.look.charset,
        )

    def names(self, quantity: Quantity, terse: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What stands beside rows and over columns: in full, without from and to, cut short."""
        rows, columns = self.naming.rows_and_columns(quantity, terse > 0)
        most = _NAMES[terse]
        if most is not None:
            charset = self.look.charset
            rows = tuple(shorten(charset.translate(name), most, charset.left_out) for name in rows)
        return rows, columns

    def wish(self, quantity: Quantity, terse: int) -> _Wish:
        """The widths that a quantity could do with; found once for all attempts at a page."""
        key = (quantity.key, terse)
        if key not in self.wishes:
            self.wishes[key] = self._wish(quantity, terse)
        return self.wishes[key]

    def _wish(self, quantity: Quantity, terse: int) -> _Wish:
        value, style = _style(quantity.value, self.look)
        value = value[0] if value.ndim == 3 else value
        rows, columns = self.names(quantity, terse)
        charset, caption = self.look.charset, quantity.name.text
        natural = natural_width(
            value,
            value.shape,
            caption=caption,
            row_names=rows,
            column_names=columns,
            style=style,
            charset=charset,
        )
        close = closest_width(value, value.shape, row_names=rows, style=style, charset=charset)
        least = minimum_width(
            value, value.shape, caption=caption, row_names=rows, style=style, charset=charset
        )
        return _Wish(natural, min(max(close, least), natural), min(least, natural))


class _Wish(NamedTuple):
    """Cells: with air, with every column, with one column."""

    natural: int
    close: int
    least: int


_styles: OrderedDict[tuple[int, int, bool], tuple[Array, Style]] = OrderedDict()


def _style(value: Array, look: Look) -> tuple[Array, Style]:
    """How a matrix's numbers are written, measured once for each array of a trace."""
    key = (id(value), look.digits, look.charset.ascii)
    known = _styles.get(key)
    if known is None or known[0] is not value:  # the array is held, so its id stays its own
        known = _styles[key] = (value, measure(value, look.digits, ascii=look.charset.ascii))
        while len(_styles) > 256:
            _styles.popitem(last=False)
    return known


def _fit(
    drawing: _Drawing,
    step: Step,
    shown: Sequence[Operation],
    current: Operation,
    width: int,
    height: int,
) -> list[Line]:
    """The lines with as much air, and as many rows, as the height allows."""
    if height < 1 or width < 1:
        return []

    @cache
    def blocks(rows: int | None) -> tuple[Block, ...]:
        return _blocks(drawing, shown, width, rows)

    def written(rows: int | None, air: int, headed: bool) -> list[Line]:
        return _written(drawing.look, step, shown, blocks(rows), width, air, headed)

    if _tallest(shown) <= height:
        for air, headed in ((1, True), (0, True), (0, False)):
            lines = written(None, air, headed)
            if len(lines) <= height:
                return lines
    for headed in (True, False):
        # The tallest matrices give way first: all lines get the same most rows.
        for rows in range(min(_tallest(shown) - 1, height), _FEWEST_ROWS, -1):
            lines = written(rows, 0, headed)
            if len(lines) <= height:
                return lines
    lines = written(_FEWEST_ROWS, 0, False)
    if len(lines) <= height:
        return lines
    if len(shown) > 1:  # not even so: the line we stand on and those next to it
        at = next((i for i, op in enumerate(shown) if op is current), len(shown) - 1)
        fewer = shown[1:] if at > 0 else shown[:-1]
        return _fit(drawing, step, fewer, current, width, height)
    return lines[:height]


def _tallest(shown: Sequence[Operation]) -> int:
    heights = [
        quantity.value.shape[-2] if quantity.value.ndim else 1
        for op in shown
        for quantity in (*op.operands, op.result)
    ]
    return max(heights)


def _blocks(
    drawing: _Drawing, shown: Sequence[Operation], width: int, max_rows: int | None
) -> tuple[Block, ...]:
    """The matrices of each line, with given room for each of them."""
    rows = [_items(drawing, operation, width - 2, max_rows) for operation in shown]
    charset = drawing.look.charset
    if len(shown) == 1 and _is_outer_product(shown[0]):
        return (_table(drawing, shown[0], width - 2, max_rows),)
    if len({tuple(isinstance(item, str) for item in row) for row in rows}) == 1:
        blocks = tuple(grid(rows, gap=_GAP, charset=charset))
        if all(block.width <= width - 2 for block in blocks):
            return blocks
    # columns in common are for lines of one build, where there is room
    return tuple(grid([row], gap=_GAP, charset=charset)[0] for row in rows)


def _written(
    look: Look,
    step: Step,
    shown: Sequence[Operation],
    blocks: Sequence[Block],
    width: int,
    air: int,
    headed: bool,
) -> list[Line]:
    """The lines of an equation below each other, with or without what each of them does."""
    lines: list[Line] = []
    numbered = len(shown) > 1
    for number, (operation, block) in enumerate(zip(shown, blocks, strict=True), start=1):
        if lines:
            lines += [(Span(" " * width),)] * air
        if headed:
            text = heading(step, operation)
            text = f" {number}  {text}" if numbered else f" {text}"
            text = shorten(look.charset.translate(text), width, look.charset.left_out)
            lines.append(crop((Span(text, "heading"),), width))
        lines += [crop((Span("  "), *line), width) for line in block.lines]
    return lines


def _items(
    drawing: _Drawing, operation: Operation, width: int, max_rows: int | None
) -> list[Block | str]:
    """One operation as blocks and signs: `A · B = C`, `σ A = B`, `A ᵀ = B`."""
    glue = operation.kernel.glue
    quantities = [*operation.operands, operation.result]
    signs = [*glue, "="]
    taken = sum(len(sign) + _GAP for sign in signs if sign) + _GAP * (len(quantities) - 1)
    room = width - taken
    terse = 0
    wishes = [drawing.wish(quantity, terse) for quantity in quantities]
    if sum(wish.natural for wish in wishes) > room:  # rather shorter names than fewer columns
        terse = 1
        wishes = [drawing.wish(quantity, terse) for quantity in quantities]
    while terse + 1 < len(_NAMES) and sum(wish.least for wish in wishes) > room:
        terse += 1
        wishes = [drawing.wish(quantity, terse) for quantity in quantities]
    widths = _share(wishes, room)
    blocks = [
        drawing.matrix(quantity, max_rows, given, terse)
        for quantity, given in zip(quantities, widths, strict=True)
    ]
    for position, quantity in enumerate(quantities):
        # a window takes whole columns; what it leaves over may be another's next column
        left = room - sum(block.width for block in blocks)
        if left > 0 and blocks[position].width < wishes[position].natural:
            more = blocks[position].width + left
            blocks[position] = drawing.matrix(quantity, max_rows, more, terse)
    items: list[Block | str] = []
    for sign, block in zip(glue, blocks, strict=True):
        items += [sign, block] if sign else [block]
    items.insert(-1, "=")
    return items


def _is_outer_product(operation: Operation) -> bool:
    """Whether a product is a column times a row: one number for each pair."""
    shapes = [operand.value.shape for operand in operation.operands]
    return (
        operation.kernel.name == "matmul"
        and shapes[0][1] == 1
        and 1
        not in (
            shapes[0][0],
            shapes[1][1],
        )
    )


def _table(drawing: _Drawing, operation: Operation, width: int, max_rows: int | None) -> Block:
    """A column times a row as the multiplication table that it is.

    The row stands over the columns of the result and the column beside its rows, so that every
    cell is the product of the two numbers that it is in line with.
    """
    column, row = operation.operands
    result = operation.result
    styles = [_style(quantity.value, drawing.look)[1] for quantity in (row, result)]
    whole = max(style.whole for style in styles)
    rest = max(style.rest for style in styles)
    over_style, style = (own._replace(whole=whole, rest=rest) for own in styles)
    side = drawing.matrix(column, max_rows, width // 3)
    names, _ = drawing.naming.rows_and_columns(result, terse=True)
    blank = (max(names, key=cells_of, default=""),)
    _, over = drawing.naming.rows_and_columns(row, terse=True)
    room = width - side.width - _GAP
    above = drawing.matrix(row, 1, room, style=over_style, names=(blank, over))
    below = drawing.matrix(result, max_rows, room, style=style, names=(names, ()))
    (under,) = grid([[side, below]], gap=_GAP, charset=drawing.look.charset)
    shift = side.width + _GAP
    total = max(under.width, shift + above.width)
    lead = Span(" " * shift)
    lines = [crop((lead, *_unnamed(line)), total) for line in above.lines]
    lines += [crop(line, total) for line in under.lines]
    return Block(tuple(lines), total, len(above.lines) + under.anchor)


def _unnamed(line: Line) -> Line:
    """A line of a matrix without the name of its row, which only kept its place."""
    return tuple(
        Span(" " * cells_of(span.text)) if position == 0 and span.role == "name" else span
        for position, span in enumerate(line)
    )


def _share(wishes: Sequence[_Wish], room: int) -> list[int]:
    """Divide `room` cells: air goes first, widest first; then columns, evenly."""
    given = [wish.natural for wish in wishes]
    for position in sorted(range(len(given)), key=lambda i: -given[i]):
        if sum(given) > room:
            given[position] = wishes[position].close
    cap = min(max(given), max(room, 1))  # one that is wider has no room anyway
    while cap > 1 and sum(_capped(wishes, given, cap)) > room:
        cap -= 1
    return _capped(wishes, given, cap)


def _capped(wishes: Sequence[_Wish], given: Sequence[int], cap: int) -> list[int]:
    return [max(wish.least, min(own, cap)) for wish, own in zip(wishes, given, strict=True)]
