"""How fast the engine is, as ratios to others that compute the same.

    python -m tests.benchmarks engine [--rounds 15] [--updates 1000000]

All in float64 and on one thread: an update beside those of numpy by hand, PyTorch, JAX and
scikit-learn, as far as they are installed; a whole trace beside an update; memory and jumps in a
long training; and what it costs to start. Times depend on the machine and on what else it does;
everything is timed in turns, so that ratios hardly do.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence

import numpy as np

from tests.benchmarks.jumps import SCENARIO, jumping
from tests.benchmarks.peers import PEERS, missing, version
from tests.benchmarks.starts import starting
from tests.benchmarks.timing import Figure
from tests.benchmarks.training import TASKS, against_peers, tracing

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "NPROC": "1",  # XLA's own pool, which the flag leaves as it is
    "JAX_PLATFORMS": "cpu",
}
"""What has to be said before numpy, torch and jax are loaded."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks engine")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each (default: 15)")
    parser.add_argument(
        "--updates", type=int, default=1_000_000, help="of the long training (default: 1000000)"
    )
    options = parser.parse_args(arguments)
    if any(os.environ.get(key) != value for key, value in _ONE_THREAD.items()):
        return _on_one_thread(options)
    missed = 0
    _head()
    for task in TASKS:
        missed += _section(f"{task}", against_peers(task, options.rounds))
    missed += _section("every value of an update kept", tracing(options.rounds))
    title = f"{options.updates:,} updates of {SCENARIO}"
    missed += _section(title, jumping(options.updates))
    missed += _section("starting", starting(options.rounds))
    print(f"\n{missed} missed" if missed else "\nall held")
    return 1 if missed else 0


def _on_one_thread(options: argparse.Namespace) -> int:
    """The same in a process that knows of one thread from its start."""
    numbers = [f"--rounds={options.rounds}", f"--updates={options.updates}"]
    command = [sys.executable, "-m", "tests.benchmarks.engine", *numbers]
    return subprocess.run(command, env=os.environ | _ONE_THREAD, check=False).returncode


def _head() -> None:
    absent = missing()
    there = ", ".join(version(name) for name in list(PEERS)[1:] if name not in absent)
    print(f"numpy {np.__version__}, float64, one thread; peers: {there}")
    if absent:
        print(f"not installed, and not measured: {', '.join(absent)}")
    if "scikit-learn" not in absent:
        print("scikit-learn's regression is linear at its output: it has one σ less to compute")
    print("all make the same parameters; medians of rounds in turn")
    load = os.getloadavg()[0]
    print(
        f"{os.cpu_count()} cores; the machine's load of the last minute was {load:.2f}", flush=True
    )


def _section(title: str, figures: Iterable[Figure]) -> int:
    """Print some figures as they come; return how many of them missed."""
    print(f"\n{title}", flush=True)
    gc.collect()
    gc.freeze()  # what torch and jax brought is not searched when traces are given back
    missed = 0
    for figure in figures:
        print(figure, flush=True)
        missed += figure.missed
    return missed


if __name__ == "__main__":
    sys.exit(main())
