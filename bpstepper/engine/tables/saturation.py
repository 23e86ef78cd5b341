"""Saturation: where an activation levels off, so that hardly any of ∂C/∂a becomes ∂C/∂z there.

Saturated sigmoids and dead rectifiers are the same thing seen here: a column of the table of
activations. What is said about a unit that stands in such a place is a lesson's business.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bpstepper.engine.ops.kernels import AnyArray

__all__ = ["SURE", "Saturation", "far_out", "one_has_all", "up_to"]

_Where = Callable[[AnyArray, AnyArray, int], AnyArray]

SURE = (1 + math.sqrt(0.9)) / 2
"""With a share of this, a(1 − a) is a tenth of ¼: 0.974…"""


class Saturation(NamedTuple):
    """Where an activation is flat, and against what that is measured.

    Attributes:
        where: (z, a, units axis) → z's shape: true where |f′| is at most a tenth of `steepest`
            and does not grow any farther out; where units depend on each other, where no entry
            of their Jacobian is larger than that.
        steepest: the largest |f′|, or the largest entry that a Jacobian can have.
        level: whether f′ is exactly 0 there.
    """

    where: _Where
    steepest: float
    level: bool = False


def far_out(beyond: float) -> _Where:
    """Flat at both ends, from a distance on."""
    return lambda z, _a, _axis: np.abs(z) >= beyond


def up_to(end: float) -> _Where:
    """Flat at the lower end only."""
    return lambda z, _a, _axis: z <= end


def one_has_all(z: AnyArray, a: AnyArray, axis: int) -> AnyArray:
    """Flat for a whole sample, where one of its units has nearly all of the 1 that is shared."""
    return np.broadcast_to(a.max(axis=axis, keepdims=True) >= SURE, z.shape)
