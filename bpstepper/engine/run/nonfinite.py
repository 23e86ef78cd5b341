"""NaN and infinity: where the first one of an update was made, and from what.

A number that is not finite is never hidden and never repaired. It is born once, in one operation
whose operands were still finite, and everything else that is not finite descends from it; this
module finds that birth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Operation, Step, Trace

__all__ = ["Birth", "first_nonfinite"]


@dataclass(frozen=True, eq=False)
class Birth:
    """The first value of an update that is not finite.

    Attributes:
        update: in which update.
        step: in which step.
        operation: which operation made it.
        cell: which cell of the operation's result.
        value: NaN, or an infinity.
        reads: the finite numbers that it was made from, in the cell rule's order.
    """

    update: int
    step: Step
    operation: Operation
    cell: Index
    value: float
    reads: tuple[float, ...]


@lru_cache(maxsize=32)
def first_nonfinite(trace: Trace) -> Birth | None:
    """The birth of the first NaN or infinity of an update; None where all is finite.

    Witnesses are left out: they stand beside the path that the update takes, and may overflow
    where it does not.
    """
    for step in trace:
        if step.equation.cross_check:
            continue
        for operation in step.operations:
            if np.isfinite(operation.result.value).all():
                continue
            born = _born_in(trace.update, step, operation)
            if born is not None:
                return born
    return None


def _born_in(update: int, step: Step, operation: Operation) -> Birth | None:
    """The first cell of a result that is not finite though all that it reads is."""
    values = [operand.value for operand in operation.operands]
    shapes = [value.shape for value in values]
    result = operation.result.value
    for at in np.argwhere(~np.isfinite(result)):
        index = tuple(int(i) for i in at)
        rule = operation.kernel.cell_rule(index, shapes)
        reads = tuple(float(values[which][cell]) for which, cell in rule.reads())
        if np.isfinite(reads).all():
            return Birth(update, step, operation, index, float(result[index]), reads)
    return None
