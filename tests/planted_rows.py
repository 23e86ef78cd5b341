"""An optimizer, a loss and an activation that are nowhere else: what adding a row takes is here.

Imported before anything is made of the tables, as `-p tests.planted_rows` does, they are in every
test that goes through the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bpstepper.engine.kind import Kind
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import AnyArray, Call, Scratch, Stage, elementwise
from bpstepper.engine.symbols import Name
from bpstepper.engine.tables import activations, losses, optimizers
from bpstepper.engine.tables.activations import Activation
from bpstepper.engine.tables.hyperparameters import Hyperparameter
from bpstepper.engine.tables.losses import LossRule
from bpstepper.engine.tables.optimizers import Optimizer, Rule, UpdateLaw

_SCALE, _SUBTRACT = ALGEBRA["scale"], ALGEBRA["subtract"]

optimizers.register(
    Optimizer(
        name="planted_descent",
        source="nowhere",
        hyperparameters=(
            Hyperparameter("gain", 1.0, "Times the gradient.", {"gt": 0}, "planted_gain"),
            Hyperparameter("spread", (0.5, 0.5), "Two shares.", {"ge": 0, "le": 1}),
        ),
        scalars=lambda c: {"planted_share": 0.5 + c["spread"][0] - c["spread"][1] / 2},
        rules=lambda _: (
            Rule(
                "planted_law",
                "{planted_way} = {planted_share} {planted_gain} {grad_p}",
                (
                    Stage(_SCALE, ("planted_gain", "gradient"), "planted_more"),
                    Stage(_SCALE, ("planted_share", "planted_more"), "planted_way"),
                ),
                "{planted_way} = {planted_share} {planted_gain} ({grad_p})",
            ),
            Rule(
                "UPDATE",
                "{p} ← {p} − η {planted_way}",
                (
                    Stage(_SCALE, ("eta", "planted_way"), "step"),
                    Stage(_SUBTRACT, ("parameter", "step"), "next"),
                ),
                "{p} ← {p} + η {planted_way}",
            ),
        ),
        laws={"planted_law": UpdateLaw("More or less of it.", ("Said at length.",), True)},
        headings={"planted_way": "a share of it"},
        signed=("planted_more", "planted_way"),
        kinds={
            "planted_gain": Kind("planted_gain", "k", "k", "the gain"),
            "planted_share": Kind("planted_share", "q", "q", "the share"),
            "planted_more": Kind("planted_more_{tag}{l}", "more({p})", "more({p})", "more of it"),
            "planted_way": Kind("planted_way_{tag}{l}", "way({p})", "way({p})", "the way"),
        },
    )
)


def _clipped(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    a, y, limit = operands

    def clip(out: AnyArray) -> None:
        np.copyto(out, np.minimum(np.maximum(out, -limit), limit))

    return [(np.subtract, (a, y, out)), (clip, (out,))]


def _cost(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
    a, y, _limit = operands
    apart = scratch(a.shape)
    half = np.array(0.5)
    return [
        *_clipped(operands, out, scratch),
        (np.subtract, (a, y, apart)),
        (np.multiply, (apart, out, apart)),
        (np.multiply, (out, out, out)),
        (np.multiply, (out, half, out)),
        (np.subtract, (apart, out, out)),
    ]


losses.register(
    LossRule(
        name="planted_loss",
        default_factor=1.0,
        activations=None,
        targets="any",
        collapses_with=frozenset(),
        value=(
            Stage(
                elementwise(
                    "planted_cost", "cost", _cost, arity=3, numbers=1, words="what it costs"
                ),
                ("a", "y", "planted_limit"),
                "loss",
            ),
        ),
        slope=(
            Stage(
                elementwise(
                    "planted_clip", "clip", _clipped, arity=3, numbers=1, words="kept within"
                ),
                ("a", "y", "planted_limit"),
                "loss_slope",
            ),
        ),
        slope_factor=1.0,
        formula="cost({a} − {y}, {planted_limit})",
        slope_formula="clip({a} − {y}, {planted_limit})",
        slope_reason="far out it is as steep as the limit, and no steeper",
        source="nowhere",
        words="a planted loss",
        descent_formula="clip({y} − {a}, {planted_limit})",
        hyperparameters=(
            Hyperparameter("limit", 1.0, "From where on it is straight.", {"gt": 0},
                           "planted_limit"),
        ),
        kinds={"planted_limit": Kind("planted_limit", "limit", "limit", "the limit")},
    )
)  # fmt: skip


def _bent(constants: Mapping[str, Any]) -> Activation:
    bend = np.array(constants["bend"])

    def apply(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
        return [(np.multiply, (operands[0], bend, out)), (np.sinh, (out, out))]

    def slope(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
        return [
            (np.multiply, (operands[0], bend, out)),
            (np.cosh, (out, out)),
            (np.multiply, (out, bend, out)),
        ]

    return activations.row(
        "planted_sinh",
        Name("sinh", r"\sinh"),
        f"sinh({bend:g} z)",
        f"sinh′(z) = {bend:g} cosh({bend:g} z)",
        apply,
        slope,
        hyperparameters=(Hyperparameter("bend", 0.5, "How soon it bends.", {"gt": 0}),),
        made=_bent,
    )


activations.register(_bent({"bend": 0.5}))
