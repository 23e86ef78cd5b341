"""Activations: what a unit does with its weighted input, and how steep it is there.

One row each: the function and its slope as lowerings to numpy calls, the sign on the page, the
derivative in words, and the kinks where there is no derivative. Every function is stable over
all of float64, and is written with calls that also take complex numbers, which is what lets the
gradient check use the complex step. Where an activation has constants of its own, the row in the
table is the one with their defaults, and knows how to make the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from bpstepper.engine.ops.kernels import (
    AnyArray,
    Call,
    Cell,
    Kernel,
    Scratch,
    Term,
    elementwise,
    feeds_its_own,
)
from bpstepper.engine.ops.softmax import SOFTMAX, SOFTMAX_JACOBIAN
from bpstepper.engine.symbols import Name
from bpstepper.engine.tables.hyperparameters import Constants, Hyperparameter
from bpstepper.engine.tables.saturation import Saturation, far_out, one_has_all, up_to

__all__ = ["ACTIVATIONS", "Activation", "register", "row"]

_Lower = Callable[[Sequence[AnyArray], AnyArray, Scratch], list[Call]]


@dataclass(frozen=True)
class Activation:
    """One row of the table.

    Attributes:
        name: as scenario files say it.
        glyph: its sign in formulas, as text and LaTeX.
        formula: f(z) = …, for people.
        slope_formula: f′(z) = …, for people.
        apply: z → a.
        slope: z → f′(z), elementwise; None where units depend on each other's z.
        jacobian: a → (m, n, n), where there is no elementwise slope.
        saturation: where it levels off; None where it never does.
        hyperparameters: its own constants.
        made: all of these by name → the row that has them; None where there are none.
    """

    name: str
    glyph: Name
    formula: str
    slope_formula: str
    apply: Kernel
    slope: Kernel | None
    jacobian: Kernel | None = None
    saturation: Saturation | None = None
    hyperparameters: tuple[Hyperparameter, ...] = ()
    made: Callable[[Mapping[str, Any]], Activation] | None = None

    @property
    def kinks(self) -> tuple[float, ...]:
        """The z at which there is no derivative; the convention is in `slope_formula`."""
        return self.apply.kinks

    def given(self, constants: Constants) -> Activation:
        """The row with these constants, all that it has; the same one each time."""
        return self if self.made is None else _made(self.made, constants)


@lru_cache(maxsize=256)
def _made(make: Callable[[Mapping[str, Any]], Activation], constants: Constants) -> Activation:
    """Rows that were made before: an operation is known by its kernel."""
    return make(constants)


# numpy converts a Python float at every call, which costs as much as the call on a small network
_ZERO, _HALF, _ONE, _MINUS_TWO, _LEAK, _REST = map(np.array, (0.0, 0.5, 1.0, -2.0, 0.01, 0.99))

_MINUS_HALF, _MINUS_ROOT_HALF = np.array(-0.5), np.array(-math.sqrt(0.5))
_BELL = np.array(1 / math.sqrt(2 * math.pi))
_ERFC_SLOPE = -2 / math.sqrt(math.pi)

# ── the functions, as calls ──────────────────────────────────────────────────────────────────


def _sigmoid(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    # 1/(1 + e^−z): right at both ends, since e^800 is infinity and 1/infinity is 0
    (z,) = operands
    return [
        (np.negative, (z, out)),
        (np.exp, (out, out)),
        (np.add, (out, _ONE, out)),
        (np.reciprocal, (out, out)),
    ]


def _sigmoid_slope(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    # ½/(1 + cosh z), not a(1 − a): at z = 50 that would be 0, and the truth is 1.93e−22
    (z,) = operands
    return [
        (np.cosh, (z, out)),
        (np.add, (out, _ONE, out)),
        (np.divide, (_HALF, out, out)),
    ]


def _tanh(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    return [(np.tanh, (operands[0], out))]


def _tanh_slope(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    # 1/cosh² z, not 1 − a², for the same reason as above
    return [
        (np.cosh, (operands[0], out)),
        (np.reciprocal, (out, out)),
        (np.multiply, (out, out, out)),
    ]


def _relu(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    return [(partial(np.maximum, out=out), (operands[0], _ZERO))]


def _relu_slope(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    # heaviside keeps NaN where a comparison would turn it into 0
    return [(np.heaviside, (operands[0], _ZERO, out))]


def _leaky_relu(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    (z,) = operands
    return [(np.multiply, (z, _LEAK, out)), (partial(np.maximum, out=out), (z, out))]


def _leaky_relu_slope(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    return [
        (np.heaviside, (operands[0], _ZERO, out)),
        (np.multiply, (out, _REST, out)),
        (np.add, (out, _LEAK, out)),
    ]


_ALPHA = Hyperparameter("alpha", 1.0, "How far down it goes.", {"ge": 0})


def _elu(constants: Mapping[str, Any]) -> Activation:
    """ELU with its α: max(z, 0) + α(e^min(z, 0) − 1), which no e^z can overflow."""
    alpha = constants["alpha"]
    factor, kink = np.array(alpha), (0.0,) if alpha != 1 else ()

    def apply(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
        (z,) = operands
        positive = scratch(z.shape)
        return [
            (partial(np.minimum, out=out), (z, _ZERO)),
            (np.expm1, (out, out)),
            (np.multiply, (out, factor, out)),
            (partial(np.maximum, out=positive), (z, _ZERO)),
            (np.add, (out, positive, out)),
        ]

    def slope(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
        # 1 − s + s α e^min(z, 0), where s is 1 up to 0 and 0 beyond
        (z,) = operands
        above = scratch(z.shape)
        return [
            (partial(np.minimum, out=out), (z, _ZERO)),
            (np.exp, (out, out)),
            (np.multiply, (out, factor, out)),
            (np.heaviside, (z, _ZERO, above)),
            (np.subtract, (_ONE, above, above)),
            (np.multiply, (out, above, out)),
            (np.subtract, (_ONE, above, above)),
            (np.add, (out, above, out)),
        ]

    times, power = ("", "eᶻ") if alpha == 1 else (f"{alpha:g} ", f"{alpha:g} eᶻ")
    where = "" if alpha == 1 else f"; at 0 itself it is taken as {alpha:g}"
    steepest = max(1.0, alpha)
    end = math.log(steepest / (10 * alpha)) if alpha else 0.0
    return row(
        "elu",
        Name("ELU", r"\operatorname{ELU}"),
        f"ELU(z) = z where z > 0, else {times}(eᶻ − 1)",
        f"ELU′(z) = 1 where z > 0, else {power}{where}",
        apply,
        slope,
        kinks=kink,
        saturation=Saturation(up_to(min(end, 0.0)), steepest, level=alpha == 0),
        hyperparameters=(_ALPHA,),
        made=_elu,
    )


def _softplus(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
    # max(z, 0) + ln(1 + e^−|z|); −|z| is z − 2 max(z, 0), which complex numbers take, too
    (z,) = operands
    positive = scratch(z.shape)
    return [
        (partial(np.maximum, out=positive), (z, _ZERO)),
        (np.multiply, (positive, _MINUS_TWO, out)),
        (np.add, (out, z, out)),
        (np.exp, (out, out)),
        (np.log1p, (out, out)),
        (np.add, (out, positive, out)),
    ]


def _silu(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
    return [*_sigmoid(operands, out, scratch), (np.multiply, (operands[0], out, out))]


def _silu_slope(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
    # σ(z) + z σ′(z)
    (z,) = operands
    curve = scratch(z.shape)
    return [
        *_sigmoid_slope(operands, curve, scratch),
        (np.multiply, (z, curve, curve)),
        *_sigmoid(operands, out, scratch),
        (np.add, (out, curve, out)),
    ]


def _erfc_into(z: AnyArray, out: AnyArray) -> None:
    """Fill `out` with erfc(z); numpy has none, and `math` takes one real number at a time."""
    if np.iscomplexobj(out):
        # of a complex step only: erfc(z + ih) = erfc(z) + ih erfc′(z) where h² is nothing
        values, slope = z.real.ravel().tolist(), _ERFC_SLOPE * np.exp(-(z.real**2))
        out.imag = slope * z.imag
        out.real = np.array([math.erfc(value) for value in values]).reshape(out.shape)
    else:
        out.reshape(-1)[:] = [math.erfc(value) for value in z.ravel().tolist()]


def _gauss(z: AnyArray, out: AnyArray) -> list[Call]:
    """Φ(z) = ½ erfc(−z/√2), which keeps its digits in the lower tail."""
    return [
        (np.multiply, (z, _MINUS_ROOT_HALF, out)),
        (_erfc_into, (out, out)),
        (np.multiply, (out, _HALF, out)),
    ]


def _gelu(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    (z,) = operands
    return [*_gauss(z, out), (np.multiply, (z, out, out))]


def _gelu_slope(operands: Sequence[AnyArray], out: AnyArray, scratch: Scratch) -> list[Call]:
    # Φ(z) + z φ(z)
    (z,) = operands
    bell = scratch(z.shape)
    return [
        (np.multiply, (z, z, bell)),
        (np.multiply, (bell, _MINUS_HALF, bell)),
        (np.exp, (bell, bell)),
        (np.multiply, (bell, _BELL, bell)),
        (np.multiply, (bell, z, bell)),
        *_gauss(z, out),
        (np.add, (out, bell, out)),
    ]


def _ones(operands: Sequence[AnyArray], out: AnyArray, _: Scratch) -> list[Call]:
    # z·0 + 1 rather than a constant: a NaN in z stays one
    return [(np.multiply, (operands[0], _ZERO, out)), (np.add, (out, _ONE, out))]


_LINEAR = Kernel(
    name="linear",
    sign="",
    form="function",
    arity=1,
    infer=lambda operands, _: operands[0],
    lower=lambda operands, out, _axis, _scratch: [(np.copyto, (out, operands[0]))],
    cell=lambda index, _shapes, _axis: Cell((Term(1, ((0, index),)),)),
    feeds=feeds_its_own,
    view=lambda operands, _: operands[0],
    words="passed on as it is",
)


def row(
    name: str,
    glyph: Name,
    formula: str,
    slope_formula: str,
    apply: _Lower,
    slope: _Lower,
    kinks: tuple[float, ...] = (),
    saturation: Saturation | None = None,
    hyperparameters: tuple[Hyperparameter, ...] = (),
    made: Callable[[Mapping[str, Any]], Activation] | None = None,
) -> Activation:
    """A row whose units do not look at each other: two elementwise kernels."""
    return Activation(
        name=name,
        glyph=glyph,
        formula=formula,
        slope_formula=slope_formula,
        apply=elementwise(name, glyph.text, apply, words=formula, kinks=kinks),
        slope=elementwise(f"{name}_slope", f"{glyph.text}′", slope, words=slope_formula),
        saturation=saturation,
        hyperparameters=hyperparameters,
        made=made,
    )


_ROWS = (
    Activation(
        name="linear",
        glyph=Name("f", "f"),
        formula="f(z) = z",
        slope_formula="f′(z) = 1",
        apply=_LINEAR,
        slope=elementwise("linear_slope", "f′", _ones, words="f′(z) = 1"),
    ),
    row(
        "sigmoid",
        Name("σ", r"\sigma"),
        "σ(z) = 1/(1 + e⁻ᶻ)",
        "σ′(z) = σ(z)(1 − σ(z))",
        _sigmoid,
        _sigmoid_slope,
        saturation=Saturation(far_out(math.acosh(19)), 0.25),
    ),
    row(
        "tanh",
        Name("tanh", r"\tanh"),
        "tanh z",
        "tanh′(z) = 1 − tanh²(z)",
        _tanh,
        _tanh_slope,
        saturation=Saturation(far_out(math.acosh(math.sqrt(10))), 1.0),
    ),
    row(
        "relu",
        Name("ReLU", r"\operatorname{ReLU}"),
        "ReLU(z) = max(z, 0)",
        "ReLU′(z) = 1 where z > 0, else 0; at 0 itself it is taken as 0",
        _relu,
        _relu_slope,
        kinks=(0.0,),
        saturation=Saturation(up_to(0.0), 1.0, level=True),
    ),
    row(
        "leaky_relu",
        Name("LReLU", r"\operatorname{LReLU}"),
        "LReLU(z) = max(z, 0.01 z)",
        "LReLU′(z) = 1 where z > 0, else 0.01; at 0 itself it is taken as 0.01",
        _leaky_relu,
        _leaky_relu_slope,
        kinks=(0.0,),
    ),
    _elu({"alpha": 1.0}),
    row(
        "softplus",
        Name("softplus", r"\operatorname{softplus}"),
        "softplus(z) = ln(1 + eᶻ)",
        "softplus′(z) = σ(z)",
        _softplus,
        _sigmoid,
        saturation=Saturation(up_to(-math.log(9)), 1.0),
    ),
    row(
        "silu",
        Name("SiLU", r"\operatorname{SiLU}"),
        "SiLU(z) = z σ(z)",
        "SiLU′(z) = σ(z) + z σ′(z)",
        _silu,
        _silu_slope,
        saturation=Saturation(up_to(-2.399357280515468), 1.0998393201288668),
    ),
    row(
        "gelu",
        Name("GELU", r"\operatorname{GELU}"),
        "GELU(z) = z Φ(z)",
        "GELU′(z) = Φ(z) + z φ(z)",
        _gelu,
        _gelu_slope,
        saturation=Saturation(up_to(-1.728191977929448), 1.128904145185155),
    ),
    Activation(
        name="softmax",
        glyph=Name("softmax", r"\operatorname{softmax}"),
        formula="softmax(z)ᵢ = e^zᵢ / Σₖ e^zₖ",
        slope_formula="Jᵢₖ = aᵢ(1 − aₖ) where i = k, else −aᵢaₖ",
        apply=SOFTMAX,
        slope=None,
        jacobian=SOFTMAX_JACOBIAN,
        saturation=Saturation(one_has_all, 0.25),
    ),
)

ACTIVATIONS: dict[str, Activation] = {}
"""Every activation by its name, with the defaults of its constants."""


def register(row: Activation) -> None:
    """Add a row; before anything is made of the table."""
    ACTIVATIONS[row.name] = row


for _each in _ROWS:
    register(_each)
