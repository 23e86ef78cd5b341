"""Opening a quiz: the part of the stepper's screen that asks about what, and how finely.

The first row of both lists is what Enter takes, so that Enter, Enter begins. What a quiz is like
is `quiz`'s business; all of it loads when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from bpstepper.app.lecturing import LecturingScreen
from bpstepper.pages.frame import SMALLEST
from bpstepper.session import Level

if TYPE_CHECKING:
    from bpstepper.quiz import Question, Sheet

    Choose = Callable[..., Sequence[Question]]

__all__ = ["QuizzingScreen"]

_GRAINS = (
    ("m", "mixed", None),
    ("c", "one number", "cell"),
    ("g", "only its sign: positive, negative or 0", "sign"),
    ("s", "only the shape: rows × columns", "shape"),
    ("w", "a whole matrix", "matrix"),
)
"""How finely is asked: key, words, grain."""

_NOTHING = "There is nothing of this kind to ask about here."
_HARMLESS = "In this update the mistake makes no number wrong that could be asked for."


class QuizzingScreen(LecturingScreen):
    """A screen whose update can be asked about; what it shows is its heirs' business."""

    def do_quiz(self) -> None:
        """Ask what the quiz is to be about, and how finely it is to ask; then begin."""
        from bpstepper.app.prompts import ChoicePrompt

        if not self._wide_enough():
            return
        sheet = self._sheet()
        topics = {key: (words, choose) for key, words, choose in self._topics(sheet)}

        def chosen(topic: str | None) -> None:
            if topic is not None and topic != "n":
                label = f"Quiz: {topics[topic][0]}. What is asked?"
                rows = [(key, words) for key, words, _ in _GRAINS]
                prompt = ChoicePrompt(label, rows, self.look.charset)
                self.app.push_screen(prompt, partial(self._fine, sheet, topics[topic][1]))
            elif topic is not None:
                self._open(sheet, topics[topic][1], _NOTHING)

        rows = [(key, words) for key, (words, _) in topics.items()]
        self.app.push_screen(ChoicePrompt("Quiz: about what?", rows, self.look.charset), chosen)

    def _topics(self, sheet: Sheet) -> list[tuple[str, str, Choose]]:
        """What a quiz may be about here, the likeliest first: key, words, how to choose."""
        from bpstepper.quiz import noted_questions, questions_on

        found: list[tuple[str, str, Choose]] = []
        count = len(noted_questions(sheet))
        if count:
            words = "the lesson's own questions" if count > 1 else "the lesson's own question"
            found.append(("n", words, noted_questions))
        if not self.session.at_start:
            equation = self.session.step.equation
            phase = partial(questions_on, topic=equation.phase)
            found.append(("p", f"this phase, {equation.phase}", phase))
            if self.session.cursor.level is not Level.PHASE:
                step = partial(questions_on, step=self.session.step.id)
                found.append(("s", f"this step, {self.session.step.result.name.text}", step))
        found.append(("u", f"the whole of update {sheet.update:,}", questions_on))
        return found

    def _fine(self, sheet: Sheet, choose: Choose, key: str | None) -> None:
        grains = {own: grain for own, _, grain in _GRAINS}
        if key is not None:
            self._open(sheet, partial(choose, grain=grains[key]), _NOTHING)

    def do_quiz_mistake(self) -> None:
        """Ask for a number in which the mistake that the bug lab shows would be seen."""
        from bpstepper.buglab.mistakes import MISTAKES
        from bpstepper.quiz import question_for

        if not self.view.page.startswith("buglab") or not self._wide_enough():
            return
        mistake = list(MISTAKES)[self.view.mistake % len(MISTAKES)]

        def choose(sheet: Sheet) -> Sequence[Question]:
            found = question_for(sheet, mistake)
            return () if found is None else (found,)

        self._open(self._sheet(), choose, _HARMLESS)

    def _sheet(self) -> Sheet:
        from bpstepper.quiz import Sheet

        session = self.session
        return Sheet(session.scenario, max(session.cursor.update, 1), session.line)

    def _open(self, sheet: Sheet, choose: Choose, nothing: str) -> None:
        from bpstepper.quiz.screen import QuizScreen

        self.app.push_screen(QuizScreen(sheet, choose, nothing, self.look), self._told)

    def _told(self, said: str | None) -> None:
        if said is not None:
            self.tell(said)

    def _wide_enough(self) -> bool:
        columns, lines = self.app.size
        return columns >= SMALLEST[0] and lines >= SMALLEST[1]
