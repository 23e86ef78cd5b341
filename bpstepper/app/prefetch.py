"""The frame that the next key will most likely ask for, drawn while nobody presses any.

Who steps on steps on again, so that frame is the one after a move like the last. It costs no work
but the one that the next key then need not do, and a wrong guess is only thrown away. Sessions,
views and looks are values, so a frame that was drawn for equal ones is the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from bpstepper.app.key_hints import hints
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line
from bpstepper.pages.frame import Frame, compose
from bpstepper.pages.view import View
from bpstepper.session import Session

__all__ = ["Drawn", "Prefetcher", "Wanted"]


@dataclass(frozen=True, eq=False)
class Wanted:
    """All that a frame depends on.

    Attributes:
        session: where we are.
        view: what is shown of it.
        look: how it is drawn.
        size: columns and lines.
    """

    session: Session
    view: View
    look: RenderOptions
    size: tuple[int, int]

    def is_like(self, other: Wanted) -> bool:
        """Whether both have the same frame."""
        drawn = (self.view, self.look, self.size) == (other.view, other.look, other.size)
        return drawn and _same_place(self.session, other.session)

    def drawn(self) -> Drawn:
        """The frame, drawn, with what it is the frame of."""
        offered = hints(self.session, self.view, self.look.notation)
        frame = compose(self.session, self.look, *self.size, offered, self.view)
        return Drawn(self, frame)


class Drawn(NamedTuple):
    """A frame, and what it is the frame of."""

    wanted: Wanted
    frame: Frame


class Prefetcher:
    """Keeps the one frame that was drawn ahead.

    Attributes:
        ahead: that frame; None where there is none.
    """

    def __init__(self, prepare: Callable[[Sequence[Line]], None]) -> None:
        """Nothing is drawn yet.

        Args:
            prepare: what is to be done with the lines of a frame besides, before it is wanted.
        """
        self._prepare = prepare
        self.ahead: Drawn | None = None

    def frame(self, wanted: Wanted) -> Frame:
        """The frame: the one drawn ahead if it is that, else drawn now."""
        ahead = self.ahead
        if ahead is None or not ahead.wanted.is_like(wanted):
            ahead = wanted.drawn()
        return ahead.frame

    def draw(self, guessed: Callable[[], Wanted]) -> None:
        """Draw what will be wanted next; whatever is wrong with it is told when it is wanted."""
        self.ahead = None
        with suppress(Exception):
            self.ahead = guessed().drawn()
            self._prepare(self.ahead.frame.lines)


def _same_place(one: Session, other: Session) -> bool:
    """Whether two sessions stand at one place of one timeline."""
    return (
        one.line is other.line
        and one.scenario is other.scenario
        and (one.cursor, one.spot) == (other.cursor, other.spot)
        and len(one.trail) == len(other.trail)
        and all(map(_same_place, one.trail, other.trail))
    )
