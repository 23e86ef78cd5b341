"""Standard streams that are closed or full: a documented status, and one line where one can be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is full")

NO_ROOM = "bpstepper: cannot write to standard output: No space left on device"
CLOSED = "bpstepper: cannot write to standard output: it is closed"


def run(words: str, streams: str, folder: Path) -> tuple[int, str, str]:
    """The status, what came on stdout, and what on stderr, of a command in a shell."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m bpstepper {words} {streams}', sys.executable],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=os.environ | {"LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "words", ["trace mazur", "mazur", "check --all", "mistakes mazur", "--help"]
)
def test_what_was_asked_for_cannot_be_written(words: str, tmp_path: Path) -> None:
    """One line on stderr says why, and the status is that of a usage that cannot be met."""
    assert run(words, ">/dev/full", tmp_path) == (2, "", NO_ROOM + "\n")
    assert run(words, ">&-", tmp_path) == (2, "", CLOSED + "\n")
    assert run(words, ">&- 2>&-", tmp_path) == (2, "", "")


@pytest.mark.parametrize("streams", ["2>/dev/full", "2>&-"])
def test_what_only_narrates_may_be_lost(streams: str, tmp_path: Path) -> None:
    """Numbers come out whole; an error that stderr cannot take stands on stdout."""
    status, told, _ = run("train mazur --updates 10", streams, tmp_path)
    assert (status, "W2" in told) == (0, True)
    status, told, _ = run("check no-such", streams, tmp_path)
    assert (status, "no-such" in told) == (2, True)


def test_input_that_is_closed_is_no_input(tmp_path: Path) -> None:
    """A scenario cannot be read from it, and a quiz ends as at its end."""
    assert run("trace -", "<&-", tmp_path)[0] == 2
    assert run("quiz mazur", "<&-", tmp_path)[0] == 0


def test_a_file_is_not_given_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    """What is printed does not end up in the file that is written."""
    status, _, _ = run("train mazur --updates 10 --save kept.npz", "1>&- 2>&-", tmp_path)
    assert status == 2
    kept = tmp_path / "kept.npz"
    assert not kept.exists() or kept.read_bytes().startswith(b"PK")
