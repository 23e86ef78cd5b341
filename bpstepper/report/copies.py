"""A value or a matrix as text to paste elsewhere: one row for each form.

Numbers are written with all their digits, so that what is pasted is what was computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Quantity
from bpstepper.number_format import full, measure, table

__all__ = ["COPIES", "MOST_CELLS", "Copy"]

MOST_CELLS = 100_000
"""A clipboard is no file: larger matrices are `trace --format json`'s."""


@dataclass(frozen=True)
class Copy:
    """One row.

    Attributes:
        key: the key that chooses it.
        title: what it copies.
        text: (quantity, chosen cell) → what is copied.
    """

    key: str
    title: str
    text: Callable[[Quantity, Index], str]


def _value(quantity: Quantity, cell: Index) -> str:
    return full(float(quantity.value[cell]), ascii=True)


def _plain(quantity: Quantity, _cell: Index) -> str:
    """Rows of numbers, aligned, as a matrix stands on the screen."""
    blocks = []
    for matrix in _matrices(quantity.value):
        style = measure(matrix, 15, ascii=True)
        blocks.append("\n".join("  ".join(row) for row in table(matrix, style=style)))
    return "\n\n".join(blocks)


def _latex(quantity: Quantity, _cell: Index) -> str:
    r"""`δ^{1} = \begin{bmatrix} … \end{bmatrix}`, one for each sample of a Jacobian."""
    if quantity.value.ndim == 0:
        return f"{quantity.name.latex} = {_tex(float(quantity.value))}"
    written = []
    for matrix in _matrices(quantity.value):
        rows = (" & ".join(_tex(float(x)) for x in row) for row in matrix)
        body = " \\\\\n".join(rows)
        written.append(f"\\begin{{bmatrix}}\n{body}\n\\end{{bmatrix}}")
    return f"{quantity.name.latex} = " + ",\n".join(written)


def _tex(x: float) -> str:
    text = full(x, ascii=True)
    if text in ("inf", "-inf"):
        return text.replace("inf", "\\infty")
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa} \\cdot 10^{{{int(exponent)}}}" if e else text


def _numpy(quantity: Quantity, _cell: Index) -> str:
    """`delta1 = np.array([[…]])`, which reads back to the same bits."""
    value = quantity.value
    if value.ndim == 0:
        return f"{quantity.key} = {_python(float(value))}"
    return f"{quantity.key} = np.array({_nested(value.tolist())})"


def _nested(values: Any) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_nested(value) for value in values) + "]"
    return _python(float(values))


def _python(x: float) -> str:
    return repr(x) if np.isfinite(x) else f"float('{x}')"


def _matrices(value: Array) -> list[Array]:
    return list(value) if value.ndim == 3 else [np.atleast_2d(value)]


COPIES: tuple[Copy, ...] = (
    Copy("v", "this number, with all its digits", _value),
    Copy("m", "the matrix as text", _plain),
    Copy("l", "the matrix as LaTeX", _latex),
    Copy("n", "the matrix for numpy", _numpy),
)
"""Everything that can be copied, in the order in which it is offered."""
