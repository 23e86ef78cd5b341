"""The left side of a wide screen: the network, the activation's curve, the steps of the update."""

from __future__ import annotations

from typing import NamedTuple

from bpstepper.drawing.network.diagram import Diagram, draw_diagram
from bpstepper.drawing.plots.activation_curve import draw_curve
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, pad
from bpstepper.pages.layout import Page, Region, Target, blank
from bpstepper.pages.page_context import PageContext
from bpstepper.session import Session

__all__ = ["Side", "draw_side", "unit_region"]

_FEWEST_STEPS = 8  # lines of the list of steps, below which the pictures give way
_CURVE = 8  # lines of the activation's curve
_SMALLEST_PICTURE = 8  # lines of the network


class Side(NamedTuple):
    """A page for the left, and how many columns it takes, its border included."""

    columns: int
    page: Page


def draw_side(scene: PageContext, columns: int, lines: int) -> Side:
    """The side of a wide screen of this size."""
    session, look = scene.shown, scene.look
    inner = 36 if columns < 150 else 52
    listed = _steps(session, look, inner)
    room = lines - min(len(listed), max(_FEWEST_STEPS, lines // 3)) - 1
    above: list[Line] = []
    regions: list[Region] = []
    if room >= _SMALLEST_PICTURE:
        curve = (
            draw_curve(session, look, inner, _CURVE, sight=scene.sight)
            if room >= 2 * _CURVE + 2
            else []
        )
        tall = min(room - len(curve) - (1 if curve else 0), 22)
        picture = draw_diagram(session, look, inner, tall, sight=scene.sight)
        regions.append(unit_region(picture))
        above = [*picture.lines, blank(inner)]
        above += [*curve, blank(inner)] if curve else []
    shown = _around(listed, session.cursor.step, lines - len(above))
    regions.append(_step_region(shown, len(above), inner))
    return Side(inner + 2, Page([*above, *(row.line for row in shown)], tuple(regions)))


def unit_region(picture: Diagram) -> Region:
    """The units of a network that can be clicked."""

    def at(line: int, column: int) -> Target | None:
        for unit, (row, first, last) in picture.spots.items():
            if row == line and first <= column <= last:
                return Target(unit=unit)
        return None

    return Region(0, 0, at)


class _Row(NamedTuple):
    """A line of the list: a step, or the name of a phase."""

    line: Line
    step: int | None


def _steps(session: Session, look: RenderOptions, columns: int) -> list[_Row]:
    """All steps of the update, phase by phase, with the current one marked."""
    translate = look.charset.translate
    listed: list[_Row] = []
    phase = ""
    for step in session.trace.steps:
        if step.equation.phase != phase:
            phase = step.equation.phase
            listed.append(_Row((Span(f" {phase}", "label"),), None))
        here = step.index == session.cursor.step
        passed = step.index < session.cursor.step
        sign = "▸" if here else "✓" if passed else " "
        role = "now" if here else "done" if passed else "later"
        text = pad(f" {sign} {step.result.name.text}", columns - 10)
        listed.append(_Row((Span(translate(f"{text} {step.equation.law}"), role),), step.index))
    return listed


def _around(listed: list[_Row], step: int, lines: int) -> list[_Row]:
    """As many rows as there are lines, the current step's in their middle if it can be."""
    at = next((i for i, row in enumerate(listed) if row.step == step), 0)
    first = max(0, min(at - lines // 2, len(listed) - lines))
    return listed[first : first + max(lines, 0)]


def _step_region(shown: list[_Row], top: int, columns: int) -> Region:
    def at(line: int, column: int) -> Target | None:
        inside = 0 <= line < len(shown) and 0 <= column < columns
        step = shown[line].step if inside else None
        return None if step is None else Target(step=step)

    return Region(top, 0, at)
