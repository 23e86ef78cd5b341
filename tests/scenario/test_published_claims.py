"""What bundled scenarios claim and no `expect` can hold: patterns, comparisons, told slips.

Numbers of a single step are `test_published`'s business.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import bpstepper
from bpstepper.buglab.mistakes import mistaken_timeline
from bpstepper.engine.run.training import Timeline, run, split
from bpstepper.number_format import number
from bpstepper.scenario import Scenario, load

DIGITS_OF_EACH_CLASS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as UCI counts them


def first_numbers(scenario: Scenario) -> dict[str, Any]:
    """The values of the first update by their keys."""
    trace = bpstepper.trace(scenario)
    return {symbol.key: trace[symbol.key] for symbol in trace.values}


def lengths(scenario: Scenario, kind: str, layers: range) -> list[float]:
    """The length of a gradient at each of these layers, the first update's."""
    trace = bpstepper.trace(scenario)
    return [float(np.linalg.norm(trace[f"{kind}{layer}"])) for layer in layers]


# ── vanishing ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hidden", [2, 3, 4])
def test_each_earlier_layer_learns_several_times_slower(hidden: int) -> None:
    """Nielsen's pattern, whose ratios lie between 3.5 and 5.7; for any seed, not a lucky one."""
    for seed in (None, 0, 1):
        edits = () if seed is None else (f"network.seed={seed}",)
        scenario = load(f"nielsen-vanishing-{hidden}", overrides=edits)
        found = lengths(scenario, "grad_b", range(1, hidden + 1))
        ratios = [after / before for before, after in pairwise(found)]
        assert all(2.5 < ratio < 7 for ratio in ratios)


def test_sigmoids_vanish_and_rectifiers_do_not() -> None:
    """The same weights in both files; from W⁶ to W¹ a factor of 843, or hardly any."""
    deep, live = load("vanishing-sigmoid"), load("vanishing-relu")
    for one, other in zip(deep.network.layers, live.network.layers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
    lost = lengths(deep, "grad_W", range(1, 7))
    assert lost == sorted(lost)
    assert round(lost[-1] / lost[0]) == 843
    kept = lengths(live, "grad_W", range(1, 7))
    assert max(kept) / min(kept) < 5


# ── one start, several ways ──────────────────────────────────────────────────────────────────


def test_the_ravine_is_one_ravine() -> None:
    """Only the optimizer differs; momentum and Adam are far ahead after 100 updates."""
    costs = {}
    scenarios = {way: load(f"ravine-{way}") for way in ("plain", "momentum", "adam")}
    for way, scenario in scenarios.items():
        costs[way] = Timeline(scenario).trace(101).cost
        assert scenario.training.learning_rate == scenarios["plain"].training.learning_rate
        assert bpstepper.trace(scenario).cost == bpstepper.trace(scenarios["plain"]).cost
    assert costs["momentum"] < costs["adam"] < costs["plain"] / 100


# ── digits ───────────────────────────────────────────────────────────────────────────────────


def test_the_digits_are_those_of_the_source() -> None:
    """As many of each class as UCI tells, grey values that are whole sixteenths."""
    samples = load("digits").samples
    pixels = np.array([sample.input for sample in samples])
    targets = np.array([sample.target for sample in samples])
    assert pixels.shape == (1797, 64)
    assert targets.sum(axis=0).tolist() == DIGITS_OF_EACH_CLASS
    assert set(np.unique(16 * pixels)) == set(range(17))
    ten = [sample.input for sample in load("nielsen-vanishing-2").samples]
    np.testing.assert_array_equal(ten, pixels[:10])


def test_digits_are_learnt() -> None:
    """With the file's own epochs: 97 of 100 on the held-out fifth, as it says of itself."""
    scenario = load("digits")
    of_training, held_out = split(scenario)
    updates = scenario.training.epochs * -(-len(of_training) // 10)
    parameters = run(scenario, updates)
    assert len(held_out) == 359
    assert _accuracy(scenario, parameters, held_out) == pytest.approx(0.972, abs=0.006)


def _accuracy(scenario: Scenario, parameters: dict[str, Any], which: Any) -> float:
    """The share of these samples that are named right, by products written out here."""
    right = 0
    for index in which:
        a = scenario.samples[index].input
        for layer in range(1, len(scenario.network.layers) + 1):
            z = parameters[f"W{layer}"] @ a + parameters[f"b{layer}"].ravel()
            a = 1 / (1 + np.exp(-z))  # softmax and sigmoid have their largest in the same place
        target = scenario.samples[index].target
        assert target is not None
        right += int(np.argmax(a) == np.argmax(target))
    return right / len(which)


# ── slips ────────────────────────────────────────────────────────────────────────────────────


def told(name: str) -> str:
    """All the words of a scenario, line ends as blanks."""
    scenario = load(name)
    notes = [text for note in scenario.notes for text in (note.ask, note.text, note.reveal)]
    return " ".join(" ".join([scenario.about, *notes]).split())


def row(values: Any) -> str:
    """Numbers as the handouts write them."""
    return "(" + ", ".join(f"{value:.4f}".replace("-", "−") for value in np.ravel(values)) + ")"


def test_mazurs_last_figures_are_those_of_the_slip() -> None:
    """Moving W² too early gives his cost after one update, and what the notes say of δ¹."""
    scenario = load("mazur-update-order")
    line = mistaken_timeline(scenario, "update_before_backward")
    assert number(line.trace(2).cost, 9) == "0.291027924"
    words = told("mazur-update-order")
    for key in ("grad_a1", "delta1"):
        for value in np.ravel(line.trace(1)[key]):
            assert f"{value:.9f}" in words


def test_nielsens_animation_forgets_the_slope() -> None:
    """1/(1 − a) in place of a: the figures of the notes, from a loop of three lines."""
    parameter = 2.0
    for _ in range(300):
        a = 1 / (1 + np.exp(-2 * parameter))
        parameter -= 0.005 / (1 - a)
    after = 1 / (1 + np.exp(-2 * parameter))
    words = told("nielsen-animation")
    first = first_numbers(load("nielsen-animation"))
    assert f"{first['grad_a1'].item():.1f}" in words
    assert f"it is at {after:.2f};" in words


def test_the_line_of_fifteen_steps_multiplies_by_outputs() -> None:
    """It fits, and gives what the notes say; with the inputs it is BP4."""
    found = first_numbers(load("fifteen-steps-line"))
    line = np.kron(found["a1"].T, found["delta1"])
    assert line.shape == found["grad_Wb1"].shape
    assert row(line[2]) in told("fifteen-steps-line")
    np.testing.assert_allclose(np.kron(found["x_one"].T, found["delta1"]), found["grad_Wb1"])


def test_the_handout_on_two_layers_took_the_other_matrix() -> None:
    """All its lines: right as far as ∂C/∂W², and from (W¹)ᵀ after that."""
    words = told("handout-two-layers").replace("*", "")
    scenario = load("handout-two-layers")
    found = first_numbers(scenario)
    for key in ("a1", "a2", "delta2"):
        assert row(found[key]) in words
    back = scenario.network.layers[0].weights.T @ found["delta2"]
    delta = back * found["slope1"]
    for wrong in (back, delta, *(delta @ found["x"].T)):
        assert row(wrong) in words
        assert row(wrong) != row(found["grad_a1"])


def test_the_handout_on_softmax_has_its_two_slips() -> None:
    """0.135 for 0.153, and the two entries of one row exchanged."""
    words = told("handout-softmax").replace("*", "")
    found = first_numbers(load("handout-softmax"))
    z = found["z1"].copy()
    assert z[1, 0] == pytest.approx(0.153, abs=1e-15)
    z[1, 0] = 0.135
    a = np.exp(z) / np.exp(z).sum()
    gradient = (a - found["y"]) @ found["x"].T
    gradient[0] = gradient[0, ::-1]
    for wrong in (z, a, a - found["y"], *gradient):
        assert row(wrong) in words


def test_the_four_sentences_lead_to_the_numbers_told() -> None:
    """The right δ¹, and those with the other layer's slope and with σ in place of σ′."""
    words = told("four-sentences")
    found = first_numbers(load("four-sentences"))
    assert row(found["delta1"]) in words
    for factor in ("slope2", "a1"):
        assert row(found["grad_a1"] * found[factor]) in words
