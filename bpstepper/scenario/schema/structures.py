"""The forms that are made of forms: lists, tables and choices.

A table of a scenario file is a `Table`, and each of its keys one row: a `Key`. What a form does
is said in `forms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.schema.forms import Form, Mistake, Schema

__all__ = ["REQUIRED", "Choice", "Key", "ListOf", "Table"]


class ListOf(Form):
    """A list whose elements all have one form; of tables, an array of tables."""

    __slots__ = ("element", "least", "most")

    what = "a list"

    def __init__(self, element: Form, least: int = 0, most: int | None = None) -> None:
        self.element: Final = element
        self.least: Final = least
        self.most: Final = most

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is a list, long enough, not too long, and its elements are right."""
        if not isinstance(value, list):
            self._wrong_type(value, path, mistakes)
            return
        if len(value) < self.least:
            mistakes.append(Mistake("wrong-length", path, value, self, f"at least {self.least}"))
        if self.most is not None and len(value) > self.most:
            mistakes.append(Mistake("wrong-length", path, value, self, f"at most {self.most}"))
        self._check_elements(value, path, mistakes)

    def _check_elements(self, values: list[Any], path: Path, mistakes: list[Mistake]) -> None:
        if not self.element.are_right(values):
            for index, inner in enumerate(values):
                self.element.check(inner, (*path, index), mistakes)

    def are_right(self, values: list[Any]) -> bool:
        """Rows of numbers: as one long row."""
        if self.least or self.most is not None or not {list}.issuperset(map(type, values)):
            return False
        return self.element.are_right([inner for row in values for inner in row])

    def fill(self, value: Any) -> Any:
        """Fill every element."""
        return self.element.fill_all(value)

    def schema(self, tables: Schema) -> Schema:
        """An array, with the schema of its elements."""
        found: Schema = {"type": "array", "items": self.element.schema(tables)}
        if self.least:
            found["minItems"] = self.least
        if self.most is not None:
            found["maxItems"] = self.most
        return found

    def inside(self) -> Iterable[tuple[str | None, Form]]:
        """The form of its elements."""
        return ((None, self.element),)


REQUIRED: Final = object()
"""In place of a default: the key has to be given."""


class Key(NamedTuple):
    """One row of a table.

    Attributes:
        name: as files write it.
        form: what its value may look like.
        default: what it is where a file says nothing, as a file would write it; None where it is
            then unknown; or REQUIRED.
        about: what it means, and its unit.
    """

    name: str
    form: Form
    default: Any
    about: str

    def schema(self, tables: Schema) -> Schema:
        """The form's JSON Schema, with what an editor can show."""
        found: Schema = {"title": _title(self.name), "description": self.about}
        if self.default is not None and self.default is not REQUIRED:
            found["default"] = self.default
        return found | self.form.schema(tables)


def _title(name: str) -> str:
    return name.replace("_", " ").title()


class Table(Form):
    """A table with its keys, no others."""

    __slots__ = ("about", "keys", "name")

    what = "a table"

    def __init__(self, name: str, about: str, keys: Sequence[Key]) -> None:
        self.name: Final = name
        self.about: Final = about
        self.keys: Final = {key.name: key for key in keys}

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It has every key that it needs and no other, and all values are right."""
        if not isinstance(value, dict):
            self._wrong_type(value, path, mistakes)
            return
        for name, key in self.keys.items():
            if name in value:
                key.form.check(value[name], (*path, name), mistakes)
            elif key.default is REQUIRED:
                mistakes.append(Mistake("missing-key", (*path, name), None, self))
        mistakes += [
            Mistake("unknown-key", (*path, name), inner, self)
            for name, inner in value.items()
            if name not in self.keys
        ]

    def fill(self, value: Any) -> Any:
        """All its keys, with the defaults of those that are not given."""
        given = ((key, value.get(key.name, key.default)) for key in self.keys.values())
        return {key.name: None if it is None else key.form.fill(it) for key, it in given}

    def schema(self, tables: Schema) -> Schema:
        """A reference to it."""
        if self.name not in tables:
            tables[self.name] = None  # before what lies inside, so that tables come in order
            tables[self.name] = self.whole_schema(tables)
        return {"$ref": f"#/$defs/{self.name}"}

    def whole_schema(self, tables: Schema) -> Schema:
        """The JSON Schema of the table itself."""
        found: Schema = {
            "title": self.name,
            "description": self.about,
            "type": "object",
            "additionalProperties": False,
            "properties": {name: key.schema(tables) for name, key in self.keys.items()},
        }
        required = [name for name, key in self.keys.items() if key.default is REQUIRED]
        return found | ({"required": required} if required else {})

    def document(self, command: str) -> Schema:
        """The JSON Schema of files that are such a table, as `command` prints it."""
        tables: Schema = {}
        whole = self.whole_schema(tables)
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$comment": f"Made by `{command}`.",
            **whole,
            "$defs": tables,
        }

    def inside(self) -> Iterable[tuple[str | None, Form]]:
        """The forms of its keys."""
        return ((name, key.form) for name, key in self.keys.items())

    def tables(self) -> Iterator[tuple[str, Table]]:
        """The tables within this one, each with the header that files write for it."""
        for name, key in self.keys.items():
            yield from _tables(key.form, name, several=False)


def _tables(form: Form, name: str, *, several: bool) -> Iterator[tuple[str, Table]]:
    if isinstance(form, Table):
        yield (f"[[{name}]]" if several else f"[{name}]"), form
    for key, inner in form.inside():
        below = f"{name}.{key}" if key else name
        yield from _tables(inner, below, several=isinstance(form, ListOf))


class Choice(Form):
    """One of several forms, told apart by what a value begins with: see `_begins_with`."""

    __slots__ = ("forms", "otherwise")

    def __init__(self, otherwise: Form, **forms: Form) -> None:
        self.otherwise: Final = otherwise
        self.forms: Final = forms

    def _form(self, value: Any) -> Form:
        return self.forms.get(_begins_with(value), self.otherwise)

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It has the form that it looks like."""
        self._form(value).check(value, path, mistakes)

    def fill(self, value: Any) -> Any:
        """By the form that it looks like."""
        return self._form(value).fill(value)

    def schema(self, tables: Schema) -> Schema:
        """Any of its forms."""
        # not oneOf: an empty list is of every kind of list
        return {"anyOf": [form.schema(tables) for _, form in self.inside()]}

    def inside(self) -> Iterable[tuple[str | None, Form]]:
        """Its forms."""
        return ((None, form) for form in (self.otherwise, *self.forms.values()))


_DEPTHS = ("other", "list", "matrix", "stack")


def _begins_with(value: Any) -> str:
    """`text`, `table`, `list`, `matrix`, `stack` or `other`.

    An odd element must not change what all the others are taken for, so a list is as deep as the
    first list in it.
    """
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "table"
    depth = 0
    while isinstance(value, list) and depth < len(_DEPTHS) - 1:
        depth += 1
        nested = list in set(map(type, value))
        value = next(item for item in value if isinstance(item, list)) if nested else None
    return _DEPTHS[depth]
