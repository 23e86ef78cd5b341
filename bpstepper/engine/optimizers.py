"""Optimizers: how a gradient becomes a move of the parameters, one row each.

An optimizer is compiled into operations like everything else, so its arithmetic is stepped,
replayed and explained by the same means. A row writes, for one parameter, the stages from its
gradient to the parameter after the update.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bpstepper.engine.algebra import ALGEBRA
from bpstepper.engine.kernels import Stage

__all__ = ["OPTIMIZERS", "Optimizer"]


@dataclass(frozen=True)
class Optimizer:
    """One row of the table.

    In the stages, `parameter` and `gradient` stand for W and ∂C/∂W (or b and ∂C/∂b), `step` for
    the move and `next` for the parameter after it.

    Attributes:
        name: as scenario files say it.
        constants: its own constants with PyTorch's names and defaults.
        stages: the operations of one update of one parameter.
        formula: the update as a template (see `equations`); `{p}` is the parameter.
        source: where the formula stands.
    """

    name: str
    stages: tuple[Stage, ...]
    formula: str
    source: str
    constants: Mapping[str, float | bool] = field(default_factory=lambda: MappingProxyType({}))


_ROWS = (
    Optimizer(
        name="sgd",
        stages=(
            Stage(ALGEBRA["scale"], ("eta", "gradient"), "step"),
            Stage(ALGEBRA["subtract"], ("parameter", "step"), "next"),
        ),
        formula="{p} ← {p} − η {grad_p}",
        source="Nielsen ch. 1 (20), (21)",
    ),
)

OPTIMIZERS: dict[str, Optimizer] = {row.name: row for row in _ROWS}
"""Every optimizer by its name."""
