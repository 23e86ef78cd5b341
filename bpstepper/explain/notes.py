"""Which of a scenario's notes belong to a step, and what they ask for there."""

from __future__ import annotations

from bpstepper.engine.run.trace import Step
from bpstepper.engine.symbols import kinds
from bpstepper.scenario.model import Note, Scenario
from bpstepper.session import Session

__all__ = ["edits_proposed", "notes_at", "notes_before", "notes_here"]


def notes_before(scenario: Scenario) -> tuple[Note, ...]:
    """What the lesson says before the first step, in the file's order."""
    return tuple(note for note in scenario.notes if note.at is None and note.audience != "teacher")


def notes_at(scenario: Scenario, step: Step, update: int) -> tuple[Note, ...]:
    """The scenario's notes that belong to this step of this update, in the file's order.

    A note on what is given (`x`, `W1`, `y`) belongs to the step that takes it up first.
    """
    here = {operation.result.key for operation in step.operations}
    given = _GIVEN.get(step.equation.phase, ())
    here |= {
        operand.key
        for operation in step.operations
        for operand in operation.operands
        if operand.symbol.kind in given and step.equation.law != "L2"
    }
    return tuple(
        note
        for note in scenario.notes
        if note.at in here and note.update == update and note.audience != "teacher"
    )


_GIVEN = {"forward": ("x", *kinds("parameter")), "cost": ("y",)}
"""In which phase the quantities are taken up that no step makes."""


def notes_here(session: Session) -> tuple[Note, ...]:
    """The notes that belong to where one stands, be it before the first step."""
    if session.at_start:
        return notes_before(session.scenario)
    return notes_at(session.scenario, session.step, session.cursor.update)


def edits_proposed(session: Session) -> tuple[str, ...]:
    """The changes that the first note here with some proposes to try, as `--set` has them."""
    return next((note.edit for note in notes_here(session) if note.edit), ())
