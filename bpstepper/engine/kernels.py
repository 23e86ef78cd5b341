"""Kernels: the atomic operations, one row each, with everything that is true of them.

A kernel knows its sign on the page, which shapes it takes, how it is *lowered* to a few numpy
calls over given buffers, and its *cell rule*: which operand cells one result cell reads, and in
which terms. `run`, `trace`, replay, the complex step, provenance and highlighting all read the
same row, so there is no second implementation of the arithmetic.

The functions of single units live with their derivatives in `activations`, those of the cost in
`losses`; this module owns the type and the algebra.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .symbols import Axis

__all__ = [
    "ALGEBRA",
    "AnyArray",
    "Axes",
    "Call",
    "Cell",
    "Index",
    "Kernel",
    "Scratch",
    "ShapeClash",
    "Stage",
    "Term",
    "elementwise",
]

AnyArray = npt.NDArray[Any]
Axes = tuple[Axis, ...]
Index = tuple[int, ...]
Call = tuple[Callable[..., object], tuple[object, ...]]
Scratch = Callable[[tuple[int, ...]], AnyArray]


class ShapeClash(ValueError):  # noqa: N818 - it is a fact about shapes that lessons show, too
    """Operands whose shapes do not go together, told as numpy tells it."""


class Term(NamedTuple):
    """A signed product of operand cells, one summand of a result cell.

    Attributes:
        sign: +1 or −1.
        cells: (which operand, which cell of it) for each factor.
    """

    sign: int
    cells: tuple[tuple[int, Index], ...]


@dataclass(frozen=True)
class Cell:
    """What one result cell is computed from.

    Attributes:
        terms: its summands; for a function, its arguments, one each.
        function: None where the cell is the sum of its terms; else what is done to them.
    """

    terms: tuple[Term, ...]
    function: Callable[[Sequence[float]], float] | None = None

    def reads(self) -> tuple[tuple[int, Index], ...]:
        """Every (operand, cell) that the result cell depends on, without repetition."""
        return tuple(dict.fromkeys(cell for term in self.terms for cell in term.cells))

    def term_values(self, operands: Sequence[AnyArray]) -> list[float]:
        """The value of each term, in order."""
        values = []
        for term in self.terms:
            value = float(term.sign)
            for which, index in term.cells:
                value *= float(operands[which][index])
            values.append(value)
        return values

    def value(self, operands: Sequence[AnyArray]) -> float:
        """The cell's value, spelled out from its terms."""
        values = self.term_values(operands)
        return float(sum(values)) if self.function is None else self.function(values)


@dataclass(frozen=True)
class Kernel:
    """One row of the table of operations.

    Attributes:
        name: as JSON says it.
        sign: as a page shows it (`·`, `⊙`, `ᵀ`, `σ`, …).
        form: "infix" (A · B), "postfix" (Aᵀ) or "function" (σ(A)).
        arity: how many operands.
        infer: axes of the operands, units axis → axes of the result; raises ShapeClash.
        lower: (operands, out, units axis, scratch) → numpy calls that fill `out`.
        cell: (result index, operand shapes, units axis) → Cell.
        view: where the result *is* an operand's memory seen otherwise: returns it, else None.
        axis: along which the units of a layer stand (0 in the column layout).
        in_place: the result may be written over its first operand.
        words: what the operation does, for a sentence.
        around: what a page writes before, between and after the operands, where `form` and
            `sign` do not say it all.
    """

    name: str
    sign: str
    form: str
    arity: int
    infer: Callable[[Sequence[Axes], int], Axes]
    lower: Callable[[Sequence[AnyArray], AnyArray, int, Scratch], list[Call]]
    cell: Callable[[Index, Sequence[tuple[int, ...]], int], Cell]
    view: Callable[[Sequence[AnyArray], int], AnyArray | None] | None = None
    axis: int = 0
    in_place: bool = False
    words: str = ""
    around: tuple[str, ...] = ()

    @property
    def glue(self) -> tuple[str, ...]:
        """What a page writes before, between and after the operands: arity + 1 texts."""
        if self.around:
            return self.around
        between = [self.sign if self.form == "infix" else ","] * (self.arity - 1)
        before = self.sign if self.form == "function" else ""
        after = self.sign if self.form == "postfix" else ""
        return (before, *between, after)

    def along(self, axis: int) -> Kernel:
        """The same kernel for a layout whose units stand along `axis`."""
        return self if axis == self.axis else replace(self, axis=axis)

    def axes(self, operands: Sequence[Axes]) -> Axes:
        """Axes of the result, or ShapeClash."""
        return self.infer(operands, self.axis)

    def cell_rule(self, index: Index, shapes: Sequence[tuple[int, ...]]) -> Cell:
        """Which operand cells the result cell `index` reads, and how."""
        return self.cell(index, shapes, self.axis)

    def bind(self, operands: Sequence[AnyArray], out: AnyArray) -> list[Call]:
        """The calls that compute the result into `out`, with scratch buffers of their own."""
        dtype = out.dtype
        return self.lower(operands, out, self.axis, lambda shape: np.empty(shape, dtype))

    def __call__(self, *operands: AnyArray) -> AnyArray:
        """Compute the result afresh: what replaying an operation does."""
        seen = self.view(operands, self.axis) if self.view else None
        if seen is not None:
            return seen
        sizes: list[Axes] = [
            tuple(Axis("units", None, size) for size in array.shape) for array in operands
        ]
        shape = tuple(axis.size for axis in self.axes(sizes))
        out = np.empty(shape, np.result_type(*operands))
        with np.errstate(all="ignore"):
            for function, arguments in self.bind(operands, out):
                function(*arguments)
        return out


@dataclass(frozen=True)
class Stage:
    """One operation as a table writes it, before the compiler knows the network.

    Attributes:
        kernel: what is done.
        operands: the kinds of its operands; each table says which words it uses.
        result: the kind of its result.
    """

    kernel: Kernel
    operands: tuple[str, ...]
    result: str


# ── shape rules ──────────────────────────────────────────────────────────────────────────────


def _sizes(axes: Axes) -> tuple[int, ...]:
    return tuple(axis.size for axis in axes)


def _same(operands: Sequence[Axes], _axis: int) -> Axes:
    """Elementwise: every operand has the first one's shape."""
    first = operands[0]
    for other in operands[1:]:
        if _sizes(other) != _sizes(first):
            raise ShapeClash(
                f"operands could not be broadcast together with shapes "
                f"{_told(first)} {_told(other)}"
            )
    return first


def _told(axes: Axes) -> str:
    return "(" + ",".join(str(axis.size) for axis in axes) + ("," if len(axes) == 1 else "") + ")"


def _broadcast(operands: Sequence[Axes], axis: int) -> Axes:
    """A matrix and a bias: the bias may have size 1 along the samples."""
    first, second = operands
    matrices = len(first) == len(second) == 2
    if matrices and first[axis].size == second[axis].size and second[1 - axis].size == 1:
        return first
    return _same(operands, axis)


def _product(operands: Sequence[Axes], _axis: int) -> Axes:
    left, right = operands
    if left[1].size != right[0].size:
        raise ShapeClash(
            f"shapes {_told(left)} and {_told(right)} not aligned: "
            f"{left[1].size} (dim 1) != {right[0].size} (dim 0)"
        )
    return (left[0], right[1])


def _scaled(operands: Sequence[Axes], _axis: int) -> Axes:
    return operands[1]


def _summed_over_samples(operands: Sequence[Axes], axis: int) -> Axes:
    one = Axis("one", None, 1)
    (given,) = operands
    return (given[0], one) if axis == 0 else (one, given[1])


def _jacobian_applied(operands: Sequence[Axes], axis: int) -> Axes:
    jacobian, given = operands
    if _sizes(jacobian) != (given[1 - axis].size, given[axis].size, given[axis].size):
        raise ShapeClash(f"shapes {_told(jacobian)} and {_told(given)} not aligned")
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


def _cells_scaled(index: Index, _shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
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


# ── lowerings ────────────────────────────────────────────────────────────────────────────────


def _ufunc(
    function: Callable[..., object],
) -> Callable[[Sequence[AnyArray], AnyArray, int, Scratch], list[Call]]:
    """A lowering that is one numpy call with the result as last argument."""

    def lower(operands: Sequence[AnyArray], out: AnyArray, _axis: int, _: Scratch) -> list[Call]:
        return [(function, (*operands, out))]

    return lower


def _no_calls(_o: Sequence[AnyArray], _out: AnyArray, _axis: int, _s: Scratch) -> list[Call]:
    raise AssertionError("a view has nothing to compute")


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
        lower=_no_calls,
        cell=_cells_transposed,
        view=lambda operands, _: operands[0].T,
        words="rows become columns",
    ),
    Kernel(
        name="matmul",
        sign="·",
        form="infix",
        arity=2,
        infer=_product,
        lower=_ufunc(np.matmul),
        cell=_cells_product,
        words="each cell is a row times a column, added up",
    ),
    Kernel(
        name="add",
        sign="+",
        form="infix",
        arity=2,
        infer=_broadcast,
        lower=_ufunc(np.add),
        cell=_cells_sum(1),
        in_place=True,
        words="cell by cell; one bias serves every sample",
    ),
    Kernel(
        name="subtract",
        sign="−",
        form="infix",
        arity=2,
        infer=_same,
        lower=_ufunc(np.subtract),
        cell=_cells_sum(-1),
        in_place=True,
        words="cell by cell",
    ),
    Kernel(
        name="hadamard",
        sign="⊙",
        form="infix",
        arity=2,
        infer=_same,
        lower=_ufunc(np.multiply),
        cell=_cells_hadamard,
        words="cell by cell: the two numbers of one unit, multiplied",
    ),
    Kernel(
        name="scale",
        sign="×",
        form="infix",
        arity=2,
        infer=_scaled,
        lower=_ufunc(np.multiply),
        cell=_cells_scaled,
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
        words="added up over the samples",
    ),
    Kernel(
        name="identity",
        sign="",
        form="function",
        arity=1,
        infer=lambda operands, _: operands[0],
        lower=_no_calls,
        cell=lambda index, _shapes, _axis: Cell((Term(1, ((0, index),)),)),
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
        words="each sample's Jacobian times that sample's gradient",
    ),
)

ALGEBRA: dict[str, Kernel] = {row.name: row for row in _ROWS}
"""The kernels of linear algebra, by name."""


def elementwise(
    name: str,
    sign: str,
    lower: Callable[[Sequence[AnyArray], AnyArray, Scratch], list[Call]],
    *,
    arity: int = 1,
    words: str = "",
    around: tuple[str, ...] = (),
) -> Kernel:
    """A kernel that does the same to every cell, reading that cell of each operand.

    Its cell rule evaluates the kernel itself on single cells, so that what a pane spells out
    and what the engine computes cannot drift apart.
    """

    def one_cell(values: Sequence[float]) -> float:
        return float(kernel(*(np.array([[value]]) for value in values))[0, 0])

    def cells(index: Index, _shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
        return Cell(tuple(Term(1, ((which, index),)) for which in range(arity)), one_cell)

    def lowered(
        operands: Sequence[AnyArray], out: AnyArray, _axis: int, scratch: Scratch
    ) -> list[Call]:
        return lower(operands, out, scratch)

    kernel = Kernel(
        name=name,
        sign=sign,
        form="function",
        arity=arity,
        infer=_same,
        lower=lowered,
        cell=cells,
        words=words,
        around=around,
    )
    return kernel
