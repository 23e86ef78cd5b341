"""A View: what a person has chosen to see of a session, besides how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bpstepper.session import Session

if TYPE_CHECKING:
    from bpstepper.buglab.paired_training import Curves

__all__ = ["CoursePlace", "Lab", "View"]


@dataclass(frozen=True)
class Lab:
    """What is shown of a mistake in the bug lab.

    Attributes:
        pane: "found": what came of it; "steps": both programs step by step; "curves": both
            trainings.
        step: which step of both, from 0; beyond the last one is the last.
        curves: what both trainings of this mistake have come to; None where they were not begun.
    """

    pane: str = "found"
    step: int = 0
    curves: Curves | None = None


class CoursePlace(NamedTuple):
    """Where in a course one is.

    Attributes:
        title: what the course is called.
        stop: which stop, from 1.
        stops: how many there are.
        changes: what is other at this stop than in its scenario's file; mostly empty.
    """

    title: str
    stop: int
    stops: int
    changes: str = ""


@dataclass(frozen=True)
class View:
    """What is shown of a session.

    Attributes:
        page: the page, a key of `frame.PAGES`.
        hide_result: whether the newest result is hidden, for asking a room.
        nudge: how often the nudge of an inspected number was made ten times larger.
        before: the session as it was before the last change; None where nothing was changed.
        edited: the session before the last edit, whose numbers are marked where they are other
            now; None without one, and where it was taken back.
        mistake: which row of the bug lab is looked at, from 0; it goes round.
        lab: what is shown of it.
        course: where in a course one is; None without one.
        message: takes the place of the sentence of why, until the next key.
    """

    page: str = "step"
    hide_result: bool = False
    nudge: int = 0
    mistake: int = 0
    lab: Lab = Lab()
    before: Session | None = None
    edited: Session | None = None
    course: CoursePlace | None = None
    message: str = ""
