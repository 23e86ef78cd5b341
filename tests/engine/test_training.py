"""Training and tracing are one list of calls: the same bits, whichever way one comes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.layouts import LAYOUTS
from bpstepper.engine.network import Array
from bpstepper.engine.training import Runner, Schedule, Timeline, accuracy, cost_over_all, run
from tests.strategies import Draft, drafts, examples

UNEVEN = Draft(
    sizes=(3, 5, 4, 2),
    activations=("tanh", "softmax", "sigmoid"),
    loss="binary_cross_entropy",
    factor=0.7,
    l2=0.1,
    count=5,
    batch_size=2,
    shuffle=True,
    train_biases=(True, False, True),
    seed=11,
)


def assert_same(first: Mapping[str, Array], second: Mapping[str, Array]) -> None:
    """The same keys and the same bits."""
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert np.array_equal(value, second[key], equal_nan=True), key


@given(draft=drafts(), updates=st.integers(0, 40))
@examples(80)
def test_run_and_trace_agree_to_the_bit(draft: Draft, updates: int) -> None:
    """Running n updates, with C or without, is tracing n updates."""
    problem = draft.problem()
    tracing, costing = Runner(problem), Runner(problem, with_cost=True)
    costs: list[float] = []
    traced = [tracing.trace() for _ in range(updates)]
    costing.advance(updates, costs.append)
    assert np.array_equal(costs, [trace.cost for trace in traced], equal_nan=True)
    line = Timeline(problem)
    after = run(problem, updates)
    assert_same(after, {symbol.key: value for symbol, value in tracing.parameters.items()})
    assert_same(after, {symbol.key: value for symbol, value in costing.parameters.items()})
    assert_same(after, line.at(updates).parameters)
    if updates:
        assert_same(after, traced[-1].parameters)


@given(draft=drafts(extreme=True))
@examples(40)
def test_run_and_trace_agree_where_numbers_overflow(draft: Draft) -> None:
    """NaNs and infinities are part of the agreement."""
    problem = draft.problem()
    tracing = Runner(problem)
    for _ in range(7):
        tracing.trace()
    assert_same(
        run(problem, 7), {str(symbol): value for symbol, value in tracing.parameters.items()}
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("hundreds", [1, 10])
def test_a_thousand_updates_agree_to_the_bit(layout: str, hundreds: int) -> None:
    """No drift between the two ways after many updates, shuffled, with an uneven last batch."""
    draft = Draft(**{**vars(UNEVEN), "layout": layout})
    problem, updates = draft.problem(), 100 * hundreds
    tracing = Runner(problem)
    for _ in range(updates):
        tracing.trace()
    assert_same(run(problem, updates), {str(s): value for s, value in tracing.parameters.items()})


def test_running_and_tracing_may_be_mixed() -> None:
    """One runner that sometimes traces ends where one that only runs ends."""
    problem = UNEVEN.problem()
    mixed = Runner(problem)
    for stretch in (3, 0, 1, 7, 2):
        mixed.advance(stretch)
        mixed.trace()
    assert mixed.done == 18
    assert_same(
        run(problem, 18), {str(symbol): value for symbol, value in mixed.parameters.items()}
    )


@given(
    draft=drafts(),
    jumps=st.lists(st.integers(0, 40), min_size=1, max_size=8),
    most=st.sampled_from([2, 3, 2048]),
)
@examples(80)
def test_any_order_of_jumps_gives_the_same_bits(draft: Draft, jumps: list[int], most: int) -> None:
    """Forwards, backwards and again: a moment has one value, however few checkpoints are kept."""
    problem = draft.problem()
    line = Timeline(problem)
    line._checkpoints.most = most
    for update in jumps:
        assert_same(line.at(update).parameters, run(problem, update))
        if update:
            fresh = Runner(problem)
            fresh.advance(update - 1)
            expected, trace = fresh.trace(), line.at(update).trace
            assert (trace.update, trace.samples) == (update, expected.samples)
            assert_same(
                {symbol.key: value for symbol, value in trace.values.items()},
                {symbol.key: value for symbol, value in expected.values.items()},
            )


@pytest.mark.parametrize("memory", [0, 1, 5_000, 2**25])
def test_little_memory_for_checkpoints_changes_nothing(
    memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit in bytes costs time alone, and is kept: checkpoints never outgrow it."""
    monkeypatch.setattr(Timeline, "MEMORY", memory)
    monkeypatch.setattr(Timeline, "TRACES", 2)
    problem = UNEVEN.problem()
    line = Timeline(problem)
    for update in (300, 7, 299, 150, 1, 300, 64, 0, 65):
        assert_same(line.at(update).parameters, run(problem, update))
    kept = line._checkpoints.kept
    size = sum(value.nbytes for value in run(problem, 0).values())
    assert len(kept) <= max(2, memory // size)
    assert 0 in kept


def test_a_trace_is_kept_for_going_back() -> None:
    """The same update asked for twice is the same trace; moving computes nothing."""
    line = Timeline(UNEVEN.problem())
    first = line.at(3).trace
    assert line.at(3).trace is first
    assert line.at(5).trace is not first
    assert line.at(3).trace is first


@given(draft=drafts(), epoch=st.integers(0, 5))
@examples(80)
def test_each_epoch_sees_every_sample_once(draft: Draft, epoch: int) -> None:
    """An epoch's batches are a partition of the samples; all but the last are full."""
    schedule = Schedule(draft.problem())
    first = epoch * schedule.updates_per_epoch + 1
    batches = [schedule.batch(first + i) for i in range(schedule.updates_per_epoch)]
    assert {batch.epoch for batch in batches} == {epoch + 1}
    seen = [index for batch in batches for index in batch.samples]
    assert sorted(seen) == list(range(draft.count))
    assert draft.shuffle or seen == sorted(seen)
    size = draft.batch_size or draft.count
    assert all(len(batch.samples) == size for batch in batches[:-1])
    assert 1 <= len(batches[-1].samples) <= size


def test_the_order_of_an_epoch_is_the_documented_one() -> None:
    """Epoch e is a permutation from default_rng([seed, 1, e])."""
    schedule = Schedule(UNEVEN.problem())
    for epoch in (1, 2, 9):
        order = np.random.default_rng([11, 1, epoch]).permutation(5)
        batch = schedule.batch(3 * (epoch - 1) + 1)
        assert batch.samples == tuple(order[:2])


@given(draft=drafts())
@examples(60)
def test_cost_over_all_samples(draft: Draft) -> None:
    """C_all is C of one full batch at the same parameters."""
    problem = draft.problem()
    line = Timeline(problem)
    full = Draft(**{**vars(draft), "batch_size": None, "shuffle": False}).problem()
    assert cost_over_all(problem, line.parameters(0)) == Runner(full).trace().cost


def test_accuracy_of_one_output() -> None:
    """With one output and targets of 0 and 1, at least ½ counts as 1."""
    draft = Draft(
        sizes=(2, 1), activations=("sigmoid",), loss="binary_cross_entropy", count=5, factor=1.0
    )
    problem = draft.problem()
    outputs = Timeline(Draft(**{**vars(draft), "batch_size": None}).problem()).trace(1)
    rightly = (outputs["a1"] >= 0.5) == (outputs["y"] == 1.0)
    assert accuracy(problem, Timeline(problem).parameters(0)) == rightly.mean()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_accuracy_of_classes(layout: str) -> None:
    """With one-hot targets the largest output decides, in any layout."""
    draft = Draft(
        sizes=(2, 3), activations=("softmax",), loss="categorical_cross_entropy", factor=1.0,
        count=5, batch_size=None, layout=layout, seed=3,
    )  # fmt: skip
    problem = draft.problem()
    trace = Timeline(problem).trace(1)
    units = 0 if layout == "column" else 1
    rightly = trace["a1"].argmax(axis=units) == trace["y"].argmax(axis=units)
    assert rightly.sum() > 0
    assert accuracy(problem, Timeline(problem).parameters(0)) == rightly.mean()


def test_accuracy_has_no_meaning_for_other_targets() -> None:
    """Real-valued targets, or none: None."""
    for loss in ("squared_error", "output"):
        draft = Draft(sizes=(2, 3), activations=("tanh",), loss=loss)
        problem = draft.problem()
        assert accuracy(problem, Timeline(problem).parameters(0)) is None
