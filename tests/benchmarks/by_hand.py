"""What a person would write with numpy alone: as quick as it goes, and sample by sample.

Both train a network of two sigmoid layers by squared error and plain SGD, and neither shares a
line with the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, islice

import numpy as np

from bpstepper.engine.compile.network import Array, Problem

__all__ = ["Flat", "PerSample", "batches"]


def batches(problem: Problem) -> list[tuple[Array, Array]]:
    """Every batch of an epoch as (x, y), samples in rows, C-ordered."""
    x = np.array([sample.input for sample in problem.samples])
    y = np.array([sample.target for sample in problem.samples])
    size = problem.training.batch_size or len(x)
    return [(x[at : at + size], y[at : at + size]) for at in range(0, len(x), size)]


class Flat:
    """Memory laid out beforehand, one numpy call after the other, and nothing between them.

    The derivative is ½/(1 + cosh z): a(1 − a) would be quicker by a call, and 0 where a unit is
    saturated. The factors of C are part of η, and a batch is read where it lies.
    """

    def __init__(self, problem: Problem) -> None:
        first, second = problem.network.layers
        self._w1, self._w2 = np.array(first.weights), np.array(second.weights)
        self._b1, self._b2 = first.biases[:, None].copy(), second.biases[:, None].copy()
        columns = [(np.ascontiguousarray(x.T), y.T.copy()) for x, y in batches(problem)]
        self._samples = columns[0][0].shape[1]
        self._eta = np.array(problem.training.learning_rate / self._samples)
        self._batches = cycle([(x, x.T, y) for x, y in columns])

    def parameters(self) -> list[Array]:
        """W1, b1, W2, b2: (to, from) and (units,)."""
        return [self._w1, self._b1[:, 0], self._w2, self._b2[:, 0]]

    def advance(self, updates: int) -> None:
        """Run this many updates."""
        w1, b1, w2, b2, eta = self._w1, self._b1, self._w2, self._b2, self._eta
        z1, a1, s1, d1 = (np.empty((len(w1), self._samples)) for _ in range(4))
        z2, a2, s2, d2 = (np.empty((len(w2), self._samples)) for _ in range(4))
        g1, g2, h1, h2 = (np.empty_like(parameter) for parameter in (w1, w2, b1, b2))
        w2_t, a1_t, one, half = w2.T, a1.T, np.array(1.0), np.array(0.5)
        dot, add, subtract, multiply, divide = np.dot, np.add, np.subtract, np.multiply, np.divide
        negative, exp, reciprocal, cosh = np.negative, np.exp, np.reciprocal, np.cosh
        total: Callable[..., object] = np.add.reduce
        alone = self._samples == 1
        with np.errstate(all="ignore"):
            for x, x_t, y in islice(self._batches, updates):
                dot(w1, x, z1)
                add(z1, b1, z1)
                negative(z1, a1)
                exp(a1, a1)
                add(a1, one, a1)
                reciprocal(a1, a1)
                dot(w2, a1, z2)
                add(z2, b2, z2)
                negative(z2, a2)
                exp(a2, a2)
                add(a2, one, a2)
                reciprocal(a2, a2)
                subtract(a2, y, d2)
                cosh(z2, s2)
                add(s2, one, s2)
                divide(half, s2, s2)
                multiply(d2, s2, d2)
                dot(w2_t, d2, d1)
                cosh(z1, s1)
                add(s1, one, s1)
                divide(half, s1, s1)
                multiply(d1, s1, d1)
                dot(d2, a1_t, g2)
                dot(d1, x_t, g1)
                multiply(eta, g2, g2)
                subtract(w2, g2, w2)
                multiply(eta, g1, g1)
                subtract(w1, g1, w1)
                if alone:  # there is nothing to add up
                    multiply(eta, d2, h2)
                    multiply(eta, d1, h1)
                else:
                    total(d2, 1, None, h2, True)
                    multiply(eta, h2, h2)
                    total(d1, 1, None, h1, True)
                    multiply(eta, h1, h1)
                subtract(b2, h2, b2)
                subtract(b1, h1, b1)


class PerSample:
    """The manner of Nielsen's `network.py`: lists of arrays, and one sample after the other."""

    def __init__(self, problem: Problem) -> None:
        layers = problem.network.layers
        self._weights = [np.array(layer.weights) for layer in layers]
        self._biases = [layer.biases[:, None].copy() for layer in layers]
        self._eta = problem.training.learning_rate
        self._batches = cycle(
            [(x[:, None].copy(), y[:, None].copy()) for x, y in zip(xs, ys, strict=True)]
            for xs, ys in batches(problem)
        )

    def parameters(self) -> list[Array]:
        """W1, b1, W2, b2: (to, from) and (units,)."""
        pairs = zip(self._weights, self._biases, strict=True)
        return [array for w, b in pairs for array in (w, b[:, 0])]

    def advance(self, updates: int) -> None:
        """Run this many updates."""
        for batch in islice(self._batches, updates):
            self._update(batch)

    def _update(self, batch: list[tuple[Array, Array]]) -> None:
        by_weights = [np.zeros(w.shape) for w in self._weights]
        by_biases = [np.zeros(b.shape) for b in self._biases]
        for x, y in batch:
            more_weights, more_biases = self._slopes(x, y)
            by_weights = [g + more for g, more in zip(by_weights, more_weights, strict=True)]
            by_biases = [g + more for g, more in zip(by_biases, more_biases, strict=True)]
        eta = self._eta / len(batch)
        self._weights = [w - eta * g for w, g in zip(self._weights, by_weights, strict=True)]
        self._biases = [b - eta * g for b, g in zip(self._biases, by_biases, strict=True)]

    def _slopes(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """The gradients of one sample by the weights and by the biases of every layer."""
        given, weighted = [x], []
        for w, b in zip(self._weights, self._biases, strict=True):
            weighted.append(np.dot(w, given[-1]) + b)
            given.append(_sigmoid(weighted[-1]))
        delta = (given[-1] - y) * _slope(weighted[-1])
        by_weights, by_biases = [np.dot(delta, given[-2].T)], [delta]
        for back in range(2, len(given)):
            delta = np.dot(self._weights[1 - back].T, delta) * _slope(weighted[-back])
            by_weights.insert(0, np.dot(delta, given[-back - 1].T))
            by_biases.insert(0, delta)
        return by_weights, by_biases


def _sigmoid(z: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-z)))


def _slope(z: Array) -> Array:
    return _sigmoid(z) * (1 - _sigmoid(z))
