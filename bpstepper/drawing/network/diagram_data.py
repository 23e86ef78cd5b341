"""What a network has to show at a place in an update: the numbers at its units and on its wires.

A diagram and a curve ask here which quantity stands at a layer's units, which one on the wires
between two layers, which of them are in play, and of which sample; they own where these go on the
page. Nothing is told that has not been reached. All of it follows from the axes of the step's
quantities, so that an equation, an optimizer or a layout needs no row of its own here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bpstepper.engine.ops.kernels import Axes, Index
from bpstepper.engine.run.trace import Quantity, Trace
from bpstepper.engine.symbols import KINDS, Axis, Symbol
from bpstepper.engine.tables.equations import PHASES
from bpstepper.engine.tables.layers.layer_kind import LayerKind
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.explain.naming import Naming
from bpstepper.explain.provenance import Highlighted
from bpstepper.explain.visibility import Visibility, visibility_of
from bpstepper.session import Session

__all__ = ["InPlay", "Wire", "in_play"]

Wire = tuple[int, int | None, int]
"""A wire: the layer that it goes to, the unit that it comes from (None: the bias), the unit there.

Units are counted from 0.
"""

_TARGET = ("target",)
_IN_PLAY = ("target", "source")
_NEXT = "_next"
_GIVEN_FIRST = ("cost",)
"""The phases in which one wants to see at a unit what goes in, before what is made of it."""


def in_play(
    session: Session, lit: Highlighted | None = None, sight: Visibility | None = None
) -> InPlay:
    """What there is to show where a session stands.

    Args:
        session: any place, the start among them.
        lit: the cells in play by their symbol's key; by default those of the chosen number.
        sight: what is seen of the step; by default what the session alone says.
    """
    if session.at_start:
        return InPlay(session, {}, {}, None)
    sight = sight or visibility_of(session)
    marked = {
        mark: {
            key: frozenset(cell for cell, own in cells.items() if own in mark)
            for key, cells in sight.marks.items()
        }
        for mark in (_TARGET, _IN_PLAY)
    }
    return InPlay(session, marked[_IN_PLAY] if lit is None else lit, marked[_TARGET], sight)


@dataclass(frozen=True, eq=False)
class InPlay:
    """What is known, and what of it is in play, at one place.

    Attributes:
        session: the place.
        lit: the cells in play by their symbol's key.
        chosen: the same of the chosen number alone.
        sight: what is seen of the step; None at the start, where nothing has been computed.
    """

    session: Session
    lit: Highlighted
    chosen: Highlighted
    sight: Visibility | None

    @cached_property
    def trace(self) -> Trace:
        """The update."""
        return self.session.trace

    @cached_property
    def naming(self) -> Naming:
        """The names of units and samples."""
        return Naming(self.session.scenario, self.trace.samples)

    @property
    def depth(self) -> int:
        """L, the number of layers with weights."""
        return self.session.scenario.network.depth

    @cached_property
    def phase(self) -> str:
        """The phase of the step; empty at the start."""
        return "" if self.sight is None else self.session.step.equation.phase

    # ── what is known ────────────────────────────────────────────────────────────────────────

    @cached_property
    def _made(self) -> tuple[Quantity, ...]:
        """What the step makes, as far as it is seen."""
        if self.sight is None:
            return ()
        seen = self.sight.seen
        results = (operation.result for operation in self.session.step.operations)
        return tuple(result for result in results if seen.get(result.key, 1) > 0)

    @cached_property
    def _given(self) -> tuple[Quantity, ...]:
        """What the step reads and does not make itself."""
        if self.sight is None:
            return ()
        operations = self.session.step.operations
        made = {operation.result.key for operation in operations}
        read = {q.key: q for operation in operations for q in operation.operands}
        return tuple(quantity for key, quantity in read.items() if key not in made)

    @cached_property
    def _hidden(self) -> frozenset[Symbol]:
        """What is still to come: made by this step and not seen, or by a later one."""
        here = -1 if self.sight is None else self.session.cursor.step
        later = {
            op.result for ops in self.trace.program.steps[here + 1 :] for op in ops
        } - self._parameters
        if self.sight is None:
            return frozenset(later)
        own = {operation.result.symbol for operation in self.session.step.operations}
        return frozenset(later | (own - {quantity.symbol for quantity in self._made}))

    @cached_property
    def _parameters(self) -> frozenset[Symbol]:
        """What is known from the start though an operation writes it: a part of a folded matrix."""
        program = self.trace.program
        inputs = {*program.inputs}
        return frozenset(part for part, (whole, _) in program.parts.items() if whole in inputs)

    def known(self, kind: str, layer: int | None) -> Quantity | None:
        """A quantity by kind and layer; None where there is none, or it has not been reached."""
        symbol = Symbol(kind, layer)
        if symbol not in self.trace.values or symbol in self._hidden:
            return None
        return self.trace.quantity(symbol)

    def number(self, quantity: Quantity, index: Index) -> float | None:
        """A cell of a quantity; None where it is one that is not seen yet."""
        seen = None if self.sight is None else self.sight.seen.get(quantity.key)
        if seen is not None:
            flat = 0
            for i, axis in zip(index, quantity.axes, strict=True):
                flat = flat * axis.size + i
            if flat >= seen:
                return None
        return float(quantity.value[index])

    def caption(self, quantity: Quantity) -> str:
        """How a quantity is written, transposes and leading ones aside."""
        symbol = quantity.symbol
        plain = symbol._replace(kind=KINDS[symbol.kind].copy_of or symbol.kind)
        names = self.trace.program.names
        return names.get(plain, quantity.name).text

    # ── whose ────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def sample(self) -> int:
        """Which sample of the batch is shown: that of the chosen number, else the first."""
        for key, cells in self.chosen.items():
            axes = self._by_key[key].axes if key in self._by_key else ()
            for axis, i in zip(axes, min(cells, default=()), strict=False):
                if axis.kind == "samples":
                    return i
        return 0

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """The layers that the step is about, in order; all of them at the start."""
        quantities = (*self._given, *self._own)
        found = {axis.layer for q in quantities for axis in q.axes if axis.layer is not None}
        return tuple(sorted(found)) or tuple(range(self.depth + 1))

    @cached_property
    def _own(self) -> tuple[Quantity, ...]:
        """All that the step makes, seen or not."""
        if self.sight is None:
            return ()
        return tuple(operation.result for operation in self.session.step.operations)

    @cached_property
    def _by_key(self) -> Mapping[str, Quantity]:
        return {quantity.key: quantity for quantity in (*self._given, *self._own)}

    # ── units ────────────────────────────────────────────────────────────────────────────────

    def readings(self, layer: int) -> tuple[Quantity, ...]:
        """The quantities to show at a layer's units, the most wanted first; none is hidden."""
        if layer not in self._readings:
            self._readings[layer] = self._found(layer)
        return self._readings[layer]

    @cached_property
    def _readings(self) -> dict[int, tuple[Quantity, ...]]:
        return {}

    def _found(self, layer: int) -> tuple[Quantity, ...]:
        made = [q for q in self._made if _is_of_units(q.axes, layer)]
        given = [q for q in self._given if _is_of_units(q.axes, layer)]
        usual = [quantity for quantity in (self._usual(layer),) if quantity is not None]
        if self.phase in _GIVEN_FIRST:
            found = [*usual, *given, *made]
        else:
            found = [*made[-1:], *made[:-1], *given] or usual
        by_caption: dict[str, Quantity] = {}
        for quantity in found:
            by_caption.setdefault(self.caption(quantity), quantity)
        return tuple(by_caption.values())

    def _usual(self, layer: int) -> Quantity | None:
        """What stands at a layer that the step is not about."""
        if layer == 0:
            return self.known("x", None)
        backward = self.phase in PHASES[PHASES.index("backward") :]
        kinds = ("delta", "a", "z") if backward else ("a", "z")
        return next(filter(None, (self.known(kind, layer) for kind in kinds)), None)

    def at_unit(self, quantity: Quantity, layer: int, unit: int) -> float | None:
        """What a quantity of a layer's units is at one of them; None where it is not seen yet."""
        index = tuple(
            self.sample if axis.kind == "samples" else 0 if axis.kind == "one" else _at(axis, unit)
            for axis in quantity.axes
        )
        return self.number(quantity, index)

    def targets(self, layer: int) -> tuple[int, ...]:
        """The units of a layer that the chosen number itself belongs to."""
        return self._units(layer, self.chosen)

    def unit(self, layer: int) -> int:
        """The unit of a layer that the chosen number is about: its own, or its wire's; else 0."""
        for key, cells in self.chosen.items():
            axes = self._by_key[key].axes if key in self._by_key else ()
            for axis, i in zip(axes, min(cells, default=()), strict=False):
                if axis.layer == layer:
                    return max(i - _first(axis.kind), 0)
        return 0

    def lit_units(self, layer: int) -> tuple[int, ...]:
        """The units of a layer that are in play, in order."""
        return self._units(layer, self.lit)

    def _units(self, layer: int, lit: Highlighted) -> tuple[int, ...]:
        found: set[int] = set()
        for key, cells in lit.items():
            quantity = self._by_key.get(key)
            if quantity is None or not _is_of_units(quantity.axes, layer):
                continue
            position = next(i for i, axis in enumerate(quantity.axes) if axis.layer == layer)
            first = _first(quantity.axes[position].kind)
            found.update(cell[position] - first for cell in cells if cell[position] >= first)
        return tuple(sorted(found))

    # ── wires ────────────────────────────────────────────────────────────────────────────────

    def weight(self, wire: Wire) -> float:
        """What the update found on a wire: its weight, or the bias, before anything moved."""
        folded = self.session.scenario.network.bias == "folded"
        for kind in self._kind(wire[0]).stored(folded):
            symbol = Symbol(kind, wire[0])
            index = _cell_of(self.trace.program.axes[symbol], wire)
            if index is not None:
                return float(self.trace.values[symbol][index])
        return 1.0  # a unit's number arrives at the unit that has its place

    def has_wire(self, wire: Wire) -> bool:
        """Whether there is such a wire: without weights, units are joined one to one."""
        layer, from_, to = wire
        return from_ is None or from_ == to or self._kind(layer).has_weights

    def _kind(self, layer: int) -> LayerKind:
        return LAYER_KINDS[self.session.scenario.network.layer(layer).kind]

    def on_wire(self, wire: Wire) -> Quantity | None:
        """The quantity that a step has for a wire: the latest it made, else one it reads."""
        for quantity in (*self._made[::-1], *self._given):
            if _cell_of(_wire_axes(quantity), wire) is not None:
                return quantity
        return None

    def before(self, quantity: Quantity) -> Quantity | None:
        """What a quantity was before the update, where it is one that the update moves."""
        old = self.trace.program.updates.get(quantity.symbol)
        is_new = quantity.symbol.kind.endswith(_NEXT)
        if not is_new or old is None or old not in self.trace.values:
            return None
        return self.trace.quantity(old)

    def at_wire(self, quantity: Quantity, wire: Wire) -> float | None:
        """What a quantity of wires is on one of them; None where it is not seen yet."""
        index = _cell_of(_wire_axes(quantity), wire)
        return None if index is None else self.number(quantity, index)

    def is_lit(self, wire: Wire) -> bool:
        """Whether a wire is in play."""
        return any(_cell_of(axes, wire) in cells for axes, cells in self._lit_wires(wire[0]))

    def lights_bias(self, layer: int) -> bool:
        """Whether the bias of any unit of a layer is in play."""
        units = range(self.session.scenario.network.sizes[layer])
        return any(self.is_lit((layer, None, unit)) for unit in units)

    @cached_property
    def _wires(self) -> dict[int, Sequence[tuple[Axes, frozenset[Index]]]]:
        return {}

    def _lit_wires(self, layer: int) -> Sequence[tuple[Axes, frozenset[Index]]]:
        """The lit cells of the quantities that have a number for each wire into a layer."""
        if layer not in self._wires:
            known = ((self._by_key.get(key), cells) for key, cells in self.lit.items())
            found = ((_wire_axes(q), cells) for q, cells in known if q is not None)
            some: tuple[Wire, Wire] = ((layer, 0, 0), (layer, None, 0))
            self._wires[layer] = [
                (axes, cells)
                for axes, cells in found
                if any(_cell_of(axes, wire) is not None for wire in some)
            ]
        return self._wires[layer]


def _wire_axes(quantity: Quantity) -> Axes:
    """The axes of a quantity, with a lone sample taken for the one column of a bias."""
    symbol = quantity.symbol
    of_biases = any(k in KINDS and KINDS[k].form == "biases" for k in (symbol.kind, symbol.tag))
    if not of_biases:  # over one sample a gradient is δ itself, axes and all
        return quantity.axes
    return tuple(Axis("one", None, 1) if a.kind == "samples" else a for a in quantity.axes)


def _first(kind: str) -> int:
    """The place of the first unit along an axis of a kind: a leading 1 stands before the units."""
    return 1 if kind == "one and units" else 0


def _at(axis: Axis, unit: int) -> int:
    return unit + _first(axis.kind)


def _is_of_units(axes: Axes, layer: int) -> bool:
    """Whether a quantity has one number for each unit of a layer (and sample)."""
    kinds = sorted(axis.kind for axis in axes if axis.layer != layer)
    return len(axes) == 2 and kinds in (["samples"], ["one"])


def _cell_of(axes: Axes, wire: Wire) -> Index | None:
    """The cell of a wire in a matrix of wires; None where the matrix has none for it.

    A bias has its place in the one column of b, or along the 1 of a folded matrix.
    """
    layer, from_, to = wire
    if len(axes) != 2:
        return None
    index = []
    for axis in axes:
        if axis.layer == layer:
            index.append(_at(axis, to))
        elif axis.layer == layer - 1 and from_ is not None:
            index.append(_at(axis, from_))
        elif from_ is None and (axis.kind == "one" or axis.layer == layer - 1):
            if axis.kind == "units":
                return None
            index.append(0)
        else:
            return None
    both_here = axes[0].layer == axes[1].layer
    return None if both_here else (index[0], index[1])
