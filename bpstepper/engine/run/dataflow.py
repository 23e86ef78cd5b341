"""Dataflow: within a trace, which cells a number comes from, where it was made, and who reads it.

Nothing here knows any mathematics: kernels say which operand cells a result cell reads and which
result cells an operand cell feeds, and this module follows that from operation to operation.
Lighting up cells, spelling numbers out and walking back to where a number was made all ask here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Operation, Quantity, Step, Trace

__all__ = [
    "Highlighted",
    "Made",
    "downstream",
    "highlighted_cells",
    "origin",
    "prepares",
    "producer",
    "readers",
]

Highlighted = Mapping[str, frozenset[Index]]
"""For each symbol's key, the cells that a chosen number depends on."""

_MOST_FED = 4096
"""Cells that are followed from each operation to the next: more than any screen shows."""


class Made(NamedTuple):
    """Where a symbol is made: the step's and the operation's places in the update, from 0."""

    step: int
    operation: int


def prepares(step: Step, operation: Operation) -> bool:
    """Whether an operation only makes an operand for a later one: a transpose, a slope, a Jacobian.

    A page shows such a one as the operand that it becomes.
    """
    if operation.kernel.arity > 1 or operation.result.value.ndim == 0:
        return False
    readers = (other for other in step.operations if other is not operation)
    return any(operation.result is operand for other in readers for operand in other.operands)


def highlighted_cells(step: Step, last: Operation, index: Index) -> Highlighted:
    """For every symbol of the step, the cells that the chosen result cell depends on.

    The chosen cell itself is among them; this is what a screen marks.
    """
    lit: dict[str, set[Index]] = {last.result.key: {index}}
    for operation in reversed(step.operations):
        cells = lit.get(operation.result.key)
        if not cells:
            continue
        for cell in tuple(cells):
            for which, at in _reads(operation, cell):
                lit.setdefault(operation.operands[which].key, set()).add(at)
    return {key: frozenset(cells) for key, cells in lit.items()}


def _reads(operation: Operation, cell: Index) -> tuple[tuple[int, Index], ...]:
    shapes = [operand.value.shape for operand in operation.operands]
    return operation.kernel.cell_rule(cell, shapes).reads()


def downstream(step: Step, key: str, index: Index) -> Highlighted:
    """For every result of the step, the cells that depend on one cell of the symbol `key`.

    The cell itself is not among them, and of very many only the first few thousand.
    """
    found: dict[str, set[Index]] = {key: {index}}
    for operation in step.operations:
        shapes = [operand.value.shape for operand in operation.operands]
        for which, operand in enumerate(operation.operands):
            for cell in tuple(found.get(operand.key, ()))[:_MOST_FED]:
                cells = operation.kernel.downstream(
                    which, cell, shapes, operation.result.value.shape
                )
                found.setdefault(operation.result.key, set()).update(cells)
    del found[key]
    return {name: frozenset(cells) for name, cells in found.items()}


def producer(trace: Trace, key: str) -> Made | None:
    """Where the update makes a symbol; None for what it is given."""
    for step in trace.steps:
        for position, operation in enumerate(step.operations):
            if operation.result.key == key:
                return Made(step.index, position)
    return None


def origin(trace: Trace, key: str, index: Index) -> tuple[str, Index]:
    """The cell that a prepared one is made of: of (W²)ᵀ its W², of σ′(z¹) its z¹.

    Of several, as for a Jacobian's, it is the first; any other cell is its own origin.
    """
    made = producer(trace, key)
    while made is not None:
        step = trace.steps[made.step]
        operation = step.operations[made.operation]
        reads = _reads(operation, index) if prepares(step, operation) else ()
        if not reads:
            break
        which, index = reads[0]
        key = operation.operands[which].key
        made = producer(trace, key)
    return key, index


def readers(trace: Trace, key: str) -> Iterator[tuple[Step, Quantity]]:
    """The steps that read a symbol which they do not make, with it."""
    for step in trace.steps:
        if any(operation.result.key == key for operation in step.operations):
            continue
        operands = (operand for operation in step.operations for operand in operation.operands)
        for operand in operands:
            if operand.key == key:
                yield step, operand
                break
