"""The standard streams, which may be closed, full, or gone.

A descriptor that is closed at the start would be given to the next file that is opened, and what
is printed would end up in it; so it is given to nothing instead. What only narrates may be lost
without a word; what was asked for may not.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any, TextIO, cast

__all__ = ["OutputError", "prepare", "silence", "tell_lost"]

_MOST_LOST = 4000  # characters


class OutputError(OSError):
    """What was asked for cannot be written to standard output; the text says why."""


def prepare() -> None:
    """Occupy the descriptors that are closed, and let nothing that narrates end the program."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        sys.stdout = cast(TextIO, _Data(sys.stdout))
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = cast(TextIO, _Narration(sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if callable(reconfigure):  # no symbol of ours ends the program where a locale knows ASCII
            reconfigure(errors="backslashreplace")


def tell_lost(status: int) -> None:
    """Where a command has failed, and stderr could not take the reason, say it on stdout."""
    stream: object = sys.stderr
    if status and isinstance(stream, _Narration) and stream.lost:
        try:
            print(stream.lost, end="", flush=True)
        except OSError:  # nobody is left to be told, and the status says it
            silence()


def silence() -> None:
    """Let nothing more be written to standard output, at the interpreter's end neither."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    stream: object = sys.stdout
    if isinstance(stream, _Data):
        stream.give_up()


class _Stream:
    """A stream that is there, or was closed before we began."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def write(self, text: str) -> int:
        raise NotImplementedError


class _Data(_Stream):
    """Standard output: that something cannot be written is an error of its own, and stays one."""

    _reason = ""
    _is_given_up = False

    def write(self, text: str) -> int:
        if not self._is_given_up:
            with self._failing():
                if self._stream is None:
                    raise OSError(errno.EBADF, "it is closed")
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        if self._is_given_up:
            return
        if self._reason:  # argparse passes over what its help meets with
            raise OutputError(self._reason)
        if self._stream is not None:
            with self._failing():
                self._stream.flush()

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:  # whoever read has had enough, which is no failure
            raise
        except OSError as error:
            self._reason = error.strerror or str(error)
            raise OutputError(self._reason) from None

    def give_up(self) -> None:
        """Take everything from now on, and write nothing."""
        self._is_given_up = True


class _Narration(_Stream):
    """Standard error, on which a line may be lost; the last of them are remembered."""

    lost = ""

    def write(self, text: str) -> int:
        try:
            if self._stream is None:
                raise OSError
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self.lost = (self.lost + text)[-_MOST_LOST:]
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""
