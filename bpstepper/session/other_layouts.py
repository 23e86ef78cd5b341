"""The same place in the other layouts: one network, its products written in three ways."""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from bpstepper.engine.compile.network import Array
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.session.stepping import Session

__all__ = ["siblings"]

_lines: WeakKeyDictionary[Timeline, dict[str, Timeline]] = WeakKeyDictionary()


def siblings(session: Session) -> dict[str, Session]:
    """Sessions at the same step of the same update, by layout, this one's own among them.

    The others start their update from this one's parameters, turned: nothing is trained again,
    and the numbers are the same but for rounding.
    """
    own = session.scenario.network.layout
    found = {}
    for layout in LAYOUTS:
        found[layout] = session if layout == own else _turned(session, layout)
    return found


def _turned(session: Session, layout: str) -> Session:
    known = _lines.setdefault(session.line, {})
    if layout not in known:
        known[layout] = Timeline(session.scenario.with_layout(layout))
    line = known[layout]
    before = max(session.cursor.update, 1) - 1
    if line.adopted != before:
        line.adopt(before, _memory(session, line, before))
    scenario = session.scenario.with_layout(layout)
    there = replace(session, scenario=scenario, line=line, spot=None, trail=())
    return there if session.at_start else _at_same_step(there, session.step.id)


def _at_same_step(session: Session, id_: str) -> Session:
    step = next((step for step in session.trace.steps if step.id == id_), None)
    return session.to_equation() if step is None else session.to_equation().to_step(step.index)


def _memory(session: Session, line: Timeline, done: int) -> dict[Symbol, Array]:
    """What lasts from one update to the next, as the other layout has it."""
    wanted = line.parameters(0)
    ours: Trace = session.trace
    turned = {}
    for symbol, value in session.line.parameters(done).items():
        old, new = ours.program.axes.get(symbol), line.program.axes.get(symbol)
        swapped = old is not None and new is not None and len(old) == 2 and old != new
        turned[symbol] = np.array(value.T if swapped else value, order="C").reshape(
            wanted[symbol].shape
        )
    return turned
