"""The forms: what each takes, what it says about the rest, and what it makes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bpstepper.scenario.schema import forms, structures
from bpstepper.scenario.schema.forms import (
    Flag,
    Form,
    Line,
    Mistake,
    Number,
    OneOf,
    Pattern,
    Text,
    Whole,
    Word,
)
from bpstepper.scenario.schema.schema_messages import WORDS
from bpstepper.scenario.schema.structures import REQUIRED, Choice, Key, ListOf, Table
from bpstepper.scenario.schema.tables import FILE

HUGE = 16**300  # beyond float64
NAN = float("nan")
INF = float("inf")

LETTERS = Pattern("[a-z\u200b]+", "some letters", "ab")
SHARE = Number(ge=0, lt=1)
MATRIX = ListOf(ListOf(Number()))
PAIR = ListOf(Whole(), least=2, most=2)
NAMED = Table(
    "Named",
    "A thing with a name.",
    (Key("name", Text(), REQUIRED, "Its name."), Key("size", Number(), 1, "Its size.")),
)
SOME = Choice(Number(), text=Word("all"), list=ListOf(Number()), matrix=MATRIX, table=NAMED)


def mistakes(form: Form, value: Any) -> list[Mistake]:
    """Everything that is wrong with a value."""
    found: list[Mistake] = []
    form.check(value, ("key",), found)
    return found


GOOD: list[tuple[Form, Any, Any]] = [
    (Number(), 0.5, 0.5),
    (Number(), 2, 2.0),
    (Number(gt=0, le=1), 1, 1.0),
    (SHARE, 0, 0.0),
    (Whole(), -3, -3),
    (Whole(ge=1), HUGE, HUGE),
    (Flag(), False, False),
    (Text(), "σ", "σ"),
    (Text(most=2), "ab", "ab"),
    (LETTERS, "ab", "ab"),
    (OneOf(("a", "b")), "b", "b"),
    (ListOf(Number()), [1, 0.5], [1.0, 0.5]),
    (ListOf(Number()), [], []),
    (ListOf(SHARE), [0, 0.5], [0.0, 0.5]),
    (PAIR, [1, 2], [1, 2]),
    (MATRIX, [[1], []], [[1.0], []]),
    (NAMED, {"name": "x"}, {"name": "x", "size": 1.0}),
    (SOME, "all", "all"),
    (SOME, 1, 1.0),
    (SOME, [1], [1.0]),
    (SOME, [[1]], [[1.0]]),
    (SOME, {"name": "x", "size": 2}, {"name": "x", "size": 2.0}),
]

BAD: list[tuple[Form, Any, list[tuple[str, tuple[str | int, ...], str]]]] = [
    (Number(), True, [("wrong-type", (), "a number")]),
    (Number(), "1", [("wrong-type", (), "a number")]),
    (Number(), date(2024, 1, 1), [("wrong-type", (), "a number")]),
    (Number(), NAN, [("not-finite", (), "")]),
    (Number(), -INF, [("not-finite", (), "")]),
    (Number(), HUGE, [("not-finite", (), "")]),
    (Number(gt=0), 0, [("out-of-range", (), "more than 0")]),
    (Number(le=1.5), 2, [("out-of-range", (), "at most 1.5")]),
    (SHARE, 1.0, [("out-of-range", (), "less than 1")]),
    (SHARE, -1, [("out-of-range", (), "at least 0")]),
    (SHARE, NAN, [("not-finite", (), "")]),
    (Whole(), 1.0, [("wrong-type", (), "a whole number")]),
    (Whole(), False, [("wrong-type", (), "a whole number")]),
    (Whole(ge=1), 0, [("out-of-range", (), "at least 1")]),
    (Flag(), 1, [("wrong-type", (), "true or false")]),
    (Text(), 1, [("wrong-type", (), "text")]),
    (Text(), "\ud800", [("not-unicode", (), "")]),
    (Text(most=2), "abc", [("wrong-length", (), "at most 2")]),
    (LETTERS, "a1", [("wrong-pattern", (), "some letters")]),
    (LETTERS, "ab\n", [("wrong-pattern", (), "some letters")]),
    (LETTERS, "\u200b", [("wrong-pattern", (), "some letters")]),
    (LETTERS, 1, [("wrong-pattern", (), "some letters")]),
    (Line(), "one\ntwo", [("several-lines", (), "")]),
    (Line(), "one\u2028", [("several-lines", (), "")]),
    (Line(), 1, [("wrong-type", (), "text")]),
    (OneOf(("a", "b")), "c", [("unknown-name", (), "")]),
    (OneOf(("a", "b")), 1, [("wrong-type", (), "text")]),
    (OneOf(("a", "b")), ["a"], [("wrong-type", (), "text")]),
    (ListOf(Number()), 1, [("wrong-type", (), "a list")]),
    (ListOf(Number()), [1, HUGE], [("not-finite", (1,), "")]),
    (MATRIX, [1, [2]], [("wrong-type", (0,), "a list")]),
    (PAIR, [1], [("wrong-length", (), "at least 2")]),
    (PAIR, [1, 2, 3], [("wrong-length", (), "at most 2")]),
    (PAIR, [0.5], [("wrong-length", (), "at least 2"), ("wrong-type", (0,), "a whole number")]),
    (
        MATRIX,
        [[True], [1, "x", NAN]],
        [
            ("wrong-type", (0, 0), "a number"),
            ("wrong-type", (1, 1), "a number"),
            ("not-finite", (1, 2), ""),
        ],
    ),
    (NAMED, [], [("wrong-type", (), "a table")]),
    (
        NAMED,
        {"nmae": 1, "size": "x"},
        [
            ("missing-key", ("name",), ""),
            ("wrong-type", ("size",), "a number"),
            ("unknown-key", ("nmae",), ""),
        ],
    ),
    (SOME, "none", [("not-the-word", (), "")]),
    (SOME, False, [("wrong-type", (), "a number")]),
    # an odd element does not make it something else
    (SOME, [1, [2]], [("wrong-type", (0,), "a list")]),
    (SOME, ["x", 2], [("wrong-type", (0,), "a number")]),
    (ListOf(NAMED), [{"name": "x"}, {}], [("missing-key", (1, "name"), "")]),
]


@pytest.mark.parametrize(("form", "value", "plain"), GOOD)
def test_good_values_are_filled_in(form: Form, value: Any, plain: Any) -> None:
    """Nothing is said, and the plain value has the types that were promised."""
    assert mistakes(form, value) == []
    assert repr(form.fill(value)) == repr(plain)


@pytest.mark.parametrize(("form", "value", "expected"), BAD)
def test_all_mistakes_are_found(
    form: Form, value: Any, expected: list[tuple[str, tuple[str | int, ...], str]]
) -> None:
    """Each with its kind, its path and what was wanted; and there are words for it."""
    found = mistakes(form, value)
    assert [(it.kind, it.path, it.wanted) for it in found] == [
        (kind, ("key", *path), wanted) for kind, path, wanted in expected
    ]
    assert all(WORDS[mistake.kind](mistake).message for mistake in found)


def test_defaults_are_not_shared() -> None:
    """Two files that leave something out do not share a list."""
    first, second = (FILE.fill({"network": {"inputs": 1}}) for _ in range(2))
    first["notes"].append("spoilt")
    assert second["notes"] == []
    assert FILE.fill({"network": {"inputs": 1}})["notes"] == []


def test_tables_say_their_headers() -> None:
    """Arrays of tables have two brackets, wherever they are reached from."""
    assert [header for header, _ in FILE.tables()] == [
        "[network]",
        "[[network.layers]]",
        "[network.layers.weights]",
        "[network.layers.biases]",
        "[network.layers.gamma]",
        "[network.layers.beta]",
        "[loss]",
        "[training]",
        "[[samples]]",
        "[samples]",
        "[[expect]]",
        "[[notes]]",
    ]


def test_forms_cannot_be_given_more() -> None:
    """They have room for what they are made of, and nothing else."""
    made = [Number(), Whole(), Flag(), Text(), Line(), OneOf("a"), Word("a"), PAIR, NAMED]
    made += [SOME, LETTERS]
    assert {type(form).__name__ for form in made} < {*forms.__all__, *structures.__all__}
    for form in made:
        with pytest.raises(AttributeError):
            form.title = "x"  # type: ignore[attr-defined]
