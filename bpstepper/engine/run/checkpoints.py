"""Checkpoints: what lasts from one update to the next, kept at some updates of a training.

They are spread evenly over what has been run, and never outgrow their memory. Running exactly the
updates from one of them to a place is `training`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpstepper.engine.compile.network import Array
from bpstepper.engine.symbols import Symbol

__all__ = ["Checkpoints"]

_MOST = 2048


@dataclass
class Checkpoints:
    """Parameters after every `stride`-th update; the stride doubles when they get too many.

    Attributes:
        most: how many are kept at most.
        stride: after how many updates there is another one.
        kept: after how many updates → all that lasts then; read-only arrays.
    """

    most: int
    stride: int = 1

    def __post_init__(self) -> None:
        self.kept: dict[int, dict[Symbol, Array]] = {}

    @classmethod
    def within(
        cls, memory: int, parameters: Mapping[Symbol, Array], stride: int = 1
    ) -> Checkpoints:
        """As many as so many bytes hold of such parameters, and at least two."""
        size = sum(value.nbytes for value in parameters.values())
        return cls(most=max(2, min(_MOST, memory // max(size, 1))), stride=stride)

    def keep(self, done: int, parameters: dict[Symbol, Array]) -> None:
        """Keep what lasts after `done` updates, a multiple of the stride."""
        self.kept[done] = parameters
        while len(self.kept) > self.most:
            self.stride *= 2
            self.kept = {at: kept for at, kept in self.kept.items() if at % self.stride == 0}

    def before(self, done: int) -> int:
        """The last checkpoint that is not after `done`; update 0 is always one."""
        at = min(done, max(self.kept))  # a far update is not looked for stride by stride
        at -= at % self.stride
        while at not in self.kept:
            at -= self.stride
        return at

    def take(self, others: Checkpoints) -> None:
        """Keep those of another run of the very same training, too."""
        for done, parameters in sorted(others.kept.items()):
            if done % self.stride == 0 and done not in self.kept:
                self.keep(done, parameters)
