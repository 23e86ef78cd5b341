"""Narration: where a session stands, as plain sentences, one fact a line.

For screen readers and logs: nothing is drawn, nothing stands in columns, and signs are words. It
says what the stepper's frame shows, made of the same parts: the equation, the matrices with the
names of their rows and columns, one number spelled out, the sentence of why, the notes. Matrices
that nobody would listen to the end are told by their range and their first rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bpstepper.drawing.prose import paragraphs
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, plain
from bpstepper.engine.run.dataflow import prepares
from bpstepper.engine.run.nonfinite import first_nonfinite
from bpstepper.engine.run.trace import Operation
from bpstepper.engine.symbols import words
from bpstepper.explain.explain import explain, heading
from bpstepper.explain.naming import Naming
from bpstepper.explain.nonfinite_words import tell_birth
from bpstepper.explain.notes import notes_at, notes_before
from bpstepper.scenario.model import Note, Scenario
from bpstepper.session import Level, Session
from bpstepper.spoken.mathematics import spoken, spoken_formula, spoken_number
from bpstepper.spoken.quantities import say_matrix, say_name, say_number, say_result

__all__ = ["narrate", "narrate_number", "narrate_why"]

_MOST_NAMES = 8  # samples of a batch that are named


def narrate(session: Session, look: RenderOptions | None = None) -> Iterator[str]:
    """All that there is to say here, line by line.

    Args:
        session: where we are: before the first step, or at a phase, a step or an operation.
        look: the charset, and the digits of numbers.
    """
    look = look or RenderOptions()
    if session.at_start:
        told = _start(session.scenario, look)
    elif session.cursor.level is Level.PHASE:
        told = _phase(session)
    elif session.cursor.level is Level.ELEMENT:
        told = _element(session, look)
    else:
        told = _step(session, look)
    return _written(told, look)


def narrate_number(session: Session, look: RenderOptions | None = None) -> Iterator[str]:
    """The chosen number of the result, spelled out term by term."""
    look = look or RenderOptions()
    return _written(() if session.at_start else say_number(session, look), look)


def narrate_why(
    session: Session, look: RenderOptions | None = None, answers: bool = False
) -> Iterator[str]:
    """The whole explanation, and what the lesson asks here; with `answers`, what it answers."""
    return _written(_why(session, answers), look or RenderOptions())


def _written(lines: Iterator[str] | Sequence[str], look: RenderOptions) -> Iterator[str]:
    for line in lines:
        yield look.charset.translate(clean(line)).strip()


# ── before the first step ────────────────────────────────────────────────────────────────────


def _start(scenario: Scenario, look: RenderOptions) -> Iterator[str]:
    yield scenario.title or scenario.name or "A scenario"
    if scenario.source:
        yield f"Source: {scenario.source}"
    yield from _prose(scenario.about)
    network, loss, training = scenario.network, scenario.loss, scenario.training
    inputs, *sizes = network.sizes
    layers = [
        f"{size} {layer.activation} {'unit' if size == 1 else 'units'}"
        for size, layer in zip(sizes, network.layers, strict=True)
    ]
    yield f"Network: inputs {inputs}, then {', then '.join(layers)}."
    yield f"Written in the {network.layout} layout."
    factor = spoken_number(loss.factor, look.digits)
    yield f"Cost: {loss.name.replace('_', ' ')}, factor {factor}."
    rate = spoken_number(training.learning_rate, look.digits)
    count = len(scenario.samples)
    batch = min(training.batch_size or count, count)
    yield f"Training: {training.optimizer}, learning rate {rate}."
    yield f"Samples: {count}, {batch} in each update."
    yield from _asked(notes_before(scenario), answers=False)


# ── a phase, a step, an operation ────────────────────────────────────────────────────────────


def _where(session: Session) -> str:
    """`Update 1, backward, step 6 of 14`."""
    phase = session.step.equation.phase
    place = f"step {session.cursor.step + 1} of {len(session.trace)}"
    return f"Update {session.cursor.update}, {phase}, {place}"


def _samples(session: Session) -> Iterator[str]:
    """Which samples the update looks at, where there are others."""
    if len(session.scenario.samples) > 1:
        trace = session.trace
        naming = Naming(session.scenario, trace.samples)
        names = [naming.sample(i) for i in range(min(len(trace.samples), _MOST_NAMES))]
        more = len(trace.samples) - len(names)
        rest = f", and {more} more" if more else ""
        yield f"Epoch {trace.epoch}, samples {', '.join(names)}{rest}."


def _phase(session: Session) -> Iterator[str]:
    steps = session.phase_steps
    phase, count = steps[0].equation.phase, f"{len(steps)} of {len(session.trace)} steps"
    yield f"Update {session.cursor.update}, the phase {phase}: {count}."
    yield from _samples(session)
    for step in steps:
        formula = spoken_formula(step.equation.formula)
        yield f"Step {step.index + 1}, {step.equation.law}: {formula}."


def _headline(session: Session) -> Iterator[str]:
    step, at = session.step, session.cursor.operation
    result = step.result
    meaning = spoken(words(result.symbol))
    yield f"{_where(session)}: {step.equation.law}, {say_name(result)}, {meaning}."
    yield from _samples(session)
    if at is not None:
        count = len(step.operations)
        yield f"Operation {at + 1} of {count}: {spoken(heading(step, session.operation))}."


def _step(session: Session, look: RenderOptions) -> Iterator[str]:
    step = session.step
    naming = Naming(session.scenario, session.trace.samples)
    inside = session.cursor.operation is not None
    yield from _headline(session)
    yield f"Equation: {spoken_formula(step.equation.formula)}."
    # what only prepares an operand, as a transpose, is told as that operand
    shown = [operation for operation in step.operations if not prepares(step, operation)]
    if inside:
        shown = [session.operation]
    told: set[str] = set()
    for position, operation in enumerate(shown):
        for operand in operation.operands:
            if operand.key not in told:
                yield from say_matrix(operand, naming, look)
            told.add(operand.key)
        if not inside:
            part = f"Part {position + 1} of {len(shown)}: " if len(shown) > 1 else "Done here: "
            yield f"{part}{spoken(heading(step, operation))}."
        yield from _computed(operation)
        told.add(operation.result.key)
        if operation is not shown[-1]:
            yield from say_matrix(operation.result, naming, look)
    yield from say_result(session.result, naming, look)
    yield from say_number(session, look)
    yield f"Why: {_sentence(session)}"
    yield from _birth(session)
    notes = notes_at(session.scenario, step, session.cursor.update)
    yield from _asked(notes, answers=False)


def _element(session: Session, look: RenderOptions) -> Iterator[str]:
    """At one cell of an operation's result: only that cell."""
    shape = session.result.value.shape
    flat = int(np.ravel_multi_index(session.cell, shape)) if shape else 0
    yield from _headline(session)
    yield f"Number {flat + 1} of {session.result.value.size} of {say_name(session.result)}."
    yield from say_number(session, look)


def _sentence(session: Session) -> str:
    told = explain(session.scenario, session.step, len(session.trace.samples))
    return spoken(told.sentence)


def _birth(session: Session) -> Iterator[str]:
    """Where a result that is not finite descends from."""
    step = session.step
    if step.equation.cross_check or np.isfinite(step.result.value).all():
        return
    birth = first_nonfinite(session.trace)
    if birth is not None:
        yield f"{spoken(tell_birth(birth, session.scenario, session.trace.samples))}."


def _computed(operation: Operation) -> Iterator[str]:
    """`grad C by a1 = W2 transposed times delta2`; nothing of what is called so already."""
    glue = operation.kernel.glue
    names = [operand.name.text for operand in operation.operands]
    if len(names) == 1 and glue[0].rstrip("′").isalpha() and not glue[1]:
        written = f"{glue[0]}({names[0]})"
    else:
        pairs = zip(glue, names, strict=False)
        written = " ".join(f"{before} {name}".strip() for before, name in pairs)
        written += glue[-1] if glue[-1][:1] in (")", "ᵀ") else f" {glue[-1]}"
    made, name = spoken_formula(written.strip()), say_name(operation.result)
    if made != name:
        yield f"Computed: {name} = {made}."


# ── why ──────────────────────────────────────────────────────────────────────────────────────


def _why(session: Session, answers: bool) -> Iterator[str]:
    scenario = session.scenario
    if session.at_start:
        yield from _prose(scenario.about) if scenario.about else ["There is nothing to say yet."]
        yield from _asked(notes_before(scenario), answers)
        return
    step = session.step
    told = explain(scenario, step, len(session.trace.samples))
    yield f"Equation: {spoken_formula(step.equation.formula)}."
    yield from _asked(notes_at(scenario, step, session.cursor.update), answers)
    for paragraph in (told.sentence, *told.paragraphs):
        yield spoken(paragraph)
    if told.source:
        yield f"Source: {told.source}"


def _asked(notes: Sequence[Note], answers: bool) -> Iterator[str]:
    """The notes of a lesson: what they tell, what they ask, and, if wanted, what they answer."""
    for note in notes:
        yield from (f"Note: {text}" for text in _prose(note.text))
        yield from (f"Question: {text}" for text in _prose(note.ask))
        if answers:
            yield from (f"Answer: {text}" for text in _prose(note.reveal))


def _prose(text: str) -> Iterator[str]:
    for paragraph in paragraphs(text):
        yield spoken(plain(paragraph))
