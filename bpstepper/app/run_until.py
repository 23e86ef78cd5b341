"""Long ways: going far, and running until something happens, without stopping to listen.

Updates are computed in slices, and between two slices the screen is drawn and keys are heard. Any
key ends the journey; what has been computed is kept, so that going on costs nothing twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import work

from bpstepper.app.frame_screen import FrameScreen
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.session import Session

if TYPE_CHECKING:
    from bpstepper.training.run_until import Until

__all__ = ["TravellingScreen"]

_SLICE = 2000  # updates computed between two looks at the keyboard
_PAUSE = 0.03  # seconds of looking at updates between two looks at the keyboard
_FARTHEST = 1_000_000  # updates in which something that is waited for may happen


class TravellingScreen(FrameScreen[None]):
    """A screen that can go long ways; what it shows is its heirs' business."""

    session: Session
    look: RenderOptions

    def __init__(self) -> None:
        super().__init__()
        self._travelling = False

    def arrive(self, session: Session, message: str = "") -> None:
        """Stand somewhere, and say so where there is something to say."""
        raise NotImplementedError

    def stop_travelling(self) -> bool:
        """Stop where a long way is being gone; return whether one was."""
        was, self._travelling = self._travelling, False
        return was

    def do_go(self) -> None:
        """Ask where to go."""
        known = " ".join(step.id for step in self.session.trace)
        self._ask(
            "Go to",
            f"{known}   update 500   epoch 3",
            "delta1, BP2, update 500, epoch 3, start",
            self.session.destination,
            self._travel,
        )

    def do_until(self) -> None:
        """Ask what to wait for."""
        from bpstepper.training.run_until import CONDITIONS, until

        self._ask(
            "Run until",
            "   ".join(row.usage for row in CONDITIONS),
            "C < 0.01, epoch, saturated, vanishing, nan",
            lambda text: until(text, self.session),
            self._run_until,
        )

    def _ask(
        self,
        label: str,
        known: str,
        example: str,
        check: Callable[[str], object],
        then: Callable[[str], object],
        value: str = "",
    ) -> None:
        from bpstepper.app.prompts import LinePrompt  # its widgets load when they are asked for

        def answered(text: str | None) -> None:
            if text is not None:
                then(text)

        prompt = LinePrompt(label, known, example, check, self.look.charset, value)
        self.app.push_screen(prompt, answered)

    @work(exclusive=True)
    async def _travel(self, text: str) -> None:
        """Go to a place by name, computing a long way in slices, until a key stops it."""
        target = self.session.destination(text)
        line = self.session.line
        self._travelling = True
        while target.update and (left := line.prepare(target.update - 1, _SLICE)):
            self.arrive(self.session, f"computing: {left:,} updates to go. Any key stops here.")
            await asyncio.sleep(0)
            if not self._travelling:
                self.arrive(
                    self.session, f"stopped {left:,} updates before update {target.update:,}"
                )
                return
        self._travelling = False
        self.arrive(self.session.go(text))

    @work(exclusive=True)
    async def _run_until(self, text: str) -> None:
        """Look at one update after the other until something is so, or a key stops it."""
        from bpstepper.training.run_until import until

        wanted = until(text, self.session)
        first = self.session.cursor.update + 1
        self._travelling = True
        looked = time.perf_counter()
        for update in range(first, first + _FARTHEST):
            if wanted.holds(self.session.line.trace(update)):
                self._travelling = False
                self._happened(wanted, update)
                return
            if time.perf_counter() - looked > _PAUSE:
                said = f"update {update:,}: waiting until {wanted.says}. Any key stops here."
                self.arrive(self.session, said)
                await asyncio.sleep(0)
                looked = time.perf_counter()
                if not self._travelling:
                    self.arrive(self.session.to_equation().to_update(update), "stopped here")
                    return
        self._travelling = False
        self.arrive(self.session, f"not within {_FARTHEST:,} updates: {wanted.says}")

    def _happened(self, wanted: Until, update: int) -> None:
        session = self.session.to_equation().to_update(update)
        place = wanted.place(session.trace)
        session = session.go(place) if place else session.to_step(0)
        self.arrive(session, f"update {update:,}: {wanted.says}")
