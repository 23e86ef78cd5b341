"""Which questions a quiz has, and its hints."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from bpstepper.number_format import number
from bpstepper.quiz import GRAINS, TOPICS, Sheet, question_at, questions_on
from bpstepper.scenario import load
from bpstepper.scenario.model import Note
from tests.quiz.sheets import NAMES, bundled, everything, made_up

SHEETS = [*(bundled(name) for name in NAMES), *(made_up(seed) for seed in range(6))]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_quiz_every_time(name: str) -> None:
    """A quiz depends on its seed alone; another seed draws other questions."""
    scenario = load(name)
    first = questions_on(Sheet(scenario))
    assert first == questions_on(Sheet(scenario)) == questions_on(Sheet(load(name)))
    assert len({question.id for question in first}) == len(first) <= 10
    assert len(first) > 4
    assert any(questions_on(Sheet(scenario), seed=seed) != first for seed in (1, 2, 3))


def test_questions_are_about_what_was_asked_for() -> None:
    """Grain, topic, number and update are kept to, and the order is that of the update."""
    for sheet in SHEETS:
        order = {step.id: step.index for step in sheet.trace}
        for grain in GRAINS:
            asked = questions_on(sheet, grain, most=5)
            assert len(asked) <= 5
            assert {question.grain for question in asked} <= {grain}
            places = [order[question.step] for question in asked]
            assert places == sorted(places)
    sheet = bundled("mazur")
    for topic in TOPICS:
        for question in questions_on(sheet, topic=topic.lower()):
            assert topic in (question.law, question.phase)
    assert {q.law for q in questions_on(sheet, topic="BP2", most=50)} == {"BP2"}
    assert questions_on(sheet, topic="L2") == ()
    assert {question.update for question in questions_on(Sheet(load("mazur"), 3))} == {3}


def test_a_quiz_about_everything_asks_in_every_grain() -> None:
    """A shape is asked for where there are rows and columns, a sign where it says something."""
    for name in ("mazur", "batch-logistic", "four-horsemen-3-4-2"):
        sheet = bundled(name)
        asked = questions_on(sheet, most=60)
        assert {question.grain for question in asked} == set(GRAINS)
        for question in asked:
            assert question.grain != "shape" or sheet.trace[question.symbol].ndim == 2


@pytest.mark.parametrize("wrong", [{"grain": "row"}, {"topic": "BP9"}])
def test_what_cannot_be_asked_for(wrong: dict[str, str]) -> None:
    """The message names what there is."""
    with pytest.raises(ValueError, match="expected one of"):
        questions_on(Sheet(load("mazur")), **wrong)  # type: ignore[arg-type]


def test_one_question_by_name() -> None:
    """A single result can be asked for, within its cells."""
    sheet = bundled("mazur")
    assert question_at(sheet, "C", "cell").cell == ()
    with pytest.raises(KeyError):
        question_at(sheet, "delta9", "cell", (0, 0))
    for cell in (None, (2, 0), (0,), (-1, 0)):
        with pytest.raises(IndexError):
            question_at(sheet, "delta1", "cell", cell)
    for grain in ("matrix", "shape", "row"):
        with pytest.raises(ValueError, match="grain"):
            question_at(sheet, "C", grain)


@pytest.mark.parametrize(("layout", "index"), [("column", (1, 0)), ("row", (0, 1))])
def test_the_notes_ask_first(layout: str, index: tuple[int, int]) -> None:
    """A note with `quiz` is a question of every quiz of its update, whatever the layout."""
    note = Note(at="delta1", quiz=True, cell=(2,), ask="Which wires\nleave h2?")
    scenario = replace(load("mazur", layout=layout), notes=(note,))
    (asked,) = questions_on(Sheet(scenario), most=1)
    assert (asked.symbol, asked.cell, asked.name) == ("delta1", index, "δ(h2)")
    assert asked.prompt.startswith("Which wires leave h2? What is δ(h2)?")
    weight = replace(note, at="grad_W1", cell=(2, 1))
    (asked,) = questions_on(Sheet(replace(scenario, notes=(weight,))), most=1)
    assert asked.name == "∂C/∂w(i1→h2)"
    for other in (replace(note, update=2), replace(note, at="z9"), replace(note, quiz=False)):
        noted = Sheet(replace(scenario, notes=(other,)))
        assert questions_on(noted) == questions_on(Sheet(load("mazur", layout=layout)))


def test_numbers_that_are_none_are_not_asked_for() -> None:
    """Where a training has blown up, no question has NaN for an answer."""
    scenario = load("linear-neuron-a", overrides=["training.learning_rate=1e200"])
    for update in (2, 3, 4):
        sheet = Sheet(scenario, update)
        for grain in ("cell", "sign", "matrix"):
            for question in questions_on(sheet, grain):
                value = sheet.trace[question.symbol]
                assert np.isfinite(value if question.cell is None else value[question.cell]).all()


def test_a_weight_that_hardly_moves_takes_more_digits() -> None:
    """The digits asked for tell a new weight from the old one, where six of them can."""
    sheet = bundled("mazur")
    assert question_at(sheet, "W1_next", "cell", (0, 0)).digits == 4  # 0.1500 → 0.1498
    assert question_at(sheet, "delta1", "cell", (0, 0)).digits == 3


# ── hints ────────────────────────────────────────────────────────────────────────────────────

_NUMBERS = re.compile(r"(?<![\w.→])\d+(?:\.\d+)?(?:e[−+]?\d+)?(?![\w×])")


@pytest.mark.parametrize("grain", GRAINS)
def test_hints_do_not_have_the_answer_in_them(grain: str) -> None:
    """No number in a hint is written like the answer, and no shape is its shape."""
    for sheet in SHEETS:
        for question in everything(sheet, grain):
            assert len(set(question.hints)) >= 2
            value = sheet.trace[question.symbol]
            told = " ".join(question.hints)
            if grain == "shape":
                assert not re.search(r"\d+ ?[×x] ?\d+", told)
                continue
            cells = value.ravel() if question.cell is None else [value[question.cell]]
            answers = {number(abs(float(x)), digits) for x in cells for digits in (3, 4, 5, 6)}
            glue = {"0", "1", "0.5", "2", "10"}  # of functions' own formulas
            assert not (answers & set(_NUMBERS.findall(told)) - glue), (question.id, told)


def test_hints_say_more_and_more() -> None:
    """Where to look, then the formula, then the numbers."""
    hints = question_at(bundled("mazur"), "delta1", "cell", (1, 0)).hints
    assert hints == (
        "Look at w(h2→o1), δ(o1), w(h2→o2), δ(o2) and slope(h2).",
        "∂C/∂a(h2) = w(h2→o1) × δ(o1) + w(h2→o2) × δ(o2); δ(h2) = ∂C/∂a(h2) × slope(h2).",
        "∂C/∂a(h2) = 0.45 × 0.1385 + 0.55 × −0.03810; δ(h2) = ∂C/∂a(h2) × 0.2406.",
    )
