"""The quiz as a dialogue of lines: a question, an answer, what there is to say about it.

On a terminal there is a prompt; from a pipe, each line answers in turn. Nothing is drawn over, so
that it can be read aloud and logged.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, shorten
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

__all__ = ["HELP", "converse"]

PROMPT = "answer> "
HELP = "h: a hint, v: show the answer, s: skip, q: quit, ?: this line"
_MOST_ROWS, _MOST_COLUMNS = 10, 8  # of a given matrix that is written out
_LONGEST_NAME = 20


def converse(
    sheet: Sheet, questions: Sequence[Question], look: RenderOptions, typed: TextIO
) -> list[Reply]:
    """Ask one question after the other until all are done, the input ends, or somebody quits."""
    say = _speaker(look)
    title = sheet.scenario.title or sheet.scenario.name
    say(f"QUIZ: {title}, update {sheet.update}. {len(questions)} questions. {HELP}")
    lines = _lines(typed)
    replies = [Reply(question) for question in questions]
    for number, question in enumerate(questions, start=1):
        say("")
        say(f"Question {number} of {len(questions)}: {question.formula}")
        for line in _given(question, sheet, look):
            say(line)
        say(question.prompt)
        reply, goes_on = _answered(replies[number - 1], sheet, lines, say)
        replies[number - 1] = reply
        if not goes_on:
            break
    told = score(replies)
    say("")
    say(f"{told['right']} of {told['questions']} right, {told['points']:g} points.")
    return replies


def _speaker(look: RenderOptions) -> Callable[[str], None]:
    def say(line: str) -> None:
        print(look.charset.translate(clean(line)), flush=True)

    return say


def _answered(
    reply: Reply, sheet: Sheet, lines: Iterator[str], say: Callable[[str], None]
) -> tuple[Reply, bool]:
    """Listen until the question is done; False where the quiz is over."""
    question = reply.question
    for line in lines:
        word = line.strip()
        if word in ("q", "quit"):
            return reply, False
        if word in ("s", "skip"):
            return reply.skip(), True
        if word in ("v", "show"):
            say(f"The answer: {right_answer(question, sheet)}")
            return reply.show(), True
        if word in ("h", "hint"):
            reply = reply.hint()
            say(f"Hint {reply.hints} of {len(question.hints)}: {question.hints[reply.hints - 1]}")
        elif word in ("?", "help"):
            say(HELP)
        elif word:
            reply = reply.answer(line.rstrip("\r\n"), sheet)
            for said in reply.attempts[-1].said:
                say(said)
            if reply.right:
                return reply, True
    return reply, False


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


def _lines(typed: TextIO) -> Iterator[str]:
    """What is typed, line by line; of a line that does not end, only its beginning is kept."""
    prompt = PROMPT if typed.isatty() else ""
    while True:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        try:
            line = rest = typed.readline(LONGEST + 2)
            while rest and not rest.endswith("\n"):
                rest = typed.readline(LONGEST + 2)
        except OSError:  # the terminal has gone: nothing more will be typed
            return
        if not line:
            if prompt:
                print()
            return
        yield line
