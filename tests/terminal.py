"""A real terminal for tests: a pseudo-terminal whose other end is read by `pyte`.

    with Terminal(["mazur"]) as terminal:
        terminal.wait_for("to take the first step")
        terminal.press("right")
        terminal.wait_for("FORWARD 1/4")

What is seen is what a person would see, and what is waited for is always a condition, never a
time. The raw bytes are kept, too: they tell whether the terminal was left as it was found. The
environment is spelled out, so that nothing of the one in which the tests run matters.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

import bpstepper
from tests.portable import PATIENCE

__all__ = ["KEYS", "Modes", "Terminal", "environment", "program"]

KEYS = {
    "right": "\x1b[C", "left": "\x1b[D", "up": "\x1b[A", "down": "\x1b[B",
    "pagedown": "\x1b[6~", "pageup": "\x1b[5~",
    "shift+pagedown": "\x1b[6;2~", "shift+pageup": "\x1b[5;2~",
    "ctrl+right": "\x1b[1;5C", "ctrl+left": "\x1b[1;5D",
    "home": "\x1b[H", "end": "\x1b[F",
    "enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "backspace": "\x7f",
    "f1": "\x1bOP", "ctrl+c": "\x03", "ctrl+q": "\x11", "space": " ",
    "left_square_bracket": "[", "right_square_bracket": "]",
    "left_curly_bracket": "{", "right_curly_bracket": "}",
    "question_mark": "?", "colon": ":", "plus": "+", "equals_sign": "=", "minus": "-",
    "ctrl+p": "\x10",
}  # fmt: skip
"""What a terminal sends for a key, by the name that Textual has for it; letters are themselves."""

# A session's first process takes the terminal that it has as its standard output as its own, as
# a login does, and becomes the program. Nothing of this may run between fork and exec in a
# process that has threads, which a test runner has.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; "
    "fcntl.ioctl(1, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
_PRIVATE_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KEYBOARD = re.compile(rb"\x1b\[([<>])([0-9;]*)u")
_SGR = re.compile(rb"\x1b\[([0-9;]*)m")
# sequences with a private marker that pyte would print; none of them draws anything
_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<=>][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*(?:\$p|u)")
_UNFINISHED = re.compile(rb"\x1b(?:\[[<=>?]?[0-9;]*\$?)?\Z")


def program(*arguments: str) -> list[str]:
    """The command line that runs the program under test."""
    return [sys.executable, "-m", "bpstepper", *arguments]


def environment(**changes: str | None) -> dict[str, str]:
    """An environment of a plain UTF-8 terminal with 256 colours; None takes a variable away."""
    found: dict[str, str | None] = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(Path(bpstepper.__file__).parents[1]),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "BPSTEPPER_CONFIG": os.devnull,  # nobody's own settings
        "BPSTEPPER_STATE": os.devnull,
    }
    found.update(changes)
    return {name: value for name, value in found.items() if value is not None}


class Modes:
    """The modes of a terminal that programs turn on and have to turn off again.

    Attributes:
        on: the private modes that are set, as 1049 for the alternate screen.
        seen: those that were ever set.
        keyboard: how many times the keyboard protocol was pushed and not popped.
    """

    AT_FIRST = frozenset({7, 25})  # lines wrap, and the cursor is shown
    ALTERNATE_SCREEN = 1049

    def __init__(self, raw: bytes) -> None:
        self.on: set[int] = set(self.AT_FIRST)
        self.seen: set[int] = set()
        for match in _PRIVATE_MODE.finditer(raw):
            modes = {int(mode) for mode in match[1].split(b";") if mode}
            if match[2] == b"h":
                self.on |= modes
                self.seen |= modes
            else:
                self.on -= modes
        moves = [match[1] for match in _KEYBOARD.finditer(raw)]
        self.keyboard = moves.count(b">") - moves.count(b"<")

    @property
    def restored(self) -> bool:
        """Whether all is as it was at first."""
        return self.on == self.AT_FIRST and self.keyboard == 0


class Terminal:
    """A program in a pseudo-terminal of its own.

    Attributes:
        raw: every byte that the program has written.
        process: the program; it leads a session of its own.
    """

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        command: Sequence[str] | None = None,
        columns: int = 80,
        lines: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        controlling: bool = True,
        draw: bool = True,
    ) -> None:
        """Start a program.

        Args:
            arguments: the command line of the program under test, without its name.
            command: the whole command line, where it is another program.
            columns: the terminal's width.
            lines: the terminal's height.
            env: the environment, whole; by default `environment()`.
            cwd: the current folder.
            controlling: whether the terminal is the session's own, as it is where one logs in;
                if not, the program hears of its end by reading, and not by a signal.
            draw: whether to keep `text`; a benchmark counts bytes and does not look at them.
        """
        self.raw = bytearray()
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen) if draw else None
        self._left_over = b""
        self._master, self._slave = os.openpty()
        self._set_size(columns, lines)
        self._found = termios.tcgetattr(self._slave)
        wanted = list(command) if command is not None else program(*arguments)
        if controlling:
            wanted = [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *wanted]
        self.process = subprocess.Popen(
            wanted,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=dict(env) if env is not None else environment(),
            cwd=cwd,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.close()
        if self._slave >= 0:
            os.close(self._slave)
            self._slave = -1

    # ── what is seen ─────────────────────────────────────────────────────────────────────────

    @property
    def columns(self) -> int:
        """The terminal's width."""
        return int(self._screen.columns)

    @property
    def lines(self) -> int:
        """The terminal's height."""
        return int(self._screen.lines)

    @property
    def rows(self) -> list[str]:
        """The lines of the screen, without the blanks at their ends."""
        return [row.rstrip() for row in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.rows)

    @property
    def modes(self) -> Modes:
        """What the program has turned on and off by now."""
        return Modes(bytes(self.raw))

    @property
    def sgr(self) -> set[int]:
        """Every parameter of every change of colour or style; sub-parameters among them."""
        found = (match[1].split(b";") for match in _SGR.finditer(bytes(self.raw)))
        return {int(parameter or 0) for parameters in found for parameter in parameters}

    @property
    def restored(self) -> bool:
        """Whether the terminal is as it was found: its modes, its echo, its line editing."""
        return self.modes.restored and termios.tcgetattr(self._slave) == self._found

    # ── waiting ──────────────────────────────────────────────────────────────────────────────

    def wait_for(
        self, what: str | Callable[[Terminal], object], patience: float = PATIENCE
    ) -> Self:
        """Wait until a text stands on the screen, or a condition holds.

        Raises:
            AssertionError: the program ended, or the condition did not come true; what the
                screen shows is in the message.
        """
        holds = (lambda terminal: what in terminal.text) if isinstance(what, str) else what
        end = time.monotonic() + patience
        while not holds(self):
            ended = self.process.poll() is not None
            if not self._read(0.0 if ended else min(0.05, patience)) and ended:
                raise AssertionError(f"ended with {self.process.returncode}; {self._shown(what)}")
            if time.monotonic() > end:
                raise AssertionError(f"not within {patience} s; {self._shown(what)}")
        return self

    def wait(self, patience: float = PATIENCE) -> int:
        """Wait until the program has ended; return its exit status.

        Raises:
            AssertionError: it goes on.
        """
        end = time.monotonic() + patience
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"did not end within {patience} s; {self._shown('its end')}")
            if self._master >= 0:
                self._read(0.02)
            else:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.02)
        while self._master >= 0 and self._read(0.0):
            pass
        return self.process.returncode

    def read(self, patience: float) -> bytes:
        """Wait for bytes at most so long; return those that came."""
        before = len(self.raw)
        self._read(patience)
        return bytes(self.raw[before:])

    def _read(self, patience: float) -> bool:
        """Take in what is there; return whether anything was."""
        if not select.select([self._master], [], [], patience)[0]:
            return False
        try:
            piece = os.read(self._master, 1 << 16)
        except OSError:  # nobody has the other end open any more
            return False
        self.raw += piece
        if self._stream is not None and piece:
            piece = self._left_over + piece
            tail = _UNFINISHED.search(piece)
            self._left_over = tail[0] if tail else b""
            self._stream.feed(_NOT_FOR_PYTE.sub(b"", piece[: len(piece) - len(self._left_over)]))
        return bool(piece)

    def _shown(self, wanted: object) -> str:
        return f"wanted: {wanted!r}; the screen shows:\n{self.text}"

    # ── doing ────────────────────────────────────────────────────────────────────────────────

    def press(self, *keys: str) -> Self:
        """Press keys, by the names in KEYS."""
        return self.send("".join(KEYS.get(key, key) for key in keys))

    def send(self, text: str | bytes) -> Self:
        """Send text, or bytes that need not be any, as if they were typed."""
        os.write(self._master, text.encode() if isinstance(text, str) else text)
        return self

    def resize(self, columns: int, lines: int) -> Self:
        """Change the size, and say so as a terminal's kernel does."""
        self._screen.resize(lines, columns)
        self._set_size(columns, lines)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGWINCH)
        return self

    def signal(self, number: signal.Signals) -> Self:
        """Send the program a signal."""
        self.process.send_signal(number)
        return self

    def close(self) -> Self:
        """Close our end, as when a window is closed or a line drops."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
        return self

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
