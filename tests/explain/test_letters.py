"""Letters of sentences: what is said on the screen is spelled as the matrices above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.engine.compile.symbol_spelling import LETTERS, Spelling
from bpstepper.engine.symbols import Name
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.explain.derivation.derive import derive
from bpstepper.explain.explain import explain, heading
from bpstepper.explain.explanations import PHASE_WORDS
from bpstepper.explain.insights.find import insights_of
from bpstepper.explain.notation.letters import OWN, letters_of
from bpstepper.explain.notation.notation import Notation
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.session import Session
from bpstepper.session.inspecting import inspect
from tests.scenes import at, frame, opened

NAMES = ("mazur", "softmax-jacobian", "softmax-batch", "penalty", "saturated", "xor-relu")
SPELLED = {"a": "Qa", "z": "Qz", "d": "Qd", "W": "QW", "b": "Qb", "Wb": "Qv", "C": "QC", "y": "Qy"}
STRANGE = Notation(
    id="strange",
    title="one that has no letter of the program's",
    says="Every letter is another one.",
    spelling=Spelling(
        letters={key: Name(text, text) for key, text in SPELLED.items()},
        outputs=Name("Qo", "Qo"),
        functions={"σ": Name("Qs", "Qs")},
        kinds={"jacobian": Name("∂{a}/∂{z}", "")},
    ),
    weight="Qw",
)
OF_OURS = re.compile(
    r"(?<![A-Za-z])(?:[zCWδŷJσ]|y(?! [a-z]{2})|w(?=\()|[ab](?=[ᵢₖ(),.;:]| [=×−+])"
    r"|(?<=[∂×] )?(?<=∂)[abw])(?![A-Za-z])|ᶻ"
)
"""The program's letters where they are no words: an article is followed by a word."""


def said(session: Session, notation: Notation) -> Iterator[str]:
    """All sentences of an update."""
    trace, scenario = session.trace, session.scenario
    for step in trace.steps:
        told = explain(scenario, step, len(trace.samples), notation)
        yield from (told.sentence, *told.paragraphs)
        yield from (heading(step, operation, notation) for operation in step.operations)
    for insight in insights_of(trace, scenario, notation):
        yield from (insight.text, insight.reason)
    yield from (letters_of(notation).fill(text) for words in PHASE_WORDS.values() for text in words)


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_has_a_letter_that_the_notation_spells_otherwise(name: str) -> None:
    """Told with letters that the program has none of, none of the program's is left over."""
    session = at(opened(name), 1, 0)
    for sentence in said(session, STRANGE):
        assert not OF_OURS.search(sentence), sentence
        assert "{" not in sentence


@pytest.mark.parametrize("name", NAMES)
def test_sentences_differ_in_nothing_but_letters(name: str) -> None:
    """Read with the program's letters again, they are its own sentences."""
    session = at(opened(name), 1, 0)
    back = {own: LETTERS[key].text for key, own in SPELLED.items()}
    back |= {"Qo": "a", "Qw": "w", "Qs": "σ", "Qb": "b"}
    for own, strange in zip(said(session, OWN), said(session, STRANGE), strict=True):
        for theirs in sorted(back, key=len, reverse=True):
            strange = strange.replace(theirs, back[theirs])
        own = re.sub(r"J(?!a)\d*[⁰-⁹¹²³]*", "∂a/∂z", own.replace("ŷ", "a"))
        own = own.replace("∂a/∂zᵢₖ", "(∂a/∂z)ᵢₖ").replace("e⁻ᶻ", "e^(−z)").replace("eᶻ", "e^(z)")
        assert strange.replace("∂a¹/∂z", "∂a/∂z") == own


def test_what_is_said_of_functions_is_respelled() -> None:
    """Formulas of activations have no letter of ours left, and words stay words."""
    letters = letters_of(STRANGE)
    for row in ACTIVATIONS.values():
        for formula in (row.formula, row.slope_formula):
            assert not OF_OURS.search(letters.formula(formula)), formula
            assert letters_of(OWN).formula(formula) == formula
    assert letters.formula("each cell is a row times a column, added up").count(" a ") == 2


@pytest.mark.parametrize("notation", [row for row in NOTATIONS.values() if not row.own])
def test_no_frame_has_a_letter_that_its_notation_has_given_up(notation: Notation) -> None:
    """Whole screens, curve and matrices and words; a letter may have been given a new meaning."""
    spelling = notation.spelling
    taken = {name.text for name in (*spelling.letters.values(), *spelling.functions.values())}
    taken |= {name.text for name in (spelling.inputs, spelling.outputs) if name is not None}
    given_up = {own.text for own in LETTERS.values()} - taken - {"a", "y", "b"}
    given_up -= {"W"} if notation.weight == "W" else set()
    if not given_up:
        assert notation.id in ("nielsen", "both")
        return
    pattern = re.compile(
        rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, sorted(given_up)))})(?![A-Za-z])"
    )
    look = RenderOptions(notation=notation.id)
    for name, keys in (("mazur", ("C", "delta2", "delta1", "grad_W2")), ("saturated", ("a1",))):
        session = opened(name)
        session = replace(session, scenario=replace(session.scenario, notes=(), source=""))
        for key in keys:
            here = session.go(key)
            for place in (here, inspect(here), here.out()):
                page = frame(place, 120, 40, look)
                page = page.replace(notation.says, "")
                found = pattern.search(page)
                assert not found, (
                    key,
                    found and page[max(found.start() - 60, 0) : found.end() + 20],
                )


@pytest.mark.parametrize("notation", NOTATIONS.values(), ids=lambda row: row.id)
def test_a_derivation_is_in_the_same_letters_and_true(notation: Notation) -> None:
    """Names as on the screen; what is derived is ∂C/∂z, whatever sign the book's δ has."""
    session = opened("mazur").go("delta1")
    own = derive(session, session.result, (1, 0))
    found = derive(session, session.result, (1, 0), notation)
    assert [line.value for line in found.lines] == [line.value for line in own.lines]
    if notation.own:
        assert found == own
    letters = letters_of(notation)
    assert f"∂{letters['C']}/∂{letters['z']}(h2)" in found.title
    if notation.turned:
        assert letters["d"] not in found.title


def test_a_derivation_has_no_letter_of_ours_left() -> None:
    """Down to what is given."""
    for key, cell in (("delta1", (1, 0)), ("grad_W1", (0, 1)), ("C", ())):
        session = opened("mazur").go(key)
        for line in derive(session, session.result, cell, STRANGE).lines:
            for told in (line.name, line.formula, line.why):
                assert not OF_OURS.search(told), told


def test_notes_are_said_to_be_in_other_letters_only_where_they_are() -> None:
    """Not where only the layers are counted otherwise."""
    known = {row.id: row.respells for row in NOTATIONS.values()}
    assert not known["book"]
    assert not known["nielsen"]
    assert not known["both"]
    assert all(known[id_] for id_ in ("bishop", "goodfellow", "ng", "cs231n", "duda"))
