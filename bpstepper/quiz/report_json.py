"""A quiz as plain data: its questions, its grades, and the record that a teacher gets.

Questions are told without their answers, together with the values that one computes them from.
Cells count from 1 here, as in scenario files. The record has the answers in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpstepper.drawing.text import clean
from bpstepper.quiz import Attempt, Question, Reply, Sheet, given_for, right_answer
from bpstepper.report.trace_json import plain_value

__all__ = ["FORMAT", "grade_record", "question_record", "record", "score"]

FORMAT = 1
_MOST_GIVEN = 4096  # cells of a given matrix that are written out
_LONGEST = 200  # characters of an answer that are kept


def question_record(question: Question, sheet: Sheet) -> dict[str, Any]:
    """A question with what is given for it, and without its answer."""
    step, operation = sheet.made(question.symbol)
    given = {
        quantity.key: plain_value(quantity.value)
        for quantity in given_for(step, operation)
        if quantity.value.size <= _MOST_GIVEN
    }
    return {
        "id": question.id,
        "update": question.update,
        "step": question.step,
        "law": question.law,
        "phase": question.phase,
        "grain": question.grain,
        "symbol": question.symbol,
        "cell": None if question.cell is None else [i + 1 for i in question.cell],
        "digits": question.digits,
        "name": clean(question.name),
        "equation": question.formula,
        "prompt": clean(question.prompt),
        "hints": [clean(hint) for hint in question.hints],
        "given": given,
    }


def grade_record(question: Question, attempt: Attempt | None) -> dict[str, Any]:
    """What became of an answer; None is a question that was left out."""
    told: dict[str, Any] = {"id": question.id, "answer": None, "right": False, "points": 0.0}
    if attempt is None:
        return {**told, "problem": None, "tolerance": None, "slips": [], "said": ["Not answered."]}
    told["answer"] = _shortened(attempt.text)
    grade = attempt.grade
    if grade is None:
        return {
            **told,
            "problem": attempt.problem,
            "tolerance": None,
            "slips": [],
            "said": [attempt.problem],
        }
    return {
        **told,
        "right": grade.right,
        "points": grade.points,
        "problem": None,
        "tolerance": grade.tolerance,
        "slips": [
            {"id": slip.id, "title": slip.title, "mistake": slip.is_mistake} for slip in grade.slips
        ],
        "said": [clean(line) for line in grade.said],
    }


def _shortened(text: str) -> str:
    kept = clean(text[:_LONGEST])
    return kept + "…" if len(text) > _LONGEST else kept


def score(replies: Sequence[Reply]) -> dict[str, Any]:
    """How it went: right answers and points, of how many questions."""
    return {
        "right": sum(reply.right for reply in replies),
        "points": sum(reply.points for reply in replies),
        "answered": sum(bool(reply.attempts) for reply in replies),
        "questions": len(replies),
    }


def record(sheet: Sheet, seed: int, replies: Sequence[Reply]) -> dict[str, Any]:
    """The whole quiz with its answers, for the teacher."""
    scenario = sheet.scenario
    return {
        "format": FORMAT,
        "scenario": clean(scenario.name),
        "title": clean(scenario.title),
        "layout": scenario.network.layout,
        "update": sheet.update,
        "seed": seed,
        "score": score(replies),
        "questions": [
            {
                **question_record(reply.question, sheet),
                "correct": right_answer(reply.question, sheet),
                "right": reply.right,
                "points": reply.points,
                "hints_used": reply.hints,
                "shown": reply.shown,
                "answers": [grade_record(reply.question, attempt) for attempt in reply.attempts],
            }
            for reply in replies
        ],
    }
