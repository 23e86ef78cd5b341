"""The kernels of linear algebra, one row each: products, sums, transposes.

Each row states beside its arithmetic which shapes it takes and which cells one result cell reads.
What a kernel is, and what all of them share, is in `kernels`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bpstepper.engine.ops.bias_trick import FOLDING
from bpstepper.engine.ops.cellwise import CELLWISE, feeds_all, scaled, ufunc
from bpstepper.engine.ops.kernels import (
    AnyArray,
    Axes,
    Call,
    Cell,
    Index,
    Kernel,
    Pattern,
    Scratch,
    ShapeClash,
    Term,
    feeds_its_own,
    no_calls,
    same_shape,
    sizes_of,
    told,
)
from bpstepper.engine.symbols import Axis

__all__ = ["ALGEBRA"]


# ── shape rules ──────────────────────────────────────────────────────────────────────────────


def _broadcast(operands: Sequence[Axes], axis: int) -> Axes:
    """A matrix and a bias: the bias may have size 1 along the samples."""
    first, second = operands
    matrices = len(first) == len(second) == 2
    if matrices and first[axis].size == second[axis].size and second[1 - axis].size == 1:
        return first
    return same_shape(operands, axis)


def _product(operands: Sequence[Axes], _axis: int) -> Axes:
    left, right = operands
    if left[1].size != right[0].size:
        raise ShapeClash(
            f"shapes {told(left)} and {told(right)} not aligned: "
            f"{left[1].size} (dim 1) != {right[0].size} (dim 0)"
        )
    return (left[0], right[1])


def _summed_over_samples(operands: Sequence[Axes], axis: int) -> Axes:
    one = Axis("one", None, 1)
    (given,) = operands
    if len(given) != 2:
        raise ShapeClash(f"expected a matrix to add up over its samples, got {told(given)}")
    return (given[0], one) if axis == 0 else (one, given[1])


def _jacobian_applied(operands: Sequence[Axes], axis: int) -> Axes:
    jacobian, given = operands
    if sizes_of(jacobian) != (given[1 - axis].size, given[axis].size, given[axis].size):
        raise ShapeClash(f"shapes {told(jacobian)} and {told(given)} not aligned")
    return given


# ── cell rules ───────────────────────────────────────────────────────────────────────────────


def _cells_transposed(index: Index, _shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    return Cell((Term(1, ((0, (index[1], index[0])),)),))


def _cells_product(index: Index, shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    i, j = index
    inner = range(shapes[0][1])
    return Cell(tuple(Term(1, ((0, (i, k)), (1, (k, j)))) for k in inner))


def _cells_sum(sign: int) -> Callable[[Index, Sequence[tuple[int, ...]], int], Cell]:
    def cells(index: Index, shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
        second = tuple(0 if size == 1 else i for i, size in zip(index, shapes[1], strict=True))
        return Cell((Term(1, ((0, index),)), Term(sign, ((1, second),))))

    return cells


def _cells_hadamard(index: Index, _shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    return Cell((Term(1, ((0, index), (1, index))),))


def _cellsscaled(index: Index, _shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    return Cell((Term(1, ((0, ()), (1, index))),))


def _cells_over_samples(index: Index, shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    samples = range(shapes[0][1 - axis])
    at = [(index[0], j) if axis == 0 else (j, index[1]) for j in samples]
    return Cell(tuple(Term(1, ((0, cell),)) for cell in at))


def _cells_all(_index: Index, shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    return Cell(tuple(Term(1, ((0, index),)) for index in np.ndindex(*shapes[0])))


def _cells_squares(_index: Index, shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    return Cell(tuple(Term(1, ((0, index), (0, index))) for index in np.ndindex(*shapes[0])))


def _cells_jacobian_applied(index: Index, shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    sample, unit = index[1 - axis], index[axis]
    terms = []
    for k in range(shapes[0][2]):
        fed = (k, sample) if axis == 0 else (sample, k)
        terms.append(Term(1, ((0, (sample, unit, k)), (1, fed))))
    return Cell(tuple(terms))


# ── and their inverse: what one operand cell feeds ───────────────────────────────────────────


def _feeds_transposed(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], _axis: int
) -> tuple[Pattern, ...]:
    return ((cell[1], cell[0]),)


def _feeds_product(
    which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], _axis: int
) -> tuple[Pattern, ...]:
    return ((cell[0], None),) if which == 0 else ((None, cell[1]),)


def _feeds_sum(
    which: int, cell: Index, shapes: Sequence[tuple[int, ...]], _axis: int
) -> tuple[Pattern, ...]:
    along = zip(cell, shapes[which], strict=True)  # one bias feeds every sample
    return (tuple(None if size == 1 else i for i, size in along),)


def _feeds_over_samples(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    return ((cell[0], 0) if axis == 0 else (0, cell[1]),)


def _feeds_one(
    _which: int, _cell: Index, _shapes: Sequence[tuple[int, ...]], _axis: int
) -> tuple[Pattern, ...]:
    return ((),)


def _feeds_jacobian_applied(
    which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    sample, unit = cell[:2] if which == 0 else (cell[1 - axis], None)
    return ((unit, sample) if axis == 0 else (sample, unit),)


# ── lowerings ────────────────────────────────────────────────────────────────────────────────


def _lower_over_samples(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, _: Scratch
) -> list[Call]:
    return [(np.add.reduce, (operands[0], 1 - axis, None, out, True))]


def _lower_all(operands: Sequence[AnyArray], out: AnyArray, _axis: int, _: Scratch) -> list[Call]:
    return [(np.add.reduce, (operands[0], None, None, out))]


def _lower_squares(
    operands: Sequence[AnyArray], out: AnyArray, _axis: int, scratch: Scratch
) -> list[Call]:
    squares = scratch(operands[0].shape)
    return [
        (np.multiply, (operands[0], operands[0], squares)),
        (np.add.reduce, (squares, None, None, out)),
    ]


def _lower_jacobian_applied(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, _: Scratch
) -> list[Call]:
    jacobian, given = operands
    if axis == 0:
        given, out = given.T, out.T
    return [(np.matmul, (jacobian, given[:, :, None], out[:, :, None]))]


_ROWS = (
    Kernel(
        name="transpose",
        sign="ᵀ",
        form="postfix",
        arity=1,
        infer=lambda operands, _: (operands[0][1], operands[0][0]),
        lower=no_calls,
        cell=_cells_transposed,
        feeds=_feeds_transposed,
        view=lambda operands, _: operands[0].T,
        words="rows become columns",
    ),
    Kernel(
        name="matmul",
        sign="·",
        form="infix",
        arity=2,
        infer=_product,
        lower=ufunc(np.dot),
        cell=_cells_product,
        feeds=_feeds_product,
        words="each cell is a row times a column, added up",
    ),
    Kernel(
        name="add",
        sign="+",
        form="infix",
        arity=2,
        infer=_broadcast,
        lower=ufunc(np.add),
        cell=_cells_sum(1),
        feeds=_feeds_sum,
        in_place=True,
        words="cell by cell; one bias serves every sample",
    ),
    Kernel(
        name="subtract",
        sign="−",
        form="infix",
        arity=2,
        infer=same_shape,
        lower=ufunc(np.subtract),
        cell=_cells_sum(-1),
        feeds=feeds_its_own,
        in_place=True,
        words="cell by cell",
    ),
    Kernel(
        name="hadamard",
        sign="⊙",
        form="infix",
        arity=2,
        infer=same_shape,
        lower=ufunc(np.multiply),
        cell=_cells_hadamard,
        feeds=feeds_its_own,
        in_place=True,
        words="cell by cell: the two numbers of one unit, multiplied",
    ),
    Kernel(
        name="scale",
        sign="×",
        form="infix",
        arity=2,
        infer=scaled,
        lower=ufunc(np.multiply),
        cell=_cellsscaled,
        feeds=feeds_all,
        in_place=True,
        words="every cell times one number",
    ),
    Kernel(
        name="sum_samples",
        sign="Σ over samples",
        form="function",
        arity=1,
        infer=_summed_over_samples,
        lower=_lower_over_samples,
        cell=_cells_over_samples,
        feeds=_feeds_over_samples,
        words="added up over the samples",
    ),
    Kernel(
        name="identity",
        sign="",
        form="function",
        arity=1,
        infer=lambda operands, _: operands[0],
        lower=no_calls,
        cell=lambda index, _shapes, _axis: Cell((Term(1, ((0, index),)),)),
        feeds=feeds_its_own,
        view=lambda operands, _: operands[0],
        words="as it is",
    ),
    Kernel(
        name="sum",
        sign="Σ",
        form="function",
        arity=1,
        infer=lambda _operands, _axis: (),
        lower=_lower_all,
        cell=_cells_all,
        feeds=_feeds_one,
        words="all cells added up",
    ),
    Kernel(
        name="sum_of_squares",
        sign="Σ ( )²",
        around=("Σ (", ")²"),
        form="function",
        arity=1,
        infer=lambda _operands, _axis: (),
        lower=_lower_squares,
        cell=_cells_squares,
        feeds=_feeds_one,
        words="all cells squared and added up",
    ),
    Kernel(
        name="jacobian_product",
        sign="·",
        form="infix",
        arity=2,
        infer=_jacobian_applied,
        lower=_lower_jacobian_applied,
        cell=_cells_jacobian_applied,
        feeds=_feeds_jacobian_applied,
        words="each sample's Jacobian times that sample's gradient",
    ),
)

ALGEBRA: dict[str, Kernel] = {row.name: row for row in (*_ROWS, *FOLDING, *CELLWISE)}
"""The kernels of linear algebra, by name."""
