"""What does not fit is told: what was expected, and what was got."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpstepper.engine.compile.network import (
    Layer,
    Loss,
    Network,
    Problem,
    ProblemError,
    Sample,
    Training,
)
from bpstepper.engine.run.gradcheck import slopes_of_cost
from bpstepper.engine.run.training import Runner, Timeline, cost_over_all
from bpstepper.engine.symbols import Symbol
from tests.strategies import Draft


def layer(**given: Any) -> Layer:
    """A layer of two sigmoid units fed by three."""
    usual: dict[str, Any] = {"units": 2, "weights": np.ones((2, 3)), "biases": np.zeros(2)}
    return Layer(**(usual | given))


def network(**given: Any) -> Network:
    """Three inputs, two outputs."""
    usual: dict[str, Any] = {"inputs": 3, "layers": (layer(),)}
    return Network(**(usual | given))


def sample(x: Any = (1.0, 2.0, 3.0), y: Any = (0.0, 1.0)) -> Sample:
    """One that fits the network."""
    return Sample(input=x, target=y)


def problem(**given: Any) -> Problem:
    """One that fits, unless told otherwise."""
    usual: dict[str, Any] = {"network": network(), "samples": (sample(),)}
    return Problem(**(usual | given))


def softmax(**given: Any) -> Problem:
    """A classifier."""
    classes = network(layers=(layer(activation="softmax"),))
    return problem(network=classes, loss=Loss(name="categorical_cross_entropy"), **given)


MISUSES: dict[str, tuple[Callable[[], object], str]] = {
    "no units": (
        lambda: layer(units=0, weights=np.ones((0, 3))), "units: expected at least 1, got 0"
    ),
    "weights in a list": (
        lambda: layer(weights=np.ones(3)), "weights: expected a matrix, got 1 dimension(s)"
    ),
    "ragged weights": (
        lambda: layer(weights=[[1.0, 2.0], [3.0]]), "weights: expected an array of numbers, got [["
    ),
    "words for weights": (
        lambda: layer(weights="many"), "weights: expected an array of numbers, got 'many'"
    ),
    "weights of other units": (
        lambda: layer(weights=np.ones((4, 3))), "weights: expected shape (2, 3), got (4, 3)"
    ),
    "too many biases": (
        lambda: layer(biases=np.zeros(3)), "biases: expected shape (2,), got (3,)"
    ),
    "a NaN": (
        lambda: layer(biases=[0.0, np.nan]), "biases: expected finite numbers, got NaN or infinity"
    ),
    "a name too few": (
        lambda: layer(unit_names=("a",)), "unit_names: expected 2 names, got 1"
    ),
    "an unknown activation": (
        lambda: layer(activation="sigmoide"),
        "activation: expected one of linear, sigmoid, tanh, relu, leaky_relu,",
    ),
    "no layers": (lambda: network(layers=()), "layers: expected at least one layer, got none"),
    "a broken chain": (
        lambda: network(layers=(layer(), layer())),
        "weights of layer 2: expected shape (2, 2) (to × from), got (2, 3)",
    ),
    "weights laid out as Keras has them": (
        lambda: network(inputs=2),
        "weights of layer 1: expected shape (2, 2) (to × from), got (2, 3)",
    ),
    "an input name too many": (
        lambda: network(input_names="abcd"), "input_names: expected 3 names, got 4"
    ),
    "an unknown layout": (
        lambda: network(layout="rows"), "layout: expected one of column, row, torch, got 'rows'"
    ),
    "no samples": (
        lambda: problem(samples=()), "samples: expected at least one sample, got none"
    ),
    "a short input": (
        lambda: problem(samples=(sample(), sample(x=[1.0]))),
        "sample 2, input: expected shape (3,), got (1,)",
    ),
    "a short target": (
        lambda: problem(samples=(sample(y=[1.0]),)),
        "sample 1, target: expected shape (2,), got (1,)",
    ),
    "no target": (
        lambda: problem(samples=(sample(y=None),)),
        "sample 1, target: the loss squared_error needs one, got none",
    ),
    "a target that is no probability": (
        lambda: problem(samples=(sample(y=[0.5, 1.5]),), loss=Loss(name="binary_cross_entropy")),
        "sample 1, target: expected numbers from 0 to 1, got [0.5, 1.5]",
    ),
    "a target that is no distribution": (
        lambda: softmax(samples=(sample(y=[1.0, 0.5]),)),
        "sample 1, target: expected a sum of 1, got 1.5",
    ),
    "an unknown loss": (
        lambda: Loss(name="hinge"), "loss: expected one of squared_error,"
    ),
    "a loss without a meaning": (
        lambda: problem(loss=Loss(name="categorical_cross_entropy")),
        "loss categorical_cross_entropy: expected an output activation of softmax, got sigmoid",
    ),
    "an unknown mean": (
        lambda: Loss(outputs="average"), "outputs: expected one of sum, mean, got 'average'"
    ),
    "a negative penalty": (lambda: Loss(l2=-0.1), "l2: expected 0 or more, got -0.1"),
    "no factor": (lambda: Loss(factor=np.nan), "factor: expected a finite number, got nan"),
    "unit 0": (
        lambda: problem(loss=Loss(name="output", unit=0)), "unit: expected 1 to 2, got 0"
    ),
    "a unit too many": (
        lambda: problem(loss=Loss(name="output", unit=3)), "unit: expected 1 to 2, got 3"
    ),
    "an empty batch": (
        lambda: Training(batch_size=0), "batch_size: expected 1 or more, got 0"
    ),
    "an unknown optimizer": (
        lambda: Training(optimizer="newton"),
        "optimizer: expected one of sgd, momentum, nesterov, rmsprop, adam",
    ),
    "training something else": (
        lambda: Training(train="biases"), "train: expected one of parameters, input, got 'biases'"
    ),
    "an unknown bias": (
        lambda: network(bias="joined"), "bias: expected one of separate, folded, got 'joined'"
    ),
    "all held out": (
        lambda: Training(hold_out=1.0), "hold_out: expected at least 0 and below 1, got 1.0"
    ),
    "less than nothing held out": (
        lambda: Training(hold_out=-0.1), "hold_out: expected at least 0 and below 1, got -0.1"
    ),
    "NaN held out": (
        lambda: Training(hold_out=np.nan), "hold_out: expected at least 0 and below 1, got nan"
    ),
    "none left to train on": (
        lambda: problem(training=Training(hold_out=0.6)), "hold_out: 0.6 of 1 samples leaves none"
    ),
    "inputs trained in small batches": (
        lambda: problem(samples=(sample(),) * 3, training=Training(train="input", batch_size=2)),
        "batch_size: training the input needs one sample, or all at once, got 2",
    ),
    "no learning rate": (
        lambda: Training(learning_rate=np.inf), "learning_rate: expected a finite number, got inf"
    ),
}  # fmt: skip


@pytest.mark.parametrize("misuse", MISUSES)
def test_what_does_not_fit_is_told(misuse: str) -> None:
    """One error type, raised where the thing is made, with what was expected and what was got."""
    make, message = MISUSES[misuse]
    with pytest.raises(ProblemError, match=f"^{re.escape(message)}"):
        make()


def test_what_fits_is_taken() -> None:
    """The control: the same parts without a fault make an update."""
    for made in (problem(), softmax(), problem(loss=Loss(name="output", unit=2))):
        assert np.isfinite(Runner(made).trace().cost)


def test_numbers_may_be_given_as_lists() -> None:
    """Plain lists and integers are taken, and kept as read-only float64."""
    made = layer(weights=[[1, 2, 3], [4, 5, 6]], biases=[0, 1])
    assert made.weights.dtype == np.float64
    assert not made.weights.flags.writeable


def test_a_given_array_may_be_changed_afterwards() -> None:
    """A problem keeps copies: what becomes of the given arrays is no concern of it."""
    weights, x = np.ones((2, 3)), np.ones(3)
    made = problem(network=network(layers=(layer(weights=weights),)), samples=(sample(x=x),))
    weights[:], x[:] = 7.0, 7.0
    assert (made.network.layer(1).weights == 1.0).all()
    assert (made.samples[0].input == 1.0).all()


DRAFT = Draft(sizes=(2, 3, 1), activations=("tanh", "sigmoid"))


@pytest.mark.parametrize("key", ["delta3", "z", "W1 ", Symbol("delta", 3)])
def test_an_unknown_symbol_lists_the_known_ones(key: str | Symbol) -> None:
    """KeyError of a trace says what it has, by the public keys."""
    trace = Runner(DRAFT.problem()).trace()
    with pytest.raises(KeyError) as caught:
        trace[key]
    message = str(caught.value)
    assert message.startswith(f"'{key} is not a symbol of this update; it has: x W1 b1 W2 b2 y")
    assert "delta2" in message
    assert key not in trace


def test_a_trace_knows_what_it_has() -> None:
    """`in` asks for keys and symbols alike; a step is asked for by what it makes."""
    trace = Runner(DRAFT.problem()).trace()
    assert "delta1" in trace
    assert Symbol("delta", 1) in trace
    assert 5 not in trace
    assert trace.step("grad_a1") is trace.step("delta1")
    with pytest.raises(KeyError, match="no step makes W1"):
        trace.step("W1")


def test_there_is_nothing_before_the_start() -> None:
    """Update 0 has parameters and no trace; there is no update −1."""
    line = Timeline(DRAFT.problem())
    start = line.at(0)
    assert np.array_equal(start.parameters["W1"], DRAFT.problem().network.layer(1).weights)
    with pytest.raises(ValueError, match="update 0 is the start: there is nothing to trace"):
        _ = start.trace
    with pytest.raises(ValueError, match="update: expected 0 or more, got -1"):
        line.at(-1)
    with pytest.raises(ValueError, match="update: expected 1 or more, got -3"):
        line.trace(-3)
    with pytest.raises(ValueError, match="update 0 is the start"):
        line.trace(0)
    with pytest.raises(ValueError, match="update: expected 0 or more, got -2"):
        line.parameters(-2)


def test_parameters_of_a_moment_cannot_be_written() -> None:
    """They are shared by whoever asks for the same moment."""
    moment = Timeline(DRAFT.problem()).at(3)
    with pytest.raises(ValueError, match="read-only"):
        moment.parameters["W1"][0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        moment.trace["delta1"][0, 0] = 1.0


def test_parameters_are_asked_for_by_symbol() -> None:
    """Those of a Moment go by text keys; handed in here they are refused, not taken for zeros."""
    made = DRAFT.problem()
    by_key: Any = Timeline(made).at(5).parameters
    with pytest.raises(KeyError, match="W1: expected a parameter or a constant, got none"):
        cost_over_all(made, by_key)


def test_c_is_recorded_where_it_is_computed() -> None:
    """A runner without C says so at once, and has not moved."""
    runner = Runner(DRAFT.problem())
    with pytest.raises(ValueError, match="record_cost: expected a Runner made with_cost=True"):
        runner.advance(1, print)
    assert runner.done == 0


def test_slopes_by_what_c_does_not_read_are_0() -> None:
    """δ is no way into C: C does not move with it."""
    line = Timeline(DRAFT.problem())
    slopes = slopes_of_cost(line.problem, line.trace(1), line.parameters(0), "delta1")
    assert not slopes.any()
