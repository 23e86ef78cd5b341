"""NPZ and NPY: arrays of numbers, read without running anything that is in the file.

`numpy.load` would allocate what a header promises and unpack what a few bytes stand for. So the
sizes of members and the shapes of headers are held to the limit first; objects are never read.
"""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array
from bpstepper.scenario.data.safe_read import MAX_NUMBERS, CannotRead
from bpstepper.scenario.diagnostics.diagnostic import did_you_mean, shorten

__all__ = ["ArrayFile", "as_numbers", "told"]

_NUMERIC: Final = "biuf"
_TEXT: Final = "U"
_MOST_MEMBERS = 10_000
_MOST_BYTES = 8 * MAX_NUMBERS + 2**16  # with the header


class ArrayFile:
    """The arrays of one file, by name. A `.npy` file has one, whose name is empty.

    Raises:
        CannotRead: it is neither.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._file = shorten(name)
        self._npy: bytes | None = None
        self._members: dict[str, zipfile.ZipInfo] = {}
        if name.lower().endswith(".npy"):
            self._npy = data
            return
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            infos = self._archive.infolist()[:_MOST_MEMBERS]
        except Exception:  # a dozen kinds, on bytes that somebody has made up
            raise self._damaged("NPZ") from None
        self._members = {info.filename.removesuffix(".npy"): info for info in infos}

    def _damaged(self, kind: str) -> CannotRead:
        return CannotRead(
            "not-an-array-file",
            f"`{self._file}` is damaged, or no {kind} file at all",
            f"no {kind} file",
            "write it with numpy: np.savez(file, X=…, y=…) or np.save(file, W)",
        )

    def read(self, name: str) -> npt.NDArray[Any]:
        """The array of this name; without a name, the only one there is.

        Raises:
            CannotRead: there is no such array, or it is too large, damaged or not of numbers.
        """
        if self._npy is not None:
            return self._array(self._npy, "this array")
        if not name and len(self._members) == 1:
            (name,) = self._members
        info = self._members.get(name)
        if info is None:
            near = did_you_mean(name, list(self._members)[:2000])
            listed = shorten(", ".join(list(self._members)[:20]), 80) or "none"
            raise CannotRead(
                "unknown-array",
                f"there is no array `{shorten(name)}` in `{self._file}`"
                if name
                else f"`{self._file}` has {len(self._members)} arrays, and none is named",
                f"did you mean {near}?" if near else "no such array",
                f'write "{near}"' if near else f"the arrays there are: {listed}",
            )
        what = f"the array `{shorten(name)}`"
        if info.file_size > _MOST_BYTES:
            raise _too_large(what)
        try:
            with self._archive.open(info) as stream:
                data = stream.read(_MOST_BYTES)
        except Exception:  # as above
            raise self._damaged("NPZ") from None
        return self._array(data, what)

    def _array(self, data: bytes, what: str) -> npt.NDArray[Any]:
        stream = io.BytesIO(data)
        try:
            shape, dtype = _header(stream)
        except Exception:  # numpy raises what tokenizers and literals do
            raise self._damaged("NPY") from None
        if dtype.hasobject or dtype.kind not in _NUMERIC + _TEXT:
            raise CannotRead(
                "wrong-type",
                f"{what} must hold numbers, not {shorten(str(dtype), 20)}",
                "not numbers",
                "save it as float64: array.astype(float)",
            )
        if math.prod(shape) > MAX_NUMBERS or math.prod(shape) * dtype.itemsize > _MOST_BYTES:
            raise _too_large(what)
        try:
            stream.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
        except Exception:  # too short, say
            raise self._damaged("NPY") from None


def _header(stream: io.BytesIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and the type that an array's header promises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of files that Python 2 wrote
        version = np.lib.format.read_magic(stream)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        else:  # 3.0 differs from 2.0 only in the encoding of the names of fields, and has none here
            shape, _, dtype = np.lib.format.read_array_header_2_0(stream)
    if any(size < 0 for size in shape):
        raise ValueError("a negative size")
    return shape, dtype


def _too_large(what: str) -> CannotRead:
    return CannotRead(
        "too-large",
        f"{what} has more than {MAX_NUMBERS:,} numbers, the most that are kept",
        "too large",
        "save fewer numbers",
    )


def as_numbers(array: npt.NDArray[Any], what: str, dimensions: Sequence[int]) -> Array:
    """An array as float64, if it has so many dimensions and only finite numbers.

    Raises:
        CannotRead: it has not.
    """
    if array.dtype.kind not in _NUMERIC:
        message = f"{what} must hold numbers, not text"
        raise CannotRead("wrong-type", message, "text", "save it as numbers: array.astype(float)")
    if array.ndim not in dimensions:
        allowed = " or ".join(map(str, dimensions))
        raise CannotRead(
            "wrong-shape",
            f"{what} must have {allowed} dimension(s), and has {array.ndim}: {told(array.shape)}",
            f"{array.ndim} dimension(s)",
            "reshape it before it is saved: array.reshape(len(array), -1)",
        )
    with np.errstate(over="ignore"):
        numbers: Array = array.astype(np.float64)
    bad = np.argwhere(~np.isfinite(numbers))
    if len(bad):
        index = ", ".join(str(int(i)) for i in bad[0])
        raise CannotRead(
            "not-finite",
            f"{what} has {len(bad):,} element(s) that are not finite, the first at [{index}]",
            "not finite in float64",
            "float64 ends at about 1.8e308; nan and inf are no numbers to start from",
        )
    return numbers


def told(shape: Sequence[int]) -> str:
    """A shape as people write it."""
    return " × ".join(map(str, shape)) or "a single number"
