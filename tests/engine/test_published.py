"""Published numbers: what books and pages print for worked examples comes out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.gradcheck import gradcheck
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Runner, Timeline, cost_over_all
from bpstepper.engine.tables.layouts import LAYOUTS
from tests.engine import worked_examples as worked
from tests.oracles import one_way

PRINTED = 5.0001e-10  # half of the ninth decimal, as most sources print
COARSE = 5.0001e-4  # half of the third


def flat(problem: Problem, trace: Trace, key: str) -> Array:
    """A value as the book lists it: one row of numbers, weights by the unit they go to."""
    return one_way(problem, key, trace[key]).ravel()


def says(
    problem: Problem, trace: Trace, key: str, printed: npt.ArrayLike, within: float = PRINTED
) -> None:
    """The value is the printed one, to its last place."""
    np.testing.assert_allclose(
        flat(problem, trace, key), np.ravel(printed), rtol=0, atol=within, err_msg=key
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_mazur(layout: str) -> None:
    """Every number of the walk-through, the update after the backward pass."""
    problem = worked.mazur(layout)
    trace = Runner(problem).trace()
    says(problem, trace, "z1", [0.3775, 0.3925], 1e-15)
    says(problem, trace, "a1", [0.593269992, 0.596884378])
    says(problem, trace, "z2", [1.105905967, 1.224921404])
    says(problem, trace, "a2", [0.75136507, 0.772928465])
    says(problem, trace, "C", 0.298371109)
    says(problem, trace, "delta2", [0.138498562, -0.038098237])
    says(problem, trace, "delta1", [0.008771355, 0.009954255])
    assert trace["grad_W1"][0, 0] == pytest.approx(0.000438568, abs=PRINTED)
    assert trace["grad_W2"][0, 0] == pytest.approx(0.082167041, abs=PRINTED)
    says(problem, trace, "W1_next", [0.149780716, 0.19956143, 0.24975114, 0.29950229], 5e-9)
    says(problem, trace, "W2_next", [0.35891648, 0.408666186, 0.511301270, 0.561370121], 1e-9)
    assert "b1_next" not in trace


@pytest.mark.parametrize("layout", LAYOUTS)
def test_mazur_after_one_step_and_after_ten_thousand(layout: str) -> None:
    """The page's later figures are an update-before-backward slip; these are the right ones."""
    problem = worked.mazur(layout)
    line = Timeline(problem)
    assert line.at(2).trace.cost == pytest.approx(0.29102777369360, abs=5e-15)
    after = line.parameters(10_000)
    assert cost_over_all(problem, after) == pytest.approx(3.5101878e-5, abs=5e-13)
    trace = line.at(10_001).trace
    says(problem, trace, "a2", [0.015913620, 0.984064274])
    assert trace.cost == cost_over_all(problem, after)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_data_mining(layout: str) -> None:
    """Han and Kamber to three decimals; their δ has the sign of descent."""
    problem = worked.data_mining(layout)
    trace = Runner(problem).trace()
    says(problem, trace, "a1", [0.332, 0.525], COARSE)
    says(problem, trace, "a2", [0.474], COARSE)
    says(problem, trace, "delta2", [-0.131169], 5e-7)
    says(problem, trace, "delta1", [0.0087, 0.0065], 5e-5)
    says(problem, trace, "W2_next", [-0.261, -0.138], COARSE)
    says(problem, trace, "W1_next", [0.192, 0.4, -0.508, -0.306, 0.1, 0.194], COARSE)
    says(problem, trace, "b1_next", [-0.408, 0.194], COARSE)
    says(problem, trace, "b2_next", [0.218], COARSE)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_xor_one_step(layout: str) -> None:
    """The hidden activations, the output, and C before and after."""
    problem = worked.xor_one_step(layout)
    line = Timeline(problem)
    trace = line.at(1).trace
    says(problem, trace, "a1", [0.549833997, 0.59868766], 5e-9)
    says(problem, trace, "a2", [0.675710829])
    assert trace.cost == pytest.approx(0.0525817333, abs=5e-11)
    assert line.at(2).trace.cost == pytest.approx(0.0508414178, abs=5e-11)


def test_linear_neuron_a() -> None:
    """With x = 2.1, y = 4: C, the gradients, the parameters after, and C after."""
    problem = worked.linear_neuron(x=2.1, y=4.0, w=1.0, b=0.0, rate=0.01)
    trace = Runner(problem).trace()
    for key, value in {"C": 3.61, "grad_W1": -7.98, "grad_b1": -3.8, "W1_next": 1.0798}.items():
        says(problem, trace, key, value, 1e-14)
    says(problem, trace, "b1_next", 0.038, 1e-14)
    assert Timeline(problem).at(2).trace.cost == pytest.approx(2.87, abs=5e-3)


def test_linear_neuron_b() -> None:
    """With x = 2, y = 9: round numbers all the way."""
    problem = worked.linear_neuron(x=2.0, y=9.0, w=3.0, b=1.0, rate=0.05)
    line = Timeline(problem)
    trace = line.at(1).trace
    expected = {"a1": 7, "C": 4, "grad_W1": -8, "grad_b1": -4, "W1_next": 3.4, "b1_next": 1.2}
    for key, value in expected.items():
        says(problem, trace, key, value, 1e-14)
    says(problem, line.at(2).trace, "a1", 8.0, 1e-14)
    assert line.at(2).trace.cost == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_softmax_jacobian(layout: str) -> None:
    """∇ₐC = (0, −2), J = ¼ in four places, δ = (½, −½), by both paths."""
    problem = worked.softmax_jacobian(layout)
    trace = Runner(problem).trace()
    says(problem, trace, "grad_a1", [0.0, -2.0], 0)
    says(problem, trace, "jacobian1", [0.25, -0.25, -0.25, 0.25], 0)
    says(problem, trace, "delta1", [0.5, -0.5], 0)
    says(problem, trace, "delta1_general", [0.5, -0.5], 0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_cs231n_neuron(layout: str) -> None:
    """∂x, ∂w and ∂b of the course notes; nothing is compared with a target."""
    problem = worked.cs231n_neuron(layout)
    trace = Runner(problem).trace()
    says(problem, trace, "grad_x", [0.3932238665, -0.5898357997], 5.1e-11)
    says(problem, trace, "grad_W1", [-0.1966119332, -0.3932238665], 5.1e-11)
    says(problem, trace, "grad_b1", [0.1966119332], 5.1e-11)
    assert trace.cost == trace["a1"].item()


@pytest.mark.parametrize(
    ("start", "loss", "rate", "outputs"),
    [
        ((0.6, 0.9), "squared_error", 0.15, {0: 0.817574, 300: 0.093956}),
        ((2.0, 2.0), "squared_error", 0.15, {0: 0.982014, 150: 0.933417, 300: 0.202848}),
        ((0.6, 0.9), "binary_cross_entropy", 0.005, {300: 0.417679}),
        ((2.0, 2.0), "binary_cross_entropy", 0.005, {300: 0.779587}),
    ],
)
def test_nielsen_saturation(
    start: tuple[float, float], loss: str, rate: float, outputs: dict[int, float]
) -> None:
    """Ch. 3: slow from a saturated start with the square, quick with the cross-entropy."""
    problem = worked.saturation(*start, loss, rate)
    line = Timeline(problem)
    for done, output in outputs.items():
        says(problem, line.at(done + 1).trace, "a1", output, 5.1e-7)


def test_nielsen_first_gradients() -> None:
    """.121938 and .017345."""
    for start, gradient in (((0.6, 0.9), 0.121938), ((2.0, 2.0), 0.017345)):
        problem = worked.saturation(*start, "squared_error", 0.15)
        says(problem, Runner(problem).trace(), "grad_W1", gradient, 5.1e-7)


def test_batch_logistic() -> None:
    """Two epochs of a full batch: C before each update, w and b after them."""
    problem = worked.batch_logistic()
    line = Timeline(problem)
    assert line.at(1).trace.cost == pytest.approx(0.3033, abs=5e-5)
    assert line.at(2).trace.cost == pytest.approx(0.2942, abs=5e-5)
    after = line.at(2).parameters
    np.testing.assert_allclose(after["W1"], [[0.1036, -0.1425]], atol=5e-5)
    np.testing.assert_allclose(after["b1"], [[-0.0167]], atol=5e-5)


def test_xor_relu() -> None:
    """Outputs 0, 1, 1, 0: the cost is 0, and so is every gradient."""
    problem = worked.xor_relu()
    trace = Runner(problem).trace()
    says(problem, trace, "a2", [0, 1, 1, 0], 0)
    assert trace.cost == 0.0
    assert not trace["grad_W1"].any()


NG_GRADIENT = [
    0.766138, 0.979897, -0.027540, -0.035844, -0.024929, -0.053862, 0.883417, 0.568762, 0.584668,
    0.598139, 0.459314, 0.344618, 0.256313, 0.311885, 0.478337, 0.368920, 0.259771, 0.322331,
]  # fmt: skip


NG_PARAMETERS = np.arange(1, 19) / 10


def unrolled(trace: Trace, key: str) -> Array:
    """Θ¹ and Θ² by columns, as the exercise lists them: bias first."""
    return np.concatenate([trace[key.format(layer)].ravel(order="F") for layer in (1, 2)])


def test_ng_ex4() -> None:
    """Cost and gradient of the exercise's own debug case: Θ is Wb, the bias folded in."""
    problem = worked.ng_ex4(l2=0.0)
    trace = Runner(problem).trace()
    assert (trace["Wb1"].shape, trace["Wb2"].shape) == ((2, 3), (4, 3))
    assert trace["a1_one"].shape == (3, 3)
    assert np.array_equal(unrolled(trace, "Wb{}"), NG_PARAMETERS)
    assert trace.cost == pytest.approx(7.4070, abs=5e-5)
    np.testing.assert_allclose(unrolled(trace, "grad_Wb{}"), NG_GRADIENT, rtol=0, atol=5.1e-7)
    kernels = {op.kernel.name for step in trace if step.id == "delta1" for op in step.operations}
    assert "drop_bias" in kernels  # no wire leads back from a bias
    assert "transpose" not in kernels


def test_ng_ex4_with_a_penalty() -> None:
    """λ = 3: C, and (λ/m)Θ in the gradient of everything but the first columns."""
    problem = worked.ng_ex4(l2=3.0)
    trace = Runner(problem).trace()
    assert trace.cost == pytest.approx(16.456970, abs=5.1e-7)
    pull = unrolled(trace, "grad_Wb{}") - NG_GRADIENT
    biases = np.isin(np.arange(18), [0, 1, 6, 7, 8, 9])
    np.testing.assert_allclose(pull, np.where(biases, 0.0, NG_PARAMETERS), rtol=0, atol=5.1e-7)


@pytest.mark.parametrize("l2", [0.0, 3.0])
def test_ng_ex4_apart_is_ng_ex4_folded(l2: float) -> None:
    """The same numbers with W and b apart: the columns of ∂C/∂Wb."""
    folded = Runner(worked.ng_ex4(l2)).trace()
    apart = Runner(worked.ng_ex4(l2, bias="separate")).trace()
    assert folded.cost == pytest.approx(apart.cost, rel=1e-14)
    for layer in (1, 2):
        for key in (f"grad_W{layer}", f"grad_b{layer}", f"W{layer}", f"b{layer}"):
            np.testing.assert_allclose(folded[key], apart[key], rtol=1e-12, atol=1e-15)


def test_one_layer_in_rows() -> None:
    """The "15 steps" network: z = [1 x] Wb; ∂C/∂Wb is the inputs' column times δ, their kron."""
    trace = Runner(worked.one_layer()).trace()
    shapes = {"x": (1, 3), "x_one": (1, 4), "Wb1": (4, 2), "z1": (1, 2), "delta1": (1, 2)}
    assert {key: trace[key].shape for key in shapes} == shapes
    assert trace["W1"].shape == (3, 2)
    assert trace["b1"].shape == (1, 2)
    np.testing.assert_allclose(trace["z1"], trace["x"] @ trace["W1"] + trace["b1"], rtol=1e-15)
    outer = np.kron(trace["x_one"].T, trace["delta1"])
    np.testing.assert_allclose(trace["grad_Wb1"], outer, rtol=1e-15)
    np.testing.assert_allclose(trace["Wb1_next"], trace["Wb1"] - 0.1 * outer, rtol=1e-15)
    assert np.kron(trace["a1"].T, trace["delta1"]).shape == (2, 2)  # as published: not even a shape


@pytest.mark.parametrize(
    "problem",
    [
        worked.mazur(), worked.data_mining(), worked.xor_one_step(), worked.softmax_jacobian(),
        worked.cs231n_neuron(), worked.batch_logistic(), worked.ng_ex4(3.0), worked.one_layer(),
        worked.linear_neuron(2.1, 4.0, 1.0, 0.0, 0.01),
    ],
    ids=lambda problem: "-".join(str(size) for size in problem.network.sizes),
)  # fmt: skip
def test_worked_examples_pass_the_gradient_check(problem: Problem) -> None:
    """Printed numbers may err together; the slope of C does not."""
    assert gradcheck(problem).worst.difference < 1e-12
