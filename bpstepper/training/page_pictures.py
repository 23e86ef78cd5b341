"""Panes of the training page that are pictures of a network at one moment.

The moment is that of the cursor; without one, that after the last update. What is seen is made by
`training.pictures`, of the Program's own forward pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from bpstepper.drawing.plots.bars import draw_bars
from bpstepper.drawing.plots.confusion_matrix import draw_counts
from bpstepper.drawing.plots.heat_plane import (
    LEVELS,
    Levels,
    Point,
    draw_plane,
    halves,
    levels_of,
    marker,
    swatch,
    wrong_marker,
)
from bpstepper.drawing.text import Line, Span, clean, line_width, pad, shorten, width
from bpstepper.engine.symbols import superscript
from bpstepper.number_format import number
from bpstepper.training.page_context import Moment, RunSeen, TrainingScene
from bpstepper.training.pictures import Boundary, Histogram, boundary, confusion, histograms
from bpstepper.training.predictions import predict

__all__ = ["draw_boundary", "draw_confusion", "draw_weights"]

_BINS = 24
_CLASSES = 6  # that a legend names


def _pane(
    scene: TrainingScene,
    run: RunSeen,
    told: str,
    columns: int,
    draw: Callable[[Moment], list[Line]],
) -> list[Line]:
    """A heading that says of when it is, and what is drawn of that moment."""
    moment = run.moment
    whose = "" if len(scene.runs) == 1 else f"{run.letter}: "
    if moment is None:
        text = f" {whose}not run so far"
        return [(Span(pad(scene.text(text), columns), "later"),)]
    long = f" {whose}{told} {moment.when}"
    text = long if width(scene.text(long)) <= columns else f" {whose}{told}"
    return [(Span(pad(scene.text(text), columns), "heading"),), *draw(moment)]


# ── the weights ──────────────────────────────────────────────────────────────────────────────


def draw_weights(scene: TrainingScene, run: RunSeen, columns: int, lines: int) -> list[Line]:
    """How the weights of each layer are spread, one histogram below the other."""

    def draw(moment: Moment) -> list[Line]:
        bins = _bins(run, columns)
        found = moment.picture(
            ("weights", bins), lambda: histograms(run.problem, moment.parameters, bins)
        )
        room = lines - 1
        each = min(room // len(found), 9)
        if each >= 3:
            return [line for it in found for line in _tall(scene, it, columns, each)][:room]
        return [_flat(scene, it, columns) for it in found][:room]

    return _pane(scene, run, "weights", columns, draw)


def _bins(run: RunSeen, columns: int) -> int:
    """How many bars: more for more weights, and an even number, so that 0 is between two."""
    sizes = run.problem.network.sizes
    many = max(a * b for a, b in pairwise(sizes))
    return max(min(2 * math.ceil(math.sqrt(many)), _BINS, columns - 4) // 2, 4) * 2


def _tall(scene: TrainingScene, it: Histogram, columns: int, lines: int) -> list[Line]:
    """A layer's histogram: what it is, the bars, and where they end."""
    low, high = _ends(scene, it)
    many = int(it.counts.sum()) + it.not_finite
    told = f" W{superscript(it.layer)}: {many:,} weight{'' if many == 1 else 's'}"
    told += f", {it.not_finite:,} not finite" if it.not_finite else ""
    wide = (columns - 4) // len(it.counts) * len(it.counts) or columns - 4
    bars = draw_bars(it.counts, wide, lines - 2, scene.look, "curve")
    zero = "0"
    below = pad(low, wide // 2 - 1) + zero
    below += pad(high, max(wide - len(below), 0), "right")
    return [
        (Span(pad(scene.text(told), columns), "label"),),
        *((Span("  "), *line) for line in bars),
        (Span(f"  {below}", "label"),),
    ]


def _flat(scene: TrainingScene, it: Histogram, columns: int) -> Line:
    """A layer's histogram on one line."""
    low, high = _ends(scene, it)
    name = pad(scene.text(f" W{superscript(it.layer)}"), 5)
    wide = max(min(len(it.counts), columns - len(name) - len(low) - len(high) - 2), 1)
    counts = it.counts if wide >= len(it.counts) else _fewer(it, wide)
    (bars,) = draw_bars(counts, wide, 1, scene.look, "curve")
    return (Span(name, "label"), Span(f"{low} ", "label"), *bars, Span(f" {high}", "label"))


def _fewer(it: Histogram, bins: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    starts = np.arange(bins) * len(it.counts) // bins
    return np.add.reduceat(it.counts, starts)


def _ends(scene: TrainingScene, it: Histogram) -> tuple[str, str]:
    ascii_ = scene.look.charset.ascii
    low, high = (number(float(it.edges[at]), 3, ascii=ascii_) for at in (0, -1))
    return low, high


# ── the decision boundary ────────────────────────────────────────────────────────────────────


def draw_boundary(scene: TrainingScene, run: RunSeen, columns: int, lines: int) -> list[Line]:
    """What the network answers all over the plane of its two inputs, the samples on it."""

    def draw(moment: Moment) -> list[Line]:
        lead = 7
        wide, high = columns - lead - 1, lines - 3
        if wide < 8 or high < 2:
            return []
        each = halves(scene.look)
        found = moment.picture(
            ("boundary", wide, high * each),
            lambda: boundary(run.problem, moment.parameters, wide, high * each),
        )
        assert found is not None  # the pane is there for networks with two inputs only
        levels, ends = _levels(found)
        wrong = moment.picture("wrong", lambda: _wrong(run, moment, found))
        drawn = draw_plane(levels, scene.look, _points(found, wrong, each))
        return [
            *_beside(scene, run, found, drawn, lead),
            _across(scene, run, found, lead, wide),
            _legend(scene, found, wrong, ends, columns),
        ]

    return _pane(scene, run, "the input plane", columns, draw)


def _levels(found: Boundary) -> tuple[Levels, tuple[float, float] | None]:
    """The level of each square, and what the levels go from and to; None where they are classes."""
    count = len(found.classes)
    if count > 2:
        levels = np.where(found.labels < 0, -1, found.labels * (LEVELS - 1) // (count - 1))
        return levels, None
    finite = found.values[np.isfinite(found.values)]
    low, high = float(finite.min(initial=0.0)), float(finite.max(initial=1.0))
    if found.classes and len(found.targets):
        low, high = min(low, 1 - high), max(high, 1 - low)  # ½ is in the middle
    return levels_of(found.values, low, high), (low, high)


def _points(found: Boundary, wrong: set[int], each: int) -> dict[tuple[int, int], Point]:
    """Each sample's place, its class, and whether it is classified wrongly: that is shown first."""
    at: dict[tuple[int, int], Point] = {}
    for point in range(len(found.points)):
        line, column = found.cell(point)
        kind = int(found.targets[point]) if len(found.targets) else 0
        if point in wrong or (line // each, column) not in at:
            at[line // each, column] = (kind, point in wrong)
    return at


def _wrong(run: RunSeen, moment: Moment, found: Boundary) -> set[int]:
    """The samples that are taken for another class; none where there are no classes."""
    if not len(found.targets):
        return set()
    return set(np.flatnonzero(predict(run.problem, moment.parameters) != found.targets).tolist())


def _beside(
    scene: TrainingScene, run: RunSeen, found: Boundary, drawn: list[Line], lead: int
) -> list[Line]:
    """The lines with the second input's ends and name at their left."""
    ascii_ = scene.look.charset.ascii
    name = _input(scene, run, 1, lead - 2)
    labels = {
        0: number(found.up.high, 2, ascii=ascii_),
        len(drawn) // 2: name,
        len(drawn) - 1: number(found.up.low, 2, ascii=ascii_),
    }
    return [
        (Span(pad(labels.get(i, ""), lead - 1, "right") + " ", "label"), *line)
        for i, line in enumerate(drawn)
    ]


def _across(scene: TrainingScene, run: RunSeen, found: Boundary, lead: int, wide: int) -> Line:
    ascii_ = scene.look.charset.ascii
    low = number(found.across.low, 2, ascii=ascii_)
    high = number(found.across.high, 2, ascii=ascii_)
    name = _input(scene, run, 0, wide - len(low) - len(high) - 2)
    middle = pad(name, wide - len(low) - len(high), "center")
    return (Span(" " * lead + low + middle + high, "label"),)


def _input(scene: TrainingScene, run: RunSeen, at: int, cells: int) -> str:
    name = scene.text(clean(run.problem.network.unit_names(0)[at]))
    return shorten(name, max(cells, 1), scene.look.charset.left_out)


def _legend(
    scene: TrainingScene,
    found: Boundary,
    wrong: set[int],
    ends: tuple[float, float] | None,
    columns: int,
) -> Line:
    """What the levels and the glyphs stand for, and how many samples are on the wrong side."""
    ascii_, spans = scene.look.charset.ascii, [Span(" ")]
    if ends is not None:
        ramp = [swatch(level, scene.look) for level in range(LEVELS)]
        texts = [number(end, 2, ascii=ascii_) for end in ends]
        spans += [Span(f"{texts[0]} ", "label"), *ramp, Span(f" {texts[1]}", "label")]
    for kind, name in enumerate(found.classes[:_CLASSES]):
        told = shorten(scene.text(clean(name)), 8, scene.look.charset.left_out)
        spans.append(Span(f"  {marker(kind, scene.look)} {told}", "value"))
    if len(found.targets):
        many = f"  {wrong_marker(scene.look)} {len(wrong):,}"
        for text in (f"{many} of {len(found.targets):,} wrong", f"{many} wrong"):
            if line_width(spans) + len(text) <= columns:
                spans.append(Span(text, "mark" if wrong else "done"))
                break
    return tuple(spans)


# ── the classes ──────────────────────────────────────────────────────────────────────────────


def draw_confusion(scene: TrainingScene, run: RunSeen, columns: int, lines: int) -> list[Line]:
    """What the samples of each class are taken for."""
    which = "held-out" if run.problem.training.hold_out else "training"

    def draw(moment: Moment) -> list[Line]:
        found = moment.picture("confusion", lambda: confusion(run.problem, moment.parameters))
        assert found is not None  # the pane is there for classes only
        right = f" {100 * found.accuracy:.4g} % right"
        lost = int(found.unanswered.sum())
        right += f", {lost:,} not finite" if lost else ""
        table = draw_counts(found.counts, found.classes, scene.look, columns - 1, lines - 2)
        return [
            *((Span(" "), *line) for line in table),
            (Span(pad(scene.text(right), columns), "sum"),),
        ]

    return _pane(scene, run, f"answers to {which} samples", columns, draw)
