"""The page of a phase as a whole: its equations, and what each of them has made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bpstepper.drawing.prose import wrap
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, clean, crop, line_width, pad
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Quantity, Step
from bpstepper.explain.explanations import PHASE_WORDS
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.letters import letters_of
from bpstepper.explain.visibility import Mask
from bpstepper.number_format import number
from bpstepper.pages.layout import Page, Region, Target, blank, rule
from bpstepper.pages.page_context import PageContext

__all__ = ["draw_phase"]

_LAW = 9  # cells of the law's name


def draw_phase(scene: PageContext, columns: int, lines: int) -> Page:
    """The equations of the phase, one below the other, each with the numbers that it makes."""
    session, view, look = scene.shown, scene.view, scene.look
    phase = session.step.equation.phase
    letters = letters_of(scene.notation)
    about, words = map(letters.fill, PHASE_WORDS[phase])
    translate = look.charset.translate
    head: Line = (
        Span(f" {phase.upper()} ", "law"),
        Span("  "),
        Span(translate(about), "heading"),
    )
    said = view.message or words
    foot = wrap(translate(clean(said)), columns, "told" if view.message else "why")[:3]
    steps = session.phase_steps
    room = lines - len(foot) - 4
    each = 3 if 3 * len(steps) <= room else 2 if 2 * len(steps) <= room else 1
    naming = scene.naming
    body: list[Line] = []
    starts: list[int] = []
    shown = steps[: max(room // each, 1)]
    for step in shown:
        starts.append(len(body))
        changed = scene.sight.changed(step.result.key)
        body += _step_lines(step, naming, look, columns, view.hide_result, changed)[: min(each, 2)]
        body += [blank(columns)] * (each - 2)
    if len(shown) < len(steps):
        more = f" {look.charset.rows_left_out} {len(steps) - len(shown)} more equations"
        body.append((Span(more, "more"),))
    page = [head, blank(columns), *body]
    page += [blank(columns)] * max(lines - len(page) - len(foot) - 1, 0)
    return Page([*page, rule(look, columns), *foot], (_region(shown, starts, each, 2),))


def _step_lines(
    step: Step,
    naming: Naming,
    look: RenderOptions,
    columns: int,
    hide_result: bool,
    changed: Mask | None,
) -> tuple[Line, Line]:
    translate = look.charset.translate
    equation = step.equation
    result = step.result
    shape = translate("×".join(str(size) for size in result.value.shape))
    left: Line = (
        Span(pad(f"  {equation.law}", _LAW), "law-name"),
        Span(translate(equation.formula), "formula"),
    )
    gap = max(columns - line_width(left) - len(shape) - 1, 1)
    values = "?" if hide_result else _values(result, naming, look, columns - _LAW, changed)
    return (
        crop((*left, Span(" " * gap), Span(shape, "shape")), columns),
        crop((Span(" " * _LAW), Span(values, "value")), columns),
    )


def _values(
    result: Quantity, naming: Naming, look: RenderOptions, columns: int, changed: Mask | None
) -> str:
    """The numbers of a result, by the names of their cells, as many as there is room for.

    Those that an edit has changed have its sign behind them.
    """
    charset = look.charset
    if result.value.ndim == 0:
        sign = charset.changed if changed is not None else ""
        return number(float(result.value), look.digits, ascii=charset.ascii) + sign
    told = ""
    for count, index in enumerate(_cells(result)):
        value = number(float(result.value[index]), look.digits, ascii=charset.ascii)
        value += charset.changed if changed is not None and changed[index] else ""
        piece = f"{charset.translate(clean(naming.cell(result, index)))} {value}"
        left = result.value.size - count
        more = f"   {charset.left_out} {left} more"
        longer = f"{told}   {piece}" if told else piece
        if line_width((Span(longer + (more if left > 1 else "")),)) > columns:
            return told + more if told else f"{left} numbers"
        told = longer
    return told


def _cells(result: Quantity) -> Iterator[Index]:
    return iter(np.ndindex(*result.value.shape))


def _region(shown: Sequence[Step], starts: list[int], each: int, top: int) -> Region:
    def at(line: int, _column: int) -> Target | None:
        for step, start in zip(shown, starts, strict=True):
            if start <= line < start + each:
                return Target(step=step.index)
        return None

    return Region(top, 0, at)
