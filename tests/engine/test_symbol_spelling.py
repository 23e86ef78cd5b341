"""Spellings: a program's letters are one table's business, and its operations are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpstepper import load
from bpstepper.engine.compile.compiler import compile_program
from bpstepper.engine.compile.program import Program
from bpstepper.engine.compile.symbol_spelling import BOOK, LETTERS, Spelling
from bpstepper.engine.symbols import KINDS, Name, Symbol


def texts(program: Program) -> list[str]:
    """Everything that a program writes: names, then formulas, as text and LaTeX."""
    names = [text for name in program.names.values() for text in name]
    equations = [ops[0].equation for ops in program.steps]
    return [*names, *(text for e in equations for text in (e.formula, e.latex, e.source))]


@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("name", ["mazur", "moons", "softmax-jacobian", "ng-ex4-regularised"])
def test_a_letter_changes_wherever_it_stands(name: str, bias: str) -> None:
    """A spelling with letters nothing else has: each takes its letter's place, and no other's."""
    scenario = load(name)
    problem = replace(scenario, network=replace(scenario.network, bias=bias))
    marks = dict(zip(LETTERS, "ⒶⓏⒹⓌⒷⓍⒸⓎ", strict=True))
    marked = Spelling(letters={letter: Name(mark, mark) for letter, mark in marks.items()})
    plain, other = compile_program(problem, 2), compile_program(problem, 2, marked)
    back = {marks[letter]: name.text for letter, name in LETTERS.items()}
    for own, symbol in zip(plain.names.values(), other.names, strict=True):
        text = other.names[symbol].text
        for mark, letter in back.items():
            text = text.replace(mark, letter)
        assert text == own.text
    for ops, own_ops in zip(other.steps, plain.steps, strict=True):
        text = ops[0].equation.formula
        for mark, letter in back.items():
            text = text.replace(mark, letter)
        assert text == own_ops[0].equation.formula
    told = "".join(texts(other))
    assert not [letter for letter in ("δ", "∂C", "W¹", "z¹") if letter in told and bias != "folded"]


@pytest.mark.parametrize("name", ["mazur", "moons", "ng-ex4-regularised"])
def test_operations_know_nothing_of_letters(name: str) -> None:
    """Symbols, kernels and axes are the same in any spelling; the book's is the default."""
    problem = load(name)
    spelling = Spelling(layer_of_inputs=1, first_weights=2)
    plain, other = compile_program(problem, 1), compile_program(problem, 1, spelling)
    assert texts(compile_program(problem, 1, BOOK)) == texts(plain)
    assert texts(other) != texts(plain)
    assert other.axes == plain.axes
    assert other.updates == plain.updates
    for op, own in zip(other.ops, plain.ops, strict=True):
        assert (op.result, op.operands) == (own.result, own.operands)
        assert (op.kernel.name, op.equation.row) == (own.kernel.name, own.equation.row)


def test_layers_and_wires_are_counted_apart() -> None:
    """Weights may be numbered by the layer they leave, and units by a first layer of inputs."""
    spelling = Spelling(layer_of_inputs=1, first_weights=1)
    assert spelling.name(Symbol("W", 1)).text == "W¹"
    assert spelling.name(Symbol("z", 1)).text == "z²"
    assert spelling.name(Symbol("x")).text == "a¹"
    assert spelling.name(Symbol("grad_W", 2)).latex == r"\partial C/\partial W^{2}"


def test_inputs_and_outputs_may_have_letters_of_their_own() -> None:
    """Only the activations of the first and the last layer do."""
    spelling = Spelling(inputs=Name("x", "x"), outputs=Name("ŷ", r"\hat{y}"))
    named = [spelling.name(Symbol("grad_a", layer), depth=2).text for layer in (1, 2)]
    assert named == ["∂C/∂a¹", "∂C/∂ŷ"]
    assert spelling.name(Symbol("x_T"), depth=2).text == "(x)ᵀ"
    assert spelling.name(Symbol("delta", 2), depth=2).text == "δ²"


def test_every_kind_can_be_written() -> None:
    """No template asks for what a spelling does not know."""
    for kind in KINDS:
        name = BOOK.name(Symbol(kind, 2, "W"), Name("σ", r"\sigma"), depth=3)
        assert name.text
        assert "{" not in name.text
