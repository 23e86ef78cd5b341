"""Walking through an update twice at once: as it should be, and with a mistake in it.

The operations of both programs are aligned by the symbol that they make, in the order in which the
mistaken program runs them; what it leaves out stands where the right one has it. What differs is
said by `mistakes`; here it is put in a row, so that one can step up to the first difference and
see what becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpstepper.buglab.mistakes import Verdict, mistaken_timeline
from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.dataflow import prepares
from bpstepper.engine.run.trace import Operation, Quantity, Trace
from bpstepper.engine.run.training import Timeline

__all__ = ["STANDINGS", "Stop", "Walk", "walk", "written_out"]

STANDINGS = ("same", "first", "differs", "added", "left out")
"""How the two sides of a stop stand to each other."""


@dataclass(frozen=True, eq=False)
class Stop:
    """One result, made by both programs or by one of them.

    Attributes:
        law: the law that it is made by.
        right: the operation of the right program; None where it makes no such symbol.
        wrong: that of the mistaken one, likewise.
        standing: one of `STANDINGS`.
        early: whether the mistaken program makes it before something that it should come after.
        read: the names of what differs already, and is read here.
    """

    law: str
    right: Operation | None
    wrong: Operation | None
    standing: str
    early: bool = False
    read: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of what is made."""
        return self.quantity.key

    @property
    def quantity(self) -> Quantity:
        """What is made, as the right program has it where it does."""
        operation = self.right or self.wrong
        assert operation is not None
        return operation.result

    @property
    def same_line(self) -> bool:
        """Whether both programs have the same operation here, on the same symbols."""
        return (
            self.right is not None
            and self.wrong is not None
            and _line(self.right) == _line(self.wrong)
        )


@dataclass(frozen=True, eq=False)
class Walk:
    """The stops of one update, in order.

    Attributes:
        update: which update.
        stops: at least one.
        first: the place of the first difference among them; None where nothing differs.
    """

    update: int
    stops: tuple[Stop, ...]
    first: int | None


def walk(problem: Problem, verdict: Verdict, right: Timeline | None = None) -> Walk | None:
    """The update that a verdict is about, step by step in both programs.

    Args:
        problem: which network.
        verdict: what came of the mistake there.
        right: the training without the mistake, where there is one already.

    Returns:
        The walk; None where the mistake does not run.
    """
    if verdict.clash is not None:
        return None
    traces = (
        (right or Timeline(problem)).trace(verdict.update),
        mistaken_timeline(problem, verdict.id).trace(verdict.update),
    )
    stops = tuple(_stops(*traces, verdict))
    first = next((at for at, stop in enumerate(stops) if stop.standing == "first"), None)
    return Walk(verdict.update, stops, first)


_Made = tuple[str, Operation, bool]  # its law, what makes it, whether it only prepares an operand


def _made(trace: Trace) -> dict[str, _Made]:
    """Every operation of an update by the key of what it makes, in order."""
    return {
        operation.result.key: (step.equation.law, operation, prepares(step, operation))
        for step in trace.steps
        for operation in step.operations
    }


def _stops(right: Trace, wrong: Trace, verdict: Verdict) -> Iterator[Stop]:
    mine, theirs = _made(wrong), _made(right)
    order = list(theirs)
    place = {key: position for position, key in enumerate(order)}
    keys = _merged(list(mine), order)
    # a symbol is early where one that should come before it is still to come
    latest = len(order)
    least_after: dict[str, int] = {}
    for key in reversed(keys):
        least_after[key] = latest
        if key in mine and key in place:
            latest = min(latest, place[key])
    for key in keys:
        own, usual = mine.get(key), theirs.get(key)
        law, one, preparing = own or theirs[key]
        standing = _standing(key, own, usual, verdict)
        early = own is not None and place.get(key, -1) > least_after[key]
        read = tuple(q.name.text for q in one.operands if q.key in verdict.differs)
        one_of = usual[1] if usual else None, own[1] if own else None
        stop = Stop(law, *one_of, standing, early, read)
        if not (preparing and _says_nothing(stop)):
            yield stop


def _says_nothing(stop: Stop) -> bool:
    """Whether what only prepares an operand can as well be seen as that operand."""
    if stop.standing == "first":
        return False
    if stop.wrong is None or stop.same_line:
        return True
    return stop.wrong.kernel.view is not None  # the same numbers, seen otherwise


def _merged(mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Both orders as one: `mine`, and each of what is only `theirs` behind what is before it."""
    merged = list(mine)
    known = set(mine)
    at = 0
    for key in theirs:
        if key in known:
            at = merged.index(key) + 1
        else:
            merged.insert(at, key)
            at += 1
    return merged


def _standing(key: str, own: _Made | None, usual: _Made | None, verdict: Verdict) -> str:
    if usual is None:
        return "added"
    if own is None:
        return "left out"
    if key not in verdict.differs:
        return "same"
    return "first" if key == verdict.first else "differs"


def _line(operation: Operation) -> tuple[str, tuple[str, ...]]:
    return operation.kernel.name, tuple(operand.key for operand in operation.operands)


def written_out(operation: Operation) -> str:
    """An operation as a program runs it: `∂C/∂a¹ = (W²)ᵀ · δ²`, `a¹ = σ(z¹)`."""
    kernel, made = operation.kernel, operation.result.name.text
    glue, names = kernel.glue, [operand.name.text for operand in operation.operands]
    if kernel.form == "postfix":
        done = f"({names[0]}){glue[-1]}" if glue[-1] else names[0]
        return made if done == made else f"{made} = {done}"
    if kernel.form == "function" and not kernel.around:
        of = glue[0].removesuffix(" of")
        if not glue[0]:
            return f"{made} = {', '.join(names)}"
        plain = " " not in glue[0]
        return f"{made} = {of}({', '.join(names)})" if plain else f"{made} = {of} of {names[0]}"
    words = [word for pair in zip(glue, names, strict=False) for word in pair if word]
    text = " ".join(words)
    text += glue[-1] if glue[-1][:1] in ("", ")") else f" {glue[-1]}"
    return f"{made} = {text.replace('( ', '(')}"
