"""The bug lab's keys: from mistake to mistake, both programs step by step, both trainings.

What is shown is a pane of the page; this is the part of the screen that changes it. Trainings run
in slices, and between two slices the curves are drawn and keys are heard: any key ends them, and
going on costs nothing twice.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from bpstepper.pages.view import Lab
from bpstepper.quiz.controller import QuizzingScreen

if TYPE_CHECKING:
    from bpstepper.buglab.mistakes import Mistake
    from bpstepper.buglab.paired_training import BothTrainings
    from bpstepper.buglab.side_by_side import Walk

__all__ = ["LabScreen"]

_STRETCHES = (1_000, 10_000)  # updates of both trainings, and when they are to go on
_PAUSE = 0.03  # seconds of training between two looks at the keyboard
_FIRST = 4  # updates of the first slice: how long one takes is not known yet


class LabScreen(QuizzingScreen):
    """A screen with a bug lab; what it shows is its heirs' business."""

    def __init__(self, state: Path | None = None) -> None:
        """Begin with nothing trained."""
        super().__init__(state)
        self._trainings: dict[str, BothTrainings] = {}

    def do_buglab(self) -> None:
        """Common mistakes in this network, and back."""
        self.view = replace(self.view, lab=self._lab())
        self.toggle("buglab")

    # ── which mistake ────────────────────────────────────────────────────────────────────────

    def do_next_mistake(self) -> None:
        """The next mistake, in the bug lab."""
        self._turn_to_mistake(1)

    def do_previous_mistake(self) -> None:
        """The mistake before, in the bug lab."""
        self._turn_to_mistake(-1)

    def _turn_to_mistake(self, by: int) -> None:
        if self.view.page == "buglab":
            self.view = replace(self.view, mistake=self.view.mistake + by)
            self._show(self._lab())

    def _mistake(self) -> Mistake:
        from bpstepper.buglab.mistakes import MISTAKES

        return list(MISTAKES.values())[self.view.mistake % len(MISTAKES)]

    def _lab(self) -> Lab:
        """What was found of a mistake, with what its training has come to, where it was tried."""
        both = self._trainings.get(self._mistake().id)
        if both is None or both.problem is not self.session.scenario:
            return Lab()
        return Lab(curves=both.so_far(self._stretch(both.done)))

    @staticmethod
    def _stretch(done: int) -> int:
        """How many updates are wanted by who has seen so many."""
        return next((far for far in _STRETCHES if done <= far), done)

    def _show(self, lab: Lab, message: str = "") -> None:
        self.view = replace(self.view, page="buglab", lab=lab)
        self.tell(message)

    def leave_pane(self) -> bool:
        """Go back from a pane to what was found; return whether one was there."""
        there = self.view.page == "buglab" and self.view.lab.pane != "found"
        if there:
            self._show(replace(self.view.lab, pane="found"))
        return there

    # ── both programs ────────────────────────────────────────────────────────────────────────

    def do_lab_next(self) -> None:
        """The next step of both programs."""
        self._step_to(1)

    def do_lab_back(self) -> None:
        """The step of both before; before the first one, what was found."""
        self._step_to(-1)

    def _step_to(self, by: int) -> None:
        found = self._walk()
        if found is None:
            return
        lab = self.view.lab
        at = lab.step + by if lab.pane == "steps" else min(by, 0)
        if at < 0:
            self._show(replace(lab, pane="found"))
        elif at >= len(found.stops):
            self.tell("this is the last step of both")
        else:
            self._show(replace(lab, pane="steps", step=at))

    def do_lab_difference(self) -> None:
        """Both programs at the first step that differs."""
        found = self._walk()
        if found is not None and found.first is None:
            self.tell("in this network nothing differs")
        elif found is not None:
            self._show(replace(self.view.lab, pane="steps", step=found.first or 0))

    def _walk(self) -> Walk | None:
        """The steps of both; None, with a word about it, where the mistake does not run."""
        from bpstepper.buglab.page_parts import walk_of

        if self.view.page != "buglab":
            return None
        found = walk_of(self.session.scenario, self._mistake().id)
        if found is None:
            self.tell("it does not run, so there is nothing to step through")
        return found

    # ── both trainings ───────────────────────────────────────────────────────────────────────

    def do_train_both(self) -> None:
        """Train with and without the mistake; again: ten times as far."""
        from bpstepper.buglab.paired_training import BothTrainings
        from bpstepper.engine.compile.mutation import Clash

        if self.view.page != "buglab":
            return
        id_ = self._mistake().id
        both = self._trainings.get(id_)
        if both is None or both.problem is not self.session.scenario:
            try:
                both = self._trainings[id_] = BothTrainings(self.session.scenario, id_)
            except Clash:
                self.tell("it does not run, so there is nothing to train")
                return
        if self.view.lab.pane != "curves" and both.done in _STRETCHES:  # first see what there is
            self._show(Lab("curves", curves=both.so_far(both.done)))
        elif both.done >= _STRETCHES[-1]:
            self.tell("that is as far as both are trained")
        else:
            self._train(both, next(far for far in _STRETCHES if both.done < far))

    @work(exclusive=True)
    async def _train(self, both: BothTrainings, wanted: int) -> None:
        from bpstepper.engine.compile.mutation import Clash

        self._travelling = True
        try:
            await self._go_on(both, wanted)
        except Clash as clash:  # it fits the first batch, and not one of another size
            del self._trainings[both.id]
            self._show(Lab(), f"a later batch has another size, and there it stops: {clash}")
        self._travelling = False

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
            if not (done or self._travelling):
                self._show(lab, f"stopped after {both.done:,} updates: t goes on")
                return
