"""Training and tracing are one list of calls: the same bits, whichever way one comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.compile.memory import public
from bpstepper.engine.compile.network import Array, Problem, Sample
from bpstepper.engine.run.checkpoints import Checkpoints
from bpstepper.engine.run.evaluation import classes
from bpstepper.engine.run.training import (
    Runner,
    Schedule,
    Timeline,
    accuracy,
    cost_over_all,
    run,
    split,
)
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from tests.strategies import Draft, drafts, examples

Key = TypeVar("Key", str, Symbol)

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


def assert_same(first: Mapping[Key, Array], second: Mapping[Key, Array]) -> None:
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
    assert_same(tracing.copy_parameters(), costing.copy_parameters())
    assert_same(tracing.copy_parameters(), line.parameters(updates))
    assert_same(after, public(problem, tracing.parameters))
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
    assert_same(run(problem, 7), public(problem, tracing.parameters))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("hundreds", [1, 10])
def test_a_thousand_updates_agree_to_the_bit(layout: str, hundreds: int) -> None:
    """No drift between the two ways after many updates, shuffled, with an uneven last batch."""
    draft = Draft(**{**vars(UNEVEN), "layout": layout})
    problem, updates = draft.problem(), 100 * hundreds
    tracing = Runner(problem)
    for _ in range(updates):
        tracing.trace()
    running = Runner(problem)
    running.advance(updates)
    assert_same(running.parameters, tracing.parameters)


def test_running_and_tracing_may_be_mixed() -> None:
    """One runner that sometimes traces ends where one that only runs ends."""
    problem = UNEVEN.problem()
    mixed = Runner(problem)
    for stretch in (3, 0, 1, 7, 2):
        mixed.advance(stretch)
        mixed.trace()
    assert mixed.done == 18
    assert_same(run(problem, 18), public(problem, mixed.parameters))


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
    assert kept.keys() == {*range(0, 301, line._checkpoints.stride)}


def checkpoints(most: int, last: int) -> Checkpoints:
    """Those of a run of so many updates, as a run keeps them."""
    marks = Checkpoints(most)
    for done in range(last + 1):
        if done % marks.stride == 0:
            marks.keep(done, {Symbol("b", 1): np.array([float(done)])})
    return marks


@given(*(st.integers(2, 9), st.integers(0, 70)) * 2)
def test_checkpoints_of_two_runs_are_one_row(most: int, last: int, more: int, end: int) -> None:
    """All are multiples of the stride, none is exchanged, and the nearest one is always found."""
    marks, others = checkpoints(most, last), checkpoints(more, end)
    own = dict(marks.kept)
    marks.take(others)
    assert 0 in marks.kept
    assert len(marks.kept) <= most
    assert all(done % marks.stride == 0 for done in marks.kept)
    assert all(own.get(done, kept) is kept for done, kept in marks.kept.items())
    assert marks.kept.keys() == {done for done in (*own, *others.kept) if done % marks.stride == 0}
    for done in range(last + end):
        assert marks.before(done) == max(at for at in marks.kept if at <= done)


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
    kept = split(draft.problem()).training
    assert sorted(seen) == kept.tolist()
    assert (draft.shuffle and draft.train == "parameters") or seen == sorted(seen)
    size = min(draft.batch_size or draft.count, len(kept))
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


@given(st.integers(1, 30), st.lists(st.integers(0, 60), min_size=1, max_size=6))
@examples(30)
def test_what_was_adopted_is_gone_on_from(done: int, jumps: list[int]) -> None:
    """From there on it is the other training's; before it, its own, in any order of jumps."""
    problem, line = UNEVEN.problem(), Timeline(UNEVEN.problem())
    taken = {symbol: value * 1.25 for symbol, value in line.parameters(0).items()}
    line.adopt(done, taken)
    assert line.adopted == done
    for update in (done, *jumps):
        runner = Runner(problem)
        if update >= done:
            runner.restore(taken, done)
            runner.advance(update - done)
        else:
            runner.advance(update)
        assert_same(line.parameters(update), runner.copy_parameters())
        most = 1 + update % 7  # a long way may be gone in slices
        left = [line.prepare(update + 9, most) for _ in range(70)]
        assert left[-1] == 0
        assert all(one - other in (most, one) for one, other in pairwise(left))


def test_slices_of_a_long_way_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where hardly a checkpoint is kept, each slice goes on from where the last one ended."""
    monkeypatch.setattr(Timeline, "MEMORY", 0)
    line = Timeline(UNEVEN.problem())
    assert [line.prepare(50, 3) for _ in range(18)] == [max(50 - 3 * i, 0) for i in range(1, 19)]


def test_accuracy_has_no_meaning_for_other_targets() -> None:
    """Real-valued targets, or none: None."""
    for loss in ("squared_error", "output"):
        draft = Draft(sizes=(2, 3), activations=("tanh",), loss=loss)
        problem = draft.problem()
        assert accuracy(problem, Timeline(problem).parameters(0)) is None


@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_restart_from_any_checkpoint_gives_the_same_bits(
    optimizer: str, layout: str, bias: str
) -> None:
    """Parameters and states of any moment, put into a runner that was elsewhere, go on as before.

    Shuffled, in batches that do not divide, with samples held out.
    """
    draft = replace(UNEVEN, optimizer=optimizer, layout=layout, bias=bias, hold_out=0.2, count=6)
    problem = draft.problem()
    through, kept = Runner(problem), []
    for _ in range(12):
        kept.append(through.copy_parameters())
        through.trace()
    other = Runner(problem)
    for done in (7, 0, 11, 3, 4):
        other.restore(kept[done], done)
        other.advance(12 - done)
        assert_same(other.parameters, through.parameters)
    other.restore(kept[5], 5)
    traces = [other.trace() for _ in range(2)]
    assert [trace.update for trace in traces] == [6, 7]
    assert_same(other.parameters, kept[7])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_timeline_keeps_an_optimizers_state(optimizer: str) -> None:
    """Jumping about with few checkpoints: the state of a moment is that of having run there."""
    problem = replace(UNEVEN, optimizer=optimizer, bias="folded").problem()
    line = Timeline(problem)
    line._checkpoints.most = 3
    for update in (40, 3, 39, 0, 17, 40):
        runner = Runner(problem)
        runner.advance(update)
        assert_same(line.parameters(update), runner.parameters)


@given(draft=drafts(), hold_out=st.floats(0, 0.99), count=st.integers(1, 40))
@examples(150)
def test_a_split_is_a_partition(draft: Draft, hold_out: float, count: int) -> None:
    """Disjoint, complete, in file order, as many as asked for, and never all."""
    draft = replace(draft, count=count, hold_out=hold_out, batch_size=None)
    if round(hold_out * count) >= count:
        return  # refused: see test_misuse
    parts = split(draft.problem())
    assert len(parts.held_out) == round(hold_out * count)
    assert sorted([*parts.training, *parts.held_out]) == list(range(count))
    for part in parts:
        assert (np.diff(part) > 0).all()


def test_a_split_is_drawn_from_the_seed_alone() -> None:
    """The same seed holds out the same samples, however they are trained on; another, others."""
    usual = Draft(sizes=(2, 1), activations=("tanh",), count=30, hold_out=0.3, seed=5)
    expected = split(usual.problem()).held_out.tolist()
    assert expected == np.sort(np.random.default_rng([5, 3]).permutation(30)[:9]).tolist()
    other_ways: list[dict[str, object]] = [
        {"layout": "row"}, {"shuffle": True}, {"batch_size": 7}, {"sizes": (2, 4, 1),
        "activations": ("relu", "tanh")}, {"optimizer": "adam"},
    ]  # fmt: skip
    for way in other_ways:
        assert split(Draft(**{**vars(usual), **way}).problem()).held_out.tolist() == expected
    assert split(replace(usual, seed=6).problem()).held_out.tolist() != expected


@given(draft=drafts())
@examples(40)
def test_held_out_samples_are_never_trained_on(draft: Draft) -> None:
    """Whatever the held-out samples are, training goes the same way to the bit."""
    problem = replace(draft, count=5, hold_out=0.4, batch_size=None).problem()
    held = split(problem).held_out
    samples = tuple(
        Sample(input=sample.input * 7, target=sample.target) if index in held else sample
        for index, sample in enumerate(problem.samples)
    )
    other = replace(problem, samples=samples)
    assert_same(run(problem, 6), run(other, 6))
    costs = [cost_over_all(given, Timeline(given).parameters(6)) for given in (problem, other)]
    assert np.array_equal(costs[:1], costs[1:], equal_nan=True)


def classifier(**given: object) -> Problem:
    """Twenty samples of three classes."""
    usual = {
        "sizes": (2, 3), "activations": ("softmax",), "loss": "categorical_cross_entropy",
        "factor": 1.0, "count": 20, "batch_size": None, "hold_out": 0.3, "seed": 3,
    }  # fmt: skip
    return Draft(**{**usual, **given}).problem()  # type: ignore[arg-type]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("bias", ["separate", "folded"])
def test_accuracy_on_each_set(layout: str, bias: str) -> None:
    """Counted by hand on the samples of each part; training is what is meant if none is named."""
    problem = classifier(layout=layout, bias=bias)
    parts, after = split(problem), Timeline(problem).parameters(30)
    layer = run(problem, 30)
    w, b = (layer[key] if layout != "row" else layer[key].T for key in ("W1", "b1"))
    x = np.array([sample.input for sample in problem.samples])
    y = np.array([sample.target for sample in problem.samples])
    rightly = (x @ w.T + b.reshape(1, 3)).argmax(axis=1) == y.argmax(axis=1)
    assert accuracy(problem, after, parts.held_out) == rightly[parts.held_out].mean()
    assert accuracy(problem, after, parts.training) == rightly[parts.training].mean()
    assert accuracy(problem, after) == rightly[parts.training].mean()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_there_are_as_many_classes_as_outputs(count: int) -> None:
    """However many samples there are, and whichever classes they are of; 2 of one output."""
    problem = classifier()
    targets = [sample.target for sample in problem.samples]
    labels = [0 if target is None else target.tolist().index(1) for target in targets]
    found = classes(problem, range(count))
    assert found is not None
    assert (found.labels.tolist(), found.number) == (labels[:count], 3)
    draft = Draft(sizes=(2, 1), activations=("sigmoid",), loss="binary_cross_entropy", count=5)
    one = classes(draft.problem(), range(count))
    assert one is not None
    assert one.number == 2


def test_metrics_where_inputs_are_trained() -> None:
    """Moved inputs are those of the training samples; held-out ones are tested as they are given.

    Also where as many are held out as are trained on, so that the shapes would not object.
    """
    problem = classifier(train="input", hold_out=0.5)
    parts, line = split(problem), Timeline(problem)
    assert len(parts.training) == len(parts.held_out)
    start, after = line.parameters(0), line.parameters(60)
    assert accuracy(problem, after, parts.held_out) == accuracy(problem, start, parts.held_out)
    assert cost_over_all(problem, after) == line.trace(61).cost < line.trace(1).cost
    trained = accuracy(problem, after)
    assert trained is not None
    assert trained > (accuracy(problem, start) or 0.0)
