"""Letters for sentences: the symbols that stand in prose, as the chosen book writes them.

Names of matrices and formulas are spelled by the compiler; here are the letters of what is said
about them. Templates mark their symbols (`{z}`, `{a}`, `{C}`), so that an article is no activation
and a unit that is called z keeps its name. What the engine's tables say of a function is nothing
but mathematics with a few words, and is respelled as it stands. In the program's own notation
every text comes out as it has always been.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from bpstepper.engine.compile.network import Network
from bpstepper.engine.compile.symbol_spelling import LETTERS
from bpstepper.engine.symbols import Symbol
from bpstepper.explain.notation.notation import Notation

__all__ = ["OWN", "Letters", "letters_of"]

_FIELD = re.compile(r"\{(\w+)\}")
_SYMBOL = re.compile(
    r"⁻?ᶻ"
    r"|(?<![A-Za-z])(?:[zyC]|a(?! [a-z])|J(?=ᵢ))(?![A-Za-z])"
    r"|(?<![A-Za-z])σ"
)
_RAISED: Mapping[str, str] = MappingProxyType({"a": "ᵃ", "z": "ᶻ"})


class Letters:
    """How a notation writes the quantities that sentences are about.

    Attributes:
        words: field of a template → what stands for it.
    """

    def __init__(self, notation: Notation, depth: int, folded: bool, layer: int | None) -> None:
        spelling = notation.spelling.for_folded() if folded else notation.spelling
        letters = {key: name.text for key, name in spelling.letters.items()}
        self._functions = spelling.functions
        self._notation, self._depth, self._any = notation, depth, letters["a"]
        plain = letters["a"] == LETTERS["a"].text and spelling.outputs is None
        out = spelling.outputs.text if spelling.outputs else "ŷ" if plain else letters["a"]
        turned = notation.sign(Symbol("delta", 1)) < 0
        residual = (out, letters["y"])[:: notation.sign(Symbol("residual"))]
        own = self._activation(layer)
        known = layer or 0
        self.words: Mapping[str, str] = {
            **letters,
            "a": own,
            "a_in": self._activation(None if layer is None else layer - 1),
            "any_a": letters["a"],
            "w": notation.weight,
            "out": out,
            "residual": " − ".join(residual),
            "minus": "−" if turned else "",
            "gradient": "a gradient with the other sign" if turned else "a gradient",
            "J": f"∂{own}/∂{letters['z']}" if "jacobian" in spelling.kinds else "J",
            "l": str(spelling.number(known)),
            "k": str(spelling.number(known - 1)),
            "n": str(spelling.number(known + 1)),
            "inputs_layer": str(spelling.number(0)),
            "first_layer": str(spelling.number(1)),
        }

    def __getitem__(self, word: str) -> str:
        return self.words[word]

    def _activation(self, layer: int | None) -> str:
        """The letter of a layer's activations; the inputs and the outputs may have their own."""
        spelling = self._notation.spelling
        own = {0: spelling.inputs, self._depth: spelling.outputs}
        special = None if layer is None else own.get(layer)
        return special.text if special is not None else self._any

    def number(self, layer: int) -> int:
        """The number of a layer in a sentence."""
        return self._notation.spelling.number(layer)

    def function(self, sign: str) -> str:
        """An activation's sign: g for σ, where a book writes so; g′ for σ′."""
        own = self._functions.get(sign.removesuffix("′"))
        return sign if own is None else own.text + "′" * sign.endswith("′")

    def fill(self, template: str) -> str:
        """A template with its symbols; fields that are no symbols stay as they are."""
        return _FIELD.sub(lambda found: self.words.get(found[1], found[0]), template)

    def formula(self, text: str) -> str:
        """A text of the engine's tables, as `σ(z) = 1/(1 + e⁻ᶻ)`, in these letters."""
        return _SYMBOL.sub(self._respelled, text)

    def _respelled(self, found: re.Match[str]) -> str:
        text = found[0]
        if text.endswith("ᶻ"):
            return self._power("−" if text[0] == "⁻" else "", text)
        if text == "σ":
            return self.function(text)
        word = self.words[text]
        return f"({word})" if text == "J" and word != "J" else word

    def _power(self, sign: str, text: str) -> str:
        z = self.words["z"]
        if z in _RAISED:
            return text[:-1] + _RAISED[z]
        return f"^({sign}{z})"


@lru_cache(maxsize=256)
def _known(notation: Notation, depth: int, folded: bool, layer: int | None) -> Letters:
    return Letters(notation, depth, folded, layer)


def letters_of(
    notation: Notation, network: Network | None = None, layer: int | None = None
) -> Letters:
    """The letters of a notation for what is said of a network.

    Args:
        notation: whose.
        network: inputs and outputs may have letters of their own, and biases that are folded in.
        layer: the layer that is spoken of; None speaks of any.
    """
    if network is None:
        return _known(notation, -1, False, layer)
    return _known(notation, network.depth, network.bias == "folded", layer)


OWN = Notation(id="book", title="δ = ∂C/∂z, and the inputs are layer 0")
"""The program's own notation, in which everything is written unless another one is asked for."""
