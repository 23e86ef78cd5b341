"""Kernels that do the same to every cell, with another cell or with one number: the optimizers'.

The parts that they share with linear algebra's rows, such as what a number that is applied to
every cell feeds, are here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    elementwise,
    told,
)

__all__ = ["CELLWISE", "feeds_all", "scaled", "ufunc"]


def scaled(operands: Sequence[Axes], _axis: int) -> Axes:
    """A number and anything: the result has the axes of the other."""
    factor, given = operands
    if factor:
        raise ShapeClash(f"only a number scales: expected shape (), got {told(factor)}")
    return given


def feeds_all(
    which: int, cell: Index, shapes: Sequence[tuple[int, ...]], _axis: int
) -> tuple[Pattern, ...]:
    """A number feeds every cell of what it is applied to, and each of those its own."""
    return (cell,) if cell else ((None,) * len(shapes[1 - which]),)


def ufunc(
    function: Callable[..., object],
) -> Callable[[Sequence[AnyArray], AnyArray, int, Scratch], list[Call]]:
    """A lowering that is one numpy call with the result as last argument."""

    def lower(operands: Sequence[AnyArray], out: AnyArray, _axis: int, _: Scratch) -> list[Call]:
        return [(function, (*operands, out))]

    return lower


def _quotient(values: Sequence[float]) -> float:
    with np.errstate(all="ignore"):
        return float(np.divide(values[0], values[1]))


CELLWISE = (
    elementwise(
        "square",
        "( )²",
        lambda operands, out, _: [(np.multiply, (operands[0], operands[0], out))],
        words="every cell squared",
        around=("(", ")²"),
    ),
    elementwise(
        "sqrt",
        "√",
        lambda operands, out, _: [(np.sqrt, (operands[0], out))],
        words="the root of every cell",
    ),
    elementwise(
        "divide",
        "/",
        lambda operands, out, _: [(np.divide, (operands[0], operands[1], out))],
        arity=2,
        words="cell by cell",
        around=("", "/", ""),
    ),
    Kernel(
        name="shift",
        sign="+",
        form="infix",
        arity=2,
        infer=scaled,
        lower=ufunc(np.add),
        cell=lambda index, _shapes, _axis: Cell((Term(1, ((0, ()),)), Term(1, ((1, index),)))),
        feeds=feeds_all,
        in_place=True,
        words="a number added to every cell",
    ),
    Kernel(
        name="divide_by",
        sign="/",
        form="infix",
        arity=2,
        infer=lambda operands, axis: scaled(operands[::-1], axis),
        lower=ufunc(np.divide),
        cell=lambda index, _shapes, _axis: Cell(
            (Term(1, ((0, index),)), Term(1, ((1, ()),))), _quotient
        ),
        feeds=feeds_all,
        in_place=True,
        words="every cell divided by one number",
        around=("", "/", ""),
    ),
)
