"""A plane of values as a heat map of half lines, with points on it.

Each cell is two squares, one above the other, in eight levels. Where both are on one side of the
middle the cell has the glyph of their level, and where one is above it that one is solid, so that
the map reads without colour, too. In ASCII a cell is one square. Points have a glyph for each kind,
and one for all that are to be pointed out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span
from bpstepper.engine.compile.network import Array

__all__ = [
    "LEVELS",
    "Levels",
    "Point",
    "draw_plane",
    "halves",
    "levels_of",
    "marker",
    "swatch",
    "wrong_marker",
]

LEVELS = 8
"""How many levels there are; the upper half of them is from the middle of the ends on."""

_RAMP = {False: " ·:∷░▒▓█", True: " .:-=+*#"}
_MARKERS = {False: "○●△▲□■◇◆☆★", True: "ox@&$%QWZM"}
_MORE = "?"
_WRONG = {False: "×", True: "!"}
Levels = NDArray[np.intp]
Point = tuple[int, bool]
"""The kind of a point, and whether it is one to point out."""


def halves(look: RenderOptions) -> int:
    """How many squares a cell has, one above the other."""
    return 1 if look.charset.ascii else 2


def marker(kind: int, look: RenderOptions) -> str:
    """The glyph of points of a kind."""
    glyphs = _MARKERS[look.charset.ascii]
    return glyphs[kind] if kind < len(glyphs) else _MORE


def wrong_marker(look: RenderOptions) -> str:
    """The glyph of points that are to be pointed out."""
    return _WRONG[look.charset.ascii]


def swatch(level: int, look: RenderOptions) -> Span:
    """A cell of a level, for a legend."""
    return Span(_RAMP[look.charset.ascii][level], f"plane-{level}")


def levels_of(values: Array, low: float, high: float) -> Levels:
    """0 … 7 for each value between two ends; −1 where it is not finite."""
    with np.errstate(all="ignore"):
        parts = (values / 2 - low / 2) / (high / 2 - low / 2) if high > low else values * 0 + 0.5
        found = np.floor(np.where(np.isfinite(parts), parts, 0.0) * LEVELS).astype(np.intp)
    return np.where(np.isfinite(parts), np.clip(found, 0, LEVELS - 1), -1)


def draw_plane(
    levels: Levels, look: RenderOptions, points: Mapping[tuple[int, int], Point] | None = None
) -> list[Line]:
    """A heat map with points on it.

    Args:
        levels: (h, w), the first row on top; −1 where there is no value. A line has as many rows
            as `halves` says.
        look: the charset.
        points: by line and column of the drawing.
    """
    each = halves(look)
    upper, lower = levels[::each], levels[each - 1 :: each]
    at = points or {}
    return [
        _line(upper[i].tolist(), lower[i].tolist(), i, at, look) for i in range(len(lower))
    ]  # fmt: skip


def _line(
    upper: Sequence[int],
    lower: Sequence[int],
    line: int,
    points: Mapping[tuple[int, int], Point],
    look: RenderOptions,
) -> Line:
    cells = []
    for column, (above, below) in enumerate(zip(upper, lower, strict=True)):
        point = points.get((line, column))
        if point is None:
            cells.append(_cell(above, below, look))
        else:
            glyph = wrong_marker(look) if point[1] else marker(point[0], look)
            told = "wrong" if point[1] else "point"
            cells.append((glyph, f"plane-{max(above, 0)}-{told}"))
    runs = groupby(cells, key=lambda cell: cell[1])
    return tuple(Span("".join(text for text, _ in run), role) for role, run in runs)


def _cell(above: int, below: int, look: RenderOptions) -> tuple[str, str]:
    """The glyph and the role of a cell: `plane-5`, or `plane-5-2` for 5 drawn on 2."""
    if above < 0 or below < 0:
        return "?", "message"
    half = LEVELS // 2
    if (above < half) == (below < half):
        level = (above + below + 1) // 2 if above >= half else (above + below) // 2
        return _RAMP[look.charset.ascii][level], f"plane-{level}"
    return ("▀", f"plane-{above}-{below}") if above > below else ("▄", f"plane-{below}-{above}")
