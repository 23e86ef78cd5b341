"""Provenance: where a number comes from, spelled out from the kernels' own cell rules.

Nothing is computed here in another way: a kernel says which operand cells a result cell reads
and in which terms, and this module only follows that through the operations of a step and gives
the cells their names. The terms shown therefore add up to the value shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import Highlighted, highlighted_cells, prepares, producer
from bpstepper.engine.run.trace import Operation, Quantity, Step
from bpstepper.explain.naming import Naming
from bpstepper.session import Session

__all__ = [
    "Factor",
    "Highlighted",
    "Provenance",
    "SpelledTerm",
    "Stage",
    "highlighted_cells",
    "number_at",
    "prepares",
    "this_number",
]


@dataclass(frozen=True)
class Factor:
    """One operand cell: what it is called, what it is."""

    name: str
    value: float


@dataclass(frozen=True)
class SpelledTerm:
    """One summand: its sign, its factors, and the wire or sample that it stands for."""

    label: str
    sign: int
    factors: tuple[Factor, ...]
    value: float


@dataclass(frozen=True)
class Stage:
    """One operation's part in a number.

    Attributes:
        kernel: the operation's kernel name.
        glue: what a page writes before, between and after a function's arguments.
        name: the cell that it makes.
        terms: what that cell is the sum of, or the arguments of a function.
        is_function: whether the terms are arguments and not summands.
        value: the cell's value.
    """

    kernel: str
    glue: tuple[str, ...]
    name: str
    terms: tuple[SpelledTerm, ...]
    is_function: bool
    value: float


@dataclass(frozen=True)
class Provenance:
    """Where one number comes from.

    Attributes:
        name: the cell, such as `δ(h2)`.
        label: the source's own label of it, such as `w7`, or empty.
        value: its value.
        stages: from the first operation of the step that matters to it, to the last.
    """

    name: str
    label: str
    value: float
    stages: tuple[Stage, ...]


def this_number(step: Step, last: Operation, index: Index, naming: Naming) -> Provenance:
    """Spell out the cell `index` of the result of `last`, an operation of `step`.

    Operations of the step that feed it through a single cell are spelled out, too, so that a
    whole equation reads as one calculation. Those that only prepare an operand are left to the
    finer level of detail.
    """
    stages = []
    for operation, cells in _needed(step, last, index):
        if len(cells) == 1 and (operation is last or not prepares(step, operation)):
            stages.append(_stage(operation, cells[0], naming))
    quantity = last.result
    return Provenance(
        name=naming.cell(quantity, index),
        label=naming.source_label(quantity, index),
        value=float(quantity.value[index]),
        stages=tuple(stages),
    )


def _needed(step: Step, last: Operation, index: Index) -> list[tuple[Operation, tuple[Index, ...]]]:
    """The operations of the step that the cell depends on, with the result cells it needs."""
    wanted: dict[str, dict[Index, None]] = {last.result.key: {index: None}}
    found = []
    for operation in reversed(step.operations):
        cells = tuple(wanted.get(operation.result.key, ()))
        if not cells:
            continue
        found.append((operation, cells))
        shapes = [operand.value.shape for operand in operation.operands]
        if len(cells) > 1 and operation.kernel.form == "function":
            continue  # many cells of an inner function: their own step of detail
        for cell in cells:
            for which, at in operation.kernel.cell_rule(cell, shapes).reads():
                wanted.setdefault(operation.operands[which].key, {})[at] = None
    return found[::-1]


def _stage(operation: Operation, index: Index, naming: Naming) -> Stage:
    operands = operation.operands
    values = [operand.value for operand in operands]
    rule = operation.kernel.cell_rule(index, [value.shape for value in values])
    cells = [[(operands[which], at) for which, at in term.cells] for term in rule.terms]
    labels = [_label(own, naming) for own in cells]
    if len(set(labels)) < len(labels):  # a label has to tell the summands apart
        labels = [_product(own, naming) for own in cells]
    terms = tuple(
        SpelledTerm(
            label=label,
            sign=term.sign,
            factors=tuple(
                Factor(naming.cell(operands[which], at), float(values[which][at]))
                for which, at in term.cells
            ),
            value=value,
        )
        for term, label, value in zip(rule.terms, labels, rule.term_values(values), strict=True)
    )
    return Stage(
        kernel=operation.kernel.name,
        glue=operation.kernel.around or (f"{operation.kernel.sign}(", ")"),
        name=naming.cell(operation.result, index),
        terms=terms,
        is_function=rule.function is not None,
        value=float(operation.result.value[index]),
    )


def _label(cells: list[tuple[Quantity, Index]], naming: Naming) -> str:
    """What a summand stands for: the wire it went along, else its sample, else its cells."""
    for quantity, index in cells:
        wire = naming.wire(quantity, index)
        if wire:
            return wire.replace("→", " → ")
    for quantity, index in cells:
        for axis, i in zip(quantity.axes, index, strict=True):
            if axis.kind == "samples" and axis.size > 1:
                return naming.sample(i)
    return _product(cells, naming)


def _product(cells: list[tuple[Quantity, Index]], naming: Naming) -> str:
    """The cells of a summand, by their names."""
    return " × ".join(naming.cell(quantity, index) for quantity, index in cells)


def number_at(session: Session, quantity: Quantity, index: Index, naming: Naming) -> Provenance:
    """Spell out any cell of any quantity of the update that a session is in.

    One that an earlier step made is spelled out as it was made there; one that is given has no
    stages.
    """
    trace = session.trace
    for operation in session.step.operations:
        if operation.result.key == quantity.key:
            return this_number(session.step, operation, index, naming)
    made = producer(trace, quantity.key)
    if made is not None:
        step = trace.steps[made.step]
        return this_number(step, step.operations[made.operation], index, naming)
    return Provenance(
        name=naming.cell(quantity, index),
        label=naming.source_label(quantity, index),
        value=float(quantity.value[index]),
        stages=(),
    )
