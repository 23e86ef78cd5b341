"""Formulas and names in ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.drawing.charset import ASCII, UNICODE


@given(st.text() | st.text("δ¹σ′(z²)ᵀ⊙·−×Σηλ ₁漢é\x1b\n"))
def test_ascii_is_printable_ascii(text: str) -> None:
    """Whatever is translated, nothing but printable ASCII comes out."""
    translated = ASCII.translate(text)
    assert translated.isascii()
    assert translated.isprintable()


@given(st.text())
def test_unicode_changes_nothing(text: str) -> None:
    """The alphabet that has everything leaves text alone."""
    assert UNICODE.translate(text) == text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_ascii_stays_as_it_is(text: str) -> None:
    """Translating twice is translating once."""
    assert ASCII.translate(text) == text


@given(*[st.text("δ¹σ′(z²)ᵀ⊙·−×Σηλ ₁a2é∂ŷ")] * 2)
def test_a_blank_parts_what_is_translated(one: str, other: str) -> None:
    """What stands before a blank changes nothing after it."""
    parts = ASCII.translate(one), ASCII.translate(other)
    assert ASCII.translate(f"{one} {other}") == " ".join(parts)


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("δ¹ = ( (W²)ᵀ δ² ) ⊙ σ′(z¹)", "delta1 = ( (W2)^T delta2 ) (.) sigma'(z1)"),
        ("∂C/∂a¹", "dC/da1"),
        ("∂W² = δ² (a¹)ᵀ", "dW2 = delta2 (a1)^T"),
        ("W²a¹", "W2 a1"),
        ("Σ(W¹)²", "sum(W1)^2"),
        ("Σw² to 2", "sum w2 to 2"),
        ("ηλw", "eta lambda w"),
        ("η ∂C/∂W¹", "eta dC/dW1"),
        ("10⁻⁴", "10^-4"),
        ("x2³ − h1²", "x2^3 - h1^2"),
        ("z⁽²⁾ + b₁₂", "z^(2) + b_12"),
        ("ŷ − y", "y_hat - y"),
        ("h2 → o1", "h2 -> o1"),
        ("forward ✓ … ⋮ ─", "forward ok ... : -"),
        ("2×2", "2x2"),
        ("花弁", "??"),
        ("Größe café", "Grosse cafe"),
    ],
)
def test_formulas_and_names(text: str, ascii_text: str) -> None:
    """Greek is spelled out, raised layer numbers come down, what has no word is a `?`."""
    assert ASCII.translate(text) == ascii_text


def test_brackets_of_each_line() -> None:
    """First, middle and last line of several; an only line; and ASCII's, all alike."""
    assert [UNICODE.bracket(i, 3) for i in range(3)] == [("⎡", "⎤"), ("⎢", "⎥"), ("⎣", "⎦")]
    assert UNICODE.bracket(0, 1) == ("[", "]")
    assert {ASCII.bracket(i, 3) for i in range(3)} == {("[", "]")}
