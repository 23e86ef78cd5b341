"""NPZ and NPY: arrays of numbers, read without running anything that is in the file.

`numpy.load` would allocate what a header promises and unpack what a few bytes stand for. So members
are counted before their directory is read, the shapes of headers are held to the limit before
anything is allocated, and what is packed is unpacked piece by piece into the array itself. Of the
ways to pack, only the two that numpy writes are read: the others of Python's `zipfile` unpack all
that a few bytes stand for, whatever number of bytes is asked for. Objects are never read.
"""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from collections.abc import Sequence
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array
from bpstepper.scenario.data.safe_read import MAX_NUMBERS, CannotRead
from bpstepper.scenario.diagnostics.diagnostic import did_you_mean, shorten

__all__ = ["ArrayFile", "as_numbers", "told"]

_NUMERIC: Final = "biuf"
_TEXT: Final = "U"
_MOST_MEMBERS = 10_000
_MOST_BYTES = 8 * MAX_NUMBERS
_ENTRY = b"PK\x01\x02"  # begins each entry of the directory of an archive
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE = 2**18  # bytes that are unpacked at a time, and among the first of which a header ends


class ArrayFile:
    """The arrays of one file, by name. A `.npy` file has one, whose name is empty."""

    def __init__(self, data: bytes, name: str, most: int = _MOST_MEMBERS) -> None:
        """Open a file that was read.

        Args:
            data: its bytes.
            name: what to call it; one that ends in `.npy` is no archive.
            most: how many arrays it may have.

        Raises:
            CannotRead: it is neither, or has more.
        """
        self._file = shorten(name)
        self._npy: bytes | None = None
        self._members: dict[str, zipfile.ZipInfo] = {}
        if name.lower().endswith(".npy"):
            self._npy = data
            return
        if data.count(_ENTRY) > most:
            raise CannotRead(
                "too-large",
                f"`{self._file}` has more than {most:,} arrays",
                "too many arrays",
                "save many numbers in one array, and not each in its own",
            )
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            infos = self._archive.infolist()
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
            return self._array(io.BytesIO(self._npy), "this array", "NPY")
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
        if info.compress_type not in _PACKED:
            raise CannotRead(
                "not-an-array-file",
                f"{what} is packed in a way that numpy does not write",
                "packed in another way",
                "write it with numpy: np.savez(file, X=…, y=…) or np.savez_compressed",
            )
        try:
            stream = self._archive.open(info)
        except Exception:  # as above
            raise self._damaged("NPZ") from None
        with stream:
            return self._array(stream, what, "NPZ")

    def _array(self, stream: IO[bytes], what: str, kind: str) -> npt.NDArray[Any]:
        try:
            begun = io.BytesIO(stream.read(_PIECE))  # a header may say that it is gigabytes long
            shape, by_columns, dtype = _header(begun)
        except Exception:  # numpy raises what tokenizers and literals do
            raise self._damaged(kind) from None
        if dtype.hasobject or dtype.kind not in _NUMERIC + _TEXT:
            raise CannotRead(
                "wrong-type",
                f"{what} must hold numbers, not {shorten(str(dtype), 20)}",
                "not numbers",
                "save it as float64: array.astype(float)",
            )
        size = math.prod(shape)
        if size > MAX_NUMBERS or size * dtype.itemsize > _MOST_BYTES:
            raise _too_large(what)
        try:
            flat = _filled(begun, stream, size, dtype)
        except Exception:  # of the archive, or too short
            raise self._damaged(kind) from None
        return flat.reshape(shape, order="F" if by_columns else "C")


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """The shape that an array's header promises, whether it is stored by columns, and the type."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of files that Python 2 wrote
        version = np.lib.format.read_magic(stream)
        if version == (1, 0):
            shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
        else:  # 3.0 differs from 2.0 only in the encoding of the names of fields, and has none here
            shape, by_columns, dtype = np.lib.format.read_array_header_2_0(stream)
    if any(size < 0 for size in shape):
        raise ValueError("a negative size")
    return shape, by_columns, dtype


def _filled(
    begun: IO[bytes], stream: IO[bytes], size: int, dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    """So many numbers, of what was begun and then of the stream, read where they are to stay."""
    flat = np.empty(size, dtype)
    if flat.nbytes:
        kept, at = flat.view(np.uint8).data, 0
        while at < len(kept):
            wanted = min(_PIECE, len(kept) - at)
            piece = begun.read(wanted) or stream.read(wanted)
            if not piece:
                raise EOFError("fewer numbers than the header promises")
            kept[at : at + len(piece)] = piece
            at += len(piece)
    flat.setflags(write=False)  # so that it need not be copied to be safe from changes
    return flat


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
        numbers: Array = array.astype(np.float64, copy=False)
    finite = np.isfinite(numbers)
    if not finite.all():
        first = np.unravel_index(int(finite.argmin()), finite.shape)
        index = ", ".join(map(str, map(int, first)))
        count = finite.size - np.count_nonzero(finite)
        raise CannotRead(
            "not-finite",
            f"{what} has {count:,} element(s) that are not finite, the first at [{index}]",
            "not finite in float64",
            "float64 ends at about 1.8e308; nan and inf are no numbers to start from",
        )
    return numbers


def told(shape: Sequence[int]) -> str:
    """A shape as people write it."""
    return " × ".join(map(str, shape)) or "a single number"
