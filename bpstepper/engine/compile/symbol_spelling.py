"""A spelling: with which letters names and formulas are written, and how layers are counted.

Books write the same quantities with other letters: what is `W¹` here is `w²` in one and `Θ⁽¹⁾` in
another. `symbols` says of each kind of symbol what it is made of (`∂{C}/∂{W}`) and `equations`
how a law is put together; a spelling fills both in, so that whoever changes a letter changes it
everywhere. Nothing about operations or values depends on it. Which spellings there are is not the
engine's business: it has one, `BOOK`, and compiles with any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from bpstepper.engine.symbols import KINDS, Name, Symbol, superscript

__all__ = ["BOOK", "LETTERS", "Spelling"]

LETTERS: Mapping[str, Name] = MappingProxyType(
    {
        "a": Name("a", "a"),
        "z": Name("z", "z"),
        "d": Name("δ", r"\delta"),
        "W": Name("W", "W"),
        "b": Name("b", "b"),
        "Wb": Name("Wb", "W_b"),
        "C": Name("C", "C"),
        "y": Name("y", "y"),
    }
)
"""What everything else is named after; `{a}`, `{W}` and so on in the templates of `KINDS`."""

_OF_WIRES = ("W", "b", "Wb")
_NO_NAMES: Mapping[str, Name] = MappingProxyType({})
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Spelling:
    """One way of writing.

    Attributes:
        letters: each of `LETTERS`.
        folded: letters that are others where the biases are folded into the weights.
        inputs: the activations of layer 0, where they have a letter of their own.
        outputs: the activations of the last layer, likewise.
        layer_of_inputs: which number the layer of the inputs has.
        first_weights: which number the weights out of it have.
        raised: a layer's number as text behind a letter.
        raised_latex: the same in LaTeX; a template that knows `{n}`.
        kinds: templates that take the place of a row of `KINDS`.
        formulas: templates that take the place of a formula, or of a part of one.
        functions: signs that take the place of an activation's, by that one's text.
        descends: gradients and what follows from them have the other sign: steps are added.
        sources: row of `EQUATIONS` → where it stands, if that is told of another book.
    """

    letters: Mapping[str, Name] = field(default_factory=lambda: LETTERS)
    folded: Mapping[str, Name] = field(default_factory=lambda: _NO_NAMES)
    inputs: Name | None = None
    outputs: Name | None = None
    layer_of_inputs: int = 0
    first_weights: int = 1
    raised: Callable[[int], str] = superscript
    raised_latex: str = "^{{{n}}}"
    kinds: Mapping[str, Name] = field(default_factory=lambda: _NO_NAMES)
    formulas: Mapping[str, str] = field(default_factory=lambda: _NO_TEXTS)
    functions: Mapping[str, Name] = field(default_factory=lambda: _NO_NAMES)
    descends: bool = False
    sources: Mapping[str, str] = field(default_factory=lambda: _NO_TEXTS)

    def for_folded(self) -> Spelling:
        """The same for a network whose biases are folded into its weights."""
        return replace(self, letters={**self.letters, **self.folded}) if self.folded else self

    def template(self, formula: str) -> str:
        """A formula's template, or the one that stands for it here."""
        return self.formulas.get(formula, formula)

    def name(self, symbol: Symbol, glyph: Name = Name("f", "f"), depth: int = 0) -> Name:  # noqa: B008
        """How `symbol` is written.

        Products are named by the compiler from their factors and do not come here.

        Args:
            symbol: what to name.
            glyph: the sign of its layer's activation.
            depth: the number of the last layer, whose activations may have their own letter.
        """
        return _name(self, symbol, glyph, depth)

    def number(self, layer: int, letter: str = "a") -> int:
        """The number of a layer as it stands behind a letter; our layers count from 0."""
        wires = letter in _OF_WIRES
        return layer + (self.first_weights - 1 if wires else self.layer_of_inputs)

    def quantity(self, letter: str, layer: int | None, depth: int) -> Name:
        """A letter with its layer: `a` at 2 is a²."""
        own = self.letters[letter]
        if letter in ("C", "y"):
            return own
        at = layer or 0
        special = {0: self.inputs, depth: self.outputs}.get(at) if letter == "a" else None
        if special is not None:
            return special
        n = self.number(at, letter)
        return Name(own.text + self.raised(n), own.latex + self.raised_latex.format(n=n))


@lru_cache(maxsize=4096)
def _name(spelling: Spelling, symbol: Symbol, glyph: Name, depth: int) -> Name:
    row = KINDS[symbol.kind]
    kind = spelling.kinds.get(symbol.kind) or Name(row.text, row.latex)
    texts, latexes = _quantities(spelling, symbol.layer, depth)
    parameter = _parameter(spelling, symbol, depth)
    return Name(
        kind.text.format(**texts, f=glyph.text, tag=symbol.tag, p=parameter.text),
        kind.latex.format(**latexes, f=glyph.latex, tag=symbol.tag, p=parameter.latex),
    )


def _parameter(spelling: Spelling, symbol: Symbol, depth: int) -> Name:
    """The parameter that an optimizer's state belongs to; `symbol.tag` is its kind."""
    tag = symbol.tag
    if tag not in LETTERS:
        named = tag in KINDS and KINDS[tag].role == "parameter"
        return spelling.name(Symbol(tag, symbol.layer)) if named else Name(tag, f"{tag}^{{}}")
    name = spelling.quantity(tag, symbol.layer, depth)
    # JSON has m(Wb^{1}) beside W_b^{1}, and what is public stays as it is
    own = spelling.letters[tag] is not LETTERS[tag]
    return name if own else Name(name.text, f"{tag}^{{{spelling.number(symbol.layer or 0, tag)}}}")


@lru_cache(maxsize=1024)
def _quantities(
    spelling: Spelling, layer: int | None, depth: int
) -> tuple[dict[str, str], dict[str, str]]:
    """What the templates of one layer's symbols are filled with: text, then LaTeX."""
    names = {letter: spelling.quantity(letter, layer, depth) for letter in LETTERS}
    texts = {letter: name.text for letter, name in names.items()}
    latexes = {letter: name.latex for letter, name in names.items()}
    if layer is not None:
        n = spelling.number(layer, "W")
        texts["l"], latexes["l"] = spelling.raised(n), str(n)
    return texts, latexes


BOOK = Spelling()
"""The spelling of this program: δ = ∂C/∂z, and the inputs are layer 0."""
