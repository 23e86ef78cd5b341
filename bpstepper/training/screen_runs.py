"""The runs of a training view: made, run in slices, looked at; without a screen.

A run is a Recording of a scenario, and a session to step through it. The first is that of the
session that the view was opened over; a second one differs in settings. They advance in turn, so
that both are equally far at any time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.scenario import ScenarioError, load
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.values import same_numbers
from bpstepper.session import GoError, Session, start
from bpstepper.session.editing import EditError, EditHistory
from bpstepper.training.page_context import LETTERS, Moment, RunSeen, TrainingScene, seen
from bpstepper.training.recording import Recording
from bpstepper.training.runs import Length
from bpstepper.training.stopping import Stop, stop

__all__ = ["Plan", "TrainingRun", "TrainingRuns", "plan"]

_FIRST_STRETCH = 1000  # updates to which one goes on at least
_AT_MOST = 1_000_000  # updates in which something that is waited for may happen
_BETWEEN = re.compile(r"\s*;\s*|,\s+|\s+or\s+")
_WINDOW = 0.5  # seconds over which the speed is measured


@dataclass(frozen=True)
class Plan:
    """How long to train.

    Attributes:
        updates: how many updates at most.
        stops: what ends it before.
    """

    updates: int
    stops: tuple[Stop, ...] = ()


def plan(text: str, problem: Scenario) -> Plan:
    """What a person wants to train until: `100000 updates`, `C < 0.01 or 20 epochs`.

    Raises:
        GoError: something of it means nothing here.
    """
    stops = [stop(part, problem) for part in _BETWEEN.split(text.strip())]
    limits = [it.updates for it in stops if it.updates is not None]
    return Plan(min(limits, default=_AT_MOST), tuple(it for it in stops if it.updates is None))


@dataclass(eq=False)
class TrainingRun:
    """One run.

    Attributes:
        desk: the session that steps through it, with its edits; at the start.
        letter: `A` or `B`.
        words: what is special about it.
        recording: what it has come to.
    """

    desk: EditHistory
    letter: str
    words: str
    recording: Recording
    _moments: dict[int, Moment] = field(default_factory=dict)

    @property
    def problem(self) -> Scenario:
        """What is trained."""
        return self.desk.session.scenario

    def opened(self, update: int) -> Session:
        """The session at an update of it; nothing is run for that but the last few updates."""
        session = self.desk.session
        self.recording.share(session.line)
        return session.to_update(update)

    def moment(self, cursor: int | None) -> Moment | None:
        """The network at the cursor, or after the last update; None where it is not run so far."""
        recording = self.recording
        if cursor is None:
            return self._kept(-recording.done, self._newest)
        if cursor > recording.done:
            return None
        return self._kept(cursor, lambda: self._at(cursor))

    def _kept(self, key: int, make: Callable[[], Moment]) -> Moment:
        if key not in self._moments:
            self._moments = {key: make()}
        return self._moments[key]

    def _newest(self) -> Moment:
        recording = self.recording
        return Moment(recording.done, True, recording.state()[1], recording.cost)

    def _at(self, update: int) -> Moment:
        line = self.desk.session.line
        self.recording.share(line)
        costs = self.recording.costs()
        at = int(np.searchsorted(costs.updates, update))
        parameters = line.parameters(update - 1)
        if costs.updates[at] == update:
            return Moment(update, False, parameters, float(costs.values[at]))
        return Moment(update, False, parameters, float(line.trace(update)["C"]))


def _changed(desk: EditHistory, parts: Sequence[str]) -> EditHistory:
    """What settings make of a desk's scenario; or another scenario, by its name or file.

    One that is as its file has it is read again with `--set`, so that weights are drawn anew where
    the seed or `init` says so; for all else the settings are edits.
    """
    scenario = desk.session.scenario
    if list(parts) == ["-"]:  # standard input is where the keys come from
        raise GoError("name a scenario or a file")
    if len(parts) == 1 and "=" not in parts[0]:
        return _told(lambda: EditHistory.of(start(load(parts[0]))))
    numbers = any("[" in part.partition("=")[0] for part in parts)  # W1[1,2] = 0.5
    if not numbers and _is_as_in_its_file(scenario):
        return _told(lambda: EditHistory.of(start(_read(scenario, parts))))
    try:
        for part in parts:
            desk = desk.edit(part)
    except EditError as error:
        raise GoError(str(error)) from None
    return desk


def _told(make: Callable[[], EditHistory]) -> EditHistory:
    """What is made; what is wrong with it is told in one sentence."""
    try:
        return make()
    except ScenarioError as error:
        first = error.diagnostics[0]
        told = f"{first.message}; {first.help}" if first.help else first.message
        raise GoError(told) from None


def _is_as_in_its_file(scenario: Scenario) -> bool:
    try:
        return same_numbers(_read(scenario, ()), scenario)
    except ScenarioError:  # there is none, or it is another one by now
        return False


def _read(scenario: Scenario, overrides: Sequence[str]) -> Scenario:
    return load(Path(scenario.file), layout=scenario.network.layout, overrides=overrides)


class TrainingRuns:
    """One run, or two that are compared.

    Attributes:
        runs: the runs.
        cursor: at which update one looks; None follows the last one.
        is_running: whether they are to be advanced.
    """

    def __init__(self, desk: EditHistory) -> None:
        """Plan the scenario's own epochs; nothing is run yet.

        Args:
            desk: the session that the view is opened over, with its edits.
        """
        problem = desk.session.scenario
        self._plan = Plan(Length().updates_of(problem))
        self._until = ""
        at_start = desk.moved(desk.session.to_update(0))
        self.runs = [self._made(at_start, LETTERS[0], problem.name or "as it is")]
        self.cursor: int | None = None
        self.is_running = False
        self._window = (0.0, 0)
        self._rate: float | None = None

    def _made(self, desk: EditHistory, letter: str, words: str) -> TrainingRun:
        problem = desk.session.scenario
        wanted = plan(self._until, problem) if self._until else self._plan
        recording = Recording(problem, self._plan.updates, wanted.stops)
        return TrainingRun(desk, letter, words, recording)

    def is_about(self, scenario: Scenario) -> bool:
        """Whether one of the runs is of this very scenario."""
        return any(run.problem is scenario for run in self.runs)

    # ── running ──────────────────────────────────────────────────────────────────────────────

    @property
    def done(self) -> int:
        """How many updates the run that is farthest has made."""
        return max(run.recording.done for run in self.runs)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to run of what is planned."""
        return all(run.recording.is_over for run in self.runs)

    def go(self) -> None:
        """Begin, or go on."""
        self.is_running = not self.is_over
        self._window = (time.perf_counter(), self._made_updates())
        self._rate = None

    def advance(self, seconds: float) -> None:
        """Make a slice of the run that is behind; stop where there is nothing left."""
        behind = [run.recording for run in self.runs if not run.recording.is_over]
        if behind:
            min(behind, key=lambda recording: recording.done).advance_for(seconds)
        self._measure()
        if self.is_over:
            self.is_running = False

    def _made_updates(self) -> int:
        return sum(run.recording.done for run in self.runs)

    def _measure(self) -> None:
        began, made = self._window
        now = time.perf_counter()
        if self._rate is None or now - began >= _WINDOW or self.is_over:
            self._rate = (self._made_updates() - made) / max(now - began, 1e-9)
        if now - began >= _WINDOW:
            self._window = (now, self._made_updates())

    def farther(self) -> bool:
        """Plan ten times as many updates; return whether there is anything to go on with."""
        if all(run.recording.ending is not None for run in self.runs):
            return False
        wanted = _FIRST_STRETCH
        while wanted <= self.done:
            wanted *= 10
        self._lengthen(wanted)
        return True

    def _lengthen(self, updates: int) -> None:
        self._plan = Plan(updates, self._plan.stops)
        for run in self.runs:
            run.recording.lengthen(updates)

    # ── what is to be run ────────────────────────────────────────────────────────────────────

    def check_until(self, text: str) -> Plan:
        """What a text says to train until; raises GoError where that is nothing, or is past."""
        return plan(text, self.runs[0].problem)

    def train_until(self, text: str) -> str:
        """Train until something; return what there is to say about it.

        A longer way goes on where it was; for all else the runs begin anew, since what is waited
        for may have been so before. Their numbers are the same each time.
        """
        wanted = self.check_until(text)
        only_longer = not wanted.stops and not self._until and wanted.updates > self.done
        if only_longer and all(run.recording.ending is None for run in self.runs):
            self._lengthen(wanted.updates)
            return ""
        self._plan = wanted
        self._until = text if wanted.stops else ""
        self.runs = [self._made(run.desk, run.letter, run.words) for run in self.runs]
        self.cursor, self._rate = None, None
        told = " or ".join(it.says for it in wanted.stops)
        return f"from the start, until {told}" if told else "from the start"

    def changed(self, text: str) -> EditHistory:
        """The first run's desk with settings changed, as `training.optimizer = adam; …`.

        The name of a scenario, or a file, is that scenario.

        Raises:
            GoError: something of it cannot be changed, or not so; or there is no such scenario.
        """
        parts = [part for part in map(str.strip, text.split(";")) if part]
        desk = _changed(self.runs[0].desk, parts)
        if self._until:
            plan(self._until, desk.session.scenario)
        return desk

    def compare(self, text: str) -> str:
        """Run a second time with settings changed; with none, go back to one run."""
        if not text.strip():
            self.runs = self.runs[:1]
            return "one run again"
        self.runs = [self.runs[0], self._made(self.changed(text), LETTERS[1], text.strip())]
        self.runs[1].recording.lengthen(self.runs[0].recording.planned)
        self._rate = None
        return ""

    # ── the cursor ───────────────────────────────────────────────────────────────────────────

    def move(self, points: int) -> None:
        """Move the cursor by points of the curve; beyond the last one it follows the newest."""
        updates = self._points()
        if not len(updates):
            return
        here = self.done if self.cursor is None else self.cursor
        if points > 0:
            at = int(np.searchsorted(updates, here, side="right")) - 1 + points
        else:
            at = int(np.searchsorted(updates, here, side="left")) + points
        self.cursor = None if at >= len(updates) - 1 and points > 0 else int(updates[max(at, 0)])

    def _points(self) -> NDArray[np.intp]:
        return max(self.runs, key=lambda run: run.recording.done).recording.costs().updates

    def leap(self, by: int) -> None:
        """Move the cursor by twentieths of the curve."""
        self.move(by * max(len(self._points()) // 20, 1))

    def check_update(self, text: str) -> int:
        """The update that a text names; raises GoError where there is none, or not so far."""
        found = re.fullmatch(r"\s*(?:update\s*)?([0-9][0-9,_]{0,14})\s*", text)
        update = int(re.sub("[,_]", "", found[1])) if found else 0
        if not 1 <= update <= self.done:
            raise GoError(f"updates go from 1 to {self.done:,}, which is as far as it is run")
        return update

    # ── what is seen ─────────────────────────────────────────────────────────────────────────

    def scene(self, look: RenderOptions, pane: str, message: str = "") -> TrainingScene:
        """What there is to be drawn."""
        state = "running" if self.is_running else "over" if self.is_over else "paused"
        left = None
        if self._rate:
            rest = sum(
                max(run.recording.planned - run.recording.done, 0)
                for run in self.runs
                if not run.recording.is_over
            )
            left = rest / self._rate
        runs = tuple(self._seen(run) for run in self.runs)
        return TrainingScene(runs, look, pane, self.cursor, state, self._rate, left, message)

    def _seen(self, run: TrainingRun) -> RunSeen:
        per_epoch = run.desk.session.line.schedule.updates_per_epoch
        moment = run.moment(self.cursor)
        return seen(run.recording, run.problem, per_epoch, moment, run.letter, run.words)
