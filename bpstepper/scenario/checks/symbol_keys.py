"""Symbol keys as files write them: `delta2`, `grad_W1`, `C_all`.

A file names symbols before any program is compiled, so this module knows only what follows from
a key's spelling: which kind it is, which layer, and from those its shape. Keys of named
intermediates (`W1_x`, `m_W1`) are many and belong to the compiler; they are let through here and
looked up when the program runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bpstepper.engine.symbols import KINDS as SYMBOLS
from bpstepper.engine.symbols import kinds

__all__ = [
    "KINDS",
    "MATRICES",
    "TURNED",
    "SymbolKey",
    "cells",
    "looks_like_symbol",
    "names",
    "parse",
    "shape",
]

KINDS: dict[str, str] = {
    **{row.key: row.form for row in SYMBOLS.values() if row.public and "{tag}" not in row.key},
    **{  # what optimizers keep for all that is trained
        row.key.replace("{tag}{l}", SYMBOLS[of].key): SYMBOLS[of].form
        for row in SYMBOLS.values()
        for of in (*kinds("parameter"), "x")
        if row.public and "{tag}" in row.key
    },
}
"""The form (see `FORMS`) of every public kind; `{l}` is the number of a layer from 1."""

MATRICES = frozenset({"weights", "turned", "folded", "folded_turned"})
"""The forms whose axes are those of W."""

TURNED = frozenset({"turned", "folded_turned"})
"""Those of them that are transposed."""

_FOLDED = frozenset({"folded", "folded_turned", "with_one"})
_STATES = tuple(f"{kind}_" for kind in kinds("state"))
_WITHOUT_LAYER = frozenset(kind for kind in KINDS if "{l}" not in kind)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WITH_LAYER = re.compile(r"([A-Za-z_]+)(0|[1-9][0-9]{0,5})(\w*)")
_PARAMETERS = frozenset(
    row.key for row in map(SYMBOLS.__getitem__, kinds("parameter")) if row.form != "folded"
)


class SymbolKey(NamedTuple):
    """A key of a public kind, taken apart.

    Attributes:
        kind: a key of `KINDS`.
        form: what its axes are; see `KINDS`.
        layer: the layer, counted as in the book; None where the kind has none.
    """

    kind: str
    form: str
    layer: int | None

    @property
    def is_parameter(self) -> bool:
        """Whether it is W or b, which are taken after an update."""
        return self.kind in _PARAMETERS


def parse(key: str) -> SymbolKey | None:
    """Take a key apart; None if it is not of a public kind."""
    if key in _WITHOUT_LAYER:
        return SymbolKey(key, KINDS[key], None)
    match = _WITH_LAYER.fullmatch(key)
    kind = f"{match[1]}{{l}}{match[3]}" if match else ""
    return SymbolKey(kind, KINDS[kind], int(match[2])) if match and kind in KINDS else None


def looks_like_symbol(key: str) -> bool:
    """Whether a program could have a symbol of this key at all."""
    return _WORD.fullmatch(key) is not None


def names(depth: int, folded: bool = False, states: Iterable[str] = ()) -> list[str]:
    """The keys of the public kinds that such a network has, for suggestions.

    Args:
        depth: how many layers there are.
        folded: whether biases are folded into the weights.
        states: what the optimizer keeps for each parameter: "m", "v".
    """
    layers = range(1, min(depth, 9) + 1)
    kept = tuple(f"{state}_" for state in states)
    found = [kind for kind in KINDS if _is_there(kind, folded, kept)]
    expanded = [kind.format(l=layer) for layer in layers for kind in found if "{l}" in kind]
    return [*sorted(kind for kind in found if "{l}" not in kind), *expanded]


def _is_there(kind: str, folded: bool, kept: tuple[str, ...]) -> bool:
    """Whether a program could have symbols of this kind."""
    if kind.startswith(_STATES) and not kind.startswith(kept):
        return False
    return folded or KINDS[kind] not in _FOLDED


def shape(key: SymbolKey, sizes: Sequence[int], samples: int) -> tuple[int, ...]:
    """The shape of a symbol with units before samples and `to` before `from`.

    Args:
        key: a parsed key whose layer exists.
        sizes: (n_0, …, n_L).
        samples: m, the size of the update's batch.
    """
    layer = key.layer if key.layer is not None else (len(sizes) - 1 if key.kind == "y" else 0)
    units = sizes[layer]
    shapes: dict[str, tuple[int, ...]] = {
        "number": (),
        "units": (units, samples),
        "stack": (samples, units, units),
        "biases": (units, 1),
        "weights": (units, sizes[layer - 1]),
        "turned": (sizes[layer - 1], units),
        "folded": (units, sizes[layer - 1] + 1),
        "folded_turned": (sizes[layer - 1] + 1, units),
        "with_one": (units + 1, samples),
    }
    return shapes[key.form]


def cells(key: SymbolKey, shape: tuple[int, ...]) -> tuple[int, ...]:
    """`shape` in the order in which single elements are named: of W always `to` before `from`."""
    return shape[::-1] if key.form in TURNED else shape
