"""What the panes of the bug lab have in common: their heading, cells side by side, what is known.

What comes of a mistake in a network is found out once for each; every pane asks for it here.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bpstepper.buglab.mistakes import MISTAKES, Mistake, Verdict, examine
from bpstepper.buglab.paired_training import Curves
from bpstepper.buglab.side_by_side import Walk, walk
from bpstepper.drawing.prose import wrap
from bpstepper.drawing.text import Line, Span, clean, line_width, pad, shorten, width
from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Quantity
from bpstepper.number_format import number
from bpstepper.pages.page_context import PageContext

__all__ = [
    "CELL_ROLES",
    "cell_lines",
    "curves_of",
    "differing",
    "farthest",
    "foot",
    "heading",
    "mistake_of",
    "verdict_of",
    "walk_of",
]

CELL_ROLES = ("value", "mark")
"""Of a number that is the same on both sides, and of one that is not."""

_MOST_CELLS = 4
_NAME, _NUMBER, _SAID = 30, 12, 24  # cells of a name, of a number, of how far off it is
_FEWEST = 20  # cells of a name where there is little room


def mistake_of(scene: PageContext) -> tuple[int, Mistake]:
    """The mistake that is looked at, and its place in the table."""
    at = scene.view.mistake % len(MISTAKES)
    return at, list(MISTAKES.values())[at]


@lru_cache(maxsize=64)
def verdict_of(problem: Problem, id_: str) -> Verdict:
    """A mistake examined once for each network that it is looked at in."""
    return examine(problem, id_)


@lru_cache(maxsize=8)
def walk_of(problem: Problem, id_: str) -> Walk | None:
    """Both programs step by step; None where the mistake does not run."""
    return walk(problem, verdict_of(problem, id_))


def curves_of(scene: PageContext) -> Curves | None:
    """What both trainings of this mistake, in this very network, have come to."""
    curves = scene.view.lab.curves
    mine = curves is not None and curves.problem is scene.session.scenario
    return curves if curves and mine and curves.id == mistake_of(scene)[1].id else None


def heading(scene: PageContext, title: str, place: str, columns: int) -> list[Line]:
    """The mistake at the left and a place at the right; on two lines where one is too narrow."""
    told = scene.text(clean(title))
    right = scene.text(f"{place} ")
    left: Line = (Span(" BUG LAB ", "law"), Span(" "))
    room = columns - line_width(left) - width(right)
    if room > width(told):
        gap = Span(" " * (room - width(told)))
        return [(*left, Span(told, "formula"), gap, Span(right, "aside"))]
    first: Line = (*left, Span(" " * max(room, 0)), Span(right, "aside"))
    return [first, (Span(f" {shorten(told, columns - 2)}", "formula"),)]


def foot(scene: PageContext, columns: int) -> list[Line]:
    """What is said once, at the bottom."""
    said = scene.text(clean(scene.view.message))
    return wrap(said, columns, "told")[:2] if said else []


# ── numbers, right and wrong ─────────────────────────────────────────────────────────────────


def cell_lines(
    scene: PageContext,
    quantity: Quantity,
    right: Array,
    wrong: Array,
    lead: str,
    columns: int,
    most: int = _MOST_CELLS,
) -> list[Line]:
    """The cells that are farthest apart, each with its name, under a heading."""
    name = min(_NAME, max(columns - 2 * _NUMBER - _SAID, width(lead) + 1, _FEWEST))
    rest = columns - name - 2 * _NUMBER
    heads = [pad(text, _NUMBER, "right") for text in ("right", "wrong")]
    head: Line = (
        Span(pad(scene.text(lead), name), "label"),
        Span("".join(heads), "label"),
    )
    if right.shape != wrong.shape:
        shapes = " and ".join("×".join(map(str, value.shape)) for value in (right, wrong))
        return [head, (Span(scene.text(f"    shapes {shapes}"), "value"),)]
    return [
        head,
        *(
            _cell(scene, quantity, right, wrong, at, name, rest)
            for at in farthest(right, wrong, most)
        ),
    ]


def farthest(right: Array, wrong: Array, most: int = _MOST_CELLS) -> list[Index]:
    """The cells that are farthest apart, in reading order."""
    with np.errstate(all="ignore"):
        apart = np.abs(np.nan_to_num(right - wrong, nan=np.inf)).ravel()
    apart = np.where(_same(right, wrong).ravel(), 0.0, apart)
    order = np.argsort(-apart, kind="stable")[:most]
    chosen = sorted(int(i) for i in order if apart[i] > 0)
    return [tuple(int(i) for i in np.unravel_index(at, right.shape)) for at in chosen]


def differing(right: Array, wrong: Array) -> list[Index]:
    """All cells that are not the same, but for rounding; none where the shapes differ."""
    if right.shape != wrong.shape:
        return []
    return [tuple(int(i) for i in at) for at in np.argwhere(~_same(right, wrong))]


def _same(right: Array, wrong: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    with np.errstate(all="ignore"):
        largest = float(np.nan_to_num(np.abs(right), posinf=0.0).max(initial=0.0))
        return np.isclose(right, wrong, rtol=0.0, atol=1e-9 * largest, equal_nan=True)


def _cell(
    scene: PageContext,
    quantity: Quantity,
    right: Array,
    wrong: Array,
    cell: Index,
    room: int,
    rest: int,
) -> Line:
    name = scene.text(clean(scene.naming.cell(quantity, cell)))
    one, other = float(right[cell]), float(wrong[cell])
    ascii_ = scene.look.charset.ascii
    texts = [pad(number(value, 4, ascii=ascii_), _NUMBER, "right") for value in (one, other)]
    off = scene.text(f"  {_off(one, other)}")
    return (
        Span(pad(f"    {shorten(name, room - 6)}", room), "name"),
        Span(texts[0], "value"),
        Span(texts[1], "mark"),
        Span(off if width(off) <= rest else "", "aside"),
    )


def _off(right: float, wrong: float) -> str:
    """How far off a number is, in words."""
    if right == 0 or not np.isfinite(wrong):
        return ""
    ratio = wrong / right
    if ratio < 0:
        return "the other sign" if abs(ratio + 1) < 1e-9 else "another sign"
    if ratio > 2:
        return f"{number(ratio, 3)} times as large"
    percent = 100 * abs(ratio - 1)
    return f"{number(percent, 2)} % too {'large' if ratio > 1 else 'small'}"
