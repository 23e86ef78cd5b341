"""The Huber loss by hand: squared near the target, straight beyond its delta."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpstepper.engine.compile.network import Loss, Problem
from bpstepper.engine.run.training import Runner
from tests.engine import worked_examples as worked


def problem(delta: float) -> Problem:
    """One linear unit: a = 2, y = 0."""
    base = worked.cs231n_neuron()
    layer = replace(
        base.network.layer(1),
        units=1,
        weights=np.array([[2.0]]),
        biases=np.zeros(1),
        activation="linear",
    )
    return replace(
        base,
        network=replace(base.network, inputs=1, layers=(layer,)),
        samples=(replace(base.samples[0], input=np.ones(1), target=np.zeros(1)),),
        loss=Loss(name="huber", factor=1.0, constants={"delta": delta}),
    )


@pytest.mark.parametrize(
    ("delta", "cost", "slope"),
    [(4.0, 2.0, 2.0), (2.0, 2.0, 2.0), (1.0, 1.5, 1.0), (0.5, 0.875, 0.5)],
)
def test_by_hand(delta: float, cost: float, slope: float) -> None:
    """½·2² within delta; beyond it delta(2 − ½ delta), as steep as delta."""
    trace = Runner(problem(delta)).trace()
    assert trace.cost == cost
    assert trace["grad_a1"].item() == slope
    assert trace["huber_delta"].item() == delta
