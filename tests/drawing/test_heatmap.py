"""Heat maps: every block by its largest entry, within its room, and readable without colour."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.matrix.heatmap import HEAT, Seen, draw_heatmap
from bpstepper.drawing.matrix.minimaps import FEWEST_LINES, Map, draw_maps
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, line_width, plain

Matrix = np.ndarray[Any, np.dtype[np.float64]]
MATRICES = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    elements=st.floats(-9, 9) | st.sampled_from([0.0, math.nan, math.inf, -math.inf, 1e300]),
)
LOOKS = st.sampled_from([RenderOptions(UNICODE), RenderOptions(ASCII)])


def levels(lines: list[Line]) -> list[list[str]]:
    """The role of every cell."""
    return [[span.role for span in line for _ in span.text] for line in lines]


def blocks(count: int, parts: int) -> list[range]:
    """`count` entries in so many runs of nearly the same length, reckoned another way."""
    ends = [math.floor(k * count / parts) for k in range(parts + 1)]
    return [range(a, b) for a, b in pairwise(ends)]


@given(MATRICES, st.integers(0, 30), st.integers(0, 12), LOOKS, st.data())
def test_it_fits(
    matrix: Matrix, columns: int, lines: int, look: RenderOptions, data: st.DataObject
) -> None:
    """Never larger than its room, a rectangle, in plain ASCII where that is asked for."""
    rows, count = matrix.shape
    window = data.draw(st.none() | st.just(Seen((0, 1), (count - 1, count))))
    drawn = draw_heatmap(matrix, columns, lines, look, window)
    assert len(drawn) <= lines
    assert len({line_width(line) for line in drawn}) <= 1
    assert all(line_width(line) <= columns for line in drawn)
    assert not look.charset.ascii or all(plain(line).isascii() for line in drawn)
    assert len(drawn) <= rows + 1


@given(MATRICES, st.integers(1, 12), st.integers(1, 12))
def test_a_block_is_told_by_its_largest_entry(matrix: Matrix, columns: int, lines: int) -> None:
    """Sign and level of each cell are those of the entry of largest magnitude in its block."""
    drawn = levels(draw_heatmap(matrix, columns, lines, RenderOptions()))
    finite = [abs(x) for x in matrix.ravel().tolist() if math.isfinite(x)]
    tops: list[float] = []
    for across, row in zip(blocks(matrix.shape[0], len(drawn)), drawn, strict=True):
        for down, role in zip(blocks(matrix.shape[1], len(row)), row, strict=True):
            entries = [float(matrix[i, j]) for i in across for j in down]
            if any(math.isnan(x) for x in entries):
                assert role == "heat-nan"
                continue
            top = max(entries, key=abs)
            tops.append(abs(top))
            if role == "heat-0":
                assert abs(top) <= 0.05 * max(finite, default=0) or top == 0
            else:
                signs = {math.copysign(1, x) for x in entries if abs(x) == abs(top)}
                assert (1.0 if "pos" in role else -1.0) in signs
    if tops and 0 < max(tops) < math.inf:
        assert any(role in (HEAT[0], HEAT[6]) for row in drawn for role in row)


def test_levels_and_glyphs() -> None:
    """Seven levels, each with a glyph of its own in either alphabet."""
    row = np.array([[-1.0, -0.5, -0.1, 0.0, 0.1, 0.5, 1.0, math.nan]])
    (line,) = draw_heatmap(row, 8, 1, RenderOptions())
    assert plain(line) == "≡═−·░▒▓?"
    assert [span.role for span in line] == [*HEAT, "heat-nan"]
    assert plain(draw_heatmap(row, 8, 1, RenderOptions(ASCII))[0]) == "%=-.+o#?"
    for charset in (UNICODE, ASCII):
        assert len(set(charset.heat)) == 7


@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), st.data(), st.integers(2, 25))
def test_what_points_at_the_window(
    shape: tuple[int, int], data: st.DataObject, columns: int
) -> None:
    """The pointers stand over and beside the blocks that the window touches, and no others."""
    rows, count = shape
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first + 1, count))
    top = data.draw(st.integers(0, rows - 1))
    seen = Seen((top, top + 1), (first, last))
    drawn = draw_heatmap(np.ones(shape), columns, 7, RenderOptions(), seen)
    over = [i for i, sign in enumerate(plain(drawn[0])[1:]) if sign == "▾"]
    touched = [
        i
        for i, block in enumerate(blocks(count, line_width(drawn[0]) - 1))
        if block.start < last and first < block.stop
    ]
    assert over == touched
    beside = [i for i, line in enumerate(drawn[1:]) if plain(line)[0] == "▸"]
    assert beside == [i for i, block in enumerate(blocks(rows, len(drawn) - 1)) if top in block]


def test_another_array_at_the_same_place_has_its_own_map() -> None:
    """Findings are kept for arrays and not for their addresses."""
    for sign in (1.0, -1.0) * 20:
        (line,) = draw_heatmap(np.full((1, 3), sign), 3, 1, RenderOptions())
        assert plain(line) == ("▓▓▓" if sign > 0 else "≡≡≡")


@given(st.lists(MATRICES, max_size=4), st.integers(1, 90), st.integers(FEWEST_LINES, 9), LOOKS)
def test_a_row_of_maps_fits(
    matrices: list[Matrix], width: int, lines: int, look: RenderOptions
) -> None:
    """However many there are, they stay within their lines and their width."""
    seen = Seen((0, 1), (0, 1))
    drawn = draw_maps([Map("∂C/∂W¹", matrix, seen) for matrix in matrices], width, lines, look)
    assert len(drawn) <= lines
    assert all(line_width(line) <= width for line in drawn)
    assert len({line_width(line) for line in drawn}) <= 1


@pytest.mark.parametrize(
    ("shape", "seen", "useful"),
    [
        ((100, 100), Seen((0, 5), (0, 5)), True),
        ((8, 8), Seen((0, 7), (0, 8)), False),  # nearly all of it is seen
        ((100, 2), Seen((0, 5), (0, 2)), False),  # two columns: a map tells nothing
    ],
)
def test_where_a_map_is_of_use(shape: tuple[int, int], seen: Seen, useful: bool) -> None:
    """For big matrices of which little is shown."""
    assert Map("W", np.ones(shape), seen).useful is useful
