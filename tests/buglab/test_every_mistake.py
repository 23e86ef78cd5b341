"""Every mistake in 200 random networks on which it applies.

It makes a difference, where it is said to, and the quiz that is given its number names it.

All 200 are run operation by operation, by the kernels alone. In every so many-th the training
itself and the quiz are asked, too; with `BPSTEPPER_THOROUGH=1` in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from bpstepper.buglab.mistakes import (
    MISTAKES,
    difference,
    differences,
    mistaken_program,
    mistaken_timeline,
)
from bpstepper.engine.compile.mutation import Clash
from bpstepper.engine.compile.network import Array
from bpstepper.engine.compile.program import Program
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.symbols import Symbol
from bpstepper.quiz import Sheet
from bpstepper.quiz.answering import parse_answer
from bpstepper.quiz.asking import question_at
from bpstepper.quiz.grading import grade
from tests.portable import THOROUGH
from tests.scenes import as_scenario
from tests.strategies import Draft, random_draft

APPLIES = 200 if THOROUGH else 60  # networks on which each mistake is to apply
SHARE = 1 if THOROUGH else 31  # in every so many-th the training and the quiz are asked
MOST = 600  # networks that are looked at for it
HIDDEN = ("sigmoid", "tanh", "softplus", "silu")

Values = Mapping[Symbol, Array]


def draft_of(number: int) -> Draft:
    """Any network in one case of five; else one in which most mistakes can be made."""
    rng = np.random.default_rng([2026, number])
    draft = random_draft(rng)
    if number % 5 == 0:
        return replace(draft, sizes=tuple(min(size, 4) for size in draft.sizes), unit=None)
    size, hidden = int(rng.integers(2, 4)), 2 if number % 4 == 0 else 1
    output = "sigmoid" if number % 3 == 0 else "softmax"
    # the first hidden layer is one that z(1 − z) can be taken for
    inner = ("sigmoid", *(str(rng.choice(HIDDEN)) for _ in range(hidden - 1)))
    return Draft(
        sizes=(size,) * (hidden + 2),
        activations=(*inner, output),
        layout=draft.layout,
        loss="squared_error",
        factor=draft.factor,
        outputs=draft.outputs,
        l2=0.1,
        count=size + int(rng.integers(0, 2)),
        batch_size=size,  # as many samples as units: there even a bias that lies down fits
        shuffle=draft.shuffle,
        seed=draft.seed,
        optimizer=draft.optimizer if number % 4 == 1 else "sgd",
        constants=draft.constants if number % 4 == 1 else (),
    )


@lru_cache(maxsize=MOST)
def sheet_of(number: int) -> Sheet:
    """A network with its first update."""
    return Sheet(as_scenario(draft_of(number).problem()))


def run(program: Program, right: Trace) -> dict[Symbol, Array]:
    """A program's values from the right one's inputs, by its kernels alone.

    What is made as in the right program, of what is the same there, is what it is there.
    """
    usual, known = right.program.producer, right.values
    values = {s: known[s] for s in (*program.inputs, *program.parts) if s in known}
    fresh: set[Symbol] = set()
    with np.errstate(all="ignore"):
        for op in program.ops:
            if usual.get(op.result) is op and fresh.isdisjoint(op.operands):
                values[op.result] = known[op.result]
                continue
            values[op.result] = op.kernel(*(values[operand] for operand in op.operands))
            fresh.add(op.result)
    return values


def differing(right: Values, wrong: Values) -> list[str]:
    """The keys of what is not the same in both, in the right one's order, by a rule of its own."""
    found = []
    for symbol, value in right.items():
        other = wrong.get(symbol)
        if other is None or other is value:
            continue
        if value.shape == other.shape and np.array_equal(value, other, equal_nan=True):
            continue
        if value.shape == other.shape and nearly(value, other):
            continue
        found.append(symbol.key)
    return found


def nearly(value: Array, other: Array) -> bool:
    """Whether they are apart by less than rounding; NaN is near NaN, infinity near itself."""
    with np.errstate(all="ignore"):
        off, largest = np.abs(value - other), max(np.abs(value).max(), np.abs(other).max())
    if np.isfinite(largest):
        return bool(off.max() <= 1e-9 * largest)
    finite = np.isfinite(value) & np.isfinite(other)
    same = (value == other) | (np.isnan(value) & np.isnan(other))
    largest = max(float(np.abs(v[np.isfinite(v)]).max(initial=0.0)) for v in (value, other))
    return bool((same | (finite & (off <= 1e-9 * largest))).all())


def parts_where_it_should(first: Symbol, mine: Program, right: Trace) -> bool:
    """Whether the operation that makes it differs, or what it reads has been left out."""
    op, usual = mine.producer[first], right.program.producer[first]
    return (op.kernel, op.operands) != (usual.kernel, usual.operands) or any(
        operand not in right.values for operand in op.operands
    )


def quiz_names(sheet: Sheet, id_: str, first: str, wrong: Array) -> bool:
    """Whether who gives the mistake's number is told of it; or there is none to be told apart."""
    right = sheet.trace[first]
    if wrong.shape != right.shape:
        if right.ndim != 2 or wrong.ndim != 2 or sheet.made(first)[0].equation.cross_check:
            return True
        question, text = question_at(sheet, first, "shape"), "×".join(map(str, wrong.shape))
    else:
        with np.errstate(all="ignore"):
            off = np.where(np.isfinite(right) & np.isfinite(wrong), np.abs(wrong - right), 0.0)
        cell = tuple(int(i) for i in np.unravel_index(int(off.argmax()), right.shape))
        if not off.max() > 1e-6 * np.abs(right[cell]) or wrong[cell] == 0:
            return True
        question, text = question_at(sheet, first, "cell", cell), f"{wrong[cell]:.9e}"
    told = grade(question, parse_answer(text, question), sheet)
    return not told.right and id_ in {slip.id for slip in told.slips}


@pytest.mark.parametrize("id_", MISTAKES)
def test_every_mistake_in_many_networks(id_: str) -> None:
    """It differs; first where both programs part, as is said; and the quiz knows it."""
    applied = 0
    for number in range(MOST):
        sheet = sheet_of(number)
        right, scenario = sheet.trace, sheet.scenario
        try:
            program = mistaken_program(scenario, id_, right.program)
        except Clash:
            continue  # that, too, is an answer
        if program is right.program:
            continue
        keeps = not all(symbol in right.values for symbol in program.inputs)
        if not (check_later(number, id_) if keeps else check(number, id_, program)):
            continue
        applied += 1
        if applied == APPLIES:
            return
    pytest.fail(f"it applies to {applied} networks only")


def check(number: int, id_: str, program: Program) -> bool:
    """Whether a mistake applies to the first update; all that is said of it then is so."""
    sheet = sheet_of(number)
    right, values = sheet.trace, run(program, sheet.trace)
    expected = differing(right.values, values)
    assert list(differences(right, Trace(program, values))) == expected, number
    if not expected:
        return False
    first = program.by_key[expected[0]]
    assert parts_where_it_should(first, program, right), number
    if number % SHARE == SHARE // 2:
        verdict = difference(sheet.scenario, id_, 1, sheet.line)
        assert verdict.first == expected[0], number
        seen = {key: wrong for key, (_, wrong) in verdict.differs.items() if key in expected}
        assert list(seen) == expected, number
        for key, wrong in seen.items():
            there = values[program.by_key[key]]
            assert np.allclose(wrong, there, rtol=1e-12, atol=0, equal_nan=True), key
        assert quiz_names(sheet, id_, expected[0], values[first]), number
        for step in mistaken_timeline(sheet.scenario, id_).trace(1):
            for operation in step.operations:
                made = operation.result
                assert np.array_equal(operation.replay(), made.value, equal_nan=True), made.key
    return True


def check_later(number: int, id_: str) -> bool:
    """The same of a mistake that keeps something: the first update has nothing to be kept from."""
    sheet = sheet_of(number)
    verdict = difference(sheet.scenario, id_, 2, sheet.line)
    if verdict.first is None:
        return False
    program = mistaken_program(sheet.scenario, id_, sheet.line.trace(2).program)
    first = program.producer[program.by_key[verdict.first]]
    own = {operand for operand in first.operands if operand not in sheet.trace.values}
    assert own & set(program.inputs), number  # it reads what was kept, and nothing before it does
    if number % SHARE == SHARE // 2:
        assert not difference(sheet.scenario, id_, 1, sheet.line).applies
        later = Sheet(sheet.scenario, 2, sheet.line)
        assert quiz_names(later, id_, verdict.first, verdict.differs[verdict.first][1]), number
    return True
