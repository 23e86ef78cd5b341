"""A gradient check for networks that are too large to move every weight of.

All weights of a parameter are moved at once along a random direction v. How C changes then is
⟨∂C/∂W, v⟩, one number for each direction, by the complex step of `gradcheck`; over a few
directions the squares of its disagreement with backpropagation average to the squared norm of
what the gradient is off by. It does not say which cell is wrong; `gradcheck` does, cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from bpstepper.engine.compile.lowering import Lowered
from bpstepper.engine.compile.memory import batch_values, constants
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.gradcheck import Worst
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.symbols import Symbol, gradient_of

__all__ = ["projected_worst"]

_STEP = 1e-30  # of the complex step, as in `gradcheck`
_DIRECTIONS = 8
_NOTHING = 1e-12  # a gradient this small is rounding


def projected_worst(
    problem: Problem, trace: Trace, before: Mapping[Symbol, Array], parameters: Iterable[Symbol]
) -> Worst:
    """The parameter whose gradient disagrees most, by how much (estimated); its cell is unknown.

    Args:
        problem: what the trace is of.
        trace: the update to check, its gradients in the parameters' shapes.
        before: what the update started from.
        parameters: which of them to check.
    """
    chance = np.random.default_rng([problem.network.seed, 5])
    moved = {symbol: np.array(value, np.complex128) for symbol, value in before.items()}
    given = constants(problem, len(trace.samples))
    lowered = Lowered(trace.program, moved, given, (Symbol("C"),), np.complex128)
    batch = batch_values(problem, trace.samples)
    lowered.write({symbol: value for symbol, value in batch.items() if symbol not in before})
    worst = Worst(0.0, "", ())
    for symbol in parameters:
        by = gradient_of(symbol)
        if by is None:
            continue  # an optimizer's state
        gradient = trace[by]
        off, numeric = [], []
        for _ in range(_DIRECTIONS):
            direction = chance.standard_normal(gradient.shape)
            moved[symbol].imag = direction * _STEP
            lowered.run()
            slope = float(lowered.values[Symbol("C")].imag) / _STEP
            numeric.append(slope)
            off.append(slope - float(np.sum(gradient * direction)))
        moved[symbol].imag = 0.0
        apart, size = (float(np.sqrt(np.mean(np.square(found)))) for found in (off, numeric))
        scale = max(size, float(np.linalg.norm(gradient)))
        difference = 0.0 if apart <= _NOTHING else apart / scale
        if not difference <= worst.difference:  # NaN disagrees with everything
            worst = Worst(difference, symbol.key, ())
    return worst
