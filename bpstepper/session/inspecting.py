"""Inspecting: a cell cursor in the matrices of a step, and following a number to where it is made.

What is inspected is a *spot*: one cell of one matrix of the step we stand at. Moving it is a
function Session → Session like every other move; following leaves a trail, so that leaving goes
back the way one came, place by place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import (
    Made,
    downstream,
    highlighted_cells,
    origin,
    prepares,
    producer,
)
from bpstepper.engine.run.trace import Operation, Quantity
from bpstepper.session.cursor import Level, Spot
from bpstepper.session.stepping import Session

__all__ = [
    "Source",
    "focus",
    "follow",
    "inspect",
    "inspect_spot",
    "inspect_unit",
    "leave",
    "made_here",
    "move",
    "next_matrix",
    "source",
    "spots",
]


class Source(NamedTuple):
    """Where following leads: a spot of a session, and what stands there."""

    session: Session
    quantity: Quantity
    cell: Index


def inspect(session: Session) -> Session:
    """Put the cell cursor on the number that is spelled out; nowhere before the first step."""
    if session.at_start or session.spot is not None:
        return session
    if session.cursor.level is Level.PHASE:
        session = session.into()
    operations = session.step.operations
    return replace(session, spot=Spot(operations.index(session.operation), -1, session.cell))


def inspect_spot(session: Session, spot: Spot) -> Session:
    """Put the cell cursor on any cell of the step, as a click does."""
    return replace(inspect(session), spot=spot) if not session.at_start else session


def inspect_unit(session: Session, layer: int, unit: int) -> Session:
    """Go to a unit's number: on the way back its δ, else its activation; of the inputs, x.

    The sample is that of the cell chosen before.
    """
    if session.at_start:
        session = session.next()
    trace = session.trace
    going_back = session.step.equation.phase not in ("forward", "cost")
    wanted = (f"delta{layer}", f"a{layer}") if going_back else (f"a{layer}", f"delta{layer}")
    key = next((key for key in wanted if producer(trace, key) is not None), "")
    if not key:  # the inputs: where the first layer reads them
        session = session.go("x")
        named = (spot for spot in spots(session) if _at(session, spot).symbol.kind == "x")
        spot = next(named, Spot(0, 0))
    else:
        session = session.go(key)
        made = producer(trace, key)
        spot = Spot(0 if made is None else made.operation)
    quantity = _at(session, spot)
    cell = tuple(
        min(unit, axis.size - 1) if axis.layer == layer else min(chosen, axis.size - 1)
        for axis, chosen in zip(quantity.axes, (*session.cursor.cell, 0, 0), strict=False)
    )
    return replace(session, spot=spot._replace(cell=cell))


def leave(session: Session) -> Session:
    """Back to where the last following came from; from there, out of inspecting."""
    if session.trail:
        return session.trail[-1]
    return replace(session, spot=None)


def focus(session: Session) -> tuple[Quantity, Index]:
    """The quantity and the cell that are spelled out: the spot's, or the chosen result's."""
    spot = session.spot
    if spot is None:
        return session.result, session.cell
    operation = session.step.operations[spot.operation]
    quantity = operation.result if spot.operand < 0 else operation.operands[spot.operand]
    return quantity, _within(spot.cell, quantity)


def _within(cell: Index, quantity: Quantity) -> Index:
    shape = quantity.value.shape
    wanted = (*cell, 0, 0, 0)
    return tuple(max(0, min(i, size - 1)) for i, size in zip(wanted, shape, strict=False))


def move(session: Session, rows: int, columns: int) -> Session:
    """Move the cell cursor within its matrix; at an edge it stays."""
    spot = session.spot
    if spot is None:
        return session
    quantity, cell = focus(session)
    if len(cell) < 2:
        return session
    wanted = (*cell[:-2], cell[-2] + rows, cell[-1] + columns)
    return replace(session, spot=spot._replace(cell=_within(wanted, quantity)))


def spots(session: Session) -> tuple[Spot, ...]:
    """One spot for each matrix that the step's page shows, in reading order, at the first cell."""
    step, here = session.step, session.cursor.operation
    found: dict[str, Spot] = {}
    for position, operation in enumerate(step.operations):
        if position != here and prepares(step, operation):
            continue
        for which, operand in enumerate(operation.operands):
            found.setdefault(operand.key, Spot(position, which))
        found.setdefault(operation.result.key, Spot(position))
    return tuple(found.values())


def next_matrix(session: Session, by: int = 1) -> Session:
    """The cell cursor in the next matrix: on a cell that has to do with the one it was on."""
    if session.spot is None:
        return session
    quantity, cell = focus(session)
    known = spots(session)
    keys = [_at(session, spot).key for spot in known]
    at = keys.index(quantity.key) if quantity.key in keys else -by
    there = known[(at + by) % len(known)]
    target = _at(session, there)
    related = _related(session, quantity, cell).get(target.key)
    same = cell if quantity.value.shape == target.value.shape else (0, 0, 0)
    chosen = min(related) if related else _within(same, target)
    return replace(session, spot=there._replace(cell=chosen))


def _at(session: Session, spot: Spot) -> Quantity:
    operation = session.step.operations[spot.operation]
    return operation.result if spot.operand < 0 else operation.operands[spot.operand]


def _related(session: Session, quantity: Quantity, cell: Index) -> dict[str, frozenset[Index]]:
    """The cells of the step that a cell is computed from, and those it feeds."""
    related = dict(downstream(session.step, quantity.key, cell))
    made = made_here(session, quantity)
    if made is not None:
        related |= highlighted_cells(session.step, made, cell)
    return related


def made_here(session: Session, quantity: Quantity) -> Operation | None:
    """The operation of this step that makes a quantity; None where another step does."""
    for operation in session.step.operations:
        if operation.result.key == quantity.key:
            return operation
    return None


# ── to where a number is made ────────────────────────────────────────────────────────────────


def source(session: Session) -> Source | None:
    """Where `follow` leads from here; None where a number is given and not computed.

    From a result it leads to the first number that it is computed from, on this page; from an
    operand to the step that made it, and from a parameter to the update that left it so.
    """
    if session.spot is None:
        return None
    quantity, cell = focus(session)
    operation = made_here(session, quantity)
    if operation is not None and not prepares(session.step, operation):
        return _operand(session, operation, cell)
    key, at = origin(session.trace, quantity.key, cell)
    if operation is not None and key == quantity.key:  # the 1 in front of folded activations
        return None
    return _step_before(session, key, at)


def _operand(session: Session, operation: Operation, cell: Index) -> Source | None:
    shapes = [operand.value.shape for operand in operation.operands]
    reads = operation.kernel.cell_rule(cell, shapes).reads()
    # of η × gradient, the gradient: a constant tells nothing
    reads = tuple(read for read in reads if read[1] != ()) or reads
    if not reads:
        return None
    which, at = reads[0]
    spot = Spot(session.step.operations.index(operation), which, at)
    return Source(replace(session, spot=spot), operation.operands[which], at)


def _step_before(session: Session, key: str, cell: Index) -> Source | None:
    """At the step that made a symbol, with its cell inspected."""
    made = producer(session.trace, key)
    if made is not None:
        return _arrived(session, session.cursor.update, made, cell)
    if session.cursor.update < 2:
        return None
    before = session.line.trace(session.cursor.update - 1)
    made = producer(before, f"{key}_next")
    return None if made is None else _arrived(session, session.cursor.update - 1, made, cell)


def _arrived(session: Session, update: int, made: Made, cell: Index) -> Source:
    cursor = session.cursor._replace(
        update=update, step=made.step, operation=None, level=Level.EQUATION
    )
    spot = Spot(made.operation, -1, cell)
    there = replace(session, cursor=cursor, spot=spot, trail=(*session.trail, session))
    return Source(there, _at(there, spot), cell)


def follow(session: Session) -> Session:
    """Go to where the number under the cell cursor comes from; stay where it is given."""
    found = source(session)
    return session if found is None else found.session
