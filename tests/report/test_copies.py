"""What is copied reads back as what was computed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from bpstepper.report.copies import COPIES
from tests.scenes import opened

BY_KEY = {row.key: row for row in COPIES}
NAMES = ("mazur", "softmax-batch", "softmax-jacobian", "saturated", "huge")


@pytest.mark.parametrize("name", NAMES)
def test_numpy_reads_back_to_the_bit(name: str) -> None:
    """Every quantity of an update, of any number of axes, NaN and infinity among them."""
    trace = opened(name).trace
    for symbol in trace.values:
        quantity = trace.quantity(symbol)
        text = BY_KEY["n"].text(quantity, (0,) * quantity.value.ndim)
        left, right = text.split(" = ", 1)
        assert left == quantity.key
        assert np.array_equal(eval(right, {"np": np}), quantity.value, equal_nan=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_number_reads_back_to_the_bit(name: str) -> None:
    """With all its digits, as Python reads them."""
    trace = opened(name).trace
    for symbol in trace.values:
        quantity = trace.quantity(symbol)
        for cell in np.ndindex(*quantity.value.shape):
            text = BY_KEY["v"].text(quantity, cell)
            assert text.isascii()
            assert np.array_equal(float(text), quantity.value[cell], equal_nan=True)


def test_text_is_rows_of_aligned_numbers() -> None:
    """As many lines as rows, as many numbers as columns, all lines of one width."""
    quantity = next(q for q in [opened("mazur").go("grad_W2").result])
    lines = BY_KEY["m"].text(quantity, (0, 0)).splitlines()
    read = [[float(text) for text in line.split()] for line in lines]
    assert np.allclose(read, quantity.value, rtol=1e-14)
    assert len({len(line.rstrip()) for line in lines}) <= 2


def test_latex_is_a_matrix_under_its_name() -> None:
    """The book's own name, rows parted by two backslashes, powers of ten written out."""
    quantity = opened("mazur").go("delta1").result
    text = BY_KEY["l"].text(quantity, (0, 0))
    assert text.startswith(f"{quantity.name.latex} = \\begin{{bmatrix}}")
    assert re.findall(r"0\.\d+", text) == [repr(float(x)) for x in quantity.value.ravel()]
    assert text.count("\\\\\n") == 1
    huge = BY_KEY["l"].text(opened("huge").go("z2").result, (0, 0))
    assert "\\infty" in huge
