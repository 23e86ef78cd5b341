"""A Scene: all that a page is a function of, besides its size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bpstepper.drawing.look import Look
from bpstepper.lesson.naming import Naming
from bpstepper.lesson.notation import Notation, noted
from bpstepper.lesson.notations import NOTATIONS
from bpstepper.lesson.sight import Sight, sight_of
from bpstepper.pages.view import View
from bpstepper.session import Session

__all__ = ["Scene"]


@dataclass(frozen=True, eq=False)
class Scene:
    """Where we are, what is to be seen of it, and how it looks.

    Attributes:
        session: where we are: who asks for facts about the numbers asks this one.
        view: what is shown of it.
        look: how things are drawn.
    """

    session: Session
    view: View
    look: Look

    @property
    def notation(self) -> Notation:
        """The book whose letters are shown."""
        return NOTATIONS[self.look.notation]

    @cached_property
    def shown(self) -> Session:
        """The session in the letters, and the signs, of the notation: for drawing."""
        return noted(self.session, self.notation)

    @cached_property
    def naming(self) -> Naming:
        """The names of the update's cells."""
        stem = None if self.notation.own else self.notation.stem
        return Naming(self.session.scenario, self.session.trace.samples, stem)

    @cached_property
    def sight(self) -> Sight:
        """What of the step is seen."""
        return sight_of(self.session, self.view.curtain)

    def text(self, text: str) -> str:
        """Our own words in the alphabet of the look."""
        return self.look.charset.translate(text)
