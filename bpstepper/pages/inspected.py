"""Below an inspected number: the nudge that shows its slope, and the numbers it goes into."""

from __future__ import annotations

import math
from collections import OrderedDict

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, clean, crop, line_width, shorten
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.dataflow import producer
from bpstepper.engine.run.nudge import Nudge, can_nudge, nudge
from bpstepper.engine.run.trace import Quantity, Trace
from bpstepper.engine.symbols import KINDS, Symbol
from bpstepper.explain.uses import Use, uses
from bpstepper.number_format import number
from bpstepper.pages.page_context import PageContext
from bpstepper.session import Session
from bpstepper.session.inspecting import focus

__all__ = ["draw_inspected"]

_LABEL = 12  # cells of the words at the left
_COST_DIGITS = 9  # so that the change of C is seen in its last digits
_NUDGED_DIGITS = 6
_LARGEST = 4  # how often a nudge can be made ten times larger


def draw_inspected(scene: PageContext, columns: int) -> list[Line]:
    """What stands below an inspected number, on two to four lines."""
    session, look = scene.session, scene.look
    quantity, cell = focus(session)
    lines = _nudged(scene, quantity, cell)
    given = _given(session, quantity)
    if given:
        lines.append(_row(look, "given", Span(given, "aside")))
    shown = scene.shown
    used = uses(shown.trace, focus(shown)[0], cell, scene.naming)
    if used:
        lines.append(_used(used, look, columns))
    return [crop(line, columns) for line in lines]


def _row(look: RenderOptions, label: str, *spans: Span) -> Line:
    translated = (Span(look.charset.translate(clean(span.text)), span.role) for span in spans)
    return (Span(f" {label:<{_LABEL}}", "label"), *translated)


_NUDGED_FOR = {row.gradient: kind for kind, row in KINDS.items() if row.gradient}


def _moved(trace: Trace, quantity: Quantity) -> Quantity | None:
    """What is nudged to see a number's slope: itself; for a gradient, what it is a gradient by."""
    symbol = quantity.symbol
    kind = _NUDGED_FOR.get(symbol.kind, symbol.kind)
    layer = symbol.layer if KINDS[kind].has_layer else None
    target = Symbol(kind, layer)
    if target not in trace or not can_nudge(trace, target):
        return None
    moved = trace.quantity(target)
    return moved if moved.value.shape == quantity.value.shape else None


# ── nudge it ─────────────────────────────────────────────────────────────────────────────────

_nudges: OrderedDict[tuple[int, str, Index, int], tuple[Trace, Nudge]] = OrderedDict()


def _known(trace: Trace, key: str, cell: Index, larger: int) -> Nudge:
    """A nudge, computed once for each number and size that is looked at."""
    name = (id(trace), key, cell, larger)
    found = _nudges.get(name)
    if found is None or found[0] is not trace:  # the trace is held, so its id stays its own
        made = nudge(trace, key, cell)
        if larger and made.after != made.before:
            made = nudge(trace, key, cell, (made.after - made.before) * 10**larger)
        found = _nudges[name] = (trace, made)
        while len(_nudges) > 64:
            _nudges.popitem(last=False)
    return found[1]


def _nudged(scene: PageContext, quantity: Quantity, cell: Index) -> list[Line]:
    """ΔC over Δ, beside the gradient: the gradient check that one can see."""
    trace, look = scene.session.trace, scene.look
    target = _moved(trace, quantity)
    if target is None:
        return []
    found = _known(trace, target.key, cell, scene.view.nudge % (_LARGEST + 1))

    def text(value: float, digits: int) -> str:
        return number(value, digits, ascii=look.charset.ascii)

    moved = f"{text(found.before, _NUDGED_DIGITS)} → {text(found.after, _NUDGED_DIGITS)}"
    costs = f"{text(found.cost_before, _COST_DIGITS)} → {text(found.cost_after, _COST_DIGITS)}"
    name, cost = scene.naming.cell(target, cell), scene.letters["C"]
    first = _row(
        look,
        "nudge it",
        Span(f"{name}  ", "name"),
        Span(moved, "value"),
        Span(f"    {cost}  ", "sign"),
        Span(costs, "value"),
    )
    spans = [
        Span(f"change of {cost} / its change = ", "name"),
        Span(text(found.slope, 4), "sum"),
    ]
    return [first, _row(look, "", *spans, *_verdict(found, look, cost))]


def _verdict(found: Nudge, look: RenderOptions, cost: str) -> list[Span]:
    """Whether that is the gradient; and where it is not quite, why."""
    if found.kink:
        return [Span("   a kink lies on the way: no derivative", "message")]
    if found.gradient is None:
        return []
    gradient = number(found.gradient, 4, ascii=look.charset.ascii)
    if not math.isfinite(found.slope) or not found.agrees():
        return [Span(f"   gradient {gradient}  ≠", "message")]
    same = f"{found.slope:.3e}" == f"{found.gradient:.3e}"  # as far as the screen shows them
    if found.cost_after == found.cost_before:
        said = "✓ too small to show"
    else:
        said = "✓ the same" if same else f"✓ but for {cost}'s bend"
    return [Span("   gradient ", "name"), Span(gradient, "sum"), Span(f" {said}", "done")]


# ── where it is from, where it goes ──────────────────────────────────────────────────────────


def _given(session: Session, quantity: Quantity) -> str:
    """Where a number comes from that no step of this update makes."""
    if producer(session.trace, quantity.key) is not None:
        return ""
    update = session.cursor.update
    moves = f"{quantity.key}_next" in session.trace
    if moves and update > 1:
        return f"as update {update - 1} left it"
    return "by the scenario; it moves at the end of this update" if moves else "by the scenario"


def _used(used: tuple[Use, ...], look: RenderOptions, columns: int) -> Line:
    """The numbers it goes into, step by step."""
    told = [f"{_cells(use)} in {use.law}" for use in used]
    text = look.charset.translate(clean(" · ".join(told)))
    line = _row(look, "goes into", Span(text, "name"))
    if line_width(line) > columns:
        room = columns - _LABEL - 2
        return _row(look, "goes into", Span(shorten(text, room, look.charset.left_out), "name"))
    return line


def _cells(use: Use) -> str:
    return ", ".join(use.cells) + (f" and {use.more} more" if use.more else "")
