"""Bars: how many there are of each of several kinds side by side, as a histogram or a sparkline.

One line of it is a sparkline; more lines are taller bars. What is not none is always seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span

__all__ = ["draw_bars"]

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_HALVES = " .:"
"""The same in ASCII: a part of a cell, and all of it."""


def draw_bars(
    heights: Sequence[float] | NDArray[np.intp],
    columns: int,
    lines: int,
    look: RenderOptions,
    role: str,
) -> list[Line]:
    """One bar for each height, together `columns` cells wide, the highest `lines` lines high.

    Args:
        heights: (k,), finite and not below 0; k at most `columns`.
        columns: cells of each line.
        lines: how many.
        look: the charset.
        role: of the bars.
    """
    values = np.asarray(heights, dtype=np.float64)
    if not len(values) or columns < 1 or lines < 1:
        return []
    parts = _HALVES if look.charset.ascii else _EIGHTHS
    full = len(parts) - 1
    most = float(values.max())
    shares = values / most if most > 0 else values
    levels = np.rint(shares * lines * full).astype(int)
    levels = np.where((values > 0) & (levels < 1), 1, levels)
    of_column = levels[np.arange(columns) * len(values) // columns].tolist()
    found: list[Line] = []
    for line in range(lines - 1, -1, -1):
        row = (parts[min(max(level - line * full, 0), full)] for level in of_column)
        found.append((Span("".join(row), role),))
    return found
