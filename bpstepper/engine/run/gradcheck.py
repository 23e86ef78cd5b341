"""The gradient check: is what backpropagation says the slope of C?

Every parameter is moved a little, and the forward half of the *same Program* is run again. Where
the functions take complex numbers, which is all but at overflow, the move is an imaginary one of
10⁻³⁰: C's imaginary part is then the derivative to the last bits, without the cancellation that a
difference suffers (the complex step). Central differences stand in where complex numbers are of no
use. A weight whose move would cross a kink, such as ReLU's at exactly 0, has no derivative; it is
named and left out. Where the true slope is 0, as that of all softmax outputs together, rounding is
all that is left on either side, and no disagreement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bpstepper.engine.compile.lowering import Lowered
from bpstepper.engine.compile.memory import batch_values, constants
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.ops.kernels import AnyArray, Call, Index, Scratch
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import Symbol, gradient_of

__all__ = ["GradientCheck", "Kink", "SymbolCheck", "Worst", "gradcheck", "slopes_of_cost"]

_STEP = 1e-30  # of the complex step: small enough that its square is nothing
_EPSILON = float(np.finfo(float).eps)
_CENTRAL = float(np.cbrt(_EPSILON))  # of a central difference, relative
_ROUNDING = 1e-12  # of Σ|terms|: what may be left of terms that cancel
_TOLERANCE = 1e-7


class Worst(NamedTuple):
    """The largest disagreement.

    Attributes:
        difference: ‖backpropagation − numeric‖ / max of the two norms, over one symbol's array;
            0 where both are nothing but what rounding leaves.
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

    TOLERANCE = _TOLERANCE

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

    Raises:
        ValueError: an update before 1.
    """
    line = Timeline(problem)
    trace = line.trace(update)
    return check_trace(problem, trace, line.parameters(update - 1), limit)


def check_trace(
    problem: Problem, trace: Trace, before: Mapping[Symbol, Array], limit: int = 4000
) -> GradientCheck:
    """Hold the gradients of a trace, however it was made, against its forward pass.

    `before` are the parameters that its update started from.
    """
    meter = _Meter(problem, trace.program, before, trace.samples)
    magnitudes = _Magnitudes(trace)
    chance = np.random.default_rng([problem.network.seed, 2])
    checks = []
    for symbol in before:
        by = gradient_of(symbol)
        if by is None or by not in trace:
            continue  # an optimizer's state, or a parameter that stays
        gradient = trace[by]
        cells: Sequence[Index] = list(np.ndindex(*gradient.shape))
        if len(cells) > limit:
            cells = [cells[i] for i in sorted(chance.choice(len(cells), limit, replace=False))]
        checks.append(_compare(symbol, by, meter, magnitudes, cells))
    return GradientCheck(tuple(checks))


def slopes_of_cost(
    problem: Problem, trace: Trace, before: Mapping[Symbol, Array], key: str
) -> Array:
    """∂C/∂(symbol) by moving each cell of it, for a parameter or any result of the forward half.

    What does not change C through the forward half, as aᴸ where C is computed from zᴸ, is 0.

    Raises:
        KeyError: the update has no such symbol; the message lists those it has.
    """
    slopes = np.zeros(trace[key].shape)
    symbol = trace.program.by_key[key]
    meter = _Meter(problem, trace.program, before, trace.samples)
    if not meter.reads(symbol):
        return slopes
    for index in np.ndindex(*slopes.shape):
        slopes[index] = meter.slope(symbol, index).value
    return slopes


def _compare(
    symbol: Symbol, by: Symbol, meter: _Meter, magnitudes: _Magnitudes, cells: Sequence[Index]
) -> SymbolCheck:
    """One parameter's check: `by` is the symbol of its gradient."""
    gradient = magnitudes.trace[by]
    numeric = np.full(gradient.shape, np.nan)
    kinks, central, noise = [], 0, np.zeros(gradient.shape)
    for index in cells:
        slope = meter.slope(symbol, index)
        if slope.kink:
            kinks.append(Kink(symbol.key, index, slope.kink))
        else:
            numeric[index] = slope.value
            central += slope.central
            noise[index] = slope.noise
    measured = np.zeros(gradient.shape, bool)
    for index in cells:
        measured[index] = True
    for kink in kinks:
        measured[kink.cell] = False
    off = np.where(measured, np.abs(gradient - numeric), 0.0)
    unit = _unit(gradient[measured], numeric[measured])
    scale = max(float(np.linalg.norm(array[measured] / unit)) for array in (gradient, numeric))
    apart = float(np.linalg.norm(off / unit))
    difference = apart / scale if scale else 0.0
    if difference > _TOLERANCE and np.isfinite(apart):
        rounded = np.where(measured, _ROUNDING * magnitudes.of(by) + noise, 0.0)
        difference = difference if apart > np.linalg.norm(rounded / unit) else 0.0
    at = np.unravel_index(int(np.argmax(np.nan_to_num(off, nan=np.inf))), off.shape)
    index = tuple(int(i) for i in at)
    return SymbolCheck(symbol.key, gradient, numeric, difference, index, tuple(kinks), central)


def _unit(*arrays: Array) -> float:
    """A power of two to count numbers in, so that no square of them overflows or vanishes."""
    sizes = np.abs(np.concatenate(arrays))
    largest = float(np.max(sizes[np.isfinite(sizes)], initial=0.0))
    return math.ldexp(1.0, max(math.frexp(largest)[1] - 1, -1000)) if largest else 1.0


class _Magnitudes:
    """How large the terms are that a value was added up from, all the way from the inputs.

    Rounding leaves errors in proportion to Σ|terms|, however much of it cancels.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def of(self, symbol: Symbol) -> Array:
        """Σ|terms| of each cell of a symbol."""
        return self._all[symbol]

    @cached_property
    def _all(self) -> dict[Symbol, Array]:
        trace = self.trace
        sizes = {symbol: np.array(np.abs(value)) for symbol, value in trace.values.items()}
        for op in trace.program.ops:
            operands = [sizes[operand] for operand in op.operands]
            shapes = [operand.shape for operand in operands]
            size = sizes[op.result]
            for index in np.ndindex(*size.shape):
                cell = op.kernel.cell_rule(index, shapes)
                if cell.function is None:
                    size[index] = sum(abs(term) for term in cell.term_values(operands))
        return sizes


class _Slope(NamedTuple):
    """A slope of C, and whether and how well it was measured."""

    value: float
    kink: str
    central: bool
    noise: float = 0.0


def _apart(op: Op) -> Op:
    """The operation with its result in memory of its own, so that it can be moved alone."""
    kernel, view = op.kernel, op.kernel.view
    if view is None:
        return op

    def lower(
        operands: Sequence[AnyArray], out: AnyArray, axis: int, scratch: Scratch
    ) -> list[Call]:
        seen = view(operands, axis)
        if seen is None:
            return kernel.lower(operands, out, axis, scratch)
        return [(np.copyto, (out, seen))]

    return replace(op, kernel=replace(kernel, view=None, lower=lower))


class _Meter:
    """The forward half of a program, bound twice: to complex and to real buffers."""

    def __init__(
        self,
        problem: Problem,
        program: Program,
        before: Mapping[Symbol, Array],
        samples: Sequence[int],
    ) -> None:
        program = replace(program, ops=tuple(_apart(op) for op in program.ops))
        given = batch_values(problem, samples)
        batch = {symbol: value for symbol, value in given.items() if symbol not in before}
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
            for at in layer.function.kinks:
                self._kinked.append((Symbol("z", number), at))

    def reads(self, symbol: Symbol) -> bool:
        """Whether the forward half has this symbol."""
        return symbol in self._bound[True].values

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
        noise = 4 * _EPSILON * max(abs(up), abs(down)) / move
        return _Slope((up.real - down.real) / (2 * move), kink, True, noise)

    def _cost(self, is_complex: bool, symbol: Symbol, index: Index, move: complex) -> complex:
        """C with one cell of a symbol moved, everything before it as it is."""
        lowered = self._bound[is_complex]
        target = lowered.values[symbol]
        made = symbol in lowered.program.producer
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
