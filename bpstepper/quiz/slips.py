"""Plain slips: what is done wrongly by somebody who knows better. A table, one row each.

A slip changes one thing in the calculation of one cell, and the rest of the calculation is done
as it should be. The terms are those of the kernels' own cell rules, and what follows after the
slip is computed by these rules, too. Mistakes that somebody believes in are in `mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np

from bpstepper.engine.ops.kernels import AnyArray, Cell, Index, Term
from bpstepper.engine.run.dataflow import prepares
from bpstepper.engine.run.trace import Operation, Step
from bpstepper.explain.naming import Naming
from bpstepper.number_format import number

__all__ = ["SLIPS", "Calculation", "Found", "SlipKind", "plain_slips"]

_MOST_TERMS = 2000
"""Terms of one sum that are looked through."""


class Found(NamedTuple):
    """What one slip would make of a cell.

    Attributes:
        value: the number that comes out.
        wrong: what was done, as the end of the sentence "You …".
        right: what in the calculation is right all the same; or empty.
    """

    value: float
    wrong: str
    right: str


@dataclass(frozen=True)
class Link:
    """One operation's part in the calculation: the cell that it makes, and by which rule."""

    operation: Operation
    cell: Index
    rule: Cell

    @property
    def values(self) -> list[AnyArray]:
        """The values of the operands."""
        return [operand.value for operand in self.operation.operands]


class Calculation:
    """How one cell is calculated within its step, from the first operation that matters.

    Attributes:
        links: in order; the last one makes the cell.
        naming: what the cells are called.
    """

    def __init__(self, step: Step, last: Operation, cell: Index, naming: Naming) -> None:
        self.naming = naming
        links = [_link(last, cell)]
        before = step.operations[: step.operations.index(last)]
        for operation in reversed(before):
            cells = {
                at
                for link in links
                for which, at in link.rule.reads()
                if link.operation.operands[which] is operation.result
            }
            if len(cells) == 1 and not prepares(step, operation):
                links.append(_link(operation, cells.pop()))
        self.links = tuple(reversed(links))

    @property
    def value(self) -> float:
        """The right number."""
        link = self.links[-1]
        return float(link.operation.result.value[link.cell])

    def with_value(self, position: int, value: float) -> float:
        """What comes out if the link at `position` made another number, and all else was right."""
        wrong = {(self.links[position].operation.result.key, self.links[position].cell): value}
        for link in self.links[position + 1 :]:
            operands = [
                _Overlaid(operand.key, operand.value, wrong) for operand in link.operation.operands
            ]
            value = link.rule.value(cast("Sequence[AnyArray]", operands))
            wrong[link.operation.result.key, link.cell] = value
        return value

    def sums(self) -> Iterator[tuple[int, Link, list[float]]]:
        """The links that add up several terms, with their terms' values."""
        for position, link in enumerate(self.links):
            if link.rule.function is None and 2 <= len(link.rule.terms) <= _MOST_TERMS:
                yield position, link, link.rule.term_values(link.values)

    def term(self, link: Link, term: Term) -> str:
        """A term by its names: `w(h2→o1) × δ(o1)`."""
        operands = link.operation.operands
        return " × ".join(self.naming.cell(operands[which], at) for which, at in term.cells)


class _Overlaid:
    """An array with some cells other, as far as a cell rule can tell."""

    def __init__(self, key: str, value: AnyArray, other: dict[tuple[str, Index], float]) -> None:
        self._key, self._value, self._other = key, value, other

    def __getitem__(self, index: Index) -> Any:
        return self._other.get((self._key, index), self._value[index])


def _link(operation: Operation, cell: Index) -> Link:
    shapes = [operand.value.shape for operand in operation.operands]
    return Link(operation, cell, operation.kernel.cell_rule(cell, shapes))


# ── the slips ────────────────────────────────────────────────────────────────────────────────


def _sign(made: Calculation) -> Iterator[Found]:
    yield Found(-made.value, "have the other sign", "The size of your number is right.")


def _counted(more: int, told: str) -> Callable[[Calculation], Iterator[Found]]:
    """One term of a sum counted so many times more than once."""

    def variants(made: Calculation) -> Iterator[Found]:
        for position, link, values in made.sums():
            total = sum(values)
            for term, value in zip(link.rule.terms, values, strict=True):
                wrong = made.with_value(position, total + more * value)
                name = f"the term {made.term(link, term)} = {number(value)}"
                yield Found(wrong, told.format(name), _others(values))

    return variants


def _others(values: Sequence[float]) -> str:
    return "The other term is right." if len(values) == 2 else "The other terms are right."


def _factor_missing(made: Calculation) -> Iterator[Found]:
    for position, link in enumerate(made.links):
        if link.rule.function is not None or len(link.rule.terms) != 1:
            continue
        (term,) = link.rule.terms
        if len(term.cells) < 2:
            continue
        operands = link.operation.operands
        for left_out, (which, at) in enumerate(term.cells):
            rest = Term(term.sign, (*term.cells[:left_out], *term.cells[left_out + 1 :]))
            value = Cell((rest,)).value(link.values)
            name = made.naming.cell(operands[which], at)
            kept = made.term(link, rest)
            yield Found(
                made.with_value(position, value),
                f"left out the factor {name} = {number(float(operands[which].value[at]))}",
                f"{kept} is right.",
            )


def _stopped_early(made: Calculation) -> Iterator[Found]:
    """What is still to be added, subtracted, or put into a function."""
    last = made.links[-1]
    for link in made.links[:-1]:
        quantity = link.operation.result
        name = made.naming.cell(quantity, link.cell)
        value = float(quantity.value[link.cell])
        yield Found(value, f"stopped at {name}", "It is right as far as it goes.")
    if last.rule.function is not None:
        operands = last.operation.operands
        for which, at in last.rule.reads():
            name = made.naming.cell(operands[which], at)
            value = float(operands[which].value[at])
            done = last.operation.kernel.sign or last.operation.kernel.name
            yield Found(value, f"gave {name}; {done} is still to be applied", "")


def _transposed_operand(made: Calculation) -> Iterator[Found]:
    """One term takes the transposed cell of a matrix."""
    for position, link, values in made.sums():
        total = sum(values)
        for term, value in zip(link.rule.terms, values, strict=True):
            for factor, (which, at) in enumerate(term.cells):
                operand = link.operation.operands[which]
                turned = at[::-1]
                shape = operand.value.shape
                inside = len(at) == 2 and all(i < n for i, n in zip(turned, shape, strict=True))
                if turned == at or not inside:
                    continue
                cells = (*term.cells[:factor], (which, turned), *term.cells[factor + 1 :])
                other = Cell((Term(term.sign, cells),)).value(link.values)
                name, right = (made.naming.cell(operand, i) for i in (turned, at))
                yield Found(
                    made.with_value(position, total - value + other),
                    f"took {name} where {right} belongs",
                    _others(values),
                )


def _transposed_index(made: Calculation) -> Iterator[Found]:
    """The right numbers of other cells: the transposed one first, then the nearest."""
    link = made.links[-1]
    quantity, cell = link.operation.result, link.cell
    if len(cell) != 2:
        return
    rows, columns = quantity.value.shape
    row, column = cell
    nearest = [(column, row)]
    nearest += [(row, j) for j in range(min(columns, _MOST_TERMS))]
    nearest += [(i, column) for i in range(min(rows, _MOST_TERMS))]
    for at in dict.fromkeys(nearest):
        if at != cell and at[0] < rows and at[1] < columns:
            name = made.naming.cell(quantity, at)
            yield Found(
                float(quantity.value[at]),
                f"gave the number of {name}",
                "It is right for that cell.",
            )


def _power_of_ten(made: Calculation) -> Iterator[Found]:
    for power in (-3, -2, -1, 1, 2, 3):
        much = {1: "10 times", 2: "100 times", 3: "1000 times"}[abs(power)]
        than = "too large" if power > 0 else "too small"
        value = made.value * 10**power if power > 0 else made.value / 10**-power
        yield Found(value, f"are {much} {than}", "Its digits are right.")


@dataclass(frozen=True)
class SlipKind:
    """One row of the table.

    Attributes:
        id: its public name.
        title: in a few words.
        variants: everything that this slip could make of a calculation.
        restates: where a mistake made in the same step gives the same number, whether the two say
            the same in other words.
    """

    id: str
    title: str
    variants: Callable[[Calculation], Iterator[Found]]
    restates: bool = False


SLIPS: tuple[SlipKind, ...] = (
    SlipKind("sign", "the sign is wrong", _sign),
    SlipKind("factor_missing", "a factor is left out", _factor_missing, restates=True),
    SlipKind("term_missing", "a term is left out", _counted(-1, "left out {}")),
    SlipKind("term_twice", "a term is counted twice", _counted(1, "counted {} twice")),
    SlipKind("term_sign", "a term has the wrong sign", _counted(-2, "took {} with the other sign")),
    SlipKind("stopped_early", "something is still to be done", _stopped_early, restates=True),
    SlipKind("transposed_index", "the number of another cell", _transposed_index, restates=True),
    SlipKind(
        "transposed_operand", "one factor is of another cell", _transposed_operand, restates=True
    ),
    SlipKind("power_of_ten", "the decimal point is elsewhere", _power_of_ten),
)
"""Every plain slip that makes another number, in the order in which they are told."""


def plain_slips(made: Calculation) -> Iterator[tuple[SlipKind, Found]]:
    """Everything that a plain slip could make of a cell, where it is a number at all."""
    for kind in SLIPS:
        for found in kind.variants(made):
            if np.isfinite(found.value):
                yield kind, found
