"""Frames of the quiz for golden files: each grain as it is asked, and what follows answers."""

from __future__ import annotations

from collections.abc import Iterator

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import plain
from bpstepper.quiz import Question, Round, Sheet, question_at
from bpstepper.quiz.page import QuizScene, compose_quiz
from tests.mode_goldens import ModeGolden
from tests.scenes import opened

__all__ = ["QUIZZES", "game", "quiz_frame", "sheet_of"]


def sheet_of(name: str) -> Sheet:
    """The first update of a scenario."""
    session = opened(name)
    return Sheet(session.scenario, 1, session.line)


def game(sheet: Sheet) -> Round:
    """A round of mazur with a question of each grain: one number, a shape, a sign, a matrix, C."""
    asked: list[Question] = [
        question_at(sheet, "delta1", "cell", (1, 0)),
        question_at(sheet, "grad_W2", "shape"),
        question_at(sheet, "grad_W2", "sign", (1, 0)),
        question_at(sheet, "z2", "matrix"),
        question_at(sheet, "C", "cell"),
    ]
    return Round.of(asked)


def quiz_frame(scene: QuizScene, columns: int, lines: int) -> str:
    """A frame as text, blanks at the ends of lines aside."""
    return "\n".join(plain(line).rstrip() for line in compose_quiz(scene, columns, lines))


def _frames(look: RenderOptions, columns: int, lines: int) -> Iterator[tuple[str, str]]:
    sheet = sheet_of("mazur")
    for name, it, said in _played(sheet):
        yield name, quiz_frame(QuizScene(sheet, it, look, said), columns, lines)


QUIZZES = (
    ModeGolden("quiz", _frames, (80, 24)),
    ModeGolden("quiz", _frames, (80, 24), ascii=True),
    ModeGolden("quiz", _frames, (60, 18)),
)
"""Every golden file of the quiz."""


def _played(sheet: Sheet) -> Iterator[tuple[str, Round | None, str]]:
    """A quiz as it is played, with a name for each of its states."""
    it = game(sheet)
    yield "questions are being chosen", None, ""
    yield "one number", it, ""
    yield "what can be typed", it, "Type an answer and press Enter."
    yield "not understood", it.answer("a lot", sheet), ""
    it = it.answer("0.0116", sheet)
    yield "the transpose forgotten", it, ""
    yield "the first hint", it.hint(), ""
    it = it.hint().hint().hint()
    yield "the third hint", it, ""
    it = it.answer("0,00995", sheet)
    yield "right, with a decimal comma", it, ""
    it = it.next()
    yield "a shape", it, ""
    it = it.answer("3x2", sheet)
    yield "a wrong shape", it, ""
    it = it.show()
    yield "the shape shown", it, ""
    it = it.next()
    yield "a sign", it, ""
    yield "a wrong sign", it.answer("+", sheet), ""
    it = it.answer("-", sheet)
    yield "the right sign", it, ""
    it = it.next()
    yield "a matrix", it, ""
    it = it.answer("1.11; 1.11", sheet)
    yield "a matrix, half of it right", it, ""
    it = it.show()
    yield "the matrix shown", it, ""
    it = it.next()
    yield "a number alone", it, ""
    yield "left early", it.leave(), ""
    yield "the score, saved", it.skip(), "saved as quiz.json"
