"""Minimaps: below a stage that shows windows of big matrices, a heat map of each as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bpstepper.drawing.matrix.heatmap import Seen, draw_heatmap
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, crop, shorten
from bpstepper.engine.compile.network import Array

__all__ = ["FEWEST_LINES", "MOST_LINES", "Map", "draw_maps"]

_COLUMNS, _LINES = 24, 6  # cells of a map, without what points at the window
_HEADS = 2  # lines: what it is, and what points at the window
_GAP = 3
_SMALLEST = 4  # rows and columns that a map tells anything about
FEWEST_LINES, MOST_LINES = _HEADS + 2, _HEADS + _LINES
"""Lines of a row of maps: with fewer it says nothing, with more it would not say more."""


class Map(NamedTuple):
    """A matrix of which a map is wanted, with the window of it that is shown."""

    caption: str
    value: Array
    seen: Seen

    @property
    def useful(self) -> bool:
        """Whether most of the matrix is out of sight, and there is something to make a map of."""
        (top, bottom), (first, last) = self.seen
        few = 2 * (bottom - top) * (last - first) <= self.value.size
        return few and min(self.value.shape) >= _SMALLEST


def draw_maps(maps: Sequence[Map], width: int, lines: int, look: RenderOptions) -> list[Line]:
    """As many maps as fit beside each other, each under its caption, on at most `width` cells.

    Args:
        maps: in the order in which they are wanted.
        width: cells.
        lines: at most so many; see `FEWEST_LINES`.
        look: the charset.
    """
    drawn: list[tuple[str, list[Line], int]] = []
    taken = 0
    for one in maps:
        map_lines = draw_heatmap(one.value, _COLUMNS + 1, lines - 1, look, one.seen)
        text = look.charset.translate(f"all of {one.caption}")
        cells = min(max(len(text), min(one.value.shape[1], _COLUMNS) + 1), _COLUMNS + 1)
        if not map_lines or taken + cells > width:
            continue
        drawn.append((shorten(text, cells, look.charset.left_out), map_lines, cells))
        taken += cells + _GAP
    if not drawn:
        return []
    height = max(len(own) for _, own, _ in drawn)
    gap = Span(" " * _GAP)
    page: list[Line] = [_beside([crop((Span(t, "more"),), cells) for t, _, cells in drawn], gap)]
    for at in range(height):
        parts = [crop(own[at] if at < len(own) else (), cells) for _, own, cells in drawn]
        page.append(_beside(parts, gap))
    return page


def _beside(parts: Sequence[Line], gap: Span) -> Line:
    return tuple(span for part in parts for span in (*part, gap))[:-1]
