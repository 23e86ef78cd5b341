"""The kernels for biases folded into the weights: Wb is one matrix, activations get a leading 1.

They work along the axis of W on which the units stand that wires come from; what stands first
there belongs to the leading 1, and is the bias.
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
    ShapeClash,
    Term,
    no_calls,
    sizes_of,
    told,
)
from bpstepper.engine.symbols import Axis

__all__ = ["FOLDING"]


def _without_one(operands: Sequence[Axes], axis: int) -> Axes:
    given = list(operands[0])
    given[axis] = Axis("units", given[axis].layer, given[axis].size - 1)
    return tuple(given)


def _with_one(operands: Sequence[Axes], axis: int) -> Axes:
    given = list(operands[0])
    given[axis] = Axis("one and units", given[axis].layer, given[axis].size + 1)
    return tuple(given)


def _only_one(operands: Sequence[Axes], axis: int) -> Axes:
    given = list(operands[0])
    given[axis] = Axis("one", None, 1)
    return tuple(given)


def _joined(operands: Sequence[Axes], axis: int) -> Axes:
    biases, weights = operands
    fitting = [1 if position == axis else size for position, size in enumerate(sizes_of(weights))]
    if list(sizes_of(biases)) != fitting:
        raise ShapeClash(f"shapes {told(biases)} and {told(weights)} not aligned")
    return _with_one((weights,), axis)


def _first(array: AnyArray, axis: int) -> AnyArray:
    """What stands for the leading 1: a column, or a row."""
    return array[:1] if axis == 0 else array[:, :1]


def _others(array: AnyArray, axis: int) -> AnyArray:
    return array[1:] if axis == 0 else array[:, 1:]


def _shifted(index: Index, axis: int, by: int) -> Index:
    return tuple(i + by if position == axis else i for position, i in enumerate(index))


def _fixed(value: float) -> Cell:
    """A cell that reads nothing."""
    return Cell((), lambda _values: value)


def _cells_prepended(index: Index, _shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    if index[axis] == 0:
        return _fixed(1.0)
    return Cell((Term(1, ((0, _shifted(index, axis, -1)),)),))


def _cells_masked(index: Index, _shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    return _fixed(0.0) if index[axis] == 0 else Cell((Term(1, ((0, index),)),))


def _cells_joined(index: Index, _shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    if index[axis] == 0:
        return Cell((Term(1, ((0, index),)),))
    return Cell((Term(1, ((1, _shifted(index, axis, -1)),)),))


def _feeds_prepended(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    return (_shifted(cell, axis, 1),)


def _feeds_others(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    return () if cell[axis] == 0 else (_shifted(cell, axis, -1),)


def _feeds_first(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    return (cell,) if cell[axis] == 0 else ()


def _feeds_masked(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    return () if cell[axis] == 0 else (cell,)


def _feeds_joined(
    which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    return (cell if which == 0 else _shifted(cell, axis, 1),)


def _lower_prepended(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, _: Scratch
) -> list[Call]:
    _first(out, axis).fill(1.0)  # once: nothing writes there again
    return [(np.copyto, (_others(out, axis), operands[0]))]


def _lower_masked(operands: Sequence[AnyArray], out: AnyArray, axis: int, _: Scratch) -> list[Call]:
    _first(out, axis).fill(0.0)
    return [(np.copyto, (_others(out, axis), _others(operands[0], axis)))]


def _lower_joined(operands: Sequence[AnyArray], out: AnyArray, axis: int, _: Scratch) -> list[Call]:
    return [
        (np.copyto, (_first(out, axis), operands[0])),
        (np.copyto, (_others(out, axis), operands[1])),
    ]


FOLDING = (
    Kernel(
        name="prepend_one",
        sign="[1 …]",
        around=("1 and", ""),
        form="function",
        arity=1,
        infer=_with_one,
        lower=_lower_prepended,
        cell=_cells_prepended,
        feeds=_feeds_prepended,
        words="a leading 1, for the bias to be multiplied by",
    ),
    Kernel(
        name="drop_bias",
        sign="without biases",
        form="function",
        arity=1,
        infer=_without_one,
        lower=no_calls,
        cell=lambda index, _shapes, axis: Cell((Term(1, ((0, _shifted(index, axis, 1)),)),)),
        feeds=_feeds_others,
        view=lambda operands, axis: _others(operands[0], axis),
        words="the weights alone: no wire leads back from a bias",
    ),
    Kernel(
        name="bias_part",
        sign="biases of",
        form="function",
        arity=1,
        infer=_only_one,
        lower=no_calls,
        cell=lambda index, _shapes, _axis: Cell((Term(1, ((0, index),)),)),
        feeds=_feeds_first,
        view=lambda operands, axis: _first(operands[0], axis),
        words="what stands for the leading 1",
    ),
    Kernel(
        name="without_bias",
        sign="weights only of",
        form="function",
        arity=1,
        infer=lambda operands, _: operands[0],
        lower=_lower_masked,
        cell=_cells_masked,
        feeds=_feeds_masked,
        words="0 for the biases, which are not trained",
    ),
    Kernel(
        name="join_bias",
        sign="beside",
        form="infix",
        arity=2,
        infer=_joined,
        lower=_lower_joined,
        cell=_cells_joined,
        feeds=_feeds_joined,
        words="biases and weights in one matrix again",
    ),
)
