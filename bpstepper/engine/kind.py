"""A kind of symbol: all that is known of a quantity before any network is.

How it is called and written, what its axes are, what its gradient is, whose numbers it holds:
each is a column here, and whoever asks reads it, so that a new kind of quantity is one row. The
rows of the two passes are in `pass_kinds`, those of the moves in `update_kinds`; `symbols` has
them all.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FORMS", "Kind"]


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
        stem: template of what one cell is called, before its units: `δ` in δ(h1). It knows the
            letters without a layer, `{w}` (a single weight), `{J}` (a Jacobian), `{minus}` (where
            a book has the other sign) and `{residual}`. Empty: the symbol's own name.
        role: what a number of this kind is to training: "parameter" (what is learned),
            "activation" (the inputs among them), "weighted_input", "state" (what an optimizer
            keeps), "step" (how far something moves); empty for all else.
        form: what the axes are, where that follows from kind and layer: see `FORMS`.
        public: whether files may name it: `[[expect]]`, `[[notes]]`.
        gradient: the kind that holds ∂C/∂(this); empty where an update keeps none.
        of: for a derivative, what is differentiated: a cost's kind, or "a".
        by: for a derivative, the kind it is taken with respect to.
        copy_of: the kind whose numbers these are, in another order or with a leading 1.
        masks: the kind whose numbers these are, with 0 for what is not trained.
        whole: for a parameter, the kind of the matrix that it is a part of where biases are
            folded into the weights.
        moves: for a step of an update, or what comes out of it: the kind that moves.
    """

    key: str
    text: str
    latex: str
    words: str
    stem: str = ""
    role: str = ""
    form: str = ""
    public: bool = False
    gradient: str = ""
    of: str = ""
    by: str = ""
    copy_of: str = ""
    masks: str = ""
    whole: str = ""
    moves: str = ""

    @property
    def has_layer(self) -> bool:
        """Whether there is one for each layer."""
        return "{l}" in self.key

    @property
    def is_filing(self) -> bool:
        """Whether it is other numbers, filed anew: nothing has been computed."""
        return bool(self.copy_of or self.masks)

    @property
    def is_of_cost(self) -> bool:
        """Whether it is a derivative of C, or of a part of it."""
        return self.of.startswith("C")


FORMS: dict[str, str] = {
    "number": "a single number",
    "units": "units of the layer × samples",
    "with_one": "units of the layer and a leading 1 × samples",
    "stack": "samples × units × units",
    "weights": "(to, from) or (from, to), by the layout",
    "turned": "the same, transposed",
    "biases": "(n_l,) along the units",
    "folded": "weights with the biases before those from the first unit",
    "folded_turned": "the same, transposed",
}
"""What the axes of a kind may be."""
