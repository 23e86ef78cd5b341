"""Files: written whole or not at all, read without surprises, and shown without a home's name.

This module owns what every writer and reader of small files of ours needs. What stands in a file
is its owner's business: a command's result, the settings, a scenario.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

__all__ = ["read_small", "shown", "write_whole"]


def write_whole(path: str | Path, pieces: Iterable[str | bytes]) -> None:
    """Write a file beside its place and move it there when it is complete.

    Raises:
        OSError: it cannot be written; nothing was changed.
    """
    target = Path(path)
    if target.exists() and not target.is_file():
        _write_into(target, pieces)
        return
    # Named before it is made: whenever a signal comes, what is to be removed is known.
    temporary = target.parent / f".{target.name[:200]}.{os.getpid()}-{os.urandom(4).hex()}"
    try:
        with temporary.open("xb") as file:
            for piece in pieces:
                file.write(piece.encode() if isinstance(piece, str) else piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        with contextlib.suppress(OSError):  # it was moved, or never made
            temporary.unlink()


def _write_into(device: Path, pieces: Iterable[str | bytes]) -> None:
    """Write to a device or a pipe, which a file must not take the place of: `/dev/null` is one."""
    with device.open("wb") as file:
        for piece in pieces:
            file.write(piece.encode() if isinstance(piece, str) else piece)


def read_small(path: str | Path, most: int) -> bytes:
    """A file's first `most` bytes, and one more if there is one; nothing of the null device.

    It never waits: a pipe or another device is refused.

    Raises:
        OSError: it cannot be read; FileNotFoundError where there is none.
        ValueError: it is no file, or the path cannot be one's, as with a NUL in it.
    """
    never_wait = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    number = os.open(path, os.O_RDONLY | never_wait)
    try:
        if stat.S_ISREG(os.fstat(number).st_mode):
            with os.fdopen(os.dup(number), "rb") as file:
                return file.read(most + 1)
    finally:
        os.close(number)
    if str(path) == os.devnull:
        return b""
    raise ValueError("not a file that can be read")


def shown(path: str | Path) -> str:
    """A path to print: the home folder as `~`, and nothing in it that could move a cursor."""
    from bpstepper.drawing.text import clean

    text = str(path)
    home = os.path.expanduser("~")  # Path.home() raises where there is none
    if home not in ("", "~", os.sep) and (text + os.sep).startswith(home + os.sep):
        text = "~" + text[len(home) :]
    return clean(text)
