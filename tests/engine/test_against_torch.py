"""Every quantity of an update against PyTorch, which shares no line with the engine."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.engine.activations import ACTIVATIONS
from bpstepper.engine.layouts import LAYOUTS
from bpstepper.engine.losses import LOSSES
from bpstepper.engine.network import Problem
from bpstepper.engine.trace import Trace
from bpstepper.engine.training import Runner, Schedule, run
from tests.oracles import distance, one_way, said_by_torch, trained_by_torch
from tests.strategies import Draft, random_draft

NETWORKS = 500
BLOCK = 25
NEAR = 1e-10
ROUNDING = 1e-14  # what is left where the true value is 0: a few last places of numbers near 1


def held_against_torch(problem: Problem, trace: Trace) -> dict[str, float]:
    """The distance of each symbol that both know; absolute below rounding."""
    said = said_by_torch(problem, trace.samples)
    distances = {}
    keys = trace.keys()
    for key in keys:
        known = key.removesuffix("_general")
        if known in said:
            ours = one_way(problem, key, trace[key])
            nothing = np.linalg.norm(ours - said[known]) <= ROUNDING
            distances[key] = 0.0 if nothing else distance(ours, said[known])
    return distances


@pytest.mark.parametrize("block", range(NETWORKS // BLOCK))
def test_every_quantity_of_random_networks_agrees(block: int) -> None:
    """Inputs, z, a, C, ∂C/∂a, slopes, Jacobians, δ, gradients and moved parameters, to 1e-10."""
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        draft = random_draft(np.random.default_rng(seed))
        problem = draft.problem()
        distances = held_against_torch(problem, Runner(problem).trace())
        depth = problem.network.depth
        every = {"x", "y", "C", f"grad_a{depth}", "grad_W1", "grad_b1", "W1_next", "delta1"}
        assert every <= distances.keys()
        far = {key: off for key, off in distances.items() if not off <= NEAR}
        assert not far, f"seed {seed}: {draft}"


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


@pytest.mark.parametrize("seed", range(40))
def test_training_agrees_with_torch_sgd(seed: int) -> None:
    """Twelve updates, batches that do not divide included, move as torch.optim.SGD moves."""
    problem = random_draft(np.random.default_rng([seed, 1])).problem()
    schedule = Schedule(problem)
    batches = [schedule.batch(update).samples for update in range(1, 13)]
    theirs, their_costs = trained_by_torch(problem, batches)
    costs: list[float] = []
    Runner(problem, with_cost=True).advance(12, costs.append)
    ours = run(problem, 12)
    assert ours.keys() == theirs.keys()
    for key, value in ours.items():
        assert distance(one_way(problem, key, value), theirs[key]) <= 1e-9, key
    np.testing.assert_allclose(costs, their_costs, rtol=1e-9, atol=ROUNDING)
