"""The trace as text: every step with its matrices, for a pipe, a log or a screen reader's user.

It is drawn by the same drawings as the screen, without a terminal: the width is fixed, and what
does not fit is windowed with its count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bpstepper.drawing.matrix.stage import draw_stage
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, plain
from bpstepper.engine.run.trace import Trace
from bpstepper.explain.explain import explain
from bpstepper.explain.naming import Naming
from bpstepper.explain.visibility import Visibility
from bpstepper.scenario.model import Scenario
from bpstepper.session import Cursor, Session

__all__ = ["trace_text"]

_WIDTH = 100
_HEIGHT = 60
_UNMARKED = Visibility({}, {})


def trace_text(
    scenario: Scenario, sessions: Iterable[Session], look: RenderOptions
) -> Iterator[str]:
    """The document in pieces: a heading, then each update step by step.

    Args:
        scenario: what is traced.
        sessions: one for each update, anywhere in it.
        look: the charset and the digits.
    """
    translate = look.charset.translate
    yield translate(clean(scenario.title or scenario.name)) + "\n"
    if scenario.source:
        yield translate(clean(scenario.source)) + "\n"
    for session in sessions:
        yield from _update(session, look)


def _update(session: Session, look: RenderOptions) -> Iterator[str]:
    translate = look.charset.translate
    trace = session.trace
    yield "\n" + translate(clean(_headline(session, trace))) + "\n"
    phase = ""
    for step in trace:
        if step.equation.phase != phase:
            phase = step.equation.phase
            yield "\n" + translate(f"── {phase} {'─' * (60 - len(phase))}") + "\n"
        here = Session(session.scenario, session.line, Cursor(trace.update, step.index))
        told = explain(session.scenario, step, len(trace.samples))
        yield "\n" + translate(f"{step.equation.law}   {step.equation.formula}") + "\n"
        yield translate(told.sentence) + "\n"
        for line in draw_stage(here, _UNMARKED, look, _WIDTH, _HEIGHT, maps=False).lines:
            yield plain(line).rstrip() + "\n"


def _headline(session: Session, trace: Trace) -> str:
    naming = Naming(session.scenario, trace.samples)
    names = ", ".join(naming.sample(i) for i in range(min(len(trace.samples), 6)))
    more = ", …" if len(trace.samples) > 6 else ""
    return f"update {trace.update}, epoch {trace.epoch}, samples: {names}{more}"
