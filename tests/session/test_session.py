"""A session: every move has its way back, and no move changes a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Array
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.equations import PHASES
from bpstepper.session import MOST_UPDATES, Cursor, GoError, Level, Session, start
from tests.scenes import BUNDLED, HARD, at, bits, everywhere, opened, operations, scenario_of
from tests.strategies import examples

NAMES = (*BUNDLED, "batches", "penalty", "softmax-batch", "names", "starter")
LARGE = ("ng-ex4", "ng-ex4-regularised", "moons", "data-mining-3-2-1")
UPDATES = 7  # covers two epochs and a half of `batches`: 2, 2 and 1 samples, shuffled

MOVES: tuple[Callable[[Session], Session], ...] = (
    Session.next,
    Session.back,
    Session.into,
    Session.out,
    Session.next_phase,
    Session.previous_phase,
    Session.next_update,
    Session.previous_update,
    Session.first,
    Session.last,
    Session.next_cell,
    Session.previous_cell,
)


class Place(NamedTuple):
    """A session by its scenario's name and its cursor, so that a failing example is one line."""

    name: str
    cursor: Cursor

    @property
    def session(self) -> Session:
        """The session that stands there."""
        return replace(opened(self.name), cursor=self.cursor)


@st.composite
def places(draw: st.DrawFn) -> Place:
    """Anywhere: any scenario, update, step, operation and cell, at any level of detail."""
    name = draw(st.sampled_from(NAMES))
    update = draw(st.integers(0, UPDATES))
    level = draw(st.sampled_from(Level))
    if update == 0:
        return Place(name, Cursor(level=level))
    steps = at(opened(name), update, 0).trace.steps
    step = steps[draw(st.integers(0, len(steps) - 1))]
    here = at(opened(name), update, step.index)
    if level is Level.PHASE:
        return Place(name, here.out().cursor)
    if level > Level.EQUATION:
        here = at(here, update, step.index, draw(st.integers(0, len(step.operations) - 1)))
    for _ in range(draw(st.integers(0, 3))):
        here = here.next_cell()
    if level is Level.ELEMENT:
        here = replace(here, cursor=here.cursor._replace(cell=here.cell, level=level))
    return Place(name, here.cursor)


# ── there and back ───────────────────────────────────────────────────────────────────────────


@given(places())
@examples(400)
def test_back_undoes_next(place: Place) -> None:
    """From anywhere, at every level of detail, with the same cell chosen."""
    session = place.session
    assert session.next().back().cursor == session.cursor


@given(places())
@examples(400)
def test_next_undoes_back(place: Place) -> None:
    """From anywhere but the start, which nothing comes before."""
    session = place.session
    if not session.at_start:
        assert session.back().next().cursor == session.cursor


def parts(session: Session, level: Level) -> Iterator[Cursor]:
    """Every place of the first updates at one level of detail, in order, the cells apart."""
    for update in range(1, UPDATES + 1):
        phase = ""
        for step in at(session, update, 0).trace.steps:
            if level > Level.EQUATION:
                for operation in range(len(step.operations)):
                    shape = step.operations[operation].result.value.shape
                    cells = np.ndindex(*shape) if level is Level.ELEMENT else [(0, 0)]
                    yield from (
                        Cursor(update, step.index, operation, cell, level) for cell in cells
                    )
            elif level is Level.EQUATION or step.equation.phase != phase:
                yield Cursor(update, step.index, level=level)
            phase = step.equation.phase


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("name", NAMES)
def test_a_walk_there_is_the_walk_back_in_reverse(name: str, level: Level) -> None:
    """Over three epochs and more nothing is left out, nothing comes twice, all is found again."""
    if level is Level.ELEMENT and name in LARGE:
        pytest.skip("every cell of several updates: the smaller scenarios show it")
    here = replace(opened(name), cursor=Cursor(level=level)).next()
    there = [here.cursor]
    while here.cursor.update <= UPDATES:
        here = here.next()
        there.append(here.cursor)
    assert there[:-1] == list(parts(here, level))
    and_back = [here.cursor]
    while here.cursor != there[0]:
        here = here.back()
        and_back.append(here.cursor)
    assert and_back == there[::-1]
    assert here.back().at_start
    assert here.back().back().at_start


@given(st.sampled_from(NAMES), st.lists(st.sampled_from(MOVES), max_size=40))
@examples(300)
def test_any_walk_stays_in_place_and_every_place_can_be_left_forwards_and_back(
    name: str, moves: list[Callable[[Session], Session]]
) -> None:
    """Whatever is pressed, the cursor names an update, a step, an operation and a cell there are.

    A walk is then undone by going to where it was: sessions are values, the last one is intact.
    """
    session = opened(name)
    for move in moves:
        before, kept = session, session.cursor
        session = move(session)
        assert before.cursor == kept
        cursor = session.cursor
        assert cursor.update >= 0
        if session.at_start:
            assert cursor[:3] == (0, 0, None)
            continue
        assert (cursor.operation is None) == (cursor.level <= Level.EQUATION)
        assert 0 <= cursor.step < len(session.trace)
        assert cursor.operation is None or 0 <= cursor.operation < len(session.step.operations)
        shape = session.result.value.shape
        assert len(session.cell) == len(shape)
        assert all(0 <= i < size for i, size in zip(session.cell, shape, strict=True))
        assert session.next().back().cursor == session.cursor


@given(places())
@examples(200)
def test_finer_and_coarser(place: Place) -> None:
    """Into is the first part of what one stands on, and out is the whole that it is a part of."""
    session = place.session
    cursor, level = session.cursor, session.cursor.level
    if session.at_start:
        assert session.into().cursor == session.next().cursor
        assert session.out().cursor == cursor
        return
    finer = session.into()
    assert finer.cursor.level == min(level + 1, Level.ELEMENT)
    assert (finer.cursor.update, finer.cursor.step) == (cursor.update, cursor.step)
    if level is not Level.ELEMENT:
        assert finer.out().cursor[:3] == cursor[:3]
        # what comes before the first part comes before the whole
        assert finer.back().cursor[:2] == session.back().cursor[:2] or level is Level.PHASE
    coarser = session.out()
    assert coarser.cursor.level == max(level - 1, Level.PHASE)
    assert coarser.step.equation.phase == session.step.equation.phase
    if level is Level.EQUATION:
        assert coarser.step is session.phase_steps[0]


@given(places())
@examples(200)
def test_only_what_is_reached_is_done(place: Place) -> None:
    """As a whole, every operation; inside, those up to the one we stand on."""
    session = place.session
    if session.at_start:
        return
    done = [session.done(i) for i in range(len(session.step.operations))]
    at_ = session.cursor.operation
    reached = len(done) if at_ is None else at_ + 1
    assert done == [True] * reached + [False] * (len(done) - reached)


# ── moving computes nothing, and changes nothing ─────────────────────────────────────────────


@given(places(), st.lists(st.sampled_from(MOVES), max_size=15))
@examples(150)
def test_coming_back_finds_the_same_trace(
    place: Place, moves: list[Callable[[Session], Session]]
) -> None:
    """The very object, not an equal one: nothing was computed again."""
    session = place.session
    if session.at_start:
        return
    trace = session.trace
    there = session
    for move in moves:
        there = move(there)
    assert there.to_update(session.cursor.update).trace is trace


@given(st.sampled_from(NAMES), st.lists(st.integers(1, 60), min_size=1, max_size=12))
@examples(60)
def test_the_way_one_comes_makes_no_difference(name: str, jumps: list[int]) -> None:
    """Update 40 is the same bits, whether after 39 others or after a jump from 60."""
    jumping = start(scenario_of(name))
    straight = start(scenario_of(name)).line
    found = {update: bits(jumping.to_update(update).trace) for update in jumps}
    for update in sorted(found):
        assert found[update] == bits(straight.trace(update))


def test_the_parameters_move_on_from_update_to_update() -> None:
    """What one update leaves is what the next one starts from."""
    for name in NAMES:
        session = opened(name)
        for update in range(1, UPDATES):
            here, after = (at(session, u, 0).trace for u in (update, update + 1))
            for key, value in here.parameters.items():
                assert np.array_equal(value, after[key], equal_nan=True)


def test_a_far_update_is_looked_for_at_once() -> None:
    """Each slice of a long way costs its updates, not the distance that is left."""
    line = start(scenario_of("mazur")).line
    assert line.prepare(MOST_UPDATES, 5) == MOST_UPDATES - 5
    looked: list[int] = []

    class Counting(dict[int, dict[Symbol, Array]]):
        def __contains__(self, key: object) -> bool:
            looked.append(1)
            return super().__contains__(key)

    line._checkpoints.kept = Counting(line._checkpoints.kept)
    assert line.prepare(MOST_UPDATES, 5) == MOST_UPDATES - 10
    assert len(looked) < 50


# ── phases, updates, first and last ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_phases_come_one_after_the_other(name: str) -> None:
    """`]` walks through the five phases and on into the next update; `[` goes the same way back.

    Where the inputs are trained, no gradient of a parameter is asked for, and there are four.
    """
    here = opened(name)
    cursors = [here.cursor]
    phases = []
    inputs = here.scenario.training.train == "input"
    expected = [phase for phase in PHASES if phase != "gradients" or not inputs]
    for _ in range(2 * len(expected)):
        here = here.next_phase()
        cursors.append(here.cursor)
        phases.append(here.step.equation.phase)
    assert phases == [*expected, *expected]
    assert [cursor.update for cursor in cursors[1:]] == [1] * len(expected) + [2] * len(expected)
    for cursor in reversed(cursors[:-1]):
        here = here.previous_phase()
        assert here.cursor == cursor
    assert here.previous_phase().at_start


@given(places())
@examples(200)
def test_the_start_of_a_phase(place: Place) -> None:
    """`[` never goes forwards, `]` never back, and both arrive at a phase's first step."""
    session = place.session
    if session.at_start:
        return
    order = [
        (s.cursor.update, s.cursor.step)
        for s in (session.previous_phase(), session, session.next_phase())
    ]
    assert order == sorted(order)
    for there in (session.previous_phase(), session.next_phase()):
        assert there.cursor.operation is None
        if not there.at_start:
            before = there.back()
            assert before.at_start or before.step.equation.phase != there.step.equation.phase


@given(places())
@examples(200)
def test_the_same_step_of_another_update(place: Place) -> None:
    """A batch of another size keeps the step; only its last operations may be missing."""
    session = place.session
    there = session.next_update()
    assert there.cursor.update == session.cursor.update + 1
    if session.at_start:
        assert there.cursor == session.next().cursor
        return
    assert there.step.equation.law == session.step.equation.law
    assert there.step.id == session.step.id
    back = there.previous_update()
    assert back.cursor[:2] == session.cursor[:2]
    if len(there.step.operations) == len(session.step.operations):
        assert back.cursor == session.cursor
    assert session.previous_update().cursor.update == session.cursor.update - 1


def test_before_the_first_update_there_is_nothing() -> None:
    """`{` stops at the start, and `}` at the farthest update."""
    session = opened("mazur")
    assert session.previous_update().at_start
    assert at(session, 1, 3).previous_update().at_start
    with pytest.raises(GoError, match="10,000,000"):
        session.to_update(MOST_UPDATES + 1)
    with pytest.raises(GoError):
        session.to_update(-1)


@given(places())
@examples(200)
def test_first_and_last(place: Place) -> None:
    """Home is the update's first equation, and once more the start; End is its last equation."""
    session = place.session
    last = session.last()
    whole_phase = session.cursor.level is Level.PHASE
    end = last.phase_steps[0].index if whole_phase else len(last.trace) - 1
    assert last.cursor[:3] == (max(session.cursor.update, 1), end, None)
    assert last.next().cursor.update == last.cursor.update + 1
    first = session.first()
    if session.cursor.step == 0 and session.cursor.operation is None:
        assert first.at_start
    else:
        assert first.cursor[:3] == (session.cursor.update, 0, None)
    assert session.first().first().at_start


# ── cells ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_tab_goes_through_all_numbers_and_round(name: str) -> None:
    """Row by row, each cell of the result once, then the first again; backwards the same way."""
    for session in operations(opened(name)):
        shape = session.result.value.shape
        here, seen = session, []
        for _ in range(session.result.value.size):
            seen.append(here.cell)
            here = here.next_cell()
            assert here.previous_cell().cell == seen[-1]
        assert seen == list(np.ndindex(*shape))
        assert here.cell == seen[0]


def test_a_chosen_cell_is_kept_while_moving() -> None:
    """It is cut to the shape at hand, and whole again where there is room for it."""
    session = opened("four-horsemen-3-4-2").go("grad_W1")
    for _ in range(11):
        session = session.next_cell()
    assert session.cell == (3, 2)
    assert session.go("C").cell == ()
    assert session.go("delta2").cell == (1, 0)
    assert session.go("delta2").go("grad_W1").cell == (3, 2)
    assert session.next().back().cell == (3, 2)


@given(places(), st.tuples(*[st.integers(0, 50)] * 3))
@examples(150)
def test_any_cell_is_cut_to_the_shape(place: Place, cell: tuple[int, ...]) -> None:
    """Whatever cursor a caller makes up."""
    session = place.session
    here = replace(session, cursor=session.cursor._replace(cell=cell))
    if not here.at_start:
        shape = here.result.value.shape
        assert len(here.cell) == len(shape)
        assert all(0 <= i < size for i, size in zip(here.cell, shape, strict=True))


# ── by name ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*NAMES, "saturated", "huge"])
def test_every_symbol_of_an_update_can_be_gone_to(name: str) -> None:
    """By the key of a result: the step that makes it; by what is given: one that reads it."""
    session = opened(name)
    made = {op.result.key for step in at(session, 1, 0).trace for op in step.operations}
    steps = at(session, 1, 0).trace.steps
    reads = {q.key for step in steps for op in step.operations for q in op.operands}
    for symbol in at(session, 1, 0).trace.values:
        key = symbol.key
        step = session.go(key).step
        results = {op.result.key for op in step.operations}
        read = {quantity.key for op in step.operations for quantity in op.operands}
        if key in made | reads:
            assert key in (results if key in made else read)
        else:  # W and b where they are folded into one
            assert step.equation.layer == symbol.layer
        assert session.go(f"  {key} ").cursor == session.go(key).cursor


@pytest.mark.parametrize("name", NAMES)
def test_every_law_and_phase_can_be_gone_to(name: str) -> None:
    """In any spelling of upper and lower case: the first step of it."""
    session = opened(name)
    steps = at(session, 1, 0).trace.steps
    for step in steps:
        for said in (step.equation.law, step.equation.law.lower(), step.equation.phase):
            there = session.go(said).step
            assert said.lower() in (there.equation.law.lower(), there.equation.phase)
            assert there.index <= step.index
        assert session.go(step.id.upper()).step.id == step.id


@pytest.mark.parametrize(
    ("said", "update"),
    [
        ("update 500", 500),
        ("500", 500),
        ("u 500", 500),
        ("Update500", 500),
        ("epoch 3", 7),
        ("e3", 7),
        ("EPOCH 1", 1),
        ("epoch 0", 1),
        ("update 1", 1),
        ("٣", 3),
    ],
)
def test_updates_and_epochs(said: str, update: int) -> None:
    """An epoch of five samples in pairs has three updates; the step is kept."""
    session = opened("batches").go("delta1")
    there = session.go(said)
    assert there.cursor.update == update
    assert there.step.id == "delta1"
    assert there.cursor.operation is None


def test_hints_name_each_place_once() -> None:
    """A step and the symbol it makes have one name; so have upper and lower case."""
    for said in ("dleta1", "GRADW1", "gradient"):
        with pytest.raises(GoError) as caught:
            opened("batches").go(said)
        near = str(caught.value).partition("near it: ")[2].split(", ")
        assert len(near) == len(set(near)) == 3


def test_start_and_end() -> None:
    """The places that are no symbols."""
    session = opened("mazur").go("update 3").go("delta1")
    assert session.go("end").cursor[:2] == (3, len(session.trace) - 1)
    for said in ("start", "Begin", "update 0", "0"):
        assert session.go(said).at_start
    assert opened("mazur").go("delta1").cursor.update == 1
    assert opened("mazur").go("end").cursor.update == 1


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("dleta1", "delta1"),
        ("grad_w3", "grad_W1"),
        ("BP7", "BP"),
        ("backwards", "backward"),
        ("", "delta1"),
        ("   ", "delta1"),
        ("update -1", "update"),
        (f"update {MOST_UPDATES + 1}", "10,000,000"),
        ("update 99999999999999999999", "10,000,000"),
        ("epoch 99999999", "10,000,000"),
        ("xyzzy", "z1"),
    ],
)
def test_a_name_that_is_none_is_told_what_comes_near(said: str, hint: str) -> None:
    """The message names a place that there is; the session stays where it was."""
    session = opened("batches").go("a1")
    with pytest.raises(GoError, match=hint):
        session.go(said)
    with pytest.raises(GoError, match=hint):
        session.destination(said)


@given(places(), st.text(max_size=60) | st.from_regex(r"(update|epoch|e|u)? ?-?[0-9]{1,12}"))
@examples(300)
def test_any_text_is_a_place_or_told_not_to_be(place: Place, said: str) -> None:
    """Hostile strings end in a GoError of one short line, and nothing else."""
    session = place.session
    told = ""
    try:
        cursor = session.destination(said)
    except GoError as error:
        told = str(error)
    else:
        assert 0 <= cursor.update <= MOST_UPDATES
        assert cursor.operation is None
        if cursor.update <= 50:
            assert session.go(said).cursor.update == cursor.update
    assert len(told) < 200


@pytest.mark.parametrize("name", [*NAMES, *HARD])
def test_a_destination_is_where_going_arrives(name: str) -> None:
    """`destination` says without moving what `go` does."""
    session = opened(name)
    for there in [*everywhere(session)][:: 1 if name != "deep" else 97]:
        if there.at_start:
            continue
        cursor = session.destination(there.step.id)
        arrived = session.go(there.step.id)
        assert arrived.cursor[:2] == cursor[:2] == there.cursor[:2]
