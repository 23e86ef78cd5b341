"""What a row of the table of layer kinds has: see `layer_kinds`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from bpstepper.engine.kind import Kind
from bpstepper.engine.ops.kernels import Kernel
from bpstepper.engine.symbols import Name, Symbol
from bpstepper.engine.tables.equations import Equation, Law
from bpstepper.engine.tables.layouts import Layout
from bpstepper.engine.tables.parameters import ParameterSpec

__all__ = ["LayerKind", "LayerLaw", "OpWriter", "Option"]


class OpWriter(Protocol):
    """What a layer writes its operations with: the compiler's builder, as far as it needs it."""

    @property
    def batch(self) -> int:
        """How many samples."""

    @property
    def layout(self) -> Layout:
        """How products are written."""

    @property
    def folded(self) -> bool:
        """Whether weights and biases are one matrix."""

    @property
    def from_axis(self) -> int:
        """Along which axis of W the units stand that wires come from."""

    @property
    def is_penalised(self) -> bool:
        """Whether large weights cost something."""

    def equation(self, row: str, layer: int | None) -> Equation:
        """A law at a layer, written out."""

    def op(
        self,
        equation: Equation,
        kernel: Kernel,
        operands: Sequence[Symbol],
        result: Symbol,
        name: Name | None = None,
        axis: int | None = None,
    ) -> Symbol:
        """Write one operation."""

    def product(
        self,
        equation: Equation,
        roles: tuple[str, str],
        layer: int,
        result: Symbol | None = None,
        folded: bool = False,
    ) -> Symbol:
        """Write a product of the layout's two factors around the wires of a layer."""

    def scaled(self, equation: Equation, by: Symbol, what: Symbol, result: Symbol) -> Symbol:
        """Write a number times a matrix."""

    def weights(self, equation: Equation, layer: int) -> Symbol:
        """W without its biases."""

    def constant(self, kind: str, layer: int | None = None) -> Symbol:
        """A number that the memory knows."""

    def activations_of(self, layer: int) -> Symbol:
        """What leaves a layer; layer 0 is the inputs."""


class LayerLaw(NamedTuple):
    """An equation that only one kind of layer has.

    Attributes:
        law: the row of `EQUATIONS`.
        sentence: why it is what it is, on the screen.
        paragraphs: the whole explanation; both are templates, as `explanations` has them.
    """

    law: Law
    sentence: str
    paragraphs: tuple[str, ...]


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
        kinds: the kinds of symbols that no other layer has.
        laws: the equations that no other layer has, by their rows.
        headings: the kind that an operation makes → what it does, in a few words.
    """

    name: str
    words: str
    parameters: tuple[ParameterSpec, ...]
    forward: Callable[[OpWriter, int], None]
    back: Callable[[OpWriter, int, Symbol, Equation | None], None]
    gradients: Callable[[OpWriter, int], None]
    back_row: str = ""
    whole: str = ""
    keeps_units: bool = False
    activation: str = "sigmoid"
    options: Mapping[str, Option] = field(default_factory=lambda: MappingProxyType({}))
    constants: Callable[[Mapping[str, Any], int], Mapping[str, float]] = _no_constants
    kinds: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))
    laws: Mapping[str, LayerLaw] = field(default_factory=lambda: MappingProxyType({}))
    headings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

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
