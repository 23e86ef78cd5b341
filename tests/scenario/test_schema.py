"""The JSON Schema: it is one, it takes every good file, and refuses bad ones."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bpstepper.scenario import library, schema
from bpstepper.scenario.schema.tables import FILE
from bpstepper.scenario.starter import STARTER
from tests.scenario.bad_sense import SCHEMA
from tests.scenario.spoiling import BASE
from tests.scenario.test_load import EXAMPLE

DOCUMENT = schema()
TABLES = {**DOCUMENT["$defs"], "ScenarioFile": DOCUMENT}


def wrong(text: str) -> list[str]:
    """What the schema has against a file."""
    validator = Draft202012Validator(DOCUMENT)
    return [error.message for error in validator.iter_errors(tomllib.loads(text))]


def test_it_is_a_schema() -> None:
    """Valid against the draft that it names."""
    assert DOCUMENT["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(DOCUMENT)


@pytest.mark.parametrize("name", library.names())
def test_bundled_scenarios_validate(name: str) -> None:
    """Nothing that the program reads is underlined in an editor."""
    assert wrong(Path(str(library.path(name))).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", [STARTER, EXAMPLE, BASE], ids=["starter", "example", "base"])
def test_good_files_validate(text: str) -> None:
    """The same for the starter and the files of the tests."""
    assert wrong(text) == []


# whole floats are integers in JSON Schema, and it knows neither NaN nor the limits of float64
TOO_SUBTLE = {"units as float", "nan", "inf", "1e400", "10,000,000 units", "too many parameters"}


@pytest.mark.parametrize("case", SCHEMA, ids=lambda case: case.name)
def test_bad_files_do_not(case: Any) -> None:
    """What the program says about keys and types, the schema says as well."""
    assert bool(wrong(case.text)) == (case.name not in TOO_SUBTLE)


@pytest.mark.parametrize("name", TABLES)
def test_every_key_is_described(name: str) -> None:
    """Editors get a title and a description of each key, and what there must be."""
    table = TABLES[name]
    assert table["additionalProperties"] is False
    assert table["description"]
    assert set(table.get("required", ())) <= set(table["properties"])
    for key, entry in table["properties"].items():
        assert entry["title"], f"{name}.{key}"
        assert entry["description"], f"{name}.{key}"


def test_defaults_are_shown_and_right() -> None:
    """Each default is a value that the schema takes, and the one that is filled in."""
    for table in TABLES.values():
        for entry in table["properties"].values():
            if "default" in entry:
                inner = {**entry, "$defs": DOCUMENT["$defs"]}
                assert Draft202012Validator(inner).is_valid(entry["default"])
    activation = DOCUMENT["$defs"]["LayerTable"]["properties"]["activation"]
    assert set(activation["enum"]) >= {"linear", "sigmoid", "softmax"}
    assert activation["default"] == "sigmoid"
    filled_in = FILE.fill({"network": {"inputs": 1, "layers": [{"units": 1}]}})
    assert filled_in["network"]["layers"][0]["activation"] == "sigmoid"
    assert filled_in["training"]["learning_rate"] == 0.5
    assert filled_in["loss"]["factor"] is None
