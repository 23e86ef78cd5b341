"""The script API's verbs: thin, so that what a script does is what every screen does."""

from __future__ import annotations

import os

from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.gradcheck import GradientCheck
from bpstepper.engine.run.gradcheck import gradcheck as _gradcheck
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.run.training import run as _run
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.verify import Verdict
from bpstepper.scenario.verify import verify as _verify

__all__ = ["gradcheck", "run", "timeline", "trace", "verify"]


def _expect(given: object, wanted: type[Problem], name: str = "a Scenario or Problem") -> None:
    """Refuse what is no problem: a scenario's name, or the path of its file, is an easy mistake.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(given, wanted):
        return
    if isinstance(given, str | os.PathLike):
        raise TypeError(f"expected {name}; bpstepper.load({os.fspath(given)!r}) reads one")
    raise TypeError(f"expected {name}, got {type(given).__name__}")


def trace(problem: Problem, update: int = 1) -> Trace:
    """One update, every step.

    Args:
        problem: a Scenario, as `load` reads it from a name or a path, or any Problem built in
            code.
        update: which update, from 1; those before it are run first.

    Returns:
        A Trace: iterate over its steps, or ask for a value by its key. `trace["delta1"]` is
        (n_1, m) in the column layout, (m, n_1) in the others, and read-only.

    Raises:
        ValueError: `update` is less than 1.
        TypeError: `problem` is none, but the name of one, say.
    """
    _expect(problem, Problem)
    return Timeline(problem).at(update).trace


def timeline(problem: Problem) -> Timeline:
    """Any update, in any order: `line.at(10_000).trace`, and `.parameters["W1"]` after it.

    Args:
        problem: a Scenario, as `load` reads it, or any Problem built in code.

    Returns:
        A Timeline. Nothing is run before something is asked for; `parameters` are shaped as those
        of `run`, and are the same bits.

    Raises:
        ValueError: not here, but where a moment is asked for: `at` for an update before 0, and
            `.trace` for update 0, which is the start.
        TypeError: `problem` is none, but the name of one, say.
    """
    _expect(problem, Problem)
    return Timeline(problem)


def run(problem: Problem, updates: int) -> dict[str, Array]:
    """W and b after this many updates: the fastest way there, and the same bits.

    Args:
        problem: a Scenario, as `load` reads it, or any Problem built in code.
        updates: how many; with 0 the parameters are as they start.

    Returns:
        Read-only arrays by key. `W1` is (n_1, n_0), and (n_0, n_1) in the row layout; `b1` is
        (n_1, 1) in the column layout, (1, n_1) in the others. With them `Wb1` where biases are
        folded, and `x` where it is the inputs that are trained.

    Raises:
        ValueError: `updates` is less than 0.
        TypeError: `problem` is none, but the name of one, say.
    """
    _expect(problem, Problem)
    return _run(problem, updates)


def gradcheck(problem: Problem, update: int = 1) -> GradientCheck:
    """Hold every gradient of an update against the slope of C that moving a parameter shows.

    Args:
        problem: a Scenario, as `load` reads it, or any Problem built in code.
        update: which update's gradients, from 1; those before it are run first.

    Returns:
        A GradientCheck; `.worst` is (relative difference by array norm, symbol, index), `.ok`
        whether that is small enough, and `.kinks` names the cells that have no derivative and
        were left out. Each of its `.checks` has both gradients in the shape of the parameter.

    Raises:
        ValueError: `update` is less than 1.
        TypeError: `problem` is none, but the name of one, say.
    """
    _expect(problem, Problem)
    return _gradcheck(problem, update)


def verify(scenario: Scenario) -> Verdict:
    """Hold a scenario to its published numbers and its gradients.

    Args:
        scenario: as `load` reads it, or built in code.

    Returns:
        A Verdict: `.ok`, the `.outcomes` of the published numbers, one each and in the file's
        order, and the `.gradients` of update 1. A number that the computation does not have is
        an outcome that is not ok, and no error.

    Raises:
        TypeError: `scenario` is none, but the name of one, say.
    """
    _expect(scenario, Scenario, "a Scenario")
    return _verify(scenario)
