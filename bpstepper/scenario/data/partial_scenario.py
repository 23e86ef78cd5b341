"""A file that may be wrong, as far as it can be understood.

The schema says which paths are bad; everything else can still be held against each other. A
`Draft` gives the checks of `semantic_checks` what is known and None for what is not, so that one
wrong value hides neither the problems elsewhere nor makes new ones up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from bpstepper.engine.compile.network import Layer, Network, Training
from bpstepper.engine.tables.layers.layer_kind import LayerKind
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.engine.tables.layouts import LAYOUTS, Layout
from bpstepper.scenario.data.loaded_data import NOTHING, Attached
from bpstepper.scenario.diagnostics.spans import Path

__all__ = ["MAX_UNITS", "Draft", "LayerDraft", "count", "trained_on"]

MAX_UNITS = 10_000
"""The most inputs, and the most units of a layer."""
_NOTHING = object()


class LayerDraft(NamedTuple):
    """One layer: what is known of it.

    Attributes:
        number: counted from 1, as in the book.
        path: where its table is.
        units: n_l; None where it is not known or beyond the limit.
        kind: None where it is not known.
        activation: None where it is not known.
        raw: its table, as it is in the file.
    """

    number: int
    path: Path
    units: int | None
    kind: LayerKind | None
    activation: str | None
    raw: Mapping[str, Any]


class Draft:
    """The values of a file, and which of them are bad; with what was read of other files."""

    def __init__(
        self, values: Mapping[str, Any], bad: Iterable[Path], attached: Attached = NOTHING
    ) -> None:
        self.values = values
        self.attached = attached
        self._bad = frozenset(bad)
        self._around = frozenset(path[:n] for path in self._bad for n in range(len(path)))

    def with_attached(self, attached: Attached) -> Draft:
        """The same, with what was read of other files."""
        return Draft(self.values, self._bad, attached)

    def is_sound(self, path: Path) -> bool:
        """Whether nothing is wrong with a value, nor with anything in it or around it."""
        return path not in self._around and self.has_form(path)

    def has_form(self, path: Path) -> bool:
        """Whether a value is of its type, though something in it may be wrong."""
        return not any(path[:length] in self._bad for length in range(len(path) + 1))

    def get(self, path: Path, default: Any) -> Any:
        """The value at `path`; `default` where the file has none; None where it is bad."""
        return self._given(path, default) if self.has_form(path) else None

    def has(self, path: Path) -> bool:
        """Whether the file gives a value at `path`, be it good or bad."""
        return self._given(path, _NOTHING) is not _NOTHING

    def _given(self, path: Path, default: Any) -> Any:
        value: Any = self.values
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return default
        return value

    @cached_property
    def inputs(self) -> int | None:
        """n_0, where it is known."""
        return _usable(self.get(("network", "inputs"), None))

    @cached_property
    def layout(self) -> Layout | None:
        """The layout of the file, where it is known."""
        return LAYOUTS.get(self.get(("network", "layout"), Network.layout) or "")

    @cached_property
    def layers(self) -> list[LayerDraft]:
        """The layers, with what is known of each."""
        return [
            LayerDraft(
                number=index + 1,
                path=(path := ("network", "layers", index)),
                units=_usable(self.get((*path, "units"), None)),
                kind=(kind := LAYER_KINDS.get(self.get((*path, "kind"), Layer.kind) or "")),
                activation=self.get((*path, "activation"), kind.activation if kind else None),
                raw=raw if isinstance(raw, dict) else {},
            )
            for index, raw in enumerate(self.tables(("network", "layers")))
        ]

    def tables(self, path: Path) -> list[Any]:
        """An array of tables; empty where there is none or where it is something else."""
        value = self.get(path, [])
        return value if isinstance(value, list) else []

    @cached_property
    def sizes(self) -> list[int | None]:
        """(n_0, …, n_L), as far as they are known."""
        return [self.inputs, *(layer.units for layer in self.layers)]

    @cached_property
    def samples(self) -> int | None:
        """How many samples there are, held out or not; None where that cannot be told."""
        if self.attached.samples is not None:
            return self.attached.samples.size
        given = self.get(("samples",), [])
        return len(given) if isinstance(given, list) else None

    @cached_property
    def training_samples(self) -> int | None:
        """How many samples are trained on; None where that cannot be told."""
        hold_out = self.get(("training", "hold_out"), Training.hold_out)
        if self.samples is None or hold_out is None:
            return None
        return trained_on(self.samples, hold_out)


def trained_on(samples: int, hold_out: float) -> int:
    """How many samples are trained on where this share of them is held out."""
    return samples - round(hold_out * samples)  # as the engine's `split` has it


def count(value: Any) -> int | None:
    """A value as a number of units; None if it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _usable(value: Any) -> int | None:
    """A number of units that other things can be held against."""
    number = count(value)
    return number if number is not None and number <= MAX_UNITS else None
