"""A column times a row, drawn as the multiplication table that it is.

The row stands over the columns of the result and the column beside its rows, so that every cell
is the product of the two numbers that it is in line with.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpstepper.drawing.blocks import Block, grid
from bpstepper.drawing.matrix.fitting import lead_of
from bpstepper.drawing.matrix.matrix import draw_matrix
from bpstepper.drawing.matrix.parts import Part
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.styles import style_of
from bpstepper.drawing.text import Line, Span, crop
from bpstepper.drawing.text import width as cells_of
from bpstepper.engine.run.trace import Operation
from bpstepper.number_format import Style

__all__ = ["draw_table", "hidden_columns", "is_table"]

_GAP = 2


def is_table(operation: Operation) -> bool:
    """Whether an operation makes one number for each pair of a column's and a row's numbers."""
    shapes = [operand.value.shape for operand in operation.operands]
    if len(shapes) != 2 or any(len(shape) != 2 for shape in shapes):
        return False
    (rows, one), (other, columns) = shapes
    pairs = operation.result.value.shape == (rows, columns)
    return pairs and one == other == 1 and rows > 1 and columns > 1


def hidden_columns(parts: Sequence[Part], width: int, digits: int, look: RenderOptions) -> int:
    """How many columns of the result there is no room for."""
    result = parts[-1]
    slots = result.shape[1] * (style_of(result.quantity.value, look, digits).width + 4)
    if 2 * slots < width:  # without a doubt
        return 0
    first, last = draw_table(parts, width, 1, digits, look).places[-1].columns
    return result.shape[1] - (last - first)


def draw_table(
    parts: Sequence[Part], width: int, max_rows: int | None, digits: int, look: RenderOptions
) -> Block:
    """The table; its places are those of the column, of the row, of the result."""
    column, row, result = parts
    charset = look.charset
    focus = result.chosen[1] or ((column.chosen[1] or (0, 0))[0], (row.chosen[1] or (0, 0))[1])
    over_style, style = _same_width(
        [style_of(part.quantity.value, look, digits) for part in (row, result)]
    )
    side = draw_matrix(
        column.value, column.shape, caption=column.caption, row_names=column.rows,
        style=style_of(column.quantity.value, look, digits), marks=column.marks,
        changed=column.changed, seen=column.seen, focus=(focus[0], 0), max_rows=max_rows,
        max_width=max(width // 3, 1), charset=charset,
    )  # fmt: skip
    room = max(width - side.width - _GAP, 1)
    # what keeps the row above its products
    blank = (" " * (lead_of(result.rows, charset) - 1),) if result.rows else ()
    above = draw_matrix(
        row.value, row.shape, caption=row.caption, row_names=blank, column_names=row.terse,
        style=over_style, marks=row.marks, changed=row.changed, seen=row.seen,
        focus=(0, focus[1]), max_rows=1, max_width=room, charset=charset,
    )  # fmt: skip
    below = draw_matrix(
        result.value, result.shape, caption=result.caption, row_names=result.rows, style=style,
        marks=result.marks, changed=result.changed, seen=result.seen, focus=focus,
        max_rows=max_rows, max_width=room, charset=charset,
    )  # fmt: skip
    (under,) = grid([[side, below]], gap=_GAP, charset=charset)
    shift = side.width + _GAP
    total = max(under.width, shift + above.width)
    start = Span(" " * shift)
    lines = [crop((start, *_unnamed(line)), total) for line in above.lines]
    lines += [crop(line, total) for line in under.lines]
    height = len(above.lines)
    own, product = (place.moved(height, 0) for place in under.places)
    places = (own, above.places[0].moved(0, shift), product)
    return Block(tuple(lines), total, height + under.anchor, places=places)


def _same_width(styles: Sequence[Style]) -> list[Style]:
    """Styles of one width, with their points in one column."""
    whole = max(style.whole for style in styles)
    rest = max(style.rest for style in styles)
    return [style._replace(whole=whole, rest=rest) for style in styles]


def _unnamed(line: Line) -> Line:
    """A line of a matrix without the name of its row, which only kept its place."""
    return tuple(
        Span(" " * cells_of(span.text)) if position == 0 and span.role == "name" else span
        for position, span in enumerate(line)
    )
