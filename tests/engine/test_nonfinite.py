"""NaN and infinity are found where they were made."""

from __future__ import annotations

import numpy as np

from bpstepper.engine.compile.network import Layer, Network, Problem, Sample
from bpstepper.engine.run.nonfinite import first_nonfinite
from bpstepper.engine.run.training import Timeline
from bpstepper.explain.nonfinite_words import birth_before, tell_birth


def neurons(weight: float) -> Problem:
    """Two linear neurons in a row, both with this weight."""
    layer = Layer(units=1, weights=np.array([[weight]]), biases=np.zeros(1), activation="linear")
    sample = Sample(input=np.array([weight]), target=np.array([0.0]))
    return Problem(network=Network(inputs=1, layers=(layer, layer)), samples=(sample,))


def test_finite_updates_have_no_birth() -> None:
    """Where all is finite there is nothing to find."""
    assert first_nonfinite(Timeline(neurons(1.0)).trace(1)) is None


def test_the_first_overflow_is_named_with_what_made_it() -> None:
    """1e200 · 1e200 overflows in the first product; everything after descends from it."""
    problem = neurons(1e200)
    birth = first_nonfinite(Timeline(problem).trace(1))
    assert birth is not None
    assert (birth.step.id, birth.operation.result.key, birth.value) == ("z1", "W1x", np.inf)
    assert birth.reads == (1e200, 1e200)
    told = tell_birth(birth, problem, (0,))
    assert "1.000e200" in told or "1e200" in told
    assert "W1x" in told
    assert "update 1" in told


def test_a_later_layer_can_be_where_it_starts() -> None:
    """1e120 survives the first product and overflows in the third factor."""
    birth = first_nonfinite(Timeline(neurons(1e120)).trace(1))
    assert birth is not None
    assert birth.operation.result.key == "W2a1"


def test_a_birth_is_found_in_the_update_before() -> None:
    """Parameters that overflow show only in the next update; the birth is in this one."""
    line = Timeline(neurons(1e70))
    found = birth_before(line, 2)
    assert found is not None
    assert found.update == 1


def test_a_bias_may_be_what_is_too_much() -> None:
    """The product is finite still, and so is the bias: their sum, the step's second line, is not.

    1.5e308 + 1.5e308 is beyond the largest float, 1.797…e308.
    """
    large = np.array([1.5e308])
    layer = Layer(units=1, weights=large[None, :], biases=large, activation="linear")
    problem = Problem(
        network=Network(inputs=1, layers=(layer,)),
        samples=(Sample(input=np.array([1.0]), target=np.array([0.0])),),
    )
    born = first_nonfinite(Timeline(problem).trace(1))
    assert born is not None
    assert (born.step.id, born.operation.result.key, born.cell) == ("z1", "z1", (0, 0))
    assert born.value == np.inf
    assert born.reads == (1.5e308, 1.5e308)
