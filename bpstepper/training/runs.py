"""Runs: many trainings side by side, of several scenarios and over grids of their keys.

A run is a few words that can be sent to another process or machine: which scenario, which keys
are set, how long. What comes back is as plain. Which machinery does the sending is `commands`'
business; here is what is run, and in which order.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from threading import Event
from typing import Any

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.training import Schedule, cost_over_all
from bpstepper.scenario import ScenarioError, load
from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place, shorten
from bpstepper.scenario.model import Scenario
from bpstepper.training.recording import Recording
from bpstepper.training.stopping import Stop, patience, stop

__all__ = ["CANCELLED", "Length", "Run", "Sweep", "grid", "perform", "stops_of", "sweep"]

CANCELLED = Event()
"""Set by whoever wants the runs of this process to end: each of them ends after its slice."""

_SLICE = 0.1  # seconds
MOST_RUNS = 100_000


@dataclass(frozen=True)
class Length:
    """How long one trains.

    Attributes:
        updates: how many updates; None: as many as the epochs have.
        epochs: how many epochs; None: the scenario's own.
        until: what ends it before, as `stopping.STOPS` have it.
        patience: early stopping after so many epochs without an improvement; None for none.
    """

    updates: int | None = None
    epochs: int | None = None
    until: tuple[str, ...] = ()
    patience: int | None = None

    def updates_of(self, problem: Problem) -> int:
        """How many updates of this problem at most."""
        if self.updates is not None:
            return self.updates
        epochs = self.epochs or problem.training.epochs
        return epochs * Schedule(problem).updates_per_epoch


def stops_of(length: Length, problem: Problem) -> tuple[Stop, ...]:
    """What ends a training of this problem.

    Raises:
        StopError: something of it has no meaning here.
    """
    stops = [stop(text, problem) for text in length.until]
    if length.patience is not None:
        stops.append(patience(length.patience, problem))
    return tuple(stops)


@dataclass(frozen=True)
class Sweep:
    """A key, and the values that it is to have in turn; both as `--set` takes them."""

    key: str
    values: tuple[str, ...]


def sweep(text: str) -> Sweep:
    """What `key=v1,v2,…` means; commas in brackets and in quotes are a value's own.

    Raises:
        ScenarioError: it is not of this form.
    """
    key, sign, rest = text.partition("=")
    values = tuple(_split(rest))
    if not (key.strip() and sign) or not all(values):
        place = Place("--sweep", 1, 1, max(1, len(text)), text, "here")
        message = f"`{shorten(text)}` is not of the form key=value,value,…"
        help_text = "write it as training.learning_rate=0.1,0.3,1"
        raise ScenarioError(
            [Diagnostic(code="bad-sweep", message=message, place=place, help=help_text)]
        )
    return Sweep(key.strip(), values)


def _split(text: str) -> Iterator[str]:
    """The parts between commas that stand in no brackets and in no quotes."""
    depth, quote, start = 0, "", 0
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[]{}":
            depth += 1 if sign in "[{" else -1
        elif sign == "," and not depth:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        source: the scenario, as `load` takes it.
        varied: the keys that are swept, with the value of each.
        fixed: the overrides that all runs have, as `--set` takes them.
        layout: `--layout`; None for the scenario's own.
        length: how long.
    """

    source: str
    varied: Mapping[str, str]
    fixed: tuple[str, ...]
    layout: str | None
    length: Length

    def read(self) -> tuple[Scenario, tuple[Stop, ...]]:
        """What is trained, and what ends it.

        Raises:
            ScenarioError: something is wrong with the scenario.
            StopError: something that is to end it has no meaning there.
        """
        swept = (f"{key}={value}" for key, value in self.varied.items())
        scenario = load(self.source, layout=self.layout, overrides=(*self.fixed, *swept))
        return scenario, stops_of(self.length, scenario)


def grid(
    sources: Sequence[str],
    sweeps: Sequence[Sweep],
    fixed: Sequence[str],
    layout: str | None,
    length: Length,
) -> list[Run]:
    """Every scenario with every combination of the swept values, the last key varying fastest.

    Raises:
        ValueError: there are more than 100,000.
    """
    count = math.prod(len(values) for values in (sources, *(row.values for row in sweeps)))
    if count > MOST_RUNS:
        raise ValueError(f"{count:,} runs are more than {MOST_RUNS:,}, the most that are made")
    keys = [row.key for row in sweeps]
    return [
        Run(source, dict(zip(keys, values, strict=True)), tuple(fixed), layout, length)
        for source in sources
        for values in product(*(row.values for row in sweeps))
    ]


def perform(run: Run) -> dict[str, Any]:
    """Make a run, and say what came of it by the names that the JSON has.

    Nothing is raised: what is wrong with the scenario is its `problem`, and else all is 0. C is of
    the last update's batch, C_all over all training samples with l2, C_held_out without; what there
    is not in this scenario is None.
    """
    made: dict[str, Any] = {
        "scenario": run.source,
        "set": run.varied,
        "updates": 0,
        "epochs": 0,
        "C": math.nan,
        "C_all": math.nan,
        **dict.fromkeys(("C_held_out", "accuracy", "accuracy_held_out", "ended")),
        "sound": True,
        "seconds": 0.0,
        "problem": None,
    }
    try:
        scenario, stops = run.read()
    except (ScenarioError, ValueError) as error:
        return made | {"problem": str(error)}
    recording = Recording(scenario, run.length.updates_of(scenario), stops, measured=False)
    began = time.perf_counter()
    while not recording.is_over and not CANCELLED.is_set():
        recording.advance_for(_SLICE)
    made |= {
        "seconds": time.perf_counter() - began,
        "updates": recording.done,
        "epochs": recording.epoch,
        "C": recording.cost,
        "C_all": cost_over_all(scenario, recording.parameters),
        "ended": recording.ending.says if recording.ending else None,
        "sound": recording.is_sound,
    }
    measures = recording.of_sets()
    return made | {key: measures[key] for key in made.keys() & measures.keys()}
