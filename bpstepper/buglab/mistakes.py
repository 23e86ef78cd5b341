"""The bug lab without a screen: what comes of each mistake in a given network.

A mistaken Program is run beside the right one, each training from the scenario's own start, and
the two are compared number by number. Whether a mistake can be made here at all is for the shapes
to say, and whether it matters, for the numbers: nothing here knows which networks suit it. Who
would notice it is asked, too: the gradient check of what the update used, and that of the backward
pass alone, without the moves of parameters in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from bpstepper.buglab.gradient_mistakes import ROWS as IN_GRADIENTS
from bpstepper.buglab.mistake import Mistake
from bpstepper.buglab.pass_mistakes import ROWS as IN_PASSES
from bpstepper.engine.compile.lowering import Lowered
from bpstepper.engine.compile.memory import batch_values, constants, initial_memory
from bpstepper.engine.compile.mutation import Clash, only, reading, rebuilt
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.run.directional_gradcheck import projected_worst
from bpstepper.engine.run.gradcheck import GradientCheck, check_trace
from bpstepper.engine.run.trace import Trace, record
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import Symbol, gradient_of

__all__ = [
    "MISTAKES",
    "Mistake",
    "Verdict",
    "apart",
    "difference",
    "differences",
    "examine",
    "examine_all",
    "mistaken_program",
    "mistaken_timeline",
]

MISTAKES: Mapping[str, Mistake] = MappingProxyType(
    {row.id: row for row in (*IN_PASSES, *IN_GRADIENTS)}
)
"""Every mistake by its id, in the order in which one would go through them."""

_ROUNDING = 1e-9  # of the largest number: what two ways to compute the same may differ by
_LOOKED_AT = 2  # updates that are looked at where none is asked for: some mistakes need a second
_LARGE = 20_000  # weights × samples, from which all of a parameter is moved at once
_MEASURED = 400  # cells of each parameter that a check measures at most


@dataclass(frozen=True, eq=False)
class Verdict:
    """What comes of a mistake.

    Attributes:
        id: which mistake.
        title: in words.
        applies: whether it can be made here and makes a difference.
        update: which update was looked at.
        first: the key of what differs first, in program order; None where nothing does.
        differs: every symbol of both programs that differs beyond rounding, in program order:
            key → (right, mistaken).
        gradcheck_ok: whether a gradient check passes what the update used.
        gradcheck_worst: how far it is off, relative; infinite where a gradient has the wrong
            shape, None where the mistake cannot be run.
        gradcheck_symbol: the parameter whose gradient is off most.
        backward_ok: whether it passes what the backward pass alone gives.
        clash: why it does not run, as numpy tells it; None where it does.
        clash_symbol: the key of what could not be made.
        clash_operands: the keys of what does not go together.
        clash_frames: how each of these is written, and its shape.
        clash_glue: what a page writes before, between and after them.
    """

    id: str
    title: str
    applies: bool
    update: int
    first: str | None = None
    differs: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)
    gradcheck_ok: bool | None = None
    gradcheck_worst: float | None = None
    gradcheck_symbol: str | None = None
    backward_ok: bool | None = None
    clash: str | None = None
    clash_symbol: str | None = None
    clash_operands: tuple[str, ...] = ()
    clash_frames: tuple[tuple[str, tuple[int, ...]], ...] = ()
    clash_glue: tuple[str, ...] = ()


def mistaken_program(problem: Problem, id_: str, program: Program) -> Program:
    """The program with this mistake in it; itself where there is nothing to do wrongly.

    Raises:
        KeyError: there is no such mistake.
        Clash: it does not fit the shapes.
    """
    mistake = MISTAKES[id_]
    return mistake.change(program) if mistake.meaningful(problem) else program


def mistaken_timeline(problem: Problem, id_: str) -> Timeline:
    """A training with this mistake in every update, from the problem's own start.

    Raises:
        KeyError: there is no such mistake.
        Clash: it does not fit the shapes.
    """
    return Timeline(problem, lambda program: mistaken_program(problem, id_, program))


def examine(
    problem: Problem, id_: str, update: int | None = None, right: Timeline | None = None
) -> Verdict:
    """Make a mistake, and see what becomes of it.

    Args:
        problem: in which network, or scenario.
        id_: which mistake.
        update: which update to look at; without it, the first where it makes a difference.
        right: the training without the mistake, where there is one already.

    Raises:
        KeyError: there is no such mistake.
        ValueError: an update before 1.
    """
    found, line = _compared(problem, id_, update, right or Timeline(problem))
    if line is None or not found.applies:
        return found
    trace, before = line.trace(found.update), line.parameters(found.update - 1)
    used = _check(problem, trace, before)
    return replace(
        found,
        gradcheck_ok=used.ok,
        gradcheck_worst=used.worst,
        gradcheck_symbol=used.symbol,
        backward_ok=_backward_alone(problem, trace, before, used).ok,
    )


def difference(
    problem: Problem, id_: str, update: int | None = None, right: Timeline | None = None
) -> Verdict:
    """Make a mistake, and see what differs; nobody is asked whether they would notice.

    Arguments and errors are those of `examine`.
    """
    return _compared(problem, id_, update, right or Timeline(problem))[0]


def _compared(
    problem: Problem, id_: str, update: int | None, right: Timeline
) -> tuple[Verdict, Timeline | None]:
    """What differs, and the training with the mistake in it; None where it does not run."""
    mistake = MISTAKES[id_]
    if update is not None and update < 1:
        raise ValueError(f"update: expected 1 or more, got {update}")
    wanted = range(1, _LOOKED_AT + 1) if update is None else (update,)
    line = None
    for number in wanted:
        try:
            line = line or mistaken_timeline(problem, id_)
            trace = line.trace(number)
        except Clash as clash:
            return _clashed(mistake, number, clash), None
        differs = differences(right.trace(number), trace)
        if differs:
            first = next(iter(differs))
            return Verdict(id_, mistake.title, True, number, first, differs), line
    return Verdict(id_, mistake.title, applies=False, update=wanted[0]), line


def _clashed(mistake: Mistake, update: int, clash: Clash) -> Verdict:
    return Verdict(
        mistake.id,
        mistake.title,
        applies=False,
        update=update,
        clash=str(clash),
        clash_symbol=clash.symbol.key,
        clash_operands=tuple(operand.key for operand in clash.operands),
        clash_frames=clash.frames,
        clash_glue=clash.glue,
    )


def examine_all(problem: Problem, update: int | None = None) -> tuple[Verdict, ...]:
    """Every mistake in this network, in the table's order."""
    right = Timeline(problem)
    return tuple(examine(problem, id_, update, right) for id_ in MISTAKES)


# ── what differs ─────────────────────────────────────────────────────────────────────────────


def differences(right: Trace, mistaken: Trace) -> dict[str, tuple[Array, Array]]:
    """What both traces have and has not the same numbers, in the right program's order.

    Key → (right, mistaken), as in a `Verdict`.
    """
    found = {}
    for symbol, value in right.values.items():
        other = mistaken.values.get(symbol)
        if other is not None and apart(value, other):
            found[symbol.key] = (value, other)
    return found


def apart(right: Array, mistaken: Array) -> bool:
    """Whether two values differ beyond rounding, in shape or in numbers."""
    if right is mistaken:
        return False
    if right.shape != mistaken.shape:
        return True
    same = (right == mistaken) | (np.isnan(right) & np.isnan(mistaken))
    if same.all():
        return False
    with np.errstate(all="ignore"):
        off = np.abs(right[~same] - mistaken[~same])
        finite = np.concatenate([np.abs(v[np.isfinite(v)]).ravel() for v in (right, mistaken)])
    largest = float(finite.max(initial=0.0))
    return not bool((off <= _ROUNDING * largest).all())  # NaN is never within


# ── who would notice ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Checked:
    """A gradient check in short."""

    ok: bool
    worst: float
    symbol: str | None


def _check(problem: Problem, trace: Trace, before: Mapping[Symbol, Array]) -> _Checked:
    """Hold the gradients of a trace against its own forward pass; a wrong shape is a wrong one."""
    gradients = {parameter: by for parameter in before if (by := gradient_of(parameter))}
    known = {p: by for p, by in gradients.items() if by in trace}
    misshapen = [p for p, by in known.items() if trace[by].shape != before[p].shape]
    sound = [by for p, by in known.items() if p not in misshapen]
    if misshapen or not sound:
        symbol = misshapen[0].key if misshapen else None
        return _Checked(not misshapen, float("inf") if misshapen else 0.0, symbol)
    small = only(trace.program, (Symbol("C"), *sound))
    values = {symbol: trace.values[symbol] for symbol in small.axes if symbol in trace.values}
    kept = replace(trace, program=small, values=values)
    if sum(before[p].size for p in known) * len(trace.samples) > _LARGE:
        worst = projected_worst(problem, kept, before, known)
        return _Checked(worst.difference <= GradientCheck.TOLERANCE, worst.difference, worst.symbol)
    held = check_trace(problem, kept, before, _MEASURED)
    return _Checked(held.ok, held.worst.difference, held.worst.symbol)


def _backward_alone(
    problem: Problem, trace: Trace, before: Mapping[Symbol, Array], used: _Checked
) -> _Checked:
    """The same for what a backward pass gives when nothing moves meanwhile, with nothing kept.

    `used` is the check of the whole update: where the two do not differ, it is the answer.
    """
    program = _without_moves(trace.program)
    fresh = _without_memory(problem, trace, before)
    if program is trace.program and fresh is before:
        return used
    wanted = {Symbol("C"), *(gradient_of(parameter) for parameter in before)}
    goals = [symbol for symbol in program.axes if symbol in wanted]
    small = only(program, goals)
    parameters = {symbol: np.array(value) for symbol, value in fresh.items()}
    lowered = Lowered(small, parameters, constants(problem, small.batch))
    batch = batch_values(problem, trace.samples)
    lowered.write({symbol: value for symbol, value in batch.items() if symbol not in parameters})
    alone = record(lowered, trace.update, trace.epoch, trace.samples)
    return _check(problem, alone, fresh)


def _without_moves(program: Program) -> Program:
    """The program whose passes read the parameters as they were; itself where they do."""
    moved: list[Op] = []
    is_same = True
    for op in program.ops:
        if op.equation.phase == "update":
            moved.append(op)
            continue
        now = reading(op, program.updates)
        is_same &= now is op
        moved.append(now)
    return program if is_same else rebuilt(program, moved)


def _without_memory(
    problem: Problem, trace: Trace, before: Mapping[Symbol, Array]
) -> Mapping[Symbol, Array]:
    """What the update started from, with what only the mistake keeps as it was at first."""
    keeps = [symbol for symbol in before if symbol.kind == "product"]
    if not keeps:
        return before
    first = initial_memory(problem, trace.program, before.get(Symbol("x"), np.zeros(())))
    return {**before, **{symbol: first[symbol] for symbol in keeps}}
