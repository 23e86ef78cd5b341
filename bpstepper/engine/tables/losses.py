"""Losses: what a wrong output costs, and how that cost changes with the output.

One row each. A row names the operations that give the loss of every output (`loss`) and those
that give its slope, as (kernel, operands, result); sums, means, the factor and the weight
penalty are the same for all and belong to the compiler. Cross-entropies are computed from z, so
that logits of ±1000 have a finite loss. A row also says with which output activations δᴸ
collapses to s·(ŷ − y), because the loss's derivative cancels the activation's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from bpstepper.engine.kind import Kind
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import (
    AnyArray,
    Call,
    Scratch,
    Stage,
    elementwise,
)
from bpstepper.engine.ops.softmax import LOG_SOFTMAX
from bpstepper.engine.symbols import declare_kinds
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.hyperparameters import Hyperparameter

__all__ = ["LOSSES", "LossRule", "register"]


@dataclass(frozen=True)
class LossRule:
    """One row of the table.

    Attributes:
        name: as scenario files say it.
        default_factor: where the file gives none.
        activations: output activations it has a meaning for; None is any.
        targets: what a target must be: "any", "unit_interval", "distribution" or "none".
        collapses_with: output activations with which δᴸ = s(ŷ − y).
        value: the stages that end in `loss`, one number for each output and sample.
        slope: the stages that end in `loss_slope`, ∂loss/∂a before any factor.
        slope_factor: what differentiating brings down in front: the 2 of a square.
        formula: the summand of C, as a template (see `equations`).
        slope_formula: ∂C/∂a without factors, as a template.
        slope_reason: one sentence on where the slope comes from, as a template.
        source: book and equation number.
        words: what it is called in a sentence.
        descent_formula: `slope_formula` for books that write gradients with the other sign.
        meaning: what C says, to go on from "C is one number".
        note: what a list of losses says of it; empty where its name and outputs say it all.
        about: what the schema says of it, likewise.
        hyperparameters: its own constants; those that name a symbol can be operands of stages.
        kinds: the symbols that no other row has.
    """

    name: str
    default_factor: float
    activations: frozenset[str] | None
    targets: str
    collapses_with: frozenset[str]
    value: tuple[Stage, ...]
    slope: tuple[Stage, ...]
    slope_factor: float
    formula: str
    slope_formula: str
    slope_reason: str
    source: str
    words: str
    descent_formula: str
    meaning: str = " for how wrong the outputs are"
    note: str = ""
    about: str = ""
    hyperparameters: tuple[Hyperparameter, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))


_ONE, _HALF = np.array(1.0), np.array(0.5)

# ── the functions, as calls ──────────────────────────────────────────────────────────────────


def _squared_error(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    y, a = operands
    return [(np.subtract, (y, a, out)), (np.multiply, (out, out, out))]


def _binary_cross_entropy(
    operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch
) -> list[Call]:
    # −(y ln σ(z) + (1 − y) ln(1 − σ(z))) is softplus(z) − y z: finite for every finite z
    z, y = operands
    fit = scratch(z.shape)
    softplus = ACTIVATIONS["softplus"].apply
    return [
        *softplus.lower((z,), out, 0, scratch),
        (np.multiply, (y, z, fit)),
        (np.subtract, (out, fit, out)),
    ]


def _binary_slope(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
    # (a − y) / (a (1 − a)); at a saturated output this is the 0/0 that the collapse avoids
    a, y = operands
    variance = scratch(a.shape)
    return [
        (np.subtract, (_ONE, a, variance)),
        (np.multiply, (variance, a, variance)),
        (np.subtract, (a, y, out)),
        (np.divide, (out, variance, out)),
    ]


def _cross_entropy(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    y, log_a = operands
    return [(np.multiply, (y, log_a, out)), (np.negative, (out, out))]


def _cross_entropy_slope(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    y, a = operands
    return [(np.divide, (y, a, out)), (np.negative, (out, out))]


def _clipped_error(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    """What of a − y is left between −delta and delta."""
    a, y, delta = operands

    def clip() -> None:
        np.maximum(out, -delta, out=out)
        np.minimum(out, delta, out=out)

    return [(np.subtract, (a, y, out)), (clip, ())]


def _huber(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
    # r c − ½ c², where r is a − y and c is r kept between −delta and delta: ½ r² within
    a, y, _delta = operands
    apart = scratch(a.shape)
    return [
        *_clipped_error(operands, out, scratch),
        (np.subtract, (a, y, apart)),
        (np.multiply, (apart, out, apart)),
        (np.multiply, (out, out, out)),
        (np.multiply, (out, _HALF, out)),
        (np.subtract, (apart, out, out)),
    ]


_HUBER = elementwise(
    "huber",
    "huber",
    _huber,
    arity=3,
    numbers=1,
    words="½(a − y)² near y, delta(|a − y| − ½ delta) farther out",
)
_CLIPPED_ERROR = elementwise(
    "clipped_error",
    "clip",
    _clipped_error,
    arity=3,
    numbers=1,
    words="a − y, kept between −delta and delta",
)
_SQUARED_ERROR = elementwise(
    "squared_error",
    "square of y − a",
    _squared_error,
    arity=2,
    words="how wrong each output is: (y − a)²",
    around=("(", "−", ")²"),
)
_BINARY = elementwise(
    "binary_cross_entropy",
    "cross-entropy",
    _binary_cross_entropy,
    arity=2,
    words="−(y ln a + (1 − y) ln(1 − a)), computed from z",
    around=("", "against", ""),
)
_BINARY_SLOPE = elementwise(
    "binary_cross_entropy_slope",
    "slope of the loss",
    _binary_slope,
    arity=2,
    words="(a − y) / (a (1 − a))",
    around=("", "against", ""),
)
_CROSS_ENTROPY = elementwise(
    "cross_entropy",
    "cross-entropy",
    _cross_entropy,
    arity=2,
    words="how wrong each output is: −y ln a",
    around=("−", "⊙", ""),
)
_CROSS_ENTROPY_SLOPE = elementwise(
    "cross_entropy_slope",
    "slope of the loss",
    _cross_entropy_slope,
    arity=2,
    words="how C changes with each output: −y/a",
    around=("−", "/", ""),
)

_ROWS = (
    LossRule(
        name="squared_error",
        default_factor=0.5,
        activations=None,
        targets="any",
        collapses_with=frozenset({"linear"}),
        value=(Stage(_SQUARED_ERROR, ("y", "a"), "loss"),),
        slope=(Stage(ALGEBRA["subtract"], ("a", "y"), "loss_slope"),),
        slope_factor=2.0,
        formula="({y} − {a})²",
        slope_formula="({a} − {y})",
        slope_reason="the derivative of ({y} − {a})² is 2({a} − {y})",
        source="Nielsen ch. 2 (26)",
        words="squared error",
        descent_formula="({y} − {a})",
    ),
    LossRule(
        name="huber",
        default_factor=1.0,
        activations=None,
        targets="any",
        collapses_with=frozenset(),
        value=(Stage(_HUBER, ("a", "y", "huber_delta"), "loss"),),
        slope=(Stage(_CLIPPED_ERROR, ("a", "y", "huber_delta"), "loss_slope"),),
        slope_factor=1.0,
        formula="huber({a} − {y}, {huber_delta})",
        slope_formula="clip({a} − {y}, {huber_delta})",
        slope_reason="within delta of the target the derivative of ½({y} − {a})² is {a} − {y}; "
        "farther out the loss is straight, and its slope is delta or −delta",
        source="Huber 1964, as in PyTorch",
        words="the Huber loss",
        descent_formula="clip({y} − {a}, {huber_delta})",
        note="squared near the target, straight farther out",
        hyperparameters=(
            Hyperparameter(
                "delta",
                1.0,
                "How far from the target the loss becomes straight.",
                {"gt": 0},
                "huber_delta",
            ),
        ),
        kinds={
            "huber_delta": Kind(
                "huber_delta", "delta", r"\mathrm{{delta}}", "from where on the loss is straight"
            )
        },
    ),
    LossRule(
        name="binary_cross_entropy",
        default_factor=1.0,
        activations=frozenset({"sigmoid"}),
        targets="unit_interval",
        collapses_with=frozenset({"sigmoid"}),
        value=(Stage(_BINARY, ("z", "y"), "loss"),),
        slope=(Stage(_BINARY_SLOPE, ("a", "y"), "loss_slope"),),
        slope_factor=1.0,
        formula="−({y} ln {a} + (1 − {y}) ln(1 − {a}))",
        slope_formula="({a} − {y}) / ({a}(1 − {a}))",
        slope_reason="the derivative of −({y} ln {a} + (1 − {y}) ln(1 − {a})) "
        "is ({a} − {y})/({a}(1 − {a}))",
        source="Nielsen ch. 3 (63)",
        words="binary cross-entropy",
        descent_formula="({y} − {a}) / ({a}(1 − {a}))",
    ),
    LossRule(
        name="categorical_cross_entropy",
        default_factor=1.0,
        activations=frozenset({"softmax"}),
        targets="distribution",
        collapses_with=frozenset({"softmax"}),
        value=(
            Stage(LOG_SOFTMAX, ("z",), "log_a"),
            Stage(_CROSS_ENTROPY, ("y", "log_a"), "loss"),
        ),
        slope=(Stage(_CROSS_ENTROPY_SLOPE, ("y", "a"), "loss_slope"),),
        slope_factor=1.0,
        formula="−{y} ln {a}",
        slope_formula="(−{y} / {a})",
        slope_reason="the derivative of −{y} ln {a} is −{y}/{a}",
        source="Nielsen ch. 3 (80)",
        words="categorical cross-entropy",
        descent_formula="({y} / {a})",
    ),
    LossRule(
        name="output",
        default_factor=1.0,
        activations=None,
        targets="none",
        collapses_with=frozenset(),
        # y is not a target here: it holds 1 for each output that is counted, 0 for the others
        value=(Stage(ALGEBRA["hadamard"], ("y", "a"), "loss"),),
        slope=(),
        slope_factor=1.0,
        formula="{a}",
        slope_formula="1",
        slope_reason="{C} is the output itself, so ∂{C}/∂{a} is 1 for each output that is counted",
        source="no loss: C is the output",
        words="the output itself",
        descent_formula="(−1)",
        meaning=", here the output itself",
        note="C is the output itself: gradients without a target",
        about="C is the output itself (or one `unit` of it), for gradients without a target",
    ),
)

LOSSES: dict[str, LossRule] = {}
"""Every loss by its name."""


def register(row: LossRule) -> None:
    """Add a row, with its symbols; before anything is made of the table.

    Raises:
        ValueError: a symbol of it is called as another one is.
    """
    declare_kinds(row.kinds)
    LOSSES[row.name] = row


for _row in _ROWS:
    register(_row)
