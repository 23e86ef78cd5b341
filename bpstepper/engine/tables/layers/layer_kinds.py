"""Kinds of layer: one row each, with its parameters and with what the compiler writes for it.

The compiler goes through the layers and asks each one's row to write its forward half up to z, its
way back, and the gradients of its parameters; the activation, the cost and δ are the same for all.
A new kind of layer is a module with these three functions, and a row here.
"""

from __future__ import annotations

from bpstepper.engine.symbols import declare_kinds
from bpstepper.engine.tables.equations import EQUATIONS
from bpstepper.engine.tables.layers.dense import DENSE
from bpstepper.engine.tables.layers.layer_kind import LayerKind
from bpstepper.engine.tables.layers.layer_norm import LAYER_NORM
from bpstepper.engine.tables.parameters import ParameterSpec

__all__ = ["LAYER_KINDS", "parameter_specs", "register"]

LAYER_KINDS: dict[str, LayerKind] = {}
"""Every kind of layer by its name."""


def register(row: LayerKind) -> None:
    """Add a row, with its symbols and its laws; before anything is made of the table.

    Raises:
        ValueError: a symbol of it is called as another one is.
    """
    declare_kinds(row.kinds)
    EQUATIONS.update({name: own.law for name, own in row.laws.items()})
    LAYER_KINDS[row.name] = row


for _row in (DENSE, LAYER_NORM):
    register(_row)


def parameter_specs() -> dict[str, ParameterSpec]:
    """The parameters of all kinds of layer, by the kind of their symbol."""
    return {spec.kind: spec for row in LAYER_KINDS.values() for spec in row.parameters}
