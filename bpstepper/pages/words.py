"""The words of a step: its equation at the top, and at the bottom why it is what it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpstepper.drawing.prose import wrap
from bpstepper.drawing.text import Line, Span, clean, line_width, shorten, width
from bpstepper.engine.run.nonfinite import first_nonfinite
from bpstepper.explain.explain import Told, explain, explain_operation, heading
from bpstepper.explain.insights.find import insights_at
from bpstepper.explain.nonfinite_words import tell_birth
from bpstepper.pages.notes import said
from bpstepper.pages.page_context import PageContext
from bpstepper.session import Level

__all__ = ["equation_line", "why_lines"]

_AUTHORS = "  (notes: this program's letters)"
"""Said where a note stands among another book's letters: it is as its author wrote it."""


def equation_line(scene: PageContext, columns: int) -> list[Line]:
    """The law, the equation, and at the right what its name stands for or where it is from."""
    step = scene.shown.step
    equation = step.equation
    aside = scene.notation.stands_for(step) or equation.source
    left: Line = (
        Span(f" {equation.law} ", "law"),
        Span("  "),
        Span(scene.text(equation.formula), "formula"),
    )
    where = _in_step(scene)
    left = (*left, Span(scene.text(where), "more")) if where else left
    text = scene.text(aside) + " "
    room = columns - line_width(left)
    if room < width(text) + 2:
        return [left]
    return [(*left, Span(" " * (room - width(text))), Span(text, "aside"))]


def _in_step(scene: PageContext) -> str:
    session = scene.session
    at = session.cursor.operation
    if at is None:
        return ""
    told = f"   operation {at + 1} of {len(session.step.operations)}"
    if session.cursor.level is Level.ELEMENT and session.cell:
        size = session.result.value.size
        flat = int(np.ravel_multi_index(session.cell, session.result.value.shape))
        told += f", number {flat + 1} of {size}"
    return told


def why_lines(scene: PageContext, columns: int, tall: bool) -> list[list[Line]]:
    """What the last pane may say, the fullest first; the last is the least that it says."""
    if scene.view.message:
        return [wrap(scene.text(clean(scene.view.message)), columns, "told")[:2]]
    told = _told(scene)
    sentence = wrap(scene.text(told.sentence), columns, "why")[:2]
    sentence += _birth(scene, columns) or _insight(scene, columns)
    empty: Line = (Span(" "),)
    readable = min(columns, 92)
    said = [wrap(scene.text(paragraph), readable, "paragraph") for paragraph in told.paragraphs]
    whole = [line for paragraph in said for line in (empty, *paragraph)]
    dense = [empty, *(line for paragraph in said for line in paragraph)]
    asked = [_question(scene, columns, rows) for rows in (3, 1)]
    # an ordinary screen shows no more than the question whole, and the first paragraph
    more = [whole, dense] if tall else [[empty, *said[0]]]
    choices = [[*sentence, *asked[0], *words] for words in more]
    if tall:
        return [*choices, [*sentence, *asked[1], *dense], [*sentence, *asked[1]]]
    return [*choices, [*sentence, *asked[0]], [*sentence, *asked[1]]]


def _told(scene: PageContext) -> Told:
    """Why this step, or, gone into it, what this operation does."""
    session = scene.shown
    step = session.step
    told = explain(session.scenario, step, len(session.trace.samples), scene.notation)
    remark = scene.notation.said(step, len(session.trace.samples), session.scenario)
    if remark:
        told = replace(told, paragraphs=(remark, *told.paragraphs))
    if session.cursor.operation is None or not np.isfinite(step.result.value).all():
        return told
    head = heading(step, session.operation, scene.notation)
    sentence = explain_operation(session.operation, head, scene.letters)
    return replace(told, sentence=sentence, paragraphs=(told.sentence, *told.paragraphs))


def _insight(scene: PageContext, columns: int) -> list[Line]:
    """What there is to say of the values at hand; nothing, most of the time."""
    if scene.view.hide_result:
        return []
    found = insights_at(scene.session, scene.notation)
    if not found:
        return []
    return wrap(scene.text(clean(f"▸ {found[0].text}")), columns, "insight")[:2]


def _birth(scene: PageContext, columns: int) -> list[Line]:
    """Where a result that is not finite descends from, on a step that has one."""
    session = scene.shown
    step = session.step
    if step.equation.cross_check or np.isfinite(step.result.value).all():
        return []
    birth = first_nonfinite(session.trace)
    if birth is None:
        return []
    born = tell_birth(birth, session.scenario, session.trace.samples, scene.notation)
    return wrap(scene.text(clean(born)), columns, "message")[:2]


def _question(scene: PageContext, columns: int, rows: int) -> list[Line]:
    """What the lesson asks here, on at most so many lines; the last says how to be answered."""
    told = said(scene.session)
    if told is None:
        return []
    text, more = map(scene.text, told)
    if scene.notation.respells:
        more = scene.text(_AUTHORS) + more
    lines = wrap(text, columns, "note") or [()]
    if len(lines) > rows:
        text = shorten(text, columns - width(more) - 2, scene.look.charset.left_out)
        return [(Span(f" {text}", "note"), Span(more, "key"))]
    if line_width(lines[-1]) + width(more) > columns:
        return [*lines, (Span(more, "key"),)]
    return [*lines[:-1], (*lines[-1], Span(more, "key"))]
