"""What tests of files beside a scenario share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.bad_tables import SCENARIO
from tests.scenario.beside_files import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a scenario and the files beside it; returns the scenario's path."""

    def write(scenario: str = SCENARIO, **files: bytes) -> Path:
        for name, data in files.items():
            (tmp_path / name.replace("_", ".")).write_bytes(data)
        path = tmp_path / "scenario.toml"
        path.write_text(scenario, encoding="utf-8")
        return path

    return write
