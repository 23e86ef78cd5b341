"""Optimizers by hand: first steps that can be worked out on paper, and what must always hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.training import Runner, Timeline
from bpstepper.engine.tables.equations import EQUATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from tests.engine import worked_examples as worked
from tests.oracles import one_way
from tests.strategies import Draft

RATE = 0.1
NEAR = 1e-14


def slope_of_one(optimizer: str, **constants: Any) -> Problem:
    """C = w, and so ∂C/∂w = 1 whatever w is: a linear unit fed 1, whose output is C."""
    problem = worked.cs231n_neuron()
    layer = replace(
        problem.network.layer(1), units=1, weights=np.array([[5.0]]), biases=np.zeros(1),
        activation="linear", train_biases=False,
    )  # fmt: skip
    return replace(
        problem,
        network=replace(problem.network, inputs=1, layers=(layer,)),
        samples=(replace(problem.samples[0], input=np.ones(1)),),
        training=replace(
            problem.training, learning_rate=RATE, optimizer=optimizer, constants=constants
        ),
    )


def moves(optimizer: str, count: int, **constants: Any) -> list[float]:
    """By how much w falls in each of the first updates."""
    line = Timeline(slope_of_one(optimizer, **constants))
    w = [line.at(update).parameters["W1"].item() for update in range(count + 1)]
    return [before - after for before, after in pairwise(w)]


HAND: dict[str, tuple[str, Mapping[str, Any], list[float]]] = {
    "sgd": ("sgd", {}, [0.1, 0.1, 0.1]),
    # m: 1, 1.9, 2.71
    "momentum": ("momentum", {}, [0.1, 0.19, 0.271]),
    "momentum of a half": ("momentum", {"momentum": 0.5}, [0.1, 0.15, 0.175]),
    # the first gradient is taken whole; then m: 0.9 + 0.75, 1.485 + 0.75
    "dampened": ("momentum", {"dampening": 0.25}, [0.1, 0.165, 0.2235]),
    # 1 + 0.9 m: 1.9, 2.71, 3.439
    "nesterov": ("nesterov", {}, [0.19, 0.271, 0.3439]),
    # v: 0.01, 0.0199; 1/√v
    "rmsprop": ("rmsprop", {"eps": 0.0}, [1.0, 0.1 / math.sqrt(0.0199)]),
    "ε outside the root": ("rmsprop", {"eps": 0.1}, [0.5, 0.1 / (math.sqrt(0.0199) + 0.1)]),
    # corrected, m̂ = v̂ = 1 in every update
    "adam": ("adam", {"eps": 0.0}, [0.1, 0.1, 0.1]),
    "adam by default": ("adam", {}, [0.1 / (1 + 1e-8)] * 3),
    "adam, ε of 1": ("adam", {"eps": 1.0}, [0.05, 0.05, 0.05]),
    # w: 5, less a twentieth of itself and 0.1 each time: 4.65, 4.3175
    "adamw": ("adamw", {"eps": 0.0, "weight_decay": 0.5}, [0.35, 0.3325]),
    "adamw without decay": ("adamw", {"weight_decay": 0.0}, [0.1 / (1 + 1e-8)] * 3),
}


@pytest.mark.parametrize("case", HAND)
def test_first_steps_by_hand(case: str) -> None:
    """A gradient that is 1 for ever: each optimizer's moves as one works them out on paper."""
    optimizer, constants, expected = HAND[case]
    np.testing.assert_allclose(moves(optimizer, len(expected), **constants), expected, rtol=1e-13)


def two_gradients(optimizer: str, **constants: Any) -> dict[str, Any]:
    """Gradients 3, then −1, in turn: two samples of one linear unit; every value of update 2."""
    problem = slope_of_one(optimizer, **constants)
    samples = tuple(replace(problem.samples[0], input=np.array([x])) for x in (3.0, -1.0))
    trace = Timeline(replace(problem, samples=samples)).trace(2)
    return {symbol.key: value.item() for symbol, value in trace.values.items() if value.size == 1}


def test_adam_in_its_second_update() -> None:
    """β₁ belongs to the mean and β₂ to the squares, and each is corrected by its own power."""
    t = two_gradients("adam", betas=(0.5, 0.75), eps=0.5)
    assert (t["m_W1"], t["v_W1"]) == (1.5, 2.25)
    assert (t["m_W1_next"], t["v_W1_next"]) == (0.25, 1.9375)
    assert (t["beta1_t"], t["beta2_t"]) == (0.5, 0.75)
    assert (t["beta1_t_next"], t["beta2_t_next"]) == (0.25, 0.5625)
    assert (t["correction1"], t["correction2"]) == (0.75, 0.4375)
    assert t["m_hat_W1"] == pytest.approx(1 / 3, rel=NEAR)
    assert t["v_hat_W1"] == pytest.approx(1.9375 / 0.4375, rel=NEAR)
    step = RATE * (1 / 3) / (math.sqrt(1.9375 / 0.4375) + 0.5)
    assert t["W1"] - t["W1_next"] == pytest.approx(step, rel=1e-12)


def test_momentum_in_its_second_update() -> None:
    """M = 0.5·3 − 1, and the parameter moves by the new m, not by the old."""
    t = two_gradients("momentum", momentum=0.5)
    assert (t["m_W1"], t["m_W1_next"]) == (3.0, 0.5)
    assert t["W1"] - t["W1_next"] == pytest.approx(0.05, rel=1e-12)


def test_nesterov_looks_ahead() -> None:
    """∂C/∂w + μ·(new m) = −1 + 0.5·0.5."""
    t = two_gradients("nesterov", momentum=0.5)
    assert (t["m_W1_next"], t["direction_W1"]) == (0.5, -0.75)


def test_rmsprop_in_its_second_update() -> None:
    """V = 0.75·(0.25·9) + 0.25·1; the gradient is divided by √v + ε."""
    t = two_gradients("rmsprop", alpha=0.75, eps=0.5)
    assert t["v_W1_next"] == 0.75 * 2.25 + 0.25
    assert t["denominator_W1"] == math.sqrt(1.9375) + 0.5
    assert t["direction_W1"] == -1 / (math.sqrt(1.9375) + 0.5)


def test_the_constants_are_torchs() -> None:
    """Names and defaults as in PyTorch, but for a momentum of 0.9."""
    assert {
        name: {it.name: it.default for it in row.hyperparameters}
        for name, row in OPTIMIZERS.items()
    } == {
        "sgd": {},
        "momentum": {"momentum": 0.9, "dampening": 0.0},
        "nesterov": {"momentum": 0.9},
        "rmsprop": {"alpha": 0.99, "eps": 1e-8},
        "adam": {"betas": (0.9, 0.999), "eps": 1e-8},
        "adamw": {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01},
    }


def test_the_defaults_are_torchs_own() -> None:
    """What torch's classes have where nothing is said."""
    torch = pytest.importorskip("torch")
    leaf = [torch.zeros(1, requires_grad=True)]
    adam, rmsprop = torch.optim.Adam(leaf).defaults, torch.optim.RMSprop(leaf).defaults
    assert (adam["betas"], adam["eps"]) == ((0.9, 0.999), 1e-8)
    assert (rmsprop["alpha"], rmsprop["eps"]) == (0.99, 1e-8)


@pytest.mark.parametrize("train", ["parameters", "input"])
@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_equation_of_a_move_can_be_read(optimizer: str, bias: str, train: str) -> None:
    """Formulas without a template left in them, a source, a law, and one update step per thing."""
    draft = Draft(
        sizes=(2, 3, 2), activations=("tanh", "tanh"), optimizer=optimizer, bias=bias, train=train,
        train_biases=(False, True),
    )  # fmt: skip
    trace = Runner(draft.problem()).trace()
    moved = [step for step in trace if step.equation.phase == "update"]
    assert {step.equation.law for step in moved} <= {"UPDATE", "OPTIMIZER"}
    expected = {"input": 1, "parameters": 2 if bias == "folded" else 3}[train]
    assert sum(step.equation.law == "UPDATE" for step in moved) == expected
    for step in moved:
        assert step.equation.row in EQUATIONS
        assert step.equation.source
        assert step.equation.formula
        assert not set("{}") & set(step.equation.formula)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_folded_bias_that_is_not_trained_stays(optimizer: str, layout: str) -> None:
    """Its gradient is shown, its column moves by exactly nothing, and keeps no state."""
    draft = Draft(
        sizes=(3, 4, 2), activations=("tanh", "sigmoid"), optimizer=optimizer, layout=layout,
        bias="folded", train_biases=(False, True), l2=0.3,
    )  # fmt: skip
    problem = draft.problem()
    line = Timeline(problem)
    trace = line.trace(5)
    assert trace["grad_b1"].all()
    assert np.array_equal(line.at(5).parameters["b1"], line.at(0).parameters["b1"])
    assert not np.array_equal(line.at(5).parameters["b2"], line.at(0).parameters["b2"])
    for kind in OPTIMIZERS[optimizer].state:
        state = one_way(problem, f"{kind}_Wb1", trace[f"{kind}_Wb1"])
        assert not state[:, 0].any()
        assert state[:, 1:].all()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_trained_inputs_leave_the_weights_alone(optimizer: str) -> None:
    """Weights keep their bits; x falls down the slope of C, sample by sample beside its target."""
    draft = Draft(
        sizes=(3, 4, 2), activations=("tanh", "sigmoid"), optimizer=optimizer, train="input",
        count=4, batch_size=None, shuffle=True, hold_out=0.25,
    )  # fmt: skip
    line = Timeline(draft.problem())
    before, after = line.at(0).parameters, line.at(20).parameters
    assert {key for key in after if not np.array_equal(after[key], before[key])} == {"x"}
    assert line.trace(21).cost < line.trace(1).cost
    first, later = line.trace(1), line.trace(20)
    assert first.samples == later.samples
    assert np.array_equal(first["y"], later["y"])
    assert np.array_equal(line.trace(21)["x"], later["x_next"])
    assert not any(key.startswith(("grad_W", "grad_b", "W1_next")) for key in later.keys())  # noqa: SIM118
