"""Measures: what is told of a network in training beside C, one row each.

A row says what it is called, what it is made of and how it is found in the Program's own values
of a moment. When it is measured is `recording`'s business. All of a moment is measured at the
parameters that its update starts from, as C is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bpstepper.engine.compile.memory import Order, SampleStore
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.ops.kernels import AnyArray
from bpstepper.engine.run.evaluation import Classes, Probe, answered, classes
from bpstepper.engine.run.training import split
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.layouts import LAYOUTS

__all__ = ["MEASURES", "Batch", "Measure", "Numbers", "Set", "Sets"]

Numbers = tuple[float, ...]
"""What a measure is at one moment: a number for each layer from 1, or a single one."""


@dataclass(frozen=True)
class Measure:
    """One row.

    Attributes:
        key: what it is called in files and JSON.
        name: how it is written; `{l}` is a layer's number, raised.
        words: what it is.
        of_layers: whether there is one number for each layer.
        is_share: whether it goes from 0 to 1; else it is a size, and a log axis serves.
        of_batch: the batch's values → the numbers; None: it is found in whole sets of samples.
        of_set: the set's answers → the number; None where that has no meaning.
        held_out: whether the set is the held-out one.
        symbols: the kinds of the layers' quantities that `of_batch` reads.
    """

    key: str
    name: str
    words: str
    of_layers: bool = False
    is_share: bool = False
    of_batch: Callable[[Batch], Numbers | None] | None = None
    of_set: Callable[[Set], float | None] | None = None
    held_out: bool = False
    symbols: tuple[str, ...] = ()


# ── the batch of an update ───────────────────────────────────────────────────────────────────


class Batch:
    """The batch of an update at the parameters that it starts from: values by symbol."""

    def __init__(self, problem: Problem, values: Mapping[Symbol, AnyArray]) -> None:
        self.problem, self.values = problem, values
        self.layers = range(1, problem.network.depth + 1)
        self.units_axis = LAYOUTS[problem.network.layout].units_axis

    def of(self, kind: str) -> list[AnyArray]:
        """A quantity of every layer; [] where this network has none."""
        return [value for s, value in self.values.items() if s.kind == kind]


def _gradients(batch: Batch) -> Numbers | None:
    norms = tuple(float(np.linalg.norm(value)) for value in batch.of("grad_W"))
    return norms or None


def _deltas(batch: Batch) -> Numbers | None:
    # δ as it stands in the update: where C is a mean it has 1/m in it, so smaller batches have
    # longer ones
    norms = (np.linalg.norm(value, axis=batch.units_axis) for value in batch.of("delta"))
    return tuple(float(norm.mean()) for norm in norms)


def _flat(batch: Batch) -> Numbers | None:
    shares = []
    for layer in batch.layers:
        flat = batch.problem.network.layer(layer).function.saturation
        z, a = (batch.values[Symbol(kind, layer)] for kind in ("z", "a"))
        shares.append(0.0 if flat is None else float(flat.where(z, a, batch.units_axis).mean()))
    return tuple(shares)


# ── whole sets of samples ────────────────────────────────────────────────────────────────────


class Set:
    """A set of samples, and what a network answers to them now.

    Attributes:
        samples: their indices.
        classes: what they are to be taken for; None where targets stand for no classes.
    """

    def __init__(
        self, problem: Problem, parameters: Mapping[Symbol, Array], samples: Order
    ) -> None:
        self.problem, self.samples = problem, samples
        self.classes: Classes | None = classes(problem, samples)
        self._batch = SampleStore(problem).batch(samples)
        self._a = Symbol("a", problem.network.depth)
        goals = (self._a, Symbol("C"), Symbol("C_data"))
        self._probe = Probe(problem, parameters, len(samples), goals)
        self._values: dict[Symbol, AnyArray] | None = None

    def moved(self) -> None:
        """Forget what was answered: the parameters are others now."""
        self._values = None

    def _value(self, symbol: Symbol) -> AnyArray | None:
        if self._values is None:
            self._values = self._probe(self._batch)
        return self._values.get(symbol)

    @property
    def accuracy(self) -> float | None:
        """The share of samples that are classified rightly; None where that has no meaning."""
        outputs = self._value(self._a)
        if self.classes is None or outputs is None:
            return None
        return float(np.mean(answered(self.problem, outputs) == self.classes.labels))

    @property
    def cost(self) -> float:
        """C of all its samples, without the penalty for large weights."""
        data = self._value(Symbol("C_data"))
        whole = self._value(Symbol("C")) if data is None else data
        assert whole is not None  # every network has a cost
        return float(whole)


class Sets:
    """The training samples and the held-out ones, read at live parameters."""

    def __init__(self, problem: Problem, parameters: Mapping[Symbol, Array]) -> None:
        self._problem, self._parameters = problem, parameters
        self._parts = split(problem)

    @cached_property
    def training(self) -> Set:
        """The samples that are trained on."""
        return Set(self._problem, self._parameters, self._parts.training)

    @cached_property
    def held_out(self) -> Set | None:
        """Those that are held out; None where there are none."""
        if not len(self._parts.held_out):
            return None
        # inputs that are trained are those of the training samples
        kept = {s: value for s, value in self._parameters.items() if s != Symbol("x")}
        return Set(self._problem, kept, self._parts.held_out)

    @property
    def watched(self) -> Set:
        """Those that early stopping goes by: the held-out ones where there are some."""
        return self.held_out or self.training

    def moved(self) -> None:
        """Forget what was answered: the parameters are others now."""
        self.training.moved()
        if self.held_out is not None:
            self.held_out.moved()


MEASURES: dict[str, Measure] = {
    row.key: row
    for row in (
        Measure(
            "gradient_norm",
            "‖∂C/∂W{l}‖",
            "the length of the gradient of layer {l}'s weights: the root of the sum of its squares",
            of_layers=True,
            of_batch=_gradients,
            symbols=("grad_W",),
        ),
        Measure(
            "delta_norm",
            "‖δ{l}‖",
            "the length of δ of layer {l}, the mean over the samples of the batch",
            of_layers=True,
            of_batch=_deltas,
            symbols=("delta",),
        ),
        Measure(
            "saturated",
            "flat{l}",
            "the share of layer {l}'s units and the batch's samples on a flat part of the "
            "activation",
            of_layers=True,
            is_share=True,
            of_batch=_flat,
            symbols=("z", "a"),
        ),
        Measure(
            "accuracy",
            "accuracy",
            "the share of the training samples that are classified rightly",
            is_share=True,
            of_set=lambda samples: samples.accuracy,
        ),
        Measure(
            "accuracy_held_out",
            "accuracy, held out",
            "the share of the held-out samples that are classified rightly",
            is_share=True,
            of_set=lambda samples: samples.accuracy,
            held_out=True,
        ),
        Measure(
            "C_training",
            "C, training",
            "C over all training samples, without the penalty for large weights",
            of_set=lambda samples: samples.cost,
        ),
        Measure(
            "C_held_out",
            "C, held out",
            "C over the held-out samples, without the penalty for large weights",
            of_set=lambda samples: samples.cost,
            held_out=True,
        ),
    )
}
"""Every measure by its key, in the order in which they are shown."""
