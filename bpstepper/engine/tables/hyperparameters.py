"""Hyperparameters: the constants that a row of a table has of its own, such as Adam's β₁ and β₂.

An optimizer, a loss or an activation says of each of its constants here what it is called, what
it is by default and what it may be. Everything else follows from that: the keys of scenario files
and their checks, what is kept in code, saved, edited and shown. So a constant that a row has is
known everywhere, or nowhere.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

__all__ = [
    "BOUNDS",
    "Bound",
    "Constants",
    "HasHyperparameters",
    "Hyperparameter",
    "complete",
    "merged",
    "scalars_of",
]

Value = float | tuple[float, ...]
_NO_BOUNDS: Mapping[str, float] = MappingProxyType({})


class Bound(NamedTuple):
    """One way in which a number may be bounded.

    Attributes:
        words: as in "at least 0".
        holds: (number, limit) → whether it is within.
        keyword: what JSON Schema calls it.
    """

    words: str
    holds: Callable[[Any, Any], bool]
    keyword: str


BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "ge": Bound("at least", operator.ge, "minimum"),
        "gt": Bound("more than", operator.gt, "exclusiveMinimum"),
        "le": Bound("at most", operator.le, "maximum"),
        "lt": Bound("less than", operator.lt, "exclusiveMaximum"),
    }
)
"""Every bound that a number may have, by the name that tables write it with."""


@dataclass(frozen=True)
class Hyperparameter:
    """One constant of a row.

    Attributes:
        name: its key in scenario files and in code: PyTorch's name, where PyTorch has it.
        default: one number, or a tuple where it is several.
        about: what it means, a sentence; the default and whose it is are added by who shows it.
        bounds: what each of its numbers has to keep, by keys of `BOUNDS`.
        symbol: the kind of the symbol that stands for this very number in equations, through
            which it can be pointed at; empty where there is none.
    """

    name: str
    default: Value
    about: str
    bounds: Mapping[str, float] = field(default_factory=lambda: _NO_BOUNDS, hash=False)
    symbol: str = ""

    @property
    def count(self) -> int:
        """Of how many numbers it is a list; 0 where it is one number."""
        return len(self.default) if isinstance(self.default, tuple) else 0

    def kept(self, value: Any) -> Value:
        """A value as it is kept: a float, or a tuple of floats.

        Raises:
            ValueError: it is not of this form, not finite or out of bounds; the message says
                what was expected.
        """
        if not self.count:
            return self._number(value)
        if not isinstance(value, list | tuple) or len(value) != self.count:
            raise ValueError(f"{self.count} numbers")
        return tuple(map(self._number, value))

    def _number(self, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise ValueError("a number") from None
        if isinstance(value, str | bool):
            raise ValueError("a number")
        if not isfinite(number):
            raise ValueError("a finite number")
        for key, limit in self.bounds.items():
            if not BOUNDS[key].holds(number, limit):
                raise ValueError(f"{BOUNDS[key].words} {limit:g}")
        return number


class Constants(Mapping[str, Value]):
    """Values of hyperparameters by name, which never change; equal to a dict of the same."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value] | Iterable[tuple[str, Value]] = ()) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        return repr(self._values)


class HasHyperparameters(Protocol):
    """A row of a table whose rows may have constants of their own."""

    @property
    def name(self) -> str:
        """As scenario files say it."""

    @property
    def hyperparameters(self) -> tuple[Hyperparameter, ...]:
        """Its constants, in the order in which they are written."""


def merged(
    rows: Iterable[HasHyperparameters],
) -> dict[str, list[tuple[HasHyperparameters, Hyperparameter]]]:
    """All constants of some rows by name, each with the rows that have it.

    Each row's own order is kept: where one that is new stands before one that is known, so it
    does here.

    Raises:
        ValueError: two rows have a constant of one name that is not the same in all but its
            default: a file could not say which is meant.
    """
    order: list[str] = []
    found: dict[str, list[tuple[HasHyperparameters, Hyperparameter]]] = {}
    for row in rows:
        names = [it.name for it in row.hyperparameters]
        for position, it in enumerate(row.hyperparameters):
            others = found.setdefault(it.name, [])
            for _, other in others:
                alike = (other.about, other.bounds, other.symbol, other.count)
                if alike != (it.about, it.bounds, it.symbol, it.count):
                    raise ValueError(f"{row.name} has another {it.name} than {others[0][0].name}")
            others.append((row, it))
            if it.name not in order:
                known = (order.index(name) for name in names[position:] if name in order)
                order.insert(next(known, len(order)), it.name)
    return {name: found[name] for name in order}


def complete(row: HasHyperparameters, given: Mapping[str, Any]) -> Constants:
    """All constants of a row, those that are not given at their defaults."""
    return Constants((it.name, given.get(it.name, it.default)) for it in row.hyperparameters)


def scalars_of(row: HasHyperparameters, constants: Mapping[str, Any]) -> dict[str, float]:
    """The constants that have a symbol of their own in equations: kind → number."""
    return {it.symbol: constants[it.name] for it in row.hyperparameters if it.symbol}
