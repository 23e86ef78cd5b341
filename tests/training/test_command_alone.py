"""`bpstepper train` of one scenario: what it prints and saves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import bpstepper
from tests.saying import Said, temporary


def test_train_as_json(said: Said) -> None:
    """The promised keys; C of each update, before it moves; the parameters after the last."""
    document = said("train", "mazur", "--updates", "3", "--format", "json").json()
    assert {"updates", "epochs", "C", "C_all", "accuracy", "parameters"} <= set(document)
    line = bpstepper.timeline(bpstepper.load("mazur"))
    assert (document["updates"], document["epochs"]) == (3, 3)
    assert document["C"] == [float(line.at(n).trace["C"]) for n in (1, 2, 3)]
    assert document["C_all"] == float(line.at(4).trace["C"])
    assert document["accuracy"] is None  # targets of 0.01 and 0.99 are no classes
    after = line.at(3).trace.parameters
    assert document["parameters"] == {key: value.tolist() for key, value in after.items()}


@pytest.mark.parametrize(("name", "right"), [("xor-one-step", 1.0), ("softmax-jacobian", 1.0)])
def test_train_tells_the_accuracy_of_classes(said: Said, name: str, right: float) -> None:
    """One output with a target of 0 or 1, and one-hot targets, have an accuracy."""
    assert said("train", name, "--format", "json").json()["accuracy"] == right


def test_a_long_curve_is_thinned_and_has_its_last_point(said: Said) -> None:
    """At most 10,000 points of 12,345 updates, the first and the last among them."""
    updates = 12_345
    rate = "training.learning_rate=1e-6"
    document = said(
        "train", "linear-neuron-a", "--updates", str(updates), "--set", rate, "--format", "json"
    ).json()
    assert document["updates"] == updates
    assert len(document["C"]) <= 10_000
    line = bpstepper.timeline(bpstepper.load("linear-neuron-a", overrides=[rate]))
    assert document["C"][0] == float(line.at(1).trace["C"])
    assert document["C"][-1] == float(line.at(updates).trace["C"])


def test_train_for_a_person(said: Said) -> None:
    """The text says how far it came and what came out."""
    text = said("train", "mazur", "--updates", "2").out
    assert text.startswith("Mazur's 2-2-2 network\n2 updates, 2 epochs, ")
    assert "C over all samples now 0.28" in text
    assert "W2 " in text


def test_train_saves_the_parameters_whole(said: Said, tmp_path: Path) -> None:
    """The file holds W and b by their keys, to the bit; one that cannot be written is told."""
    document = said(
        "train", "mazur", "--updates", "5", "--format", "json", "--save", "w.npz"
    ).json()
    with np.load(tmp_path / "w.npz") as saved:
        assert set(saved) >= set(document["parameters"])
        for key in document["parameters"]:
            assert saved[key].tobytes() == np.array(document["parameters"][key]).tobytes()
    assert temporary(tmp_path) == []
    assert said("train", "mazur", "--save", "nowhere/w.npz").status == 2
    assert said.err.startswith("bpstepper: cannot write nowhere/w.npz")


def test_a_run_that_diverges_is_told(said: Said) -> None:
    """Status 1, the update on stderr, and a document that is JSON all the same."""
    trained = said(
        "train", "linear-neuron-a", "--updates", "50", "--set", "training.learning_rate=1e300",
        "--format", "json",
    )  # fmt: skip
    assert trained.status == 1
    assert "update 2" in trained.err
    assert "Traceback" not in trained.err
    document = json.loads(trained.out, parse_constant=pytest.fail)
    assert document["updates"] < 50
    assert document["C"][-1] in ("NaN", "Infinity")


def test_a_run_that_diverges_takes_the_place_of_nothing(said: Said) -> None:
    """What was saved before is as it was: nobody could go on from infinite weights."""
    assert said("train", "linear-neuron-a", "--updates", "3", "--save", "w.npz").status == 0
    before = Path("w.npz").read_bytes()
    steep = ("--set", "training.learning_rate=1e300", "--updates", "50")
    assert said("train", "linear-neuron-a", *steep, "--save", "w.npz").status == 1
    assert "w.npz was not written" in said.err
    assert Path("w.npz").read_bytes() == before
