"""Walking through a course: a part of the stepper's screen that is idle without one.

Which stop comes next is `session.lecture`'s business. Changes that were made at a stop end with
it: the next one is a place of its own, as its file has it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpstepper.app.editing import EditingScreen
from bpstepper.pages.view import CoursePlace
from bpstepper.session import GoError

if TYPE_CHECKING:
    from bpstepper.session.lecture import Lecture

__all__ = ["LecturingScreen"]


class LecturingScreen(EditingScreen):
    """A screen that may be opened on a course; what it shows is its heirs' business."""

    _lecture: Lecture | None = None

    def attend(self, lecture: Lecture) -> None:
        """Be opened on a course, before anything is shown."""
        self._lecture = lecture
        self._state = None  # where one stood in one of many scenarios is nothing to resume
        self.session = lecture.session
        self.view = replace(self.view, course=_place(lecture), message=lecture.problem)

    def action_press(self, name: str) -> None:
        """Do what a row of the table says."""
        raise NotImplementedError

    def do_next_stop(self) -> None:
        """The next stop of a course; without one, the next step."""
        from bpstepper.session.lecture import on

        lecture = self._lecture
        if lecture is None:
            self.action_press("next")
            return
        try:
            self._stand(on(lecture))
        except GoError as error:
            self.tell(str(error))

    def do_previous_stop(self) -> None:
        """The stop of a course that was left, or the one before; without one, a step back."""
        from bpstepper.session.lecture import back

        lecture = self._lecture
        if lecture is None:
            self.action_press("back")
            return
        try:
            self._stand(back(lecture, self.session))
        except GoError as error:
            self.tell(str(error))

    def _stand(self, lecture: Lecture) -> None:
        self._lecture = lecture
        self._desk = None
        self.view = replace(self.view, page="step", before=None, course=_place(lecture))
        self.arrive(lecture.session, lecture.problem)


def _place(lecture: Lecture) -> CoursePlace:
    course = lecture.course
    changes = ", ".join(lecture.stop.changes)
    return CoursePlace(course.title or course.name, lecture.number, lecture.stops, changes)
