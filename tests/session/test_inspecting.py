"""Inspecting: the cell cursor, what lights up around it, and following numbers to their origin."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bpstepper.engine.run.dataflow import (
    downstream,
    highlighted_cells,
    origin,
    prepares,
    producer,
    readers,
)
from bpstepper.explain.visibility import visibility_of
from bpstepper.session import Level, Session, Spot
from bpstepper.session.inspecting import (
    focus,
    follow,
    inspect,
    inspect_spot,
    leave,
    made_here,
    move,
    next_matrix,
    source,
    spots,
)
from tests.scenes import BUNDLED, at, opened, operations

NAMES = (*BUNDLED, "batches", "penalty", "softmax-batch", "saturated")
LAYOUTS = ("column", "row", "torch")


def inspected(name: str, layout: str = "column", update: int = 1) -> Iterator[Session]:
    """Each step and operation of an update, with the cell cursor in each of its matrices."""
    for here in operations(opened(name, layout), update):
        for spot in spots(here):
            yield inspect_spot(here, spot)


def value(session: Session) -> float:
    """The number under the cell cursor."""
    quantity, cell = focus(session)
    return float(quantity.value[cell])


# ── the cell cursor ──────────────────────────────────────────────────────────────────────────


def test_inspecting_starts_at_the_number_that_was_spelled_out() -> None:
    """And leaving it changes nothing but that."""
    here = opened("mazur").go("delta1").next_cell()
    there = inspect(here)
    assert focus(there)[0].key == "delta1"
    assert focus(there)[1] == here.cell == (1, 0)
    assert leave(there).cursor == here.cursor
    assert leave(there).spot is None


def test_before_the_first_step_there_is_nothing_to_inspect() -> None:
    """The start has no numbers; a phase is gone into."""
    start = opened("mazur")
    assert inspect(start) is start
    assert inspect_spot(start, Spot(0)) is start
    phase = start.go("backward").out()
    assert phase.cursor.level is Level.PHASE
    assert inspect(phase).cursor.level is Level.EQUATION


@pytest.mark.parametrize("name", NAMES)
def test_the_cell_cursor_stays_in_its_matrix(name: str) -> None:
    """In all four directions, from every matrix of every step, as far as there are cells."""
    for here in inspected(name):
        quantity, _ = focus(here)
        for rows, columns in ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 0), (0, 1)):
            before = focus(here)[1]
            here = move(here, rows, columns)
            after, shape = focus(here)[1], quantity.value.shape
            assert focus(here)[0].key == quantity.key
            assert all(0 <= i < size for i, size in zip(after, shape, strict=True))
            if len(shape) >= 2:
                wanted = (before[-2] + rows, before[-1] + columns)
                inside = all(0 <= i < size for i, size in zip(wanted, shape[-2:], strict=True))
                assert (after[-2:] == wanted) == inside


@pytest.mark.parametrize("name", NAMES)
def test_tab_goes_through_the_matrices_and_round(name: str) -> None:
    """Every matrix of the page once, and the way back is the same."""
    for here in operations(opened(name)):
        here = inspect(here)
        keys = []
        for _ in spots(here):
            keys.append(focus(here)[0].key)
            forth = next_matrix(here)
            assert focus(next_matrix(forth, -1))[0].key == keys[-1]
            here = forth
        assert len(set(keys)) == len(keys)
        assert focus(here)[0].key == keys[0]


@pytest.mark.parametrize("name", NAMES)
def test_tab_keeps_to_cells_that_have_to_do_with_each_other(name: str) -> None:
    """From a result to an operand it goes to a cell that the result is computed from."""
    for here in inspected(name):
        quantity, cell = focus(here)
        there = next_matrix(here)
        other, at_ = focus(there)
        made = made_here(here, quantity)
        lit = highlighted_cells(here.step, made, cell).get(other.key) if made else None
        down = downstream(here.step, quantity.key, cell).get(other.key)
        if lit or down:
            assert at_ in (lit or down or ())


# ── what lights up ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["mazur", "softmax-jacobian", "batches", "penalty"])
def test_a_cell_feeds_just_what_is_computed_from_it(name: str, layout: str) -> None:
    """Forwards and backwards within a step are the same relation, for every pair of cells."""
    for here in operations(opened(name, layout)):
        step, result = here.step, here.result
        read: dict[str, dict[tuple[int, ...], set[tuple[int, ...]]]] = {}
        for cell in np.ndindex(*result.value.shape):
            for key, cells in highlighted_cells(step, here.operation, cell).items():
                for one in cells:
                    read.setdefault(key, {}).setdefault(one, set()).add(cell)
        del read[result.key]
        for key, by_cell in read.items():
            for one, computed in by_cell.items():
                assert downstream(step, key, one)[result.key] == computed


@pytest.mark.parametrize("name", NAMES)
def test_one_cell_is_the_target(name: str) -> None:
    """The cursor's own; of the others none is of its matrix, and each is a source or fed."""
    for here in inspected(name):
        quantity, cell = focus(here)
        sight = visibility_of(here)
        assert sight.focus == quantity.key
        assert sight.marks[quantity.key] == {cell: "target"}
        others = {
            role
            for key, marks in sight.marks.items()
            if key != quantity.key
            for role in marks.values()
        }
        assert others <= {"source", "fed"}


def test_what_a_weight_of_mazur_touches() -> None:
    """w(h2→o1) in BP2: δ(o1) goes with it, and ∂C/∂a(h2) and δ(h2) are made from it."""
    here = opened("mazur").go("delta1")
    transposed = next(spot for spot in spots(here) if spot.operand == 0)
    marks = visibility_of(inspect_spot(here, transposed._replace(cell=(1, 0)))).marks
    assert marks["W2_T"] == {(1, 0): "target"}
    assert marks["grad_a1"] == {(1, 0): "fed"}
    assert marks["delta1"] == {(1, 0): "fed"}


def test_the_curtain_hides_what_the_step_makes() -> None:
    """At an equation all its results, at an operation its own, at an element its own cell."""
    here = opened("mazur").go("delta1")
    assert visibility_of(here).seen == {}
    hidden = visibility_of(here, hide_result=True).seen
    assert hidden == {"grad_a1": 0, "delta1": 0}
    inside = here.into()
    assert visibility_of(inside).seen.keys() == {"grad_a1", "slope1", "delta1"}
    assert visibility_of(inside, hide_result=True).seen["W2_T"] == 0
    element = inside.into().next()
    assert visibility_of(element).seen["W2_T"] == 2
    assert visibility_of(element, hide_result=True).seen["W2_T"] == 1


# ── to where a number is made ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_following_an_operand_arrives_at_the_same_number(name: str) -> None:
    """An operand is the result of an earlier step; a prepared one is made of such a result."""
    for here in inspected(name):
        quantity, _ = focus(here)
        found = source(here)
        if found is None:
            continue
        there = found.session
        assert focus(there) == (found.quantity, found.cell)
        made = made_here(here, quantity)
        if made is not None and not prepares(here.step, made):
            assert there.cursor == here.cursor  # its first factor, on the same page
        elif made is None:
            assert there.step.index < here.step.index
            assert value(there) == value(here)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["mazur", "softmax-jacobian", "batches", "one-layer-15-steps"])
def test_following_ends_at_what_is_given_and_leaving_comes_all_the_way_back(
    name: str, layout: str
) -> None:
    """From anywhere of update 2, through update 1, to an input, a target or an initial weight."""
    for here in inspected(name, layout, update=2):
        trail = [here]
        while source(trail[-1]) is not None:
            trail.append(follow(trail[-1]))
            assert len(trail) < 200
        last = trail[-1]
        assert follow(last) is last
        quantity, cell = focus(last)
        key, _ = origin(last.trace, quantity.key, cell)
        is_given = producer(last.trace, key) is None
        assert is_given or last.cursor.update == 1 or value(last) == 1  # the 1 of a folded bias
        back = last
        while back.trail:
            assert leave(back) is back.trail[-1]
            back = leave(back)
        assert back.cursor == here.cursor
        assert leave(back).spot is None


def test_mazur_s_weight_comes_from_the_update_before() -> None:
    """In update 2, W² is followed to the step of update 1 that made it."""
    here = at(opened("mazur"), 2, 0).go("z2")
    weights = next(spot for spot in spots(here) if spot.operand == 0)
    there = follow(inspect_spot(here, weights._replace(cell=(0, 1))))
    assert (there.cursor.update, there.step.id) == (1, "W2_next")
    assert value(there) == pytest.approx(0.408666186, abs=5e-9)


def test_who_reads_a_symbol() -> None:
    """δ² goes into three equations of mazur, and a¹ into what goes forward and into BP4."""
    trace = opened("mazur").trace
    assert [step.id for step, _ in readers(trace, "delta2")] == ["delta1", "grad_W2", "grad_b2"]
    assert [step.id for step, _ in readers(trace, "a1")] == ["z2", "grad_W2"]
    assert list(readers(trace, "W2_next")) == []


@pytest.mark.parametrize("key", ["C", "z1", "grad_W1"])
@pytest.mark.parametrize("name", ["mazur", "batch-logistic", "softmax-batch"])
def test_cell_by_cell_one_more_is_seen(name: str, key: str) -> None:
    """Row by row, up to the one that stands next, which is kept back where results are hidden."""
    place = opened(name).go(key)
    while place.cursor.level is not Level.ELEMENT:
        place = place.into()
    place = place._to(operation=len(place.step.operations) - 1)
    made = place.result.key
    assert made == key
    for before, cell in enumerate(np.ndindex(*place.result.value.shape)):
        here = place._to(cell=cell)
        assert visibility_of(here).seen[made] == before + 1
        assert visibility_of(here, hide_result=True).seen[made] == before
