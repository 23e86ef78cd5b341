"""The stepper's controllers, each by itself: a host that is no screen, and what they do to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpstepper.app import run_until
from bpstepper.app.appearance import AppearanceController
from bpstepper.app.autosaving import AutosaveController
from bpstepper.app.course import CourseController
from bpstepper.app.editing import EditingController
from bpstepper.app.host import Host
from bpstepper.app.overlay_controller import OverlayController
from bpstepper.app.run_until import RunUntilController
from bpstepper.buglab.controller import BugLabController
from bpstepper.buglab.mistakes import MISTAKES
from bpstepper.pages.view import View
from bpstepper.quiz import Sheet, question_for
from bpstepper.quiz.controller import QuizController
from bpstepper.quiz.screen import QuizScreen
from bpstepper.scenario import library
from bpstepper.scenario.course import load_course
from bpstepper.session import GoError, Session, start
from bpstepper.session.inspecting import focus, inspect, next_matrix
from bpstepper.session.lecture import begin
from bpstepper.training.controller import TrainingController
from tests.app.fake_host import FakeHost
from tests.scenes import at, opened, scenario_of

HERE = at(opened("mazur"), 1, 6)


def is_host(host: Host) -> Host:
    """What a type checker holds the fake host to."""
    return host


def host_at(session: Session = HERE, interrupt_after: int | None = None) -> FakeHost:
    """A host that stands somewhere."""
    host = FakeHost(session, interrupt_after)
    assert is_host(host) is host
    return host


def pane(host: FakeHost) -> str:
    """The pane of the bug lab that is shown."""
    return host.view.lab.pane


def shown(host: FakeHost) -> str:
    """The page that is shown."""
    return host.view.page


# ── going far ────────────────────────────────────────────────────────────────────────────────


def test_going_by_name_refuses_what_is_no_place() -> None:
    """The prompt's check is the session's own, and an answer leads there."""
    host = host_at()
    RunUntilController(host).go()
    (question,) = host.questions
    with pytest.raises(GoError):
        question.check("nowhere")
    question.then("delta2")
    assert host.session.step.id == "delta2"


def test_a_far_update_is_computed_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two slices it says how far it is; it arrives at the update that was named."""
    monkeypatch.setattr(run_until, "_SLICE", 10)
    host = host_at(start(scenario_of("mazur")))  # nobody has computed its updates yet
    RunUntilController(host).travel("update 60")
    assert host.session.cursor.update == 60
    assert len(host.said) >= 4
    assert all("updates to go" in said for said in host.said)


def test_a_far_way_ends_where_a_key_wants_it_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session is where it was, and how far was left is said."""
    monkeypatch.setattr(run_until, "_SLICE", 10)
    host = host_at(start(scenario_of("mazur")), interrupt_after=2)
    RunUntilController(host).travel("update 600")
    assert host.session.cursor.update == 0
    assert host.said[-1].startswith("stopped ")


def test_running_until_something_is_so() -> None:
    """It stops in the first update of which the condition holds, and says which that is."""
    host = host_at()
    RunUntilController(host).until()
    host.questions[0].then("C < 0.28")
    update = host.session.cursor.update
    assert host.session.line.trace(update).cost < 0.28 <= host.session.line.trace(update - 1).cost
    assert host.said[-1].startswith(f"update {update}")


# ── editing ──────────────────────────────────────────────────────────────────────────────────


def test_an_edit_can_be_taken_back_and_made_again() -> None:
    """Each way the number is what it should be, and what was before can be compared with."""
    host = host_at()
    editing = EditingController(host)
    editing.edit()
    host.questions[0].then("W1[1,2] = 0.25")
    assert host.session.trace["W1"][0, 1] == 0.25
    assert host.view == View(message=host.said[-1], before=HERE, edited=HERE)
    editing.undo()
    assert host.session.trace["W1"][0, 1] == 0.2
    assert host.view == View(message=host.said[-1], before=host.view.before)
    editing.redo()
    assert host.session.trace["W1"][0, 1] == 0.25
    editing.compare()
    assert shown(host) == "compare"


def test_an_inspected_number_stands_in_the_prompt() -> None:
    """Of a transposed weight, the weight itself is offered for changing."""
    session = inspect(HERE)
    while focus(session)[0].key != "W2_T":
        session = next_matrix(session)
    host = host_at(session)
    EditingController(host).edit()
    assert host.questions[0].value.startswith("W2[")
    with pytest.raises(GoError):
        host.questions[0].check("W9[1,1] = 2")


def test_nothing_to_take_back_is_said() -> None:
    """Neither undo, redo, compare nor a proposal does anything without a change."""
    host = host_at()
    editing = EditingController(host)
    for do in (editing.undo, editing.redo, editing.compare, editing.propose):
        do()
    assert host.session is HERE
    assert len(host.said) == 4


def test_saving_makes_a_new_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there already is refused, by the prompt."""
    monkeypatch.chdir(tmp_path)
    host = host_at()
    editing = EditingController(host)
    editing.save()
    (question,) = host.questions
    assert question.value == "mazur-changed.toml"
    question.check("mine.toml")
    question.then("mine.toml")
    assert (tmp_path / "mine.toml").is_file()
    with pytest.raises(GoError, match="of this name"):
        question.check("mine.toml")


def test_what_was_kept_is_offered_after_a_crash(tmp_path: Path) -> None:
    """A second start asks; `r` brings the edit and the place back."""
    state = tmp_path / "state.toml"
    host = host_at()
    editing = EditingController(host)
    first = AutosaveController(host, editing, state)
    first.offer()
    editing.edit()
    host.questions[0].then("W1[1,2] = 0.25")
    first.keep()
    assert first._autosave is not None
    os.close(first._autosave._lock)  # as the kernel does when a program is killed
    again = host_at(opened("mazur"))
    AutosaveController(again, EditingController(again), state).offer()
    again.questions[0].then("r")
    assert again.session.trace["W1"][0, 1] == 0.25


def test_an_autosave_that_is_off_keeps_nothing(tmp_path: Path) -> None:
    """A course keeps nothing of where one stands in one of its scenarios."""
    host = host_at()
    autosave = AutosaveController(host, EditingController(host), tmp_path / "state.toml")
    autosave.switch_off()
    autosave.offer()
    autosave.keep()
    autosave.forget()
    assert not host.beats
    assert [*tmp_path.iterdir()] == []


# ── a course ─────────────────────────────────────────────────────────────────────────────────


def test_a_course_goes_from_stop_to_stop() -> None:
    """Edits end with their stop; without a course the keys are the plain moves."""
    path = library.path("first-lesson")
    assert path is not None
    host = host_at()
    editing = EditingController(host)
    course = CourseController(host, editing)
    course.next_stop()
    course.previous_stop()
    assert host.pressed == ["next", "back"]
    course.attend(begin(load_course(str(path))))
    assert host.view.course is not None
    assert host.view.course.stop == 1
    course.next_stop()
    assert host.view.course.stop == 2
    assert not editing.history().done
    course.previous_stop()
    assert host.view.course.stop == 1


# ── the features' own ────────────────────────────────────────────────────────────────────────


def test_the_bug_lab_asks_about_the_mistake_that_is_looked_at() -> None:
    """Each of them, however often one has gone round; a harmless one has no question."""
    host = FakeHost(opened("mazur").go("delta1"))
    sheet = Sheet(host.session.scenario, 1, host.session.line)
    asked = set()
    for number in range(2 * len(MISTAKES)):
        host.view = View(page="buglab", mistake=number)
        QuizController(host).ask_of_mistake()
        screen, _ = host.opened[-1]
        assert isinstance(screen, QuizScreen)
        wanted = question_for(sheet, [*MISTAKES][number % len(MISTAKES)])
        assert [*screen._choose(sheet)] == ([wanted] if wanted else [])
        asked.add(wanted)
    assert len(asked) > 3


def test_a_quiz_asks_about_what_and_how_finely() -> None:
    """Two lists, and then the quiz; in no room there is none."""
    host = host_at()
    quiz = QuizController(host)
    host.room = False
    quiz.begin()
    assert not host.questions
    host.room = True
    quiz.begin()
    assert "u" in dict(host.questions[0].rows)
    host.questions[0].then("p")
    host.questions[1].then("c")
    assert len(host.opened) == 1
    told = host.opened[0][1]
    assert told is not None
    told("said by the quiz")
    assert host.said == ["said by the quiz"]


def test_the_bug_lab_turns_and_trains() -> None:
    """From mistake to mistake, one step of both, both trainings; Esc leads to what was found."""
    host = host_at()
    lab = BugLabController(host)
    lab.next_mistake()
    assert host.view.mistake == 0  # it is not open
    lab.open()
    assert shown(host) == "buglab"
    lab.next_mistake()
    assert host.view.mistake == 1
    lab.next_step()
    assert pane(host) == "steps"
    lab.first_difference()
    assert host.view.lab.step > 0
    assert lab.leave_pane()
    assert pane(host) == "found"
    assert not lab.leave_pane()
    lab.train_both()
    assert pane(host) == "curves"
    assert host.view.lab.curves is not None


def test_training_opens_once_for_a_scenario() -> None:
    """A second time the runs are the same; of another scenario there are new ones."""
    host = host_at()
    training = TrainingController(host, EditingController(host))
    assert not training.back()
    training.open()
    training.open()
    (first, _), (second, _) = host.opened
    assert first.runs is second.runs  # type: ignore[attr-defined]
    host.session = opened("xor")
    training.open()
    assert host.opened[2][0].runs is not second.runs  # type: ignore[attr-defined]


# ── looks and overlays ───────────────────────────────────────────────────────────────────────


def test_looks_are_changed_and_remembered() -> None:
    """Digits within their bounds, signs, letters, themes."""
    host = host_at()
    looks = AppearanceController(host, lambda: "theme: other")
    for _ in range(20):
        looks.more_digits()
    assert host.look.digits == host.remembered["digits"] == 12
    for _ in range(20):
        looks.fewer_digits()
    assert host.look.digits == 2
    looks.switch_ascii()
    assert host.look.charset.ascii
    assert host.remembered["ascii"] is True
    looks.switch_error_signal()
    assert host.look.notation == "both"
    looks.choose_notation()
    host.questions[0].then("book")
    assert host.look.notation == "book"
    looks.next_theme()
    assert host.said[-1] == "theme: other"


def test_overlays_open_over_what_is_there() -> None:
    """Before the first step there is nothing to derive or copy; a copy goes to the clipboard."""
    copied: list[str] = []
    host = host_at(opened("mazur"))
    overlays = OverlayController(host, RunUntilController(host), copied.append)
    overlays.derive()
    overlays.copy()
    assert len(host.said) == 2
    assert not host.opened
    host.session = HERE
    for open_one in (overlays.why, overlays.derive, overlays.help):
        open_one()
    assert len(host.opened) == 3
    overlays.copy()
    rows = dict(host.questions[0].rows)
    host.questions[0].then(next(iter(rows)))
    assert len(copied) == 1
