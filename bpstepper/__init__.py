"""bpstepper: step through backpropagation, in a terminal and from scripts.

    import bpstepper

    scenario = bpstepper.load("mazur")
    trace = bpstepper.trace(scenario)
    trace["delta1"]

Importing this package loads neither numpy nor anything that draws; names are looked up when they
are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpstepper.engine.run import displays

if TYPE_CHECKING:
    from bpstepper.api import gradcheck, run, timeline, trace, verify
    from bpstepper.engine.compile.network import (
        Layer,
        Loss,
        Network,
        Problem,
        ProblemError,
        Sample,
        Training,
    )
    from bpstepper.engine.run.gradcheck import GradientCheck
    from bpstepper.engine.run.trace import Operation, Quantity, Step, Trace
    from bpstepper.engine.run.training import Moment, Timeline
    from bpstepper.scenario import Expect, Note, Scenario, ScenarioError, load, loads, schema

__version__ = "0.1.0"

_HOMES = {
    "bpstepper.api": ("gradcheck", "run", "timeline", "trace", "verify"),
    "bpstepper.engine.run.gradcheck": ("GradientCheck",),
    "bpstepper.engine.compile.network": (
        "Layer",
        "Loss",
        "Network",
        "Problem",
        "ProblemError",
        "Sample",
        "Training",
    ),
    "bpstepper.engine.run.trace": ("Operation", "Quantity", "Step", "Trace"),
    "bpstepper.engine.run.training": ("Moment", "Timeline"),
    "bpstepper.scenario": (
        "Expect",
        "Note",
        "Scenario",
        "ScenarioError",
        "load",
        "loads",
        "schema",
    ),
}


def _display() -> displays.Display:
    from bpstepper.report import rich_repr

    return rich_repr


displays.register(_display)

_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Expect",
    "GradientCheck",
    "Layer",
    "Loss",
    "Moment",
    "Network",
    "Note",
    "Operation",
    "Problem",
    "ProblemError",
    "Quantity",
    "Sample",
    "Scenario",
    "ScenarioError",
    "Step",
    "Timeline",
    "Trace",
    "Training",
    "__version__",
    "gradcheck",
    "load",
    "loads",
    "run",
    "schema",
    "timeline",
    "trace",
    "verify",
]


if not TYPE_CHECKING:  # to who checks types, a name that is none is an error

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(_HOME[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted(__all__)
