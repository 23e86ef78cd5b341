"""`bpstepper train`: many updates, fast; the loss, the accuracy and the final parameters."""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from bpstepper.commands.common import (
    add_scenario_arguments,
    positive,
    read_scenario,
    the_look,
    write_whole,
)
from bpstepper.drawing.text import clean
from bpstepper.number_format import number

if TYPE_CHECKING:
    from bpstepper.engine.training import Runner
    from bpstepper.scenario.model import Scenario

__all__ = ["Curve", "add_arguments", "run"]

_SLICE = 1000  # updates between two looks at the clock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_scenario_arguments(parser)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--updates", type=positive, metavar="N", help="how many updates")
    length.add_argument(
        "--epochs", type=positive, metavar="N", help="how many epochs (default: the file's own)"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )
    parser.add_argument("--save", metavar="F.npz", help="write the final parameters to this file")


class Curve:
    """C of every update, thinned to at most 10,000 points and always with the last."""

    MOST = 10_000

    def __init__(self) -> None:
        self._every = 1
        self._seen = 0
        self._kept: list[float] = []
        self.last = math.nan

    def add(self, cost: float) -> None:
        """Take the cost of the next update."""
        if self._seen % self._every == 0:
            self._kept.append(cost)
            if len(self._kept) >= self.MOST:
                self._kept = self._kept[::2]
                self._every *= 2
        self._seen += 1
        self.last = cost

    @property
    def points(self) -> list[float]:
        """The points that were kept, the last one among them."""
        ends_there = self._seen and (self._seen - 1) % self._every == 0
        return self._kept if ends_there or not self._seen else [*self._kept, self.last]


def run(arguments: argparse.Namespace) -> int:
    """Train, then say what came out."""
    scenario = read_scenario(arguments.scenario, arguments)
    from bpstepper.engine.training import Runner

    runner = Runner(scenario, with_cost=True)
    epochs = arguments.epochs or scenario.training.epochs
    updates = arguments.updates or epochs * runner.schedule.updates_per_epoch
    curve = Curve()
    began = time.perf_counter()
    sound = _train(runner, updates, curve)
    seconds = time.perf_counter() - began
    result = _result(scenario, runner, curve)
    if arguments.format == "json":
        print(json.dumps(result, ensure_ascii=False))
    else:
        _print(scenario, result, seconds)
    if arguments.save:
        _save(arguments.save, runner)
    if not sound:
        print(_why_it_stopped(scenario, runner.done), file=sys.stderr)
        return 1
    return 0


def _why_it_stopped(scenario: Scenario, update: int) -> str:
    """Where the first number was made that is not finite."""
    from bpstepper.engine.training import Timeline
    from bpstepper.lesson.overflow import birth_before, tell_birth

    line = Timeline(scenario)
    birth = birth_before(line, update)
    said = f"bpstepper: training stopped in update {update:,}: a number is not finite"
    if birth is None:
        return said
    told = tell_birth(birth, scenario, line.schedule.batch(birth.update).samples)
    return f"{said}\n  " + the_look().charset.translate(clean(told))


def _train(runner: Runner, updates: int, curve: Curve) -> bool:
    """Run the updates in slices; return whether C and the parameters stayed finite."""
    with _progress(updates) as advance:
        while runner.done < updates:
            count = min(_SLICE, updates - runner.done)
            for _ in range(count):
                runner.advance(1, curve.add)
                if not math.isfinite(curve.last):
                    return False
            advance(count)
    return all(bool(np.isfinite(value).all()) for value in runner.parameters.values())


@contextmanager
def _progress(updates: int) -> Iterator[Any]:
    """A progress bar on stderr where that is a terminal and the run is long enough to see it."""
    if not sys.stderr.isatty() or updates <= _SLICE:
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=updates)
        yield lambda count: bar.advance(task, count)


def _result(scenario: Scenario, runner: Runner, curve: Curve) -> dict[str, Any]:
    """The public record of a training run."""
    from bpstepper.engine.memory import public
    from bpstepper.engine.training import accuracy, cost_over_all, split
    from bpstepper.report.trace_json import plain_scalar, plain_value

    parameters = runner.parameters
    return {
        "updates": runner.done,
        "epochs": runner.schedule.batch(runner.done).epoch if runner.done else 0,
        "C": [plain_scalar(cost) for cost in curve.points],
        "C_all": plain_scalar(cost_over_all(scenario, parameters)),
        "accuracy": accuracy(scenario, parameters),
        "accuracy_held_out": accuracy(scenario, parameters, split(scenario).held_out),
        "parameters": {
            key: plain_value(value) for key, value in public(scenario, parameters).items()
        },
    }


def _print(scenario: Scenario, result: dict[str, Any], seconds: float) -> None:
    """The result for a person; long matrices stay in the JSON and the file."""
    translate = the_look().charset.translate
    first, last = result["C"][0], result["C"][-1]
    rate = result["updates"] / seconds if seconds else math.inf
    lines = [
        f"{scenario.title or scenario.name}",
        f"{result['updates']:,} updates, {result['epochs']:,} epochs, "
        f"{number(seconds, 2)} s ({rate:,.0f} updates/s)",
        f"C of the first batch {_told(first)}, of the last {_told(last)}",
        f"C over all samples now {_told(result['C_all'])}",
    ]
    if result["accuracy"] is not None:
        lines.append(f"accuracy {100 * result['accuracy']:.1f} % of the training samples")
    if result["accuracy_held_out"] is not None:
        lines.append(f"accuracy {100 * result['accuracy_held_out']:.1f} % of the held-out samples")
    for key, value in result["parameters"].items():
        count = sum(len(row) for row in value)
        if count <= 16:
            rows = "; ".join("  ".join(_told(x) for x in row) for row in value)
            lines.append(f"{key:<4} {rows}")
        else:
            lines.append(f"{key:<4} {len(value)}×{len(value[0])}, see --format json or --save")
    print(translate("\n".join(lines[:1])))
    for line in lines[1:]:
        print(translate(line))


def _told(value: float | str) -> str:
    return value if isinstance(value, str) else number(value, 7)


def _save(path: str, runner: Runner) -> None:
    from bpstepper.engine.memory import public

    buffer = io.BytesIO()
    np.savez(buffer, **public(runner.problem, runner.parameters))  # type: ignore[arg-type]
    write_whole(path, [buffer.getvalue()])
