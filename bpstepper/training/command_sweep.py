"""`bpstepper train` of several scenarios, and over grids of keys: a table of what came out."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from bpstepper.commands.common import (
    CommandError,
    diagnosed,
    positive,
    progress,
    read_scenario,
    the_look,
    write_whole,
)
from bpstepper.drawing.text import clean, pad, width
from bpstepper.number_format import number
from bpstepper.training.command_backends import BACKENDS, performed

if TYPE_CHECKING:
    from bpstepper.training.runs import Length, Run

__all__ = ["add_many_arguments", "is_many", "run_many"]

_ALONE = ("plot", "save", "load", "resume")


def add_many_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of many runs."""
    many = parser.add_argument_group("several scenarios, or one over a grid of its keys")
    many.add_argument(
        "--sweep",
        action="append",
        default=[],
        metavar="KEY=V1,V2,...",
        help="train with each of these values, as network.seed=1,2,3; repeated: all combinations",
    )
    many.add_argument("--jobs", type=positive, metavar="N", help="runs at a time (default: cores)")
    many.add_argument(
        "--backend", choices=tuple(BACKENDS), help="which of joblib's back ends (default: loky)"
    )
    many.add_argument(
        "--scheduler", metavar="ADDRESS", help="of Dask or Ray, for runs on other machines"
    )
    many.add_argument(
        "--sort", metavar="COLUMN", help="sort the table, the best first: C_all, accuracy ..."
    )


def is_many(arguments: argparse.Namespace) -> bool:
    """Whether there is more than one run to be made, or one is to be made elsewhere."""
    asked = ("sweep", "jobs", "backend", "scheduler", "sort")
    return len(arguments.scenario) > 1 or any(getattr(arguments, name) for name in asked)


def run_many(arguments: argparse.Namespace, length: Length) -> int:
    """Make all runs, then print the table."""
    from bpstepper.scenario import ScenarioError
    from bpstepper.training.runs import grid, sweep

    for name in _ALONE:
        if getattr(arguments, name):
            raise CommandError(f"bpstepper: --{name} is for one training, and these are several")
    if "-" in arguments.scenario:
        raise CommandError("bpstepper: several runs cannot share standard input; name a file")
    sources = arguments.scenario or [None]
    for source in sources:
        read_scenario(source, arguments)  # with its warnings, once
    try:
        sweeps = [sweep(text) for text in arguments.sweep]
        runs = grid(sources, sweeps, arguments.set, arguments.layout, length)
        _check(runs)
    except ScenarioError as error:
        raise CommandError(diagnosed(error)) from None
    except ValueError as error:
        raise CommandError(f"bpstepper: {clean(str(error))}") from None
    by = arguments.sort
    columns = ["scenario", *runs[0].varied, *_COLUMNS]
    if by is not None and by not in columns:
        known = clean(", ".join(columns))
        raise CommandError(f"bpstepper: --sort is one of {known}, not {by[:40]!r}")
    jobs, backend = _where(arguments, len(runs))
    began = time.perf_counter()
    outcomes = []
    with (
        progress("runs", len(runs)) as advance,
        closing(performed(runs, jobs, backend, arguments.scheduler)) as performing,
    ):
        for outcome in performing:
            outcomes.append(outcome)
            advance(1)
    seconds = time.perf_counter() - began
    at_once = "" if arguments.scheduler else f", {jobs} at a time"
    print(f"{len(runs):,} runs, {number(seconds, 3)} s{at_once}", file=sys.stderr)
    if by is not None:
        outcomes.sort(key=lambda outcome: _place(_value(outcome, by), by in _HIGH))
    _tell(outcomes, columns, arguments)
    wrong = [outcome["problem"] for outcome in outcomes if outcome["problem"]]
    for text in dict.fromkeys(wrong):
        print(text, file=sys.stderr)
    return 2 if wrong else 0


def _check(runs: Sequence[Run]) -> None:
    """Try every value once, before an hour is spent on the others."""
    seen: set[tuple[str, str]] = set()
    for run in runs:
        new = {*run.varied.items(), ("", run.source)} - seen
        if new:
            seen |= new
            run.read()


def _where(arguments: argparse.Namespace, runs: int) -> tuple[int, str | None]:
    """How many at a time, and with which back end."""
    jobs, name = arguments.jobs, arguments.backend
    if arguments.scheduler and name not in ("dask", "ray"):
        raise CommandError("bpstepper: --scheduler is an address of --backend dask or ray")
    if arguments.scheduler:
        return jobs or -1, name  # of a cluster that is there already, all that it has
    if jobs is None:
        try:
            from joblib import cpu_count
        except ImportError:
            jobs = 1
            said = "one run at a time; with joblib (`pip install joblib`) all cores would work"
            print(f"bpstepper: {said}", file=sys.stderr)
        else:
            jobs = min(cpu_count(), runs)
    return jobs, name or (None if jobs == 1 else "loky")


# ── what came out ────────────────────────────────────────────────────────────────────────────


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


# what there is to tell of every run, and how it is written for a person
_COLUMNS: dict[str, Callable[[Any], str]] = {
    "updates": "{:,}".format,
    "C_all": lambda value: number(value, 4),
    "C_held_out": lambda value: number(value, 4),
    "accuracy": _share,
    "accuracy_held_out": _share,
    "seconds": lambda value: number(value, 2),
    "ended": str,
}
_HIGH = ("accuracy", "accuracy_held_out")  # whose best is the highest


def _value(outcome: dict[str, Any], key: str) -> Any:
    """What a run has in a column; None where it has nothing."""
    return outcome["set"][key] if key in outcome["set"] else outcome[key]


def _place(value: Any, high: bool) -> tuple[bool, float, str]:
    """The best first; what has no value, or none that is finite, comes last."""
    try:
        size = float(value)
    except (TypeError, ValueError):
        return (value is None, 0.0, str(value))
    return (not math.isfinite(size), -size if high else size, "")


def _tell(
    outcomes: Sequence[dict[str, Any]], columns: Sequence[str], arguments: argparse.Namespace
) -> None:
    if arguments.csv:
        text = io.StringIO()
        rows = [[_value(outcome, key) for key in columns] for outcome in outcomes]
        csv.writer(text, lineterminator="\n").writerows([columns, *rows])
        write_whole(arguments.csv, [text.getvalue()])
    if arguments.format == "json":
        from bpstepper.report.trace_json import plain_scalar

        for outcome in outcomes:
            floats = {key: value for key, value in outcome.items() if isinstance(value, float)}
            outcome |= {key: plain_scalar(value) for key, value in floats.items()}
        print(json.dumps({"runs": outcomes}, ensure_ascii=False))
        return
    translate = the_look().charset.translate
    for line in _table(outcomes, columns):
        print(translate(line))


def _table(outcomes: Sequence[dict[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """Lines of text; columns in which no run has anything are left out."""
    lasts = [key.rpartition(".")[2] for key in columns]
    cells: list[list[str]] = []
    for key, last in zip(columns, lasts, strict=True):
        values = [_value(outcome, key) for outcome in outcomes]
        text = _COLUMNS.get(key, clean)
        told = ["" if value is None else text(value) for value in values]
        if any(told):  # under a name without what stands before its point, where that is enough
            cells.append([clean(last if lasts.count(last) == 1 else key), *told])
    widths = [max(map(width, column)) for column in cells]
    for row in zip(*cells, strict=True):
        parts = [
            pad(cell, wide, "left" if at in (0, len(row) - 1) else "right")
            for at, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(parts).rstrip()
