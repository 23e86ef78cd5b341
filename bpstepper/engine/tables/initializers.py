"""Initializers: where weights come from when a problem does not give them, one row each.

This table owns the distributions and their papers. Which generator a layer draws from is fixed
here too (`generator`), so that the same seed gives the same weights wherever they are drawn:
layer l has a stream of its own, and adding a layer never changes the ones before it. Weights are
always drawn as `(n_l, n_{l-1})` and laid out afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["INITIALIZERS", "Initializer", "generator"]

Array = npt.NDArray[np.float64]
Draw = Callable[["np.random.Generator", int, int], Array]  # quoted: numpy.random loads late


@dataclass(frozen=True)
class Initializer:
    """One row: a way to draw the weights of a layer.

    Attributes:
        name: as scenario files say it.
        draw: (generator, n_l, n_{l-1}) to a float64 array of shape (n_l, n_{l-1}).
        text: the distribution in one line.
        source: who proposed it, and where.
    """

    name: str
    draw: Draw
    text: str
    source: str


def generator(seed: int, layer: int) -> np.random.Generator:
    """The stream that the weights of `layer` (counted from 1) are drawn from."""
    return np.random.default_rng([seed, 0, layer])


def _normal(rng: np.random.Generator, n_l: int, n_prev: int, deviation: float) -> Array:
    return rng.standard_normal((n_l, n_prev)) * deviation


def _uniform(rng: np.random.Generator, n_l: int, n_prev: int, bound: float) -> Array:
    return rng.uniform(-bound, bound, (n_l, n_prev))


_GLOROT = "Glorot and Bengio, Understanding the difficulty of training deep networks, 2010, "
_HE = "He et al., Delving Deep into Rectifiers, 2015, "

_ROWS = (
    Initializer(
        name="normal",
        draw=lambda rng, n_l, n_prev: _normal(rng, n_l, n_prev, 1.0),
        text="N(0, 1)",
        source="Nielsen, Neural Networks and Deep Learning, ch. 1 (network.py), 2015",
    ),
    Initializer(
        name="uniform",
        draw=lambda rng, n_l, n_prev: _uniform(rng, n_l, n_prev, 1 / math.sqrt(n_prev)),
        text="U(−r, r) with r = 1/√n_in",
        source=_GLOROT + "eq. (1), the heuristic they improve on",
    ),
    Initializer(
        name="xavier_uniform",
        draw=lambda rng, n_l, n_prev: _uniform(rng, n_l, n_prev, math.sqrt(6 / (n_prev + n_l))),
        text="U(−r, r) with r = √(6/(n_in + n_out))",
        source=_GLOROT + "eq. (16)",
    ),
    Initializer(
        name="xavier_normal",
        draw=lambda rng, n_l, n_prev: _normal(rng, n_l, n_prev, math.sqrt(2 / (n_prev + n_l))),
        text="N(0, 2/(n_in + n_out))",
        source=_GLOROT + "eq. (12)",
    ),
    Initializer(
        name="he_normal",
        draw=lambda rng, n_l, n_prev: _normal(rng, n_l, n_prev, math.sqrt(2 / n_prev)),
        text="N(0, 2/n_in)",
        source=_HE + "eq. (10)",
    ),
    Initializer(
        name="he_uniform",
        draw=lambda rng, n_l, n_prev: _uniform(rng, n_l, n_prev, math.sqrt(6 / n_prev)),
        text="U(−r, r) with r = √(6/n_in)",
        source=_HE + "eq. (10), the same variance drawn uniformly",
    ),
    Initializer(
        name="zeros",
        draw=lambda rng, n_l, n_prev: np.zeros((n_l, n_prev)),
        text="all 0",
        source="no one's advice: equal weights stay equal (Rumelhart et al., 1986, on symmetry)",
    ),
    Initializer(
        name="ones",
        draw=lambda rng, n_l, n_prev: np.ones((n_l, n_prev)),
        text="all 1",
        source="no one's advice: equal weights stay equal (Rumelhart et al., 1986, on symmetry)",
    ),
)

INITIALIZERS: dict[str, Initializer] = {row.name: row for row in _ROWS}
"""Every initializer by its name."""
