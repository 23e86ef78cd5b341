"""`bpstepper trace`: text and JSON, and what a scenario prints without a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import bpstepper
from tests.saying import MAZUR, Said, run

PUBLISHED: dict[str, list[list[float]] | float] = {
    "z1": [[0.3775], [0.3925]],
    "a1": [[0.593269992], [0.596884378]],
    "a2": [[0.75136507], [0.772928465]],
    "C": 0.298371109,
    "delta2": [[0.138498562], [-0.038098237]],
    "delta1": [[0.008771355], [0.009954255]],
    "W1": [[0.149780716, 0.19956143], [0.24975114, 0.29950229]],
    "W2": [[0.35891648, 0.408666186], [0.511301270, 0.561370121]],
}
"""Mazur's page, W after the update; δ recomputed, since he prints only their products."""


def test_without_a_terminal_the_scenario_is_printed(said: Said) -> None:
    """`bpstepper mazur | cat` is `bpstepper trace mazur | cat`: steps, matrices, no sequences."""
    opened = said("mazur")
    assert (opened.status, opened.err) == (0, "")
    text = opened.out
    for line in ("Mazur's 2-2-2 network", "BP2   δ¹ = ( (W²)ᵀ δ² ) ⊙ σ′(z¹)", "0.008771"):
        assert line in text
    assert "\x1b" not in text
    assert said("trace", "mazur").out == text


def test_the_ascii_trace_says_the_same_in_as_many_lines(said: Said) -> None:
    """--ascii changes letters, and no line goes missing or is joined to another."""
    text = said("trace", "mazur").out
    ascii_text = said("trace", "mazur", "--ascii").out
    assert ascii_text.isascii()
    assert "?" not in ascii_text.replace("?\n", "\n")
    assert len(ascii_text.splitlines()) == len(text.splitlines())
    assert "BP2   delta1 = ( (W2)^T delta2 ) (.) sigma'(z1)" in ascii_text.splitlines()


def test_the_trace_of_several_updates(said: Said) -> None:
    """--updates N prints N of them, in order."""
    text = said("trace", "mazur", "--updates", "3").out
    assert [line for line in text.splitlines() if line.startswith("update ")] == [
        f"update {n}, epoch {n}, samples: s1" for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("mazur", "--updates", "2"),
        ("mazur", "--layout", "torch"),
        ("softmax-jacobian",),
        ("xor-one-step", "--layout", "row"),
        ("linear-neuron-a", "--updates", "4", "--set", "training.learning_rate=1e300"),
    ],
    ids=" ".join,
)
def test_the_trace_is_valid_against_its_schema(said: Said, arguments: tuple[str, ...]) -> None:
    """Each document is what `schema --of trace` promises."""
    schema = said("schema", "--of", "trace").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = said("trace", *arguments, "--format", "json").json()
    jsonschema.Draft202012Validator(schema).validate(document)


def test_the_schema_would_see_what_is_missing(said: Said) -> None:
    """A document without a promised key is not valid."""
    schema = said("schema", "--of", "trace").json()
    document = said("trace", "mazur", "--format", "json").json()
    del document["updates"][0]["steps"][3]["operations"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(document)


def test_the_trace_has_the_published_numbers(said: Said) -> None:
    """What Mazur printed, to half of the last digit that all of it has."""
    document = said("trace", "mazur", "--format", "json").json()
    (update,) = document["updates"]
    assert document["format"] == 1
    assert document["layout"] == "column"
    assert (update["update"], update["epoch"], update["samples"]) == (1, 1, [0])
    for symbol, published in PUBLISHED.items():
        found = (update["parameters"] if symbol in ("W1", "W2") else update["values"])[symbol]
        off = np.abs(read_back(found) - read_back(published))
        assert off.max() <= 5e-9, symbol
    assert update["C"] == update["values"]["C"]
    values = update["values"]
    for step in update["steps"]:
        assert step["value"] == values[step["id"]]
        for operation in step["operations"]:
            assert {*operation["operands"], operation["result"]} <= set(values)


def read_back(value: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A value of the document as an array; the words of what is not finite are floats to numpy."""
    return np.array(value, dtype=object).astype(np.float64)


@pytest.mark.parametrize(
    ("name", "overrides", "updates"),
    [
        ("mazur", [], 3),
        ("softmax-jacobian", [], 2),
        ("four-horsemen-3-4-2", [], 2),
        ("linear-neuron-a", ["training.learning_rate=1e300"], 4),
    ],
)
def test_floats_read_back_exactly(
    said: Said, name: str, overrides: list[str], updates: int
) -> None:
    """Every number of the document is the trace's own, bit for bit; what JSON lacks is a word."""
    sets = [word for override in overrides for word in ("--set", override)]
    document = said("trace", name, *sets, "--updates", str(updates), "--format", "json").json()
    line = bpstepper.timeline(bpstepper.load(name, overrides=overrides))
    words = json.dumps(document)
    assert ('"Infinity"' in words or '"NaN"' in words) == bool(overrides)
    for record, number in zip(document["updates"], range(1, updates + 1), strict=True):
        trace = line.at(number).trace
        assert set(record["values"]) == set(trace.keys())
        pairs = [(record["values"][key], trace[key]) for key in trace.keys()]  # noqa: SIM118
        pairs += [(record["parameters"][key], trace.parameters[key]) for key in trace.parameters]
        for found, value in pairs:
            array = read_back(found)
            assert array.shape == value.shape
            numbers = ~np.isnan(value)
            assert (np.isnan(array) == ~numbers).all()
            assert array[numbers].tobytes() == value[numbers].tobytes()


def test_a_trace_through_a_pipe(tmp_path: Path) -> None:
    """`-` reads the scenario from standard input."""
    status, out, err = run("trace", "-", "--format", "json", cwd=tmp_path, stdin=MAZUR.read_text())
    assert (status, err) == (0, "")
    assert json.loads(out)["title"] == "Mazur's 2-2-2 network"
