"""Numbers at the ends of float64: saturated, overflowing and undefined, against 60 digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal, getcontext, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Layer, Loss, Network, Problem, Sample, Training
from bpstepper.engine.ops.kernels import Kernel
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Runner
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from tests.strategies import examples

ONE = Decimal(1)
HUNDREDTH = Decimal.from_float(0.01)  # what float64 makes of it
NEAR = Decimal("2e-14")
TINIEST = Decimal.from_float(5e-324)


def d_sigmoid(z: Decimal) -> Decimal:
    """1/(1 + e^−z)."""
    return ONE / (ONE + (-z).exp())


def d_sigmoid_slope(z: Decimal) -> Decimal:
    """e^z/(1 + e^z)²."""
    return (-abs(z)).exp() / (ONE + (-abs(z)).exp()) ** 2


def d_tanh(z: Decimal) -> Decimal:
    """(e^z − e^−z)/(e^z + e^−z)."""
    return (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())


def d_step(z: Decimal, below: str) -> Decimal:
    """1 above 0, else `below`."""
    return ONE if z > 0 else Decimal(below)


def d_pi() -> Decimal:
    """π by the arithmetic-geometric mean of Gauss and Legendre."""
    a, b, t, p = ONE, 1 / Decimal(2).sqrt(), ONE / 4, ONE
    while abs(a - b) > Decimal(10) ** (5 - getcontext().prec):
        a, b, t, p = (a + b) / 2, (a * b).sqrt(), t - p * ((a - b) / 2) ** 2, 2 * p
    return (a + b) ** 2 / (4 * t)


def d_bell(z: Decimal) -> Decimal:
    """φ(z), the density of the normal distribution."""
    return (-z * z / 2).exp() / (2 * d_pi()).sqrt()


def d_upper_tail(z: Decimal) -> Decimal:
    """1 − Φ(z) for z well above 0: Laplace's continued fraction."""
    fraction = z
    for k in range(3000, 0, -1):
        fraction = z + k / fraction
    return d_bell(z) / fraction


def d_gauss_series(z: Decimal) -> Decimal:
    """Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …)."""
    term, total, k = z, z, 1
    while abs(term) > abs(total) * Decimal(10) ** -getcontext().prec:
        k += 2
        term *= z * z / k
        total += term
    return ONE / 2 + d_bell(z) * total


def d_gauss(z: Decimal) -> Decimal:
    """Φ(z), whichever way keeps its digits."""
    if abs(z) < 9:
        return d_gauss_series(z)
    return d_upper_tail(-z) if z < 0 else ONE - d_upper_tail(z)


def d_gelu_slope(z: Decimal) -> Decimal:
    """Φ(z) + z φ(z)."""
    return d_gauss(z) + z * d_bell(z)


def d_expm1(z: Decimal) -> Decimal:
    """e^z − 1, by its series where z is small."""
    if abs(z) > Decimal("1e-3"):
        return z.exp() - ONE
    term = total = z
    for n in range(2, 20):
        term *= z / n
        total += term
    return total


EXACT: dict[str, tuple[Callable[[Decimal], Decimal], Callable[[Decimal], Decimal]]] = {
    "linear": (lambda z: z, lambda _: ONE),
    "sigmoid": (d_sigmoid, d_sigmoid_slope),
    "tanh": (d_tanh, lambda z: 4 / (z.exp() + (-z).exp()) ** 2),
    "relu": (lambda z: max(z, Decimal(0)), lambda z: d_step(z, "0")),
    "leaky_relu": (
        lambda z: z if z > 0 else z * HUNDREDTH,
        lambda z: d_step(z, "0.01"),
    ),
    "elu": (lambda z: z if z > 0 else d_expm1(z), lambda z: ONE if z > 0 else z.exp()),
    "softplus": (lambda z: (ONE + z.exp()).ln(), d_sigmoid),
    "silu": (lambda z: z * d_sigmoid(z), lambda z: d_sigmoid(z) + z * d_sigmoid_slope(z)),
    "gelu": (lambda z: z * d_gauss(z), d_gelu_slope),
}
CANCELLING = {"silu": d_sigmoid_slope, "gelu": d_bell}
"""Slopes of two terms that cancel somewhere, f + z f′: what stands beside z."""


def near(name: str, z: float) -> Decimal:
    """How near a function must come: e^(−z²/2) has the rounding of z² in its exponent."""
    return NEAR + Decimal(4e-16 * z * z) if name == "gelu" else NEAR


TAILS = [0.0, -0.0, 1e-300, 1e-20, 1e-9, 0.3, 1.0, 1.2784645427610738, 5.0, 17.0, 36.0, 50.0]
TAILS += [0.7517915, 8.5, 12.0, 25.0, 38.0, 200.0, 650.0, 700.0]
POINTS = sorted({sign * z for z in TAILS for sign in (1.0, -1.0)})


def at(kernel: Kernel, *values: float) -> float:
    """A kernel on single cells."""
    return float(kernel(*(np.array([[value]]) for value in values))[0, 0])


def exactly(function: Callable[[Decimal], Decimal], z: float) -> Decimal:
    """A function with enough digits that the last of float64 is right even after cancelling."""
    with localcontext(Context(prec=700, Emax=10**9, Emin=-(10**9))):
        return +function(Decimal(z))


@pytest.mark.parametrize("name", EXACT)
def test_functions_hold_in_both_tails(name: str) -> None:
    """Each function is right to 1e-14 relative, from subnormal z to ±700."""
    for z in POINTS:
        said, truth = at(ACTIVATIONS[name].apply, z), exactly(EXACT[name][0], z)
        least = TINIEST * max(ONE, abs(Decimal(z)))  # z Φ(z) has z times the last place of Φ
        assert abs(Decimal(said) - truth) <= near(name, z) * abs(truth) + least, z


@pytest.mark.parametrize("name", EXACT)
def test_slopes_hold_in_both_tails(name: str) -> None:
    """Each slope is right to 1e-14 of its terms; those of silu and gelu cancel near −1."""
    for z in POINTS:
        kernel = ACTIVATIONS[name].slope
        assert kernel is not None
        said, truth = at(kernel, z), exactly(EXACT[name][1], z)
        terms = abs(truth)
        if name in CANCELLING:
            terms += abs(Decimal(z)) * exactly(CANCELLING[name], z)
        # 1/cosh² leaves the normal numbers before it is 0
        assert abs(Decimal(said) - truth) <= near(name, z) * terms + TINIEST, z


def test_the_table_and_its_exact_twin_have_the_same_rows() -> None:
    """A new activation is not forgotten here: softmax alone is tested by itself."""
    assert EXACT.keys() == ACTIVATIONS.keys() - {"softmax"}


def test_two_ways_to_the_normal_distribution_agree() -> None:
    """The exact twin of gelu is itself tried: series and continued fraction, and Φ(−1.96)."""
    with localcontext(Context(prec=60, Emax=10**9, Emin=-(10**9))):
        for z in (Decimal(9), Decimal(12)):
            ours, other = ONE - d_gauss_series(z), d_upper_tail(z)
            assert abs(ours - other) <= Decimal("1e-15") * other
        assert abs(d_pi() - Decimal("3.14159265358979323846264338327950288419716939937510")) < 1e-49
        known = Decimal("0.0249978951482204")
        assert abs(d_gauss(Decimal("-1.96")) - known) < Decimal("1e-15")


@pytest.mark.parametrize("z", [-6.0, -20.0, -37.0])
def test_gelu_keeps_its_digits_in_the_lower_tail(z: float) -> None:
    """Taken by 1 + erf it would be 0 from −8.3 on, and have few digits long before."""
    careless = z * 0.5 * (1 + math.erf(z / math.sqrt(2)))
    truth = exactly(EXACT["gelu"][0], z)
    assert abs(Decimal(careless) - truth) > Decimal("1e-10") * abs(truth)
    said = at(ACTIVATIONS["gelu"].apply, z)
    assert abs(Decimal(said) - truth) <= Decimal("1e-12") * abs(truth)


@pytest.mark.parametrize("z", [-30.0, -0.75, 0.0, 2.0])
def test_gelu_takes_a_complex_step(z: float) -> None:
    """Its imaginary part over the step is the slope, as with the functions numpy has itself."""
    row = ACTIVATIONS["gelu"]
    assert row.slope is not None
    stepped = row.apply(np.array([[complex(z, 1e-30)]]))[0, 0]
    assert stepped.real == pytest.approx(at(row.apply, z), rel=1e-15, abs=1e-60)
    terms = abs(at(row.slope, z)) + abs(z) * math.exp(-z * z / 2)
    assert abs(stepped.imag / 1e-30 - at(row.slope, z)) <= 1e-15 * (1 + z * z) * terms


@pytest.mark.parametrize("z", [50.0, -50.0])
def test_a_saturated_sigmoid_is_not_flat(z: float) -> None:
    """σ′(±50) is 1.93e-22: "clearly wrong, yet the gradient is 0" is a fault of a(1 − a)."""
    kernel = ACTIVATIONS["sigmoid"].slope
    assert kernel is not None
    assert at(kernel, z) == pytest.approx(1.9287498479639178e-22, rel=1e-14, abs=0)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("z", [800.0, -800.0, 1e4, -1e4, 1e308, -1e308])
def test_far_out_nothing_is_nan(name: str, z: float) -> None:
    """Functions and slopes beyond the reach of e^z are their limits, not NaN."""
    row = ACTIVATIONS[name]
    assert row.slope is not None
    value, slope = at(row.apply, z), at(row.slope, z)
    limits = {
        "linear": (z, 1.0),
        "sigmoid": (float(z > 0), 0.0),
        "tanh": (np.sign(z), 0.0),
        "relu": (max(z, 0.0), float(z > 0)),
        "leaky_relu": (max(z, 0.01 * z), 1.0 if z > 0 else 0.01),
        "elu": (z if z > 0 else -1.0, float(z > 0)),
        "softplus": (max(z, 0.0), float(z > 0)),
        "silu": (max(z, 0.0), float(z > 0)),
        "gelu": (max(z, 0.0), float(z > 0)),
    }
    assert (value, slope) == limits[name]


@pytest.mark.parametrize(("name", "at_zero"), [("relu", 0.0), ("leaky_relu", 0.01)])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_slopes_at_a_kink_are_those_from_below(name: str, at_zero: float, zero: float) -> None:
    """ReLU′(0) = 0 and LReLU′(0) = 0.01, as in PyTorch, and the table names 0 as a kink."""
    row = ACTIVATIONS[name]
    assert row.slope is not None
    assert at(row.slope, zero) == at_zero
    assert row.kinks == (0.0,)


@pytest.mark.parametrize("name", EXACT)
def test_a_nan_stays_visible(name: str) -> None:
    """A NaN in z is a NaN in a and in the slope, never a 0 or a 1 that hides it."""
    row = ACTIVATIONS[name]
    assert row.slope is not None
    assert np.isnan(at(row.apply, np.nan))
    assert np.isnan(at(row.slope, np.nan))


LOGITS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6)


@given(z=LOGITS, shift=st.floats(-1e3, 1e3), axis=st.sampled_from([0, 1]))
@examples(200)
def test_softmax_is_a_distribution_and_does_not_see_a_shift(
    z: list[float], shift: float, axis: int
) -> None:
    """Shares are in [0, 1], add up to 1, and stay when the same is added to every z."""
    kernel = ACTIVATIONS["softmax"].apply.along(axis)
    logits = np.array(z)[:, None] if axis == 0 else np.array(z)[None]
    shares, moved = kernel(logits), kernel(logits + shift)
    assert ((shares >= 0) & (shares <= 1)).all()
    assert shares.sum() == pytest.approx(1.0, rel=1e-14)
    # the sum z + shift is rounded itself: a place of 1e3 is 1e-13
    np.testing.assert_allclose(moved, shares, rtol=1e-11, atol=1e-300)


@given(z=LOGITS, axis=st.sampled_from([0, 1]))
@examples(200)
def test_softmax_agrees_with_60_digits(z: list[float], axis: int) -> None:
    """Each share against e^z/Σe^z in decimal arithmetic; its logarithm, too."""
    logits = np.array(z)[:, None] if axis == 0 else np.array(z)[None]
    shares = ACTIVATIONS["softmax"].apply.along(axis)(logits).ravel()
    logarithm = LOSSES["categorical_cross_entropy"].value[0].kernel.along(axis)
    logs = logarithm(logits).ravel()
    with localcontext(Context(prec=60, Emax=10**9, Emin=-(10**9))):
        powers = [Decimal(value).exp() for value in z]
        for power, share, log in zip(powers, shares, logs, strict=True):
            truth = power / sum(powers)
            assert abs(Decimal(float(share)) - truth) <= Decimal("1e-12") * truth + Decimal(
                "1e-300"
            )
            assert abs(Decimal(float(log)) - truth.ln()) <= Decimal("1e-12") * max(
                abs(truth.ln()), ONE / 1000
            )


@given(z=LOGITS, axis=st.sampled_from([0, 1]))
@examples(200)
def test_rows_of_a_jacobian_add_up_to_nothing(z: list[float], axis: int) -> None:
    """J 1 = 0, since the shares always add up to 1; and J is symmetric."""
    logits = np.array(z)[:, None] if axis == 0 else np.array(z)[None]
    row = ACTIVATIONS["softmax"]
    assert row.jacobian is not None
    jacobian = row.jacobian.along(axis)(row.apply.along(axis)(logits))
    assert jacobian.shape == (1, len(z), len(z))
    np.testing.assert_allclose(jacobian.sum(axis=2), 0.0, atol=1e-15)
    np.testing.assert_array_equal(jacobian, jacobian.transpose(0, 2, 1))


def one_output(z: float, y: float, activation: str, loss: str, layout: str = "column") -> Trace:
    """The update of a single unit that is fed z, with target y."""
    layer = Layer(
        units=1,
        weights=np.ones((1, 1)),
        biases=np.zeros(1),
        activation=activation,
    )
    problem = Problem(
        network=Network(inputs=1, layers=(layer,), layout=layout),
        samples=(Sample(input=np.array([z]), target=np.array([y])),),
        loss=Loss(name=loss, factor=LOSSES[loss].default_factor),
        training=Training(learning_rate=0.1),
    )
    return Runner(problem).trace()


@pytest.mark.parametrize("z", [1000.0, -1000.0, 800.0, -800.0])
@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
def test_binary_cross_entropy_of_large_logits(z: float, y: float) -> None:
    """C and δ are finite and right from z, also where the general path has nothing left to say."""
    trace = one_output(z, y, "sigmoid", "binary_cross_entropy")
    assert trace.cost == pytest.approx(max(z, 0.0) - y * z, rel=1e-14, abs=1e-12)
    assert trace["delta1"].item() == float(z > 0) - y
    assert np.isfinite(trace["W1_next"]).all()
    # the general path has a(1 − a) = 0 below the line: 0/0 where a is right, else ∞ · 0
    assert np.isnan(trace["delta1_general"]).all()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("right", [0, 1, 2])
def test_categorical_cross_entropy_of_large_logits(layout: str, right: int) -> None:
    """Logits of ±1000: C is their distance to the largest, δ is ŷ − y; a witness never stops it."""
    z = np.array([1000.0, 0.0, -1000.0])
    layer = Layer(units=3, weights=z[:, None], biases=np.zeros(3), activation="softmax")
    problem = Problem(
        network=Network(inputs=1, layers=(layer,), layout=layout),
        samples=(Sample(input=np.ones(1), target=np.eye(3)[right]),),
        loss=Loss(name="categorical_cross_entropy", factor=1.0),
    )
    trace = Runner(problem).trace()
    assert trace.cost == 1000.0 * right
    assert trace["delta1"].ravel().tolist() == [float(i == 0) - float(i == right) for i in range(3)]
    assert np.isfinite(trace["W1_next"]).all()
    assert np.isfinite(trace["log_a1"]).all()


def test_a_nan_is_seen_in_everything_after_it() -> None:
    """Overflow to infinity and infinity less infinity: NaN goes on to δ and C, and is not lost."""
    big = Layer(units=2, weights=np.full((2, 2), 1e308), biases=np.zeros(2), activation="linear")
    last = Layer(units=1, weights=np.array([[1.0, -1.0]]), biases=np.zeros(1), activation="relu")
    problem = Problem(
        network=Network(inputs=2, layers=(big, last)),
        samples=(Sample(input=np.array([10.0, 10.0]), target=np.zeros(1)),),
    )
    trace = Runner(problem).trace()
    assert np.isinf(trace["z1"]).all()
    for key in ("z2", "a2", "slope2", "delta2", "C", "grad_W1"):
        assert np.isnan(trace[key]).all(), key


def test_saturation_is_small_but_not_nothing() -> None:
    """A wrong unit at z = 50: half-square error leaves a gradient of 1.9e-22, not of 0."""
    trace = one_output(50.0, 0.0, "sigmoid", "squared_error")
    assert trace["delta1"].item() == pytest.approx(1.9287498479639178e-22, rel=1e-14, abs=0)
