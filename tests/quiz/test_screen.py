"""The quiz on the screen: played by keys, graded off the event loop, and its record saved."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bpstepper.app.app import StepperApp
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.quiz import Question, Round, Sheet, questions_on
from bpstepper.quiz import screen as quiz_module
from bpstepper.quiz.page import LABEL_CELLS
from bpstepper.quiz.screen import QuizScreen
from bpstepper.scenario import loads
from bpstepper.session import start
from tests.app.driving import on_screen, press, shows, stepper, type_text, until
from tests.quiz.quiz_frames import game, quiz_frame
from tests.scenes import opened, toml

HERE = opened("mazur").go("delta1")


def quiz(app: StepperApp) -> QuizScreen:
    """The quiz, which is on top."""
    assert isinstance(app.screen, QuizScreen)
    return app.screen


async def answer(app: StepperApp, text: str, *said: str) -> None:
    """Type an answer, and wait for what is said to it."""
    type_text(app, text)
    press(app, "enter")
    await shows(app, *said)


def round_of(app: StepperApp) -> Round:
    """The quiz, once it has questions."""
    found = quiz(app).scene.round
    assert found is not None
    return found


async def begin(app: StepperApp, *keys: str) -> None:
    """Open a quiz by the keys of its two lists, and wait for its first question."""
    press(app, "Q", *keys)
    await shows(app, "question 1 of")


async def test_a_whole_quiz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transpose forgotten, a decimal comma, hints, skip, score, record, once more, show."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.json").write_text("mine")
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(app, "s", "c")
        await shows(app, "What is δ(h2)?", "question 1 of 2")
        assert "0.00995" not in on_screen(app)
        await answer(app, "0.0116", "W is used where Wᵀ belongs", "here belongs w(h2→o1)")
        assert "▐0.50▌   ▐0.55▌" in on_screen(app)
        assert "not yet" in on_screen(app)
        press(app, "h")
        await shows(app, "hint 1 of 3")
        await answer(app, "0,00995", "δ(h2) = 0.00995425470", "right so far 1")
        press(app, "enter")
        await shows(app, "What is δ(h1)?")
        press(app, "h", "h", "h")
        await shows(app, "hint 3 of 3")
        press(app, "s")
        await shows(app, "1 of 2 right, 0.5 points", "right at try 2, with 1 hint", "skipped")
        press(app, "S")
        await shows(app, "mazur-quiz.json")
        await pilot.press("ctrl+u")
        type_text(app, "there.json")
        press(app, "enter")
        await shows(app, "there is a file of this name")
        await pilot.press("ctrl+u")
        type_text(app, "mine.json")
        press(app, "enter")
        await shows(app, "saved as mine.json")
        press(app, "r")
        await shows(app, "question 1 of 2", "right so far 0")
        press(app, "v")
        await shows(app, "the answer 0.009954")
        press(app, "escape")
        await shows(app, "0 of 2 right", "shown", "not answered")
        await pilot.press("escape")
        await until(lambda: app.screen is stepper(app))
        assert "quiz: 0 of 2 right" in on_screen(app)
        assert stepper(app).session.cursor == HERE.cursor
    assert (tmp_path / "there.json").read_text() == "mine"
    told = json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))
    assert told["score"] == {"right": 1, "points": 0.5, "answered": 1, "questions": 2}
    first, second = told["questions"]
    assert [made["answer"] for made in first["answers"]] == ["0.0116", "0,00995"]
    assert first["answers"][0]["slips"][0]["id"] == "no_transpose"
    assert (first["hints_used"], first["correct"]) == (1, "0.009954")
    assert (second["hints_used"], second["answers"]) == (3, [])


async def test_a_record_that_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever thinks better of it goes on as before; a full disk is told, and the score stays."""

    def full(_name: str, _texts: Sequence[str]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(quiz_module, "write_whole", full)
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(app, "s", "c")
        press(app, "v")
        await shows(app, "the answer")
        press(app, "escape")
        await shows(app, "the score")
        press(app, "S")
        await shows(app, "mazur-quiz.json")
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, QuizScreen))
        assert "saved" not in on_screen(app).replace("not saved", "")
        press(app, "S")
        await shows(app, "mazur-quiz.json")
        press(app, "enter")
        await shows(app, "not saved: No space left on device", "the score")


async def test_enter_enter_begins() -> None:
    """Each list stands on what suits; what is on the screen is the page, and the line to type."""
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)):
        await begin(app, "enter", "enter")
        wanted = questions_on(Sheet(HERE.scenario), topic="backward")
        assert [reply.question for reply in round_of(app).replies] == list(wanted)
        assert on_screen(app) == quiz_frame(quiz(app).scene, 80, 24)


async def test_letters_are_commands_in_an_empty_line_only() -> None:
    """In an answer they are letters; what is not understood stays to be mended."""
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(app, "s", "c")
        press(app, "enter")
        await shows(app, "Type an answer and press Enter")
        await answer(app, "1hvs", "This is no number", "not understood")
        await until(lambda: on_screen(app).splitlines()[-2][LABEL_CELLS:].strip() == "1hvs")
        assert round_of(app).replies[0].hints == 0
        await pilot.press("ctrl+u", "?")
        await shows(app, "Type an answer and press Enter")
        await pilot.click(offset=(5, 15))
        press(app, "tab", "h")
        await shows(app, "hint 1 of 3")


async def test_the_lessons_own_questions() -> None:
    """Where a note asks for a value, that is what Enter begins, with the note's words."""
    note = '[[notes]]\nat = "delta2"\nask = "How far off is the output?"\nquiz = true\n'
    app = StepperApp(start(loads(toml(2, 2, 1) + note)))
    async with app.run_test(size=(80, 24)):
        await begin(app, "enter")
        await shows(app, "How far off is the output?", "question 1 of 1")


async def test_the_bug_lab_asks_about_its_mistake() -> None:
    """A number that the mistake would make wrong; a harmless mistake has none, and says so."""
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("k")
        assert app.screen is stepper(app)
        await pilot.press("m", "k")
        await shows(app, "question 1 of 1")
        await pilot.press("escape")
        await until(lambda: app.screen is stepper(app))
        assert stepper(app).view.page == "buglab"


async def test_what_takes_long_leaves_the_screen_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Choosing and grading are said to go on, and can be left; what comes then is too late."""
    go_on, choosing = threading.Event(), threading.Event()

    def slowly(_sheet: Sheet) -> Sequence[Question]:
        assert choosing.wait(30)
        return [reply.question for reply in game(_sheet).replies]

    graded = Round.answer

    def answer_slowly(it: Round, text: str, sheet: Sheet) -> Round:
        assert go_on.wait(30)
        return graded(it, text, sheet)

    monkeypatch.setattr(Round, "answer", answer_slowly)
    monkeypatch.setattr(quiz_module, "_MOMENT", 0.01)
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = QuizScreen(Sheet(HERE.scenario), slowly, "none", RenderOptions())
        app.push_screen(screen)
        await shows(app, "Choosing questions… Esc leaves.")
        choosing.set()
        await shows(app, "question 1 of 5")
        press(app, "h")
        await shows(app, "hint 1 of 3")
        type_text(app, "0.0116")
        press(app, "enter")
        await shows(app, "Looking at your answer… Esc leaves.")
        press(app, "v", "enter", "f1")  # nothing happens to a question that is being looked at
        await pilot.press("escape")
        await shows(app, "the score", "not answered")
        go_on.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "the score" in on_screen(app)
        go_on.clear()
        app.push_screen(QuizScreen(Sheet(HERE.scenario), slowly, "none", RenderOptions()))
        choosing.clear()
        await pilot.press("escape")
        await until(lambda: app.screen is screen)
        choosing.set()


async def test_any_keys_at_any_size() -> None:
    """Whatever is pressed and however small it gets, it goes on, and Escape leads out."""
    chance = np.random.default_rng(11)
    keys = ["h", "v", "s", "?", "enter", "1", "comma", "minus", "r", "S", "tab", "backspace",
            "escape", "Q", "f1", "space", "right", "x", "ctrl+a"]  # fmt: skip
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        for turn in range(80):
            press(app, str(chance.choice(keys)))
            if turn % 12 == 0:
                sizes = [(1, 1), (59, 18), (60, 18), (80, 24), (130, 45), (20, 3)]
                await pilot.resize_terminal(*sizes[int(chance.integers(len(sizes)))])
        await pilot.resize_terminal(80, 24)
        for _ in range(6):
            await pilot.press("escape")
        await until(lambda: app.screen is stepper(app))
