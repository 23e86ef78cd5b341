"""The locator: every key and value is found where it stands."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bpstepper.scenario import library, loads
from bpstepper.scenario.diagnostics.locate import Locator, outline
from bpstepper.scenario.diagnostics.spans import Path as KeyPath
from bpstepper.scenario.diagnostics.spans import headers
from bpstepper.scenario.starter import STARTER
from tests.scenario.spoiling import BASE

TRICKY = r'''
# comments with "quotes" and [brackets] = 1
"quoted key" = 'a # b'   # a comment
'single' = "x"
dotted . "key" = 1
dotted.other = [ 1, # one
  2 , [ "a]", 'b"' ], ]  # the end
empty = []
braces = { a = 1, b.c = [ { d = "}" } ], "e" = {} }
text = """
not = "a key"
[not.a.table]
""quotes"" inside \""" too
"""
literal = \'\'\'
x = 'y' \'\'\'
dates = [ 1979-05-27 07:32:00, 07:32:00, 1979-05-27T00:00:00Z ]
numbers = [ +1, -0.5e-3, 0xff_ff, 1_000, inf, -nan, true, false ]

[table]
key = "wide: 逆伝播"
after = 1

  [ table . "sub" ]
  key = 1

[[list]]
[[list]]
name = "second"
  [list.table]
  deep = 1
  [[list.inner]]
  [[list.inner]]
  value = [[1, 2], [3, 4]]
[[list]]
name = "third"
'''.replace("\\'\\'\\'", "'''")


FILES = [Path(str(library.path(name))) for name in library.names()]


def leaves(value: Any, path: KeyPath = ()) -> list[tuple[KeyPath, Any]]:
    """Every value that is no container, and every list, with its path."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    found = [(path, value)] if not isinstance(value, list) or value == [] else []
    if isinstance(value, list):
        found += [leaf for i, inner in enumerate(value) for leaf in leaves(inner, (*path, i))]
    return found


DOCUMENTS = {
    "tricky": TRICKY,
    "base": BASE,
    "starter": STARTER,
    **{file.stem: file.read_text(encoding="utf-8") for file in FILES},
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_value_is_where_the_locator_says(name: str) -> None:
    """The stretch of text, read by itself, is the value."""
    text = DOCUMENTS[name]
    locator = Locator(text)
    assert outline(text).troubles == []
    for path, value in leaves(tomllib.loads(text)):
        found, _ = locator.find(path)
        assert found == path
        start, end = locator.value(path)
        again = tomllib.loads(f"v = {text[start:end]}")["v"]
        assert repr(again) == repr(value), path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_key_is_where_the_locator_says(name: str) -> None:
    """The stretch of text of a key ends in the key's name."""
    text = DOCUMENTS[name]
    locator = Locator(text)
    for path, _ in leaves(tomllib.loads(text)):
        if isinstance(path[-1], str):
            start, end = locator.key(path)
            assert text[start:end].rstrip("\"'").endswith(path[-1])


def test_an_element_of_an_array_of_tables() -> None:
    """`list.1.inner.1.value.1.0` is the 3 of the second inner table of the second list."""
    locator = Locator(TRICKY)
    start, end = locator.value(("list", 1, "inner", 1, "value", 1, 0))
    assert TRICKY[start:end] == "3"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("list", 1, "missing"), "[[list]]"),
        (("table", "sub", "missing", 3), '[ table . "sub" ]'),
        (("braces", "b", "c", 0, "missing"), '{ d = "}" }'),
        (("list", 7), "[[list]]"),
        (("dotted", "missing"), "dotted"),
    ],
)
def test_what_is_missing_is_looked_for_around_it(path: KeyPath, text: str) -> None:
    """The nearest thing around it is found: a header, or a key."""
    start, end = Locator(TRICKY).value(path)
    assert TRICKY[start:end] == text


def test_what_is_nowhere_is_at_the_beginning() -> None:
    """A key that the whole file lacks has the file's first place."""
    assert Locator(TRICKY).value(("network",)) == (0, 0)


def test_troubles_do_not_hide_each_other() -> None:
    """After a slip the next statement is read as if nothing had happened."""
    found = outline('a = .5\nb = [1 2]\n[t]\nc = "x\nd = 1\n')
    assert [trouble.kind for trouble in found.troubles] == [
        "bad-value",
        "missing-comma",
        "unclosed-string",
    ]
    assert [trouble.path for trouble in found.troubles] == [("a",), ("b",), ("t", "c")]
    assert ("t", "d") in found.entries


FEIGNED = (
    BASE
    + """
[[notes]]
text = '''
[[notes]]
"''' # [[notes]]
[[ notes ]]  # another
text = "[[notes]]"
"""
)


@pytest.mark.parametrize(
    "text", [FEIGNED, STARTER, *(file.read_text(encoding="utf-8") for file in FILES)]
)
def test_headers_are_those_of_the_locator(text: str) -> None:
    """What only looks like a header, in a text or a comment, is none."""
    locator = Locator(text)
    values = tomllib.loads(text)
    for name in ("expect", "notes"):
        spans = [locator.value((name, index)) for index in range(len(values.get(name, ())))]
        assert headers(text, name) == [span.start for span in spans]


def test_lines_of_arrays_that_are_written_otherwise() -> None:
    """Tables in braces stand in the line of their brace, those of an override in it."""
    start = BASE[: BASE.index("[[expect]]")]
    written = 'expect = [\n  { symbol = "C", value = 1 },\n  { symbol = "C_all", value = 1 },\n]\n'
    assert [expect.line for expect in loads(written + start).expects] == [2, 3]
    assert [note.line for note in loads(FEIGNED).notes] == [29, 33, 37]
    (expect,) = loads(BASE, overrides=['expect.0={ symbol = "C", value = 1 }']).expects
    assert expect.line == 1
