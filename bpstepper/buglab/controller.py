"""The bug lab's controller: from mistake to mistake, both programs step by step, both trainings.

What is shown is a pane of the page; here it is changed. Trainings run
in slices, and between two slices the curves are drawn and keys are heard: any key ends them, and
going on costs nothing twice.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bpstepper.app.host import Host
from bpstepper.pages.view import Lab

if TYPE_CHECKING:
    from bpstepper.buglab.mistakes import Mistake
    from bpstepper.buglab.paired_training import BothTrainings
    from bpstepper.buglab.side_by_side import Walk

__all__ = ["BugLabController"]

_STRETCHES = (1_000, 10_000)  # updates of both trainings, and when they are to go on
_PAUSE = 0.03  # seconds of training between two looks at the keyboard
_FIRST = 4  # updates of the first slice: how long one takes is not known yet


class BugLabController:
    """Turns the bug lab's pages over the session that the host shows."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._trainings: dict[str, BothTrainings] = {}

    def open(self) -> None:
        """Common mistakes in this network, and back."""
        self._host.view = replace(self._host.view, lab=self._lab())
        self._host.toggle("buglab")

    # ── which mistake ────────────────────────────────────────────────────────────────────────

    def next_mistake(self) -> None:
        """The next mistake, in the bug lab."""
        self._turn_to_mistake(1)

    def previous_mistake(self) -> None:
        """The mistake before, in the bug lab."""
        self._turn_to_mistake(-1)

    def _turn_to_mistake(self, by: int) -> None:
        if self._host.view.page == "buglab":
            turned = self._host.view.mistake + by
            self._host.view = replace(self._host.view, mistake=turned)
            self._show(self._lab())

    def _mistake(self) -> Mistake:
        from bpstepper.buglab.mistakes import MISTAKES

        return list(MISTAKES.values())[self._host.view.mistake % len(MISTAKES)]

    def _lab(self) -> Lab:
        """What was found of a mistake, with what its training has come to, where it was tried."""
        both = self._trainings.get(self._mistake().id)
        if both is None or both.problem is not self._host.session.scenario:
            return Lab()
        return Lab(curves=both.so_far(self._stretch(both.done)))

    @staticmethod
    def _stretch(done: int) -> int:
        """How many updates are wanted by who has seen so many."""
        return next((far for far in _STRETCHES if done <= far), done)

    def _show(self, lab: Lab, message: str = "") -> None:
        self._host.tell(message, page="buglab", lab=lab)

    def leave_pane(self) -> bool:
        """Go back from a pane to what was found; return whether one was there."""
        there = self._host.view.page == "buglab" and self._host.view.lab.pane != "found"
        if there:
            self._show(replace(self._host.view.lab, pane="found"))
        return there

    # ── both programs ────────────────────────────────────────────────────────────────────────

    def next_step(self) -> None:
        """The next step of both programs."""
        self._step_to(1)

    def previous_step(self) -> None:
        """The step of both before; before the first one, what was found."""
        self._step_to(-1)

    def _step_to(self, by: int) -> None:
        found = self._walk()
        if found is None:
            return
        lab = self._host.view.lab
        at = lab.step + by if lab.pane == "steps" else min(by, 0)
        if at < 0:
            self._show(replace(lab, pane="found"))
        elif at >= len(found.stops):
            self._host.tell("this is the last step of both")
        else:
            self._show(replace(lab, pane="steps", step=at))

    def first_difference(self) -> None:
        """Both programs at the first step that differs."""
        found = self._walk()
        if found is not None and found.first is None:
            self._host.tell("in this network nothing differs")
        elif found is not None:
            self._show(replace(self._host.view.lab, pane="steps", step=found.first or 0))

    def _walk(self) -> Walk | None:
        """The steps of both; None, with a word about it, where the mistake does not run."""
        from bpstepper.buglab.page_parts import walk_of

        if self._host.view.page != "buglab":
            return None
        found = walk_of(self._host.session.scenario, self._mistake().id)
        if found is None:
            self._host.tell("it does not run, so there is nothing to step through")
        return found

    # ── both trainings ───────────────────────────────────────────────────────────────────────

    def train_both(self) -> None:
        """Train with and without the mistake; again: ten times as far."""
        from bpstepper.buglab.paired_training import BothTrainings
        from bpstepper.engine.compile.mutation import Clash

        if self._host.view.page != "buglab":
            return
        id_ = self._mistake().id
        both = self._trainings.get(id_)
        if both is None or both.problem is not self._host.session.scenario:
            try:
                both = self._trainings[id_] = BothTrainings(self._host.session.scenario, id_)
            except Clash:
                self._host.tell("it does not run, so there is nothing to train")
                return
        if (
            self._host.view.lab.pane != "curves" and both.done in _STRETCHES
        ):  # first see what there is
            self._show(Lab("curves", curves=both.so_far(both.done)))
        elif both.done >= _STRETCHES[-1]:
            self._host.tell("that is as far as both are trained")
        else:
            wanted = next(far for far in _STRETCHES if both.done < far)
            self._host.run(partial(self._train, both, wanted))

    async def _train(self, both: BothTrainings, wanted: int) -> None:
        from bpstepper.engine.compile.mutation import Clash

        try:
            await self._go_on(both, wanted)
        except Clash as clash:  # it fits the first batch, and not one of another size
            del self._trainings[both.id]
            self._show(Lab(), f"a later batch has another size, and there it stops: {clash}")

    async def _go_on(self, both: BothTrainings, wanted: int) -> None:
        count = _FIRST
        while both.done < wanted:
            began = time.perf_counter()
            both.advance(min(count, wanted - both.done))
            count = max(int(count * _PAUSE / max(time.perf_counter() - began, 1e-6)), 1)
            lab = Lab("curves", curves=both.so_far(wanted))
            done = both.done >= wanted
            self._show(lab, "" if done else "training both: any key stops")
            await asyncio.sleep(0)
            if not (done or self._host.is_busy):
                self._show(lab, f"stopped after {both.done:,} updates: t goes on")
                return
