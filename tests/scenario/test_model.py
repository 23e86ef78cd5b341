"""Scenario, Expect and Note as values, and the symbols that files name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Layer, Network, Problem, ProblemError, Sample, Training
from bpstepper.engine.run.training import Schedule, Timeline, split
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario import Expect, load
from bpstepper.scenario.checks.expectation_checks import batch_of_update, written_shape
from bpstepper.scenario.checks.symbol_keys import KINDS, TURNED, names, parse, shape
from bpstepper.scenario.data.partial_scenario import trained_on
from bpstepper.scenario.model import in_layout
from bpstepper.scenario.verify import verify


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
        ("m_W1", "row", "column", True),
        ("Wb1", "column", "torch", False),
        ("a1_one", "column", "torch", True),
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
        ("m_W2", (4, 3)),
        ("v_b1_next", (3, 1)),
        ("Wb1", (3, 3)),
        ("m_Wb2", (4, 4)),
        ("Wb2_T", (4, 4)),
        ("Wb2_next", (4, 4)),
        ("x_one", (3, 5)),
        ("a1_one", (4, 5)),
        ("x_next", (2, 5)),
        ("grad_x", (2, 5)),
    ],
)
def test_shapes_of_symbols(key: str, expected: tuple[int, ...]) -> None:
    """The shape follows from kind, layer and batch."""
    parsed = parse(key)
    assert parsed is not None
    assert shape(parsed, (2, 3, 4), 5) == expected


@pytest.mark.parametrize(
    "key", ["m_kept_W1", "Wc1", "W1x", "W01", "Z1", "delta", "x1", "C1", "", "W1_", "δ1"]
)
def test_other_keys_are_not_taken_apart(key: str) -> None:
    """Intermediates and slips are not of a public kind."""
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


@given(
    count=st.integers(1, 30),
    size=st.none() | st.integers(1, 40),
    hold_out=st.floats(0, 1, exclude_max=True),
    update=st.integers(1, 100),
)
def test_batches_are_those_of_the_engine(
    count: int, size: int | None, hold_out: float, update: int
) -> None:
    """Samples are counted as training counts them, whatever is held out."""
    layer = Layer(units=1, weights=np.ones((1, 1)), biases=np.zeros(1))
    kept = trained_on(count, hold_out)
    assume(kept >= 1)
    problem = Problem(
        network=Network(inputs=1, layers=(layer,)),
        samples=(Sample(input=np.zeros(1), target=np.zeros(1)),) * count,
        training=Training(batch_size=size, hold_out=hold_out),
    )
    assert len(split(problem).training) == kept
    assert len(Schedule(problem).samples(update)) == batch_of_update(update, kept, size)


@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("layout", ["column", "row", "torch"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_suggested_symbols_are_there(bias: str, layout: str, optimizer: str) -> None:
    """Whatever is suggested has the shape that a trace has; few depend on more than is known."""
    changes = (f"network.bias={bias}", f"training.optimizer={optimizer}", "loss.l2=0.1")
    scenario = load("xor-relu", overrides=changes, layout=layout)
    trace = Timeline(scenario).at(2).trace
    m, sizes = len(scenario.samples), scenario.network.sizes
    state = OPTIMIZERS[optimizer].state
    found = 0
    for name in names(len(sizes) - 1, bias == "folded", state):
        key = parse(name)
        assert key is not None
        try:
            value = trace[name]
        except KeyError:
            continue
        found += 1
        assert value.shape == written_shape(key, shape(key, sizes, m), LAYOUTS[layout]), name
    states = [name for name in names(2, bias == "folded", state) if name.startswith(("m_", "v_"))]
    assert bool(states) == bool(state)
    assert found > 20


@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("written", ["column", "row", "torch"])
def test_every_public_symbol_can_be_expected(bias: str, written: str) -> None:
    """A value written in one layout holds in all, as a whole and cell by cell."""
    changes = (f"network.bias={bias}", "training.optimizer=adam", "loss.l2=0.1")
    scenario = load("xor-relu", overrides=changes, layout=written)
    line = Timeline(scenario)
    expects = []
    for name in names(scenario.network.depth, bias == "folded", ("m", "v")):
        key = parse(name)
        assert key is not None
        try:
            value = line.at(2).parameters[name] if key.is_parameter else line.at(2).trace[name]
        except KeyError:
            continue
        expects.append(Expect(symbol=name, value=value, update=2, tolerance=1e-12))
        if value.ndim == 2:
            column = in_layout(value, name, written, "column")
            ends = (column.T if key.form in TURNED else column).shape
            cell = (column.T if key.form in TURNED else column)[-1, 0]
            expects.append(
                Expect(symbol=name, value=cell, update=2, at=(ends[0], 1), tolerance=1e-12)
            )
    assert len(expects) > 30
    held = replace(scenario, expects=tuple(expects), expect_layout=written)
    for layout in LAYOUTS:
        verdict = verify(held.with_layout(layout))
        off = [outcome.expect.symbol for outcome in verdict.outcomes if not outcome.ok]
        # which matrices are transposed at all is a matter of the layout
        assert [name for name in off if layout == written or not name.endswith("_T")] == []
