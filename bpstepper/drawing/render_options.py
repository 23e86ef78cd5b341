"""A RenderOptions: what a viewer has chosen that changes drawings and never numbers."""

from __future__ import annotations

from dataclasses import dataclass

from bpstepper.drawing.charset import UNICODE, Charset

__all__ = ["RenderOptions"]


@dataclass(frozen=True)
class RenderOptions:
    """How things are drawn.

    Attributes:
        charset: Unicode, or ASCII where fonts or terminals ask for it.
        digits: significant digits of a number in a matrix.
        notation: the id of the book whose letters, layer numbers and signs are shown; a name and
            not the row itself, so that a look can be chosen before numpy is loaded.
        lean: fewer panes, so that fewer bytes go over a slow line.
    """

    charset: Charset = UNICODE
    digits: int = 4
    notation: str = "book"
    lean: bool = False
