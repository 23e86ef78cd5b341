"""Windows of matrices: what a drawing says of the rows and columns that it leaves out is true."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.drawing.charset import ASCII, UNICODE, Charset
from bpstepper.drawing.matrix.fitting import rows_shown, window
from bpstepper.drawing.matrix.matrix import draw_matrix
from bpstepper.drawing.text import plain
from tests.drawing.test_matrix import minimum_width
from tests.scenes import at, frame, opened
from tests.strategies import examples

MOST = 12


@pytest.mark.parametrize("rows", range(MOST + 1))
def test_every_row_is_shown_or_counted(rows: int) -> None:
    """For each number of rows, lines for them, and row in focus: all that can be asked."""
    for max_rows in (None, *range(1, MOST + 3)):
        for focus in range(max(rows, 1)):
            shown = rows_shown(rows, focus, max_rows)
            numbers = shown.last - shown.first
            lines = numbers + (shown.above > 0) + (shown.below > 0)
            assert 0 <= shown.first <= shown.last <= rows
            assert not rows or shown.first <= focus < shown.last
            if max_rows is None or rows <= max_rows:
                assert shown == (0, rows, 0, 0)
                continue
            assert lines == max_rows
            if max_rows >= 3:
                assert (shown.above, shown.below) == (shown.first, rows - shown.last)
                assert 1 not in (shown.above, shown.below)  # that row would need no more room
            else:  # one row, and at most one line that counts all others
                assert (numbers, shown.above, shown.below) == (1, 0, (max_rows - 1) * (rows - 1))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
@examples(100)
def test_a_window_is_full_and_has_its_focus_in_the_middle(
    count: int, visible: int, focus: int
) -> None:
    """As many as there is room for; as many before the focus as after it, but at the ends."""
    focus = min(focus, max(count - 1, 0))
    first, last = window(count, visible, focus)
    assert last - first == min(count, visible)
    assert 0 <= first <= last <= count
    if first < last:
        assert first <= focus < last
        if first > 0 and last < count:
            assert 0 <= (focus - first) - (last - 1 - focus) <= 1


@given(
    st.integers(1, 15), st.integers(1, 9), st.data(), st.integers(1, 16), st.integers(0, 60),
    st.sampled_from([UNICODE, ASCII]),
)  # fmt: skip
@examples(150)
def test_what_is_drawn_and_what_is_said_to_be_left_out_is_the_matrix(
    rows: int, columns: int, data: st.DataObject, max_rows: int, spare: int, charset: Charset
) -> None:
    """Read from the text alone: rows by their names, columns by theirs, hidden rows by the count.

    A sign stands before a row where columns are hidden on its left, after it where on its right.
    """
    focus = data.draw(st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1)))
    values = np.arange(float(rows * columns)).reshape(rows, columns) + 100
    names = [f"r{i}" for i in range(rows)]
    heads = [f"c{j}" for j in range(columns)]
    least = minimum_width(values, names, charset)
    block = draw_matrix(
        values, values.shape, row_names=names, column_names=heads, marks={focus: "cursor"},
        max_rows=max_rows, max_width=least + 6 + spare, charset=charset,
    )  # fmt: skip
    texts = [plain(line) for line in block.lines]
    own = [(int(found[1]), text) for text in texts if (found := re.match(r" *r(\d+)(?= |$)", text))]
    seen = [int(found) for found in re.findall(r"c(\d+)", texts[0])]
    assert seen == [*range(seen[0], seen[-1] + 1)]
    sign = re.escape(charset.rows_left_out)
    counts = [
        (line, int(found[1]))
        for line, text in enumerate(texts)
        if (found := re.search(rf"{sign} (\d+)", text))
    ]
    shown = [row for row, _ in own]
    assert shown == [*range(shown[0], shown[-1] + 1)]
    if max_rows >= 2:
        assert len(shown) + sum(count for _, count in counts) == rows
    first = texts.index(own[0][1])
    if max_rows >= 3:
        assert sum(count for line, count in counts if line < first) == shown[0]
        assert sum(count for line, count in counts if line > first) == rows - 1 - shown[-1]
    for row, text in own:
        numbers = [int(found) for found in re.findall(r"(?<![a-z\d])\d{3}", text)]
        assert numbers == [int(values[row, column]) for column in seen]
        left, _, right = text.partition(str(numbers[0]))
        assert (charset.left_out in left) == (seen[0] > 0)
        assert (charset.left_out in right) == (seen[-1] < columns - 1)


@pytest.mark.parametrize("size", [(60, 18), (120, 40)])
def test_a_step_counts_all_rows_of_its_matrices(size: tuple[int, int]) -> None:
    """On a whole screen of a network with 784 inputs and 100 units: names and counts add up."""
    looked_at = 0
    for step in ("z1", "W1_next"):
        session = opened("wide").go(step)
        for row in (0, 2, 50, 97, 99):
            here = at(session, 1, session.cursor.step)
            here = replace(here, cursor=here.cursor._replace(cell=(row, 0)))
            text = frame(here, *size)
            for block in re.findall(r"(?m)(?:^.*[⎡⎢⎣].*\n)+", text):
                named = [int(n) for n in re.findall(r"(?m)^[^⎡⎢⎣]*?h(\d+) [⎡⎢⎣]", block)]
                counted = re.findall(r"(?m)^[^⎡⎢⎣]*[⎡⎢⎣] *⋮ (\d+)", block)
                if named and counted:
                    assert len(named) + sum(map(int, counted)) == 100, block
                    looked_at += 1
    assert looked_at >= 10
