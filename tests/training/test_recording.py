"""A recording is the training itself: the same numbers in whatever slices, and each is found."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.training import Runner, Timeline, accuracy, split
from bpstepper.engine.symbols import Symbol
from bpstepper.training import recording as module
from bpstepper.training.measures import MEASURES
from bpstepper.training.recording import Recording
from bpstepper.training.stopping import patience, stop
from bpstepper.training.thinning import Thinned
from tests.strategies import Draft, drafts, examples

CLASSES = Draft(
    sizes=(2, 4, 3),
    activations=("sigmoid", "softmax"),
    loss="categorical_cross_entropy",
    factor=1.0,
    count=12,
    batch_size=5,
    shuffle=True,
    hold_out=0.25,
    optimizer="adam",
    l2=0.1,
    scale=2.0,
    seed=4,
)


def plain(problem: Problem, updates: int) -> tuple[Runner, list[float]]:
    """So many updates by the engine alone, and C of each."""
    runner = Runner(problem, with_cost=True)
    costs: list[float] = []
    runner.advance(updates, costs.append)
    return runner, costs


@given(
    draft=drafts(),
    slices=st.lists(st.integers(0, 70), min_size=1, max_size=4),
    points=st.sampled_from([2, 7, 2000]),
)
@examples(40)
def test_slices_and_looking_change_no_number(draft: Draft, slices: list[int], points: int) -> None:
    """Parameters, C of every kept update and every checkpoint are the engine's own, to the bit."""
    problem = draft.problem()
    recording = Recording(problem, points=points)
    for updates in slices:
        recording.advance(updates)
        recording.now()
    runner, costs = plain(problem, recording.done)
    if recording.ending is None:
        assert recording.done == sum(slices)
    else:
        assert not recording.ending.is_sound
        assert not math.isfinite(recording.cost)
    for symbol, value in runner.parameters.items():
        assert np.array_equal(value, recording.parameters[symbol], equal_nan=True)
    at, kept = recording.costs()
    assert np.array_equal(kept, np.array(costs)[at - 1], equal_nan=True)
    assert len(kept) <= points + 1
    assert not recording.done or at[-1] == recording.done
    line = Timeline(problem)
    recording.share(line)
    for done in {0, recording.done // 2, recording.done}:
        there, _ = plain(problem, done)
        for symbol, value in line.parameters(done).items():
            assert np.array_equal(value, there.parameters[symbol], equal_nan=True)


@pytest.mark.parametrize("layout", ["column", "row"])
@pytest.mark.parametrize("bias", ["separate", "folded"])
def test_a_measure_is_that_of_the_update_which_it_stands_at(
    layout: str, bias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each number is what the trace of its update has, before anything moved."""
    monkeypatch.setattr(module, "_LOOKS", 6)
    problem = replace(CLASSES, layout=layout, bias=bias).problem()
    recording = Recording(problem)
    recording.advance(100)
    line, units = Timeline(problem), 0 if layout == "column" else 1
    flat = math.acosh(19)
    assert [row.key for row in recording.measures()] == list(MEASURES)
    for layer in (1, 2):
        at, norms = recording.curve("gradient_norm", layer)
        assert 3 <= len(at) <= 6
        assert at[0] == 1
        for update, norm in zip(at.tolist(), norms.tolist(), strict=True):
            trace = line.trace(update)
            assert norm == np.linalg.norm(trace[f"grad_W{layer}"])
    for update, delta, share in zip(
        *recording.curve("delta_norm", 2), recording.curve("saturated", 1).values, strict=True
    ):
        trace = line.trace(int(update))
        assert delta == pytest.approx(np.sqrt((trace["delta2"] ** 2).sum(axis=units)).mean())
        assert share == (np.abs(trace["z1"]) >= flat).mean()
    for key, samples in zip(("accuracy", "accuracy_held_out"), split(problem), strict=True):
        for update, value in zip(*recording.curve(key), strict=True):
            assert value == accuracy(problem, line.parameters(int(update) - 1), samples)
    assert recording.now()["accuracy"] == (accuracy(problem, recording.parameters),)


def test_what_has_no_meaning_is_left_out() -> None:
    """No accuracy of real targets, nothing of a set that is empty, no gradient that is not made."""
    problem = Draft(
        sizes=(2, 2), activations=("tanh",), loss="output", train="input", batch_size=None
    ).problem()
    recording = Recording(problem)
    recording.advance(3)
    assert {row.key for row in recording.measures()} == {"delta_norm", "saturated", "C_training"}
    with pytest.raises(KeyError):
        recording.curve("accuracy")


def test_it_goes_on_from_any_state() -> None:
    """What was kept of one recording begins another, which ends where a single one ends."""
    problem = CLASSES.problem()
    first = Recording(problem, planned=40)
    first.advance(17)
    second = Recording(problem, planned=40, start=first.state())
    assert second.advance(1000) == 23
    assert second.is_over
    runner, costs = plain(problem, 40)
    for symbol, value in runner.parameters.items():
        assert np.array_equal(value, second.parameters[symbol])
    assert second.costs().values.tolist() == costs[17:]
    assert second.costs().updates.tolist() == list(range(18, 41))


def test_a_slice_of_time_makes_at_least_one_update_and_no_more_than_planned() -> None:
    """However little time there is."""
    recording = Recording(CLASSES.problem(), planned=30)
    assert recording.advance_for(1e-9) >= 1
    while not recording.is_over:
        assert recording.advance_for(0.01)
    assert recording.done == 30
    assert recording.advance_for(1.0) == recording.advance(1) == 0


def test_the_checkpoints_are_of_this_problem_alone() -> None:
    """A timeline of another problem takes none of them; of the same numbers it takes them all."""
    recording = Recording(CLASSES.problem())
    with pytest.raises(ValueError, match="problem that was recorded"):
        recording.share(Timeline(replace(CLASSES, seed=CLASSES.seed + 1).problem()))
    recording.advance(20)
    line = Timeline(CLASSES.problem())
    recording.share(line)
    assert line.prepare(recording.checkpoints.before(20), most=0) == 0  # nothing is left to run


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 21, 500])
def test_thinning_keeps_the_order_and_even_distances(count: int) -> None:
    """Whatever the slices: the updates 1, 1 + s, 1 + 2s, …, as many as there is room for."""
    for size in (1, 3, count or 1):
        thinned: Thinned[int] = Thinned(10)
        for first in range(1, count + 1, size):
            thinned.add(first, list(range(first, min(first + size, count + 1))))
        assert thinned.points == thinned.updates == list(range(1, count + 1, thinned.stride))
        assert count < 10 or 5 <= len(thinned.points) <= 10


# ── until ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_it_ends_in_the_very_update(size: int) -> None:
    """The first update whose C is below, and the parameters are those right after it."""
    problem = Draft(sizes=(2, 3, 1), activations=("sigmoid", "sigmoid"), count=3).problem()
    _, costs = plain(problem, 1000)
    limit = costs[600] * 1.0001
    first = next(n for n, cost in enumerate(costs, start=1) if cost < limit)
    recording = Recording(problem, stops=[stop(f"C < {limit!r}", problem)])
    while not recording.is_over and recording.done < 1000:
        recording.advance(size)
    assert recording.ending is not None
    assert recording.ending.update == recording.done == first
    assert recording.ending.says == f"C is below {limit!r}"
    runner, _ = plain(problem, first)
    assert np.array_equal(runner.parameters[Symbol("W", 1)], recording.parameters[Symbol("W", 1)])


def test_it_ends_in_the_first_update_that_is_not_finite() -> None:
    """∞ − ∞ in the very first update: NaN is on no side of any limit."""
    draft = Draft(sizes=(1, 2, 1), activations=("linear", "linear"), count=4).problem()
    wires = [np.array([[1e308], [-1e308]]), np.array([[1.0, 1.0]])]
    layers = [
        replace(layer, weights=weights)
        for layer, weights in zip(draft.network.layers, wires, strict=True)
    ]
    samples = [replace(sample, input=np.array([10.0])) for sample in draft.samples]
    network = replace(draft.network, layers=tuple(layers))
    problem = replace(draft, network=network, samples=tuple(samples))
    recording = Recording(problem, measured=False)
    recording.advance(50)
    assert math.isnan(recording.cost)
    assert recording.ending is not None
    assert (recording.done, recording.ending.update, recording.is_sound) == (1, 1, False)


def test_what_overflows_is_measured_in_silence() -> None:
    """Gradients whose squares are beyond all numbers: ∞, and no warning (tests raise those)."""
    draft = Draft(sizes=(1, 1), activations=("linear",), count=2).problem()
    samples = tuple(replace(sample, input=np.array([1e200])) for sample in draft.samples)
    recording = Recording(replace(draft, samples=samples))
    recording.advance(1)
    assert recording.curve("C_training").values.tolist() == [math.inf]
    assert recording.ending is not None


def test_a_plan_may_be_lengthened() -> None:
    """It goes on to there; what it was to train until still ends it."""
    problem = CLASSES.problem()
    recording = Recording(problem, 3, (stop("update 9", problem),))
    recording.advance(100)
    assert (recording.done, recording.is_over) == (3, True)
    recording.lengthen(5)
    recording.advance(100)
    assert (recording.done, recording.is_over) == (5, True)
    recording.lengthen(50)
    recording.advance(100)
    assert (recording.done, recording.is_over, recording.planned) == (9, True, 9)


def test_early_stopping_waits_for_so_many_epochs() -> None:
    """It ends `patience` epochs after the best one, as C of the held-out samples has it."""
    problem = replace(CLASSES, constants=(), l2=0.0).problem()
    recording = Recording(problem, planned=4000, stops=[patience(3, problem)])
    while not recording.is_over:
        recording.advance(11)
    assert recording.ending is not None
    per_epoch, line = 2, Timeline(problem)
    epochs = recording.done // per_epoch
    watched = Recording(problem)
    costs = []
    for _ in range(epochs):
        watched.advance(per_epoch)
        costs.append(watched.now()["C_held_out"][0])
    best = costs.index(min(costs)) + 1
    assert epochs == best + 3
    assert all(min(costs[n - 3 : n]) < min(costs[: n - 3]) for n in range(4, epochs))
    assert f"after epoch {best}" in recording.ending.says
    assert line.schedule.updates_per_epoch == per_epoch


def test_an_accuracy_ends_a_training_and_names_its_set() -> None:
    """At the end of the first epoch at which so many of that set are right."""
    problem = CLASSES.problem()
    line = Timeline(problem)
    found = [accuracy(problem, line.parameters(2 * epoch)) for epoch in range(1, 31)]
    most = max(share for share in found if share is not None)
    text = f"training accuracy >= {most!r}"
    recording = Recording(problem, planned=4000, stops=[stop(text, problem)])
    recording.advance(4000)
    assert recording.ending is not None
    assert recording.ending.says.startswith("accuracy of the training samples is at least ")
    assert recording.done == 2 * (found.index(most) + 1)
