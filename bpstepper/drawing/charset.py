"""The two alphabets a drawing can be made with: Unicode, and ASCII for where fonts lack `ᵀ` or `⎡`.

A `Charset` owns the glyphs that drawings are put together from, and the rewriting of formulas,
captions and names: `(W²)ᵀ δ²` is `(W2)^T delta2`. Numbers are spelled by `number_format`, which
needs to know only `Charset.ascii`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["ASCII", "UNICODE", "Charset"]


@dataclass(frozen=True)
class Charset:
    """One row: the glyphs of a drawing.

    Attributes:
        ascii: whether nothing but ASCII is let through.
        left: the opening bracket's pieces: of a first, a middle, a last and an only row.
        right: the same of the closing bracket.
        mark: what stands on either side of a marked cell.
        fed: the same for a cell that the chosen one feeds.
        cursor: the same for the cell under the cell cursor.
        times: the sign between the two numbers of a shape.
        rows_left_out: stands for rows that are not drawn.
        left_out: stands for columns that are not drawn, and for the end of a name.
        heat: one glyph for each level of a heat map, from far below 0 to far above it.
        pointers: stand over the columns, and beside the rows, of a window in a heat map.
    """

    ascii: bool
    left: tuple[str, str, str, str]
    right: tuple[str, str, str, str]
    mark: tuple[str, str]
    fed: tuple[str, str]
    cursor: tuple[str, str]
    times: str
    changed: str
    rows_left_out: str
    left_out: str
    heat: str
    pointers: tuple[str, str]

    def translate(self, text: str) -> str:
        """`text` in this alphabet: itself in Unicode, printable ASCII otherwise.

        What ASCII has no word for becomes one `?` for each character.
        """
        return _to_ascii(text) if self.ascii else text

    def bracket(self, row: int, rows: int) -> tuple[str, str]:
        """The opening and the closing bracket's piece beside line `row` of `rows` lines."""
        piece = 3 if rows == 1 else 0 if row == 0 else 2 if row == rows - 1 else 1
        return self.left[piece], self.right[piece]

    def around(self, role: str) -> tuple[str, str]:
        """What stands on either side of a cell with this role."""
        return self.fed if role == "fed" else self.cursor if role == "cursor" else self.mark


UNICODE = Charset(
    ascii=False,
    left=("⎡", "⎢", "⎣", "["),
    right=("⎤", "⎥", "⎦", "]"),
    mark=("▐", "▌"),
    fed=("‹", "›"),
    cursor=("►", "◄"),
    times="×",
    changed="*",
    rows_left_out="⋮",
    left_out="…",
    heat="≡═−·░▒▓",  # strokes, like a minus, below 0; shades above it
    pointers=("▾", "▸"),
)
ASCII = Charset(
    ascii=True,
    left=("[", "[", "[", "["),
    right=("]", "]", "]", "]"),
    mark=(">", "<"),
    fed=("{", "}"),
    cursor=("*", "*"),
    times="x",
    changed="~",
    rows_left_out=":",
    left_out="...",
    heat="%=-.+o#",
    pointers=("v", ">"),
)

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_WORDS = {
    **_GREEK,
    **{letter.upper(): word.capitalize() for letter, word in _GREEK.items()},
    "ς": "sigma",
    "ϵ": "epsilon",
    "Σ": "sum",
    "∑": "sum",
    "∏": "prod",
    "∇": "grad",
    "√": "sqrt",
    "∞": "inf",
    "ŷ": "y_hat",
}
_SIGNS = {
    "·": ".", "⊙": "(.)", "⊗": "(x)", "−": "-", "×": "x", "÷": "/", "⁄": "/", "±": "+-",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "∈": " in ", "∂": "d", "′": "'", "″": "''",
    "→": "->", "←": "<-", "↑": "^", "↓": "v", "↔": "<->", "⇄": "<->", "▸": ">", "◂": "<",
    "▶": ">", "◀": "<", "⋮": ":", "⋯": "...", "…": "...", "✓": "ok", "✗": "x", "•": "*",
    "●": "*", "○": "o", "⏎": "Enter", "⇥": "Tab", "–": "-", "—": "-", "‘": "'", "’": "'",
    "“": '"', "”": '"', "ß": "ss", "⎡": "[", "⎢": "[", "⎣": "[", "⎤": "]", "⎥": "]", "⎦": "]",
    "▐": ">", "▌": "<", "▏": "|", "█": "#", "▓": "#", "▒": "+", "░": ".",
    **dict.fromkeys("─━╌╍┄┅┈┉═", "-"),
    **dict.fromkeys("│┃╎╏┆┇║", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬", "+"),
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾", "0123456789+-=()")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()")
_TOKEN = re.compile(r"(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾]+)|(?P<lowered>[₀-₎]+)|(?P<transposed>ᵀ)|.", re.S)


@lru_cache(maxsize=4096)
def _to_ascii(text: str) -> str:
    """`text` as printable ASCII, token by token.

    A raised number is a layer's and simply follows (`a1`), unless it stands on a number or a
    parenthesis: then it is a power (`10^-4`, `(W1)^2`). A blank keeps a word apart from a letter
    next to it: `ηδ` is `eta delta`.
    """
    if text.isascii() and text.isprintable():
        return text
    out = ""
    after_word = False  # the next letter or digit would read as a part of what stands last
    before = ""
    for token in _TOKEN.finditer(text):
        glyph = token[0]
        if token["raised"]:
            plain = glyph.translate(_RAISED)
            on_number = out[-1:].isdigit() or out[-1:] == ")"
            out += plain if plain.isdigit() and not on_number else "^" + plain
            after_word = True
        elif token["lowered"]:
            out += "_" + glyph.translate(_LOWERED)
            after_word = True
        elif token["transposed"]:
            out += "^T"
            after_word = True
        elif glyph in _WORDS:
            out += (" " if out[-1:].isalnum() and before != "∂" else "") + _WORDS[glyph]
            after_word = True
        else:
            plain = _letter_to_ascii(glyph)
            out += (" " if after_word and plain[:1].isalnum() else "") + plain
            after_word = after_word and not plain
        before = glyph
    return out


def _letter_to_ascii(glyph: str) -> str:
    """One character as a sign, as itself without its accents, or as `?`."""
    if glyph in _SIGNS:
        return _SIGNS[glyph]
    if unicodedata.combining(glyph):
        return ""
    letters = unicodedata.normalize("NFKD", glyph)
    plain = "".join(_SIGNS.get(c, c) for c in letters if not unicodedata.combining(c))
    return plain if plain and plain.isascii() and plain.isprintable() else "?"
