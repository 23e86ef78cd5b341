"""The engine needs numpy alone: no module of it loads a terminal library."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import bpstepper.engine

HEADLESS = ["bpstepper", "bpstepper.engine"] + [
    f"bpstepper.engine.{module.name}" for module in pkgutil.iter_modules(bpstepper.engine.__path__)
]
HEAVY = ("textual", "rich", "torch")


@pytest.mark.parametrize("module", HEADLESS)
def test_a_headless_module_loads_nothing_heavy(module: str) -> None:
    """Each imports by itself, first, in a fresh interpreter."""
    script = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "", f"importing {module} loaded {done.stdout}"


def test_a_heavy_import_would_be_seen() -> None:
    """The guard is tried on a module that does load one."""
    script = f"import sys, rich; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split() == ["rich"]
