"""Carrying a place over to another timeline: the same update, the same symbol, the same cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bpstepper.engine.ops.kernels import Axes, Index
from bpstepper.engine.run.trace import Operation, Quantity, Step
from bpstepper.engine.run.training import Timeline
from bpstepper.scenario.model import Scenario
from bpstepper.session.cursor import MOST_UPDATES, Cursor, Level, Spot
from bpstepper.session.stepping import Session

__all__ = ["carried", "is_place"]


def carried(session: Session, scenario: Scenario, line: Timeline) -> Session:
    """The session's place in another scenario's timeline.

    Where the step is not there, it is the nearest one before that is; a matrix whose rows have
    become its columns has the same cell, turned.
    """
    there = Session(scenario, line, session.cursor)
    if session.at_start:
        return there
    step = _step(session, there)
    there = replace(there, cursor=session.cursor._replace(step=step.index))
    if step.id != session.step.id:
        return there.to_step(step.index)  # its parts are others: it is shown as a whole
    return _within(session, there, step)


def _step(session: Session, there: Session) -> Step:
    """The step of the same id, or the nearest one before it."""
    known = {step.id: step for step in there.trace.steps}
    for step in reversed(session.trace.steps[: session.cursor.step + 1]):
        if step.id in known:
            return known[step.id]
    return there.trace.steps[0]


def _within(session: Session, there: Session, step: Step) -> Session:
    """The same part of the same step, the same cell, the same spot."""
    cursor = there.cursor
    if cursor.level is Level.PHASE:
        return there.to_step(step.index)
    if cursor.operation is not None:
        found = _operation(step, session.operation.result.key)
        at = min(cursor.operation, len(step.operations) - 1) if found is None else found
        cursor = cursor._replace(operation=at)
    there = replace(there, cursor=cursor)
    cell = _turned(session.cursor.cell, session.result.axes, there.result.axes)
    there = replace(there, cursor=cursor._replace(cell=cell))
    if cursor.level is Level.ELEMENT:  # there the cell is the place itself
        there = replace(there, cursor=there.cursor._replace(cell=there.cell))
    return replace(there, spot=_spot(session, step))


def _operation(step: Step, key: str) -> int | None:
    keys = [operation.result.key for operation in step.operations]
    return keys.index(key) if key in keys else None


def _quantity(operations: Sequence[Operation], spot: Spot) -> Quantity:
    operation = operations[spot.operation]
    return operation.result if spot.operand < 0 else operation.operands[spot.operand]


def _spot(session: Session, step: Step) -> Spot | None:
    """The inspected cell, where its matrix is a part of the step still."""
    if session.spot is None:
        return None
    quantity = _quantity(session.step.operations, session.spot)
    places = [
        Spot(position, which)
        for position, operation in enumerate(step.operations)
        for which in (*range(len(operation.operands)), -1)
    ]
    same = [it for it in places if _quantity(step.operations, it).key == quantity.key]
    if not same:
        return None
    there = session.spot if session.spot._replace(cell=(0, 0)) in same else same[0]
    found = _quantity(step.operations, there)
    cell = _turned(session.spot.cell, quantity.axes, found.axes)
    fits = len(cell) >= found.value.ndim
    inside = all(i < size for i, size in zip(cell, found.value.shape, strict=False))
    return there._replace(cell=cell) if fits and inside else there._replace(cell=(0, 0))


def _turned(cell: Index, here: Axes, there: Axes) -> Index:
    """The same cell of a matrix that may have been turned."""
    kinds = [(axis.kind, axis.layer) for axis in here]
    turned = len(cell) == 2 == len(kinds) and kinds[0] != kinds[1]
    if turned and kinds[::-1] == [(axis.kind, axis.layer) for axis in there]:
        return cell[::-1]
    return cell


def is_place(session: Session, cursor: Cursor) -> bool:
    """Whether a session of this timeline can stand at a cursor."""
    if not 0 <= cursor.update <= MOST_UPDATES or any(i < 0 for i in cursor.cell):
        return False
    if cursor.update == 0:
        return cursor.step == 0 and cursor.operation is None
    steps = session.line.trace(cursor.update).steps
    if not 0 <= cursor.step < len(steps):
        return False
    step = steps[cursor.step]
    if cursor.operation is None:
        return cursor.level <= Level.EQUATION
    return cursor.level > Level.EQUATION and 0 <= cursor.operation < len(step.operations)
