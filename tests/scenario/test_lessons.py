"""The lessons: one for each misconception, questions before answers, and numbers that are right.

That the right numbers come out is `test_published`'s business. Here the *words* are held to the
program: a number that a note quotes, the wrong one of a slip above all, is one that it computes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from bpstepper.buglab.mistakes import MISTAKES, difference
from bpstepper.engine.run.training import Timeline
from bpstepper.explain.notes import notes_here
from bpstepper.scenario import library, load
from bpstepper.scenario.course import load_course
from bpstepper.scenario.model import Scenario
from bpstepper.session import start
from bpstepper.session.editing import EditHistory
from bpstepper.session.lecture import begin, on

MISCONCEPTIONS = {
    1: "transpose-is-not-inverse",
    2: "delta-is-not-the-error",
    3: "two-books-one-algorithm",
    4: "routes-go-to-the-outputs",
    5: "weights-need-their-input",
    6: "updates-come-last",
    7: "softmax-needs-a-jacobian",
    8: "jacobian-from-outputs",
    9: "a-bias-of-zero-learns",
    10: "one-bias-for-each-unit",
    11: "where-the-bias-went",
    12: "rows-or-columns",
    13: "a-bias-has-to-stand",
    14: "slope-of-z-from-a",
    15: "hidden-has-no-target",
    16: "each-unit-its-own-slope",
    17: "the-output-has-a-slope",
    18: "equal-weights-stay-equal",
    19: "wrong-and-yet-flat",
    20: "the-mean-has-one-over-m",
    21: "biases-are-not-penalised",
    22: "nudge-and-watch-the-cost",
    23: "gradients-start-afresh",
    24: "the-sign-of-the-cost",
    25: "backprop-moves-nothing",
    26: "gradients-not-shared-out",
}
"""What people believe, by the numbers that the files' first lines have, and who answers it."""

SLIPS = (
    ("transpose-is-not-inverse", "inverse_for_transpose", "grad_a1"),
    ("delta-is-not-the-error", "output_error_without_slope", "delta1"),
    ("routes-go-to-the-outputs", "no_transpose", "grad_a1"),
    ("weights-need-their-input", "outputs_in_bp4", "grad_W1"),
    ("updates-come-last", "update_before_backward", "delta1"),
    ("softmax-needs-a-jacobian", "jacobian_diagonal_only", "delta1"),
    ("jacobian-from-outputs", "jacobian_from_z", "delta1"),
    ("a-bias-of-zero-learns", "bias_gradient_times_bias", "grad_b1"),
    ("one-bias-for-each-unit", "bias_summed_over_layer", "grad_b1"),
    ("a-bias-has-to-stand", "bias_broadcast_to_matrix", "z1"),
    ("slope-of-z-from-a", "slope_of_activation", "slope1"),
    ("slope-of-z-from-a", "slope_of_activation", "delta1"),
    ("slope-of-z-from-a", "z_times_one_minus_z", "slope1"),
    ("hidden-has-no-target", "error_to_hidden_unrouted", "delta1"),
    ("each-unit-its-own-slope", "next_layer_slope", "delta1"),
    ("the-output-has-a-slope", "output_error_without_slope", "delta1"),
    ("the-mean-has-one-over-m", "mean_forgotten", "grad_W1"),
    ("biases-are-not-penalised", "bias_penalised", "grad_b1"),
    ("gradients-start-afresh", "accumulated_gradients", "grad_W1"),
    ("gradients-start-afresh", "accumulated_gradients", "W1_next"),
    ("the-sign-of-the-cost", "loss_sign_value_only", "C"),
    ("the-sign-of-the-cost", "loss_sign", "W1_next"),
    ("gradients-not-shared-out", "proportional_split", "grad_a1"),
    ("one-layer-one-sample", "outputs_in_bp4", "grad_W1"),
)
"""In which lesson which mistake is quoted, and which quantity of it."""

BY_HAND = {
    "jacobian-from-outputs": {1.75, -3.06},  # another network's z, and −1.75²
    "nudge-and-watch-the-cost": {0.001, 1.001, 0.002, 2.002, 2.004002, 4.002},  # nudged up only
    "slope-of-z-from-a": {0.1192, 0.197, 0.25},  # 1 − a, and the slopes at 1 and 0
    "the-mean-has-one-over-m": {8.75, 1.5},  # the third wrong update, and what each error grows by
    "the-sign-of-the-cost": {-1.125},  # C, in the second wrong update
    "updates-come-last": {0.6636},  # the same
    "first-lesson": {0.594, 2.5},  # ½ + 0.3775/4, and per cent
}
"""What is quoted and is no number of a trace."""

_NUMBER = re.compile(r"[−-]?\d+\.\d+(?:e[−-]\d+)?|[−-]?\d+")
_DECIMAL = re.compile(r"[−-]?\d+\.\d+(?:e[−-]\d+)?")


def files(folder: str) -> list[str]:
    """The names of a folder's scenarios."""
    return sorted(file.stem for file in library.folder().glob(f"{folder}/*.toml"))


COURSES = ("first-lesson", "four-questions", "misconceptions", "what-goes-wrong")
LESSONS = (*files("lessons"), *files("misconceptions"))


@cache
def lesson(name: str) -> Scenario:
    """A lesson, read once."""
    return load(name)


def words(name: str) -> str:
    """All that a lesson says, on one line."""
    scenario = lesson(name)
    said = [part for note in scenario.notes for part in (note.ask, note.reveal, note.text)]
    return " ".join(" ".join((scenario.about, *said)).split())


def matches(quoted: str, values: np.ndarray) -> bool:
    """Whether one of the values, rounded to as many digits as are quoted, is the quoted number."""
    plain = quoted.replace("−", "-")
    mantissa, _, exponent = plain.partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return bool((np.abs(values - float(plain)) <= 0.5001 * unit).any())


def computed(name: str) -> Iterator[np.ndarray]:
    """Every number of the first three updates, of what a note proposes to try, and of slips."""
    scenario = lesson(name)
    edits = {note.edit for note in scenario.notes if note.edit}
    sessions = [start(scenario).go("update 1")]
    for edit in edits:
        desk = EditHistory.of(sessions[0])
        for change in edit:
            desk = desk.edit(change)
        sessions.append(desk.session)
    for session in sessions:
        line = Timeline(session.scenario)
        yield from (value for u in (1, 2, 3) for value in line.trace(u).values.values())
    for id_ in {id_ for who, id_, _ in SLIPS if who == name}:
        yield from (wrong for _, wrong in difference(scenario, id_).differs.values())


@cache
def numbers(name: str) -> np.ndarray:
    """`computed`, in one row."""
    return np.concatenate([np.ravel(value) for value in computed(name)])


def test_every_misconception_has_its_lesson() -> None:
    """Twenty-six of them, each in a file of its own that says which it is."""
    assert list(MISCONCEPTIONS) == list(range(1, 27))
    assert sorted(MISCONCEPTIONS.values()) == files("misconceptions")
    for number, name in MISCONCEPTIONS.items():
        first = (library.path(name) or library.folder()).read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith(f'# Misconception {number} of 26: "'), name
        assert lesson(name).topic == "mistakes"
        assert "The belief: *" in lesson(name).about, name


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_asks_before_it_tells(name: str) -> None:
    """Questions come with answers, one a line or two long that a screen can show as it is."""
    assert len(name) <= 24, "the picker has no room for more"
    scenario = lesson(name)
    seen = [note for note in scenario.notes if note.audience == "student"]
    asking = [note for note in seen if note.ask]
    assert asking
    assert 2 <= len(seen) <= 5
    assert all(note.reveal for note in asking)
    for note in asking:
        assert len(note.ask) <= 130
        assert not set(note.ask) & set("*`"), "asked without Markdown"
    first = start(scenario)
    for note in seen:
        here = notes_here(first.go(f"update {note.update}").go(note.at or "z1"))
        assert note in here, f"{note.at} of update {note.update} is no step"
    assert scenario.expects


@pytest.mark.parametrize(("name", "id_", "symbol"), SLIPS)
def test_the_wrong_numbers_are_those_of_the_mistake(name: str, id_: str, symbol: str) -> None:
    """What a slip would give is what the bug lab gives, and the lesson says how it is called."""
    verdict = difference(lesson(name), id_)
    right, wrong = (np.atleast_1d(value) for value in verdict.differs[symbol])
    quoted = _NUMBER.findall(words(name))
    different = wrong[~np.isclose(right, wrong)] if right.shape == wrong.shape else wrong
    for value in np.unique(different):
        assert any(matches(number, np.array([value])) for number in quoted), value
    assert f'"{MISTAKES[id_].title}"' in words(name)


@pytest.mark.parametrize("name", LESSONS)
def test_numbers_with_a_dot_are_computed_ones(name: str) -> None:
    """A number with decimals comes out of the network, or of what is tried with it."""
    known = np.concatenate([numbers(name), list(BY_HAND.get(name, ()))])
    quoted = _DECIMAL.findall(words(name))
    assert [number for number in quoted if not matches(number, known)] == []


@pytest.mark.parametrize("name", COURSES)
def test_numbers_of_a_course_are_those_of_its_scenarios(name: str) -> None:
    """The same for what a course says at its stops."""
    for stop in load_course(name).stops:
        said = stop.scenario.notes[0]
        if said not in stop.base.notes:
            quoted = _DECIMAL.findall(f"{said.ask} {said.reveal} {said.text}")
            at_hand = {*BY_HAND.get(name, ()), *BY_HAND.get(stop.base.name, ())}
            known = np.concatenate([numbers(stop.base.name), list(at_hand)])
            assert [number for number in quoted if not matches(number, known)] == [], stop.base.name


def test_what_is_proposed_does_what_the_note_says() -> None:
    """Some of the changes to try, with the number that the answer promises."""
    for name, symbol, promised in (
        ("delta-is-not-the-error", "delta1", 0.9526),
        ("two-books-one-algorithm", "delta2", -0.125),
        ("where-the-bias-went", "delta1", 0.04876),
        ("wrong-and-yet-flat", "delta1", 1.0),
        ("nudge-and-watch-the-cost", "grad_W1", 2.0),
        ("backprop-moves-nothing", "W1_next", 0.6),
    ):
        (edit,) = {note.edit for note in lesson(name).notes if note.edit}
        desk = EditHistory.of(start(lesson(name)).go("update 1"))
        for change in edit:
            desk = desk.edit(change)
        assert desk.session.trace[symbol].item() == pytest.approx(promised, rel=1e-3), name


@pytest.mark.parametrize("name", library.courses())
def test_every_stop_of_a_course_asks(name: str) -> None:
    """Where a course stops, its own words or the scenario's put a question first."""
    lecture = begin(load_course(name))
    while True:
        assert not lecture.problem
        first = next(iter(notes_here(lecture.session)), None)
        where = f"stop {lecture.number}, {lecture.stop.base.name} at {lecture.stop.at}"
        assert first is not None, where
        assert first.ask, where
        assert first.reveal, where
        if lecture.number == lecture.stops:
            break
        lecture = on(lecture)


def test_the_course_has_all_misconceptions() -> None:
    """One stop each."""
    stops = [stop.base.name for stop in load_course("misconceptions").stops]
    assert sorted(stops) == sorted(MISCONCEPTIONS.values())
