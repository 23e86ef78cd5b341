"""The outline: everything there is to go to, as a tree: parameters, samples, the update's steps.

A node knows what is written of it, where it leads, and how to make what is inside it. Nothing is
made before it is asked for, and no node has more than a screenful or two inside: long lists are
parted into ranges, so that a matrix of 78,400 weights costs what is opened of it. How a tree is
drawn and which of its nodes are open is the business of who shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

import numpy as np

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import downstream, producer
from bpstepper.engine.run.trace import Quantity, Step
from bpstepper.engine.symbols import Symbol, words
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.letters import OWN, letters_of
from bpstepper.explain.notation.notation import Notation, noted
from bpstepper.number_format import number
from bpstepper.session import Session, Spot
from bpstepper.session.inspecting import spots

__all__ = ["MOST", "Destination", "Node", "Row", "arrive", "outline", "rows"]

MOST = 64
"""Nodes within one; of more, ranges are made."""
_NUMBERS = 4  # of a sample's input or target that are written

Path = tuple[int, ...]


class Destination(NamedTuple):
    """Where a node leads.

    Attributes:
        update: which update, from 1.
        key: the quantity to whose making one goes; empty stays at the step where one is.
        cell: which cell of it is inspected; None inspects nothing.
    """

    update: int
    key: str = ""
    cell: Index | None = None


@dataclass(frozen=True, eq=False)
class Node:
    """One line of the outline.

    Names in the texts are as their file has them; who draws them cleans them.

    Attributes:
        label: what it is.
        told: a few words or a number beside it; may be empty.
        goes: where it leads; None where it only has other nodes inside.
        inside: makes the nodes inside it; None for a leaf.
        here: whether it is where one stands.
    """

    label: str
    told: str = ""
    goes: Destination | None = None
    inside: Callable[[], tuple[Node, ...]] | None = None
    here: bool = False


class Row(NamedTuple):
    """A node that is to be seen, with its path: at each depth, which of the nodes there."""

    path: Path
    node: Node
    open: bool


def rows(roots: tuple[Node, ...], opened: frozenset[Path]) -> Iterator[Row]:
    """The nodes that are seen where these paths are open, from top to bottom."""

    def walk(nodes: tuple[Node, ...], above: Path) -> Iterator[Row]:
        for position, node in enumerate(nodes):
            path = (*above, position)
            is_open = path in opened and node.inside is not None
            yield Row(path, node, is_open)
            if is_open and node.inside is not None:
                yield from walk(node.inside(), path)

    yield from walk(roots, ())


def arrive(session: Session, to: Destination) -> Session:
    """Go where a node leads, to the equation as a whole, with its cell inspected.

    A number that no step of the update makes is looked at where it is read first.

    Raises:
        GoError: an update that there cannot be.
    """
    there = session.to_equation().to_update(to.update)
    if not to.key:
        return there
    made = producer(there.trace, to.key)
    if made is None:
        there = there.go(to.key)
        return (
            there if to.cell is None else replace(there, spot=_where_read(there, to.key, to.cell))
        )
    there = there.to_step(made.step)
    return there if to.cell is None else replace(there, spot=Spot(made.operation, cell=to.cell))


def _where_read(session: Session, key: str, cell: Index) -> Spot:
    """The spot of a number that the step reads: itself, or its place in the transpose shown."""
    shown = {_read(session, spot): spot for spot in spots(session)}
    if key in shown:
        return shown[key]._replace(cell=cell)
    moved = downstream(session.step, key, cell)
    carries = next(it for it in shown if it in moved)
    return shown[carries]._replace(cell=min(moved[carries]))


def _read(session: Session, spot: Spot) -> str:
    operation = session.step.operations[spot.operation]
    return (operation.result if spot.operand < 0 else operation.operands[spot.operand]).key


def outline(session: Session, notation: Notation = OWN, digits: int = 4) -> tuple[Node, ...]:
    """The roots of the outline, from where one stands: parameters, samples, this update.

    Args:
        session: any place; at the start it is the outline of the first update.
        notation: in whose letters quantities are named.
        digits: significant digits of a weight.
    """
    return _Outline(session, notation, digits).roots()


def _listed(
    count: int, make: Callable[[int], Node], name: Callable[[int], str], first: int = 0
) -> tuple[Node, ...]:
    """Nodes first … first + count − 1, or ranges of them where they are many."""
    if count <= MOST:
        return tuple(make(first + i) for i in range(count))
    size = MOST
    while -(-count // size) > MOST:
        size *= MOST
    return tuple(
        _range(start, min(size, first + count - start), make, name)
        for start in range(first, first + count, size)
    )


def _range(start: int, count: int, make: Callable[[int], Node], name: Callable[[int], str]) -> Node:
    return Node(
        f"{name(start)} … {name(start + count - 1)}",
        f"{count:,}",
        inside=lambda: _listed(count, make, name, start),
    )


class _Outline:
    """The outline of one place."""

    def __init__(self, session: Session, notation: Notation, digits: int) -> None:
        self._session, self._notation, self._digits = session, notation, digits
        self._trace = noted(session, notation).trace
        self._network = session.scenario.network
        self._letters = letters_of(notation, self._network)
        stem = None if notation.own else notation.stem
        self._naming = Naming(session.scenario, self._trace.samples, stem)
        self._update = max(session.cursor.update, 1)

    def roots(self) -> tuple[Node, ...]:
        count = len(self._session.scenario.samples)
        return (
            Node("parameters", f"before update {self._update}", inside=self._parameters),
            Node("samples", f"{count:,}", inside=self._samples),
            Node(f"update {self._update}", "step by step", inside=self._phases),
        )

    # ── parameters ───────────────────────────────────────────────────────────────────────────

    def _parameters(self) -> tuple[Node, ...]:
        trace = self._trace
        wanted = [Symbol("x")] if "x_next" in trace else []
        folded = self._network.bias == "folded"
        for layer, own in enumerate(self._network.layers, start=1):
            wanted += [Symbol(kind, layer) for kind in LAYER_KINDS[own.kind].stored(folded)]
        return tuple(self._parameter(trace.quantity(symbol)) for symbol in wanted)

    def _parameter(self, quantity: Quantity) -> Node:
        shape = "×".join(str(size) for size in quantity.value.shape)
        trained = f"{quantity.key}_next" in self._trace
        return Node(
            quantity.name.text,
            f"{shape}  {'trained' if trained else 'fixed'}",
            inside=lambda: self._cells(quantity),
        )

    def _cells(self, quantity: Quantity) -> tuple[Node, ...]:
        """The numbers of a parameter; many of them by the unit that their wires lead to."""
        shape = quantity.value.shape
        layers = [axis.layer for axis in quantity.axes]
        if quantity.value.size <= MOST or min(shape) == 1 or quantity.symbol.layer not in layers:
            return self._some(quantity, None, 0)
        to = layers.index(quantity.symbol.layer)
        units = self._naming.along(quantity.axes[to])

        def unit(position: int) -> Node:
            count = shape[1 - to]
            return Node(
                f"to {units[position]}",
                f"{count:,}",
                inside=lambda: self._some(quantity, to, position),
            )

        return _listed(shape[to], unit, lambda position: f"to {units[position]}")

    def _some(self, quantity: Quantity, fixed: int | None, at: int) -> tuple[Node, ...]:
        """The cells of a matrix, or those where one of its axes is at a place."""
        shape = quantity.value.shape

        def index(position: int) -> Index:
            if fixed is None:
                return tuple(int(i) for i in np.unravel_index(position, shape))
            return (at, position) if fixed == 0 else (position, at)

        def name(position: int) -> str:
            return self._naming.cell(quantity, index(position))

        count = quantity.value.size if fixed is None else shape[1 - fixed]
        return _listed(count, lambda i: self._cell(quantity, index(i)), name)

    def _cell(self, quantity: Quantity, cell: Index) -> Node:
        known = (f"{quantity.key}_next", f"grad_{quantity.key}")
        key = next((key for key in known if key in self._trace), quantity.key)
        label = self._naming.source_label(quantity, cell)
        name = self._naming.cell(quantity, cell) + (f" ({label})" if label else "")
        value = number(float(quantity.value[cell]), self._digits)
        return Node(name, value, Destination(self._update, key, cell))

    # ── samples ──────────────────────────────────────────────────────────────────────────────

    def _samples(self) -> tuple[Node, ...]:
        schedule = self._session.line.schedule
        epoch, size = self._trace.epoch, schedule.size
        order = schedule.order(epoch)
        before = (epoch - 1) * schedule.updates_per_epoch  # updates of earlier epochs
        first = (self._update - before - 1) * size
        batch = len(self._trace.samples)

        def seen(position: int) -> Node:
            return self._sample(int(order[position]), before + position // size + 1)

        def other(position: int) -> Node:
            return seen(position if position < first else position + batch)

        def name(position: int) -> str:
            return self._name(int(order[position]))

        def other_name(position: int) -> str:
            return name(position if position < first else position + batch)

        others = len(order) - batch
        here = _listed(batch, lambda i: seen(first + i), lambda i: name(first + i))
        held_out = len(self._session.scenario.samples) - len(order)
        found = [Node(f"update {self._update} sees", f"{batch:,}", inside=lambda: here)]
        if others:
            title = f"others of epoch {epoch}"
            found.append(
                Node(title, f"{others:,}", inside=lambda: _listed(others, other, other_name))
            )
        if held_out:
            found.append(Node("held out: no update sees them", f"{held_out:,}"))
        return tuple(found) if len(found) > 1 else here

    def _name(self, sample: int) -> str:
        return self._session.scenario.samples[sample].name or f"s{sample + 1}"

    def _sample(self, index: int, update: int) -> Node:
        sample = self._session.scenario.samples[index]
        told = self._numbers(sample.input)
        if sample.target is not None:
            told += f" → {self._numbers(sample.target)}"
        here = update == self._update
        when = "" if here else f"   update {update:,}"
        return Node(self._name(index), told + when, Destination(update))

    def _numbers(self, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
        told = ", ".join(number(float(value), 3) for value in values[:_NUMBERS])
        return f"{told}, …" if len(values) > _NUMBERS else told

    # ── the update ───────────────────────────────────────────────────────────────────────────

    def _phases(self) -> tuple[Node, ...]:
        found = []
        for phase, group in groupby(self._trace.steps, lambda step: step.equation.phase):
            steps = tuple(group)
            found.append(Node(phase, f"{len(steps):,}", inside=self._opened(steps)))
        return tuple(found)

    def _opened(self, steps: tuple[Step, ...]) -> Callable[[], tuple[Node, ...]]:
        return lambda: self._steps(steps)

    def _steps(self, steps: tuple[Step, ...]) -> tuple[Node, ...]:
        """The steps of a phase, layer by layer where layers have several."""
        parts = [
            (layer, tuple(group))
            for layer, group in groupby(steps, lambda step: step.equation.layer)
        ]
        made: list[Node] = []
        for layer, own in parts:
            if layer is None or len(own) == 1:
                made += map(self._step, own)
            else:
                title = f"layer {self._letters.number(layer)}"
                made.append(Node(title, f"{len(own)}", inside=self._made(own)))
        return _listed(len(made), made.__getitem__, lambda i: made[i].label)

    def _made(self, steps: tuple[Step, ...]) -> Callable[[], tuple[Node, ...]]:
        return lambda: tuple(map(self._step, steps))

    def _step(self, step: Step) -> Node:
        session = self._session
        here = not session.at_start and step.index == session.cursor.step
        symbol = step.result.symbol
        layer = None if symbol.layer is None else self._letters.number(symbol.layer)
        said = words(symbol._replace(layer=layer))
        return Node(
            f"{step.result.name.text}  {step.equation.law}",
            said if self._notation.own else "",
            Destination(self._update, step.result.key),
            here=here,
        )
