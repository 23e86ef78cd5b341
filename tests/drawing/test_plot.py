"""Curves over updates: where they stand, told apart without colour, whatever their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.plots.plot import Curve, draw_plot
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, line_width, plain

SIZES = ((24, 4), (60, 8), (80, 15), (200, 40))


def drawn(*rows: list[float], size: tuple[int, int] = (60, 12), ascii_: bool = True) -> list[Line]:
    """Curves `a` and `b` of these numbers."""
    curves = [
        Curve(name, np.array(row), sign, role)
        for row, name, sign, role in zip(rows, ("a", "b"), "o×", ("done", "message"), strict=False)
    ]
    return draw_plot(
        curves, len(rows[0]), RenderOptions(ASCII) if ascii_ else RenderOptions(), *size
    )


def lines_with(found: list[Line], sign: str) -> list[int]:
    """The lines of the field on which a sign stands, names at the right aside."""
    return [i for i, line in enumerate(found) if sign in plain(line)[:54] and i < len(found) - 1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "row",
    [
        [1.0], [0.0] * 5, [1.0, np.nan, 2.0], [np.inf, 1.0], [1e308, -1e308, 0.0],
        [1e-300, 1e300], [5e-324, 1.0], [*np.linspace(1, 0, 3000)],
    ],
)  # fmt: skip
def test_any_numbers_at_any_size(row: list[float], size: tuple[int, int]) -> None:
    """Exactly as large as was asked for, in both alphabets."""
    for ascii_ in (True, False):
        found = drawn(row, row[::-1], size=size, ascii_=ascii_)
        assert [line_width(line) for line in found] == [size[0]] * size[1]
        if ascii_:
            assert all(plain(line).isascii() for line in found)


def test_no_number_no_plot() -> None:
    """Nothing finite, or nothing at all, or no room."""
    assert drawn([np.nan], [np.inf]) == []
    assert draw_plot([], 1, RenderOptions(), 80, 20) == []
    assert drawn([1.0], size=(10, 3)) == []


def test_higher_is_higher() -> None:
    """Of two levels each stands on a line of its own; rising numbers never come down."""
    found = drawn([3.0] * 50, [1.0] * 50)
    assert lines_with(found, "o") == [0]
    assert lines_with(found, "x") == [10]
    rising = drawn([float(i) for i in range(100)])
    columns = [[plain(line)[i] for line in rising[:-1]] for i in range(8, 52)]
    tops = [column.index("o") for column in columns if "o" in column]
    assert tops == sorted(tops, reverse=True)
    assert (tops[0], tops[-1]) == (10, 0)


def test_a_logarithm_where_it_serves() -> None:
    """Equal ratios are equal heights; not where a number is 0 or below, or none is far off."""
    wide = drawn([10.0 ** -(i // 20) for i in range(100)])
    assert "log" in plain(wide[-1])
    assert len(lines_with(wide, "o")) >= 5
    for row in ([1.0, 0.0], [100.0, -1.0], [1.0, 2.0]):
        assert "log" not in plain(drawn(row)[-1])


def test_a_gap_where_there_is_no_number() -> None:
    """What is not finite is not drawn, and no line leads across it."""
    row = [1.0] * 30 + [np.nan] * 40 + [2.0] * 30
    field = [plain(line)[:54] for line in drawn(row)[:-1]]
    middle = [line[26:34] for line in field]
    assert not any("o" in part for part in middle)


@pytest.mark.parametrize("ascii_", [True, False])
@pytest.mark.parametrize("ends", [(0.0, 3.0), (3.0, 0.0), (1.0, 2.0), (2.9, 0.6)])
def test_a_name_stands_where_its_curve_ends(ends: tuple[float, float], ascii_: bool) -> None:
    """On the line of the last number, whatever came before; curves run between 0 and 3."""
    rows = [[0.0, 3.0, *[end] * 98] for end in ends]
    found = [plain(line) for line in drawn(*rows, ascii_=ascii_)]
    field = len(found) - 1
    for name, end in zip("ab", ends, strict=True):
        (line,) = (i for i, text in enumerate(found[:-1]) if name in text[-4:])
        assert abs((field - 0.5 - line) / field - end / 3) <= 1 / field + 0.01
