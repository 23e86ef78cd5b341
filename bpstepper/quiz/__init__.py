"""The quiz: the coming result is hidden, asked for, and what comes back is graded.

A wrong number is held against every mistake that this network lends itself to, and against plain
slips, so that the answer can say which it was. Nothing here reads or prints.
"""

from bpstepper.quiz.answering import LONGEST, Answer, AnswerError, Given, parse_answer
from bpstepper.quiz.asking import (
    TOPICS,
    noted_questions,
    question_at,
    question_for,
    questions_on,
)
from bpstepper.quiz.grading import Grade, Slip, grade, right_answer
from bpstepper.quiz.hints import given_for
from bpstepper.quiz.question import GRAINS, Question
from bpstepper.quiz.round import Attempt, Reply, Round, attempt
from bpstepper.quiz.sheet import Sheet

__all__ = [
    "GRAINS",
    "LONGEST",
    "TOPICS",
    "Answer",
    "AnswerError",
    "Attempt",
    "Given",
    "Grade",
    "Question",
    "Reply",
    "Round",
    "Sheet",
    "Slip",
    "attempt",
    "given_for",
    "grade",
    "noted_questions",
    "parse_answer",
    "question_at",
    "question_for",
    "questions_on",
    "right_answer",
]
