"""Layer normalisation against PyTorch: committed numbers, and autograd where torch is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import bpstepper
from bpstepper.engine.compile.network import (
    Array,
    Layer,
    Loss,
    Network,
    Problem,
    ProblemError,
    Sample,
    Training,
)
from bpstepper.engine.run.nudge import can_nudge, nudge
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Timeline, run
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.optimizers import OPTIMIZERS

CLOSE = 1e-12
X = [[0.5, -1.0, 2.0, 0.25], [1.5, 0.2, -0.7, 0.0]]
Y = [[0.0, 1.0, 0.5, -0.5], [1.0, 0.0, 0.25, 0.75]]
GAMMA, BETA = [1.2, 0.8, 1.0, -0.5], [0.1, 0.0, -0.2, 0.3]
SAID: dict[
    str, Any
] = {  # torch 2.13.0: LayerNorm(4), ½ of the mean over two samples of the squared error
    "a1": [
        [0.17034493639092044, -1.0786223579941123, 1.2655195081441741, 0.38793117048865045],
        [1.9860689308089086, -0.05029517148823762, -1.394510322845642, 0.4571724109007424],
    ],
    "grad_x": [
        [0.2054201137775014, -0.10056045365462946, -0.10116594447373584, -0.0036937156491361756],
        [-0.13422695678105515, 0.06786595775985194, -0.2682816142498603, 0.33464261327106354],
    ],
    "grad_norm_gamma1": [
        [0.7799070323956568, 1.4028613458962016, 1.5431341648577797, -0.03205240897744219]
    ],
    "grad_norm_beta1": [
        [0.5782069335999145, -1.064458764741175, -0.4394954073507339, 0.2975517906946964]
    ],
    "C": 2.372288481211722,
}


def norm(units: int = 4, activation: str = "linear", **more: Any) -> Layer:
    """A normalising layer."""
    given = {"gamma": np.array(GAMMA[:units]), "beta": np.array(BETA[:units])}
    return Layer(kind="layer_norm", units=units, activation=activation, given=given, **more)


def alone(layout: str, train: str) -> Problem:
    """The inputs, normalised, and no other layer."""
    samples = tuple(
        Sample(input=np.array(x), target=np.array(y)) for x, y in zip(X, Y, strict=True)
    )
    network = Network(inputs=4, layers=(norm(),), layout=layout)
    return Problem(
        network=network, samples=samples, training=Training(batch_size=None, train=train)
    )


def between(layout: str = "torch", bias: str = "separate", **training: Any) -> Problem:
    """Dense, normalised, dense: three samples in a batch, weights penalised."""
    chance = np.random.default_rng(7)
    layers = (
        Layer(units=4, weights=chance.normal(size=(4, 3)), biases=chance.normal(size=4)),
        norm(activation="tanh"),
        Layer(units=2, weights=chance.normal(size=(2, 4)), biases=chance.normal(size=2)),
    )
    samples = tuple(
        Sample(input=chance.normal(size=3), target=chance.uniform(size=2)) for _ in range(3)
    )
    return Problem(
        network=Network(inputs=3, layers=layers, layout=layout, bias=bias),
        samples=samples,
        loss=Loss(l2=0.1),
        training=Training(batch_size=None, **training),
    )


def in_rows(problem: Problem, value: Array) -> Array:
    """Samples in rows."""
    return value.T if value.ndim == 2 and problem.network.layout == "column" else value


EVERY = [(layout, bias) for layout in LAYOUTS for bias in ("separate", "folded")]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("bias", ["separate", "folded"])
def test_axes_are_of_the_layers_they_name(layout: str, bias: str) -> None:
    """As many units as the layer has, in every quantity; and an operand for each that is written.

    Two normalising layers, of four units and of three, with as many of the layers before.
    """
    chance = np.random.default_rng(7)
    layers = (
        Layer(units=4, weights=chance.normal(size=(4, 5)), biases=chance.normal(size=4)),
        norm(),
        Layer(units=3, weights=chance.normal(size=(3, 4)), biases=chance.normal(size=3)),
        norm(3),
        Layer(units=2, weights=chance.normal(size=(2, 3)), biases=chance.normal(size=2)),
    )
    samples = (Sample(input=chance.normal(size=5), target=np.array([0.25, 0.75])),) * 2
    network = Network(inputs=5, layers=layers, layout=layout, bias=bias)
    problem = Problem(network=network, samples=samples, training=Training(batch_size=None))
    sizes = network.sizes
    for step in Timeline(problem).trace(1):
        for operation in step.operations:
            assert len(operation.operands) == operation.kernel.arity
            assert len(operation.kernel.glue) == operation.kernel.arity + 1
            for quantity in (*operation.operands, operation.result):
                for axis, size in zip(quantity.axes, quantity.value.shape, strict=True):
                    assert axis.size == size
                    if axis.kind == "units" and axis.layer is not None:
                        assert size in (1, sizes[axis.layer]), (quantity.key, axis)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_committed_numbers(layout: str) -> None:
    """What torch said once, in every layout, to twelve digits."""
    for train in ("parameters", "input"):
        problem = alone(layout, train)
        trace = Timeline(problem).trace(1)
        for key, value in SAID.items():
            if key in trace:
                ours = in_rows(problem, trace[key])
                np.testing.assert_allclose(ours, value, rtol=CLOSE, atol=CLOSE)


def by_torch(problem: Problem) -> dict[str, Any]:
    """The same network of torch's own modules, its gradients autograd's; the torch layout."""
    torch = pytest.importorskip("torch")
    first, normed, last = problem.network.layers
    dense = []
    for layer in (first, last):
        made = torch.nn.Linear(*layer.weights.shape[::-1], dtype=torch.float64)
        with torch.no_grad():
            made.weight.copy_(torch.tensor(layer.weights))
            made.bias.copy_(torch.tensor(layer.biases))
        dense.append(made)
    between_them = torch.nn.LayerNorm(4, eps=normed.options["eps"], dtype=torch.float64)
    with torch.no_grad():
        between_them.weight.copy_(torch.tensor(normed.value("gamma")))
        between_them.bias.copy_(torch.tensor(normed.value("beta")))
    x = torch.tensor(np.array([sample.input for sample in problem.samples]))
    y = torch.tensor(np.array([sample.target for sample in problem.samples]))
    a1 = torch.sigmoid(dense[0](x))
    a1.retain_grad()
    a3 = torch.sigmoid(dense[1](torch.tanh(between_them(a1))))
    m = len(problem.samples)
    squares = sum((made.weight**2).sum() for made in dense)
    cost = ((a3 - y) ** 2).sum() * problem.loss.factor / m + problem.loss.l2 / 2 / m * squares
    cost.backward()
    return {
        "C": cost.detach(),
        "a3": a3.detach(),
        "grad_a1": a1.grad,
        "grad_W1": dense[0].weight.grad,
        "grad_b1": dense[0].bias.grad[None],
        "grad_norm_gamma2": between_them.weight.grad[None],
        "grad_norm_beta2": between_them.bias.grad[None],
        "grad_W3": dense[1].weight.grad,
        "grad_b3": dense[1].bias.grad[None],
    }


@pytest.mark.parametrize("bias", ["separate", "folded"])
def test_against_autograd(bias: str) -> None:
    """Every gradient of a network with such a layer between two dense ones."""
    problem = between(bias=bias)
    trace = Timeline(problem).trace(1)
    for key, value in by_torch(problem).items():
        np.testing.assert_allclose(trace[key], value.numpy(), rtol=1e-11, atol=CLOSE)


@pytest.mark.parametrize(("layout", "bias"), EVERY)
def test_gradients_hold_against_the_complex_step(layout: str, bias: str) -> None:
    """No oracle but the forward pass: γ and β are checked like W and b."""
    for update in (1, 3):
        found = bpstepper.gradcheck(between(layout, bias), update)
        assert found.ok
        assert {"norm_gamma2", "norm_beta2"} <= {check.symbol for check in found.checks}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_layouts_train_alike(optimizer: str) -> None:
    """Five updates give the same γ and β in every layout, with biases apart or folded."""
    found: dict[str, list[Array]] = {"norm_gamma2": [], "norm_beta2": []}
    for layout, bias in EVERY:
        problem = between(layout, bias, optimizer=optimizer, learning_rate=0.01)
        after = run(problem, 5)
        for key, values in found.items():
            values.append(after[key].ravel())
    for key, values in found.items():
        assert not np.array_equal(values[0], GAMMA if "gamma" in key else BETA)
        for other in values[1:]:
            np.testing.assert_allclose(other, values[0], rtol=1e-10)


def traces() -> Iterator[Trace]:
    """One update in every layout, folded or not."""
    for layout, bias in EVERY:
        yield Timeline(between(layout, bias)).trace(1)


def test_cells_are_what_their_rules_say() -> None:
    """Each cell is made of the cells that its rule names, and those feed it; each replays."""
    for trace in traces():
        for step in trace:
            for operation in step.operations:
                operands = [operand.value for operand in operation.operands]
                shapes = [operand.shape for operand in operands]
                result, kernel = operation.result.value, operation.kernel
                assert np.array_equal(operation.replay(), result)
                for index in np.ndindex(*result.shape):
                    rule = kernel.cell_rule(index, shapes)
                    assert rule.value(operands) == pytest.approx(result[index], abs=CLOSE)
                    for which, cell in rule.reads():
                        assert index in kernel.downstream(which, cell, shapes, result.shape)


def test_units_are_those_of_their_layer() -> None:
    """What is normalised stands at the layer's own units; what is only less the mean, before."""
    for trace in traces():
        for key in ("normalized2", "z2", "grad_normalized2", "centered2", "grad_a1"):
            axes = trace.program.axes[trace.program.by_key[key]]
            layers = {axis.layer for axis in axes if axis.kind == "units"}
            assert layers == {1 if key in ("centered2", "grad_a1") else 2}


def test_a_nudge_shows_the_gradient() -> None:
    """Of γ and β, too."""
    for trace in traces():
        for key in ("norm_gamma2", "norm_beta2"):
            assert can_nudge(trace, key)
            assert nudge(trace, key, (0, 0)).agrees()


def test_a_shift_of_all_units_changes_nothing() -> None:
    """So what goes back adds up to 0 over each sample's units; and x̂ has mean 0, variance 1."""
    trace = Timeline(between()).trace(1)
    np.testing.assert_allclose(trace["grad_a1"].sum(axis=1), 0, atol=CLOSE)
    np.testing.assert_allclose(trace["normalized2"].mean(axis=1), 0, atol=CLOSE)
    floor = 1e-5 / trace["norm_variance2"][:, 0]
    np.testing.assert_allclose(trace["normalized2"].var(axis=1), 1 / (1 + floor), rtol=1e-9)


def test_gains_are_not_penalised() -> None:
    """A stronger penalty leaves the gradient of γ as it is."""
    problem = between()
    strong = replace(problem, loss=Loss(l2=100.0))
    for key in ("grad_norm_gamma2", "grad_norm_beta2"):
        weak, same = (Timeline(p).trace(1)[key] for p in (problem, strong))
        assert np.array_equal(weak, same)


def test_what_is_not_trained_stays() -> None:
    """`train_gamma` and `train_beta` are as `train_biases`: the gradient is there all the same."""
    problem = between()
    first, _, last = problem.network.layers
    still = norm(activation="tanh", options={"train_gamma": False})
    kept = replace(problem, network=replace(problem.network, layers=(first, still, last)))
    trace = Timeline(kept).trace(1)
    assert "grad_norm_gamma2" in trace
    assert "norm_gamma2_next" not in trace
    assert "norm_beta2_next" in trace


def test_units_all_alike_are_no_division_by_0() -> None:
    """ε is what the deviation is made of there."""
    problem = alone("column", "parameters")
    flat = replace(problem, samples=tuple(replace(s, input=np.ones(4)) for s in problem.samples))
    trace = Timeline(flat).trace(1)
    assert np.isfinite(trace["z1"]).all()
    np.testing.assert_allclose(trace["deviation1"], np.sqrt(1e-5))


def test_refusals() -> None:
    """Another number of units than before, a parameter or an option that there is not."""
    with pytest.raises(ProblemError, match="as many as in the layer before"):
        Network(inputs=3, layers=(norm(),))
    with pytest.raises(ProblemError, match="given of layer_norm"):
        Layer(kind="layer_norm", units=2, given={"delta": np.ones(2)})
    with pytest.raises(ProblemError, match="options of dense"):
        Layer(units=1, weights=np.ones((1, 1)), biases=np.ones(1), options={"eps": 1.0})
    with pytest.raises(ProblemError, match="gamma"):
        Layer(kind="layer_norm", units=2, given={"gamma": np.ones(3)})


def test_a_file_with_a_normalising_layer() -> None:
    """It loads, is usual where the file says nothing, and comes back from its own text."""
    from bpstepper.scenario.save import to_toml
    from bpstepper.scenario.values import same_numbers

    text = (
        "[network]\ninputs = 2\n[[network.layers]]\nunits = 2\n"
        '[[network.layers]]\nkind = "layer_norm"\nunits = 2\n'
        "[[samples]]\ninput = [1.0, 2.0]\ntarget = [0.0, 1.0]\n"
    )
    scenario = bpstepper.loads(text)
    layer = scenario.network.layer(2)
    assert (layer.activation, layer.options["eps"]) == ("linear", 1e-5)
    assert layer.value("gamma").tolist() == [1.0, 1.0]
    assert layer.value("beta").tolist() == [0.0, 0.0]
    assert same_numbers(bpstepper.loads(to_toml(scenario)), scenario)
