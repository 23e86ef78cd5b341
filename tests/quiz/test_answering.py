"""What a learner types is understood, or refused in a sentence."""

from __future__ import annotations

import pytest

from bpstepper.quiz import LONGEST, AnswerError, parse_answer
from tests.quiz.sheets import about, bundled

MAZUR = bundled("mazur")
CELL = about(MAZUR, "delta1", "cell", 1, 0)
SHAPE = about(MAZUR, "delta1", "shape")
SIGN = about(MAZUR, "delta1", "sign", 1, 0)
COLUMN = about(MAZUR, "delta1", "matrix")
SQUARE = about(MAZUR, "grad_W2", "matrix")


@pytest.mark.parametrize(
    ("text", "value", "digits", "unit"),
    [
        ("0.0116", 0.0116, 3, 1e-4),
        ("0,0116", 0.0116, 3, 1e-4),
        (",0116", 0.0116, 3, 1e-4),
        (".0116", 0.0116, 3, 1e-4),
        ("1,16e-2", 0.0116, 3, 1e-4),
        ("1.16E−2", 0.0116, 3, 1e-4),
        ("1.16×10⁻²", 0.0116, 3, 1e-4),
        ("1,16 · 10^-2", 0.0116, 3, 1e-4),
        ("−0.0381", -0.0381, 3, 1e-4),
        ("- 0.0381", -0.0381, 3, 1e-4),
        ("–0.0381", -0.0381, 3, 1e-4),
        ("+0.50", 0.5, 2, 1e-2),
        ("12", 12, 2, 1),
        ("12.", 12, 2, 1),
        ("  0.5 ", 0.5, 1, 0.1),
        ("0", 0, 0, 1),
        ("0.00", 0, 0, 0.01),
        ("1e-310", 1e-310, 1, 1e-310),
    ],
)
def test_numbers(text: str, value: float, digits: int, unit: float) -> None:
    """Every way to write a number gives the number, its digits and what its last digit counts."""
    ((given,),) = parse_answer(text, CELL).numbers
    assert (given.value, given.digits) == (value, digits)
    assert given.unit == pytest.approx(unit)


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "nan", "NaN", "inf", "-inf", "Infinity", "1e999", "-1e400", "1e99999", "1e-9999",
        "1e100000", "1.23,4", "1,234.5", "1,2,3", "1 2", "0x10", "1_000", "١٢", "two", "1/3", "5 %",
        "--1", "1e", "e5", ".", ",", "-", "9" * 61, "\x1b[31m1", "1\x00", "[" * 99,
        "__import__('os')", "½", "1\n2",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    """Whatever is typed instead of a number: one clear sentence, and nothing of it is echoed."""
    with pytest.raises(AnswerError) as refused:
        parse_answer(text, CELL)
    said = str(refused.value)
    assert 10 < len(said) < 120
    assert said.endswith(".")
    assert "\x1b" not in said


@pytest.mark.parametrize("text", ["2x1", "2×1", "2 x 1", "2 1", "(2, 1)", "2 by 1", "[2,1]", "2X1"])
def test_shapes(text: str) -> None:
    """Every way to write a shape."""
    assert parse_answer(text, SHAPE).shape == (2, 1)


@pytest.mark.parametrize("text", ["", "2", "2x", "x1", "2x1x1", "-2x1", "1e3x1", "9" * 30 + "x1"])
def test_what_is_no_shape_is_refused(text: str) -> None:
    """A shape has two sizes."""
    with pytest.raises(AnswerError, match="rows and columns"):
        parse_answer(text, SHAPE)


@pytest.mark.parametrize(
    ("text", "sign"),
    [("+", 1), ("positive", 1), ("Positive.", 1), ("0.3", 1), ("−", -1), ("minus", -1), ("-2", -1),
     ("0", 0), ("zero", 0), ("0.0", 0)],
)  # fmt: skip
def test_signs(text: str, sign: int) -> None:
    """Every way to say a sign."""
    assert parse_answer(text, SIGN).sign == sign


@pytest.mark.parametrize("text", ["", "maybe", "+-", "nan"])
def test_what_is_no_sign_is_refused(text: str) -> None:
    """Neither of the three."""
    with pytest.raises(AnswerError):
        parse_answer(text, SIGN)


@pytest.mark.parametrize(
    "text",
    ["1 2; 3 4", "[[1, 2], [3, 4]]", "[[1,2],[3,4]]", "1,2;3,4", "1, 2\n3, 4", "[1 2; 3 4]",
     "[1, 2], [3, 4]", "1.0 2.0; 3.0, 4.0", "1,0 2,0; 3,0 4,0", "1,0, 2,0; 3,0, 4,0"],
)  # fmt: skip
def test_matrices(text: str) -> None:
    """Every way to write a matrix; a comma is decimal where only that makes the right shape."""
    answer = parse_answer(text, SQUARE)
    assert answer.shape == (2, 2)
    assert [[given.value for given in row] for row in answer.numbers] == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "text", ["0.1 0.2", "[0.1, 0.2]", "0.1; 0.2", "0,1; 0,2", "[[0.1], [0.2]]"]
)
def test_a_column_may_come_as_a_list(text: str) -> None:
    """Where one dimension is 1, a flat list is as good."""
    answer = parse_answer(text, COLUMN)
    assert answer.shape == (2, 1)
    assert [[given.value for given in row] for row in answer.numbers] == [[0.1], [0.2]]


@pytest.mark.parametrize(
    "text", ["1 2; 3", "[[1, 2]", "[[[1, 2]]]", "a b; c d", ";;", "[]", "[[]]", "1" * (LONGEST + 1)]
)
def test_what_is_no_matrix_is_refused(text: str) -> None:
    """Rows of unequal length, brackets that do not pair up, words."""
    with pytest.raises(AnswerError):
        parse_answer(text, SQUARE)
