"""How insights read, where they are asked for, and that none is missing."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from bpstepper.drawing.text import width
from bpstepper.engine.run.nonfinite import first_nonfinite
from bpstepper.explain.insights.find import INSIGHTS, holds, insights_at
from bpstepper.scenario.model import Scenario
from bpstepper.session import Level
from tests.explain.insights.looking import (
    IDS,
    at_step,
    check,
    deep,
    everything,
    network,
    of,
    swinging,
    told,
)
from tests.scenes import at, opened, operations


def test_every_insight_is_whole_and_safe() -> None:
    """In every scenario: filled in, ended, no controls, and mostly short enough for one line."""
    texts = set()
    for session, insight in everything():
        check(insight, session)
        texts.add(insight.text)
    lengths = [width(text) for text in texts]
    assert len(lengths) > 30
    assert max(lengths) <= 100
    assert np.mean(np.array(lengths) <= 78) > 0.5


FIRST: dict[str, dict[str, list[str]]] = {
    "data-mining-3-2-1": {"slow_weight": ["grad_W1"]},
    "nielsen-cross-entropy-b": {"saturated": ["a1", "delta1_general"], "cancelled": ["delta1"]},
    "nielsen-saturation-b": {"saturated": ["a1"], "wrong_but_flat": ["delta1", "grad_W1"]},
    "xor-one-step": {"slow_weight": ["grad_W1"]},
    "xor-relu": {"targets_reached": ["C", "delta2"]},
}
"""What the first update of a bundled scenario has to say; all others, nothing."""


PUBLISHED = (
    "batch-logistic", "cs231n-neuron", "four-horsemen-3-4-2", "linear-neuron-a",
    "linear-neuron-b", "mazur", "moons", "ng-ex4", "ng-ex4-regularised",
    "nielsen-cross-entropy-a", "nielsen-saturation-a", "no-match-sigmoid", "no-match-softmax",
    "softmax-jacobian", "three-matches-linear", "three-matches-sigmoid",
    "three-matches-softmax", *FIRST,
)  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_lesson_says_what_there_is_to_say_and_no_more(name: str) -> None:
    """The first update of what is bundled, looked through by hand; most of them are silent."""
    assert told(opened(name)) == FIRST.get(name, {})


def test_mazur_stays_silent() -> None:
    """All the way to where its outputs are nearly right, saturated as they then are."""
    for update in (1, 2, 5, 50, 500, 2000):
        assert told(opened("mazur"), update) == {}


def test_the_start_page_is_silent() -> None:
    """There is no update yet."""
    assert insights_at(opened("nielsen-saturation-b")) == ()


@pytest.mark.parametrize("name", [*FIRST, "softmax-batch", "saturated"])
def test_nothing_is_told_before_it_is_made(name: str) -> None:
    """Inside a step an insight waits for the operation that makes what it is about."""
    session = opened(name)
    kinds = {row.id: row.kinds for row in INSIGHTS}
    for here in operations(session):
        made = {
            operation.result.symbol.kind
            for position, operation in enumerate(here.step.operations)
            if here.done(position)
        }
        whole = insights_at(at(session, 1, here.cursor.step))
        for insight in insights_at(here):
            assert kinds[insight.id] & made
        if here.cursor.operation == len(here.step.operations) - 1:
            assert insights_at(here) == whole


def test_by_phases_and_by_elements() -> None:
    """A phase tells all that its equations tell; an element waits for the whole matrix."""
    session = opened("xor-one-step")
    here = at_step(session, "grad_W1")
    by_phase = replace(here, cursor=here.cursor._replace(level=Level.PHASE))
    assert [i.id for i in insights_at(by_phase)] == ["slow_weight"]
    last = len(here.step.operations) - 1
    for cell, count in (((0, 0), 0), ((1, 0), 0), ((1, 1), 1)):
        cursor = here.cursor._replace(level=Level.ELEMENT, operation=last, cell=cell)
        assert len(insights_at(replace(here, cursor=cursor))) == count


def test_every_row_is_its_own() -> None:
    """Ids are unique, what is covered exists, and an unknown id says what there is."""
    assert len(set(IDS)) == len(IDS)
    assert all(row.covers <= set(IDS) - {row.id} for row in INSIGHTS)
    session = opened("mazur")
    with pytest.raises(KeyError, match=r"tired is not an insight; .*saturated"):
        holds("tired", session.line.trace(1), session.scenario)


def test_every_row_is_planted_above() -> None:
    """Each kind of insight is found in one of this module's networks, so none is dead."""
    found = {insight.id for _, insight in everything()}
    found |= set(told(deep(0.1))) | set(told(deep(9.0))) | {"not_finite"}
    for update in range(1, 12):
        found |= set(told(swinging(), update))
    found |= set(told(network(
        ("relu", [[-1.0], [-1.0]], [0, 0]), ("linear", [[1, 1]], [0]), x=[[1.0]], y=[[2]]
    )))  # fmt: skip
    assert found == set(IDS)


def test_an_update_is_looked_at_once_and_let_go() -> None:
    """The same insights come back, and nothing keeps a trace that nobody else keeps."""
    session = network(("sigmoid", [[5.0]], [0]), x=[[1]], y=[[0]])
    assert of(session) is of(session)
    trace = weakref.ref(session.line.trace(1))
    kept: Scenario = session.scenario
    del session
    first_nonfinite.cache_clear()  # it keeps the last few
    gc.collect()
    assert trace() is None
    assert kept.samples
