"""Results are written whole or not at all, whenever something stops the writing."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bpstepper import files
from bpstepper.commands.common import CommandError, write_whole
from tests.saying import Said, temporary


class Stopped(BaseException):
    """What a signal raises, wherever the program happens to be."""


def stopped_at(moment: int, work: Callable[[], None]) -> bool:
    """Do the work, and raise Stopped before the given bytecode of ours; whether it came so far."""
    left = moment

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        frame.f_trace_opcodes = True
        if frame.f_code is not files.write_whole.__code__:
            return None
        if event == "opcode":
            left -= 1
            if left == 0:
                sys.settrace(None)
                raise Stopped
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except Stopped:
        return True
    finally:
        sys.settrace(before)
    return False


# a file that was open when the stop came is closed by the collector, which says so
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_whole_or_not_at_all_at_every_moment(tmp_path: Path) -> None:
    """Stopped before any bytecode of the writing: the old file or the new, and nothing beside."""
    file = tmp_path / "out.txt"
    moment = 1
    file.write_text("old")
    while stopped_at(moment, lambda: write_whole(str(file), ["ne", "w"])):
        assert file.read_text() in ("old", "new")
        assert os.listdir(tmp_path) == ["out.txt"]
        file.write_text("old")
        moment += 1
    assert moment > 100
    assert file.read_text() == "new"


# ── results are written whole or not at all ──────────────────────────────────────────────────


def test_output_goes_to_a_file(said: Said, tmp_path: Path) -> None:
    """--output prints nothing; the file is what would have been printed, and readable as usual."""
    text = said("trace", "mazur").out
    written = said("trace", "mazur", "--output", "trace.txt")
    assert (written.status, written.out, written.err) == (0, "", "")
    file = tmp_path / "trace.txt"
    assert file.read_text(encoding="utf-8") == text
    umask = os.umask(0)
    os.umask(umask)
    assert file.stat().st_mode & 0o777 == 0o666 & ~umask
    assert temporary(tmp_path) == []


def test_a_full_disk_leaves_the_old_file(
    said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing fails the file that was there stays, and nothing is left beside it."""
    (tmp_path / "trace.json").write_text("old")

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    failed = said("trace", "mazur", "--format", "json", "--output", "trace.json")
    assert (failed.status, failed.out) == (2, "")
    assert failed.err == "bpstepper: cannot write trace.json: No space left on device\n"
    assert (tmp_path / "trace.json").read_text() == "old"
    assert temporary(tmp_path) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, CommandError("no"), ValueError])
def test_a_result_that_breaks_off_is_not_written(
    tmp_path: Path, error: type[BaseException] | BaseException
) -> None:
    """An error, or Ctrl-C, in the middle of the pieces leaves the old file and nothing else."""
    file = tmp_path / "result"
    file.write_text("old")

    def pieces() -> Iterator[str]:
        yield "new" * 100_000
        raise error

    with pytest.raises(error if isinstance(error, type) else type(error)):
        write_whole(str(file), pieces())
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["result"]


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    """What is written to a pipe goes through it; no file takes its place, and none stays beside."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    write_whole(str(pipe), ["one ", b"two"])
    reader.join(10)
    assert heard == ["one two"]
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize("target", ["nowhere/trace.txt", ".", "a\x1b]52;", "mine.txt/x"])
def test_a_place_that_cannot_be_written(said: Said, tmp_path: Path, target: str) -> None:
    """A folder that is not there, a folder itself: one line on stderr, safe to print."""
    (tmp_path / "mine.txt").write_text("mine")
    before = sorted(os.listdir(tmp_path))
    failed = said("trace", "mazur", "--output", target)
    if target.startswith("a"):  # an odd name, but a file may have it
        assert failed.status == 0
        return
    assert (failed.status, failed.out) == (2, "")
    assert failed.err.startswith("bpstepper: cannot write ")
    assert failed.err.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == before
