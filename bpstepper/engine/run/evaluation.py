"""Evaluation: what a network answers, and how many of its answers are right; nothing moves.

The passes are the Program's own, with every operation left out that the answer does not need.
Training, and which samples it sees, is `training`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.compiler import compile_program
from bpstepper.engine.compile.lowering import Lowered
from bpstepper.engine.compile.memory import Order, constants, part
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.ops.kernels import AnyArray
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.layouts import LAYOUTS

__all__ = ["Classes", "Labels", "Probe", "answered", "classes", "in_rows"]

Labels = npt.NDArray[np.intp]
"""Classes of samples, from 0."""


class Probe:
    """Some quantities of batches of one size, at the parameters as they are whenever it is asked.

    Bound once to live parameters, so that asking costs the arithmetic and no more.
    """

    def __init__(
        self,
        problem: Problem,
        parameters: Mapping[Symbol, AnyArray],
        count: int,
        goals: Iterable[Symbol],
    ) -> None:
        """Bind the operations that the goals need.

        Args:
            problem: whose network it is.
            parameters: read at each call, and never written; an x among them is the inputs.
            count: how many samples a batch has.
            goals: what to find; those that this network does not have are left out.
        """
        program = compile_program(problem, count)
        goals = [goal for goal in goals if goal in program.axes]
        wholes = {goal: program.parts.get(goal, (goal, ""))[0] for goal in goals}
        self._given = frozenset(parameters)
        self._lowered = Lowered(
            program, parameters, constants(problem, count), goals=set(wholes.values())
        )
        found = self._lowered.values
        self._values = {
            goal: found[whole]
            if goal is whole
            else part(program.layout.name, found[whole], program.parts[goal][1])
            for goal, whole in wholes.items()
        }

    def __call__(self, batch: Mapping[Symbol, AnyArray]) -> dict[Symbol, AnyArray]:
        """The goals of a batch (x, and y where they need it); overwritten by the next call."""
        self._lowered.write({s: value for s, value in batch.items() if s not in self._given})
        self._lowered.run()
        return self._values


class Classes(NamedTuple):
    """The classes that samples are of.

    Attributes:
        labels: (m,), which one, from 0.
        number: how many there are; 2 where there is one output.
    """

    labels: Labels
    number: int


def classes(problem: Problem, samples: Sequence[int] | Order) -> Classes | None:
    """The classes that the targets of these samples stand for; None where they stand for none.

    Targets are classes where all are one-hot, and where there is one output and all are 0 or 1.
    """
    targets = [problem.samples[index].target for index in samples]
    if not targets or any(target is None for target in targets):
        return None
    y = np.array(targets)
    if not np.isin(y, (0.0, 1.0)).all():
        return None
    if y.shape[1] == 1:
        return Classes(y[:, 0].astype(np.intp), 2)
    if not (y.sum(axis=1) == 1.0).all():
        return None
    return Classes(y.argmax(axis=1), y.shape[1])


def in_rows(problem: Problem, values: Array) -> Array:
    """A quantity of units of a batch with one row for each sample, (m, n), in any layout."""
    return values.T if LAYOUTS[problem.network.layout].units_axis == 0 else values


def answered(problem: Problem, outputs: Array) -> Labels:
    """Which class each sample's outputs stand for, (m,); −1 where one of them is not finite.

    The largest output decides; where there is one, whether it is at least ½.
    """
    a = in_rows(problem, outputs)
    found = (a[:, 0] >= 0.5).astype(np.intp) if a.shape[1] == 1 else a.argmax(axis=1)
    return np.where(np.isfinite(a).all(axis=1), found, -1)
