"""Thinning: a few points of a long series, at evenly spaced updates.

Whatever the length of a training, its curves keep between `most`/2 and `most` points. Which
updates they are of depends on the length alone, so two runs of a length have the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array

__all__ = ["Curve", "Thinned"]

_Point = TypeVar("_Point")


class Curve(NamedTuple):
    """One number over the updates.

    Attributes:
        updates: (k,), from 1, growing.
        values: (k,), one for each; NaN and infinities where there were some.
    """

    updates: npt.NDArray[np.intp]
    values: Array


class Thinned(Generic[_Point]):
    """Points of the updates 1, 1 + stride, 1 + 2·stride, …; the stride doubles when there are many.

    Attributes:
        stride: the distance of two points, a power of two.
        updates: of which updates there are points.
        points: the points.
    """

    def __init__(self, most: int, stride: int = 1) -> None:
        self._most = most
        self.stride = stride
        self.updates: list[int] = []
        self.points: list[_Point] = []

    def wants(self, update: int) -> bool:
        """Whether there ought to be a point of this update."""
        return (update - 1) % self.stride == 0

    def next(self, update: int) -> int:
        """The first update from this one on that there ought to be a point of."""
        return update + (1 - update) % self.stride

    def add(self, update: int, points: Sequence[_Point]) -> None:
        """Take the points of an update and of those that follow it; most are left out."""
        first = (1 - update) % self.stride
        self.points += points[first :: self.stride]
        self.updates += range(update + first, update + len(points), self.stride)
        while len(self.updates) > self._most:
            self.stride *= 2
            kept = [i for i, at in enumerate(self.updates) if (at - 1) % self.stride == 0]
            self.updates = [self.updates[i] for i in kept]
            self.points = [self.points[i] for i in kept]
