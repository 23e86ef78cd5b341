"""Runs: many trainings side by side, of several scenarios and over grids of their keys.

A run is a few words that can be sent to another process or machine: which scenario, which keys
are set, how long. What comes back is as plain. Which machinery does the sending is `commands`'
business; here is what is run, and in which order.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from threading import Event

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.training import Schedule, cost_over_all
from bpstepper.scenario import ScenarioError, load
from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place, shorten
from bpstepper.training.recording import Recording
from bpstepper.training.stopping import Stop, patience, stop

__all__ = ["CANCELLED", "Length", "Outcome", "Run", "Sweep", "grid", "perform", "stops_of", "sweep"]

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
        number: its place in the order in which runs are told, from 0.
        source: the scenario, as `load` takes it.
        varied: the keys that are swept, with the value of each.
        fixed: the overrides that all runs have, as `--set` takes them.
        layout: `--layout`; None for the scenario's own.
        length: how long.
    """

    number: int
    source: str
    varied: tuple[tuple[str, str], ...]
    fixed: tuple[str, ...]
    layout: str | None
    length: Length

    @property
    def overrides(self) -> tuple[str, ...]:
        """All overrides, the swept ones last."""
        return (*self.fixed, *(f"{key}={value}" for key, value in self.varied))


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
    count = len(sources)
    for row in sweeps:
        count *= len(row.values)
    if count > MOST_RUNS:
        raise ValueError(f"{count:,} runs are more than {MOST_RUNS:,}, the most that are made")
    keys = [row.key for row in sweeps]
    combinations = product(sources, product(*(row.values for row in sweeps)))
    return [
        Run(number, source, tuple(zip(keys, values, strict=True)), tuple(fixed), layout, length)
        for number, (source, values) in enumerate(combinations)
    ]


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        run: which.
        updates: how many were made.
        epochs: in which epoch the last one was.
        C: of the last update's batch.
        C_all: over all training samples, l2 included.
        measures: every measure of whole sets of samples at the end, by its key.
        ended: why before its time; empty where it ran to the end.
        sound: whether all numbers stayed finite.
        seconds: how long the training took.
        problem: what was wrong with the scenario; empty where nothing was, and else all is 0.
    """

    run: Run
    updates: int = 0
    epochs: int = 0
    C: float = float("nan")
    C_all: float = float("nan")
    measures: tuple[tuple[str, float], ...] = ()
    ended: str = ""
    sound: bool = True
    seconds: float = 0.0
    problem: str = ""


def perform(run: Run) -> Outcome:
    """Make a run. Whatever is wrong with its scenario is in the outcome; nothing is raised."""
    try:
        scenario = load(run.source, layout=run.layout, overrides=run.overrides)
        stops = stops_of(run.length, scenario)
    except ScenarioError as error:
        return Outcome(run, problem=str(error))
    except ValueError as error:
        return Outcome(run, problem=str(error))
    recording = Recording(scenario, run.length.updates_of(scenario), stops, measured=False)
    began = time.perf_counter()
    while not recording.is_over and not CANCELLED.is_set():
        recording.advance_for(_SLICE)
    seconds = time.perf_counter() - began
    ending = recording.ending
    return Outcome(
        run,
        updates=recording.done,
        epochs=recording.epoch,
        C=recording.cost,
        C_all=cost_over_all(scenario, recording.parameters),
        measures=tuple(recording.of_sets().items()),
        ended=ending.says if ending else "",
        sound=recording.is_sound,
        seconds=seconds,
    )
