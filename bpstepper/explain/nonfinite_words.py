"""Overflow, told: "exp of 812 is too large: z²(h1) became ∞ in update 17"."""

from __future__ import annotations

import math

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.nonfinite import Birth, first_nonfinite
from bpstepper.engine.run.training import Timeline
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.letters import OWN
from bpstepper.explain.notation.notation import Notation
from bpstepper.number_format import number

__all__ = ["birth_before", "tell_birth"]

_MOST_READS = 4


def birth_before(line: Timeline, update: int) -> Birth | None:
    """Where the first number that is not finite was made, at or shortly before an update.

    A parameter that overflows in one update shows in the cost of the next, so that one is looked
    at, too.
    """
    for candidate in range(update, max(update - 3, 0), -1):
        found = first_nonfinite(line.trace(candidate))
        if found is not None:
            return found
    return None


def tell_birth(
    birth: Birth, problem: Problem, samples: tuple[int, ...], notation: Notation = OWN
) -> str:
    """One sentence: what was done to which numbers, what came out, and where.

    Args:
        birth: where it was; of a trace as `notation` shows it.
        problem: whose units they are.
        samples: the indices of the batch's samples.
        notation: whose letters are used.
    """
    naming = Naming(problem, samples, None if notation.own else notation.stem)
    operation = birth.operation
    cell = naming.cell(operation.result, birth.cell)
    became = "is not a number" if math.isnan(birth.value) else "overflowed"
    largest = sorted(birth.reads, key=abs, reverse=True)[:_MOST_READS]
    told = ", ".join(number(value) for value in largest)
    more = ", …" if len(birth.reads) > len(largest) else ""
    result = operation.result
    where = result.key if notation.own else result.name.text
    return (
        f"{operation.kernel.name} of {told}{more} {became}: {cell} in {where} "
        f"({birth.step.equation.formula}), update {birth.update}"
    )
