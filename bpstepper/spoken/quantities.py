"""Quantities in sentences: a matrix, a result, one cell by its name, one number spelled out.

What is told here of one quantity, `narration` puts together for a place. Names are those of the
lesson (`w from h1 to o1` for `w(h1→o1)`), terms those of provenance, numbers those of
`number_format`; a matrix that nobody would listen to the end is told by its range and its first
rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import highlighted_cells
from bpstepper.engine.run.trace import Operation, Quantity, Step
from bpstepper.engine.symbols import words
from bpstepper.explain.naming import Naming
from bpstepper.explain.provenance import Factor, Provenance, SpelledTerm, Stage, this_number
from bpstepper.session import Session
from bpstepper.spoken.mathematics import spoken, spoken_exactly, spoken_formula, spoken_number

__all__ = ["say_cell", "say_matrix", "say_name", "say_number", "say_result"]

_MOST_IN_ROW, _MOST_IN_ALL = 8, 24  # numbers of a matrix that is told to the end
_FEW_ROWS, _FEW_COLUMNS = 3, 4  # of any other
_MOST_CELLS = 12  # cells of a result that have a line of their own
_MOST_TERMS = 8  # summands of one number
_MOST_ARGUMENTS = 8  # of a function


def say_name(quantity: Quantity) -> str:
    """A quantity's name in words: `W2 transposed`."""
    return spoken_formula(quantity.name.text)


# ── matrices ─────────────────────────────────────────────────────────────────────────────────


def _shape(value: Array) -> str:
    return " by ".join(str(size) for size in value.shape)


def say_matrix(quantity: Quantity, naming: Naming, look: RenderOptions) -> Iterator[str]:
    """An operand or a result in between: its shape, and its numbers row by row."""
    value, name = quantity.value, say_name(quantity)
    if value.ndim == 0:
        meaning = spoken(words(quantity.symbol))
        yield f"{name}, {meaning}, is {spoken_number(float(value), look.digits)}."
        return
    head = f"{name}, {_shape(value)}"
    if value.ndim == 3:
        yield f"{head}: a table for each sample."
        for sample in range(min(len(value), _FEW_ROWS)):
            of = f"Sample {naming.sample(sample)}" if len(value) > 1 else "The table"
            names = naming.along(quantity.axes[1])
            yield from _rows(of, value[sample], names, names, look)
        return
    yield from _rows(head, value, *naming.rows_and_columns(quantity), look)


def _rows(
    head: str, value: Array, rows: Sequence[str], columns: Sequence[str], look: RenderOptions
) -> Iterator[str]:
    """The rows of a matrix, one a line; what is one row or one column only, on the head's own."""
    if value.shape[1] == 1:
        value, rows, columns = value.T, columns, rows
    count, width = value.shape
    short = value.size <= _MOST_IN_ALL and width <= _MOST_IN_ROW
    first_rows = count if short else min(count, _FEW_ROWS)
    first_columns = width if short else min(width, _FEW_COLUMNS)
    spoken_rows = [
        _row(value[i, :first_columns], columns, width - first_columns, look)
        for i in range(first_rows)
    ]
    if not short:
        head += f", {_range(value, look)}"
    if count == 1:
        yield f"{head}: {spoken_rows[0]}."
        return
    yield f"{head}."
    for i, told in enumerate(spoken_rows):
        yield f"Row {rows[i] if rows else i + 1}: {told}."
    if count > first_rows:
        yield f"And {count - first_rows} more rows."


def _row(values: Array, names: Sequence[str], more: int, look: RenderOptions) -> str:
    told = [spoken_number(x, look.digits) for x in values.tolist()]
    if names:
        told = [f"{name} {number}" for name, number in zip(names, told, strict=False)]
    return ", ".join(told) + (f", and {more} more" if more else "")


def _range(value: Array, look: RenderOptions) -> str:
    finite = value[np.isfinite(value)]
    others = value.size - finite.size
    said = f", {others} of them not finite" if others else ""
    if finite.size == 0:
        return "no number is finite"
    ends = (spoken_number(float(end), look.digits) for end in (finite.min(), finite.max()))
    return f"from {' to '.join(ends)}{said}"


def say_result(quantity: Quantity, naming: Naming, look: RenderOptions) -> Iterator[str]:
    """The result, cell by cell; a big one as any other matrix."""
    value = quantity.value
    if value.size > _MOST_CELLS:
        head, *rest = say_matrix(quantity, naming, look)
        yield f"Result: {head}"
        yield from rest
        return
    if value.ndim:
        yield f"Result: {say_name(quantity)}, {_shape(value)}."
    for index in np.ndindex(value.shape):
        told = spoken_number(float(value[index]), look.digits)
        yield f"{say_cell(quantity, index, naming)} is {told}."


# ── one number ───────────────────────────────────────────────────────────────────────────────


def say_cell(quantity: Quantity, index: Index, naming: Naming) -> str:
    """The name of a cell in words: `w from h1 to o1`, `delta of h1`, `a of h2 in s3`."""
    name = naming.cell(quantity, index)
    at = [(axis, names[i]) for axis, i in zip(quantity.axes, index, strict=True)
          if (names := naming.along(axis))]  # fmt: skip
    units = [(axis.layer or 0, unit) for axis, unit in at if axis.kind != "samples"]
    samples = [sample for axis, sample in at if axis.kind == "samples"]
    wire = naming.wire(quantity, index)
    if wire:
        (_, low), (_, high) = sorted(units, key=lambda unit: unit[0])
        return f"{_stem(name, wire)} from {low} to {high}"
    where = f" of {', '.join(unit for _, unit in units)}" if units else ""
    where += f" in {samples[0]}" if samples else ""
    return _stem(name, ", ".join([*(unit for _, unit in units), *samples])) + where


def _stem(name: str, inside: str) -> str:
    """What a cell is called before its place: `δ` of `δ(h1)`."""
    return spoken_formula(name.removesuffix(f"({inside})"))


class _Words:
    """The names that provenance gives to cells, as on a screen, and the same cells in words."""

    def __init__(self, step: Step, last: Operation, index: Index, naming: Naming) -> None:
        self._naming = naming
        quantities = {
            quantity.key: quantity
            for operation in step.operations
            for quantity in (*operation.operands, operation.result)
        }
        # only few of very many cells are told: they are put into words when they are
        self._cells = {
            naming.cell(quantities[key], cell): (quantities[key], cell)
            for key, cells in highlighted_cells(step, last, index).items()
            for cell in cells
        }

    def __getitem__(self, name: str) -> str:
        return say_cell(*self._cells[name], self._naming)


def say_number(session: Session, look: RenderOptions) -> Iterator[str]:
    """`This number`: named, with all its digits, and then where it comes from."""
    step, last, index = session.step, session.operation, session.cell
    naming = Naming(session.scenario, session.trace.samples)
    found = this_number(step, last, index, naming)
    said = _Words(step, last, index, naming)
    called = f", called {found.label} in the source," if found.label else ""
    yield f"This number: {said[found.name]}{called} is {spoken_exactly(found.value)}."
    yield from _stages(found, said, look)


def _stages(found: Provenance, said: _Words, look: RenderOptions) -> Iterator[str]:
    for position, stage in enumerate(found.stages):
        lead = f"{'Then' if position else 'First'}, {said[stage.name]}"
        if position == len(found.stages) - 1:
            lead = "It"
        many = len(stage.terms) > 1 and any(len(term.factors) > 1 for term in stage.terms)
        if not stage.is_function and (many or len(stage.terms) > 3):
            yield from _sum(lead, stage, said, look)
        else:
            yield f"{lead} is {_calculated(stage, said, look)}."


def _sum(lead: str, stage: Stage, said: _Words, look: RenderOptions) -> Iterator[str]:
    """A sum of products, a term a line; of many terms the largest."""
    terms = stage.terms
    order = sorted(range(len(terms)), key=lambda i: -abs(terms[i].value))
    shown = sorted(order[:_MOST_TERMS]) if len(terms) > _MOST_TERMS else range(len(terms))
    yield f"{lead} is a sum of {len(terms)} terms."
    for i in shown:
        value = spoken_number(terms[i].value, look.digits)
        told = _term(terms[i], said, look)
        same = len(terms[i].factors) == 1
        yield f"Term {i + 1}: {told}." if same else f"Term {i + 1}: {told}, is {value}."
    if len(shown) < len(terms):
        yield f"And {len(terms) - len(shown)} more, smaller."
    yield f"The sum is {spoken_number(stage.value, look.digits)}."


def _factor(factor: Factor, said: _Words, look: RenderOptions) -> str:
    return f"{said[factor.name]}, {spoken_number(factor.value, look.digits)}"


def _term(term: SpelledTerm, said: _Words, look: RenderOptions) -> str:
    sign = "minus " if term.sign < 0 else ""
    return sign + ", times ".join(_factor(factor, said, look) for factor in term.factors)


def _calculated(stage: Stage, said: _Words, look: RenderOptions) -> str:
    """A stage that fits one line: `slope of h1, 0.2413, times …, is 0.008771`."""
    factors = [factor for term in stage.terms for factor in term.factors]
    value = spoken_number(stage.value, look.digits)
    if not factors:
        return f"a constant, {value}"
    if stage.is_function:
        return f"{_applied(stage, factors, said, look)}, which is {value}"
    told = _term(stage.terms[0], said, look)
    for term in stage.terms[1:]:
        told += f", {'' if term.sign < 0 else 'plus '}{_term(term, said, look)}"
    same = len(factors) == 1 and stage.terms[0].sign > 0  # passed on as it is
    return told if same else f"{told}, which is {value}"


def _applied(stage: Stage, factors: Sequence[Factor], said: _Words, look: RenderOptions) -> str:
    """A function with its arguments: `sigma of (z of h1, 0.3775)`."""
    if len(factors) > _MOST_ARGUMENTS:
        return f"{spoken_formula(stage.glue[0].strip('( '))} of {len(factors)} numbers"
    told = [_factor(factor, said, look) for factor in factors]
    glue = stage.glue
    if len(told) + 1 != len(glue):
        glue = (glue[0], *["and"] * (len(told) - 1), glue[-1])
    # letters stand for the arguments while the signs around them are put into words
    letters = [f"Q{chr(ord('a') + i)}" for i in range(len(told))]
    written = "".join(
        f"{before if before[-1:] == '(' else before + ' '}{letter}"
        + (" " if position + 1 < len(letters) else "")
        for position, (before, letter) in enumerate(zip(glue, letters, strict=False))
    )
    text = spoken_formula((written + glue[-1]).strip())
    for letter, argument in zip(letters, told, strict=True):
        text = text.replace(letter, argument)
    return text
