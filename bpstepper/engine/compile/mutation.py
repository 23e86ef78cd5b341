"""Mutation: the small changes that turn a Program into a mistaken one, which runs like any other.

A mistake that people make in a program of theirs is a few words in one of its lines: another
operand, another operation, a line too many or too early. Here are these changes, each a function
of a Program that gives a new one: still single-assignment, its operations sorted so that each
comes after what it reads, its shapes inferred again by the kernels' own rules. What does not fit
is a `Clash`, told as numpy tells it; what numpy would broadcast is stretched by an operation of
its own. Which mistakes there are is a lesson's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.compile.symbol_spelling import BOOK
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import Axes, Kernel, ShapeClash, same_shape, sizes_of, told
from bpstepper.engine.ops.mistaken_kernels import MISTAKEN
from bpstepper.engine.symbols import KINDS, Name, Symbol
from bpstepper.engine.tables.equations import Equation

__all__ = [
    "Change",
    "Clash",
    "after",
    "changed",
    "doing",
    "made_from",
    "named",
    "only",
    "promoted",
    "reading",
    "rebuilt",
    "rereading",
    "rewriting",
    "with_state",
]

_NO_NAMES: Mapping[Symbol, Name] = MappingProxyType({})

Change = Callable[[Op], Sequence[Op]]
"""What stands in an operation's place: itself, others, or none."""

_BROADCAST = (same_shape, ALGEBRA["add"].infer)
"""The shape rules of operations that numpy does cell by cell: there it broadcasts."""


class Clash(ShapeClash):
    """A mistake that does not fit the shapes.

    Attributes:
        symbol: what could not be made.
        operands: the symbols that do not go together.
        frames: how each is written, and its shape; also of what a result should have replaced.
        glue: what a page writes before, between and after them.
    """

    def __init__(
        self,
        message: str,
        symbol: Symbol,
        operands: tuple[Symbol, ...],
        frames: tuple[tuple[str, tuple[int, ...]], ...] = (),
        glue: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.symbol = symbol
        self.operands = operands
        self.frames = frames
        self.glue = glue


# ── one operation ────────────────────────────────────────────────────────────────────────────


def reading(op: Op, instead: Mapping[Symbol, Symbol]) -> Op:
    """The operation with other operands; itself where it reads none of them."""
    operands = tuple(instead.get(symbol, symbol) for symbol in op.operands)
    return op if operands == op.operands else replace(op, operands=operands)


def doing(op: Op, kernel: Kernel, operands: Sequence[Symbol] | None = None) -> Op:
    """The operation with another kernel, and with other operands where they are given."""
    given = op.operands if operands is None else tuple(operands)
    return replace(op, kernel=kernel.along(op.kernel.axis), operands=given)


def named(key: str, layer: int | None = None) -> Symbol:
    """A symbol that only mistaken programs have, called by its key."""
    return Symbol("product", layer, key)


def made_from(
    program: Program, symbol: Symbol, instead: Mapping[Symbol, Symbol], equation: Equation
) -> tuple[Symbol, tuple[Op, ...]]:
    """What `symbol` would be if one that it is made of were another, with the operations for it.

    Only operations of one operand are followed: transposes, a leading 1, the weights of a Wb.
    """
    if symbol in instead:
        return instead[symbol], ()
    op = program.producer.get(symbol)
    if op is None or len(op.operands) != 1:
        return symbol, ()
    operand, ops = made_from(program, op.operands[0], instead, equation)
    if operand == op.operands[0]:
        return symbol, ()
    for other in program.ops:
        if other.kernel == op.kernel and other.operands == (operand,):
            return other.result, ops
    result = _called(symbol, op.operands[0], operand)
    return result, (*ops, Op(equation, op.kernel, (operand,), result))


def rereading(program: Program, op: Op, instead: Mapping[Symbol, Symbol]) -> tuple[Op, ...]:
    """The operation, where it and what prepares its operands read others; first what it needs."""
    made: list[Op] = []
    read: dict[Symbol, Symbol] = {}
    for operand in op.operands:
        read[operand], ops = made_from(program, operand, instead, op.equation)
        made += ops
    return *made, reading(op, read)


def _called(made: Symbol, of: Symbol, instead: Symbol) -> Symbol:
    """A symbol for what is made of another as `made` is made of `of`."""
    kind = instead.kind + made.kind[len(of.kind) :]
    if made.kind.startswith(of.kind) and kind in KINDS and not instead.tag:
        return Symbol(kind, instead.layer)
    if made.key.startswith(of.key):
        return named(instead.key + made.key[len(of.key) :], instead.layer)
    return named(f"{made.key}_of_{instead.key}", instead.layer)


# ── a program ────────────────────────────────────────────────────────────────────────────────


def changed(program: Program, change: Change) -> Program:
    """The program with each operation changed; what nobody reads any more is left out.

    A change of the witness of δᴸ is one of δᴸ: whoever makes it goes the general path.

    Raises:
        Clash: operands do not go together any more.
    """
    ops: list[Op] = []
    witnessed = False
    for op in program.ops:
        instead = tuple(change(op))
        witnessed |= op.equation.cross_check and instead != (op,)
        ops += instead
    if witnessed:
        ops = _by_the_general_path(ops)
    return rebuilt(program, _still_read(program, ops))


def rewriting(
    where: Callable[[Op], bool],
) -> Callable[[Callable[[Program, Op], Sequence[Op]]], Callable[[Program], Program]]:
    """Of a function that changes one operation: the one that changes those of a whole program."""

    def whole(change: Callable[[Program, Op], Sequence[Op]]) -> Callable[[Program], Program]:
        return lambda program: changed(
            program, lambda op: change(program, op) if where(op) else (op,)
        )

    return whole


def promoted(program: Program) -> Program:
    """The program that goes the general path to δᴸ, and knows no collapse; itself if it does."""
    if not any(op.equation.cross_check for op in program.ops):
        return program
    return rebuilt(program, _by_the_general_path(program.ops))


def _by_the_general_path(ops: Iterable[Op]) -> list[Op]:
    taken: dict[int, Equation] = {}
    kept = []
    for op in ops:
        if op.equation.law == "COLLAPSE":
            continue
        if op.equation.cross_check:
            equation = taken.setdefault(id(op.equation), replace(op.equation, cross_check=False))
            result = op.result
            if result.kind == "delta_general":
                result = Symbol("delta", result.layer)
            op = replace(op, equation=equation, result=result)
        kept.append(op)
    return kept


def _still_read(program: Program, ops: Sequence[Op]) -> list[Op]:
    """Without the operations whose results were read in the program, and are no longer."""
    were_read = {symbol for op in program.ops for symbol in op.operands}
    kept = list(ops)
    while True:
        read = {symbol for op in kept for symbol in op.operands} | set(program.updates)
        left = [op for op in kept if op.result in read or op.result not in were_read]
        if len(left) == len(kept):
            return left
        kept = left


def after(
    program: Program, symbol: Symbol, kernel: Kernel, others: Sequence[Symbol] = ()
) -> Program:
    """The program in which `symbol` is what `kernel` makes of it, and of `others` beside it."""
    raw = named(f"{symbol.key}_before", symbol.layer)

    def change(op: Op) -> Sequence[Op]:
        if op.result != symbol:
            return (op,)
        return replace(op, result=raw), replace(
            op, kernel=kernel.along(program.layout.units_axis), operands=(raw, *others)
        )

    return rebuilt(program, [new for op in program.ops for new in change(op)])


def with_state(program: Program, next_of: Mapping[Symbol, Symbol], ops: Iterable[Op]) -> Program:
    """The program with more that lasts from one update to the next.

    Args:
        program: what to change.
        next_of: after → before, as in `Program.updates`; what is new starts at 0.
        ops: all operations.
    """
    given = {
        before: program.axes[after]
        for after, before in next_of.items()
        if before not in program.axes
    }
    return rebuilt(program, ops, given, next_of)


def only(program: Program, goals: Iterable[Symbol]) -> Program:
    """The program with nothing but what `goals` depend on; nothing is updated."""
    small = replace(program, updates={})
    return rebuilt(small, small.needed_for(goals))


def rebuilt(
    program: Program,
    ops: Iterable[Op],
    given: Mapping[Symbol, Axes] | None = None,
    updates: Mapping[Symbol, Symbol] | None = None,
) -> Program:
    """A program of these operations, sorted, with axes and names for what is new.

    Args:
        program: what they come from; its inputs are this one's, too.
        ops: in any order; of several that make the same symbol the first counts.
        given: further inputs.
        updates: further updates.

    Raises:
        Clash: operands do not go together.
    """
    ordered = _sorted(list({op.result: op for op in reversed(list(ops))}.values())[::-1])
    made_before, made = {op.result for op in program.ops}, {op.result for op in ordered}
    gone = made_before | {s for s, (whole, _) in program.parts.items()
                          if whole in made_before and whole not in made}  # fmt: skip
    axes = {s: axes for s, axes in program.axes.items() if s not in gone and s not in made}
    axes.update(given or {})
    moves = {**program.updates, **(updates or {})}
    names = dict(program.names)

    def frame(symbol: Symbol) -> tuple[str, tuple[int, ...]]:
        return names[symbol].text, sizes_of(axes[symbol])

    for symbol in axes:
        names.setdefault(symbol, _name(symbol))
    fitting: list[Op] = []
    for op in ordered:
        try:
            fits = _fitted(op, axes)
        except ShapeClash as clash:
            frames = tuple(map(frame, op.operands))
            raise Clash(str(clash), op.result, op.operands, frames, op.kernel.glue) from None
        for fitted, its_axes in fits:
            axes[fitted.result] = its_axes
            names.setdefault(fitted.result, _name(fitted.result, fitted, names))
            fitting.append(fitted)
        before = moves.get(op.result)
        if before is not None and sizes_of(axes[before]) != sizes_of(axes[op.result]):
            raise Clash(
                f"non-broadcastable output operand with shape {told(axes[before])} doesn't match "
                f"the broadcast shape {told(axes[op.result])}",
                op.result,
                op.operands,
                (frame(before), frame(op.result)),
                ("", "←", ""),
            )
    parts = {s: of for s, of in program.parts.items() if s not in made and s not in gone}
    names = {symbol: names[symbol] for symbol in axes}
    return replace(program, ops=tuple(fitting), axes=axes, names=names, updates=moves, parts=parts)


def _name(symbol: Symbol, op: Op | None = None, names: Mapping[Symbol, Name] = _NO_NAMES) -> Name:
    """How a symbol that the compiler does not know is written.

    By its kind, or as what is made of another (`(W²)⁻¹`), or by its key.
    """
    if symbol.kind in KINDS and symbol.kind != "product":
        return BOOK.name(symbol)
    if op is not None and op.kernel.form == "postfix":
        of, sign = names[op.operands[0]], op.kernel.glue[-1]
        return Name(f"({of.text}){sign}", rf"({of.latex})^{{\mathrm{{{op.kernel.name}}}}}")
    return Name(symbol.key, rf"\mathrm{{{symbol.key}}}".replace("_", r"\_"))


def _fitted(op: Op, axes: Mapping[Symbol, Axes]) -> list[tuple[Op, Axes]]:
    """The operation with its axes, behind those that stretch what numpy broadcasts.

    Raises:
        ShapeClash: not even numpy would make its operands go together.
    """
    operands = [axes[operand] for operand in op.operands]
    try:
        return [(op, op.kernel.axes(operands))]
    except ShapeClash as clash:
        stretch = MISTAKEN["stretch"].along(op.kernel.axis)
        if op.kernel.infer not in _BROADCAST:
            raise
        try:
            wide = operands[0]
            for other in operands[1:]:
                wide = stretch.axes([wide, other])
        except ShapeClash:
            raise clash from None
    first, second = op.operands
    made: list[tuple[Op, Axes]] = []
    instead = {}
    for operand, like in ((first, second), (second, first)):
        if sizes_of(axes[operand]) != sizes_of(wide):
            wider = named(f"{operand.key}_for_{op.result.key}", op.result.layer)
            made.append((Op(op.equation, stretch, (operand, like), wider), wide))
            instead[operand] = wider
    return [*made, (reading(op, instead), wide)]


def _sorted(ops: Sequence[Op]) -> list[Op]:
    """The operations, each after those that it reads from, else in the given order.

    Those of one equation stay together, unless only splitting them up helps.
    """
    if _in_order(ops):
        return list(ops)
    steps = [list(group) for _, group in groupby(ops, key=lambda op: id(op.equation))]
    placed = _placed(steps) or _placed([[op] for op in ops])
    assert placed is not None  # no change makes a circle
    return placed


def _in_order(ops: Sequence[Op]) -> bool:
    """Whether each comes after those that it reads from already."""
    to_come = {op.result for op in ops}
    for op in ops:
        if not to_come.isdisjoint(op.operands):
            return False
        to_come.discard(op.result)
    return True


def _placed(units: list[list[Op]]) -> list[Op] | None:
    waiting = list(units)
    to_come = {op.result for unit in waiting for op in unit}
    placed: list[Op] = []
    while waiting:
        for unit in waiting:
            own = {op.result for op in unit}
            if not any((to_come - own) & set(op.operands) for op in unit):
                break
        else:
            return None
        waiting.remove(unit)
        to_come -= own
        placed += _within(unit)
    return placed


def _within(unit: list[Op]) -> list[Op]:
    waiting, to_come = list(unit), {op.result for op in unit}
    placed: list[Op] = []
    while waiting:
        ready = next(op for op in waiting if not to_come & set(op.operands))
        waiting.remove(ready)
        to_come.discard(ready.result)
        placed.append(ready)
    return placed
