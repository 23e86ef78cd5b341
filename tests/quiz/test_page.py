"""The quiz's page: golden frames, and what holds of every frame of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from bpstepper.app.frame_view import ROLES
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import line_width, plain
from bpstepper.number_format import number
from bpstepper.quiz import GRAINS, Round, Sheet, questions_on, right_answer
from bpstepper.quiz.page import QuizScene, compose_quiz, prompts
from tests.goldens import check as check_golden
from tests.mode_goldens import ModeGolden
from tests.quiz.quiz_frames import QUIZZES, quiz_frame, sheet_of

HARD = ("names", "markup", "huge", "wide", "adam", "softmax-batch", "softmax-jacobian")


@pytest.mark.parametrize("golden", QUIZZES, ids=str)
def test_golden_frames(golden: ModeGolden) -> None:
    """As they were when somebody last looked."""
    shown = golden.frames()
    check_golden(golden.file, shown)
    assert not golden.ascii or shown.replace("════", "").isascii()


def states(sheet: Sheet) -> Iterator[Round]:
    """Rounds that stand at each of a few questions in each state, right and wrong."""
    it = Round.of(questions_on(sheet, most=6))
    while not it.over:
        yield it
        question = it.replies[it.at].question
        it = it.answer(
            {"shape": "7x7", "sign": "0", "cell": "1e-3"}.get(question.grain, "1 2"), sheet
        )
        yield it
        it = it.hint()
        yield it
        it = it.answer(right_answer(question, sheet), sheet) if it.at % 2 else it.show()
        yield it
        it = it.next()
    yield it


@pytest.mark.parametrize("name", HARD)
def test_every_frame_is_whole(name: str) -> None:
    """At any size exactly its lines of exactly its cells, with known roles, ASCII where asked."""
    sheet = sheet_of(name)
    sizes = [(80, 24), (60, 18), (120, 40), (61, 50), (59, 18), (9, 2), (1, 1)]
    for turn, it in enumerate(states(sheet)):
        columns, lines = sizes[turn % len(sizes)] if turn % 3 else (80, 24)
        charset = (UNICODE, ASCII)[turn % 2]
        drawn = compose_quiz(QuizScene(sheet, it, RenderOptions(charset)), columns, lines)
        assert [line_width(line) for line in drawn] == [columns] * lines
        assert {span.role for line in drawn for span in line} <= {*ROLES, ""}
        text = "".join(plain(line) for line in drawn)
        assert text.isprintable()
        assert text.isascii() or not charset.ascii


@pytest.mark.parametrize("name", ["mazur", "softmax-batch", "adam"])
def test_what_is_asked_is_not_on_the_page(name: str) -> None:
    """Neither the number nor the shape, whatever was typed; once it is shown, it is there."""
    sheet = sheet_of(name)
    for grain in GRAINS:
        for question in questions_on(sheet, grain, most=12):
            it = Round.of([question])
            value = sheet.trace[question.symbol]
            if grain == "cell":
                at = question.cell or ()
                given = [sheet.trace[q] for q in _given(sheet, question.step)]
                same = any(np.isclose(value[at], array, rtol=1e-4).any() for array in given)
                if same or value[at] == 0:
                    continue  # it stands among what is given, or says nothing
                hidden = number(abs(float(value[at])), question.digits + 1)
            elif grain == "shape":
                hidden = question.name + "  " + right_answer(question, sheet)
            else:
                continue
            wrong = it.answer({"cell": "12345.678", "shape": "99x98"}[grain], sheet)
            for hiding in (it, wrong, wrong.hint(), wrong.hint().hint().hint()):
                page = quiz_frame(QuizScene(sheet, hiding, RenderOptions()), 160, 50)
                assert hidden not in page, (question.id, hidden)
            shown = quiz_frame(QuizScene(sheet, wrong.show(), RenderOptions()), 160, 50)
            assert right_answer(question, sheet) in shown


def _given(sheet: Sheet, step: str) -> set[str]:
    """What a step's operations take."""
    operations = sheet.trace.step(step).operations
    return {operand.key for operation in operations for operand in operation.operands}


def test_the_line_is_there_while_an_answer_is_waited_for() -> None:
    """The last line but one is free to type in then, but for its label."""
    sheet = sheet_of("mazur")
    for it in states(sheet):
        scene = QuizScene(sheet, it, RenderOptions())
        lines = quiz_frame(scene, 80, 24).splitlines()
        assert prompts(scene) == (lines[-2].strip(" ▸") in ("your answer", "try again"))
    assert not prompts(replace(scene, round=None))


@pytest.mark.parametrize(
    ("name", "title", "told"),
    [("own", "A title", "own"), ("", "A title", "A title"), ("", "", "scenario")],
)
def test_the_header_says_which_scenario(name: str, title: str, told: str) -> None:
    """By its name, else by its title; what has neither is still a scenario."""
    sheet = sheet_of("mazur")
    scenario = replace(sheet.scenario, name=name, title=title)
    scene = QuizScene(Sheet(scenario), None, RenderOptions())
    assert f"QUIZ · {told} · update 1" in quiz_frame(scene, 80, 24).splitlines()[0]
