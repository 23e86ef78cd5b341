"""Layouts: three ways to write the same products, one row each.

A network's numbers do not depend on how its products are written; which factor stands left and
which one carries the ᵀ does. This table owns exactly that, so that no other module asks for a
layout's name.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LAYOUTS", "Layout"]


@dataclass(frozen=True)
class Layout:
    """One row: how forward, backward and gradient products are written.

    A product is a pair of factors, left then right. A factor names a role, `W`, `a` (what enters
    the layer) or `delta`, and takes the suffix `_T` where the layout needs its transpose.

    Attributes:
        name: as scenario files say it.
        weight_axes: ("to", "from") or ("from", "to"): what rows and columns of W are.
        units_axis: 0 where samples stand in columns, 1 where they stand in rows.
        forward: the product in z = W a + b.
        back: the product that gives ∂C/∂a of the layer before.
        outer: the product in ∂C/∂W.
        forward_text, back_text, outer_text: the same as formula templates (see `equations`).
        who: who writes so.
    """

    name: str
    weight_axes: tuple[str, str]
    units_axis: int
    forward: tuple[str, str]
    back: tuple[str, str]
    outer: tuple[str, str]
    forward_text: str
    back_text: str
    outer_text: str
    who: str


_ROWS = (
    Layout(
        name="column",
        weight_axes=("to", "from"),
        units_axis=0,
        forward=("W", "a"),
        back=("W_T", "delta"),
        outer=("delta", "a_T"),
        forward_text="{W}{a-}",
        back_text="({W+}){T} {delta+}",
        outer_text="{delta} ({a-}){T}",
        who="Nielsen, Hinton, Bishop, most books",
    ),
    Layout(
        name="row",
        weight_axes=("from", "to"),
        units_axis=1,
        forward=("a", "W"),
        back=("delta", "W_T"),
        outer=("a_T", "delta"),
        forward_text="{a-}{W}",
        back_text="{delta+} ({W+}){T}",
        outer_text="({a-}){T} {delta}",
        who="Keras, CS231n, NumPy tutorials",
    ),
    Layout(
        name="torch",
        weight_axes=("to", "from"),
        units_axis=1,
        forward=("a", "W_T"),
        back=("delta", "W"),
        outer=("delta_T", "a"),
        forward_text="{a-}({W}){T}",
        back_text="{delta+} {W+}",
        outer_text="({delta}){T} {a-}",
        who="PyTorch, Ng's ex4",
    ),
)

LAYOUTS: dict[str, Layout] = {row.name: row for row in _ROWS}
"""Every layout by its name."""
