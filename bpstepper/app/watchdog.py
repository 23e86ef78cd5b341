"""Ending although nothing answers: signals, and a watchdog in a thread of its own.

A signal handler of the event loop waits until the loop comes to it, and so does a key. Here a
signal is taken between two bytecodes, whatever goes on, and the watchdog looks after what follows:
where the loop does not answer, or an orderly end does not come about, it ends the program itself,
with what was pending kept and the terminal given back.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["ANSWER", "PATIENCE", "Watchdog"]

PATIENCE = 2.0
"""Seconds that an orderly end may take."""
ANSWER = 0.3
"""Seconds within which the loop answers an interrupt, or is taken to be stuck."""

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_LAST_WORDS = 0.2  # seconds for what is done at the very end, of which each thing may block


class Watchdog:
    """Looks after the end of one program."""

    def __init__(
        self,
        end: Callable[[int], None],
        last: Callable[[], tuple[Callable[[], None], ...]],
        leave: Callable[[int], Any] = os._exit,
    ) -> None:
        """Watch nothing yet.

        Args:
            end: ends in order, with an exit status; it is called on the loop.
            last: what is done, as far as it can be, before the program ends without the loop.
            leave: ends the process at once.
        """
        self._end, self._last, self._leave = end, last, leave
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, Any] = {}
        self._over = threading.Event()
        self._is_ending = False

    def take_signals(self) -> None:
        """Take them from now on; in the main thread, with the loop running."""
        self._loop = asyncio.get_running_loop()
        if threading.current_thread() is not threading.main_thread():
            return
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                self._before[number] = signal.signal(number, self._on_signal)

    def give_back_signals(self) -> None:
        """Whoever had them has them again, and nothing is watched any more."""
        self._over.set()
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._before.clear()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.wait_for_end(128 + number)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, 128 + number)

    def wait_for_end(self, status: int) -> None:
        """Give an orderly end its time, and then end; once, however often it is asked for."""
        if not self._is_ending:
            self._is_ending = True
            self._start(self._over, PATIENCE, status)

    def expect_answer(self, status: int) -> None:
        """End, unless the loop answers at once; what it then does is its own affair."""
        answered = threading.Event()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(answered.set)
            self._start(answered, ANSWER, status)

    def _start(self, unless: threading.Event, patience: float, status: int) -> None:
        def watch() -> None:
            if unless.wait(patience) or self._over.is_set():
                return
            for do in self._last():
                thread = threading.Thread(target=do, daemon=True)
                thread.start()
                thread.join(_LAST_WORDS)
            self._leave(status)

        threading.Thread(target=watch, daemon=True).start()
