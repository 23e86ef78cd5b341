"""How fast work grows with its input: by the processor's own clock, and against itself.

A limit in seconds says more about a machine than about a program. That four times as much takes
about four times as long, and not sixteen times, holds on any machine, however busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["assert_linear", "seconds"]

_TIMES = 4  # as much, and in quadratic time 16 times as long
_MOST = 9.0  # times as long: between both


def seconds(work: Callable[[], object], tries: int = 3) -> float:
    """The processor time of some work; the least of a few, as garbage may be collected in one."""
    found = []
    for _ in range(tries):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def assert_linear(work: Callable[[int], Callable[[], object]], size: int) -> None:
    """Whether work takes time in proportion to its size.

    Args:
        work: makes, of a size, what is then timed.
        size: where to begin: not so little that it takes no time at all.
    """
    work(size)()  # what is imported on first use does not count
    small, large = work(size), work(_TIMES * size)
    for _ in range(3):  # a machine may be disturbed, but not each time
        ratio = seconds(large) / max(seconds(small), 1e-6)
        if ratio < _MOST:
            return
    raise AssertionError(f"{_TIMES} times as much takes {ratio:.1f} times as long")
