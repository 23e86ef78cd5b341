"""Whatever a notation shows, every line of it is true of the numbers that it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bpstepper.engine.compile.network import Training
from bpstepper.engine.ops.kernels import AnyArray
from bpstepper.engine.run.trace import Operation
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.notation import Notation, noted
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.explain.provenance import this_number
from bpstepper.session import start
from tests.explain.formulas import UnreadError, evaluate
from tests.explain.shown import NAMES, OTHERS, ROWS, pairs, traces
from tests.scenes import at, opened, scenario_of

SIGNS = {"+": np.add, "−": np.subtract, "/": np.divide}


def read(notation: Notation, plain: Operation, shown: Operation) -> AnyArray:
    """What the signs on the page make of the numbers on the page.

    A minus before the whole is a minus; else they are the operation's own signs, or a sum's.
    """
    glue = shown.kernel.glue
    functions = notation.spelling.functions
    own = tuple(functions[g].text if g in functions else g for g in plain.kernel.glue)
    own = tuple(functions[g[:-1]].text + "′" if g[:-1] in functions else g for g in own)
    operands = [operand.value for operand in shown.operands]
    with np.errstate(all="ignore"):
        return _read(glue, own, plain, operands)


def _read(
    glue: tuple[str, ...], own: tuple[str, ...], plain: Operation, operands: list[Any]
) -> AnyArray:
    if glue == own:
        return plain.kernel(*operands)
    if glue[0].startswith("−(") and glue[-1].endswith(")"):
        return -_read((glue[0][2:], *glue[1:-1], glue[-1][:-1]), own, plain, operands)
    if glue[0].startswith("−"):
        return -_read((glue[0][1:].strip(), *glue[1:]), own, plain, operands)
    assert (glue[0], glue[2]) == ("", ""), glue
    result: AnyArray = SIGNS[glue[1]](*operands)
    return result


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("notation", ROWS)
@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_true_of_the_numbers_shown(
    notation: Notation, name: str, layout: str
) -> None:
    """The signs that are shown, read by themselves, make the shown result of the shown operands."""
    for plain, shown in pairs(notation, opened(name, layout)):
        np.testing.assert_array_equal(read(notation, plain, shown), shown.result.value)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("folded", [False, True])
def test_lines_are_true_whatever_the_optimizer(optimizer: str, folded: bool) -> None:
    """Averages of gradients with the other sign have it, too, and the weights come out the same."""
    scenario = scenario_of("penalty")
    training = Training(optimizer=optimizer, learning_rate=0.1, batch_size=None)
    network = replace(scenario.network, bias="folded" if folded else "separate")
    session = start(replace(scenario, training=training, network=network))
    for notation in OTHERS:
        for update in (1, 2):
            here = at(session, update, 0)
            shown = noted(here, notation).trace
            for step, other in zip(here.trace, shown, strict=True):
                for own, op in zip(step.operations, other.operations, strict=True):
                    np.testing.assert_array_equal(read(notation, own, op), op.result.value)
            for key, value in here.trace.parameters.items():
                np.testing.assert_array_equal(shown.parameters[key], value)


@pytest.mark.parametrize("notation", ROWS)
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_replays_to_what_is_shown(notation: Notation, name: str) -> None:
    """The engine's promise holds for what is shown, too: its kernel makes the result."""
    for _, shown in pairs(notation, opened(name)):
        np.testing.assert_array_equal(shown.replay(), shown.result.value)


@pytest.mark.parametrize("notation", ROWS)
@pytest.mark.parametrize("name", ["mazur", "softmax-jacobian", "penalty", "adam", "momentum"])
def test_the_terms_of_a_shown_number_add_up(notation: Notation, name: str) -> None:
    """`this number`, asked of what is shown, spells it out with the numbers that are shown."""
    session = opened(name)
    shown = traces(notation, session)[1]
    naming = Naming(session.scenario, shown.samples)
    for step in shown:
        for op in step.operations:
            if op.result.value.ndim != 2:
                continue
            index = tuple(size - 1 for size in op.result.value.shape)
            found = this_number(step, op, index, naming)
            rule = op.kernel.cell_rule(index, [o.value.shape for o in op.operands])
            value = rule.value([o.value for o in op.operands])
            assert found.value == op.result.value[index]
            assert value == pytest.approx(found.value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("notation", NOTATIONS.values(), ids=NOTATIONS)
@pytest.mark.parametrize("name", NAMES)
def test_a_formula_is_true_of_the_numbers_shown(notation: Notation, name: str) -> None:
    """The equation's line, read as it is written, makes the step's result of what has names."""
    session = opened(name)
    shown = traces(notation, session)[1]
    read_ones = 0
    for step in shown:
        read_by = {operand.symbol.kind for op in step.operations for operand in op.operands}
        if "grad_Wb_frozen" in read_by:
            continue  # here the engine's own formula names the whole gradient
        try:
            found, left = evaluate(step, shown, session.scenario)
        except UnreadError:
            continue
        read_ones += 1
        np.testing.assert_allclose(
            found, left, rtol=1e-9, atol=1e-12, err_msg=step.equation.formula
        )
    assert read_ones >= len(session.scenario.network.layers) * 3
