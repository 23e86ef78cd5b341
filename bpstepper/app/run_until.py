"""Long ways: going far, and running until something happens, without stopping to listen.

Updates are computed in slices, and between two slices the screen is drawn and keys are heard. Any
key ends the journey; what has been computed is kept, so that going on costs nothing twice.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from bpstepper.app.host import Host

if TYPE_CHECKING:
    from bpstepper.training.run_until import Until

__all__ = ["RunUntilController"]

_SLICE = 2000  # updates computed between two looks at the keyboard
_PAUSE = 0.03  # seconds of looking at updates between two looks at the keyboard
_FARTHEST = 1_000_000  # updates in which something that is waited for may happen


class RunUntilController:
    """Goes by name, however far, and runs until something is so."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def go(self) -> None:
        """Ask where to go."""
        known = " ".join(step.id for step in self._host.session.trace)
        self._host.ask(
            "Go to",
            f"{known}   update 500   epoch 3",
            "delta1, BP2, update 500, epoch 3, start",
            self._host.session.destination,
            self.travel,
        )

    def until(self) -> None:
        """Ask what to wait for."""
        from bpstepper.training.run_until import CONDITIONS, until

        self._host.ask(
            "Run until",
            "   ".join(row.usage for row in CONDITIONS),
            "C < 0.01, epoch, saturated, vanishing, nan",
            lambda text: until(text, self._host.session),
            lambda text: self._host.run(partial(self._run_until, text)),
        )

    def travel(self, text: str) -> None:
        """Go to a place by name, computing a long way in slices, until a key stops it."""
        self._host.run(partial(self._travel, text))

    async def _travel(self, text: str) -> None:
        host = self._host
        target = host.session.destination(text)
        line = host.session.line
        while target.update and (left := line.prepare(target.update - 1, _SLICE)):
            host.tell(f"computing: {left:,} updates to go. Any key stops here.")
            await asyncio.sleep(0)
            if not host.is_busy:
                host.tell(f"stopped {left:,} updates before update {target.update:,}")
                return
        host.arrive(host.session.go(text))

    async def _run_until(self, text: str) -> None:
        """Look at one update after the other until something is so, or a key stops it."""
        from bpstepper.training.run_until import until

        host = self._host
        wanted = until(text, host.session)
        first = host.session.cursor.update + 1
        looked = time.perf_counter()
        for update in range(first, first + _FARTHEST):
            if wanted.holds(host.session.line.trace(update)):
                self._happened(wanted, update)
                return
            if time.perf_counter() - looked > _PAUSE:
                host.tell(f"update {update:,}: waiting until {wanted.says}. Any key stops here.")
                await asyncio.sleep(0)
                looked = time.perf_counter()
                if not host.is_busy:
                    host.arrive(host.session.to_equation().to_update(update), "stopped here")
                    return
        host.tell(f"not within {_FARTHEST:,} updates: {wanted.says}")

    def _happened(self, wanted: Until, update: int) -> None:
        session = self._host.session.to_equation().to_update(update)
        place = wanted.place(session.trace)
        session = session.go(place) if place else session.to_step(0)
        self._host.arrive(session, f"update {update:,}: {wanted.says}")
