"""Three hints for each question: where to look, the formula, and the formula with its numbers.

They are read off the terms of the kernels' cell rules, like everything that is spelled out. None
has the answer in it: a number that is written like the answer stays a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Operation, Quantity, Step
from bpstepper.engine.symbols import words
from bpstepper.explain.derivation.formula_lines import written
from bpstepper.explain.naming import Naming
from bpstepper.explain.provenance import Factor, Provenance, Stage, this_number
from bpstepper.number_format import number

__all__ = ["DIGITS", "given_for", "hints_for"]

DIGITS = 4
"""Significant digits of the numbers in hints."""

_SHOWN = 6  # terms of a sum that are written out
_Hints = tuple[str, str, str]


def hints_for(
    step: Step, operation: Operation, grain: str, cell: Index | None, naming: Naming
) -> _Hints:
    """The hints of a question about a result, from the vaguest to the plainest."""
    if grain == "shape":
        return _shape(operation)
    if cell is None:
        return _matrix(step, operation, naming)
    told = this_number(step, operation, cell, naming)
    return (
        f"Look at {_listed(_sources(told))}.",
        _in_symbols(told) + ".",
        _in_numbers(told, [told.value]) + ".",
    )


# ── one number ───────────────────────────────────────────────────────────────────────────────


def _sources(told: Provenance) -> list[str]:
    """The cells that a number is made of, without those that its own stages make."""
    made = {stage.name for stage in told.stages}
    names = [
        factor.name for stage in told.stages for term in stage.terms for factor in term.factors
    ]
    return [name for name in dict.fromkeys(names) if name not in made]


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:_SHOWN])
    if len(names) > _SHOWN:
        return ", ".join(shown) + f" and {len(names) - _SHOWN} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _in_symbols(told: Provenance) -> str:
    return _stages(told, lambda factor: factor.name)


def _in_numbers(told: Provenance, answers: Iterable[float]) -> str:
    made = {stage.name for stage in told.stages}
    hidden = {number(abs(answer), digits) for answer in answers for digits in (3, DIGITS)}

    def said(factor: Factor) -> str:
        sizes = {number(abs(factor.value), digits) for digits in (3, DIGITS)}
        is_name = factor.name in made or hidden & sizes
        return factor.name if is_name else number(factor.value, DIGITS)

    return _stages(told, said)


def _stages(told: Provenance, said: Callable[[Factor], str]) -> str:
    return "; ".join(f"{stage.name} = {_stage(stage, said)}" for stage in told.stages)


def _stage(stage: Stage, said: Callable[[Factor], str]) -> str:
    glue = stage.glue if stage.is_function else ()
    terms = stage.terms if stage.is_function else stage.terms[:_SHOWN]
    texts = [said(factor) for term in terms for factor in term.factors]
    more = len(stage.terms) - len(terms)
    return written(terms, glue, texts, guarded=True) + (f" + {more} more" if more else "")


# ── matrices and shapes ──────────────────────────────────────────────────────────────────────


def _matrix(step: Step, operation: Operation, naming: Naming) -> _Hints:
    """A matrix is as its first cell is; the numbers of none are told."""
    value = operation.result.value
    told = this_number(step, operation, (0,) * value.ndim, naming)
    return (
        f"Look at {_listed([_said(operand) for operand in given_for(step, operation)])}.",
        f"{step.equation.formula}; the first cell is {_in_symbols(told)}.",
        f"The first cell is {_in_numbers(told, _all(value))}. The others go in the same way.",
    )


def _all(value: Array) -> list[float]:
    return [float(x) for x in np.ravel(value)]


def _said(quantity: Quantity) -> str:
    return f"{quantity.name.text}, {words(quantity.symbol)}"


def given_for(step: Step, last: Operation) -> list[Quantity]:
    """What the calculation starts from: operands up to `last` that the step does not make."""
    made = {operation.result.key for operation in step.operations}
    upto = step.operations[: step.operations.index(last) + 1]
    operands = [operand for operation in upto for operand in operation.operands]
    return list({o.key: o for o in operands if o.key not in made}.values())


def _shape(operation: Operation) -> _Hints:
    first, second = operation.result.axes
    names = _listed([operand.name.text for operand in operation.operands])
    return (
        f"It is made of {names}: what stands along their rows, and what along their columns?",
        f"The last operation: {operation.kernel.words or 'as it is'}.",
        f"Count {_along(first.kind, first.layer)} for the rows "
        f"and {_along(second.kind, second.layer)} for the columns.",
    )


_AXES = {"units": "the units of {layer}", "one and units": "the units of {layer} and a leading one",
         "samples": "the samples of this batch", "one": "a single one"}  # fmt: skip


def _along(kind: str, layer: int | None) -> str:
    return _AXES.get(kind, "what stands there").format(
        layer="the inputs" if layer == 0 else f"layer {layer}"
    )
