"""Symbols: the names that every operation, step, file and screen speaks in.

A symbol is a quantity of one update (`delta1`, `grad_W2`, `W1_next`) without its value. This
module owns how a symbol is *called*: its text key, which is public (JSON, `expect` tables,
`trace["delta1"]`), its sign in formulas, its LaTeX and the words a person would say. With which
letters a sign is written is a `symbol_spelling`'s business, and which symbols a network has is the
compiler's (`program`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from bpstepper.engine.kind import Kind
from bpstepper.engine.pass_kinds import PASS_KINDS
from bpstepper.engine.update_kinds import UPDATE_KINDS

__all__ = [
    "KINDS",
    "Axis",
    "Name",
    "Symbol",
    "declare_kinds",
    "gradient_of",
    "is_parameter",
    "kinds",
    "stem",
    "superscript",
    "words",
]

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


KINDS: dict[str, Kind] = {**PASS_KINDS, **UPDATE_KINDS}
"""Every kind of symbol, one row each; rows of other tables bring their own (`declare_kinds`)."""


def declare_kinds(kinds: Mapping[str, Kind]) -> None:
    """Make the symbols known that a row brings with it.

    Raises:
        ValueError: there is another kind of that name.
    """
    for name, kind in kinds.items():
        if KINDS.setdefault(name, kind) != kind:
            raise ValueError(f"there is a kind of symbol {name} already")


_OWN_LETTERS = {
    **{letter: letter for letter in ("a", "b", "C", "w", "y", "z", "J")},
    "d": "δ",
    "minus": "",
    "residual": "a − y",
}


@lru_cache(maxsize=512)
def stem(kind: str) -> str:
    """What a cell of a kind is called, in this program's own letters: `∂C/∂w`; may be empty."""
    return KINDS[kind].stem.format_map(_OWN_LETTERS)


def kinds(role: str) -> tuple[str, ...]:
    """The kinds that have a role."""
    return tuple(kind for kind, row in KINDS.items() if row.role == role)


def gradient_of(symbol: Symbol) -> Symbol | None:
    """What holds ∂C/∂(symbol); None where nothing does."""
    own = KINDS[symbol.kind].gradient
    return Symbol(own, symbol.layer) if own else None


def is_parameter(symbol: Symbol) -> bool:
    """Whether a symbol is one of a layer's parameters."""
    return KINDS[symbol.kind].role == "parameter"


def words(symbol: Symbol) -> str:
    """What a person would say for `symbol`: "the weights into layer 2"."""
    return KINDS[symbol.kind].words.format(l=symbol.layer)
