"""Softmax, its logarithm, its Jacobian: kernels in which a sample's units depend on each other.

Every other activation does the same to each cell; here a cell reads all units of its sample, and
feeds all of them. The rows that name these kernels are in `activations` and `losses`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpstepper.engine.ops.kernels import (
    AnyArray,
    Axes,
    Call,
    Cell,
    Index,
    Kernel,
    Pattern,
    Scratch,
    Term,
)
from bpstepper.engine.symbols import Axis

__all__ = ["LOG_SOFTMAX", "SOFTMAX", "SOFTMAX_JACOBIAN"]


def _lower_softmax(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, scratch: Scratch
) -> list[Call]:
    # the largest z is taken off first: no exponential overflows, and the quotient is the same
    (z,) = operands
    shape = list(z.shape)
    shape[axis] = 1
    top = scratch(tuple(shape))
    return [
        (np.maximum.reduce, (z, axis, None, top, True)),
        (np.subtract, (z, top, out)),
        (np.exp, (out, out)),
        (np.add.reduce, (out, axis, None, top, True)),
        (np.divide, (out, top, out)),
    ]


def _lower_jacobian(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, _: Scratch
) -> list[Call]:
    # J_ik = a_i (δ_ik − a_k), one n × n table for each sample
    a = operands[0].T if axis == 0 else operands[0]
    diagonal = np.einsum("mii->mi", out)
    return [
        (np.multiply, (a[:, :, None], a[:, None, :], out)),
        (np.negative, (out, out)),
        (np.add, (diagonal, a, diagonal)),
    ]


def _jacobian_axes(operands: Sequence[Axes], axis: int) -> Axes:
    (a,) = operands
    units = a[axis]
    return (Axis("samples", None, a[1 - axis].size), units, units)


def _cells_jacobian(index: Index, _shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    sample, i, k = index

    def cell(unit: int) -> tuple[int, Index]:
        return (0, (unit, sample) if axis == 0 else (sample, unit))

    terms = (Term(-1, (cell(i), cell(k))),)
    return Cell((Term(1, (cell(i),)), *terms) if i == k else terms)


def _feeds_jacobian(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    """A unit's row and its column of its sample's table."""
    sample, unit = cell[1 - axis], cell[axis]
    return ((sample, unit, None), (sample, None, unit))


def _feeds_its_sample(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    """Softmax and its logarithm: a unit feeds all units of its sample."""
    return ((None, cell[1]) if axis == 0 else (cell[0], None),)


def _cells_softmax(index: Index, shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    units = range(shapes[0][axis])
    reads = [(k, index[1]) if axis == 0 else (index[0], k) for k in units]
    unit = index[axis]

    def share(values: Sequence[float]) -> float:
        return float(SOFTMAX(np.array(values)[:, None])[unit, 0])

    return Cell(tuple(Term(1, ((0, cell),)) for cell in reads), share)


SOFTMAX = Kernel(
    name="softmax",
    sign="softmax",
    form="function",
    arity=1,
    infer=lambda operands, _: operands[0],
    lower=_lower_softmax,
    cell=_cells_softmax,
    feeds=_feeds_its_sample,
    words="each unit's share of the exponentials of its sample",
)

SOFTMAX_JACOBIAN = Kernel(
    name="softmax_jacobian",
    sign="J",
    form="function",
    arity=1,
    infer=_jacobian_axes,
    lower=_lower_jacobian,
    cell=_cells_jacobian,
    feeds=_feeds_jacobian,
    words="aᵢ(1 − aᵢ) on the diagonal, −aᵢaₖ beside it",
)


def _lower_log_softmax(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, scratch: Scratch
) -> list[Call]:
    # z − max − ln Σ e^(z − max): no logarithm of a rounded-off 0
    (z,) = operands
    shape = list(z.shape)
    shape[axis] = 1
    top, powers = scratch(tuple(shape)), scratch(z.shape)
    return [
        (np.maximum.reduce, (z, axis, None, top, True)),
        (np.subtract, (z, top, out)),
        (np.exp, (out, powers)),
        (np.add.reduce, (powers, axis, None, top, True)),
        (np.log, (top, top)),
        (np.subtract, (out, top, out)),
    ]


def _cells_log_softmax(index: Index, shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    units = range(shapes[0][axis])
    reads = [(k, index[1]) if axis == 0 else (index[0], k) for k in units]

    def logarithm(values: Sequence[float]) -> float:
        return float(LOG_SOFTMAX(np.array(values)[:, None])[index[axis], 0])

    return Cell(tuple(Term(1, ((0, cell),)) for cell in reads), logarithm)


LOG_SOFTMAX = Kernel(
    name="log_softmax",
    sign="ln softmax",
    form="function",
    arity=1,
    infer=lambda operands, _: operands[0],
    lower=_lower_log_softmax,
    cell=_cells_log_softmax,
    feeds=_feeds_its_sample,
    words="the logarithm of softmax, taken from z so that nothing overflows",
)
