"""Timing in turns, and the lines that tell of it.

Everything that is compared is run for a moment in each round, one after the other, so that
whatever else the machine does hits all of it alike. A ratio is the median of the rounds' own. What
runs in this process is measured by the processor's time, which does not count while another
process has the core; on a machine that does nothing else it is the same as the clock's.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Bound", "Figure", "Work", "duration", "in_turns", "ratio"]

Work = Callable[[int], object]
"""Does its work so many times."""

_MOMENT = 0.02  # seconds that each takes in a round


@dataclass(frozen=True)
class Bound:
    """What we hold a figure to.

    Attributes:
        words: "at most", "at least" or "more than".
        limit: the number that is meant.
    """

    words: str
    limit: float

    def missed(self, value: float) -> bool:
        """Whether a figure is on the wrong side; NaN always is."""
        if self.words == "at most":
            return not value <= self.limit
        return not (value > self.limit if self.words == "more than" else value >= self.limit)

    def __str__(self) -> str:
        return f"{self.words} {self.limit:g}"


@dataclass(frozen=True)
class Figure:
    """One line of a report: a number, what it is held to, and what it was made from."""

    name: str
    value: float
    bound: Bound | None = None
    told: str = ""
    unit: str = ""

    @property
    def missed(self) -> bool:
        """Whether there is a bound, and it is not kept."""
        return self.bound is not None and self.bound.missed(self.value)

    def __str__(self) -> str:
        held = f"({self.bound})" if self.bound else ""
        number = f"{self.value}" if isinstance(self.value, int) else f"{self.value:.2f}"
        value = f"{number} {self.unit}".rstrip()
        mark = "  MISSED" if self.missed else ""
        return f"  {self.name:<34} {value:>11}  {held:<15} {self.told}{mark}".rstrip()


def in_turns(
    works: Mapping[str, Work], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, list[float]]:
    """Run all works in turn, so many rounds; return the seconds of each for one piece of work.

    Every round begins with another of them.
    """
    names = list(works)
    counts = {name: _enough(work, clock) for name, work in works.items()}
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            began = clock()
            works[name](counts[name])
            found[name].append((clock() - began) / counts[name])
    return found


def _enough(work: Work, clock: Callable[[], float]) -> int:
    """How many pieces of a work take a moment; the work is warm afterwards."""
    count = 1
    while True:
        began = clock()
        work(count)
        taken = clock() - began
        if taken >= _MOMENT / 2:
            return max(1, round(count * _MOMENT / taken))
        count *= 2


def ratio(found: Mapping[str, Sequence[float]], above: str, below: str) -> float:
    """How many times as long the one takes as the other: the median over the rounds."""
    pairs = zip(found[above], found[below], strict=True)
    return statistics.median(first / second for first, second in pairs)


def duration(seconds: Sequence[float]) -> str:
    """The median, for people."""
    middle = statistics.median(seconds)
    return f"{middle * 1e6:.1f} µs" if middle < 1e-3 else f"{middle * 1e3:.2f} ms"
