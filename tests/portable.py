"""Texts that are the same on every machine: expected ones, and how they are compared.

The last digits of a float differ by processor, BLAS and numpy build: sums are added in another
order, `exp` is rounded another way. So no expected text holds them. `cut` writes a number of many
digits with the first nine and a `…`, and `assert_same` compares such a text with what is shown
here: words exactly, numbers of few digits exactly, and those of many by their value. Blanks beside
a number of many digits do not count, as a float has sixteen digits here and seventeen there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest

__all__ = ["CUT", "PATIENCE", "THOROUGH", "assert_same", "cut", "differences"]

CUT = "…"
"""Stands in an expected text for the digits that follow."""

PATIENCE = 120.0
"""Seconds after which what a test waits for is taken never to come: a slow machine is no fault."""

THOROUGH = os.environ.get("BPSTEPPER_THOROUGH", "") not in ("", "0")
"""Whether sweeps leave nothing out."""

_KEPT = 9  # significant digits that any two machines agree on, and a screen can be asked for
_NEAR = Decimal("1e-9")  # of the size of two numbers of many digits
_RESIDUE = (Decimal("1e-20"), Decimal("1e-15"))  # sizes of what rounding leaves of 1 − 1
_SIGN = r"(?:(?<![\w.)\]])[-−])?"
_NUMBER = re.compile(rf"({_SIGN}\d+(?:\.\d+)?(?:e[-−+]?\d+)?{CUT}?)")


def cut(text: str) -> str:
    """A text as it is kept: the digits after the ninth are a `…`, and columns stay where they are.

    Whole numbers are kept: how many samples there are depends on no machine.
    """

    def shortened(match: re.Match[str]) -> str:
        number = match[0]
        if not _long(number) or number.endswith(CUT):
            return number
        mantissa, e, exponent = number.partition("e")
        first = re.search("[1-9]", mantissa)
        end, digits = 0 if first is None else first.start(), 0
        while digits < _KEPT:
            digits += mantissa[end].isdigit()
            end += 1
        end = max(end, mantissa.find("."))
        return f"{mantissa[:end]}{e}{exponent}{CUT}".ljust(len(number))

    return "\n".join(_NUMBER.sub(shortened, line).rstrip() for line in text.split("\n"))


def assert_same(shown: str, kept: str, file: str) -> None:
    """Whether a text says what is expected.

    Args:
        shown: as it is drawn on this machine.
        kept: the expected one, as `cut` wrote it.
        file: where it is kept, for the message.

    Raises:
        AssertionError: it says something else; the first lines that differ are in the message.
    """
    found = [*differences(shown, kept)]
    told = "\n".join(found[:20])
    assert not found, f"{file}: {len(found)} lines differ; rewrite it, or mend this:\n{told}"


def differences(shown: str, kept: str) -> Iterator[str]:
    """Each line that differs, with its number and both of its readings."""
    lines = zip_longest(shown.split("\n"), kept.split("\n"))
    for number, (now, before) in enumerate(lines, start=1):
        if now is None or before is None or not _same_line(now, before):
            yield f"{number:4} now {now!r}\n     was {before!r}"


def _same_line(now: str, before: str) -> bool:
    if now == before:
        return True
    ours, theirs = _NUMBER.split(now), _NUMBER.split(before)
    if len(ours) != len(theirs):
        return False
    numbers = [*zip(ours[1::2], theirs[1::2], strict=True)]
    by_value = [a != b and (_long(a) or _long(b) or _residue(a, b)) for a, b in numbers]
    if not all(
        _near(a, b) if free else a == b for free, (a, b) in zip(by_value, numbers, strict=True)
    ):
        return False
    texts = zip(ours[::2], theirs[::2], [False, *by_value], [*by_value, False], strict=True)
    return all(_beside(a, *free) == _beside(b, *free) for a, b, *free in texts)


def _beside(text: str, after: bool, before: bool) -> str:
    """A text between two numbers, without the blanks beside one that is compared by its value."""
    text = text.lstrip(" ") if after else text
    return text.rstrip(" ") if before else text


def _long(number: str) -> bool:
    """Whether a number is one of many digits, or was."""
    mantissa = number.partition("e")[0]
    digits = re.sub(r"\D", "", mantissa).lstrip("0")
    return number.endswith(CUT) or ("." in mantissa and len(digits) > _KEPT)


def _span(number: str) -> tuple[Decimal, Decimal]:
    """The smallest and the largest value that reads so; both are one where all digits are there."""
    value = Decimal(number.rstrip(CUT).replace("−", "-"))
    if not number.endswith(CUT):
        return value, value
    unit = Decimal(1).scaleb(int(value.as_tuple().exponent)).copy_sign(value)
    low, high = sorted((value, value + unit))
    return low, high


def _near(one: str, other: str) -> bool:
    """Whether the values of two numbers are the same but for what a machine makes of them."""
    (low, high), (least, most) = _span(one), _span(other)
    apart = max(low - most, least - high)
    return apart <= _NEAR * max(abs(high), abs(most)) or _residue(one, other)


def _residue(one: str, other: str) -> bool:
    """Whether both are next to nothing: 0 here, 5.6e−17 there."""
    sizes = sorted(abs(_span(number)[1]) for number in (one, other))
    least, most = _RESIDUE
    return least < sizes[1] < most and (sizes[0] == 0 or sizes[0] > least)
