"""A screen that shows one frame: drawn for the size that there is, and drawn again when it changes.

What stands on it is a page's business; which, and what keys do, is its subclass's.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from textual import events
from textual.screen import Screen

from bpstepper.app.frame_view import FrameView

__all__ = ["FrameScreen"]

Result = TypeVar("Result")


class FrameScreen(Screen[Result], Generic[Result]):
    """A screen with a frame on it."""

    def __init__(self) -> None:
        super().__init__()
        self._canvas = FrameView()

    def draw_frame(self, columns: int, lines: int) -> None:
        """Show the frame at a size, which is at least 1×1."""
        raise NotImplementedError

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for the new size."""
        self._draw()

    def on_screen_resume(self) -> None:
        """Draw after an overlay has gone."""
        self._draw()

    def _draw(self) -> None:
        columns, lines = self.app.size
        if columns >= 1 and lines >= 1 and self._canvas.is_attached:
            self.draw_frame(columns, lines)
