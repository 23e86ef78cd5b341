"""Panes of the training page that are curves over the updates.

What two runs have in common is drawn in one field, so that it can be compared; what each layer has
is drawn for one run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bpstepper.drawing.plots.plot import Axes, Curve, draw_plot
from bpstepper.drawing.text import Line, Span, crop, pad
from bpstepper.engine.symbols import superscript
from bpstepper.training.measures import MEASURES
from bpstepper.training.page_context import RunSeen, TrainingScene

__all__ = ["SIGNS", "draw_accuracy", "draw_cost", "draw_layers"]

SIGNS = {"A": ("●", "curve"), "B": ("×", "tangent")}
"""The sign of a run's curves, and their role."""

_HELD_OUT = {"A": ("○", "positive"), "B": ("+", "negative")}
_LAYERS = ("curve", "positive", "negative", "done", "now", "tangent")
_FAR = 10.0  # the largest by the smallest, from which a logarithm shows more
_SHARE = Axes(ends=(0.0, 1.0), labels=("0 %", "100 %"), log=False, words="update")
_UPPER = Axes(ends=(0.5, 1.0), labels=("50 %", "100 %"), log=False, words="update")
_NARROW = 50  # columns below which curves are named above them, and not beside


def draw_cost(scene: TrainingScene, _run: RunSeen, columns: int, lines: int) -> list[Line]:
    """C of all runs: of each batch, of all training samples, and of those that are held out."""
    alone = len(scene.runs) == 1
    curves: list[Curve] = []
    for run in scene.runs:
        sign, role = SIGNS[run.letter]
        whole = run.measures.get(("C_training", 1))
        held_out = run.measures.get(("C_held_out", 1))
        name = "C" if alone else run.letter
        if run.in_batches and whole is not None:
            if alone:
                costs = run.costs
                curves.append(Curve("batch", costs.values, "·", "later", costs.updates))
                name = "training"
            curves.append(Curve(name, whole.values, sign, role, whole.updates))
        else:
            curves.append(Curve(name, run.costs.values, sign, role, run.costs.updates))
        if held_out is not None:
            name = "held out" if alone else f"{run.letter} held out"
            sign, role = _HELD_OUT[run.letter]
            curves.append(Curve(name, held_out.values, sign, role, held_out.updates))
    return _sizes(scene, "C", curves, columns, lines)


def draw_accuracy(scene: TrainingScene, _run: RunSeen, columns: int, lines: int) -> list[Line]:
    """The share of samples that are classified rightly, of all runs."""
    alone = len(scene.runs) == 1
    curves: list[Curve] = []
    for run in scene.runs:
        for key, told, (sign, role) in (
            ("accuracy", "training", SIGNS[run.letter]),
            ("accuracy_held_out", "held out", _HELD_OUT[run.letter]),
        ):
            curve = run.measures.get((key, 1))
            if curve is not None:
                name = told if alone else f"{run.letter} {told}"
                curves.append(Curve(name, curve.values, sign, role, curve.updates))
    worst = min((float(curve.values.min()) for curve in curves if len(curve.values)), default=0.0)
    axes = _UPPER if worst >= 0.5 else _SHARE
    return _plotted(scene, "accuracy: samples classified rightly", curves, columns, lines, axes)


def draw_layers(
    scene: TrainingScene, run: RunSeen, columns: int, lines: int, key: str
) -> list[Line]:
    """A measure that each layer has, of one run."""
    curves: list[Curve] = []
    name, told, short = _OF_LAYERS[key]
    for layer in range(1, run.problem.network.depth + 1):
        curve = run.measures.get((key, layer))
        if curve is not None:
            sign = str(layer) if layer < 10 else "+"
            role = _LAYERS[(layer - 1) % len(_LAYERS)]
            called = name.format(l=superscript(layer), n=layer)
            curves.append(Curve(called, curve.values, sign, role, curve.updates))
    if columns < _NARROW:  # the sign on a curve is its layer's number
        told, curves = f"{short}, by layer", [replace(curve, name="") for curve in curves]
    heading = told if len(scene.runs) == 1 else f"{run.letter}: {told}"
    if MEASURES[key].is_share:
        return _plotted(scene, heading, curves, columns, lines, _SHARE)
    return _sizes(scene, heading, curves, columns, lines)


_OF_LAYERS = {
    "gradient_norm": ("∂C/∂W{l}", "length of the gradient ∂C/∂W", "∂C/∂W"),
    "delta_norm": ("δ{l}", "length of δ, mean over the samples", "δ"),
    "saturated": ("layer {n}", "units on a flat part (saturated)", "flat (saturated)"),
}
"""Measure → how a layer's is called, what stands above all of them, long and short."""


def _sizes(
    scene: TrainingScene, told: str, curves: Sequence[Curve], columns: int, lines: int
) -> list[Line]:
    """Curves of sizes: on a log scale where that shows more; there is no 0 on one."""
    values = np.concatenate([curve.values for curve in curves]) if curves else np.zeros(0)
    finite = values[np.isfinite(values)]
    above = finite[finite > 0]
    far = bool(len(above) > len(finite) / 2 and above.max() > _FAR * above.min())
    far = far and not (finite < 0).any()  # only some losses are ever below 0
    if far:
        told += ", log" if columns < _NARROW else ", on a log scale"
    if far and len(above) < len(finite):
        told += ", without 0"
        curves = [_above_zero(curve) for curve in curves]
    axes = Axes(log=far, words="update")
    return _plotted(scene, told, curves, columns, lines, axes)


def _above_zero(curve: Curve) -> Curve:
    kept = curve.values != 0
    updates = None if curve.updates is None else curve.updates[kept]
    return replace(curve, values=curve.values[kept], updates=updates)


def _plotted(
    scene: TrainingScene,
    told: str,
    curves: Sequence[Curve],
    columns: int,
    lines: int,
    axes: Axes,
) -> list[Line]:
    """A heading, and the curves below it with the cursor through them."""
    heading: Line = (Span(f" {scene.text(told)}", "heading"),)
    if columns < _NARROW and len(curves) > 1 and curves[0].name:
        named = (
            Span(f"  {scene.text(curve.sign)} {scene.text(curve.name)}", curve.role)
            for curve in curves
        )
        heading = (*heading, *named)
        curves = [replace(curve, name="") for curve in curves]
    axes = Axes(axes.ends, axes.labels, axes.log, scene.cursor, axes.words)
    drawn = draw_plot(curves, scene.reach, scene.look, columns, lines - 1, axes=axes)
    if not drawn:
        drawn = [(Span(pad("   no numbers yet", columns), "later"),)]
    return [crop(heading, columns), *drawn]
