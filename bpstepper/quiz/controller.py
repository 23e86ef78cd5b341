"""Opening a quiz: the controller that asks about what, and how finely.

The first row of both lists is what Enter takes, so that Enter, Enter begins. What a quiz is like
is `quiz`'s business; all of it loads when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from bpstepper.app.host import Host
from bpstepper.session import Level

if TYPE_CHECKING:
    from bpstepper.quiz import Question, Sheet

    Choose = Callable[..., Sequence[Question]]

__all__ = ["QuizController"]

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


class QuizController:
    """Opens quizzes on the update that the host shows."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def begin(self) -> None:
        """Ask what the quiz is to be about, and how finely it is to ask; then begin."""
        if not self._host.has_room():
            return
        sheet = self._sheet()
        topics = {key: (words, choose) for key, words, choose in self._topics(sheet)}

        def chosen(topic: str | None) -> None:
            if topic is not None and topic != "n":
                label = f"Quiz: {topics[topic][0]}. What is asked?"
                rows = [(key, words) for key, words, _ in _GRAINS]
                self._host.choose(label, rows, partial(self._fine, sheet, topics[topic][1]))
            elif topic is not None:
                self._open(sheet, topics[topic][1], _NOTHING)

        rows = [(key, words) for key, (words, _) in topics.items()]
        self._host.choose("Quiz: about what?", rows, chosen)

    def _topics(self, sheet: Sheet) -> list[tuple[str, str, Choose]]:
        """What a quiz may be about here, the likeliest first: key, words, how to choose."""
        from bpstepper.quiz import noted_questions, questions_on

        session = self._host.session
        found: list[tuple[str, str, Choose]] = []
        count = len(noted_questions(sheet))
        if count:
            words = "the lesson's own questions" if count > 1 else "the lesson's own question"
            found.append(("n", words, noted_questions))
        if not session.at_start:
            equation = session.step.equation
            phase = partial(questions_on, topic=equation.phase)
            found.append(("p", f"this phase, {equation.phase}", phase))
            if session.cursor.level is not Level.PHASE:
                step = partial(questions_on, step=session.step.id)
                found.append(("s", f"this step, {session.step.result.name.text}", step))
        found.append(("u", f"the whole of update {sheet.update:,}", questions_on))
        return found

    def _fine(self, sheet: Sheet, choose: Choose, key: str | None) -> None:
        grains = {own: grain for own, _, grain in _GRAINS}
        if key is not None:
            self._open(sheet, partial(choose, grain=grains[key]), _NOTHING)

    def ask_of_mistake(self) -> None:
        """Ask for a number in which the mistake that the bug lab shows would be seen."""
        from bpstepper.buglab.mistakes import MISTAKES
        from bpstepper.quiz import question_for

        view = self._host.view
        if not view.page.startswith("buglab") or not self._host.has_room():
            return
        mistake = list(MISTAKES)[view.mistake % len(MISTAKES)]

        def choose(sheet: Sheet) -> Sequence[Question]:
            found = question_for(sheet, mistake)
            return () if found is None else (found,)

        self._open(self._sheet(), choose, _HARMLESS)

    def _sheet(self) -> Sheet:
        from bpstepper.quiz import Sheet

        session = self._host.session
        return Sheet(session.scenario, max(session.cursor.update, 1), session.line)

    def _open(self, sheet: Sheet, choose: Choose, nothing: str) -> None:
        from bpstepper.quiz.screen import QuizScreen

        self._host.open(QuizScreen(sheet, choose, nothing, self._host.look), self._told)

    def _told(self, said: str | None) -> None:
        if said is not None:
            self._host.tell(said)
