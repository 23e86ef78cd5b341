"""What becomes of a number: which later numbers of the update are computed from it.

The kernels say which cells a cell feeds; this module follows that into each step that reads it,
and tells the cells by their names.
"""

from __future__ import annotations

from typing import NamedTuple

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import downstream, readers
from bpstepper.engine.run.trace import Quantity, Trace
from bpstepper.explain.naming import Naming

__all__ = ["Use", "uses"]

_MOST_NAMED = 3


class Use(NamedTuple):
    """One step that reads a number.

    Attributes:
        step: its place in the update, from 0.
        law: its law, such as BP4.
        cells: the names of the cells that the number goes into, at most three of them.
        more: how many there are besides.
    """

    step: int
    law: str
    cells: tuple[str, ...]
    more: int


def uses(trace: Trace, quantity: Quantity, cell: Index, naming: Naming) -> tuple[Use, ...]:
    """The steps after the one that makes a number which read it, in order."""
    found = []
    for step, _ in readers(trace, quantity.key):
        result = step.result
        cells = sorted(downstream(step, quantity.key, cell).get(result.key, ()))
        names = tuple(naming.cell(result, at) for at in cells[:_MOST_NAMED])
        if names:
            found.append(Use(step.index, step.equation.law, names, len(cells) - len(names)))
    return tuple(found)
