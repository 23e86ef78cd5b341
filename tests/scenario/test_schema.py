"""The JSON Schema: it is one, it takes every good file, and refuses bad ones."""

from __future__ import annotations

import tomllib
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from jsonschema import Draft202012Validator

from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.hyperparameters import HasHyperparameters
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario import library, schema
from bpstepper.scenario.schema import typed_dicts as filled
from bpstepper.scenario.schema.structures import REQUIRED, Table
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


# ── the types of `filled` ────────────────────────────────────────────────────────────────────


def constants(rows: Mapping[str, HasHyperparameters]) -> set[str]:
    """The keys that rows of the engine bring along, which are read by the names they have there."""
    return {it.name for row in rows.values() for it in row.hyperparameters}


OF_ROWS = {
    "LayerValues": constants(ACTIVATIONS),
    "LossValues": constants(LOSSES),
    "TrainingValues": constants(OPTIMIZERS),
}
"""Table → keys that its type has not."""


def typed_tables(hint: Any) -> set[Any]:
    """The table types that a type has room for."""
    if is_typeddict(hint):
        return {hint}
    return {table for inner in get_args(hint) for table in typed_tables(inner)}


def compare(table: Table, typed: Any) -> int:
    """Hold a table's rows to its type; returns how many rows there were."""
    hints = get_type_hints(typed)
    keys = {
        name: key for name, key in table.keys.items() if name not in OF_ROWS.get(typed.__name__, ())
    }
    assert list(hints) == list(keys), typed.__name__
    rows = len(hints)
    for name, key in keys.items():
        hint = hints[name]
        is_open = get_origin(hint) is types.UnionType and type(None) in get_args(hint)
        assert is_open == (key.default is None and key.default is not REQUIRED), name
        below = {inner.name: inner for inner in direct_tables(key.form)}
        types_below = {typed_table.__name__: typed_table for typed_table in typed_tables(hint)}
        assert len(below) == len(types_below), name
        for inner_name, inner in below.items():
            values = inner_name.removesuffix("Table") + "Values"
            rows += compare(inner, types_below[values])
    return rows


def direct_tables(form: Any) -> list[Table]:
    """The tables of a form, not those in them."""
    if isinstance(form, Table):
        return [form]
    return [table for _, inner in form.inside() for table in direct_tables(inner)]


def test_types_repeat_the_rows() -> None:
    """`filled` has the same keys in the same order, and None where a file may leave one open."""
    assert compare(FILE, filled.FileValues) > 50
