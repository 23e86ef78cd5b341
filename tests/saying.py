"""Running the program's commands: in this process, and in one of their own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bpstepper.cli import main
from bpstepper.scenario import library
from tests.portable import PATIENCE
from tests.terminal import environment, program

__all__ = ["MAZUR", "Said", "run", "temporary", "wrong_mazur"]

MAZUR = Path(str(library.path("mazur")))


class Said:
    """What a command printed, and its status."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.status = 0
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> Said:
        """Run the program in this process."""
        self._capsys.readouterr()
        self.status = main(arguments)
        self.out, self.err = self._capsys.readouterr()
        return self

    def json(self, quiet: bool = True) -> Any:
        """What was printed, as strict JSON: the words NaN and Infinity are no numbers of it."""
        assert not quiet or self.err == ""
        return json.loads(self.out, parse_constant=pytest.fail)


def run(*arguments: str, cwd: Path, stdin: str = "", **env: str | None) -> tuple[int, str, str]:
    """The program in a process of its own, its output piped."""
    done = subprocess.run(
        program(*arguments),
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment(**env),
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout, done.stderr


def temporary(folder: Path) -> list[str]:
    """The hidden files of a folder, which none of ours may stay."""
    return [name for name in os.listdir(folder) if name.startswith(".")]


def wrong_mazur(folder: Path) -> tuple[str, int]:
    """A copy of mazur with one wrong expectation; its name, and the line that it stands in."""
    text = MAZUR.read_text(encoding="utf-8")
    wrong = text.replace("value = 0.3775\n", "value = 0.3875\n")
    assert wrong != text
    (folder / "wrong.toml").write_text(wrong, encoding="utf-8")
    lines = wrong.splitlines()
    return "wrong.toml", max(
        number
        for number, line in enumerate(lines, 1)
        if line == "[[expect]]" and number < lines.index("value = 0.3875") + 1
    )
