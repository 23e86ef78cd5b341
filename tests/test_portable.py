"""The comparison of expected texts: it sees what matters, and no last digits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.number_format import full, number
from tests.goldens import FOLDER
from tests.portable import CUT, assert_same, cut, differences
from tests.strategies import examples

SHOWN = " this number  δ(h1) = 0.008771354689486935    * was 0.008771"
KEPT = " this number  δ(h1) = 0.00877135468…          * was 0.008771"
FLOATS = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)


def same(shown: str, kept: str) -> bool:
    """Whether a text passes for the kept one."""
    return not [*differences(shown, kept)]


def test_a_number_of_many_digits_is_cut_in_its_column() -> None:
    """Nine digits stay, what stands beside it stands where it stood, a line's end has no blanks."""
    assert cut(SHOWN) == KEPT
    assert cut("a = −0.33333333333333337") == "a = −0.333333333…"
    assert cut("1.4591008224122877e−53 │") == "1.45910082e−53…        │"
    assert cut("0.138498562 0.5 12345678901 3") == "0.138498562 0.5 12345678901 3"


def test_what_was_cut_is_cut_once() -> None:
    """A file that is written again from itself stays as it is."""
    assert cut(cut(SHOWN)) == cut(SHOWN)


@pytest.mark.parametrize(
    "shown",
    [
        SHOWN,
        SHOWN.replace("0.008771354689486935", "0.008771354689486931"),
        SHOWN.replace("0.008771354689486935", "0.00877135468948692"),  # a digit less
        SHOWN.replace("935    *", "93     *"),
        SHOWN.replace("0.008771354689486935", "0.00877135468"),  # 6e-11 of it away
    ],
)
def test_last_digits_are_not_seen(shown: str) -> None:
    """The 14th digit and all after it, and how many there are."""
    assert same(shown, KEPT)


@pytest.mark.parametrize(
    "shown",
    [
        SHOWN.replace("0.008771354", "0.008771364"),  # the 6th digit
        SHOWN.replace("35468948", "35458948"),  # the 9th
        SHOWN.replace("= 0.0087", "= −0.0087"),
        SHOWN.replace("0.008771354689486935", "0.008771354689486935e−3"),
        SHOWN.replace("this", "that"),
        SHOWN.replace("h1", "h2"),
        SHOWN.replace("was 0.008771", "was 0.008772"),
        SHOWN.replace("was 0.008771", "was  0.008771"),
        SHOWN + "\n",
        SHOWN + " 1",
        "",
    ],
)
def test_everything_else_is_seen(shown: str) -> None:
    """A digit that is shown on purpose, a word, a sign, a blank, a line more."""
    assert not same(shown, KEPT)
    with pytest.raises(AssertionError, match=r"mazur\.txt: \d lines differ"):
        assert_same(shown, KEPT, "mazur.txt")


def test_a_number_on_the_edge_of_a_short_one() -> None:
    """0.49999999999999994 here may be 0.5 there, and 0.30000000000000004 be 0.3."""
    assert same("b = 0.49999999999999994", "b = 0.5")
    assert same("b = 0.5", cut("b = 0.49999999999999994"))
    assert same("b = 0.3 │", cut("b = 0.30000000000000004 │"))
    assert not same("b = 0.49999999", "b = 0.5")
    assert not same("b = 0.4999999", cut("b = 0.49999999999999994"))


def test_what_rounding_leaves_of_nothing() -> None:
    """0 here may be 5.6e−17 there, of either sign; what is as small by itself is compared."""
    assert same("δ ⎡ 5.551e−17 ⎤", "δ ⎡     0     ⎤")
    assert same("δ = -1.1102230246251565e-16", "δ = 5.55111512e-17…")
    assert not same("δ = 1.640e−53", "δ = 1.641e−53")
    assert not same("δ = 1.640e−53", "δ = 0")
    assert not same("δ = 1.640e−12", "δ = 0")


def test_digits_of_a_name_are_no_number_to_be_rounded() -> None:
    """`x1-0.5` is not `x1` and a negative number, and 2−1 is no number at all."""
    assert not same("x1-0.5", "x1-0.50")
    assert not same("2−1", "2−2")


@given(FLOATS, st.booleans())
@examples(300)
def test_any_number_is_its_own(value: float, ascii: bool) -> None:  # noqa: A002
    """Cut, it is taken for itself, for its neighbours, and for nothing a millionth away."""
    told = full(value, ascii=ascii)
    kept = cut(f"is {told}")
    assert same(f"is {told}", kept)
    assert len(kept) <= len(f"is {told}") or CUT in kept
    assert not re.search(r"[1-9]\d*\.\d{9}", kept)
    if 1e-14 < abs(value) < 1e9:
        assert same(f"is {full(value * (1 + 1e-14), ascii=ascii)}", kept)
        assert not same(f"is {full(value * (1 + 1e-6), ascii=ascii)}", kept)


@given(FLOATS, st.integers(1, 9))
@examples(100)
def test_up_to_nine_digits_stay_as_they_are(value: float, digits: int) -> None:
    """Numbers that are shown rounded are compared as they are read."""
    told = number(value, digits)
    assert cut(told) == told


def test_golden_files_hold_no_last_digits() -> None:
    """Whoever writes one goes by `cut`."""
    for file in FOLDER.rglob("*.txt"):
        text = file.read_text(encoding="utf-8")
        assert cut(text) == text, f"{file.name}: python -m tests.goldens rewrites it"
