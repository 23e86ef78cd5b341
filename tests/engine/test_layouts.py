"""The same network written in three ways, and with its hidden units in another order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.layouts import LAYOUTS
from bpstepper.engine.network import Array, Problem
from bpstepper.engine.trace import Trace
from bpstepper.engine.training import Runner, run
from tests.oracles import distance, one_way
from tests.strategies import Draft, drafts, examples

NEAR = 1e-12
ROUNDING = 1e-15  # of numbers near 1: what is left where the true value is 0


def near(first: Array, second: Array) -> bool:
    """Equal by array norm, or both nothing but rounding."""
    return bool(np.linalg.norm(first - second) <= 40 * ROUNDING) or distance(first, second) <= NEAR


def tame(draft: Draft) -> Draft:
    """Weights near 1, so that no value hangs on the last place of another."""
    return replace(draft, scale=min(draft.scale, 0.8))


@given(draft=drafts())
@examples(100)
def test_layouts_agree(draft: Draft) -> None:
    """Every public quantity is the same number in all layouts, transposed where they say so."""
    traces: list[tuple[Problem, Trace]] = []
    for layout in LAYOUTS:
        problem = replace(tame(draft), layout=layout).problem()
        traces.append((problem, Runner(problem).trace()))
    (problem, first), *others = traces
    for other_problem, other in others:
        keys = first.keys()
        shared = [key for key in keys if key in other and not key.endswith("_T")]
        assert {"C", "z1", "delta1", "grad_W1", "grad_b1", "W1_next"} <= set(shared)
        for key in shared:
            ours, theirs = one_way(problem, key, first[key]), other[key]
            assert near(ours, one_way(other_problem, key, theirs)), key


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_has_the_shapes_of_the_contract(layout: str) -> None:
    """W is (to, from) but for `row`; a batch is (n, m) in `column` alone; b is one wide."""
    draft = Draft(
        sizes=(3, 4, 2), activations=("tanh", "softmax"), layout=layout, count=5, batch_size=None
    )
    trace = Runner(draft.problem()).trace()
    columns = layout == "column"
    assert trace["W1"].shape == trace["grad_W1"].shape == ((3, 4) if layout == "row" else (4, 3))
    assert trace["z1"].shape == trace["delta1"].shape == ((4, 5) if columns else (5, 4))
    assert trace["b1"].shape == trace["grad_b1"].shape == ((4, 1) if columns else (1, 4))
    assert trace["jacobian2"].shape == (5, 2, 2)
    assert trace["C"].shape == ()


@pytest.mark.parametrize(
    ("layout", "transposes"),
    [("column", {"W2_T", "x_T", "a1_T"}), ("row", {"W2_T", "x_T", "a1_T"})],
)
def test_transposes_where_the_contract_writes_them(layout: str, transposes: set[str]) -> None:
    """Column and row transpose W on the way back and a for the gradient, nothing else."""
    draft = Draft(sizes=(3, 4, 2), activations=("tanh", "tanh"), layout=layout)
    trace = Runner(draft.problem()).trace()
    assert {key for key in trace.keys() if key.endswith("_T")} == transposes  # noqa: SIM118


def test_torch_layout_has_no_transpose_on_the_way_back() -> None:
    """δ¹ = δ² W² ⊙ f′(z¹): the transposes of W are in the forward half."""
    draft = Draft(sizes=(3, 4, 2), activations=("tanh", "tanh"), layout="torch")
    trace = Runner(draft.problem()).trace()
    kernels = {
        operation.kernel.name
        for step in trace
        if step.equation.phase == "backward"
        for operation in step.operations
    }
    assert "matmul" in kernels
    assert "transpose" not in kernels


def permuted(problem: Problem, layer: int, order: list[int]) -> Problem:
    """The same network with the units of one hidden layer in another order."""
    layers = list(problem.network.layers)
    moved, after = layers[layer - 1], layers[layer]
    layers[layer - 1] = replace(moved, weights=moved.weights[order], biases=moved.biases[order])
    layers[layer] = replace(after, weights=after.weights[:, order])
    return replace(problem, network=replace(problem.network, layers=tuple(layers)))


@given(draft=drafts(), chance=st.randoms(use_true_random=False))
@examples(100)
def test_permuting_hidden_units_permutes_everything(draft: Draft, chance: object) -> None:
    """No unit is special: names move with the units, and C does not move at all."""
    draft = tame(draft)
    if len(draft.activations) < 2:
        draft = replace(
            draft, sizes=(*draft.sizes, 3), activations=("tanh", "sigmoid"), loss="squared_error",
            unit=None, train_biases=(True, True),
        )  # fmt: skip
    rng = np.random.default_rng(draft.seed)
    layer = int(rng.integers(1, len(draft.activations)))
    order = [int(i) for i in rng.permutation(draft.sizes[layer])]
    problem = draft.problem()
    other = permuted(problem, layer, order)
    first, second = Runner(problem).trace(), Runner(other).trace()
    for key in ("C", f"z{len(draft.activations)}"):
        assert near(first[key], second[key]), key
    for kind in ("z", "a", "delta", "grad_a", "slope", "grad_b", "b"):
        key = f"{kind}{layer}"
        if key in first:
            ours, theirs = one_way(problem, key, first[key]), one_way(other, key, second[key])
            assert near(ours[:, order], theirs), key
    for key in (f"grad_W{layer}", f"W{layer}_next"):
        ours, theirs = one_way(problem, key, first[key]), one_way(other, key, second[key])
        assert near(ours[order], theirs), key
    key = f"grad_W{layer + 1}"
    ours, theirs = one_way(problem, key, first[key]), one_way(other, key, second[key])
    assert near(ours[:, order], theirs), key


@given(draft=drafts())
@examples(50)
def test_the_order_of_samples_does_not_matter_to_a_full_batch(draft: Draft) -> None:
    """A full batch is a set: the same update whichever order its samples stand in."""
    draft = replace(tame(draft), batch_size=None, shuffle=False)
    problem = draft.problem()
    turned = replace(problem, samples=problem.samples[::-1])
    first, second = run(problem, 1), run(turned, 1)
    for key, value in first.items():
        assert near(value, second[key]), key


@given(draft=drafts())
@examples(50)
def test_a_batch_is_the_mean_of_its_samples(draft: Draft) -> None:
    """∂C_data/∂W of a batch is the mean (or the sum) of those of its samples alone."""
    draft = replace(tame(draft), batch_size=None, shuffle=False, l2=0.0)
    together = Runner(draft.problem()).trace()
    gradients = []
    for sample in draft.problem().samples:
        alone = replace(draft.problem(), samples=(sample,))
        gradients.append(Runner(alone).trace()["grad_W1"])
    expected = np.sum(gradients, axis=0) / (draft.count if draft.samples == "mean" else 1)
    assert near(together["grad_W1"], expected)
