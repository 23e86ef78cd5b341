"""A and B: the same update of two sessions beside each other, cell by cell.

An edit makes a second session beside the first. What of it is other, and from which step on, is
said here; nothing is computed again, since both have their traces. Symbols are held against each
other by their keys, so that a matrix meets the one of the same name, whatever step makes it.

Between layouts matrices are turned to meet, and what differs by rounding alone is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.kernels import Axes, Index
from bpstepper.engine.run.trace import Step, Trace
from bpstepper.engine.symbols import Symbol
from bpstepper.session import Session

__all__ = ["Comparison", "Mask", "Pair", "compare"]

Mask = npt.NDArray[np.bool_]

_ROUNDING = 1e-9  # of the largest number of a matrix


@dataclass(frozen=True, eq=False)
class Pair:
    """One symbol in both.

    Attributes:
        key: its text key.
        before: its value in A, turned as B has it; None where A has no such symbol.
        after: its value in B; None where B has none.
        changed: true for each cell that is other, in the shape of `after`; None where there is
            nothing to hold against each other: a symbol is missing, or the shapes differ.
    """

    key: str
    before: Array | None
    after: Array | None
    changed: Mask | None

    @property
    def same(self) -> bool:
        """Whether both have it, and every cell is the same."""
        return self.changed is not None and not self.changed.any()

    @property
    def shapes_differ(self) -> bool:
        """Whether both have it, in different shapes: a batch of another size, for one."""
        return self.changed is None and self.before is not None and self.after is not None

    def cells(self) -> Iterator[Index]:
        """The cells that are other, row by row."""
        if self.changed is not None:
            for cell in np.argwhere(self.changed):
                yield tuple(int(i) for i in cell)


@dataclass(frozen=True, eq=False)
class Comparison:
    """One update of A beside the same one of B.

    Attributes:
        before: A.
        after: B.
        update: which update, from 1.
        turned: whether the two are written in different layouts.
    """

    before: Trace
    after: Trace
    update: int
    turned: bool = False

    def pair(self, key: str) -> Pair:
        """A symbol of either, held against the other's; worked out once.

        Raises:
            KeyError: neither has such a symbol.
        """
        if key not in self._pairs:
            self._pairs[key] = self._held(key)
        return self._pairs[key]

    @cached_property
    def _pairs(self) -> dict[str, Pair]:
        return {}

    def _held(self, key: str) -> Pair:
        here, there = _symbol(self.before, key), _symbol(self.after, key)
        if there is None:
            old = self.before[key]  # says so where neither has it
            return Pair(key, old, None, None)
        new = self.after.values[there]
        if here is None:
            return Pair(key, None, new, None)
        old = self.before.values[here]
        if _are_turned(self.before.program.axes[here], self.after.program.axes[there]):
            old = old.T
        if old.shape != new.shape:
            return Pair(key, old, new, None)
        return Pair(key, old, new, _changed(old, new, _ROUNDING if self.turned else 0.0))

    @cached_property
    def first_step(self) -> Step | None:
        """The first step of B at which the two part; None where they never do.

        It is the first one whose numbers are other, or that A does not have.
        """
        for step in self.after.steps:
            if not all(self.pair(operation.result.key).same for operation in step.operations):
                return step
        return None

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The keys of what is given, not computed, and other: W, b, x, y, η, in program order."""
        there = self.after.program.inputs
        keys = [symbol.key for symbol in there if symbol in self.after.values]
        return tuple(key for key in keys if not self.pair(key).same)

    @cached_property
    def changed(self) -> Mapping[str, Mask | None]:
        """Every symbol of B that is other → its cells, as `Pair.changed` has them.

        It looks at all numbers of the update; `pair` looks at those of one symbol.
        """
        pairs = (self.pair(key) for key in self.after.keys())  # noqa: SIM118 - no mapping
        return {pair.key: pair.changed for pair in pairs if not pair.same}

    @cached_property
    def gone(self) -> tuple[str, ...]:
        """The keys of symbols that only A has."""
        keys = self.before.keys()
        return tuple(key for key in keys if _symbol(self.after, key) is None)


def _symbol(trace: Trace, key: str) -> Symbol | None:
    symbol = trace.program.by_key.get(key)
    return symbol if symbol in trace.values else None


def _are_turned(here: Axes, there: Axes) -> bool:
    one, other = ([(axis.kind, axis.layer) for axis in axes] for axes in (here, there))
    return len(one) == 2 and one != other and one == other[::-1]


def _changed(old: Array, new: Array, rounding: float) -> Mask:
    """Which cells are other; NaN is like NaN, and 0 like −0."""
    with np.errstate(all="ignore"):
        other = np.asarray((old != new) & ~(np.isnan(old) & np.isnan(new)))
        if rounding and other.any():
            largest = np.max(np.abs(new), initial=0.0, where=np.isfinite(new))
            other = np.asarray(other & ~(np.abs(old - new) <= rounding * largest))
    return other


def compare(before: Session, after: Session) -> Comparison:
    """The update that `after` is at, beside the same one of `before`; at its start, the first."""
    update = max(after.cursor.update, 1)
    layouts = {before.scenario.network.layout, after.scenario.network.layout}
    return Comparison(
        before.line.trace(update), after.line.trace(update), update, turned=len(layouts) > 1
    )
