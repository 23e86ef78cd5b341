"""Scenario files: what they mean, how they are read, and what is said when they are wrong.

`load` is the front door. The library of bundled scenarios is `library`, the starter file
`starter`, and `render_diagnostics` writes diagnostics. Importing this package loads nothing that
draws, and what explains mistakes is loaded only when there are some.
"""

from __future__ import annotations

from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.load import load, loads, schema
from bpstepper.scenario.model import Expect, Note, Scenario

__all__ = [
    "Diagnostic",
    "Expect",
    "Note",
    "Place",
    "Scenario",
    "ScenarioError",
    "load",
    "loads",
    "schema",
]
