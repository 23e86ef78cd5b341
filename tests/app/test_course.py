"""A course on the screen: PgDn walks from stop to stop, and one may leave the path in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpstepper.app.app import StepperApp
from bpstepper.app.picker import PickerScreen
from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.scenario import library
from bpstepper.scenario.course import load_course
from bpstepper.session import GoError, start
from bpstepper.session.lecture import back, begin, on
from tests.app.driving import on_screen, squeezed, stepper, until
from tests.scenes import opened

TEXT = """
[course]
title = "From a wire to a cost"
about = "All of it in four stops."
[[course.stops]]
scenario = "xor-one-step"
ask = "What is [bold]learned[/] here?"
[[course.stops]]
scenario = "xor-one-step"
at = "delta1"
text = "Routes are added."
[[course.stops]]
scenario = "mazur"
at = "grad_W2"
update = 3
set = "training.learning_rate=5"
ask = "How large is it now?"
reveal = "Too large."
[[course.stops]]
scenario = "mazur"
at = "C"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A course of four stops."""
    found = tmp_path / "lecture.toml"
    found.write_text(TEXT, encoding="utf-8")
    return found


def test_walking(file: Path) -> None:
    """On to the end and back again, each stop the place that its file names; ends say so."""
    lecture = begin(load_course(file))
    walked = [lecture]
    for _ in range(3):
        lecture = on(lecture)
        walked.append(lecture)
    assert [it.number for it in walked] == [1, 2, 3, 4]
    assert [it.problem for it in walked] == [""] * 4
    places = [(it.session.scenario.name, it.session.cursor.update) for it in walked]
    assert places == [("xor-one-step", 0), ("xor-one-step", 1), ("mazur", 3), ("mazur", 1)]
    assert [it.session.step.id for it in walked[1:]] == ["delta1", "grad_W2", "C"]
    # what is shown is what the scenario itself, changed so, has there
    changed = load_course(file).stops[2].base
    there = start(changed).go("update 3").go("grad_W2")
    assert (walked[2].session.result.value == there.result.value).all()
    assert walked[1].session.line is walked[0].session.line  # nothing is computed twice
    with pytest.raises(GoError, match="the last of 4 stops"):
        on(lecture)
    for before in reversed(walked[:-1]):
        lecture = back(lecture, lecture.session)
        assert lecture.session.cursor == before.session.cursor
    with pytest.raises(GoError, match="the first of 4 stops"):
        back(lecture, lecture.session)


def test_who_has_wandered_off_is_led_back(file: Path) -> None:
    """To the stop that was left, with nothing changed there."""
    lecture = on(begin(load_course(file)))
    away = lecture.session.next().next()
    assert not lecture.is_at_stop(away)
    assert back(lecture, away) is lecture
    assert on(lecture).number == 3


def test_a_step_that_is_not_there(file: Path) -> None:
    """The scenario opens at its start, and it is said why."""
    file.write_text(TEXT.replace('"delta1"', '"jacobian2"'), encoding="utf-8")
    lecture = on(begin(load_course(file)))
    assert lecture.session.at_start
    assert "jacobian2" in lecture.problem


async def test_a_lecture_on_the_screen(file: Path) -> None:
    """PgDn to the last stop, with its words; → and e in between; PgUp; n and p only step."""
    app = StepperApp(lecture=begin(load_course(file)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "stop 1 of 4" in on_screen(app))
        assert "From a wire to a cost" in on_screen(app)
        assert "PgDn next stop" in on_screen(app)
        assert "What is [bold]learned[/] here?" in on_screen(app)
        await pilot.press("y")
        await until(lambda: "All of it in four stops." in squeezed(on_screen(app)))
        await pilot.press("escape", "pagedown")
        await until(lambda: "stop 2 of 4" in on_screen(app))
        assert "Routes are added." in on_screen(app)
        at_stop = stepper(app).session
        await pilot.press("n", "n", "p")
        assert stepper(app).session.cursor.step == at_stop.cursor.step + 1
        assert "stop 2 of 4" in on_screen(app)
        await pilot.press("pageup")
        assert stepper(app).session.cursor == at_stop.cursor
        await pilot.press("m", "pagedown")  # from another page, too
        await until(lambda: "stop 3 of 4" in on_screen(app))
        page = on_screen(app)
        assert "mazur · update 3" in page
        assert "with training.learning_rate=5" in page
        assert "How large is it now?  ▸ y answers" in page
        stepper(app).controllers.editing._edit("training.learning_rate = 0.25")
        await pilot.press("pagedown")
        await until(lambda: "stop 4 of 4" in on_screen(app))
        assert "the last one" in on_screen(app)
        assert stepper(app).session.scenario.training.learning_rate == 0.5
        await pilot.press("z")
        assert "there is no change to take back" in on_screen(app)
        await pilot.press("pagedown")
        assert "this is the last of 4 stops" in on_screen(app)
        await pilot.press("question_mark")
        await until(lambda: "in a course, its next stop" in on_screen(app))


async def test_a_stop_is_trained_and_stepped_into(file: Path) -> None:
    """The second stop has its own words and the first one's timeline: r, then Enter steps on."""
    app = StepperApp(lecture=begin(load_course(file)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "stop 1 of 4" in on_screen(app))
        await pilot.press("pagedown", "r")
        await until(lambda: "DONE" in on_screen(app))
        await pilot.press("enter")
        await until(lambda: "of the training: Esc goes back" in on_screen(app))
        assert "stop 2 of 4" in on_screen(app)


async def test_without_a_course_it_steps() -> None:
    """PgDn and PgUp are → and ←."""
    app = StepperApp(opened("mazur"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("pagedown", "pagedown", "pageup")
        assert stepper(app).session.cursor == opened("mazur").next().cursor
        assert "stop" not in on_screen(app).splitlines()[1]


async def test_from_the_list(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A course opens from the list, in plain ASCII, and Escape leads back to it."""
    monkeypatch.chdir(file.parent)
    app = StepperApp(entries=[*library.local(), *library.entries()], look=RenderOptions(ASCII))
    async with app.run_test(size=(60, 18)) as pilot:
        await until(lambda: "4 stops" in on_screen(app))
        await pilot.press("home", "enter")
        await until(lambda: "stop 1 of 4" in on_screen(app))
        await pilot.press("pagedown", "pagedown")
        await until(lambda: "stop 3 of 4" in on_screen(app))
        assert on_screen(app).isascii()
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, PickerScreen))
