"""The same network written in three ways, and with its hidden units in another order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Runner, run
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from tests.oracles import distance, one_way, rounding_of
from tests.strategies import Draft, drafts, examples, plain

NEAR = 1e-12
LARGE = 1e6
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
    moved = {"x_next"} if draft.train == "input" else {"grad_W1", "grad_b1", "W1_next"}
    for other_problem, other in others:
        keys = first.keys()
        shared = [key for key in keys if key in other and not key.endswith("_T")]
        assert {"C", "z1", "delta1", *moved, *program_updates(first)} <= set(shared)
        for key in shared:
            ours, theirs = one_way(problem, key, first[key]), other[key]
            theirs = one_way(other_problem, key, theirs)
            assert near(ours, theirs) or in_doubt(problem, first_update, key, ours, theirs), key


def program_updates(trace: Trace) -> set[str]:
    """The keys of everything that an update moves, after it."""
    return {after.key for after in trace.program.updates}


def in_doubt(
    problem: Problem,
    compute: Callable[[Problem], Mapping[str, Array]],
    key: str,
    ours: Array,
    theirs: Array,
) -> bool:
    """Whether rounding alone may carry a quantity as far: see `oracles.rounding_of`."""
    return bool(np.linalg.norm(ours - theirs) <= rounding_of(problem, compute)[key])


def first_update(problem: Problem) -> dict[str, Array]:
    """Every value of update 1, by its key."""
    return {symbol.key: value for symbol, value in Runner(problem).trace().values.items()}


def after_eight(problem: Problem) -> dict[str, Array]:
    """The parameters after eight updates, one way for all layouts."""
    return {key: one_way(problem, key, value) for key, value in run(problem, 8).items()}


@given(draft=drafts())
@examples(60)
def test_layouts_and_folding_agree_after_eight_updates(draft: Draft) -> None:
    """Any optimizer, six ways to write it: the same W and b, by what rounding grows to."""
    draft = replace(tame(draft), bias="separate")
    problem = draft.problem()
    first = after_eight(problem)
    if not all((np.abs(value) < LARGE).all() for value in first.values()):
        return  # on the way to infinity
    for layout, bias in product(LAYOUTS, ("separate", "folded")):
        other = after_eight(replace(draft, layout=layout, bias=bias).problem())
        assert other.keys() >= first.keys()
        for key, value in first.items():
            near_enough = near(value, other[key])
            assert near_enough or in_doubt(problem, after_eight, key, value, other[key]), key


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_folded_and_separate_are_one_network(layout: str, optimizer: str) -> None:
    """Twenty updates with a penalty and a fixed bias: the same to 1e-12, no rounding pleaded."""
    draft = Draft(
        sizes=(3, 4, 2), activations=("tanh", "sigmoid"), layout=layout, optimizer=optimizer,
        l2=0.1, count=5, batch_size=2, train_biases=(False, True), shuffle=True, seed=6,
    )  # fmt: skip
    apart, folded = (run(replace(draft, bias=b).problem(), 20) for b in ("separate", "folded"))
    assert folded.keys() == apart.keys() | {"Wb1", "Wb2"}
    for key, value in apart.items():
        assert distance(value, folded[key]) <= NEAR, key
    assert np.array_equal(folded["b1"], apart["b1"])  # not trained: not a bit of it moves


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_folded_network_has_the_shapes_of_the_contract(layout: str) -> None:
    """Wb = [b W] in the layout's own orientation; activations have the leading 1."""
    draft = Draft(
        sizes=(3, 4, 2), activations=("tanh", "tanh"), layout=layout, bias="folded", count=5,
        batch_size=None, l2=0.5,
    )  # fmt: skip
    problem = draft.problem()
    trace = Runner(problem).trace()
    layer = problem.network.layer(1)
    whole = np.hstack((layer.biases[:, None], layer.weights))
    for key in ("Wb1", "grad_Wb1", "Wb1_next"):
        assert one_way(problem, key, trace[key]).shape == (4, 4)
    assert trace["Wb2"].shape == ((5, 2) if layout == "row" else (2, 5))
    assert np.array_equal(one_way(problem, "Wb1", trace["Wb1"]), whole)
    for key, before in (("x_one", "x"), ("a1_one", "a1")):
        rows = one_way(problem, key, trace[key])
        assert (rows[:, 0] == 1.0).all()
        assert np.array_equal(rows[:, 1:], one_way(problem, before, trace[before]))
    for kind in ("W", "b"):
        for suffix in ("1", "2", "1_next", "2_next"):
            assert trace[kind + suffix].shape == trace.parameters[kind + suffix[0]].shape
    for key in ("grad_W1", "grad_b1"):
        assert trace[key].shape == trace[key.removeprefix("grad_")].shape
    assert np.array_equal(one_way(problem, "b1", trace["b1"]), whole[:, :1].T)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_folded_bias_is_not_penalised(layout: str) -> None:
    """With λ, the biases' column of ∂C/∂Wb is that of the data alone; C has no b² in it."""
    draft = Draft(
        sizes=(3, 4, 2), activations=("tanh", "tanh"), layout=layout, bias="folded", l2=7.0
    )
    problem = draft.problem()
    trace = Runner(problem).trace()
    penalised, data = (one_way(problem, key, trace[key]) for key in ("grad_Wb1", "grad_Wb1_data"))
    assert np.array_equal(penalised[:, 0], data[:, 0])
    np.testing.assert_allclose(
        penalised[:, 1:], data[:, 1:] + 7.0 * problem.network.layer(1).weights, rtol=1e-14
    )
    squares = sum(float((layer.weights**2).sum()) for layer in problem.network.layers)
    assert trace["C_l2"].item() == pytest.approx(3.5 * squares, rel=1e-14)


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
    draft = replace(draft, train="parameters")
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
        ours = ours[order]
        assert near(ours, theirs) or in_doubt(problem, first_update, key, ours, theirs), key
    key = f"grad_W{layer + 1}"
    ours, theirs = one_way(problem, key, first[key]), one_way(other, key, second[key])
    assert near(ours[:, order], theirs), key


@given(draft=drafts())
@examples(50)
def test_the_order_of_samples_does_not_matter_to_a_full_batch(draft: Draft) -> None:
    """A full batch is a set: the same update whichever order its samples stand in."""
    draft = replace(plain(tame(draft)), batch_size=None, shuffle=False)
    problem = draft.problem()
    turned = replace(problem, samples=problem.samples[::-1])
    first, second = run(problem, 1), run(turned, 1)
    for key, value in first.items():
        theirs = second[key]
        assert near(value, theirs) or in_doubt(
            problem, lambda given: run(given, 1), key, value, theirs
        ), key


@given(draft=drafts())
@examples(50)
def test_a_batch_is_the_mean_of_its_samples(draft: Draft) -> None:
    """∂C_data/∂W of a batch is the mean (or the sum) of those of its samples alone."""
    draft = replace(plain(tame(draft)), batch_size=None, shuffle=False, l2=0.0)
    together = Runner(draft.problem()).trace()
    gradients = []
    for sample in draft.problem().samples:
        alone = replace(draft.problem(), samples=(sample,))
        gradients.append(Runner(alone).trace()["grad_W1"])
    expected = np.sum(gradients, axis=0) / (draft.count if draft.samples == "mean" else 1)
    assert near(together["grad_W1"], expected)
