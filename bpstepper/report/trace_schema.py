"""The JSON Schema of the trace: what `trace --format json` promises."""

from __future__ import annotations

from typing import Any

from bpstepper.engine.tables.equations import EQUATIONS, PHASES
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.report.trace_json import FORMAT

__all__ = ["trace_schema"]

_FLOAT = {
    "description": "A float that reads back exactly; what JSON has no number for is a string.",
    "anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}],
}
_VALUE = {
    "description": "A number (C), a matrix in the scenario's layout, or (m, n, n) for a Jacobian.",
    "anyOf": [{"$ref": "#/$defs/float"}, {"type": "array", "items": {"$ref": "#/$defs/value"}}],
}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), **more}


def _values(description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": {"$ref": "#/$defs/value"},
    }


def trace_schema() -> dict[str, Any]:
    """The schema, as plain data."""
    operation = _object(
        {
            "kernel": {"type": "string", "description": "what is done, as `matmul`"},
            "operands": {"type": "array", "items": {"type": "string"}},
            "result": {"type": "string"},
        }
    )
    laws = sorted({law.law for law in EQUATIONS.values()})
    step = _object(
        {
            "index": {"type": "integer", "minimum": 0},
            "id": {"type": "string", "description": "the key of what the step makes"},
            "law": {"enum": laws},
            "phase": {"enum": list(PHASES)},
            "layer": {"type": ["integer", "null"], "description": "counted as in the book"},
            "equation": {"type": "string"},
            "latex": {"type": "string"},
            "source": {"type": "string"},
            "witness": {
                "type": "boolean",
                "description": "a path shown beside the one that the update takes",
            },
            "operations": {"type": "array", "items": operation, "minItems": 1},
            "shape": {"type": "array", "items": {"type": "integer"}},
            "value": {"$ref": "#/$defs/value"},
        }
    )
    update = _object(
        {
            "update": {"type": "integer", "minimum": 1},
            "epoch": {"type": "integer", "minimum": 1},
            "samples": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            "C": {"$ref": "#/$defs/float"},
            "steps": {"type": "array", "items": step},
            "values": _values("every operand and result, before the parameters move"),
            "parameters": _values("W and b after the update"),
        }
    )
    return _object(
        {
            "format": {"const": FORMAT},
            "title": {"type": "string"},
            "layout": {"enum": list(LAYOUTS)},
            "updates": {"type": "array", "items": update},
        },
        **{
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "bpstepper trace",
            "$defs": {"float": _FLOAT, "value": _VALUE},
        },
    )
