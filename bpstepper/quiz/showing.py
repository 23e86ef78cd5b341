"""What of a question stands on a page: which matrices, and which of their cells stand out.

A page shows what one computes from, and an empty frame where the answer belongs. A transpose is
left to the learner, for which way a matrix is taken is often the very question; a slope, which
takes a calculator and no thought, is there. Where a known mistake was made, the cells stand out
that it takes; after a hint and at the end, those that belong there. How it looks is the drawings'
business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import Highlighted, highlighted_cells, prepares
from bpstepper.engine.run.trace import Operation, Quantity, Step
from bpstepper.quiz.round import Reply
from bpstepper.quiz.sheet import Sheet

__all__ = ["laid_out", "standing_out"]

_MOST = 4096  # cells of a matrix that may stand out: more than any screen shows


def laid_out(step: Step, asked: Operation) -> list[Quantity]:
    """The matrices to compute a result from, in the order in which they are needed."""
    made = {operation.result.key: operation for operation in step.operations}

    def given(quantity: Quantity) -> Iterator[Quantity]:
        producer = made.get(quantity.key)
        if producer is None:
            yield quantity
        elif _rearranges(producer):
            yield from given(producer.operands[0])
        elif prepares(step, producer):
            yield quantity

    upto = step.operations[: step.operations.index(asked) + 1]
    working = [one for one in upto if one is asked or not prepares(step, one)]
    found = [q for operation in working for operand in operation.operands for q in given(operand)]
    return list({quantity.key: quantity for quantity in found}.values())


def _rearranges(operation: Operation) -> bool:
    """Whether an operation only puts numbers elsewhere, as a transpose does."""
    value = operation.result.value
    if operation.kernel.arity != 1 or not value.size:
        return False
    last = tuple(size - 1 for size in value.shape)
    rule = operation.kernel.cell_rule(last, [operand.value.shape for operand in operation.operands])
    return rule.function is None and [(t.sign, len(t.cells)) for t in rule.terms] == [(1, 1)]


def standing_out(sheet: Sheet, reply: Reply, lately: str) -> Mapping[str, Mapping[Index, str]]:
    """Symbol → cell → "target" for what is asked, "source" for what a number was made of.

    Args:
        sheet: the update.
        reply: what came back by now.
        lately: what was done last; see `Round`.
    """
    question = reply.question
    step, operation = sheet.made(question.symbol)
    if question.grain == "shape":
        return {}
    if question.cell is None:
        value = operation.result.value
        every = [(i, j) for i in range(value.shape[0]) for j in range(value.shape[1])]
        return {} if reply.done else {question.symbol: dict.fromkeys(every, "target")}
    lit: Highlighted = {}
    if reply.done or lately == "hinted":
        lit = highlighted_cells(step, operation, question.cell)
    elif lately == "answered":
        lit = _taken(sheet, reply, question.cell)
    marks: dict[str, dict[Index, str]] = {
        key: dict.fromkeys(sorted(cells), "source")
        for key, cells in lit.items()
        if len(cells) <= _MOST
    }
    marks[question.symbol] = {question.cell: "target"}
    return marks


def _taken(sheet: Sheet, reply: Reply, cell: Index) -> Highlighted:
    """The cells that the last answer was made of, where one known mistake of this step gives it."""
    grade = reply.attempts[-1].grade
    slip = grade.slips[0] if grade is not None and len(grade.slips) == 1 else None
    if slip is None or not (slip.is_mistake and slip.is_here):
        return {}
    for found in sheet.mistaken(reply.question.symbol):
        if found.mistake.id == slip.id and found.step is not None:
            return highlighted_cells(found.step, found.step.operations[-1], cell)
    return {}
