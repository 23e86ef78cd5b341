"""The gradient check is checked: wrong rules are planted, and each must be caught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bpstepper.engine.compile.network import Layer, Loss, Network, Problem, Sample
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import AnyArray, Call, Kernel, Scratch
from bpstepper.engine.run.gradcheck import Worst, gradcheck
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from tests.engine.planting import Fault, changed, checked, reading
from tests.strategies import Draft

SQUARE = Draft(
    sizes=(3, 3, 3),
    activations=("tanh", "sigmoid"),
    factor=1.0,
    l2=0.3,
    count=4,
    batch_size=None,
    seed=8,
)
SOFT = replace(SQUARE, activations=("softmax", "softmax"))


def with_kernel(name: str, kernel: Kernel) -> Fault:
    """Every operation of one kernel done by another."""

    def fault(program: Program) -> Program:
        def change(op: Op) -> Op:
            other = kernel.along(op.kernel.axis)
            return replace(op, kernel=other) if op.kernel.name == name else op

        return changed(program, change)

    return fault


def times(kernel: Kernel, factor: float) -> Kernel:
    """The kernel with a constant factor too much."""

    def lower(
        operands: Sequence[AnyArray], out: AnyArray, axis: int, scratch: Scratch
    ) -> list[Call]:
        return [*kernel.lower(operands, out, axis, scratch), (np.multiply, (out, factor, out))]

    return replace(kernel, lower=lower, view=None)


def no_fault(program: Program) -> Program:
    """The control."""
    return program


def outputs_in_bp4(program: Program) -> Program:
    """∂C/∂W from what comes out of a layer, in place of what goes in."""
    instead = {Symbol("x"): Symbol("a", 1), Symbol("a", 1): Symbol("a", 2)}

    def change(op: Op) -> Op:
        of_bp4 = op.equation.row.startswith("BP4")
        return reading(op, instead) if of_bp4 else op

    return changed(program, change)


def update_before_backward(program: Program) -> Program:
    """δ¹ from the W² that the update has already moved."""
    instead = {Symbol("W", 2): Symbol("W_next", 2)}
    return changed(program, lambda op: reading(op, instead) if op.equation.row == "BP2" else op)


def no_transpose(program: Program) -> Program:
    """W where Wᵀ belongs; in a square network the shapes do not object."""
    instead = {Symbol("W_T", 2): Symbol("W", 2)}
    return changed(program, lambda op: reading(op, instead) if op.equation.row == "BP2" else op)


def slope_of_the_activation(program: Program) -> Program:
    """σ′(a) for σ′(z)."""
    sloped = {row.slope.name for row in ACTIVATIONS.values() if row.slope is not None}
    instead = {Symbol("z", layer): Symbol("a", layer) for layer in (1, 2)}
    return changed(program, lambda op: reading(op, instead) if op.kernel.name in sloped else op)


def jacobian_from_z(program: Program) -> Program:
    """Softmax's Jacobian built from z."""
    instead = {Symbol("a", layer): Symbol("z", layer) for layer in (1, 2)}
    name = "softmax_jacobian"
    return changed(program, lambda op: reading(op, instead) if op.kernel.name == name else op)


SLOPE = ACTIVATIONS["tanh"].slope
assert SLOPE is not None
FAULTS: dict[str, tuple[Draft, Fault, dict[str, float]]] = {
    "2.001 for the 2.0 of a square": (SQUARE, no_fault, {"s": 2.001 / 2.0}),
    "the 1/m forgotten": (SQUARE, no_fault, {"s": 4.0}),
    "the sign turned": (SQUARE, no_fault, {"s": -1.0}),
    "λ for λ/m": (SQUARE, no_fault, {"decay": 4.0}),
    "a slope a millionth too large": (
        SQUARE, with_kernel("tanh_slope", times(SLOPE, 1 + 1e-6)), {}
    ),
    "the slope forgotten": (SQUARE, with_kernel("tanh_slope", times(SLOPE, 0.0)), {}),
    "the sum over samples taken as the mean": (
        SQUARE, with_kernel("sum_samples", times(ALGEBRA["sum_samples"], 0.25)), {}
    ),
    "outputs in BP4": (SQUARE, outputs_in_bp4, {}),
    "the update before the backward pass": (SQUARE, update_before_backward, {}),
    "no transpose": (SQUARE, no_transpose, {}),
    "the slope of the activation": (SQUARE, slope_of_the_activation, {}),
    "the penalty forgotten": (SQUARE, no_fault, {"decay": 0.0}),
    "the Jacobian from z": (SOFT, jacobian_from_z, {}),
}  # fmt: skip


@pytest.mark.parametrize("draft", [SQUARE, SOFT], ids=["square", "soft"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_without_a_fault_nothing_is_caught(draft: Draft, layout: str) -> None:
    """The control: the same way through these tests, and all is well."""
    check = checked(replace(draft, layout=layout).problem(), no_fault)
    assert check.ok
    assert check.worst.difference < 1e-12


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("layout", ["column", "row"])
def test_a_planted_fault_is_caught(fault: str, layout: str) -> None:
    """Each wrong rule makes the check fail, by more than the check's tolerance."""
    draft, plant, scaled = FAULTS[fault]
    check = checked(replace(draft, layout=layout).problem(), plant, scaled)
    assert not check.ok
    assert check.worst.difference > check.TOLERANCE


@pytest.mark.parametrize("seed", range(10))
def test_a_fault_in_a_vanishing_gradient_is_caught(seed: int) -> None:
    """Saturated units leave gradients of 1e-20; a factor of 2 in them is no rounding."""
    draft = replace(SQUARE, activations=("sigmoid", "tanh"), l2=0.0, seed=seed)
    problem = draft.problem()
    first = replace(problem.network.layer(1), biases=np.full(3, 50.0))
    network = replace(problem.network, layers=(first, problem.network.layer(2)))
    problem = replace(problem, network=network)
    slope = ACTIVATIONS["sigmoid"].slope
    assert slope is not None
    assert checked(problem, no_fault).ok
    check = checked(problem, with_kernel("sigmoid_slope", times(slope, 2.0)))
    assert not check.ok
    assert check.worst.symbol in ("W1", "b1")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_worst_cell_is_named(layout: str) -> None:
    """One wrong cell of one gradient: the check says which parameter, and which cell of it."""

    def one_wrong(operands: Sequence[AnyArray], out: AnyArray, _a: int, _s: Scratch) -> list[Call]:
        cell = out[2:3, 1:2]
        return [(np.matmul, (*operands, out)), (np.add, (cell, 0.01, cell))]

    kernel = replace(ALGEBRA["matmul"], lower=one_wrong)

    def fault(program: Program) -> Program:
        def change(op: Op) -> Op:
            wrong = op.result == Symbol("grad_W", 2)
            return replace(op, kernel=kernel) if wrong else op

        return changed(program, change)

    check = checked(replace(SQUARE, l2=0.0, layout=layout).problem(), fault)
    assert isinstance(check.worst, Worst)
    assert check.worst.symbol == "W2"
    assert check.worst.cell == (2, 1)
    off = {one.symbol: one.difference for one in check.checks}
    assert max(value for symbol, value in off.items() if symbol != "W2") < 1e-12


def test_a_nan_in_a_gradient_is_caught() -> None:
    """NaN disagrees with everything, and is the worst there is."""
    name = "sum_samples"
    check = checked(SQUARE.problem(), with_kernel(name, times(ALGEBRA[name], np.nan)))
    assert not check.ok
    assert np.isnan(check.worst.difference)
    assert check.worst.symbol in ("b1", "b2")


def at_a_kink(activation: str, samples: int = 2) -> Problem:
    """One hidden unit of two sits exactly at 0 for the first sample, and nowhere else."""
    hidden = Layer(
        units=2,
        weights=np.array([[1.0, 1.0], [0.5, 0.25]]),
        biases=np.zeros(2),
        activation=activation,
    )
    output = Layer(
        units=1, weights=np.array([[0.7, -0.4]]), biases=np.array([0.1]), activation="linear"
    )
    return Problem(
        network=Network(inputs=2, layers=(hidden, output)),
        samples=tuple(
            Sample(input=np.array([1.0, -1.0 + 0.5 * index]), target=np.array([2.0]))
            for index in range(samples)
        ),
        loss=Loss(),
    )


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_kinks_are_named_and_left_out(activation: str) -> None:
    """Three cells reach z¹₁ = 0: the unit's two weights and its bias; the other six are checked."""
    check = gradcheck(at_a_kink(activation))
    assert {(kink.symbol, kink.cell) for kink in check.kinks} == {
        ("W1", (0, 0)), ("W1", (0, 1)), ("b1", (0, 0)),
    }  # fmt: skip
    assert {kink.where for kink in check.kinks} == {"z1[1,1] is exactly 0"}
    assert check.measured == 6
    assert check.ok
    by_symbol = {one.symbol: one for one in check.checks}
    assert np.isnan(by_symbol["W1"].numeric[0]).all()
    assert np.isfinite(by_symbol["W1"].numeric[1]).all()


def test_a_smooth_function_has_no_kinks() -> None:
    """Softplus has a derivative at z = 0, and every cell is measured."""
    check = gradcheck(at_a_kink("softplus"))
    assert check.kinks == ()
    assert check.measured == 9
    assert check.ok


def test_a_later_update_is_checked_at_its_own_parameters() -> None:
    """Update 2 sees the second sample, which sits on no kink, from where update 1 left off."""
    check = gradcheck(at_a_kink("relu"), update=2)
    assert check.kinks == ()
    assert check.ok


@pytest.mark.parametrize("update", [0, -1])
def test_an_update_before_the_first_has_no_gradient(update: int) -> None:
    """Update 0 is the start; asking for its check is told, and does not search for ever."""
    with pytest.raises(ValueError, match="update"):
        gradcheck(SQUARE.problem(), update=update)


def test_a_limit_is_kept_and_drawn_from_the_seed() -> None:
    """At most so many cells of each parameter, the same ones each time."""
    problem = SQUARE.problem()
    first, second = (gradcheck(problem, limit=2) for _ in range(2))
    assert first.measured == 8
    for one, other in zip(first.checks, second.checks, strict=True):
        assert np.array_equal(one.numeric, other.numeric, equal_nan=True)
    assert first.ok


def test_overflow_of_complex_numbers_falls_back_to_differences() -> None:
    """At z = −800 a complex e^−z is not a number; a real one is, and measures the same slope."""
    problem = replace(SQUARE, activations=("sigmoid", "linear"), l2=0.0).problem()
    first = replace(problem.network.layer(1), biases=np.array([-800.0, 0.1, 0.2]))
    network = replace(problem.network, layers=(first, problem.network.layer(2)))
    check = gradcheck(replace(problem, network=network))
    assert sum(one.central for one in check.checks) > 0
    assert check.worst.difference < 1e-8
    assert check.ok


def test_slopes_that_are_truly_0_do_not_raise_an_alarm() -> None:
    """All softmax outputs together are always 1: what rounding leaves on both sides agrees."""
    problem = replace(SQUARE, activations=("tanh", "softmax"), loss="output", l2=0.0).problem()
    check = gradcheck(problem)
    gradients = {one.symbol: np.abs(one.gradient).max() for one in check.checks}
    assert max(gradients.values()) < 1e-15
    assert check.ok


@pytest.mark.parametrize("size", [1.0, 1e200, 1e-200])
def test_gradients_whose_squares_leave_the_range_are_checked(size: float) -> None:
    """A right one passes, one that is wrong by a thousandth does not, however large it is."""
    weights = np.array([[1 / size]])
    layer = Layer(units=1, weights=weights, biases=np.zeros(1), activation="linear")
    problem = Problem(
        network=Network(inputs=1, layers=(layer,)),
        samples=(Sample(input=np.array([size])),),
        loss=Loss(name="output"),
    )

    def fault(program: Program) -> Program:
        kernel = times(ALGEBRA["matmul"], 1.001)

        def change(op: Op) -> Op:
            return replace(op, kernel=kernel) if op.result == Symbol("grad_W", 1) else op

        return changed(program, change)

    assert checked(problem, no_fault).ok
    check = checked(problem, fault)
    assert not check.ok
    assert check.worst.difference == pytest.approx(0.001, rel=0.01)
