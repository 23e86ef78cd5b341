"""Writing, mutating and reading scenarios that name files."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bpstepper.scenario import Diagnostic, Scenario, ScenarioError, load
from bpstepper.scenario.diagnostics.render_diagnostics import to_json, to_text

QUICK = settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Write = Callable[..., Path]


def refused(path: Path, *overrides: str) -> tuple[Diagnostic, ...]:
    """What is said when it is read."""
    with pytest.raises(ScenarioError) as caught:
        load(path, overrides=overrides)
    to_text(caught.value.diagnostics).encode()
    to_json(caught.value.diagnostics)
    return caught.value.diagnostics


def rows(scenario: Scenario) -> list[list[float]]:
    """The inputs of all samples."""
    return [sample.input.tolist() for sample in scenario.samples]


def npz(**arrays: Any) -> bytes:
    """The bytes of an NPZ file."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def mutated(data: st.DataObject, start: bytes, pieces: st.SearchStrategy[bytes]) -> bytes:
    """Bytes with a few cuts and insertions."""
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(start)))
        length = data.draw(st.sampled_from([0, 1, 1, 2, 5, 20]))
        start = start[:at] + data.draw(pieces) + start[at + length :]
    return start


def read(path: Path) -> None:
    """Load it; what is said of it can be told."""
    try:
        load(path)
    except ScenarioError as error:
        shown = to_text(error.diagnostics, omitted=error.omitted)
        assert all(c == "\n" or ord(c) >= 0x20 for c in shown)
        shown.encode()
        to_json(error.diagnostics)
