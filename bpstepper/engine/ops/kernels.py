"""Kernels: the atomic operations, one row each, with everything that is true of them.

A kernel knows its sign on the page, which shapes it takes, how it is *lowered* to a few numpy
calls over given buffers, and its *cell rule*: which operand cells one result cell reads, and in
which terms; with the inverse of it, which result cells one operand cell feeds. `run`, `trace`,
replay, the complex step, provenance and highlighting all read the same row, so there is no second
implementation of the arithmetic.

This module owns the types. The rows are in `algebra`, `activations` (with their derivatives) and
`losses`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bpstepper.engine.symbols import Axis

__all__ = [
    "AnyArray",
    "Axes",
    "Call",
    "Cell",
    "Index",
    "Kernel",
    "Pattern",
    "Scratch",
    "ShapeClash",
    "Stage",
    "Term",
    "cells_of",
    "elementwise",
    "feeds_its_own",
    "no_calls",
    "same_shape",
    "sizes_of",
    "told",
    "unlike",
]

AnyArray = npt.NDArray[Any]
Axes = tuple[Axis, ...]
Index = tuple[int, ...]
Pattern = tuple[int | None, ...]
"""Cells of an array: for each axis one index, or None for all of them."""
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
        feeds: (which operand, a cell of it, operand shapes, units axis) → the result cells whose
            cell rule reads that cell, as patterns; none where nothing does.
        view: where the result *is* an operand's memory seen otherwise: returns it, else None.
        axis: along which the units of a layer stand (0 in the column layout).
        in_place: the result may be written over an operand of its shape.
        words: what the operation does, for a sentence.
        around: what a page writes before, between and after the operands, where `form` and
            `sign` do not say it all.
        kinks: of a function of one operand, where it has no derivative.
        numbers: how many of its last operands are single numbers, of shape (), which every cell
            reads.
    """

    name: str
    sign: str
    form: str
    arity: int
    infer: Callable[[Sequence[Axes], int], Axes]
    lower: Callable[[Sequence[AnyArray], AnyArray, int, Scratch], list[Call]]
    cell: Callable[[Index, Sequence[tuple[int, ...]], int], Cell]
    feeds: Callable[[int, Index, Sequence[tuple[int, ...]], int], tuple[Pattern, ...]]
    view: Callable[[Sequence[AnyArray], int], AnyArray | None] | None = None
    axis: int = 0
    in_place: bool = False
    words: str = ""
    around: tuple[str, ...] = ()
    kinks: tuple[float, ...] = ()
    numbers: int = 0

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

    def patterns(
        self, which: int, cell: Index, shapes: Sequence[tuple[int, ...]]
    ) -> tuple[Pattern, ...]:
        """Which result cells a cell of operand `which` feeds, at no cost however many they are.

        Patterns may overlap; there is none where the cell feeds nothing.
        """
        return self.feeds(which, cell, shapes, self.axis)

    def downstream(
        self,
        which: int,
        cell: Index,
        shapes: Sequence[tuple[int, ...]],
        result_shape: tuple[int, ...],
        most: int = 4096,
    ) -> tuple[Index, ...]:
        """The result cells that a cell of operand `which` feeds; of very many the first `most`."""
        found: dict[Index, None] = {}
        for pattern in self.patterns(which, cell, shapes):
            found.update(dict.fromkeys(cells_of(pattern, result_shape, most - len(found))))
        return tuple(found)

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


def sizes_of(axes: Axes) -> tuple[int, ...]:
    """The shape that axes make."""
    return tuple(axis.size for axis in axes)


def same_shape(operands: Sequence[Axes], _axis: int) -> Axes:
    """Elementwise: every operand has the first one's shape."""
    first = operands[0]
    for other in operands[1:]:
        if sizes_of(other) != sizes_of(first):
            raise unlike(first, other)
    return first


def unlike(first: Axes, second: Axes) -> ShapeClash:
    """Two shapes that differ: as numpy tells it, or that numpy would not tell it."""
    shapes = f"{told(first)} {told(second)}"
    try:
        np.broadcast_shapes(sizes_of(first), sizes_of(second))
    except ValueError:
        return ShapeClash(f"operands could not be broadcast together with shapes {shapes}")
    return ShapeClash(f"no error: shapes {shapes} are stretched over each other, and it goes on")


def told(axes: Axes) -> str:
    """A shape as numpy writes it: `(4,2)`."""
    return "(" + ",".join(str(axis.size) for axis in axes) + ("," if len(axes) == 1 else "") + ")"


def no_calls(_o: Sequence[AnyArray], _out: AnyArray, _axis: int, _s: Scratch) -> list[Call]:
    """The lowering of a view: it is never asked for."""
    raise AssertionError("a view has nothing to compute")


def cells_of(pattern: Pattern, shape: tuple[int, ...], most: int) -> Iterator[Index]:
    """The cells of a pattern in an array of this shape, row by row; at most so many of them."""
    most = max(most, 0)
    along = (  # no index beyond `most` can be among the first `most` cells
        range(min(size, most)) if index is None else (index,)
        for index, size in zip(pattern, shape, strict=True)
    )
    return islice(product(*along), most)


def feeds_its_own(
    _which: int, cell: Index, _shapes: Sequence[tuple[int, ...]], _axis: int
) -> tuple[Pattern, ...]:
    """Elementwise: an operand cell feeds the result cell in its place."""
    return (cell,)


def elementwise(
    name: str,
    sign: str,
    lower: Callable[[Sequence[AnyArray], AnyArray, Scratch], list[Call]],
    *,
    arity: int = 1,
    words: str = "",
    around: tuple[str, ...] = (),
    kinks: tuple[float, ...] = (),
    numbers: int = 0,
) -> Kernel:
    """A kernel that does the same to every cell, reading that cell of each operand.

    The last so many operands, `numbers`, are single numbers, which every cell reads. Its cell rule
    evaluates the kernel itself on single cells, so that what a pane spells out and what the engine
    computes cannot drift apart.
    """
    matrices = arity - numbers

    def infer(operands: Sequence[Axes], axis: int) -> Axes:
        for number in operands[matrices:]:
            if number:
                raise ShapeClash(f"expected a number, of shape (), got {told(number)}")
        return same_shape(operands[:matrices], axis)

    def one_cell(values: Sequence[float]) -> float:
        cells = [np.array([[value]]) for value in values[:matrices]]
        return float(kernel(*cells, *map(np.array, values[matrices:]))[0, 0])

    def cells(index: Index, _shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
        places = [index] * matrices + [()] * numbers
        return Cell(tuple(Term(1, ((which, at),)) for which, at in enumerate(places)), one_cell)

    def feeds(
        which: int, cell: Index, shapes: Sequence[tuple[int, ...]], _axis: int
    ) -> tuple[Pattern, ...]:
        return (cell,) if which < matrices else ((None,) * len(shapes[0]),)

    def lowered(
        operands: Sequence[AnyArray], out: AnyArray, _axis: int, scratch: Scratch
    ) -> list[Call]:
        return lower(operands, out, scratch)

    kernel = Kernel(
        name=name,
        sign=sign,
        form="function",
        arity=arity,
        infer=infer,
        lower=lowered,
        cell=cells,
        feeds=feeds,
        words=words,
        around=around,
        kinks=kinks,
        numbers=numbers,
    )
    return kernel
