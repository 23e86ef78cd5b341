"""The page of the network: the whole of it, with the wires in play and what the step makes."""

from __future__ import annotations

from bpstepper.drawing.network.diagram import draw_diagram
from bpstepper.drawing.plots.activation_curve import draw_curve
from bpstepper.drawing.prose import wrap
from bpstepper.drawing.text import Line, Span, crop
from bpstepper.pages.layout import Page, blank, rule
from bpstepper.pages.page_context import PageContext
from bpstepper.pages.side import unit_region
from bpstepper.pages.step import spoken_lines
from bpstepper.pages.words import equation_line, why_lines
from bpstepper.session import Level

__all__ = ["draw_network"]

_BESIDE = 100  # columns from which the curve stands beside the network
_CURVE_COLUMNS = 36


def draw_network(scene: PageContext, columns: int, lines: int) -> Page:
    """The network, and below it the number that its heavy wires lead to."""
    session, view, look = scene.shown, scene.view, scene.look
    if session.at_start:
        picture = draw_diagram(session, look, columns, max(lines - 3, 1))
        said = view.message or "The network before the first step. Press → to take it."
        foot = wrap(look.charset.translate(said), columns, "why")[:2]
        return Page([*picture.lines, rule(look, columns), *foot], (unit_region(picture),))
    at_phase = session.cursor.level is Level.PHASE
    head = equation_line(scene, columns)
    spoken = [] if at_phase else spoken_lines(scene, columns, 4)
    why = why_lines(scene, columns, tall=False)[-1][:2]
    room = max(lines - len(head) - len(spoken) - len(why) - 2, 1)
    beside = columns >= _BESIDE
    wide = columns - _CURVE_COLUMNS - 1 if beside else columns
    curve = draw_curve(session, look, _CURVE_COLUMNS, min(room, 12), scene.sight) if beside else []
    picture = draw_diagram(session, look, wide if curve else columns, room, sight=scene.sight)
    body = _joined(list(picture.lines), curve, wide) if curve else list(picture.lines)
    page = [*head, *body, rule(look, columns), *spoken]
    page += [rule(look, columns)] if spoken else []
    region = unit_region(picture)._replace(line=len(head))
    return Page([*page, *why], (region,))


def _joined(left: list[Line], right: list[Line], columns: int) -> list[Line]:
    """Two pictures beside each other, the second one in the middle of the first one's height."""
    above = max((len(left) - len(right)) // 2, 0)
    column = [blank(1)] * above + right
    column += [blank(1)] * (len(left) - len(column))
    return [
        (*crop(line, columns), Span(" "), *other) for line, other in zip(left, column, strict=False)
    ]
