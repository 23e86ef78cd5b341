"""The bug lab: signatures that were published or worked out by hand, and laws for every mistake."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bpstepper.buglab.mistakes import (
    MISTAKES,
    examine,
    examine_all,
    mistaken_program,
    mistaken_timeline,
)
from bpstepper.engine.compile.mutation import Clash
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.directional_gradcheck import projected_worst
from bpstepper.engine.run.gradcheck import GradientCheck, check_trace
from bpstepper.engine.run.training import Runner, Timeline
from bpstepper.scenario import load
from tests.scenes import BUNDLED
from tests.strategies import Draft

CONTRACT = """
    no_transpose slope_of_activation z_times_one_minus_z output_error_without_slope
    next_layer_slope update_before_backward inverse_for_transpose outputs_in_bp4
    slope_missing_hidden error_to_hidden_unrouted proportional_split jacobian_diagonal_only
    jacobian_from_z mean_forgotten bias_penalised bias_summed_over_layer
    bias_gradient_times_bias bias_broadcast_to_matrix accumulated_gradients
    loss_sign_value_only loss_sign
"""


def test_the_table() -> None:
    """Every id that is promised is a row, complete in its words."""
    assert set(CONTRACT.split()) <= set(MISTAKES)
    for id_, row in MISTAKES.items():
        assert row.id == id_
        assert re.fullmatch("[a-z0-9_]+", id_)
        assert len(row.title) <= 50
        assert row.code_right != row.code_wrong
        assert all(row.code_right)
        assert all(len(line) <= 72 for line in (*row.code_right, *row.code_wrong))
        assert row.why.endswith(".")
        assert row.seen_in
        assert not row.seen_in.endswith(".")
    assert len({row.title for row in MISTAKES.values()}) == len(MISTAKES)


# ── published and worked out ─────────────────────────────────────────────────────────────────

SIGNATURES = {
    "no_transpose": [0.009231011, 0.011620485],
    "slope_of_activation": [0.008332611, 0.009473451],
    "output_error_without_slope": [0.045367009, 0.051545394],
    "next_layer_slope": [0.006790804, 0.007260908],
    "update_before_backward": [0.007294458, 0.008472592],
}


@pytest.mark.parametrize("id_", SIGNATURES)
def test_signatures_on_mazur(id_: str) -> None:
    """Each mistake has a wrong δ¹ of its own on Mazur's network."""
    right, mistaken = examine(load("mazur"), id_).differs["delta1"]
    assert right.ravel() == pytest.approx([0.008771355, 0.009954255], abs=5e-9)
    assert mistaken.ravel() == pytest.approx(SIGNATURES[id_], abs=5e-9)


def test_rougher_signatures_on_mazur() -> None:
    """Those that are known to fewer digits, and the one of BP4."""
    mazur = load("mazur")
    inverse = examine(mazur, "inverse_for_transpose").differs
    assert inverse["grad_a1"][1].ravel() == pytest.approx([-18.6637, 16.8977], abs=5e-5)
    assert inverse["delta1"][1].ravel() == pytest.approx([-4.504, 4.066], abs=5e-4)
    rest = examine(mazur, "z_times_one_minus_z").differs["delta1"][1]
    assert rest.ravel() == pytest.approx([0.008542, 0.009864], abs=6e-7)
    right, mistaken = examine(mazur, "outputs_in_bp4").differs["grad_W2"]
    assert right[0, 0] == pytest.approx(0.082167041, abs=5e-10)
    assert mistaken[0, 0] == pytest.approx(0.104062981, abs=5e-10)


def test_ten_thousand_updates_too_early() -> None:
    """Mazur's printed outputs come of weights updated too early; the right ones are others."""
    mazur = load("mazur")
    wrong = mistaken_timeline(mazur, "update_before_backward").trace(10_001)
    right = Timeline(mazur).trace(10_001)
    assert wrong["a2"].ravel() == pytest.approx([0.015912196, 0.984065734], abs=5e-9)
    assert right["a2"].ravel() == pytest.approx([0.015913620, 0.984064274], abs=5e-9)


def test_the_two_common_softmax_mistakes() -> None:
    """δ = (0.5, −0.5) becomes (0, −0.5) with the diagonal only, (6.125, 2.625) with J from z."""
    scenario = load("softmax-jacobian")
    for id_, expected in (
        ("jacobian_diagonal_only", [0, -0.5]),
        ("jacobian_from_z", [6.125, 2.625]),
    ):
        verdict = examine(scenario, id_)
        assert verdict.first == "jacobian1"
        right, mistaken = verdict.differs["delta1"]
        assert right.ravel() == pytest.approx([0.5, -0.5])
        assert mistaken.ravel() == pytest.approx(expected)


def test_cross_entropy_without_its_slope() -> None:
    """With y = 0 the forgotten slope leaves 1/(1 − a) where a is right."""
    verdict = examine(load("nielsen-cross-entropy-a"), "output_error_without_slope")
    right, mistaken = (value.item() for value in verdict.differs["delta1"])
    assert mistaken == pytest.approx(1 / (1 - right), rel=1e-12)


def test_what_cannot_run_is_shown_as_its_clash() -> None:
    """On 3-4-2 what does not fit says why, in numpy's words, and differs in nothing."""
    verdicts = {verdict.id: verdict for verdict in examine_all(load("four-horsemen-3-4-2"))}
    told = {
        "no_transpose": "shapes (2,4) and (2,1) not aligned: 4 (dim 1) != 2 (dim 0)",
        "inverse_for_transpose": "Last 2 dimensions of the array must be square",
        "error_to_hidden_unrouted": "operands could not be broadcast together with shapes "
        "(2,1) (4,1)",
        "next_layer_slope": "operands could not be broadcast together with shapes (4,1) (2,1)",
        "outputs_in_bp4": "operands could not be broadcast together with shapes (4,3) (4,4)",
        "bias_broadcast_to_matrix": "operands could not be broadcast together with shapes "
        "(2,4) (1,2)",
    }
    assert {id_: v.clash for id_, v in verdicts.items() if v.clash is not None} == told
    for id_ in told:
        verdict = verdicts[id_]
        assert not verdict.applies
        assert not verdict.differs
        assert verdict.first is None
        assert verdict.gradcheck_ok is None
        with pytest.raises(Clash):
            mistaken_timeline(load("four-horsemen-3-4-2"), id_)
    assert verdicts["no_transpose"].clash_symbol == "grad_a1"


def test_who_notices() -> None:
    """The check of the update sees all but a sign that cost and gradient share."""
    verdicts = {verdict.id: verdict for verdict in examine_all(load("mazur"))}
    unseen = {id_ for id_, v in verdicts.items() if v.applies and v.gradcheck_ok}
    assert unseen == {"loss_sign"}
    outside = {id_ for id_, v in verdicts.items() if v.applies and v.backward_ok}
    assert outside == {"loss_sign", "update_before_backward", "accumulated_gradients"}
    assert verdicts["update_before_backward"].gradcheck_symbol == "W1"
    assert verdicts["accumulated_gradients"].update == 2
    assert not examine(load("mazur"), "accumulated_gradients", 1).applies


def test_no_cheating_about_the_cost() -> None:
    """With the sign wrong in its value alone C is negative and the network learns the same."""
    mazur = load("mazur")
    right, wrong = Timeline(mazur), mistaken_timeline(mazur, "loss_sign_value_only")
    assert wrong.trace(5).cost == -right.trace(5).cost
    assert np.array_equal(wrong.trace(5)["W1_next"], right.trace(5)["W1_next"])
    climbs = mistaken_timeline(mazur, "loss_sign")
    assert -climbs.trace(50).cost > right.trace(1).cost


# ── by hand ──────────────────────────────────────────────────────────────────────────────────

Matrix = npt.NDArray[np.float64]


def sigmoid(z: Matrix) -> Matrix:
    """σ(z)."""
    return np.asarray(1 / (1 + np.exp(-z)))


def sigmoid_prime(z: Matrix) -> Matrix:
    """σ′(z)."""
    return sigmoid(z) * (1 - sigmoid(z))


def by_hand(problem: Problem, mistake: str = "") -> dict[str, Matrix]:
    """One update of two sigmoid layers, ½ squares, mean over samples, as one would type it."""
    first, second = problem.network.layers
    w1, w2 = np.array(first.weights), np.array(second.weights)
    b1, b2 = first.biases[:, None], second.biases[:, None]
    back: npt.NDArray[Any]
    x = np.array([sample.input for sample in problem.samples]).T
    y = np.array([sample.target for sample in problem.samples]).T
    m, eta = x.shape[1], problem.training.learning_rate
    lie = mistake == "bias_broadcast_to_matrix"
    z1 = w1 @ x + (b1.T if lie else b1)
    a1 = sigmoid(z1)
    z2 = w2 @ a1 + (b2.T if lie else b2)
    a2 = sigmoid(z2)
    mean = 1.0 if mistake == "mean_forgotten" else 1 / m
    grad_a2 = (a2 - y) * mean
    delta2 = grad_a2 * (1.0 if mistake == "output_error_without_slope" else sigmoid_prime(z2))
    grad_w2 = delta2 @ (a2 if mistake == "outputs_in_bp4" else a1).T
    if mistake == "no_transpose":
        back = w2
    elif mistake == "inverse_for_transpose":
        back = np.linalg.inv(w2)
    elif mistake == "proportional_split":
        back = (w2 / w2.sum(axis=1, keepdims=True)).T
    elif mistake == "update_before_backward":
        back = (w2 - eta * grad_w2).T
    else:
        back = w2.T
    grad_a1 = a2 - y if mistake == "error_to_hidden_unrouted" else back @ delta2
    slope1 = {
        "slope_of_activation": sigmoid_prime(a1),
        "z_times_one_minus_z": z1 * (1 - z1),
        "next_layer_slope": sigmoid_prime(z2),
    }.get(mistake, sigmoid_prime(z1))
    delta1 = grad_a1 if mistake == "slope_missing_hidden" else grad_a1 * slope1
    grad_b1 = delta1.sum(axis=1, keepdims=True)
    if mistake == "bias_summed_over_layer":
        grad_b1 = np.full_like(grad_b1, delta1.sum())
    elif mistake == "bias_gradient_times_bias":
        grad_b1 = grad_b1 * b1
    grad_w1 = delta1 @ (a1 if mistake == "outputs_in_bp4" else x).T
    return {
        "z1": z1, "a1": a1, "z2": z2, "a2": a2, "grad_a2": grad_a2, "delta2": delta2,
        "grad_a1": grad_a1, "slope1": slope1, "delta1": delta1, "grad_W2": grad_w2,
        "grad_W1": grad_w1, "grad_b1": grad_b1, "W1_next": w1 - eta * grad_w1,
        "W2_next": w2 - eta * grad_w2,
    }  # fmt: skip


FIRST = {
    "no_transpose": "grad_a1",
    "inverse_for_transpose": "grad_a1",
    "proportional_split": "grad_a1",
    "error_to_hidden_unrouted": "grad_a1",
    "update_before_backward": "grad_a1",
    "slope_of_activation": "slope1",
    "z_times_one_minus_z": "slope1",
    "next_layer_slope": "slope1",
    "output_error_without_slope": "delta2",
    "slope_missing_hidden": "delta1",
    "outputs_in_bp4": "grad_W2",
    "mean_forgotten": "grad_a2",
    "bias_summed_over_layer": "grad_b2",
    "bias_gradient_times_bias": "grad_b2",
    "bias_broadcast_to_matrix": "z1",
}


@pytest.mark.parametrize("id_", FIRST)
@pytest.mark.parametrize("layout", ["column", "row", "torch"])
def test_against_plain_numpy(id_: str, layout: str) -> None:
    """What a mistake makes of each symbol is what the mistaken lines make in plain numpy."""
    draft = Draft(
        sizes=(3, 3, 3), activations=("sigmoid", "sigmoid"), count=3, batch_size=None,
        layout=layout, seed=12,
    )  # fmt: skip
    problem = draft.problem()
    turned: Callable[[Array], Array] = (lambda v: v) if layout == "column" else (lambda v: v.T)
    verdict = examine(problem, id_)
    assert verdict.first == FIRST[id_]
    assert verdict.gradcheck_ok is False
    trace = mistaken_timeline(problem, id_).trace(1)
    hand, right = by_hand(problem, id_), by_hand(problem)
    for key, value in hand.items():
        if key not in trace:
            continue  # nothing reads it any more
        weights = "W" in key
        expected = value if weights and layout == "torch" else turned(value)
        assert np.allclose(trace[key], expected, rtol=1e-10, atol=1e-12), key
        if not np.allclose(value, right[key], rtol=1e-9):
            assert key in verdict.differs
        else:
            assert key not in verdict.differs


@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("layout", ["column", "row", "torch"])
def test_a_penalised_bias(layout: str, bias: str) -> None:
    """Every bias is pulled by λ/m of itself, with biases apart and folded in."""
    draft = Draft((2, 3, 2), ("tanh", "sigmoid"), l2=0.6, count=4, batch_size=None, layout=layout)
    problem = replace(draft, bias=bias).problem()
    differs = examine(problem, "bias_penalised").differs
    for layer in (1, 2):
        right, mistaken = differs[f"grad_b{layer}"]
        pull = 0.6 / 4 * problem.network.layer(layer).biases
        assert (mistaken - right).ravel() == pytest.approx(pull, rel=1e-9)
    assert "grad_W1" not in differs
    unpenalised = replace(draft, l2=0.0, bias=bias).problem()
    assert not examine(unpenalised, "bias_penalised").applies


@pytest.mark.parametrize("bias", ["separate", "folded"])
def test_gradients_that_pile_up(bias: str) -> None:
    """Each update moves by the sum of all gradients so far, its own among them."""
    draft = Draft((2, 3, 2), ("tanh", "sigmoid"), count=4, batch_size=2, bias=bias, seed=6)
    line = mistaken_timeline(draft.problem(), "accumulated_gradients")
    key = "grad_Wb1" if bias == "folded" else "grad_W1"
    total = np.zeros_like(line.trace(1)[key])
    for update in range(1, 6):
        trace = line.trace(update)
        total = total + trace[f"{key}_fresh"]
        assert np.allclose(trace[key], total, rtol=1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
def test_a_sign_that_cost_and_gradient_share(loss: str) -> None:
    """C and every gradient have the other sign, with and without a collapse of δ."""
    problem = Draft((2, 3, 2), ("tanh", "sigmoid"), loss=loss, factor=1.0).problem()
    right, wrong = Timeline(problem).trace(1), mistaken_timeline(problem, "loss_sign").trace(1)
    for key in ("C", "grad_a2", "delta2", "delta1", "grad_W1", "grad_b2"):
        assert np.array_equal(wrong[key], -right[key])


@pytest.mark.parametrize("id_", MISTAKES)
def test_folded_or_not(id_: str) -> None:
    """With folded biases the mistaken numbers are the same, but for rounding.

    But for three mistakes with biases, which a folded bias does not let one make.
    """
    draft = Draft(
        (3, 3, 3), ("tanh", "sigmoid"), loss="squared_error", factor=1.0, count=3,
        batch_size=None, l2=0.1,
    )  # fmt: skip
    apart_, folded = (
        examine(replace(draft, bias=bias).problem(), id_) for bias in ("separate", "folded")
    )
    if id_ in ("bias_summed_over_layer", "bias_gradient_times_bias", "bias_broadcast_to_matrix"):
        assert apart_.applies
        assert not folded.applies
        return
    assert apart_.applies == folded.applies
    keys = ["delta2", "delta1", "grad_W2", "grad_W1", "grad_b1", "W1_next"]
    if id_ == "accumulated_gradients":  # it is ∂C/∂Wb that piles up, before it is taken apart
        keys = ["W2_next", "W1_next"]
    for key in keys:
        assert (key in apart_.differs) == (key in folded.differs)
        if key in apart_.differs:
            assert np.allclose(apart_.differs[key][1], folded.differs[key][1], rtol=1e-9)


# ── every mistake in any network ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("id_", MISTAKES)
def test_run_is_trace_to_the_bit(id_: str) -> None:
    """A mistaken training gives the same bits whether it is run or traced."""
    for draft in (
        Draft((3, 3, 3), ("sigmoid", "softmax"), loss="squared_error", count=3, batch_size=3),
        Draft((2, 2, 2), ("tanh", "sigmoid"), l2=0.1, optimizer="adam", bias="folded", count=3),
        Draft((2, 2), ("softmax",), loss="categorical_cross_entropy", layout="torch"),
    ):
        problem = draft.problem()

        def mutate(program, problem=problem):  # type: ignore[no-untyped-def]
            return mistaken_program(problem, id_, program)

        try:
            runner = Runner(problem, mutate=mutate)
        except Clash:
            continue
        line = mistaken_timeline(problem, id_)
        for update in range(1, 5):
            runner.advance(1)
            traced = line.trace(update).parameters
            for symbol, value in runner.parameters.items():
                if symbol.key in traced:
                    assert np.array_equal(value, traced[symbol.key], equal_nan=True)


@pytest.mark.parametrize("name", BUNDLED)
def test_every_kind_of_scenario(name: str) -> None:
    """All mistakes are examined in all scenarios; the three kinds of verdicts are told apart."""
    scenario = load(name)
    before = Timeline(scenario).trace(1).cost
    for verdict in examine_all(scenario):
        assert verdict.applies == bool(verdict.differs) == (verdict.first is not None)
        assert not (verdict.applies and verdict.clash is not None)
        assert (verdict.gradcheck_ok is not None) == verdict.applies
        if verdict.applies:
            assert next(iter(verdict.differs)) == verdict.first
    assert Timeline(scenario).trace(1).cost == before


def test_what_is_asked_must_be() -> None:
    """An unknown mistake and an update before the first are errors."""
    mazur = load("mazur")
    with pytest.raises(KeyError):
        examine(mazur, "no_such")
    with pytest.raises(ValueError, match="1 or more"):
        examine(mazur, "no_transpose", 0)


# ── the check of large networks ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("id_", ["", "slope_missing_hidden", "outputs_in_bp4", "loss_sign"])
def test_projected_is_measured(id_: str) -> None:
    """All weights at once say what one weight at a time says, and nearly as much of it."""
    problem = Draft((6, 6, 6), ("tanh", "sigmoid"), count=4, batch_size=None, seed=5).problem()
    line = mistaken_timeline(problem, id_) if id_ else Timeline(problem)
    trace, before = line.trace(1), line.parameters(0)
    measured = check_trace(problem, trace, before).worst
    found = projected_worst(problem, trace, before, before)
    tolerance = GradientCheck.TOLERANCE
    assert (found.difference <= tolerance) == (measured.difference <= tolerance)
    if measured.difference > tolerance:
        assert measured.difference / 3 < found.difference < measured.difference * 3
