"""Every bad input gets its own code at its own place, and nothing but a ScenarioError."""

from __future__ import annotations

import pytest

from bpstepper.scenario import Diagnostic, ScenarioError, loads
from bpstepper.scenario.diagnostics.render_diagnostics import to_json, to_text
from bpstepper.scenario.verify import verify
from tests.scenario import bad_sense, bad_syntax, bad_together
from tests.scenario.spoiling import BASE, RATE, Bad, swap

CASES = (
    *bad_syntax.SYNTAX,
    *bad_syntax.TEXT,
    *bad_sense.SCHEMA,
    *bad_sense.MEANING,
    *bad_together.TOGETHER,
)


def refused(text: str, *overrides: str) -> tuple[Diagnostic, ...]:
    """What is said when `text` is read."""
    with pytest.raises(ScenarioError) as caught:
        loads(text, "bad.toml", overrides=overrides)
    return caught.value.diagnostics


def the(text: str, *overrides: str) -> Diagnostic:
    """The one thing that is said."""
    (diagnostic,) = refused(text, *overrides)
    return diagnostic


def test_base_is_good() -> None:
    """What the bad inputs are made from loads without a warning."""
    assert loads(BASE).warnings == ()


def test_cases_are_many_and_named_apart() -> None:
    """There are at least sixty, and a failing one can be told by its name."""
    names = [case.name for case in CASES]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input(case: Bad) -> None:
    """Code, line and column of every diagnostic are as the table says."""
    said = [(d.code, d.line, d.column) for d in refused(case.text)]
    assert said == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_diagnostic_is_whole(case: Bad) -> None:
    """Each has one sentence, a help and a place in its line, or just after it."""
    for diagnostic in refused(case.text):
        assert diagnostic.message
        assert "\n" not in diagnostic.message
        assert diagnostic.help
        assert diagnostic.length >= 1
        assert diagnostic.column is not None
        assert diagnostic.column + diagnostic.length - 1 <= len(diagnostic.place.text) + 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rendering_is_safe(case: Bad) -> None:
    """Plain text has no control character but newlines; JSON has none of ours either."""
    diagnostics = refused(case.text)
    plain = to_text(diagnostics)
    assert all(character == "\n" or character.isprintable() for character in plain)
    assert to_json(diagnostics)["omitted"] == 0


def test_nine_kinds_at_once() -> None:
    """A file with many kinds of problems gets all of them, sorted by position."""
    said = [(d.code, d.line, d.column) for d in refused(bad_sense.NINE_KINDS)]
    assert said == bad_sense.NINE_EXPECTED
    assert len({code for code, _, _ in said}) >= 9


def test_at_most_twenty() -> None:
    """Twenty are told, the rest are counted."""
    with pytest.raises(ScenarioError) as caught:
        loads(BASE + "[[samples]]\ninput = [1]\ntarget = [1, 1]\n" * 30)
    assert len(caught.value.diagnostics) == 20
    assert caught.value.omitted == 10
    assert "and 10 more" in str(caught.value)


def test_missing_comma_is_underlined_at_the_gap() -> None:
    """The span is the space between the rows, and the second place is the next row."""
    diagnostic = the(swap(("0.2], [0.3", "0.2]   [0.3")))
    assert (diagnostic.column, diagnostic.length) == (22, 3)
    assert diagnostic.second is not None
    assert (diagnostic.second.line, diagnostic.second.column) == (8, 25)


def test_duplicate_key_shows_both_places() -> None:
    """The second one is the error, the first one is pointed at."""
    diagnostic = the(swap(("inputs = 2", "inputs = 2\ninputs = 3")))
    assert (diagnostic.line, diagnostic.column) == (5, 1)
    assert diagnostic.second is not None
    assert (diagnostic.second.line, diagnostic.second.column) == (4, 1)


def test_shapes_that_do_not_chain_show_both_places() -> None:
    """Weights with too few columns point at the units of the layer before."""
    diagnostic = the(swap(("[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]", "[[0.1, 0.2], [0.4, 0.5]]")))
    assert diagnostic.second is not None
    assert (diagnostic.second.line, diagnostic.second.column) == (6, 9)
    assert (diagnostic.expected, diagnostic.got) == ("2 × 3", "2 × 2")


def test_transposed_weights_are_suspected() -> None:
    """A matrix whose shape is right the other way round is asked about."""
    text = swap(("[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]", "[[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]]"))
    assert the(text).label == "is it transposed?"


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        (RATE, "learning_rate = 0,5", "0.5"),
        (RATE, "learning_rate = .5", "0.5"),
        (RATE, "learning_rate = -.5", "-0.5"),
        (RATE, "learning_rate = 5.", "5.0"),
        (RATE, "learning_rate: 0.5", "learning_rate = 0.5"),
        ('activation = "sigmoid"', "activation = relu", '"relu"'),
        ('activation = "sigmoid"', "activation = “relu”", '"relu"'),
        ('activation = "sigmoid"', 'activation = "rleu"', '"relu"'),
        ('activation = "sigmoid"', 'activaton = "relu"', "`activation`"),
        ("units = 3", 'units = "3"', "remove the quotes: 3"),
        ("label = 1", "label = 1.0", "1"),
    ],
)
def test_help_is_concrete(old: str, new: str, fix: str) -> None:
    """The help says what to write instead."""
    assert fix in the(swap((old, new))).help


def test_a_slip_does_not_make_up_others() -> None:
    """A misspelt key is not also missing, and its default is not held against anything."""
    assert [d.code for d in refused(swap(("units = 2", "unts = 2")))] == ["unknown-key"]
    assert [d.code for d in refused(swap(("[[samples]]\ninput", "[[sample]]\ninput")))] == [
        "unknown-key"
    ]


@pytest.mark.parametrize(
    ("old", "new", "help_text"),
    [
        ("label = 1", "targt = [0, 1]", "write `target`"),  # rather than one of a [samples]
        ("label = 1", "zzz = 1", "the keys here are name, input, target, label"),
        ("label = 1", 'file = "x"', "`file` belongs in [samples]"),
        ("inputs = 2", "inputs = 2\nlabel = 1", "`label` belongs in [[samples]]"),
        ("inputs = 2", "inputs = 2\nepochs = 1", "`epochs` belongs in [training]"),
        ("inputs = 2", "inputs = 2\nactivation = 1", "`activation` belongs in [[network.layers]]"),
    ],
)
def test_keys_are_told_of_the_right_table(old: str, new: str, help_text: str) -> None:
    """Of the two kinds of samples the one that is written counts."""
    assert help_text in {d.help for d in refused(swap((old, new)))}


def test_decimal_comma_in_a_vector_is_suspected() -> None:
    """A list twice as long as it should be, written with bare commas, gets the hint."""
    assert "decimal comma" in the(swap(("[0.05, 0.10]", "[0,5, 0,1]"))).help
    assert "decimal comma" not in the(swap(("[0.05, 0.10]", "[1, 2, 3, 4]"))).help


def test_learning_rate_zero_is_a_warning() -> None:
    """It loads; the warning has its place."""
    (warning,) = loads(swap((RATE, "learning_rate = 0"))).warnings
    assert (warning.code, warning.severity) == ("zero-learning-rate", "warning")
    assert (warning.line, warning.column) == (17, 17)


def test_unused_keys_are_warnings() -> None:
    """Targets without a loss that compares, and an init beside weights, change nothing."""
    scenario = loads(
        swap(('"squared_error"', '"output"'), ("units = 3", 'units = 3\ninit = "ones"'))
    )
    assert [warning.code for warning in scenario.warnings] == ["unused-key"] * 3
    assert scenario.samples[0].target is None


@pytest.mark.parametrize(("at", "value", "column"), [("[4]", "1", 7), ("[1, 2]", "[0.1, 0.2]", 10)])
def test_an_expect_beyond_its_symbol_is_a_warning(at: str, value: str, column: int) -> None:
    """Such an expect fails when it is held to; the network can be stepped through all the same."""
    text = swap(("tolerance = 1.0", f"at = {at}"), ("value = [0.1, 0.2, 0.3]", f"value = {value}"))
    scenario = loads(text)
    (warning,) = scenario.warnings
    assert (warning.code, warning.line, warning.column) == ("out-of-range", 28, column)
    (outcome,) = verify(scenario).outcomes
    assert not outcome.ok
    assert outcome.problem


def test_errors_are_not_pushed_out_by_warnings() -> None:
    """With more than twenty, errors come before warnings."""
    text = swap(('"squared_error"', '"output"'), (RATE, "learning_rate = -1"))
    text += "[[samples]]\ninput = [1, 2]\ntarget = [1, 1]\n" * 30
    assert "negative-learning-rate" in {d.code for d in refused(text)}


def test_huge_numbers_load() -> None:
    """Weights of 1e308 and logits of ±1000 are the engine's business: they are shown there."""
    scenario = loads(
        swap(("[[0.1, 0.2], ", "[[1e308, -1e308], "), ("[0.05, 0.10]", "[1000, -1000]"))
    )
    assert scenario.network.layers[0].weights[0, 0] == 1e308


def test_markup_is_text() -> None:
    """What looks like markup of a screen library is left alone."""
    text = swap(('"a base to spoil"', r'''"[/nope] [@click=app.bell] \\[b]"'''))
    assert loads(text).title == r"[/nope] [@click=app.bell] \[b]"


def test_long_and_wide_titles_load() -> None:
    """10,000 characters, CJK, emoji and combining marks are no problem of the file."""
    for title in ("x" * 10_000, "逆伝播 👩‍🏫 é"):
        assert loads(swap(("a base to spoil", title))).title == title
