"""Diagnostics as text."""

from __future__ import annotations

import json
import re

import pytest
from wcwidth import wcswidth

from bpstepper.scenario import Diagnostic, Place, ScenarioError, loads
from bpstepper.scenario.diagnostics.diagnostic import printable
from bpstepper.scenario.diagnostics.render_diagnostics import to_json, to_text
from tests.scenario.spoiling import BASE, swap

UNSAFE = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u202a\u202e\u2066\u2069\u200e"]


def refused(text: str) -> ScenarioError:
    """The error that `text` raises."""
    with pytest.raises(ScenarioError) as caught:
        loads(text, "bad.toml")
    return caught.value


def test_one_diagnostic() -> None:
    """The whole look of one."""
    error = refused(swap(('activation = "sigmoid"', 'activaton = "sigmoid"')))
    assert str(error) == (
        "error[unknown-key]: there is no key `activaton` in [[network.layers]]\n"
        " --> bad.toml:7:1\n"
        "  |\n"
        '7 | activaton = "sigmoid"\n'
        "  | ^^^^^^^^^ did you mean `activation`?\n"
        "  help: write `activation`"
    )


def test_two_places() -> None:
    """The second place is underlined with another mark; line numbers share a margin."""
    text = str(refused(swap(("[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]", "[0.1, 0.2], [0.4, 0.5]"))))
    assert "13 | weights = [[0.1, 0.2], [0.4, 0.5]]" in text
    assert " 6 | units = 3\n   |         - asks for 3 columns" in text


def test_colour_is_only_paint() -> None:
    """Without its escape sequences, colour text is the plain text."""
    diagnostics = refused(swap(("units = 3", "units = 0"))).diagnostics
    coloured = to_text(diagnostics, colour=True)
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == to_text(diagnostics)


@pytest.mark.parametrize(
    "before", ["ascii", "逆伝播法", "é ü ñ", "e\u0301", "\t", "👩‍🏫", "\u200b", "ａｂ"]
)
def test_underlines_are_aligned(before: str) -> None:
    """Wide, combining and escaped characters before the place do not shift its underline."""
    line = f'note = "{before}", x = ???'
    column = line.index("???") + 1
    place = Place("f", 1, column, 3, line, "here")
    shown = to_text([Diagnostic(code="c", message="m", place=place)]).splitlines()
    source, underline = shown[3], shown[4]
    assert wcswidth(source[: source.index("???")]) == underline.index("^^^")


@pytest.mark.parametrize("column", [1, 50, 5000, 9990])
@pytest.mark.parametrize("length", [1, 300])
def test_long_lines_are_cropped_around_the_place(column: int, length: int) -> None:
    """No line is wider than asked for, and the underlined text stays in view."""
    line = "".join(f"{i:05d}," for i in range(1700))[:10_000]
    place = Place("f", 1, column, length, line)
    shown = to_text([Diagnostic(code="c", message="m", place=place)], width=80).splitlines()
    source, underline = shown[3], shown[4]
    assert len(source) <= 80
    start = underline.index("^")
    marked = source[start : start + underline.count("^")]
    assert line[column - 1 :].startswith(marked.rstrip("…"))
    assert marked.rstrip("…")


@pytest.mark.parametrize("character", UNSAFE, ids=lambda c: f"U+{ord(c):04X}")
def test_nothing_unsafe_is_written(character: str) -> None:
    """File name, source line, label, message and help are all made printable."""
    text = f"a{character}b"
    place = Place(text, 1, 1, 3, text, text)
    diagnostic = Diagnostic(
        code="c", message=text, place=place, second=place, help=text, expected=text, got=text
    )
    for colour in (False, True):
        shown = to_text([diagnostic], colour=colour)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)
        assert character == "\n" or character not in shown
    values = json.dumps(to_json([diagnostic]), ensure_ascii=False)
    assert character not in values


def test_printable_leaves_text_alone() -> None:
    """Letters of any script, emoji and combining marks are not escaped."""
    for text in ("Größe", "逆伝播", "👩‍🏫", "e\u0301", "δ¹ = ∂C/∂z"):
        assert printable(text) == text


def test_json() -> None:
    """Programs get plain values."""
    error = refused(swap(("units = 3", "units = 0")))
    document = json.loads(json.dumps(to_json(error.diagnostics, omitted=error.omitted)))
    assert document == {
        "diagnostics": [
            {
                "code": "out-of-range",
                "severity": "error",
                "message": "`units` must be at least 1",
                "file": "bad.toml",
                "line": 6,
                "column": 9,
                "length": 1,
                "label": "must be at least 1",
                "second": None,
                "help": "write a number that is at least 1",
                "expected": "at least 1",
                "got": "0",
            }
        ],
        "omitted": 0,
    }


def test_a_place_without_a_line() -> None:
    """What is wrong with a file as a whole has only its name."""
    diagnostic = Diagnostic(code="too-large", message="m", place=Place("f.toml"), help="h")
    assert to_text([diagnostic]) == "error[too-large]: m\n--> f.toml\n help: h"


def test_errors_are_exceptions_with_data() -> None:
    """`str` is the plain text, `diagnostics` the data."""
    error = refused(BASE + "zzz = 1\n")
    assert isinstance(error, Exception)
    assert error.diagnostics[0].code == "unknown-key"
    assert str(error) == to_text(error.diagnostics)
