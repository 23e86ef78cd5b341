"""The panes of the training page, one row each: what is drawn, and for which networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from bpstepper.drawing.text import Line, Span, crop
from bpstepper.engine.run.evaluation import classes
from bpstepper.pages.layout import filled
from bpstepper.scenario.model import Scenario
from bpstepper.training.page_context import RunSeen, TrainingScene
from bpstepper.training.page_curves import draw_accuracy, draw_cost, draw_layers
from bpstepper.training.page_pictures import draw_boundary, draw_confusion, draw_weights

__all__ = ["PANES", "Pane", "draw_pane", "panes_of"]

_HALF = 36  # columns of a pane, at least, that stands beside another run's
_SHORT = 8  # lines of a pane, at least, that stands above another run's


@dataclass(frozen=True)
class Pane:
    """One row.

    Attributes:
        key: what it is called.
        tab: its name among the others.
        draw: (scene, run, columns, lines) → at most so many lines.
        has: whether there is such a thing for a problem.
        is_picture: whether it is of one moment, and not a curve over the updates.
        is_joint: whether one drawing has all runs.
    """

    key: str
    tab: str
    draw: Callable[[TrainingScene, RunSeen, int, int], list[Line]]
    has: Callable[[Scenario], bool] = lambda _problem: True
    is_picture: bool = False
    is_joint: bool = False


def _has_classes(problem: Scenario) -> bool:
    return classes(problem, np.arange(len(problem.samples))) is not None


PANES: tuple[Pane, ...] = (
    Pane("cost", "C", draw_cost, is_joint=True),
    Pane("accuracy", "accuracy", draw_accuracy, _has_classes, is_joint=True),
    Pane(
        "gradient",
        "∂C/∂W",
        partial(draw_layers, key="gradient_norm"),
        lambda problem: problem.training.train == "parameters",
    ),
    Pane("delta", "δ", partial(draw_layers, key="delta_norm")),
    Pane("flat", "flat", partial(draw_layers, key="saturated")),
    Pane(
        "boundary",
        "boundary",
        draw_boundary,
        lambda problem: problem.network.inputs == 2,
        is_picture=True,
    ),
    Pane("confusion", "classes", draw_confusion, _has_classes, is_picture=True),
    Pane("weights", "weights", draw_weights, is_picture=True),
)
"""Every pane, in the order of their keys."""


@lru_cache(maxsize=8)
def panes_of(problem: Scenario) -> tuple[Pane, ...]:
    """The panes that there are for a problem."""
    return tuple(pane for pane in PANES if pane.has(problem))


def draw_pane(pane: Pane, scene: TrainingScene, columns: int, lines: int) -> list[Line]:
    """A pane as exactly `lines` lines of `columns` cells.

    What is drawn for each run stands beside one another, or above, where there is room; else it is
    drawn for the first one.
    """
    first, *others = scene.runs
    if not others or pane.is_joint:
        return _fitted(pane.draw(scene, first, columns, lines), columns, lines)
    if columns >= 2 * _HALF:
        half = columns // 2
        left = _of_run(pane, scene, first, half - 1, lines)
        right = _of_run(pane, scene, others[0], columns - half, lines)
        return [(*a, Span(" "), *b) for a, b in zip(left, right, strict=True)]
    if lines >= 2 * _SHORT:
        half = lines // 2
        return [
            *_of_run(pane, scene, first, columns, half),
            *_of_run(pane, scene, others[0], columns, lines - half),
        ]
    return _of_run(pane, scene, first, columns, lines)


def _of_run(
    pane: Pane, scene: TrainingScene, run: RunSeen, columns: int, lines: int
) -> list[Line]:  # fmt: skip
    """A pane of one run; another scenario may have no such thing."""
    if pane in panes_of(run.problem):
        return _fitted(pane.draw(scene, run, columns, lines), columns, lines)
    return _fitted([(Span(f" {run.letter}: has none", "later"),)], columns, lines)


def _fitted(drawn: list[Line], columns: int, lines: int) -> list[Line]:
    return [crop(line, columns) for line in filled(drawn, lines, columns)]
