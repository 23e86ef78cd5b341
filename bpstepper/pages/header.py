"""The first and the last line of the screen: where we are, and the keys that matter here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, clean, line_width, pad, shorten, width
from bpstepper.engine.tables.equations import PHASES
from bpstepper.explain.naming import Naming
from bpstepper.pages.layout import Hint
from bpstepper.pages.view import CoursePlace
from bpstepper.session import Level, Session

__all__ = ["draw_course", "draw_header", "draw_keys"]

_SHORTEST_NAME = 8  # cells of the scenario's name, however little room there is


def draw_header(session: Session, look: RenderOptions, columns: int) -> Line:
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


def draw_course(place: CoursePlace, look: RenderOptions, columns: int) -> Line:
    """The line below the header: which stop of the course this is, and the keys that walk on."""
    translate = look.charset.translate
    where = f" stop {place.stop} of {place.stops} "
    last = place.stop == place.stops
    keys = " the last one; PgUp back " if last else " PgDn next stop "
    keys = keys if place.stops > 1 else ""
    dash = translate("─")
    room = columns - len(where) - len(keys) - 8
    told = f"with {place.changes} · {place.title}" if place.changes else place.title
    title = shorten(translate(clean(told)), max(room, 1), look.charset.left_out)
    rest = columns - 2 - len(where) - 1 - width(title) - 1 - len(keys) - 2
    return (
        Span(dash * 2, "rule"),
        Span(where, "now"),
        Span(translate("·"), "rule"),
        Span(f" {title} ", "title"),
        Span(dash * max(rest - 1, 0), "rule"),
        Span(keys, "does"),
        Span(dash * 2, "rule"),
    )


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


def _phases(session: Session, look: RenderOptions) -> Line:
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
            whole = len(of_phase) == 1 or session.cursor.level is Level.PHASE
            count = "" if whole else count
            spans.append(Span(translate(f"▸{phase.upper()}{count}"), "now"))
        elif of_phase and of_phase[-1] < session.cursor.step:
            spans.append(Span(translate(f"{phase} ✓"), "done"))
        else:
            spans.append(Span(phase, "later"))
        spans.append(Span("  "))
    return tuple(spans)


def draw_keys(hints: Sequence[Hint], look: RenderOptions, columns: int) -> Line:
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
