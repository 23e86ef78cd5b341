"""Equations: the laws of backpropagation as a table, and how one of them is written.

A row is a law with its formula as a *template*; the same template yields the text on the screen
and the LaTeX in a report, so that the two cannot differ. In a template `{z}` is a symbol of the
step's own layer, `{a-}` one of the layer before, `{W+}` one of the layer after, `{f}` the sign
of the layer's activation, `{T}` a transpose, and `{forward}`, `{back}`, `{outer}` the products
as the layout writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bpstepper.engine.symbols import Name

__all__ = ["EQUATIONS", "PHASES", "Equation", "Law", "write"]

PHASES = ("forward", "cost", "backward", "gradients", "update")
"""The phases of one update, in order."""


@dataclass(frozen=True)
class Law:
    """One row of the table.

    Attributes:
        law: FF, COST, COLLAPSE, BP1 … BP4, L2, OPTIMIZER or UPDATE, or a layer kind's own.
        phase: one of `PHASES`.
        formula: its template.
        source: book and equation number; empty where the loss has its own.
    """

    law: str
    phase: str
    formula: str
    source: str


@dataclass(frozen=True, eq=False)
class Equation:
    """A law at one layer, written out; the tag that makes operations one step.

    Attributes:
        law: as in `Law`.
        phase: as in `Law`.
        layer: the layer it is about; None for the cost.
        formula: for a terminal, such as `z¹ = W¹a⁰ + b¹`.
        latex: the same for paper.
        source: book and equation number.
        row: the key in `EQUATIONS` that it was written from.
        cross_check: True for a path that is shown beside the one the update takes.
    """

    law: str
    phase: str
    layer: int | None
    formula: str
    latex: str
    source: str
    row: str
    cross_check: bool = False


EQUATIONS: dict[str, Law] = {
    "z": Law("FF", "forward", "{z} = {forward} + {b}", "Nielsen ch. 2 (25)"),
    "z_folded": Law("FF", "forward", "{z} = {forward}", "Bishop, PRML (5.9)"),
    "a": Law("FF", "forward", "{a} = {f}({z})", "Nielsen ch. 2 (25)"),
    "C": Law("COST", "cost", "{C} = {c}Σ {loss}", ""),
    "C_data": Law("COST", "cost", "{C_data} = {c}Σ {loss}", ""),
    "C_l2": Law("L2", "cost", "{C_l2} = {half_decay} Σ w²", "Nielsen ch. 3 (87)"),
    "C_sum": Law("L2", "cost", "{C} = {C_data} + {C_l2}", "Nielsen ch. 3 (87)"),
    "BP1": Law("BP1", "backward", "{delta} = {s}{loss_slope} ⊙ {slope}", "Nielsen ch. 2 (BP1)"),
    "BP1_jacobian": Law(
        "BP1", "backward", "{delta} = {jacobian} · {s}{loss_slope}", "Bishop, PRML (4.106)"
    ),
    "COLLAPSE": Law("COLLAPSE", "backward", "{delta} = {s}{difference}", "Nielsen ch. 3"),
    "BP2": Law("BP2", "backward", "{delta} = ( {back} ) ⊙ {slope}", "Nielsen ch. 2 (BP2)"),
    "BP2_jacobian": Law(
        "BP2", "backward", "{delta} = {jacobian} · ( {back} )", "Nielsen ch. 2 (BP2)"
    ),
    "BP2_unit": Law("BP2", "backward", "{delta} = {grad_a} ⊙ {slope}", "Nielsen ch. 2 (BP2)"),
    "BP2_unit_jacobian": Law(
        "BP2", "backward", "{delta} = {jacobian} · {grad_a}", "Nielsen ch. 2 (BP2)"
    ),
    "BP2_input": Law("BP2", "backward", "{grad_x} = {back}", "Nielsen ch. 2 (BP2)"),
    "BP4": Law("BP4", "gradients", "{grad_W} = {outer}", "Nielsen ch. 2 (BP4)"),
    "BP4_data": Law("BP4", "gradients", "{grad_W_data} = {outer}", "Nielsen ch. 2 (BP4)"),
    "BP4_folded": Law("BP4", "gradients", "{grad_Wb} = {outer}", "Nielsen ch. 2 (BP4)"),
    "BP4_folded_data": Law("BP4", "gradients", "{grad_Wb_data} = {outer}", "Nielsen ch. 2 (BP4)"),
    "joined": Law("BP4", "gradients", "{grad_Wb} = [{grad_b} {grad_W}]", "Nielsen ch. 2 (BP4)"),
    "L2": Law("L2", "gradients", "{grad_W} = {grad_W_data} + {decay} {W}", "Nielsen ch. 3 (88)"),
    "BP3": Law("BP3", "gradients", "{grad_b} = {delta}", "Nielsen ch. 2 (BP3)"),
    "BP3_batch": Law(
        "BP3", "gradients", "{grad_b} = Σ {delta} over samples", "Nielsen ch. 2 (BP3)"
    ),
    "BP3_folded": Law(
        "BP3", "gradients", "{grad_b} = what stands for the 1 in ∂C/∂Wb", "Nielsen ch. 2 (BP3)"
    ),
    "UPDATE": Law("UPDATE", "update", "", ""),  # each optimizer writes its own formula
    "frozen_biases": Law(
        "OPTIMIZER", "update", "{grad_Wb_frozen} = {grad_Wb} with 0 for the biases", "bpstepper"
    ),
}
"""Every law, by the name the compiler calls it with; optimizers add their own."""


_LITERALS = {
    "⊙": r"\odot ",
    "Σ": r"\sum ",
    "−": "-",
    "←": r"\leftarrow ",
    "½": r"\tfrac{1}{2}",
    "·": r"\cdot ",
    "η": r"\eta ",
    "λ": r"\lambda ",
    "ln": r"\ln ",
    "²": "^2",
    "∂": r"\partial ",
    "C_data": r"C_{\mathrm{data}}",
    "C_l2": r"C_{\ell_2}",
    "over samples": r"\text{ over samples}",
    "over units": r"\text{ over units}",
    "with 0 for the biases": r"\text{ with 0 for the biases}",
    "what stands for the 1 in ∂C/∂Wb": r"\text{what stands for the 1 in }\partial C/\partial W_b",
    "what stands for the 1 in": r"\text{what stands for the 1 in}",
    "β₁": r"\beta_1",
    "β₂": r"\beta_2",
    "μ": r"\mu ",
    "α": r"\alpha ",
    "ε": r"\epsilon ",
    "√": r"\surd ",
    "ᵗ": "^t",
}
_LITERAL = re.compile("|".join(re.escape(key) for key in sorted(_LITERALS, key=len, reverse=True)))
_TOKEN = re.compile(r"\{([^{}]+)\}")


def write(template: str, resolve: Callable[[str], Name | str]) -> Name:
    """Write a template out as text and LaTeX.

    Args:
        template: see the module's docstring.
        resolve: what a token stands for: a Name, or another template.
    """
    text, latex, end = [], [], 0
    for found in _TOKEN.finditer(template):
        literal = template[end : found.start()]
        meant = resolve(found.group(1))
        name = write(meant, resolve) if isinstance(meant, str) else meant
        text += [literal, name.text]
        latex += [_literal_latex(literal), name.latex]
        end = found.end()
    text.append(template[end:])
    latex.append(_literal_latex(template[end:]))
    return Name("".join(text), "".join(latex))


def _literal_latex(text: str) -> str:
    return _LITERAL.sub(lambda found: _LITERALS[found.group()], text)
