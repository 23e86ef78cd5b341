"""Updates as notations show them, for the tests of what is shown."""

from __future__ import annotations

import pytest

from bpstepper.engine.run.trace import Operation, Trace
from bpstepper.explain.notation.notation import Notation, noted
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.session import Session
from tests.scenes import BUNDLED, at

__all__ = ["NAMES", "OTHERS", "ROWS", "pairs", "traces"]

MORE = ("batches", "penalty", "adam", "momentum", "softmax-batch", "starter")
NAMES = (*BUNDLED, *MORE)
OTHERS = [notation for notation in NOTATIONS.values() if not notation.own]
ROWS = [pytest.param(notation, id=notation.id) for notation in OTHERS]


def traces(notation: Notation, session: Session) -> tuple[Trace, Trace]:
    """Update 1 as it is, and as the notation shows it."""
    here = at(session, 1, 0)
    return here.trace, noted(here, notation).trace


def pairs(notation: Notation, session: Session) -> list[tuple[Operation, Operation]]:
    """Every operation of update 1, as it is and as it is shown."""
    plain, shown = traces(notation, session)
    return [
        pair
        for step, other in zip(plain, shown, strict=True)
        for pair in zip(step.operations, other.operations, strict=True)
    ]
