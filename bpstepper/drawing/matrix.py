"""Matrices drawn as text, and set side by side into lines such as `(W²)ᵀ · δ² = ∂C/∂a¹`.

This module owns the look of a matrix: where its caption, names and brackets stand, how marked
cells look, which window of a big one is seen. A drawing costs what is visible of the matrix, not
what is there: only its `Style` has to look at every number, and a caller who scrolls measures
once. What the numbers say is `number_format`'s; which matrices a step shows is its caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.charset import UNICODE, Charset
from bpstepper.drawing.text import Line, Span, clean, crop, line_width, pad, shorten, width
from bpstepper.number_format import Style, measure, table, typical

__all__ = [
    "Block",
    "Cell",
    "beside",
    "closest_width",
    "draw_matrix",
    "grid",
    "minimum_width",
    "natural_width",
]

Cell = tuple[int, int]
"""The row and the column of an entry, both from 0."""

_LONGEST_NAME = 16  # cells; what is longer is shortened even where there is room
_NO_MARKS: Mapping[Cell, str] = MappingProxyType({})


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
    """

    lines: tuple[Line, ...]
    width: int
    anchor: int
    caption_lines: int = 0
    name_lines: int = 0

    @property
    def top(self) -> int:
        """The line of the first row of numbers."""
        return self.caption_lines + self.name_lines


# --- one matrix -------------------------------------------------------------------------------


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
    focus: Cell | None = None,
    max_rows: int | None = None,
    max_width: int | None = None,
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
        marks: cells to draw between ▐ and ▌, each with the role that its text gets. In an empty
            frame they read `?`.
        focus: the cell that must be seen; by default the first of `marks`.
        max_rows: lines for rows of numbers; the last or the first may count what is left out.
        max_width: cells for all of it.
        charset: Unicode or ASCII.

    Returns:
        A block no wider than `max_width`, with at most `max_rows` rows, however small they are.

    Raises:
        ValueError: `shape` has more than two axes, or is not that of `values`.
    """
    rows, columns = _extent(shape)
    array = None if values is None else np.asarray(values, dtype=float).reshape(rows, columns)
    max_rows = None if max_rows is None else max(1, max_rows)
    max_width = None if max_width is None else max(1, max_width)
    style = (style or _style(array, digits, charset))._replace(ascii=charset.ascii)
    focus = focus if focus is not None else next(iter(marks), (0, 0))
    frame = _frame(
        shape, style, caption, tuple(row_names), tuple(column_names), focus[1], max_width, charset
    )
    shown = _rows_shown(rows, focus[0], max_rows)
    window = slice(shown.first, shown.last), slice(frame.first, frame.last)
    cells = None if array is None else table(array[window], style=style)
    if cells and cells[0] and len(cells[0][0]) > style.width:
        # The style was measured on other numbers; these need more room than the frame has.
        return draw_matrix(
            values, shape, caption=caption, row_names=row_names, column_names=column_names,
            digits=style.digits, marks=marks, focus=focus, max_rows=max_rows,
            max_width=max_width, charset=charset,
        )  # fmt: skip
    if frame.too_narrow and cells is not None:
        cells = [[charset.left_out[0]] * len(row) for row in cells]
    head = _head(frame, column_names, charset)
    body = [_more(frame, shown.above, charset)] if shown.above else []
    body += _number_lines(frame, shown, cells, row_names, marks, charset)
    body += [_more(frame, shown.below, charset)] if shown.below else []
    if not body:
        body = [((), (Span(" " * frame.inner),))]
    total = frame.width if max_width is None else min(frame.width, max_width)
    lines = [crop(line, total) for line in head]
    lines += _bracketed(frame, body, total, charset, pending=array is None)
    return Block(
        lines=tuple(lines),
        width=total,
        anchor=len(head) + len(body) // 2,
        caption_lines=1 if frame.caption else 0,
        name_lines=1 if frame.named else 0,
    )


def natural_width(
    values: NDArray[Any] | None,
    shape: tuple[int, ...],
    *,
    caption: str = "",
    row_names: Sequence[str] = (),
    column_names: Sequence[str] = (),
    digits: int = 4,
    style: Style | None = None,
    charset: Charset = UNICODE,
) -> int:
    """The cells that `draw_matrix` takes for the same arguments when it has room for all."""
    style = style or _style(values, digits, charset)
    names = tuple(row_names), tuple(column_names)
    return _frame(shape, style, caption, *names, 0, None, charset).width


def closest_width(
    values: NDArray[Any] | None,
    shape: tuple[int, ...],
    *,
    row_names: Sequence[str] = (),
    digits: int = 4,
    style: Style | None = None,
    charset: Charset = UNICODE,
) -> int:
    """The fewest cells on which `draw_matrix` still draws every column, one blank apart."""
    style = style or _style(values, digits, charset)
    _, columns = _extent(shape)
    brackets = 0 if _is_bare(shape) else 2
    slots = columns * (style.width + 2) + max(0, columns - 1)
    return _lead(tuple(row_names), charset) + brackets + slots


def minimum_width(
    values: NDArray[Any] | None,
    shape: tuple[int, ...],
    *,
    caption: str = "",
    row_names: Sequence[str] = (),
    digits: int = 4,
    style: Style | None = None,
    charset: Charset = UNICODE,
) -> int:
    """The cells at which one column of numbers is still seen whole, and the caption too."""
    style = style or _style(values, digits, charset)
    _, columns = _extent(shape)
    brackets = 0 if _is_bare(shape) else 2
    left_out = 2 * width(charset.left_out) if columns > 1 else 0
    numbers = _lead(tuple(row_names), charset) + brackets + left_out + style.width + 2
    return max(numbers, width(charset.translate(clean(caption))))


def _style(values: NDArray[Any] | None, digits: int, charset: Charset) -> Style:
    if values is None:
        return typical(digits, ascii=charset.ascii)
    return measure(values, digits, ascii=charset.ascii)


def _extent(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of the drawing."""
    if len(shape) > 2:
        raise ValueError(f"a matrix has at most two axes, not the {len(shape)} of {shape}")
    rows, columns = (1, 1, *shape)[-2:]
    return rows, columns


def _is_bare(shape: tuple[int, ...]) -> bool:
    """Whether it is a number alone, which needs no brackets."""
    return _extent(shape) == (1, 1)


# --- its frame: everything that depends on widths ------------------------------------------------


class _Frame(NamedTuple):
    """Where things stand from left to right. Widths are in cells.

    Attributes:
        width: of everything.
        lead: row names and the blank after them; the opening bracket follows.
        brackets: 2, or 0 for a number alone.
        slot: a number and the blank, or mark, on each of its sides.
        column: a column: the slot, or more where names are wider.
        gap: between columns.
        inner: between the brackets.
        first: the first column drawn.
        last: the column after the last drawn.
        left_out: reserved at either end for the sign of columns left out; 0 if none is.
        columns: how many there are.
        caption: the caption line; empty for none.
        named: whether columns have names.
        too_narrow: whether not even one number fits.
    """

    width: int
    lead: int
    brackets: int
    slot: int
    column: int
    gap: int
    inner: int
    first: int
    last: int
    left_out: int
    columns: int
    caption: Line
    named: bool
    too_narrow: bool = False

    @property
    def before(self) -> int:
        """Blanks in a column before its slot."""
        return (self.column - self.slot) // 2

    @property
    def row_end(self) -> int:
        """Blanks after the last slot."""
        count = self.last - self.first
        taken = count * self.column + max(0, count - 1) * self.gap - (self.column - self.slot)
        return self.inner - 2 * self.left_out - taken - self.before if count else self.inner


def _frame(
    shape: tuple[int, ...],
    style: Style,
    caption: str,
    row_names: tuple[str, ...],
    column_names: tuple[str, ...],
    focus: int,
    max_width: int | None,
    charset: Charset,
) -> _Frame:
    """The widest way of drawing that fits into `max_width`, or else the narrowest."""
    _, columns = _extent(shape)
    if columns == 0:
        column_names = ()
    slot = style.width + 2
    frame = _Frame(
        width=0, lead=_lead(row_names, charset), brackets=0 if _is_bare(shape) else 2, slot=slot,
        column=slot, gap=2, inner=0, first=0, last=columns, left_out=0, columns=columns,
        caption=(), named=bool(column_names),
    )  # fmt: skip
    names = _widest(column_names, charset)
    # Rather closer columns than shortened names, rather those than columns left out.
    ways = [(2, names), (1, names), (2, 0), (1, 0), (0, 0)]
    leads = [frame.lead]
    if max_width is not None:
        leads.append(min(frame.lead, max_width // 3))
    for lead in leads:
        for gap, name_width in ways:
            whole = _with_inner(
                frame._replace(lead=lead, gap=gap, column=max(slot, name_width)), name_width > slot
            )
            if max_width is None or lead + whole.brackets + whole.inner <= max_width:
                return _with_caption(whole, caption, shape, max_width, charset)
    assert max_width is not None  # or else the first way would have done
    frame = _windowed(frame._replace(lead=leads[-1]), focus, max_width, charset)
    return _with_caption(frame, caption, shape, max_width, charset)


def _windowed(frame: _Frame, focus: int, max_width: int, charset: Charset) -> _Frame:
    """As many columns around `focus` as fit, at least one; numbers that do not fit read `…`.

    A number is never cut: 12.3 must not look like a 1.
    """
    frame = frame._replace(gap=1, left_out=width(charset.left_out) if frame.columns > 1 else 0)
    if max_width < frame.lead + frame.brackets + 2 * frame.left_out + frame.slot:
        frame = frame._replace(lead=0, left_out=0)
    room = max_width - frame.lead - frame.brackets - 2 * frame.left_out
    count = min(frame.columns, max(1, (room + frame.gap) // (frame.slot + frame.gap)))
    if room < frame.slot:
        frame = frame._replace(slot=3, too_narrow=True, named=False)
    frame = frame._replace(column=frame.slot)
    first = _window(frame.columns, count, focus)
    return _with_inner(frame._replace(first=first, last=first + count), False)


def _with_inner(frame: _Frame, overhangs: bool) -> _Frame:
    """`frame` with the width between its brackets; a last wide name may overhang the bracket."""
    count = frame.last - frame.first
    inner = 2 * frame.left_out + count * frame.column + max(0, count - 1) * frame.gap
    return frame._replace(inner=inner - (1 if overhangs and frame.brackets and count else 0))


def _with_caption(
    frame: _Frame, caption: str, shape: tuple[int, ...], max_width: int | None, charset: Charset
) -> _Frame:
    """`frame` with its caption line, and the width that both need."""
    numbers = frame.brackets + frame.inner
    # A number alone has a blank, or its mark, where a matrix has its bracket.
    lead = frame.lead + (0 if frame.brackets else 1)
    line = _caption_line(lead, numbers, caption, shape, max_width, charset)
    return frame._replace(caption=line, width=max(frame.lead + numbers, line_width(line)))


def _caption_line(
    lead: int,
    numbers: int,
    caption: str,
    shape: tuple[int, ...],
    max_width: int | None,
    charset: Charset,
) -> Line:
    """The caption above the opening bracket, then the shape: apart where the brackets leave room.

    In too little room it moves to the left, then loses the shape, then its own end.
    """
    if not caption:
        return ()
    text = charset.translate(clean(caption))
    size = charset.times.join(map(str, shape))
    if not size:
        return (Span(" " * lead), Span(text, "caption"))
    taken = width(text) + len(size)
    gap = 4 if taken + 4 <= numbers else 2
    if max_width is not None and lead + taken + gap > max_width:
        gap = 2 if lead + taken + 2 <= max_width else 1
        lead = max(0, min(lead, max_width - taken - 1))
        if taken + 1 > max_width:
            return (Span(shorten(text, max_width, charset.left_out), "caption"),)
    return (Span(" " * lead), Span(text, "caption"), Span(" " * gap), Span(size, "shape"))


def _lead(row_names: tuple[str, ...], charset: Charset) -> int:
    """The cells of the row names and the blank after them."""
    return _widest(row_names, charset) + 1 if row_names else 0


def _widest(names: tuple[str, ...], charset: Charset) -> int:
    """The cells of the widest of all names, seen or not: a scrolling window must not jump."""
    return min(_LONGEST_NAME, max((width(charset.translate(n)) for n in names), default=0))


def _window(count: int, visible: int, focus: int) -> int:
    """Where a window of `visible` out of `count` starts, with `focus` in its middle if it can."""
    return max(0, min(focus - visible // 2, count - visible))


# --- its rows ---------------------------------------------------------------------------------


class _RowsShown(NamedTuple):
    """Rows `first` to `last - 1`, and how many a line above and a line below them count."""

    first: int
    last: int
    above: int
    below: int


def _rows_shown(rows: int, focus: int, max_rows: int | None) -> _RowsShown:
    """Which rows fit into `max_rows` lines; when not all do, the lines are used up exactly."""
    if max_rows is None or rows <= max_rows:
        return _RowsShown(0, rows, 0, 0)
    if max_rows <= 2:
        first = _window(rows, 1, focus)
        return _RowsShown(first, first + 1, 0, rows - 1 if max_rows == 2 else 0)
    first = _window(rows, max_rows - 2, focus)
    last = first + max_rows - 2
    if first <= 1:  # a line that counts one row could as well be that row
        return _RowsShown(0, max_rows - 1, 0, rows - max_rows + 1)
    if last >= rows - 1:
        return _RowsShown(rows - max_rows + 1, rows, rows - max_rows + 1, 0)
    return _RowsShown(first, last, first, rows - last)


def _head(frame: _Frame, column_names: Sequence[str], charset: Charset) -> list[Line]:
    """The caption line and the line of column names, where there are such."""
    head = [frame.caption] if frame.caption else []
    if not frame.named:
        return head
    indent = frame.lead + frame.brackets // 2 + frame.left_out
    # Without a gap, a name that fills its column would touch the next.
    room = frame.column - (frame.gap == 0)
    names = [
        pad(_name(column_names, j, room, charset), frame.column, "center")
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
    frame: _Frame,
    shown: _RowsShown,
    cells: list[list[str]] | None,
    row_names: Sequence[str],
    marks: Mapping[Cell, str],
    charset: Charset,
) -> list[_Body]:
    """The rows of numbers of the window, without their brackets."""
    no_more = Span(" " * frame.left_out)
    more = Span(charset.left_out if frame.left_out else "", "more")
    more_left = more if frame.first > 0 else no_more
    more_right = more if frame.last < frame.columns else no_more
    start, between = Span(" " * frame.before), Span(" " * (frame.column - frame.slot + frame.gap))
    end = Span(" " * frame.row_end)
    empty = " " * (frame.slot - 2)
    unknown = pad("?", frame.slot - 2, "center")
    mark_left, mark_right = charset.mark
    bodies: list[_Body] = []
    for i in range(shown.first, shown.last):
        spans = [more_left, start]
        for j in range(frame.first, frame.last):
            role = marks.get((i, j))
            if cells is not None:
                text = cells[i - shown.first][j - frame.first]
            else:
                text = empty if role is None else unknown
            if role is not None:
                spans.append(Span(f"{mark_left}{text}{mark_right}", role or "mark"))
            else:
                spans.append(Span(f" {text} ", "pending" if cells is None else "value"))
            spans.append(between)
        if frame.last > frame.first:
            spans.pop()
        spans += (end, more_right)
        bodies.append((_row_name(frame, row_names, i, charset), tuple(s for s in spans if s.text)))
    return bodies


def _row_name(frame: _Frame, row_names: Sequence[str], i: int, charset: Charset) -> Line:
    """The name of row `i`, beside the opening bracket."""
    if frame.lead == 0:
        return ()
    name = _name(row_names, i, frame.lead - 1, charset)
    return (Span(pad(name, frame.lead - 1, "right") + " ", "name"),)


def _more(frame: _Frame, count: int, charset: Charset) -> _Body:
    """A line that stands for `count` rows, as plainly as there is room to say it."""
    sign = charset.rows_left_out
    for text in (f" {sign} {count} more", f" {sign} {count}", f" {sign}"):
        if width(text) <= frame.inner:
            break
    return (), (Span(pad(text, frame.inner), "more"),)


def _bracketed(
    frame: _Frame, body: Sequence[_Body], total: int, charset: Charset, *, pending: bool
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


# --- several, side by side -----------------------------------------------------------------------


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
    for item, cells in zip(items, widths, strict=False):
        if isinstance(item, Block):
            sides.append(_stretched(item, cells, captions, names, height))
        else:
            blank: Line = (Span(" " * cells),)
            column = [blank] * height
            column[anchor] = (Span(pad(item, cells, "center"), "sign"),)
            sides.append(column)
        sides.append([(Span(" " * gap),)] * height)
    sides = sides[:-1]
    total = sum(widths[: len(items)]) + gap * max(0, len(items) - 1)
    lines = tuple(
        tuple(span for line in parts for span in line if span.text)
        for parts in zip(*sides, strict=True)
    )
    return Block(lines or ((),) * height, total, anchor, captions, names)


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
