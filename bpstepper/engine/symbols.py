"""Symbols: the names that every operation, step, file and screen speaks in.

A symbol is a quantity of one update (`delta1`, `grad_W2`, `W1_next`) without its value. This
module owns how a symbol is *called*: its text key, which is public (JSON, `expect` tables,
`trace["delta1"]`), its sign in formulas, its LaTeX and the words a person would say. With which
letters a sign is written is a `spelling`'s business, and which symbols a network has is the
compiler's (`program`).
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

    The templates know the quantities that others are named after, each with its layer, `{a}`,
    `{z}`, `{d}` (δ), `{W}`, `{b}`, `{Wb}`, and `{C}` and `{y}`, which have none; `{p}` (the
    parameter of an optimizer's state), `{l}` (the layer alone), `{f}` (the activation's own sign,
    such as σ) and `{tag}`. What is put for these is a `spelling`'s.

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
    "x": Kind("x", "{a}", "{a}", "the inputs"),
    "y": Kind("y", "{y}", "{y}", "the targets"),
    "W": Kind("W{l}", "{W}", "{W}", "the weights into layer {l}"),
    "b": Kind("b{l}", "{b}", "{b}", "the biases of layer {l}"),
    "Wb": Kind("Wb{l}", "{Wb}", "{Wb}", "biases and weights into layer {l}"),
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
    "x_one": Kind("x_one", "[1 {a}]", "[1\\; {a}]", "the inputs with a leading 1"),
    "a_one": Kind("a{l}_one", "[1 {a}]", "[1\\; {a}]", "activations with a leading 1"),
    "product": Kind("{tag}", "{tag}", "{tag}", "the weighted sums into layer {l}"),
    "z": Kind("z{l}", "{z}", "{z}", "the weighted inputs of layer {l}"),
    "a": Kind("a{l}", "{a}", "{a}", "the activations of layer {l}"),
    # cost
    "log_a": Kind("log_a{l}", "ln {a}", r"\ln {a}", "the logarithms of the outputs"),
    "loss": Kind("loss", "loss", r"\ell", "the loss of each output"),
    "total": Kind("total", "Σ loss", r"\sum\ell", "the losses added up"),
    "C_data": Kind("C_data", "{C}_data", r"{C}_{{\mathrm{{data}}}}", "the cost of the data alone"),
    "squares": Kind(
        "squares_W{l}",
        "Σ({W})²",
        r"\sum ({W})^2",
        "the sum of squared weights into layer {l}",
    ),
    "penalty": Kind("penalty{l}", "Σw² to {l}", r"\sum_{{\le {l}}} w^2", "the squares so far"),
    "C_l2": Kind("C_l2", "{C}_l2", r"{C}_{{\ell_2}}", "the cost of large weights"),
    "C": Kind("C", "{C}", "{C}", "the cost"),
    "C_all": Kind("C_all", "{C}_all", r"{C}_{{\mathrm{{all}}}}", "the cost over all samples"),
    # backward
    "loss_slope": Kind(
        "loss_slope", "∂loss/∂{a}", r"\partial\ell/\partial {a}", "the slope of the loss"
    ),
    "residual": Kind("residual", "{a} − {y}", "{a} - {y}", "outputs less targets"),
    "grad_a": Kind(
        "grad_a{l}",
        "∂{C}/∂{a}",
        r"\partial {C}/\partial {a}",
        "the gradient of C with respect to the activations of layer {l}",
    ),
    "slope": Kind("slope{l}", "{f}′({z})", "{f}'({z})", "the slopes of layer {l}'s units"),
    "jacobian": Kind("jacobian{l}", "J{l}", "J^{{{l}}}", "softmax's Jacobian at layer {l}"),
    "delta": Kind(
        "delta{l}",
        "{d}",
        r"{d}",
        "the gradient of C with respect to the weighted inputs of layer {l}",
    ),
    "delta_general": Kind(
        "delta{l}_general",
        "{d} (general)",
        r"{d}_{{\mathrm{{general}}}}",
        "δ of layer {l} by the general path",
    ),
    "W_T": Kind("W{l}_T", "({W})ᵀ", r"({W})^{{\top}}", "the weights, transposed"),
    "a_T": Kind("a{l}_T", "({a})ᵀ", r"({a})^{{\top}}", "what went in, transposed"),
    "x_T": Kind("x_T", "({a})ᵀ", r"({a})^{{\top}}", "the inputs, transposed"),
    "Wb_T": Kind("Wb{l}_T", "({Wb})ᵀ", r"({Wb})^{{\top}}", "Wb, transposed"),
    "x_one_T": Kind("x_one_T", "[1 {a}]ᵀ", r"[1\; {a}]^{{\top}}", "what went in, transposed"),
    "a_one_T": Kind("a{l}_one_T", "[1 {a}]ᵀ", r"[1\; {a}]^{{\top}}", "what went in"),
    "delta_T": Kind("delta{l}_T", "({d})ᵀ", r"({d})^{{\top}}", "δ, transposed"),
    "grad_x": Kind(
        "grad_x", "∂{C}/∂{a}", r"\partial {C}/\partial {a}", "the gradient at the inputs"
    ),
    # gradients
    "grad_W": Kind(
        "grad_W{l}",
        "∂{C}/∂{W}",
        r"\partial {C}/\partial {W}",
        "the gradient of C with respect to the weights into layer {l}",
    ),
    "grad_W_data": Kind(
        "grad_W{l}_data",
        "∂{C}_data/∂{W}",
        r"\partial {C}_{{\mathrm{{data}}}}/\partial {W}",
        "the gradient of the data's cost alone",
    ),
    "l2_W": Kind("l2_W{l}", "(λ/m){W}", r"(\lambda/m){W}", "the pull of the penalty"),
    "grad_b": Kind(
        "grad_b{l}",
        "∂{C}/∂{b}",
        r"\partial {C}/\partial {b}",
        "the gradient of C with respect to the biases of layer {l}",
    ),
    "grad_b_column": Kind(
        "grad_b{l}_column",
        "(∂{C}/∂{b})ᵀ",
        r"(\partial {C}/\partial {b})^{{\top}}",
        "the biases' gradient as a column",
    ),
    "grad_Wb": Kind(
        "grad_Wb{l}",
        "∂{C}/∂{Wb}",
        r"\partial {C}/\partial {Wb}",
        "the gradient with respect to biases and weights",
    ),
    "grad_Wb_data": Kind(
        "grad_Wb{l}_data",
        "∂{C}_data/∂{Wb}",
        r"\partial {C}_{{\mathrm{{data}}}}/\partial {Wb}",
        "the same of the data's cost alone",
    ),
    "grad_Wb_frozen": Kind(
        "grad_Wb{l}_frozen",
        "∂{C}/∂{Wb} (W only)",
        r"\partial {C}/\partial {Wb}",
        "the same with 0 for the biases",
    ),
    # update
    "m": Kind("m_{tag}{l}", "m({p})", r"m({p})", "the running mean of the gradients"),
    "m_next": Kind(
        "m_{tag}{l}_next",
        "new m({p})",
        r"m({p})_{{\mathrm{{new}}}}",
        "the running mean after it",
    ),
    "m_kept": Kind(
        "m_kept_{tag}{l}", "m kept", r"m_{{\mathrm{{kept}}}}", "what is kept of the mean"
    ),
    "m_fresh": Kind(
        "m_fresh_{tag}{l}", "m fresh", r"m_{{\mathrm{{fresh}}}}", "what is new in the mean"
    ),
    "m_ahead": Kind("m_ahead_{tag}{l}", "μ new m", r"\mu m_{{\mathrm{{new}}}}", "a look ahead"),
    "m_hat": Kind("m_hat_{tag}{l}", "m̂({p})", r"\hat m({p})", "the mean, corrected"),
    "v": Kind("v_{tag}{l}", "v({p})", r"v({p})", "the running mean of the squares"),
    "v_next": Kind(
        "v_{tag}{l}_next",
        "new v({p})",
        r"v({p})_{{\mathrm{{new}}}}",
        "the mean square after it",
    ),
    "v_kept": Kind(
        "v_kept_{tag}{l}", "v kept", r"v_{{\mathrm{{kept}}}}", "what is kept of the mean square"
    ),
    "v_fresh": Kind(
        "v_fresh_{tag}{l}", "v fresh", r"v_{{\mathrm{{fresh}}}}", "what is new in the mean square"
    ),
    "v_hat": Kind("v_hat_{tag}{l}", "v̂({p})", r"\hat v({p})", "the mean square, corrected"),
    "gradient_squared": Kind(
        "gradient_squared_{tag}{l}",
        "(∂{C}/∂{p})²",
        r"(\partial {C}/\partial {p})^2",
        "the gradient, squared",
    ),
    "root": Kind("root_{tag}{l}", "√v", r"\sqrt{{v}}", "the root of the mean square"),
    "denominator": Kind("denominator_{tag}{l}", "√v + ε", r"\sqrt{{v}} + \epsilon", "the divisor"),
    "direction": Kind("direction_{tag}{l}", "direction({p})", r"d({p})", "which way to move"),
    "step_x": Kind("step_x", "η ∂{C}/∂{a}", r"\eta\,\partial {C}/\partial {a}", "the move"),
    "step_Wb": Kind("step_Wb{l}", "η ∂{C}/∂{Wb}", r"\eta\,\partial {C}/\partial {Wb}", "the move"),
    "x_next": Kind("x_next", "new {a}", r"{a}_{{\mathrm{{new}}}}", "the inputs after it"),
    "Wb_next": Kind(
        "Wb{l}_next", "new {Wb}", r"{W}_{{b,\mathrm{{new}}}}", "biases and weights after it"
    ),
    "step_W": Kind("step_W{l}", "η ∂{C}/∂{W}", r"\eta\,\partial {C}/\partial {W}", "the move"),
    "step_b": Kind("step_b{l}", "η ∂{C}/∂{b}", r"\eta\,\partial {C}/\partial {b}", "the move"),
    "W_next": Kind("W{l}_next", "new {W}", r"{W}_{{\mathrm{{new}}}}", "the weights after it"),
    "b_next": Kind("b{l}_next", "new {b}", r"{b}_{{\mathrm{{new}}}}", "the biases after it"),
}
"""Every kind of symbol, one row each."""


def words(symbol: Symbol) -> str:
    """What a person would say for `symbol`: "the weights into layer 2"."""
    return KINDS[symbol.kind].words.format(l=symbol.layer)
