"""How numbers read: what must hold for every float, then the examples people will see."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bpstepper.number_format import MINUS, Style, full, measure, number, table, typical

FINITE = st.floats(allow_nan=False, allow_infinity=False) | st.floats(-1e7, 1e7)
SHORT = st.builds(lambda m, e: float(f"{m}e{e}"), st.integers(-9999, 9999), st.integers(-8, 4))
ANY = st.floats() | SHORT | st.just(0.0)
DIGITS = st.integers(1, 15)
MATRICES = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=5),
    elements=st.one_of(st.floats(-1e3, 1e3), ANY),
)
SHORT_MATRICES = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=5),
    elements=st.builds(lambda m, e: m / 10**e, st.integers(-999, 999), st.integers(0, 3)),
)


def in_ascii(text: str) -> str:
    """A number as `float` and `Decimal` read it."""
    return text.strip().replace(MINUS, "-")


def unit_of_last_digit(text: str) -> Decimal:
    """What one more in the last digit shown is worth."""
    exponent = Decimal(in_ascii(text)).as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)


def point(text: str) -> int:
    """The cell in which the decimal point of a number stands, or would stand."""
    text = text.rstrip()
    return next((i for i, c in enumerate(text) if c in ".e"), len(text))


class TestANumberAlone:
    @given(FINITE, DIGITS)
    def test_is_correctly_rounded(self, x: float, digits: int) -> None:
        """It is within half a unit of its last digit of the float, reckoned exactly."""
        text = number(x, digits)
        if x != 0 and "." in text:
            assert abs(Decimal(in_ascii(text)) - Decimal(x)) * 2 <= unit_of_last_digit(text)
        else:
            assert abs(Decimal(in_ascii(text)) - Decimal(x)) <= abs(Decimal(x)) / 2

    @given(FINITE, DIGITS)
    def test_shows_enough_digits(self, x: float, digits: int) -> None:
        """Fewer significant digits than asked for are shown only of a float that is so short."""
        text = in_ascii(number(x, digits))
        shown = len(re.sub(r"e.*|[-.]", "", text).lstrip("0"))
        assert shown >= digits or float(text) == x

    @given(FINITE, DIGITS)
    def test_is_zero_only_if_it_is(self, x: float, digits: int) -> None:
        """What is not zero never reads as 0.0000, and zero reads `0`."""
        assert (number(x, digits) == "0") == (x == 0)
        assert (Decimal(in_ascii(number(x, digits))) == 0) == (x == 0)

    @given(ANY, DIGITS)
    def test_in_ascii_says_the_same(self, x: float, digits: int) -> None:
        """ASCII differs in the minus sign and in infinity alone."""
        text = number(x, digits, ascii=True)
        assert text.isascii()
        assert text.replace("-", MINUS).replace("inf", "∞") == number(x, digits)

    @given(ANY, DIGITS)
    def test_has_no_blanks_and_no_plus(self, x: float, digits: int) -> None:
        """A number is one word."""
        assert not set(number(x, digits)) & set(" +-")

    @pytest.mark.parametrize(
        ("x", "text"),
        [
            (0.5, "0.5"),
            (0.40, "0.4"),
            (2.0, "2"),
            (-3.0, "−3"),
            (0.13849856, "0.1385"),
            (-0.0380982366, "−0.03810"),
            (0.1 + 0.2, "0.3000"),
            (0.3, "0.3"),
            (9.99996, "10.00"),
            (1e-4, "0.0001"),
            (0.00012346, "0.0001235"),
            (0.0000999999, "1.000e−4"),
            (1.9287498479639178e-22, "1.929e−22"),
            (-1e-7, "−1e−7"),
            (12345.0, "12345"),
            (12345.678, "12346"),
            (999999.0, "999999"),
            (1e6, "1e6"),
            (1234567.0, "1.235e6"),
            (1.7976931348623157e308, "1.798e308"),
            (0.0, "0"),
            (-0.0, "0"),
            (math.nan, "NaN"),
            (math.inf, "∞"),
            (-math.inf, "−∞"),
        ],
    )
    def test_reads(self, x: float, text: str) -> None:
        """The numbers of the screens, and the edges of each rule."""
        assert number(x) == text

    def test_with_other_digits(self) -> None:
        """Any number of digits from 1 to 15; what is beyond is taken as the nearest of them."""
        assert [number(2 / 3, n) for n in (1, 2, 8)] == ["0.7", "0.67", "0.66666667"]
        assert number(2 / 3, 0) == "0.7"
        assert number(2 / 3, 99) == number(2 / 3, 15)

    def test_accepts_numpy_scalars(self) -> None:
        """A cell of an array is a float like any other; one of 32 bits is seldom short."""
        assert number(np.float64(0.25)) == "0.25"
        assert number(float(np.float32(0.1))) == "0.1000"


class TestAllDigits:
    @given(FINITE)
    def test_read_back_exactly(self, x: float) -> None:
        """The full text of a float is that float."""
        assert float(in_ascii(full(x))) == x

    @given(ANY)
    def test_in_ascii_say_the_same(self, x: float) -> None:
        """Again only the minus sign and infinity differ."""
        assert full(x, ascii=True).replace("-", MINUS).replace("inf", "∞") == full(x)

    @pytest.mark.parametrize(
        ("x", "text"),
        [
            (0.13849856162853, "0.13849856162853"),
            (-0.1, "−0.1"),
            (1e-22, "1e−22"),
            (1e22, "1e22"),
            (3.0, "3"),
            (-0.0, "0"),
            (math.nan, "NaN"),
            (-math.inf, "−∞"),
        ],
    )
    def test_reads(self, x: float, text: str) -> None:
        """The shortest text, with the true minus sign."""
        assert full(x) == text


class TestATable:
    @given(MATRICES | SHORT_MATRICES, DIGITS, st.booleans())
    def test_has_cells_of_one_width(
        self, matrix: np.ndarray[tuple[int, int]], digits: int, ascii_only: bool
    ) -> None:
        """Every cell is as wide as the style says, whatever the numbers are."""
        style = measure(matrix, digits, ascii=ascii_only)
        cells = table(matrix, digits, ascii=ascii_only)
        assert {len(cell) for row in cells for cell in row} == {style.width}
        assert np.shape(cells) == matrix.shape

    @given(MATRICES | SHORT_MATRICES, DIGITS)
    def test_aligns_decimal_points(self, matrix: np.ndarray[tuple[int, int]], digits: int) -> None:
        """All points stand in one column, those of numbers with exponents too."""
        assert len({point(cell) for row in table(matrix, digits) for cell in row}) == 1

    @given(MATRICES | SHORT_MATRICES, DIGITS)
    def test_rounds_as_a_number_alone_does(
        self, matrix: np.ndarray[tuple[int, int]], digits: int
    ) -> None:
        """A cell differs from the number alone in zeros at its end at most."""
        for row, texts in zip(matrix.tolist(), table(matrix, digits), strict=True):
            for x, text in zip(row, texts, strict=True):
                if math.isfinite(x):
                    assert Decimal(in_ascii(text)) == Decimal(in_ascii(number(x, digits)))
                else:
                    assert text.strip() == number(x, digits)

    @given(ANY, DIGITS)
    def test_of_one_cell_is_the_number_alone(self, x: float, digits: int) -> None:
        """A 1×1 matrix reads like a number."""
        assert table([[x]], digits) == [[number(x, digits)]]

    @given(MATRICES | SHORT_MATRICES, DIGITS)
    def test_of_a_window_is_the_window_of_the_table(
        self, matrix: np.ndarray[tuple[int, int]], digits: int
    ) -> None:
        """With the style of the whole, a part of a matrix reads as it does in the whole."""
        whole = table(matrix, digits)
        part = table(matrix[1:, :2], style=measure(matrix, digits))
        assert part == [row[:2] for row in whole[1:]]

    @given(MATRICES | SHORT_MATRICES, MATRICES | SHORT_MATRICES)
    def test_in_the_style_of_another_loses_nothing(
        self,
        matrix: np.ndarray[tuple[int, int]],
        other: np.ndarray[tuple[int, int]],
    ) -> None:
        """A style measured on other numbers is widened; no digit is cut, nothing reads 0.00."""
        cells = table(matrix, style=measure(other))
        assert len({len(cell) for row in cells for cell in row}) == 1
        for row, texts in zip(matrix.tolist(), cells, strict=True):
            for x, text in zip(row, texts, strict=True):
                if math.isfinite(x):
                    error = abs(Decimal(in_ascii(text)) - Decimal(x))
                    exact = float(in_ascii(text)) == x
                    assert exact or error <= abs(Decimal(x)) * Decimal("0.0005")

    def test_of_short_decimals_has_equally_many_decimals(self) -> None:
        """0.4 beside 0.45 is 0.40; whole numbers stay whole."""
        assert table([[0.4, 0.45], [0.5, 0.55]]) == [["0.40", "0.45"], ["0.50", "0.55"]]
        assert table([[2], [-3]]) == [[" 2"], ["−3"]]
        assert table([[0.05, 0.1]]) == [["0.05", "0.10"]]

    def test_of_other_numbers_has_equally_many_digits(self) -> None:
        """Four significant digits each, the short ones too."""
        assert table([[0.138498562], [-0.0380982366]]) == [[" 0.1385 "], ["−0.03810"]]
        assert table([[0.5, 0.138498562]]) == [["0.5000", "0.1385"]]

    def test_shows_exact_zeros_as_0(self) -> None:
        """Where a ReLU is shut the slope is 0, and no rounded small number."""
        assert table([[0.0, 1 / 3]]) == [["0     ", "0.3333"]]
        assert table([[0.0, 0.25]]) == [["0   ", "0.25"]]

    def test_mixes_exponents_and_plain_numbers(self) -> None:
        """What is too small for decimals gets its exponent, aligned at the point."""
        assert table([[1.929e-22], [0.5], [-3e-7]]) == [
            [" 1.929e−22"],
            [" 0.5000   "],
            ["−3.000e−7 "],
        ]

    def test_takes_a_vector_as_one_row(self) -> None:
        """A 1-d array reads from left to right."""
        assert table(np.array([1.0, 2.5])) == [["1.0", "2.5"]]


class TestMeasuring:
    @given(
        hnp.arrays(np.float64, st.integers(1, 6), elements=ANY | SHORT)
        | SHORT_MATRICES.map(lambda matrix: matrix.ravel()),
        DIGITS,
        st.booleans(),
    )
    def test_a_big_array_is_as_measuring_each_number(
        self, few: np.ndarray[tuple[int]], digits: int, ascii_only: bool
    ) -> None:
        """The vectorised way for big arrays finds the style that looking at each number finds."""
        assert measure(np.resize(few, 200), digits, ascii=ascii_only) == measure(
            few, digits, ascii=ascii_only
        )

    @given(st.integers(0, 2**32 - 1), st.integers(-9, 9))
    def test_a_big_random_array_fits_all_its_numbers(self, seed: int, scale: int) -> None:
        """None of thousands of numbers is wider than measured."""
        array = np.random.default_rng(seed).normal(size=(30, 20)) * 10.0**scale
        style = measure(array)
        assert len(table(array, style=style)[0][0]) == style.width

    def test_needs_no_c_order(self) -> None:
        """A transposed view is measured as it is."""
        array = np.arange(600.0).reshape(20, 30)
        assert measure(array.T) == measure(array) == Style(4, 0, 3, 0)

    def test_nothing_at_all(self) -> None:
        """An empty array has a style too."""
        assert measure(np.zeros((0, 3))).width == 1
        assert table(np.zeros((2, 0))) == [[], []]

    def test_numbers_not_known_yet(self) -> None:
        """Their style is as wide as common numbers between −1 and 1."""
        assert typical().width == len("−0.1385") == len("0.03810")
        assert typical(6).width == len("−0.138499")
