"""A Session: where a person stands in a scenario, as a frozen value.

Every action is a function Session → Session. Moving computes nothing within an update, since a
trace holds every value, and never forgets: going back is going to the value one came from. The
screen, whatever shows it, is a function of a session and nothing else.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from bpstepper.engine.equations import PHASES
from bpstepper.engine.kernels import Index
from bpstepper.engine.trace import Operation, Quantity, Step, Trace
from bpstepper.engine.training import Timeline
from bpstepper.scenario.model import Scenario

__all__ = ["MOST_UPDATES", "Cursor", "GoError", "Session", "start"]

MOST_UPDATES = 10_000_000
"""The farthest update one can go to; each of them has to be computed."""


class GoError(ValueError):
    """There is no such place; the message says what there is."""


class Cursor(NamedTuple):
    """A place.

    Attributes:
        update: from 1; 0 is the start, before anything has been computed.
        step: which step of the update, from 0.
        operation: which operation of the step, from 0; None is the equation as a whole.
        cell: which cell of the result `this number` spells out.
    """

    update: int = 0
    step: int = 0
    operation: int | None = None
    cell: Index = (0, 0)


@dataclass(frozen=True, eq=False)
class Session:
    """A scenario, its timeline and a cursor.

    Attributes:
        scenario: what is stepped through.
        line: the scenario's timeline: any update's trace.
        cursor: where we are.
    """

    scenario: Scenario
    line: Timeline
    cursor: Cursor

    # ── what is here ─────────────────────────────────────────────────────────────────────────

    @property
    def at_start(self) -> bool:
        """Whether we are before the first step, where the scenario introduces itself."""
        return self.cursor.update == 0

    @property
    def trace(self) -> Trace:
        """The update that we are in; at the start, the one that comes."""
        return self.line.trace(max(self.cursor.update, 1))

    @property
    def step(self) -> Step:
        """The step that we are at."""
        return self.trace.steps[self.cursor.step]

    @property
    def operation(self) -> Operation:
        """The operation whose result is the newest: the current one, or the equation's last."""
        at = self.cursor.operation
        return self.step.operations[-1 if at is None else at]

    @property
    def result(self) -> Quantity:
        """What the current operation, or the whole equation, makes."""
        return self.operation.result

    @property
    def cell(self) -> Index:
        """The chosen cell of `result`, within its shape."""
        shape = self.result.value.shape
        wanted = (*self.cursor.cell, 0, 0, 0)
        return tuple(min(i, size - 1) for i, size in zip(wanted, shape, strict=False))

    def done(self, operation: int) -> bool:
        """Whether this operation of the current step has been reached."""
        return self.cursor.operation is None or operation <= self.cursor.operation

    # ── moving ───────────────────────────────────────────────────────────────────────────────

    def _to(self, **changes: object) -> Session:
        return replace(self, cursor=self.cursor._replace(**changes))  # type: ignore[arg-type]

    def next(self) -> Session:
        """One step on, or one operation on where we have gone into a step."""
        cursor = self.cursor
        if self.at_start:
            return self._to(update=1, step=0, operation=None)
        if cursor.operation is not None and cursor.operation + 1 < len(self.step.operations):
            return self._to(operation=cursor.operation + 1)
        into = None if cursor.operation is None else 0
        if cursor.step + 1 < len(self.trace):
            return self._to(step=cursor.step + 1, operation=into)
        return self._to(update=cursor.update + 1, step=0, operation=into)

    def back(self) -> Session:
        """Exactly where `next` came from."""
        cursor = self.cursor
        if self.at_start:
            return self
        if cursor.operation:
            return self._to(operation=cursor.operation - 1)
        if cursor.step:
            return self._last_of(self._to(step=cursor.step - 1))
        if cursor.update == 1:
            return self._to(update=0, step=0, operation=None)
        previous = self._to(update=cursor.update - 1, step=0)
        return self._last_of(previous._to(step=len(previous.trace) - 1))

    def _last_of(self, arrived: Session) -> Session:
        """At the finer level of detail one enters a step, going back, by its last operation."""
        if self.cursor.operation is None:
            return arrived
        return arrived._to(operation=len(arrived.step.operations) - 1)

    def into(self) -> Session:
        """Into the step: from the equation to its first operation."""
        if self.at_start:
            return self.next()
        return self if self.cursor.operation is not None else self._to(operation=0)

    def out(self) -> Session:
        """Out of the step: back to the equation as a whole."""
        return self._to(operation=None)

    def next_phase(self) -> Session:
        """The first step of the next phase, or of the next update."""
        if self.at_start:
            return self.next()
        phase = self.step.equation.phase
        for step in self.trace.steps[self.cursor.step :]:
            if step.equation.phase != phase:
                return self._at_step(step)
        return self._to(update=self.cursor.update + 1, step=0, operation=None)

    def previous_phase(self) -> Session:
        """The first step of this phase, or of the one before where we are there already."""
        if self.at_start:
            return self
        before = self.back() if self._is_first_of_phase() else self
        if before.at_start:
            return before
        phase = before.step.equation.phase
        first = next(s for s in before.trace.steps if s.equation.phase == phase)
        return before._at_step(first)

    def _is_first_of_phase(self) -> bool:
        phase = self.step.equation.phase
        first = next(s for s in self.trace.steps if s.equation.phase == phase)
        return first.index == self.cursor.step

    def _at_step(self, step: Step) -> Session:
        return self._to(step=step.index, operation=None)

    def next_update(self) -> Session:
        """The same step of the next update."""
        return self.to_update(self.cursor.update + 1)

    def previous_update(self) -> Session:
        """The same step of the update before."""
        return self.to_update(max(self.cursor.update - 1, 0))

    def to_update(self, update: int) -> Session:
        """The same step of another update.

        Raises:
            GoError: an update that there cannot be.
        """
        if not 0 <= update <= MOST_UPDATES:
            raise GoError(f"updates go from 0 to {MOST_UPDATES:,}")
        if update == 0:
            return self._to(update=0, step=0, operation=None)
        arrived = self._to(update=update)
        # batches of different sizes may differ in their operations
        step = min(self.cursor.step, len(arrived.trace) - 1)
        operations = len(arrived.trace.steps[step].operations)
        at = self.cursor.operation
        return arrived._to(step=step, operation=None if at is None else min(at, operations - 1))

    def first(self) -> Session:
        """The first step of this update; from there, the start."""
        if self.cursor.step == 0 and self.cursor.operation is None:
            return self._to(update=0, step=0, operation=None)
        return self._to(step=0, operation=None)

    def last(self) -> Session:
        """The last step of this update."""
        here = self.next() if self.at_start else self
        return here._to(step=len(here.trace) - 1, operation=None)

    def next_cell(self) -> Session:
        """The next cell of the result, row by row."""
        return self._move_cell(1)

    def previous_cell(self) -> Session:
        """The cell before, row by row."""
        return self._move_cell(-1)

    def _move_cell(self, by: int) -> Session:
        shape = self.result.value.shape
        if self.at_start or not shape:
            return self
        flat = int(np.ravel_multi_index(self.cell, shape)) + by
        index = np.unravel_index(flat % self.result.value.size, shape)
        return self._to(cell=tuple(int(i) for i in index))

    # ── going to anything by name ────────────────────────────────────────────────────────────

    def destination(self, text: str) -> Cursor:
        """The place that `text` names, without going there.

        It understands a symbol (`delta1`), a law (`BP2`), a phase (`backward`), `update 500`
        (or just 500), `epoch 3`, `start` and `end`.

        Raises:
            GoError: there is no such place; the message names what comes near.
        """
        words = text.strip()
        if not words:
            raise GoError("a name is needed: delta1, BP2, update 500, epoch 3")
        numbered = re.fullmatch(r"(?:(u|update|e|epoch)\s*)?(\d{1,40})", words, re.IGNORECASE)
        if numbered:
            return self._numbered((numbered[1] or "u").lower()[0], int(numbered[2]))
        step = self._named(words)
        if step is not None:
            return Cursor(max(self.cursor.update, 1), step.index, None, self.cursor.cell)
        if words.lower() in ("start", "begin"):
            return Cursor()
        if words.lower() == "end":
            return self.last().cursor
        known = {place.lower(): place for place in self._places()}
        near = difflib.get_close_matches(words.lower(), known, n=3, cutoff=0.5)
        some = [known[place] for place in near or [*known][:8]]
        hint = f"; near it: {', '.join(some)}" if near else f"; there are {', '.join(some)}, …"
        shown = words if len(words) <= 20 else words[:19] + "…"
        raise GoError(f"no place is called {shown}{hint}")

    def _numbered(self, unit: str, number: int) -> Cursor:
        by_epoch: dict[str, Callable[[int], int]] = {
            "u": lambda n: n,
            "e": lambda n: (max(n, 1) - 1) * self.line.schedule.updates_per_epoch + 1,
        }
        update = by_epoch[unit](number)
        if update > MOST_UPDATES:
            raise GoError(f"updates go from 0 to {MOST_UPDATES:,}")
        step = self.cursor.step if update else 0
        return self.cursor._replace(update=update, step=step, operation=None)

    def _named(self, words: str) -> Step | None:
        """The step that makes a symbol; for what is given, the first one that reads it."""
        trace = self.trace
        for step in trace:
            if any(op.result.key == words for op in step.operations):
                return step
        for step in trace:
            if any(quantity.key == words for op in step.operations for quantity in op.operands):
                return step
        symbol = trace.program.by_key.get(words)
        for step in trace:  # folded biases: W and b are not read themselves, their layer is
            if symbol is not None and symbol.layer == step.equation.layer:
                return step
        for step in trace:  # as the screen writes it: δ¹
            if any(op.result.name.text == words for op in step.operations):
                return step
        folded = words.lower()
        for step in trace:
            if folded in (step.equation.law.lower(), step.equation.phase, step.id.lower()):
                return step
        return None

    def _places(self) -> list[str]:
        trace = self.trace
        laws = dict.fromkeys(step.equation.law for step in trace)
        return [*(step.id for step in trace), *laws, *PHASES, "update", "epoch", *trace.keys()]

    def go(self, text: str) -> Session:
        """Go to the place that `text` names; see `destination`.

        Raises:
            GoError: there is no such place.
        """
        cursor = self.destination(text)
        if cursor.update == 0:
            return replace(self, cursor=Cursor(cell=self.cursor.cell))
        arrived = self.to_update(cursor.update)
        return arrived._to(step=min(cursor.step, len(arrived.trace) - 1), operation=None)


def start(scenario: Scenario) -> Session:
    """A new session at the start of a scenario."""
    return Session(scenario, Timeline(scenario), Cursor())
