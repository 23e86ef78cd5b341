"""What is not TOML, in words.

`locate` says where a text is not TOML and what kind of slip it looks like. This module owns the
table of what is said about each kind, and what to write instead. It is loaded only when there is
something to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, shorten
from bpstepper.scenario.diagnostics.diagnostic_collector import Source
from bpstepper.scenario.diagnostics.locate import Trouble
from bpstepper.scenario.diagnostics.spans import Span, position
from bpstepper.scenario.schema.tables import FILE

__all__ = ["TROUBLES", "explain", "in_general"]


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
    if any(known == f"[[{header.strip('[] ')}]]" for known, _ in FILE.tables()):
        return f"there can be several of them: write [{header}] each time"
    return "make one table of the two"


_FIXES: dict[str, Callable[[str], str]] = {
    "missing-equals": _with_equals,
    "duplicate-table": _one_of_two,
}


def explain(source: Source, trouble: Trouble) -> Diagnostic:
    """What is said about a trouble."""
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


def in_general(source: Source, message: str) -> Diagnostic:
    """A refusal of tomllib's that no trouble of ours explains."""
    at = _AT.search(message)
    offset = len(source.text.rstrip())
    if at and at[1]:
        offset = source.starts[int(at[1]) - 1] + int(at[2]) - 1
    line, _ = position(source.starts, offset)
    words = shorten(_AT.sub("", message), 100)
    return Diagnostic(
        code="not-toml",
        message=f"line {line} is not valid TOML: {words[:1].lower()}{words[1:]}",
        place=source.place(Span(offset, offset + 1), "here"),
        help="`bpstepper new FILE` writes a commented scenario to compare with",
    )
