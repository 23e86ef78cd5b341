"""Where a number comes from: the terms add up, and what is lit is what matters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Operation, Step
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.naming import Naming
from bpstepper.explain.provenance import Provenance, highlighted_cells, prepares, this_number
from bpstepper.session import Session, start
from tests.portable import THOROUGH
from tests.scenes import BUNDLED, LARGE, SMALL, as_scenario, at, opened, scenario_of
from tests.strategies import Draft, drafts, examples

HARDER = ("batches", "penalty", "softmax-batch", "starter")
EVERY, NAMES = (*SMALL, *LARGE, *HARDER), (*BUNDLED, *HARDER)
SHARE = 1 if THOROUGH else 29
"""Of the scenarios with thousands of parameters, every so many-th cell."""
CLOSE = 1e-12


def numbers(session: Session, update: int = 1) -> Iterator[tuple[Step, Operation, Index]]:
    """Every cell of every operation of every step."""
    for step in at(session, update, 0).trace:
        for operation in step.operations:
            for index in np.ndindex(*operation.result.value.shape):
                yield step, operation, index


def product(values: list[float]) -> float:
    """One after the other, as a pocket calculator would."""
    return math.prod(values)


def check(found: Provenance, operation: Operation, index: Index) -> None:
    """Whether what is spelled out is the number, and each stage is what it says."""
    value = float(operation.result.value[index])
    assert found.value == value
    assert found.stages[-1].value == value
    assert found.stages[-1].name == found.name
    for stage in found.stages:
        terms = [term.value for term in stage.terms]
        if not terms:  # the 1 that a folded bias is multiplied by, the 0 of one that stays
            assert stage.value in (0.0, 1.0)
            continue
        assert len({term.label for term in stage.terms}) == len(terms)
        for term in stage.terms:
            assert term.label
            assert term.sign in (1, -1)
            assert term.value == term.sign * product([factor.value for factor in term.factors])
            assert all(factor.name for factor in term.factors)
        if not stage.is_function:
            scale = sum(abs(term) for term in terms)
            assert abs(sum(terms) - stage.value) <= CLOSE * scale


def check_chain(found: Provenance) -> None:
    """A later stage goes on with the very numbers that the earlier ones made."""
    made = {stage.name: stage.value for stage in found.stages}
    for position, stage in enumerate(found.stages):
        for term in stage.terms:
            for factor in term.factors:
                earlier = [s.name for s in found.stages[:position]]
                if factor.name in earlier and earlier.count(factor.name) == 1:
                    assert factor.value == made[factor.name]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", EVERY)
def test_the_terms_add_up_to_the_number(name: str, layout: str) -> None:
    """At every step, for every operation, for every cell: within 1e-12·Σ|terms|."""
    session = opened(name, layout)
    share = SHARE if name in LARGE else 1
    own = THOROUGH or layout == opened(name).scenario.network.layout
    for update in (1, 3) if own else (3,):
        naming = Naming(session.scenario, at(session, update, 0).trace.samples)
        for step, operation, index in islice(numbers(session, update), 0, None, share):
            found = this_number(step, operation, index, naming)
            check(found, operation, index)
            check_chain(found)


@given(drafts())
@examples(60)
def test_the_terms_add_up_for_any_network(draft: Draft) -> None:
    """Every activation, loss, batch and layout; one cell of each result."""
    session = start(as_scenario(draft.problem()))
    naming = Naming(session.scenario, at(session, 1, 0).trace.samples)
    for step in at(session, 1, 0).trace:
        for operation in step.operations:
            index = tuple(size - 1 for size in operation.result.value.shape)
            if np.isfinite(operation.result.value).all():
                check(this_number(step, operation, index, naming), operation, index)


def poisoned(step: Step, key: str, index: Index) -> dict[str, Array]:
    """The step, computed on other numbers with NaN in one cell.

    On others, since BLAS may leave out what is multiplied by 0, and 0·NaN with it.
    """
    values: dict[str, Array] = {}
    rng = np.random.default_rng(7)
    for operation in step.operations:
        for operand in operation.operands:
            values.setdefault(operand.key, rng.uniform(0.2, 0.8, operand.value.shape))
    first = {op.result.key for op in step.operations}

    def poison(value: Array) -> Array:
        spoiled = value.copy()
        spoiled[index] = np.nan
        return spoiled

    if key not in first:
        values[key] = poison(values[key])
    for operation in step.operations:
        fed = [values[operand.key] for operand in operation.operands]
        made = operation.kernel(*fed)
        values[operation.result.key] = poison(made) if operation.result.key == key else made
    return values


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_lit_cells_are_the_cells_that_matter(name: str, layout: str) -> None:
    """NaN planted in a cell turns a number into NaN if, and only if, the cell is lit for it."""
    session = opened(name, layout)
    for step in at(session, 1, 0).trace:
        shapes = {q.key: q.value.shape for op in step.operations for q in (*op.operands, op.result)}
        lit = {
            (operation.result.key, index): highlighted_cells(step, operation, index)
            for operation in step.operations
            for index in np.ndindex(*operation.result.value.shape)
        }
        for key, shape in shapes.items():
            for cell in np.ndindex(*shape):
                values = poisoned(step, key, cell)
                for (result, index), cells in lit.items():
                    reached = bool(np.isnan(values[result][index]))
                    assert reached == (cell in cells.get(key, ())), (step.id, key, cell, result)


@given(drafts(), st.integers(0, 10_000))
@examples(60)
def test_lit_cells_matter_in_any_network(draft: Draft, chance: int) -> None:
    """The same for one cell of each operand in networks of every kind."""
    session = start(as_scenario(draft.problem()))
    rng = np.random.default_rng(chance)
    for step in at(session, 1, 0).trace:
        last = step.operations[-1]
        index = tuple(int(rng.integers(size)) for size in last.result.value.shape)
        cells = highlighted_cells(step, last, index)
        for operand in {q.key: q for op in step.operations for q in op.operands}.values():
            cell = tuple(int(rng.integers(size)) for size in operand.value.shape)
            spoiled = poisoned(step, operand.key, cell)[last.result.key][index]
            assert bool(np.isnan(spoiled)) == (cell in cells.get(operand.key, ()))


@pytest.mark.parametrize("name", NAMES)
def test_the_chosen_cell_itself_is_lit(name: str) -> None:
    """It is what a screen marks as the target."""
    for step, operation, index in numbers(opened(name)):
        assert highlighted_cells(step, operation, index)[operation.result.key] == {index}


def test_an_equation_reads_as_one_calculation() -> None:
    """δ(h2) of Mazur's network: two routes, their sum, the slope; the books' own numbers."""
    session = opened("mazur").go("delta1").next_cell()
    naming = Naming(session.scenario, session.trace.samples)
    found = this_number(session.step, session.operation, session.cell, naming)
    routes, slope = found.stages
    assert found.name == "δ(h2)"
    assert [term.label for term in routes.terms] == ["h2 → o1", "h2 → o2"]
    assert [[factor.name for factor in term.factors] for term in routes.terms] == [
        ["w(h2→o1)", "δ(o1)"],
        ["w(h2→o2)", "δ(o2)"],
    ]
    assert [term.value for term in routes.terms] == pytest.approx([0.06232435, -0.02095403])
    assert routes.value == pytest.approx(0.04137032)
    assert [factor.name for factor in slope.terms[0].factors] == ["∂C/∂a(h2)", "slope(h2)"]
    assert found.value == pytest.approx(0.009954255)


def test_the_operand_that_a_step_prepares_has_no_stage_of_its_own() -> None:
    """A transpose or a slope is shown as the operand it becomes, unless it is what is asked for."""
    step = opened("mazur").go("delta1").step
    assert [prepares(step, op) for op in step.operations] == [True, False, True, False]
    naming = Naming(scenario_of("mazur"), (0,))
    slope = step.operations[2]
    found = this_number(step, slope, (0, 0), naming)
    assert [stage.kernel for stage in found.stages] == [slope.kernel.name]
    assert found.stages[0].is_function


def test_a_weight_is_told_with_the_label_of_its_source() -> None:
    """As `new w(h2→o1) (w6)`."""
    session = opened("mazur").go("W2_next").next_cell()
    naming = Naming(session.scenario, session.trace.samples)
    found = this_number(session.step, session.operation, session.cell, naming)
    assert (found.name, found.label) == ("new w(h2→o1)", "w6")


def test_long_sums_keep_every_term() -> None:
    """Folding them is a drawing's business: 784 inputs are 784 terms."""
    session = opened("wide").go("z1")
    naming = Naming(session.scenario, session.trace.samples)
    found = this_number(session.step, session.operation, session.cell, naming)
    assert len(found.stages[0].terms) == 784
    check(found, session.operation, session.cell)
