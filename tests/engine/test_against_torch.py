"""Every quantity of an update, and what many updates make, against PyTorch.

PyTorch shares no line with the engine. 2,000 random networks are held against it; with the
environment variable `BPSTEPPER_NETWORKS`, as many as it says:

    BPSTEPPER_NETWORKS=500 python -m pytest tests/engine/test_against_torch.py
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from bpstepper.engine.compile.memory import public
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Runner, Schedule, Timeline
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from tests.oracles import (
    off,
    one_way,
    rounding_of,
    said_by_torch,
    slopes_by_torch,
    trained_by_torch,
)
from tests.strategies import Draft, random_draft

BLOCK = 25
BLOCKS = -(-int(os.environ.get("BPSTEPPER_NETWORKS", "2000")) // BLOCK)
UPDATES = 6
NEAR = 1e-10
EPSILON = float(np.finfo(float).eps)
LARGE = 1e6  # parameters beyond it are on their way to infinity, and the comparison ends


def where_it_can_be_held(
    problem: Problem, trace: Trace, ours: Array, theirs: Array
) -> tuple[Array, Array]:
    """The witness of a collapsed δᴸ, with 0 in the cells of which it has nothing to say.

    Those are the outputs that are exactly 0 or 1, where the general path divides by 0; the
    collapsed form is finite there. Near them 1 − a has few digits left.
    """
    depth = problem.network.depth
    a = one_way(problem, f"a{depth}", trace[f"a{depth}"])
    saturated = (a == 0) | (a == 1)
    if problem.network.layer(depth).activation == "softmax":
        saturated = np.broadcast_to((a == 0).any(axis=1, keepdims=True), a.shape)
    assert np.isfinite(trace[f"delta{depth}"]).all()
    assert saturated[~np.isfinite(ours)].all()
    ours, theirs = np.where(saturated, 0.0, ours), np.where(saturated, 0.0, theirs)
    blurred = np.abs(ours - theirs) * np.minimum(a, 1 - a) <= 4 * EPSILON * np.abs(theirs)
    return np.where(blurred, theirs, ours), theirs


def first_update(problem: Problem) -> dict[str, Array]:
    """Every value of update 1, by its key."""
    return {symbol.key: value for symbol, value in Runner(problem).trace().values.items()}


def held_against_torch(problem: Problem, trace: Trace) -> dict[str, float]:
    """How far each symbol that both know is from what torch says."""
    said = said_by_torch(problem, trace.samples)
    witness = f"delta{problem.network.depth}_general"
    distances = {}
    for key in (symbol.key for symbol in trace.values):
        known = key.removesuffix("_general")
        if known not in said:
            continue
        ours, theirs = one_way(problem, key, trace[key]), said[known]
        if witness in trace and key in (witness, f"grad_a{problem.network.depth}"):
            ours, theirs = where_it_can_be_held(problem, trace, ours, theirs)
        distances[key] = off(key, ours, theirs)
    far = {key for key, apart in distances.items() if not apart <= NEAR}
    if far:
        allowed, digits = rounding_of(problem, first_update), digits_of_shares(problem, trace)
        for key in far:
            ours, theirs = one_way(problem, key, trace[key]), said[key.removesuffix("_general")]
            apart = off(key, ours, theirs, allowed[key])
            distances[key] = 0.0 if apart <= digits else distances[key]
    return distances


def digits_of_shares(problem: Problem, trace: Trace) -> float:
    """What rounding may do to anything that went back through a softmax.

    Its Jacobian has aᵢ(1 − aᵢ), which has few digits where one unit has nearly all.
    """
    lost = 0.0
    for number, layer in enumerate(problem.network.layers, start=1):
        if layer.activation == "softmax":
            rest = 1 - one_way(problem, f"a{number}", trace[f"a{number}"])
            lost = max([lost, *(20 * EPSILON / rest[rest > 0])])
    return lost


def expected_of(problem: Problem) -> set[str]:
    """Keys that must be among those compared."""
    depth = problem.network.depth
    keys = {"x", "y", "C", "delta1", f"grad_a{depth}", "W1", f"b{depth}"}
    if problem.training.train == "input":
        return keys | {"grad_x", "x_next"}
    keys |= {"grad_W1", "grad_b1", "W1_next"}
    return keys | ({"grad_Wb1", "Wb1_next"} if problem.network.bias == "folded" else set())


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_quantity_of_random_networks_agrees(block: int) -> None:
    """Inputs, z, a, C, ∂C/∂a, slopes, Jacobians, δ, gradients, moved parameters and states."""
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        draft = random_draft(np.random.default_rng(seed))
        problem = draft.problem()
        trace = Runner(problem).trace()
        distances = held_against_torch(problem, trace)
        assert expected_of(problem) <= distances.keys()
        assert {after.key for after in trace.program.updates} <= distances.keys()
        far = {key: apart for key, apart in distances.items() if not apart <= NEAR}
        assert not far, f"seed {seed}: {draft}"


def everything(problem: Problem, updates: int) -> dict[str, Array]:
    """Parameters and states after so many updates in one go, in torch's orientation."""
    runner = Runner(problem)
    runner.advance(updates)
    values = {symbol.key: value for symbol, value in runner.parameters.items()}
    values |= public(problem, runner.parameters)
    return {key: one_way(problem, key, value) for key, value in values.items()}


def costs_while_small(problem: Problem, most: int) -> list[float]:
    """C of each update until one makes a parameter large; of at most so many."""
    costs: list[float] = []
    runner = Runner(problem, with_cost=True)
    while runner.done < most:
        runner.advance(1, costs.append)
        if not all((np.abs(value) < LARGE).all() for value in runner.parameters.values()):
            break
    return costs


@pytest.mark.parametrize("block", range(BLOCKS))
def test_training_random_networks_agrees(block: int) -> None:
    """Six updates of any optimizer, folded or not, move every parameter and state as torch does.

    Batches that do not divide, samples held out and trained inputs among them. What rounding makes
    of an ill-conditioned update is not held against it; nearly all are held to 1e-10 alone.
    """
    whole = strict = compared = 0
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        draft = random_draft(np.random.default_rng([seed, 1]))
        problem = draft.problem()
        costs = costs_while_small(problem, UPDATES)
        updates = len(costs)
        whole += updates == UPDATES
        schedule = Schedule(problem)
        batches = [schedule.batch(update).samples for update in range(1, updates + 1)]
        theirs = trained_by_torch(problem, batches)
        ours = everything(problem, updates)
        assert ours.keys() == theirs.everything.keys(), f"seed {seed}: {draft}"
        far = [key for key in ours if not off(key, ours[key], theirs.everything[key]) <= NEAR]
        np.testing.assert_allclose(costs, theirs.costs, rtol=1e-7, atol=1e-12, err_msg=str(seed))
        compared += len(ours)
        strict += len(ours) - len(far)
        if not far:
            continue
        rounding = rounding_of(problem, partial(everything, updates=updates))
        line = Timeline(problem)
        near = max(digits_of_shares(problem, line.trace(1 + i)) for i in range(updates))
        for key in far:
            apart = off(key, ours[key], theirs.everything[key], rounding[key])
            assert apart <= max(NEAR, near), f"seed {seed}, {key} off by {apart}: {draft}"
    assert whole >= 0.8 * BLOCK
    assert strict >= 0.95 * compared


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_activation_meets_every_loss(layout: str, hidden: str, loss: str) -> None:
    """No pair of activation and loss is left to luck, hidden or at the output."""
    allowed = LOSSES[loss].activations
    for output in ACTIVATIONS if allowed is None else sorted(allowed):
        draft = Draft(
            sizes=(3, 4, 2), activations=(hidden, output), layout=layout, loss=loss, factor=0.7,
            outputs="mean", l2=0.2, count=3, batch_size=None, hard=False, seed=5,
        )  # fmt: skip
        problem = draft.problem()
        distances = held_against_torch(problem, Runner(problem).trace())
        assert max(distances.values()) <= NEAR, (output, distances)


@pytest.mark.parametrize("train", ["parameters", "input"])
@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_in_every_way(optimizer: str, layout: str, bias: str, train: str) -> None:
    """Thirty updates of a well-behaved network, by defaults: parameters and states to 1e-10."""
    draft = Draft(
        sizes=(3, 4, 2), activations=("gelu", "sigmoid"), layout=layout, bias=bias, l2=0.01,
        optimizer=optimizer, train=train, count=5, batch_size=None if train == "input" else 2,
        train_biases=(True, False), shuffle=True, hold_out=0.2, seed=4,
    )  # fmt: skip
    problem = draft.problem()
    schedule = Schedule(problem)
    batches = [schedule.batch(update).samples for update in range(1, 31)]
    theirs = trained_by_torch(problem, batches).everything
    ours = everything(problem, 30)
    assert ours.keys() == theirs.keys()
    for key, value in ours.items():
        assert off(key, value, theirs[key]) <= NEAR, key


def test_a_saturated_output_has_no_witness_and_a_delta() -> None:
    """Outputs of exactly 0 and 1: 0/0 on the general path, and the comparison says which cells."""
    draft = Draft(
        sizes=(1, 3), activations=("sigmoid",), loss="binary_cross_entropy", factor=1.0, seed=2
    )
    problem = draft.problem()
    layer = replace(problem.network.layer(1), biases=np.array([800.0, -800.0, 0.3]))
    problem = replace(problem, network=replace(problem.network, layers=(layer,)))
    trace = Runner(problem).trace()
    assert set(trace["a1"].ravel()) > {0.0, 1.0}
    assert not np.isfinite(trace["delta1_general"]).all()
    assert max(held_against_torch(problem, trace).values()) <= NEAR
    spoiled = dict(trace.values)
    spoiled[Symbol("delta_general", 1)] = np.full((3, 1), np.nan)
    with pytest.raises(AssertionError):  # a witness that fails elsewhere is a fault
        held_against_torch(problem, replace(trace, values=spoiled))


@pytest.mark.parametrize("name", sorted(ACTIVATIONS.keys() - {"softmax"}))
def test_torchs_own_functions_are_ours_to_their_digits(name: str) -> None:
    """The oracle writes some functions anew; torch's own agree to the last places of z."""
    points = np.linspace(-9, 9, 180)
    row = ACTIVATIONS[name]
    assert row.slope is not None
    values, slopes = slopes_by_torch(name, points)
    np.testing.assert_allclose(row.apply(points[None])[0], values, rtol=0, atol=4e-15)
    np.testing.assert_allclose(row.slope(points[None])[0], slopes, rtol=0, atol=4e-15)
