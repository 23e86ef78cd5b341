"""Scenario, Expect and Note as values, and the symbols that files name."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.engine.network import ProblemError
from bpstepper.scenario import Expect, load
from bpstepper.scenario.expectations import batch_of_update
from bpstepper.scenario.model import in_layout
from bpstepper.scenario.symbol_keys import KINDS, parse, shape


def test_with_layout_keeps_what_the_values_are_written_in() -> None:
    """Turning a scenario twice does not forget the file's layout."""
    scenario = load("mazur").with_layout("row").with_layout("torch")
    assert (scenario.network.layout, scenario.expect_layout) == ("torch", "column")
    assert scenario.title == load("mazur").title


def test_with_a_layout_that_there_is_not() -> None:
    """It says which there are."""
    with pytest.raises(ProblemError, match="column"):
        load("mazur").with_layout("diagonal")


def test_expected_values_are_read_only() -> None:
    """An Expect owns its numbers."""
    value = np.array([1.0, 2.0])
    expect = Expect(symbol="z1", value=value)
    value[0] = 7
    assert expect.value[0] == 1.0
    assert not expect.value.flags.writeable


@pytest.mark.parametrize(
    ("symbol", "written", "wanted", "turns"),
    [
        ("W1", "column", "row", True),
        ("grad_W2", "row", "column", True),
        ("W1", "column", "torch", False),
        ("W1_next", "torch", "row", True),
        ("W2_T", "column", "row", True),
        ("W2_T", "column", "torch", False),
        ("delta1", "column", "row", True),
        ("delta1", "column", "torch", True),
        ("b1", "row", "torch", False),
        ("grad_x", "row", "column", True),
    ],
)
def test_in_layout(symbol: str, written: str, wanted: str, turns: bool) -> None:
    """Weights turn with the axes of W, the rest with the axis of the samples."""
    value = np.arange(6.0).reshape(2, 3)
    result = in_layout(value, symbol, written, wanted)
    np.testing.assert_array_equal(result, value.T if turns else value)


def test_single_numbers_and_jacobians_do_not_turn() -> None:
    """Only two dimensions have an order."""
    assert in_layout(3.0, "C", "column", "row").shape == ()
    assert in_layout(np.zeros((4, 2, 2)), "jacobian1", "column", "row").shape == (4, 2, 2)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("x", (2, 5)),
        ("y", (4, 5)),
        ("C_all", ()),
        ("z1", (3, 5)),
        ("delta2", (4, 5)),
        ("W1", (3, 2)),
        ("grad_W2", (4, 3)),
        ("W2_T", (3, 4)),
        ("b2", (4, 1)),
        ("b1_next", (3, 1)),
        ("jacobian2", (5, 4, 4)),
        ("grad_x", (2, 5)),
    ],
)
def test_shapes_of_symbols(key: str, expected: tuple[int, ...]) -> None:
    """The shape follows from kind, layer and batch."""
    parsed = parse(key)
    assert parsed is not None
    assert shape(parsed, (2, 3, 4), 5) == expected


@pytest.mark.parametrize("key", ["m_W1", "W1x", "W01", "Z1", "delta", "x1", "C1", "", "W1_", "δ1"])
def test_other_keys_are_not_taken_apart(key: str) -> None:
    """Intermediates, optimizer states and slips are not of a public kind."""
    assert parse(key) is None


def test_every_kind_can_be_parsed() -> None:
    """The table and the parser agree."""
    for kind, form in KINDS.items():
        parsed = parse(kind.format(l=3))
        assert parsed is not None
        assert (parsed.kind, parsed.form) == (kind, form)


@pytest.mark.parametrize(
    ("update", "samples", "batch", "expected"),
    [(1, 5, 2, 2), (2, 5, 2, 2), (3, 5, 2, 1), (6, 5, 2, 1), (1, 4, None, 4), (9, 3, 10, 3)],
)
def test_batches(update: int, samples: int, batch: int | None, expected: int) -> None:
    """The last batch of an epoch is what is left."""
    assert batch_of_update(update, samples, batch) == expected
