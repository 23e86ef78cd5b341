"""Both programs step by step: aligned, in order, and honest about what differs."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.buglab.mistakes import MISTAKES, difference, mistaken_timeline
from bpstepper.buglab.paired_training import BothTrainings
from bpstepper.buglab.side_by_side import STANDINGS, Walk, walk, written_out
from bpstepper.engine.run.training import Timeline
from bpstepper.scenario import load
from tests.scenes import scenario_of

NAMES = ("mazur", "penalty", "softmax-jacobian", "softmax-batch", "four-horsemen-3-4-2", "adam")


@pytest.mark.parametrize("name", NAMES)
def test_every_walk(name: str) -> None:
    """A stop is what both programs make; the first that differs is the one the verdict names."""
    problem = scenario_of(name)
    right = Timeline(problem)
    for id_ in MISTAKES:
        verdict = difference(problem, id_, None, right)
        found = walk(problem, verdict, right)
        if verdict.clash is not None:
            assert found is None
            continue
        assert found is not None
        wrong = mistaken_timeline(problem, id_).trace(verdict.update)
        made = [op.result.key for step in wrong.steps for op in step.operations]
        own = [stop.key for stop in found.stops if stop.wrong is not None]
        assert own == [key for key in made if key in own]  # in the order in which it runs
        assert len({stop.key for stop in found.stops}) == len(found.stops)
        for at, stop in enumerate(found.stops):
            assert stop.standing in STANDINGS
            if stop.right is not None and stop.wrong is not None:
                pair = stop.right.result.value, stop.wrong.result.value
                assert np.array_equal(pair[1], wrong[stop.key], equal_nan=True)
                assert pair[0] is right.trace(verdict.update)[stop.key]
                assert (stop.standing != "same") == (stop.key in verdict.differs)
            if found.first is None or at < found.first:
                assert stop.standing in ("same", "added", "left out")
        if verdict.first is None:
            assert found.first is None
        else:
            assert found.first is not None
            assert found.stops[found.first].key == verdict.first


def walked(id_: str) -> Walk:
    """A mistake on Mazur's network, step by step."""
    problem = load("mazur")
    found = walk(problem, difference(problem, id_))
    assert found is not None
    return found


def test_what_is_made_too_early() -> None:
    """W² is updated before ∂C/∂a¹ is formed: four lines come early, and the new W² is read."""
    found = walked("update_before_backward")
    early = [stop.key for stop in found.stops if stop.early]
    assert early == ["grad_W2", "grad_b2", "step_W2", "W2_next"]
    assert found.first is not None
    first = found.stops[found.first]
    assert first.right is not None
    assert first.wrong is not None
    assert written_out(first.right) == "∂C/∂a¹ = (W²)ᵀ · δ²"
    assert written_out(first.wrong) == "∂C/∂a¹ = (new W²)ᵀ · δ²"
    assert not any(stop.early for stop in walked("no_transpose").stops)


def test_what_only_one_of_them_makes() -> None:
    """The inverse is a step of its own; what carries on says what it comes from."""
    found = walked("inverse_for_transpose")
    (added,) = [stop for stop in found.stops if stop.standing == "added"]
    assert added.right is None
    assert added.quantity.name.text == "(W²)⁻¹"
    weights = np.array(load("mazur").network.layer(2).weights)
    assert np.allclose(added.quantity.value @ weights, np.eye(2))
    delta = next(stop for stop in found.stops if stop.key == "delta1")
    assert delta.standing == "differs"
    assert delta.read == ("∂C/∂a¹",)


def test_two_trainings() -> None:
    """Slice by slice the costs of both timelines, the mean over an epoch where that has more."""
    for name, id_ in (("mazur", "slope_of_activation"), ("batches", "slope_missing_hidden")):
        problem = scenario_of(name)
        both = BothTrainings(problem, id_)
        assert np.isnan(both.so_far(12).last).all()
        for count in (1, 4, 7):
            both.advance(count)
        curves = both.so_far(100)
        assert (both.done, curves.done, curves.wanted) == (12, 12, 100)
        lines = Timeline(problem), mistaken_timeline(problem, id_)
        for line, costs in zip(lines, (curves.right, curves.wrong), strict=True):
            assert costs.tolist() == [line.trace(update).cost for update in range(1, 13)]
        last = [costs[-curves.per_epoch :].mean() for costs in (curves.right, curves.wrong)]
        assert list(curves.last) == last
        assert (curves.per_epoch > 1) == (name == "batches")
