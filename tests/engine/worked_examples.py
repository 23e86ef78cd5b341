"""Worked examples of books and pages, built in code; their numbers are in `test_published`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Layer, Loss, Network, Problem, Sample, Training
from bpstepper.engine.tables.losses import LOSSES

__all__ = [
    "batch_logistic",
    "cs231n_neuron",
    "data_mining",
    "linear_neuron",
    "mazur",
    "ng_ex4",
    "one_layer",
    "saturation",
    "softmax_jacobian",
    "xor_one_step",
    "xor_relu",
]

Numbers = npt.ArrayLike


def _layer(
    weights: Numbers, biases: Numbers, activation: str = "sigmoid", train_biases: bool = True
) -> Layer:
    matrix, vector = np.array(weights, dtype=np.float64), np.array(biases, dtype=np.float64)
    return Layer(
        units=len(vector),
        weights=matrix,
        biases=vector,
        activation=activation,
        train_biases=train_biases,
    )


def _problem(
    layers: tuple[Layer, ...],
    samples: list[tuple[list[float], list[float] | None]],
    *,
    rate: float = 0.5,
    loss: str = "squared_error",
    factor: float | None = None,
    batch_size: int | None = 1,
    layout: str = "column",
    bias: str = "separate",
    l2: float = 0.0,
) -> Problem:
    return Problem(
        network=Network(inputs=layers[0].weights.shape[1], layers=layers, layout=layout, bias=bias),
        samples=tuple(
            Sample(input=np.array(x), target=None if y is None else np.array(y)) for x, y in samples
        ),
        loss=Loss(
            name=loss, factor=LOSSES[loss].default_factor if factor is None else factor, l2=l2
        ),
        training=Training(learning_rate=rate, batch_size=batch_size),
    )


def mazur(layout: str = "column") -> Problem:
    """Matt Mazur, A Step by Step Backpropagation Example, 2015."""
    return _problem(
        (
            _layer([[0.15, 0.20], [0.25, 0.30]], [0.35, 0.35], train_biases=False),
            _layer([[0.40, 0.45], [0.50, 0.55]], [0.60, 0.60], train_biases=False),
        ),
        [([0.05, 0.10], [0.01, 0.99])],
        layout=layout,
    )


def data_mining(layout: str = "column") -> Problem:
    """The 3-2-1 network of Han and Kamber, Data Mining."""
    return _problem(
        (
            _layer([[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]], [-0.4, 0.2]),
            _layer([[-0.3, -0.2]], [0.1]),
        ),
        [([1.0, 0.0, 1.0], [1.0])],
        rate=0.9,
        layout=layout,
    )


def xor_one_step(layout: str = "column") -> Problem:
    """A 2-2-1 network, one step on one sample of XOR."""
    return _problem(
        (
            _layer([[0.1, 0.2], [0.3, 0.4]], [0.1, 0.1], train_biases=False),
            _layer([[0.5, 0.6]], [0.1], train_biases=False),
        ),
        [([1.0, 0.0], [1.0])],
        layout=layout,
    )


def linear_neuron(x: float, y: float, w: float, b: float, rate: float) -> Problem:
    """One linear unit with the full square of its error."""
    return _problem((_layer([[w]], [b], "linear"),), [([x], [y])], rate=rate, factor=1.0)


def softmax_jacobian(layout: str = "column") -> Problem:
    """Two softmax units at z = (1.75, 1.75), and the second class is right."""
    return _problem(
        (_layer([[1.75], [1.75]], [0.0, 0.0], "softmax"),),
        [([1.0], [0.0, 1.0])],
        loss="categorical_cross_entropy",
        layout=layout,
    )


def cs231n_neuron(layout: str = "column") -> Problem:
    """The sigmoid neuron of CS231n's notes, whose output is what is differentiated."""
    return _problem(
        (_layer([[2.0, -3.0]], [-3.0]),), [([-1.0, -2.0], None)], loss="output", layout=layout
    )


def saturation(weight: float, bias: float, loss: str, rate: float) -> Problem:
    """Nielsen ch. 3: one neuron that is to learn 0 from 1."""
    return _problem((_layer([[weight]], [bias]),), [([1.0], [0.0])], rate=rate, loss=loss)


def batch_logistic() -> Problem:
    """Three samples in one batch, the mean of full squares."""
    return _problem(
        (_layer([[0.1, -0.2]], [0.0]),),
        [([1.0, 2.0], [1.0]), ([2.0, 1.0], [0.0]), ([-1.0, -2.0], [0.0])],
        rate=0.1,
        factor=1.0,
        batch_size=None,
    )


def xor_relu() -> Problem:
    """Goodfellow et al., Deep Learning, sec. 6.1: a network that is XOR."""
    return _problem(
        (
            _layer([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], "relu"),
            _layer([[1.0, -2.0]], [0.0], "linear"),
        ),
        [([p, q], [float(p != q)]) for p in (0.0, 1.0) for q in (0.0, 1.0)],
        batch_size=None,
    )


def one_layer() -> Problem:
    """The shape of the "15 steps" network: one layer, rows, the bias folded in, one sample."""
    return _problem(
        (_layer([[0.1, -0.2, 0.3], [0.4, 0.5, -0.6]], [0.7, -0.8]),),
        [([0.9, 0.1, 0.4], [1.0, 0.0]), ([0.2, 0.8, 0.5], [0.0, 1.0])],
        rate=0.1,
        layout="row",
        bias="folded",
    )


def ng_ex4(l2: float, bias: str = "folded") -> Problem:
    """Ng's exercise 4, debug case: 2-2-4, parameters 0.1 … 1.8 unrolled by columns."""
    parameters = np.arange(1, 19) / 10
    first = parameters[:6].reshape(2, 3, order="F")
    second = parameters[6:].reshape(4, 3, order="F")
    inputs = np.cos([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    targets = np.eye(4)[[3, 1, 2]]
    return _problem(
        (_layer(first[:, 1:], first[:, 0]), _layer(second[:, 1:], second[:, 0])),
        [(x.tolist(), y.tolist()) for x, y in zip(inputs, targets, strict=True)],
        loss="binary_cross_entropy",
        batch_size=None,
        layout="torch",
        bias=bias,
        l2=l2,
    )
