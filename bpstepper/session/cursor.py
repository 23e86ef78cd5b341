"""Where a person stands: which update, which step, at which level of detail, at which cell."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from bpstepper.engine.ops.kernels import Index

__all__ = ["MOST_UPDATES", "Cursor", "GoError", "Level", "Spot"]

MOST_UPDATES = 10_000_000
"""The farthest update one can go to; each of them has to be computed."""


class GoError(ValueError):
    """There is no such place; the message says what there is."""


class Level(IntEnum):
    """The levels of detail, as a debugger has them, from coarse to fine.

    A step on at a level goes to the next phase, equation, operation or element.
    """

    PHASE = 0
    EQUATION = 1
    OPERATION = 2
    ELEMENT = 3


class Cursor(NamedTuple):
    """A place.

    Attributes:
        update: from 1; 0 is the start, before anything has been computed.
        step: which step of the update, from 0; of a phase, its first.
        operation: which operation of the step, from 0; None is the equation as a whole.
        cell: which cell of the result `this number` spells out; at the level of elements, the
            one that has just been computed.
        level: how far a step on goes.
    """

    update: int = 0
    step: int = 0
    operation: int | None = None
    cell: Index = (0, 0)
    level: Level = Level.EQUATION


class Spot(NamedTuple):
    """One cell of one matrix of a step.

    Attributes:
        operation: which operation of the step, from 0.
        operand: which of its operands, from 0; -1 is its result.
        cell: which cell.
    """

    operation: int
    operand: int = -1
    cell: Index = (0, 0)
