"""Verifying a scenario: its published numbers and its gradients, held to what is computed.

A scenario file is a claim. `verify` runs it: every `expect` against the value in the trace, every
gradient against the slope of C that moving the parameter shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpstepper.engine.compile.network import Array
from bpstepper.engine.run.gradcheck import GradientCheck, gradcheck
from bpstepper.engine.run.training import Timeline, cost_over_all
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.scenario.checks import symbol_keys
from bpstepper.scenario.model import Expect, Scenario, in_layout

__all__ = ["Outcome", "Verdict", "outcomes", "verify"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """One published number against the computed one.

    Attributes:
        expect: what was published.
        computed: what came out, in the shape of what was published; None if there is no such
            value.
        off: the largest absolute difference; NaN if there is no such value.
        problem: why there is no value, else empty.
    """

    expect: Expect
    computed: Array | None
    off: float
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether it lies within the tolerance."""
        return self.off <= self.expect.tolerance


@dataclass(frozen=True, eq=False)
class Verdict:
    """All that was held against a scenario."""

    scenario: Scenario
    outcomes: tuple[Outcome, ...]
    gradients: GradientCheck

    @property
    def ok(self) -> bool:
        """Whether every published number and every gradient agrees."""
        return self.gradients.ok and all(outcome.ok for outcome in self.outcomes)

    @property
    def held(self) -> int:
        """How many numbers the computation was held to, cell by cell."""
        return sum(outcome.expect.value.size for outcome in self.outcomes)

    @property
    def published(self) -> int:
        """How many of these somebody printed."""
        expects = (outcome.expect for outcome in self.outcomes)
        return sum(expect.value.size for expect in expects if expect.is_published)


def verify(scenario: Scenario) -> Verdict:
    """Hold a scenario to its `expect`s and check the gradients of its first update."""
    return Verdict(scenario=scenario, outcomes=outcomes(scenario), gradients=gradcheck(scenario))


def outcomes(scenario: Scenario) -> tuple[Outcome, ...]:
    """Every published number against the computed one, in the order of `expects`."""
    line = Timeline(scenario)
    # in the order of updates, so that each stretch of training is run once
    order = sorted(range(len(scenario.expects)), key=lambda i: scenario.expects[i].update)
    found = {i: _outcome(scenario, line, scenario.expects[i]) for i in order}
    return tuple(found[i] for i in range(len(scenario.expects)))


def _outcome(scenario: Scenario, line: Timeline, expect: Expect) -> Outcome:
    try:
        value = _value(scenario, line, expect)
    except KeyError as error:
        return Outcome(expect, None, float("nan"), str(error.args[0]))
    layout = scenario.network.layout
    if expect.at is not None:
        index = _index(expect, layout, value.ndim)
        if any(i >= size for i, size in zip(index, value.shape, strict=False)):
            return Outcome(expect, None, float("nan"), f"{expect.symbol} has shape {value.shape}")
        value = value[index]
        published = expect.value.reshape(())
    else:
        published = in_layout(expect.value, expect.symbol, scenario.expect_layout, layout)
    if published.shape != value.shape and published.size == value.size and 1 in value.shape:
        published = published.reshape(value.shape)  # a flat list where one dimension is 1
    if published.shape != value.shape:
        shapes = f"expected shape {published.shape}, computed {value.shape}"
        return Outcome(expect, None, float("nan"), shapes)
    difference = np.abs(value - published)
    off = float(np.max(difference)) if np.isfinite(difference).all() else float("inf")
    return Outcome(expect, np.asarray(value), off)


def _value(scenario: Scenario, line: Timeline, expect: Expect) -> Array:
    """The computed value: W and b after the update, all else during it."""
    key = symbol_keys.parse(expect.symbol)
    if key is not None and key.is_parameter:
        parameters = line.at(expect.update).parameters
        if expect.symbol not in parameters:
            raise KeyError(f"{expect.symbol} is not a parameter of this network")
        return parameters[expect.symbol]
    if expect.symbol == "C_all":
        return np.array(cost_over_all(scenario, line.parameters(expect.update - 1)))
    return line.at(expect.update).trace[expect.symbol]


def _index(expect: Expect, layout: str, dimensions: int) -> tuple[int, ...]:
    """`at`, counted from 1 and independent of layout, as an index of the value."""
    assert expect.at is not None
    key = symbol_keys.parse(expect.symbol)
    at = tuple(i - 1 for i in expect.at)
    if dimensions != 2:
        return at
    row = LAYOUTS[layout]
    weights = key is not None and key.form in symbol_keys.MATRICES
    at = at if len(at) == 2 else (*at, 0)
    turned = row.weight_axes != ("to", "from") if weights else row.units_axis != 0
    if key is not None and key.form in symbol_keys.TURNED:
        turned = not turned
    return at[::-1] if turned else at
