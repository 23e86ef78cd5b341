"""Samples from the arrays of an NPZ file."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.scenario import load
from bpstepper.scenario.data.npz_arrays import ArrayFile, as_numbers
from bpstepper.scenario.data.safe_read import CannotRead
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


def member(array: np.ndarray[Any, Any]) -> bytes:
    """An array as it lies in an archive."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def packed(method: int, **members: bytes) -> bytes:
    """An archive that `zipfile` writes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, member in members.items():
            archive.writestr(f"{name}.npy", member)
    return buffer.getvalue()


def test_what_only_claims_to_be_large(write: Write) -> None:
    """A header of a thousand billion numbers allocates nothing; no array is not unpacked."""
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6)}
    np.lib.format.write_array_header_1_0(header, shape)
    for member, code in [(header.getvalue(), "too-large"), (bytes(2**20), "not-an-array-file")]:
        (diagnostic,) = refused(write(NPZ, data_npz=packed(zipfile.ZIP_DEFLATED, X=member)))
        assert diagnostic.code == code


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_ways_to_pack_that_unpack_all_at_once_are_not_read(write: Write, method: int) -> None:
    """Sound arrays, but in a way that `numpy` never writes; the hint, followed, is read."""
    arrays = {name: member(array) for name, array in {"X": X, "y": np.array([0, 1, 1])}.items()}
    (diagnostic,) = refused(write(NPZ, data_npz=packed(method, **arrays)))
    assert diagnostic.code == "not-an-array-file"
    assert "np.savez(" in (diagnostic.help or "")
    for stored in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        read(write(NPZ, data_npz=packed(stored, **arrays)))


def test_members_are_counted_before_they_are_listed() -> None:
    """One array more than are read is refused without a directory having been made of them."""
    with pytest.raises(CannotRead, match="more than 3 arrays") as refusal:
        ArrayFile(packed(zipfile.ZIP_STORED, a=b"", b=b"", c=b"", d=b""), "x.npz", most=3)
    assert refusal.value.code == "too-large"
    assert ArrayFile(packed(zipfile.ZIP_STORED, a=b"", b=b"", c=b""), "x.npz", most=3)


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", "<i8", "|u1"])
def test_an_array_is_unpacked_into_itself(dtype: str) -> None:
    """While it is read there is little more than the array that is kept, and what is on disk."""
    array = np.arange(2**20).astype(dtype).reshape(1024, 1024)
    data = packed(zipfile.ZIP_DEFLATED, X=member(array))
    tracemalloc.start()
    try:
        numbers = as_numbers(ArrayFile(data, "x.npz").read("X"), "X", (2,))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(numbers, array)
    as_stored = array.nbytes if array.dtype != np.float64 else 0
    assert peak < numbers.nbytes + as_stored + numbers.size + 4 * 2**20


def test_a_header_that_says_it_is_long_is_not_waited_for() -> None:
    """One byte more than a header can have among the first piece: the rest is not unpacked."""
    promised = np.lib.format.magic(2, 0) + (2**18).to_bytes(4, "little")
    data = packed(zipfile.ZIP_DEFLATED, X=promised + b" " * 2**22)
    tracemalloc.start()
    try:
        with pytest.raises(CannotRead):
            ArrayFile(data, "x.npz").read("X")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2**21


@pytest.mark.parametrize("order", ["C", "F"])
def test_columns_may_come_first(order: Literal["C", "F"]) -> None:
    """An array that was stored by columns is the same array."""
    array = np.arange(6.0).reshape(3, 2).copy(order)
    np.testing.assert_array_equal(ArrayFile(npz(X=array), "x.npz").read("X"), array)


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
