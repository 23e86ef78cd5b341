"""The frame: the whole stepper screen as lines, a pure function of a session, a view and a size.

80×24 is the size it is made for; wider and taller screens get more panes, the same behaviour.
Whoever shows a frame (a terminal, a test, a picture) adds nothing but colours. Which pages there
are is a table here; what stands on one is a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, crop, shorten
from bpstepper.pages.header import draw_course, draw_header, draw_keys
from bpstepper.pages.layout import Hint, Page, Region, Target, filled, rule
from bpstepper.pages.page_context import PageContext
from bpstepper.pages.start import draw_start
from bpstepper.pages.view import View
from bpstepper.session import Level, Session

__all__ = ["PAGES", "SMALLEST", "Frame", "compose", "preload", "too_small"]

SMALLEST = (60, 18)
"""Columns and lines below which a notice takes the frame's place."""


_PLAIN = View()


@dataclass(frozen=True)
class Frame:
    """The screen.

    Attributes:
        lines: exactly as many, and as wide, as the terminal has.
        regions: what can be clicked.
    """

    lines: tuple[Line, ...]
    regions: tuple[Region, ...] = ()

    def at(self, line: int, column: int) -> Target | None:
        """What stands at a line and a column, from 0; None where nothing can be clicked."""
        for region in self.regions:
            found = region.at(line - region.line, column - region.column)
            if found is not None:
                return found
        return None


Draw = Callable[[PageContext, int, int], Page]


# A page loads when it is asked for. The imports are written out, so that types and the test of
# imports see them: a page that has moved is found before anybody presses its key.


def _here(scene: PageContext, columns: int, lines: int) -> Page:
    """The page of where we are: the start, a phase as a whole, or a step."""
    if scene.session.at_start:
        return draw_start(scene, columns, lines)
    if scene.session.cursor.level is Level.PHASE:
        from bpstepper.pages.phase import draw_phase

        return draw_phase(scene, columns, lines)
    from bpstepper.pages.step import draw_step

    return draw_step(scene, columns, lines)


def _network(scene: PageContext, columns: int, lines: int) -> Page:
    from bpstepper.pages.network import draw_network

    return draw_network(scene, columns, lines)


def _layouts(scene: PageContext, columns: int, lines: int) -> Page:
    from bpstepper.pages.layouts import draw_layouts

    return draw_layouts(scene, columns, lines)


def _buglab(scene: PageContext, columns: int, lines: int) -> Page:
    from bpstepper.buglab.page import draw_buglab

    return draw_buglab(scene, columns, lines)


def _comparison(scene: PageContext, columns: int, lines: int) -> Page:
    from bpstepper.pages.compare import draw_comparison

    return draw_comparison(scene, columns, lines)


PAGES: Mapping[str, Draw] = {
    "step": _here,
    "network": _network,
    "layouts": _layouts,
    "buglab": _buglab,
    "compare": _comparison,
}
"""The pages over one session, by the name that a View calls them."""


def preload() -> None:
    """Load what the pages after the first one need, while nobody waits."""
    import_module("bpstepper.pages.step")


def compose(
    session: Session,
    look: RenderOptions,
    columns: int,
    lines: int,
    hints: Sequence[Hint],
    view: View = _PLAIN,
) -> Frame:
    """The screen: exactly `lines` lines of exactly `columns` cells, and what can be clicked on it.

    Args:
        session: where we are.
        look: how things are drawn.
        columns: the terminal's width.
        lines: the terminal's height.
        hints: what the last line offers.
        view: what is shown of the session.
    """
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return Frame(tuple(too_small(columns, lines, look)))
    page = PAGES[view.page](PageContext(session, view, look), columns, lines - 3)
    whole = [
        draw_header(session, look, columns),
        draw_course(view.course, look, columns) if view.course else rule(look, columns),
        *filled(page.lines, lines - 3, columns),
        draw_keys(hints, look, columns),
    ]
    regions = tuple(region._replace(line=region.line + 2) for region in page.regions)
    return Frame(tuple(crop(line, columns) for line in whole), regions)


def too_small(
    columns: int, lines: int, look: RenderOptions, way_out: str = "q quits"
) -> list[Line]:
    """The notice that takes the place of a screen that has no room, with the key that leaves it."""
    said = [f"bpstepper needs {SMALLEST[0]}×{SMALLEST[1]}", f"this is {columns}×{lines}", way_out]
    charset = look.charset
    texts = [shorten(charset.translate(text), max(columns, 1), charset.left_out) for text in said]
    page = [(Span(text, "notice"),) for text in texts]
    return [crop(line, columns) for line in filled(page[: max(lines, 0)], lines, columns)]
