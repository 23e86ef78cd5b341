"""The training page: how far each run is, its curves and pictures, and what is at the cursor.

It is a screen of its own over the stepper, and a pure function of a `TrainingScene` and a size.
Where there is more room there are more panes; the chosen one comes first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bpstepper.drawing.text import Line, Span, clean, crop, line_width, pad, shorten, width
from bpstepper.number_format import number
from bpstepper.pages.frame import SMALLEST, too_small
from bpstepper.pages.header import draw_keys
from bpstepper.pages.layout import WIDE, Hint, filled, rule
from bpstepper.training.page_context import RunSeen, TrainingScene
from bpstepper.training.page_curves import SIGNS
from bpstepper.training.page_panes import Pane, draw_pane, panes_of

__all__ = ["compose_training", "duration"]

_VERY_WIDE = 160  # columns for two columns of pictures
_CURVE = 9  # lines of a curve, at least, where there are several
_PICTURE = 14  # the same of a picture
_REST = 42  # cells of a line that has a run's words, too: its sign, a bar and the numbers
_TABLES = re.compile(r"\b(?:training|network)\.")  # which settings are meant is clear without


def compose_training(
    scene: TrainingScene, columns: int, lines: int, hints: Sequence[Hint]
) -> list[Line]:
    """The screen: exactly `lines` lines of exactly `columns` cells.

    Args:
        scene: what is shown.
        columns: the terminal's width.
        lines: the terminal's height.
        hints: what the last line offers.
    """
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return too_small(columns, lines, scene.look, "Esc goes back")
    head = [_header(scene, columns), rule(scene.look, columns), *_runs(scene, columns)]
    head += [_state(scene, columns), _tabs(scene, columns)]
    foot = [*_at_cursor(scene, columns), _message(scene, columns)]
    room = lines - len(head) - len(foot) - 1
    panes = filled(_panes(scene, columns, room), room, columns)
    whole = [*head, *panes, *foot, draw_keys(hints, scene.look, columns)]
    return [crop(line, columns) for line in whole]


# ── where we are ─────────────────────────────────────────────────────────────────────────────


def _header(scene: TrainingScene, columns: int) -> Line:
    problem = scene.runs[0].problem
    network = problem.network
    sizes = "-".join(str(units) for units in network.sizes)
    training = problem.training
    ascii_ = scene.look.charset.ascii
    rate = number(training.learning_rate, ascii=ascii_)
    told = f"{sizes}   {training.optimizer}, η = {rate} "
    told = shorten(scene.text(told), columns // 2, scene.look.charset.left_out)
    name = scene.text(clean(problem.name or problem.title or "scenario"))
    room = columns - width(told) - 1
    left = f" {shorten(name, max(room - 13, 8), scene.look.charset.left_out)}"
    left += scene.text(" · training")
    return (Span(pad(left, room + 1), "title"), Span(told, "aside"))


def _runs(scene: TrainingScene, columns: int) -> list[Line]:
    """How far each run is, a line each."""
    found: list[Line] = []
    said = [scene.text(clean(_TABLES.sub("", run.words))) for run in scene.runs]
    most = min(max(map(width, said)), columns - _REST)
    for run, words in zip(scene.runs, said, strict=True):
        sign, role = SIGNS[run.letter]
        told = f"{run.done:,} of {run.planned:,} updates" if run.planned else f"{run.done:,}"
        end = Span(f" {told} ", "value")
        lead: tuple[Span, ...] = (Span(" "),)
        if len(scene.runs) > 1:
            words = pad(shorten(words, most, scene.look.charset.left_out), most)
            lead = (Span(f" {run.letter} {scene.text(sign)} {words} ", role),)
        cells = max(columns - line_width(lead) - width(told) - 2, 0)
        found.append((*lead, *_bar(scene, run, cells), end))
    return found


def _bar(scene: TrainingScene, run: RunSeen, cells: int) -> tuple[Span, ...]:
    share = run.done / run.planned if run.planned else 0.0
    full = min(int(share * cells), cells)
    on, off = ("#", ".") if scene.look.charset.ascii else ("█", "░")
    return (Span(on * full, "done"), Span(off * (cells - full), "pending"))


def _state(scene: TrainingScene, columns: int) -> Line:
    """What is going on, how fast, and how long it will take."""
    words, role = {
        "running": (" RUNNING", "now"),
        "paused": (" PAUSED", "message"),
        "over": (" DONE", "done"),
    }[scene.state]
    told: list[str] = []
    if scene.rate is not None and scene.state == "running":
        told.append(f"{scene.rate:,.0f} updates/s")
    if scene.left is not None and scene.state == "running":
        told.append(f"{duration(scene.left)} left")
    for run in scene.runs:
        if run.ending:
            whose = "" if len(scene.runs) == 1 else f"{run.letter}: "
            told.append(f"{whose}ended after update {run.done:,}: {run.ending}")
    text = scene.text("".join(f" · {it}" for it in told))
    ellipsis = scene.look.charset.left_out
    return (Span(words, role), Span(shorten(text, columns - len(words), ellipsis), "label"))


def duration(seconds: float) -> str:
    """A length of time for a person: `0.4 s`, `12 s`, `3 min`, `2 h`."""
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.0f} h"


def _tabs(scene: TrainingScene, columns: int) -> Line:
    """The names of the panes, the chosen one marked."""
    spans: list[Span] = [Span(" ")]
    for i, pane in enumerate(panes_of(scene.runs[0].problem), start=1):
        chosen = pane.key == scene.pane
        mark = scene.text("▸") if chosen else " "
        spans.append(Span(f"{mark}{i} ", "key"))
        spans.append(Span(f"{scene.text(pane.tab)} ", "now" if chosen else "does"))
    return crop(spans, columns)


# ── the panes ────────────────────────────────────────────────────────────────────────────────


def _panes(scene: TrainingScene, columns: int, lines: int) -> list[Line]:
    """As many panes as there is room for, C among them, the chosen one first of its kind."""
    there = panes_of(scene.runs[0].problem)
    at = next((i for i, pane in enumerate(there) if pane.key == scene.pane), 0)
    cost, chosen = there[0], there[at]
    in_turn = [*there[at:], *there[:at]]
    curves = [pane for pane in in_turn if not pane.is_picture and pane is not cost]
    pictures = [pane for pane in in_turn if pane.is_picture]
    if columns < WIDE:
        if chosen is cost:
            return draw_pane(cost, scene, columns, lines)
        if lines < _CURVE:
            return draw_pane(chosen, scene, columns, lines)
        if chosen.is_picture:
            left = columns // 2 if chosen.key != "confusion" else columns * 2 // 5
            sides = [([cost], left), ([chosen], columns - left)]
            return _side_by_side(scene, sides, lines)
        return _stacked([cost, chosen], scene, columns, lines)
    across = 2 if columns >= _VERY_WIDE else 1
    left = columns // 2 if across == 2 else columns * 3 // 5
    wide = (columns - left) // across
    down = max(lines // (_PICTURE * len(scene.runs)), 1)
    sides = [([cost, *curves][: max(lines // _CURVE, 2)], left)]
    for i in range(across):
        column = pictures[i::across][:down]
        if column:
            sides.append((column, wide))
    spare = columns - sum(cells for _, cells in sides)
    sides[0] = (sides[0][0], left + spare)
    return _side_by_side(scene, sides, lines)


def _side_by_side(
    scene: TrainingScene, sides: Sequence[tuple[Sequence[Pane], int]], lines: int
) -> list[Line]:
    """Columns of panes of these widths."""
    drawn = [_stacked(panes, scene, columns, lines) for panes, columns in sides]
    return [tuple(span for part in row for span in part) for row in zip(*drawn, strict=True)]


def _stacked(
    panes: Sequence[Pane], scene: TrainingScene, columns: int, lines: int
) -> list[Line]:  # fmt: skip
    """Panes below one another, together exactly so many lines."""
    found: list[Line] = []
    for i, pane in enumerate(panes):
        end = (i + 1) * lines // len(panes)
        found += draw_pane(pane, scene, columns, end - len(found))
    return found


# ── at the cursor ────────────────────────────────────────────────────────────────────────────


def _at_cursor(scene: TrainingScene, columns: int) -> list[Line]:
    """What each run is at the cursor, a line each."""
    return [_told(scene, run, columns) for run in scene.runs]


def _told(scene: TrainingScene, run: RunSeen, columns: int) -> Line:
    ascii_ = scene.look.charset.ascii
    moment = run.moment
    lead = " " if len(scene.runs) == 1 else f" {run.letter} {SIGNS[run.letter][0]} "
    if moment is None:
        at = f"update {scene.cursor or 0:,} is not run so far"
        return (Span(pad(scene.text(lead + at), columns), "later"),)
    if not moment.update:
        at = f"{lead}nothing is run so far: Space trains {run.planned:,} updates"
        return (Span(pad(scene.text(at), columns), "later"),)
    told = [f"update {moment.update:,}", f"C {number(moment.cost, 5, ascii=ascii_)}"]
    if run.in_batches:  # C of so few samples is easily taken for that of all
        told[1] = f"batch C {number(moment.cost, ascii=ascii_)}"
    for key, name in (("accuracy", "accuracy"), ("accuracy_held_out", "held out")):
        value = run.value(key)
        told += [f"{name} {100 * value:.4g} %"] if value is not None else []
    whole = run.value("C_training") if run.in_batches else None
    text = scene.text(lead + " · ".join(told))
    if run.in_batches:
        epoch = f"epoch {-(-moment.update // run.per_epoch):,}"
        longer = scene.text(lead + " · ".join([told[0], epoch, *told[1:]]))
        text = longer if width(longer) <= columns else text
    if whole is not None:
        more = scene.text(f" · C of all samples {number(whole, ascii=ascii_)}")
        text += more if width(text + more) <= columns else ""
    return (Span(pad(shorten(text, columns, scene.look.charset.left_out), columns), "strong"),)


def _message(scene: TrainingScene, columns: int) -> Line:
    """What is to be said; else what the cursor is for."""
    if scene.message:
        text = shorten(scene.text(clean(f" {scene.message}")), columns, scene.look.charset.left_out)
        return (Span(pad(text, columns), "told"),)
    done = max(run.done for run in scene.runs)
    text = ""
    if done:
        at = scene.cursor if scene.cursor is not None else done
        text = f" Enter opens update {at:,}, step by step"
        text += ". End follows the newest." if scene.cursor is not None else "."
    return (Span(pad(scene.text(text), columns), "later"),)
