"""Each insight planted, and found with its numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Loss
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.insights.find import holds, insights_at
from bpstepper.explain.insights.update_view import rms
from bpstepper.session import Session
from tests.explain.insights.looking import (
    at_step,
    deep,
    network,
    of,
    the,
    told,
)
from tests.oracles import one_way
from tests.scenes import opened


def test_the_saturated_neuron_is_told_with_its_numbers() -> None:
    """Nielsen's neuron: what is flat at a, and what comes of it at δ."""
    session = opened("nielsen-saturation-b")
    (flat,) = insights_at(at_step(session, "a1"))
    assert flat.text == "Unit o1 is saturated: σ′(z) is 0.01766 at z = 4; it can be 0.25."
    assert flat.cells == ((0, 0),)
    (wrong,) = insights_at(at_step(session, "delta1"))
    assert wrong.text == ("a(o1) is 0.9820, should be 0, yet δ(o1) is 0.01735: σ′(z) is 0.01766.")
    (cancels,) = insights_at(at_step(opened("nielsen-cross-entropy-b"), "delta1"))
    assert cancels.text == (
        "a(o1) is 0.9820, should be 0; σ′(z) is 0.01766 but cancels: δ(o1) is 0.9820."
    )


@pytest.mark.parametrize(("z", "yes"), [(3.63, False), (3.65, True), (-3.65, True), (50, True)])
def test_a_unit_is_saturated_low_as_well_as_high(z: float, yes: bool) -> None:
    """A tenth of the largest slope is where it begins, at either end."""
    layers = ("sigmoid", [[z], [0.1]], [0, 0]), ("linear", [[1, 1]], [0])
    session = network(*layers, x=[[1]], y=[[3]])
    assert holds("saturated", session.line.trace(1), session.scenario) == yes
    if yes:
        assert the(session, "saturated").cells == ((0, 0),)


def test_a_batch_counts_its_samples() -> None:
    """From half of them on; the cells are those in which it is so."""
    layers = ("tanh", [[1.0], [0.5]], [0, 0]), ("linear", [[1, 1]], [0])
    two = network(*layers, x=[[2], [-3], [1], [0.5]], y=[[9]] * 4)
    found = the(two, "saturated")
    assert found.cells == ((0, 0), (0, 1))
    assert found.text == ("Unit h1 is saturated in 2 of 4 samples: tanh′(z) is 0.07065 at most.")
    one = network(*layers, x=[[2], [-1], [1], [0.5]], y=[[9]] * 4)
    assert not any(i.id == "saturated" for i in of(one))


def test_an_output_that_is_right_is_not_called_saturated() -> None:
    """It has nothing to learn; without targets there is no right."""
    right = network(("sigmoid", [[6.0]], [0]), x=[[1]], y=[[1]])
    wrong = network(("sigmoid", [[6.0]], [0]), x=[[1]], y=[[0.5]])
    free = network(("sigmoid", [[6.0]], [0]), x=[[1]], y=[None], loss=Loss(name="output"))
    assert [bool(of(s)) for s in (right, wrong, free)] == [False, True, True]


def test_a_factor_that_makes_up_for_the_slope_is_no_lesson() -> None:
    """The output is wrong and flat, but δ is as large as anyone could wish."""
    loss = Loss(factor=500.0)
    session = network(("sigmoid", [[4.0]], [0]), x=[[1]], y=[[0]], loss=loss)
    assert {insight.id for insight in of(session)} == {"saturated"}


@pytest.mark.parametrize(("target", "yes"), [(0.47, True), (0.49, False)])
def test_wrong_is_by_a_half(target: float, yes: bool) -> None:
    """From there on an output is told as wrong where it is flat; nearer, only as saturated."""
    session = network(("sigmoid", [[4.0]], [0]), x=[[1]], y=[[target]])
    assert ("wrong_but_flat" in told(session)) == yes
    assert "saturated" in told(session)


def test_what_cancels_is_not_told_as_slow() -> None:
    """However small the factors of C make δ, it is not for the slope."""
    loss = Loss(name="binary_cross_entropy", factor=0.1)
    session = network(("sigmoid", [[4.0]], [0]), x=[[1]], y=[[0]], loss=loss)
    assert {insight.id for insight in of(session)} == {"saturated", "cancelled"}


def test_targets_are_reached_all_or_none() -> None:
    """One output at its target, the other off and without a gradient: that is no success."""
    session = network(("relu", [[-1.0], [1.0]], [0, 0]), x=[[1]], y=[[0.3, 1]])
    assert not session.line.trace(1)["delta1"].any()
    assert "targets_reached" not in told(session)


def test_a_saturated_softmax() -> None:
    """Of one sample with the unit that has it all, of a batch with how many samples."""
    loss = Loss(name="squared_error")
    layer = ("softmax", [[8.0], [0.0], [0.0]], [0, 0, 0])
    one = network(layer, x=[[1]], y=[[0, 1, 0]], loss=loss)
    a = np.exp(8) / (np.exp(8) + 2)
    assert the(one, "saturated").text == (
        f"Softmax is saturated: unit o1 has {a:.4f} of the 1 there is."
    )
    assert the(one, "wrong_but_flat").text.endswith(f": J¹ is {a * (1 - a):.7f} at most.")
    some = network(layer, x=[[1], [1], [0]], y=[[0, 1, 0]] * 3, loss=loss)
    assert the(some, "saturated").text == (
        "Softmax is saturated in 2 of 3 samples: one unit has 0.974 or more of the 1."
    )
    crossed = network(layer, x=[[1]], y=[[0, 1, 0]], loss=Loss(name="categorical_cross_entropy"))
    assert told(crossed) == {
        "saturated": ["a1", "delta1_general"],
        "cancelled": ["delta1"],
    }


def test_a_rectifier_that_is_off() -> None:
    """For the one sample, or for every sample of the batch, and not for all but one."""
    layers = ("relu", [[-1.5], [1.0]], [0, 0]), ("linear", [[1, 1]], [0])
    one = network(*layers, x=[[1]], y=[[0]])
    assert the(one, "dead_relu").text == (
        "Unit h1 is off for this sample: ReLU′(z) is 0 at z = −1.5, and so its δ is 0."
    )
    assert told(one)["dead_relu"] == ["a1", "delta1"]
    every = network(*layers, x=[[1], [2], [3]], y=[[0]] * 3)
    assert the(every, "dead_relu").text == (
        "Unit h1 is off for all 3 samples: ReLU′(z) is 0, and so its δ is 0."
    )
    assert the(every, "dead_relu").cells == ((0, 0), (0, 1), (0, 2))
    but_one = network(*layers, x=[[1], [2], [-3]], y=[[0]] * 3)
    assert "dead_relu" not in told(but_one)


@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_twins(layout: str, bias: str) -> None:
    """The same weights in, bias and weights out; any one of them differing ends it."""
    w1, b1, w2 = [[0.1, 0.2], [0.3, 0.4], [0.1, 0.2]], [0.5, 0.5, 0.5], [[1, 2, 1], [3, 4, 3]]
    given: dict[str, Any] = {"x": [[1.0, 2.0]], "y": [[0, 1]], "layout": layout, "bias": bias}

    def of_layers(w1: Any, b1: Any, w2: Any) -> Session:
        return network(("tanh", w1, b1), ("sigmoid", w2, [0, 0]), **given)

    session = of_layers(w1, b1, w2)
    found = the(session, "symmetry")
    assert found.text == (
        "Units h1 and h3 are alike: the same weights in and out, so the same gradients."
    )
    turned = LAYOUTS[layout].units_axis == 1
    assert found.cells == (((0, 0), (0, 2)) if turned else ((0, 0), (2, 0)))
    trace = session.line.trace(1)
    in_, out = (one_way(session.scenario, key, trace[key]) for key in ("grad_W1", "grad_W2"))
    assert in_[0].tolist() == pytest.approx(in_[2].tolist(), rel=1e-12)
    assert out[:, 0].tolist() == pytest.approx(out[:, 2].tolist(), rel=1e-12)
    assert {"z1"} < set(told(session)["symmetry"])
    for other in (
        of_layers([[0.1, 0.2], [0.3, 0.4], [0.1, 0.3]], b1, w2),
        of_layers(w1, [0.5, 0.5, 0.6], w2),
        of_layers(w1, b1, [[1, 2, 1], [3, 4, 5]]),
    ):
        assert "symmetry" not in told(other)


def test_all_weights_0() -> None:
    """The special case: no gradient reaches the layer at all."""
    session = network(
        ("sigmoid", np.zeros((4, 2)), [0] * 4), ("sigmoid", [[0.0, -0.0, 0, 0]], [0]),
        x=[[1.0, 2.0]], y=[[0]],
    )  # fmt: skip
    found = the(session, "symmetry")
    assert found.text == (
        "All 4 units of layer 1 are alike: all weights in and out are 0, so the same gradients."
    )
    assert "their δ is 0" in found.reason
    assert not session.line.trace(1)["delta1"].any()


def test_vanishing_and_exploding() -> None:
    """A hundred times from the outputs to layer 1, with two hidden layers at least."""
    fades, grows = deep(0.2), deep(5.0)
    delta = fades.line.trace(1)["delta4"].item()
    assert abs(delta) == pytest.approx(5 - 0.2**4)
    assert the(fades, "vanishing").text == (
        "Gradients vanish: δ⁴ is 4.998 in size, δ¹ 0.03999 (root mean square)."
    )
    assert "0.2 a layer on average, and of 0.00800 over 3" in the(fades, "vanishing").reason
    assert the(fades, "vanishing").reason.endswith("The gradients in layer 1 are made from δ¹.")
    assert told(fades)["vanishing"] == ["delta1", "grad_W1"]
    assert the(grows, "exploding").text.startswith("Gradients explode: δ⁴ is 620 in size, δ¹ 77")
    for silent in (deep(0.25), deep(4.5), deep(0.001, layers=2), deep(1000.0, layers=2)):
        assert not {"vanishing", "exploding"} & set(told(silent))


def test_slow_weights() -> None:
    """What enters is 0, or a hundredth of the largest; without any δ it is not for that."""
    x = [[0.0, 1.0, 0.009]]
    session = network(("sigmoid", [[0.1, 0.2, 0.3], [0.1, 0, 0]], [0, 0]), x=x, y=[[1, 0]])
    zero, near = (i for i in of(session) if i.id == "slow_weight")
    assert zero.text == "Input x1 is 0: each weight from it has gradient 0."
    assert zero.cells == ((0, 0), (1, 0))
    assert near.text == "Input x3 is near 0 (0.009): each weight from it has a small gradient."
    assert near.cells == ((0, 2), (1, 2))
    assert near.reason.endswith("In size, 0.009 at most against 1 of x2.")
    assert told(session)["slow_weight"] == ["grad_W1", "grad_W1"]
    nothing = network(("linear", [[1.0, 1.0]], [0]), x=[[0, 1]], y=[[1]])
    assert {i.id for i in of(nothing)} == {"targets_reached"}
    decayed = network(("linear", [[1.0, 1.0]], [0]), x=[[0, 1]], y=[[2]], loss=Loss(l2=0.1))
    assert the(decayed, "slow_weight").text == (
        "Input x1 is 0: each weight from it has gradient 0 from the data."
    )
    assert the(decayed, "slow_weight").symbol == "grad_W1_data"


@pytest.mark.parametrize(("x", "yes"), [(0.0099, True), (-0.0099, True), (0.0101, False)])
def test_near_0_is_a_hundredth_of_the_largest(x: float, yes: bool) -> None:
    """In size, whatever the sign."""
    session = network(("linear", [[1.0, 1.0]], [0]), x=[[-1.0, x]], y=[[5]])
    assert ("slow_weight" in told(session)) == yes


def test_a_small_input_whose_gradient_is_not_small_is_not_told() -> None:
    """In a batch the gradients of the large ones may cancel: then those are the small ones."""
    x = [[1.0, 0.005], [1.0, -0.005]]
    session = network(("linear", [[0.0, 0.0]], [0]), x=x, y=[[1], [-1]])
    assert "slow_weight" not in told(session)


def test_a_linear_hidden_layer() -> None:
    """At its activations; a linear output layer is another matter."""
    session = network(
        ("linear", [[1.0], [2.0]], [0, 0]), ("tanh", [[1.0, 3.0]], [0]), ("linear", [[1.0]], [0]),
        x=[[0.1]], y=[[1]],
    )  # fmt: skip
    assert told(session) == {"linear_stack": ["a1"]}


def test_not_finite_holds_and_is_told_elsewhere() -> None:
    """The step that overflows says so by itself; who runs until NaN asks the row."""
    session = opened("huge")
    trace = session.line.trace(1)
    assert holds("not_finite", trace, session.scenario)
    assert "not_finite" not in told(session)
    assert not holds("not_finite", opened("mazur").line.trace(1), opened("mazur").scenario)


@given(
    st.lists(st.sampled_from([0.0, 1.0, -1.0]) | st.floats(-9, 9), min_size=1, max_size=6),
    st.sampled_from([1.0, 2.0**600, 2.0**-600]),
)
def test_a_root_mean_square_of_any_size(values: list[float], scale: float) -> None:
    """As the definition has it, also where the squares themselves are beyond a float."""
    plain = math.sqrt(math.fsum(x * x for x in values) / len(values))
    assert rms(np.array(values) * scale) == pytest.approx(plain * scale, rel=1e-9, abs=1e-150)


def test_what_is_not_finite_has_no_finite_size() -> None:
    """An infinity is infinite, and a NaN is none."""
    assert rms(np.array([1.0, math.inf])) == math.inf
    assert math.isnan(rms(np.array([1.0, math.nan])))
