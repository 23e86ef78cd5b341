"""A table of counts: what each class was taken for.

What is right stands on the diagonal; no count is a dot, so that what is wrong is seen at once.
Columns are called by number, from 0 as labels are, where the names are wider than the numbers
below them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, clean, pad, shorten, width

__all__ = ["draw_counts"]

_NAME = 12  # cells of a row's name at most
_TAG = 7  # cells of a column, from which it is called by number


def draw_counts(
    counts: NDArray[np.intp], names: Sequence[str], look: RenderOptions, columns: int, lines: int
) -> list[Line]:
    """The table, as many classes of it as fit, and how many are left out.

    Args:
        counts: (k, k), a row for what is, a column for what it was taken for; or (k, k + 1), the
            last column for what was taken for nothing.
        names: (k,), of the classes; any text.
        look: the charset.
        columns: cells of each line.
        lines: the most lines.
    """
    k = len(names)
    names = [look.charset.translate(clean(name)) for name in names]
    digits = width(f"{int(counts.max(initial=0))}")
    cell = max(2, digits + 1)
    corner = look.charset.translate("is ↓ as →")
    most = max(min(_NAME, columns // 3), width(corner))
    lead = min(max(*map(width, names), width(corner)), most) + 1
    longest = max(cell, *(width(name) + 1 for name in names))
    tags, rows = names, names
    if longest <= max(cell, _TAG) and lead + k * longest <= columns:
        cell = longest
    else:
        tags = [f"{i}" for i in range(k)]
        rows = [f"{tag} {name}" for tag, name in zip(tags, names, strict=True)]
        cell = max(cell, len(tags[-1]) + 1)
        lead = min(max(*map(width, rows), width(corner)), most) + 1
    shown = min(k, max((columns - lead) // cell, 1), max(lines - 1, 1))
    ellipsis = look.charset.left_out
    found: list[Line] = [
        (
            Span(pad(corner, lead), "label"),
            *(Span(pad(tag, cell, "right"), "name") for tag in tags[:shown]),
        )
    ]
    for i in range(shown):
        name = pad(shorten(rows[i], lead - 1, ellipsis), lead)
        cells = (_cell(int(counts[i, j]), i == j, cell, look) for j in range(shown))
        found.append((Span(name, "name"), *cells))
    if shown < k:
        left = look.charset.translate(f"… {k - shown} more classes")
        found = [*found[: max(lines - 1, 0)], (Span(left, "more"),)]
    return found[:lines]


def _cell(count: int, is_right: bool, cells: int, look: RenderOptions) -> Span:
    if not count:
        return Span(pad(look.charset.translate("·"), cells, "right"), "pending")
    return Span(pad(f"{count}", cells, "right"), "sum" if is_right else "mark")
