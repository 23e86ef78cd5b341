"""The page of the three layouts: one product as column, row and torch layouts write it."""

from __future__ import annotations

from collections.abc import Mapping

from bpstepper.drawing.matrix.stage import draw_stage, lines_of
from bpstepper.drawing.prose import wrap
from bpstepper.drawing.text import Line, Span, clean, crop, line_width
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import highlighted_cells
from bpstepper.engine.run.trace import Operation, Quantity
from bpstepper.engine.tables.layouts import LAYOUTS, Layout
from bpstepper.explain.notation.notation import noted
from bpstepper.explain.provenance import this_number
from bpstepper.explain.visibility import Visibility
from bpstepper.number_format import number
from bpstepper.pages.layout import Page, blank, rule
from bpstepper.pages.page_context import PageContext
from bpstepper.session import Level, Session
from bpstepper.session.other_layouts import siblings

__all__ = ["draw_layouts"]

_WORDS = (
    "Exactly one trip carries the ᵀ; how {W} and the samples are filed decides which.",
    "Forward adds over the units a wire comes FROM, back over those it goes TO.",
)
_PRODUCTS: Mapping[str, str] = {"W": "{W}", "a": "{any_a}", "delta": "{d}", "W_T": "{W}ᵀ"}


def draw_layouts(scene: PageContext, columns: int, lines: int) -> Page:
    """The product of this step in each layout, one below the other, and its number in words."""
    session = scene.session
    if session.at_start:
        said = "Press → to take the first step: it will stand here in all three layouts."
        return Page([blank(columns), *wrap(scene.text(said), columns, "why")])
    if session.cursor.level is Level.PHASE:
        session = session.into()
    own = lines_of(session.step, session.cursor.operation)[0]
    cell = _cell(session, own)
    foot = _foot(scene, session, own, cell, columns)
    each = max((lines - len(foot) - 1) // len(LAYOUTS), 2)
    page: list[Line] = []
    for name, sibling in siblings(session).items():
        block = [
            _heading(scene, LAYOUTS[name], session.scenario.network.layout == name, columns),
            *_product(scene, sibling, own, cell, columns, each - 1),
        ]
        page += [*block[:each], *[blank(columns)] * (each - len(block))]
    page += [blank(columns)] * (lines - len(page) - len(foot) - 1)
    return Page([*page, rule(scene.look, columns), *foot])


def _heading(scene: PageContext, layout: Layout, own: bool, columns: int) -> Line:
    """How the layout multiplies, how it files W, and who writes so."""
    forward, back = (
        scene.letters.fill(" ".join(_PRODUCTS[part] for part in product))
        for product in (layout.forward, layout.back)
    )
    mark = "▸" if own else " "
    filed = " × ".join(layout.weight_axes)
    told = f"forward {forward:<5} back {back:<5} {scene.letters['W']} is {filed}"
    left: Line = (
        Span(scene.text(f"{mark}{layout.name.upper():<7}"), "now" if own else "heading"),
        Span(scene.text(f" {told}"), "formula"),
    )
    room = columns - line_width(left) - 1
    names = layout.who.split(", ")
    while names and len(", ".join(names)) + 2 > room:
        names.pop()
    return crop((*left, Span(f"{', '.join(names):>{room}}", "aside")), columns)


def _product(
    scene: PageContext, sibling: Session, own: Operation, cell: Index, columns: int, lines: int
) -> list[Line]:
    """The same product, at the same place of the sibling, with the same numbers lit."""
    shown = noted(sibling, scene.notation)
    operation = lines_of(shown.step, None)[0]
    there = _turned(cell, own.result, operation.result)
    marks = {
        key: dict.fromkeys(sorted(cells), "source")
        for key, cells in highlighted_cells(shown.step, operation, there).items()
    }
    marks[operation.result.key] = {there: "target"}
    sight = Visibility(marks, {})
    return list(draw_stage(shown, sight, scene.look, columns, lines, only=operation).lines)


def _cell(session: Session, own: Operation) -> Index:
    """The cell of the product that the chosen number is made of."""
    lit = highlighted_cells(session.step, session.operation, session.cell)
    return min(lit.get(own.result.key, {tuple(0 for _ in own.result.value.shape)}))


def _turned(cell: Index, own: Quantity, other: Quantity) -> Index:
    turned = len(cell) == 2 and own.axes != other.axes and own.axes == other.axes[::-1]
    return cell[::-1] if turned else cell


def _foot(
    scene: PageContext, session: Session, own: Operation, cell: Index, columns: int
) -> list[Line]:
    """The number that all three make, and why they differ only in filing."""
    if scene.view.message:
        return wrap(scene.text(clean(scene.view.message)), columns, "told")[:3]
    naming = scene.naming
    stage = this_number(session.step, own, cell, naming).stages[-1]
    digits, ascii_ = scene.look.digits, scene.look.charset.ascii

    def text(value: float) -> str:
        return number(value, digits, ascii=ascii_)

    name = scene.text(clean(naming.cell(own.result, cell)))
    pieces = [
        scene.text(" × ").join(text(factor.value) for factor in term.factors)
        for term in stage.terms
        if not stage.is_function
    ]
    told = "  +  ".join(pieces[:4]) + (scene.text("  + …") if len(pieces) > 4 else "")
    spans: Line = (
        Span(f" {name} ", "caption"),
        Span("in all three:  ", "label"),
        Span(told, "value"),
        Span("  =  ", "sign"),
        Span(text(stage.value), "sum"),
    )
    if line_width(spans) > columns or not pieces:
        spans = (*spans[:2], Span(text(stage.value), "sum"))
    words = [
        line
        for text_ in map(scene.letters.fill, _WORDS)
        for line in wrap(scene.text(text_), columns, "why")
    ]
    return [crop(spans, columns), *words]
