"""The bug lab: a mistake beside the right way, what differs first, and who would notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bpstepper.drawing.prose import wrap
from bpstepper.drawing.text import Line, Span, clean, crop, pad, shorten, width
from bpstepper.engine.kernels import Index
from bpstepper.engine.network import Array, Problem
from bpstepper.engine.trace import Quantity
from bpstepper.engine.training import Timeline
from bpstepper.lesson.mistakes import MISTAKES, Mistake, Verdict, examine, mistaken_timeline
from bpstepper.number_format import number
from bpstepper.pages.layout import Page, rule
from bpstepper.pages.scene import Scene

__all__ = ["draw_buglab"]

_TRAINED = 1000  # updates of both trainings that are held against each other
_MOST_PARAMETERS = 5000  # of a network that is trained so far while somebody waits
_MOST_CELLS = 4
_NOTICED = 1e-3  # how far apart the costs must be, relative, for somebody to notice


def draw_buglab(scene: Scene, columns: int, lines: int) -> Page:
    """One mistake of the table, in this network, as much of it as there is room for."""
    names = list(MISTAKES)
    at = scene.view.mistake % len(names)
    mistake = MISTAKES[names[at]]
    scenario = scene.session.scenario
    verdict = _verdict(scenario, mistake.id)
    head = _heading(scene, f"mistake {at + 1} of {len(names)}", mistake.title, columns)
    blocks = [
        _code(scene, mistake, columns),
        _found(scene, verdict, columns),
        _noticed(scene, verdict, columns),
        _seen(scene, mistake, columns),
    ]
    page = list(head)
    for block in blocks:
        if block and len(page) + 1 + len(block) > lines:
            block = block[: max(lines - len(page) - 1, 0)]
        if block:
            page += [rule(scene.look, columns), *block]
    return Page([crop(line, columns) for line in page])


def _heading(scene: Scene, place: str, title: str, columns: int) -> list[Line]:
    told = scene.text(clean(title[:1].upper() + title[1:]))
    right = scene.text(f"{place}   ↑ ↓ another ")
    left: Line = (Span(" BUG LAB ", "law"), Span("  "))
    room = columns - 11 - width(right)
    first: Line = (*left, Span(" " * max(room, 0)), Span(right, "aside"))
    return [first, (Span(f" {shorten(told, columns - 2)}", "formula"),)]


def _code(scene: Scene, mistake: Mistake, columns: int) -> list[Line]:
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


def _found(scene: Scene, verdict: Verdict, columns: int) -> list[Line]:
    """What differs first, cell by cell; or why it does not run; or that nothing does."""
    if verdict.clash is not None:
        operands = " and ".join(verdict.clash_operands)
        said = (
            f"It does not run here: {verdict.clash}, where {operands} make {verdict.clash_symbol}."
        )
        return wrap(scene.text(clean(said)), columns, "message")
    if verdict.first is None:
        said = "In this network it makes no difference: there is nothing here to do wrongly so."
        return wrap(said, columns, "paragraph")
    right, wrong = verdict.differs[verdict.first]
    trace = scene.session.line.trace(verdict.update)
    quantity = trace.quantity(trace.program.by_key[verdict.first])
    update = "" if verdict.update == 1 else f", update {verdict.update}"
    lead = f" first to differ   {quantity.name.text}{update}"
    columns_of = [pad("right", 14, "right"), pad("wrong", 14, "right")]
    head: Line = (Span(pad(scene.text(lead), 34), "label"), Span("".join(columns_of), "label"))
    if right.shape != wrong.shape:
        shapes = " and ".join("×".join(map(str, value.shape)) for value in (right, wrong))
        return [head, (Span(scene.text(f"   shapes {shapes}"), "value"),)]
    return [head, *(_cell(scene, quantity, right, wrong, cell) for cell in _cells(right, wrong))]


def _cells(right: Array, wrong: Array) -> list[Index]:
    """The cells that are farthest apart, in reading order."""
    with np.errstate(all="ignore"):
        apart = np.abs(np.nan_to_num(right - wrong, nan=np.inf)).ravel()
    order = np.argsort(-apart, kind="stable")[:_MOST_CELLS]
    chosen = sorted(int(i) for i in order if apart[i] > 0)
    return [tuple(int(i) for i in np.unravel_index(at, right.shape)) for at in chosen]


def _cell(scene: Scene, quantity: Quantity, right: Array, wrong: Array, cell: Index) -> Line:
    name = scene.text(clean(scene.naming.cell(quantity, cell)))
    one, other = float(right[cell]), float(wrong[cell])
    ascii_ = scene.look.charset.ascii
    texts = [pad(number(value, 4, ascii=ascii_), 14, "right") for value in (one, other)]
    return (
        Span(pad(f"    {shorten(name, 28)}", 34), "name"),
        Span(texts[0], "value"),
        Span(texts[1], "value"),
        Span(scene.text(f"   {_off(one, other)}"), "aside"),
    )


def _off(right: float, wrong: float) -> str:
    """How far off a number is, in words."""
    if right == 0 or not np.isfinite(wrong):
        return ""
    ratio = wrong / right
    if ratio < 0:
        return "the other sign" if abs(ratio + 1) < 1e-9 else "another sign"
    if ratio > 2:
        return f"{number(ratio, 3)} times too large"
    percent = 100 * abs(ratio - 1)
    return f"{number(percent, 2)} % too {'large' if ratio > 1 else 'small'}"


# ── who would notice ─────────────────────────────────────────────────────────────────────────


class _Row(NamedTuple):
    """One who may notice: who, whether, and why."""

    who: str
    notices: bool | None
    why: str


def _noticed(scene: Scene, verdict: Verdict, columns: int) -> list[Line]:
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


def _rows(scene: Scene, verdict: Verdict) -> Iterator[_Row]:
    if verdict.clash is not None:
        yield _Row("shapes", True, "it stops before it has learned anything")
        return
    if verdict.first is None:
        return
    yield _Row("shapes", False, "everything fits")
    alone = "it never runs the line" if verdict.backward_ok else "its gradients are off"
    yield _Row("gradient check of backward() only", not verdict.backward_ok, alone)
    worst = verdict.gradcheck_worst
    off = "" if worst is None or not np.isfinite(worst) else f" by {number(100 * worst, 2)} %"
    used = "all agree" if verdict.gradcheck_ok else f"{verdict.gradcheck_symbol} is off{off}"
    yield _Row("gradient check of the update used", not verdict.gradcheck_ok, used)
    costs = _costs(scene.session.scenario, verdict.id)
    if costs is not None:
        right, wrong = costs
        same = abs(wrong - right) <= _NOTICED * abs(right)
        text = f"{number(wrong, 4)}, and right is {number(right, 4)}"
        yield _Row(f"C after {_TRAINED:,} updates", not same, text)


@lru_cache(maxsize=64)
def _verdict(problem: Problem, id_: str) -> Verdict:
    """A mistake examined once for each network that it is looked at in."""
    return examine(problem, id_)


@lru_cache(maxsize=64)
def _costs(problem: Problem, id_: str) -> tuple[float, float] | None:
    """C after a training without and with the mistake; None where that would take long."""
    sizes = problem.network.sizes
    parameters = sum(a * b for a, b in zip(sizes[1:], sizes, strict=False))
    if parameters > _MOST_PARAMETERS:
        return None
    lines: Sequence[Timeline] = (Timeline(problem), mistaken_timeline(problem, id_))
    right, wrong = (line.trace(_TRAINED).cost for line in lines)
    return right, wrong


def _seen(scene: Scene, mistake: Mistake, columns: int) -> list[Line]:
    """Why people make it, and where it was found."""
    why = wrap(scene.text(clean(mistake.why)), columns, "why")
    seen = wrap(scene.text(clean(f"Seen in {mistake.seen_in}.")), columns, "aside")
    return [*why, *seen] if mistake.seen_in else why
