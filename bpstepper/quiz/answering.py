"""What a learner types, understood: a shape, a sign, a number or a whole matrix.

A number keeps how many digits it was given with, since that decides how far off it may be. Decimal
commas are understood, as are every minus that a keyboard or a book has. What cannot be understood
is refused in one sentence that says what is expected; nothing typed is ever evaluated.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from bpstepper.quiz.question import Question

__all__ = ["LONGEST", "Answer", "AnswerError", "Given", "parse_answer"]

LONGEST = 2000
"""Characters that an answer may have."""

_LONGEST_NUMBER = 60
_MINUSES = str.maketrans(dict.fromkeys("−–—‐‑‒﹣－", "-"))
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_TIMES_TEN = re.compile(
    r"\s?[×·*x]\s?10\s?(?:\^|\*\*)?\s?\(?([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[-+]?\d+)\)?", re.ASCII
)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,5})?", re.ASCII)
_SHAPE = re.compile(
    r"[(\[]?\s*(\d{1,9})\s*(?:[x×*✕,;]|by|\s)\s*(\d{1,9})\s*[)\]]?", re.ASCII | re.I
)
_SIGNS: dict[str, int] = {
    **dict.fromkeys(("+", "+1", "1", "positive", "plus", "pos", "> 0", ">0"), 1),
    **dict.fromkeys(("-", "-1", "negative", "minus", "neg", "< 0", "<0"), -1),
    **dict.fromkeys(("0", "zero", "= 0", "=0", "neither", "none"), 0),
}  # fmt: skip


_ANY_COMMA, _LOOSE_COMMA = r"[,\s]+", r",?\s+"
"""What stands between numbers where a comma cannot be decimal, and where it can."""


class AnswerError(ValueError):
    """An answer that is none; the message says what is expected."""


@dataclass(frozen=True)
class Given:
    """A number as it was given.

    Attributes:
        value: the number.
        unit: what one more in its last digit would be.
        digits: its significant digits; 0 where all of them are zeros.
    """

    value: float
    unit: float
    digits: int


@dataclass(frozen=True)
class Answer:
    """An answer that was understood.

    Attributes:
        text: as it was typed.
        shape: rows and columns, of a shape or a matrix.
        sign: 1, −1 or 0, where a sign was asked for.
        numbers: the rows of numbers; of a cell one row of one.
    """

    text: str
    shape: tuple[int, int] | None = None
    sign: int | None = None
    numbers: tuple[tuple[Given, ...], ...] = ()


def parse_answer(text: str, question: Question) -> Answer:
    """Understand an answer to a question.

    Raises:
        AnswerError: it is none; the message says what is expected.
    """
    if len(text) > LONGEST:
        raise AnswerError(f"An answer has at most {LONGEST:,} characters; this one has more.")
    plain = text.strip().translate(_MINUSES)
    if not plain:
        raise AnswerError(f"The answer is empty. {_EXPECTED[question.grain]}")
    if question.grain == "shape":
        return _shape(text, plain)
    if question.grain == "sign":
        return _sign(text, plain)
    if question.grain == "cell":
        return Answer(text, numbers=((_number(plain),),))
    return _matrix(text, plain, question.shape)


_EXPECTED = {
    "shape": "Expected rows and columns, such as 2x3.",
    "sign": "Expected +, - or 0.",
    "cell": "Expected a number, such as 0.0116 or -1.5e-3.",
    "matrix": "Expected rows of numbers, such as 1 2; 3 4 or [[1, 2], [3, 4]].",
}


def _shape(text: str, plain: str) -> Answer:
    found = _SHAPE.fullmatch(plain)
    if found is None:
        raise AnswerError(f"This is no shape. {_EXPECTED['shape']}")
    return Answer(text, shape=(int(found[1]), int(found[2])))


def _sign(text: str, plain: str) -> Answer:
    sign = _SIGNS.get(plain.lower().rstrip("."))
    if sign is None:
        try:
            value = _number(plain).value
        except AnswerError:
            raise AnswerError(f"This is no sign. {_EXPECTED['sign']}") from None
        sign = (value > 0) - (value < 0)
    return Answer(text, sign=sign)


def _number(plain: str) -> Given:
    """One number, with a decimal point or a decimal comma."""
    if len(plain) > _LONGEST_NUMBER:
        raise AnswerError(f"A number has at most {_LONGEST_NUMBER} characters; this has more.")
    written = _TIMES_TEN.sub(lambda found: "e" + found[1].translate(_RAISED), plain)
    if "," in written and ("." in written or written.count(",") > 1):
        raise AnswerError("Of these commas and points it is not clear which one is decimal.")
    written = re.sub(r"^([-+])\s+", r"\1", written.replace(",", "."))
    if _NUMBER.fullmatch(written) is None:
        raise AnswerError(f"This is no number. {_EXPECTED['cell']}")
    exact = Decimal(written)
    _, figures, exponent = exact.as_tuple()
    assert isinstance(exponent, int)  # neither NaN nor infinite: the pattern has no word for them
    value, unit = float(exact), float(Decimal((0, (1,), exponent)))
    if not math.isfinite(value) or not math.isfinite(unit):
        raise AnswerError("This number is too large for the program to hold.")
    if value == 0 and any(figures):
        raise AnswerError("This number is too small for the program to tell from 0.")
    return Given(value, unit, len("".join(map(str, figures)).lstrip("0")))


# ── matrices ─────────────────────────────────────────────────────────────────────────────────


def _matrix(text: str, plain: str, shape: tuple[int, ...]) -> Answer:
    """A matrix; a comma is decimal or stands between numbers, whichever makes one that fits."""
    rows, columns = shape
    readings = []
    problem = AnswerError(f"This is no matrix. {_EXPECTED['matrix']}")
    for separating in (_ANY_COMMA, _LOOSE_COMMA):
        try:
            readings.append(_rows(plain, separating))
        except AnswerError as error:
            problem = error
    if not readings:
        raise problem
    for numbers in readings:
        if (len(numbers), len(numbers[0])) == (rows, columns):
            return Answer(text, (rows, columns), numbers=numbers)
    for numbers in readings:  # a flat list is as good where one dimension is 1
        flat = tuple(number for row in numbers for number in row)
        if 1 in shape and len(flat) == rows * columns and 1 in (len(numbers), len(numbers[0])):
            if columns == 1 and len(numbers) == 1:
                return Answer(text, (rows, 1), numbers=tuple((number,) for number in flat))
            if rows == 1 and len(numbers) == 1:
                return Answer(text, (1, columns), numbers=(flat,))
    numbers = readings[0]
    return Answer(text, (len(numbers), len(numbers[0])), numbers=numbers)


def _rows(plain: str, separating: str) -> tuple[tuple[Given, ...], ...]:
    """The rows of a text, with what stands between the numbers of a row as a pattern."""
    body = plain
    if "[" in body or "]" in body:
        body = re.sub(r"\]\s*,?\s*\[", ";", body)
        if re.fullmatch(r"\[[^\[\]]*\]|\[\s*\[[^\[\]]*\]\s*\]", body) is None:
            raise AnswerError(f"The brackets do not pair up. {_EXPECTED['matrix']}")
        body = body.strip("[] \t\r\n")
    lines = [line.strip(" \t,") for line in re.split(r"[;\r\n]+", body)]
    rows = tuple(
        tuple(_number(word) for word in re.split(separating, line) if word)
        for line in lines
        if line
    )
    if not rows or not all(rows):
        raise AnswerError(f"This is no matrix. {_EXPECTED['matrix']}")
    if len({len(row) for row in rows}) > 1:
        counts = ", ".join(str(len(row)) for row in rows[:8])
        raise AnswerError(f"The rows are not equally long: {counts} numbers.")
    return rows
