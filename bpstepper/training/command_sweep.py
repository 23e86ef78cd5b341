"""`bpstepper train` of several scenarios, and over grids of keys: a table of what came out."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpstepper.commands.common import (
    CommandError,
    diagnosed,
    positive,
    read_scenario,
    the_look,
    write_whole,
)
from bpstepper.drawing.text import clean, pad, width
from bpstepper.number_format import number
from bpstepper.training.command_backends import BACKENDS, Backend, cores, has_joblib, performed

if TYPE_CHECKING:
    from bpstepper.training.runs import Length, Outcome, Run

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
    asked = (
        arguments.sweep,
        arguments.jobs,
        arguments.backend,
        arguments.scheduler,
        arguments.sort,
    )
    return len(arguments.scenario) > 1 or any(asked)


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes:
        key: what it is called, in JSON and CSV too.
        of: outcome → its value; None where there is none.
        high: whether the best is the highest.
        text: value → how it is written for a person.
    """

    key: str
    of: Callable[[Outcome], Any]
    high: bool = False
    text: Callable[[Any], str] = str


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _measure(key: str, text: Callable[[Any], str], high: bool = False) -> Column:
    return Column(key, lambda outcome: dict(outcome.measures).get(key), high, text)


def _setting(key: str, at: int) -> Column:
    return Column(key, lambda outcome: outcome.run.varied[at][1], text=clean)


def _columns(run: Run) -> list[Column]:
    """What there is to tell of runs like this one."""
    columns = [Column("scenario", lambda outcome: outcome.run.source, text=clean)]
    columns += [_setting(key, at) for at, (key, _) in enumerate(run.varied)]
    return [
        *columns,
        Column("updates", lambda outcome: outcome.updates, text=lambda value: f"{value:,}"),
        Column("C_all", lambda outcome: outcome.C_all, text=lambda value: number(value, 4)),
        _measure("C_held_out", lambda value: number(value, 4)),
        _measure("accuracy", _share, high=True),
        _measure("accuracy_held_out", _share, high=True),
        Column("seconds", lambda outcome: outcome.seconds, text=lambda value: number(value, 2)),
        Column("ended", lambda outcome: outcome.ended or None),
    ]


# ── the runs ─────────────────────────────────────────────────────────────────────────────────


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
    columns = _columns(runs[0])
    by = _chosen(columns, arguments.sort)
    jobs, backend = _where(arguments, len(runs))
    began = time.perf_counter()
    outcomes = sorted(
        _watched(runs, jobs, backend, arguments.scheduler), key=lambda o: o.run.number
    )
    seconds = time.perf_counter() - began
    at_once = "" if arguments.scheduler else f", {jobs} at a time"
    print(f"{len(runs):,} runs, {number(seconds, 3)} s{at_once}", file=sys.stderr)
    outcomes = _sorted(outcomes, by)
    _tell(outcomes, columns, arguments)
    wrong = [outcome.problem for outcome in outcomes if outcome.problem]
    for text in dict.fromkeys(wrong):
        print(text, file=sys.stderr)
    return 2 if wrong else 0


def _check(runs: Sequence[Run]) -> None:
    """Try every value once, before an hour is spent on the others."""
    from bpstepper.scenario import load
    from bpstepper.training.runs import stops_of

    seen: set[tuple[str, str]] = set()
    for run in runs:
        new = {*run.varied, ("", run.source)} - seen
        if new:
            seen |= new
            scenario = load(run.source, layout=run.layout, overrides=run.overrides)
            stops_of(run.length, scenario)


def _where(arguments: argparse.Namespace, runs: int) -> tuple[int, Backend | None]:
    """How many at a time, and with which back end."""
    if arguments.scheduler and arguments.backend not in ("dask", "ray"):
        raise CommandError("bpstepper: --scheduler is an address of --backend dask or ray")
    # of a cluster that is there already, all that it has
    jobs = arguments.jobs or (-1 if arguments.scheduler else min(cores(), runs))
    if arguments.backend is None:
        if jobs == 1:
            return 1, None
        if not has_joblib() and arguments.jobs is None:
            said = "one run at a time; with joblib (`pip install joblib`) all cores would work"
            print(f"bpstepper: {said}", file=sys.stderr)
            return 1, None
    return jobs, BACKENDS[arguments.backend or "loky"]


def _watched(
    runs: Sequence[Run], jobs: int, backend: Backend | None, scheduler: str | None
) -> Iterable[Outcome]:
    """The outcomes as they come; on a terminal with a line of how far it is."""
    is_terminal, began = sys.stderr.isatty(), time.perf_counter()
    outcomes = performed(runs, jobs, backend, scheduler)
    try:
        for done, outcome in enumerate(outcomes, start=1):
            if is_terminal:
                left = (time.perf_counter() - began) / done * (len(runs) - done)
                text = f"{done:,} of {len(runs):,} runs, {number(left, 2)} s left"
                print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)
            yield outcome
    finally:
        outcomes.close()  # what is left is stopped
        if is_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _chosen(columns: Sequence[Column], key: str | None) -> Column | None:
    """The column to sort by."""
    found = next((column for column in columns if column.key == key), None)
    if key is not None and found is None:
        known = ", ".join(column.key for column in columns)
        raise CommandError(f"bpstepper: --sort is one of {clean(known)}, not {key[:40]!r}")
    return found


def _sorted(outcomes: list[Outcome], column: Column | None) -> list[Outcome]:
    """The best first; what has no value, or none that is finite, comes last."""
    if column is None:
        return outcomes

    def place(outcome: Outcome) -> tuple[bool, float, str]:
        value = column.of(outcome)
        try:
            size = float(value)
        except (TypeError, ValueError):
            return (value is None, 0.0, str(value))
        return (size != size or abs(size) == float("inf"), -size if column.high else size, "")

    return sorted(outcomes, key=place)


# ── what came out ────────────────────────────────────────────────────────────────────────────


def _tell(
    outcomes: Sequence[Outcome], columns: Sequence[Column], arguments: argparse.Namespace
) -> None:
    if arguments.csv:
        write_whole(arguments.csv, [_csv(outcomes, columns)])
    if arguments.format == "json":
        print(json.dumps({"runs": [_record(outcome) for outcome in outcomes]}, ensure_ascii=False))
        return
    translate = the_look().charset.translate
    for line in _table(outcomes, columns):
        print(translate(line))


def _record(outcome: Outcome) -> dict[str, Any]:
    """A run as data, by the names that one training has."""
    from bpstepper.report.trace_json import plain_scalar

    measures = dict(outcome.measures)
    return {
        "scenario": outcome.run.source,
        "set": dict(outcome.run.varied),
        "updates": outcome.updates,
        "epochs": outcome.epochs,
        "C": plain_scalar(outcome.C),
        "C_all": plain_scalar(outcome.C_all),
        "C_held_out": plain_scalar(measures["C_held_out"]) if "C_held_out" in measures else None,
        "accuracy": measures.get("accuracy"),
        "accuracy_held_out": measures.get("accuracy_held_out"),
        "ended": outcome.ended or None,
        "sound": outcome.sound,
        "seconds": outcome.seconds,
        "problem": outcome.problem or None,
    }


def _csv(outcomes: Sequence[Outcome], columns: Sequence[Column]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    for outcome in outcomes:
        values = [column.of(outcome) for column in columns]
        writer.writerow(["" if value is None else value for value in values])
    return text.getvalue()


def _table(outcomes: Sequence[Outcome], columns: Sequence[Column]) -> list[str]:
    """Lines of text; columns in which no run has anything are left out."""
    names = _short([column.key for column in columns])
    cells: list[list[str]] = []
    for column in columns:
        values = [column.of(outcome) for outcome in outcomes]
        told = ["" if value is None else column.text(value) for value in values]
        if any(told):
            cells.append([names[column.key], *told])
    widths = [max(map(width, column)) for column in cells]
    lines = []
    for row in range(len(outcomes) + 1):
        parts = [
            pad(column[row], wide, "left" if at in (0, len(cells) - 1) else "right")
            for at, (column, wide) in enumerate(zip(cells, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return lines


def _short(keys: Sequence[str]) -> dict[str, str]:
    """Keys without what stands before their last point, where that tells them apart."""
    lasts = [key.rpartition(".")[2] for key in keys]
    return {
        key: clean(last if lasts.count(last) == 1 else key)
        for key, last in zip(keys, lasts, strict=True)
    }
