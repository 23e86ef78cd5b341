"""Layer normalisation: z = γ ⊙ (a − μ) / s + β, the mean and the deviation over a sample's units.

Ba, Kiros and Hinton, Layer Normalization (2016), equations (3) and (4); with ε under the root as
in PyTorch, where the variance is the biased one, 1/n. On the way back there are three routes from
a number that entered to C: its own, by way of the mean, and by way of the deviation; each is a
step. The layer's activation follows, as after any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.cellwise import ufunc
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
    sizes_of,
    told,
    unlike,
)
from bpstepper.engine.symbols import Axis, Symbol
from bpstepper.engine.tables.equations import Equation
from bpstepper.engine.tables.layers.layer_kind import LayerKind, Option, OpWriter
from bpstepper.engine.tables.layers.layer_norm_rows import LAYER_NORM_KINDS, LAYER_NORM_LAWS
from bpstepper.engine.tables.parameters import ParameterSpec

__all__ = ["LAYER_NORM"]

_Shapes = Sequence[tuple[int, ...]]


# ── kernels: over the units of each sample, and one row or column for a whole matrix ─────────


def _over_units(operands: Sequence[Axes], axis: int) -> Axes:
    (given,) = operands
    if len(given) != 2:
        raise ShapeClash(f"expected a matrix to add up over its units, got {told(given)}")
    one = Axis("one", None, 1)
    return (one, given[1]) if axis == 0 else (given[0], one)


def _each(operands: Sequence[Axes], _axis: int) -> Axes:
    """A matrix, and one with as many rows or 1, and as many columns or 1."""
    first, second = operands
    fits = len(first) == len(second) and all(
        size in (own, 1) for own, size in zip(sizes_of(first), sizes_of(second), strict=True)
    )
    if not fits:
        raise unlike(first, second)
    return first


def _stretched(index: Index, shape: tuple[int, ...]) -> Index:
    return tuple(0 if size == 1 else i for i, size in zip(index, shape, strict=True))


def _feeds_each(which: int, cell: Index, shapes: _Shapes, _axis: int) -> tuple[Pattern, ...]:
    if which == 0:
        return (cell,)
    sizes = zip(cell, shapes[1], shapes[0], strict=True)
    return (tuple(None if size == 1 < own else i for i, size, own in sizes),)


def _cells_over_units(sign: int) -> Callable[[Index, _Shapes, int], Cell]:
    def cells(index: Index, shapes: _Shapes, axis: int) -> Cell:
        units = range(shapes[0][axis])
        at = [(k, index[1]) if axis == 0 else (index[0], k) for k in units]
        return Cell(tuple(Term(sign, ((0, cell),)) for cell in at))

    return cells


def _feeds_over_units(_which: int, cell: Index, _shapes: _Shapes, axis: int) -> tuple[Pattern, ...]:
    return ((0, cell[1]) if axis == 0 else (cell[0], 0),)


def _lower_over_units(
    sign: int,
) -> Callable[[Sequence[AnyArray], AnyArray, int, Scratch], list[Call]]:
    def lower(operands: Sequence[AnyArray], out: AnyArray, axis: int, _: Scratch) -> list[Call]:
        added: Call = (np.add.reduce, (operands[0], axis, None, out, True))
        return [added] if sign > 0 else [added, (np.negative, (out, out))]

    return lower


def _sum(name: str, sign: int, words: str) -> Kernel:
    minus = "−" if sign < 0 else ""
    return Kernel(
        name=name,
        sign=f"{minus}Σ over units",
        form="function",
        arity=1,
        infer=_over_units,
        lower=_lower_over_units(sign),
        cell=_cells_over_units(sign),
        feeds=_feeds_over_units,
        words=words,
    )


def _sum_of_each(sign: int) -> Callable[[Index, _Shapes, int], Cell]:
    def cells(index: Index, shapes: _Shapes, _axis: int) -> Cell:
        second = _stretched(index, shapes[1])
        return Cell((Term(1, ((0, index),)), Term(sign, ((1, second),))))

    return cells


def _product_of_each(index: Index, shapes: _Shapes, _axis: int) -> Cell:
    return Cell((Term(1, ((0, index), (1, _stretched(index, shapes[1])))),))


def _with_each(
    name: str,
    sign: str,
    function: Callable[..., object],
    cell: Callable[[Index, _Shapes, int], Cell],
    words: str,
) -> Kernel:
    return Kernel(
        name=name,
        sign=sign,
        form="infix",
        arity=2,
        infer=_each,
        lower=ufunc(function),
        cell=cell,
        feeds=_feeds_each,
        words=words,
    )


_SUM = _sum("sum_units", 1, "added up over the units of each sample")
_MINUS_SUM = _sum("minus_sum_units", -1, "added up over the units of each sample, less than 0")
_SUBTRACT = _with_each(
    "subtract_each",
    "−",
    np.subtract,
    _sum_of_each(-1),
    "one number of each sample from all its own",
)
_ADD = _with_each(
    "add_each", "+", np.add, _sum_of_each(1), "one number of each sample to all its own"
)
_TIMES = _with_each(
    "multiply_each", "⊙", np.multiply, _product_of_each, "cell by cell; one number serves a line"
)
_RECIPROCAL = elementwise(
    "reciprocal",
    "1/",
    lambda operands, out, _: [(np.reciprocal, (operands[0], out))],
    words="one over every cell",
    around=("1/(", ")"),
)


def _at(kernel: Kernel, layer: int) -> Kernel:
    """The kernel with a result of another layer's units: those that have the operand's places."""

    def infer(operands: Sequence[Axes], axis: int) -> Axes:
        made = kernel.infer(operands, axis)
        return tuple(Axis("units", layer, own.size) if own.kind == "units" else own for own in made)

    return replace(kernel, infer=infer)


# ── what the compiler writes ─────────────────────────────────────────────────────────────────


def _forward(builder: OpWriter, layer: int) -> None:
    def own(kind: str) -> Symbol:
        return Symbol(kind, layer)

    entering, over_n = builder.activations_of(layer - 1), builder.constant("per_unit", layer)
    equation = builder.equation("norm_mean", layer)
    builder.op(equation, _SUM, (entering,), own("norm_sum"))
    builder.scaled(equation, over_n, own("norm_sum"), own("norm_mean"))
    equation = builder.equation("norm_variance", layer)
    builder.op(equation, _SUBTRACT, (entering, own("norm_mean")), own("centered"))
    builder.op(equation, ALGEBRA["square"], (own("centered"),), own("centered_squared"))
    builder.op(equation, _SUM, (own("centered_squared"),), own("squares_sum"))
    builder.scaled(equation, over_n, own("squares_sum"), own("norm_variance"))
    equation = builder.equation("norm_deviation", layer)
    eps = builder.constant("norm_eps", layer)
    builder.op(equation, ALGEBRA["shift"], (eps, own("norm_variance")), own("norm_floored"))
    builder.op(equation, ALGEBRA["sqrt"], (own("norm_floored"),), own("deviation"))
    equation = builder.equation("normalized", layer)
    builder.op(equation, _RECIPROCAL, (own("deviation"),), own("inverse_deviation"))
    operands = (own("centered"), own("inverse_deviation"))
    builder.op(equation, _at(_TIMES, layer), operands, own("normalized"))
    equation = builder.equation("z_norm", layer)
    builder.op(equation, _TIMES, (own("normalized"), own("norm_gamma")), own("gained"))
    builder.op(equation, _ADD, (own("gained"), own("norm_beta")), own("z"))


def _back(builder: OpWriter, layer: int, result: Symbol, _: Equation | None) -> None:
    def own(kind: str) -> Symbol:
        return Symbol(kind, layer)

    over_n = own("per_unit")
    equation = builder.equation("grad_normalized", layer)
    builder.op(equation, _TIMES, (own("delta"), own("norm_gamma")), own("grad_normalized"))
    equation = builder.equation("grad_centered", layer)
    operands = (own("grad_normalized"), own("inverse_deviation"))
    builder.op(equation, _at(_TIMES, layer - 1), operands, own("grad_centered"))
    equation = builder.equation("grad_norm_mean", layer)
    builder.op(equation, _MINUS_SUM, (own("grad_centered"),), own("grad_norm_mean"))
    equation = builder.equation("grad_deviation", layer)
    operands = (own("grad_centered"), own("normalized"))
    builder.op(equation, ALGEBRA["hadamard"], operands, own("centered_products"))
    builder.op(equation, _MINUS_SUM, (own("centered_products"),), own("grad_deviation"))
    row = "norm_back" if result.layer else "norm_back_input"
    equation = builder.equation(row, layer - 1)
    builder.scaled(equation, over_n, own("grad_norm_mean"), own("through_mean"))
    builder.op(equation, _ADD, (own("grad_centered"), own("through_mean")), own("past_mean"))
    operands = (own("normalized"), own("grad_deviation"))
    builder.op(equation, _at(_TIMES, layer - 1), operands, own("at_deviation"))
    builder.scaled(equation, over_n, own("at_deviation"), own("through_deviation"))
    builder.op(equation, ALGEBRA["add"], (own("past_mean"), own("through_deviation")), result)


def _gradients(builder: OpWriter, layer: int) -> None:
    delta, products = Symbol("delta", layer), Symbol("gain_products", layer)
    over_samples = ALGEBRA["sum_samples"]
    equation = builder.equation("grad_norm_gamma", layer)
    operands = (delta, Symbol("normalized", layer))
    builder.op(equation, ALGEBRA["hadamard"], operands, products)
    builder.op(equation, over_samples, (products,), Symbol("grad_norm_gamma", layer))
    equation = builder.equation("grad_norm_beta", layer)
    builder.op(equation, over_samples, (delta,), Symbol("grad_norm_beta", layer))


def _constants(options: Mapping[str, Any], units: int) -> Mapping[str, float]:
    return {"per_unit": 1.0 / units, "norm_eps": float(options["eps"])}


LAYER_NORM = LayerKind(
    name="layer_norm",
    words="subtracts each sample's mean over the units, divides by its deviation, then gains γ "
    "and shifts β",
    parameters=(
        ParameterSpec("gamma", "norm_gamma", 1.0, "train_gamma", about="The gains γ, one a unit."),
        ParameterSpec("beta", "norm_beta", 0.0, "train_beta", about="The shifts β, one a unit."),
    ),
    forward=_forward,
    back=_back,
    gradients=_gradients,
    keeps_units=True,
    activation="linear",
    options=MappingProxyType(
        {
            "eps": Option(1e-5, "ε, added to the variance under the root. Unit: none."),
            "train_gamma": Option(True, "false: the gains stay; their gradient is shown."),
            "train_beta": Option(True, "false: the shifts stay; their gradient is shown."),
        }
    ),
    constants=_constants,
    kinds=LAYER_NORM_KINDS,
    laws=LAYER_NORM_LAWS,
    headings=MappingProxyType(
        {
            "through_mean": "a share of 1/n of what came to the mean",
            "through_deviation": "a share of 1/n of what came to the deviation",
        }
    ),
)
"""Normalise over the units of each sample; as many units as the layer before."""
