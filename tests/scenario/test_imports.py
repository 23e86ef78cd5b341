"""What importing costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODULES = [
    "bpstepper.scenario",
    "bpstepper.scenario.model",
    "bpstepper.scenario.library",
    "bpstepper.scenario.starter",
    "bpstepper.scenario.render",
    "bpstepper.scenario.syntax",
    "bpstepper.engine.initializers",
]


def loaded_after(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after `code`."""
    script = f"{code}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


@pytest.mark.parametrize("module", MODULES)
def test_importing_draws_nothing_and_checks_nothing(module: str) -> None:
    """Neither pydantic nor anything that draws is loaded before a file is read."""
    assert not loaded_after(f"import {module}") & {"pydantic", "textual", "rich"}


def test_reading_draws_nothing() -> None:
    """Reading a scenario loads pydantic, but neither textual nor rich."""
    loaded = loaded_after("from bpstepper.scenario import load; load('mazur')")
    assert "pydantic" in loaded
    assert not loaded & {"textual", "rich"}
