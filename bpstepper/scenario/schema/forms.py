"""The forms that a value of a scenario file can have: what a form is, and those of single values.

A form is a small object that never changes. It does three things: `check` notes everything that
is wrong with a value (strictly: no text for a number, no number for true or false), `fill` turns
a value that is right into a plain one with every default filled in, and `schema` says the same in
JSON Schema. Lists and tables of forms are in `structures`; which of them a file has is `tables`'
business, and what is said about a mistake `schema_messages`'s.

Files are small, but may hold a hundred thousand numbers, and hostile ones as many mistakes. So
lists of numbers are looked at as a whole first, and a mistake is only a path, until it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import Any, Final, NamedTuple

from bpstepper.engine.tables.hyperparameters import BOUNDS
from bpstepper.scenario.diagnostics.spans import Path

__all__ = [
    "Flag", "Form", "Line", "Mistake", "Number", "OneOf", "Pattern", "Schema", "Text", "Whole",
    "Word", "is_unicode",
]  # fmt: skip

Schema = dict[str, Any]


class Mistake(NamedTuple):
    """Something wrong with a value.

    Attributes:
        kind: what is wrong; a key of `wording.WORDS`.
        path: where the value is, or should be.
        value: the value itself; None where there is none.
        form: the form that it should have; for a missing or unknown key, of the table around it.
        wanted: what would have been right, where the form has more than one way to be wrong.
    """

    kind: str
    path: Path
    value: Any
    form: Form
    wanted: str = ""


class Form:
    """What a value may look like. `what` says it in a sentence: "must be a number"."""

    __slots__ = ()

    what: str = ""

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """Add to `mistakes` everything that is wrong with the value at `path`."""
        raise NotImplementedError

    def are_right(self, values: list[Any]) -> bool:
        """Whether all values of a list are right, if that can be told at a glance."""
        return False

    def fill(self, value: Any) -> Any:
        """A value that is right, with defaults filled in and whole numbers made floats."""
        return value

    def fill_all(self, values: list[Any]) -> list[Any]:
        """`fill`, for all values of a list."""
        return [self.fill(value) for value in values]

    def schema(self, tables: Schema) -> Schema:
        """The JSON Schema of the form; what it refers to is put into `tables`."""
        raise NotImplementedError

    def inside(self) -> Iterable[tuple[str | None, Form]]:
        """The forms that it is made of, those of a table with their keys."""
        return ()

    def _wrong_type(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        mistakes.append(Mistake("wrong-type", path, value, self, self.what))


# ── numbers ──────────────────────────────────────────────────────────────────────────────────


class _Bounded(Form):
    """A number that may have bounds: `ge=0, lt=1`."""

    __slots__ = ("bounds",)

    json_type = ""

    def __init__(self, **bounds: float) -> None:
        self.bounds: Final = tuple((BOUNDS[name], limit) for name, limit in bounds.items())

    def _check_bounds(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        for bound, limit in self.bounds:
            if not bound.holds(value, limit):
                wanted = f"{bound.words} {limit:g}"
                mistakes.append(Mistake("out-of-range", path, value, self, wanted))

    def schema(self, tables: Schema) -> Schema:
        """Its type and its bounds."""
        return {"type": self.json_type, **{bound.keyword: limit for bound, limit in self.bounds}}


class Number(_Bounded):
    """A finite number; whole numbers are numbers as well."""

    __slots__ = ()

    what = "a number"
    json_type = "number"

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is a number, finite, and within its bounds."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong_type(value, path, mistakes)
        elif not _is_finite(value):
            mistakes.append(Mistake("not-finite", path, value, self))
        else:
            self._check_bounds(value, path, mistakes)

    def are_right(self, values: list[Any]) -> bool:
        """Numbers without bounds can be looked at together."""
        if self.bounds or not {int, float}.issuperset(map(type, values)):
            return False
        try:
            return all(map(isfinite, values))
        except OverflowError:
            return False

    def fill(self, value: Any) -> Any:
        """As a float."""
        return float(value)

    def fill_all(self, values: list[Any]) -> list[Any]:
        """As floats."""
        return list(map(float, values))


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number beyond float64
        return False


class Whole(_Bounded):
    """A whole number, written without a dot."""

    __slots__ = ()

    what = "a whole number"
    json_type = "integer"

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is a whole number, and within its bounds."""
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong_type(value, path, mistakes)
        else:
            self._check_bounds(value, path, mistakes)


class Flag(Form):
    """True or false."""

    __slots__ = ()

    what = "true or false"

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is true or false."""
        if not isinstance(value, bool):
            self._wrong_type(value, path, mistakes)

    def schema(self, tables: Schema) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


# ── text ─────────────────────────────────────────────────────────────────────────────────────


class Text(Form):
    """Any text that can be written out again; `most` characters, where that is bounded."""

    __slots__ = ("most",)

    what = "text"

    def __init__(self, most: int | None = None) -> None:
        self.most: Final = most

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is text, not too long, and can be encoded."""
        if not isinstance(value, str):
            self._wrong_type(value, path, mistakes)
        elif not is_unicode(value):
            mistakes.append(Mistake("not-unicode", path, value, self))
        elif self.most is not None and len(value) > self.most:
            mistakes.append(Mistake("wrong-length", path, value, self, f"at most {self.most}"))

    def schema(self, tables: Schema) -> Schema:
        """A string."""
        return {"type": "string"}


def is_unicode(text: str) -> bool:
    """Whether there is no half of a character in it, as bytes of a command line may leave."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Line(Text):
    """Text on one line."""

    __slots__ = ()

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is text, and has no line end in it."""
        super().check(value, path, mistakes)
        if isinstance(value, str) and len(f"{value}.".splitlines()) > 1:
            mistakes.append(Mistake("several-lines", path, value, self))

    def schema(self, tables: Schema) -> Schema:
        """A string without line ends."""
        return {"type": "string", "pattern": r"^[^\r\n]*$"}


class Pattern(Text):
    """Text that is written in one way: what a regular expression matches, and can be printed."""

    __slots__ = ("example", "expression", "what")

    def __init__(self, expression: str, what: str, example: str) -> None:
        self.expression: Final = re.compile(expression)
        self.what = what
        self.example: Final = example

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """The whole of it matches."""
        is_text = isinstance(value, str) and value.isprintable()
        if not is_text or not self.expression.fullmatch(value):
            mistakes.append(Mistake("wrong-pattern", path, value, self, self.what))

    def schema(self, tables: Schema) -> Schema:
        """A string, and what it matches."""
        return {"type": "string", "pattern": f"^(?:{self.expression.pattern})$"}


class OneOf(Text):
    """One of some names."""

    __slots__ = ("names",)

    def __init__(self, names: Iterable[str]) -> None:
        self.names: Final = tuple(names)

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is one of the names."""
        if not isinstance(value, str):
            self._wrong_type(value, path, mistakes)
        elif value not in self.names:
            mistakes.append(Mistake("unknown-name", path, value, self))

    def schema(self, tables: Schema) -> Schema:
        """A string, and which."""
        return {"type": "string", "enum": list(self.names)}


class Word(Text):
    """The one word that may stand in place of a whole number."""

    __slots__ = ("word",)

    def __init__(self, word: str) -> None:
        self.word: Final = word

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is the word."""
        if value != self.word:
            mistakes.append(Mistake("not-the-word", path, value, self))

    def schema(self, tables: Schema) -> Schema:
        """A constant."""
        return {"const": self.word}
