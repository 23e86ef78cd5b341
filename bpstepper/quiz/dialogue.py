"""The quiz as a dialogue of lines: a question, an answer, what there is to say about it.

From a pipe, each line answers in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from bpstepper.commands.dialogue import Command, Dialogue, say
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import shorten
from bpstepper.number_format import table
from bpstepper.quiz import (
    LONGEST,
    Question,
    Reply,
    Sheet,
    given_for,
    right_answer,
)
from bpstepper.quiz.report_json import score

__all__ = ["converse"]

_MOST_ROWS, _MOST_COLUMNS = 10, 8  # of a given matrix that is written out
_LONGEST_NAME = 20


class QuizDialogue(Dialogue):
    """One question after the other, until all are done.

    Attributes:
        replies: what came of each question so far.
    """

    prompt = "answer> "
    longest = LONGEST + 2

    def __init__(self, sheet: Sheet, questions: Sequence[Question], look: RenderOptions) -> None:
        super().__init__(look)
        self.replies = [Reply(question) for question in questions]
        self._sheet, self._at = sheet, 0

    def otherwise(self, line: str) -> Iterator[str]:
        """Grade an answer."""
        if line.strip():
            reply = self._change(lambda reply: reply.answer(line.rstrip("\r\n"), self._sheet))
            yield from reply.attempts[-1].said
            if reply.right:
                yield from self._go_on()

    def ask(self) -> Iterator[str]:
        """The question at hand, with what is given for it."""
        question = self.replies[self._at].question
        yield ""
        yield f"Question {self._at + 1} of {len(self.replies)}: {question.formula}"
        yield from _given(question, self._sheet, self.look)
        yield question.prompt

    def _change(self, to: Callable[[Reply], Reply]) -> Reply:
        self.replies[self._at] = reply = to(self.replies[self._at])
        return reply

    def _go_on(self) -> Iterator[str]:
        self._at += 1
        self.over = self._at == len(self.replies)
        return iter(()) if self.over else self.ask()

    def hint(self, _argument: str) -> Iterator[str]:
        """The next hint; after the last one that one again."""
        reply = self._change(Reply.hint)
        hints = reply.question.hints
        yield f"Hint {reply.hints} of {len(hints)}: {hints[reply.hints - 1]}"

    def show(self, _argument: str) -> Iterator[str]:
        """The answer, and the next question."""
        question = self._change(Reply.show).question
        yield f"The answer: {right_answer(question, self._sheet)}"
        yield from self._go_on()

    def skip(self, _argument: str) -> Iterator[str]:
        """The next question."""
        self._change(Reply.skip)
        return self._go_on()


QuizDialogue.commands = (
    Command(("h", "hint"), "", "a hint", QuizDialogue.hint),
    Command(("v", "show"), "", "show the answer", QuizDialogue.show),
    Command(("s", "skip"), "", "skip", QuizDialogue.skip),
    Command(("q", "quit"), "", "quit", QuizDialogue.quit),
    Command(("?", "help"), "", "this line", lambda _dialogue, _argument: iter([HELP])),
)
HELP: str = ", ".join(f"{row.words[0]}: {row.help}" for row in QuizDialogue.commands)


def converse(
    sheet: Sheet, questions: Sequence[Question], look: RenderOptions, typed: TextIO | None
) -> list[Reply]:
    """Ask one question after the other until all are done, the input ends, or somebody quits."""
    dialogue = QuizDialogue(sheet, questions, look)
    title = sheet.scenario.title or sheet.scenario.name
    opening = f"QUIZ: {title}, update {sheet.update}. {len(questions)} questions. {HELP}"
    say([opening, *dialogue.ask()], look)
    dialogue.converse(typed)
    told = score(dialogue.replies)
    right = f"{told['right']} of {told['questions']} right, {told['points']:g} points."
    say(["", right], look)
    return dialogue.replies


def _given(question: Question, sheet: Sheet, look: RenderOptions) -> Iterator[str]:
    """What one needs, as rows of numbers; of a large matrix only its shape."""
    step, operation = sheet.made(question.symbol)
    for quantity in given_for(step, operation):
        value = quantity.value
        shape = "×".join(map(str, value.shape))
        head = f"  {quantity.name.text}" + (f", {shape}" if shape else "")
        if value.ndim > 2 or (
            value.ndim == 2 and (value.shape[0] > _MOST_ROWS or value.shape[1] > _MOST_COLUMNS)
        ):
            yield f"{head}: large; `bpstepper trace` shows it"
            continue
        rows = value.reshape(1, 1) if value.ndim == 0 else value
        names, columns = sheet.naming.rows_and_columns(quantity)
        if columns:
            head += f"; columns: {', '.join(shorten(name, _LONGEST_NAME) for name in columns)}"
        texts = table(rows, question.digits + 1 if question.digits else 4)
        if len(texts) == 1 and not columns:
            yield f"{head} = {'  '.join(text.strip() for text in texts[0])}"
            continue
        yield f"{head}:"
        for position, row in enumerate(texts):
            name = shorten(names[position], _LONGEST_NAME) if names else ""
            yield f"    {name}{': ' if name else ''}{'  '.join(row)}".rstrip()
