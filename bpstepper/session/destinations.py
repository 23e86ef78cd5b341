"""Going to anything by name: a symbol, a law, a phase, an update, an epoch."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Protocol, Self

from bpstepper.engine.run.trace import Step, Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.tables.equations import PHASES
from bpstepper.session.cursor import MOST_UPDATES, Cursor, GoError, Level

__all__ = ["Here", "destination"]


class Here(Protocol):
    """What is known of where one goes from; a `stepping.Session` is one."""

    @property
    def cursor(self) -> Cursor:
        """Where we are."""

    @property
    def line(self) -> Timeline:
        """The updates that there are."""

    @property
    def trace(self) -> Trace:
        """The update that we are in."""

    def to_equation(self) -> Self:
        """The same place, at the equation as a whole."""

    def last(self) -> Self:
        """The update's last place at this level."""


def destination(here: Here, text: str) -> Cursor:
    """The place that `text` names, without going there.

    It understands a symbol (`delta1`), a law (`BP2`), a phase (`backward`), `update 500`
    (or just 500), `epoch 3`, `start` and `end`.

    Raises:
        GoError: there is no such place; the message names what comes near.
    """
    words = text.strip()
    if not words:
        raise GoError("a name is needed: delta1, BP2, update 500, epoch 3")
    numbered = re.fullmatch(r"(?:(u|update|e|epoch)\s*)?(\d{1,40})", words, re.IGNORECASE)
    if numbered:
        return _numbered(here, (numbered[1] or "u").lower()[0], int(numbered[2]))
    step = _named(here, words)
    if step is not None:
        return Cursor(max(here.cursor.update, 1), step.index, None, here.cursor.cell)
    if words.lower() in ("start", "begin"):
        return Cursor()
    if words.lower() == "end":
        return here.to_equation().last().cursor
    known = {place.lower(): place for place in _places(here)}
    near = difflib.get_close_matches(words.lower(), known, n=3, cutoff=0.5)
    some = [known[place] for place in near or [*known][:8]]
    hint = f"; near it: {', '.join(some)}" if near else f"; there are {', '.join(some)}, …"
    shown = words if len(words) <= 20 else words[:19] + "…"
    raise GoError(f"no place is called {shown}{hint}")


def _numbered(here: Here, unit: str, number: int) -> Cursor:
    by_epoch: dict[str, Callable[[int], int]] = {
        "u": lambda n: n,
        "e": lambda n: (max(n, 1) - 1) * here.line.schedule.updates_per_epoch + 1,
    }
    update = by_epoch[unit](number)
    if update > MOST_UPDATES:
        raise GoError(f"updates go from 0 to {MOST_UPDATES:,}")
    step = here.cursor.step if update else 0
    return here.cursor._replace(update=update, step=step, operation=None, level=Level.EQUATION)


def _named(here: Here, words: str) -> Step | None:
    """The step that makes a symbol; for what is given, the first one that reads it."""
    trace = here.trace
    for step in trace:
        if any(op.result.key == words for op in step.operations):
            return step
    for step in trace:
        if any(quantity.key == words for op in step.operations for quantity in op.operands):
            return step
    symbol = trace.program.by_key.get(words)
    for step in trace:  # folded biases: W and b are not read themselves, their layer is
        if symbol is not None and symbol.layer == step.equation.layer:
            return step
    for step in trace:  # as the screen writes it: δ¹
        if any(op.result.name.text == words for op in step.operations):
            return step
    folded = words.lower()
    for step in trace:
        if folded in (step.equation.law.lower(), step.equation.phase, step.id.lower()):
            return step
    return None


def _places(here: Here) -> list[str]:
    trace = here.trace
    laws = dict.fromkeys(step.equation.law for step in trace)
    return [*(step.id for step in trace), *laws, *PHASES, "update", "epoch", *trace.keys()]
