"""How the tests are run: what all of them share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.portable import THOROUGH
from tests.saying import Said

# No clock decides over a property, on a machine however slow, and all machines try the same.
settings.register_profile(
    "any machine",
    max_examples=100 if THOROUGH else 25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: some tests wait for terminals and processes."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Said:
    """The program, run in this process, in an empty folder and a UTF-8 locale."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    return Said(capsys)
