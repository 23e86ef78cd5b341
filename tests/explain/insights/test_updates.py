"""Insights that look back over updates."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from bpstepper.engine.run.trace import Trace
from bpstepper.explain.insights.find import insights_at
from bpstepper.session import Session, start
from tests.explain.insights.looking import (
    at_step,
    network,
    swinging,
    told,
)
from tests.scenes import as_scenario, opened
from tests.strategies import Draft


@cache
def costs(update: int) -> tuple[float, ...]:
    """C of the five updates up to one, by gradient descent written out by hand."""
    w1, w2, b1, b2, found = 0.6, 0.6, 0.0, 0.0, []
    for _ in range(update):
        hidden = w1 + b1
        delta = w2 * hidden + b2 - 3
        found.append(delta**2 / 2)
        w2, b2, w1, b1 = (
            w2 - 0.42 * delta * hidden, b2 - 0.42 * delta,
            w1 - 0.42 * delta * w2, b1 - 0.42 * delta * w2,
        )  # fmt: skip
    return tuple(found[-5:])


def alternates(values: tuple[float, ...]) -> bool:
    """Whether they go up and down, visibly."""
    changes = np.diff(values)
    return bool(
        len(values) == 5
        and (changes[1:] * changes[:-1] < 0).all()
        and (np.abs(changes) > 0.01 * max(values)).all()
    )


def test_an_oscillating_cost() -> None:
    """Held to a descent by hand, at the steps of C and of the moves, from the fifth update on."""
    session = swinging()
    seen = 0
    for update in range(1, 30):
        there = set(told(session, update))
        by_hand = costs(update)
        assert session.line.trace(update).cost == pytest.approx(by_hand[-1], rel=1e-6)
        assert ("oscillating" in there) == alternates(by_hand), update
        rose = len(by_hand) > 1 and by_hand[-1] > by_hand[-2] * 1.001
        assert ("cost_rose" in there) == (rose and not alternates(by_hand)), update
        seen += alternates(by_hand)
    assert seen > 5


def test_looking_back_does_not_depend_on_the_way() -> None:
    """Going straight to an update and walking there, back and forth, tell the same."""

    def said(session: Session, update: int) -> list[str]:
        return [i.text for i in insights_at(at_step(session, "C", update))]

    walked = swinging()
    forth = {update: said(walked, update) for update in range(1, 60)}
    assert any(forth.values())
    straight = swinging()
    for update in (59, 3, 44, 45, 7, 58):
        assert said(straight, update) == forth[update]
        assert said(swinging(), update) == forth[update]


def test_other_samples_make_another_cost() -> None:
    """C of this batch and of the one before cannot be compared: nothing is said."""
    layer = ("linear", [[1.0]], [0.0])
    given: dict[str, Any] = {"x": [[1.0], [1.0]], "y": [[9.0], [1.5]]}
    one_each = network(layer, **given, batch_size=1)
    assert not any(told(one_each, update) for update in range(1, 12))
    all_at_once = network(layer, **given, learning_rate=1.5)
    assert "cost_rose" in told(all_at_once, 2)


def asked_for(session: Session, key: str) -> set[int]:
    """Which updates are looked at for the insights at a step of update 9."""
    asked: set[int] = set()
    trace = session.line.trace

    def ask(update: int) -> Trace:
        asked.add(update)
        return trace(update)

    session.line.trace = ask  # type: ignore[method-assign]
    insights_at(at_step(session, key, 9))
    return asked


def test_what_is_computed_to_look_back() -> None:
    """The updates before are run anew only at C and the moves, and never where they are long."""
    assert asked_for(swinging(), "z1") == {9}
    assert asked_for(swinging(), "C") == {5, 6, 7, 8, 9}
    assert asked_for(swinging(), "W1_next") == {5, 6, 7, 8, 9}
    large = Draft((200, 200, 10), ("tanh", "linear"), batch_size=None)
    many = Draft((50, 50, 1), ("tanh", "linear"), batch_size=None, count=100)
    for draft in (large, many):
        assert asked_for(start(as_scenario(draft.problem())), "C") == {9}


def test_rounding_is_no_oscillation() -> None:
    """Outputs at their targets leave a cost of last places, which goes up and down as it likes."""
    session = opened("adam")
    late = {session.line.trace(update).cost for update in range(996, 1001)}
    assert len(late) > 1
    assert max(late) < 1e-25
    assert not {"oscillating", "cost_rose"} & set(told(session, 1000))
