"""A View: what a person has chosen to see of a session, besides how it looks."""

from __future__ import annotations

from dataclasses import dataclass

from bpstepper.session import Session

__all__ = ["View"]


@dataclass(frozen=True)
class View:
    """What is shown of a session.

    Attributes:
        page: the page, a key of `frame.PAGES`.
        curtain: whether the newest result is hidden, for asking a room.
        nudge: how often the nudge of an inspected number was made ten times larger.
        before: the session as it was before the last change; None where nothing was changed.
        mistake: which row of the bug lab is looked at, from 0; it goes round.
        message: takes the place of the sentence of why, until the next key.
    """

    page: str = "step"
    curtain: bool = False
    nudge: int = 0
    mistake: int = 0
    before: Session | None = None
    message: str = ""
