"""Insights against a second reckoning: found where they hold, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import given

from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.insights.find import INSIGHTS, Insight, holds
from bpstepper.explain.insights.update_view import Mask
from bpstepper.session import Session, start
from tests.explain.insights.looking import (
    check,
    of,
)
from tests.oracles import one_way
from tests.scenes import as_scenario
from tests.strategies import Draft, drafts, examples


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)))


SLOPES: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2,
    "tanh": lambda z: (1 / np.cosh(np.clip(z, -300, 300))) ** 2,
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
                     if not s.equation.cross_check)  # fmt: skip
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
