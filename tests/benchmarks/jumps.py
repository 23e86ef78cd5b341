"""Jumps in a long training: how much memory it takes to go anywhere, and how long.

A timeline is brought to its last update, and then asked for updates drawn by chance, through the
public API. What it says must be, to the bit, what a straight run from the start makes.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

import bpstepper
from bpstepper.engine.compile.network import Array
from bpstepper.engine.run.training import Runner
from bpstepper.engine.symbols import Symbol
from tests.benchmarks.timing import Bound, Figure

__all__ = ["jumping"]

SCENARIO = "xor-one-step"
_JUMPS = 30
_MIB = 2**20

Weights = dict[str, Array]


def jumping(updates: int) -> Iterator[Figure]:
    """The memory after so many updates, the time of a jump, and whether its numbers are right."""
    line = bpstepper.timeline(bpstepper.load(SCENARIO))
    tracemalloc.start()
    line.at(updates).parameters  # noqa: B018 - asking for them is what computes them
    kept, peak = (size / _MIB for size in tracemalloc.get_traced_memory())
    tracemalloc.stop()
    checkpoints = line._checkpoints.kept
    arrays = sum(value.nbytes for values in checkpoints.values() for value in values.values())
    told = f"kept {kept:.2f} MiB, of which {len(checkpoints)} checkpoints' arrays {arrays:,} bytes"
    yield Figure("memory at its peak", peak, Bound("at most", 64), told, "MiB")

    chosen = np.random.default_rng(0).integers(1, updates + 1, _JUMPS).tolist()
    seconds, found = _jump(line, chosen)
    told = f"{_JUMPS} jumps, in each a whole update and the parameters after it"
    yield Figure("worst jump", max(seconds) * 1e3, Bound("at most", 50), told, "ms")
    yield Figure("median jump", statistics.median(seconds) * 1e3, unit="ms")
    same = sum(_same(found[update], wanted) for update, wanted in _straight(chosen))
    told = f"of {len(found)} places, bit for bit, before the update and after it"
    yield Figure("the same as a straight run", same, Bound("at least", len(found)), told)


def _jump(
    line: bpstepper.Timeline, chosen: Sequence[int]
) -> tuple[list[float], dict[int, tuple[Weights, Weights]]]:
    """Go to these updates; return the seconds of each, and the parameters before and after."""
    seconds, found = [], {}
    for update in chosen:
        began = time.perf_counter()
        moment = line.at(update)
        trace, after = moment.trace, moment.parameters
        seconds.append(time.perf_counter() - began)
        found[update] = ({key: trace[key] for key in after}, after)
    return seconds, found


def _straight(chosen: Sequence[int]) -> Iterator[tuple[int, tuple[Weights, Weights]]]:
    """The parameters before and after each of these updates, by one run from the start."""
    runner = Runner(bpstepper.load(SCENARIO))
    for update in sorted(set(chosen)):
        runner.advance(update - 1 - runner.done)
        before = runner.copy_parameters()
        runner.advance(1)
        after = runner.copy_parameters()
        yield update, (_by_key(before), _by_key(after))


def _by_key(values: Mapping[Symbol, Array]) -> Weights:
    return {symbol.key: value for symbol, value in values.items()}


def _same(first: tuple[Weights, Weights], second: tuple[Weights, Weights]) -> bool:
    """Whether all parameters are the same bits."""
    return all(
        one.keys() == other.keys()
        and all(one[key].tobytes() == other[key].tobytes() for key in one)
        for one, other in zip(first, second, strict=True)
    )
