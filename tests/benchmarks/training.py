"""How long an update takes us, and our peers, for networks from four units to some hundreds.

Every peer has to make the same parameters as we do, or it is no peer; then all are timed in turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bpstepper.engine.compile.network import Layer, Network, Problem, Sample, Training
from bpstepper.engine.run.training import Runner
from tests.benchmarks.peers import OURS, PEERS, Peer, as_learned_by, missing
from tests.benchmarks.timing import Bound, Figure, Work, duration, in_turns, ratio

__all__ = ["TASKS", "Task", "against_peers", "tracing"]

_UPDATES = 40  # after which everyone's parameters must be ours


@dataclass(frozen=True)
class Task:
    """A network to train, and what we hold ourselves to.

    Attributes:
        sizes: (n_0, n_1, n_2).
        batch: samples in a batch.
        batches: how many there are in an epoch.
        bounds: of the ratio to a peer.
    """

    sizes: tuple[int, int, int]
    batch: int
    batches: int
    bounds: dict[str, Bound] = field(default_factory=dict)

    def __str__(self) -> str:
        told = "one sample" if self.batch == 1 else f"batches of {self.batch}"
        return f"{'-'.join(map(str, self.sizes))}, {told}"

    def problem(self) -> Problem:
        """The network with its samples, drawn from a seed."""
        chance = np.random.default_rng(self.sizes)
        layers = tuple(
            Layer(
                units=after,
                weights=chance.normal(0, before**-0.5, (after, before)),
                biases=chance.normal(0, 0.5, after),
            )
            for before, after in zip(self.sizes[:-1], self.sizes[1:], strict=True)
        )
        samples = tuple(
            Sample(
                input=chance.uniform(0, 1, self.sizes[0]),
                target=chance.uniform(0.1, 0.9, self.sizes[-1]),
            )
            for _ in range(self.batch * self.batches)
        )
        return Problem(
            network=Network(inputs=self.sizes[0], layers=layers),
            samples=samples,
            training=Training(learning_rate=0.1, batch_size=self.batch),
        )


def _bounds(torch: float, small: bool = False) -> dict[str, Bound]:
    bounds = {"PyTorch": Bound("at least", torch)}
    if small:
        bounds |= {"numpy by hand": Bound("at most", 1.2), "JAX": Bound("more than", 1)}
    return bounds


TASKS = (
    Task((2, 2, 1), 1, 1, _bounds(torch=10, small=True)),
    Task((3, 4, 2), 1, 1, _bounds(torch=10, small=True)),
    Task((64, 30, 10), 10, 8, _bounds(torch=8)),
    Task((784, 30, 10), 10, 8, _bounds(torch=4)),
    Task((784, 100, 10), 128, 4, _bounds(torch=1)),
)
_SMALL, _LARGE = TASKS[1], TASKS[-1]


def against_peers(task: Task, rounds: int) -> Iterator[Figure]:
    """The ratio of every peer that is installed to us; by hand, ours to theirs.

    Raises:
        AssertionError: a peer computes something else.
    """
    problem, absent = task.problem(), missing()
    names = [name for name in PEERS if name not in absent]
    made = {name: PEERS[name](problem) for name in names}
    for name, peer in made.items():
        _check(name, peer, problem)
    found = in_turns({name: peer.advance for name, peer in made.items()}, rounds)
    for name in names:
        if name == OURS:
            continue
        ours_above = name == "numpy by hand"
        above, below = (OURS, name) if ours_above else (name, OURS)
        told = f"{above} {duration(found[above])}, {below} {duration(found[below])}"
        yield Figure(f"{above} / {below}", ratio(found, above, below), task.bounds.get(name), told)


def _check(name: str, peer: Peer, problem: Problem) -> None:
    """Hold a peer's parameters after some updates against ours."""
    ours = PEERS[OURS](as_learned_by(name, problem))
    for either in (peer, ours):
        either.advance(_UPDATES)
    for theirs, wanted in zip(peer.parameters(), ours.parameters(), strict=True):
        np.testing.assert_allclose(theirs, wanted, rtol=1e-9, atol=1e-12, err_msg=name)


def tracing(rounds: int) -> Iterator[Figure]:
    """How much longer an update takes when every value is kept, and made into steps."""
    yield from _traced(_SMALL, rounds, Bound("at most", 8))
    yield from _traced(_LARGE, rounds, Bound("at most", 2))


def _traced(task: Task, rounds: int, bound: Bound) -> Iterator[Figure]:
    runner = Runner(task.problem())

    def traces(count: int) -> None:
        for _ in range(count):
            runner.trace()

    def steps(count: int) -> None:
        for _ in range(count):
            assert runner.trace().steps

    works: dict[str, Work] = {OURS: runner.advance, "trace": traces, "trace and its steps": steps}
    found = in_turns(works, rounds)
    for kind in list(works)[1:]:
        told = f"{task}: {duration(found[kind])}, {OURS} {duration(found[OURS])}"
        yield Figure(f"{kind} / {OURS}", ratio(found, kind, OURS), bound, told)
