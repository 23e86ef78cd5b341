"""What the tests of the commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.saying import Said


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
