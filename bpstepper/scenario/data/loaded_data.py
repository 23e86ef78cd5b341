"""What was read of the files that a scenario names: samples of a table, arrays of numbers.

This module owns the two plain types that the checks and `build` speak in; `data_files` makes them.
Most scenarios name no file, and have `NOTHING`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array
from bpstepper.scenario.diagnostics.diagnostic import Place
from bpstepper.scenario.diagnostics.spans import Path

__all__ = ["NOTHING", "Attached", "Cell", "TableSamples"]


class Cell(NamedTuple):
    """One number of a table: where it stands, and what to call it in a sentence."""

    place: Place
    words: str


class TableSamples(NamedTuple):
    """Samples read from one file, a row for each.

    Attributes:
        inputs: (m, number of columns).
        targets: (m, number of columns); None where none are named.
        labels: (m,), whole numbers; None where no column of classes is named.
        names: m names, or none at all.
        cell: says where a number stands, by what it is ("inputs", "targets" or "label"), its row
            and its column, both from 0.
    """

    inputs: Array
    targets: Array | None
    labels: npt.NDArray[np.int64] | None
    names: tuple[str, ...]
    cell: Callable[[str, int, int], Cell]

    @property
    def size(self) -> int:
        """m, how many samples there are."""
        return len(self.inputs)


class Attached(NamedTuple):
    """Everything that was read besides the scenario.

    Attributes:
        samples: those of `[samples]`; None where there is no such table or it cannot be read.
        arrays: weights and biases, by the path of the table that names them; one- or
            two-dimensional, as they are in the file.
    """

    samples: TableSamples | None = None
    arrays: Mapping[Path, Array] = MappingProxyType({})


NOTHING: Final = Attached()
"""What a scenario has that names no file."""
