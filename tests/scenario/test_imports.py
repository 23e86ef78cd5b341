"""What reading a scenario loads; what importing loads is told by tests/test_imports.py."""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after `code`."""
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.split())


DRAWS = {"textual", "rich"}

# what reads the files that a scenario names
READS = {
    *(f"bpstepper.scenario.data.{name}" for name in ("data_files", "npz_arrays", "csv_table")),
    "csv",
}

# what tells mistakes and where they are
EXPLAINS = {
    "bpstepper.scenario.diagnostics.locate",
    "bpstepper.scenario.toml.syntax_errors",
    "bpstepper.scenario.schema.schema_messages",
    "bpstepper.scenario.diagnostics.render_diagnostics",
}
EXPLAINS.add("difflib")

REFUSED = """
from bpstepper.scenario import ScenarioError, loads
try:
    loads({text!r})
except ScenarioError as error:
    str(error)
"""


def test_reading_what_is_right_explains_nothing() -> None:
    """Reading a good file loads nothing that draws and nothing that is for mistakes."""
    loaded = loaded_after("from bpstepper.scenario import load; load('mazur')")
    assert "bpstepper.scenario.schema.tables" in loaded
    assert not loaded & (DRAWS | EXPLAINS | READS)


def test_reading_a_table_explains_nothing() -> None:
    """A scenario with a table loads what reads it, and no more."""
    loaded = loaded_after("from bpstepper.scenario import load; load('moons')")
    assert loaded >= READS
    assert not loaded & (DRAWS | EXPLAINS)


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        (
            "titel = 1",
            {"bpstepper.scenario.schema.schema_messages", "bpstepper.scenario.diagnostics.locate"},
        ),
        (
            "title = .5",
            {"bpstepper.scenario.toml.syntax_errors", "bpstepper.scenario.diagnostics.locate"},
        ),
    ],
)
def test_reading_what_is_wrong_explains_it(text: str, needed: set[str]) -> None:
    """The guard would see it: a wrong file loads what explains it, and still draws nothing."""
    loaded = loaded_after(REFUSED.format(text=text))
    assert loaded >= needed
    assert not loaded & DRAWS
