"""Cell rules: what each result cell says it was computed from is what it was computed from.

And their inverse: what a cell says it feeds is what reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import Cell, Index, Kernel, ShapeClash, Stage, Term, cells_of
from bpstepper.engine.run.training import Runner
from bpstepper.engine.symbols import Axis
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from tests.scenes import BUNDLED, at, opened
from tests.strategies import Draft, drafts, examples

UNITS, SAMPLES = 3, 4


def _stages() -> Iterator[Stage]:
    for rule in LOSSES.values():
        yield from (*rule.value, *rule.slope)


def every_kernel() -> dict[str, Kernel]:
    """All kernels of all tables, by name."""
    kernels = dict(ALGEBRA)
    for row in ACTIVATIONS.values():
        for kernel in (row.apply, row.slope, row.jacobian):
            if kernel is not None:
                kernels[kernel.name] = kernel
    for stage in _stages():
        kernels[stage.kernel.name] = stage.kernel
    return kernels


KERNELS = every_kernel()


def operands_for(
    kernel: Kernel, axis: int, rng: np.random.Generator, units: int = UNITS, samples: int = SAMPLES
) -> list[Array]:
    """Operands that the kernel takes, in (0, 1) so that every function has a value there."""
    shape = (units, samples) if axis == 0 else (samples, units)
    bias = (units, 1) if axis == 0 else (1, units)
    shapes: dict[str, list[tuple[int, ...]]] = {
        "matmul": [(2, units), (units, samples)],
        "add": [shape, bias],
        "scale": [(), shape],
        "shift": [(), shape],
        "divide_by": [shape, ()],
        "join_bias": [(1, samples) if axis == 0 else (samples, 1), shape],
        "jacobian_product": [(samples, units, units), shape],
    }
    matrices = kernel.arity - kernel.numbers
    chosen = shapes.get(kernel.name, [shape] * matrices + [()] * kernel.numbers)
    return [np.asarray(rng.uniform(0.1, 0.9, size)) for size in chosen]


def assert_cell(kernel: Kernel, operands: Sequence[Array], result: Array, index: Index) -> Cell:
    """The rule's value of one cell is the kernel's; returns the rule."""
    cell = kernel.cell_rule(index, [operand.shape for operand in operands])
    value, said = float(result[index]), cell.value(operands)
    if np.isnan(value) or np.isinf(value):
        assert said == value or np.isnan(said) == np.isnan(value), (kernel.name, index)
    elif cell.function is None:
        slack = 1e-12 * sum(abs(term) for term in cell.term_values(operands))
        assert abs(said - value) <= slack, (kernel.name, index)
    else:
        assert abs(said - value) <= 1e-12 * abs(value), (kernel.name, index)
    return cell


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", KERNELS)
def test_the_terms_add_up(name: str, axis: int) -> None:
    """For every cell of every kernel, the spelled-out value is the computed one."""
    kernel = KERNELS[name].along(axis)
    operands = operands_for(kernel, axis, np.random.default_rng(1))
    result = kernel(*operands)
    for index in np.ndindex(*result.shape):
        assert_cell(kernel, operands, result, index)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", KERNELS)
def test_a_cell_reads_exactly_what_it_says(name: str, axis: int) -> None:
    """Moving a cell that is not read leaves a result's bits; moving one that is read moves it.

    A function may be level somewhere (ReLU below 0, a clipped error far out): there are places
    enough, on both sides of 0, that one of them shows it. And only f′(z) = 1 names the z that it
    belongs to without depending on it.
    """
    kernel = KERNELS[name].along(axis)
    says: set[tuple[Index, int, Index]] = set()
    moves: set[tuple[Index, int, Index]] = set()
    for seed in range(24):
        drawn = operands_for(kernel, axis, np.random.default_rng(seed))
        operands = [np.asarray(operand - 0.5 * (seed % 2)) for operand in drawn]
        before = kernel(*operands).copy()
        shapes = [operand.shape for operand in operands]
        for index in np.ndindex(*before.shape):
            says |= {(index, *read) for read in kernel.cell_rule(index, shapes).reads()}
        for which, operand in enumerate(operands):
            for moved in np.ndindex(*operand.shape):
                changed = [array.copy() for array in operands]
                changed[which][moved] = operand[moved] * (-1 if seed % 4 == 1 else 1.01)
                after = kernel(*changed)
                other = np.argwhere((after != before) & ~(np.isnan(after) & np.isnan(before)))
                moves |= {(tuple(map(int, index)), which, moved) for index in other}
    assert moves == (set() if name == "linear_slope" else says)


@given(draft=drafts())
@examples(60)
def test_the_terms_add_up_in_real_updates(draft: Draft) -> None:
    """Also where operands are what a network made of them, over a batch, in any layout."""
    draft = replace(draft, sizes=tuple(min(size, 4) for size in draft.sizes), unit=None)
    for step in Runner(draft.problem()).trace():
        for operation in step.operations:
            operands = [operand.value for operand in operation.operands]
            result = operation.result.value
            for index in np.ndindex(*result.shape):
                assert_cell(operation.kernel, operands, result, index)


def test_a_wrong_rule_is_seen() -> None:
    """A planted fault: BP4's product with its inner index turned round is caught by these tests."""

    def backwards(index: Index, shapes: Sequence[tuple[int, ...]], _axis: int) -> Cell:
        i, j = index
        inner = range(shapes[0][1])
        return Cell(tuple(Term(1, ((0, (i, k)), (1, (inner[-1] - k, j)))) for k in inner))

    kernel = replace(ALGEBRA["matmul"], cell=backwards)
    operands = operands_for(kernel, 0, np.random.default_rng(3))
    with pytest.raises(AssertionError):
        assert_cell(kernel, operands, kernel(*operands), (0, 0))


def inverse(
    kernel: Kernel, shapes: Sequence[tuple[int, ...]], result: tuple[int, ...]
) -> dict[tuple[int, Index], set[Index]]:
    """For every operand cell, the result cells whose rule reads it: found the slow way."""
    found: dict[tuple[int, Index], set[Index]] = {
        (which, cell): set() for which, shape in enumerate(shapes) for cell in np.ndindex(*shape)
    }
    for index in np.ndindex(*result):
        for read in kernel.cell_rule(index, shapes).reads():
            found[read].add(index)
    return found


def assert_inverse(
    kernel: Kernel, shapes: Sequence[tuple[int, ...]], result: tuple[int, ...]
) -> None:
    """`downstream` is the inverse of the cell rule, and says no cell twice."""
    for (which, cell), fed in inverse(kernel, shapes, result).items():
        said = kernel.downstream(which, cell, shapes, result)
        assert len(said) == len(set(said))
        assert set(said) == fed, (kernel.name, shapes, which, cell)
        assert kernel.downstream(which, cell, shapes, result, most=2) == said[:2]


SIZES = st.integers(1, 4)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", KERNELS)
@given(units=SIZES, samples=SIZES)
@examples(12)
def test_what_a_cell_feeds_is_what_reads_it(name: str, axis: int, units: int, samples: int) -> None:
    """For every kernel of every table, in either layout, at any size."""
    kernel = KERNELS[name].along(axis)
    operands = operands_for(kernel, axis, np.random.default_rng(5), units, samples)
    shapes = [operand.shape for operand in operands]
    assert_inverse(kernel, shapes, kernel(*operands).shape)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", BUNDLED)
def test_what_a_cell_feeds_in_bundled_scenarios(name: str, layout: str) -> None:
    """Every operation of their first update, at the shapes that it has there."""
    seen = set()
    for step in at(opened(name, layout), 1, 0).trace:
        for operation in step.operations:
            shapes = tuple(operand.value.shape for operand in operation.operands)
            key = (operation.kernel.name, operation.kernel.axis, shapes)
            if key not in seen:
                seen.add(key)
                assert_inverse(operation.kernel, shapes, operation.result.value.shape)


def test_a_pattern_costs_nothing() -> None:
    """One weight of a huge product feeds a row of it, told without walking along it."""
    shapes = [(10**9, 10**9), (10**9, 10**9)]
    kernel = ALGEBRA["matmul"]
    assert kernel.patterns(0, (7, 8), shapes) == ((7, None),)
    assert kernel.downstream(1, (7, 8), shapes, (10**9, 10**9), most=2) == ((0, 8), (1, 8))
    assert list(cells_of((None, None), (10**9, 10**9), 2)) == [(0, 0), (0, 1)]
    assert list(cells_of((None,), (3,), 0)) == []


def test_a_wrong_inverse_is_seen() -> None:
    """A planted fault: a product whose right operand feeds rows."""
    kernel = replace(
        ALGEBRA["matmul"], feeds=lambda _which, cell, _shapes, _axis: ((cell[0], None),)
    )
    with pytest.raises(AssertionError):
        assert_inverse(kernel, [(2, 2), (2, 2)], (2, 2))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", KERNELS)
def test_inferred_shapes_are_the_computed_ones(name: str, axis: int) -> None:
    """What the compiler believes about a result's shape is what comes out."""
    kernel = KERNELS[name].along(axis)
    operands = operands_for(kernel, axis, np.random.default_rng(4))
    axes = [tuple(Axis("units", None, size) for size in array.shape) for array in operands]
    assert tuple(one.size for one in kernel.axes(axes)) == kernel(*operands).shape


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_can_be_spoken_of(name: str) -> None:
    """A row says what it does; its name is its own."""
    kernel = KERNELS[name]
    assert kernel.name == name
    assert kernel.words
    assert kernel.form in ("infix", "postfix", "function")


@pytest.mark.parametrize(
    ("name", "shapes", "message"),
    [
        ("matmul", [(2, 3), (2, 3)], r"shapes \(2,3\) and \(2,3\) not aligned: 3 .* != 2"),
        ("hadamard", [(2, 3), (3, 2)], r"could not be broadcast together .* \(2,3\) \(3,2\)"),
        ("subtract", [(2, 1), (2, 2)], r"no error: shapes \(2,1\) \(2,2\) are stretched"),
        ("add", [(2, 3), (3, 1)], r"could not be broadcast together .* \(2,3\) \(3,1\)"),
        ("jacobian_product", [(3, 2, 2), (3, 3)], r"\(3,2,2\) and \(3,3\) not aligned"),
    ],
)
def test_shapes_that_clash(name: str, shapes: list[tuple[int, ...]], message: str) -> None:
    """A product that does not fit is told as numpy tells it, never silently broadcast."""
    with pytest.raises(ShapeClash, match=message):
        ALGEBRA[name](*(np.ones(shape) for shape in shapes))
