"""Heat maps: a whole matrix in a few cells, with the place of the window that is shown of it.

Every block of entries is told by the one of largest magnitude in it, so that nothing large is
hidden; strokes are below zero and shades above, so that a map reads without colour, too. Finding
the blocks' values looks at every number, and is done once for each array.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.matrix.fitting import Window
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.styles import PerArray
from bpstepper.drawing.text import Line, Span, crop
from bpstepper.engine.compile.network import Array

__all__ = ["HEAT", "Seen", "draw_heatmap"]

HEAT = (
    "heat-neg-3",
    "heat-neg-2",
    "heat-neg-1",
    "heat-0",
    "heat-pos-1",
    "heat-pos-2",
    "heat-pos-3",
)
"""The roles of the levels, from far below zero to far above it."""
_NOT_FINITE = "heat-nan"
_STEPS = (0.05, 0.35, 0.7)  # of the largest magnitude: where the levels 1, 2 and 3 begin
_POINTER = 1  # lines above, and columns beside, for what points at the window

_blocks: PerArray[Array] = PerArray(64)


class Seen(NamedTuple):
    """The window of a matrix that is shown elsewhere: its rows and its columns."""

    rows: Window
    columns: Window


def draw_heatmap(
    values: Array, columns: int, lines: int, look: RenderOptions, window: Seen | None = None
) -> list[Line]:
    """A matrix as at most `lines` lines of at most `columns` cells, all of one width.

    Args:
        values: (r, c).
        columns: the most cells of a line; that of the pointer is one of them.
        lines: the most lines; that of the pointer is one of them.
        look: the charset.
        window: what to point at; None for nothing.
    """
    lead = 0 if window is None else _POINTER
    rows, count = values.shape
    height, across = min(rows, lines - lead), min(count, columns - lead)
    if height < 1 or across < 1:
        return []
    levels = _levels(_blocks.get(values, (height, across), lambda: _down(values, height, across)))
    drawn = [_row(row, look) for row in levels]
    if window is None:
        return drawn
    over, beside = look.charset.pointers
    at_columns, at_rows = _within(window.columns, count, across), _within(window.rows, rows, height)
    pointers = "".join(over if i in at_columns else " " for i in range(across))
    head = crop((Span(" " * lead), Span(pointers, "pointer")), across + lead)
    side = [beside if i in at_rows else " " for i in range(height)]
    return [head, *((Span(s, "pointer"), *line) for s, line in zip(side, drawn, strict=True))]


def _within(shown: Window, count: int, blocks: int) -> range:
    """The blocks, of `blocks` that `count` entries are divided into, that a window touches."""
    starts = _starts(count, blocks)
    first, last = np.searchsorted(starts, [shown[0], max(shown[0], shown[1] - 1)], "right") - 1
    return range(int(first), int(last) + 1)


def _starts(count: int, blocks: int) -> NDArray[np.intp]:
    """Where each of so many blocks of `count` entries begins; their sizes differ by at most 1."""
    return np.arange(blocks, dtype=np.intp) * count // blocks


def _down(values: Array, height: int, across: int) -> Array:
    """(height, across): of each block the entry of largest magnitude; NaN where it has one."""
    rows, columns = values.shape
    ends = [
        reduce.reduceat(reduce.reduceat(values, _starts(rows, height)), _starts(columns, across), 1)
        for reduce in (np.maximum, np.minimum)
    ]
    most, least = ends
    return np.where(most >= -least, most, least)


def _levels(values: Array) -> Array:
    """−3 … 3 for each value, relative to the largest finite magnitude; 9 for NaN."""
    magnitudes = np.abs(values)
    finite = magnitudes[np.isfinite(magnitudes)]
    most = float(finite.max(initial=0.0))
    shares = magnitudes / most if most > 0 else magnitudes
    levels = np.searchsorted(_STEPS, shares, "right") * np.where(values < 0, -1, 1)
    return np.where(np.isnan(values), 9, levels)


def _row(levels: Sequence[int] | Array, look: RenderOptions) -> Line:
    """One line of the map: a span for each run of one level."""
    spans = []
    for level, run in groupby(int(level) for level in levels):
        glyph = "?" if level == 9 else look.charset.heat[level + 3]
        role = _NOT_FINITE if level == 9 else HEAT[level + 3]
        spans.append(Span(glyph * len(list(run)), role))
    return tuple(spans)
