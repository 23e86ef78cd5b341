"""The schema of course files: every key, with its form, its default, and what it means.

A course chains scenarios and steps into a lecture. Its file is read by the same rules as a
scenario's (see `tables`), but nothing in it is computed with.
"""

from __future__ import annotations

from typing import Final

from bpstepper.scenario.schema.forms import Line, OneOf, Text, Whole
from bpstepper.scenario.schema.library_order import LEVELS
from bpstepper.scenario.schema.structures import REQUIRED, Choice, Key, ListOf, Table
from bpstepper.scenario.schema.tables import FORMAT

__all__ = ["COURSE_FILE"]

_FARTHEST: Final = 10_000_000  # updates: as far as a session goes

_STOP: Final = Table(
    "StopTable",
    "One stop of a lecture: a scenario, a step of it, and what is said there.",
    (
        Key(
            "scenario",
            Text(),
            REQUIRED,
            'A bundled scenario, "mazur", or a file beside the course, "mine.toml", in its folder '
            "or below it, never outside.",
        ),
        Key("at", Text(), None, "The symbol of the step: delta1, … Default: before the first."),
        Key("update", Whole(ge=1, le=_FARTHEST), 1, "At which update. Unit: updates, from 1."),
        Key("text", Text(), "", "Markdown, shown at the step."),
        Key("ask", Text(), "", "A question to put there."),
        Key("reveal", Text(), "", "Its answer, shown on request."),
        Key(
            "audience",
            OneOf(("student", "teacher")),
            "student",
            "Who sees text and question. student: everyone. teacher: only who presents.",
        ),
        Key(
            "set",
            Choice(ListOf(Text()), text=Text()),
            [],
            'What is other than in the scenario, as --set has it: ["training.learning_rate=5"].',
        ),
    ),
)

_COURSE: Final = Table(
    "CourseTable",
    "A lecture.",
    (
        Key("title", Line(), "", "One line."),
        Key("about", Text(), "", "Markdown: what the course is about, and for whom."),
        Key("level", OneOf(LEVELS), None, "Whom it is for. Default: not said."),
        Key("stops", ListOf(_STOP, least=1), REQUIRED, "[[course.stops]], in their order."),
    ),
)

COURSE_FILE: Final = Table(
    "CourseFile",
    "A course of bpstepper: scenarios and steps, chained into a lecture.",
    (
        Key("format", Whole(ge=1), FORMAT, "The version of this format."),
        Key("course", _COURSE, REQUIRED, "[course], the lecture."),
    ),
)
"""A whole file."""
