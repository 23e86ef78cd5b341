"""A Trace: one update with every value kept, as steps that a person can walk through.

Steps and operations are frozen values that need no neighbour to be drawn: each holds its
operands and its result, and replays to the same bits. Moving through a trace computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple
from weakref import WeakKeyDictionary

from bpstepper.engine.compile.lowering import Lowered
from bpstepper.engine.compile.network import Array
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.ops.kernels import Axes, Kernel
from bpstepper.engine.run.displays import display
from bpstepper.engine.symbols import Name, Symbol, is_parameter
from bpstepper.engine.tables.equations import Equation

__all__ = ["Operation", "Quantity", "Step", "Trace", "record"]

_new = tuple.__new__


class Quantity(NamedTuple):
    """A symbol with its value in one update.

    Attributes:
        symbol: what it is.
        name: how it is written in this program.
        axes: what its rows and columns are.
        value: read-only; 0-d for a number, (m, n, n) for softmax's Jacobian, else 2-D.
    """

    symbol: Symbol
    name: Name
    axes: Axes
    value: Array

    # it holds arrays, whose == is elementwise: it is equal to itself alone

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)

    @property
    def key(self) -> str:
        """The public text key."""
        return self.symbol.key


class Operation(NamedTuple):
    """One operation with its values: `result.value == kernel(*operand values)`, to the bit."""

    kernel: Kernel
    operands: tuple[Quantity, ...]
    result: Quantity

    # it holds arrays, whose == is elementwise: it is equal to itself alone

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)

    def replay(self) -> Array:
        """Compute the result once more from the operands that were kept."""
        return self.kernel(*(operand.value for operand in self.operands))


class Step(NamedTuple):
    """One equation at one layer.

    Attributes:
        index: its place in the update, from 0.
        equation: the law, written out for this layer.
        operations: in order; the last one makes the step's result.
    """

    index: int  # type: ignore[assignment]  # a tuple's own `index` is of no use here
    equation: Equation
    operations: tuple[Operation, ...]

    # it holds arrays, whose == is elementwise: it is equal to itself alone

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)

    @property
    def id(self) -> str:
        """The key of what the step makes, such as `delta1`."""
        return self.result.key

    @property
    def result(self) -> Quantity:
        """What the step makes."""
        return self.operations[-1].result

    def __rich_console__(self, console: object, options: object) -> Iterator[object]:
        """The step for rich's `print`: its equation and its matrices."""
        yield from display().rich_lines((self,))

    def _repr_html_(self) -> str:
        """The step for a notebook."""
        return display().html((self,))


@dataclass(frozen=True, eq=False)
class Trace:
    """One update, every value.

    `trace["delta1"]` is a value by its key, `for step in trace` walks the steps.

    Attributes:
        program: what was run.
        values: symbol → read-only value, of every operand and result.
        update: which update it is, from 1.
        epoch: in which epoch, from 1.
        samples: the indices of the batch's samples, from 0.
    """

    program: Program
    values: Mapping[Symbol, Array]
    update: int = 1
    epoch: int = 1
    samples: tuple[int, ...] = (0,)

    def __getitem__(self, key: str | Symbol) -> Array:
        """The value of a symbol, (n_l, m) or as its kind has it; read-only.

        Raises:
            KeyError: this network has no such symbol; the message lists those it has.
        """
        symbol = self.program.by_key.get(key) if isinstance(key, str) else key
        if symbol is None or symbol not in self.values:
            raise KeyError(
                f"{key!s} is not a symbol of this update; it has: {' '.join(self.keys())}"
            )
        return self.values[symbol]

    def __contains__(self, key: object) -> bool:
        """Whether the update has a symbol of this key; without this, `in` would walk the steps."""
        if isinstance(key, str):
            return self.program.by_key.get(key) in self.values
        return key in self.values

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def keys(self) -> tuple[str, ...]:
        """The text keys of all values, in program order."""
        return tuple(symbol.key for symbol in self.values)

    def quantity(self, symbol: Symbol) -> Quantity:
        """A symbol with its name, axes and value."""
        program = self.program
        return Quantity(symbol, program.names[symbol], program.axes[symbol], self.values[symbol])

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps in order."""
        plan = _plan(self.program, self.values)
        values = self.values.values()
        # made by `tuple.__new__`, which is all that their own constructors do: half the time
        rows = zip(plan.symbols, plan.names, plan.axes, values, strict=True)
        made = tuple(map(_new, repeat(Quantity), rows))
        steps = []
        for index, equation, operations in plan.steps:
            done = [
                _new(Operation, (kernel, operands(made), made[result]))
                for kernel, operands, result in operations
            ]
            steps.append(_new(Step, (index, equation, tuple(done))))
        return tuple(steps)

    def step(self, id_: str) -> Step:
        """The step that makes the symbol with this key.

        Raises:
            KeyError: no step makes it.
        """
        for step in self.steps:
            if any(operation.result.key == id_ for operation in step.operations):
                return step
        raise KeyError(f"no step makes {id_}")

    def __rich_console__(self, console: object, options: object) -> Iterator[object]:
        """The update for rich's `print`: every step with its result."""
        yield from display().rich_lines(self.steps)

    def _repr_html_(self) -> str:
        """The update for a notebook."""
        return display().html(self.steps)

    def __repr__(self) -> str:
        return (
            f"<Trace of update {self.update}: {len(self)} steps, "
            f"{len(self.samples)} sample(s), C = {self.cost!r}>"
        )

    @property
    def cost(self) -> float:
        """C of the batch, before anything moved."""
        return float(self["C"])

    @cached_property
    def parameters(self) -> dict[str, Array]:
        """W and b of every layer *after* the update, by key; read-only.

        With them Wb where they are folded, and x where it is what is trained.
        """
        values, layers = self.values, sorted(self.program.axes, key=lambda s: s.layer or 0)
        after = {symbol: Symbol(f"{symbol.kind}_next", symbol.layer) for symbol in layers}
        return {
            symbol.key: values.get(after[symbol], values[symbol])
            for symbol in layers
            if is_parameter(symbol) or (symbol.kind == "x" and after[symbol] in values)
        }


_Row = tuple[Kernel, Callable[[tuple[Quantity, ...]], tuple[Quantity, ...]], int]


class _Plan(NamedTuple):
    """What the steps of all traces of a program have in common: everything but the values.

    Attributes:
        symbols: in the order in which a trace has its values.
        names: how each is written.
        axes: what the rows and columns of each are.
        steps: for each step its index, its equation and its operations: the kernel, what picks
            the operands out of the quantities of all symbols, and the place of the result.
    """

    symbols: tuple[Symbol, ...]
    names: tuple[Name, ...]
    axes: tuple[Axes, ...]
    steps: tuple[tuple[int, Equation, tuple[_Row, ...]], ...]


_plans: WeakKeyDictionary[Program, _Plan] = WeakKeyDictionary()


def _plan(program: Program, values: Mapping[Symbol, Array]) -> _Plan:
    """The plan of a program, made once: a trace is drawn at each update that is gone to."""
    plan = _plans.get(program)
    symbols = tuple(values)
    if plan is not None and plan.symbols == symbols:
        return plan
    at = {symbol: position for position, symbol in enumerate(symbols)}

    def row(op: Op) -> _Row:
        places = [at[operand] for operand in op.operands]
        # of a single place an itemgetter makes no tuple; of a slice it does
        pick = (
            itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))
        )
        return op.kernel, pick, at[op.result]

    plan = _plans[program] = _Plan(
        symbols,
        tuple(program.names[symbol] for symbol in symbols),
        tuple(program.axes[symbol] for symbol in symbols),
        tuple(
            (index, ops[0].equation, tuple(map(row, ops)))
            for index, ops in enumerate(program.steps)
        ),
    )
    return plan


def record(lowered: Lowered, update: int, epoch: int, samples: tuple[int, ...]) -> Trace:
    """Run one update of a lowered program and keep everything."""
    return Trace(lowered.program, lowered.snapshot(), update, epoch, samples)
