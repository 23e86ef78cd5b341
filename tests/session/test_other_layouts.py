"""The same place in three layouts: the same numbers, and nothing is trained twice."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.engine.compile.network import Array
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Runner
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.scenario.model import in_layout
from bpstepper.session.other_layouts import siblings
from tests.scenes import BUNDLED, at, opened

NAMES = ("mazur", "batches", "softmax-batch", "penalty", "adam", "one-layer-15-steps")


def turned(trace: Trace, key: str, layout: str) -> Array:
    """A value of a trace as the column layout writes it."""
    return in_layout(trace[key], key, layout, "column")


@pytest.mark.parametrize("update", [1, 2, 5, 40])
@pytest.mark.parametrize("name", NAMES)
def test_siblings_have_the_same_numbers(name: str, update: int) -> None:
    """Gradients and parameters of any update, turned, to 1e-12 of the largest."""
    session = at(opened(name), update, 0)
    found = siblings(session)
    assert list(found) == list(LAYOUTS)
    own = session.scenario.network.layout
    assert found[own] is session
    depth = session.scenario.network.depth
    keys = [f"{kind}{layer}" for kind in ("z", "a", "delta", "W") for layer in range(1, depth + 1)]
    for layout, sibling in found.items():
        assert sibling.scenario.network.layout == layout
        assert sibling.cursor.update == update
        for key in keys:
            ours, theirs = turned(session.trace, key, own), turned(sibling.trace, key, layout)
            assert np.abs(ours - theirs).max() <= 1e-12 * max(np.abs(ours).max(), 1.0)


@pytest.mark.parametrize("name", BUNDLED)
def test_siblings_stand_at_the_same_step(name: str) -> None:
    """At every step, and going back and forth between far updates."""
    for update in (1, 3, 2):
        for step in at(opened(name), update, 0).trace.steps:
            for sibling in siblings(at(opened(name), update, step.index)).values():
                assert sibling.step.id == step.id
                assert sibling.step.equation.law == step.equation.law


def test_nothing_is_trained_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """To stand at a far update in all layouts takes the updates of one."""
    session = at(opened("xor-one-step"), 3000, 0)
    assert session.trace.update == 3000
    run = []
    advance = Runner.advance

    def counting(self: Runner, updates: int, *rest: object) -> None:
        run.append(updates)
        advance(self, updates, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Runner, "advance", counting)
    for sibling in siblings(session).values():
        assert sibling.trace.update == 3000
    assert sum(run) < 10
