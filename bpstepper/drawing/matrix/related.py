"""Which rows and columns of an operation's matrices are one and the same index.

In A ⊙ B = C all rows are, and all columns; in A · B = C the rows of A and C, the columns of B and
C, and the columns of A with the rows of B. Kernels say so themselves: an index of an operand that
a result cell follows is the result's own, and one that it does not follow but that two operands
share is summed over. Windows and the names of rows are given to such an index once for a line.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from bpstepper.engine.ops.kernels import Axes, Index, Kernel, sizes_of
from bpstepper.engine.run.trace import Operation
from bpstepper.engine.symbols import Axis

__all__ = ["Along", "Directions", "related"]


class Along(NamedTuple):
    """An axis of a matrix as one direction of its operation.

    Attributes:
        number: which index of the operation it runs along.
        offset: how much greater that index is than this matrix's own: 1 where the leading 1 is
            left out.
    """

    number: int
    offset: int = 0


class Directions(NamedTuple):
    """What the rows, and what the columns, of a matrix run along."""

    rows: Along
    columns: Along


def related(operation: Operation) -> tuple[Directions, ...]:
    """The rows and the columns of each operand, in order, and of the result.

    Of a matrix for each sample they are those of one sample's.
    """
    operands = tuple(operand.axes for operand in operation.operands)
    return _related(operation.kernel, operands, operation.result.axes)


@lru_cache(maxsize=512)
def _related(kernel: Kernel, operands: tuple[Axes, ...], result: Axes) -> tuple[Directions, ...]:
    summed: dict[Axis, int] = {}
    found = [
        [_along(kernel, operands, result, which, axis, summed) for axis in range(len(axes))]
        for which, axes in enumerate(operands)
    ]
    found.append([Along(axis) for axis in range(len(result))])
    # a number has rows and columns of its own
    return tuple(
        Directions(Along(-2 * k - 1), Along(-2 * k - 2))
        if len(axes) < 2
        else Directions(axes[-2], axes[-1])
        for k, axes in enumerate(found)
    )


def _along(
    kernel: Kernel,
    operands: tuple[Axes, ...],
    result: Axes,
    which: int,
    axis: int,
    summed: dict[Axis, int],
) -> Along:
    """One axis of one operand; `summed` collects those that no axis of the result follows."""
    own = operands[which][axis]
    shapes = [sizes_of(axes) for axes in operands]
    if own.size > 1:  # the last cell and the one before: what feeds moves along, or does not
        last = tuple(size - 1 for size in shapes[which])
        before: Index = tuple(i - (k == axis) for k, i in enumerate(last))
        patterns = (kernel.patterns(which, cell, shapes) for cell in (last, before))
        for here, there in zip(*patterns, strict=False):
            for k, (i, j) in enumerate(zip(here, there, strict=True)):
                if i is not None and j is not None and i - j == 1:
                    return Along(k, i - last[axis])
    if len(result) == len(operands[which]) and result[axis] == own:
        return Along(axis)  # softmax: not followed, and yet the same units
    return Along(len(result) + summed.setdefault(own, len(summed)))
