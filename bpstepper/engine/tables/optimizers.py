"""Optimizers: how a gradient becomes a move of the parameters, one row each.

An optimizer is compiled into operations like everything else, so its arithmetic is stepped,
replayed and explained by the same means. Formulas and constants are PyTorch's: their names, their
defaults and their order of operations. A row says which state it keeps for each parameter, which
it keeps once, and by which rules one update is made; each rule is one equation. It also has all
that is said of it, and brings symbols and laws that nothing else has: to add an optimizer is to
add a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bpstepper.engine.kind import Kind
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import Stage
from bpstepper.engine.symbols import declare_kinds
from bpstepper.engine.tables.equations import EQUATIONS, Law
from bpstepper.engine.tables.hyperparameters import Hyperparameter, scalars_of

__all__ = ["OPTIMIZERS", "Optimizer", "Rule", "UpdateLaw", "register"]

_SCALE, _ADD, _SUBTRACT = ALGEBRA["scale"], ALGEBRA["add"], ALGEBRA["subtract"]
_SQUARE, _ROOT, _SHIFT = ALGEBRA["square"], ALGEBRA["sqrt"], ALGEBRA["shift"]
_DIVIDE, _DIVIDE_BY = ALGEBRA["divide"], ALGEBRA["divide_by"]


@dataclass(frozen=True)
class UpdateLaw:
    """Why an equation of an optimizer is what it is, in words.

    Attributes:
        sentence: the one that is always on the screen.
        paragraphs: the whole explanation; both are templates, as `explanations` has them.
        averages_gradients: what it makes is a mean of gradients, and has their sign.
    """

    sentence: str
    paragraphs: tuple[str, ...]
    averages_gradients: bool = False


@dataclass(frozen=True)
class Rule:
    """One equation of an optimizer.

    In the stages, `parameter` and `gradient` stand for W and ∂C/∂W (or b and ∂C/∂b), `moving`
    for the parameter with 0 for what of it is not trained, as `gradient` has, and `next` for the
    parameter after the update; other words are kinds of symbols, a state's `_next` among
    them.

    Attributes:
        row: the key in `equations.EQUATIONS`: UPDATE, or one of the optimizer's own `laws`.
        formula: a template; `{p}` is the parameter, `{grad_p}` its gradient, any other word a
            kind of symbol.
        stages: its operations.
        descent: the formula for books that write gradients with the other sign, where it is
            another: as `{grad_p}` has a minus there, a step is added.
    """

    row: str
    formula: str
    stages: tuple[Stage, ...]
    descent: str = ""


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Optimizer:
    """One row of the table.

    Constants are the values of its hyperparameters, all of them, by name.

    Attributes:
        name: as scenario files say it.
        rules: constants → the equations for one parameter.
        source: where the formulas stand.
        hyperparameters: its own constants with PyTorch's names and defaults.
        scalars: constants → the numbers that its operations use, by kind of symbol, but for those
            that a hyperparameter names itself.
        state: the kinds of state that it keeps for each parameter, all 0 at the start.
        step_rules: constants → the equations worked out once an update, before the parameters'.
        step_state: the kinds of state that belong to those, with their first values.
        laws: what is said of its equations, by `Rule.row`; UPDATE has its words already.
        headings: the kind that an operation makes → what it does, in a few words.
        signed: the kinds that have the gradient's sign.
        kinds: the symbols that no other row has.
    """

    name: str
    rules: Callable[[Mapping[str, Any]], tuple[Rule, ...]]
    source: str
    hyperparameters: tuple[Hyperparameter, ...] = ()
    scalars: Callable[[Mapping[str, Any]], Mapping[str, float]] = lambda _constants: {}
    state: tuple[str, ...] = ()
    step_rules: Callable[[Mapping[str, Any]], tuple[Rule, ...]] = lambda _constants: ()
    step_state: Mapping[str, float] = field(default_factory=_nothing)
    laws: Mapping[str, UpdateLaw] = field(default_factory=_nothing)
    headings: Mapping[str, str] = field(default_factory=_nothing)
    signed: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=_nothing)

    def numbers(self, constants: Mapping[str, Any]) -> dict[str, float]:
        """All numbers that its operations use, by kind of symbol."""
        return {**scalars_of(self, constants), **self.scalars(constants)}


def _move(
    direction: str,
    formula: str,
    descent: str,
    before: tuple[Stage, ...] = (),
    start: str = "parameter",
) -> Rule:
    """The update itself: the parameter, or what it starts from, less η times a direction."""
    stages = (
        *before,
        Stage(_SCALE, ("eta", direction), "step"),
        Stage(_SUBTRACT, (start, "step"), "next"),
    )
    return Rule("UPDATE", formula, stages, descent)


_PLAIN = _move("gradient", "{p} ← {p} − η {grad_p}", "{p} ← {p} + {step},  {step} = η ({grad_p})")


# ── momentum ─────────────────────────────────────────────────────────────────────────────────


def _velocity(constants: Mapping[str, Any]) -> Rule:
    """M ← μm + ∂C/∂p; dampened, from the second update on, m ← μm + (1 − d)∂C/∂p."""
    kept = Stage(_SCALE, ("momentum", "m"), "m_kept")
    if not constants["dampening"]:
        whole = (kept, Stage(_ADD, ("m_kept", "gradient"), "m_next"))
        return Rule(
            "momentum", "{m_next} = μ {m} + {grad_p}", whole, "{m_next} = μ {m} + ({grad_p})"
        )
    stages = (
        kept,
        Stage(_SCALE, ("undamped", "gradient"), "m_fresh"),
        Stage(_ADD, ("m_kept", "m_fresh"), "m_next"),
    )
    return Rule(
        "momentum",
        "{m_next} = μ {m} + {undamped} {grad_p}",
        stages,
        "{m_next} = μ {m} + {undamped} ({grad_p})",
    )


def _momentum(constants: Mapping[str, Any]) -> tuple[Rule, ...]:
    move = _move("m_next", "{p} ← {p} − η {m_next}", "{p} ← {p} + η {m_next}")
    return (_velocity(constants), move)


def _nesterov(constants: Mapping[str, Any]) -> tuple[Rule, ...]:
    ahead = (
        Stage(_SCALE, ("momentum", "m_next"), "m_ahead"),
        Stage(_ADD, ("gradient", "m_ahead"), "direction"),
    )
    formula = "{p} ← {p} − η ({grad_p} + μ {m_next})"
    descent = "{p} ← {p} + η ({grad_p} + μ {m_next})"
    return (_velocity({"dampening": 0.0}), _move("direction", formula, descent, ahead))


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
        _move(
            "direction",
            "{p} ← {p} − η {grad_p} / (√{v_next} + ε)",
            "{p} ← {p} + η ({grad_p}) / (√{v_next} + ε)",
            scaled,
        ),
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
        Rule(
            "first_moment",
            "{m_next} = β₁ {m} + (1 − β₁) {grad_p}",
            first,
            "{m_next} = β₁ {m} + (1 − β₁) ({grad_p})",
        ),
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
        _move(
            "direction",
            "{p} ← {p} − η {m_hat} / (√{v_hat} + ε)",
            "{p} ← {p} + η {m_hat} / (√{v_hat} + ε)",
            scaled,
        ),
    )


def _adamw(constants: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Adam's own, but that the parameter shrinks by itself before it moves."""
    *before, move = _adam(constants)
    decay = Rule(
        "weight_decay",
        "{decayed} = {p} − η λ {p}",
        (
            Stage(_SCALE, ("shrink", "moving"), "decay_of"),
            Stage(_SUBTRACT, ("parameter", "decay_of"), "decayed"),
        ),
    )
    formula, descent = (
        text.replace("← {p}", "← {decayed}") for text in (move.formula, move.descent)
    )
    return (*before, decay, _move("direction", formula, descent, move.stages[:-2], "decayed"))


_SHRINK = Rule(
    "decay_rate",
    "{shrink} = η · {weight_decay}",
    (Stage(_SCALE, ("eta", "weight_decay"), "shrink"),),
)


def _adam_scalars(constants: Mapping[str, Any]) -> Mapping[str, float]:
    first, second = constants["betas"]
    return {
        "beta1": first,
        "rest1": 1 - first,
        "beta2": second,
        "rest2": 1 - second,
        "one": 1.0,
    }


_ADAM_STEP = tuple(
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

# ── what is said of them ─────────────────────────────────────────────────────────────────────

_DAMPENED = UpdateLaw(
    "PyTorch lets the first gradient in whole, and dampens those after it.",
    ("This number is 1 in the first update and 1 − d from then on.",),
)
_REMEMBERS = UpdateLaw(
    "The move remembers: a share of the last one is kept, and the gradient added.",
    (
        "Like a ball on a slope: where gradients agree from update to update the moves grow, "
        "where they alternate they cancel.",
    ),
    averages_gradients=True,
)
_SECOND_MOMENT = UpdateLaw(
    "A running mean of the squared gradients: how large they usually are.",
    ("Each parameter has its own. Squares have no sign: this measures size alone.",),
)
_ADAM_LAWS = {
    "bias_correction": UpdateLaw(
        "The averages start at 0 and are too small at first; this is by how much.",
        ("After t updates the weights of an average add up to 1 − βᵗ, not to 1.",),
    ),
    "first_moment": UpdateLaw(
        "A running mean of the gradients: most of the old one, a little of the new.",
        ("It smooths the gradient over about 1/(1 − β₁) updates.",),
        averages_gradients=True,
    ),
    "second_moment": _SECOND_MOMENT,
    "first_corrected": UpdateLaw(
        "The mean, divided by the share of it that is there already.",
        ("In the first update this gives back the gradient itself.",),
        averages_gradients=True,
    ),
    "second_corrected": UpdateLaw(
        "The mean square, divided by the share of it that is there already.",
        ("In the first update this gives back the squared gradient itself.",),
    ),
}

_OF_MEAN = {
    "m_kept": "what is kept of the old mean",
    "m_fresh": "what the new gradient brings",
    "m_next": "both together",
}
_OF_SQUARES = {
    "v_kept": "what is kept of the old mean square",
    "gradient_squared": "each gradient, squared",
    "v_fresh": "what the new square brings",
    "v_next": "both together",
    "denominator": "the divisor, kept from 0",
}
_WAY = {"direction": "which way to move"}
_MEAN = ("m", "m_next", "m_kept", "m_fresh")

_AT_LEAST_0 = MappingProxyType({"ge": 0})
_MOMENTUM = Hyperparameter(
    "momentum", 0.9, "How much of the last move is kept.", _AT_LEAST_0, "momentum"
)
_BETAS = Hyperparameter("betas", (0.9, 0.999), "The decays of the two running means.")
_EPS = Hyperparameter("eps", 1e-8, "Keeps a denominator from being 0.", _AT_LEAST_0, "eps")

_ROWS = (
    Optimizer(name="sgd", rules=lambda _constants: (_PLAIN,), source="Nielsen ch. 1 (20), (21)"),
    Optimizer(
        name="momentum",
        rules=_momentum,
        source="Polyak 1964, as in PyTorch's SGD",
        hyperparameters=(
            _MOMENTUM,
            Hyperparameter("dampening", 0.0, "How much of the gradient is held back."),
        ),
        scalars=lambda c: {"damped": 1 - c["dampening"]},
        state=("m",),
        # PyTorch dampens from the second update on: the first one takes the gradient whole
        step_rules=lambda c: (_DAMPENING,) if c["dampening"] else (),
        step_state={"undamped": 1.0},
        laws={"dampening": _DAMPENED, "momentum": _REMEMBERS},
        headings=_OF_MEAN,
        signed=_MEAN,
    ),
    Optimizer(
        name="nesterov",
        rules=_nesterov,
        source="Sutskever et al. 2013, as in PyTorch's SGD",
        hyperparameters=(_MOMENTUM,),
        state=("m",),
        laws={"momentum": _REMEMBERS},
        headings={**_OF_MEAN, "m_ahead": "a look ahead along the new mean", **_WAY},
        signed=(*_MEAN, "m_ahead", "direction"),
    ),
    Optimizer(
        name="rmsprop",
        rules=_rmsprop,
        source="Tieleman and Hinton 2012, as in PyTorch",
        hyperparameters=(
            Hyperparameter(
                "alpha", 0.99, "The decay of the mean of squares.", _AT_LEAST_0, "alpha"
            ),
            _EPS,
        ),
        scalars=lambda c: {"rest_alpha": 1 - c["alpha"]},
        state=("v",),
        laws={"second_moment": _SECOND_MOMENT},
        headings={**_OF_SQUARES, **_WAY},
        signed=("direction",),
    ),
    Optimizer(
        name="adam",
        rules=_adam,
        source="Kingma and Ba 2015, as in PyTorch",
        hyperparameters=(
            _BETAS,
            _EPS,
        ),
        scalars=_adam_scalars,
        state=("m", "v"),
        step_rules=lambda _constants: _ADAM_STEP,
        step_state={"beta1_t": 1.0, "beta2_t": 1.0},
        laws=_ADAM_LAWS,
        headings={**_OF_MEAN, **_OF_SQUARES, **_WAY},
        signed=(*_MEAN, "m_hat", "direction"),
    ),
    Optimizer(
        name="adamw",
        rules=_adamw,
        source="Loshchilov and Hutter 2019, as in PyTorch",
        hyperparameters=(
            _BETAS,
            _EPS,
            Hyperparameter(
                "weight_decay",
                0.01,
                "How much a parameter shrinks by itself, times η.",
                _AT_LEAST_0,
                "weight_decay",
            ),
        ),
        scalars=_adam_scalars,
        state=("m", "v"),
        step_rules=lambda _constants: (*_ADAM_STEP, _SHRINK),
        step_state={"beta1_t": 1.0, "beta2_t": 1.0},
        laws={
            **_ADAM_LAWS,
            "decay_rate": UpdateLaw(
                "How much of itself each parameter loses in this update.",
                ("It is the same for all of them, whatever their gradients are.",),
            ),
            "weight_decay": UpdateLaw(
                "Each parameter shrinks a little by itself, whatever its gradient is.",
                (
                    "A penalty in C would go through the averages and be divided like a gradient. "
                    "This is apart from them, so all parameters shrink at one rate.",
                ),
            ),
        },
        headings={
            **_OF_MEAN,
            **_OF_SQUARES,
            **_WAY,
            "shrink": "η times λ",
            "decay_of": "how much of it goes",
            "decayed": "what is left of it",
        },
        signed=(*_MEAN, "m_hat", "direction"),
        kinds={
            "weight_decay": Kind("weight_decay", "λ", r"\lambda", "how fast parameters shrink"),
            "shrink": Kind("shrink", "ηλ", r"\eta\lambda", "the share that goes"),
            "moving": Kind("moving_{tag}{l}", "{p} (W only)", "{p}", "what of it is trained"),
            "decay_of": Kind("decay_of_{tag}{l}", "decay({p})", r"\eta\lambda\,{p}", "what goes"),
            "decayed": Kind(
                "decayed_{tag}{l}", "shrunk({p})", r"{p}_{{\mathrm{{shrunk}}}}", "what is left"
            ),
        },
    ),
)

OPTIMIZERS: dict[str, Optimizer] = {}
"""Every optimizer by its name."""


def register(row: Optimizer) -> None:
    """Add a row, with its symbols and its laws; before anything is made of the table.

    Raises:
        ValueError: a symbol of it is called as another one is.
    """
    declare_kinds(row.kinds)
    EQUATIONS.update({law: Law("OPTIMIZER", "update", "", "") for law in row.laws})
    OPTIMIZERS[row.name] = row


for _row in _ROWS:
    register(_row)
