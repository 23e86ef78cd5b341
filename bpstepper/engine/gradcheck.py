"""The gradient check: is what backpropagation says the slope of C?

Every parameter is moved a little, and the forward half of the *same Program* is run again. Where
the functions take complex numbers, which is all of them except at overflow, the move is an
imaginary one of 10⁻³⁰: C's imaginary part is then the derivative to the last bits, without the
cancellation that a difference suffers (the complex step). Central differences stand in where a
complex number overflows. A weight whose move would cross a kink, such as ReLU's at exactly 0,
has no derivative; it is named and left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .activations import ACTIVATIONS
from .kernels import AnyArray, Index
from .lowering import Lowered
from .memory import batch_values, constants
from .network import Array, Problem
from .program import Program
from .symbols import Symbol
from .trace import Trace
from .training import Timeline

__all__ = ["GradientCheck", "Kink", "SymbolCheck", "Worst", "gradcheck", "slopes_of_cost"]

_STEP = 1e-30  # of the complex step: small enough that its square is nothing
_CENTRAL = float(np.cbrt(np.finfo(float).eps))  # of a central difference, relative


class Worst(NamedTuple):
    """The largest disagreement.

    Attributes:
        difference: ‖backpropagation − numeric‖ / max of the two norms, over one symbol's array.
        symbol: the key of the parameter.
        cell: where it disagrees most, counted from 0.
    """

    difference: float
    symbol: str
    cell: Index


class Kink(NamedTuple):
    """A cell that was left out, and the weighted input that sits exactly on a kink."""

    symbol: str
    cell: Index
    where: str


@dataclass(frozen=True, eq=False)
class SymbolCheck:
    """One parameter's gradient, held against its numeric twin.

    Attributes:
        symbol: the parameter's key.
        gradient: what backpropagation says, in the parameter's shape.
        numeric: what moving it says; NaN where it was not measured.
        difference: as in `Worst`.
        index: the cell that disagrees most, counted from 0.
        kinks: cells without a derivative.
        central: how many cells needed a central difference.
    """

    symbol: str
    gradient: Array
    numeric: Array
    difference: float
    index: Index
    kinks: tuple[Kink, ...]
    central: int


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """The check of every parameter of one update."""

    checks: tuple[SymbolCheck, ...]

    TOLERANCE = 1e-7

    @property
    def worst(self) -> Worst:
        """The parameter that disagrees most; NaN disagrees with everything."""
        worst = max(self.checks, key=lambda check: np.nan_to_num(check.difference, nan=np.inf))
        return Worst(worst.difference, worst.symbol, worst.index)

    @property
    def kinks(self) -> tuple[Kink, ...]:
        """Every cell that was left out."""
        return tuple(kink for check in self.checks for kink in check.kinks)

    @property
    def measured(self) -> int:
        """How many cells were held against their numeric twin."""
        return sum(int(np.isfinite(check.numeric).sum()) for check in self.checks)

    @property
    def ok(self) -> bool:
        """Whether every parameter agrees within `TOLERANCE`."""
        return self.worst.difference <= self.TOLERANCE


def gradcheck(problem: Problem, update: int = 1, limit: int = 4000) -> GradientCheck:
    """Hold the gradients of one update against the slopes of its own forward pass.

    Args:
        problem: what to check.
        update: which update's gradients, from 1.
        limit: measure at most this many cells of each parameter, chosen from the seed.

    Returns:
        One check for each W and b.
    """
    line = Timeline(problem)
    before = line.parameters(update - 1)
    return check_trace(problem, line.trace(update), before, limit)


def check_trace(
    problem: Problem, trace: Trace, before: Mapping[Symbol, Array], limit: int = 4000
) -> GradientCheck:
    """Hold the gradients of a trace, however it was made, against its forward pass.

    `before` are the parameters that its update started from.
    """
    meter = _Meter(problem, trace.program, before, trace.samples)
    chance = np.random.default_rng([problem.network.seed, 2])
    checks = []
    for symbol in before:
        gradient = trace[Symbol(f"grad_{symbol.kind}", symbol.layer)]
        cells: Sequence[Index] = list(np.ndindex(*gradient.shape))
        if len(cells) > limit:
            cells = [cells[i] for i in sorted(chance.choice(len(cells), limit, replace=False))]
        checks.append(_compare(symbol.key, gradient, meter, symbol, cells))
    return GradientCheck(tuple(checks))


def slopes_of_cost(
    problem: Problem, trace: Trace, before: Mapping[Symbol, Array], key: str
) -> Array:
    """∂C/∂(symbol) by moving each cell of it, for a parameter or any result of the forward half.

    What does not change C through the forward half, as aᴸ where C is computed from zᴸ, is 0.
    """
    symbol = trace.program.by_key[key]
    meter = _Meter(problem, trace.program, before, trace.samples)
    slopes = np.empty(trace.program.shape(symbol))
    for index in np.ndindex(*slopes.shape):
        slopes[index] = meter.slope(symbol, index).value
    return slopes


def _compare(
    key: str, gradient: Array, meter: _Meter, symbol: Symbol, cells: Sequence[Index]
) -> SymbolCheck:
    numeric = np.full(gradient.shape, np.nan)
    kinks, central = [], 0
    for index in cells:
        slope = meter.slope(symbol, index)
        if slope.kink:
            kinks.append(Kink(key, index, slope.kink))
        else:
            numeric[index] = slope.value
            central += slope.central
    measured = np.zeros(gradient.shape, bool)
    for index in cells:
        measured[index] = True
    for kink in kinks:
        measured[kink.cell] = False
    off = np.where(measured, np.abs(gradient - numeric), 0.0)
    sizes = [float(np.linalg.norm(array[measured])) for array in (gradient, numeric)]
    scale = max(sizes)
    difference = float(np.linalg.norm(off)) / scale if scale else 0.0
    at = np.unravel_index(int(np.argmax(np.nan_to_num(off, nan=np.inf))), off.shape)
    index = tuple(int(i) for i in at)
    return SymbolCheck(key, gradient, numeric, difference, index, tuple(kinks), central)


class _Slope(NamedTuple):
    value: float
    kink: str
    central: bool


class _Meter:
    """The forward half of a program, bound twice: to complex and to real buffers."""

    def __init__(
        self,
        problem: Problem,
        program: Program,
        before: Mapping[Symbol, Array],
        samples: Sequence[int],
    ) -> None:
        batch = batch_values(problem, samples)
        fixed = constants(problem, len(samples))
        self._bound: dict[bool, Lowered] = {}
        for is_complex, dtype in ((True, np.complex128), (False, np.float64)):
            parameters = {symbol: np.array(value, dtype) for symbol, value in before.items()}
            goals = (Symbol("C"),)
            lowered = Lowered(program, parameters, fixed, goals=goals, dtype=dtype)
            lowered.write(batch)
            self._bound[is_complex] = lowered
        self._kinked: list[tuple[Symbol, float]] = []
        for number, layer in enumerate(problem.network.layers, start=1):
            for at in ACTIVATIONS[layer.activation].kinks:
                self._kinked.append((Symbol("z", number), at))

    def slope(self, symbol: Symbol, index: Index) -> _Slope:
        """∂C by this cell of a symbol."""
        cost = self._cost(True, symbol, index, 1j * _STEP)
        kink = self._on_a_kink()
        value = cost.imag / _STEP
        if np.isfinite(cost):
            return _Slope(value, kink, False)
        given = float(np.real(self._bound[True].values[symbol][index]))
        move = _CENTRAL * max(1.0, abs(given))
        up = self._cost(False, symbol, index, move)
        down = self._cost(False, symbol, index, -move)
        return _Slope((up.real - down.real) / (2 * move), kink, True)

    def _cost(self, is_complex: bool, symbol: Symbol, index: Index, move: complex) -> complex:
        """C with one cell of a symbol moved, everything before it as it is."""
        lowered = self._bound[is_complex]
        target = lowered.values[symbol]
        made = symbol in lowered.program.maker
        moved: complex = move if is_complex else move.real
        kept = target[index]
        if not made:
            target[index] = kept + moved
        with np.errstate(all="ignore"):
            for op, calls in lowered.calls:
                for function, arguments in calls:
                    function(*arguments)
                if op.result == symbol:
                    target[index] += moved
        if not made:
            target[index] = kept
        return complex(lowered.values[Symbol("C")])

    def _on_a_kink(self) -> str:
        """Where the last imaginary move reached a weighted input that sits on a kink."""
        for symbol, at in self._kinked:
            z: AnyArray = self._bound[True].values[symbol]
            reached = np.argwhere((z.real == at) & (z.imag != 0))
            if len(reached):
                index = ",".join(str(int(i) + 1) for i in reached[0])
                return f"{symbol.key}[{index}] is exactly {at:g}"
        return ""
