"""Notations: other books' letters, layers and signs over one update, and never a false line."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.engine.compile.symbol_spelling import BOOK, LETTERS
from bpstepper.engine.symbols import KINDS, Symbol
from bpstepper.engine.tables.equations import EQUATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.explain.explain import heading
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.notation import Notation, noted
from bpstepper.explain.notation.notations import NOTATIONS
from tests.explain.shown import NAMES, OTHERS, ROWS, traces
from tests.scenes import at, opened

# ── nothing but what is shown changes ────────────────────────────────────────────────────────


def test_the_first_notation_is_the_programs_own() -> None:
    """It rewrites nothing: not a name, not even the session."""
    first = next(iter(NOTATIONS.values()))
    session = opened("mazur")
    assert first.own
    assert RenderOptions().notation == first.id
    assert first.spelling is BOOK
    assert noted(session, first) is session
    assert [notation.id for notation in NOTATIONS.values()] == list(NOTATIONS)
    assert len({notation.title for notation in NOTATIONS.values()}) == len(NOTATIONS)


@pytest.mark.parametrize("notation", ROWS)
@pytest.mark.parametrize("name", NAMES)
def test_numbers_change_in_nothing_but_a_sign(notation: Notation, name: str) -> None:
    """Symbols, keys, order and shapes are the same; values are those, times the sign told."""
    plain, shown = traces(notation, opened(name))
    assert shown.keys() == plain.keys()
    assert [step.id for step in shown] == [step.id for step in plain]
    for symbol, value in plain.values.items():
        np.testing.assert_array_equal(shown.values[symbol], value * notation.sign(symbol))
        assert not shown.values[symbol].flags.writeable
    assert [op.operands for op in shown.program.ops] == [op.operands for op in plain.program.ops]


def test_only_books_that_say_so_turn_signs() -> None:
    """Descent-sign books have δ = −∂C/∂z, and the row says it; all others leave signs alone."""
    turning = [notation for notation in OTHERS if notation.turned]
    assert [notation.id for notation in turning] == ["duda"]
    assert all("sign" in notation.says for notation in turning)
    assert {kind for notation in turning for kind in notation.turned} <= KINDS.keys()


def test_a_zero_keeps_its_sign() -> None:
    """A gradient of 0 is not shown as −0."""
    shown = traces(NOTATIONS["duda"], opened("xor-relu"))[1]
    assert not any(np.signbit(value[value == 0]).any() for value in shown.values.values())


@pytest.mark.parametrize("notation", ROWS)
def test_a_step_is_shown_once_and_kept(notation: Notation) -> None:
    """Going back and forth makes nothing anew; another session of the program shares its names."""
    session = at(opened("mazur"), 1, 3)
    assert noted(session, notation).step is noted(session, notation).step
    second = at(session, 2, 0)
    program = noted(session, notation).trace.program
    assert noted(second, notation).trace.program is program


def test_where_one_stands_is_the_same() -> None:
    """The cursor, the cell, what has been reached, the schedule: all as they were."""
    session = at(opened("mazur"), 1, 8).into()
    shown = noted(session, NOTATIONS["nielsen"])
    assert shown.cursor == session.cursor
    assert shown.cell == session.cell
    assert shown.result.key == session.result.key
    assert shown.operation is shown.step.operations[0]
    assert shown.line.schedule is session.line.schedule
    assert shown.line.parameters(1).keys() == session.line.parameters(1).keys()


# ── names ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("notation", ROWS)
@pytest.mark.parametrize("name", NAMES)
def test_no_two_symbols_have_one_name(notation: Notation, name: str, layout: str) -> None:
    """What has names apart in the program's own notation has names apart in every other."""
    session = opened(name, layout)
    plain, shown = traces(notation, session)
    for translate in (str, ASCII.translate):
        own: dict[str, set[Symbol]] = {}
        theirs: dict[str, set[Symbol]] = {}
        for symbol in plain.program.names:
            own.setdefault(translate(plain.program.names[symbol].text), set()).add(symbol)
            theirs.setdefault(translate(shown.program.names[symbol].text), set()).add(symbol)
        alike = [symbols for symbols in theirs.values() if len(symbols) > 1]
        for symbols in alike:
            assert any(symbols <= known for known in own.values()), sorted(map(str, symbols))


@pytest.mark.parametrize("notation", ROWS)
@pytest.mark.parametrize("name", NAMES)
def test_everything_has_a_name_in_ascii(notation: Notation, name: str) -> None:
    """Names, formulas and sentences come through as plain ASCII, with no character unknown."""
    session = opened(name)
    shown = traces(notation, session)[1]
    texts = [name.text for name in shown.program.names.values()]
    texts += [step.equation.formula for step in shown]
    texts += [notation.says, notation.title, *map(notation.stands_for, shown)]
    texts += [g for step in shown for op in step.operations for g in op.kernel.glue]
    for text in texts:
        plain = ASCII.translate(text)
        assert plain.isascii()
        assert "?" not in plain, text


@pytest.mark.parametrize("notation", ROWS)
@pytest.mark.parametrize("name", NAMES)
def test_a_formula_is_about_the_matrices_below_it(notation: Notation, name: str) -> None:
    """Of the names over a step's matrices, those it makes and starts from stand in its formula.

    Left out are what stays within the step, and what a formula says in words: the same as in the
    program's own notation.
    """
    plain, shown = traces(notation, opened(name))
    for step, other in zip(plain, shown, strict=True):
        assert other.equation.formula
        assert other.equation.latex
        made = {op.result.symbol for op in step.operations[:-1]}
        for quantity in (q for op in step.operations for q in (*op.operands, op.result)):
            symbol = quantity.symbol
            if symbol in made or quantity.name.text not in step.equation.formula:
                continue
            written = shown.program.names[symbol].text.partition(" = ")[0]  # less a second label
            assert written in other.equation.formula, (written, other.equation.formula)


@pytest.mark.parametrize(
    ("book", "names"),
    [
        ("nielsen", {"x": "a¹", "W1": "w²", "b1": "b²", "z1": "z²", "delta1": "δ²", "W2": "w³"}),
        ("bishop", {"x": "x", "z1": "a⁽¹⁾", "a1": "z⁽¹⁾", "a2": "y", "y": "t", "C": "E"}),
        ("goodfellow", {"z1": "a⁽¹⁾", "a1": "h⁽¹⁾", "a2": "ŷ", "C": "J", "delta1": "g⁽¹⁾"}),
        ("ng", {"x": "a⁽¹⁾", "W1": "Θ⁽¹⁾", "z1": "z⁽²⁾", "delta1": "δ⁽²⁾", "W2": "Θ⁽²⁾"}),
        ("cs231n", {"x": "X", "grad_W2": "dW2", "grad_b2": "db2", "delta1": "dz1", "C": "L"}),
        ("duda", {"z1": "net¹", "a1": "y¹", "a2": "z", "y": "t", "grad_W1": "−∂J/∂W¹"}),
        ("both", {"delta1": "δ¹ = ∂C/∂z¹", "W1": "W¹"}),
    ],
)
def test_a_reader_finds_the_books_own_names(book: str, names: Mapping[str, str]) -> None:
    """What each book calls the quantities of a network with one hidden layer."""
    shown = traces(NOTATIONS[book], opened("four-horsemen-3-4-2"))[1]
    program = shown.program
    assert {key: program.names[program.by_key[key]].text for key in names} == names


@pytest.mark.parametrize(
    ("book", "formulas"),
    [
        ("nielsen", {"delta1": "δ² = ( (w³)ᵀ δ³ ) ⊙ σ′(z²)", "grad_W1": "∂C/∂w² = δ² (a¹)ᵀ"}),
        ("bishop", {"z2": "a⁽²⁾ = W⁽²⁾z⁽¹⁾ + w₀⁽²⁾", "delta2": "δ⁽²⁾ = (y − t) ⊙ σ′(a⁽²⁾)"}),
        ("goodfellow", {"z2": "a⁽²⁾ = W⁽²⁾h⁽¹⁾ + b⁽²⁾", "grad_W2": "∂J/∂W⁽²⁾ = g⁽²⁾ (h⁽¹⁾)ᵀ"}),
        ("ng", {"delta1": "δ⁽²⁾ = ( (Θ⁽²⁾)ᵀ δ⁽³⁾ ) ⊙ g′(z⁽²⁾)", "a1": "a⁽²⁾ = g(z⁽²⁾)"}),
        ("cs231n", {"delta1": "dz1 = ( (W2)ᵀ dz2 ) ⊙ σ′(z1)", "W1_next": "W1 ← W1 − η dW1"}),
        (
            "duda",
            {
                "delta2": "δ² = (t − z) ⊙ σ′(net²)",
                "grad_W2": "−∂J/∂W² = δ² (y¹)ᵀ",
                "W2_next": "W² ← W² + ΔW²,  ΔW² = η (−∂J/∂W²)",
            },
        ),
        ("both", {"delta2": "δ² = ∂C/∂z² = (a² − y) ⊙ σ′(z²)"}),
    ],
)
def test_a_reader_finds_the_books_own_equations(book: str, formulas: Mapping[str, str]) -> None:
    """BP1, BP2, BP4 and the update as each book has them, on the same network."""
    session = at(opened("four-horsemen-3-4-2"), 1, 0)
    notation, trace = NOTATIONS[book], session.trace
    for key, formula in formulas.items():
        step = trace.step(key)
        assert notation.formula(step, trace.program, session.scenario) == formula
        assert noted(session, notation).trace.step(key).equation.formula == formula


def test_ngs_parameter_has_its_biases_in_column_0() -> None:
    """In his exercise Θ⁽¹⁾ is the whole matrix; what is left without column 0 is named so."""
    session = at(opened("ng-ex4"), 1, 0)
    program = noted(session, NOTATIONS["ng"]).trace.program
    names = {key: program.names[program.by_key[key]].text for key in ("Wb2", "W2", "b2")}
    assert names == {"Wb2": "Θ⁽²⁾", "W2": "Θ₁₊⁽²⁾", "b2": "Θ₀⁽²⁾"}


@pytest.mark.parametrize("notation", ROWS)
def test_latex_has_no_second_superscript(notation: Notation) -> None:
    """What stands behind a letter stands there once: `a^{1}^{2}` and `w_0_1` set nothing."""
    for name in ("mazur", "ng-ex4-regularised", "adam", "momentum", "softmax-jacobian"):
        shown = traces(notation, opened(name))[1]
        texts = [own.latex for own in shown.program.names.values()]
        texts += [step.equation.latex for step in shown]
        for text in texts:
            assert text.count("{") == text.count("}")
            assert not re.search(r"\^(\{[^{}]*\}|\w)\^|_(\{[^{}]*\}|\w)_", text), text


# ── words ────────────────────────────────────────────────────────────────────────────────────


def test_what_delta_stands_for() -> None:
    """Each book's own letter, and the sign where it has the other one; nothing where none is."""
    session = at(opened("mazur"), 1, 0)
    delta, grad = session.trace.step("delta1"), session.trace.step("grad_W1")
    told = {id_: notation.stands_for(delta) for id_, notation in NOTATIONS.items()}
    assert told == {
        "book": "δ¹ stands for ∂C/∂z¹",
        "nielsen": "δ² stands for ∂C/∂z²",
        "bishop": "δ⁽¹⁾ stands for ∂E/∂a⁽¹⁾",
        "goodfellow": "g⁽¹⁾ stands for ∂J/∂a⁽¹⁾",
        "ng": "δ⁽²⁾ stands for ∂J/∂z⁽²⁾",
        "cs231n": "dz1 stands for ∂L/∂z1",
        "duda": "δ¹ stands for −∂J/∂net¹",
        "both": "error signal δ¹ = gradient ∂C/∂z¹",
    }
    assert not any(notation.stands_for(grad) for notation in NOTATIONS.values())


def test_layers_are_counted_as_the_book_counts() -> None:
    """Nielsen's and Ng's first layer is the inputs."""
    assert [NOTATIONS[id_].layer(1) for id_ in ("book", "nielsen", "ng", "duda")] == [
        "layer 1",
        "layer 2",
        "layer 2",
        "layer 1",
    ]


def test_it_is_said_where_delta_holds_the_mean() -> None:
    """Where the mean over samples is in δ here and not in the book, the step itself says so."""
    batch = at(opened("batch-logistic"), 1, 0)
    single = at(opened("mazur"), 1, 0)
    for notation in NOTATIONS.values():
        for session in (batch, single):
            scenario, trace = session.scenario, session.trace
            step = next(s for s in trace if s.equation.law in ("BP1", "COLLAPSE"))
            told = notation.said(step, len(trace.samples), scenario)
            mean = session is batch
            assert ("1/m" in told) == (mean and notation.one_sample)


def test_a_cell_is_called_by_the_books_letter() -> None:
    """In the program's own notation as ever; in others with their letters, the output's own too."""
    session = at(opened("mazur"), 1, 0)
    naming, depth = Naming(session.scenario, session.trace.samples), 2
    for symbol in session.trace.values:
        quantity = session.trace.quantity(symbol)
        cell = naming.cell(quantity, (0,) * quantity.value.ndim)
        stem = NOTATIONS["book"].stem(symbol, depth)
        assert not stem or cell == stem or cell.startswith(f"{stem}(")
    assert NOTATIONS["bishop"].stem(Symbol("a", 1), depth) == "z"
    assert NOTATIONS["bishop"].stem(Symbol("a", 2), depth) == "y"
    assert NOTATIONS["bishop"].stem(Symbol("z", 2), depth) == "a"
    assert NOTATIONS["bishop"].stem(Symbol("x"), depth) == "x"
    assert NOTATIONS["duda"].stem(Symbol("grad_W", 1), depth) == "−∂J/∂w"
    assert NOTATIONS["cs231n"].stem(Symbol("grad_W", 1), depth) == "dW"


# ── the table itself ─────────────────────────────────────────────────────────────────────────


def templates() -> set[str]:
    """Every template of a formula that there is, and every one that stands within another."""
    constants = {
        "weight_decay": 0.01,
        "betas": (0.9, 0.999),
        "eps": 1e-8,
        "momentum": 0.9,
        "alpha": 0.99,
    }
    found = {law.formula for law in EQUATIONS.values()} | {"{a} − {y}"}
    for loss in LOSSES.values():
        found |= {loss.formula, loss.slope_formula}
    for layout in LAYOUTS.values():
        found |= {layout.forward_text, layout.back_text, layout.outer_text}
    for optimizer in OPTIMIZERS.values():
        for dampening in (0.0, 0.5):
            given = {**constants, "dampening": dampening}
            rules = (*optimizer.rules(given), *optimizer.step_rules(given))
            found |= {rule.formula for rule in rules}
    return found


@pytest.mark.parametrize("notation", NOTATIONS.values(), ids=NOTATIONS)
def test_rows_speak_of_what_there_is(notation: Notation) -> None:
    """Templates, kinds, laws and letters that a row names all exist; a slip would do nothing."""
    spelling = notation.spelling
    assert spelling.letters.keys() == LETTERS.keys()
    assert spelling.formulas.keys() <= templates()
    assert spelling.kinds.keys() | notation.captions.keys() <= KINDS.keys()
    assert spelling.sources.keys() | notation.remarks.keys() <= EQUATIONS.keys()
    laws = {law.law for law in EQUATIONS.values()}
    assert {law for law, _ in notation.headings} <= laws
    assert notation.stems.keys() <= KINDS.keys()


def test_every_heading_is_met_somewhere() -> None:
    """A heading for an operation that no scenario has would never be read."""
    left = {(notation.id, key) for notation in OTHERS for key in notation.headings}
    for name in NAMES:
        for notation in OTHERS:
            for step in traces(notation, opened(name))[1]:
                for op in step.operations:
                    key = (step.equation.law, op.kernel.name)
                    if heading(step, op, notation) == notation.headings.get(key):
                        left.discard((notation.id, key))
    assert not left - {("cs231n", ("BP2", "jacobian_product"))}
