"""Where a person stands in a course: at a stop, or having wandered off from it.

A `Lecture` is a frozen value, and walking on a function. Between two stops one steps freely; the
lecture knows only where its stop is, and leads there again.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpstepper.scenario.course import Course, Stop
from bpstepper.session.cursor import Cursor, GoError
from bpstepper.session.stepping import Session, start

__all__ = ["Lecture", "back", "begin", "on"]


@dataclass(frozen=True, eq=False)
class Lecture:
    """A stop of a course.

    Attributes:
        course: what is walked through.
        index: which stop, from 0.
        session: the stop's own place.
        problem: why that is not where the file wants it to be; mostly empty.
    """

    course: Course
    index: int
    session: Session
    problem: str = ""

    @property
    def number(self) -> int:
        """Which stop, from 1."""
        return self.index + 1

    @property
    def stops(self) -> int:
        """How many stops there are."""
        return len(self.course.stops)

    @property
    def stop(self) -> Stop:
        """The stop."""
        return self.course.stops[self.index]

    def is_at_stop(self, here: Session) -> bool:
        """Whether somebody stands at the stop, and has changed nothing."""
        return here.scenario is self.session.scenario and here.cursor == self.session.cursor


def begin(course: Course) -> Lecture:
    """A course at its first stop."""
    return _at(course, 0, None)


def on(lecture: Lecture) -> Lecture:
    """The next stop.

    Raises:
        GoError: this was the last one.
    """
    if lecture.number == lecture.stops:
        last = f"this is the last of {lecture.stops} stops" if lecture.index else "the only stop"
        raise GoError(f"{last}; PgUp goes back, → steps on from here")
    return _at(lecture.course, lecture.index + 1, lecture)


def back(lecture: Lecture, here: Session) -> Lecture:
    """This stop again, where somebody has left it; else the stop before.

    Raises:
        GoError: this is the first one.
    """
    if not lecture.is_at_stop(here):
        return lecture
    if not lecture.index:
        raise GoError(f"this is the first of {lecture.stops} stops")
    return _at(lecture.course, lecture.index - 1, lecture)


def _at(course: Course, index: int, before: Lecture | None) -> Lecture:
    stop = course.stops[index]
    session = start(stop.scenario)
    if before is not None and before.stop.base is stop.base:
        # what has been computed of a scenario is not computed again
        session = Session(stop.scenario, before.session.line, Cursor())
    if stop.at is None:
        return Lecture(course, index, session)
    try:
        return Lecture(course, index, session.go(f"update {stop.update}").go(stop.at))
    except GoError as error:
        return Lecture(course, index, session, str(error))
