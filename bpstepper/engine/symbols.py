"""Symbols: the names that every operation, step, file and screen speaks in.

A symbol is a quantity of one update (`delta1`, `grad_W2`, `W1_next`) without its value. This
module owns how a symbol is *called*: its text key, which is public (JSON, `expect` tables,
`trace["delta1"]`), its sign in formulas, its LaTeX and the words a person would say. Which
symbols a network has is the compiler's business (`program`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

__all__ = ["KINDS", "Axis", "Kind", "Name", "Symbol", "superscript"]

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def superscript(number: int) -> str:
    """The layer number as the book writes it: 12 is `¹²`."""
    return str(number).translate(_SUPERSCRIPT)


class Axis(NamedTuple):
    """One direction of a matrix: what its rows (or columns) are, and how many.

    Attributes:
        kind: "units", "samples", or "one" for the single column (row) of a bias.
        layer: whose units; None for the other kinds.
        size: how many.
    """

    kind: str
    layer: int | None
    size: int


class Symbol(NamedTuple):
    """A quantity of one update; hashable, ordered, without a value.

    Attributes:
        kind: a key of `KINDS`.
        layer: the layer it belongs to, counted as in the book; None for C, x, y, η.
        tag: tells apart what kind and layer do not: a product's factors, an optimizer's state.
    """

    kind: str
    layer: int | None = None
    tag: str = ""

    @property
    def key(self) -> str:
        """The public text key, such as `delta2` or `W1_next`."""
        return _key(self)

    def __str__(self) -> str:
        return self.key


@lru_cache(maxsize=4096)
def _key(symbol: Symbol) -> str:
    kind = KINDS[symbol.kind]
    return kind.key.format(l="" if symbol.layer is None else symbol.layer, tag=symbol.tag)


class Name(NamedTuple):
    """How one symbol of one program is written: text for a terminal, LaTeX for paper."""

    text: str
    latex: str


@dataclass(frozen=True)
class Kind:
    """One row of the table of kinds.

    The templates know `{l}` (the layer: a superscript in text), `{f}` (the activation's own
    sign, such as σ) and `{tag}`.

    Attributes:
        key: template of the public key.
        text: template of the sign in a formula.
        latex: the same for LaTeX.
        words: what a person would say, with `{l}` a plain number.
    """

    key: str
    text: str
    latex: str
    words: str


KINDS: dict[str, Kind] = {
    # what goes in
    "x": Kind("x", "a⁰", "a^{{0}}", "the inputs"),
    "y": Kind("y", "y", "y", "the targets"),
    "W": Kind("W{l}", "W{l}", "W^{{{l}}}", "the weights into layer {l}"),
    "b": Kind("b{l}", "b{l}", "b^{{{l}}}", "the biases of layer {l}"),
    "eta": Kind("eta", "η", r"\eta", "the learning rate"),
    "c": Kind("c", "c", "c", "the factor before the sum of the losses"),
    "s": Kind("s", "s", "s", "the loss's factor and means"),
    "decay": Kind("decay", "λ/m", r"\lambda/m", "the strength of the weight penalty"),
    "half_decay": Kind("half_decay", "λ/2m", r"\lambda/2m", "half the weight penalty's strength"),
    # forward
    "product": Kind("{tag}", "{tag}", "{tag}", "the weighted sums into layer {l}"),
    "z": Kind("z{l}", "z{l}", "z^{{{l}}}", "the weighted inputs of layer {l}"),
    "a": Kind("a{l}", "a{l}", "a^{{{l}}}", "the activations of layer {l}"),
    # cost
    "log_a": Kind("log_a{l}", "ln a{l}", r"\ln a^{{{l}}}", "the logarithms of the outputs"),
    "loss": Kind("loss", "loss", r"\ell", "the loss of each output"),
    "total": Kind("total", "Σ loss", r"\sum\ell", "the losses added up"),
    "C_data": Kind("C_data", "C_data", r"C_{{\mathrm{{data}}}}", "the cost of the data alone"),
    "squares": Kind(
        "squares_W{l}",
        "Σ(W{l})²",
        r"\sum (W^{{{l}}})^2",
        "the sum of squared weights into layer {l}",
    ),
    "penalty": Kind("penalty{l}", "Σw² to {l}", r"\sum_{{\le {l}}} w^2", "the squares so far"),
    "C_l2": Kind("C_l2", "C_l2", r"C_{{\ell_2}}", "the cost of large weights"),
    "C": Kind("C", "C", "C", "the cost"),
    "C_all": Kind("C_all", "C_all", r"C_{{\mathrm{{all}}}}", "the cost over all samples"),
    # backward
    "loss_slope": Kind(
        "loss_slope", "∂loss/∂a{l}", r"\partial\ell/\partial a^{{{l}}}", "the slope of the loss"
    ),
    "residual": Kind("residual", "a{l} − y", "a^{{{l}}} - y", "outputs less targets"),
    "grad_a": Kind(
        "grad_a{l}",
        "∂C/∂a{l}",
        r"\partial C/\partial a^{{{l}}}",
        "the gradient of C with respect to the activations of layer {l}",
    ),
    "slope": Kind("slope{l}", "{f}′(z{l})", "{f}'(z^{{{l}}})", "the slopes of layer {l}'s units"),
    "jacobian": Kind("jacobian{l}", "J{l}", "J^{{{l}}}", "softmax's Jacobian at layer {l}"),
    "delta": Kind(
        "delta{l}",
        "δ{l}",
        r"\delta^{{{l}}}",
        "the gradient of C with respect to the weighted inputs of layer {l}",
    ),
    "delta_general": Kind(
        "delta{l}_general",
        "δ{l} (general)",
        r"\delta^{{{l}}}_{{\mathrm{{general}}}}",
        "δ of layer {l} by the general path",
    ),
    "W_T": Kind("W{l}_T", "(W{l})ᵀ", r"(W^{{{l}}})^{{\top}}", "the weights, transposed"),
    "a_T": Kind("a{l}_T", "(a{l})ᵀ", r"(a^{{{l}}})^{{\top}}", "what went in, transposed"),
    "x_T": Kind("x_T", "(a⁰)ᵀ", r"(a^{{0}})^{{\top}}", "the inputs, transposed"),
    "delta_T": Kind("delta{l}_T", "(δ{l})ᵀ", r"(\delta^{{{l}}})^{{\top}}", "δ, transposed"),
    "grad_x": Kind(
        "grad_x", "∂C/∂a⁰", r"\partial C/\partial a^{{0}}", "the gradient at the inputs"
    ),
    # gradients
    "grad_W": Kind(
        "grad_W{l}",
        "∂C/∂W{l}",
        r"\partial C/\partial W^{{{l}}}",
        "the gradient of C with respect to the weights into layer {l}",
    ),
    "grad_W_data": Kind(
        "grad_W{l}_data",
        "∂C_data/∂W{l}",
        r"\partial C_{{\mathrm{{data}}}}/\partial W^{{{l}}}",
        "the gradient of the data's cost alone",
    ),
    "l2_W": Kind("l2_W{l}", "(λ/m)W{l}", r"(\lambda/m)W^{{{l}}}", "the pull of the penalty"),
    "grad_b": Kind(
        "grad_b{l}",
        "∂C/∂b{l}",
        r"\partial C/\partial b^{{{l}}}",
        "the gradient of C with respect to the biases of layer {l}",
    ),
    # update
    "step_W": Kind("step_W{l}", "η ∂C/∂W{l}", r"\eta\,\partial C/\partial W^{{{l}}}", "the move"),
    "step_b": Kind("step_b{l}", "η ∂C/∂b{l}", r"\eta\,\partial C/\partial b^{{{l}}}", "the move"),
    "W_next": Kind(
        "W{l}_next", "new W{l}", r"W^{{{l}}}_{{\mathrm{{new}}}}", "the weights after it"
    ),
    "b_next": Kind("b{l}_next", "new b{l}", r"b^{{{l}}}_{{\mathrm{{new}}}}", "the biases after it"),
}
"""Every kind of symbol, one row each."""


def name(symbol: Symbol, glyph: Name | None = None) -> Name:
    """How `symbol` is written; `glyph` is the sign of its layer's activation.

    Products are named by the compiler from their factors and do not come here.
    """
    kind = KINDS[symbol.kind]
    f = glyph or Name("f", "f")
    layer = symbol.layer
    text = kind.text.format(l="" if layer is None else superscript(layer), f=f.text, tag=symbol.tag)
    latex = kind.latex.format(l="" if layer is None else layer, f=f.latex, tag=symbol.tag)
    return Name(text, latex)


def words(symbol: Symbol) -> str:
    """What a person would say for `symbol`: "the weights into layer 2"."""
    return KINDS[symbol.kind].words.format(l=symbol.layer)
