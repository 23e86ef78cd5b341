"""Walking through a course: a controller that is idle without one.

Which stop comes next is `session.lecture`'s business. Changes that were made at a stop end with
it: the next one is a place of its own, as its file has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpstepper.app.editing import EditingController
from bpstepper.app.host import Host
from bpstepper.pages.view import CoursePlace
from bpstepper.session import GoError

if TYPE_CHECKING:
    from bpstepper.session.lecture import Lecture

__all__ = ["CourseController"]


class CourseController:
    """Goes from stop to stop."""

    def __init__(self, host: Host, editing: EditingController) -> None:
        self._host = host
        self._editing = editing
        self._lecture: Lecture | None = None

    def attend(self, lecture: Lecture) -> None:
        """Stand at a course's stop."""
        self._lecture = lecture
        self._editing.forget()
        course = _place(lecture)
        self._host.arrive(lecture.session, lecture.problem, page="step", before=None, course=course)

    def next_stop(self) -> None:
        """The next stop of a course; without one, the next step."""
        from bpstepper.session.lecture import on

        if self._lecture is None:
            self._host.press("next")
            return
        try:
            self.attend(on(self._lecture))
        except GoError as error:
            self._host.tell(str(error))

    def previous_stop(self) -> None:
        """The stop of a course that was left, or the one before; without one, a step back."""
        from bpstepper.session.lecture import back

        if self._lecture is None:
            self._host.press("back")
            return
        try:
            self.attend(back(self._lecture, self._host.session))
        except GoError as error:
            self._host.tell(str(error))


def _place(lecture: Lecture) -> CoursePlace:
    course = lecture.course
    changes = ", ".join(lecture.stop.changes)
    return CoursePlace(course.title or course.name, lecture.number, lecture.stops, changes)
