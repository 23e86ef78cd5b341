"""Samples from the arrays of an NPZ file."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.scenario import load
from tests.scenario.bad_tables import SCENARIO
from tests.scenario.beside_files import QUICK, Write, mutated, npz, read, refused, rows

NPZ = (
    SCENARIO.replace("data.csv", "data.npz")
    .replace('["x1", "x2"]', '"X"')
    .replace('name = "who"\n', "")
)
X = np.array([[1, 2], [3, 4], [5, 6]])


def test_npz(write: Write) -> None:
    """Arrays by name, a row for each sample; several stand side by side."""
    data = npz(X=X.astype(np.uint8), y=np.array([0, 1, 1]), a=X[:, 0], n=np.array(["p", "q", "r"]))
    scenario = load(write(NPZ + 'name = "n"\n', data_npz=data))
    assert rows(scenario) == X.tolist()
    assert [sample.name for sample in scenario.samples] == ["p", "q", "r"]
    targets = NPZ.replace('label = "y"', 'targets = ["a", "y"]')
    for sample, y in zip(load(write(targets)).samples, [[1, 0], [3, 1], [5, 1]], strict=True):
        assert sample.target is not None
        assert sample.target.tolist() == y


class Evil:
    """What an array of objects would run when it is read."""

    def __reduce__(self) -> Any:
        return (os.mkdir, ("was-here",))


LONG = np.zeros((2, 2, 2))
BAD_ARRAYS: list[tuple[str, dict[str, Any], str]] = [
    ("no X", {"Y": X, "y": [0, 1, 1]}, "unknown-array"),
    ("no y", {"X": X}, "unknown-array"),
    ("three dimensions", {"X": LONG, "y": [0, 1]}, "wrong-shape"),
    ("a single number", {"X": 1.0, "y": [0]}, "wrong-shape"),
    ("transposed", {"X": X.T, "y": [0, 1, 1]}, "wrong-shape"),
    ("nothing", {"X": np.zeros((0, 2)), "y": []}, "no-samples"),
    ("nan", {"X": [[1, np.nan]], "y": [0]}, "not-finite"),
    ("text", {"X": [["1", "2"]], "y": [0]}, "wrong-type"),
    ("complex", {"X": [[1j, 2]], "y": [0]}, "wrong-type"),
    ("objects", {"X": np.array([[Evil(), Evil()]]), "y": [0]}, "wrong-type"),
    ("a class that is not there", {"X": X, "y": [0, 1, 2]}, "label-out-of-range"),
    ("half a class", {"X": X, "y": [0, 1, 0.5]}, "label-out-of-range"),
    ("too many columns", {"X": np.zeros((3, 3)), "y": [0, 1, 1]}, "wrong-length"),
]


@pytest.mark.parametrize(("name", "arrays", "code"), BAD_ARRAYS, ids=lambda it: str(it)[:30])
def test_bad_arrays(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str,
    arrays: dict[str, Any], code: str,
) -> None:  # fmt: skip
    """Each is told by its name, at the key that asks for it, and none is run."""
    monkeypatch.chdir(tmp_path)
    (diagnostic,) = refused(write(NPZ, data_npz=npz(**arrays)))
    assert diagnostic.code == code, name
    assert diagnostic.help
    assert not (tmp_path / "was-here").exists()
    if name == "transposed":
        assert "transposed" in diagnostic.label


def test_what_only_claims_to_be_large(write: Write) -> None:
    """A header of a thousand billion numbers allocates nothing; zeros are not unpacked."""
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6)}
    np.lib.format.write_array_header_1_0(header, shape)
    for member, code in [(header.getvalue(), "too-large"), (bytes(100 * 2**20), "too-large")]:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("X.npy", member)
        (diagnostic,) = refused(write(NPZ, data_npz=buffer.getvalue()))
        assert diagnostic.code == code


ARCHIVE = npz(X=X, y=np.array([0, 1, 1]), n=np.array(["a", "b", "c"]))


@QUICK
@given(st.data())
def test_mutated_archives(write: Write, data: st.DataObject) -> None:
    """NPZ bytes cut and pasted."""
    read(write(NPZ + 'name = "n"\n', data_npz=mutated(data, ARCHIVE, st.binary(max_size=4))))


@QUICK
@given(st.data())
def test_mutated_members(write: Write, data: st.DataObject) -> None:
    """A sound archive around a member that is none."""
    plain = io.BytesIO()
    np.save(plain, X)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("X.npy", mutated(data, plain.getvalue(), st.binary(max_size=4)))
        archive.writestr("y.npy", plain.getvalue())
    read(write(NPZ, data_npz=buffer.getvalue()))
