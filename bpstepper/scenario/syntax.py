"""From text to plain values: TOML, with its errors in our own words.

`tomllib` decides what is valid. Before it sees a text, the text is measured: nesting, dotted
keys and digits are limited, since a few kilobytes of them would cost seconds and gigabytes. When
it refuses a text, the positions found by `locate` tell what went wrong in the words of this
module's table, and the statements that are in order are read all the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any, NamedTuple

from bpstepper.scenario.diagnostics import LIMIT, Diagnostic, ScenarioError, printable, shorten
from bpstepper.scenario.findings import Source
from bpstepper.scenario.locate import Path, Span, Trouble, outline
from bpstepper.scenario.locate import position as position_of

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "MAX_PARTS", "SEVERAL", "TROUBLES", "Parsed", "parse"]

MAX_DEPTH = 16
MAX_PARTS = 8
MAX_DIGITS = 300
SEVERAL = frozenset({"network.layers", "samples", "expect", "notes"})
"""The tables that there can be several of, written with two brackets."""

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
        troubles = outline(source.text).troubles
        told = [_explain(source, trouble) for trouble in troubles[:LIMIT]]
        omitted = len(troubles[LIMIT:])
        if not told:
            raise ScenarioError([_in_general(source, str(error))]) from None
        if any(trouble.path is None for trouble in troubles):
            raise ScenarioError(told, omitted) from None
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


# ── what is not TOML, in words ───────────────────────────────────────────────────────────────


class _Words(NamedTuple):
    """What to say about a trouble; `{text}` is what stands there, `{fix}` what it should be."""

    code: str
    message: str
    label: str = ""
    help: str = ""
    second: str = ""


class _BadValue(NamedTuple):
    pattern: re.Pattern[str]
    words: _Words
    fix: Callable[[str], str] = lambda text: text


TROUBLES: dict[str, _Words] = {
    "missing-comma": _Words(
        "missing-comma",
        "a comma is missing between two elements of a list",
        "a comma belongs here",
        "write a comma between elements and between rows: [[1, 2], [3, 4]]",
        "the next element",
    ),
    "decimal-comma": _Words(
        "decimal-comma",
        "`{text}` has a comma for a decimal point",
        "use a dot",
        "use a dot: write {fix}",
    ),
    "unclosed-string": _Words(
        "unclosed-string",
        "this text has no closing quote",
        "starts here and does not end",
        "close it with the quotes it starts with; text of several lines goes in three quotes",
    ),
    "unclosed-bracket": _Words(
        "unclosed-bracket",
        "this bracket is never closed",
        "opened here",
        "count the brackets: a matrix ends in two, as in [[1, 2], [3, 4]]",
        "the next thing starts here",
    ),
    "unclosed-header": _Words(
        "unclosed-header",
        "this table header is not closed as it is opened",
        "",
        "write [name] for a table and [[name]] for one table of several",
    ),
    "duplicate-key": _Words(
        "duplicate-key",
        "`{text}` is given twice",
        "given again here",
        "keep one of the two",
        "first given here",
    ),
    "duplicate-table": _Words(
        "duplicate-key",
        "the table {text} is there twice",
        "again here",
        "{fix}",
        "first here",
    ),
    "missing-equals": _Words(
        "missing-equals",
        "`{text}` is neither a table nor `key = value`",
        "no = here",
        "write `{fix}`; a comment starts with #",
    ),
    "missing-value": _Words(
        "missing-value",
        "this key has no value",
        "a value belongs here",
        "give it a value, or delete it",
    ),
    "bad-key": _Words(
        "bad-key",
        "`{text}` cannot be a key",
        "",
        "keys are written with plain letters, digits, _ and -",
    ),
    "bad-escape": _Words(
        "bad-escape",
        "`{text}` means nothing in a text with double quotes",
        'after a backslash come only b t n f r " \\ u U',
        "for text with backslashes, such as LaTeX, use single quotes: '...' or '''...'''",
    ),
    "stray-comma": _Words(
        "stray-comma", "there is a comma with nothing before it", "nothing before it", "delete it"
    ),
    "semicolon": _Words(
        "semicolon",
        "elements are separated by commas",
        "a comma belongs here",
        "rows are lists of their own: [[1, 2], [3, 4]]",
    ),
    "inline-table": _Words(
        "inline-table",
        "a table in braces has to stand on one line",
        "opened here",
        "put it on one line, or give it a header of its own",
    ),
    "trailing-text": _Words(
        "trailing-text",
        "`{text}` has no meaning after the value",
        "not expected here",
        "one `key = value` to a line; a comment starts with #",
    ),
}
"""What is said about each kind of `locate.Trouble`."""

_QUOTES = "“”„‟‘’‚«»"

_BAD_VALUES = (
    _BadValue(
        re.compile(rf"[{_QUOTES}].*"),
        _Words(
            "smart-quotes",
            "typographic quotes do not make a text",
            "curly quotes",
            "use plain quotes: {fix}",
        ),
        lambda text: f'"{text.strip(_QUOTES)}"',
    ),
    _BadValue(
        re.compile(r"[+-]?\.\d.*"),
        _Words(
            "leading-dot", "`{text}` has no digit before its dot", "not a number yet", "write {fix}"
        ),
        lambda text: text.replace(".", "0.", 1).removeprefix("+"),
    ),
    _BadValue(
        re.compile(r"[+-]?\d+\.(?:[eE].*)?"),
        _Words(
            "trailing-dot", "`{text}` has no digit after its dot", "not a number yet", "write {fix}"
        ),
        lambda text: text.replace(".", ".0", 1),
    ),
    _BadValue(
        re.compile(r"[+-]?0[0-9_]+(?:\..*)?"),
        _Words("leading-zero", "`{text}` starts with a zero", "not a number here", "write {fix}"),
        lambda text: text.lstrip("+-0_") or "0",
    ),
    _BadValue(
        re.compile(r"(?i:true|false)"),
        _Words("wrong-case", "`{text}` is written small here", "", "write {fix}"),
        str.lower,
    ),
    _BadValue(
        re.compile(r"[−–—]\.?\d.*"),
        _Words(
            "odd-minus",
            "`{text}` starts with a typographic dash",
            "not a minus sign",
            "use the hyphen of the keyboard: {fix}",
        ),
        lambda text: "-" + text[1:],
    ),
    _BadValue(
        re.compile(r"[+-]?\d.*"),
        _Words(
            "not-a-number",
            "`{text}` is not a number",
            "",
            "write numbers as 0.5 or 1e-3, without fractions, units or percent signs",
        ),
    ),
    _BadValue(
        re.compile(r".*"),
        _Words("unquoted-text", "text has to stand in quotes", "no quotes", "write {fix}"),
        lambda text: '"' + text.replace("\\", "").replace('"', "") + '"',
    ),
)


def _with_equals(text: str) -> str:
    """`key: value` or `key value` as it should be."""
    pair = re.fullmatch(r"([A-Za-z_][\w-]*)\s*[:\s]\s*(\S.*)", text)
    return f"{pair[1]} = {pair[2]}" if pair and len(text) < 80 else "key = value"


def _one_of_two(header: str) -> str:
    """What to do with a header that is there twice."""
    if header.strip("[] ") in SEVERAL:
        return f"there can be several of them: write [{header}] each time"
    return "make one table of the two"


_FIXES: dict[str, Callable[[str], str]] = {
    "missing-equals": _with_equals,
    "duplicate-table": _one_of_two,
}


def _explain(source: Source, trouble: Trouble) -> Diagnostic:
    text = source.text[trouble.span.start : trouble.span.end]
    span, fix = trouble.span, text
    if trouble.kind == "bad-value":
        row = next(row for row in _BAD_VALUES if row.pattern.match(text))
        words, fix = row.words, row.fix(text)
        if comma := _split_by_comma(source.text, span):
            span, words = comma, TROUBLES["decimal-comma"]
            text = source.text[span.start : span.end]
            fix = text
    else:
        words = TROUBLES[trouble.kind]
    if words.code == "decimal-comma":
        fix = text.replace(",", ".")
    if trouble.kind in _FIXES:
        fix = _FIXES[trouble.kind](text)
    filled = {"text": shorten(text.strip()), "fix": shorten(fix, 80)}
    second = source.place(trouble.second, words.second) if trouble.second else None
    return Diagnostic(
        code=words.code,
        message=words.message.format(**filled),
        place=source.place(span, words.label.format(**filled)),
        second=second,
        help=words.help.format(**filled),
        got=filled["text"],
    )


def _split_by_comma(text: str, span: Span) -> Span | None:
    """The whole of `0,05` where only its second half looked odd."""
    before = re.search(r"[+-]?\d+,$", text[max(0, span.start - 20) : span.start])
    if before and text[span.start : span.end].isdigit():
        return Span(span.start - len(before[0]), span.end)
    return None


_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def _in_general(source: Source, message: str) -> Diagnostic:
    """A refusal of tomllib's that no trouble of ours explains."""
    at = _AT.search(message)
    offset = len(source.text.rstrip())
    if at and at[1]:
        offset = source.starts[int(at[1]) - 1] + int(at[2]) - 1
    line, _ = position_of(source.starts, offset)
    words = shorten(_AT.sub("", message), 100)
    return Diagnostic(
        code="not-toml",
        message=f"line {line} is not valid TOML: {words[:1].lower()}{words[1:]}",
        place=source.place(Span(offset, offset + 1), "here"),
        help="`bpstepper new FILE` writes a commented scenario to compare with",
    )
