"""The bug lab: a mistake beside the right way, what differs first, and who would notice.

The page has three panes over one mistake: what was found, here; both programs step by step, in
`page_steps`; both trainings, in `page_curves`. A mistake that does not run has only the first,
with the clash that it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bpstepper.buglab.mistakes import MISTAKES, Mistake, Verdict
from bpstepper.buglab.page_parts import (
    cell_lines,
    curves_of,
    foot,
    heading,
    mistake_of,
    verdict_of,
)
from bpstepper.buglab.paired_training import Curves
from bpstepper.drawing.blocks import Block
from bpstepper.drawing.matrix.matrix import beside, draw_matrix
from bpstepper.drawing.prose import wrap
from bpstepper.drawing.text import Line, Span, clean, crop, pad, shorten
from bpstepper.number_format import number
from bpstepper.pages.layout import Page, rule
from bpstepper.pages.page_context import PageContext

__all__ = ["draw_buglab"]

_NOTICED = 1e-3  # how far apart the costs must be, relative, for somebody to notice
_FRAME_ROWS = 4  # of an empty frame
_FRAME_DIGITS = 2  # its cells are no wider than it takes to number them


def draw_buglab(scene: PageContext, columns: int, lines: int) -> Page:
    """One mistake of the table, in this network, as much of it as there is room for."""
    at, mistake = mistake_of(scene)
    verdict = verdict_of(scene.session.scenario, mistake.id)
    below = foot(scene, columns)
    room = lines - len(below)
    if scene.view.lab.pane == "steps" and verdict.clash is None:
        from bpstepper.buglab.page_steps import draw_steps

        page = draw_steps(scene, mistake, columns, room)
    elif scene.view.lab.pane == "curves" and verdict.clash is None:
        from bpstepper.buglab.page_curves import draw_curves

        page = draw_curves(scene, mistake, columns, room)
    else:
        update = f"update {verdict.update}   " if verdict.update > 1 else ""
        place = f"{update}mistake {at + 1} of {len(MISTAKES)}"
        page = [*heading(scene, mistake.title, place, columns)]
        for block in (
            _code(scene, mistake, columns),
            _found(scene, verdict, columns),
            _noticed(scene, verdict, columns),
            _seen(scene, mistake, columns),
        ):
            if block:
                page += [rule(scene.look, columns), *block]
        page = _fitted(scene, page, columns, room)
    page += [()] * (room - len(page))
    return Page([crop(line, columns) for line in [*page[:room], *below]])


def _fitted(scene: PageContext, page: list[Line], columns: int, room: int) -> list[Line]:
    """As much as there is room for; that there is more can be seen."""
    if len(page) <= room:
        return page
    *kept, last = page[:room]
    more = scene.look.charset.left_out
    text = shorten("".join(span.text for span in last), columns - 3, "").rstrip()
    return [*kept, (Span(f"{text} {more}", last[-1].role if last else ""),)]


def _code(scene: PageContext, mistake: Mistake, columns: int) -> list[Line]:
    """The lines in numpy, right at the left and wrong at the right."""
    half = (columns - 4) // 2
    rows = max(len(mistake.code_right), len(mistake.code_wrong))
    found: list[Line] = [
        (Span(pad("   right", half + 2), "done"), Span("  wrong", "message")),
    ]
    for i in range(rows):
        sides = [
            scene.text(code[i]) if i < len(code) else ""
            for code in (mistake.code_right, mistake.code_wrong)
        ]
        left_out = scene.look.charset.left_out
        one, other = (shorten(side, half - 1, left_out) for side in sides)
        found.append((Span("   " + pad(one, half), "value"), Span(" " + other, "value")))
    return found


# ── what differs ─────────────────────────────────────────────────────────────────────────────


def _found(scene: PageContext, verdict: Verdict, columns: int) -> list[Line]:
    """What differs first, cell by cell; or why it does not run; or that nothing does."""
    if verdict.clash is not None:
        return _clash(scene, verdict, columns)
    if verdict.first is None:
        said = "In this network it makes no difference: there is nothing here to do wrongly so."
        return wrap(said, columns, "paragraph")
    trace = scene.session.line.trace(verdict.update)
    quantity = trace.quantity(trace.program.by_key[verdict.first])
    lead = f" first to differ   {quantity.name.text}"
    return cell_lines(scene, quantity, *verdict.differs[verdict.first], lead, columns)


def _clash(scene: PageContext, verdict: Verdict, columns: int) -> list[Line]:
    """The shapes that do not go together as empty frames, and what numpy says."""
    trace = scene.session.line.trace(verdict.update)
    symbol = trace.program.by_key.get(verdict.clash_symbol or "")
    made = "" if symbol is None else f" {trace.program.names[symbol].text} cannot be made:"
    lead: Line = (Span(scene.text(f" It does not run here.{made}"), "message"),)
    told = wrap(scene.text(f"numpy: {verdict.clash}"), columns, "value")
    return [lead, *_frames(scene, verdict, columns), *told]


def _frames(scene: PageContext, verdict: Verdict, columns: int) -> list[Line]:
    room = (columns - 12) // max(len(verdict.clash_frames), 1)
    blocks = [
        draw_matrix(
            None,
            shape,
            caption=name,
            row_names=[str(i + 1) for i in range(shape[0])] if len(shape) == 2 else (),
            column_names=[str(j + 1) for j in range(shape[1])] if len(shape) == 2 else (),
            digits=_FRAME_DIGITS,
            max_rows=_FRAME_ROWS,
            max_width=room,
            charset=scene.look.charset,
        )
        for name, shape in verdict.clash_frames
    ]
    before, *signs = verdict.clash_glue or ("",)
    items: list[Block | str] = [before]
    for block, sign in zip(blocks, signs, strict=False):
        items += [block, sign]
    shown = [item for item in items if item != ""]
    drawn = beside([*shown, "=", "?"], charset=scene.look.charset)
    return [(Span("  "), *line) for line in drawn.lines]


# ── who would notice ─────────────────────────────────────────────────────────────────────────


class _Row(NamedTuple):
    """One who may notice: who, whether, and why."""

    who: str
    notices: bool | None
    why: str


def _noticed(scene: PageContext, verdict: Verdict, columns: int) -> list[Line]:
    rows = list(_rows(scene, verdict))
    if not rows:
        return []
    found: list[Line] = [(Span(" who would notice?", "heading"),)]
    for row in rows:
        said = {True: "YES", False: "no", None: "-"}[row.notices]
        role = "message" if row.notices else "done"
        found.append(
            (
                Span(f"   {row.who:<37}", "name"),
                Span(f"{said:<6}", role),
                Span(scene.text(shorten(clean(row.why), max(columns - 47, 1))), "paragraph"),
            )
        )
    return found


def _rows(scene: PageContext, verdict: Verdict) -> Iterator[_Row]:
    if verdict.clash is not None:
        yield _Row("shapes", True, "the program stops with an error")
        return
    if verdict.first is None:
        return
    yield _Row("shapes", False, "everything fits")
    alone = "it never runs the line" if verdict.backward_ok else "its gradients are off"
    yield _Row("gradient check of backward() only", not verdict.backward_ok, alone)
    worst = verdict.gradcheck_worst
    off = "" if worst is None or not np.isfinite(worst) else f" by {number(100 * worst, 2)} %"
    used = "all agree" if verdict.gradcheck_ok else f"∂C/∂{verdict.gradcheck_symbol} is off{off}"
    yield _Row("gradient check of the update used", not verdict.gradcheck_ok, used)
    yield _trained(curves_of(scene))


def _trained(curves: Curves | None) -> _Row:
    """What training does under it, as far as it was tried."""
    if curves is None or not curves.done:
        return _Row("training", None, "t trains both")
    right, wrong = curves.last
    same = abs(wrong - right) <= _NOTICED * abs(right)
    text = f"{number(wrong, 4)}, and right is {number(right, 4)}"
    return _Row(f"C after {curves.done:,} updates", not same, text)


def _seen(scene: PageContext, mistake: Mistake, columns: int) -> list[Line]:
    """Why people make it, and where it was found."""
    why = wrap(scene.text(clean(mistake.why)), columns, "why")
    seen = wrap(scene.text(clean(f"Seen in {mistake.seen_in}.")), columns, "aside")
    return [*why, *seen] if mistake.seen_in else why
