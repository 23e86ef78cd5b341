"""Which of a scenario's notes belong to a step."""

from __future__ import annotations

from bpstepper.engine.trace import Step
from bpstepper.scenario.model import Note, Scenario

__all__ = ["notes_at"]


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


_GIVEN = {"forward": ("x", "W", "b", "Wb"), "cost": ("y",)}
"""In which phase the quantities are taken up that no step makes."""
