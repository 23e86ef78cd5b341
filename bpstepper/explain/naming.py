"""What rows, columns and cells are called: by units and wires, not by indices.

`w(h2→o1)` can be read from the back row and is the same in every book's index order. The names
follow from a symbol's axes alone, so that a new kind of symbol needs none here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bpstepper.engine.compile.network import Network, Problem
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Quantity
from bpstepper.engine.symbols import Axis, Symbol, stem

__all__ = ["Naming"]

_UNITS: dict[str, tuple[str, ...]] = {"units": (), "one and units": ("1",)}
"""The axes along which units stand, and what stands before them."""


@lru_cache(maxsize=64)
def _unit_names(network: Network, layer: int) -> tuple[str, ...]:
    """The names of a layer's units, made once: a page asks for them cell by cell."""
    return network.unit_names(layer)


@dataclass(frozen=True, eq=False)
class Naming:
    """The names of one update: units from the network, samples from its batch.

    Attributes:
        problem: whose units and samples they are.
        samples: the indices of the batch's samples.
        stem: a book's own word for the cells of a symbol of a network so deep, or nothing.
    """

    problem: Problem
    samples: tuple[int, ...]
    stem: Callable[[Symbol, int], str] | None = None

    def sample(self, position: int) -> str:
        """The name of the batch's sample at `position`, from 0."""
        index = self.samples[position] if position < len(self.samples) else position
        return self.problem.samples[index].name or f"s{index + 1}"

    def along(self, axis: Axis) -> tuple[str, ...]:
        """The names along an axis; none where there is only one sample, or a bias's one column."""
        if axis.kind in _UNITS and axis.layer is not None:
            return _UNITS[axis.kind] + _unit_names(self.problem.network, axis.layer)
        if axis.kind == "samples" and axis.size > 1:
            return tuple(self.sample(position) for position in range(axis.size))
        return ()

    def rows_and_columns(
        self, quantity: Quantity, terse: bool = False
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What to write beside the rows and over the columns of a matrix.

        Where both are units, the columns say which way the wire goes: `from h1` or `to o1`;
        where that is too long (`terse`), only `h1` and `o1`.
        """
        if len(quantity.axes) != 2:
            return (), ()
        first, second = quantity.axes
        rows, columns = self.along(first), self.along(second)
        ends = [axis.layer for axis in quantity.axes if axis.layer is not None]
        if len(ends) == 2 and ends[0] != ends[1] and not terse:
            way = "from" if ends[1] < ends[0] else "to"
            columns = tuple(f"{way} {name}" for name in columns)
        return rows, columns

    def wire(self, quantity: Quantity, index: Index) -> str:
        """`h2→o1` for a cell of a matrix of wires; empty for any other."""
        ends = self._ends(quantity, index)
        return "" if ends is None else f"{ends[0]}→{ends[1]}"

    def _ends(self, quantity: Quantity, index: Index) -> tuple[str, str] | None:
        units = [
            (axis.layer, self.along(axis)[i])
            for axis, i in zip(quantity.axes, index, strict=True)
            if axis.kind in _UNITS and axis.layer is not None
        ]
        if len(units) != 2 or units[0][0] == units[1][0]:
            return None
        lower, upper = sorted(units, key=lambda unit: unit[0])
        return lower[1], upper[1]

    def source_label(self, quantity: Quantity, index: Index) -> str:
        """The label that the source gives a weight, such as `w7`; empty where it has none."""
        layer = quantity.symbol.layer
        plain = all(axis.kind == "units" for axis in quantity.axes)
        if not plain or self._ends(quantity, index) is None or layer is None:
            return ""
        labels = self.problem.network.layer(layer).weight_names
        if not labels:
            return ""
        to_first = (quantity.axes[0].layer or 0) > (quantity.axes[1].layer or 0)
        to, from_ = index if to_first else index[::-1]
        return labels[to][from_]

    def cell(self, quantity: Quantity, index: Index) -> str:
        """The name of a cell: `w(h2→o1)`, `δ(o1)`, `a(h2, s3)` in every layout, `C`."""
        own = self.stem(quantity.symbol, self.problem.network.depth) if self.stem else ""
        called = own or stem(quantity.symbol.kind) or quantity.name.text
        wire = self.wire(quantity, index)
        if wire:
            return f"{called}({wire})"
        parts = []
        samples_last = sorted(
            zip(quantity.axes, index, strict=True), key=lambda at: at[0].kind == "samples"
        )
        for axis, i in samples_last:
            names = self.along(axis)
            if names:
                parts.append(names[i])
        return f"{called}({', '.join(parts)})" if parts else called
