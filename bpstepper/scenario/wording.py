"""pydantic's errors in our own words.

pydantic says where a value is not what the schema wants and what kind of mistake it is. This
module turns each into one sentence with what was expected, what was got and what to write
instead, and tells the paths of the bad values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bpstepper.scenario.diagnostics import LIMIT, did_you_mean, shorten
from bpstepper.scenario.findings import Findings
from bpstepper.scenario.locate import Path
from bpstepper.scenario.syntax import SEVERAL
from bpstepper.scenario.tables import ScenarioFile

__all__ = ["as_toml", "report"]

_MOST_MEANT = 200


def report(error: ValidationError, findings: Findings) -> set[Path]:
    """Note every error of a validation; returns the paths of the bad values."""
    errors = [(_path(details), details) for details in error.errors(include_url=False)]
    bad = {path for path, _ in errors}
    # what a misspelt key was meant to be is not missing, and not its default either
    meant = {path for path in map(_meant, errors[:_MOST_MEANT]) if path is not None}
    errors = [item for item in errors if item[0] not in meant and item[0] not in findings.broken]
    if len(errors) > LIMIT:  # words for thousands would take seconds
        errors.sort(key=lambda item: findings.offset(item[0]))
        findings.omitted += len(errors) - LIMIT
    for path, details in errors[:LIMIT]:
        said = _WORDS.get(details["type"], _other)(path, details)
        findings.add(
            said.code,
            said.message,
            path,
            key=said.at_key,
            label=said.label,
            help=said.help,
            expected=said.expected,
            got=said.got,
        )
    return bad | meant


def _meant(item: tuple[Path, ErrorDetails]) -> Path | None:
    """The path that an unknown key was probably meant to be."""
    path, details = item
    if details["type"] != "extra_forbidden":
        return None
    near = did_you_mean(str(path[-1]), _keys(path[:-1]))
    return (*path[:-1], near) if near else None


class _Said(NamedTuple):
    code: str
    message: str
    label: str = ""
    help: str = ""
    expected: str = ""
    got: str = ""
    at_key: bool = False


def _path(details: ErrorDetails) -> Path:
    """Where an error is, without the tags of unions, which are no keys of the file."""
    return tuple(part for part in details["loc"] if not str(part).startswith("<"))


def as_toml(value: Any) -> str:
    """A value roughly as a file writes it, short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return shorten(json.dumps(value[:60], ensure_ascii=False))
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if len(value) > 4 else shorten(f"[{', '.join(map(as_toml, value))}]")
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a very long number"
    return shorten(str(value))


def _kind(value: Any) -> str:
    """What a value is, for a sentence."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "text"),
        (list, "a list"),
        (dict, "a table"),
        ((datetime, date, time), "a date or time"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "something else")


def _name(path: Path) -> str:
    """The key that a path ends in, or the key whose element it is."""
    names = [part for part in path if isinstance(part, str)]
    return f"`{names[-1]}`" if names else "this file"


def _subject(path: Path) -> str:
    inside = isinstance(path[-1], int) if path else False
    return f"an element of {_name(path)}" if inside else _name(path)


# ── one function for each kind of mistake ────────────────────────────────────────────────────


def _wrong_type(expected: str, fix: Callable[[Any], str]) -> Callable[..., _Said]:
    def words(path: Path, details: ErrorDetails) -> _Said:
        value = details["input"]
        kind = _kind(value)
        return _Said(
            "wrong-type",
            f"{_subject(path)} must be {expected}, not "
            f"{as_toml(value) if kind == 'a number' else kind}",
            label=f"expected {expected}",
            help=fix(value),
            expected=expected,
            got=as_toml(value),
        )

    return words


def _fix_number(value: Any) -> str:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return "write a number such as 0.5"
        return f"remove the quotes: {shorten(value)}"
    if isinstance(value, bool):
        return f"write {int(value)} if that is what you mean"
    if isinstance(value, list):
        return "write one number, without brackets"
    return "write a number such as 0.5"


def _fix_count(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"write it without a dot: {int(value)}"
    if isinstance(value, str) and value.isdecimal():
        return f"remove the quotes: {shorten(value)}"
    return "write a whole number such as 2"


def _fix_list(value: Any) -> str:
    if isinstance(value, dict):
        return "write the header of one table of several with two brackets, as in [[samples]]"
    return f"write it in brackets: [{as_toml(value)}]"


def _fix_table(value: Any) -> str:
    if isinstance(value, list):
        return "write the header of a single table with one pair of brackets, as in [network]"
    return "write a header in brackets, and below it its keys"


def _fix_text(value: Any) -> str:
    return f'put it in quotes: "{as_toml(value)}"' if not isinstance(value, list | dict) else ""


def _fix_flag(value: Any) -> str:
    return "write true or false, small and without quotes"


def _unknown_key(path: Path, details: ErrorDetails) -> _Said:
    name = str(path[-1])
    keys = _keys(path[:-1])
    near = did_you_mean(name, keys)
    elsewhere = None if near else _belongs_to(name)
    help_text = f"the keys here are {', '.join(keys)}"
    if near:
        help_text = f"write `{near}`"
    elif elsewhere:
        help_text = f"`{name}` belongs in {elsewhere}"
    return _Said(
        "unknown-key",
        f"there is no key `{shorten(name)}` {_where(path[:-1])}",
        label=f"did you mean `{near}`?" if near else "unknown",
        help=help_text,
        expected=near or ", ".join(keys),
        got=shorten(name),
        at_key=True,
    )


def _missing(path: Path, details: ErrorDetails) -> _Said:
    name = str(path[-1])
    examples = {
        "network": "add [network] with `inputs = …`, and [[network.layers]] below it",
        "inputs": "add how many inputs there are: inputs = 2",
        "units": "add how many units the layer has: units = 2",
        "input": "add the inputs: input = [0.05, 0.10]",
        "symbol": 'add which number it is: symbol = "delta1"',
        "value": "add the published number: value = 0.298371109",
    }
    return _Said(
        "missing-key",
        f"`{name}` is missing {_where(path[:-1])}",
        label=f"no `{name}`",
        help=examples.get(name, f"add `{name} = …`"),
        expected=name,
        at_key=True,
    )


def _unknown_name(path: Path, details: ErrorDetails) -> _Said:
    value, names = str(details["input"]), details["ctx"]["names"]
    near = did_you_mean(value, names)
    noun = path[-2] if path[-1] == "name" else path[-1]
    return _Said(
        "unknown-name",
        f"there is no {str(noun).replace('_', ' ')} called {as_toml(value)}",
        label=f'did you mean "{near}"?' if near else "unknown",
        help=f'write "{near}"' if near else f"one of {', '.join(names)}",
        expected=", ".join(names),
        got=shorten(value),
    )


def _not_all(path: Path, details: ErrorDetails) -> _Said:
    return _Said(
        "unknown-name",
        f'{_name(path)} must be a whole number or "all", not {as_toml(details["input"])}',
        label='a number or "all"',
        help='write "all" for all samples at once',
        expected='a whole number or "all"',
        got=as_toml(details["input"]),
    )


def _not_finite(path: Path, details: ErrorDetails) -> _Said:
    value = details["input"]
    return _Said(
        "not-finite",
        f"{_subject(path)} must be a finite number",
        label="not finite in float64",
        help="float64 ends at about 1.8e308; nan and inf are no numbers to start from",
        expected="a finite number",
        got=as_toml(value),
    )


def _bound(words: str, key: str) -> Callable[..., _Said]:
    def said(path: Path, details: ErrorDetails) -> _Said:
        limit = f"{words} {details['ctx'][key]:g}"
        row = _BOUNDS.get(str(path[-1]))
        return _Said(
            row[0] if row else "out-of-range",
            f"{_subject(path)} must be {limit}",
            label=f"must be {limit}",
            help=row[1] if row else f"write a number that is {limit}",
            expected=limit,
            got=as_toml(details["input"]),
        )

    return said


_BOUNDS = {
    "learning_rate": (
        "negative-learning-rate",
        "the minus of gradient descent is in the update already: w − η ∂C/∂w",
    ),
}


def _length(path: Path, details: ErrorDetails) -> _Said:
    context = details["ctx"]
    least, most = context.get("min_length"), context.get("max_length")
    expected = f"at least {least}" if least is not None else f"at most {most}"
    return _Said(
        "wrong-length",
        f"{_name(path)} must have {expected} elements, not {context['actual_length']}",
        label=f"{context['actual_length']} elements",
        help=f"write {expected} elements",
        expected=expected,
        got=str(context["actual_length"]),
    )


def _other(path: Path, details: ErrorDetails) -> _Said:
    return _Said(
        "wrong-type",
        f"{_subject(path)} cannot be {as_toml(details['input'])}",
        label="not understood",
        help="see `bpstepper schema` for what may stand here",
        got=as_toml(details["input"]),
    )


_NUMBER = _wrong_type("a number", _fix_number)
_COUNT = _wrong_type("a whole number", _fix_count)

_WORDS: dict[str, Callable[[Path, ErrorDetails], _Said]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "unknown_name": _unknown_name,
    "literal_error": _not_all,
    "finite_number": _not_finite,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "int_type": _COUNT,
    "int_from_float": _COUNT,
    "int_parsing": _COUNT,
    "bool_type": _wrong_type("true or false", _fix_flag),
    "string_type": _wrong_type("text", _fix_text),
    "list_type": _wrong_type("a list", _fix_list),
    "model_type": _wrong_type("a table", _fix_table),
    "model_attributes_type": _wrong_type("a table", _fix_table),
    "dict_type": _wrong_type("a table", _fix_table),
    "greater_than_equal": _bound("at least", "ge"),
    "greater_than": _bound("more than", "gt"),
    "less_than_equal": _bound("at most", "le"),
    "less_than": _bound("less than", "lt"),
    "too_short": _length,
    "too_long": _length,
}


# ── what the schema knows ────────────────────────────────────────────────────────────────────


def _where(path: Path) -> str:
    names = [str(part) for part in path if isinstance(part, str)]
    if not names:
        return "at the top of a file"
    # an index at the end: one table of several
    brackets = "[[{}]]" if isinstance(path[-1], int) else "[{}]"
    return "in " + brackets.format(".".join(names))


@cache
def _tables() -> dict[tuple[str, ...], list[str]]:
    """The keys of every table, by the names that lead to it."""
    found: dict[tuple[str, ...], list[str]] = {}

    def visit(model: type[BaseModel], names: tuple[str, ...]) -> None:
        found.setdefault(names, []).extend(model.model_fields)
        for key, field in model.model_fields.items():
            for inner in _models(field.annotation):
                visit(inner, (*names, key))

    visit(ScenarioFile, ())
    return found


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The tables that an annotation has room for."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner: Sequence[Any] = getattr(annotation, "__args__", ())
    return [model for part in inner for model in _models(part)]


def _keys(path: Path) -> list[str]:
    return _tables().get(tuple(part for part in path if isinstance(part, str)), [])


def _belongs_to(name: str) -> str | None:
    """The header of the one table that has a key of this name."""
    for names, keys in _tables().items():
        if name in keys and names:
            header = ".".join(names)
            return f"[[{header}]]" if header in SEVERAL else f"[{header}]"
    return None
