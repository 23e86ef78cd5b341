"""Optimizers: how a gradient becomes a move of the parameters, one row each.

An optimizer is compiled into operations like everything else, so its arithmetic is stepped,
replayed and explained by the same means. Formulas and constants are PyTorch's: their names, their
defaults and their order of operations. A row says which state it keeps for each parameter, which
it keeps once, and by which rules one update is made; each rule is one equation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import Stage

__all__ = ["OPTIMIZERS", "Optimizer", "Rule"]

_SCALE, _ADD, _SUBTRACT = ALGEBRA["scale"], ALGEBRA["add"], ALGEBRA["subtract"]
_SQUARE, _ROOT, _SHIFT = ALGEBRA["square"], ALGEBRA["sqrt"], ALGEBRA["shift"]
_DIVIDE, _DIVIDE_BY = ALGEBRA["divide"], ALGEBRA["divide_by"]


@dataclass(frozen=True)
class Rule:
    """One equation of an optimizer.

    In the stages, `parameter` and `gradient` stand for W and ∂C/∂W (or b and ∂C/∂b) and `next`
    for the parameter after the update; other words are kinds of symbols, a state's `_next` among
    them.

    Attributes:
        row: the key in `equations.EQUATIONS`, which has the law and the explanation.
        formula: a template; `{p}` is the parameter, `{grad_p}` its gradient, any other word a
            kind of symbol.
        stages: its operations.
    """

    row: str
    formula: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Optimizer:
    """One row of the table.

    Attributes:
        name: as scenario files say it.
        rules: constants → the equations for one parameter.
        source: where the formulas stand.
        constants: its own constants with PyTorch's names and defaults.
        cells: constants → the numbers that its operations use, by kind of symbol.
        state: the kinds of state that it keeps for each parameter, all 0 at the start.
        clock: constants → the equations worked out once an update, before the parameters'.
        clock_state: the kinds of state that belong to the clock, with their first values.
    """

    name: str
    rules: Callable[[Mapping[str, Any]], tuple[Rule, ...]]
    source: str
    constants: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    cells: Callable[[Mapping[str, Any]], Mapping[str, float]] = lambda _constants: {}
    state: tuple[str, ...] = ()
    clock: Callable[[Mapping[str, Any]], tuple[Rule, ...]] = lambda _constants: ()
    clock_state: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def _move(direction: str, formula: str, before: tuple[Stage, ...] = ()) -> Rule:
    """The update itself: the parameter less η times a direction."""
    stages = (
        *before,
        Stage(_SCALE, ("eta", direction), "step"),
        Stage(_SUBTRACT, ("parameter", "step"), "next"),
    )
    return Rule("UPDATE", formula, stages)


_PLAIN = _move("gradient", "{p} ← {p} − η {grad_p}")


# ── momentum ─────────────────────────────────────────────────────────────────────────────────


def _velocity(constants: Mapping[str, Any]) -> Rule:
    """M ← μm + ∂C/∂p; dampened, from the second update on, m ← μm + (1 − d)∂C/∂p."""
    kept = Stage(_SCALE, ("momentum", "m"), "m_kept")
    if not constants["dampening"]:
        whole = (kept, Stage(_ADD, ("m_kept", "gradient"), "m_next"))
        return Rule("momentum", "{m_next} = μ {m} + {grad_p}", whole)
    stages = (
        kept,
        Stage(_SCALE, ("undamped", "gradient"), "m_fresh"),
        Stage(_ADD, ("m_kept", "m_fresh"), "m_next"),
    )
    return Rule("momentum", "{m_next} = μ {m} + {undamped} {grad_p}", stages)


def _momentum(constants: Mapping[str, Any]) -> tuple[Rule, ...]:
    return (_velocity(constants), _move("m_next", "{p} ← {p} − η {m_next}"))


def _nesterov(constants: Mapping[str, Any]) -> tuple[Rule, ...]:
    ahead = (
        Stage(_SCALE, ("momentum", "m_next"), "m_ahead"),
        Stage(_ADD, ("gradient", "m_ahead"), "direction"),
    )
    formula = "{p} ← {p} − η ({grad_p} + μ {m_next})"
    return (_velocity({"dampening": 0.0}), _move("direction", formula, ahead))


# ── running averages of squares ──────────────────────────────────────────────────────────────


def _squares(kept: str, fresh: str, formula: str) -> Rule:
    stages = (
        Stage(_SCALE, (kept, "v"), "v_kept"),
        Stage(_SQUARE, ("gradient",), "gradient_squared"),
        Stage(_SCALE, (fresh, "gradient_squared"), "v_fresh"),
        Stage(_ADD, ("v_kept", "v_fresh"), "v_next"),
    )
    return Rule("second_moment", formula, stages)


def _rmsprop(_constants: Mapping[str, Any]) -> tuple[Rule, ...]:
    scaled = (
        Stage(_ROOT, ("v_next",), "root"),
        Stage(_SHIFT, ("eps", "root"), "denominator"),
        Stage(_DIVIDE, ("gradient", "denominator"), "direction"),
    )
    return (
        _squares("alpha", "rest_alpha", "{v_next} = α {v} + (1 − α)({grad_p})²"),
        _move("direction", "{p} ← {p} − η {grad_p} / (√{v_next} + ε)", scaled),
    )


def _adam(_constants: Mapping[str, Any]) -> tuple[Rule, ...]:
    first = (
        Stage(_SCALE, ("beta1", "m"), "m_kept"),
        Stage(_SCALE, ("rest1", "gradient"), "m_fresh"),
        Stage(_ADD, ("m_kept", "m_fresh"), "m_next"),
    )
    scaled = (
        Stage(_ROOT, ("v_hat",), "root"),
        Stage(_SHIFT, ("eps", "root"), "denominator"),
        Stage(_DIVIDE, ("m_hat", "denominator"), "direction"),
    )
    return (
        Rule("first_moment", "{m_next} = β₁ {m} + (1 − β₁) {grad_p}", first),
        _squares("beta2", "rest2", "{v_next} = β₂ {v} + (1 − β₂)({grad_p})²"),
        Rule(
            "first_corrected",
            "{m_hat} = {m_next} / (1 − β₁ᵗ)",
            (Stage(_DIVIDE_BY, ("m_next", "correction1"), "m_hat"),),
        ),
        Rule(
            "second_corrected",
            "{v_hat} = {v_next} / (1 − β₂ᵗ)",
            (Stage(_DIVIDE_BY, ("v_next", "correction2"), "v_hat"),),
        ),
        _move("direction", "{p} ← {p} − η {m_hat} / (√{v_hat} + ε)", scaled),
    )


def _adam_cells(constants: Mapping[str, Any]) -> Mapping[str, float]:
    first, second = constants["betas"]
    return {
        "beta1": first,
        "rest1": 1 - first,
        "beta2": second,
        "rest2": 1 - second,
        "eps": constants["eps"],
        "one": 1.0,
    }


_ADAM_CLOCK = tuple(
    Rule(
        "bias_correction",
        f"{{correction{number}}} = 1 − β{sign} · {{beta{number}_t}}",
        (
            Stage(_SCALE, (f"beta{number}", f"beta{number}_t"), f"beta{number}_t_next"),
            Stage(_SUBTRACT, ("one", f"beta{number}_t_next"), f"correction{number}"),
        ),
    )
    for number, sign in ((1, "₁"), (2, "₂"))
)

_DAMPENING = Rule(
    "dampening",
    "{undamped_next} = 1 − d",
    (Stage(ALGEBRA["identity"], ("damped",), "undamped_next"),),
)

_ROWS = (
    Optimizer(name="sgd", rules=lambda _constants: (_PLAIN,), source="Nielsen ch. 1 (20), (21)"),
    Optimizer(
        name="momentum",
        rules=_momentum,
        source="Polyak 1964, as in PyTorch's SGD",
        constants={"momentum": 0.9, "dampening": 0.0},
        cells=lambda c: {"momentum": c["momentum"], "damped": 1 - c["dampening"]},
        state=("m",),
        # PyTorch dampens from the second update on: the first one takes the gradient whole
        clock=lambda c: (_DAMPENING,) if c["dampening"] else (),
        clock_state={"undamped": 1.0},
    ),
    Optimizer(
        name="nesterov",
        rules=_nesterov,
        source="Sutskever et al. 2013, as in PyTorch's SGD",
        constants={"momentum": 0.9},
        cells=lambda c: {"momentum": c["momentum"]},
        state=("m",),
    ),
    Optimizer(
        name="rmsprop",
        rules=_rmsprop,
        source="Tieleman and Hinton 2012, as in PyTorch",
        constants={"alpha": 0.99, "eps": 1e-8},
        cells=lambda c: {"alpha": c["alpha"], "rest_alpha": 1 - c["alpha"], "eps": c["eps"]},
        state=("v",),
    ),
    Optimizer(
        name="adam",
        rules=_adam,
        source="Kingma and Ba 2015, as in PyTorch",
        constants={"betas": (0.9, 0.999), "eps": 1e-8},
        cells=_adam_cells,
        state=("m", "v"),
        clock=lambda _constants: _ADAM_CLOCK,
        clock_state={"beta1_t": 1.0, "beta2_t": 1.0},
    ),
)

OPTIMIZERS: dict[str, Optimizer] = {row.name: row for row in _ROWS}
"""Every optimizer by its name."""
