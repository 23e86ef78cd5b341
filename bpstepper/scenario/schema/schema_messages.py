"""Mistakes in our own words.

`forms` says where a value is not what the schema wants and what kind of mistake it is. This
module turns each into one sentence with what was expected, what was got and what to write
instead, and tells the paths of the bad values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from bpstepper.scenario.diagnostics.diagnostic import did_you_mean, shorten
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.scenario_error import LIMIT
from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.schema.forms import Form, Mistake, OneOf, Pattern, Word
from bpstepper.scenario.schema.structures import Table
from bpstepper.scenario.schema.tables import FILE

__all__ = ["WORDS", "as_toml", "in_one_line", "report"]

_MOST_MEANT = 200


def report(mistakes: Sequence[Mistake], findings: Findings) -> set[Path]:
    """Note every mistake; returns the paths of the bad values."""
    bad = {mistake.path for mistake in mistakes}
    # what a misspelt key was meant to be is not missing, and not its default either
    meant = {path for path in map(_meant, mistakes[:_MOST_MEANT]) if path is not None}
    told = [it for it in mistakes if it.path not in meant and it.path not in findings.broken]
    if len(told) > LIMIT:  # words for thousands would take seconds
        told.sort(key=lambda mistake: findings.offset(mistake.path))
        findings.omitted += len(told) - LIMIT
    for mistake in told[:LIMIT]:
        said = WORDS[mistake.kind](mistake)
        findings.add(
            said.code,
            said.message,
            mistake.path,
            key=said.at_key,
            label=said.label,
            help=said.help,
            expected=said.expected,
            got=said.got,
        )
    return bad | meant


def in_one_line(mistake: Mistake) -> str:
    """What is wrong and what to write instead, for a file that is not shown."""
    said = WORDS[mistake.kind](mistake)
    return f"{said.message}; {said.help}" if said.help else said.message


def _meant(mistake: Mistake) -> Path | None:
    """The path that an unknown key was probably meant to be."""
    if mistake.kind != "unknown-key":
        return None
    near = did_you_mean(str(mistake.path[-1]), _keys(mistake.form))
    return (*mistake.path[:-1], near) if near else None


class _Said(NamedTuple):
    code: str
    message: str
    label: str = ""
    help: str = ""
    expected: str = ""
    got: str = ""
    at_key: bool = False


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


def _wrong_type(mistake: Mistake) -> _Said:
    _, path, value, _, wanted = mistake
    kind = _kind(value)
    return _Said(
        "wrong-type",
        f"{_subject(path)} must be {wanted}, not {as_toml(value) if kind == 'a number' else kind}",
        label=f"expected {wanted}",
        help=_FIXES[wanted](value),
        expected=wanted,
        got=as_toml(value),
    )


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


_FIXES: dict[str, Callable[[Any], str]] = {
    "a number": _fix_number,
    "a whole number": _fix_count,
    "true or false": _fix_flag,
    "text": _fix_text,
    "a list": _fix_list,
    "a table": _fix_table,
}
"""What to write instead of a value of the wrong type, by what was wanted."""


def _unknown_key(mistake: Mistake) -> _Said:
    path = mistake.path
    name, keys = str(path[-1]), _keys(mistake.form)
    near = did_you_mean(name, keys)
    elsewhere = None if near or not _is_of_scenarios(mistake.form) else _belongs_to(name)
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


_EXAMPLES = {
    "course": "add [course], and [[course.stops]] below it",
    "stops": "add [[course.stops]], one for each stop",
    "scenario": 'add which scenario: scenario = "mazur"',
    "network": "add [network] with `inputs = …`, and [[network.layers]] below it",
    "inputs": "add how many inputs there are: inputs = 2",
    "units": "add how many units the layer has: units = 2",
    "input": "add the inputs: input = [0.05, 0.10]",
    "file": 'add which file, beside this one: file = "data.csv"',
    "inputs_of_samples": 'add which columns are inputs: inputs = ["x1", "x2"]',
    "symbol": 'add which number it is: symbol = "delta1"',
    "value": "add the published number: value = 0.298371109",
}


def _missing_key(mistake: Mistake) -> _Said:
    name = str(mistake.path[-1])
    example = "inputs_of_samples" if mistake.path == ("samples", "inputs") else name
    return _Said(
        "missing-key",
        f"`{name}` is missing {_where(mistake.path[:-1])}",
        label=f"no `{name}`",
        help=_EXAMPLES.get(example, f"add `{name} = …`"),
        expected=name,
        at_key=True,
    )


def _unknown_name(mistake: Mistake) -> _Said:
    _, path, value, form, _ = mistake
    names = form.names if isinstance(form, OneOf) else ()
    near = did_you_mean(value, names)
    noun = path[-2] if path[-1] == "name" else path[-1]
    return _Said(
        "unknown-name",
        f"there is no {str(noun).replace('_', ' ')} called {as_toml(value)}",
        label=f'did you mean "{near}"?' if near else "unknown",
        help=f'write "{near}"' if near else f"one of {', '.join(filter(None, names))}",
        expected=", ".join(filter(None, names)),
        got=shorten(value),
    )


def _not_the_word(mistake: Mistake) -> _Said:
    word = mistake.form.word if isinstance(mistake.form, Word) else ""
    return _Said(
        "unknown-name",
        f'{_name(mistake.path)} must be a whole number or "{word}", not {as_toml(mistake.value)}',
        label=f'a number or "{word}"',
        help='write "all" for all samples at once',
        expected=f'a whole number or "{word}"',
        got=as_toml(mistake.value),
    )


def _not_finite(mistake: Mistake) -> _Said:
    return _Said(
        "not-finite",
        f"{_subject(mistake.path)} must be a finite number",
        label="not finite in float64",
        help="float64 ends at about 1.8e308; nan and inf are no numbers to start from",
        expected="a finite number",
        got=as_toml(mistake.value),
    )


_RANGES = {
    "learning_rate": (
        "negative-learning-rate",
        "the minus of gradient descent is in the update already: w − η ∂C/∂w",
    ),
}
"""The code and the help of the keys whose range has a reason of its own."""


def _out_of_range(mistake: Mistake) -> _Said:
    _, path, value, _, limit = mistake
    usual = ("out-of-range", f"write a number that is {limit}")
    code, help_text = _RANGES.get(str(path[-1]), usual)
    return _Said(
        code,
        f"{_subject(path)} must be {limit}",
        label=f"must be {limit}",
        help=help_text,
        expected=limit,
        got=as_toml(value),
    )


def _wrong_length(mistake: Mistake) -> _Said:
    got, wanted = len(mistake.value), mistake.wanted
    what = "characters" if isinstance(mistake.value, str) else "elements"
    return _Said(
        "wrong-length",
        f"{_name(mistake.path)} must have {wanted} {what}, not {got}",
        label=f"{got} {what}",
        help=f"write {wanted} {what}",
        expected=wanted,
        got=str(got),
    )


def _wrong_pattern(mistake: Mistake) -> _Said:
    example = mistake.form.example if isinstance(mistake.form, Pattern) else ""
    return _Said(
        "wrong-type",
        f"{_subject(mistake.path)} must be {mistake.wanted}, not {as_toml(mistake.value)}",
        label=f"expected {mistake.wanted}",
        help=f"write it as {example}",
        expected=mistake.wanted,
        got=as_toml(mistake.value),
    )


def _not_unicode(mistake: Mistake) -> _Said:
    return _Said(
        "wrong-type",
        f"{_subject(mistake.path)} cannot be {as_toml(mistake.value)}",
        label="not understood",
        help="see `bpstepper schema` for what may stand here",
        got=as_toml(mistake.value),
    )


def _several_lines(mistake: Mistake) -> _Said:
    return _Said(
        "several-lines",
        f"{_subject(mistake.path)} must be one line",
        label="goes on after this line",
        help="say it in a few words, in plain quotes",
        expected="one line",
        got=as_toml(mistake.value),
    )


WORDS: dict[str, Callable[[Mistake], _Said]] = {
    "unknown-key": _unknown_key,
    "missing-key": _missing_key,
    "unknown-name": _unknown_name,
    "not-the-word": _not_the_word,
    "not-finite": _not_finite,
    "wrong-type": _wrong_type,
    "out-of-range": _out_of_range,
    "wrong-length": _wrong_length,
    "wrong-pattern": _wrong_pattern,
    "not-unicode": _not_unicode,
    "several-lines": _several_lines,
}
"""What is said about each kind of `forms.Mistake`."""


# ── what the schema knows ────────────────────────────────────────────────────────────────────


def _where(path: Path) -> str:
    names = [str(part) for part in path if isinstance(part, str)]
    if not names:
        return "at the top of a file"
    # an index at the end: one table of several
    brackets = "[[{}]]" if isinstance(path[-1], int) else "[{}]"
    return "in " + brackets.format(".".join(names))


def _keys(form: Form) -> tuple[str, ...]:
    """The keys of the table that a key is unknown in."""
    return tuple(form.keys) if isinstance(form, Table) else ()


def _is_of_scenarios(form: Form) -> bool:
    """Whether it is a table of scenario files: courses and settings have tables, too."""
    return any(form is table for table in (FILE, *(table for _, table in FILE.tables())))


def _belongs_to(name: str) -> str | None:
    """The header of the first table that has a key of this name, if there is one."""
    headers = [header for header, table in FILE.tables() if name in table.keys]
    # the outermost: what lies deep is mostly written in braces
    return min(headers, key=lambda header: header.count("."), default=None)
