"""The Program: one update of a network as a flat list of operations on symbols, without numbers.

Stepping and training, provenance and reports all read it. It is made for one batch size, since
shapes are part of it (`compiler` makes it); numbers come in with a memory (`memory`), and the
numpy calls with a lowering (`lowering`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from bpstepper.engine.ops.kernels import Axes, Kernel
from bpstepper.engine.symbols import Name, Symbol
from bpstepper.engine.tables.equations import Equation
from bpstepper.engine.tables.layouts import Layout

__all__ = ["Op", "Program"]


@dataclass(frozen=True)
class Op:
    """One operation: `result = kernel(*operands)`, single-assignment.

    Attributes:
        equation: the law it belongs to; operations of one equation are one step.
        kernel: what is done.
        operands: on which symbols.
        result: which symbol it makes.
    """

    equation: Equation
    kernel: Kernel
    operands: tuple[Symbol, ...]
    result: Symbol


@dataclass(frozen=True, eq=False)
class Program:
    """The operations of one update, in order.

    Attributes:
        ops: every operation; each operand is an input or an earlier result.
        axes: what the rows and columns of each symbol are, and how many.
        names: how each symbol is written.
        layout: how products are written.
        batch: m, the number of samples it is made for.
        updates: what moves: after the update → before it; an optimizer's state is among them.
        parts: symbols that are part of another's value: symbol → (the whole, "W" or "b").
    """

    ops: tuple[Op, ...]
    axes: Mapping[Symbol, Axes]
    names: Mapping[Symbol, Name]
    layout: Layout
    batch: int
    updates: Mapping[Symbol, Symbol]
    parts: Mapping[Symbol, tuple[Symbol, str]] = field(default_factory=dict)

    @cached_property
    def inputs(self) -> tuple[Symbol, ...]:
        """The symbols that no operation makes: parameters, samples, constants."""
        known = {op.result for op in self.ops}.union(self.parts)
        return tuple(symbol for symbol in self.axes if symbol not in known)

    @cached_property
    def steps(self) -> tuple[tuple[Op, ...], ...]:
        """The operations grouped by equation: one group is one step."""
        return tuple(tuple(group) for _, group in groupby(self.ops, key=lambda op: op.equation))

    @cached_property
    def by_key(self) -> Mapping[str, Symbol]:
        """Every symbol by its public key."""
        return {symbol.key: symbol for symbol in self.axes}

    @cached_property
    def producer(self) -> Mapping[Symbol, Op]:
        """Which operation makes a symbol; inputs are not in it."""
        return {op.result: op for op in self.ops}

    def shape(self, symbol: Symbol) -> tuple[int, ...]:
        """The shape of a symbol's value."""
        return tuple(axis.size for axis in self.axes[symbol])

    def needed_for(self, goals: Iterable[Symbol]) -> tuple[Op, ...]:
        """The operations that `goals` depend on, in order: everything else can be left out."""
        wanted = set(goals)
        kept = []
        for op in reversed(self.ops):
            if op.result in wanted:
                kept.append(op)
                wanted.update(op.operands)
        return tuple(reversed(kept))
