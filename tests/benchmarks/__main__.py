"""Benchmarks: how fast the program is, as ratios to others that do the same on the same machine.

    python -m tests.benchmarks                      # all of them
    python -m tests.benchmarks stepper --help       # the screens, against a bare Textual app
    python -m tests.benchmarks engine --help        # the numbers, against PyTorch and others
    python -m tests.benchmarks view --help          # the training view, while it trains

The exit status is 1 where a ratio misses what we hold ourselves to.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

NAMES = ("stepper", "engine", "view")
_MODULES = {"view": "training_view"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark with its options, or all of them without any."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given:
        return max([_run(name, []) for name in NAMES])
    if given[0] not in NAMES:
        print(__doc__)
        return 0 if given[0] in ("-h", "--help") else 2
    return _run(given[0], given[1:])


def _run(name: str, options: Sequence[str]) -> int:
    # each needs packages of its own, and the engine's sets up its process before it loads numpy
    found: int = import_module(f"tests.benchmarks.{_MODULES.get(name, name)}").main(options)
    return found


if __name__ == "__main__":
    sys.exit(main())
