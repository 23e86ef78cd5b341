"""What it costs to start: fresh interpreters, beside one that imports numpy and nothing else."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import bpstepper
from tests.benchmarks.timing import Bound, Figure, in_turns, ratio

__all__ = ["starting"]

_NUMPY, _PACKAGE, _NAMES, _TRACE = (
    "import numpy",
    "import bpstepper",
    "import bpstepper, all names",
    "bpstepper trace mazur",
)
_PROGRAMS: dict[str, Sequence[str]] = {
    _NUMPY: ("-c", "import numpy"),
    _PACKAGE: ("-c", "import bpstepper"),
    # names are looked up when they are first used: this is what a script pays in the end
    _NAMES: ("-c", "from bpstepper import *"),
    _TRACE: ("-m", "bpstepper", "trace", "mazur"),
}


def starting(rounds: int) -> Iterator[Figure]:
    """The cost of importing the package, and of one headless command."""
    programs = {name: _Program(arguments) for name, arguments in _PROGRAMS.items()}
    found = in_turns(programs, rounds, time.perf_counter)
    yield Figure(_PACKAGE, _beyond(found, _PACKAGE), Bound("at most", 15), f"beyond {_NUMPY}", "ms")
    yield Figure(_NAMES, _beyond(found, _NAMES), None, f"beyond {_NUMPY}", "ms")
    times = ", ".join(f"{name} {1e3 * statistics.median(found[name]):.0f} ms" for name in found)
    yield Figure(f"{_TRACE} / {_NUMPY}", ratio(found, _TRACE, _NUMPY), Bound("at most", 3), times)


def _beyond(found: Mapping[str, Sequence[float]], name: str) -> float:
    """How many milliseconds more than numpy: below 0 for what does not load it at all."""
    pairs = zip(found[name], found[_NUMPY], strict=True)
    return statistics.median(first - second for first, second in pairs) * 1e3


class _Program:
    """An interpreter that is started so many times; the first time compiles what it imports."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._command = [sys.executable, *arguments]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        self._environment = kept | {"PYTHONPATH": str(Path(bpstepper.__file__).parents[1])}
        self(1)

    def __call__(self, count: int) -> None:
        for _ in range(count):
            subprocess.run(
                self._command, env=self._environment, stdout=subprocess.DEVNULL, check=True
            )
