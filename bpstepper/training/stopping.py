"""Stopping: until when one trains, one row each.

C is looked at in every update, so that a training ends in the very update in which the stepper's
own `run until` would stop; what is asked of whole sets of samples is asked at the end of every
epoch. A number that is not finite ends every training, and needs no row.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.evaluation import classes
from bpstepper.engine.run.training import Schedule, split
from bpstepper.number_format import number
from bpstepper.session import GoError
from bpstepper.training.measures import Sets

__all__ = [
    "COST", "FINITE", "STOPS", "Condition", "Ending", "Limits", "Stop", "StopError", "Watch",
    "patience", "stop", "understood",
]  # fmt: skip

_NUMBER = r"[0-9]*[.,]?[0-9]+(?:e[+-]?[0-9]+)?"
"""How a number may be typed."""
_COUNT = "(?P<count>[0-9][0-9,_]{0,14})"
"""How a number of updates or epochs may be typed."""


class StopError(GoError):
    """There is no such thing to wait for; the message says what there is."""


class Ending(NamedTuple):
    """Why a training ended.

    Attributes:
        update: which update was the last.
        says: why, as "C is below 0.01".
        is_sound: False where a number is not finite.
    """

    update: int
    says: str
    is_sound: bool = True


class Limits(NamedTuple):
    """Between which numbers C has to stay."""

    low: float = -math.inf
    high: float = math.inf

    def are_passed(self, cost: float) -> bool:
        """Whether C is beyond one of them; NaN is beyond none."""
        return cost < self.low or cost > self.high


FINITE = Limits(-sys.float_info.max, sys.float_info.max)
"""Between which numbers C is finite."""
_ANY = Limits()

Watch: TypeAlias = Callable[[Sets, int], str | None]
"""(the sets of samples, the epoch that ends) → why training is over; None where it goes on."""


@dataclass(frozen=True)
class Stop:
    """Something to train until.

    Attributes:
        says: what it is, as "C is below 0.01".
        limits: between which C has to stay.
        watch: makes what is asked at the ends of epochs, fresh for each training.
        updates: the most updates; None for any number.
    """

    says: str
    limits: Limits = _ANY
    watch: Callable[[], Watch] | None = None
    updates: int | None = None


_Where = TypeVar("_Where")
_Wanted = TypeVar("_Wanted")


@dataclass(frozen=True)
class Condition(Generic[_Where, _Wanted]):
    """One row: something that can be waited for.

    Attributes:
        usage: how it is written.
        help: what it waits for.
        pattern: what it is recognised by, whatever its case.
        make: (what the pattern found, where one waits) → what to wait for.
    """

    usage: str
    help: str
    pattern: str
    make: Callable[[re.Match[str], _Where], _Wanted]


def understood(
    text: str, rows: Sequence[Condition[_Where, _Wanted]], where: _Where, purpose: str
) -> _Wanted:
    """What a person wants to wait for.

    Args:
        text: as it was typed.
        rows: everything that one can wait for.
        where: one waits, as the rows take it.
        purpose: what it is for, as "to wait for".

    Raises:
        StopError: it is none of the rows, or has no meaning there; the message names the rows.
    """
    for row in rows:
        found = re.fullmatch(row.pattern, text.strip(), re.IGNORECASE)
        if found:
            return row.make(found, where)
    usages = ", ".join(row.usage for row in rows)
    raise StopError(f"there is nothing of that name {purpose}; there are {usages}")


def _as_number(text: str) -> float:
    return float(text.replace(",", "."))


def _cost(found: re.Match[str], _problem: Problem) -> Stop:
    limit, below = _as_number(found["limit"]), found["sign"] == "<"
    says = f"C is {'below' if below else 'above'} {found['limit']}"
    return Stop(says, Limits(low=limit) if below else Limits(high=limit))


def _accuracy(found: re.Match[str], problem: Problem) -> Stop:
    least = _as_number(found["share"]) / (100 if found["percent"] else 1)
    if not 0 <= least <= 1:
        raise StopError(f"an accuracy goes from 0 to 1, or to 100 %, and is not {found['share']}")
    parts = split(problem)
    of_training = bool(found["training"]) or not len(parts.held_out)
    chosen = parts.training if of_training else parts.held_out
    if classes(problem, chosen) is None:
        raise StopError("these targets are no classes, so there is no accuracy")
    which = "training" if of_training else "held-out"
    says = f"accuracy of the {which} samples is at least {number(100 * least)} %"

    def watch(sets: Sets, _epoch: int) -> str | None:
        accuracy = (sets.training if of_training else sets.watched).accuracy
        return says if accuracy is not None and accuracy >= least else None

    return Stop(says, watch=lambda: watch)


class _Patience:
    """C of the held-out samples, or of all where none are, has not been lower for some epochs."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._best, self._when = float("inf"), 0

    def __call__(self, sets: Sets, epoch: int) -> str | None:
        cost = sets.watched.cost
        if cost < self._best or not self._when:
            self._best, self._when = cost, epoch
        if epoch - self._when < self._epochs:
            return None
        whose = "held-out" if sets.held_out else "training"
        return (
            f"C of the {whose} samples was no better for {_epochs(self._epochs)}: its best was "
            f"{number(self._best)} after epoch {self._when:,}"
        )


def _epochs(count: int) -> str:
    return f"{count:,} epoch{'' if count == 1 else 's'}"


def patience(epochs: int, problem: Problem) -> Stop:
    """Early stopping: C of the held-out samples was no better for so many epochs.

    Where none are held out, C of the training samples.
    """
    whose = "held-out" if len(split(problem).held_out) else "training"
    says = f"C of the {whose} samples is no better for {_epochs(epochs)}"
    return Stop(says, watch=lambda: _Patience(epochs))


def _patience(found: re.Match[str], problem: Problem) -> Stop:
    return patience(max(int(found["epochs"]), 1), problem)


def _at_least_one(found: re.Match[str], what: str) -> int:
    count = int(re.sub("[,_]", "", found["count"]))
    if not count:
        raise StopError(f"one {what} is the least")
    return count


def _updates(found: re.Match[str], _problem: Problem) -> Stop:
    updates = _at_least_one(found, "update")
    return Stop(f"update {updates:,} is done", updates=updates)


def _to_epoch(found: re.Match[str], problem: Problem) -> Stop:
    epoch = _at_least_one(found, "epoch")
    return Stop(f"epoch {epoch:,} is done", updates=epoch * Schedule(problem).updates_per_epoch)


COST: Condition[Problem, Stop] = Condition(
    "C < 0.01",
    "the cost is below a value, or above it",
    rf"C\s*(?P<sign>[<>])\s*(?P<limit>{_NUMBER})",
    _cost,
)
"""The row that the stepper has, too."""

STOPS: tuple[Condition[Problem, Stop], ...] = (
    COST,
    Condition(
        "accuracy >= 95%",
        "so many are classified rightly: of the held-out samples where there are some, or else, "
        "and with `training accuracy >= 95%`, of the training samples",
        rf"(?P<training>training\s+)?accuracy\s*(?:>=|≥|>)?\s*(?P<share>{_NUMBER})\s*(?P<percent>%)?",
        _accuracy,
    ),
    Condition(
        "no better for 10 epochs",
        "early stopping: C of the held-out samples, or else of all, has not been lower",
        r"(?:no\s+better\s+for|patience)\s*(?P<epochs>[0-9]{1,9})(?:\s*epochs?)?",
        _patience,
    ),
    Condition(  # a bare number is one of updates: this row is asked first
        "update 500",
        "so many updates are done",
        rf"(?:updates?\s*)?{_COUNT}(?:\s*updates?)?",
        _updates,
    ),
    Condition(
        "epoch 10",
        "so many epochs are done",
        rf"(?:epochs?\s*)?{_COUNT}(?:\s*epochs?)?",
        _to_epoch,
    ),
)
"""Everything that one can train until."""


def stop(text: str, problem: Problem) -> Stop:
    """What a person wants to train until.

    Raises:
        StopError: it is none of `STOPS`, or has no meaning for this problem.
    """
    return understood(text, STOPS, problem, "to train until")
