"""A host that is no screen: what controllers did to it can be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from textual.screen import Screen

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.pages.view import View
from bpstepper.session import Session

__all__ = ["FakeHost", "Question"]

Result = TypeVar("Result")


class Question(NamedTuple):
    """A line or a choice that was asked for."""

    label: str
    then: Callable[[Any], object]
    check: Callable[[str], object] = lambda _text: None
    rows: tuple[tuple[str, str], ...] = ()
    value: str = ""


class FakeHost:
    """Keeps what it is told. `interrupt_after` ends a long task at so many messages."""

    def __init__(self, session: Session, interrupt_after: int | None = None) -> None:
        self.session = session
        self.look = RenderOptions()
        self.view = View()
        self.is_busy = False
        self.said: list[str] = []
        self.questions: list[Question] = []
        self.opened: list[tuple[Screen[Any], Callable[[Any], object] | None]] = []
        self.pressed: list[str] = []
        self.remembered: dict[str, object] = {}
        self.beats: list[Callable[[], object]] = []
        self.room = True
        self.has_quit = False
        self._interrupt_after = interrupt_after

    def arrive(self, session: Session, message: str = "", **shown: object) -> None:
        """Stand somewhere."""
        self.session = session
        self.see(message=message, **shown)
        if message:
            self.said.append(message)
        if self._interrupt_after is not None and len(self.said) >= self._interrupt_after:
            self.is_busy = False

    def tell(self, message: str, **shown: object) -> None:
        """Say something."""
        self.arrive(self.session, message, **shown)

    def see(self, **shown: object) -> None:
        """Change the view."""
        changes: dict[str, Any] = {"message": "", **shown}
        self.view = replace(self.view, **changes)

    def toggle(self, page: str) -> None:
        """Show a page, or the step again."""
        self.see(page="step" if self.view.page == page else page)

    def press(self, action: str) -> None:
        """Note the action."""
        self.pressed.append(action)

    def has_room(self) -> bool:
        """As a test has it."""
        return self.room

    def ask(
        self,
        label: str,
        known: str,
        example: str,
        check: Callable[[str], object],
        then: Callable[[str], object],
        value: str = "",
    ) -> None:
        """Keep the question."""
        assert known
        assert example
        self.questions.append(Question(label, then, check, value=value))

    def choose(
        self,
        label: str,
        rows: Iterable[tuple[str, str]],
        then: Callable[[str | None], object],
        chosen: str = "",
    ) -> None:
        """Keep the question."""
        self.questions.append(Question(label, then, rows=tuple(rows), value=chosen))

    def open(
        self, screen: Screen[Result], then: Callable[[Result | None], object] | None = None
    ) -> None:
        """Keep the screen."""
        self.opened.append((screen, then))

    def run(self, task: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run it to its end, at once."""
        self.is_busy = True
        asyncio.run(task())
        self.is_busy = False

    def every(self, seconds: float, do: Callable[[], object]) -> None:
        """Keep what is to be done."""
        assert seconds > 0
        self.beats.append(do)

    def remember(self, **kept: object) -> None:
        """Keep the choice."""
        self.remembered |= kept

    def quit(self) -> None:
        """Note it."""
        self.has_quit = True
