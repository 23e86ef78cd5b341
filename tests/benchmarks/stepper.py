"""How fast the stepper is, as ratios to the least that an app of its kind can be.

    python -m tests.benchmarks stepper [--rounds 10] [--keys 100]

Programs are run in turn in pseudo-terminals. At 80×24: `bpstepper mazur`, and an app of Textual
that imports numpy and shows one line. At 200×50: mazur again, and a network of 784-100-10. Times
depend on the machine and on what else it does; their ratios hardly do. What is measured:

first frame: from the start of the process to the last byte of its first frame.
key: from sending → to the last byte of the frame that it makes. Keys follow one another as those of
a key that is held down do, at the rate at which terminals repeat it at most. The terminal answers
that it knows synchronized output, as most terminals do, so that both programs mark where a frame
ends.
wide key: the same key in the large network, held against mazur.
bytes: what a frame of mazur at 80×24 takes on a line that is compressed as by `ssh -C`, of a step
(→) and of the cursor's move to another cell (an arrow while inspecting). They do not depend on
the machine.

The status is 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.scenes import HARD
from tests.terminal import Terminal, program

ASKS = b"\x1b[?2026$p"
ANSWER = b"\x1b[?2026;2$y"
ENDS = b"\x1b[?2026l"
STEPS = ("right",)
CURSOR = ("right", "down", "left", "up")
REPEATED = 1 / 30
"""Seconds from a key that is held down to the next."""
MATRICES = ("grad_W2", "grad_W1", "W2_next", "W1_next")
"""Steps of mazur whose results are 2×2, so that each of these keys leads to another cell."""


@dataclass
class Kind:
    """A program at a size, and what was found out about it.

    Attributes:
        name: as it is printed.
        command: the command line.
        last: what stands at the end of its first frame.
        size: columns and lines of its terminal.
        starts: the seconds to the first frame, of each round.
        times: the seconds to a frame, of each key.
        sizes: the bytes of a frame, of each key.
        packed: the bytes of a frame after compression, of each key.
        moves: the same of a cursor's moves.
    """

    name: str
    command: list[str]
    last: bytes
    size: tuple[int, int] = (80, 24)
    starts: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    packed: list[int] = field(default_factory=list)
    moves: list[int] = field(default_factory=list)


def read_until(terminal: Terminal, wanted: bytes, start: int = 0) -> float:
    """Read until these bytes stand after `start`; return when the last of them came."""
    while terminal.raw.find(wanted, start) < 0:
        if terminal.process.poll() is not None:
            raise RuntimeError(f"ended with {terminal.process.returncode}")
        terminal.read(5.0)
    return time.perf_counter()


def first_frame(kind: Kind) -> tuple[float, Terminal]:
    """Start a program; return the seconds to its first frame, and it."""
    columns, lines = kind.size
    began = time.perf_counter()
    terminal = Terminal(command=kind.command, columns=columns, lines=lines, draw=False)
    read_until(terminal, ASKS)
    terminal.send(ANSWER)
    ended = read_until(terminal, kind.last)
    return ended - began, terminal


def settle(terminal: Terminal, until: float = 0.0) -> None:
    """Read until nothing more comes, and at least until then."""
    while terminal.read(max(0.02, until - time.perf_counter())):
        pass


class Line:
    """A compressed line: one stream for a session, flushed after each frame, as by `ssh -C`."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._stream = zlib.compressobj(6)
        self._sent = 0
        self.send()

    def send(self) -> int:
        """Send what has come since the last time; return how many bytes that takes."""
        new = bytes(self._terminal.raw[self._sent :])
        self._sent += len(new)
        return len(self._stream.compress(new)) + len(self._stream.flush(zlib.Z_SYNC_FLUSH))


@dataclass
class Frames:
    """What a row of keys made: of each its seconds, its bytes, and those on a compressed line."""

    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    packed: list[int] = field(default_factory=list)


def press(terminal: Terminal, line: Line, keys: Sequence[str], count: int) -> Frames:
    """Press so many keys, these in turn, each when the frame of the one before is there."""
    found = Frames()
    for number in range(count):
        before = len(terminal.raw)
        began = time.perf_counter()
        terminal.press(keys[number % len(keys)])
        ended = read_until(terminal, ENDS, before)
        found.times.append(ended - began)
        settle(terminal, began + REPEATED)
        found.sizes.append(len(terminal.raw) - before)
        found.packed.append(line.send())
    return found


def inspect(terminal: Terminal, line: Line, count: int) -> list[int]:
    """Move the cursor so many times, round the results of one update after another.

    Every place is another one, so that what is counted was not sent in the same words before.
    """
    sizes: list[int] = []
    update = 0
    while len(sizes) < count:
        update += 1
        for place in (str(update), *MATRICES):
            before = len(terminal.raw)
            terminal.press("g")
            read_until(terminal, ENDS, before)
            terminal.send(f"{place}\r")
            while terminal.read(0.2):
                pass
            line.send()
            if place in MATRICES:
                press(terminal, line, ("enter",), 1)
                sizes += press(terminal, line, CURSOR, 4).packed
                press(terminal, line, ("escape",), 1)
    return sizes


def measure(kinds: Sequence[Kind], rounds: int, count: int, inspected: Kind) -> None:
    """Run the programs in turn, and write down what they took; inspect a cell of one of them."""
    for number in range(rounds + 1):
        for kind in kinds:
            seconds, terminal = first_frame(kind)
            with terminal:
                settle(terminal)
                line = Line(terminal)
                found = press(terminal, line, STEPS, count)
                moves: list[int] = []
                if kind is inspected:
                    moves = inspect(terminal, line, count)
                terminal.press("q")
                terminal.wait()
            if number:  # the first round warms the caches of the disk
                kind.starts.append(seconds)
                kind.times += found.times
                kind.sizes += found.sizes
                kind.packed += found.packed
                kind.moves += moves


def programs(folder: Path) -> tuple[Kind, Kind, Kind, Kind]:
    """The bare app; mazur, and mazur and a wide network in large terminals."""
    file = folder / "784-100-10.toml"
    file.write_text(HARD["wide"], encoding="utf-8")
    bare = [sys.executable, "-m", "tests.benchmarks.bare_app"]
    return (
        Kind("bare app", bare, b"pressed 0 times"),
        Kind("mazur", program("mazur"), b"all keys"),
        Kind("mazur 200×50", program("mazur"), b"all keys", (200, 50)),
        Kind("784-100-10 200×50", program(str(file)), b"all keys", (200, 50)),
    )


def ratio(title: str, least: Kind, ours: Kind, what: str, most: float) -> bool:
    """Print how many times as long ours takes; return whether that is too long."""
    took = [statistics.median(getattr(kind, what)) for kind in (least, ours)]
    found: float = took[1] / took[0]
    told = ", ".join(
        f"{kind.name} {1000 * seconds:.1f} ms"
        for kind, seconds in zip((least, ours), took, strict=True)
    )
    print(f"{title:<20} {found:6.2f}  (at most {most})  {told}")
    return found > most


def packed(title: str, sizes: Sequence[int], most: int) -> bool:
    """Print how many bytes a frame takes after compression; return whether that is too many."""
    found = statistics.median(sizes)
    print(f"{title:<20} {found:6,.0f}  (at most {most:,})  the largest {max(sizes):,}")
    return found > most


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks stepper")
    parser.add_argument("--rounds", type=int, default=10, help="starts of each (default: 10)")
    parser.add_argument("--keys", type=int, default=100, help="keys a start (default: 100)")
    parsed = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        kinds = bare, ours, large, wide = programs(Path(folder))
        measure(kinds, parsed.rounds, parsed.keys, inspected=ours)
    missed = [
        ratio("first frame", bare, ours, "starts", 1.6),
        ratio("key", bare, ours, "times", 2.5),
        ratio("wide key", large, wide, "times", 1.3),
        packed("bytes a step", ours.packed, 1500),
        packed("bytes a cursor move", ours.moves, 300),
    ]
    sizes = ", ".join(f"{kind.name} {statistics.median(kind.sizes):,.0f}" for kind in kinds)
    print(f"bytes a key, not compressed: {sizes}")
    return 1 if any(missed) else 0


if __name__ == "__main__":
    sys.exit(main())
