"""Mathematics in words: formulas, prose and numbers, with no sign left that is skipped aloud."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.number_format import number
from bpstepper.spoken.mathematics import spoken, spoken_exactly, spoken_formula, spoken_number
from tests.scenes import ASKED, BUNDLED, HARD, at, opened

FORMULAS = {
    "δ¹ = ( (W²)ᵀ δ² ) ⊙ σ′(z¹)": (
        "delta1 = (W2 transposed times delta2) times, cell by cell, the slope at z1"
    ),
    "z¹ = W¹a⁰ + b¹": "z1 = W1 times a0 plus b1",
    "z² = [1 a¹](Wb²)ᵀ": "z2 = a1 with a leading 1 times Wb2 transposed",
    "a² = softmax(z²)": "a2 = softmax of z2",
    "C = ½ · 1/m Σ (y − a²)²": (
        "C = one half times 1 over m times the sum of (y minus a2) squared"
    ),
    "C = Σ −(y ln a¹ + (1 − y) ln(1 − a¹))": (
        "C = the sum of minus (y times ln a1 plus (1 minus y) times ln of (1 minus a1))"
    ),
    "δ² = 1/m (a² − y) / (a²(1 − a²)) ⊙ σ′(z²)": (
        "delta2 = 1 over m times (a2 minus y) over (a2 times (1 minus a2)) "
        "times, cell by cell, the slope at z2"
    ),
    "C_l2 = λ/2m Σ w²": "C_l2 = lambda over 2 m times the sum of w squared",
    "∂C/∂Wb² = [∂C/∂b² ∂C/∂W²]": "grad C by Wb2 = grad C by b2 beside grad C by W2",
    "∂C/∂b¹ = Σ δ¹ over samples": "grad C by b1 = the sum of delta1 over samples",
    "W² ← W² − η m̂(W²) / (√v̂(W²) + ε)": (
        "W2 becomes W2 minus eta times m hat of W2 over (the root of v hat of W2 plus epsilon)"
    ),
    "new v(b¹) = β₂ v(b¹) + (1 − β₂)(∂C/∂b¹)²": (
        "new v of b1 = beta2 times v of b1 plus (1 minus beta2) times (grad C by b1) squared"
    ),
    "1 − β₁ᵗ = 1 − β₁ · β₁ᵗ⁻¹": (
        "1 minus beta1 to the t = 1 minus beta1 times beta1 to the t minus 1"
    ),
    "δ¹² (general)": "delta12, general",
}
PROSE = {
    "δ is ∂C/∂z; the difference ŷ − y is not.": (
        "delta is grad C by z; the difference y hat minus y is not."
    ),
    "σ(z) = 1/(1 + e⁻ᶻ)": "sigma of z = 1 over (1 + e to the minus z)",
    "A σ′ of ¼, an outer product, 2×3, and 0.40·δ(o1)": (
        "A the slope of one quarter, an outer product, 2 by 3, and 0.40 times delta of o1"
    ),
    "That is what ⊙ says; W⁻¹ need not exist.": (
        "That is what a Hadamard product says; W inverse need not exist."
    ),
    "aᵢ(1 − aᵢ) on the diagonal, −aᵢaₖ beside it": (
        "a i times (1 minus a i) on the diagonal, minus a i a k beside it"
    ),
    "**ŷ − y** → (−2, 2)": "**y hat minus y** to (minus 2, 2)",
    "so it is 10⁻⁴": "so it is 10 to the minus 4",
    "ΑΒΓ δέλτα, 花の長さ and Ærø": "ΑΒΓ δέλτα, 花の長さ and Ærø",
    "Plain (a) words, 1/2 and C:\\x stay.": "Plain (a) words, 1/2 and C:\\x stay.",
}


@pytest.mark.parametrize("written", FORMULAS)
def test_formulas(written: str) -> None:
    """What is multiplied, transposed and added is said to be."""
    assert spoken_formula(written) == FORMULAS[written]


@pytest.mark.parametrize("written", PROSE)
def test_prose(written: str) -> None:
    """Signs become words where they stand; other words, and other languages, stay."""
    assert spoken(written) == PROSE[written]


@pytest.mark.parametrize("name", [*BUNDLED, *(name for name in HARD if name != "deep")])
@pytest.mark.parametrize("layout", ["column", "row", "torch"])
def test_every_formula_has_words(name: str, layout: str) -> None:
    """Of no formula and no name of ours anything is left that is not ASCII, nor words run together.

    The letters stay in their order: nothing is lost or exchanged on the way.
    """
    for step in at(opened(name, layout), 1, 0).trace.steps:
        names = [
            quantity.name.text
            for operation in step.operations
            for quantity in (*operation.operands, operation.result)
        ]
        for written in (step.equation.formula, *names):
            said = spoken_formula(written)
            assert said.isascii(), said
            assert "  " not in said
            assert said == said.strip()
            assert not re.search(r"[a-z)](?:times|minus|plus|transposed)\b", said), said
            letters = re.compile(r"W|(?<![A-Za-z])[zyb](?![a-z])")
            assert letters.findall(said) == letters.findall(written)


def test_every_activation_has_words() -> None:
    """All that is said of activations, as formulas and as prose."""
    for row in ACTIVATIONS.values():
        for text in (row.formula, row.slope_formula):
            assert spoken(text).isascii(), spoken(text)
            assert spoken_formula(text).isascii(), spoken_formula(text)


@pytest.mark.parametrize("name", ASKED)
def test_saying_it_again_changes_nothing(name: str) -> None:
    """Words are no signs: what has been spoken once is the same when spoken again."""
    for step in at(opened(name), 1, 0).trace.steps:
        said = spoken(step.equation.formula)
        assert spoken(said) == said


@given(st.text(max_size=60))
def test_any_text_can_be_spoken(text: str) -> None:
    """Nobody's text raises; what is only ASCII stays as it is."""
    assert isinstance(spoken_formula(text), str)
    said = spoken(text)
    assert not text.isascii() or said == text


# ── numbers ──────────────────────────────────────────────────────────────────────────────────


def heard(said: str) -> float:
    """The number that somebody writes down who hears it."""
    words = {"infinity": "inf", "not a number": "nan", "minus infinity": "-inf"}
    text = words.get(said, said).replace(" times 10 to the ", "e").replace("minus ", "-")
    return float(text)


@given(st.floats(), st.integers(1, 15))
def test_a_number_is_heard_as_it_is(x: float, digits: int) -> None:
    """Heard and written down, it is the number that stands on the screen; all digits: itself."""
    said = spoken_number(x, digits)
    assert said.isascii()
    shown = number(x, digits, ascii=True)
    assert heard(said) == float(shown) or math.isnan(x)
    assert "-" not in said
    assert heard(spoken_exactly(x)) == x or math.isnan(x)
    assert not (math.isnan(x) and not math.isnan(heard(said)))


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (-0.0381, "minus 0.0381"),
        (-0.038098237, "minus 0.03810"),
        (1.929e-22, "1.929 times 10 to the minus 22"),
        (-2.5e20, "minus 2.5 times 10 to the 20"),
        (math.inf, "infinity"),
        (-math.inf, "minus infinity"),
        (math.nan, "not a number"),
        (0.0, "0"),
    ],
)
def test_numbers(x: float, said: str) -> None:
    """Signs, exponents and what is no number, in words."""
    assert spoken_number(x) == said
