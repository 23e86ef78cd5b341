"""Every update starts from the parameters as they were, in whatever order its operations stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from bpstepper.engine.compile.compiler import compile_program
from bpstepper.engine.compile.lowering import Lowered
from bpstepper.engine.compile.memory import batch_values, constants
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.layouts import LAYOUTS
from tests.engine.planting import memory, sorted_again, traced
from tests.strategies import Draft, drafts, examples

DRAFT = Draft(
    sizes=(3, 4, 3, 2),
    activations=("tanh", "sigmoid", "sigmoid"),
    l2=0.2,
    count=3,
    batch_size=None,
    seed=21,
)


def updates_first(program: Program) -> Program:
    """As soon as a gradient is known its parameter is moved, before δ goes further back."""
    depth = max(symbol.layer or 0 for symbol in program.axes)

    def eager(op: Op) -> tuple[int, int]:
        layer = op.equation.layer or 0
        after_cost = op.equation.phase in ("gradients", "update")
        backwards = op.equation.phase == "backward"
        if not after_cost and not backwards:
            return (0, 0)
        return (1 + depth - layer, 0 if backwards else 1)

    return replace(program, ops=sorted_again(sorted(program.ops, key=eager)))


def trained(problem: Problem, program: Program, updates: int) -> dict[Symbol, Array]:
    """The parameters after running this program so many times on all samples."""
    count = len(problem.samples)
    parameters = memory(problem, program)
    lowered = Lowered(program, parameters, constants(problem, count), goals=program.updates)
    batch = batch_values(problem, range(count))
    lowered.write({symbol: value for symbol, value in batch.items() if symbol not in parameters})
    for _ in range(updates):
        lowered.run()
    return parameters


def position(program: Program, key: str) -> int:
    """Where the operation that makes a symbol stands."""
    return next(index for index, op in enumerate(program.ops) if op.result.key == key)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_moving_weights_early_changes_nothing(layout: str) -> None:
    """W³ is moved before δ² reads W³: δ² still sees the old one, in traces and in training."""
    problem = replace(DRAFT, layout=layout).problem()
    program = compile_program(problem, 3)
    early = updates_first(program)
    assert position(program, "delta2") < position(program, "W3_next")
    assert position(early, "W3_next") < position(early, "delta2")
    first, second = traced(problem, program), traced(problem, early)
    for symbol, value in first.values.items():
        assert np.array_equal(value, second[symbol]), symbol
    expected, got = trained(problem, program, 50), trained(problem, early, 50)
    for symbol, value in expected.items():
        assert np.array_equal(value, got[symbol]), symbol


@given(draft=drafts())
@examples(60)
def test_the_order_of_operations_is_free(draft: Draft) -> None:
    """Any network: the eager order trains to the same bits."""
    problem = draft.problem()
    program = compile_program(problem, draft.count)
    expected = trained(problem, program, 4)
    got = trained(problem, updates_first(program), 4)
    for symbol, value in expected.items():
        assert np.array_equal(value, got[symbol], equal_nan=True), symbol


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_unprotected_update_would_be_seen(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: with every update in place these tests fail, so they do look."""
    problem = replace(DRAFT, layout=layout).problem()
    program = compile_program(problem, 3)
    early = updates_first(program)
    expected = trained(problem, program, 3)
    monkeypatch.setattr(Lowered, "_in_place", lambda self, _ops: frozenset(self.program.updates))
    got = trained(problem, early, 3)
    assert not np.array_equal(expected[Symbol("W", 1)], got[Symbol("W", 1)])
    usual = trained(problem, program, 3)  # in the usual order nothing reads W after its update
    assert np.array_equal(expected[Symbol("W", 1)], usual[Symbol("W", 1)])


def test_updates_in_the_usual_order_are_written_in_place() -> None:
    """No copy of a large matrix where none is needed: the new W is the old one's memory."""
    problem = DRAFT.problem()
    program = compile_program(problem, 3)
    lowered = Lowered(
        program, memory(problem, program), constants(problem, 3), goals=program.updates
    )
    for after, before in program.updates.items():
        assert lowered.values[after] is lowered.values[before]


def test_training_leaves_out_what_it_does_not_need() -> None:
    """Neither witnesses nor C are computed where only the parameters are asked for."""
    draft = replace(DRAFT, activations=("tanh", "tanh", "sigmoid"), loss="binary_cross_entropy")
    problem = draft.problem()
    program = compile_program(problem, 3)
    made = {op.result.key for op in program.needed_for(program.updates)}
    assert not made & {"C", "C_data", "C_l2", "loss", "grad_a3", "slope3", "delta3_general"}
    assert {"delta3", "grad_a2", "grad_W1", "W1_next"} <= made
    assert any(op.equation.cross_check for op in program.ops)
