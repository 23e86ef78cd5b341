"""Weights that are drawn: the right spread, the right stream."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpstepper.engine.tables.initializers import INITIALIZERS, generator

# variance for n_l = 200, n_prev = 300
VARIANCES = {
    "normal": 1.0,
    "uniform": 1 / (3 * 300),
    "xavier_uniform": 2 / 500,
    "xavier_normal": 2 / 500,
    "he_normal": 2 / 300,
    "he_uniform": 2 / 300,
    "zeros": 0.0,
    "ones": 0.0,
}
BOUNDS = {
    "uniform": 1 / math.sqrt(300),
    "xavier_uniform": math.sqrt(6 / 500),
    "he_uniform": math.sqrt(6 / 300),
}


def test_all_names_of_the_format_are_there() -> None:
    """One row for each, under its own name, with its source."""
    assert set(INITIALIZERS) == set(VARIANCES)
    for name, row in INITIALIZERS.items():
        assert (row.name, bool(row.source), bool(row.text)) == (name, True, True)


@pytest.mark.parametrize("name", VARIANCES)
def test_spread(name: str) -> None:
    """Shape, type, mean and variance are those of the paper."""
    weights = INITIALIZERS[name].draw(generator(1, 1), 200, 300)
    assert weights.shape == (200, 300)
    assert weights.dtype == np.float64
    assert float(weights.var()) == pytest.approx(VARIANCES[name], rel=0.03)
    assert float(np.abs(weights).max()) <= BOUNDS.get(name, math.inf)


def test_constant_ones() -> None:
    """Zeros are 0 and ones are 1."""
    assert (INITIALIZERS["zeros"].draw(generator(0, 1), 2, 3) == 0).all()
    assert (INITIALIZERS["ones"].draw(generator(0, 1), 2, 3) == 1).all()


def test_stream() -> None:
    """Layer l draws from default_rng([seed, 0, l]), as (n_l, n_prev)."""
    expected = np.random.default_rng([5, 0, 2]).standard_normal((3, 4))
    drawn = INITIALIZERS["normal"].draw(generator(5, 2), 3, 4)
    np.testing.assert_array_equal(drawn, expected)
