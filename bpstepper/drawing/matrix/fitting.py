"""How one matrix fits into a room: which rows and columns are seen, and where they stand.

A drawing costs what is visible of the matrix, not what is there: everything here is arithmetic on
widths and counts. A `Frame` is the outcome from left to right, `RowsShown` from top to bottom.
What is then written into it is `matrix`'s; how several matrices share one line is `sharing`'s.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from bpstepper.drawing.charset import Charset
from bpstepper.drawing.text import Line, Span, clean, line_width, shorten, width
from bpstepper.number_format import Style

__all__ = [
    "Frame",
    "RowsShown",
    "Window",
    "extent",
    "fit",
    "is_bare",
    "lead_of",
    "rows_shown",
    "widest",
    "window",
]

_LONGEST_NAME = 16  # cells; what is longer is shortened even where there is room

Window = tuple[int, int]
"""The first row or column of some, and the one after the last."""


def extent(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of a drawing; a number alone has one of each.

    Raises:
        ValueError: `shape` has more than two axes.
    """
    if len(shape) > 2:
        raise ValueError(f"a matrix has at most two axes, not the {len(shape)} of {shape}")
    rows, columns = (1, 1, *shape)[-2:]
    return rows, columns


def is_bare(shape: tuple[int, ...]) -> bool:
    """Whether it is a number alone, which needs no brackets."""
    return extent(shape) == (1, 1)


def lead_of(row_names: tuple[str, ...], charset: Charset) -> int:
    """The cells of the row names and the blank after them."""
    return widest(row_names, charset) + 1 if row_names else 0


@lru_cache(maxsize=256)
def widest(names: tuple[str, ...], charset: Charset) -> int:
    """The cells of the widest of all names, seen or not: a scrolling window must not jump."""
    return min(_LONGEST_NAME, max((width(charset.translate(n)) for n in names), default=0))


def window(count: int, visible: int, focus: int) -> Window:
    """A window of `visible` out of `count`, with `focus` in its middle if it can."""
    visible = min(count, visible)
    first = max(0, min(focus - visible // 2, count - visible))
    return first, first + visible


# --- from left to right -----------------------------------------------------------------------


class Frame(NamedTuple):
    """Where things stand from left to right. Widths are in cells.

    Attributes:
        width: of everything.
        lead: row names and the blank after them; the opening bracket follows.
        brackets: 2, or 0 for a number alone.
        slot: a number and the blank, or mark, on each of its sides.
        column: a column: the slot, or more where names are wider.
        gap: between columns; at −1 the blank, or mark, between two of them belongs to both.
        inner: between the brackets.
        first: the first column drawn.
        last: the column after the last drawn.
        left_out: kept before the first and after the last column for the sign of more of them.
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
    left_out: tuple[int, int]
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
        return self.inner - sum(self.left_out) - taken - self.before if count else self.inner

    @property
    def start(self) -> int:
        """Where the first slot begins."""
        return self.lead + self.brackets // 2 + self.left_out[0] + self.before


@lru_cache(maxsize=1024)  # a person steps to and fro between few pages
def fit(
    shape: tuple[int, ...],
    style: Style,
    caption: str,
    row_names: tuple[str, ...],
    column_names: tuple[str, ...],
    charset: Charset,
    max_width: int | None = None,
    focus: int = 0,
    columns: Window | None = None,
    max_name: int | None = None,
) -> Frame:
    """The widest way of drawing that fits into `max_width`, or else the narrowest.

    Args:
        shape: of the matrix.
        style: of its numbers.
        caption: the text of its caption, or none.
        row_names: the names of all its rows, or none.
        column_names: the names of all its columns, or none.
        charset: Unicode or ASCII.
        max_width: cells for all of it.
        focus: the column around which there is a window where one is needed.
        columns: the window to draw where there is room for it; by default all columns.
        max_name: the most cells of a row's name.
    """
    _, count = extent(shape)
    if count == 0:
        column_names = ()
    slot = style.width + 2
    first, last = columns or (0, count)
    lead = lead_of(row_names, charset)
    lead = lead if max_name is None else min(lead, max_name + 1)
    frame = Frame(
        width=0, lead=lead, brackets=0 if is_bare(shape) else 2, slot=slot,
        column=slot, gap=2, inner=0, first=first, last=last,
        left_out=_left_out(first, last, count, charset), columns=count, caption=(),
        named=bool(column_names),
    )  # fmt: skip
    names = widest(column_names, charset)
    # Rather closer columns than shortened names, rather those than columns left out.
    ways = [(2, names), (1, names), (2, 0), (1, 0), (0, 0), (-1, 0)]
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


def _left_out(first: int, last: int, count: int, charset: Charset) -> tuple[int, int]:
    """The cells for the signs of columns left out, before and after a window."""
    sign = width(charset.left_out)
    return sign if first > 0 else 0, sign if last < count else 0


def _windowed(frame: Frame, focus: int, max_width: int, charset: Charset) -> Frame:
    """As many columns around `focus` as fit, at least one; numbers that do not fit read `…`.

    A number is never cut: 12.3 must not look like a 1.
    """
    frame = frame._replace(gap=1)
    if frame.columns > 0:
        fitted = _most_columns(frame, focus, max_width, charset)
        if fitted is None and frame.lead:
            fitted = _most_columns(frame._replace(lead=0), focus, max_width, charset)
        if fitted is not None:
            return fitted
    frame = frame._replace(lead=0, left_out=(0, 0), column=frame.slot)
    first, last = window(frame.columns, 1, focus)
    if max_width - frame.brackets < frame.slot:
        frame = frame._replace(slot=3, column=3, too_narrow=True, named=False)
    return _with_inner(frame._replace(first=first, last=last), False)


def _most_columns(frame: Frame, focus: int, max_width: int, charset: Charset) -> Frame | None:
    """The frame with the widest window that fits, its signs included; None if none does."""
    room = max_width - frame.lead - frame.brackets
    most = min(frame.columns, max(1, (room + frame.gap) // (frame.slot + frame.gap)))
    for count in range(most, 0, -1):
        first, last = window(frame.columns, count, focus)
        tried = frame._replace(
            first=first, last=last, column=frame.slot,
            left_out=_left_out(first, last, frame.columns, charset),
        )  # fmt: skip
        tried = _with_inner(tried, False)
        if tried.inner <= room:
            return tried
    return None


def _with_inner(frame: Frame, overhangs: bool) -> Frame:
    """`frame` with the width between its brackets; a last wide name may overhang the bracket."""
    count = frame.last - frame.first
    inner = sum(frame.left_out) + count * frame.column + max(0, count - 1) * frame.gap
    return frame._replace(inner=inner - (1 if overhangs and frame.brackets and count else 0))


def _with_caption(
    frame: Frame, caption: str, shape: tuple[int, ...], max_width: int | None, charset: Charset
) -> Frame:
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

    In too little room it moves to the left, then loses the shape, then its own end. The shape
    keeps two blanks before it, or it would read as an argument: `ReLU′(z¹) 3×2`.
    """
    if not caption:
        return ()
    text = charset.translate(clean(caption))
    size = charset.times.join(map(str, shape))
    cells = width(text)
    gap = 4 if cells + len(size) + 4 <= numbers else 2
    if max_width is not None and lead + cells + gap + len(size) > max_width:
        gap = 2
        if cells + gap + len(size) > max_width:
            size = ""
    taken = cells + (gap + len(size) if size else 0)
    if max_width is not None and lead + taken > max_width:
        lead = max(0, max_width - taken)
        text = shorten(text, max_width, charset.left_out)
    before: Line = (Span(" " * lead),) if lead else ()
    after: Line = (Span(" " * gap), Span(size, "shape")) if size else ()
    return (*before, Span(text, "caption"), *after)


# --- from top to bottom -------------------------------------------------------------------------


class RowsShown(NamedTuple):
    """Rows `first` to `last - 1`, and how many a line above and a line below them count."""

    first: int
    last: int
    above: int
    below: int


def rows_shown(rows: int, focus: int, max_rows: int | None) -> RowsShown:
    """Which rows fit into `max_rows` lines; when not all do, the lines are used up exactly."""
    if max_rows is None or rows <= max_rows:
        return RowsShown(0, rows, 0, 0)
    if max_rows <= 2:
        first, last = window(rows, 1, focus)
        return RowsShown(first, last, 0, rows - 1 if max_rows == 2 else 0)
    first, last = window(rows, max_rows - 2, focus)
    if first <= 1:  # a line that counts one row could as well be that row
        return RowsShown(0, max_rows - 1, 0, rows - max_rows + 1)
    if last >= rows - 1:
        return RowsShown(rows - max_rows + 1, rows, rows - max_rows + 1, 0)
    return RowsShown(first, last, first, rows - last)
