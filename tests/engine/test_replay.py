"""Replay: each operation of a trace, computed once more from what was kept, gives the same bits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from bpstepper.engine.compile.compiler import compile_program
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.compile.program import Program
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Runner, Timeline
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.equations import PHASES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from tests.strategies import Draft, drafts, examples


def same_bits(first: Array, second: Array) -> bool:
    """Equal, with the same NaNs, zeros of either sign and infinities."""
    return (
        first.shape == second.shape
        and np.array_equal(first, second, equal_nan=True)
        and np.array_equal(np.signbit(first), np.signbit(second))
    )


def assert_replays(trace: Trace) -> None:
    """Every operation of every step replays."""
    for step in trace:
        for operation in step.operations:
            result = operation.result
            assert same_bits(operation.replay(), result.value), f"{step.id}: {result.key}"


@given(draft=drafts())
@examples(120)
def test_every_operation_replays_exactly(draft: Draft) -> None:
    """Its result is kernel(operands), to the bit, in two updates of any network."""
    runner = Runner(draft.problem())
    for _ in range(2):
        assert_replays(runner.trace())


@given(draft=drafts(extreme=True))
@examples(80)
def test_overflow_and_nan_replay_exactly(draft: Draft) -> None:
    """Weights in the thousands: infinities and NaNs come out of a replay where they were."""
    runner = Runner(draft.problem())
    for _ in range(3):
        assert_replays(runner.trace())


@given(draft=drafts())
@examples(60)
def test_a_trace_is_frozen(draft: Draft) -> None:
    """No value of a trace can be written, and none is a runner's or the problem's own memory."""
    problem = draft.problem()
    runner = Runner(problem)
    given_arrays = [array for layer in problem.network.layers for array in _arrays_of(layer)]
    given_arrays += [sample.input for sample in problem.samples]
    trace = runner.trace()
    kept = {symbol: value.copy() for symbol, value in trace.values.items()}
    for symbol, value in trace.values.items():
        assert not value.flags.writeable, symbol
        for other in (*runner.parameters.values(), *given_arrays):
            assert not np.shares_memory(value, other), symbol
    runner.advance(3)
    runner.trace()
    for symbol, value in trace.values.items():
        assert same_bits(value, kept[symbol]), f"{symbol} moved when training went on"


def _arrays_of(layer: object) -> list[Array]:
    return [value for value in vars(layer).values() if isinstance(value, np.ndarray)]


@given(draft=drafts())
@examples(60)
def test_given_arrays_are_never_written(draft: Draft) -> None:
    """Training moves copies: the weights that a person gave stay as they were given."""
    problem = draft.problem()
    before = [layer.weights.copy() for layer in problem.network.layers]
    Runner(problem).advance(5)
    for layer, weights in zip(problem.network.layers, before, strict=True):
        assert np.array_equal(layer.weights, weights)
        assert not layer.weights.flags.writeable


def test_steps_and_operations_are_equal_to_themselves_alone() -> None:
    """They hold arrays, so == is no comparison of numbers: the same update again is another."""
    problem = Draft(sizes=(2, 3, 1), activations=("tanh", "sigmoid")).problem()
    one, other = Runner(problem).trace(), Runner(problem).trace()
    mine = [*one, *(operation for step in one for operation in step.operations)]
    others = [*other, *(operation for step in other for operation in step.operations)]
    for i, thing in enumerate(mine):
        for j, same in enumerate(mine):
            assert ((thing == same), (thing != same)) == (i == j, i != j)
        assert all(thing != another and not thing == another for another in others)  # noqa: SIM201
    assert len({*mine, *others}) == len(mine) + len(others)


def moved_by(problem: Problem) -> set[str]:
    """What an update moves: the trained parameters, the optimizer's state of each, its clock."""
    network, training = problem.network, problem.training
    trained: set[str] = set()
    for number, layer in enumerate(network.layers, start=1):
        if network.bias == "folded":
            trained.add(f"Wb{number}")
        else:
            trained |= {f"W{number}", f"b{number}"} if layer.train_biases else {f"W{number}"}
    if training.train == "input":
        trained = {"x"}
    optimizer = OPTIMIZERS[training.optimizer]
    states = {f"{kind}_{key}" for kind in optimizer.state for key in trained}
    clock = set(optimizer.step_state)
    if not training.constants.get("dampening"):
        clock.discard("undamped")
    return trained | states | clock


def assert_well_formed(problem: Problem, program: Program) -> None:
    """Single assignment, in order, with names of their own."""
    known = set(program.inputs)
    for op in program.ops:
        assert set(op.operands) <= known, f"{op.result} reads what is not yet there"
        assert op.result not in known, f"{op.result} is made twice"
        known.add(op.result)
    assert not known & program.parts.keys()
    assert {whole for whole, _ in program.parts.values()} <= known
    assert len(program.by_key) == len(program.axes) == len(known) + len(program.parts)
    places = [PHASES.index(op.equation.phase) for op in program.ops]
    assert all(first <= second for first, second in pairwise(places))
    assert {after.key: before.key for after, before in program.updates.items()} == {
        f"{key}_next": key for key in moved_by(problem)
    }


@given(draft=drafts())
@examples(120)
def test_programs_are_single_assignment(draft: Draft) -> None:
    """Each symbol is made once and read after; public keys are unique; phases come in order."""
    problem = draft.problem()
    for batch in (1, 3):
        assert_well_formed(problem, compile_program(problem, batch))


@given(draft=drafts())
@examples(60)
def test_contract_symbols_and_shapes(draft: Draft) -> None:
    """The public keys are there, and values have the shapes that the Program declares."""
    trace = Runner(draft.problem()).trace()
    keys = {"x", "y", "C"}
    for layer, activation in enumerate(draft.activations, start=1):
        slope = "jacobian" if activation == "softmax" else "slope"
        keys |= {f"{kind}{layer}" for kind in ("z", "a", "W", "b", "delta", "grad_a", slope)}
        if draft.train == "parameters":
            keys |= {f"grad_W{layer}", f"grad_b{layer}", f"W{layer}_next"}
            keys |= {f"b{layer}_next"} if draft.train_biases[layer - 1] else set()
    keys |= {"grad_x", "x_next"} if draft.train == "input" else set()
    keys |= moved_by(draft.problem())
    assert keys <= set(trace.keys())
    assert ("C_data" in trace) == (draft.l2 > 0)
    for symbol, value in trace.values.items():
        assert value.shape == trace.program.shape(symbol), symbol
        assert value.dtype == np.float64


@given(draft=drafts())
@examples(60)
def test_steps_stand_alone(draft: Draft) -> None:
    """Steps are numbered in order, made once each, and found by what they make."""
    trace = Runner(draft.problem()).trace()
    assert [step.index for step in trace] == list(range(len(trace)))
    assert len({step.id for step in trace}) == len(trace)
    for step in trace:
        assert trace.step(step.id) is step
        assert {operation.result.symbol.key for operation in step.operations} <= set(trace.keys())
        assert step.equation.formula
        assert step.equation.latex
        assert "{" not in step.equation.formula


@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("layout", ["column", "row", "torch"])
def test_parameters_after_are_those_the_next_update_starts_with(
    layout: str, optimizer: str, bias: str
) -> None:
    """`trace.parameters` is the state after it, biases that are not trained included."""
    draft = Draft(
        sizes=(3, 4, 2), activations=("tanh", "sigmoid"), layout=layout, train_biases=(False, True),
        optimizer=optimizer, bias=bias,
    )  # fmt: skip
    line = Timeline(draft.problem())
    first, second = line.trace(1), line.trace(2)
    for after, before in first.program.updates.items():
        assert same_bits(first[after], second[before]), f"{after} is not the next {before}"
    for key, value in first.parameters.items():
        assert same_bits(value, second[key])
    assert same_bits(first["b1"], second["b1"])
    assert not same_bits(first["b2"], second["b2"])
    assert first.cost == float(first.values[Symbol("C")])
