"""Problems made up for tests: every shape, activation, loss, layout and optimizer there is.

A `Draft` holds the choices alone, so that a failing example reads as one line; its numbers are
drawn from its own seed by `Draft.problem`. `drafts()` is the hypothesis strategy, `random_draft`
the same for a plain seeded generator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Array, Layer, Loss, Network, Problem, Sample, Training
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from tests.portable import THOROUGH

__all__ = ["MODERATE", "Draft", "drafts", "examples", "plain", "random_draft", "random_problem"]

MODERATE = 0.8  # the deviation of weights that saturate hardly any unit
_SCALES = (0.1, MODERATE, 2.0)
_EXTREME = (30.0, 300.0, 3000.0)
_FACTORS = (0.5, 1.0, 2.0, 0.3)
_DECAYS = (0.0, 0.0, 0.1, 3.0)
_CONSTANTS: dict[str, tuple[Any, ...]] = {
    "momentum": (0.1, 0.5, 0.9, 0.99),
    "dampening": (0.0, 0.0, 0.3, 0.9),
    "alpha": (0.5, 0.9, 0.99),
    "betas": ((0.9, 0.999), (0.5, 0.9), (0.0, 0.99), (0.999, 0.7)),
    "weight_decay": (0.01, 0.0, 0.5),
    "eps": (1e-8, 1e-6, 1e-3, 0.1),
}


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """How many examples a property is tried with when nothing is left out; else half of them.

    All else is the profile's, see `conftest`.
    """
    return settings(max_examples=count if THOROUGH else count // 2)


@dataclass(frozen=True)
class Draft:
    """The choices behind a Problem.

    Attributes:
        sizes: (n_0, …, n_L).
        activations: one for each layer.
        layout: how products are written.
        loss: a name that takes the last activation.
        factor: multiplies the loss.
        outputs: "sum" or "mean".
        samples: "mean" or "sum".
        l2: the weight penalty.
        unit: for the loss "output": which one, from 1; None is all.
        train_biases: one for each layer.
        count: how many samples.
        batch_size: samples per update; None is all of them.
        shuffle: a new order each epoch.
        hard: targets are 0 and 1 where the loss has a choice.
        scale: the deviation of the weights.
        seed: where the numbers come from.
        bias: "separate" or "folded".
        optimizer: how gradients become moves.
        constants: the optimizer's own; what is left out is the default.
        train: "parameters" or "input".
        hold_out: share of the samples that are not trained on.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    layout: str = "column"
    loss: str = "squared_error"
    factor: float = 0.5
    outputs: str = "sum"
    samples: str = "mean"
    l2: float = 0.0
    unit: int | None = None
    train_biases: tuple[bool, ...] = ()
    count: int = 1
    batch_size: int | None = 1
    shuffle: bool = False
    hard: bool = True
    scale: float = MODERATE
    seed: int = 0
    bias: str = "separate"
    optimizer: str = "sgd"
    constants: tuple[tuple[str, Any], ...] = ()
    train: str = "parameters"
    hold_out: float = 0.0

    def problem(self) -> Problem:
        """The problem with its numbers."""
        rng = np.random.default_rng([self.seed, 77])
        trained = self.train_biases or (True,) * len(self.activations)
        layers = tuple(
            Layer(
                units=after,
                weights=rng.normal(0.0, self.scale, (after, before)),
                biases=rng.normal(0.0, self.scale, after),
                activation=activation,
                train_biases=train,
            )
            for before, after, activation, train in zip(
                self.sizes[:-1], self.sizes[1:], self.activations, trained, strict=True
            )
        )
        return Problem(
            network=Network(
                inputs=self.sizes[0],
                layers=layers,
                layout=self.layout,
                bias=self.bias,
                seed=self.seed,
            ),
            samples=tuple(
                Sample(input=rng.normal(size=self.sizes[0]), target=self._target(rng))
                for _ in range(self.count)
            ),
            loss=Loss(
                name=self.loss,
                factor=self.factor,
                outputs=self.outputs,
                samples=self.samples,
                l2=self.l2,
                unit=self.unit,
            ),
            training=Training(
                learning_rate=0.1,
                batch_size=self.batch_size,
                shuffle=self.shuffle,
                optimizer=self.optimizer,
                constants=dict(self.constants),
                train=self.train,
                hold_out=self.hold_out,
            ),
        )

    def _target(self, rng: np.random.Generator) -> Array | None:
        outputs = self.sizes[-1]
        targets = LOSSES[self.loss].targets
        if targets == "none":
            return None
        if targets == "distribution":
            if self.hard:
                return np.asarray(np.eye(outputs)[rng.integers(outputs)])
            return rng.dirichlet(np.ones(outputs))
        if targets == "unit_interval":
            if self.hard:
                return rng.integers(0, 2, outputs).astype(np.float64)
            return rng.uniform(size=outputs)
        return rng.normal(size=outputs)


def plain(draft: Draft) -> Draft:
    """The draft with all of its samples trained on, by moving parameters."""
    return replace(draft, train="parameters", hold_out=0.0)


def _losses_for(activation: str) -> list[str]:
    return [
        name
        for name, rule in LOSSES.items()
        if rule.activations is None or activation in rule.activations
    ]


def _draft(choose: Callable[[Any], Any], extreme: bool) -> Draft:
    """A draft by a chooser that picks one of a sequence."""
    depth = choose((1, 2, 2, 3, 4))
    sizes = tuple(choose((1, 2, 3, 4, 5, 8)) for _ in range(depth + 1))
    activations = tuple(choose(tuple(ACTIVATIONS)) for _ in range(depth))
    loss = choose(_losses_for(activations[-1]))
    count = choose((1, 2, 3, 4, 5))
    draft = Draft(
        sizes=sizes,
        activations=activations,
        layout=choose(tuple(LAYOUTS)),
        loss=loss,
        factor=choose(_FACTORS),
        outputs=choose(("sum", "mean")),
        samples=choose(("mean", "sum")),
        l2=choose(_DECAYS),
        unit=choose((None, *range(1, sizes[-1] + 1))) if loss == "output" else None,
        train_biases=tuple(choose((True, True, False)) for _ in range(depth)),
        count=count,
        batch_size=choose((None, *range(1, count + 1))),
        shuffle=choose((False, True)),
        hard=choose((True, False)),
        scale=choose(_EXTREME if extreme else _SCALES),
        seed=choose(range(10_000)),
    )
    return _trained(draft, choose)


def _trained(draft: Draft, choose: Callable[[Any], Any]) -> Draft:
    """The draft with a way of training it chosen."""
    optimizer = choose(tuple(OPTIMIZERS))
    usual = choose((True, False))
    names = () if usual else tuple(it.name for it in OPTIMIZERS[optimizer].hyperparameters)
    constants = tuple((name, choose(_CONSTANTS[name])) for name in names)
    train = choose(("parameters", "parameters", "parameters", "input"))
    return replace(
        draft,
        bias=choose(("separate", "folded")),
        optimizer=optimizer,
        constants=constants,
        train=train,
        batch_size=None if train == "input" else draft.batch_size,
        hold_out=choose((0.0, 0.0, 0.2, 0.4) if draft.count > 1 else (0.0,)),
    )


@st.composite
def drafts(draw: st.DrawFn, *, extreme: bool = False) -> Draft:
    """Any draft; with `extreme`, weights of up to thousands."""
    return _draft(lambda among: draw(st.sampled_from(among)), extreme)


def random_draft(rng: np.random.Generator, *, extreme: bool = False) -> Draft:
    """Any draft, chosen by a plain generator."""
    return _draft(lambda among: among[int(rng.integers(len(among)))], extreme)


def random_problem(rng: np.random.Generator, *, extreme: bool = False) -> Problem:
    """Any problem, chosen by a plain generator."""
    return random_draft(rng, extreme=extreme).problem()
