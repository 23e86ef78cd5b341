"""The sheet that a quiz is written on: one update, and what others would have made of it.

It holds the right values, the names of the cells, and what each known mistake makes of a symbol.
The latter is run, not written down: the mistaken Program is evaluated on the right values, either
for the one step alone, by somebody who took all else from the screen, or for the whole update, by
somebody who made the same mistake all along. Each is done once and only when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bpstepper.buglab.mistakes import MISTAKES, Mistake, apart, mistaken_program, mistaken_timeline
from bpstepper.engine.compile.mutation import Clash
from bpstepper.engine.compile.network import Array
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Operation, Quantity, Step, Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import Symbol
from bpstepper.explain.naming import Naming
from bpstepper.explain.provenance import Provenance, this_number
from bpstepper.scenario.model import Scenario

__all__ = ["Mistaken", "Sheet"]


@dataclass(frozen=True, eq=False)
class Mistaken:
    """What a mistake makes of one symbol.

    Attributes:
        mistake: which.
        value: its value, with the mistake in it; its shape may be another.
        step: the step as it was then made, for its terms; None where the mistake was made in an
            earlier step and only carried on to here.
    """

    mistake: Mistake
    value: Array
    step: Step | None


class Sheet:
    """One update of a scenario, to be asked about.

    Attributes:
        scenario: whose.
        line: its training.
        update: which update, from 1.
    """

    def __init__(self, scenario: Scenario, update: int = 1, line: Timeline | None = None) -> None:
        self.scenario, self.update = scenario, update
        self.line = line or Timeline(scenario)
        self.trace: Trace = self.line.trace(update)
        self.naming = Naming(scenario, self.trace.samples)
        self._programs: dict[str, Program | None] = {}
        self._found: dict[str, tuple[Mistaken, ...]] = {}

    def made(self, key: str) -> tuple[Step, Operation]:
        """The step and the operation that make a symbol.

        Raises:
            KeyError: none does.
        """
        step = self.trace.step(key)
        return step, next(op for op in step.operations if op.result.key == key)

    def spelled(self, key: str, cell: Index) -> Provenance:
        """A cell, spelled out as its step makes it."""
        step, operation = self.made(key)
        return this_number(step, operation, cell, self.naming)

    # ── mistakes ─────────────────────────────────────────────────────────────────────────────

    def mistaken(self, key: str) -> tuple[Mistaken, ...]:
        """What every mistake that matters to a symbol makes of it, in the table's order.

        Where one does so in two ways, those of the step alone come first of all.
        """
        if key not in self._found:
            here = [self._here(id_, key) for id_ in MISTAKES]
            carried = [self._carried(id_, key) for id_ in MISTAKES]
            found = [it for it in here if it is not None]
            for it in carried:
                same = [made for made in found if it is not None and made.mistake is it.mistake]
                if it is not None and all(apart(made.value, it.value) for made in same):
                    found.append(it)
            self._found[key] = tuple(found)
        return self._found[key]

    def _program(self, id_: str) -> Program | None:
        """The mistaken Program; None where it does not fit the shapes, or changes nothing."""
        if id_ not in self._programs:
            right = self.trace.program
            try:
                program: Program | None = mistaken_program(self.scenario, id_, right)
            except Clash:
                program = None
            self._programs[id_] = None if program is right else program
        return self._programs[id_]

    def _here(self, id_: str, key: str) -> Mistaken | None:
        """The mistake made in this step alone, with everything else right."""
        program = self._program(id_)
        goal = self.trace.program.by_key[key]
        if program is None or goal not in program.producer:
            return None
        step, _ = self.made(key)
        own = {operation.result.symbol for operation in step.operations}
        known = {symbol: value for symbol, value in self.trace.values.items() if symbol not in own}
        return self._evaluated(id_, program, goal, known)

    def _carried(self, id_: str, key: str) -> Mistaken | None:
        """The mistake made all along this update, from the right parameters."""
        program = self._program(id_)
        goal = self.trace.program.by_key[key]
        if program is None or goal not in program.producer:
            return None
        right = self.trace.values
        if all(symbol in right for symbol in program.inputs):
            given = (*program.inputs, *program.parts)
            known = {symbol: right[symbol] for symbol in given if symbol in right}
            found = self._evaluated(id_, program, goal, known)
            return None if found is None else Mistaken(found.mistake, found.value, None)
        # something is kept from update to update that the right training does not have
        value = mistaken_timeline(self.scenario, id_).trace(self.update).values.get(goal)
        if value is None or not apart(right[goal], value):
            return None
        return Mistaken(MISTAKES[id_], value, None)

    def _evaluated(
        self, id_: str, program: Program, goal: Symbol, known: Mapping[Symbol, Array]
    ) -> Mistaken | None:
        """The goal by a mistaken Program; None where it comes out right, or cannot be made."""
        ops = _needed(program, goal, known)
        values = dict(known)
        with np.errstate(all="ignore"):
            for op in ops:
                if any(operand not in values for operand in op.operands):
                    return None
                values[op.result] = op.kernel(*(values[operand] for operand in op.operands))
        if not apart(self.trace.values[goal], values[goal]):
            return None
        return Mistaken(MISTAKES[id_], values[goal], _step(program, goal, ops, values))


def _needed(program: Program, goal: Symbol, known: Mapping[Symbol, Array]) -> list[Op]:
    """The operations for a goal, in order, where so much is known."""
    wanted, needed = {goal}, []
    for op in reversed(program.ops):
        if op.result in wanted and op.result not in known:
            needed.append(op)
            wanted.update(op.operands)
    return needed[::-1]


def _step(program: Program, goal: Symbol, ops: list[Op], values: Mapping[Symbol, Array]) -> Step:
    """Operations as a step, to be spelled out like any other."""
    made: dict[Symbol, Quantity] = {}

    def quantity(symbol: Symbol) -> Quantity:
        if symbol not in made:
            name, axes = program.names[symbol], program.axes[symbol]
            made[symbol] = Quantity(symbol, name, axes, values[symbol])
        return made[symbol]

    operations = tuple(
        Operation(op.kernel, tuple(map(quantity, op.operands)), quantity(op.result)) for op in ops
    )
    return Step(0, program.producer[goal].equation, operations)
