"""The script API's verbs: thin, so that what a script does is what every screen does."""

from __future__ import annotations

from bpstepper.engine.gradcheck import GradientCheck
from bpstepper.engine.gradcheck import gradcheck as _gradcheck
from bpstepper.engine.network import Array, Problem
from bpstepper.engine.trace import Trace
from bpstepper.engine.training import Timeline
from bpstepper.engine.training import run as _run
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.verify import Verdict
from bpstepper.scenario.verify import verify as _verify

__all__ = ["gradcheck", "run", "timeline", "trace", "verify"]


def trace(problem: Problem, update: int = 1) -> Trace:
    """One update, every step.

    Args:
        problem: a Scenario, or any Problem built in code.
        update: which update, from 1; those before it are run first.

    Returns:
        A Trace: iterate over its steps, or ask for a value by its key. `trace["delta1"]` is
        (n_1, m) in the column layout, (m, n_1) in the others, and read-only.

    Raises:
        ValueError: `update` is less than 1.
    """
    return Timeline(problem).at(update).trace


def timeline(problem: Problem) -> Timeline:
    """Any update: `line.at(10_000).trace`, and `.parameters["W1"]` after it."""
    return Timeline(problem)


def run(problem: Problem, updates: int) -> dict[str, Array]:
    """W and b by key after this many updates; the fastest way there, and the same bits."""
    return _run(problem, updates)


def gradcheck(problem: Problem, update: int = 1) -> GradientCheck:
    """Hold every gradient of an update against the slope of C that moving a parameter shows.

    Returns:
        A GradientCheck; `.worst` is (relative difference by array norm, symbol, index), and
        `.kinks` names the cells that have no derivative and were left out.
    """
    return _gradcheck(problem, update)


def verify(scenario: Scenario) -> Verdict:
    """Hold a scenario to its published numbers and its gradients."""
    return _verify(scenario)
