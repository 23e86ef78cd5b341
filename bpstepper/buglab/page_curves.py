"""A pane of the bug lab: what training does with and without a mistake, as two curves of C."""

from __future__ import annotations

import numpy as np

from bpstepper.buglab.mistakes import Mistake
from bpstepper.buglab.page_parts import curves_of, heading
from bpstepper.buglab.paired_training import Curves
from bpstepper.drawing.plots.plot import Curve, draw_plot
from bpstepper.drawing.prose import wrap
from bpstepper.drawing.text import Line, Span, pad
from bpstepper.number_format import number
from bpstepper.pages.layout import blank, rule
from bpstepper.pages.page_context import PageContext

__all__ = ["draw_curves"]

_ALIKE = 1e-3  # relative: nobody would tell such curves apart
_FEWEST_LINES = 4


def draw_curves(scene: PageContext, mistake: Mistake, columns: int, lines: int) -> list[Line]:
    """Both curves, and what they have come to."""
    curves = curves_of(scene)
    if curves is None:
        head = heading(scene, mistake.title, "training", columns)
        return [*head, rule(scene.look, columns), *wrap("t trains both.", columns, "why")]
    done = "" if curves.done == curves.wanted else f"{curves.done:,} of "
    head = heading(scene, mistake.title, f"{done}{curves.wanted:,} updates", columns)
    said = _said(scene, curves, columns)
    room = lines - len(head) - len(said) - 2
    plot = draw_plot(
        (
            Curve("right", curves.right, "●", "done"),
            Curve("wrong", curves.wrong, "×", "message"),
        ),
        curves.wanted,
        scene.look,
        columns - 1,
        max(room, _FEWEST_LINES),
    )
    plot = plot or wrap("There is no number to draw.", columns, "why")
    spare = [blank(columns)] * (room - len(plot))
    return [*head, rule(scene.look, columns), *plot, *spare, rule(scene.look, columns), *said]


def _said(scene: PageContext, curves: Curves, columns: int) -> list[Line]:
    """C of both at the end, and a sentence about it."""
    right, wrong = curves.last
    ascii_ = scene.look.charset.ascii
    found: list[Line] = []
    what = "C" if curves.per_epoch == 1 else "mean C of an epoch"
    after = f" {what} after {curves.done:,} updates"
    for who, sign, value, role in (
        ("right", "●", right, "done"),
        ("wrong", "×", wrong, "message"),
    ):
        lead = pad(after if who == "right" else "", 40)
        text = pad(number(value, 5, ascii=ascii_), 14, "right")
        found.append(
            (Span(lead, "label"), Span(f"{scene.text(sign)} {who}", role), Span(text, "value"))
        )
    return [*found, *wrap(scene.text(_sentence(curves, right, wrong)), columns, "why")[:2]]


def _sentence(curves: Curves, right: float, wrong: float) -> str:
    if not curves.done:
        return "Both begin with the same weights."
    if not np.isfinite(wrong):
        first = int(np.argmin(np.isfinite(curves.wrong))) + 1
        return f"With the mistake C is no finite number from update {first:,} on."
    if not np.isfinite(right):
        return "Even without the mistake C is no finite number here."
    if (curves.right == curves.wrong).all():
        return "Number for number the same: the training does not notice."
    if abs(wrong - right) <= _ALIKE * abs(right):
        return "Nobody would see it in C: the network learns all the same."
    if wrong < right:
        return "With the mistake C is even lower: that C falls proves nothing."
    start = float(curves.wrong[: curves.per_epoch].mean())
    if wrong > start:
        return "With the mistake C rises."
    return "With the mistake it learns, too, but less: that looks like bad luck."
