"""Rows that no module has heard of are known everywhere: adding one takes its table and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_planted_rows_pass_what_every_row_passes() -> None:
    """The tests of hyperparameters once more, in a process that has the planted rows."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider",
         "-p", "tests.planted_rows", "-k", "planted", "tests/test_hyperparameters.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert done.stdout.count(".") > 24, "every test has met every planted row"
