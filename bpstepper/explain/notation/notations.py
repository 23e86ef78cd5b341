"""The notations there are: one row for each book, with what it writes otherwise.

Where a book has something that this program does not show, or the other way round, the row says
so instead of showing a line that would not be true. What a notation is, and what is done with it,
is in `notation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpstepper.engine.compile.symbol_spelling import LETTERS, Spelling
from bpstepper.engine.symbols import KINDS, Name, superscript
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.explain.notation.letters import OWN
from bpstepper.explain.notation.notation import Notation

__all__ = ["NOTATIONS"]


def _letters(**own: Name) -> dict[str, Name]:
    return {**LETTERS, **own}


def _in_parentheses(layer: int) -> str:
    return f"⁽{superscript(layer)}⁾"


def _cited(source: str, *rows: str, **own: str) -> dict[str, str]:
    """Rows of `EQUATIONS` → where a book has them."""
    return {**dict.fromkeys(rows, source), **own}


_PARENTHESES = "^{{({n})}}"
_BIASES_APART = {
    "{grad_b} = what stands for the 1 in ∂C/∂Wb": "{grad_b} = what stands for the 1 in {grad_Wb}"
}
_JACOBIAN = {"jacobian": Name("∂{a}/∂{z}", r"\partial {a}/\partial {z}")}
"""Softmax's Jacobian, where J is the cost."""
_JACOBIAN_OF = {"J": Name("Jacobian of", r"\operatorname{Jacobian}")}

_BACKWARD = ("BP1", "BP2", "BP2_input", "BP3", "BP4", "BP4_data")
_FORWARD = ("z", "z_folded", "a")

# ── books that differ in letters and numbers ─────────────────────────────────────────────────

_NIELSEN = Notation(
    id="nielsen",
    title="Nielsen, Neural Networks and Deep Learning",
    says="Nielsen counts the inputs as layer 1: his w² and δ² are W¹ and δ¹ of the file.",
    spelling=Spelling(
        letters=_letters(W=Name("w", "w"), Wb=Name("wb", "w_b")),
        layer_of_inputs=1,
        first_weights=2,
        formulas=_BIASES_APART,
    ),
    one_sample=True,
)

_BISHOP = Notation(
    id="bishop",
    title="Bishop, Pattern Recognition and Machine Learning",
    says="Bishop's a is the weighted input, our z, and his z the activation, our a; t is the "
    "target, y the output, E the cost.",
    spelling=Spelling(
        letters=_letters(
            a=Name("z", "z"),
            z=Name("a", "a"),
            b=Name("w₀", "{w_0}"),
            C=Name("E", "E"),
            y=Name("t", "t"),
        ),
        inputs=Name("x", "x"),
        outputs=Name("y", "y"),
        raised=_in_parentheses,
        raised_latex=_PARENTHESES,
        formulas=_BIASES_APART,
        sources=_cited(
            "Bishop, PRML (5.56)",
            "BP2",
            "BP2_input",
            z="Bishop, PRML (5.48)",
            a="Bishop, PRML (5.49)",
            BP1="Bishop, PRML (5.51)",
            COLLAPSE="Bishop, PRML (5.54)",
            BP3="Bishop, PRML (5.53)",
            BP4="Bishop, PRML (5.53)",
            BP4_data="Bishop, PRML (5.53)",
        ),
    ),
    one_sample=True,
)

_GOODFELLOW = Notation(
    id="goodfellow",
    title="Goodfellow, Bengio and Courville, Deep Learning",
    says="a is before and h after the activation; g is ∂J/∂a: the book's one g, once f′ is in it; "
    "∂J/∂W is its ∇J for W.",
    spelling=Spelling(
        letters=_letters(a=Name("h", "h"), z=Name("a", "a"), d=Name("g", "g"), C=Name("J", "J")),
        inputs=Name("x", "x"),
        outputs=Name("ŷ", r"\hat{y}"),
        raised=_in_parentheses,
        raised_latex=_PARENTHESES,
        kinds=_JACOBIAN,
        formulas=_BIASES_APART,
        functions=_JACOBIAN_OF,
        sources={
            **_cited("Deep Learning, algorithm 6.3", *_FORWARD),
            **_cited("Deep Learning, algorithm 6.4", *_BACKWARD),
        },
    ),
    remarks=dict.fromkeys(
        ("BP2", "BP2_jacobian"),
        "The book overwrites one g on its way back; here each layer keeps its own.",
    ),
)

_NG = Notation(
    id="ng",
    title="Ng, Machine Learning (the course)",
    says="Θ⁽¹⁾ leads from layer 1, the inputs, to layer 2: z⁽²⁾, a⁽²⁾ and δ⁽²⁾ are layer 1 of the "
    "file; Θ₀ are the biases.",
    spelling=Spelling(
        letters=_letters(
            W=Name("Θ", r"\Theta"),
            b=Name("Θ₀", r"{\Theta_0}"),
            Wb=Name("Θ", r"\Theta"),
            C=Name("J", "J"),
        ),
        folded={"W": Name("Θ₁₊", r"{\Theta_{1+}}")},
        layer_of_inputs=1,
        first_weights=1,
        raised=_in_parentheses,
        raised_latex=_PARENTHESES,
        kinds={**_JACOBIAN, "Wb_next": Name("new {Wb}", r"{Wb}_{{\mathrm{{new}}}}")},
        formulas=_BIASES_APART,
        functions={**_JACOBIAN_OF, "σ": Name("g", "g")},
        sources=_cited("Ng, Machine Learning, week 5", *_FORWARD, *_BACKWARD, "COLLAPSE"),
    ),
    weight="Θ",
    stems={"b": "Θ₀", "grad_b": "∂J/∂Θ₀", "grad_b_column": "∂J/∂Θ₀", "b_next": "new Θ₀"},
    one_sample=True,
)

# ── a book that has other words ──────────────────────────────────────────────────────────────


_UPSTREAM = "upstream × local: what arrives, times the slope of this unit"
_AT_WIRES = "upstream × local: dz at the wire's end, times what went into the wire"

_CS231N = Notation(
    id="cs231n",
    title="CS231n, lecture notes",
    says="dX is short for ∂L/∂X, as in code: dW2 is ∂C/∂W² of the file, and dz2 its δ². Each step "
    "is upstream × local.",
    spelling=Spelling(
        letters=_letters(
            a=Name("h", "h"),
            d=Name("dz", "dz"),
            Wb=Name("Wb", r"\mathit{Wb}"),
            C=Name("L", "L"),
        ),
        inputs=Name("X", "X"),
        raised=str,
        raised_latex="_{{{n}}}",
        kinds={
            "loss_slope": Name("dloss/d{a}", r"d\ell/d{a}"),
            "grad_a": Name("d{a}", "d{a}"),
            "grad_x": Name("d{a}", "d{a}"),
            "grad_W": Name("d{W}", "d{W}"),
            "grad_W_data": Name("d{W} of the data", r"d{W}^{{\mathrm{{data}}}}"),
            "grad_b": Name("d{b}", "d{b}"),
            "grad_b_column": Name("(d{b})ᵀ", r"(d{b})^{{\top}}"),
            "grad_Wb": Name("d{Wb}", "d{Wb}"),
            "grad_Wb_data": Name("d{Wb} of the data", r"d{Wb}^{{\mathrm{{data}}}}"),
            "grad_Wb_frozen": Name("d{Wb} (W only)", "d{Wb}"),
            "gradient_squared": Name("(d{p})²", "(d{p})^2"),
            "W_next": Name("new {W}", r"{W}^{{\mathrm{{new}}}}"),
            "b_next": Name("new {b}", r"{b}^{{\mathrm{{new}}}}"),
            "Wb_next": Name("new {Wb}", r"{Wb}^{{\mathrm{{new}}}}"),
            "delta_general": Name("{d} (general)", r"{d}^{{\mathrm{{general}}}}"),
        },
        formulas=_BIASES_APART,
        sources=_cited("CS231n, Backpropagation", *_FORWARD, *_BACKWARD),
    ),
    stems={
        "loss_slope": "dloss/dh",
        "grad_a": "dh",
        "grad_x": "dX",
        "grad_W": "dW",
        "grad_W_data": "dW of the data",
        "grad_b": "db",
        "grad_b_column": "db",
        "grad_Wb": "dW",
        "grad_Wb_data": "dW of the data",
        "grad_Wb_frozen": "dW",
    },
    weight="W",
    headings={
        ("BP1", "hadamard"): _UPSTREAM,
        ("BP1", "jacobian_product"): "upstream × local, and local is a whole Jacobian here",
        ("BP2", "hadamard"): _UPSTREAM,
        ("BP2", "jacobian_product"): "upstream × local, and local is a whole Jacobian here",
        ("BP2", "matmul"): "upstream × local on each wire; where wires meet, they add",
        ("BP4", "matmul"): _AT_WIRES,
        ("BP3", "identity"): "upstream × local, and local is 1",
        ("BP3", "sum_samples"): "upstream × local, and local is 1; added up over the samples",
    },
)

# ── books in which δ has the other sign ──────────────────────────────────────────────────────

_GRADIENTS = (
    "loss_slope",
    *(kind for kind, row in KINDS.items() if row.of in ("C", "C_data") and "{d}" not in row.text),
)
"""What has the gradient's sign and no letter of its own."""
_OF_OPTIMIZERS = tuple(
    dict.fromkeys(kind for optimizer in OPTIMIZERS.values() for kind in optimizer.signed)
)
_AVERAGES = tuple(
    law
    for optimizer in OPTIMIZERS.values()
    for law, words in optimizer.laws.items()
    if words.averages_gradients
)
_STEPS = {kind: KINDS[row.moves].text for kind, row in KINDS.items() if row.role == "step"}


_DESCENT = {
    "({a} − {y})": "({y} − {a})",
    "{a} − {y}": "{y} − {a}",
    "{grad_W} = {grad_W_data} + {decay} {W}": "{grad_W} = {grad_W_data} − {decay} {W}",
}
"""The formulas in which a gradient has the other sign; losses and optimizers have their own."""


def _with_minus(kind: str) -> Name:
    row = KINDS[kind]
    return Name(f"−{row.text}", f"-{row.latex}")


_DUDA = Notation(
    id="duda",
    title="Duda, Hart and Stork, Pattern Classification",
    says="δ is −∂J/∂net here, the direction of descent, and steps are added: each number that "
    "follows from δ has the other sign. net is our z; y and, at the output, z are our a.",
    spelling=Spelling(
        letters=_letters(
            a=Name("y", "y"),
            z=Name("net", r"\mathrm{net}"),
            b=Name("w₀", "{w_0}"),
            C=Name("J", "J"),
            y=Name("t", "t"),
        ),
        inputs=Name("x", "x"),
        outputs=Name("z", "z"),
        kinds={
            **_JACOBIAN,
            **{kind: _with_minus(kind) for kind in _GRADIENTS},
            **{kind: Name(f"Δ{p}", rf"\Delta {p}") for kind, p in _STEPS.items()},
            "residual": Name("{y} − {a}", "{y} - {a}"),
        },
        formulas={**_BIASES_APART, **_DESCENT},
        descends=True,
        functions=_JACOBIAN_OF,
        sources=_cited("Duda, Hart and Stork, 6.3", *_FORWARD, *_BACKWARD, "COLLAPSE"),
    ),
    stems={"step_W": "Δw", "step_b": "Δw₀", "step_Wb": "Δw", "step_x": "Δx"},
    turned=frozenset(
        {*_GRADIENTS, *_OF_OPTIMIZERS, *_STEPS, "residual", "delta", "delta_general", "delta_T"}
    ),
    stands_for_text="{d} stands for −∂{C}/∂{z}",
    headings={
        ("BP1", "subtract"): "which way each output should go",
        ("COLLAPSE", "subtract"): "target less output",
        ("L2", "subtract"): "less the pull, which has kept its sign",
        ("UPDATE", "scale"): "how far: η times the direction of descent",
        ("UPDATE", "add"): "and along it",
    },
    remarks={
        **dict.fromkeys(
            ("BP1", "BP1_jacobian", "BP2", "BP2_jacobian"), "δ is the gradient with the other sign."
        ),
        "COLLAPSE": "δ is the gradient with the other sign: t − z, not z − t.",
        "UPDATE": "The book adds Δ, because δ has its minus already: the new weights are the same.",
        **dict.fromkeys(
            _AVERAGES,
            "What is averaged has the other sign, too, as the gradient has.",
        ),
    },
    one_sample=True,
)

# ── two words for one number ─────────────────────────────────────────────────────────────────

_BOTH = Notation(
    id="both",
    title="Error signal and gradient, both labels",
    says="One number, two labels: what some books call the error signal δ is the gradient ∂C/∂z. "
    "It is one algorithm.",
    spelling=Spelling(
        formulas={
            formula: formula.replace("{delta} = ", "{delta} = ∂{C}/∂{z} = ", 1)
            for formula in (
                "{delta} = {s}{loss_slope} ⊙ {slope}",
                "{delta} = {jacobian} · {s}{loss_slope}",
                "{delta} = {s}{difference}",
                "{delta} = ( {back} ) ⊙ {slope}",
                "{delta} = {jacobian} · ( {back} )",
            )
        },
    ),
    captions={"delta": Name("{d} = ∂{C}/∂{z}", r"{d} = \partial {C}/\partial {z}")},
    stands_for_text="error signal {d} = gradient ∂{C}/∂{z}",
    headings={
        ("COLLAPSE", "subtract"): "error signal: output less target; the gradient ∂C/∂z: the same",
        ("BP1", "hadamard"): "error signal, and gradient ∂C/∂z: back through the unit's slope",
        ("BP2", "matmul"): "error signals added up along the wires, or gradient ∂C/∂a: one sum",
        ("BP2", "hadamard"): "error signal, and gradient ∂C/∂z: back through the unit's slope",
    },
)

NOTATIONS: Mapping[str, Notation] = MappingProxyType(
    {
        row.id: row
        for row in (
            OWN,
            _NIELSEN,
            _BISHOP,
            _GOODFELLOW,
            _NG,
            _CS231N,
            _DUDA,
            _BOTH,
        )
    }
)
"""Every notation by its id; the first is the program's own."""
