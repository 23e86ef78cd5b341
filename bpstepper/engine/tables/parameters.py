"""Parameters by name: what of a layer is learned, and how its numbers stand in a layout.

A kind of layer (see `layer_kinds`) has a tuple of `ParameterSpec`. Everything that goes through
parameters, to lay them out, move them, check, save or edit them, reads the specs; none of it names
a weight or a bias. A layer keeps its numbers as the book writes them, weights (to, from) and all
else (units,); this module turns them into a layout's matrices, and back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bpstepper.engine.symbols import KINDS
from bpstepper.engine.tables.layouts import LAYOUTS

__all__ = ["ParameterSpec", "as_written", "laid_out", "parts_of", "turned", "whole_of"]

_Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ParameterSpec:
    """One parameter of a kind of layer.

    Its axes follow from its kind's `form`: "weights" is (to, from), "biases" one number for each
    unit; its gradient is its kind's `gradient`.

    Attributes:
        name: what files and `Layer` call it.
        kind: the kind of its symbol.
        usual: what each number is where none is given; None where they are drawn (see `init`).
        switch: the key that says whether it is trained; empty where it always is.
        penalised: whether l2 counts it.
        about: what a file's key means.
    """

    name: str
    kind: str
    usual: float | None = None
    switch: str = ""
    penalised: bool = False
    about: str = ""

    @property
    def is_matrix(self) -> bool:
        """Whether it has a number for each wire, (to, from)."""
        return KINDS[self.kind].form == "weights"

    def shape(self, units: int, before: int) -> tuple[int, ...]:
        """The shape in which a layer keeps it.

        Args:
            units: n_l.
            before: n_{l-1}.
        """
        return (units, before) if self.is_matrix else (units,)


def turned(layout: str) -> bool:
    """Whether this layout writes weights (from, to)."""
    return LAYOUTS[layout].weight_axes != ("to", "from")


def as_written(spec: ParameterSpec, value: _Array, layout: str) -> _Array:
    """A parameter as files of this layout write it; or, of one so written, as a layer keeps it."""
    return value.T if spec.is_matrix and turned(layout) else value


def laid_out(spec: ParameterSpec, value: _Array, layout: str) -> _Array:
    """A layer's parameter as the layout's Programs have it: 2-D, C-ordered, a copy."""
    if spec.is_matrix:
        return np.array(as_written(spec, value, layout), order="C")
    rows = value[None, :]
    return np.array(rows.T if LAYOUTS[layout].units_axis == 0 else rows, order="C")


def whole_of(kind: str) -> str:
    """The kind of the matrix that a parameter is folded into, `Wb` of W and b; empty: none."""
    return KINDS[kind].whole


def parts_of(kind: str) -> tuple[str, ...]:
    """The kinds that are parts of one matrix, W and b of Wb; none of any other."""
    return tuple(part for part, row in KINDS.items() if row.whole == kind)
