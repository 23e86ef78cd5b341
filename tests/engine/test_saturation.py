"""Where activations are flat: a tenth of the largest slope, less and less farther out."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.engine.compile.network import Array
from bpstepper.engine.tables.activations import ACTIVATIONS

GRID = np.linspace(-40, 40, 80_001)
ELEMENTWISE = [name for name, row in ACTIVATIONS.items() if row.slope is not None]
LEVELS_OFF = {"sigmoid", "tanh", "relu", "elu", "softplus", "silu", "gelu", "softmax"}


def slopes(name: str) -> Array:
    """f′ along the grid, from differences of f: an answer of its own."""
    apply, h = ACTIVATIONS[name].apply, 1e-5
    after, before = apply(GRID[None] + h), apply(GRID[None] - h)
    return np.asarray((after - before)[0] / (2 * h))


def flat(name: str) -> Array:
    """Where the table says that an activation is flat, along the grid."""
    row, z = ACTIVATIONS[name], GRID[None]
    if row.saturation is None:
        return np.zeros(GRID.size, bool)
    return np.asarray(row.saturation.where(z, row.apply(z), 0)[0])


def test_who_levels_off() -> None:
    """Those that have a flat part, and no other: a leaky rectifier is straight there, not level."""
    assert {name for name, row in ACTIVATIONS.items() if row.saturation is not None} == LEVELS_OFF


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_flat_is_where_the_slope_is_a_tenth_and_falls(name: str) -> None:
    """Held to differences of the function itself, on both sides of the ends."""
    row, slope = ACTIVATIONS[name], np.abs(slopes(name))
    if row.saturation is None:
        return
    assert slope.max() == pytest.approx(row.saturation.steepest, rel=1e-4)
    small = slope <= row.saturation.steepest / 10 + 1e-6
    outwards = np.gradient(slope) * np.sign(GRID) <= 1e-9
    # from the outer ends inwards, as long as both are true
    lower = np.logical_and.accumulate((small & outwards)[GRID < 0])
    upper = np.logical_and.accumulate((small & outwards)[GRID > 0][::-1])[::-1]
    expected = np.concatenate([lower, [False], upper])
    told = flat(name)
    assert np.count_nonzero(told != expected) <= 4, GRID[told != expected]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_level_is_exactly_0(name: str) -> None:
    """A rectifier's slope is 0 all over its flat half; nobody else's is."""
    row, told = ACTIVATIONS[name], flat(name)
    if row.saturation is None or row.slope is None:
        return
    at = row.slope(GRID[None])[0][told]
    assert row.saturation.level == (not at.any())


def test_softmax_is_flat_where_no_entry_of_its_jacobian_is_large() -> None:
    """A tenth of ¼, on both sides of the end, sample by sample and along either axis."""
    row = ACTIVATIONS["softmax"]
    assert row.saturation is not None
    assert row.jacobian is not None
    z = np.array([[0.0, 3.63, 3.65, 9.0, 800.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    a = row.apply(z)
    largest = np.abs(row.jacobian(a)).max(axis=(1, 2))
    told = row.saturation.where(z, a, 0)
    assert told.shape == z.shape
    assert told.tolist() == [(largest <= row.saturation.steepest / 10).tolist()] * 2
    assert told[0].tolist() == [False, False, True, True, True]
    assert (row.saturation.where(z.T, a.T, 1) == told.T).all()
    many = np.zeros((100, 1))  # small entries since all share alike, which is not flat
    assert not row.saturation.where(many, row.apply(many), 0).any()


@pytest.mark.parametrize("name", sorted(LEVELS_OFF))
def test_nan_is_nowhere_flat(name: str) -> None:
    """What is not a number is told as that."""
    row, nan = ACTIVATIONS[name], np.full((2, 1), np.nan)
    assert row.saturation is not None
    assert not row.saturation.where(nan, nan, 0).any()
