"""The page of a step: its equation with its matrices, one number spelled out, one sentence of why.

80×24 is the size it is made for. Wider screens have more panes at the left (`side`), taller ones
more words (`words`); what the keys do is the same on all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from bpstepper.drawing.matrix.stage import StagePicture, draw_stage
from bpstepper.drawing.matrix.term_by_term import draw_number
from bpstepper.drawing.text import Line, Span, clean, crop, line_width, plain, width
from bpstepper.engine.run.dataflow import prepares
from bpstepper.explain.provenance import number_at
from bpstepper.number_format import full, number
from bpstepper.pages.layout import WIDE, Page, Region, Target, blank, filled, rule, shifted
from bpstepper.pages.page_context import PageContext
from bpstepper.pages.words import equation_line, why_lines
from bpstepper.session import Level
from bpstepper.session.inspecting import focus

if TYPE_CHECKING:
    from bpstepper.explain.comparison import Comparison
    from bpstepper.pages.side import Side

__all__ = ["draw_step", "spoken_lines"]

_TALL = 34  # lines of a screen that has room for whole explanations
_ROOMY = 29  # lines of a screen that has room for air


def draw_step(scene: PageContext, columns: int, lines: int) -> Page:
    """Equation, matrices, this number and why, sharing the height; wide screens have a side."""
    side = _side(scene, columns, lines)
    if side is None:
        return _panes(scene, columns, lines)
    inner = columns - side.columns
    page = _panes(scene, inner, lines)
    bar = Span(scene.text("│") + " ", "rule")
    left = filled(side.page.lines, lines, side.columns - 2)
    right = filled(page.lines, lines, inner)
    return Page(
        [
            (*crop(one, side.columns - 2), bar, *crop(other, inner))
            for one, other in zip(left, right, strict=True)
        ],
        (*side.page.regions, *shifted(page.regions, 0, side.columns)),
    )


def _side(scene: PageContext, columns: int, lines: int) -> Side | None:
    if columns < WIDE or scene.look.lean:
        return None
    from bpstepper.pages.side import draw_side  # pictures, loaded where there is room for them

    return draw_side(scene, columns, lines)


def _panes(scene: PageContext, columns: int, lines: int) -> Page:
    roomy, tall = lines + 3 >= _ROOMY, lines + 3 >= _TALL
    choices = why_lines(scene, columns, tall)
    why = choices[-1]
    equation = equation_line(scene, columns)
    spoken = spoken_lines(scene, columns, 9 if roomy else 5)
    gap = [blank(columns)] if roomy else []
    room = lines - len(equation) - len(gap) - len(spoken) - len(why) - 2
    picture = _picture(scene, columns, room)
    spare = room - len(picture.lines)
    if spare > 0 and not roomy:
        gap, spare = [blank(columns)], spare - 1
    # what the matrices leave is for words: as many as there is room for
    fuller = next(choice for choice in choices if len(choice) - len(why) <= max(spare, 0))
    spare -= len(fuller) - len(why)
    top = len(equation) + len(gap)
    page = [
        *equation,
        *gap,
        *picture.lines,
        *[blank(columns)] * spare,
        rule(scene.look, columns),
        *spoken,
        rule(scene.look, columns),
        *fuller,
    ]
    return Page(page, (Region(top, 0, _clicked(picture)),))


def _picture(scene: PageContext, columns: int, lines: int) -> StagePicture:
    """The matrices; where a cell is inspected, its own line is the last to go for want of room."""
    session, spot = scene.shown, scene.session.spot
    if spot is not None and session.cursor.level is Level.EQUATION:
        step = session.step
        if not prepares(step, step.operations[spot.operation]):
            cursor = session.cursor._replace(operation=spot.operation)
            session = replace(session, cursor=cursor)
    return draw_stage(session, scene.sight, scene.look, columns, lines)


def _clicked(picture: StagePicture) -> Callable[[int, int], Target | None]:
    def at(line: int, column: int) -> Target | None:
        found = picture.at(line, column)
        return None if found is None else Target(spot=found)

    return at


def spoken_lines(scene: PageContext, columns: int, rows: int) -> list[Line]:
    """This number, term by term; with what becomes of it, where it is inspected."""
    if scene.view.hide_result:
        return _asked(scene, columns)
    quantity, cell = focus(scene.shown)
    found = number_at(scene.shown, quantity, cell, scene.naming)
    inspected = scene.session.spot is not None
    told = draw_number(found, scene.look, columns, max(rows - 1, 2) if inspected else rows)
    if scene.changes is not None and told:
        told = [_with_change(scene, scene.changes, told[0], columns), *told[1:]]
    if not inspected:
        return told
    from bpstepper.pages.inspected import draw_inspected  # loaded by who inspects

    below = draw_inspected(scene, columns)
    return [*told, *below]


def _with_change(scene: PageContext, changes: Comparison, line: Line, columns: int) -> Line:
    """The number's line with what it was before the edit, or what the sign of change means."""
    quantity, cell = focus(scene.session)
    pair, charset = changes.pair(quantity.key), scene.look.charset
    if pair.changed is not None and pair.before is not None and pair.changed[cell]:
        sign, plain_ascii = scene.notation.sign(quantity.symbol), charset.ascii
        values = float(pair.before[cell]) * sign, float(quantity.value[cell]) * sign
        was, now = (number(value, scene.look.digits, ascii=plain_ascii) for value in values)
        # too small a change for these digits is told with all of them
        told = f"was {full(values[0], ascii=plain_ascii) if was == now else was}"
    else:
        step = scene.session.step
        shown = (q for op in step.operations for q in (*op.operands, op.result))
        if all(scene.sight.changed(one.key) is None for one in shown):
            return line
        told = "changed by the edit"
    said = crop(line, width(plain(line).rstrip()))
    for gap in ("    ", " "):
        spans = (*said, Span(f"{gap}{charset.changed} ", "changed"), Span(told, "aside"))
        if line_width(spans) <= columns:
            return crop(spans, columns)
    return line


def _asked(scene: PageContext, columns: int) -> list[Line]:
    """Behind the curtain: what the room is asked, and how the answer is shown."""
    quantity, cell = focus(scene.shown)
    name = scene.text(clean(scene.naming.cell(quantity, cell)))
    return [
        crop((Span(" the curtain is drawn   ", "label"), Span(f"{name} = ?", "caption")), columns),
        crop((Span("    any key lifts it", "name"),), columns),
    ]
