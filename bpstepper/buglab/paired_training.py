"""Two trainings of one network, update by update: as it should be, and with a mistake in it.

They are run side by side, in slices, by whoever has other things to do in between. What has come
of them so far is a frozen value, `Curves`. C is that of each update's batch before it moves, as
the program itself would report it: where the mistake is one in C, so is the curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpstepper.buglab.mistakes import mistaken_program
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.training import Runner

__all__ = ["BothTrainings", "Curves"]


@dataclass(frozen=True, eq=False)
class Curves:
    """What two trainings have come to.

    Attributes:
        problem: what was trained.
        id: the mistake.
        wanted: how many updates there are to be.
        right: C of each update so far without the mistake, (n,).
        wrong: the same with it, (n,).
        per_epoch: updates in an epoch; C of a batch goes up and down within one.
    """

    problem: Problem
    id: str
    wanted: int
    right: Array
    wrong: Array
    per_epoch: int

    @property
    def done(self) -> int:
        """How many updates both have made."""
        return len(self.right)

    @property
    def last(self) -> tuple[float, float]:
        """C of the last update, right and wrong; its mean over the last epoch where that has more.

        NaN before the first.
        """
        if not self.done:
            return float("nan"), float("nan")
        with np.errstate(all="ignore"):
            means = [float(costs[-self.per_epoch :].mean()) for costs in (self.right, self.wrong)]
        return means[0], means[1]


class BothTrainings:
    """A training without and one with a mistake, each from the problem's own start.

    Attributes:
        problem: what is trained.
        id: the mistake.

    Raises:
        KeyError: there is no such mistake.
        Clash: it does not fit the shapes.
    """

    def __init__(self, problem: Problem, id_: str) -> None:
        self.problem, self.id = problem, id_
        self._runners = (
            Runner(problem, with_cost=True),
            Runner(problem, True, lambda program: mistaken_program(problem, id_, program)),
        )
        self._costs: tuple[list[float], list[float]] = ([], [])

    @property
    def done(self) -> int:
        """How many updates both have made."""
        return len(self._costs[0])

    def advance(self, updates: int) -> None:
        """Run so many more updates of both.

        Raises:
            Clash: the mistake fits some batches and not this one; there is no going on.
        """
        for runner, costs in zip(self._runners, self._costs, strict=True):
            runner.advance(updates, costs.append)

    def so_far(self, wanted: int) -> Curves:
        """What has come of it, on the way to `wanted` updates."""
        right, wrong = (np.array(costs) for costs in self._costs)
        per_epoch = self._runners[0].schedule.updates_per_epoch
        return Curves(self.problem, self.id, wanted, right, wrong, per_epoch)
