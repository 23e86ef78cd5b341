"""A pane of the bug lab: both programs step by step, the right result beside the mistaken one.

The lines are those that each program runs, not the law: it is the line that is wrong.
"""

from __future__ import annotations

import numpy as np

from bpstepper.buglab.mistakes import Mistake
from bpstepper.buglab.page_parts import cell_lines, differing, heading, walk_of
from bpstepper.buglab.side_by_side import Stop, Walk, written_out
from bpstepper.drawing.blocks import Block, Cell
from bpstepper.drawing.matrix.matrix import draw_matrix
from bpstepper.drawing.prose import wrap
from bpstepper.drawing.styles import style_of
from bpstepper.drawing.text import Line, Span, clean, line_width, pad, shorten, width
from bpstepper.engine.run.trace import Operation, Quantity
from bpstepper.pages.layout import blank, rule
from bpstepper.pages.page_context import PageContext

__all__ = ["draw_steps"]

_FEWEST_ROWS = 2
_FEWEST_AROUND = 4  # lines for other steps, from which they are worth being shown
_SIGNS = {"same": "=", "first": "≠", "differs": "≠", "added": "+", "left out": "−"}
_ROLES = {"same": "done", "first": "message", "differs": "mark", "added": "mark",
          "left out": "mark"}  # fmt: skip


def draw_steps(scene: PageContext, mistake: Mistake, columns: int, lines: int) -> list[Line]:
    """One step of both programs: their lines, their results, and how these stand to each other."""
    found = walk_of(scene.session.scenario, mistake.id)
    assert found is not None  # only what runs has steps
    at = min(max(scene.view.lab.step, 0), len(found.stops) - 1)
    stop = found.stops[at]
    update = f"update {found.update}, " if found.update > 1 else ""
    page = heading(scene, mistake.title, f"{update}step {at + 1} of {len(found.stops)}", columns)
    page += [rule(scene.look, columns), *_written(scene, stop, columns)]
    page += [rule(scene.look, columns)]
    said = [rule(scene.look, columns), *_said(scene, found, at, columns)]
    room = max(lines - len(page) - len(said), _FEWEST_ROWS + 2)
    results = _results(scene, stop, columns, room)
    spare = lines - len(page) - len(results) - len(said)
    around = _around(scene, found, at, columns, spare - 1) if spare > _FEWEST_AROUND else []
    gap = [blank(columns)] * (spare - len(around))
    return [*page, *results, *gap, *around, *said]


def _around(scene: PageContext, found: Walk, at: int, columns: int, lines: int) -> list[Line]:
    """The steps before and after this one, with how both sides stand to each other."""
    count = len(found.stops)
    room = min(lines - 1, count)
    first = min(max(at - room // 2, 0), count - room)
    drawn = [rule(scene.look, columns)]
    for position in range(first, first + room):
        stop = found.stops[position]
        here = position == at
        operation = stop.wrong or stop.right
        assert operation is not None
        early = "   too early" if stop.early else ""
        lead = scene.text("▸" if here else " ") + f"{position + 1:>3}  "
        sign = pad(scene.text(_SIGNS[stop.standing]), 3)
        text = scene.text(clean(written_out(operation)))
        text = shorten(text, columns - width(lead + sign + early) - 1, scene.look.charset.left_out)
        role = _ROLES[stop.standing]
        drawn.append(
            (
                Span(lead, "now" if here else "later"),
                Span(sign, role),
                Span(text, "formula" if here else "later"),
                Span(early, "message"),
            )
        )
    return drawn


def _written(scene: PageContext, stop: Stop, columns: int) -> list[Line]:
    """The line of each program; one where it is the same."""
    law = Span(f" {stop.law} ", "law")
    left = line_width((law,)) + 2
    if stop.same_line and stop.wrong is not None:
        return [(law, Span("  "), *_line(scene, "both   ", stop.wrong, columns - left))]
    return [
        (law, Span("  "), *_line(scene, "right  ", stop.right, columns - left)),
        (Span(" " * left), *_line(scene, "wrong  ", stop.wrong, columns - left)),
    ]


def _line(scene: PageContext, who: str, operation: Operation | None, columns: int) -> Line:
    text = "has no such line" if operation is None else scene.text(written_out(operation))
    text = shorten(clean(text), max(columns - len(who), 1), scene.look.charset.left_out)
    return (Span(who, "label"), Span(text, "aside" if operation is None else "formula"))


# ── the results ──────────────────────────────────────────────────────────────────────────────


def _results(scene: PageContext, stop: Stop, columns: int, lines: int) -> list[Line]:
    """Both results beside each other, the cells that differ between marks."""
    half = (columns - 4) // 2
    sides = [None if op is None else op.result for op in (stop.right, stop.wrong)]
    cells = [] if None in sides else differing(*(q.value for q in sides if q is not None))
    sample = cells[0][0] if cells and len(cells[0]) == 3 else 0
    marks: dict[Cell, str] = {}
    for cell in cells:
        if len(cell) < 3 or cell[0] == sample:
            *_, row, column = (0, 0, *cell)
            marks[row, column] = "mark"
    blocks = [
        None if quantity is None else _matrix(scene, quantity, sample, marks, half - 2, lines - 1)
        for quantity in sides
    ]
    drawn: list[Line] = [(Span(pad("   right", half + 2), "done"), Span("   wrong", "message"))]
    height = max((len(block.lines) for block in blocks if block is not None), default=0)
    for i in range(height):
        left, right = (_piece(block, i) for block in blocks)
        gap = half + 2 - 2 - line_width(left)
        drawn.append((Span("  "), *left, Span(" " * max(gap, 0)), Span("  "), *right))
    return drawn[:lines]


def _piece(block: Block | None, line: int) -> Line:
    return () if block is None or line >= len(block.lines) else block.lines[line]


def _matrix(
    scene: PageContext,
    quantity: Quantity,
    sample: int,
    marks: dict[Cell, str],
    cells: int,
    lines: int,
) -> Block:
    value, caption = quantity.value, scene.text(clean(quantity.name.text))
    rows, columns = scene.naming.rows_and_columns(quantity, terse=True)
    if value.ndim == 3:
        caption += f" of {clean(scene.naming.sample(sample))}" if value.shape[0] > 1 else ""
        value = value[sample]
        rows = columns = scene.naming.along(quantity.axes[1])
    heads = 1 + bool(columns)
    return draw_matrix(
        value,
        value.shape,
        caption=caption,
        row_names=rows,
        column_names=columns,
        style=style_of(np.asarray(quantity.value), scene.look, scene.look.digits),
        marks=marks,
        max_rows=max(lines - heads, 1),
        max_width=cells,
        charset=scene.look.charset,
    )


# ── how they stand to each other ─────────────────────────────────────────────────────────────


def _said(scene: PageContext, found: Walk, at: int, columns: int) -> list[Line]:
    """A sentence, and the cells that are farthest apart where there are such."""
    stop = found.stops[at]
    sign = scene.text(_SIGNS[stop.standing])
    sentence = wrap(scene.text(f"{sign} {_sentence(stop, found, at)}"), columns,
                    _ROLES[stop.standing])  # fmt: skip
    if stop.right is None or stop.wrong is None or stop.standing not in ("first", "differs"):
        return sentence
    values = stop.right.result.value, stop.wrong.result.value
    lead = " farthest apart"
    return [*sentence, *cell_lines(scene, stop.right.result, *values, lead, columns, most=2)]


def _sentence(stop: Stop, found: Walk, at: int) -> str:
    name = stop.quantity.name.text
    early = " But it comes too early: the right program does this later." if stop.early else ""
    if stop.standing == "same":
        so_far = found.first is None or at < found.first
        return ("The same so far." if so_far else "The same: nothing that differs is read.") + early
    if stop.standing == "added":
        return f"Only the mistaken program makes {name}.{early}"
    if stop.standing == "left out":
        return f"The mistaken program does not make {name}."
    if stop.standing == "first":
        return f"The first to differ: {name}.{early}"
    if not stop.same_line:
        return f"It differs, and the line is another one.{early}"
    because = ", ".join(stop.read)
    return (f"It differs because {because} does." if because else "It differs.") + early
