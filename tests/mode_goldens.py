"""Golden files of a mode, such as the quiz: a row of its states, each a frame under a heading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions

__all__ = ["ModeGolden", "Shown"]

Shown = Callable[[RenderOptions, int, int], Iterator[tuple[str, str]]]
"""A mode's states in a look and a size: the heading and the frame of each."""


class ModeGolden(NamedTuple):
    """One file.

    Attributes:
        mode: whose.
        shown: its states.
        size: columns and lines.
        ascii: in plain ASCII.
    """

    mode: str
    shown: Shown
    size: tuple[int, int]
    ascii: bool = False

    @property
    def file(self) -> str:
        """Its name, such as `quiz-ascii-80x24.txt`."""
        columns, lines = self.size
        return f"{self.mode}-{'ascii-' if self.ascii else ''}{columns}x{lines}.txt"

    def __str__(self) -> str:
        """As a test is called: the same in every process."""
        return self.file.removesuffix(".txt")

    def frames(self) -> str:
        """What it should say."""
        look = RenderOptions(ASCII if self.ascii else UNICODE)
        told = self.shown(look, *self.size)
        return "".join(f"════ {heading}\n{drawn}\n" for heading, drawn in told)
