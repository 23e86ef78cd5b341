"""Visibility: what of the current step is to be seen, and which of its cells stand out.

Where a step has been gone into, results that are still to come are empty frames, and one that is
being filled element by element is seen as far as it is filled; behind the curtain, so is what the
step has just made. The cell that `this number` is about stands out, with those it is computed
from and, where it is inspected, those it feeds. This module decides that, from the session alone;
how it looks is the drawings' business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import downstream, highlighted_cells, prepares
from bpstepper.session import Level, Session
from bpstepper.session.inspecting import focus, made_here

if TYPE_CHECKING:
    from bpstepper.explain.comparison import Comparison

__all__ = ["Mask", "Visibility", "visibility_of"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Visibility:
    """What is seen of one step.

    Attributes:
        marks: quantity key → cell → what it is to the chosen one: "target" (itself), "source" (it
            is computed from this), "fed" (this is computed from it).
        seen: quantity key → how many of its cells have been reached, row by row; one that has no
            entry is seen whole.
        focus: the key of the quantity that has the cell cursor; empty where there is none.
        against: the update held against the one of before a change; None where nothing is.
    """

    marks: Mapping[str, Mapping[Index, str]]
    seen: Mapping[str, int]
    focus: str = ""
    against: Comparison | None = None

    def changed(self, key: str) -> Mask | None:
        """Which numbers of a quantity are other than before the change; None where none is."""
        if self.against is None:
            return None
        changed = self.against.pair(key).changed
        return changed if changed is not None and changed.any() else None


def visibility_of(session: Session, hide_result: bool = False) -> Visibility:
    """The sight of the step that a session stands at.

    With the `curtain` drawn, the newest result, and whatever leads up to it, is not seen; what is
    only made ready for it, such as a transpose, is.
    """
    step = session.step
    quantity, cell = focus(session)
    marks: dict[str, dict[Index, str]] = {}
    if session.spot is not None:
        for key, cells in downstream(step, quantity.key, cell).items():
            marks[key] = dict.fromkeys(sorted(cells), "fed")
    made = made_here(session, quantity)
    if made is not None:
        for key, cells in highlighted_cells(step, made, cell).items():
            marks[key] = dict.fromkeys(sorted(cells), "source")
    marks[quantity.key] = {cell: "target"}
    return Visibility(marks, _seen(session, hide_result), quantity.key if session.spot else "")


def _seen(session: Session, hide_result: bool) -> dict[str, int]:
    """Of the results of this step that are not seen whole, how many cells are."""
    cursor, operations = session.cursor, session.step.operations
    seen = {
        operation.result.key: 0
        for position, operation in enumerate(operations)
        if not session.done(position)
    }
    newest = session.result
    if cursor.level is Level.ELEMENT:
        flat = int(np.ravel_multi_index(session.cell, newest.value.shape)) if session.cell else 0
        seen[newest.key] = flat + (0 if hide_result else 1)
    elif hide_result and cursor.level is Level.OPERATION:
        seen[newest.key] = 0
    elif hide_result:
        results = (op.result.key for op in operations if not prepares(session.step, op))
        seen |= dict.fromkeys(results, 0)
    return seen
