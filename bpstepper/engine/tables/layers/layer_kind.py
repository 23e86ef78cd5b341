"""What a row of the table of layer kinds has: see `layer_kinds`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from bpstepper.engine.tables.parameters import ParameterSpec

if TYPE_CHECKING:
    from bpstepper.engine.compile.builder import ProgramBuilder
    from bpstepper.engine.symbols import Symbol
    from bpstepper.engine.tables.equations import Equation

__all__ = ["LayerKind", "Option"]


class Option(NamedTuple):
    """A key of a layer's own that is no parameter.

    Attributes:
        usual: its value where a file says nothing; a bool makes it a flag, a float a number ≥ 0.
        about: what it means.
    """

    usual: bool | float
    about: str


def _no_constants(_options: Mapping[str, Any], _units: int) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True, eq=False)
class LayerKind:
    """One row.

    Attributes:
        name: as scenario files say it.
        words: what such a layer does, for a sentence.
        parameters: what is learned, in the order in which it moves.
        forward: (builder, layer) writes the operations from what enters the layer to its z.
        back: (builder, layer, result, equation) writes those from δ of the layer to ∂C/∂(what
            entered it), which is `result`; within `equation`, where that is given.
        gradients: (builder, layer) writes ∂C/∂(each parameter).
        back_row: row of `EQUATIONS` for the way back to the inputs of the whole network, where
            `back` writes into one equation with the slope of the layer before; empty where it
            has steps of its own.
        whole: the kind of the one matrix of all its parameters where biases are folded in.
        keeps_units: it has as many units as the layer before.
        activation: the usual one.
        options: keys of its own that are no parameters.
        constants: (options, units) → numbers that its operations need, by kind of symbol.
    """

    name: str
    words: str
    parameters: tuple[ParameterSpec, ...]
    forward: Callable[[ProgramBuilder, int], None]
    back: Callable[[ProgramBuilder, int, Symbol, Equation | None], None]
    gradients: Callable[[ProgramBuilder, int], None]
    back_row: str = ""
    whole: str = ""
    keeps_units: bool = False
    activation: str = "sigmoid"
    options: Mapping[str, Option] = field(default_factory=lambda: MappingProxyType({}))
    constants: Callable[[Mapping[str, Any], int], Mapping[str, float]] = _no_constants

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a file's layer that only this kind has a meaning for."""
        specs = self.parameters
        switches = tuple(spec.switch for spec in specs if spec.switch)
        of_wires = ("init", "weight_names") if self.has_weights else ()
        return (*(spec.name for spec in specs), *switches, *self.options, *of_wires)

    @property
    def has_weights(self) -> bool:
        """Whether each unit has a weight for each one of the layer before."""
        return any(spec.is_matrix for spec in self.parameters)

    def stored(self, folded: bool) -> tuple[str, ...]:
        """The kinds of the matrices that an update works with and moves."""
        if folded and self.whole:
            return (self.whole,)
        return tuple(spec.kind for spec in self.parameters)
