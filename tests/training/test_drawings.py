"""What the training view is drawn with: placed curves, planes, bars and tables of counts."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.plots.bars import draw_bars
from bpstepper.drawing.plots.confusion_matrix import draw_counts
from bpstepper.drawing.plots.heat_plane import LEVELS, draw_plane, halves, levels_of, marker
from bpstepper.drawing.plots.plot import Axes, Curve, draw_plot
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, line_width, plain

LOOKS = (RenderOptions(), RenderOptions(ASCII))


def texts(lines: list[Line]) -> list[str]:
    """The lines without their roles."""
    return [plain(line) for line in lines]


# ── curves of which not every update has a number ────────────────────────────────────────────


@pytest.mark.parametrize("log", [False, True])
def test_a_thinned_curve_is_where_the_whole_one_is(log: bool) -> None:
    """Every eighth number, told of which update it is, draws what all of them draw."""
    updates = np.arange(1, 4001)
    values = np.exp(-updates / 900.0) if log else np.cos(updates / 700.0)
    whole = Curve("a", values, "o", "curve")
    few = Curve("a", values[::8], "o", "curve", updates[::8])
    axes = Axes(ends=(float(values.min()), float(values.max())), log=log)
    for look in LOOKS:
        drawn = [draw_plot([it], 4000, look, 90, 14, axes=axes) for it in (whole, few)]
        both = zip(*(texts(lines) for lines in drawn), strict=True)
        cells = [a != b for one, other in both for a, b in zip(one, other, strict=True)]
        assert sum(cells) <= 6  # a dot beside a border between two cells


def test_a_gap_is_a_gap_and_few_points_are_joined() -> None:
    """Between two numbers a straight way; where one is not finite, nothing."""
    look = RenderOptions(ASCII)
    at = np.array([1, 50, 100])
    straight = texts(draw_plot([Curve("", np.zeros(3), "o", "", at)], 100, look, 60, 6))
    assert max(line.count("o") for line in straight) > 40
    broken = Curve("", np.array([0.0, np.nan, 0.0]), "o", "", at)
    assert sum(line.count("o") for line in texts(draw_plot([broken], 100, look, 60, 6))) <= 4


def test_the_cursor_stands_at_its_update() -> None:
    """Its line is where a point of that update would be, and its number below it."""
    for update in (1, 37, 100):
        curve = Curve("", np.array([1.0, 2.0]), "o", "curve", np.array([update, update]))
        found = draw_plot(
            [curve], 100, RenderOptions(ASCII), 64, 8, axes=Axes(cursor=update, ends=(0, 9))
        )
        columns = {
            sum(line_width((span,)) for span in line[:i])
            for line in found[:-1]
            for i, span in enumerate(line)
            if span.role in ("pointer", "curve")
        }
        assert len(columns - {62}) == 1  # the sign at the right aside
        assert f"{update}" in plain(found[-1])


# ── planes ───────────────────────────────────────────────────────────────────────────────────


def test_eight_levels_between_two_ends() -> None:
    """The middle begins the fifth of them; what is not finite has none; none is out of them."""
    values = np.array([[-9.0, 0.0, 0.124, 0.126, 0.499, 0.5, 1.0, 9.0, np.nan, np.inf]])
    assert levels_of(values, 0.0, 1.0).tolist() == [[0, 0, 0, 1, 3, 4, 7, 7, -1, -1]]
    assert LEVELS == 8


@pytest.mark.parametrize("look", LOOKS)
def test_a_plane_reads_without_colour(look: RenderOptions) -> None:
    """Each level has a glyph of its own; of two halves the higher one is solid."""
    each = halves(look)
    levels = np.repeat(np.arange(8)[None, :], 2 * each, axis=0)
    (first, second) = texts(draw_plane(levels, look))
    assert first == second
    assert len(set(first)) == 8
    assert not look.charset.ascii or first.isascii()
    if each == 2:
        pair = np.array([[1, 6, 3, 0, 7], [6, 1, 3, 2, 5]])
        assert texts(draw_plane(pair, look)) == [f"▄▀{first[3]}{first[1]}{first[6]}"]
    glyphs = {marker(kind, look) for kind in range(10)}
    assert len(glyphs) == 10
    assert not glyphs & set(first)


def test_a_point_stands_where_it_belongs() -> None:
    """With the glyph of its kind; one that is wrong is pointed out by a glyph of its own."""
    points = {(1, 2): (0, False), (0, 4): (1, True)}
    found = draw_plane(np.full((4, 6), 5), RenderOptions(), points)
    assert [line_width(line) for line in found] == [6, 6]
    assert plain(found[1])[2] == "○"
    assert plain(found[0])[4] == "×"
    assert [span.role for span in found[0] if span.text == "×"] == ["plane-5-wrong"]


# ── bars and counts ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("lines", [1, 2, 5])
def test_bars_are_as_high_as_they_ought_to_be(look: RenderOptions, lines: int) -> None:
    """The highest reaches the top, none is nothing, and what there is is seen, however little."""
    found = texts(draw_bars([0, 1, 500, 1000], 8, lines, look, "curve"))
    assert [len(line) for line in found] == [8] * lines
    columns = ["".join(column).strip() for column in zip(*found, strict=True)]
    heights = [len(column) for column in columns]
    assert columns[0] == columns[1] == ""
    assert columns[2] != ""
    assert heights == sorted(heights)
    assert heights[-1] == lines


def test_no_bar_without_a_height() -> None:
    """Nothing in nothing, and blanks for nothing but zeros."""
    assert draw_bars([], 5, 3, RenderOptions(), "") == []
    assert texts(draw_bars([0, 0], 4, 1, RenderOptions(), "")) == ["    "]


@pytest.mark.parametrize("look", LOOKS)
def test_counts_with_any_names(look: RenderOptions) -> None:
    """Every count stands where it belongs; hostile and long names, and no room, break nothing."""
    counts = np.array([[5, 0, 2], [1, 1234, 0], [0, 0, 7]])
    for names in (("a", "b", "c"), ("漢字" * 9, "x\ny\x1b[31m", "é" * 40)):
        for columns, lines in ((60, 9), (30, 4), (12, 3)):
            found = draw_counts(counts, names, look, columns, lines)
            assert len(found) <= lines
            assert all(plain(line).isprintable() for line in found)
            assert not look.charset.ascii or all(plain(line).isascii() for line in found)
    told = [line.split() for line in texts(draw_counts(counts, ("a", "b", "c"), look, 60, 9))]
    assert [row[1:] for row in told[1:]] == [
        ["5", told[1][2], "2"],
        ["1", "1234", told[1][2]],
        [told[1][2], told[1][2], "7"],
    ]
    assert "more classes" in texts(draw_counts(counts, ("a", "b", "c"), look, 60, 3))[-1]


@pytest.mark.parametrize("columns", [1, 2, 5])
def test_a_bar_alone_fills_its_room(columns: int) -> None:
    """All cells of all lines, on a single column, too."""
    found = draw_bars([0.25], columns, 3, RenderOptions(), "unit")
    assert [plain(line) for line in found] == ["█" * columns] * 3
