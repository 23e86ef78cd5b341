"""A round: one quiz as it goes, as a frozen value.

Every move (an answer, a hint, showing, skipping, going on, leaving) is a function Round → Round,
and what is on a screen, in a dialogue or in a record is a function of one. Which questions there
are is decided in `asking`, what an answer is worth in `grading`; here it is kept what came back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bpstepper.quiz.answering import AnswerError, parse_answer
from bpstepper.quiz.grading import Grade, grade
from bpstepper.quiz.question import Question
from bpstepper.quiz.sheet import Sheet

__all__ = ["Attempt", "Reply", "Round", "attempt"]


@dataclass(frozen=True)
class Attempt:
    """One answer.

    Attributes:
        text: as it was typed.
        grade: what it is worth; None where it was not understood.
        problem: why not.
    """

    text: str
    grade: Grade | None = None
    problem: str = ""

    @property
    def right(self) -> bool:
        """Whether it is accepted."""
        return self.grade is not None and self.grade.right

    @property
    def said(self) -> tuple[str, ...]:
        """What there is to say about it, line by line; never the answer."""
        return (self.problem,) if self.grade is None else self.grade.said


def attempt(question: Question, text: str, sheet: Sheet) -> Attempt:
    """Understand and grade one answer."""
    try:
        return Attempt(text, grade(question, parse_answer(text, question), sheet))
    except AnswerError as error:
        return Attempt(text, problem=str(error))


@dataclass(frozen=True)
class Reply:
    """All that came back on one question.

    Attributes:
        question: which.
        attempts: the answers, in order.
        hints: how many hints were asked for.
        shown: whether the answer was shown before it was given.
        skipped: whether it was put aside.
    """

    question: Question
    attempts: tuple[Attempt, ...] = ()
    hints: int = 0
    shown: bool = False
    skipped: bool = False

    @property
    def right(self) -> bool:
        """Whether it was answered, and not shown first."""
        return any(made.right for made in self.attempts)

    @property
    def done(self) -> bool:
        """Whether nothing more is asked."""
        return self.right or self.shown or self.skipped

    @property
    def graded(self) -> tuple[Attempt, ...]:
        """The answers that were understood."""
        return tuple(made for made in self.attempts if made.grade is not None)

    @property
    def points(self) -> float:
        """What it brings: half for what was right only at a later try."""
        if not self.right:
            return 0.0
        grades = [made.grade for made in self.attempts if made.grade is not None]
        return grades[-1].points if len(grades) == 1 else min(grades[-1].points, 0.5)

    def answer(self, text: str, sheet: Sheet) -> Reply:
        """Answered once more."""
        made = attempt(self.question, text, sheet)
        return replace(self, attempts=(*self.attempts, made))

    def hint(self) -> Reply:
        """With one hint more, while there are any."""
        return replace(self, hints=min(self.hints + 1, len(self.question.hints)))

    def show(self) -> Reply:
        """With the answer shown."""
        return replace(self, shown=not self.right)

    def skip(self) -> Reply:
        """Put aside."""
        return replace(self, skipped=not self.done)


@dataclass(frozen=True)
class Round:
    """A quiz as it goes.

    Attributes:
        replies: what came back on each question, in order.
        at: which is asked, from 0; as many as there are where the round is over.
        lately: what was done last with this question: "asked", "answered", "hinted" or "shown".
    """

    replies: tuple[Reply, ...]
    at: int = 0
    lately: str = "asked"

    @classmethod
    def of(cls, questions: Sequence[Question]) -> Round:
        """A round that begins."""
        return cls(tuple(map(Reply, questions)))

    # ── where it stands ──────────────────────────────────────────────────────────────────────

    @property
    def over(self) -> bool:
        """Whether every question is done, or the rest was left."""
        return self.at >= len(self.replies)

    @property
    def reply(self) -> Reply | None:
        """What came back on the question that is asked; None where the round is over."""
        return None if self.over else self.replies[self.at]

    @property
    def right(self) -> int:
        """How many were answered right."""
        return sum(reply.right for reply in self.replies)

    @property
    def begun(self) -> bool:
        """Whether anything was done at all."""
        return any(reply.attempts or reply.hints or reply.done for reply in self.replies)

    @property
    def missed(self) -> tuple[Question, ...]:
        """The questions that were not answered right at the first try and without a hint."""
        return tuple(
            reply.question
            for reply in self.replies
            if not reply.right or len(reply.graded) > 1 or reply.hints
        )

    @property
    def slips(self) -> tuple[tuple[str, int], ...]:
        """Which slips may have been made, in words, and how often; the most frequent first."""
        counts: Counter[str] = Counter()
        for reply in self.replies:
            for made in reply.attempts:
                if made.grade is not None and not made.grade.right:
                    counts.update({slip.title: 1 for slip in made.grade.slips[:1]})
        return tuple(counts.most_common())

    # ── moves ────────────────────────────────────────────────────────────────────────────────

    def answer(self, text: str, sheet: Sheet) -> Round:
        """The question answered; one that is done stays as it is. This is what may take long."""
        return self._with(lambda reply: reply.answer(text, sheet), "answered")

    def hint(self) -> Round:
        """One hint more."""
        return self._with(Reply.hint, "hinted")

    def show(self) -> Round:
        """The answer shown."""
        return self._with(Reply.show, "shown")

    def skip(self) -> Round:
        """The question put aside, and the next one asked."""
        return self._with(Reply.skip, "asked").next()

    def next(self) -> Round:
        """The next question, once this one is done; after the last the round is over."""
        reply = self.reply
        return (
            self
            if reply is None or not reply.done
            else replace(self, at=self.at + 1, lately="asked")
        )

    def leave(self) -> Round:
        """The end; what was not answered stays so."""
        return replace(self, at=len(self.replies), lately="asked")

    def again(self) -> Round:
        """A new round of what was missed."""
        return Round.of(self.missed)

    def _with(self, move: Callable[[Reply], Reply], lately: str) -> Round:
        reply = self.reply
        if reply is None or reply.done:
            return self
        replies = (*self.replies[: self.at], move(reply), *self.replies[self.at + 1 :])
        return replace(self, replies=replies, lately=lately)
