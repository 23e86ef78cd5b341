"""A and B: the step as it was before the last change, and as it is after it, cell by cell."""

from __future__ import annotations

from itertools import islice

from bpstepper.drawing.prose import wrap
from bpstepper.drawing.text import Line, Span, clean, crop, pad, shorten
from bpstepper.engine.run.dataflow import prepares
from bpstepper.engine.run.trace import Quantity
from bpstepper.explain.comparison import Comparison, Pair, compare
from bpstepper.number_format import number
from bpstepper.pages.layout import Page, blank, rule
from bpstepper.pages.page_context import PageContext
from bpstepper.pages.words import equation_line
from bpstepper.session import Level

__all__ = ["draw_comparison"]

_NAME = 30  # cells of a number's name
_NUMBER = 14


def draw_comparison(scene: PageContext, columns: int, lines: int) -> Page:
    """What of this step is other since the last change."""
    session, before = scene.session, scene.view.before
    if before is None or session.at_start:
        said = "Press → to take a step: what the last change makes of it will stand here."
        return Page([blank(columns), *wrap(scene.text(said), columns, "why")])
    if session.cursor.level is Level.PHASE:
        session = session.into()
    found = compare(before, session)
    head = [*_told(scene, found, columns), rule(scene.look, columns)]
    head += equation_line(scene, columns)
    foot = _foot(scene, found, columns)
    room = lines - len(head) - len(foot) - 2
    body = _rows(scene, found, columns, room)
    page = [*head, blank(columns), *body]
    page += [blank(columns)] * (lines - len(page) - len(foot) - 1)
    return Page([crop(line, columns) for line in [*page, rule(scene.look, columns), *foot]])


def _told(scene: PageContext, found: Comparison, columns: int) -> list[Line]:
    """Where the two part."""
    first = found.first_step
    left: Line = (Span(" A / B ", "law"), Span("  before and after the last change", "heading"))
    if first is None:
        told = "In this update nothing differs."
    else:
        told = f"The two part at {first.result.name.text} ({first.equation.law})."
    if found.given:
        told += f" Given otherwise: {', '.join(found.given[:6])}."
    return [left, *wrap(scene.text(clean(told)), columns, "paragraph")[:2]]


def _rows(scene: PageContext, found: Comparison, columns: int, room: int) -> list[Line]:
    """The numbers of this step that are other, operands first."""
    step = scene.session.step
    quantities = {
        quantity.key: quantity
        for operation in step.operations
        for quantity in (*operation.operands, operation.result)
    }
    lines: list[Line] = []
    head = " " * (_NAME + 1) + pad("before", _NUMBER, "right") + pad("after", _NUMBER, "right")
    prepared = {
        operand.key
        for operation in step.operations
        if prepares(step, operation)
        for operand in operation.operands
    }
    for key, quantity in quantities.items():
        pair = found.pair(key)
        if not pair.same and key not in prepared:  # of W² and (W²)ᵀ, one is enough
            lines += _cells(scene, quantity, pair)
    if not lines:
        return wrap("In this step nothing differs.", columns, "paragraph")
    lines = [(Span(head, "label"),), *lines]
    if len(lines) > room:
        more = f" {scene.look.charset.rows_left_out} {len(lines) - room + 1} more"
        lines = [*lines[: max(room - 1, 0)], (Span(more, "more"),)]
    return lines


def _cells(scene: PageContext, quantity: Quantity, pair: Pair) -> list[Line]:
    if pair.changed is None or pair.before is None or pair.after is None:
        said = "has another shape" if pair.shapes_differ else "is new here"
        return [(Span(scene.text(f" {quantity.name.text} {said}"), "name"),)]
    lines: list[Line] = []
    ascii_ = scene.look.charset.ascii
    for cell in islice(pair.cells(), 12):
        name = shorten(scene.text(clean(scene.naming.cell(quantity, cell))), _NAME - 1)
        old, new = float(pair.before[cell]), float(pair.after[cell])
        texts = [
            pad(number(value, scene.look.digits, ascii=ascii_), _NUMBER, "right")
            for value in (old, new)
        ]
        change = number(new - old, 3, ascii=ascii_)
        lines.append(
            (
                Span(pad(f" {name}", _NAME + 1), "name"),
                Span(texts[0], "value"),
                Span(texts[1], "sum"),
                Span(f"   {change if change[:1] in '-−' else '+' + change}", "aside"),
            )
        )
    return lines


def _foot(scene: PageContext, found: Comparison, columns: int) -> list[Line]:
    """The cost of both, which is what it is all about."""
    if scene.view.message:
        return wrap(scene.text(clean(scene.view.message)), columns, "told")[:2]
    ascii_ = scene.look.charset.ascii
    old, new = (number(trace.cost, 6, ascii=ascii_) for trace in (found.before, found.after))
    told = f"{scene.letters['C']} of this update: {old} before, {new} after."
    return wrap(scene.text(told), columns, "why")
