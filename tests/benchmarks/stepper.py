"""How fast the stepper is, as ratios to the least that an app of its kind can be.

    python -m tests.benchmarks stepper [--rounds 10] [--keys 100]

Two programs are run in turn in pseudo-terminals of 80×24: `bpstepper mazur`, and an app of
Textual that imports numpy and shows one line. Times depend on the machine and on what else it
does; their ratios hardly do. What is measured:

first frame: from the start of the process to the last byte of its first frame.
key: from sending → to the last byte of the frame that it makes. The terminal answers that it
knows synchronized output, as most terminals do, so that both programs mark where a frame ends.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence

from tests.terminal import Terminal, program

PROGRAMS: dict[str, list[str]] = {
    "bare app": [sys.executable, "-m", "tests.benchmarks.bare_app"],
    "bpstepper mazur": program("mazur"),
}
ASKS = b"\x1b[?2026$p"
ANSWER = b"\x1b[?2026;2$y"
ENDS = b"\x1b[?2026l"
LAST = {"bare app": b"pressed 0 times", "bpstepper mazur": b"all keys"}
"""What stands at the end of each program's first frame."""
MOST = {"first frame": 1.6, "key": 2.5}
"""The ratios that we hold ourselves to."""


def read_until(terminal: Terminal, wanted: bytes, start: int = 0) -> float:
    """Read until these bytes stand after `start`; return when the last of them came."""
    while terminal.raw.find(wanted, start) < 0:
        if terminal.process.poll() is not None:
            raise RuntimeError(f"ended with {terminal.process.returncode}")
        terminal.read(5.0)
    return time.perf_counter()


def first_frame(name: str) -> tuple[float, Terminal]:
    """Start a program; return the seconds to its first frame, and it."""
    began = time.perf_counter()
    terminal = Terminal(command=PROGRAMS[name], draw=False)
    read_until(terminal, ASKS)
    terminal.send(ANSWER)
    ended = read_until(terminal, LAST[name])
    return ended - began, terminal


def keys(terminal: Terminal, count: int) -> tuple[list[float], list[int]]:
    """Press → so many times; return the seconds to each frame, and each frame's bytes."""
    settle(terminal)
    seconds, sizes = [], []
    for _ in range(count):
        before = len(terminal.raw)
        began = time.perf_counter()
        terminal.press("right")
        ended = read_until(terminal, ENDS, before)
        seconds.append(ended - began)
        settle(terminal)
        sizes.append(len(terminal.raw) - before)
    return seconds, sizes


def settle(terminal: Terminal) -> None:
    """Read until nothing more comes."""
    while terminal.read(0.02):
        pass


def measure(rounds: int, count: int) -> dict[str, dict[str, list[float]]]:
    """Run both programs in turn; return kind → program → seconds."""
    found: dict[str, dict[str, list[float]]] = {
        kind: {name: [] for name in PROGRAMS} for kind in ("first frame", "key", "bytes")
    }
    for number in range(rounds + 1):
        for name in PROGRAMS:
            seconds, terminal = first_frame(name)
            with terminal:
                times, sizes = keys(terminal, count)
                terminal.press("q")
                terminal.wait()
            if number:  # the first round warms the caches of the disk
                found["first frame"][name].append(seconds)
                found["key"][name] += times
                found["bytes"][name] += sizes
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks stepper")
    parser.add_argument("--rounds", type=int, default=10, help="starts of each (default: 10)")
    parser.add_argument("--keys", type=int, default=100, help="keys a start (default: 100)")
    parsed = parser.parse_args(arguments)
    found = measure(parsed.rounds, parsed.keys)
    missed = 0
    for kind, most in MOST.items():
        median = {name: statistics.median(found[kind][name]) for name in PROGRAMS}
        bare, ours = median.values()
        ratio = ours / bare
        missed += ratio > most
        told = ", ".join(f"{name} {1000 * seconds:.1f} ms" for name, seconds in median.items())
        print(f"{kind:<12} {ratio:.2f}  (at most {most})  {told}")
    sizes = ", ".join(f"{name} {statistics.median(found['bytes'][name]):,.0f}" for name in PROGRAMS)
    print(f"{'bytes a key':<12} {sizes}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
