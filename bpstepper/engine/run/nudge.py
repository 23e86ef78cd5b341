"""The nudge: one number of the forward pass is moved a little, and C is looked at again.

This is the gradient check that a person can see: ΔC/Δ stands beside the gradient, which is what
backpropagation says that ratio comes to. Nothing is computed in another way. The trace has every
value of the update; a nudge takes those, changes one cell, and lets the Program's own operations
run again on what depends on it. `gradcheck` measures all cells of all parameters to the last
bits; this module moves one cell by an amount that shows on a screen, and says how far the two
numbers may then be apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpstepper.engine.compile.memory import part
from bpstepper.engine.compile.network import Array
from bpstepper.engine.compile.program import Op
from bpstepper.engine.ops.kernels import AnyArray, Index
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.symbols import Symbol, gradient_of
from bpstepper.engine.tables.parameters import whole_of

__all__ = ["Nudge", "can_nudge", "nudge"]

_RELATIVE = 1e-4  # of a number's power of ten: the fourth digit or so moves, which screens show
_SHRINK = (1.0, 0.1, 0.01, 1e-3)  # a nudge that would cross a kink is tried smaller
_EPSILON = 2.0**-52  # of a float; to ask numpy for it costs a fiftieth of a second
_ROUNDINGS = 64  # how many roundings of the largest number on the way C may have suffered


@dataclass(frozen=True)
class Nudge:
    """One cell moved, and what became of C.

    Attributes:
        symbol: the key of what was moved.
        cell: which cell of it.
        before: the number as it is.
        after: the number as it was tried.
        cost_before: C of the update.
        cost_after: C with `after` in place of `before`.
        slope: ΔC/Δ, the change of C over the change of the number; NaN where C overflows.
        gradient: what the update itself has for that; None where it keeps no such gradient.
        bend: the part of `slope` that is due to the curve of C and not to its slope: ½ C″ Δ.
        doubt: how well `slope − bend` is known: what is left of the curve, and rounding.
        kink: the move takes a weighted input to, from or across a kink, such as ReLU's at 0,
            where there is no derivative.
    """

    symbol: str
    cell: Index
    before: float
    after: float
    cost_before: float
    cost_after: float
    slope: float
    gradient: float | None
    bend: float
    doubt: float
    kink: bool

    def agrees(self) -> bool:
        """Whether the gradient is what the nudge shows; False where there is none, or a kink.

        A difference to one side is off by ½ C″ Δ, which is no error of the gradient's. So the
        same move was made to the other side, too: the second difference is that part, and less
        it the slope is a central difference. What the central difference is off by is estimated
        from its change when the move is halved; that, and the rounding of C, is all that is
        granted.
        """
        if self.gradient is None or self.kink:
            return False
        return abs(self.slope - self.bend - self.gradient) <= self.doubt


def can_nudge(trace: Trace, symbol: str | Symbol) -> bool:
    """Whether C would follow if a cell of this symbol were moved.

    That is so for every W, b, z, a and input that C is computed from; the outputs aᴸ are not
    among them where a loss is computed from zᴸ.
    """
    found = _known(trace, symbol)
    return found is not None and _read(trace, _whole(trace, found))


def nudge(trace: Trace, symbol: str | Symbol, cell: Index, by: float | None = None) -> Nudge:
    """Move one cell of an update's forward half and compute C again.

    Args:
        trace: the update; it stays as it is.
        symbol: what to move: a W, b, Wb, x, z or a, by its key or itself.
        cell: which cell, as the layout has it.
        by: how far; None is about a ten-thousandth of the number's power of ten, and less where
            that would cross a kink.

    Raises:
        KeyError: there is nothing of that name to nudge; the message says what there is.
        IndexError: there is no such cell.
        ValueError: `by` is 0, or too small to change the number.
    """
    target = _known(trace, symbol)
    if target is None or not _read(trace, _whole(trace, target)):
        raise KeyError(_refusal(trace, symbol))
    replay = _Replay(trace, target, cell)
    if by is not None:
        found = _measured(replay, by)
        if found.after == found.before and math.isfinite(found.before):
            raise ValueError(f"a nudge has to change the number: {found.before!r} by {by!r}")
        return found
    whole = _default(replay.before)
    for smaller in _SHRINK:
        found = _measured(replay, whole * smaller)
        if not found.kink:
            break
    return found


def _known(trace: Trace, symbol: str | Symbol) -> Symbol | None:
    """The symbol, if it is of a kind that can be nudged and the update has it."""
    found = trace.program.by_key.get(symbol) if isinstance(symbol, str) else symbol
    return found if found in trace and found is not None and gradient_of(found) else None


def _whole(trace: Trace, symbol: Symbol) -> Symbol:
    """What C is computed from in place of a symbol: Wb for a W or b that is folded into it."""
    whole = Symbol(whole_of(symbol.kind), symbol.layer)
    return whole if whole.kind and whole in trace else symbol


def _read(trace: Trace, symbol: Symbol) -> bool:
    """Whether C is computed from this symbol."""
    return any(symbol in op.operands for op in trace.program.needed_for((Symbol("C"),)))


def _refusal(trace: Trace, symbol: str | Symbol) -> str:
    able = " ".join(symbol.key for symbol in trace.values if can_nudge(trace, symbol))
    known = _known(trace, symbol)
    why = "cannot be nudged" if known is None else "does not enter C, which is computed from z"
    return f"{symbol!s} {why}; what can be nudged: {able}"


def _default(value: float) -> float:
    """How far to move a number so that digits on a screen move and C hardly bends."""
    size = abs(value)
    if not math.isfinite(size) or size < 1:
        return _RELATIVE
    return _RELATIVE * 10.0 ** math.floor(math.log10(size))


def _measured(replay: _Replay, by: float) -> Nudge:
    """The nudge by this much, with the moves beside it that say how far to trust it."""
    trace, before = replay.trace, replay.before
    after = before + by
    move = after - before  # not `by`: that is what is left of it once it has been added
    up, down = replay.moved(move), replay.moved(-move)
    near_up, near_down = replay.moved(move / 2), replay.moved(-move / 2)
    cost = trace.cost
    slope = _ratio(up.cost - cost, move)
    central = _ratio(up.cost - down.cost, 2 * move)
    nearer = _ratio(near_up.cost - near_down.cost, move)
    # of a central difference that is off by c·Δ², halving Δ takes away three quarters
    curve = 2 * abs(central - nearer)
    largest = max(up.largest, down.largest, abs(cost))
    rounding = _ratio(_ROUNDINGS * _EPSILON * largest, abs(move))
    return Nudge(
        symbol=replay.symbol.key,
        cell=replay.cell,
        before=before,
        after=after,
        cost_before=cost,
        cost_after=up.cost,
        slope=slope,
        gradient=replay.gradient(),
        bend=slope - central,
        doubt=curve + rounding,
        kink=not up.sides == down.sides == replay.still.sides,
    )


def _ratio(change: float, move: float) -> float:
    """A quotient that is NaN where there is none, and never raises."""
    return change / move if move and math.isfinite(change) and math.isfinite(move) else math.nan


@dataclass(frozen=True)
class _Outcome:
    """C after a move.

    Attributes:
        cost: C.
        largest: the largest number that was computed on the way.
        sides: of the weighted inputs that moved and have kinks, on which side each cell is.
    """

    cost: float
    largest: float
    sides: tuple[bytes, ...]


class _Replay:
    """The operations between one symbol and C, ready to run on a value with one cell changed."""

    def __init__(self, trace: Trace, symbol: Symbol, cell: Index) -> None:
        self.trace, self.symbol = trace, symbol
        shape = trace[symbol].shape
        if len(cell) != len(shape) or not all(0 <= i < n for i, n in zip(cell, shape, strict=True)):
            raise IndexError(f"{symbol.key}: expected a cell within {shape}, got {cell}")
        self.cell = tuple(int(i) for i in cell)
        self.before = float(trace[symbol][self.cell])
        self._target = _whole(trace, symbol)
        self._at = self._cell_of_target()
        self._ops = self._dependent()
        self.still = self.moved(0.0)

    def _cell_of_target(self) -> Index:
        """Where the cell stands in what is really moved: W and b have their places in Wb."""
        target, symbol = self._target, self.symbol
        if target == symbol:
            return self.cell
        shape = self.trace[target].shape
        numbered: Array = np.arange(math.prod(shape), dtype=float).reshape(shape)
        apart = part(self.trace.program.layout.name, numbered, symbol.kind)
        return tuple(int(i) for i in np.unravel_index(int(apart[self.cell]), shape))

    def _dependent(self) -> tuple[Op, ...]:
        """The operations of the forward half that the target reaches, in order."""
        reached, found = {self._target}, []
        for op in self.trace.program.needed_for((Symbol("C"),)):
            if reached.intersection(op.operands) and op.result != self._target:
                reached.add(op.result)
                found.append(op)
        return tuple(found)

    def moved(self, by: float) -> _Outcome:
        """C with the cell moved by this much, from the numbers that the trace has kept."""
        values: dict[Symbol, AnyArray] = {}
        kept = self.trace.values
        changed = np.array(kept[self._target], order="K")
        with np.errstate(all="ignore"):
            changed[self._at] += by
        values[self._target] = changed
        largest, sides = 0.0, []
        for op in self._ops:
            # the kernel itself: what a replay of the trace's operation runs, to the bit
            operands = [values.get(operand, kept[operand]) for operand in op.operands]
            made = values[op.result] = op.kernel(*operands)
            largest = max(largest, float(np.abs(made).max(initial=0.0)))
            sides += [np.sign(operands[0] - at).tobytes() for at in op.kernel.kinks]
        return _Outcome(float(values[Symbol("C")]), largest, tuple(sides))

    def gradient(self) -> float | None:
        """What the update has for ∂C/∂(this cell)."""
        own = gradient_of(self.symbol)
        return float(self.trace[own][self.cell]) if own and own in self.trace else None
