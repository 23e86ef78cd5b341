"""Weights and biases from NPZ and NPY files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpstepper.scenario import Diagnostic, ScenarioError, load
from tests.scenario.spoiling import W1, W2, swap

FROM_FILES = swap(
    (W1, 'weights = { file = "w.npz", array = "W1" }'),
    ("biases = [0.1, 0.2, 0.3]", 'biases = { file = "w.npz", array = "b1" }'),
    (W2, 'weights = { file = "w2.npy" }'),
)
FIRST = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
SECOND = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])


def write(folder: Path, text: str = FROM_FILES, second: Any = SECOND, **arrays: Any) -> Path:
    """A scenario with its arrays beside it."""
    np.savez(folder / "w.npz", **{"W1": FIRST, "b1": [1, 2, 3], **arrays})
    np.save(folder / "w2.npy", second)
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> Diagnostic:
    """The one thing that is said."""
    with pytest.raises(ScenarioError) as caught:
        load(path)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.help
    return diagnostic


@pytest.mark.parametrize("biases", [[1, 2, 3], [[1, 2, 3]], [[1], [2], [3]]])
def test_arrays_are_read(tmp_path: Path, biases: Any) -> None:
    """As if they were written in the scenario; biases may be a row or a column."""
    network = load(write(tmp_path, b1=np.array(biases))).network
    np.testing.assert_array_equal(network.layers[0].weights, FIRST)
    np.testing.assert_array_equal(network.layers[0].biases, [1, 2, 3])
    np.testing.assert_array_equal(network.layers[1].weights, SECOND)


def test_arrays_are_in_the_layout_of_the_file(tmp_path: Path) -> None:
    """In a row scenario W is (from, to), also in a file."""
    text = FROM_FILES.replace("inputs = 2", 'inputs = 2\nlayout = "row"')
    network = load(write(tmp_path, text, SECOND.T, W1=FIRST.T)).network
    np.testing.assert_array_equal(network.layers[0].weights, FIRST)
    np.testing.assert_array_equal(network.layers[1].weights, SECOND)


def test_a_fortran_array_of_integers(tmp_path: Path) -> None:
    """How numpy keeps an array does not matter."""
    network = load(write(tmp_path, W1=np.asfortranarray(np.arange(6).reshape(3, 2)))).network
    np.testing.assert_array_equal(network.layers[0].weights, [[0, 1], [2, 3], [4, 5]])


BAD: list[tuple[str, dict[str, Any], tuple[str, int, int]]] = [
    ("transposed", {"W1": FIRST.T}, ("transposed-matrix", 8, 11)),
    ("another shape", {"W1": np.ones((3, 3))}, ("wrong-shape", 8, 11)),
    ("flat", {"W1": np.ones(6)}, ("wrong-shape", 8, 11)),
    ("three dimensions", {"W1": np.ones((3, 2, 1))}, ("wrong-shape", 8, 37)),
    ("infinite", {"W1": FIRST / 0.0 if False else np.full((3, 2), np.inf)}, ("not-finite", 8, 37)),
    ("text", {"W1": np.array([["a"]])}, ("wrong-type", 8, 37)),
    ("too few biases", {"b1": [1, 2]}, ("wrong-length", 9, 10)),
    ("a matrix of biases", {"b1": np.ones((3, 3))}, ("wrong-length", 9, 10)),
    ("no biases", {"b1": np.ones((0, 3))}, ("wrong-length", 9, 10)),
    ("another array transposed", {"second": SECOND.T}, ("transposed-matrix", 13, 11)),
]


@pytest.mark.parametrize(("name", "arrays", "expected"), BAD, ids=lambda it: str(it)[:30])
def test_bad_arrays(
    tmp_path: Path, name: str, arrays: dict[str, Any], expected: tuple[str, int, int]
) -> None:
    """Told at the table, or at the name of the array."""
    said = refused(write(tmp_path, **arrays))
    assert (said.code, said.line, said.column) == expected, name
    if "transposed" in name:
        assert said.label == "is it transposed?"
        assert said.second is not None


@pytest.mark.parametrize(
    ("old", "new", "code", "help_part"),
    [
        ('array = "W1"', 'array = "w1"', "unknown-array", '"W1"'),
        (', array = "W1"', "", "unknown-array", "W1, b1"),
        ('"w2.npy"', '"w3.npy"', "file-not-found", "w2.npy"),
        ('"w2.npy"', '"w2.txt"', "unknown-file-kind", ".npz or .npy"),
        ('"w2.npy"', '"../w2.npy"', "outside-folder", "beside"),
        ('"w2.npy"', '"odd.npy"', "not-an-array-file", "np.save"),
        ('"w2.npy"', '"odd.npz"', "not-an-array-file", "np.savez"),
    ],
)
def test_bad_names(tmp_path: Path, old: str, new: str, code: str, help_part: str) -> None:
    """Files and arrays that are not there, or are something else."""
    for name in ("odd.npy", "odd.npz"):
        (tmp_path / name).write_bytes(b"PK no such thing")
    said = refused(write(tmp_path, FROM_FILES.replace(old, new)))
    assert said.code == code
    assert help_part in said.help


def test_the_only_array_needs_no_name(tmp_path: Path) -> None:
    """And the name of a .npy file's array is not used."""
    np.savez(tmp_path / "one.npz", anything=SECOND)
    network = load(write(tmp_path, FROM_FILES.replace("w2.npy", "one.npz"))).network
    np.testing.assert_array_equal(network.layers[1].weights, SECOND)
    scenario = load(write(tmp_path, FROM_FILES.replace('"w2.npy"', '"w2.npy", array = "W"')))
    assert [warning.code for warning in scenario.warnings] == ["unused-key"]


def test_what_training_saves_can_be_read(tmp_path: Path) -> None:
    """`train --save` writes W and b as matrices in the scenario's layout."""
    from bpstepper.engine.run.training import run

    plain = load("xor-one-step", layout="row")
    trained = run(plain, 3)
    text = (
        '[network]\ninputs = 2\nlayout = "row"\n'
        + "".join(
            f"[[network.layers]]\nunits = {layer.units}\n"
            f'weights = {{ file = "w.npz", array = "W{number}" }}\n'
            f'biases = {{ file = "w.npz", array = "b{number}" }}\n'
            for number, layer in enumerate(plain.network.layers, start=1)
        )
        + "[[samples]]\ninput = [1, 0]\nlabel = 1\n"
    )
    network = load(write(tmp_path, text, **trained)).network
    for number, layer in enumerate(network.layers, start=1):
        np.testing.assert_array_equal(layer.weights.T, trained[f"W{number}"])
        np.testing.assert_array_equal(layer.biases, trained[f"b{number}"].ravel())
