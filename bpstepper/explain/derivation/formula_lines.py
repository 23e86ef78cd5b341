"""How a line of a derivation is spelled: its formula by names, and the same with numbers.

A line keeps its terms, so that a page may show as many digits as a viewer asks for, and a test may
hold each value to what its numbers say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bpstepper.explain.provenance import SpelledTerm
from bpstepper.number_format import number

__all__ = ["DerivationLine", "written"]

_MOST_FACTORS = 8  # of a line that is spelled out in numbers
_MOST_ARGUMENTS = 6


@dataclass(frozen=True)
class DerivationLine:
    """One line of a derivation.

    Attributes:
        name: what the line is about, such as `∂C/∂z(o1)`.
        formula: what that is, in symbols; empty where only the numbers are new.
        value: the number, or None where it is still to come.
        why: a few words, or empty.
        indent: how deep within the derivation, from 0.
        terms: what the value is the sum of; the arguments where it is a function.
        glue: what stands before, between and after the arguments of a function.
        function: the function, or None where the value is the sum of the terms.
    """

    name: str
    formula: str
    value: float | None
    why: str
    indent: int
    terms: tuple[SpelledTerm, ...] = ()
    glue: tuple[str, ...] = ()
    function: Callable[[Sequence[float]], float] | None = None

    @property
    def numbers(self) -> str:
        """The formula with numbers for its names; empty where that says no more than the value."""
        return self.spelled()

    def spelled(self, digits: int = 4, *, ascii: bool = False) -> str:  # noqa: A002
        """The same with so many significant digits, the numbers in Unicode or in ASCII."""
        factors = [factor for term in self.terms for factor in term.factors]
        alone = self.function is None and len(factors) == 1 and self.terms[0].sign > 0
        folded = any(not factor.name for factor in factors) or len(factors) > _MOST_FACTORS
        if not factors or alone or folded:
            return ""
        texts = [number(factor.value, digits, ascii=ascii) for factor in factors]
        return written(self.terms, self.glue, texts, guarded=True)


def written(
    terms: Sequence[SpelledTerm], glue: Sequence[str], texts: Sequence[str], guarded: bool = False
) -> str:
    """Terms with these texts for their factors: `δ(o1) × a(h2)`, `σ(z(h1))`.

    Numbers are `guarded`: a minus after a plus, a minus or a comma stands in parentheses.
    """
    if glue:
        given = [_guarded(text, guarded and position > 0) for position, text in enumerate(texts)]
        if len(given) + 1 != len(glue):
            inner = ", ".join(given if len(given) <= _MOST_ARGUMENTS else [given[0], "…"])
            return f"{glue[0]}{inner}{glue[-1]}"
        if len(given) == 1 and guarded and glue[0].endswith("("):
            given = [texts[0]]
        pieces = [glue[0]]
        for text, after in zip(given, glue[1:], strict=True):
            pieces += [text, after if after[:1] == ")" else f" {after} "]
        return "".join(pieces).strip()
    out, rest = "", iter(texts)
    for position, term in enumerate(terms):
        factors = [next(rest) for _ in term.factors]
        after_sign = guarded and (position > 0 or term.sign < 0)
        factors[:1] = [_guarded(text, after_sign) for text in factors[:1]]
        own = " × ".join(factors)
        sign = (" − " if position else "−") if term.sign < 0 else (" + " if position else "")
        out += sign + (own or "1")
    return out


def _guarded(text: str, after_sign: bool) -> str:
    """A number as it stands behind a sign: `0.1 − (−0.2)`."""
    return f"({text})" if after_sign and text[:1] in "-−" else text
