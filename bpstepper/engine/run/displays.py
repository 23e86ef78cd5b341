"""Displays: how a trace shows itself to rich and to notebooks, which the engine cannot know.

Drawing stands far above the engine. Whoever draws registers here how to come by it; it is loaded
when a trace is first shown, and an engine by itself shows its objects' plain reprs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

__all__ = ["Display", "display", "register"]


class Display(Protocol):
    """What draws steps (of `trace.Step`)."""

    def rich_lines(self, steps: Iterable[Any]) -> Iterator[object]:
        """The steps as what rich prints, line by line."""

    def html(self, steps: Iterable[Any]) -> str:
        """The steps as HTML."""


class _Plain:
    """What there is where nobody has registered: one line for each step."""

    def rich_lines(self, steps: Iterable[Any]) -> Iterator[object]:
        yield from (repr(step) for step in steps)

    def html(self, steps: Iterable[Any]) -> str:
        from html import escape

        return "".join(f"<pre>{escape(repr(step))}</pre>" for step in steps)


_load: Callable[[], Display] = _Plain


def register(load: Callable[[], Display]) -> None:
    """Say how to come by the display; `load` is called when something is to be shown."""
    global _load
    _load = load


def display() -> Display:
    """The display that was registered last."""
    return _load()
