"""A PageContext: all that a page is a function of, besides its size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.letters import Letters, letters_of
from bpstepper.explain.notation.notation import Notation, noted
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.explain.visibility import Visibility, visibility_of
from bpstepper.pages.view import View
from bpstepper.session import Session

if TYPE_CHECKING:
    from bpstepper.explain.comparison import Comparison

__all__ = ["PageContext"]

_MOST_WORK = 2_000_000  # numbers that may be trained while a frame waits
_MOST_UPDATES = 500


@dataclass(frozen=True, eq=False)
class PageContext:
    """Where we are, what is to be seen of it, and how it looks.

    Attributes:
        session: where we are: who asks for facts about the numbers asks this one.
        view: what is shown of it.
        look: how things are drawn.
    """

    session: Session
    view: View
    look: RenderOptions

    @property
    def notation(self) -> Notation:
        """The book whose letters are shown."""
        return NOTATIONS[self.look.notation]

    @cached_property
    def shown(self) -> Session:
        """The session in the letters, and the signs, of the notation: for drawing."""
        return noted(self.session, self.notation)

    @property
    def letters(self) -> Letters:
        """The letters of what is said of this step's layer."""
        session = self.session
        layer = None if session.at_start else session.step.equation.layer
        return letters_of(self.notation, session.scenario.network, layer)

    @cached_property
    def naming(self) -> Naming:
        """The names of the update's cells."""
        stem = None if self.notation.own else self.notation.stem
        return Naming(self.session.scenario, self.session.trace.samples, stem)

    @cached_property
    def sight(self) -> Visibility:
        """What of the step is seen."""
        seen = visibility_of(self.session, self.view.hide_result)
        return replace(seen, against=self.changes) if self.changes is not None else seen

    @cached_property
    def changes(self) -> Comparison | None:
        """This update held against what it was before the last edit; None without one.

        The way to the update before the edit is gone in stretches, one for each frame: a frame
        that would have to wait for it has no marks.
        """
        before, session = self.view.edited, self.session
        if before is None or session.at_start:
            return None
        from bpstepper.explain.comparison import compare  # loaded by who edits

        network = session.scenario.network
        work = sum(layer.weights.size + layer.units for layer in network.layers)
        most = min(max(_MOST_WORK // (work * len(session.trace.samples)), 1), _MOST_UPDATES)
        if before.line.prepare(session.cursor.update - 1, most):
            return None
        return compare(before, session)

    def text(self, text: str) -> str:
        """Our own words in the alphabet of the look."""
        return self.look.charset.translate(text)
