"""A nudge shows the slope of C, and whether the gradient is that slope."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpstepper
from bpstepper.engine.compile.memory import part
from bpstepper.engine.compile.network import Layer, Network, Problem, Sample
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.gradcheck import slopes_of_cost
from bpstepper.engine.run.nudge import Nudge, can_nudge, nudge
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import KINDS, Symbol
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.number_format import number
from tests.portable import THOROUGH
from tests.scenes import BUNDLED
from tests.strategies import Draft, drafts, examples, plain


def nudged(trace: Trace, most: int = 12) -> Iterator[Nudge]:
    """Every cell of everything that can be nudged; of large arrays, so many spread over it."""
    for symbol in trace.values:
        if can_nudge(trace, symbol):
            cells = list(np.ndindex(*trace[symbol].shape))
            for cell in cells[:: 1 + len(cells) // most]:
                yield nudge(trace, symbol, cell)


def check(found: Nudge) -> None:
    """Whether what is said of a nudge is so, and the gradient within what is granted."""
    assert found.slope == (found.cost_after - found.cost_before) / (found.after - found.before)
    if found.gradient is not None and not found.kink:
        assert found.agrees(), found
        assert abs(found.slope - found.gradient) <= abs(found.bend) + found.doubt
        # what is granted is little, however large the network
        assert found.doubt <= 1e-4 * max(1.0, abs(found.gradient), abs(found.cost_before))


# ── what holds for every network ─────────────────────────────────────────────────────────────


@given(drafts())
@examples(120)
def test_the_gradient_is_what_every_nudge_shows(draft: Draft) -> None:
    """Every W, b, x, z and a of networks of every kind, layout and batch, folded or not."""
    trace = bpstepper.trace(draft.problem())
    for found in nudged(trace, 12 if THOROUGH else 4):
        check(found)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", BUNDLED)
def test_the_gradient_is_what_a_nudge_shows_in_every_scenario(name: str, layout: str) -> None:
    """In the first update and in a later one."""
    line = bpstepper.timeline(bpstepper.load(name, layout=layout))
    for update in (1, 4):
        kinds = set()
        for found in nudged(line.trace(update), 12 if THOROUGH else 6):
            check(found)
            kinds.add(found.symbol.rstrip("0123456789"))
        assert {"W", "b", "x", "z"} <= kinds


@given(drafts(), st.integers(0, 10_000))
@examples(40)
def test_it_is_another_network_whose_cost_is_shown(draft: Draft, chance: int) -> None:
    """C after the nudge is C of a network that was made with the other number."""
    problem = plain(draft).problem()
    rng = np.random.default_rng(chance)
    layer = int(rng.integers(problem.network.depth)) + 1
    given_ = problem.network.layer(layer)
    to, from_ = (int(rng.integers(size)) for size in given_.weights.shape)
    trace = bpstepper.trace(problem)
    weights, biases = given_.weights.copy(), given_.biases.copy()
    if rng.integers(2):
        cell = (to, from_) if LAYOUTS[draft.layout].weight_axes == ("to", "from") else (from_, to)
        found = nudge(trace, Symbol("W", layer), cell)
        weights[to, from_] = found.after
    else:
        cell = (to, 0) if LAYOUTS[draft.layout].units_axis == 0 else (0, to)
        found = nudge(trace, f"b{layer}", cell)
        biases[to] = found.after
    layers = list(problem.network.layers)
    layers[layer - 1] = replace(given_, weights=weights, biases=biases)
    other = replace(problem, network=replace(problem.network, layers=tuple(layers)))
    cost = bpstepper.trace(other).cost
    assert found.cost_after == pytest.approx(cost, rel=1e-13, abs=1e-13, nan_ok=True)


@given(drafts())
@examples(30)
def test_activations_and_weighted_inputs_against_the_complex_step(draft: Draft) -> None:
    """What is moved in the midst of the network, against the gradient check's own measure."""
    problem = draft.problem()
    line = Timeline(problem)
    trace = line.trace(1)
    for key in (symbol.key for symbol in trace.values if symbol.kind in "za"):
        if can_nudge(trace, key):
            slopes = slopes_of_cost(problem, trace, line.parameters(0), key)
            for cell in list(np.ndindex(*slopes.shape))[:3]:
                found = nudge(trace, key, cell)
                if not found.kink:
                    assert abs(found.slope - found.bend - slopes[cell]) <= found.doubt


@given(drafts(), st.sampled_from((1.001, 0.999, -1.0, 0.0, 2.0)))
@examples(40)
def test_a_wrong_gradient_is_seen(draft: Draft, factor: float) -> None:
    """One that is off by a thousandth already, where it is not nothing."""
    trace = bpstepper.trace(replace(draft, scale=0.8).problem())
    wrong = {
        symbol: value * factor if KINDS[symbol.kind].of == "C" else value
        for symbol, value in trace.values.items()
    }
    for found in nudged(replace(trace, values=wrong), most=4):
        off = abs(found.slope - found.bend) * abs(factor - 1)
        assert found.gradient is None or not found.agrees() or off <= 2 * found.doubt


@pytest.mark.parametrize("name", BUNDLED)
def test_a_nudge_leaves_the_trace_as_it_is(name: str) -> None:
    """Every value, to the bit."""
    trace = bpstepper.trace(bpstepper.load(name))
    before = {symbol: value.copy() for symbol, value in trace.values.items()}
    for _ in nudged(trace):
        pass
    assert all(np.array_equal(before[s], v, equal_nan=True) for s, v in trace.values.items())


@given(drafts(extreme=True))
@examples(30)
def test_nothing_is_too_large(draft: Draft) -> None:
    """Where C overflows a nudge says so by a NaN, and by no warning and no agreement."""
    problem = draft.problem()
    huge = [
        replace(layer, weights=np.sign(layer.weights) * 1e307) for layer in problem.network.layers
    ]
    other = replace(problem, network=replace(problem.network, layers=tuple(huge)))
    for given_ in (problem, other):
        for found in nudged(bpstepper.trace(given_), most=3):
            assert not (math.isnan(found.slope) and found.agrees())


def test_folded_parameters_are_moved_in_their_whole() -> None:
    """W and b have their places in Wb; the same cost, in every layout."""
    draft = Draft((2, 3, 2), ("tanh", "sigmoid"), bias="folded", l2=0.3, count=2, batch_size=None)
    for layout in LAYOUTS:
        trace = bpstepper.trace(replace(draft, layout=layout).problem())
        for kind in ("W", "b"):
            places = np.arange(trace["Wb1"].size).reshape(trace["Wb1"].shape)
            apart = part(layout, places.astype(float), kind)
            for cell in np.ndindex(*trace[f"{kind}1"].shape):
                at = tuple(int(i) for i in np.unravel_index(int(apart[cell]), places.shape))
                own, whole = nudge(trace, f"{kind}1", cell), nudge(trace, "Wb1", at)
                assert own.cost_after == whole.cost_after
                assert own.gradient == whole.gradient
                assert own.agrees()


# ── examples ─────────────────────────────────────────────────────────────────────────────────


def test_the_weight_of_the_lesson() -> None:
    """w(h2→o1) of Mazur's network, to the digits that the page shows."""
    found = nudge(bpstepper.trace(bpstepper.load("mazur")), "W2", (0, 1))
    assert (f"{found.before:.4f}", f"{found.after:.4f}") == ("0.4500", "0.4501")
    assert (f"{found.cost_before:.9f}", f"{found.cost_after:.9f}") == ("0.298371109", "0.298379375")
    assert found.gradient is not None
    assert number(found.slope) == number(found.gradient) == "0.08267"
    assert found.agrees()
    assert not found.kink


def unit(x: float, activation: str = "relu") -> Problem:
    """One unit, w = 1 and b = 0, so that z is the input."""
    layer = Layer(units=1, weights=np.ones((1, 1)), biases=np.zeros(1), activation=activation)
    network = Network(inputs=1, layers=(layer,))
    return Problem(network=network, samples=(Sample(input=np.array([x]), target=np.array([2.0])),))


def test_a_kink_is_said() -> None:
    """At 0 there is no derivative; beside it a smaller nudge finds one; a unit far off is off."""
    for symbol in ("z1", "b1", "x"):
        found = nudge(bpstepper.trace(unit(0.0)), symbol, (0, 0))
        assert found.kink
        assert not found.agrees()
    near = nudge(bpstepper.trace(unit(5e-5)), "z1", (0, 0))
    assert not near.kink
    assert near.agrees()
    assert 0 < near.after - near.before < 5e-5
    assert nudge(bpstepper.trace(unit(5e-5)), "z1", (0, 0), by=1e-3).kink
    assert nudge(bpstepper.trace(unit(-1.0)), "z1", (0, 0)).slope == 0.0
    assert not nudge(bpstepper.trace(unit(0.0, "tanh")), "z1", (0, 0)).kink


def test_a_bent_cost_is_no_error_of_the_gradient() -> None:
    """A large nudge of a square: off by ½ C″ Δ to one side, and said to be."""
    found = nudge(bpstepper.trace(unit(1.0, "linear")), "a1", (0, 0), by=0.5)
    assert found.gradient == -1.0
    assert found.slope == -0.75
    assert found.bend == pytest.approx(0.25)
    assert found.agrees()


def test_how_far_a_number_is_moved() -> None:
    """The fourth digit or so, whatever its size."""
    for value, by in ((0.45, 1e-4), (0.0, 1e-4), (1.0, 1e-4), (-37.5, 1e-3), (2e6, 100.0)):
        found = nudge(bpstepper.trace(unit(value, "linear")), "x", (0, 0))
        assert found.after - found.before == pytest.approx(by, rel=1e-6)


def test_what_the_update_keeps_no_gradient_for() -> None:
    """The slope is shown all the same: Mazur's inputs are not trained."""
    found = nudge(bpstepper.trace(bpstepper.load("mazur")), "x", (1, 0))
    assert found.gradient is None
    assert not found.agrees()
    assert found.slope == pytest.approx(0.2 * 0.008771355 + 0.3 * 0.009954255, rel=1e-5)
    trained = Draft((2, 2), ("tanh",), train="input", batch_size=None).problem()
    assert nudge(bpstepper.trace(trained), "x", (0, 0)).agrees()
    assert nudge(bpstepper.trace(trained), "W1", (0, 0)).gradient is None


def test_what_cannot_be_nudged() -> None:
    """Results of the backward half, and outputs that C is not computed from."""
    trace = bpstepper.trace(bpstepper.load("mazur"))
    assert [symbol.key for symbol in trace.values if can_nudge(trace, symbol)] == (
        ["x", "W1", "b1", "W2", "b2", "z1", "a1", "z2", "a2"]
    )
    for key in ("delta1", "C", "y", "W1_next", "nothing", "W9"):
        assert not can_nudge(trace, key)
        with pytest.raises(KeyError, match=f"{key} cannot be nudged; what can be nudged: x W1 b1"):
            nudge(trace, key, (0, 0))
    softmax = bpstepper.trace(bpstepper.load("softmax-jacobian"))
    with pytest.raises(KeyError, match="a1 does not enter C, which is computed from z"):
        nudge(softmax, "a1", (0, 0))


@pytest.mark.parametrize("cell", [(), (0,), (2, 0), (0, -1), (0, 0, 0)])
def test_a_cell_that_is_not_there(cell: Index) -> None:
    """Told with the shape."""
    trace = bpstepper.trace(bpstepper.load("mazur"))
    with pytest.raises(IndexError, match=r"W1: expected a cell within \(2, 2\), got"):
        nudge(trace, "W1", cell)


@pytest.mark.parametrize("by", [0.0, 1e-30])
def test_a_nudge_has_to_move_something(by: float) -> None:
    """What the number swallows shows nothing."""
    trace = bpstepper.trace(bpstepper.load("mazur"))
    with pytest.raises(ValueError, match="a nudge has to change the number"):
        nudge(trace, "W1", (0, 0), by)


def test_every_loss_can_be_nudged_to() -> None:
    """Each of them, with its own output units."""
    for name, rule in LOSSES.items():
        activation = sorted(rule.activations or {"tanh"})[0]
        draft = Draft((3, 3), (activation,), loss=name, factor=2.0, l2=0.5, count=3)
        trace = bpstepper.trace(draft.problem())
        assert all(found.agrees() for found in nudged(trace) if found.gradient is not None)
