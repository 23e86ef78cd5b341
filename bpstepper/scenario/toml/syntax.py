"""From text to plain values: TOML, with its errors in our own words.

`tomllib` decides what is valid. Before it sees a text, the text is measured: nesting, dotted keys
and digits are limited, since a few kilobytes of them would cost seconds and gigabytes. When it
refuses a text, `locate` finds what went wrong, `syntax_errors` says it, and the statements that
are in order are read all the same. Neither of the two is loaded for a text that is in order.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, printable
from bpstepper.scenario.diagnostics.diagnostic_collector import Source
from bpstepper.scenario.diagnostics.scenario_error import LIMIT, ScenarioError
from bpstepper.scenario.diagnostics.spans import Path, Span

if TYPE_CHECKING:
    from bpstepper.scenario.diagnostics.locate import Trouble

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "MAX_PARTS", "Parsed", "measure", "parse"]

MAX_DEPTH = 16
MAX_PARTS = 8
MAX_DIGITS = 300

# every token is consumed whole, whatever follows, so that the scan is linear
_TOKEN = re.compile(
    r'''(?P<multi>"""(?:[^"\\]++|\\[\s\S]|"{1,2}(?!"))*+"{3,5}|"""[\s\S]*
              |\'\'\'(?:[^']++|'{1,2}(?!'))*+'{3,5}|\'\'\'[\s\S]*)
    |(?P<string>"(?:[^"\\\n]++|\\[^\n])*+"|'[^'\n]*+')
    |(?P<unclosed>["'][^\n]*)
    |(?P<comment>\#[^\n]*)
    |(?P<open>[\[{])
    |(?P<close>[\]}])
    |(?P<mark>[=,;\n])
    |(?P<bare>[^\s,;\[\]{}\#="']+)''',
    re.VERBOSE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER_START = re.compile(r"[+-]?[0-9]")


class Parsed(NamedTuple):
    """What could be read.

    Attributes:
        values: the document, without the statements that are no TOML.
        troubles: what is said about those.
        omitted: how many more of them there are.
        broken: their paths.
    """

    values: dict[str, Any]
    troubles: list[Diagnostic]
    omitted: int
    broken: frozenset[Path]


def parse(source: Source) -> Parsed:
    """Read a TOML text.

    Raises:
        ScenarioError: a limit is exceeded, or too little of the text is TOML to go on.
    """
    measure(source)
    try:
        return Parsed(_tomllib(source.text), [], 0, frozenset())
    except ValueError as error:
        refusal = str(error)
    return _salvage(source, refusal)


def _salvage(source: Source, refusal: str) -> Parsed:
    """What can be read of a text that tomllib refuses, and what is said about the rest.

    Raises:
        ScenarioError: too little of it can be read to go on.
    """
    from bpstepper.scenario.diagnostics.locate import outline
    from bpstepper.scenario.toml.syntax_errors import explain, in_general

    troubles = outline(source.text).troubles
    told = [explain(source, trouble) for trouble in troubles[:LIMIT]]
    omitted = len(troubles[LIMIT:])
    if not told:
        raise ScenarioError([in_general(source, refusal)])
    if any(trouble.path is None for trouble in troubles):
        raise ScenarioError(told, omitted)
    try:
        values = _tomllib(_without(source.text, troubles))
    except ValueError:
        raise ScenarioError(told, omitted) from None
    broken = frozenset(trouble.path for trouble in troubles if trouble.path is not None)
    return Parsed(values, told, omitted, broken)


def _tomllib(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:  # measured before; a belt beside the braces
        raise ValueError("nested too deeply") from None


def _without(text: str, troubles: list[Trouble]) -> str:
    """The text with the statements that are no TOML blanked out, and all else in its place."""
    pieces: list[str] = []
    position = 0
    for start, end in sorted({trouble.statement for trouble in troubles}):
        pieces += [text[position:start], re.sub(r"[^\n]", " ", text[start:end])]
        position = end
    return "".join((*pieces, text[position:]))


# ── limits ───────────────────────────────────────────────────────────────────────────────────


def measure(source: Source) -> None:
    """Check everything that must be checked before the text is parsed.

    Raises:
        ScenarioError: nesting, dotted keys or digits exceed a limit, or there are control
            characters.
    """
    controls = list(_CONTROL.finditer(source.text))
    if controls:
        told = [
            Diagnostic(
                code="control-character",
                message=f"the control character {printable(match[0])} may not stand in a scenario",
                place=source.place(Span(match.start(), match.end()), "not allowed here"),
                help="delete it",
            )
            for match in controls[:LIMIT]
        ]
        raise ScenarioError(told, len(controls[LIMIT:]))
    depth = parts = 0
    joined = False
    for token in _TOKEN.finditer(source.text):
        kind = token.lastgroup
        if kind == "bare" or kind == "string":
            text = token[0]
            names = sum(map(bool, text.split("."))) if kind == "bare" else 1
            goes_on = joined or (kind == "bare" and text.startswith("."))
            parts = parts + names if goes_on else names
            joined = kind == "bare" and text.endswith(".")
            if parts > MAX_PARTS:
                raise _limit(source, token.span(), *_TOO_MANY_PARTS)
            if kind == "bare" and len(text) > MAX_DIGITS and _NUMBER_START.match(text):
                raise _limit(source, token.span(), *_TOO_MANY_DIGITS)
            continue
        joined, parts = False, 0
        depth += (kind == "open") - (kind == "close")
        if depth > MAX_DEPTH:
            raise _limit(source, token.span(), *_TOO_DEEP)


_TOO_MANY_PARTS = (
    "too-many-parts",
    f"a key may have at most {MAX_PARTS} parts joined by dots",
    "the keys of a scenario have at most three, as in `network.layers.units`",
)
_TOO_MANY_DIGITS = (
    "number-too-long",
    f"a number may have at most {MAX_DIGITS} characters",
    "float64 keeps about 17 digits: write no more than those",
)
_TOO_DEEP = (
    "too-deep",
    f"brackets may be nested at most {MAX_DEPTH} deep",
    "a matrix is a list of rows: [[1, 2], [3, 4]]",
)


def _limit(
    source: Source, span: tuple[int, int], code: str, message: str, help_text: str
) -> ScenarioError:
    place = source.place(Span(*span), "here")
    return ScenarioError([Diagnostic(code=code, message=message, place=place, help=help_text)])
