"""A beside B: what is other, cell by cell, and the first step at which they part."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.explain.comparison import compare
from bpstepper.scenario import loads
from bpstepper.session import Session, start
from bpstepper.session.editing import EditHistory
from tests.scenes import BUNDLED, HARD, opened, toml

NAMES = (*BUNDLED, "batches", "softmax-batch", "penalty")


def both(name: str, *texts: str, update: int = 1) -> tuple[Session, Session]:
    """A session and the same one with edits."""
    before = opened(name).next().to_update(update)
    desk = EditHistory.of(before)
    for text in texts:
        desk = desk.edit(text)
    return before, desk.session


@pytest.mark.parametrize("name", sorted({*NAMES, *HARD}))
@pytest.mark.parametrize("update", [1, 2])
def test_nothing_is_other_than_itself(name: str, update: int) -> None:
    """The same scenario with the same value set again is the same in every cell."""
    session = opened(name).next().to_update(update)
    rate = session.scenario.training.learning_rate
    after = EditHistory.of(session).edit(f"training.learning_rate = {rate!r}").session
    found = compare(session, after)
    assert found.update == update
    assert found.first_step is None
    assert not found.given
    assert not found.changed
    assert not found.gone


@pytest.mark.parametrize("name", NAMES)
def test_they_part_where_it_is_first_read(name: str) -> None:
    """Of a learning rate, at the first step of the update; all before it is the same, bit by bit.

    The oracle reads the two traces itself.
    """
    before, after = both(name, "training.learning_rate = 0.0123")
    found = compare(before, after)
    assert found.given == ("eta",)
    keys = {symbol.key for symbol in before.trace.values}
    trained = {f"grad_{key.removesuffix('_next')}" for key in keys if key.endswith("_next")}
    if not any(before.trace[key].any() for key in trained & keys):
        assert found.first_step is None  # at a minimum nothing moves, however far it would go
        return
    assert found.first_step is not None
    assert found.first_step.equation.phase == "update"
    one, other = before.trace, after.trace
    for step, same in zip(other.steps, one.steps, strict=True):
        equal = np.array_equal(step.result.value, same.result.value, equal_nan=True)
        assert equal or step.index >= found.first_step.index
    for key in other.keys():  # noqa: SIM118 - no mapping
        differs = ~np.equal(one[key], other[key])
        assert (key in found.changed) == bool(differs.any())
        pair = found.pair(key)
        assert set(pair.cells()) == {tuple(map(int, cell)) for cell in np.argwhere(differs)}


def test_cells_that_change_are_told() -> None:
    """Of one weight, that cell alone; and what it goes into, one unit of z."""
    found = compare(*both("mazur", "W1[2,1] = 0.9"))
    assert list(found.pair("W1").cells()) == [(1, 0)]
    assert list(found.pair("z1").cells()) == [(1, 0)]
    assert found.given == ("W1",)
    assert found.first_step is not None
    assert found.first_step.id == "z1"
    pair = found.pair("W1")
    assert pair.before is not None
    assert pair.after is not None
    assert (pair.before[1, 0], pair.after[1, 0]) == (0.25, 0.9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", ["row", "torch"])
def test_layouts_are_turned_to_meet(name: str, layout: str) -> None:
    """The same network in another layout is the same in all that both have."""
    before, after = both(name, f"network.layout = {layout}")
    found = compare(before, after)
    for key in ("x", "y", "W1", "z1", "a1", "C", "delta1", "grad_W1", "W1_next"):
        if key in before.trace and key in after.trace:
            assert found.pair(key).same
    assert not found.given


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_between_layouts_only_rounding_is_forgiven(scale: float) -> None:
    """Relative to the largest number, however large or small all of them are."""
    weights = np.array([[1.0, -2.0], [3.0, 4.0]]) * scale
    for off, cells in ((1e-13, []), (1e-7, [(1, 0)])):
        nudged = weights.copy()
        nudged[0, 1] += off * scale
        here, there = (
            start(loads(toml(2, 2, layer=f"weights = {w.tolist()}\nbiases = [0.0, 0.0]")))
            for w in (weights, nudged)
        )
        turned = EditHistory.of(there).edit("network.layout = row").session
        assert [*compare(here, turned).pair("W1").cells()] == cells


def test_shapes_that_differ_are_told() -> None:
    """A batch of another size has other shapes, and no cells to hold against each other."""
    before, after = both("batches", "training.batch_size = 3")
    found = compare(before, after)
    pair = found.pair("x")
    assert pair.shapes_differ
    assert not pair.same
    assert list(pair.cells()) == []
    assert found.changed["x"] is None
    assert found.pair("W1").same
    assert found.first_step is not None
    assert found.first_step.index == 0


def test_steps_that_are_new_and_gone() -> None:
    """Another loss has other equations: they part at the first that A does not have."""
    before, after = both("mazur", "training.optimizer = momentum")
    found = compare(before, after)
    assert found.first_step is not None
    assert found.first_step.id not in before.trace
    assert found.pair(found.first_step.id).before is None
    back = compare(after, before)
    assert found.first_step.id in back.gone
    assert back.pair(found.first_step.id).after is None
    with pytest.raises(KeyError):
        found.pair("delta9")


def test_later_updates_part_at_once() -> None:
    """After one update with another rate the parameters are other before anything is computed."""
    found = compare(*both("mazur", "training.learning_rate = 2", update=2))
    assert set(found.given) == {"W1", "W2", "eta"}
    assert found.first_step is not None
    assert found.first_step.index == 0
