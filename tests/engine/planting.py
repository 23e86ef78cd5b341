"""Programs with a fault planted in them, and what comes of running one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bpstepper.engine.compile.compiler import compile_program
from bpstepper.engine.compile.lowering import Lowered
from bpstepper.engine.compile.memory import batch_values, constants, initial_memory
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.run.gradcheck import GradientCheck, check_trace
from bpstepper.engine.run.trace import Trace, record
from bpstepper.engine.symbols import Symbol

__all__ = ["Fault", "changed", "checked", "memory", "reading", "sorted_again", "traced"]

Fault = Callable[[Program], Program]


def sorted_again(ops: Iterable[Op]) -> tuple[Op, ...]:
    """The operations, each moved after those whose results it reads; else in the given order."""
    waiting = list(ops)
    made_later = {op.result for op in waiting}
    placed: list[Op] = []
    while waiting:
        ready = next(op for op in waiting if not made_later & set(op.operands))
        waiting.remove(ready)
        made_later.discard(ready.result)
        placed.append(ready)
    return tuple(placed)


def changed(program: Program, change: Callable[[Op], Op]) -> Program:
    """The program with each operation changed, in an order that works."""
    return replace(program, ops=sorted_again(change(op) for op in program.ops))


def reading(op: Op, instead: Mapping[Symbol, Symbol]) -> Op:
    """The operation with other operands."""
    return replace(op, operands=tuple(instead.get(symbol, symbol) for symbol in op.operands))


def memory(problem: Problem, program: Program) -> dict[Symbol, Array]:
    """What an update of this program on all samples starts from."""
    x = batch_values(problem, range(len(problem.samples)))[Symbol("x")]
    return initial_memory(problem, program, x)


def traced(problem: Problem, program: Program, scaled: Mapping[str, float] | None = None) -> Trace:
    """Update 1 by this program on all samples; `scaled` multiplies constants by their kind."""
    samples = tuple(range(len(problem.samples)))
    given = constants(problem, len(samples))
    for kind, by in (scaled or {}).items():
        given[Symbol(kind)] *= by
    parameters = memory(problem, program)
    lowered = Lowered(program, parameters, given)
    batch = batch_values(problem, samples)
    lowered.write({symbol: value for symbol, value in batch.items() if symbol not in parameters})
    return record(lowered, 1, 1, samples)


def checked(
    problem: Problem, fault: Fault, scaled: Mapping[str, float] | None = None
) -> GradientCheck:
    """The gradient check of a full-batch update with this fault in it."""
    program = fault(compile_program(problem, len(problem.samples)))
    trace = traced(problem, program, scaled)
    return check_trace(problem, trace, memory(problem, program))
