"""A training told: as the public JSON, as a page of text, as a plot and as a table.

What is told is a `Recording`; C of every update is thinned, and the numbers are written so that
they read back exactly.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from bpstepper.drawing.plots.plot import Curve, draw_plot
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, plain
from bpstepper.engine.compile.memory import public
from bpstepper.engine.compile.network import Array
from bpstepper.engine.run.training import accuracy, cost_over_all, split
from bpstepper.number_format import number
from bpstepper.report.trace_json import plain_scalar, plain_value
from bpstepper.scenario.model import Scenario
from bpstepper.training.recording import Recording

__all__ = ["POINTS", "plotted", "table", "training_record", "training_text"]

POINTS = 9_999
"""The most points of C, besides the last."""

_LINES = 16
_SMALL = 16  # numbers of a matrix that is written out


def training_record(scenario: Scenario, recording: Recording) -> dict[str, Any]:
    """The public record of a training."""
    parameters = recording.parameters
    ending = recording.ending
    return {
        "updates": recording.done,
        "epochs": recording.epoch,
        "C": [plain_scalar(cost) for cost in recording.costs().values.tolist()],
        "C_all": plain_scalar(cost_over_all(scenario, parameters)),
        "accuracy": accuracy(scenario, parameters),
        "accuracy_held_out": accuracy(scenario, parameters, split(scenario).held_out),
        "ended": ending.says if ending else None,
        "resumed_from": recording.first,
        "parameters": {
            key: plain_value(value) for key, value in public(scenario, parameters).items()
        },
    }


def training_text(
    scenario: Scenario, recording: Recording, record: dict[str, Any], seconds: float
) -> Iterator[str]:
    """The lines for a person; long matrices stay in the JSON and in the file."""
    made = recording.done - recording.first
    rate = made / seconds if seconds else math.inf
    yield clean(scenario.title or scenario.name)
    yield (
        f"{recording.done:,} updates, {recording.epoch:,} epochs, "
        f"{number(seconds, 2)} s ({rate:,.0f} updates/s)"
    )
    if recording.first:
        yield f"gone on from update {recording.first:,}"
    if recording.ending is not None and recording.ending.is_sound:
        yield f"ended: {recording.ending.says}"
    first, last = record["C"][0], record["C"][-1]
    begins = int(recording.costs().updates[0])  # of a long curve that is resumed, maybe a later one
    batch = "the first batch" if begins == recording.first + 1 else f"update {begins:,}"
    yield f"C of {batch} {_told(first)}, of the last {_told(last)}"
    yield f"C over all samples now {_told(record['C_all'])}"
    for key, which in (("accuracy", "training"), ("accuracy_held_out", "held-out")):
        if record[key] is not None:
            yield f"accuracy {100 * record[key]:.1f} % of the {which} samples"
    for key, value in record["parameters"].items():
        if sum(len(row) for row in value) <= _SMALL:
            rows = "; ".join("  ".join(_told(x) for x in row) for row in value)
            yield f"{key:<4} {rows}"
        else:
            yield f"{key:<4} {len(value)}×{len(value[0])}, see --format json or --save"


def _told(value: float | str) -> str:
    return value if isinstance(value, str) else number(value, 7)


def plotted(recording: Recording, look: RenderOptions, columns: int) -> list[str]:
    """C over the updates, and C of the held-out samples where there are some, as lines of text."""
    costs = recording.costs()
    even = _even(costs.values, costs.updates)
    if not len(even):
        return []
    stride = int(costs.updates[1] - costs.updates[0]) if len(costs.updates) > 1 else 1
    curves = [Curve("C", even, "●", "curve")]
    if any(row.key == "C_held_out" for row in recording.measures()):
        held_out = recording.curve("C_held_out")
        at = np.searchsorted(held_out.updates, costs.updates[: len(even)], side="right") - 1
        values = np.where(at < 0, np.nan, held_out.values[np.maximum(at, 0)])
        curves.append(Curve("C held out", values, "○", "tangent"))
    if recording.first or stride > recording.done:  # the left edge stands for update 1
        return []
    lines = draw_plot(curves, len(even), look, columns, _LINES, updates=recording.done)
    return [plain(line).rstrip() for line in lines]


def _even(values: Array, updates: np.ndarray[Any, np.dtype[np.intp]]) -> Array:
    """The values without the last one where that is nearer than the others are to each other."""
    if len(updates) > 2 and updates[-1] - updates[-2] != updates[1] - updates[0]:
        return values[:-1]
    return values


def table(recording: Recording) -> str:
    """C and every measure at the updates that were kept, as CSV; empty where none was taken."""
    rows = recording.measures()
    columns: list[tuple[str, dict[int, float]]] = []
    for row in rows:
        layers = range(1, recording.problem.network.depth + 1) if row.of_layers else (1,)
        for layer in layers:
            curve = recording.curve(row.key, layer)
            known = dict(zip(curve.updates.tolist(), curve.values.tolist(), strict=True))
            columns.append((f"{row.key}_{layer}" if row.of_layers else row.key, known))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["update", "epoch", "C", *(name for name, _ in columns)])
    costs = recording.costs()
    for update, cost in zip(costs.updates.tolist(), costs.values.tolist(), strict=True):
        found = [known.get(update) for _, known in columns]
        told = ["" if value is None else plain_scalar(value) for value in found]
        writer.writerow([update, recording.epoch_of(update), plain_scalar(cost), *told])
    return text.getvalue()
