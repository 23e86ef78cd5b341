"""Run until: what one can wait for is understood, and holds where it should."""

from __future__ import annotations

import pytest

from bpstepper.engine.run.nonfinite import first_nonfinite
from bpstepper.explain.insights.find import INSIGHTS, holds
from bpstepper.session import GoError, Session
from bpstepper.training.run_until import CONDITIONS, until
from tests.scenes import opened


def first(session: Session, text: str, most: int = 200) -> int:
    """The first update after the session's at which it is so."""
    wanted = until(text, session)
    updates = range(session.cursor.update + 1, most)
    return next(n for n in updates if wanted.holds(session.line.trace(n)))


@pytest.mark.parametrize("said", ["C < 0.2", "c<0.2", "  C  <  .2 ", "C < 0,2", "C < 2e-1"])
def test_the_cost_below_a_value(said: str) -> None:
    """However it is typed; the update before is not below, and C is where it is seen."""
    session = opened("mazur")
    there = first(session, said)
    assert session.line.trace(there).cost < 0.2 <= session.line.trace(there - 1).cost
    assert until(said, session).place(session.line.trace(there)) == "C"


def test_the_cost_above_a_value() -> None:
    """A rate that is too large drives C up."""
    session = opened("three-matches-linear")
    there = first(session, "C > 100")
    costs = [session.line.trace(n).cost for n in range(1, there + 1)]
    assert max(costs[:-1]) <= 100 < costs[-1]


def test_another_batch_and_another_epoch() -> None:
    """Five samples in batches of two: an epoch is three updates."""
    session = opened("batches").to_update(1)
    assert first(session, "sample") == 2
    assert first(session, "next epoch") == 4
    assert first(session.to_update(4), "epoch") == 7
    assert first(opened("batches"), "epoch") == 1


def test_a_number_that_is_not_finite() -> None:
    """It stops at the update, and at the step, where it is born."""
    session = opened("huge")
    there = first(session, "NaN")
    birth = first_nonfinite(session.line.trace(there))
    assert birth is not None
    assert until("nan", session).place(session.line.trace(there)) == birth.operation.result.key


@pytest.mark.parametrize("row", INSIGHTS, ids=lambda row: str(row.id))
def test_every_insight_can_be_waited_for(row: object) -> None:
    """By its name, with blanks or underscores, as its own predicate says."""
    id_ = row.id  # type: ignore[attr-defined]
    session = opened("saturated")
    for said in (id_, id_.replace("_", " "), id_.upper()):
        wanted = until(said, session)
        for update in (1, 2, 3):
            trace = session.line.trace(update)
            assert wanted.holds(trace) == holds(id_, trace, session.scenario, session.line)


@pytest.mark.parametrize("said", ["", "C", "C <", "C < x", "everything", "[red]", "C < 1 C < 2"])
def test_what_is_none_is_told_with_what_there_is(said: str) -> None:
    """Every usage is named."""
    with pytest.raises(GoError) as told:
        until(said, opened("mazur"))
    assert all(row.usage in str(told.value) for row in CONDITIONS)
