"""Mathematics in words: what a screen reader says well in place of signs that it skips.

`δ¹ = ( (W²)ᵀ δ² ) ⊙ σ′(z¹)` is `delta1 = (W2 transposed times delta2) times, cell by cell, the
slope at z1`. One table of patterns serves formulas and prose; in a formula, what stands side by
side is also multiplied in words. Nothing is known here of any particular equation: this is an
alphabet, as `drawing.charset` has two, and it makes ASCII of everything mathematical.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.number_format import full, number

__all__ = ["spoken", "spoken_exactly", "spoken_formula", "spoken_number"]

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵗᶻᴸˡ", "0123456789+-()tzLl")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₐ", "0123456789ijka")
_UP, _DOWN, _DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵗᶻᴸˡ", "₀-₉ᵢⱼₖₐ", "⁰¹²³⁴-⁹"
_ANY = r"[^\W\d_¹²³\u2070-\u209c\u1d2c-\u1d6a\u02e1]"  # a letter that stands on its line
_FIRST = r"(?<![A-Za-z])"
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta",
    "λ": "lambda", "μ": "mu", "σ": "sigma", "φ": "phi", "θ": "theta", "Φ": "Phi", "Θ": "Theta",
    "Δ": "Delta",
}  # fmt: skip
_FUNCTIONS = (
    *sorted({row.glyph.text for row in ACTIVATIONS.values()}, key=len, reverse=True),
    *(
        "direction",
        "max",
        "exp",
        "ln",
        "m\u0302",
        "v\u0302",
        "f",
        "g",
        "h",
        "m",
        "v",
        "Φ",
        "φ",
        "δ",
    ),
)
_FUNCTION = f"{_FIRST}(" + "|".join(map(re.escape, _FUNCTIONS)) + ")"
_LETTER = f"{_FIRST}(?:Wb|{_ANY}\u0302?)"
_NAMED = f"(?:new )?{_ANY}+\u0302?[\\d{_UP}{_DOWN}]*"


@dataclass(frozen=True)
class _Row:
    """One row of the table of patterns; the first that fits is taken.

    Attributes:
        pattern: what is written.
        role: "operand", "open", "close", "prefix", "postfix" and "infix" as in arithmetic;
            "word" for all else.
        say: what is said, with the pattern's groups spoken; None for what is written.
    """

    pattern: re.Pattern[str]
    role: str
    say: str | Callable[[str], str] | None = None


def _row(pattern: str, role: str, say: str | Callable[[str], str] | None = None) -> _Row:
    return _Row(re.compile(pattern), role, say)


def _layered(text: str) -> str:
    """A letter with its layer: `W²` is W2, `m̂¹` is m hat 1."""
    letter = text.rstrip(_UP)
    layer = text[len(letter) :].translate(_RAISED).strip("()")
    said = spoken(letter)
    return f"{said} {layer}" if " " in said or not layer.isdigit() else said + layer


def _lowered(text: str) -> str:
    """A letter with an index: `β₁` is beta1, `aᵢ` is a i."""
    letter, index = text[0], text[1:].translate(_LOWERED)
    return _GREEK.get(letter, letter) + (index if index.isdigit() else " " + " ".join(index))


def _power(text: str) -> str:
    """A raised text that is no layer: `²` is squared, `⁻⁴` is to the minus 4."""
    plain = text.translate(_RAISED)
    known = {"2": "squared", "3": "cubed"}
    words = re.sub(r"(?<=\w)(?=[+-])", " ", plain).replace("-", "minus ").replace("+", "plus ")
    return known.get(plain, f"to the {words}")


_SIGNS = {
    "⊙": "times, cell by cell,", "·": "times", "×": "times", "−": "minus", "±": "plus or minus",
    "←": "becomes", "→": "to", "≤": "is at most", "≥": "is at least", "≠": "is not",
    "≈": "is about", "⊗": "times, each with each,",
}  # fmt: skip

_TABLE: tuple[_Row, ...] = (
    _row(r"\((general|W only)\)", "word", ", {0}"),
    _row("Σ over samples", "prefix", "the sum over the samples of"),
    _row(f"Σ[{_DOWN}]+", "prefix", lambda text: f"the sum over {text[1:].translate(_LOWERED)} of"),
    _row("Σ", "prefix", "the sum of"),
    _row("√", "prefix", "the root of"),
    _row(r"\[1 ([^\[\]]+)\]ᵀ", "operand", "{0} with a leading 1, transposed"),
    _row(r"\[1 ([^\[\]]+)\]", "operand", "{0} with a leading 1"),
    _row(r"\[(∂[^\s\]]+) (∂[^\s\]]+)\]", "operand", "{0} beside {1}"),
    _row(r"\(([^()]*)\)ᵀ", "operand", "{0} transposed"),
    _row(rf"({_LETTER}[{_UP}]*)ᵀ", "operand", "{0} transposed"),
    _row(rf"({_ANY}{{2,}})ᵀ", "operand", "{0} transposed"),
    _row(rf"∂([A-Z](?:_\w+)?)/∂({_NAMED})", "operand", "grad {0} by {1}"),
    _row(rf"∂({_NAMED})/∂({_NAMED})", "operand", "the derivative of {0} by {1}"),
    _row(rf"{_ANY}+′\(([^()]*)\)", "operand", "the slope at {0}"),
    _row(rf"(?<=no ){_ANY}+′", "operand", "slope"),
    _row(rf"{_ANY}+′", "operand", "the slope"),
    _row(r"([A-Z])⁻¹", "operand", "{0} inverse"),
    _row(rf"{_FIRST}e\^", "prefix", "e to the"),
    _row(rf"{_FIRST}e(?=[⁻ᶻᵗ])", "operand"),
    _row(rf"{_FIRST}([wxy])²", "operand", "{0} squared"),
    _row(rf"({_ANY}{{2,}})²\(([^()\s]+)\)", "operand", "{0} squared of {1}"),
    _row(rf"({_ANY}{{2,}})²(?=\()", "prefix", "{0} squared of"),
    _row(rf"(?<=to )[{_DIGITS}]+", "word", lambda text: f"layer {text.translate(_RAISED)}"),
    _row(rf"{_LETTER}[{_DIGITS}⁽ᴸˡ][{_UP}]*", "operand", _layered),
    _row(rf"{_ANY}[{_DOWN}]+", "operand", _lowered),
    _row(f"[{_DOWN}]+", "postfix", lambda text: text.translate(_LOWERED)),
    _row(rf"{_FUNCTION}\(([^()\s]+)\)", "operand", "{0} of {1}"),
    _row(rf"{_FUNCTION}(?=\()", "prefix", "{0} of"),
    _row(r"\bln(?= )", "prefix", "ln"),
    _row(r"new(?= )", "prefix"),
    _row("½", "operand", "one half"),
    _row("¼", "operand", "one quarter"),
    _row("ŷ", "operand", "y hat"),
    _row(f"({_ANY})\u0302", "operand", "{0} hat"),
    _row("∞", "operand", "infinity"),
    _row(r"(?<=\d)\s?×\s?(?=\d+(?![\d.]))", "word", " by "),
    _row(r"(?<=to )×(?= from)|(?<=from )×(?= to)", "word", "by"),
    _row(r"(?<=[\dα-ω)])/(?=[mn(])", "infix", " over "),
    _row("[" + "".join(_SIGNS) + "]", "infix", lambda text: _SIGNS[text]),
    _row(rf"[{_UP}]+", "postfix", _power),
    _row("[" + "".join(_GREEK) + r"](?![\u0370-\u03ff])", "operand", lambda text: _GREEK[text]),
    _row("ᵀ", "postfix", ", transposed"),
    _row("∂", "operand", "partial"),
    _row(r"(\d+)(m|n)\b", "operand", "{0} {1}"),
    _row(r"\d[\d.,]*(?<![.,])", "operand"),
    _row(r"C_\w+|Wb(?!\w)", "operand"),
    _row(rf"{_ANY}(?:{_ANY}|\d)+", "word"),
    _row(_ANY, "operand"),
    _row(r"\(|\[", "open"),
    _row(r"\)|\]", "close"),
    _row(r"[+=/]", "infix"),
    _row(r"▸ ?|‖", "word", ""),
    _row(r"(?s).", "word"),
)
_IN_FORMULAS = {"/": "over", "+": "plus"}
_ENDS, _STARTS = ("operand", "close", "postfix"), ("operand", "open", "prefix")


def spoken(text: str) -> str:
    """Prose with its mathematics in words; all else stays as it is."""
    return _said(text, formula=False)


def spoken_formula(text: str) -> str:
    """A formula in words, every product among them."""
    return _said(text, formula=True)


_ORDINARY = re.compile(r"[A-Za-z]{3,}(?=[ ,.;:?!\n])")


@lru_cache(maxsize=1 << 10)
def _said(text: str, formula: bool) -> str:
    if not formula and text.isascii():
        return text
    out, at, before, last = "", 0, "", ""
    while at < len(text):
        ordinary = None if formula else _ORDINARY.match(text, at)
        row, found = (_WORD, ordinary) if ordinary else _first(text, at)
        written = found[0]
        said = _words(row, found)
        if formula:
            said = _IN_FORMULAS.get(said, said)
        elif written == "⊙" and (before not in _ENDS or last in ("A", "a")):
            said = _NOUN[bool(before in _ENDS)]
        if before in _ENDS and _multiplies(row, text, at, formula):
            out = out.rstrip() + " times "
        changed = said != written
        if _needs_gap(out, said, changed or formula, row.role, before):
            out += " "
        out += said
        at = found.end()
        if changed and text[at : at + 1].isalnum() and said[-1:].isalnum():
            out += " " if text[at] not in _UP + _DOWN else ""
        if not written.isspace():
            before, last = row.role, written
    out = re.sub(r"\b(the (?:sum|root)) of$", r"\1", out.strip())
    out = re.sub(r"\bof \((\w+)\)", r"of \1", out)
    out = re.sub(r"(?<=[(\[]) +| +(?=[)\],.;:?!])", "", out)
    return re.sub(r"  +", " ", out)


_WORD = _TABLE[-1]
_NOUN = ("a Hadamard product", "Hadamard product")


def _first(text: str, at: int) -> tuple[_Row, re.Match[str]]:
    """The first row that fits here; the last one fits any character."""
    return next((row, found) for row in _TABLE if (found := row.pattern.match(text, at)))


def _words(row: _Row, found: re.Match[str]) -> str:
    if row.say is None:
        return found[0]
    if callable(row.say):
        return row.say(found[0])
    return row.say.format(*(spoken(group) for group in found.groups()))


def _multiplies(row: _Row, text: str, at: int, formula: bool) -> bool:
    """Whether what starts here is multiplied with what stands before it.

    In prose only a parenthesis right behind a factor is: `2(a − y)`, `σ(z)(1 − σ(z))`.
    """
    if formula:
        return row.role in _STARTS
    return row.role == "open" and not text[at - 1].isspace()


def _needs_gap(out: str, said: str, apart: bool, role: str, before: str) -> bool:
    """Whether words would else run into what stands before them."""
    if not out or not said or not (out[-1].isalnum() or out[-1] in ")]"):
        return False
    if role == "open":
        return before in ("prefix", "infix")
    return apart and role != "close" and said[0].isalnum()


# ── numbers ──────────────────────────────────────────────────────────────────────────────────


def spoken_number(x: float, digits: int = 4) -> str:
    """One number: `minus 0.0381`, `1.93 times 10 to the minus 22`, `infinity`."""
    return _spelled(number(x, digits, ascii=True))


def spoken_exactly(x: float) -> str:
    """One number with all its digits."""
    return _spelled(full(x, ascii=True))


_NO_NUMBERS = {"inf": "infinity", "NaN": "not a number"}


def _spelled(text: str) -> str:
    sign, digits = ("minus ", text[1:]) if text[:1] == "-" else ("", text)
    mantissa, e, exponent = _NO_NUMBERS.get(digits, digits).partition("e")
    if not e or not exponent.lstrip("-").isdigit():
        return sign + mantissa + e + exponent
    return f"{sign}{mantissa} times 10 to the {exponent.replace('-', 'minus ')}"
