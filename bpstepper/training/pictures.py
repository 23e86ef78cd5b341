"""Pictures of a network at one moment: its decision boundary, its confusions, its weights.

Each is a frozen value made of numbers alone, by the Program's own forward pass; how it is drawn
is for others. Parameters are those of any moment: `Timeline.parameters`, `Recording.parameters`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.memory import Order, SampleStore, public
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.evaluation import Labels, Probe, answered, classes, in_rows
from bpstepper.engine.run.training import split
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.layouts import LAYOUTS

__all__ = [
    "Boundary", "Confusion", "Ends", "Histogram", "boundary", "confusion", "histograms",
]  # fmt: skip

_MARGIN = 0.1  # of the samples' extent, on every side
_FAR = np.finfo(np.float64).max / 8  # twice as far, with margins, is still a finite width

_Counts = npt.NDArray[np.intp]
_Array = TypeVar("_Array", bound=npt.NDArray[Any])


class Ends(NamedTuple):
    """Where an axis begins and ends."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Boundary:
    """What a network with two inputs answers all over a plane.

    Attributes:
        across: x₁, from left to right.
        up: x₂, from the bottom to the top.
        values: (lines, columns), the first line at the top: the output, or of several outputs the
            one at `unit`, at the middle of each cell.
        labels: (lines, columns), the class that each cell is taken for, from 0; −1 where an
            output is not finite.
        classes: the names of the classes; empty where the targets stand for none.
        points: (m, 2), where the samples are.
        targets: (m,), the classes of the samples; empty where the targets stand for none.
        is_held_out: (m,), which of the samples are held out.
    """

    across: Ends
    up: Ends
    values: Array
    labels: Labels
    classes: tuple[str, ...]
    points: Array
    targets: Labels
    is_held_out: npt.NDArray[np.bool_]

    def cell(self, point: int) -> tuple[int, int]:
        """The line and the column that a sample falls into; at the edge where it is outside."""
        lines, columns = self.values.shape
        x, y = self.points[point].tolist()
        return (
            lines - 1 - _cell(y, self.up, lines),
            _cell(x, self.across, columns),
        )


def _cell(value: float, ends: Ends, count: int) -> int:
    part = (min(max(value, ends.low), ends.high) - ends.low) / (ends.high - ends.low)
    return min(max(int(np.floor(part * count)), 0), count - 1)


def boundary(
    problem: Problem,
    parameters: Mapping[Symbol, Array],
    columns: int,
    lines: int,
    unit: int = 1,
    ends: tuple[Ends, Ends] | None = None,
) -> Boundary | None:
    """What the network answers on a grid over its inputs; None unless it has two of them.

    Args:
        problem: whose network it is.
        parameters: of any moment.
        columns: cells from left to right.
        lines: cells from top to bottom.
        unit: which output the values are of, from 1.
        ends: of both axes; by default the samples with a margin.
    """
    if problem.network.inputs != 2 or columns < 1 or lines < 1:
        return None
    points = np.array([sample.input for sample in problem.samples])
    across, up = ends or (_around(points[:, 0]), _around(points[:, 1]))
    x1 = across.low + (np.arange(columns) + 0.5) / columns * (across.high - across.low)
    x2 = up.high - (np.arange(lines) + 0.5) / lines * (up.high - up.low)
    grid = np.stack([a.ravel() for a in np.meshgrid(x1, x2)], axis=1)
    outputs = _outputs(problem, parameters, grid)
    every = np.arange(len(points))
    known = classes(problem, every)
    held_out = np.zeros(len(points), bool)
    held_out[split(problem).held_out] = True
    return Boundary(
        across,
        up,
        _fixed(in_rows(problem, outputs)[:, unit - 1].reshape(lines, columns)),
        _fixed(answered(problem, outputs).reshape(lines, columns)),
        () if known is None else class_names(problem),
        _fixed(points),
        _fixed(np.zeros(0, np.intp) if known is None else known.labels),
        _fixed(held_out),
    )


def _around(values: Array) -> Ends:
    """The extent of some numbers with a margin; never of no width, nor of an infinite one."""
    low, high = (min(max(float(end), -_FAR), _FAR) for end in (values.min(), values.max()))
    margin = (high - low) * _MARGIN or max(abs(high), 1.0)
    return Ends(low - margin, high + margin)


def _outputs(problem: Problem, parameters: Mapping[Symbol, Array], rows: Array) -> Array:
    """The outputs for inputs that stand in rows, (m, n_0), as the layout has them."""
    given = {symbol: value for symbol, value in parameters.items() if symbol != Symbol("x")}
    goal = Symbol("a", problem.network.depth)
    probe = Probe(problem, given, len(rows), (goal,))
    x = rows.T if LAYOUTS[problem.network.layout].units_axis == 0 else rows
    return probe({Symbol("x"): x})[goal]


def class_names(problem: Problem) -> tuple[str, ...]:
    """The classes by name: the outputs' own; with one output 0 and 1."""
    names = problem.network.unit_names(problem.network.depth)
    return names if len(names) > 1 else ("0", "1")


@dataclass(frozen=True, eq=False)
class Confusion:
    """What samples of each class were taken for.

    Attributes:
        classes: their names.
        counts: (k, k): of the samples of the class of a row, how many were taken for that of a
            column.
        unanswered: (k,): how many of each class have outputs that are not finite.
    """

    classes: tuple[str, ...]
    counts: _Counts
    unanswered: _Counts

    @property
    def accuracy(self) -> float:
        """The share of samples on the diagonal."""
        return float(np.trace(self.counts) / (self.counts.sum() + self.unanswered.sum()))


def confusion(
    problem: Problem, parameters: Mapping[Symbol, Array], samples: Order | None = None
) -> Confusion | None:
    """What these samples are taken for; None where their targets stand for no classes.

    Args:
        problem: whose samples they are.
        parameters: of any moment.
        samples: their indices; by default the held-out ones, or all where none are held out.
    """
    parts = split(problem)
    if samples is None:
        samples = parts.held_out if len(parts.held_out) else parts.training
    known = classes(problem, samples)
    if known is None:
        return None
    given = dict(parameters)
    if not np.array_equal(samples, parts.training):
        given.pop(Symbol("x"), None)  # inputs that were moved are those of the training samples
    goal = Symbol("a", problem.network.depth)
    outputs = Probe(problem, given, len(samples), (goal,))(SampleStore(problem).batch(samples))
    found = answered(problem, outputs[goal])
    counts = np.zeros((known.number, known.number + 1), np.intp)
    np.add.at(counts, (known.labels, found), 1)  # −1 is the last column
    return Confusion(class_names(problem), _fixed(counts[:, :-1]), _fixed(counts[:, -1]))


@dataclass(frozen=True, eq=False)
class Histogram:
    """How the weights into a layer are spread.

    Attributes:
        layer: which, from 1.
        edges: (k + 1,), growing; one more than there are bins.
        counts: (k,), how many weights are in each; the upper edge is in the last one only.
        not_finite: how many are in none.
    """

    layer: int
    edges: Array
    counts: _Counts
    not_finite: int


def histograms(
    problem: Problem, parameters: Mapping[Symbol, Array], bins: int = 20
) -> tuple[Histogram, ...]:
    """How the weights of every layer are spread; 0 is in the middle of each."""
    found = []
    values = public(problem, parameters)
    for layer, own in enumerate(problem.network.layers, start=1):
        if "weights" not in own.parameters:
            continue
        weights = values[Symbol("W", layer).key].ravel()
        finite = weights[np.isfinite(weights)]
        reach = float(np.abs(finite).max(initial=0.0)) or 1.0
        # a range is a difference, which of the largest numbers is infinite
        counts, edges = np.histogram(finite / reach, bins, range=(-1.0, 1.0))
        left_out = int(weights.size - finite.size)
        found.append(Histogram(layer, _fixed(edges * reach), _fixed(counts), left_out))
    return tuple(found)


def _fixed(values: _Array) -> _Array:
    """A read-only copy."""
    copied = values.copy()
    copied.setflags(write=False)
    return copied
