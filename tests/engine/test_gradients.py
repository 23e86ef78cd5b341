"""Backpropagation against the slopes of C itself: every parameter, and every value on the way."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.gradcheck import check_trace, slopes_of_cost
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.losses import LOSSES
from tests.oracles import distance
from tests.strategies import Draft, random_draft

NETWORKS = 500
BLOCK = 50
NEAR = 1e-9
ROUNDING = 1e-14  # what is left where the true slope is 0: C is of the order of 1


def first_update(problem: Problem) -> tuple[Trace, dict[Symbol, Array]]:
    """The trace of update 1, and the parameters that it started from."""
    line = Timeline(problem)
    return line.trace(1), line.parameters(0)


def parameters_of(problem: Problem) -> set[str]:
    """The keys of everything that has a gradient."""
    if problem.training.train == "input":
        return {"x"}
    kinds = ("Wb",) if problem.network.bias == "folded" else ("W", "b")
    return {f"{kind}{layer}" for kind in kinds for layer in range(1, problem.network.depth + 1)}


def near(first: Array, second: Array) -> bool:
    """Equal by array norm, or both nothing but rounding."""
    return bool(np.linalg.norm(first - second) <= ROUNDING) or distance(first, second) <= NEAR


@pytest.mark.parametrize("block", range(NETWORKS // BLOCK))
def test_every_parameter_of_random_networks(block: int) -> None:
    """∂C/∂W and ∂C/∂b of each layer are the slopes of C; only cells on a kink are left out."""
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        draft = random_draft(np.random.default_rng(seed))
        problem = draft.problem()
        trace, before = first_update(problem)
        checked = check_trace(problem, trace, before)
        assert {check.symbol for check in checked.checks} == parameters_of(problem)
        for check in checked.checks:
            measured = np.isfinite(check.numeric)
            assert measured.sum() == measured.size - len(check.kinks), f"seed {seed}: {draft}"
            gradient, numeric = check.gradient[measured], check.numeric[measured]
            assert near(gradient, numeric), f"seed {seed}, {check.symbol}: {draft}"
        assert checked.ok, f"seed {seed}: {checked.worst} {draft}"


@pytest.mark.parametrize("block", range(NETWORKS // BLOCK))
def test_every_value_on_the_way_of_random_networks(block: int) -> None:
    """δ is the slope of C by z, and ∂C/∂a by a, at each layer where C goes through it."""
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        draft = random_draft(np.random.default_rng(seed))
        problem = draft.problem()
        trace, before = first_update(problem)
        depth = problem.network.depth
        from_z = "z" in LOSSES[problem.loss.name].value[0].operands
        for layer in range(1, depth + 1):
            slopes = slopes_of_cost(problem, trace, before, f"z{layer}")
            assert near(trace[f"delta{layer}"], slopes), f"seed {seed}, z{layer}: {draft}"
            slopes = slopes_of_cost(problem, trace, before, f"a{layer}")
            if layer == depth and from_z:
                assert not slopes.any(), "C is computed past the last activation"
            else:
                assert near(trace[f"grad_a{layer}"], slopes), f"seed {seed}, a{layer}: {draft}"
        if "grad_x" in trace:
            slopes = slopes_of_cost(problem, trace, before, "x")
            assert near(trace["grad_x"], slopes), f"seed {seed}, x: {draft}"


@pytest.mark.parametrize("block", range(4))
def test_the_general_path_is_the_collapsed_one(block: int) -> None:
    """Where δᴸ collapses to s(ŷ − y), the witness through ∂C/∂a gives the same, up to rounding."""
    seen = 0
    for seed in range(block * 50, (block + 1) * 50):
        draft = random_draft(np.random.default_rng([seed, 3]))
        trace, _ = first_update(draft.problem())
        key = f"delta{len(draft.activations)}"
        if f"{key}_general" in trace:
            seen += 1
            # a saturated output loses places in 1 − a, which is why the update takes the collapse
            assert np.allclose(trace[key], trace[f"{key}_general"], rtol=1e-6, atol=1e-12), draft
    assert seen


def test_moving_a_view_leaves_the_parameter_alone() -> None:
    """Slopes by a transpose, which shares W's memory, are measured one cell at a time, without λ.

    Moving Wᵀ moves the product alone: the penalty reads W itself.
    """
    draft = Draft(sizes=(2, 3, 2), activations=("tanh", "sigmoid"), layout="torch", l2=0.5)
    problem = draft.problem()
    trace, before = first_update(problem)
    slopes = slopes_of_cost(problem, trace, before, "W1_T")
    assert near(slopes, trace["grad_W1_data"].T)


def test_slopes_by_a_linear_units_output() -> None:
    """The output of a linear unit is its z seen again; moving one of them is still a fair move."""
    draft = Draft(sizes=(2, 3, 2), activations=("linear", "linear"), layout="row", count=2)
    problem = draft.problem()
    trace, before = first_update(problem)
    for layer in (1, 2):
        moved_z = slopes_of_cost(problem, trace, before, f"z{layer}")
        moved_a = slopes_of_cost(problem, trace, before, f"a{layer}")
        assert near(moved_z, trace[f"delta{layer}"])
        assert near(moved_a, trace[f"grad_a{layer}"])


def test_slopes_refuse_what_has_none() -> None:
    """A symbol of the backward half does not lie before C, and the error lists those that do."""
    problem = Draft(sizes=(2, 2), activations=("tanh",)).problem()
    trace, before = first_update(problem)
    with pytest.raises(KeyError, match="nowhere is not a symbol of this update; it has: x W1 b1"):
        slopes_of_cost(problem, trace, before, "nowhere")


@pytest.mark.parametrize(
    ("factor", "sign"),
    [(0.25, "¼ "), (0.5, "½ "), (1.0, ""), (2.0, "2 "), (0.3, "0.3 "), (1.25, "1.25 ")],
)
def test_the_factor_is_written_before_the_sum(factor: float, sign: str) -> None:
    """As the fraction that it is, where there is a sign for it; and C is so many times the sum."""
    trace, _ = first_update(Draft((2, 2), ("tanh",), factor=factor).problem())
    assert trace.step("C").equation.formula == f"C = {sign}Σ (y − a¹)²"
    assert float(trace["C"]) == pytest.approx(
        factor * float(((trace["y"] - trace["a1"]) ** 2).sum())
    )
