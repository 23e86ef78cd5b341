"""A constant of an optimizer, a loss or an activation is known everywhere, or nowhere.

Every constant of every row is set to another value by each way there is, and what is trained has
to change in the same way each time. `test_planted_rows` runs these tests again with rows that no
other module has heard of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpstepper.engine.compile.network import ProblemError
from bpstepper.engine.run.gradcheck import gradcheck
from bpstepper.engine.run.training import run
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.hyperparameters import HasHyperparameters, Hyperparameter
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.explain.derivation.derive import derive
from bpstepper.explain.explain import explain, heading
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.scenario import Scenario, ScenarioError, loads, schema
from bpstepper.scenario.editable import EditError
from bpstepper.scenario.save import to_toml
from bpstepper.scenario.schema.tables import FILE
from bpstepper.scenario.values import fingerprint, same_numbers
from bpstepper.session.editing import Edit, edited, with_edits
from bpstepper.session.stepping import start
from bpstepper.training.recording import Recording
from bpstepper.training.saved_training import resumed, to_npz

Row = HasHyperparameters
TABLES: Mapping[str, Mapping[str, Row]] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
}
PLACES = {"activation": "network.layers.0", "loss": "loss", "optimizer": "training"}
OWNED = [
    (what, name, it)
    for what, rows in TABLES.items()
    for name, row in rows.items()
    for it in row.hyperparameters
]
owned = pytest.mark.parametrize(
    ("what", "name", "it"), OWNED, ids=[f"{name}-{it.name}" for _, name, it in OWNED]
)


def text(what: str, name: str, given: str = "") -> str:
    """A small file with this row in it, and a line of its own beside its name."""
    chosen = {"activation": "tanh", "loss": "squared_error", "optimizer": "sgd", what: name}
    own = {key: given if key == what else "" for key in TABLES}
    allowed = LOSSES[chosen["loss"]].activations
    output = "linear" if allowed is None else min(allowed)
    return f"""
format = 1
[network]
inputs = 2
[[network.layers]]
units = 3
activation = "{chosen["activation"]}"
{own["activation"]}
[[network.layers]]
units = 2
activation = "{output}"
[loss]
name = "{chosen["loss"]}"
{own["loss"]}
[training]
optimizer = "{chosen["optimizer"]}"
{own["optimizer"]}
[[samples]]
input = [0.5, -1.5]
target = [0.0, 1.0]
[[samples]]
input = [2.5, 0.25]
target = [1.0, 0.0]
"""


def other(it: Hyperparameter) -> Any:
    """A value that is not the default, as a file has it."""
    half = [x / 2 if abs(x) >= 0.01 else x + 0.05 for x in np.atleast_1d(it.default).tolist()]
    return half if it.count else half[0]


def trained(scenario: Scenario) -> dict[str, bytes]:
    """The parameters after three updates, to the bit."""
    return {key: value.tobytes() for key, value in run(scenario, 3).items()}


def with_constant(scenario: Scenario, what: str, name: str, value: Any) -> Scenario:
    """The scenario with a constant given in code."""
    given = {name: value}
    if what == "activation":
        first, *rest = scenario.network.layers
        layers = (replace(first, constants=given), *rest)
        return replace(scenario, network=replace(scenario.network, layers=layers))
    part = "loss" if what == "loss" else "training"
    return replace(scenario, **{part: replace(getattr(scenario, part), constants=given)})


@owned
def test_every_way_of_setting_a_constant_is_the_same(
    what: str, name: str, it: Hyperparameter
) -> None:
    """In the file, by --set, in code and by an edit: the same update, and not the default's."""
    value, plain = other(it), loads(text(what, name))
    place = f"{PLACES[what]}.{it.name}"
    written = loads(text(what, name, f"{it.name} = {value}"))
    assert trained(written) != trained(plain)
    edit = Edit(place, None, tuple(value) if it.count else value)
    ways = {
        "--set": loads(text(what, name), overrides=[f"{place}={value}"]),
        "code": with_constant(plain, what, it.name, value),
        "edit": with_edits(plain, [(place, edit.after)]),
        "e": edited(start(plain), edit).scenario,
        "saved": loads(to_toml(written)),
    }
    for way, scenario in ways.items():
        assert trained(scenario) == trained(written), way
        assert same_numbers(scenario, written), way
        assert fingerprint(scenario) == fingerprint(written) != fingerprint(plain), way


@owned
def test_a_training_goes_on_only_with_the_same_constants(
    what: str, name: str, it: Hyperparameter, tmp_path: Path
) -> None:
    """A saved training is not that of another constant; with its own it goes on exactly."""
    written = loads(text(what, name, f"{it.name} = {other(it)}"))
    recording = Recording(written)
    recording.advance(2)
    file = tmp_path / "w.npz"
    file.write_bytes(to_npz(written, recording.state()))
    with pytest.raises(ScenarioError, match="constants"):
        resumed(file, loads(text(what, name)))
    again = Recording(written, start=resumed(file, written))
    again.advance(1)
    done = {s.key: value.tobytes() for s, value in again.parameters.items()}
    assert trained(written).items() <= done.items()


def beyond(it: Hyperparameter) -> list[Any]:
    """Values that its bounds do not allow."""
    numbers = {"ge": -0.5, "gt": 0.0, "le": 2.0, "lt": 2.0}
    wrong = [it.bounds[key] + step for key, step in numbers.items() if key in it.bounds]
    return [[x] * it.count if it.count else x for x in wrong]


@owned
def test_what_is_out_of_bounds_is_refused_everywhere(
    what: str, name: str, it: Hyperparameter
) -> None:
    """Files, overrides, code and edits have one opinion of a value."""
    plain, place = loads(text(what, name)), f"{PLACES[what]}.{it.name}"
    for value in beyond(it):
        with pytest.raises(ScenarioError):
            loads(text(what, name, f"{it.name} = {value}"))
        with pytest.raises(ScenarioError):
            loads(text(what, name), overrides=[f"{place}={value}"])
        with pytest.raises(ProblemError, match=it.name):
            with_constant(plain, what, it.name, value)
        with pytest.raises(EditError):
            with_edits(plain, [(place, tuple(value) if it.count else value)])
    for value in ("much", True, None, [1.0] * (it.count + 1), float("nan")):
        with pytest.raises(ProblemError, match=it.name):
            with_constant(plain, what, it.name, value)


@owned
def test_a_constant_is_told_where_nothing_has_it(what: str, name: str, it: Hyperparameter) -> None:
    """In a file, in code and by an edit, the row that has no such constant is named."""
    without = next(row for row in TABLES[what].values() if it not in row.hyperparameters)
    plain = loads(text(what, without.name))
    with pytest.raises(ScenarioError, match=f"{without.name} has no constant `{it.name}`"):
        loads(text(what, without.name, f"{it.name} = {other(it)}"))
    with pytest.raises(ProblemError, match=f"constant of {without.name}"):
        with_constant(plain, what, it.name, other(it))
    with pytest.raises(EditError, match="has no constant"):
        with_edits(plain, [(f"{PLACES[what]}.{it.name}", 0.5)])


@owned
def test_the_schema_has_it(what: str, name: str, it: Hyperparameter) -> None:
    """With its meaning, its bounds and whose it is."""
    table = {"activation": "LayerTable", "loss": "LossTable", "optimizer": "TrainingTable"}[what]
    key = schema()["$defs"][table]["properties"][it.name]
    assert key["description"].startswith(it.about)
    assert name in key["description"].rpartition("Only: ")[2].rstrip(".").split(", ")
    assert (key["type"] == "array") == bool(it.count)


def test_no_constant_is_called_like_another_key() -> None:
    """A table of a file has one key of a name."""
    sections = dict(FILE.tables())
    for what, header in (
        ("activation", "[[network.layers]]"), ("loss", "[loss]"), ("optimizer", "[training]")
    ):  # fmt: skip
        names = {it.name for row in TABLES[what].values() for it in row.hyperparameters}
        own = [key for key in sections[header].keys.values() if "Only: " not in key.about]
        assert not names & {key.name for key in own}


@owned
def test_its_symbol_leads_to_it(what: str, name: str, it: Hyperparameter) -> None:
    """Where the number stands in an equation, it can be pointed at and edited."""
    from bpstepper.session.editing import editable

    session = start(loads(text(what, name)))
    if it.symbol:
        assert session.trace[it.symbol].item() == it.default
        assert editable(session, it.symbol, ()) == f"{PLACES[what]}.{it.name}"


@pytest.mark.parametrize("layout", ["row", "torch"])
@pytest.mark.parametrize(
    ("what", "name"), [(what, name) for what, rows in TABLES.items() for name in rows]
)
def test_every_row_is_whole(what: str, name: str, layout: str) -> None:
    """Gradients are right, layouts agree, every step replays and has its words and its reasons."""
    given = "\n".join(f"{it.name} = {other(it)}" for it in TABLES[what][name].hyperparameters)
    scenario = loads(text(what, name, given))
    assert gradcheck(scenario, 2).ok
    turned = loads(text(what, name, given), layout=layout)
    for key, value in run(scenario, 3).items():
        there = run(turned, 3)[key]
        there = there.T if there.shape != value.shape or layout == "row" else there
        np.testing.assert_allclose(there.reshape(value.shape), value, rtol=1e-10, atol=1e-12)
    session = start(scenario)
    trace = session.trace
    for notation in NOTATIONS.values():
        for step in notation.trace(trace, scenario):
            assert step.equation.formula.isprintable()
            for operation in step.operations:
                made = operation.kernel(*(it.value for it in operation.operands))
                np.testing.assert_allclose(made, operation.result.value, rtol=0, atol=0)
                assert heading(step, operation, notation)
    for step in trace:
        for notation in NOTATIONS.values():
            told = explain(scenario, step, 1, notation)
            assert told.sentence
            assert "{" not in "".join((told.sentence, *told.paragraphs))
        corner = (0,) * step.result.value.ndim
        assert derive(session, step.result, corner).lines
