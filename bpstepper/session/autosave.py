"""Autosave: where one stood, and the edits, for the next start after a crash.

There is one small file for each window that is open, in the folder that the program keeps its
state in. It is written whole, beside its place, and moved there, so that being killed at any
moment leaves the one before. It goes when the program ends in order. Whatever is wrong with a
file or a folder, one can work: autosave is then off, or the file is set aside as `….bad`.

A file belongs to one running program at a time, by a lock that ends with it, however it ends. So
two windows on one scenario have a file each, and only what nobody is at any more is offered.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from bpstepper.files import read_small, shown, write_whole
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.values import fingerprint
from bpstepper.session.autosave_format import KeptError, Resumable, resume, to_text, understood
from bpstepper.session.editing import EditHistory

__all__ = ["LARGEST", "MOST", "Autosave", "autosave_folder"]

LARGEST = 4 * 2**20
"""The most bytes that an autosave may have."""
MOST = 50
"""How many files are left lying that nobody came back to."""
_SLOTS = 64  # windows on one scenario


def autosave_folder(state_file: Path | None) -> Path | None:
    """Where autosaves are, beside the file of remembered settings; None where nothing is kept."""
    if state_file is None or str(state_file) == os.devnull:
        return None
    return state_file.parent / "autosave"


class Autosave:
    """The autosave of one running program.

    Attributes:
        warning: one line on what was wrong with a file that was set aside; else empty.
    """

    def __init__(
        self,
        folder: Path | None,
        every: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is read or written yet.

        Args:
            folder: where; None keeps nothing.
            every: moves alone are written at most once in so many seconds; edits at once.
            clock: what tells the seconds.
        """
        self.warning = ""
        self._folder = folder
        self._every = every
        self._clock = clock
        self._name = ""
        self._file: Path | None = None
        self._lock = -1
        self._written = -every
        self._kept: EditHistory | None = None
        self._pending: EditHistory | None = None

    @property
    def is_on(self) -> bool:
        """Whether anything is kept."""
        return self._file is not None

    # ── opening and resuming ─────────────────────────────────────────────────────────────────

    def open(self, name: str, scenario: Scenario) -> Resumable | None:
        """Begin to keep a scenario; returns what was kept of it when a program was killed.

        Nothing may be kept anew before it is decided whether that is resumed.

        Only what was kept of the very same numbers is found: of another layout or `--set`, and
        of a file that was changed since, it is another one.

        Args:
            name: of a bundled scenario, or a path.
            scenario: as it was opened, without edits.
        """
        self.close()
        self.warning = ""
        self._name = name if scenario.name == name else os.path.abspath(name)
        if self._folder is None or name in ("", "-"):
            return None
        key = sha256(f"{self._name}\0{fingerprint(scenario)}".encode(errors="replace"))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self._claimed(self._folder, key.hexdigest()[:32])
            self._prune(self._folder)
        except (OSError, ValueError):
            self.close()
        return None if self._file is None else self._offer(self._file)

    def _claimed(self, folder: Path, key: str) -> Path | None:
        """A file of ours alone: one that was left behind, the latest first, or else a new one."""
        left = sorted(folder.glob(f"{key}-*.json"), key=_age)
        new = (folder / f"{key}-{slot}.json" for slot in range(_SLOTS))
        for file in (*left, *new):
            self._lock = _lock(file.with_suffix(".lock"))
            if self._lock >= 0:
                return file
        return None

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _prune(self, folder: Path) -> None:
        """Leave no more than `MOST` files that nobody is at; the oldest go first."""
        for file in sorted((*folder.glob("*.json"), *folder.glob("*.bad")), key=_age)[MOST:]:
            beside = file.with_suffix(".lock")
            lock = _lock(beside)
            if lock >= 0:
                for name in (file, beside):
                    name.unlink(missing_ok=True)
                os.close(lock)

    def _offer(self, file: Path) -> Resumable | None:
        try:
            raw = read_small(file, LARGEST)
            if len(raw) > LARGEST:
                raise KeptError("too large")
            found = understood(raw)
            if found.name != self._name:
                raise KeptError("of another scenario")
            return found
        except FileNotFoundError:
            return None
        except KeptError as error:
            self._set_aside(str(error))
        except (OSError, ValueError):
            self._set_aside("it cannot be read")
        return None

    def resume(self, resumable: Resumable, scenario: Scenario) -> EditHistory | None:
        """The desk that was kept; None where it does not fit, and is set aside with a warning."""
        try:
            return resume(resumable, scenario)
        except KeptError as error:
            self._set_aside(str(error))
            return None

    def _set_aside(self, reason: str) -> None:
        if self._file is None:
            return
        aside = self._file.with_suffix(".bad")
        try:
            self._file.replace(aside)
        except OSError:  # a folder of that name, or nothing may be moved: it is not ours to mend
            with contextlib.suppress(OSError):
                self._file.unlink()
        self.warning = f"what was kept is not resumed: {reason}; set aside as {shown(aside)}"

    # ── keeping ──────────────────────────────────────────────────────────────────────────────

    def keep(self, desk: EditHistory) -> None:
        """Keep where one stands: an edit at once, a move when the time has come.

        A move that came too soon waits for `tick`.
        """
        if self._file is None:
            return
        kept = self._kept
        edited = kept is None or desk.done is not kept.done or desk.undone is not kept.undone
        self._pending = desk
        if edited or self._clock() - self._written >= self._every:
            self.flush()

    def tick(self) -> None:
        """Write what waits, if it has waited long enough; for a timer to call."""
        if self._pending is not None and self._clock() - self._written >= self._every:
            self.flush()

    def flush(self) -> None:
        """Write what waits, now; where that fails, autosave is off from here on."""
        desk, self._pending = self._pending, None
        if desk is None or self._file is None:
            return
        if self._kept is not None and _is_same(desk, self._kept):
            return
        try:
            text = to_text(desk, self._name)
            if len(text) > LARGEST:
                raise ValueError("too large")
            write_whole(self._file, [text])
        except (OSError, ValueError):
            self.close()
            return
        self._kept = desk
        self._written = self._clock()

    # ── the end ──────────────────────────────────────────────────────────────────────────────

    def clear(self) -> None:
        """Forget what was kept, and end: the program ends in order, or nothing is to be resumed."""
        file = self._file
        if file is not None:
            for name in (file, file.with_suffix(".lock")):
                with contextlib.suppress(OSError):
                    name.unlink()
        self.close()

    def close(self) -> None:
        """End, and leave what was kept where it is."""
        self._release()
        self._file = self._kept = self._pending = None
        self._written = -self._every


def _age(file: Path) -> float:
    """What files are sorted by, the latest first."""
    try:
        return -file.stat().st_mtime
    except OSError:  # it went in the meantime
        return 0.0


def _lock(path: Path) -> int:
    """Take a lock; what holds it, or -1 where another program does."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
    number = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        import fcntl
    except ImportError:  # where there are no locks, the last one to write wins
        return number
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # the file may have gone between opening and locking it
        if os.fstat(number).st_ino == os.stat(path).st_ino:
            return number
    except OSError:
        pass
    os.close(number)
    return -1


def _is_same(one: EditHistory, other: EditHistory) -> bool:
    """Whether there is nothing new to write."""
    here, there = one.session.cursor, other.session.cursor
    return here == there and one.done is other.done and one.undone is other.undone
