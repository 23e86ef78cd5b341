"""ELU by hand: its α is its own, and everything that is said of it follows from that."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpstepper.engine.compile.network import Layer
from bpstepper.engine.tables.activations import ACTIVATIONS, Activation
from bpstepper.engine.tables.hyperparameters import Constants


def elu(alpha: float) -> Activation:
    """The row with this α."""
    return ACTIVATIONS["elu"].given(Constants({"alpha": alpha}))


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0, 2.0])
def test_by_hand(alpha: float) -> None:
    """Below 0 it is α(e^z − 1) with the slope α e^z, above it is z with the slope 1."""
    row, z = elu(alpha), np.array([[-2.0], [-0.5], [0.0], [1.5]])
    assert row.slope is not None
    below = [alpha * math.expm1(-2), alpha * math.expm1(-0.5), 0.0, 1.5]
    np.testing.assert_allclose(row.apply(z).ravel(), below, rtol=1e-15)
    slopes = [alpha * math.exp(-2), alpha * math.exp(-0.5), alpha, 1.0]
    np.testing.assert_allclose(row.slope(z).ravel(), slopes, rtol=1e-15)


def test_it_has_a_kink_unless_alpha_is_one() -> None:
    """The slope jumps from α to 1 at 0; with α = 1 there is nothing to jump."""
    assert elu(1.0).kinks == ()
    assert elu(0.5).kinks == (0.0,)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_it_is_flat_where_the_slope_is_a_tenth_of_the_steepest(alpha: float) -> None:
    """Where α e^z is a tenth of the larger of α and 1, and not before."""
    flat = elu(alpha).saturation
    assert flat is not None
    end = min(math.log(max(alpha, 1.0) / (10 * alpha)), 0.0)
    z = np.array([end - 0.01, end + 0.01])
    assert flat.where(z, z, 0).tolist() == [True, False]


def test_a_layer_keeps_its_own_alpha() -> None:
    """What is said of it says its α, and the same α is the same function."""
    layer = Layer(
        units=1,
        weights=np.ones((1, 1)),
        biases=np.zeros(1),
        activation="elu",
        constants={"alpha": 0.25},
    )
    assert "0.25 (eᶻ − 1)" in layer.function.formula
    assert layer.function is elu(0.25)
