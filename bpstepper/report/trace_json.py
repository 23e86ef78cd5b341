"""The trace as JSON: the public format, one update after the other.

Floats are written so that they read back exactly; NaN and the infinities, which JSON has no
numbers for, as the strings "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from bpstepper.engine.compile.network import Array
from bpstepper.engine.run.trace import Step, Trace
from bpstepper.scenario.model import Scenario

__all__ = ["plain_scalar", "plain_value", "trace_json", "update_record"]

FORMAT = 1


def plain_value(value: Array) -> Any:
    """An array as nested lists, a 0-d one as a number; non-finite numbers as strings."""
    return _spelled(value.tolist())


def _spelled(value: Any) -> Any:
    return [_spelled(item) for item in value] if isinstance(value, list) else plain_scalar(value)


def plain_scalar(value: float) -> float | str:
    """A float, or the word for one that JSON has no number for."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _step_record(step: Step) -> dict[str, Any]:
    equation = step.equation
    return {
        "index": step.index,
        "id": step.id,
        "law": equation.law,
        "phase": equation.phase,
        "layer": equation.layer,
        "equation": equation.formula,
        "latex": equation.latex,
        "source": equation.source,
        "witness": equation.cross_check,
        "operations": [
            {
                "kernel": operation.kernel.name,
                "operands": [operand.key for operand in operation.operands],
                "result": operation.result.key,
            }
            for operation in step.operations
        ],
        "shape": list(step.result.value.shape),
        "value": plain_value(step.result.value),
    }


def update_record(trace: Trace) -> dict[str, Any]:
    """One update as plain data."""
    return {
        "update": trace.update,
        "epoch": trace.epoch,
        "samples": list(trace.samples),
        "C": plain_value(trace["C"]),
        "steps": [_step_record(step) for step in trace],
        "values": {symbol.key: plain_value(value) for symbol, value in trace.values.items()},
        "parameters": {key: plain_value(value) for key, value in trace.parameters.items()},
    }


def trace_json(scenario: Scenario, traces: Iterable[Trace]) -> Iterator[str]:
    """The whole document in pieces, an update at a time: any number of them fits in memory."""
    head = {"format": FORMAT, "title": scenario.title, "layout": scenario.network.layout}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "updates": ['
    for position, trace in enumerate(traces):
        yield (",\n" if position else "\n") + json.dumps(update_record(trace), ensure_ascii=False)
    yield "\n]}\n"
