"""Which questions a quiz has: those of the scenario's notes first, then a choice over the update.

The choice is drawn from the network's seed, so that a class has the same quiz on every machine and
a teacher can say "question 4". A result that nobody could give as a number, since it is not finite,
is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Operation, Step
from bpstepper.engine.tables.equations import EQUATIONS, PHASES
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.quiz.hints import hints_for
from bpstepper.quiz.question import GRAINS, Question
from bpstepper.quiz.sheet import Sheet
from bpstepper.scenario.checks import symbol_keys

__all__ = [
    "TOPICS",
    "noted_questions",
    "question_at",
    "question_for",
    "questions_on",
]

TOPICS = (*dict.fromkeys(law.law for law in EQUATIONS.values()), *PHASES)
"""What a quiz can be narrowed down to: a law or a phase."""

_MOST_CELLS = 12  # of a matrix that is asked for as a whole
_ROUNDS = 12  # how often the update is gone through for more questions
_FEWEST_DIGITS, _MOST_DIGITS = 3, 6
_SIGNED = ("backward", "gradients")  # phases where a sign is worth a question


def questions_on(
    sheet: Sheet,
    grain: str | None = None,
    topic: str | None = None,
    most: int = 10,
    seed: int | None = None,
    *,
    step: str | None = None,
) -> tuple[Question, ...]:
    """A quiz about a sheet's update, in the order of its steps.

    Args:
        sheet: the update.
        grain: one of `GRAINS`; None mixes them.
        topic: one of `TOPICS`, in any case; None asks about everything.
        most: at most so many questions; where there is less to ask about, fewer.
        seed: what the choice is drawn from; None is the network's own seed.
        step: the key of what one step makes, to ask about that step alone.

    Raises:
        ValueError: no such grain or topic.
    """
    if grain is not None and grain not in GRAINS:
        raise ValueError(f"grain: expected one of {', '.join(GRAINS)}, got {grain!r}")
    wanted = _topic(topic)
    steps = [
        one
        for one in _steps(sheet)
        if wanted in (None, one.equation.law, one.equation.phase) and step in (None, one.id)
    ]
    seed = sheet.scenario.network.seed if seed is None else seed
    chance = np.random.default_rng([seed, 4, sheet.update])
    chosen: dict[str, Question] = {}
    for question in (*_of_notes(sheet, steps, grain), *_drawn(sheet, steps, grain, chance, most)):
        if len(chosen) < most:
            chosen.setdefault(question.id, question)
    return _in_order(sheet, chosen.values())


def noted_questions(sheet: Sheet) -> tuple[Question, ...]:
    """What the scenario's own notes ask for at the sheet's update, and nothing else."""
    found = {question.id: question for question in _of_notes(sheet, _steps(sheet), None)}
    return _in_order(sheet, found.values())


def _steps(sheet: Sheet) -> list[Step]:
    """The steps that are asked about."""
    return [step for step in sheet.trace.steps if not step.equation.cross_check]


def _in_order(sheet: Sheet, asked: Iterable[Question]) -> tuple[Question, ...]:
    """Questions in the order of their steps."""
    order = {step.id: step.index for step in sheet.trace.steps}
    return tuple(sorted(asked, key=lambda question: order[question.step]))


def question_at(sheet: Sheet, key: str, grain: str, cell: Index | None = None) -> Question:
    """The question about one result, for who wants to ask for just that.

    Args:
        sheet: the update.
        key: the symbol.
        grain: one of `GRAINS`.
        cell: its cell, from 0, where a sign or a number is asked for.

    Raises:
        KeyError: no step makes the symbol.
        IndexError: it has no such cell, or its number is not finite.
        ValueError: no such grain, or one that the symbol has no question of.
    """
    step, operation = sheet.made(key)
    value = operation.result.value
    if grain in ("cell", "sign"):
        inside = cell is not None and len(cell) == value.ndim
        if cell is None:
            cell, inside = (), value.ndim == 0
        if not (inside and all(0 <= i < n for i, n in zip(cell, value.shape, strict=True))):
            raise IndexError(f"{key}: expected a cell within {value.shape}, got {cell}")
        if not np.isfinite(value[cell]):
            raise IndexError(f"{key}: the number of {cell} is not finite")
    found = list(_about(sheet, step, operation, grain, cell, None)) if grain in GRAINS else []
    if not found:
        raise ValueError(f"{key}: there is no question of the grain {grain!r}")
    return found[0]


def question_for(sheet: Sheet, mistake: str) -> Question | None:
    """A question that a mistake would be seen in: the first number that it makes wrong, and most.

    None where the mistake makes no number of this update wrong, or cannot be made here.
    """
    for step in sheet.trace.steps:
        right = step.result.value
        for found in sheet.mistaken(step.id):
            if (
                found.mistake.id == mistake
                and found.step is not None
                and not step.equation.cross_check
            ):
                if found.value.shape != right.shape:
                    return question_at(sheet, step.id, "shape") if right.ndim == 2 else None
                with np.errstate(all="ignore"):
                    off = np.nan_to_num(np.abs(found.value - right), nan=-1.0, posinf=-1.0)
                cell = np.unravel_index(int(off.argmax()), right.shape)
                if off.max() > 0:
                    return question_at(sheet, step.id, "cell", tuple(int(i) for i in cell))
    return None


def _topic(topic: str | None) -> str | None:
    by_word = {word.lower(): word for word in TOPICS}
    if topic is not None and topic.lower() not in by_word:
        raise ValueError(f"topic: expected one of {', '.join(TOPICS)}, got {topic[:40]!r}")
    return None if topic is None else by_word[topic.lower()]


# ── the notes' own questions ─────────────────────────────────────────────────────────────────


def _of_notes(sheet: Sheet, steps: Sequence[Step], grain: str | None) -> Iterator[Question]:
    """What the scenario's notes ask for at this update: a cell where they name one."""
    by_key = {op.result.key: (step, op) for step in steps for op in step.operations}
    for note in sheet.scenario.notes:
        if not note.quiz or note.update != sheet.update or note.at not in by_key:
            continue
        step, operation = by_key[note.at]
        value = operation.result.value
        cell = _index(sheet, note.at, note.cell, value.ndim)
        fits = cell is not None and all(i < n for i, n in zip(cell, value.shape, strict=True))
        kinds = [grain] if grain else ["cell"] if fits or not _is_whole(operation) else ["matrix"]
        for kind in kinds:
            for question in _about(sheet, step, operation, kind, cell if fits else None, None):
                ask = " ".join(note.ask.split())
                yield replace(question, prompt=f"{ask} {question.prompt}") if ask else question


def _index(sheet: Sheet, key: str, at: tuple[int, ...] | None, dimensions: int) -> Index | None:
    """A note's cell, counted from 1 and the same in every layout, as an index of the value."""
    if at is None:
        return None
    index = tuple(i - 1 for i in at)
    if dimensions == 2 and len(index) == 1:
        index = (*index, 0)
    if len(index) != dimensions:
        return None
    parsed, layout = symbol_keys.parse(key), LAYOUTS[sheet.scenario.network.layout]
    form = "" if parsed is None else parsed.form
    if form in symbol_keys.MATRICES:
        turned = (layout.weight_axes != ("to", "from")) != (form in symbol_keys.TURNED)
    else:
        turned = layout.units_axis != 0
    return index[::-1] if turned and dimensions == 2 else index


# ── the choice ───────────────────────────────────────────────────────────────────────────────


def _drawn(
    sheet: Sheet, steps: Sequence[Step], grain: str | None, chance: np.random.Generator, most: int
) -> Iterator[Question]:
    """Questions without end to speak of: every step once before one is asked about again."""
    found = 0
    for _ in range(_ROUNDS):
        for at in chance.permutation(len(steps)):
            step = steps[int(at)]
            operation = step.operations[-1]
            kinds = [grain] if grain else list(chance.permutation(_fitting(step, operation)))
            for kind in kinds[:1]:
                for question in _about(sheet, step, operation, str(kind), None, chance):
                    found += 1
                    yield question
        if found >= 3 * most:
            return


def _fitting(step: Step, operation: Operation) -> list[str]:
    """The grains that make a question worth asking about a result; a number is one always."""
    found = ["cell", "cell"]
    if operation.result.value.ndim == 2 and operation.result.value.size > 1:
        found.append("shape")
    if step.equation.phase in _SIGNED:
        found.append("sign")
    if _is_whole(operation):
        found.append("matrix")
    return found


def _is_whole(operation: Operation) -> bool:
    """Whether a result can be asked for as a whole."""
    value = operation.result.value
    return value.ndim == 2 and 2 <= value.size <= _MOST_CELLS and bool(np.isfinite(value).all())


def _about(
    sheet: Sheet,
    step: Step,
    operation: Operation,
    grain: str,
    cell: Index | None,
    chance: np.random.Generator | None,
) -> Iterator[Question]:
    """A question of this grain, where the result has one."""
    value = operation.result.value
    if grain == "shape":
        if value.ndim == 2:
            yield _question(sheet, step, operation, grain, None)
    elif grain == "matrix":
        if _is_whole(operation):
            yield _question(sheet, step, operation, grain, None)
    else:
        finite = np.flatnonzero(np.isfinite(value).ravel())
        if cell is None and finite.size:
            pick = int(chance.integers(finite.size)) if chance is not None else 0
            cell = tuple(int(i) for i in np.unravel_index(int(finite[pick]), value.shape))
        if cell is not None and np.isfinite(value[cell]):
            yield _question(sheet, step, operation, grain, cell)


def _question(
    sheet: Sheet, step: Step, operation: Operation, grain: str, cell: Index | None
) -> Question:
    result, equation = operation.result, step.equation
    name = result.name.text if cell is None else sheet.naming.cell(result, cell)
    place = "" if cell is None else "".join(f"-{i + 1}" for i in cell)
    digits = _digits(operation, cell) if grain in ("cell", "matrix") else 0
    hints = hints_for(step, operation, grain, cell, sheet.naming)
    return Question(
        id=f"{result.key}-{grain}{place}",
        update=sheet.update,
        step=step.id,
        law=equation.law,
        phase=equation.phase,
        grain=grain,
        symbol=result.key,
        cell=cell,
        shape=result.value.shape,
        digits=digits,
        name=name,
        formula=equation.formula,
        prompt=_PROMPTS[grain].format(name=name, digits=digits),
        hints=hints,
    )


_PROMPTS = {
    "shape": "Which shape has {name}? Rows × columns.",
    "sign": "Is {name} positive, negative or 0?",
    "cell": "What is {name}? Give {digits} significant digits or more.",
    "matrix": "What is {name}, row by row, as 1 2; 3 4? Give {digits} significant digits or more.",
}


def _digits(operation: Operation, cell: Index | None) -> int:
    """As many digits as it takes to see that anything has happened: a weight hardly moves."""
    cells = list(np.ndindex(operation.result.value.shape)) if cell is None else [cell]
    shapes = [operand.value.shape for operand in operation.operands]
    for digits in range(_FEWEST_DIGITS, _MOST_DIGITS):
        same = False
        for at in cells:
            rule = operation.kernel.cell_rule(at, shapes)
            made = float(operation.result.value[at])
            if len(rule.terms) < 2:
                continue
            read = [float(operation.operands[which].value[i]) for which, i in rule.reads()]
            same |= any(x != made and _rounded(x, digits) == _rounded(made, digits) for x in read)
        if not same:
            return digits
    return _MOST_DIGITS


def _rounded(x: float, digits: int) -> float:
    return float(f"{x:.{digits - 1}e}")
