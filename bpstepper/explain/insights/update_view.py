"""One update as an insight looks at it: units × samples in every layout, with names and flatness.

A layout decides which way the matrices of a trace lie; what is true of a unit does not depend on
it. This module turns the values one way, once, and `find` says what is to be seen in them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.kernels import AnyArray, Index
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import KINDS, Axis, Symbol
from bpstepper.engine.tables.activations import Activation
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.letters import OWN, Letters, letters_of
from bpstepper.explain.notation.notation import Notation
from bpstepper.number_format import number
from bpstepper.scenario.model import Scenario

__all__ = ["Found", "Mask", "UpdateView", "rms"]

Mask = npt.NDArray[np.bool_]

_MOST_PARAMETERS = 20_000
_MOST_WORK = 200_000  # parameters × samples: an update of so much takes about a millisecond


@dataclass(frozen=True, eq=False)
class Found:
    """Something that is to be seen in an update.

    Attributes:
        symbol: what it is about.
        mask: units × samples (wires: to × from), true for the cells it is about.
        text: one sentence.
        reason: why, and what it means.
    """

    symbol: Symbol
    mask: Mask
    text: str
    reason: str


class UpdateView:
    """The values of one update, all turned one way.

    Attributes:
        trace: the update.
        scenario: whose it is.
        line: where the updates before it are found; None where nothing may be said of them.
        notation: whose letters and signs it is told in; what is looked for does not depend on it.
        depth: L.
        m: how many samples the batch has.
        collapses: whether this loss cancels the slope of the outputs in δᴸ.
        has_targets: whether there is anything that outputs ought to be.
        plain_descent: whether the parameters move exactly against the gradient.
    """

    def __init__(
        self,
        trace: Trace,
        scenario: Scenario,
        line: Timeline | None = None,
        notation: Notation = OWN,
    ) -> None:
        self.trace, self.scenario, self.line, self.notation = trace, scenario, line, notation
        self.depth = scenario.network.depth
        self.m = len(trace.samples)
        self._layout = trace.program.layout
        stem = None if notation.own else notation.stem
        self._naming = Naming(scenario, trace.samples, stem)
        rule, training = LOSSES[scenario.loss.name], scenario.training
        self.collapses = self.activation(self.depth).name in rule.collapses_with
        self.has_targets = rule.targets != "none"
        plain = not OPTIMIZERS[training.optimizer].state
        self.plain_descent = plain and training.learning_rate > 0

    # ── values ───────────────────────────────────────────────────────────────────────────────

    def activation(self, layer: int) -> Activation:
        """The activation of a layer, from 1."""
        return self.scenario.network.layer(layer).function

    def units(self, kind: str, layer: int | None = None) -> Array:
        """A quantity of a layer's units: (n, m); biases (n, 1)."""
        return self.turned(Symbol(kind, layer), self.trace.values[Symbol(kind, layer)])

    def entering(self, layer: int) -> Array:
        """What enters a layer along its wires, (n_{l-1}, m)."""
        return self.units("a", layer - 1) if layer > 1 else self.units("x")

    def has(self, kind: str, layer: int | None = None) -> bool:
        """Whether this update has such a quantity: where inputs are trained there is no ∂C/∂W."""
        return Symbol(kind, layer) in self.trace.values

    def turned(self, symbol: Symbol, value: AnyArray) -> AnyArray:
        """From the layout's orientation to units × samples, to × from; and back."""
        if value.ndim != 2:
            return value
        if KINDS[symbol.kind].form == "weights":
            return value if self._layout.weight_axes[0] == "to" else value.T
        return value if self._layout.units_axis == 0 else value.T

    def as_laid_out(self, symbol: Symbol, mask: Mask) -> Mask:
        """A mask of a symbol's cells, read-only, the way its matrix lies on the screen."""
        turned = np.array(self.turned(symbol, mask))
        turned.setflags(write=False)
        return turned

    def flat(self, layer: int) -> Mask:
        """Where a layer's units stand on a flat part of their activation, (n, m)."""
        z, flat = self.units("z", layer), self.activation(layer).saturation
        if flat is None:
            return np.zeros(z.shape, bool)
        return np.array(flat.where(z, self.units("a", layer), 0), bool)

    def is_level(self, layer: int) -> bool:
        """Whether the slope is exactly 0 where the activation of a layer is flat."""
        flat = self.activation(layer).saturation
        return flat is not None and flat.level

    def steepest(self, layer: int) -> float:
        """The largest slope that the activation of a layer has; infinite where it has no flat."""
        flat = self.activation(layer).saturation
        return math.inf if flat is None else flat.steepest

    def missing(self, layer: int) -> Array | None:
        """|a − y| of the outputs, (n, m); None of hidden layers, and where there are no targets."""
        if layer < self.depth or not self.has_targets:
            return None
        return np.abs(self.units("a", layer) - self.units("y"))

    def costs(self, back: int) -> list[float]:
        """C of as many updates before this one, and its own; [] where that cannot be compared.

        Only where every update sees the same samples, since else C differs for lack of them, and
        only where an update is quick: the way to those before may have to be computed again.
        """
        update, line = self.trace.update, self.line
        if line is None or update <= back or line.schedule.updates_per_epoch > 1:
            return []
        sizes = self.scenario.network.sizes
        parameters = sum(n * (k + 1) for n, k in zip(sizes[1:], sizes, strict=False))
        if parameters > _MOST_PARAMETERS or parameters * self.m > _MOST_WORK:
            return []
        before = [line.trace(earlier).cost for earlier in range(update - back, update)]
        return [*before, self.trace.cost]

    # ── names ────────────────────────────────────────────────────────────────────────────────

    def unit_names(self, layer: int) -> tuple[str, ...]:
        """The names of a layer's units."""
        return self._naming.along(Axis("units", layer, self.scenario.network.sizes[layer]))

    def name(self, symbol: Symbol) -> str:
        """A symbol as the screen writes it."""
        return self.notation.name(symbol, self.trace.program, self.scenario)

    def cell_name(self, symbol: Symbol, cell: Index) -> str:
        """A cell, by its place in units × samples, as the screen calls it."""
        index = cell if self._layout.units_axis == 0 else cell[::-1]
        return self._naming.cell(self.trace.quantity(symbol), index)

    def slope_name(self, layer: int) -> str:
        """`σ′(z)`."""
        letters = self.letters(layer)
        return f"{letters.function(self.activation(layer).glyph.text)}′({letters['z']})"

    def letters(self, layer: int | None = None) -> Letters:
        """The letters of what is said of a layer."""
        return letters_of(self.notation, self.scenario.network, layer)

    def told(self, symbol: Symbol, value: float) -> str:
        """A number of a symbol as the screen has it, with the notation's sign."""
        return number(value * self.notation.sign(symbol))


def rms(values: Array) -> float:
    """The root mean square; squares of large and of small numbers stay finite and not 0."""
    top = float(np.abs(values).max())
    if top == 0 or not math.isfinite(top):
        return top
    return top * math.sqrt(float(np.mean((values / top) ** 2)))
