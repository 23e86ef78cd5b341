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
    "Wb": Kind("Wb{l}", "Wb{l}", "W_b^{{{l}}}", "biases and weights into layer {l}"),
    "eta": Kind("eta", "η", r"\eta", "the learning rate"),
    "c": Kind("c", "c", "c", "the factor before the sum of the losses"),
    "s": Kind("s", "s", "s", "the loss's factor and means"),
    "decay": Kind("decay", "λ/m", r"\lambda/m", "the strength of the weight penalty"),
    "half_decay": Kind("half_decay", "λ/2m", r"\lambda/2m", "half the weight penalty's strength"),
    # constants and clocks of the optimizers
    "momentum": Kind("momentum", "μ", r"\mu", "how much of the last move is kept"),
    "damped": Kind("damped", "1 − d", "1 - d", "how much of the gradient is let in"),
    "undamped": Kind("undamped", "u", "u", "how much of this gradient is let in"),
    "undamped_next": Kind(
        "undamped_next", "new u", r"u_{{\mathrm{{new}}}}", "of the next gradient"
    ),
    "alpha": Kind("alpha", "α", r"\alpha", "how much of the average is kept"),
    "rest_alpha": Kind("rest_alpha", "1 − α", r"1 - \alpha", "the share of the new square"),
    "beta1": Kind("beta1", "β₁", r"\beta_1", "how much of the mean is kept"),
    "rest1": Kind("rest1", "1 − β₁", r"1 - \beta_1", "the share of the new gradient"),
    "beta2": Kind("beta2", "β₂", r"\beta_2", "how much of the mean square is kept"),
    "rest2": Kind("rest2", "1 − β₂", r"1 - \beta_2", "the share of the new square"),
    "eps": Kind("eps", "ε", r"\epsilon", "what keeps the divisor from 0"),
    "one": Kind("one", "1", "1", "one"),
    "beta1_t": Kind(
        "beta1_t", "β₁ᵗ⁻¹", r"\beta_1^{{t-1}}", "β₁ to the power of the updates so far"
    ),
    "beta2_t": Kind(
        "beta2_t", "β₂ᵗ⁻¹", r"\beta_2^{{t-1}}", "β₂ to the power of the updates so far"
    ),
    "beta1_t_next": Kind("beta1_t_next", "β₁ᵗ", r"\beta_1^t", "β₁ to the power of the updates"),
    "beta2_t_next": Kind("beta2_t_next", "β₂ᵗ", r"\beta_2^t", "β₂ to the power of the updates"),
    "correction1": Kind("correction1", "1 − β₁ᵗ", r"1 - \beta_1^t", "what the mean lacks"),
    "correction2": Kind("correction2", "1 − β₂ᵗ", r"1 - \beta_2^t", "what the mean square lacks"),
    # forward
    "x_one": Kind("x_one", "[1 a⁰]", "[1\\; a^{{0}}]", "the inputs with a leading 1"),
    "a_one": Kind("a{l}_one", "[1 a{l}]", "[1\\; a^{{{l}}}]", "activations with a leading 1"),
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
    "Wb_T": Kind("Wb{l}_T", "(Wb{l})ᵀ", r"(W_b^{{{l}}})^{{\top}}", "Wb, transposed"),
    "x_one_T": Kind("x_one_T", "[1 a⁰]ᵀ", r"[1\; a^{{0}}]^{{\top}}", "what went in, transposed"),
    "a_one_T": Kind("a{l}_one_T", "[1 a{l}]ᵀ", r"[1\; a^{{{l}}}]^{{\top}}", "what went in"),
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
    "grad_b_column": Kind(
        "grad_b{l}_column",
        "(∂C/∂b{l})ᵀ",
        r"(\partial C/\partial b^{{{l}}})^{{\top}}",
        "the biases' gradient as a column",
    ),
    "grad_Wb": Kind(
        "grad_Wb{l}",
        "∂C/∂Wb{l}",
        r"\partial C/\partial W_b^{{{l}}}",
        "the gradient with respect to biases and weights",
    ),
    "grad_Wb_data": Kind(
        "grad_Wb{l}_data",
        "∂C_data/∂Wb{l}",
        r"\partial C_{{\mathrm{{data}}}}/\partial W_b^{{{l}}}",
        "the same of the data's cost alone",
    ),
    "grad_Wb_frozen": Kind(
        "grad_Wb{l}_frozen",
        "∂C/∂Wb{l} (W only)",
        r"\partial C/\partial W_b^{{{l}}}",
        "the same with 0 for the biases",
    ),
    # update
    "m": Kind(
        "m_{tag}{l}", "m({tag}{l})", r"m({tag}^{{{l}}})", "the running mean of the gradients"
    ),
    "m_next": Kind(
        "m_{tag}{l}_next",
        "new m({tag}{l})",
        r"m({tag}^{{{l}}})_{{\mathrm{{new}}}}",
        "the running mean after it",
    ),
    "m_kept": Kind(
        "m_kept_{tag}{l}", "m kept", r"m_{{\mathrm{{kept}}}}", "what is kept of the mean"
    ),
    "m_fresh": Kind(
        "m_fresh_{tag}{l}", "m fresh", r"m_{{\mathrm{{fresh}}}}", "what is new in the mean"
    ),
    "m_ahead": Kind("m_ahead_{tag}{l}", "μ new m", r"\mu m_{{\mathrm{{new}}}}", "a look ahead"),
    "m_hat": Kind("m_hat_{tag}{l}", "m̂({tag}{l})", r"\hat m({tag}^{{{l}}})", "the mean, corrected"),
    "v": Kind("v_{tag}{l}", "v({tag}{l})", r"v({tag}^{{{l}}})", "the running mean of the squares"),
    "v_next": Kind(
        "v_{tag}{l}_next",
        "new v({tag}{l})",
        r"v({tag}^{{{l}}})_{{\mathrm{{new}}}}",
        "the mean square after it",
    ),
    "v_kept": Kind(
        "v_kept_{tag}{l}", "v kept", r"v_{{\mathrm{{kept}}}}", "what is kept of the mean square"
    ),
    "v_fresh": Kind(
        "v_fresh_{tag}{l}", "v fresh", r"v_{{\mathrm{{fresh}}}}", "what is new in the mean square"
    ),
    "v_hat": Kind(
        "v_hat_{tag}{l}", "v̂({tag}{l})", r"\hat v({tag}^{{{l}}})", "the mean square, corrected"
    ),
    "gradient_squared": Kind(
        "gradient_squared_{tag}{l}",
        "(∂C/∂{tag}{l})²",
        r"(\partial C/\partial {tag}^{{{l}}})^2",
        "the gradient, squared",
    ),
    "root": Kind("root_{tag}{l}", "√v", r"\sqrt{{v}}", "the root of the mean square"),
    "denominator": Kind("denominator_{tag}{l}", "√v + ε", r"\sqrt{{v}} + \epsilon", "the divisor"),
    "direction": Kind(
        "direction_{tag}{l}", "direction({tag}{l})", r"d({tag}^{{{l}}})", "which way to move"
    ),
    "step_x": Kind("step_x", "η ∂C/∂a⁰", r"\eta\,\partial C/\partial a^{{0}}", "the move"),
    "step_Wb": Kind(
        "step_Wb{l}", "η ∂C/∂Wb{l}", r"\eta\,\partial C/\partial W_b^{{{l}}}", "the move"
    ),
    "x_next": Kind("x_next", "new a⁰", r"a^{{0}}_{{\mathrm{{new}}}}", "the inputs after it"),
    "Wb_next": Kind(
        "Wb{l}_next", "new Wb{l}", r"W^{{{l}}}_{{b,\mathrm{{new}}}}", "biases and weights after it"
    ),
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
