"""Lowering: a Program bound to buffers, as one flat list of numpy calls.

What is taught is the Op; what runs is its lowering. This module alone decides what may share
memory: a view costs nothing, an update is written over the parameter where nothing reads the
old one afterwards, and operations that nobody needs are left out. Training runs the list; a
trace runs the same calls and keeps a copy of each result, which is why the two agree bit for
bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bpstepper.engine.compile.memory import part
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.ops.kernels import AnyArray, Call
from bpstepper.engine.symbols import Symbol

__all__ = ["Lowered"]


class Lowered:
    """A Program with its memory: write the batch, run the calls, read the results.

    Attributes:
        program: what was lowered.
        values: symbol → buffer; the parameters' are those that were handed in.
        calls: each operation with the calls that compute it, in order; a view has none.
        viewed: results that are an operand's memory seen otherwise.
    """

    def __init__(
        self,
        program: Program,
        parameters: Mapping[Symbol, AnyArray],
        constants: Mapping[Symbol, float],
        goals: Iterable[Symbol] | None = None,
        dtype: type = np.float64,
    ) -> None:
        """Bind a program.

        Args:
            program: what to run.
            parameters: buffers that updates are written to; shared, never copied.
            constants: their values; those the program does not declare are ignored.
            goals: what must be computed; None is everything, witnesses included.
            dtype: of every buffer but the parameters.

        Raises:
            KeyError: a parameter or constant of the program is not among those given.
        """
        self.program = program
        self.values: dict[Symbol, AnyArray] = {}
        self.viewed: set[Symbol] = set()
        self._dtype = dtype
        ops = program.ops if goals is None else program.needed_for(goals)
        for symbol in program.inputs:
            if symbol in parameters:
                self.values[symbol] = parameters[symbol]
            elif symbol in constants:
                self.values[symbol] = np.array(constants[symbol], dtype)
            elif any(axis.kind == "samples" for axis in program.axes[symbol]):
                self.values[symbol] = np.zeros(program.shape(symbol), dtype)  # for `write`
            else:
                raise KeyError(f"{symbol}: expected a parameter or a constant, got none")
        in_place = self._in_place(ops)
        self.calls: list[tuple[Op, tuple[Call, ...]]] = []
        for op in ops:
            self.calls.append((op, self._bind(op, in_place)))
        self._given = [(symbol, self.values[symbol]) for symbol in program.inputs]
        self._made = [
            (op, op.result, calls, None if op.result in self.viewed else self.values[op.result])
            for op, calls in self.calls
        ]
        self._nbytes = sum(
            -(-value.nbytes // _ALIGNED) * _ALIGNED
            for symbol, value in self.values.items()
            if symbol not in self.viewed
        )
        self._moves: tuple[Call, ...] = tuple(
            (np.copyto, (self.values[before], self.values[after]))
            for after, before in program.updates.items()
            if after in self.values and after not in in_place
        )
        self.flat: tuple[Call, ...] = (
            *(call for _, calls in self.calls for call in calls),
            *self._moves,
        )

    def _in_place(self, ops: tuple[Op, ...]) -> frozenset[Symbol]:
        """The updated parameters that may be written over the old ones.

        That is so where no later operation reads the old parameter or a view of it: every
        update starts from the parameters as they were.
        """
        roots: dict[Symbol, Symbol] = {}
        last_read: dict[Symbol, int] = {}
        for position, op in enumerate(ops):
            if op.kernel.view is not None:
                roots[op.result] = roots.get(op.operands[0], op.operands[0])
            for operand in op.operands:
                last_read[roots.get(operand, operand)] = position
        safe = set()
        for position, op in enumerate(ops):
            before = self.program.updates.get(op.result)
            if before is None or op.kernel.view is not None:
                continue
            aliased = before in op.operands and not op.kernel.in_place
            if not aliased and last_read.get(before, -1) <= position:
                safe.add(op.result)
        return frozenset(safe)

    def _bind(self, op: Op, in_place: frozenset[Symbol]) -> tuple[Call, ...]:
        operands = [self.values[operand] for operand in op.operands]
        if op.kernel.view is not None:
            seen = op.kernel.view(operands, op.kernel.axis)
            if seen is not None:
                self.values[op.result] = seen
                self.viewed.add(op.result)
                return ()
        if op.result in in_place:
            out = self.values[self.program.updates[op.result]]
        else:
            out = np.empty(self.program.shape(op.result), self._dtype)
        self.values[op.result] = out
        return _by_turns(op.kernel.bind(operands, out), out)

    def write(self, values: Mapping[Symbol, AnyArray]) -> None:
        """Copy given values (a batch, other parameters) into the buffers."""
        for symbol, value in values.items():
            np.copyto(self.values[symbol], value)

    def run(self, times: int = 1) -> None:
        """Run every call: one update, or several that see the same batch."""
        flat = self.flat
        with np.errstate(all="ignore"):
            for _ in range(times):
                for function, arguments in flat:
                    function(*arguments)

    def snapshot(self) -> dict[Symbol, AnyArray]:
        """Run every operation once and keep a frozen copy of every value.

        A copy keeps its buffer's memory order, so that each operation replays to the bit. The
        copies of a large network lie in one block of memory.
        """
        freeze = _Block(self._nbytes).freeze if self._nbytes > _LARGE else _freeze
        kept = {symbol: freeze(buffer) for symbol, buffer in self._given}
        with np.errstate(all="ignore"):
            for op, symbol, calls, buffer in self._made:
                for function, arguments in calls:
                    function(*arguments)
                if buffer is not None:
                    kept[symbol] = freeze(buffer)
                    continue
                assert op.kernel.view is not None  # that is how it came to be a view
                seen = op.kernel.view([kept[o] for o in op.operands], op.kernel.axis)
                assert seen is not None  # the same shapes as when it was bound
                kept[symbol] = seen
            for function, arguments in self._moves:
                function(*arguments)
        for symbol, (whole, kind) in self.program.parts.items():
            kept[symbol] = part(self.program.layout.name, kept[whole], kind)
        return kept


def _by_turns(calls: Sequence[Call], out: AnyArray) -> tuple[Call, ...]:
    """The same calls, a lone number handed to and fro between two buffers until it is in `out`.

    To write an array of one number over itself takes numpy three times as long as to write it
    elsewhere; in a network of a few units that is a fourth of an update.
    """
    is_chain = all(
        isinstance(function, np.ufunc) and arguments[-1] is out for function, arguments in calls
    )
    if out.size != 1 or len(calls) < 2 or not is_chain:
        return tuple(calls)
    buffers = (out, np.empty_like(out))
    turned: list[Call] = []
    current = out
    for left, (function, arguments) in zip(range(len(calls) - 1, -1, -1), calls, strict=True):
        reads = tuple(current if argument is out else argument for argument in arguments[:-1])
        current = buffers[left % 2]  # the last call writes `out`
        turned.append((function, (*reads, current)))
    return tuple(turned)


_LARGE = 2**18  # bytes of a snapshot from which one block is quicker than many arrays
_ALIGNED = 64


class _Block:
    """Copies side by side in one allocation.

    Many fresh arrays of 100 KB each cost the operating system a fault for every page; one block
    is given back and taken again as a whole.
    """

    def __init__(self, nbytes: int) -> None:
        self._memory = np.empty(nbytes, np.uint8)
        self._taken = 0

    def freeze(self, array: AnyArray) -> AnyArray:
        """A frozen copy of a C-ordered array."""
        if not array.flags.c_contiguous:
            return _freeze(array)
        end = self._taken + array.nbytes
        copied = self._memory[self._taken : end].view(array.dtype).reshape(array.shape)
        self._taken += -(-array.nbytes // _ALIGNED) * _ALIGNED
        np.copyto(copied, array)
        copied.setflags(False)  # type: ignore[call-arg]  # by position: a keyword costs as much again
        return copied


def _freeze(array: AnyArray) -> AnyArray:
    copied = array.copy("K")
    copied.setflags(False)  # type: ignore[call-arg]  # by position: a keyword costs as much again
    return copied
