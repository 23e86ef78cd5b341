"""Keys that are typed ahead wait until what the keys before them opened is there to take them.

Textual hands a key to the screen that is on top when the key comes in. Over a slow line several
keys come in one packet, so that those behind the one that opens a list, or a prompt, would go to
the screen below it and be lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import takewhile
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode

__all__ = ["TypeAhead"]

_GLANCE, _GLANCES = 0.05, 20  # seconds, and how often they may pass before a node counts as stuck
_HELD = 8  # times that a key waits before it counts as held down, and not as meant so often
_ROUNDS, _PATIENCE = 3, 0.25  # and seconds; past both it counts as something that goes on by itself


class TypeAhead:
    """Hands on one key after another, each when the one before it has done all that it does."""

    def __init__(
        self,
        app: App[Any],
        route: Callable[[events.Event], Awaitable[None]],
        is_busy: Callable[[], bool],
    ) -> None:
        """Hold nothing yet.

        Args:
            app: whose screens take the keys.
            route: gives an event to the screen that is on top.
            is_busy: whether something long goes on, which a key is to end at once.
        """
        self._app = app
        self._is_busy = is_busy
        self._route = route
        self._waiting: deque[events.Event] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether a key that comes now is handed on at once."""
        return self._task is None or self._task.done()

    async def take(self, event: events.Event) -> None:
        """Hand on a key or a paste, now or when its turn comes."""
        if not self.is_idle:
            self._overtake(event)
            self._waiting.append(event)
            return
        await self._route(event)
        self.wait()

    def _overtake(self, event: events.Event) -> None:
        """Drop what is left of a key that was held down, where another one is pressed now."""
        last = _key(self._waiting[-1]) if self._waiting else ""
        if not last or _key(event) in ("", last) or self._app.focused is not None:
            return  # where a text is typed nothing is left out
        held = sum(1 for _ in takewhile(lambda it: _key(it) == last, reversed(self._waiting)))
        for _ in range(held if held > _HELD else 0):
            self._waiting.pop()

    def wait(self) -> None:
        """Hold back what comes until the screens are quiet."""
        if self.is_idle:
            self._task = asyncio.create_task(self._drain())

    def stop(self) -> None:
        """Forget what is waiting."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _drain(self) -> None:
        await self._settle()
        while self._waiting:
            await self._route(self._waiting.popleft())
            await self._settle()

    async def _settle(self) -> None:
        """Wait until nothing is under way any more, but not for what does not come to rest.

        Queues may be empty while somebody who will fill one is at work. So where a key waits they
        must be empty, then all at work must have ended, from the innermost to the app, and then
        they must be empty still.
        """
        start, rounds, was_quiet = monotonic(), 0, False
        while not self._is_busy() and (rounds < _ROUNDS or monotonic() - start < _PATIENCE):
            rounds += 1
            involved = passed, below = self._involved()
            for node in passed:
                if not await _answered(node):
                    return
            quiet = not any(node.message_queue_size for node in (*passed, *below))
            quiet = quiet and involved == self._involved()
            if quiet and (was_quiet or not self._waiting):
                return
            was_quiet = quiet

    def _involved(self) -> tuple[list[DOMNode], list[DOMNode]]:
        """Whom a key passes, in their order; and the screens below, which an overlay may tell.

        Those are not asked, but looked at: a screen that is not on top is painted, whole, with
        whatever comes to it.
        """
        stack: list[DOMNode] = list(self._app.screen_stack)
        if not stack:
            return [self._app], []
        focused = self._app.focused
        above = [] if focused is None else focused.ancestors_with_self
        inner = [node for node in above if node is not self._app and node not in stack]
        return [*inner, stack[-1], self._app], stack[:-1]


def _key(event: events.Event) -> str:
    return event.key if isinstance(event, events.Key) else ""


async def _answered(node: DOMNode) -> bool:
    """Wait until a node has dealt with what lay before it; one that is going has no answer."""
    done = asyncio.Event()
    if not node.call_later(done.set):
        return True
    for _ in range(_GLANCES):
        try:
            await asyncio.wait_for(done.wait(), _GLANCE)
        except TimeoutError:
            continue
        return True
    return not node.is_running
