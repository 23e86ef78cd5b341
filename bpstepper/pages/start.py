"""The start page: what a scenario is, before its first step."""

from __future__ import annotations

from bpstepper.drawing.prose import paragraphs, wrap, wrap_spans
from bpstepper.drawing.text import Line, Span, clean, crop, pad, shorten, width
from bpstepper.pages.layout import Page
from bpstepper.pages.notes import said
from bpstepper.pages.page_context import PageContext
from bpstepper.scenario.model import Scenario

__all__ = ["draw_start"]

_MOST_SAID = 4  # lines of what a lesson says before the first step


def draw_start(scene: PageContext, columns: int, lines: int) -> Page:
    """What the scenario is, before the first step."""
    translate, view = scene.text, scene.view
    scenario = scene.session.scenario
    readable = min(columns, 92)
    page: list[Line] = [(Span(" "),)]
    title = scenario.title or scenario.name or "A scenario"
    page += wrap(translate(clean(title)), readable, "caption")
    if scenario.source:
        page += wrap(translate(clean(scenario.source)), readable, "aside")
    page.append((Span(" "),))
    summary = [line for text in _summary(scenario) for line in _row(translate(text), readable)]
    ending: list[Line] = [(Span(" "),), *summary, (Span(" "),)]
    if view.message:
        ending += wrap(translate(clean(view.message)), readable, "told")[:2]
    else:
        ending.append((Span(translate(" Press → to take the first step."), "now"),))
    ending = [*_said(scene, readable), *ending]
    about: list[Line] = []
    for paragraph in paragraphs(scenario.about):
        spans = [Span(translate(span.text), span.role) for span in paragraph]
        about += [*wrap_spans(spans, readable), (Span(" "),)]
    room = lines - len(page) - len(ending)
    if len(about) > room:
        about = [*about[: max(room - 1, 0)], (Span(translate(" … y shows all of it"), "more"),)]
    return Page([*page, *about, *ending])


def _said(scene: PageContext, columns: int) -> list[Line]:
    """What the lesson says or asks before the first step, on a few lines; `y` has all of it."""
    told = said(scene.session)
    if told is None:
        return []
    text, more = map(scene.text, told)
    lines = wrap(text, columns - width(more), "note")
    if len(lines) > _MOST_SAID:
        cut = shorten(text, _MOST_SAID * (columns - width(more) - 4), scene.look.charset.left_out)
        lines = wrap(cut, columns - width(more), "note")[:_MOST_SAID]
    *first, last = lines or [()]
    return [(Span(" "),), *first, (*last, Span(more, "key"))]


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
