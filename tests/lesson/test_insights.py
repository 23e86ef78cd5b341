"""Insights: true by a second reckoning, told where they matter, and silent elsewhere."""

from __future__ import annotations

import gc
import unicodedata
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.text import width
from bpstepper.engine.layouts import LAYOUTS
from bpstepper.engine.network import Array, Layer, Loss, Network, Problem, Sample, Training
from bpstepper.engine.nonfinite import first_nonfinite
from bpstepper.engine.trace import Trace
from bpstepper.lesson.insights import INSIGHTS, Insight, holds, insights_at, insights_of
from bpstepper.lesson.update_view import Mask
from bpstepper.scenario.model import Scenario
from bpstepper.session import Level, Session, start
from tests.oracles import one_way
from tests.scenes import BUNDLED, HARD, as_scenario, at, opened, operations
from tests.strategies import Draft, drafts, examples

IDS = tuple(row.id for row in INSIGHTS)


def network(
    *layers: tuple[str, Any, Any],
    x: Any,
    y: Any,
    loss: Loss | None = None,
    layout: str = "column",
    bias: str = "separate",
    **training: Any,
) -> Session:
    """A session of layers (activation, weights, biases); one sample for each row of x."""
    made = tuple(
        Layer(units=len(biases), weights=weights, biases=biases, activation=activation)
        for activation, weights, biases in layers
    )
    samples = tuple(Sample(input=row, target=target) for row, target in zip(x, y, strict=True))
    problem = Problem(
        network=Network(inputs=len(x[0]), layers=made, layout=layout, bias=bias),
        samples=samples,
        loss=loss or Loss(),
        training=Training(**{"learning_rate": 0.1, "batch_size": None, **training}),
    )
    return start(as_scenario(problem))


def of(session: Session, update: int = 1) -> tuple[Insight, ...]:
    """All insights of one update by itself."""
    return insights_of(session.line.trace(update), session.scenario)


def told(session: Session, update: int = 1) -> dict[str, list[str]]:
    """At which steps of an update each insight is told, by its id."""
    found: dict[str, list[str]] = {}
    for step in at(session, update, 0).trace.steps:
        for insight in insights_at(at(session, update, step.index)):
            found.setdefault(insight.id, []).append(step.id)
    return found


def the(session: Session, id_: str, update: int = 1) -> Insight:
    """The one insight of an id, of an update or told at one of its steps."""
    steps = at(session, update, 0).trace.steps
    everywhere = [i for step in steps for i in insights_at(at(session, update, step.index))]
    (found,) = {i for i in (*of(session, update), *everywhere) if i.id == id_}
    return found


def at_step(session: Session, key: str, update: int = 1) -> Session:
    """The session at the step that makes a quantity."""
    return at(session, update, at(session, update, 0).trace.step(key).index)


# ── by a second reckoning ────────────────────────────────────────────────────────────────────


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)))


SLOPES: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2,
    "tanh": lambda z: 1 / np.cosh(z) ** 2,
    "softplus": _sigmoid,
}
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "softplus": 1.0}


class Reckoned:
    """What is true of the first update: samples in rows, from the values alone."""

    def __init__(self, problem: Problem, session: Session) -> None:
        self.problem, self.trace = problem, session.line.trace(1)
        self.depth = problem.network.depth

    def value(self, key: str) -> Array:
        """(m, n); a gradient of weights (to, from)."""
        return one_way(self.problem, key, self.trace[key])

    def off_target(self, layer: int) -> Mask:
        """Which activations have something to learn: (m, n)."""
        a = self.value(f"a{layer}")
        if layer < self.depth or self.problem.loss.name == "output":
            return np.ones(a.shape, bool)
        return np.abs(a - self.value("y")) > 0.1

    def saturated(self) -> set[tuple[str, int, int]]:
        """(key, sample, unit) of every unit saturated in half of the samples; of these kinds."""
        found = set()
        for number, layer in enumerate(self.problem.network.layers, start=1):
            if layer.activation not in SLOPES:
                continue
            z, key = self.value(f"z{number}"), f"a{number}"
            flat = SLOPES[layer.activation](z) <= STEEPEST[layer.activation] / 10
            off = (flat & self.off_target(number)).any(axis=0)
            for unit in np.flatnonzero((flat.mean(axis=0) >= 0.5) & off):
                found |= {(key, int(s), int(unit)) for s in np.flatnonzero(flat[:, unit])}
        return found

    def dead(self) -> set[tuple[str, int]]:
        """(key, unit) of every rectifier that is off for all samples."""
        found = set()
        for number, layer in enumerate(self.problem.network.layers, start=1):
            if layer.activation == "relu":
                off = (self.value(f"z{number}") <= 0).all(axis=0)
                off &= self.off_target(number).any(axis=0)
                found |= {(f"a{number}", int(unit)) for unit in np.flatnonzero(off)}
        return found

    def exact_zeros(self) -> set[tuple[int, int]]:
        """(layer, unit before it) wherever nothing enters, though there is a δ to multiply."""
        found: set[tuple[int, int]] = set()
        if self.problem.training.train == "input":
            return found
        for layer in range(1, self.depth + 1):
            entering = self.value("x" if layer == 1 else f"a{layer - 1}")
            if self.value(f"delta{layer}").any():
                units = np.flatnonzero((entering == 0).all(axis=0))
                found |= {(layer, int(unit)) for unit in units}
        return found

    def ratio(self) -> float:
        """The root mean square of δ¹ over that of δᴸ; 1 where there is too little to compare."""
        first, last = (self.value(f"delta{n}") for n in (1, self.depth))
        if self.depth < 3 or not last.any():
            return 1.0
        scale = np.abs(last).max()  # squares of tiny numbers would be 0
        return float(np.sqrt(np.mean((first / scale) ** 2) / np.mean((last / scale) ** 2)))


def cells(insights: tuple[Insight, ...], id_: str, units_first: bool) -> set[tuple[str, int, int]]:
    """(key, sample, unit) of every cell that insights of an id are about."""
    return {
        (insight.symbol, cell[int(units_first)], cell[int(not units_first)])
        for insight in insights
        if insight.id == id_
        for cell in insight.cells
    }


@given(drafts())
@examples(150)
def test_what_is_found_is_what_is_there(draft: Draft) -> None:
    """In any network, layout and batch: these insights and no others, reckoned anew."""
    problem = draft.problem()
    session = start(as_scenario(problem))
    found, there = of(session), Reckoned(problem, session)
    columns = LAYOUTS[draft.layout].units_axis == 0
    in_sigmoids = {cell for cell in cells(found, "saturated", columns) if _kind(problem, cell[0])}
    assert in_sigmoids == there.saturated()
    off = cells(found, "dead_relu", columns)
    assert {(key, unit) for key, _, unit in off} == there.dead()
    turned = LAYOUTS[draft.layout].weight_axes == ("from", "to")
    silent = {
        (insight.layer, cell[0] if turned else cell[1])
        for insight in found
        if insight.id == "slow_weight" and " near " not in insight.text
        for cell in insight.cells
    }
    assert silent == there.exact_zeros()
    ratio = there.ratio()
    assert ("vanishing" in {i.id for i in found}) == (ratio <= 0.01)
    assert ("exploding" in {i.id for i in found}) == (ratio >= 100)
    reached = (
        draft.loss != "output" and not (there.value(f"a{there.depth}") - there.value("y")).any()
    )
    assert ("targets_reached" in {i.id for i in found}) == reached
    assert "symmetry" not in {i.id for i in found}  # weights drawn at random
    hidden = draft.activations[:-1]
    assert [i.layer for i in found if i.id == "linear_stack"] == [
        layer for layer, name in enumerate(hidden, start=1) if name == "linear"
    ]


def _kind(problem: Problem, key: str) -> bool:
    return problem.network.layer(int(key[1:])).activation in SLOPES


@given(drafts(extreme=True))
@examples(60)
def test_extremes_are_looked_at_without_harm(draft: Draft) -> None:
    """Overflow, NaN and weights of thousands: texts as ever, and holds agrees with what is told."""
    session = start(as_scenario(draft.problem()))
    for update in (1, 2):
        found = of(session, update)
        for insight in found:
            check(insight, session)
        trace = session.line.trace(update)
        for row in INSIGHTS:
            if not row.looks_back:
                there = row.id in {insight.id for insight in found}
                assert holds(row.id, trace, session.scenario) == there
        finite = all(np.isfinite(op.result.value).all() for s in trace for op in s.operations
                     if not s.equation.witness)  # fmt: skip
        assert finite or "not_finite" in {insight.id for insight in found}


@given(drafts())
@examples(40)
def test_layouts_say_the_same(draft: Draft) -> None:
    """Which way the matrices lie changes no insight, and its cells lie the same way."""
    said = set()
    for layout in LAYOUTS:
        session = start(as_scenario(replace(draft, layout=layout).problem()))
        found = of(session)
        said.add(tuple((i.id, i.symbol, len(i.cells)) for i in found))
        for insight in found:
            assert insight.mask.shape == session.line.trace(1)[insight.symbol].shape
    assert len(said) == 1


# ── how they read ────────────────────────────────────────────────────────────────────────────


def check(insight: Insight, session: Session) -> None:
    """What holds for every insight."""
    assert insight.id in IDS
    assert insight.symbol in session.trace
    assert not insight.mask.flags.writeable
    assert insight.cells
    assert all(insight.mask[cell] for cell in insight.cells)
    for said in (insight.text, insight.reason):
        assert said == said.strip()
        assert said[-1] == "."
        assert not set(said) & set("{}\n\t"), said
        assert "  " not in said, said
        assert "None" not in said, said
        assert "array" not in said, said
        assert all(unicodedata.category(c) not in ("Cc", "Cn") for c in said)
    if session.scenario.title != opened("names").scenario.title:
        assert ASCII.translate(insight.text + insight.reason).isascii()


def everything() -> Iterator[tuple[Session, Insight]]:
    """All that is told in some updates of every scenario, in every layout."""
    for name in (*BUNDLED, *HARD):
        for layout in ("", *LAYOUTS):
            session = opened(name, layout)
            for update in (1, 2, 6):
                steps = at(session, update, 0).trace.steps
                for step in steps[:: 1 + len(steps) // 100]:
                    here = at(session, update, step.index)
                    for insight in insights_at(here):
                        yield here, insight


def test_every_insight_is_whole_and_safe() -> None:
    """In every scenario: filled in, ended, no controls, and mostly short enough for one line."""
    texts = set()
    for session, insight in everything():
        check(insight, session)
        texts.add(insight.text)
    lengths = [width(text) for text in texts]
    assert len(lengths) > 30
    assert max(lengths) <= 100
    assert np.mean(np.array(lengths) <= 78) > 0.5


FIRST: dict[str, dict[str, list[str]]] = {
    "data-mining-3-2-1": {"slow_weight": ["grad_W1"]},
    "nielsen-cross-entropy-b": {"saturated": ["a1", "delta1_general"], "cancelled": ["delta1"]},
    "nielsen-saturation-b": {"saturated": ["a1"], "wrong_but_flat": ["delta1", "grad_W1"]},
    "xor-one-step": {"slow_weight": ["grad_W1"]},
    "xor-relu": {"targets_reached": ["C", "delta2"]},
}
"""What the first update of a bundled scenario has to say; all others, nothing."""


PUBLISHED = (
    "batch-logistic", "cs231n-neuron", "four-horsemen-3-4-2", "linear-neuron-a",
    "linear-neuron-b", "mazur", "moons", "ng-ex4", "ng-ex4-regularised",
    "nielsen-cross-entropy-a", "nielsen-saturation-a", "no-match-sigmoid", "no-match-softmax",
    "softmax-jacobian", "three-matches-linear", "three-matches-sigmoid",
    "three-matches-softmax", *FIRST,
)  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_lesson_says_what_there_is_to_say_and_no_more(name: str) -> None:
    """The first update of what is bundled, looked through by hand; most of them are silent."""
    assert told(opened(name)) == FIRST.get(name, {})


def test_mazur_stays_silent() -> None:
    """All the way to where its outputs are nearly right, saturated as they then are."""
    for update in (1, 2, 5, 50, 500, 2000):
        assert told(opened("mazur"), update) == {}


def test_the_start_page_is_silent() -> None:
    """There is no update yet."""
    assert insights_at(opened("nielsen-saturation-b")) == ()


# ── planted, one for each ────────────────────────────────────────────────────────────────────


def test_the_saturated_neuron_is_told_with_its_numbers() -> None:
    """Nielsen's neuron: what is flat at a, and what comes of it at δ."""
    session = opened("nielsen-saturation-b")
    (flat,) = insights_at(at_step(session, "a1"))
    assert flat.text == "Unit o1 is saturated: σ′(z) is 0.01766 at z = 4; it can be 0.25."
    assert flat.cells == ((0, 0),)
    (wrong,) = insights_at(at_step(session, "delta1"))
    assert wrong.text == ("a(o1) is 0.9820, should be 0, yet δ(o1) is 0.01735: σ′(z) is 0.01766.")
    (cancels,) = insights_at(at_step(opened("nielsen-cross-entropy-b"), "delta1"))
    assert cancels.text == (
        "a(o1) is 0.9820, should be 0; σ′(z) is 0.01766 but cancels: δ(o1) is 0.9820."
    )


@pytest.mark.parametrize(("z", "yes"), [(3.63, False), (3.65, True), (-3.65, True), (50, True)])
def test_a_unit_is_saturated_low_as_well_as_high(z: float, yes: bool) -> None:
    """A tenth of the largest slope is where it begins, at either end."""
    layers = ("sigmoid", [[z], [0.1]], [0, 0]), ("linear", [[1, 1]], [0])
    session = network(*layers, x=[[1]], y=[[3]])
    assert holds("saturated", session.line.trace(1), session.scenario) == yes
    if yes:
        assert the(session, "saturated").cells == ((0, 0),)


def test_a_batch_counts_its_samples() -> None:
    """From half of them on; the cells are those in which it is so."""
    layers = ("tanh", [[1.0], [0.5]], [0, 0]), ("linear", [[1, 1]], [0])
    two = network(*layers, x=[[2], [-3], [1], [0.5]], y=[[9]] * 4)
    found = the(two, "saturated")
    assert found.cells == ((0, 0), (0, 1))
    assert found.text == ("Unit h1 is saturated in 2 of 4 samples: tanh′(z) is 0.07065 at most.")
    one = network(*layers, x=[[2], [-1], [1], [0.5]], y=[[9]] * 4)
    assert not any(i.id == "saturated" for i in of(one))


def test_an_output_that_is_right_is_not_called_saturated() -> None:
    """It has nothing to learn; without targets there is no right."""
    right = network(("sigmoid", [[6.0]], [0]), x=[[1]], y=[[1]])
    wrong = network(("sigmoid", [[6.0]], [0]), x=[[1]], y=[[0.5]])
    free = network(("sigmoid", [[6.0]], [0]), x=[[1]], y=[None], loss=Loss(name="output"))
    assert [bool(of(s)) for s in (right, wrong, free)] == [False, True, True]


def test_a_factor_that_makes_up_for_the_slope_is_no_lesson() -> None:
    """The output is wrong and flat, but δ is as large as anyone could wish."""
    loss = Loss(factor=500.0)
    session = network(("sigmoid", [[4.0]], [0]), x=[[1]], y=[[0]], loss=loss)
    assert {insight.id for insight in of(session)} == {"saturated"}


@pytest.mark.parametrize(("target", "yes"), [(0.47, True), (0.49, False)])
def test_wrong_is_by_a_half(target: float, yes: bool) -> None:
    """From there on an output is told as wrong where it is flat; nearer, only as saturated."""
    session = network(("sigmoid", [[4.0]], [0]), x=[[1]], y=[[target]])
    assert ("wrong_but_flat" in told(session)) == yes
    assert "saturated" in told(session)


def test_what_cancels_is_not_told_as_slow() -> None:
    """However small the factors of C make δ, it is not for the slope."""
    loss = Loss(name="binary_cross_entropy", factor=0.1)
    session = network(("sigmoid", [[4.0]], [0]), x=[[1]], y=[[0]], loss=loss)
    assert {insight.id for insight in of(session)} == {"saturated", "cancelled"}


def test_targets_are_reached_all_or_none() -> None:
    """One output at its target, the other off and without a gradient: that is no success."""
    session = network(("relu", [[-1.0], [1.0]], [0, 0]), x=[[1]], y=[[0.3, 1]])
    assert not session.line.trace(1)["delta1"].any()
    assert "targets_reached" not in told(session)


def test_a_saturated_softmax() -> None:
    """Of one sample with the unit that has it all, of a batch with how many samples."""
    loss = Loss(name="squared_error")
    layer = ("softmax", [[8.0], [0.0], [0.0]], [0, 0, 0])
    one = network(layer, x=[[1]], y=[[0, 1, 0]], loss=loss)
    a = np.exp(8) / (np.exp(8) + 2)
    assert the(one, "saturated").text == (
        f"Softmax is saturated: unit o1 has {a:.4f} of the 1 there is."
    )
    assert the(one, "wrong_but_flat").text.endswith(f": J¹ is {a * (1 - a):.7f} at most.")
    some = network(layer, x=[[1], [1], [0]], y=[[0, 1, 0]] * 3, loss=loss)
    assert the(some, "saturated").text == (
        "Softmax is saturated in 2 of 3 samples: one unit has 0.974 or more of the 1."
    )
    crossed = network(layer, x=[[1]], y=[[0, 1, 0]], loss=Loss(name="categorical_cross_entropy"))
    assert told(crossed) == {
        "saturated": ["a1", "delta1_general"],
        "cancelled": ["delta1"],
    }


def test_a_rectifier_that_is_off() -> None:
    """For the one sample, or for every sample of the batch, and not for all but one."""
    layers = ("relu", [[-1.5], [1.0]], [0, 0]), ("linear", [[1, 1]], [0])
    one = network(*layers, x=[[1]], y=[[0]])
    assert the(one, "dead_relu").text == (
        "Unit h1 is off for this sample: ReLU′(z) is 0 at z = −1.5, and so its δ is 0."
    )
    assert told(one)["dead_relu"] == ["a1", "delta1"]
    every = network(*layers, x=[[1], [2], [3]], y=[[0]] * 3)
    assert the(every, "dead_relu").text == (
        "Unit h1 is off for all 3 samples: ReLU′(z) is 0, and so its δ is 0."
    )
    assert the(every, "dead_relu").cells == ((0, 0), (0, 1), (0, 2))
    but_one = network(*layers, x=[[1], [2], [-3]], y=[[0]] * 3)
    assert "dead_relu" not in told(but_one)


@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_twins(layout: str, bias: str) -> None:
    """The same weights in, bias and weights out; any one of them differing ends it."""
    w1, b1, w2 = [[0.1, 0.2], [0.3, 0.4], [0.1, 0.2]], [0.5, 0.5, 0.5], [[1, 2, 1], [3, 4, 3]]
    given: dict[str, Any] = {"x": [[1.0, 2.0]], "y": [[0, 1]], "layout": layout, "bias": bias}

    def of_layers(w1: Any, b1: Any, w2: Any) -> Session:
        return network(("tanh", w1, b1), ("sigmoid", w2, [0, 0]), **given)

    session = of_layers(w1, b1, w2)
    found = the(session, "symmetry")
    assert found.text == (
        "Units h1 and h3 are alike: the same weights in and out, so the same gradients."
    )
    turned = LAYOUTS[layout].units_axis == 1
    assert found.cells == (((0, 0), (0, 2)) if turned else ((0, 0), (2, 0)))
    trace = session.line.trace(1)
    in_, out = (one_way(session.scenario, key, trace[key]) for key in ("grad_W1", "grad_W2"))
    assert in_[0].tolist() == pytest.approx(in_[2].tolist(), rel=1e-12)
    assert out[:, 0].tolist() == pytest.approx(out[:, 2].tolist(), rel=1e-12)
    assert {"z1"} < set(told(session)["symmetry"])
    for other in (
        of_layers([[0.1, 0.2], [0.3, 0.4], [0.1, 0.3]], b1, w2),
        of_layers(w1, [0.5, 0.5, 0.6], w2),
        of_layers(w1, b1, [[1, 2, 1], [3, 4, 5]]),
    ):
        assert "symmetry" not in told(other)


def test_all_weights_0() -> None:
    """The special case: no gradient reaches the layer at all."""
    session = network(
        ("sigmoid", np.zeros((4, 2)), [0] * 4), ("sigmoid", [[0.0, -0.0, 0, 0]], [0]),
        x=[[1.0, 2.0]], y=[[0]],
    )  # fmt: skip
    found = the(session, "symmetry")
    assert found.text == (
        "All 4 units of layer 1 are alike: all weights in and out are 0, so the same gradients."
    )
    assert "their δ is 0" in found.reason
    assert not session.line.trace(1)["delta1"].any()


def deep(scale: float, layers: int = 4) -> Session:
    """A chain of linear units, each of one weight: δ changes by exactly that in each layer."""
    chain = [("linear", [[scale]], [0.0])] * layers
    return network(*chain, x=[[1.0]], y=[[5.0]])


def test_vanishing_and_exploding() -> None:
    """A hundred times from the outputs to layer 1, with two hidden layers at least."""
    fades, grows = deep(0.2), deep(5.0)
    delta = fades.line.trace(1)["delta4"].item()
    assert abs(delta) == pytest.approx(5 - 0.2**4)
    assert the(fades, "vanishing").text == (
        "Gradients vanish: δ⁴ is 4.998 in size, δ¹ 0.03999 (root mean square)."
    )
    assert "0.2 a layer on average, and of 0.00800 over 3" in the(fades, "vanishing").reason
    assert told(fades)["vanishing"] == ["delta1", "grad_W1"]
    assert the(grows, "exploding").text.startswith("Gradients explode: δ⁴ is 620 in size, δ¹ 77")
    for silent in (deep(0.25), deep(4.5), deep(0.001, layers=2), deep(1000.0, layers=2)):
        assert not {"vanishing", "exploding"} & set(told(silent))


def test_slow_weights() -> None:
    """What enters is 0, or a hundredth of the largest; without any δ it is not for that."""
    x = [[0.0, 1.0, 0.009]]
    session = network(("sigmoid", [[0.1, 0.2, 0.3], [0.1, 0, 0]], [0, 0]), x=x, y=[[1, 0]])
    zero, near = (i for i in of(session) if i.id == "slow_weight")
    assert zero.text == "Input x1 is 0: each weight from it has gradient 0."
    assert zero.cells == ((0, 0), (1, 0))
    assert near.text == "Input x3 is near 0 (0.009): each weight from it has a small gradient."
    assert near.cells == ((0, 2), (1, 2))
    assert near.reason.endswith("In size, 0.009 at most against 1 of x2.")
    assert told(session)["slow_weight"] == ["grad_W1", "grad_W1"]
    nothing = network(("linear", [[1.0, 1.0]], [0]), x=[[0, 1]], y=[[1]])
    assert {i.id for i in of(nothing)} == {"targets_reached"}
    decayed = network(("linear", [[1.0, 1.0]], [0]), x=[[0, 1]], y=[[2]], loss=Loss(l2=0.1))
    assert the(decayed, "slow_weight").text == (
        "Input x1 is 0: each weight from it has gradient 0 from the data."
    )
    assert the(decayed, "slow_weight").symbol == "grad_W1_data"


@pytest.mark.parametrize(("x", "yes"), [(0.0099, True), (-0.0099, True), (0.0101, False)])
def test_near_0_is_a_hundredth_of_the_largest(x: float, yes: bool) -> None:
    """In size, whatever the sign."""
    session = network(("linear", [[1.0, 1.0]], [0]), x=[[-1.0, x]], y=[[5]])
    assert ("slow_weight" in told(session)) == yes


def test_a_small_input_whose_gradient_is_not_small_is_not_told() -> None:
    """In a batch the gradients of the large ones may cancel: then those are the small ones."""
    x = [[1.0, 0.005], [1.0, -0.005]]
    session = network(("linear", [[0.0, 0.0]], [0]), x=x, y=[[1], [-1]])
    assert "slow_weight" not in told(session)


def test_a_linear_hidden_layer() -> None:
    """At its activations; a linear output layer is another matter."""
    session = network(
        ("linear", [[1.0], [2.0]], [0, 0]), ("tanh", [[1.0, 3.0]], [0]), ("linear", [[1.0]], [0]),
        x=[[0.1]], y=[[1]],
    )  # fmt: skip
    assert told(session) == {"linear_stack": ["a1"]}


def test_not_finite_holds_and_is_told_elsewhere() -> None:
    """The step that overflows says so by itself; who runs until NaN asks the row."""
    session = opened("huge")
    trace = session.line.trace(1)
    assert holds("not_finite", trace, session.scenario)
    assert "not_finite" not in told(session)
    assert not holds("not_finite", opened("mazur").line.trace(1), opened("mazur").scenario)


# ── from update to update ────────────────────────────────────────────────────────────────────


def swinging(**training: Any) -> Session:
    """Two linear units in a chain, at a rate that jumps across the valley of C for a while."""
    layers = [("linear", [[0.6]], [0.0]), ("linear", [[0.6]], [0.0])]
    given: dict[str, Any] = {"learning_rate": 0.42, "batch_size": 1, **training}
    return network(*layers, x=[[1.0]], y=[[3.0]], **given)


@cache
def costs(update: int) -> tuple[float, ...]:
    """C of the five updates up to one, by gradient descent written out by hand."""
    w1, w2, b1, b2, found = 0.6, 0.6, 0.0, 0.0, []
    for _ in range(update):
        hidden = w1 + b1
        delta = w2 * hidden + b2 - 3
        found.append(delta**2 / 2)
        w2, b2, w1, b1 = (
            w2 - 0.42 * delta * hidden, b2 - 0.42 * delta,
            w1 - 0.42 * delta * w2, b1 - 0.42 * delta * w2,
        )  # fmt: skip
    return tuple(found[-5:])


def alternates(values: tuple[float, ...]) -> bool:
    """Whether they go up and down, visibly."""
    changes = np.diff(values)
    return bool(
        len(values) == 5
        and (changes[1:] * changes[:-1] < 0).all()
        and (np.abs(changes) > 0.01 * max(values)).all()
    )


def test_an_oscillating_cost() -> None:
    """Held to a descent by hand, at the steps of C and of the moves, from the fifth update on."""
    session = swinging()
    seen = 0
    for update in range(1, 30):
        there = set(told(session, update))
        by_hand = costs(update)
        assert session.line.trace(update).cost == pytest.approx(by_hand[-1], rel=1e-6)
        assert ("oscillating" in there) == alternates(by_hand), update
        rose = len(by_hand) > 1 and by_hand[-1] > by_hand[-2] * 1.001
        assert ("cost_rose" in there) == (rose and not alternates(by_hand)), update
        seen += alternates(by_hand)
    assert seen > 5


def test_looking_back_does_not_depend_on_the_way() -> None:
    """Going straight to an update and walking there, back and forth, tell the same."""

    def said(session: Session, update: int) -> list[str]:
        return [i.text for i in insights_at(at_step(session, "C", update))]

    walked = swinging()
    forth = {update: said(walked, update) for update in range(1, 60)}
    assert any(forth.values())
    straight = swinging()
    for update in (59, 3, 44, 45, 7, 58):
        assert said(straight, update) == forth[update]
        assert said(swinging(), update) == forth[update]


def test_other_samples_make_another_cost() -> None:
    """C of this batch and of the one before cannot be compared: nothing is said."""
    layer = ("linear", [[1.0]], [0.0])
    given: dict[str, Any] = {"x": [[1.0], [1.0]], "y": [[9.0], [1.5]]}
    one_each = network(layer, **given, batch_size=1)
    assert not any(told(one_each, update) for update in range(1, 12))
    all_at_once = network(layer, **given, learning_rate=1.5)
    assert "cost_rose" in told(all_at_once, 2)


def asked_for(session: Session, key: str) -> set[int]:
    """Which updates are looked at for the insights at a step of update 9."""
    asked: set[int] = set()
    trace = session.line.trace

    def ask(update: int) -> Trace:
        asked.add(update)
        return trace(update)

    session.line.trace = ask  # type: ignore[method-assign]
    insights_at(at_step(session, key, 9))
    return asked


def test_what_is_computed_to_look_back() -> None:
    """The updates before are run anew only at C and the moves, and never where they are long."""
    assert asked_for(swinging(), "z1") == {9}
    assert asked_for(swinging(), "C") == {5, 6, 7, 8, 9}
    assert asked_for(swinging(), "W1_next") == {5, 6, 7, 8, 9}
    large = Draft((200, 200, 10), ("tanh", "linear"), batch_size=None)
    many = Draft((50, 50, 1), ("tanh", "linear"), batch_size=None, count=100)
    for draft in (large, many):
        assert asked_for(start(as_scenario(draft.problem())), "C") == {9}


def test_rounding_is_no_oscillation() -> None:
    """Outputs at their targets leave a cost of last places, which goes up and down as it likes."""
    session = opened("adam")
    late = {session.line.trace(update).cost for update in range(996, 1001)}
    assert len(late) > 1
    assert max(late) < 1e-25
    assert not {"oscillating", "cost_rose"} & set(told(session, 1000))


# ── where and how they are asked for ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*FIRST, "softmax-batch", "saturated"])
def test_nothing_is_told_before_it_is_made(name: str) -> None:
    """Inside a step an insight waits for the operation that makes what it is about."""
    session = opened(name)
    kinds = {row.id: row.kinds for row in INSIGHTS}
    for here in operations(session):
        made = {
            operation.result.symbol.kind
            for position, operation in enumerate(here.step.operations)
            if here.done(position)
        }
        whole = insights_at(at(session, 1, here.cursor.step))
        for insight in insights_at(here):
            assert kinds[insight.id] & made
        if here.cursor.operation == len(here.step.operations) - 1:
            assert insights_at(here) == whole


def test_by_phases_and_by_elements() -> None:
    """A phase tells all that its equations tell; an element waits for the whole matrix."""
    session = opened("xor-one-step")
    here = at_step(session, "grad_W1")
    by_phase = replace(here, cursor=here.cursor._replace(level=Level.PHASE))
    assert [i.id for i in insights_at(by_phase)] == ["slow_weight"]
    last = len(here.step.operations) - 1
    for cell, count in (((0, 0), 0), ((1, 0), 0), ((1, 1), 1)):
        cursor = here.cursor._replace(level=Level.ELEMENT, operation=last, cell=cell)
        assert len(insights_at(replace(here, cursor=cursor))) == count


def test_every_row_is_its_own() -> None:
    """Ids are unique, what is covered exists, and an unknown id says what there is."""
    assert len(set(IDS)) == len(IDS)
    assert all(row.covers <= set(IDS) - {row.id} for row in INSIGHTS)
    session = opened("mazur")
    with pytest.raises(KeyError, match=r"tired is not an insight; .*saturated"):
        holds("tired", session.line.trace(1), session.scenario)


def test_every_row_is_planted_above() -> None:
    """Each kind of insight is found in one of this module's networks, so none is dead."""
    found = {insight.id for _, insight in everything()}
    found |= set(told(deep(0.1))) | set(told(deep(9.0))) | {"not_finite"}
    for update in range(1, 12):
        found |= set(told(swinging(), update))
    found |= set(told(network(
        ("relu", [[-1.0], [-1.0]], [0, 0]), ("linear", [[1, 1]], [0]), x=[[1.0]], y=[[2]]
    )))  # fmt: skip
    assert found == set(IDS)


def test_an_update_is_looked_at_once_and_let_go() -> None:
    """The same insights come back, and nothing keeps a trace that nobody else keeps."""
    session = network(("sigmoid", [[5.0]], [0]), x=[[1]], y=[[0]])
    assert of(session) is of(session)
    trace = weakref.ref(session.line.trace(1))
    kept: Scenario = session.scenario
    del session
    first_nonfinite.cache_clear()  # it keeps the last few
    gc.collect()
    assert trace() is None
    assert kept.samples
