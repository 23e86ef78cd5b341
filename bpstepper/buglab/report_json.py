"""What comes of mistakes as JSON: the public format of `bpstepper mistakes --format json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bpstepper.buglab.mistakes import Verdict
from bpstepper.report.trace_json import plain_scalar, plain_value

__all__ = ["mistakes_json"]


def mistakes_json(verdicts: Iterable[Verdict]) -> str:
    """The verdicts as one JSON text; floats read back exactly."""
    records = [_record(verdict) for verdict in verdicts]
    return json.dumps({"mistakes": records}, ensure_ascii=False, allow_nan=False) + "\n"


def _record(verdict: Verdict) -> dict[str, Any]:
    worst = verdict.gradcheck_worst
    return {
        "id": verdict.id,
        "title": verdict.title,
        "applies": verdict.applies,
        "update": verdict.update,
        "first": verdict.first,
        "differs": {
            key: {"correct": plain_value(right), "mistaken": plain_value(mistaken)}
            for key, (right, mistaken) in verdict.differs.items()
        },
        "gradcheck": {
            "ok": verdict.gradcheck_ok,
            "worst": None if worst is None else plain_scalar(worst),
            "symbol": verdict.gradcheck_symbol,
            "backward_ok": verdict.backward_ok,
        },
        "clash": verdict.clash,
        "clash_symbol": verdict.clash_symbol,
    }
