"""Memory: the numbers that a Program starts an update with.

Symbols on one side, a problem's numbers on the other; this module owns how they are laid out.
Parameters are C-ordered copies in the layout's own orientation, so that every run of a Program
hands BLAS the same memory order and gets the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.builder import gradient_scale, loss_scale
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.compile.program import Program
from bpstepper.engine.symbols import KINDS, Symbol
from bpstepper.engine.tables.hyperparameters import scalars_of
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.engine.tables.parameters import laid_out, parts_of, turned

__all__ = [
    "Order",
    "SampleStore",
    "batch_values",
    "constants",
    "initial_memory",
    "initial_parameters",
    "part",
    "public",
]


def initial_parameters(problem: Problem) -> dict[Symbol, Array]:
    """Every layer's parameters as the layout writes them, or Wb where they are folded; writable."""
    layout, folded = problem.network.layout, problem.network.bias == "folded"
    memory: dict[Symbol, Array] = {}
    for number, layer in enumerate(problem.network.layers, start=1):
        whole = LAYER_KINDS[layer.kind].whole
        if folded and whole:
            one = np.hstack((layer.biases[:, None], layer.weights))
            memory[Symbol(whole, number)] = np.array(one.T if turned(layout) else one, order="C")
            continue
        for name, spec in layer.parameters.items():
            memory[Symbol(spec.kind, number)] = laid_out(spec, layer.value(name), layout)
    return memory


def initial_memory(problem: Problem, program: Program, x: Array) -> dict[Symbol, Array]:
    """All that lasts from one update to the next: parameters, the optimizer's state, a trained x.

    Args:
        problem: what is trained.
        program: which says what moves.
        x: the first batch's inputs, (n_0, m) or (m, n_0); used only where the inputs are trained.
    """
    memory = initial_parameters(problem)
    first = OPTIMIZERS[problem.training.optimizer].step_state
    for symbol in program.updates.values():
        if symbol == Symbol("x"):
            memory[symbol] = np.array(x, order="C")
        elif symbol not in memory:
            memory[symbol] = np.full(program.shape(symbol), first.get(symbol.kind, 0.0))
    return memory


Order = npt.NDArray[np.intp]
"""Indices of samples, from 0, in the order in which they are seen."""


class SampleStore:
    """All samples of a problem as two tables, ready to be taken from.

    Where the loss needs no target, y holds 1 for each output that is counted and 0 elsewhere.
    """

    def __init__(self, problem: Problem) -> None:
        samples = problem.samples
        self._units_axis = LAYOUTS[problem.network.layout].units_axis
        self._x = np.array([sample.input for sample in samples])
        if LOSSES[problem.loss.name].targets == "none":
            counted = np.zeros(problem.network.sizes[-1])
            unit = problem.loss.unit
            counted[slice(None) if unit is None else unit - 1] = 1.0
            self._y = np.tile(counted, (len(samples), 1))
        else:
            self._y = np.array([sample.target for sample in samples], dtype=np.float64)

    def batch(self, samples: Sequence[int] | Order) -> dict[Symbol, Array]:
        """The x and y of the samples with these indices: (n, m) or (m, n) as the layout has it."""
        indices = np.asarray(samples)
        x, y = self._x.take(indices, axis=0), self._y.take(indices, axis=0)
        if self._units_axis == 0:
            x, y = x.T, y.T
        return {Symbol("x"): x, Symbol("y"): y}

    def batches(self, samples: Order, size: int) -> list[dict[Symbol, Array]]:
        """These samples in batches of `size`; the last may have fewer."""
        whole = self.batch(samples)
        along = 1 - self._units_axis
        cuts = range(0, len(samples), size)
        return [
            {
                symbol: np.ascontiguousarray(  # it is copied in at every update
                    value[:, cut : cut + size] if along == 1 else value[cut : cut + size]
                )
                for symbol, value in whole.items()
            }
            for cut in cuts
        ]

    def count(self, batch: Mapping[Symbol, Array]) -> int:
        """How many samples a batch has."""
        return int(batch[Symbol("x")].shape[1 - self._units_axis])


def batch_values(problem: Problem, samples: Sequence[int]) -> dict[Symbol, Array]:
    """The x and y of the samples with these indices; see `SampleStore`."""
    return SampleStore(problem).batch(samples)


def constants(problem: Problem, batch: int) -> dict[Symbol, float]:
    """The constants of an update; a Program uses those it declares."""
    decay = problem.loss.l2 / (batch if problem.loss.samples == "mean" else 1)
    training = problem.training
    scalars = {
        **scalars_of(LOSSES[problem.loss.name], problem.loss.hyperparameters),
        **OPTIMIZERS[training.optimizer].numbers(training.hyperparameters),
    }
    return {
        Symbol("eta"): training.learning_rate,
        Symbol("c"): loss_scale(problem, batch),
        Symbol("s"): gradient_scale(problem, batch),
        Symbol("decay"): decay,
        Symbol("half_decay"): decay / 2,
        **{Symbol(kind): value for kind, value in scalars.items()},
        **{
            Symbol(kind, number): value
            for number, layer in enumerate(problem.network.layers, start=1)
            for kind, value in LAYER_KINDS[layer.kind].constants(layer.options, layer.units).items()
        },
    }


def public(problem: Problem, values: Mapping[Symbol, Array]) -> dict[str, Array]:
    """The parameters among `values` by key; a folded Wb with its W and b beside it."""
    found: dict[str, Array] = {}
    for symbol, value in values.items():
        if KINDS[symbol.kind].role not in ("parameter", "activation"):  # an optimizer's state
            continue
        found[symbol.key] = value
        for kind in parts_of(symbol.kind):
            found[Symbol(kind, symbol.layer).key] = part(problem.network.layout, value, kind)
    return found


def part(layout: str, whole: Array, kind: str) -> Array:
    """The W or the b of a folded Wb, in the shape they have apart; the same memory."""
    row = LAYOUTS[layout]
    from_axis = row.weight_axes.index("from")
    if KINDS[kind].form == "weights":
        return whole[1:] if from_axis == 0 else whole[:, 1:]
    biases = whole[:1] if from_axis == 0 else whole[:, :1]
    return biases if from_axis == 1 - row.units_axis else biases.T
