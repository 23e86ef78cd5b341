"""`--set key=value`: changing a scenario without editing its file.

An override is one TOML statement, such as `training.learning_rate=0.1`, whose key may go through
lists by number, counted from 0: `network.layers.0.activation=tanh`. A single word needs no
quotes, since a shell takes those away. What an override sets is checked like the rest of the
file, and what is wrong with it is shown in its own text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, shorten
from bpstepper.scenario.diagnostics.diagnostic_collector import Origin, Source
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.diagnostics.spans import Path, Span
from bpstepper.scenario.toml.syntax import measure, parse

__all__ = ["apply", "read"]

_STATEMENT = re.compile(r"\s*(?P<key>[\w-]+(?:\.[\w-]+)*)\s*=\s*(?P<value>.*\S)\s*", re.ASCII)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def read(text: str) -> tuple[Origin, Any]:
    """Take an override apart: where it belongs, and its value.

    Raises:
        ScenarioError: it is not of the form `key=value`, or the value is none.
    """
    source = Source("--set", text)
    match = _STATEMENT.fullmatch(text)
    measure(source)
    if match is None:
        raise _error(
            source,
            Span(0, max(1, len(text))),
            "bad-override",
            f"`{shorten(text)}` is not of the form key=value",
            "write it as training.learning_rate=0.1",
        )
    try:
        # a value cannot end its statement and begin another: there is no newline in it
        value = tomllib.loads(f"value = {match['value']}")["value"]
    except (ValueError, RecursionError):
        if not _WORD.fullmatch(match["value"]):
            if troubles := parse(source).troubles:  # they say what is wrong with it
                raise ScenarioError(troubles) from None
            raise _error(
                source,
                Span(*match.span("value")),
                "bad-override",
                f"`{shorten(match['value'])}` is not a value",
                'write a number, true or false, a list such as [0.1, 0.2], or "text"',
            ) from None
        value = match["value"]
    path = tuple(int(part) if part.isdecimal() else part for part in match["key"].split("."))
    return Origin(source, path, Span(*match.span("key")), Span(*match.span("value"))), value


def apply(values: dict[str, Any], texts: Sequence[str]) -> tuple[Origin, ...]:
    """Set in `values` what the overrides say; returns where each came from.

    Raises:
        ScenarioError: an override cannot be read, or goes through something that is not there.
    """
    origins: list[Origin] = []
    problems: list[Diagnostic] = []
    for text in texts:
        try:
            origin, value = read(text)
            _put(values, origin, value)
            origins.append(origin)
        except ScenarioError as error:
            problems += error.diagnostics
    if problems:
        raise ScenarioError(problems)
    return tuple(origins)


def _put(values: dict[str, Any], origin: Origin, value: Any) -> None:
    around: Any = values
    for depth, part in enumerate(origin.path):
        last = depth == len(origin.path) - 1
        if isinstance(around, list):
            _check_index(origin, depth, around)
        elif isinstance(around, dict):
            part = str(part)
            if not last:
                around.setdefault(part, {})
        else:
            raise _not_a_table(origin, depth)
        if last:
            around[part] = value
        else:
            around = around[part]


def _check_index(origin: Origin, depth: int, elements: list[Any]) -> None:
    part = origin.path[depth]
    if isinstance(part, int) and part < len(elements):
        return
    name = _dotted(origin.path[:depth])
    message = f"`{name}` is a list of {len(elements)}, counted from 0"
    help_text = f"write a number from 0 to {len(elements) - 1}, as in {name}.0"
    raise _error(origin.source, origin.key, "unknown-key", message, help_text)


def _not_a_table(origin: Origin, depth: int) -> ScenarioError:
    message = f"`{_dotted(origin.path[:depth])}` is a value, and has no keys of its own"
    return _error(origin.source, origin.key, "unknown-key", message, "set the whole value")


def _dotted(path: Path) -> str:
    return shorten(".".join(map(str, path)))


def _error(
    source: Source,
    span: Span,
    code: str,
    message: str,
    help: str,  # noqa: A002 - it is called so wherever diagnostics are written
) -> ScenarioError:
    place = source.place(span, "here")
    return ScenarioError([Diagnostic(code=code, message=message, place=place, help=help)])
