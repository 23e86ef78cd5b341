"""How live the training view is while it trains: keys, a cancel, and any update opened.

    python -m tests.benchmarks view [--updates 100000] [--keys 100]

The program runs in a pseudo-terminal at 80×24, on `xor-one-step` with so many updates. What is
measured, from sending a key to the last byte of the frame that answers it:

key: ← and → along the curve, pressed while it trains; the 95th percentile of all of them.
cancel: Esc while it trains, to the frame that says so.
opening: Enter on updates all over the run, to the frame of the stepper; the 95th percentile.

The terminal answers that it knows synchronized output, so that the program marks where a frame
ends. The status is 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Sequence

import numpy as np

from tests.benchmarks.stepper import ANSWER, ASKS, read_until
from tests.benchmarks.timing import Bound, Figure
from tests.terminal import Terminal

__all__ = ["main"]

SCENARIO = "xor-one-step"
_OPENED = 30
_SOME = 500
_APART = 0.03  # seconds between two keys


def _far_enough(terminal: Terminal) -> bool:
    """Whether the curve has points enough to go back and forth on."""
    found = re.search(r"opens update ([0-9,]+)", terminal.text)
    return found is not None and int(found[1].replace(",", "")) > _SOME


def _shown(terminal: Terminal, wanted: str, began: float) -> float:
    """The seconds from `began` to the read in which a text stood on the screen."""
    while wanted not in terminal.text:
        if terminal.process.poll() is not None:
            raise RuntimeError(f"ended with {terminal.process.returncode}")
        terminal.read(5.0)
    return time.perf_counter() - began


def _opened(updates: int) -> Terminal:
    """The view with a run of so many updates, which has begun."""
    terminal = Terminal([SCENARIO])
    read_until(terminal, ASKS)
    terminal.send(ANSWER)
    terminal.wait_for("all keys").press("r").wait_for("as planned").press("u")
    terminal.wait_for("Train until").send(f"{updates} updates\r").wait_for("RUNNING")
    return terminal


def keys(updates: int, count: int) -> tuple[list[float], float]:
    """The seconds of keys along the curve while it trains, and those of a cancel."""
    found: list[float] = []
    cancelled = 0.0
    with _opened(updates) as terminal:
        terminal.wait_for(_far_enough)
        terminal.press("pageup").wait_for("End follows")
        seen = terminal.text
        while len(found) < count and "RUNNING" in terminal.text:
            key = "right" if len(found) % 2 else "left"
            cursor = _cursor(terminal.text)
            began = time.perf_counter()
            terminal.press(key)
            while _cursor(terminal.text) == cursor and "RUNNING" in terminal.text:
                terminal.read(1.0)
            found.append(time.perf_counter() - began)
            until = time.perf_counter() + _APART
            while time.perf_counter() < until:
                terminal.read(max(until - time.perf_counter(), 0.0))
            seen = terminal.text
        if "RUNNING" in seen:
            began = time.perf_counter()
            terminal.press("escape")
            cancelled = _shown(terminal, "cancelled after", began)
        terminal.press("q")
        terminal.wait()
    return found, cancelled


def _cursor(text: str) -> str:
    """The line that says which update Enter opens."""
    return next((line for line in text.splitlines() if "Enter opens" in line), "")


def openings(updates: int) -> list[float]:
    """The seconds to open updates all over a run that is done."""
    found: list[float] = []
    with _opened(updates) as terminal:
        terminal.wait_for(f"{updates:,} updates are done", patience=120.0)
        for update in np.random.default_rng(0).integers(1, updates + 1, _OPENED).tolist():
            terminal.press("g").wait_for("Cursor to update").send(f"{update}\r")
            terminal.wait_for(f"Enter opens update {update:,},")
            began = time.perf_counter()
            terminal.press("enter")
            found.append(_shown(terminal, f"· update {update} ", began))
            terminal.press("escape").wait_for("training")
            terminal.wait_for(f"Enter opens update {update:,},")
        terminal.press("q")
        terminal.wait()
    return found


def _worst(seconds: Sequence[float]) -> float:
    """The 95th percentile, in milliseconds."""
    return 1e3 * float(np.quantile(seconds, 0.95))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks view")
    parser.add_argument("--updates", type=int, default=100_000, help="(default: 100000)")
    parser.add_argument("--keys", type=int, default=100, help="keys while it trains (default: 100)")
    parsed = parser.parse_args(arguments)
    pressed: list[float] = []
    cancels: list[float] = []
    while len(pressed) < parsed.keys:
        found, cancelled = keys(parsed.updates, min(25, parsed.keys - len(pressed)))
        pressed += found
        cancels += [cancelled] if cancelled else []
    opened = openings(parsed.updates)
    told = f"{len(pressed)} keys, median {1e3 * statistics.median(pressed):.1f} ms"
    figures = [
        Figure("key while it trains, p95", _worst(pressed), Bound("at most", 50), told, "ms")
    ]
    told = f"the worst of {len(cancels)}"
    worst = 1e3 * max(cancels, default=float("nan"))
    figures.append(Figure("cancel", worst, Bound("at most", 200), told, "ms"))
    told = f"{len(opened)} updates, median {1e3 * statistics.median(opened):.1f} ms"
    figures.append(
        Figure("opening an update, p95", _worst(opened), Bound("at most", 100), told, "ms")
    )
    for figure in figures:
        print(figure)
    return 1 if any(figure.missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
