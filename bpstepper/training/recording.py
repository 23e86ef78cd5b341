"""A Recording: a training that is run in slices, with curves and checkpoints of its way.

The updates are the engine's own, one after the other, so that the numbers are those of `train` and
of every trace to the bit; what is measured is read beside them, at a few updates. How long a slice
is, and what is drawn of it, is for others.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

import numpy as np

from bpstepper.engine.compile.memory import SampleStore
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.checkpoints import Checkpoints
from bpstepper.engine.run.evaluation import Probe
from bpstepper.engine.run.training import Runner, Timeline
from bpstepper.engine.symbols import Symbol
from bpstepper.scenario.values import same_numbers
from bpstepper.training.measures import MEASURES, Batch, Measure, Numbers, Sets
from bpstepper.training.stopping import FINITE, Ending, Limits, Stop
from bpstepper.training.thinning import Curve, Thinned

__all__ = ["Recording", "State"]

_POINTS = 2000  # the most of the curve of C
_LOOKS = 128  # the most of each measure
_PORTION = 0.002  # seconds between two looks at the clock
_FEW = 16  # updates between two checkpoints, at least: so many are run again in no time

State = tuple[int, Mapping[Symbol, Array]]
"""After how many updates, and all that lasts then from one update to the next."""


class Recording:
    """A training in slices.

    Attributes:
        problem: what is trained.
        planned: how many updates are meant to be made; 0 where nobody knows.
        first: after how many updates it began; 0 unless it went on from a `start`.
        ending: why it ended; None as long as it can go on.
    """

    def __init__(
        self,
        problem: Problem,
        planned: int = 0,
        stops: Sequence[Stop] = (),
        start: State | None = None,
        points: int = _POINTS,
        measured: bool = True,
    ) -> None:
        """Get ready; nothing is run yet.

        Args:
            problem: what to train.
            planned: how many updates are to be made, those before `start` among them.
            stops: what to train until; the first of them ends it.
            start: where to go on from; by default the problem's own start.
            points: the most points of the curve of C; of all else there are at most 128.
            measured: False leaves out everything but C.
        """
        self.problem = problem
        self.ending: Ending | None = None
        self._stops = tuple(stops)
        self.lengthen(planned)
        self._runner = Runner(problem, with_cost=True)
        if start is not None:
            self._runner.restore(start[1], start[0])
        self.first = self.done
        self._costs: Thinned[float] = Thinned(points)
        self._looks: Thinned[dict[str, Numbers]] = Thinned(_LOOKS)
        rarely = 1
        while rarely < self._runner.schedule.updates_per_epoch:
            rarely *= 2  # to ask whole sets of samples costs as much as many updates
        self._asked: Thinned[dict[str, Numbers]] = Thinned(_LOOKS, rarely)
        self._measured = measured
        self._store = SampleStore(problem)
        self._probes: dict[int, Probe] = {}
        self.sets = Sets(problem, self._runner.parameters)
        self._watches = [stop.watch() for stop in stops if stop.watch is not None]
        self._limits = Limits(
            max(limits.low for limits in (FINITE, *(stop.limits for stop in stops))),
            min(limits.high for limits in (FINITE, *(stop.limits for stop in stops))),
        )
        self._last = math.nan
        self._rate = 1000.0  # updates a second, as measured
        self.checkpoints = Checkpoints.within(Timeline.MEMORY, self._runner.parameters, stride=_FEW)
        if start is None:
            self.checkpoints.keep(0, self._runner.copy_parameters())

    # ── running ──────────────────────────────────────────────────────────────────────────────

    @property
    def done(self) -> int:
        """How many updates have been made."""
        return self._runner.done

    @property
    def epoch(self) -> int:
        """In which epoch the last update was, from 1; 0 before the first."""
        return self.epoch_of(self.done)

    def epoch_of(self, update: int) -> int:
        """In which epoch an update is, from 1; 0 before the first."""
        return -(-update // self._runner.schedule.updates_per_epoch)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to run: it ended, or all that was planned is done."""
        return self.ending is not None or bool(self.planned and self.done >= self.planned)

    @property
    def is_sound(self) -> bool:
        """Whether C and all parameters are finite."""
        if self.ending is not None and not self.ending.is_sound:
            return False
        return all(bool(np.isfinite(value).all()) for value in self.parameters.values())

    @property
    def parameters(self) -> Mapping[Symbol, Array]:
        """The live parameters and the optimizer's state; copy before keeping."""
        return self._runner.parameters

    def state(self) -> State:
        """Where one can go on from; read-only copies."""
        return self.done, self._runner.copy_parameters()

    def advance(self, updates: int) -> int:
        """Make so many updates, or fewer where it is over before; return how many were made."""
        begun = self.done
        target = begun + updates
        if self.planned:
            target = min(target, self.planned)
        while self.done < target and self.ending is None:
            self._look()
            self._stretch(self._next_halt(target))
        return self.done - begun

    def advance_for(self, seconds: float) -> int:
        """Make as many updates as fit in about so many seconds; return how many were made.

        At least one is made, so one of a large network may take longer.
        """
        begun, end = self.done, time.perf_counter() + seconds
        now = time.perf_counter()
        while not self.is_over and (now < end or self.done == begun):
            # in small portions: what is measured now and then takes longer than updates do
            made = self.advance(max(1, int(self._rate * min(max(end - now, 0.0), _PORTION))))
            before, now = now, time.perf_counter()
            self._rate += (made / max(now - before, 1e-9) - self._rate) / 8
        return self.done - begun

    def lengthen(self, planned: int) -> None:
        """Plan so many updates in all, those that are made among them; 0: nobody knows how many.

        What it is to train until stays.
        """
        limits = [stop.updates for stop in self._stops if stop.updates is not None]
        self.planned = min([*([planned] if planned else []), *limits], default=0)

    def _next_halt(self, target: int) -> int:
        """After how many updates there is something to do besides running."""
        runner, done = self._runner, self.done
        halts = [target, done + self.checkpoints.stride - done % self.checkpoints.stride]
        if self._measured:
            halts.append(self._looks.next(done + 2) - 1)
            halts.append(self._asked.next(done + 2) - 1)
        if self._watches:
            per_epoch = runner.schedule.updates_per_epoch
            halts.append(done + per_epoch - done % per_epoch)
        return min(halts)

    def _stretch(self, halt: int) -> None:
        """Run to where there is something to do, and do what belongs to the end of it."""
        runner, first = self._runner, self.done + 1
        costs: list[float] = []
        low, high = self._limits
        keep = costs.append

        def record(cost: float) -> bool:
            keep(cost)
            return not low <= cost <= high  # NaN is on neither side

        runner.advance(halt - self.done, record)
        self._costs.add(first, costs)
        self._last = costs[-1]
        self.sets.moved()
        if not low <= self._last <= high:
            self.ending = self._ended_by(self._last)
            return
        if self.done % self.checkpoints.stride == 0:
            self.checkpoints.keep(self.done, runner.copy_parameters())
        if self._watches and self.done % runner.schedule.updates_per_epoch == 0:
            epoch = self.done // runner.schedule.updates_per_epoch
            says = next(filter(None, [watch(self.sets, epoch) for watch in self._watches]), None)
            if says:
                self.ending = Ending(self.done, says)

    def _ended_by(self, cost: float) -> Ending:
        if not math.isfinite(cost):
            return Ending(self.done, "C is not finite", is_sound=False)
        whose = (stop for stop in self._stops if stop.limits.are_passed(cost))
        return Ending(self.done, next(whose).says)

    # ── what is measured ─────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        """Measure at the start of the update that comes, where it is one of those."""
        if not self._measured:
            return
        update = self.done + 1
        for kept, look in ((self._looks, self._of_batch), (self._asked, self._of_sets)):
            if kept.wants(update) and (not kept.updates or kept.updates[-1] < update):
                with np.errstate(all="ignore"):  # what has overflowed is measured, too
                    kept.add(update, [look()])

    def _of_batch(self) -> dict[str, Numbers]:
        """Every measure of the batch that comes."""
        samples = self._runner.schedule.samples(self.done + 1)
        count = len(samples)
        if count not in self._probes:
            layers = range(1, self.problem.network.depth + 1)
            kinds = [kind for row in MEASURES.values() for kind in row.symbols]
            goals = [Symbol(kind, layer) for kind in kinds for layer in layers]
            self._probes[count] = Probe(self.problem, self.parameters, count, goals)
        batch = Batch(self.problem, self._probes[count](self._store.batch(samples)))
        found = {
            row.key: row.of_batch(batch) for row in MEASURES.values() if row.of_batch is not None
        }
        return {key: numbers for key, numbers in found.items() if numbers is not None}

    def of_sets(self) -> dict[str, float]:
        """Every measure of the training and of the held-out samples after the last update."""
        found: dict[str, float] = {}
        for row in MEASURES.values():
            samples = self.sets.held_out if row.held_out else self.sets.training
            if row.of_set is None or samples is None:
                continue
            told = row.of_set(samples)
            if told is not None:
                found[row.key] = told
        return found

    def _of_sets(self) -> dict[str, Numbers]:
        return {key: (value,) for key, value in self.of_sets().items()}

    def now(self) -> dict[str, Numbers]:
        """Every measure at this moment, after the last update; those with no meaning are left out.

        What is told of a batch is of the one that comes next.
        """
        with np.errstate(all="ignore"):
            return {**self._of_batch(), **self._of_sets()}

    # ── what was recorded ────────────────────────────────────────────────────────────────────

    @property
    def cost(self) -> float:
        """C of the last update's batch, before it moved; NaN before the first."""
        return self._last

    def costs(self) -> Curve:
        """C of each update's batch, before it moves; always with the last one."""
        updates, points = self._costs.updates, self._costs.points
        if self.done > self.first and (not updates or updates[-1] != self.done):
            updates, points = [*updates, self.done], [*points, self._last]
        return Curve(np.array(updates, np.intp), np.array(points, np.float64))

    def measures(self) -> tuple[Measure, ...]:
        """The rows of `MEASURES` that there are numbers of, in their order."""
        seen = {
            key for kept in (self._looks, self._asked) for point in kept.points[:1] for key in point
        }
        return tuple(row for row in MEASURES.values() if row.key in seen)

    def curve(self, key: str, layer: int = 1) -> Curve:
        """A measure over the updates; of a layer, from 1, where it has one for each.

        Raises:
            KeyError: there are no numbers of it.
        """
        row = MEASURES[key]
        kept = self._asked if row.of_batch is None else self._looks
        if row not in self.measures():
            raise KeyError(key)
        at = layer - 1 if row.of_layers else 0
        values = [point[key][at] for point in kept.points]
        return Curve(np.array(kept.updates, np.intp), np.array(values, np.float64))

    def share(self, line: Timeline) -> None:
        """Hand a timeline of this problem the checkpoints, so that any update opens at once.

        A course's stops have one timeline and words of their own: the numbers have to be the same.

        Raises:
            ValueError: the timeline is of another problem.
        """
        if line.problem is not self.problem and not same_numbers(line.problem, self.problem):
            raise ValueError("expected a timeline of the problem that was recorded")
        line.share(self.checkpoints)
