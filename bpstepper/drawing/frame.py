"""The frame: the whole stepper screen as lines, a pure function of a session and a size.

80×24 is the size it is made for: where we are, the equation with its matrices, one number spelled
out, one sentence of why, the keys. Wider and taller screens get more panes, the same behaviour.
Whoever shows a frame (a terminal, a test, a picture) adds nothing but colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bpstepper.drawing.look import Look
from bpstepper.drawing.prose import paragraphs, wrap, wrap_spans
from bpstepper.drawing.spelled import draw_number
from bpstepper.drawing.stage import draw_stage
from bpstepper.drawing.text import Line, Span, clean, crop, line_width, pad, shorten, width
from bpstepper.engine.equations import PHASES
from bpstepper.engine.nonfinite import first_nonfinite
from bpstepper.lesson.explain import Told, explain, notes_at
from bpstepper.lesson.naming import Naming
from bpstepper.lesson.overflow import tell_birth
from bpstepper.lesson.provenance import this_number
from bpstepper.scenario.model import Scenario
from bpstepper.session import Session

__all__ = ["SMALLEST", "WIDE", "Hint", "draw_frame"]

SMALLEST = (60, 18)
"""Columns and lines below which a notice takes the frame's place."""
WIDE = 110
_TALL = 34
_SHORTEST_NAME = 8  # cells of the scenario's name, however little room there is
_SIDE = 26  # columns of the list of steps, where there is room for it


@dataclass(frozen=True)
class Hint:
    """A key and what it does, for the last line."""

    key: str
    does: str


def draw_frame(
    session: Session, look: Look, columns: int, lines: int, hints: Sequence[Hint], message: str = ""
) -> list[Line]:
    """The screen: exactly `lines` lines of exactly `columns` cells.

    Args:
        session: where we are.
        look: how things are drawn.
        columns: the terminal's width.
        lines: the terminal's height.
        hints: what the last line offers.
        message: takes the place of the sentence of why, until the next key.
    """
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return _too_small(columns, lines, look)
    draw = _start_page if session.at_start else _step_page
    body = draw(session, look, columns, lines - 3, message)
    whole = [
        _header(session, look, columns),
        _rule(look, columns),
        *_filled(body, lines - 3, columns),
        _keys(hints, look, columns),
    ]
    return [crop(line, columns) for line in whole[:lines]]


def _too_small(columns: int, lines: int, look: Look) -> list[Line]:
    said = [f"bpstepper needs {SMALLEST[0]}×{SMALLEST[1]}", f"this is {columns}×{lines}", "q quits"]
    charset = look.charset
    texts = [shorten(charset.translate(text), max(columns, 1), charset.left_out) for text in said]
    page = [(Span(text, "notice"),) for text in texts]
    return [crop(line, columns) for line in _filled(page[: max(lines, 0)], lines, columns)]


def _filled(lines: Sequence[Line], count: int, columns: int) -> list[Line]:
    blank: Line = (Span(" " * columns),)
    return [*lines[:count], *[blank] * (count - len(lines))]


def _rule(look: Look, columns: int) -> Line:
    return (Span(look.charset.translate("─") * columns, "rule"),)


# ── where we are ─────────────────────────────────────────────────────────────────────────────


def _header(session: Session, look: Look, columns: int) -> Line:
    """The scenario, the update with its samples, and the phases with what is done of each."""
    charset = look.charset
    name = session.scenario.name or session.scenario.title or "scenario"
    right = _phases(session, look)
    first, *others = _place(session)
    place = width(charset.translate(first))  # the update is never left out for a name
    if line_width(right) + min(width(clean(name)), _SHORTEST_NAME) + place + 4 > columns:
        right = (*(span for span in right if span.role == "now"), Span("  "))
    room = columns - line_width(right) - 3
    most = min(max(room - 1 - place, _SHORTEST_NAME), 28)
    left = " " + shorten(charset.translate(clean(name)), most, charset.left_out)
    for more in (first, *others):
        if width(charset.translate(left + more)) > room:
            break
        left += more
    left = shorten(charset.translate(left), room, charset.left_out)
    return (Span(pad(left, room + 1), "title"), *right)


def _place(session: Session) -> Iterable[str]:
    """What may follow the scenario's name, in the order in which it is wanted."""
    if session.at_start:
        return [" · start"]
    trace = session.trace
    found = [f" · update {session.cursor.update}"]
    if session.line.schedule.updates_per_epoch > 1:
        found.append(f" · epoch {trace.epoch}")
    if len(session.scenario.samples) > 1:
        naming = Naming(session.scenario, trace.samples)
        names = [naming.sample(position) for position in range(len(trace.samples))]
        found.append(f" · {names[0] if len(names) == 1 else f'{names[0]}…{names[-1]}'}")
    return found


def _phases(session: Session, look: Look) -> Line:
    translate = look.charset.translate
    if session.at_start:
        return tuple(Span(f"{phase}  ", "later") for phase in PHASES)
    steps = session.trace.steps
    here = session.step.equation.phase
    spans: list[Span] = []
    for phase in PHASES:
        of_phase = [step.index for step in steps if step.equation.phase == phase]
        if phase == here:
            count = f" {of_phase.index(session.cursor.step) + 1}/{len(of_phase)}"
            count = "" if len(of_phase) == 1 else count
            spans.append(Span(translate(f"▸{phase.upper()}{count}"), "now"))
        elif of_phase and of_phase[-1] < session.cursor.step:
            spans.append(Span(translate(f"{phase} ✓"), "done"))
        else:
            spans.append(Span(phase, "later"))
        spans.append(Span("  "))
    return tuple(spans)


def _keys(hints: Sequence[Hint], look: Look, columns: int) -> Line:
    """The keys that matter here, the last one at the right edge."""
    translate = look.charset.translate
    *most, last = hints
    spans: list[Span] = [Span(" ")]
    end = width(translate(f"{last.key} {last.does} "))
    for hint in most:
        taken = line_width(spans) + width(translate(f"{hint.key} {hint.does}   "))
        if taken + end <= columns:
            spans += [Span(translate(hint.key), "key"), Span(translate(f" {hint.does}   "), "does")]
    spans.append(Span(" " * max(columns - line_width(spans) - end, 0)))
    return (*spans, Span(translate(last.key), "key"), Span(translate(f" {last.does} "), "does"))


# ── a step ───────────────────────────────────────────────────────────────────────────────────


def _step_page(session: Session, look: Look, columns: int, lines: int, message: str) -> list[Line]:
    side = _steps_list(session, look, lines) if columns >= WIDE else []
    inner = columns - _SIDE - 3 if side else columns
    page = _filled(_step_panes(session, look, inner, lines, message), lines, inner)
    if not side:
        return page
    bar = Span(look.charset.translate("│") + " ", "rule")
    joined = zip(_filled(side, lines, _SIDE), page, strict=True)
    return [(*crop(left, _SIDE), bar, *crop(right, inner)) for left, right in joined]


def _steps_list(session: Session, look: Look, lines: int) -> list[Line]:
    """All steps of the update, phase by phase, with the current one marked."""
    translate = look.charset.translate
    listed: list[Line] = []
    at = 0
    phase = ""
    for step in session.trace.steps:
        if step.equation.phase != phase:
            phase = step.equation.phase
            listed.append((Span(f" {phase}", "label"),))
        here = step.index == session.cursor.step
        if here:
            at = len(listed)
        sign = "▸" if here else "✓" if step.index < session.cursor.step else " "
        role = "now" if here else "done" if step.index < session.cursor.step else "later"
        law = step.equation.law
        text = pad(f" {sign} {step.result.name.text}", _SIDE - 10)
        listed.append((Span(translate(f"{text} {law}"), role),))
    start = max(0, min(at - lines // 2, len(listed) - lines))
    return listed[start:]


def _step_panes(session: Session, look: Look, columns: int, lines: int, message: str) -> list[Line]:
    """Equation, matrices, this number and why, sharing the height."""
    step = session.step
    batch = len(session.trace.samples)
    told = explain(session.scenario, step, batch)
    tall = lines + 3 >= _TALL
    choices = _whys(session, told, look, columns, message, tall)
    why = choices[-1]
    equation = _equation(session, look, columns)
    naming = Naming(session.scenario, session.trace.samples)
    found = this_number(step, session.operation, session.cell, naming)
    roomy = lines >= 26
    spoken = draw_number(found, look, columns, 9 if roomy else 5)
    gap = [(Span(" " * columns),)] if roomy else []
    room = lines - len(equation) - len(gap) - len(spoken) - len(why) - 2
    stage = draw_stage(session, look, columns, room)
    spare = room - len(stage)
    if spare > 0 and not roomy:
        gap, spare = [(Span(" " * columns),)], spare - 1
    # what the matrices leave is for words: as many as there is room for
    fuller = next(choice for choice in choices if len(choice) - len(why) <= max(spare, 0))
    spare -= len(fuller) - len(why)
    why = fuller
    blank: Line = (Span(" " * columns),)
    return [
        *equation,
        *gap,
        *stage,
        *[blank] * spare,
        _rule(look, columns),
        *spoken,
        _rule(look, columns),
        *why,
    ]


_STANDS_FOR = {
    "delta": "{name} stands for ∂C/∂z{l}",
    "delta_general": "the same δ, without the shortcut",
}


def _equation(session: Session, look: Look, columns: int) -> list[Line]:
    """The law, the equation, and at the right what its name stands for or where it is from."""
    translate = look.charset.translate
    step = session.step
    equation = step.equation
    result = step.result
    aside = equation.source
    if result.symbol.kind in _STANDS_FOR:
        name = result.name.text
        aside = _STANDS_FOR[result.symbol.kind].format(name=name, l=name.removeprefix("δ"))
    left: Line = (
        Span(f" {equation.law} ", "law"),
        Span("  "),
        Span(translate(equation.formula), "formula"),
    )
    where = _in_step(session)
    left = (*left, Span(translate(where), "more")) if where else left
    text = translate(aside) + " "
    room = columns - line_width(left)
    if room < width(text) + 2:
        return [left]
    return [(*left, Span(" " * (room - width(text))), Span(text, "aside"))]


def _in_step(session: Session) -> str:
    at = session.cursor.operation
    if at is None:
        return ""
    return f"   operation {at + 1} of {len(session.step.operations)}"


def _whys(
    session: Session, told: Told, look: Look, columns: int, message: str, tall: bool
) -> list[list[Line]]:
    """What the last pane may say, the fullest first; the last is the least that it says."""
    translate = look.charset.translate
    if message:
        return [wrap(translate(clean(message)), columns, "message")[:2]]
    sentence = wrap(translate(told.sentence), columns, "why")[:2]
    sentence += _birth(session, look, columns)
    blank: Line = (Span(" "),)
    readable = min(columns, 92)
    said = [wrap(translate(paragraph), readable, "paragraph") for paragraph in told.paragraphs]
    whole = [line for paragraph in said for line in (blank, *paragraph)]
    dense = [blank, *(line for paragraph in said for line in paragraph)]
    asked = [_question(session, look, columns, rows) for rows in (3, 1)]
    # an ordinary screen shows no more than the question whole, and the first paragraph
    more = [whole, dense] if tall else [[blank, *said[0]]]
    choices = [[*sentence, *asked[0], *words] for words in more]
    if tall:
        return [*choices, [*sentence, *asked[1], *dense]]
    return [*choices, [*sentence, *asked[0]], [*sentence, *asked[1]]]


def _birth(session: Session, look: Look, columns: int) -> list[Line]:
    """Where a result that is not finite descends from, on a step that has one."""
    step = session.step
    if step.equation.witness or np.isfinite(step.result.value).all():
        return []
    birth = first_nonfinite(session.trace)
    if birth is None:
        return []
    born = tell_birth(birth, session.scenario, session.trace.samples)
    return wrap(look.charset.translate(clean(born)), columns, "message")[:2]


def _question(session: Session, look: Look, columns: int, rows: int) -> list[Line]:
    """What the lesson asks here, on at most so many lines; the last says how to be answered."""
    translate = look.charset.translate
    notes = notes_at(session.scenario, session.step, session.cursor.update)
    if not notes:
        return []
    note = notes[0]
    text = translate(clean(" ".join((note.ask or note.text).split())))
    more = translate("  ▸ y answers" if note.ask else "  ▸ y")
    lines = wrap(text, columns, "note")
    if len(lines) > rows:
        text = shorten(text, columns - width(more) - 2, look.charset.left_out)
        return [(Span(f" {text}", "note"), Span(more, "key"))]
    if line_width(lines[-1]) + width(more) > columns:
        return [*lines, (Span(more, "key"),)]
    return [*lines[:-1], (*lines[-1], Span(more, "key"))]


# ── the start ────────────────────────────────────────────────────────────────────────────────


def _start_page(session: Session, look: Look, columns: int, lines: int, message: str) -> list[Line]:
    """What the scenario is, before the first step."""
    translate = look.charset.translate
    scenario = session.scenario
    readable = min(columns, 92)
    page: list[Line] = [(Span(" "),)]
    title = scenario.title or scenario.name or "A scenario"
    page += wrap(translate(clean(title)), readable, "caption")
    if scenario.source:
        page += wrap(translate(clean(scenario.source)), readable, "aside")
    page.append((Span(" "),))
    summary = [line for text in _summary(scenario) for line in _row(translate(text), readable)]
    ending: list[Line] = [(Span(" "),), *summary, (Span(" "),)]
    if message:
        ending += wrap(translate(clean(message)), readable, "message")[:2]
    else:
        ending.append((Span(translate(" Press → to take the first step."), "now"),))
    about: list[Line] = []
    for paragraph in paragraphs(scenario.about):
        spans = [Span(translate(span.text), span.role) for span in paragraph]
        about += [*wrap_spans(spans, readable), (Span(" "),)]
    room = lines - len(page) - len(ending)
    if len(about) > room:
        about = [*about[: max(room - 1, 0)], (Span(translate(" … y shows all of it"), "more"),)]
    return [*page, *about, *ending]


def _row(text: str, columns: int) -> list[Line]:
    label, _, rest = text.partition(": ")
    spans: Line = (Span(f" {pad(label, 10)}", "label"), Span(rest, "paragraph"))
    return [crop(spans, columns)]


def _summary(scenario: Scenario) -> list[str]:
    """The network, the cost and the training, a line each."""
    network, loss, training = scenario.network, scenario.loss, scenario.training
    sizes = "-".join(str(size) for size in network.sizes)
    functions = ", ".join(dict.fromkeys(layer.activation for layer in network.layers))
    count = len(scenario.samples)
    size = training.batch_size or count
    batch = "all at once" if size >= count and count > 1 else f"{size} an update"
    samples = "1 sample" if count == 1 else f"{count} samples, {batch}"
    return [
        f"network: {sizes}, {functions}; written in the {network.layout} layout",
        f"cost: {loss.name.replace('_', ' ')}, factor {loss.factor:g}",
        f"training: {training.optimizer}, η = {training.learning_rate:g}; {samples}",
    ]
