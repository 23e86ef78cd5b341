"""A View: what a person has chosen to see of a session, besides how it looks."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["View"]


@dataclass(frozen=True)
class View:
    """What is shown of a session.

    Attributes:
        page: the page, a key of `frame.PAGES`.
        curtain: whether the newest result is hidden, for asking a room.
        nudge: how often the nudge of an inspected number was made ten times larger.
        message: takes the place of the sentence of why, until the next key.
    """

    page: str = "step"
    curtain: bool = False
    nudge: int = 0
    message: str = ""
