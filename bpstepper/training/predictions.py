"""Answers: what each single sample is taken for at one moment, by the Program's forward pass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bpstepper.engine.compile.memory import SampleStore
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.evaluation import Labels, Probe, answered
from bpstepper.engine.symbols import Symbol

__all__ = ["predict"]


def predict(problem: Problem, parameters: Mapping[Symbol, Array]) -> Labels:
    """The class that each sample of the file is taken for, (m,); −1 where that is not finite.

    Args:
        problem: whose samples they are, the held-out ones among them.
        parameters: of any moment; inputs that were trained are not looked at.
    """
    given = {symbol: value for symbol, value in parameters.items() if symbol != Symbol("x")}
    every = np.arange(len(problem.samples))
    goal = Symbol("a", problem.network.depth)
    outputs = Probe(problem, given, len(every), (goal,))(SampleStore(problem).batch(every))
    return answered(problem, outputs[goal])
