"""The kernels that only mistakes need: what people write where another operation belongs.

They are rows like all others, with shape rules and cell rules, so that a mistaken program can be
stepped through, spelled out and checked like a right one. No right program has one of them.
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
    elementwise,
    feeds_its_own,
    unlike,
)
from bpstepper.engine.ops.softmax import SOFTMAX_JACOBIAN
from bpstepper.engine.symbols import Axis

__all__ = ["MISTAKEN", "SLOPES_FROM_Z"]

_ONE = np.array(1.0)


def _feeds_all_cells(
    _which: int, _cell: Index, _shapes: Sequence[tuple[int, ...]], _axis: int
) -> tuple[Pattern, ...]:
    return ((None, None),)


# ── W⁻¹ ──────────────────────────────────────────────────────────────────────────────────────


def _inverse_axes(operands: Sequence[Axes], _axis: int) -> Axes:
    (given,) = operands
    if len(given) != 2 or given[0].size != given[1].size:
        raise ShapeClash("Last 2 dimensions of the array must be square")
    return (given[1], given[0])


def _inverse_into(given: AnyArray, out: AnyArray) -> None:
    """Fill `out` with the inverse; with NaN where there is none."""
    try:
        np.copyto(out, np.linalg.inv(given))
    except np.linalg.LinAlgError:
        out.fill(np.nan)


def _lower_inverse(
    operands: Sequence[AnyArray], out: AnyArray, _axis: int, _: Scratch
) -> list[Call]:
    return [(_inverse_into, (operands[0], out))]


def _cells_inverse(index: Index, shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    shape = shapes[0]

    def inverted(values: Sequence[float]) -> float:
        return float(MISTAKEN["inverse"](np.array(values).reshape(shape))[index])

    return Cell(tuple(Term(1, ((0, at),)) for at in np.ndindex(*shape)), inverted)


# ── shares ───────────────────────────────────────────────────────────────────────────────────


def _lower_shares(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, scratch: Scratch
) -> list[Call]:
    (w,) = operands
    shape = list(w.shape)
    shape[axis] = 1
    total = scratch(tuple(shape))
    return [(np.add.reduce, (w, axis, None, total, True)), (np.divide, (w, total, out))]


def _cells_share(index: Index, shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    reads = [
        tuple(k if position == axis else i for position, i in enumerate(index))
        for k in range(shapes[0][axis])
    ]

    def share(values: Sequence[float]) -> float:
        with np.errstate(all="ignore"):
            return float(np.divide(values[index[axis]], sum(values)))

    return Cell(tuple(Term(1, ((0, cell),)) for cell in reads), share)


def _feeds_along(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    return (tuple(None if position == axis else i for position, i in enumerate(cell)),)


# ── J with nothing beside its diagonal ───────────────────────────────────────────────────────


def _lower_diagonal(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, scratch: Scratch
) -> list[Call]:
    a = operands[0].T if axis == 0 else operands[0]
    rest = scratch(a.shape)
    out.fill(0.0)  # once: nothing writes beside the diagonal again
    diagonal = np.einsum("mii->mi", out)
    return [(np.subtract, (_ONE, a, rest)), (np.multiply, (a, rest, diagonal))]


def _cells_diagonal(index: Index, shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    if index[1] != index[2]:
        return Cell((), lambda _values: 0.0)
    return SOFTMAX_JACOBIAN.cell(index, shapes, axis)


def _feeds_diagonal(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], axis: int
) -> tuple[Pattern, ...]:
    sample, unit = cell[1 - axis], cell[axis]
    return ((sample, unit, unit),)


# ── sums, means and signs ────────────────────────────────────────────────────────────────────


def _units_axes(operands: Sequence[Axes], axis: int) -> Axes:
    one = Axis("one", None, 1)
    (given,) = operands
    return (given[0], one) if axis == 0 else (one, given[1])


def _lower_layer_sum(
    operands: Sequence[AnyArray], out: AnyArray, _axis: int, scratch: Scratch
) -> list[Call]:
    total = scratch(())
    return [(np.add.reduce, (operands[0], None, None, total)), (np.copyto, (out, total))]


def _cells_layer_sum(_index: Index, shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    return Cell(tuple(Term(1, ((0, at),)) for at in np.ndindex(*shapes[0])))


def _lower_times_samples(
    operands: Sequence[AnyArray], out: AnyArray, axis: int, _: Scratch
) -> list[Call]:
    samples = np.array(float(operands[0].shape[1 - axis]))
    return [(np.multiply, (operands[0], samples, out))]


def _cells_times_samples(index: Index, shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
    # as many times itself as there are samples
    return Cell((Term(1, ((0, index),)),) * shapes[0][1 - axis])


# ── what numpy does by itself ────────────────────────────────────────────────────────────────


def _stretched(operands: Sequence[Axes], _axis: int) -> Axes:
    first, second = operands
    fits = len(first) == len(second) and all(
        a.size == b.size or 1 in (a.size, b.size) for a, b in zip(first, second, strict=True)
    )
    if not fits:
        raise unlike(first, second)
    return tuple(a if a.size >= b.size else b for a, b in zip(first, second, strict=True))


def _lower_stretched(
    operands: Sequence[AnyArray], out: AnyArray, _axis: int, _: Scratch
) -> list[Call]:
    return [(np.copyto, (out, operands[0]))]


def _cells_stretched(index: Index, shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
    at = tuple(0 if size == 1 else i for i, size in zip(index, shapes[0], strict=True))
    return Cell((Term(1, ((0, at),)),))


def _feeds_stretched(
    which: int, cell: Index, shapes: Sequence[tuple[int, ...]], _axis: int
) -> tuple[Pattern, ...]:
    if which == 1:
        return ()  # it only says how far
    pairs = zip(cell, shapes[0], strict=True)
    return (tuple(None if size == 1 else i for i, size in pairs),)


_ROWS = (
    Kernel(
        name="inverse",
        sign="⁻¹",
        form="postfix",
        arity=1,
        infer=_inverse_axes,
        lower=_lower_inverse,
        cell=_cells_inverse,
        feeds=_feeds_all_cells,
        words="the matrix that would undo it",
    ),
    Kernel(
        name="shares",
        sign="shares of",
        form="function",
        arity=1,
        infer=lambda operands, _: operands[0],
        lower=_lower_shares,
        cell=_cells_share,
        feeds=_feeds_along,
        words="each weight's share of all weights into its unit",
    ),
    Kernel(
        name="jacobian_diagonal",
        sign="diagonal of J",
        form="function",
        arity=1,
        infer=SOFTMAX_JACOBIAN.infer,
        lower=_lower_diagonal,
        cell=_cells_diagonal,
        feeds=_feeds_diagonal,
        words="aᵢ(1 − aᵢ) on the diagonal, and 0 beside it",
    ),
    Kernel(
        name="sum_layer",
        sign="Σ over the layer",
        form="function",
        arity=1,
        infer=_units_axes,
        lower=_lower_layer_sum,
        cell=_cells_layer_sum,
        feeds=_feeds_all_cells,
        words="added up over all units and samples, the same for each unit",
    ),
    Kernel(
        name="times_samples",
        sign="m ×",
        form="function",
        arity=1,
        infer=lambda operands, _: operands[0],
        lower=_lower_times_samples,
        cell=_cells_times_samples,
        feeds=feeds_its_own,
        words="every cell times the number of samples, which undoes the mean",
    ),
    Kernel(
        name="negate",
        sign="−",
        form="function",
        arity=1,
        infer=lambda operands, _: operands[0],
        lower=lambda operands, out, _axis, _scratch: [(np.negative, (operands[0], out))],
        cell=lambda index, _shapes, _axis: Cell((Term(-1, ((0, index),)),)),
        feeds=feeds_its_own,
        in_place=True,
        words="every cell with the other sign",
    ),
    Kernel(
        name="stretch",
        sign="stretched to",
        form="infix",
        arity=2,
        infer=_stretched,
        lower=_lower_stretched,
        cell=_cells_stretched,
        feeds=_feeds_stretched,
        words="repeated until it has the other's shape, as numpy does unasked",
    ),
)

MISTAKEN: dict[str, Kernel] = {row.name: row for row in _ROWS}
"""The kernels of mistakes, by name."""


def _z_times_rest(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    return [(np.subtract, (_ONE, operands[0], out)), (np.multiply, (operands[0], out, out))]


def _one_less_square(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    return [(np.multiply, (operands[0], operands[0], out)), (np.subtract, (_ONE, out, out))]


SLOPES_FROM_Z: dict[str, Kernel] = {
    "sigmoid_slope": elementwise("z_rest", "z(1 − z)", _z_times_rest, words="z(1 − z)"),
    "tanh_slope": elementwise("one_less_square", "1 − z²", _one_less_square, words="1 − z²"),
}
"""For slopes that are known by a formula in a, what comes of putting z into it, by name."""
