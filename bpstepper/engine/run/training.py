"""Training: running a Program many times, and the state of a network at any update.

`Runner` holds live parameters and moves them forwards. `Timeline` answers for any update, in any
order, by checkpoints and exact replay: the numbers do not depend on how one arrives.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from bpstepper.engine.compile.compiler import compile_program
from bpstepper.engine.compile.lowering import Lowered
from bpstepper.engine.compile.memory import (
    Order,
    SampleStore,
    constants,
    initial_memory,
    public,
)
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.compile.program import Program
from bpstepper.engine.ops.kernels import Call
from bpstepper.engine.run.checkpoints import Checkpoints
from bpstepper.engine.run.evaluation import Probe, answered, classes
from bpstepper.engine.run.trace import Trace, record
from bpstepper.engine.symbols import Symbol

__all__ = [
    "Batch",
    "Moment",
    "Mutate",
    "Runner",
    "Schedule",
    "Split",
    "Timeline",
    "accuracy",
    "cost_over_all",
    "run",
    "split",
]

Mutate: TypeAlias = Callable[[Program], Program]
"""What makes another Program of a compiled one."""

_C = Symbol("C")
_REPEATED = 10_000  # updates of one and the same batch that are laid out at a time


class Batch(NamedTuple):
    """Which samples an update sees: epoch from 1, sample indices from 0."""

    epoch: int
    samples: tuple[int, ...]


class Split(NamedTuple):
    """The indices of the samples that are trained on, and of those that are held out."""

    training: Order
    held_out: Order


def split(problem: Problem) -> Split:
    """Divide the samples as `hold_out` says, drawn from the seed; each part in file order."""
    count = len(problem.samples)
    held = round(problem.training.hold_out * count)
    kept = np.ones(count, bool)
    if held:  # numpy.random takes its time to load, and most problems hold nothing out
        chance = np.random.default_rng([problem.network.seed, 3])
        kept[chance.permutation(count)[:held]] = False
    return Split(np.flatnonzero(kept), np.flatnonzero(~kept))


class Schedule:
    """Which samples each update sees; update 1 is the first.

    Attributes:
        size: samples in a batch; the last of an epoch may have fewer.
        updates_per_epoch: how many batches the samples make.
        is_constant: every update sees the same samples in the same order.
    """

    def __init__(self, problem: Problem) -> None:
        self._kept = split(problem).training
        self._count = len(self._kept)
        self.size = min(problem.training.batch_size or self._count, self._count)
        # inputs that move are the same ones each time: each stays beside its own target
        self._shuffle = problem.training.shuffle and problem.training.train == "parameters"
        self._seed = problem.network.seed
        self.updates_per_epoch = -(-self._count // self.size)
        self._order = lru_cache(maxsize=8)(self._draw)
        self.is_constant = self.updates_per_epoch == 1 and not self._shuffle

    def _draw(self, epoch: int) -> Order:
        if not self._shuffle:
            return self._kept
        chance = np.random.default_rng([self._seed, 1, epoch])
        return self._kept[chance.permutation(self._count)]

    def order(self, epoch: int) -> Order:
        """The indices of an epoch's samples in the order in which they are seen."""
        return self._order(epoch if self._shuffle else 1)

    def samples(self, update: int) -> Order:
        """The indices of an update's samples, from 0; the last of an epoch may have fewer."""
        epoch, within = divmod(update - 1, self.updates_per_epoch)
        start = within * self.size
        return self.order(epoch + 1)[start : start + self.size]

    def batch(self, update: int) -> Batch:
        """The batch of an update, counted from 1."""
        epoch = (update - 1) // self.updates_per_epoch + 1
        return Batch(epoch, tuple(self.samples(update).tolist()))


class Runner:
    """A network in training: live parameters, and the Program bound to them.

    Attributes:
        problem: what is trained.
        parameters: symbol → live buffer of all that lasts from one update to the next: W and b,
            the optimizer's state; copy before keeping.
        done: how many updates have been run.
    """

    def __init__(
        self, problem: Problem, with_cost: bool = False, mutate: Mutate | None = None
    ) -> None:
        """Start a training; `mutate` changes each Program before it is bound (see `mutation`)."""
        self.problem = problem
        self._mutate = mutate
        self.schedule = Schedule(problem)
        self.done = 0
        self._with_cost = with_cost
        self._programs: dict[int, Program] = {}
        self._bound: dict[tuple[int, bool], Lowered] = {}
        self._planned: tuple[Order, list[tuple[Lowered, tuple[Call, ...]]]] | None = None
        self._store = SampleStore(problem)
        first = self.schedule.samples(1)
        x = self._store.batch(first)[Symbol("x")]
        self.parameters = initial_memory(problem, self.program(len(first)), x)

    def program(self, batch: int) -> Program:
        """The Program for batches of this size."""
        if batch not in self._programs:
            program = compile_program(self.problem, batch)
            self._programs[batch] = self._mutate(program) if self._mutate else program
        return self._programs[batch]

    def _lowered(self, batch: int, everything: bool) -> Lowered:
        key = (batch, everything)
        if key not in self._bound:
            program = self.program(batch)
            goals = set(program.updates) | ({_C} if self._with_cost else set())
            self._bound[key] = Lowered(
                program,
                self.parameters,
                constants(self.problem, batch),
                goals=None if everything else goals,
            )
        return self._bound[key]

    def _writes(self, lowered: Lowered, batch: Mapping[Symbol, Array]) -> tuple[Call, ...]:
        """The calls that write a batch into a lowered program's buffers."""
        return tuple(
            (np.copyto, (lowered.values[symbol], value))
            for symbol, value in batch.items()
            if symbol not in self.parameters  # inputs that are trained stay what they have become
        )

    def _epoch(self, epoch: int) -> list[tuple[Lowered, tuple[Call, ...]]]:
        """Every update of an epoch as the calls to make: its batch is written, then run."""
        order = self.schedule.order(epoch)
        if self._planned is None or self._planned[0] is not order:
            batches = self._store.batches(order, self.schedule.size)
            planned = []
            for batch in batches:
                lowered = self._lowered(self._store.count(batch), everything=False)
                planned.append((lowered, (*self._writes(lowered, batch), *lowered.flat)))
            self._planned = (order, planned)
        return self._planned[1]

    def advance(self, updates: int, record_cost: Callable[[float], object] | None = None) -> None:
        """Run this many updates; `record_cost` is handed C of each batch before it moves.

        Where it returns something true, that update is the last.

        Raises:
            ValueError: `record_cost` without `with_cost`: C is not computed.
        """
        if record_cost is not None and not self._with_cost:
            raise ValueError("record_cost: expected a Runner made with_cost=True")
        target, per_epoch = self.done + updates, self.schedule.updates_per_epoch
        with np.errstate(all="ignore"):
            while self.done < target:
                epoch, within = divmod(self.done, per_epoch)
                planned = self._epoch(epoch + 1)[within : within + target - self.done]
                if self.schedule.is_constant:  # its batch is written once, and stays
                    lowered = planned[0][0]
                    more = min(target - self.done, _REPEATED) - 1
                    planned = [*planned, *[(lowered, lowered.flat)] * more]
                for made, (lowered, calls) in enumerate(planned, start=1):
                    for function, arguments in calls:
                        function(*arguments)
                    if record_cost is not None and record_cost(float(lowered.values[_C])):
                        self.done += made
                        return
                self.done += len(planned)

    def trace(self) -> Trace:
        """Run the next update, keeping everything."""
        self.done += 1
        batch = self.schedule.batch(self.done)
        lowered = self._lowered(len(batch.samples), everything=True)
        for function, arguments in self._writes(lowered, self._store.batch(batch.samples)):
            function(*arguments)
        return record(lowered, self.done, batch.epoch, batch.samples)

    def restore(self, parameters: Mapping[Symbol, Array], done: int) -> None:
        """Go to the state after `done` updates, given the parameters of that moment."""
        for symbol, value in parameters.items():
            np.copyto(self.parameters[symbol], value)
        self.done = done

    def copy_parameters(self) -> dict[Symbol, Array]:
        """Frozen copies of the parameters as they are now."""
        copies = {symbol: value.copy() for symbol, value in self.parameters.items()}
        for value in copies.values():
            value.setflags(write=False)
        return copies


def run(problem: Problem, updates: int) -> dict[str, Array]:
    """W and b by key after this many updates from the start; computes nothing else.

    Raises:
        ValueError: fewer than none.
    """
    if updates < 0:
        raise ValueError(f"updates: expected 0 or more, got {updates}")
    runner = Runner(problem)
    runner.advance(updates)
    return public(problem, runner.copy_parameters())


class Moment:
    """A network right after one update.

    Attributes:
        update: which update, from 0: update 0 is the start, before any.
        parameters: W and b by key *after* it; read-only.
    """

    def __init__(self, line: Timeline, update: int) -> None:
        self._line = line
        self.update = update

    @cached_property
    def trace(self) -> Trace:
        """The whole update; raises ValueError for update 0, which has none."""
        return self._line.trace(self.update)

    @cached_property
    def parameters(self) -> dict[str, Array]:
        """W and b by key after the update; read-only."""
        return public(self._line.problem, self._line.parameters(self.update))


class Timeline:
    """Any update of a problem's training.

    The parameters before an update are found from the nearest checkpoint by running exactly the
    updates in between, so that they are the same bits whichever way one came.
    """

    MEMORY = 32 * 2**20  # bytes of checkpoints
    TRACES = 32  # how many whole updates are kept for going back and forth

    def __init__(self, problem: Problem, mutate: Mutate | None = None) -> None:
        self.problem = problem
        self._runner = Runner(problem, mutate=mutate)
        self._checkpoints = Checkpoints.within(self.MEMORY, self._runner.parameters)
        self._checkpoints.keep(0, self._runner.copy_parameters())
        self._traces: OrderedDict[int, Trace] = OrderedDict()
        self._adopted: tuple[int, dict[Symbol, Array]] = (0, self._checkpoints.kept[0])

    @property
    def program(self) -> Program:
        """The Program of the first update's batch."""
        return self._runner.program(len(self.schedule.samples(1)))

    @property
    def schedule(self) -> Schedule:
        """Which samples each update sees."""
        return self._runner.schedule

    def at(self, update: int) -> Moment:
        """The network after `update` updates; computed when it is asked for.

        Raises:
            ValueError: a negative update.
        """
        if update < 0:
            raise ValueError(f"update: expected 0 or more, got {update}")
        return Moment(self, update)

    def _go(self, done: int) -> None:
        """Bring the runner to the state after `done` updates."""
        if done < 0:
            raise ValueError(f"update: expected 0 or more, got {done}")
        runner, checkpoints = self._runner, self._checkpoints
        nearest, kept = self._nearest(done)
        if not nearest <= runner.done <= done:
            runner.restore(kept, nearest)
        while runner.done < done:
            stride = checkpoints.stride
            runner.advance(min(done, runner.done - runner.done % stride + stride) - runner.done)
            if runner.done % checkpoints.stride == 0 and runner.done not in checkpoints.kept:
                checkpoints.keep(runner.done, runner.copy_parameters())

    def _nearest(self, done: int) -> tuple[int, dict[Symbol, Array]]:
        """The last known state that is not after `done`, and its parameters."""
        at = self._checkpoints.before(done)
        if at < self._adopted[0] <= done:
            return self._adopted
        return at, self._checkpoints.kept[at]

    @property
    def adopted(self) -> int:
        """After how many updates the state is that was last adopted; 0 is the start."""
        return self._adopted[0]

    def adopt(self, done: int, parameters: dict[Symbol, Array]) -> None:
        """Take what lasts after `done` updates from elsewhere, to start from there.

        For who shows one training in several layouts: what they adopt from each other is the
        same but for rounding, so that nothing is trained twice.

        Args:
            done: after how many updates.
            parameters: all that lasts from one update to the next, in this problem's shapes.
        """
        self._adopted = (done, parameters)
        self._traces.clear()
        self._runner.restore(parameters, done)

    def share(self, checkpoints: Checkpoints) -> None:
        """Take the checkpoints of another run of this very problem, so that nothing is run twice.

        They are bit for bit those that would be made here, so no number changes.
        """
        self._checkpoints.take(checkpoints)

    def prepare(self, update: int, most: int) -> int:
        """Compute at most `most` updates of the way to `update`; return how many are left.

        A long way can so be gone in slices, by a caller who has other things to do.
        """
        here, (nearest, _) = self._runner.done, self._nearest(update)
        start = here if nearest <= here <= update else nearest
        reached = min(update, start + most)
        self._go(reached)
        return update - reached

    def parameters(self, update: int) -> dict[Symbol, Array]:
        """Frozen W and b, and the optimizer's state, after an update."""
        self._go(update)
        return self._runner.copy_parameters()

    def trace(self, update: int) -> Trace:
        """The whole of an update, from 1; raises ValueError for any before it."""
        if update == 0:
            raise ValueError("update 0 is the start: there is nothing to trace before update 1")
        if update < 0:
            raise ValueError(f"update: expected 1 or more, got {update}")
        if update in self._traces:
            self._traces.move_to_end(update)
            return self._traces[update]
        self._go(update - 1)
        trace = self._runner.trace()
        self._traces[update] = trace
        while len(self._traces) > self.TRACES:
            self._traces.popitem(last=False)
        return trace


def _forward(
    problem: Problem, parameters: Mapping[Symbol, Array], goal: Symbol, samples: Order
) -> Array:
    """The value of `goal` with these samples as one batch."""
    given = dict(parameters)
    if not np.array_equal(samples, split(problem).training):
        given.pop(Symbol("x"), None)  # inputs that were moved are those of the training samples
    probe = Probe(problem, given, len(samples), (goal,))
    return probe(SampleStore(problem).batch(samples))[goal]


def cost_over_all(problem: Problem, parameters: Mapping[Symbol, Array]) -> float:
    """C_all: the cost of all training samples as one batch, l2 included."""
    return float(_forward(problem, parameters, _C, split(problem).training))


def accuracy(
    problem: Problem, parameters: Mapping[Symbol, Array], samples: Order | None = None
) -> float | None:
    """The share of samples that are classified rightly; None where that has no meaning.

    The largest output decides where all targets are one-hot; with one output and targets of 0
    and 1, whether it is at least ½. Without `samples`, of all training samples.
    """
    chosen = split(problem).training if samples is None else samples
    right = classes(problem, chosen)
    if right is None:
        return None
    outputs = _forward(problem, parameters, Symbol("a", problem.network.depth), chosen)
    return float(np.mean(answered(problem, outputs) == right.labels))
