"""Explanations: every equation has one, it fits its line, and it says nothing wrong."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.matrix.stage import lines_of
from bpstepper.drawing.text import width
from bpstepper.engine.run.trace import Step
from bpstepper.engine.tables.equations import EQUATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.explain.explain import Told, explain, heading
from bpstepper.explain.explanations import EXPLANATIONS
from bpstepper.explain.notes import notes_at
from bpstepper.scenario import loads
from bpstepper.scenario.model import Note, Scenario
from bpstepper.session import Session, start
from tests.scenes import BUNDLED, HARD, as_scenario, at, opened, scenario_of
from tests.strategies import Draft, drafts, examples

NAMES = (*BUNDLED, *HARD)
LONGEST = 78  # cells of the sentence, so that 80 columns show it on one line
_COVERING = (
    Draft((2, 3, 2), ("softmax", "sigmoid"), l2=0.1, count=2, batch_size=2),
    Draft((2, 2), ("linear",), loss="output"),
    Draft((2, 2, 3), ("relu", "softmax"), loss="categorical_cross_entropy"),
)


_NORMALISED = """
format = 1
title = "Normalised inputs, and a softmax before a normalising layer"
[network]
inputs = 3
[[network.layers]]
kind = "layer_norm"
units = 3
[[network.layers]]
units = 3
activation = "softmax"
[[network.layers]]
kind = "layer_norm"
units = 3
[[network.layers]]
units = 2
activation = "linear"
[loss]
name = "output"
[[samples]]
input = [1.0, 2.0, 4.0]
"""


@cache
def sessions() -> tuple[Session, ...]:
    """Every scenario in every layout, and some that bring up the rarer equations."""
    named = [opened(name, layout) for name in NAMES for layout in ("", *LAYOUTS)]
    optimizers = (Draft((2, 2), ("linear",), optimizer=name) for name in OPTIMIZERS)
    rare = (as_scenario(draft.problem()) for draft in (*_COVERING, *optimizers))
    return (*named, *map(start, (*rare, loads(_NORMALISED))))


def told_at(session: Session, update: int = 1) -> Iterator[tuple[Step, Told]]:
    """Every step of an update with its explanation; of very deep networks, some."""
    trace = at(session, update, 0).trace
    for step in trace.steps[:: 1 + len(trace) // 100]:
        yield step, explain(session.scenario, step, len(trace.samples))


def check(told: Told) -> None:
    """What holds for every explanation."""
    assert told.source
    assert 10 < width(told.sentence) <= LONGEST, told.sentence
    assert width(ASCII.translate(told.sentence)) <= LONGEST + 8
    assert told.paragraphs
    for said in (told.sentence, *told.paragraphs, told.source):
        assert said == said.strip()
        assert said
        assert not set(said) & set("{}\n\t"), said
        assert all(unicodedata.category(c) not in ("Cc", "Co", "Cn") for c in said)
        assert "  " not in said, said
        assert "error back" not in said.lower(), said
    for said in (told.sentence, *told.paragraphs):
        assert said[-1] in ".?!", said
        assert not said[0].islower() or said[0] == "δ", said


def test_every_equation_has_an_explanation() -> None:
    """And there is none for an equation that does not exist."""
    assert EXPLANATIONS.keys() == EQUATIONS.keys()


def test_every_equation_is_looked_at_below() -> None:
    """The scenarios of these tests bring up every row of the table."""
    rows = {
        step.equation.row
        for session in sessions()
        for update in (1, 2)
        for step in at(session, update, 0).trace.steps
    }
    assert rows == EQUATIONS.keys()


def test_every_explanation_is_whole_short_and_safe() -> None:
    """In every scenario, layout and batch size: filled in, ended, 78 cells, no controls."""
    for session in sessions():
        for update in (1, 2, 3):
            for _, told in told_at(session, update):
                check(told)


@given(drafts())
@examples(80)
def test_explanations_hold_for_any_network(draft: Draft) -> None:
    """Every activation, loss and factor that the engine takes."""
    for _, told in told_at(start(as_scenario(draft.problem()))):
        check(told)


def test_templates_use_only_words_that_are_filled_in() -> None:
    """A word that nobody knows would stand on the screen in braces."""
    for row in EXPLANATIONS.values():
        for template in (row.sentence, *row.paragraphs):
            for _, word, _, _ in string.Formatter().parse(template):
                assert word is None or word.replace("_", "").isalpha()


@pytest.mark.parametrize("name", NAMES)
def test_every_line_that_is_drawn_has_a_heading(name: str) -> None:
    """From the table or from the kernel, short, and saying what is done."""
    for layout in LAYOUTS:
        session = opened(name, layout)
        steps = at(session, 1, 0).trace.steps
        for step in steps[:: 1 + len(steps) // 50]:
            for position in (None, *range(len(step.operations))):
                for operation in lines_of(step, position):
                    said = heading(step, operation)
                    assert 3 < width(said) <= 74
                    assert not set(said) & set("{}\n")
                    assert "error back" not in said.lower()


def test_two_lines_of_a_step_say_different_things() -> None:
    """A heading that stands twice on a page tells nothing."""
    for session in sessions():
        steps = at(session, 1, 0).trace.steps
        for step in steps[:: 1 + len(steps) // 50]:
            if step.equation.law in ("OPTIMIZER", "L2"):
                continue  # their lines are of a kind: two parts scaled, squares of each layer
            said = [heading(step, operation) for operation in lines_of(step, None)]
            assert len(set(said)) == len(said), said


def test_the_transpose_is_told_as_the_layout_has_it() -> None:
    """In the torch layout it is the forward trip that carries it."""
    said = {
        layout: explain(scenario_of("mazur", layout), opened("mazur", layout).go("delta1").step, 1)
        for layout in LAYOUTS
    }
    assert said["column"].sentence == said["row"].sentence != said["torch"].sentence
    assert "a Wᵀ" in " ".join(said["torch"].paragraphs)
    for told in said.values():
        assert "transpose" in told.sentence
        assert any("inverse" in paragraph for paragraph in told.paragraphs)


def test_the_collapsed_form_is_told_with_what_stands_before_it() -> None:
    """What the sentence says δ is, is what the step computes: alone, over m, or with factors."""
    for count, factor, said in (
        (1, 1.0, "simply ŷ − y."),
        (3, 1.0, "ŷ − y, over m."),
        (1, 0.25, "ŷ − y, times the factors of C."),
        (3, 0.25, "ŷ − y, times the factors of C."),
    ):
        draft = Draft((2, 2), ("softmax",), loss="categorical_cross_entropy", count=count)
        draft = replace(draft, factor=factor, batch_size=None)
        session = start(as_scenario(draft.problem())).go("delta1")
        assert session.step.equation.law == "COLLAPSE"
        trace = session.trace
        ratio = trace["delta1"] / (trace["a1"] - trace["y"])
        assert ratio == pytest.approx(factor / count)
        assert explain(session.scenario, session.step, count).sentence.endswith(said)


def whole(session: Session) -> str:
    """All that is said of the step."""
    told = explain(session.scenario, session.step, len(session.trace.samples))
    return " ".join((told.sentence, *told.paragraphs))


def test_units_are_counted_in_words_and_named() -> None:
    """Up to four in words; of more than four units the first three and the last are named."""
    for count, said in {
        1: "h1 makes one z here.",
        2: "h1, h2 make two of them here.",
        3: "h1, h2, h3 make three of them here.",
        4: "h1, h2, h3, h4 make four of them here.",
        5: "h1, h2, h3, …, h5 make 5 of them here.",
        12: "h1, h2, h3, …, h12 make 12 of them here.",
    }.items():
        draft = Draft((2, count, 1), ("tanh", "linear"))
        assert said in whole(start(as_scenario(draft.problem())).go("z1")).replace("¹", "")


def test_layers_are_counted_from_where_one_stands() -> None:
    """Wires lead from this layer to the next one, and into it from the one before."""
    draft = Draft((2, 3, 4, 3, 2), ("tanh",) * 4)
    session = start(as_scenario(draft.problem()))
    for layer in (1, 2, 3):
        said = whole(session.go(f"delta{layer}"))
        assert f"of layer {layer} leaves along its wires to layer {layer + 1}." in said
        assert f"The slope is layer {layer}'s, not layer {layer + 1}'s." in said
        forward = whole(session.go(f"z{layer}"))
        assert (
            f"activation of layer {layer - 1} times its weight. A unit of layer {layer}" in forward
        )


@pytest.mark.parametrize("outputs", ["sum", "mean"])
@pytest.mark.parametrize("samples", ["sum", "mean"])
@pytest.mark.parametrize("count", [1, 3])
def test_what_the_cost_is_divided_by_is_told(outputs: str, samples: str, count: int) -> None:
    """By outputs, by samples, by both or by nothing: as C comes out of the losses."""
    draft = Draft((2, 2), ("tanh",), outputs=outputs, samples=samples, factor=1.0)
    session = start(as_scenario(replace(draft, count=count, batch_size=None).problem())).go("C")
    trace = session.trace
    total = float(((trace["a1"] - trace["y"]) ** 2).sum())
    by_outputs = "divided by the number of outputs" in whole(session)
    by_samples = f"divided by the {count} samples of the batch" in whole(session)
    share = (2 if by_outputs else 1) * (count if by_samples else 1)
    assert float(trace["C"]) == pytest.approx(total / share)
    assert whole(session).count("divided by") == by_outputs + by_samples


def test_numbers_that_are_none_are_spoken_of() -> None:
    """Where something overflowed, that is the sentence; the finite form is pointed to."""
    for name in ("saturated", "huge"):
        session = opened(name)
        for step, told in told_at(session):
            finite = all(abs(x) < float("inf") for x in step.result.value.ravel())
            assert ("finite" in told.sentence or "divides" in told.sentence) == (not finite)
    step = opened("saturated").go("delta1_general").step
    assert "next step" in explain(scenario_of("saturated"), step, 1).sentence


# ── notes ────────────────────────────────────────────────────────────────────────────────────


def noted(*notes: Note) -> Scenario:
    """Mazur's network with other notes."""
    plain = scenario_of("mazur")
    return Scenario(
        network=plain.network,
        samples=plain.samples,
        loss=plain.loss,
        training=plain.training,
        notes=notes,
    )


def test_a_note_stands_at_the_step_that_makes_its_symbol() -> None:
    """At one step only, also where the symbol is made half-way; in the file's order."""
    first, second = Note(at="grad_a1", text="first"), Note(at="delta1", text="second")
    scenario = noted(second, first)
    for step in start(scenario).trace:
        expected = (second, first) if step.id == "delta1" else ()
        assert notes_at(scenario, step, 1) == expected


def test_notes_of_other_updates_and_of_the_teacher_stay_away() -> None:
    """An audience of students never sees what the presenter is told."""
    later = Note(at="z1", text="later", update=2)
    secret = Note(at="z1", text="secret", audience="teacher")
    before = Note(text="before the first step")
    scenario = noted(later, secret, before)
    for step in start(scenario).trace:
        assert notes_at(scenario, step, 1) == ()
        assert notes_at(scenario, step, 2) == ((later,) if step.id == "z1" else ())


@pytest.mark.parametrize("name", NAMES)
def test_every_note_for_students_is_shown_somewhere(name: str) -> None:
    """None of a bundled scenario's questions hangs on a symbol that no step makes."""
    session = opened(name)
    for note in session.scenario.notes:
        if note.at is None or note.audience == "teacher":
            continue
        steps = session.to_update(note.update).trace.steps
        assert any(note in notes_at(session.scenario, step, note.update) for step in steps)


def test_a_batch_is_no_multiplication_table() -> None:
    """With several samples each weight's gradient is a sum, and the heading says so."""
    one, many = opened("mazur").go("grad_W1").step, opened("penalty").go("grad_W1_data").step
    assert "table" in heading(one, one.operations[-1])
    assert "over the 3 samples" in heading(many, many.operations[-1])


def test_a_note_on_what_is_given_stands_where_it_is_taken_up() -> None:
    """Inputs and parameters at the layer's z, targets at the cost; once each."""
    notes = {key: Note(at=key, text=key) for key in ("x", "W1", "b2", "y")}
    scenario = noted(*notes.values())
    found = {
        note.at: step.id for step in start(scenario).trace for note in notes_at(scenario, step, 1)
    }
    assert found == {"x": "z1", "W1": "z1", "b2": "z2", "y": "C"}
    shown = [note for step in start(scenario).trace for note in notes_at(scenario, step, 1)]
    assert len(shown) == len(notes)
