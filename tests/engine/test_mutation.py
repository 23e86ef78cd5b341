"""Mutated programs: still programs, whose runs, traces and cell rules agree like any other's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bpstepper.engine.compile.compiler import compile_program
from bpstepper.engine.compile.mutation import (
    Clash,
    after,
    changed,
    doing,
    made_from,
    named,
    only,
    promoted,
    reading,
    rebuilt,
    with_state,
)
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import Axes, Kernel, ShapeClash
from bpstepper.engine.ops.mistaken_kernels import MISTAKEN, SLOPES_FROM_Z
from bpstepper.engine.run.training import Runner, Timeline
from bpstepper.engine.symbols import Axis, Symbol
from tests.strategies import Draft

SQUARE = Draft(sizes=(2, 2, 2), activations=("sigmoid", "sigmoid"), seed=3)
W2, W2_T, DELTA1 = Symbol("W", 2), Symbol("W_T", 2), Symbol("delta", 1)


def without_transpose(program: Program) -> Program:
    """A mistake to try things with."""

    def change(op: Op) -> Sequence[Op]:
        return (reading(op, {W2_T: W2}),)

    return changed(program, change)


def is_sound(program: Program) -> None:
    """Single assignment, each operand made before it is read, axes as the kernels have them."""
    known = set(program.inputs)
    for op in program.ops:
        assert known.issuperset(op.operands), f"{op.result} reads what is not there yet"
        assert op.result not in known, f"{op.result} is made twice"
        known.add(op.result)
        inferred = op.kernel.axes([program.axes[operand] for operand in op.operands])
        assert tuple(a.size for a in inferred) == program.shape(op.result)
    assert known.issuperset(program.updates)
    assert set(program.names) == set(program.axes)


def test_a_changed_program_is_one() -> None:
    """A replaced operand leaves a sound program, without the transpose that nobody reads now."""
    program = without_transpose(compile_program(SQUARE.problem(), 1))
    is_sound(program)
    assert W2_T not in program.axes
    assert [s[0].equation.row for s in program.steps] == [
        s[0].equation.row for s in compile_program(SQUARE.problem(), 1).steps
    ]


def test_nothing_changed_is_the_same() -> None:
    """A change that changes nothing gives the same operations in the same order."""
    program = compile_program(SQUARE.problem(), 1)
    assert changed(program, lambda op: (op,)).ops == program.ops


def test_what_is_read_later_is_moved_there() -> None:
    """BP2 that reads the new weights comes after their update, its operations still one step."""
    program = compile_program(SQUARE.problem(), 1)

    def change(op: Op) -> Sequence[Op]:
        early = op.equation.law == "BP2"
        return (reading(op, {W2: Symbol("W_next", 2)}) if early else op,)

    moved = changed(program, change)
    is_sound(moved)
    rows = [(ops[0].equation.law, ops[0].equation.layer) for ops in moved.steps]
    assert rows.index(("UPDATE", 2)) < rows.index(("BP2", 1)) < rows.index(("BP4", 1))
    assert len(rows) == len(program.steps)


def test_a_clash_is_told_as_numpy_tells_it() -> None:
    """What does not fit is a ShapeClash that says which symbols, in numpy's own words."""
    problem = replace(SQUARE, sizes=(3, 4, 2)).problem()
    with pytest.raises(Clash) as caught:
        without_transpose(compile_program(problem, 1))
    with pytest.raises(ValueError, match="not aligned") as told:
        np.zeros((2, 4)).dot(np.zeros((2, 1)))
    assert str(caught.value) == str(told.value)
    assert isinstance(caught.value, ShapeClash)
    assert caught.value.symbol == Symbol("grad_a", 1)
    assert caught.value.operands == (W2, Symbol("delta", 2))


@pytest.mark.parametrize(
    ("first", "second"), [((2, 1), (1, 2)), ((3, 1), (3, 4)), ((1, 1), (2, 2)), ((2, 3), (1, 3))]
)
def test_what_numpy_broadcasts_is_stretched(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    """Operands that numpy broadcasts are stretched by an operation, to numpy's result."""
    program = compile_program(SQUARE.problem(), 1)
    op = next(op for op in program.ops if op.result == DELTA1)
    p, q = Symbol("x"), Symbol("y")

    def axes(shape: tuple[int, int]) -> Axes:
        return (Axis("units", None, shape[0]), Axis("samples", None, shape[1]))

    bare = replace(program, ops=(), axes={}, updates={}, parts={})
    made = rebuilt(bare, [replace(op, operands=(p, q))], {p: axes(first), q: axes(second)})
    rng = np.random.default_rng(1)
    values = {p: rng.normal(size=first), q: rng.normal(size=second)}
    for step in made.ops:
        values[step.result] = step.kernel(*(values[o] for o in step.operands))
    assert np.array_equal(values[DELTA1], values[p] * values[q])


def test_an_update_never_grows() -> None:
    """An update of another shape than its parameter clashes, as numpy's `W -= …` does."""
    program = compile_program(replace(SQUARE, sizes=(2, 2, 1)).problem(), 1)
    with pytest.raises(Clash, match="doesn't match the broadcast shape") as caught:
        changed(
            program,
            lambda op: (
                reading(op, {Symbol("step_b", 2): Symbol("b", 1)})
                if op.result == Symbol("b_next", 2)
                else op,
            ),
        )
    assert caught.value.symbol == Symbol("b_next", 2)


def test_after_a_symbol() -> None:
    """A kernel behind a symbol takes the symbol's place: all that read it read what it makes."""
    problem = SQUARE.problem()
    line = Timeline(problem, lambda p: after(p, DELTA1, MISTAKEN["negate"]))
    is_sound(line.program)
    right, mistaken = Timeline(problem).trace(1), line.trace(1)
    assert np.array_equal(mistaken["delta1"], -right["delta1"])
    assert np.array_equal(mistaken["grad_W1"], -right["grad_W1"])
    assert np.array_equal(mistaken["delta1_before"], right["delta1"])


@pytest.mark.parametrize("layout", ["column", "row", "torch"])
@pytest.mark.parametrize("bias", ["separate", "folded"])
def test_made_from_something_else(layout: str, bias: str) -> None:
    """Whatever is made of a¹ for BP4 can be made of a² instead, in every layout, folded or not."""
    problem = replace(SQUARE, layout=layout, bias=bias).problem()
    program = compile_program(problem, 1)
    outer = next(op for op in program.ops if op.equation.law == "BP4" and op.equation.layer == 2)
    for operand in outer.operands:
        known = {Symbol("a", 1): Symbol("a", 2)}
        other, ops = made_from(program, operand, known, outer.equation)
        is_sound(rebuilt(program, [*program.ops, *ops]))
        assert (other == operand) == (operand.kind.startswith("delta"))


def test_the_general_path() -> None:
    """Promoted, δᴸ comes of ∂C/∂a and the slope, and is the same but for rounding."""
    draft = replace(SQUARE, loss="binary_cross_entropy", factor=1.0)
    problem = draft.problem()
    line = Timeline(problem, promoted)
    is_sound(line.program)
    assert "COLLAPSE" not in {op.equation.law for op in line.program.ops}
    right, general = Timeline(problem).trace(1), line.trace(1)
    assert np.allclose(right["delta2"], general["delta2"], rtol=1e-12)
    assert np.array_equal(right["delta2_general"], general["delta2"])
    plain = compile_program(SQUARE.problem(), 1)
    assert promoted(plain) is plain


def test_what_lasts() -> None:
    """State that a mutation adds starts at 0 and is what the update before left."""
    problem = SQUARE.problem()
    count, kept = Symbol("delta", 1), named("kept", 1)

    def keeping(program: Program) -> Program:
        return with_state(program, {count: kept}, program.ops)

    line = Timeline(problem, keeping)
    assert not line.trace(1)["kept"].any()
    assert np.array_equal(line.trace(2)["kept"], line.trace(1)["delta1"])
    assert np.array_equal(line.trace(9)["kept"], line.trace(8)["delta1"])


def test_only_what_is_needed() -> None:
    """What nothing depends on is gone, and nothing is updated any more."""
    for bias in ("separate", "folded"):
        small = only(
            compile_program(replace(SQUARE, bias=bias).problem(), 1), [Symbol("C"), DELTA1]
        )
        is_sound(small)
        assert not small.updates
        assert small.ops[-1].result == DELTA1


@pytest.mark.parametrize("layout", ["column", "row", "torch"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_run_is_trace_to_the_bit(layout: str, optimizer: str) -> None:
    """A mutated program trains to the same bits, whether it is run or traced."""
    draft = Draft(
        sizes=(3, 3, 3), activations=("tanh", "sigmoid"), layout=layout, optimizer=optimizer,
        count=5, batch_size=2, seed=8,
    )  # fmt: skip
    problem = draft.problem()

    def too_early(program: Program) -> Program:
        early = {before: after for after, before in program.updates.items() if before.kind == "W"}
        return changed(
            program,
            lambda op: (reading(op, early) if op.equation.phase == "backward" else op,),
        )

    runner, line = Runner(problem, mutate=too_early), Timeline(problem, too_early)
    for update in range(1, 8):
        runner.advance(1)
        traced = line.trace(update).parameters
        for symbol, value in runner.parameters.items():
            if symbol.key in traced:
                assert np.array_equal(value, traced[symbol.key])
    right = Timeline(problem).parameters(7)
    assert not np.array_equal(right[Symbol("W", 1)], runner.parameters[Symbol("W", 1)])


# ── the kernels of mistakes ──────────────────────────────────────────────────────────────────


def shapes(kernel: Kernel) -> list[tuple[int, ...]]:
    """Shapes of operands to try a kernel with."""
    return [(3, 1), (1, 3)] if kernel.arity == 2 else [(3, 3)]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", [*MISTAKEN, *SLOPES_FROM_Z])
def test_cell_rules_of_mistaken_kernels(name: str, axis: int) -> None:
    """A cell rule gives what the kernel gives, and its inverse is what it says it feeds."""
    kernel = (MISTAKEN.get(name) or SLOPES_FROM_Z[name]).along(axis)
    rng = np.random.default_rng(4)
    operands = [rng.uniform(0.2, 2.0, size) for size in shapes(kernel)]
    result = kernel(*operands)
    sizes = [operand.shape for operand in operands]
    fed: set[tuple[int, tuple[int, ...], tuple[int, ...]]] = set()
    for index in np.ndindex(*result.shape):
        cell = kernel.cell_rule(index, sizes)
        assert cell.value(operands) == pytest.approx(result[index], rel=1e-12, abs=1e-15)
        fed |= {(which, at, index) for which, at in cell.reads()}
    told = {
        (which, at, index)
        for which, size in enumerate(sizes)
        for at in np.ndindex(*size)
        for index in kernel.downstream(which, at, sizes, result.shape)
    }
    assert told == fed


def test_no_inverse_is_no_number() -> None:
    """A matrix without an inverse has NaN for one; one that is not square clashes."""
    assert np.isnan(MISTAKEN["inverse"](np.ones((2, 2)))).all()
    with pytest.raises(ShapeClash, match="must be square"):
        MISTAKEN["inverse"](np.ones((2, 3)))


def test_doing_keeps_the_axis() -> None:
    """Another kernel in an operation's place works along the same axis."""
    program = compile_program(replace(SQUARE, layout="row").problem(), 1)
    op = next(op for op in program.ops if op.result == DELTA1)
    assert doing(op, ALGEBRA["add"]).kernel.axis == op.kernel.axis == 1
