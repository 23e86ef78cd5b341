"""A Session: where a person stands in a scenario, as a frozen value.

Every action is a function Session → Session. Moving computes nothing within an update, since a
trace holds every value, and never forgets: going back is going to the value one came from. The
screen, whatever shows it, is a function of a session and nothing else.

Here are the moves along the update; going by name is in `destinations`, looking at one cell and
where it comes from in `inspecting`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Operation, Quantity, Step, Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.scenario.model import Scenario
from bpstepper.session.cursor import MOST_UPDATES, Cursor, GoError, Level, Spot
from bpstepper.session.destinations import destination

__all__ = ["Session", "start"]


@dataclass(frozen=True, eq=False)
class Session:
    """A scenario, its timeline and a cursor.

    Attributes:
        scenario: what is stepped through.
        line: the scenario's timeline: any update's trace.
        cursor: where we are.
        spot: the cell that is inspected; None where none is.
        trail: the sessions that following numbers to their origin came from, the latest last.
    """

    scenario: Scenario
    line: Timeline
    cursor: Cursor
    spot: Spot | None = None
    trail: tuple[Session, ...] = ()

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
    def phase_steps(self) -> tuple[Step, ...]:
        """The steps of the phase that we are in."""
        phase = self.step.equation.phase
        return tuple(step for step in self.trace.steps if step.equation.phase == phase)

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

    # ── along the update, at the level of detail chosen ─────────────────────────────────────

    def _to(self, **changes: object) -> Session:
        cursor = self.cursor._replace(**changes)  # type: ignore[arg-type]
        return replace(self, cursor=cursor, spot=None, trail=())

    def _to_start(self) -> Session:
        start = self._to(update=0, step=0, operation=None)
        return start._to(cell=(0, 0)) if self.cursor.level is Level.ELEMENT else start

    def _at(self, update: int, step: int, last: bool = False) -> Session:
        """At a step, as its first part at the level chosen, or as its last."""
        level = self.cursor.level
        arrived = self._to(update=update, step=step, operation=None)
        if level is Level.PHASE:
            return arrived._to(step=arrived.phase_steps[0].index)
        if level is Level.EQUATION:
            return arrived
        operation = len(arrived.step.operations) - 1 if last else 0
        return arrived._to(operation=operation)._at_cell(last)

    def _at_cell(self, last: bool) -> Session:
        """At the first or last cell of the result, where cells are what one steps along."""
        if self.cursor.level is not Level.ELEMENT:
            return self
        shape = self.result.value.shape
        return self._to(cell=tuple(size - 1 if last else 0 for size in shape))

    def next(self) -> Session:
        """One on, at the level of detail chosen."""
        cursor, level = self.cursor, self.cursor.level
        if self.at_start:
            return self._at(1, 0)
        if level is Level.PHASE:
            return self.next_phase()
        if level is Level.ELEMENT and self._flat + 1 < self.result.value.size:
            return self._to(cell=self._unravelled(self._flat + 1))
        if cursor.operation is not None and cursor.operation + 1 < len(self.step.operations):
            return self._to(operation=cursor.operation + 1)._at_cell(last=False)
        if cursor.step + 1 < len(self.trace):
            return self._at(cursor.update, cursor.step + 1)
        return self._at(cursor.update + 1, 0)

    def back(self) -> Session:
        """Exactly where `next` came from."""
        cursor, level = self.cursor, self.cursor.level
        if self.at_start:
            return self
        if level is Level.ELEMENT and self._flat > 0:
            return self._to(cell=self._unravelled(self._flat - 1))
        if cursor.operation:
            return self._to(operation=cursor.operation - 1)._at_cell(last=True)
        if cursor.step:
            return self._at(cursor.update, cursor.step - 1, last=True)
        if cursor.update == 1:
            return self._to_start()
        previous = self._to(update=cursor.update - 1, step=0)
        return previous._at(cursor.update - 1, len(previous.trace) - 1, last=True)

    @property
    def _flat(self) -> int:
        """The chosen cell's number among all, row by row."""
        shape = self.result.value.shape
        return int(np.ravel_multi_index(self.cell, shape)) if shape else 0

    def _unravelled(self, flat: int) -> Index:
        return tuple(int(i) for i in np.unravel_index(flat, self.result.value.shape))

    # ── the level of detail ──────────────────────────────────────────────────────────────────

    def into(self) -> Session:
        """Finer: from the phase to its first equation, to its first operation, to its cells."""
        level = self.cursor.level
        if self.at_start:
            return self.next()
        if level is Level.ELEMENT:
            return self
        if level is Level.OPERATION:
            return self._to(level=Level.ELEMENT)._at_cell(last=False)
        return self._to(level=Level(level + 1), operation=None if level is Level.PHASE else 0)

    def out(self) -> Session:
        """Coarser: from a cell to its operation, to its equation, to its phase."""
        level = self.cursor.level
        if level is Level.PHASE or self.at_start:
            return self
        if level is Level.EQUATION:
            return self._to(level=Level.PHASE, step=self.phase_steps[0].index)
        coarser = Level(level - 1)
        at = self.cursor.operation if coarser is Level.OPERATION else None
        return self._to(level=coarser, operation=at)

    def to_equation(self) -> Session:
        """At the equation as a whole, whatever the level was."""
        return self._to(level=Level.EQUATION, operation=None)

    # ── jumps ────────────────────────────────────────────────────────────────────────────────

    def next_phase(self) -> Session:
        """The first step of the next phase, or of the next update."""
        if self.at_start:
            return self.next()
        last = self.phase_steps[-1].index
        if last + 1 < len(self.trace):
            return self.to_step(last + 1)
        return self._to(update=self.cursor.update + 1).to_step(0)

    def previous_phase(self) -> Session:
        """The first step of this phase, or of the one before where we are there already."""
        if self.at_start:
            return self
        first = self.phase_steps[0].index
        if first < self.cursor.step:
            return self.to_step(first)
        before = self.to_step(first).back()
        return before if before.at_start else before.to_step(before.phase_steps[0].index)

    def to_step(self, step: int) -> Session:
        """A step of this update as a whole: its equation, or its phase where that is the level."""
        return self._to(
            step=step, operation=None, level=min(self.cursor.level, Level.EQUATION)
        )._in_phase()

    def _in_phase(self) -> Session:
        """At the phase's first step, where phases are what one steps along."""
        if self.cursor.level is not Level.PHASE:
            return self
        return self._to(step=self.phase_steps[0].index)

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
            return self._to_start()
        at, level = self.cursor.operation, self.cursor.level
        if at is None and level > Level.EQUATION:  # from the start, into the first step's parts
            return self._at(update, self.cursor.step)
        arrived = self._to(update=update)
        # batches of different sizes may differ in their operations
        step = min(self.cursor.step, len(arrived.trace) - 1)
        operations = len(arrived.trace.steps[step].operations)
        arrived = arrived._to(step=step, operation=None if at is None else min(at, operations - 1))
        return (
            arrived._to(cell=arrived.cell)._in_phase()
            if level is Level.ELEMENT
            else (arrived._in_phase())
        )

    def first(self) -> Session:
        """The first step of this update; from there, the start."""
        if self.cursor.step == 0 and self.cursor.operation is None:
            return self._to_start()
        return self.to_step(0)

    def last(self) -> Session:
        """The last step of this update."""
        here = self._to(update=1, step=0) if self.at_start else self
        return here.to_step(len(here.trace) - 1)

    def destination(self, text: str) -> Cursor:
        """The place that `text` names, without going there: `delta1`, `BP2`, `update 500`.

        Raises:
            GoError: there is no such place; the message names what comes near.
        """
        return destination(self, text)

    def go(self, text: str) -> Session:
        """Go to the place that `text` names, to the equation as a whole; see `destination`.

        Raises:
            GoError: there is no such place.
        """
        cursor = self.destination(text)
        arrived = self.to_equation().to_update(cursor.update)
        if arrived.at_start:
            return arrived
        return arrived.to_step(min(cursor.step, len(arrived.trace) - 1))

    def next_cell(self) -> Session:
        """The next cell of the result, row by row."""
        return self._move_cell(1)

    def previous_cell(self) -> Session:
        """The cell before, row by row."""
        return self._move_cell(-1)

    def _move_cell(self, by: int) -> Session:
        at_elements = self.cursor.level is Level.ELEMENT  # there, the cell is the place itself
        if self.at_start or at_elements or not self.result.value.shape:
            return self
        return self._to(cell=self._unravelled((self._flat + by) % self.result.value.size))


def start(scenario: Scenario) -> Session:
    """A new session at the start of a scenario."""
    return Session(scenario, Timeline(scenario), Cursor())
