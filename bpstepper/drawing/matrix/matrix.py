"""One matrix drawn as text: its caption, names and brackets, its numbers, and its marked cells.

Cells that have not been reached are empty, at the width of the numbers that will come. A drawing
costs what is visible of the matrix, not what is there: only its `Style` has to look at every
number, and a caller who scrolls measures once. Which rows and columns fit, and where they stand,
is decided in `fitting`; what the numbers say is `number_format`'s; several matrices beside each
other are `blocks`; which matrices a step shows is its caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.blocks import Block, Cell, Place, beside, grid
from bpstepper.drawing.charset import UNICODE, Charset
from bpstepper.drawing.matrix.fitting import (
    Frame,
    RowsShown,
    Window,
    extent,
    fit,
    rows_shown,
)
from bpstepper.drawing.text import Line, Span, clean, crop, pad, shorten, width
from bpstepper.number_format import Style, measure, table, typical

__all__ = [
    "Block",
    "Cell",
    "beside",
    "draw_matrix",
    "grid",
]

_NO_MARKS: Mapping[Cell, str] = MappingProxyType({})


def draw_matrix(
    values: NDArray[Any] | None,
    shape: tuple[int, ...],
    *,
    caption: str = "",
    row_names: Sequence[str] = (),
    column_names: Sequence[str] = (),
    digits: int = 4,
    style: Style | None = None,
    marks: Mapping[Cell, str] = _NO_MARKS,
    changed: NDArray[np.bool_] | None = None,
    seen: int | None = None,
    focus: Cell | None = None,
    columns: Window | None = None,
    max_rows: int | None = None,
    max_width: int | None = None,
    max_name: int | None = None,
    charset: Charset = UNICODE,
) -> Block:
    """A matrix under its caption and shape, with named rows and columns.

    Args:
        values: (r, c), or None for an empty frame of the same size, role "pending".
        shape: (r, c); (c,) is one row; () and (1, 1) are numbers without brackets.
        caption: such as `(W²)ᵀ`; "" for no caption line, and no shape.
        row_names: r names, or none.
        column_names: c names, or none.
        digits: significant digits, where no style is given.
        style: what `measure` said of all values; measured here if left out. With `values` None
            it keeps the frame as wide as the numbers that will come.
        marks: cells to draw between the glyphs that the charset has for a role, each with the
            role that its text gets. What is not seen yet reads `?`.
        changed: in the shape of `values`, the cells that have the charset's sign for a number
            that is another one than it was behind them, role "changed"; it needs no room.
        seen: how many cells, row by row, are seen; the others are empty. By default all of them.
        focus: the cell that must be seen; by default the first of `marks`.
        columns: the window of columns to draw, where `max_width` allows it.
        max_rows: lines for rows of numbers; the last or the first may count what is left out.
        max_width: cells for all of it.
        max_name: cells of a row's name; what is longer is shortened.
        charset: Unicode or ASCII.

    Returns:
        A block no wider than `max_width`, with at most `max_rows` rows, however small they are.

    Raises:
        ValueError: `shape` has more than two axes, or is not that of `values`.
    """
    rows, count = extent(shape)
    array = None if values is None else np.asarray(values, dtype=float).reshape(rows, count)
    max_rows = None if max_rows is None else max(1, max_rows)
    max_width = None if max_width is None else max(1, max_width)
    style = (style or _style(array, digits, charset))._replace(ascii=charset.ascii)
    focus = focus if focus is not None else next(iter(marks), (0, 0))
    names = tuple(row_names), tuple(column_names)
    frame = fit(shape, style, caption, *names, charset, max_width, focus[1], columns, max_name)
    shown = rows_shown(rows, focus[0], max_rows)
    seen = 0 if array is None else rows * count if seen is None else seen
    window = slice(shown.first, shown.last), slice(frame.first, frame.last)
    cells = None if array is None or not seen else table(array[window], style=style)
    if cells and cells[0] and len(cells[0][0]) > style.width:
        # The style was measured on other numbers; these need more room than the frame has.
        return draw_matrix(
            values, shape, caption=caption, row_names=row_names, column_names=column_names,
            digits=style.digits, marks=marks, changed=changed, seen=seen, focus=focus,
            columns=columns, max_rows=max_rows, max_width=max_width, max_name=max_name,
            charset=charset,
        )  # fmt: skip
    if frame.too_narrow and cells is not None:
        cells = [[charset.left_out[0]] * len(row) for row in cells]
    head = _head(frame, column_names, charset)
    body = [_more(frame, shown.above, charset)] if shown.above else []
    other = None if changed is None else changed.reshape(rows, count)
    body += _number_lines(frame, shown, cells, seen, row_names, marks, other, charset)
    body += [_more(frame, shown.below, charset)] if shown.below else []
    if not body:
        body = [((), (Span(" " * frame.inner),))]
    total = frame.width if max_width is None else min(frame.width, max_width)
    lines = [crop(line, total) for line in head]
    pending = array is None or (not seen and array.size > 0)
    lines += _bracketed(frame, body, total, charset, pending=pending)
    place = Place(
        len(head) + (1 if shown.above else 0), frame.start, (shown.first, shown.last),
        (frame.first, frame.last), frame.slot, frame.column + frame.gap,
    )  # fmt: skip
    return Block(
        lines=tuple(lines),
        width=total,
        anchor=len(head) + len(body) // 2,
        caption_lines=1 if frame.caption else 0,
        name_lines=1 if frame.named else 0,
        places=(place,),
    )


def _style(values: NDArray[Any] | None, digits: int, charset: Charset) -> Style:
    if values is None:
        return typical(digits, ascii=charset.ascii)
    return measure(values, digits, ascii=charset.ascii)


def _head(frame: Frame, column_names: Sequence[str], charset: Charset) -> list[Line]:
    """The caption line and the line of column names, where there are such."""
    head = [frame.caption] if frame.caption else []
    if not frame.named:
        return head
    indent = frame.start - frame.before
    cells = frame.column + min(frame.gap, 0)
    # Without a gap, a name that fills its column would touch the next.
    room = cells - (frame.gap <= 0)
    names = [
        pad(_name(column_names, j, room, charset), cells, "center")
        for j in range(frame.first, frame.last)
    ]
    text = (" " * frame.gap).join(names).rstrip()
    return [*head, (Span(" " * indent), Span(text, "name"))]


def _name(names: Sequence[str], index: int, cells: int, charset: Charset) -> str:
    """Name `index`, shortened to `cells`; a name that is missing is blank."""
    text = charset.translate(clean(names[index])) if index < len(names) else ""
    return shorten(text, cells, charset.left_out)


_Body = tuple[Line, Line]  # what stands before the opening bracket, and what between the brackets


def _number_lines(
    frame: Frame,
    shown: RowsShown,
    cells: list[list[str]] | None,
    seen: int,
    row_names: Sequence[str],
    marks: Mapping[Cell, str],
    changed: NDArray[np.bool_] | None,
    charset: Charset,
) -> list[_Body]:
    """The rows of numbers of the window, without their brackets."""
    before, after = frame.left_out
    more_left = Span(charset.left_out, "more") if before else Span("")
    more_right = Span(charset.left_out, "more") if after else Span("")
    start, between = Span(" " * frame.before), Span(" " * (frame.column - frame.slot + frame.gap))
    end = Span(" " * frame.row_end)
    empty = " " * (frame.slot - 2)
    unknown = pad("?", frame.slot - 2, "center")
    bodies: list[_Body] = []
    for i in range(shown.first, shown.last):
        spans = [more_left, start]
        shared = False  # whether the blank before a number is the mark of the one before it
        unseen = i * frame.columns >= seen if cells is not None else True
        partly = not unseen and (i + 1) * frame.columns > seen
        for j in range(frame.first, frame.last):
            role = marks.get((i, j))
            hidden = i * frame.columns + j >= seen if partly else unseen
            if cells is not None and not hidden:
                text = cells[i - shown.first][j - frame.first]
            else:
                text = empty if role is None else unknown
            left, right = (" ", " ") if role is None else charset.around(role)
            other = changed is not None and not hidden and bool(changed[i, j])
            if frame.gap < 0:
                left = "" if shared else left
                right = "" if role is None and j + 1 < frame.last else right
                shared = role is not None or other
            plain = "pending" if hidden else "value"
            right = "" if other else right
            spans.append(Span(f"{left}{text}{right}", plain if role is None else role or "mark"))
            if other:  # in place of the blank, or of the second half of a mark
                spans.append(Span(charset.changed, "changed"))
            spans.append(between)
        if frame.last > frame.first:
            spans.pop()
        spans += (end, more_right)
        bodies.append((_row_name(frame, row_names, i, charset), tuple(s for s in spans if s.text)))
    return bodies


def _row_name(frame: Frame, row_names: Sequence[str], i: int, charset: Charset) -> Line:
    """The name of row `i`, beside the opening bracket."""
    if frame.lead == 0:
        return ()
    name = _name(row_names, i, frame.lead - 1, charset)
    return (Span(pad(name, frame.lead - 1, "right") + " ", "name"),)


def _more(frame: Frame, count: int, charset: Charset) -> _Body:
    """A line that stands for `count` rows, as plainly as there is room to say it."""
    sign = charset.rows_left_out
    for text in (f" {sign} {count} more", f" {sign} {count}", f" {sign}"):
        if width(text) <= frame.inner:
            break
    return (), (Span(pad(text, frame.inner), "more"),)


def _bracketed(
    frame: Frame, body: Sequence[_Body], total: int, charset: Charset, *, pending: bool
) -> list[Line]:
    """The rows between their brackets, which close around all that is drawn; `total` cells."""
    role = "pending" if pending else "bracket"
    spare = total - frame.lead - frame.brackets - frame.inner
    after: Line = (Span(" " * spare),) if spare > 0 else ()
    lines: list[Line] = []
    for i, (name, inner) in enumerate(body):
        before = name or ((Span(" " * frame.lead),) if frame.lead else ())
        if frame.brackets:
            left, right = charset.bracket(i, len(body))
            line = (*before, Span(left, role), *inner, Span(right, role), *after)
        else:
            line = (*before, *inner, *after)
        lines.append(line if spare >= 0 else crop(line, total))
    return lines
