"""How a number reads: the only place where a float becomes text.

Screens, reports, quizzes and explanations all ask here, so that a number reads the same wherever
it stands. The rules: a number alone shows *significant* digits, so that a pocket calculator
reproduces each line from what is on it; it never reads 0.0000 unless it is zero, and then it
reads `0`; zeros at its end are dropped only where the float is exactly that short decimal (0.5,
but 0.3000 for 0.1 + 0.2). The numbers of one matrix share a `Style`: one width, one column for
the decimal points. A style is measured on the whole matrix and then serves any part of it, so
that a window scrolling over the matrix does not flicker. Where text stands on a screen is the
business of `drawing`.
"""

# ruff: noqa: A002 (an argument `ascii` says what it asks for; the builtin is not used here)

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["MINUS", "Style", "full", "measure", "number", "table", "typical"]

MINUS = "−"
"""The true minus sign: as wide as a plus, and no hyphen."""

_FEWEST_DIGITS, _MOST_DIGITS = 1, 15  # a float holds 15 decimal digits for certain
_SMALLEST_PLAIN = 1e-4
_FEW = 64  # up to so many numbers, looking at each beats numpy's overhead
_POWERS_OF_TEN = 10.0 ** np.arange(23)  # every one of them is exact
_LARGEST_WHOLE = 2.0**53  # up to here floats hold every whole number


class Style(NamedTuple):
    """How the numbers of one matrix are written.

    Attributes:
        digits: significant digits of each number.
        decimals: where every number is a short exact decimal, how many decimals all of them
            show; else None, and each shows `digits` significant digits.
        whole: cells before the decimal point, the sign included.
        rest: cells from the decimal point on, an exponent included.
        ascii: whether to keep to ASCII.
    """

    digits: int
    decimals: int | None
    whole: int
    rest: int
    ascii: bool = False

    @property
    def width(self) -> int:
        """Cells that each number takes."""
        return self.whole + self.rest


def number(x: float, digits: int = 4, *, ascii: bool = False) -> str:
    """One number alone, such as `0.1385`, `0.5`, `−0.03810`, `1.929e−22` or `∞`.

    Args:
        x: any float; NaN and infinities too.
        digits: significant digits, 1 to 15. Whole numbers below a million show all of theirs.
        ascii: `-` and `inf` in place of `−` and `∞`.
    """
    x, digits = float(x), _clamp(digits)
    whole, rest = _parts(x, digits, _decimals_needed(x, digits), ascii)
    return whole + rest


def full(x: float, *, ascii: bool = False) -> str:
    """All digits: the shortest text that reads back as exactly `x`."""
    x = float(x)
    if x == 0 or not math.isfinite(x):
        return number(x, ascii=ascii)
    mantissa, e, exponent = repr(x).partition("e")
    text = mantissa.removesuffix(".0") + (f"e{int(exponent)}" if e else "")
    return text if ascii else text.replace("-", MINUS)


def measure(values: ArrayLike, digits: int = 4, *, ascii: bool = False) -> Style:
    """The style that fits every number of `values` (any shape); cheap for big matrices."""
    digits = _clamp(digits)
    flat = np.asarray(values, dtype=float).ravel(order="K")
    if flat.size <= _FEW:
        widest = flat.tolist()
        decimals = _common_decimals(widest, digits)
    else:
        all_finite = math.isfinite(flat.max()) and math.isfinite(flat.min())
        finite = flat if all_finite else flat[np.isfinite(flat)]
        widest = _widest_of_many(finite, digits) + _kinds_of_nonfinite(flat, finite)
        decimals = _common_decimals_of_many(finite, digits)
    parts = [_parts(x, digits, decimals, ascii) for x in widest]
    return Style(
        digits,
        decimals,
        whole=max((len(whole) for whole, _ in parts), default=1),
        rest=max((len(rest) for _, rest in parts), default=0),
        ascii=ascii,
    )


def typical(digits: int = 4, *, ascii: bool = False) -> Style:
    """The style of numbers not known yet: as wide as `−0.1385` or `0.03810`."""
    digits = _clamp(digits)
    return Style(digits, None, whole=2, rest=digits + 1, ascii=ascii)


def table(
    values: ArrayLike, digits: int = 4, *, style: Style | None = None, ascii: bool = False
) -> list[list[str]]:
    """The numbers of a matrix, all of one width and with their decimal points in one column.

    Args:
        values: (r, c), a matrix or a window of it; (c,) is taken as one row.
        digits: significant digits, where no style is given.
        style: what `measure` said of the whole matrix. A style measured on other numbers is
            widened where these need it: no digit is ever cut off.
        ascii: keep to ASCII, where no style is given.

    Returns:
        r lists of c strings. Exact zeros read `0`.
    """
    array = np.atleast_2d(np.asarray(values, dtype=float))
    if style is None:
        style = measure(array, digits, ascii=ascii)
    how = style.digits, style.decimals, style.ascii
    whole_width, rest_width = style.whole, style.rest
    parts = [[_parts(x, *how) for x in row] for row in array.tolist()]
    for row in parts:
        for whole, rest in row:
            whole_width = max(whole_width, len(whole))
            rest_width = max(rest_width, len(rest))
    return [
        [whole.rjust(whole_width) + rest.ljust(rest_width) for whole, rest in row] for row in parts
    ]


def _clamp(digits: int) -> int:
    return min(max(digits, _FEWEST_DIGITS), _MOST_DIGITS)


def _plain_limit(digits: int) -> float:
    """From this magnitude on numbers are written with an exponent."""
    return float(_POWERS_OF_TEN[max(digits, 4) + 2])


def _is_plain(x: float, digits: int) -> bool:
    """Whether `x`, finite and not zero, is written without an exponent."""
    return _SMALLEST_PLAIN <= abs(x) < _plain_limit(digits)


@lru_cache(maxsize=1 << 14)
def _parts(x: float, digits: int, decimals: int | None, ascii: bool) -> tuple[str, str]:
    """`x` as what stands before its decimal point, and the point with all that follows.

    With `decimals` given, `x` shows so many if it is exact that way, and else `digits`
    significant digits: a style measured on other numbers must not make this one read 0.00.
    """
    if x == 0:
        return "0", ""
    minus = "-" if ascii else MINUS
    if math.isnan(x):
        return "NaN", ""
    if math.isinf(x):
        return (minus if x < 0 else "") + ("inf" if ascii else "∞"), ""
    text = _exact(x, digits, decimals) if decimals is not None else None
    if text is None:
        text = _significant(x, digits)
    text = text.replace("-", minus)
    end = next((i for i, c in enumerate(text) if c in ".e"), len(text))
    return text[:end], text[end:]


def _significant(x: float, digits: int) -> str:
    """`x` with `digits` significant digits, correctly rounded."""
    mantissa, _, exponent = f"{x:.{digits - 1}e}".partition("e")
    if _is_plain(x, digits):
        return f"{x:.{max(0, digits - 1 - int(exponent))}f}"
    return f"{mantissa}e{int(exponent)}"


def _exact(x: float, digits: int, decimals: int) -> str | None:
    """`x` with `decimals` decimals, if nothing of it is lost that way."""
    if _is_plain(x, digits):
        text = f"{x:.{decimals}f}"
    else:
        mantissa, _, exponent = f"{x:.{decimals}e}".partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return text if float(text) == x else None


@lru_cache(maxsize=1 << 14)
def _decimals_needed(x: float, digits: int) -> int | None:
    """How many decimals write `x` exactly; None where `digits` significant digits do not."""
    if x == 0 or not math.isfinite(x):
        return 0
    text = _significant(x, digits)
    if float(text) != x:
        return None
    return len(text.partition("e")[0].partition(".")[2].rstrip("0"))


def _common_decimals(numbers: Iterable[float], digits: int) -> int | None:
    """How many decimals write all `numbers` exactly; None where they do not go together.

    A number with an exponent counts its decimals from elsewhere, so it goes with zeros alone.
    """
    shown = {x for x in numbers if x != 0 and math.isfinite(x)}
    if len(shown) > 1 and not all(_is_plain(x, digits) for x in shown):
        return None
    most = 0
    for x in shown:
        decimals = _decimals_needed(x, digits)
        if decimals is None:
            return None
        most = max(most, decimals)
    return most


def _common_decimals_of_many(finite: NDArray[np.float64], digits: int) -> int | None:
    """The same as `_common_decimals`, for big arrays of finite numbers."""
    fewest = _common_decimals(finite[:_FEW].tolist(), digits)
    if fewest is None:
        return None  # how trained weights end here, at once
    magnitudes = np.abs(finite)
    shown = magnitudes if magnitudes.min(initial=np.inf) > 0 else magnitudes[magnitudes > 0]
    if shown.size == 0:
        return 0
    least, most = float(shown.min()), float(shown.max())
    if least == most:
        return _decimals_needed(least, digits)
    if not (_is_plain(least, digits) and _is_plain(most, digits)):
        return None
    for decimals in range(fewest, digits + 4):  # 0.0001234 has digits + 3 of them
        scale = _POWERS_OF_TEN[decimals]
        if most * scale > _LARGEST_WHOLE:  # many digits and a wide range: rare, so slow will do
            return _common_decimals(shown.tolist(), digits)
        if _are_exact(shown, scale):
            few_digits = most * scale < _POWERS_OF_TEN[digits]
            return decimals if few_digits or _are_short(shown, digits) else None
    return None


def _are_short(magnitudes: NDArray[np.float64], digits: int) -> bool:
    """Whether `digits` significant digits write each number exactly, whole numbers aside."""
    # A logarithm that errs beside a power of ten does no harm: the only short decimal there is
    # that power itself, and it is exact with one digit more or less.
    places = np.maximum(digits - 1 - np.floor(np.log10(magnitudes)).astype(int), 0)
    return _are_exact(magnitudes, _POWERS_OF_TEN[places])


def _are_exact(numbers: NDArray[np.float64], scale: NDArray[np.float64] | np.float64) -> bool:
    """Whether each of `numbers` is the float nearest to a whole number divided by `scale`."""
    return bool((np.rint(numbers * scale) / scale == numbers).all())


def _widest_of_many(finite: NDArray[np.float64], digits: int) -> list[float]:
    """Few numbers that, written with significant digits, take as much room as all of them.

    Among numbers written alike, the part before the point grows with the magnitude, and the part
    after it shrinks; only exponents grow both ways. So both ends decide.
    """
    magnitudes = np.abs(finite)
    ends = _ends(finite, magnitudes)
    if all(_is_plain(x, digits) for x in ends if x != 0):
        return ends
    plain = (magnitudes >= _SMALLEST_PLAIN) & (magnitudes < _plain_limit(digits))
    exponential = ~plain & (magnitudes > 0)
    return [
        *_ends(finite[plain], magnitudes[plain]),
        *_ends(finite[exponential], magnitudes[exponential]),
        0.0,
    ]


def _ends(numbers: NDArray[np.float64], magnitudes: NDArray[np.float64]) -> list[float]:
    """The largest and the smallest of `numbers`, and the one nearest to zero but not zero."""
    if numbers.size == 0:
        return []
    ends = [float(numbers.max()), float(numbers.min()), float(magnitudes.min())]
    if ends[2] == 0 and (ends[0] != 0 or ends[1] != 0):
        ends[2] = float(magnitudes.min(initial=np.inf, where=magnitudes > 0))
    return ends


def _kinds_of_nonfinite(flat: NDArray[np.float64], finite: NDArray[np.float64]) -> list[float]:
    """Which of NaN, ∞ and −∞ stand in `flat`, once each."""
    if flat.size == finite.size:
        return []
    return [
        *([math.nan] if np.isnan(flat).any() else []),
        *([math.inf] if np.isposinf(flat).any() else []),
        *([-math.inf] if np.isneginf(flat).any() else []),
    ]
