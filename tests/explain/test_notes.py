"""Which notes are shown where, and what they ask for there."""

from __future__ import annotations

from dataclasses import replace

from bpstepper.explain.notes import edits_proposed, notes_before, notes_here
from bpstepper.pages.notes import said
from bpstepper.scenario.model import Note
from bpstepper.session import Session, start
from tests.scenes import opened

BEFORE = Note(text="before")
SECRET = Note(text="secret", audience="teacher")
ASKED = Note(at="delta1", quiz=True)
PROPOSED = Note(at="delta1", ask="What\nif?", edit=("training.learning_rate=5",))
ANOTHER = Note(at="delta1", text="more", edit=("loss.factor=1",))


def here(*notes: Note) -> Session:
    """Mazur's network with these notes, at its start."""
    return start(replace(opened("mazur").scenario, notes=notes))


def test_before_the_first_step() -> None:
    """What belongs to no step, and is not for the presenter alone."""
    session = here(SECRET, BEFORE, PROPOSED)
    assert notes_before(session.scenario) == notes_here(session) == (BEFORE,)
    assert said(session) == ("before", "  ▸ y")
    assert said(here(SECRET)) is None


def test_at_a_step() -> None:
    """Those of the step; a quiz and proposed changes are told apart from what is only said."""
    session = here(BEFORE, ASKED, PROPOSED, ANOTHER).go("delta1")
    assert notes_here(session) == (ASKED, PROPOSED, ANOTHER)
    assert edits_proposed(session) == ("training.learning_rate=5",)
    # an answer is not given away by the change that would show it
    assert said(session) == ("What if?", "  ▸ y answers  ▸ f tries it")
    assert notes_here(session.next()) == ()


def test_what_a_note_proposes_without_a_question() -> None:
    """The change itself; where a note says nothing else, that alone."""
    assert said(here(ANOTHER).go("delta1")) == ("more", "  ▸ y  ▸ f tries factor = 1")
    bare = Note(at="delta1", edit=("training.learning_rate = 0.123456789012345678",))
    told = said(here(bare).go("delta1"))
    assert told is not None
    assert told[0] == ""
    assert told[1].startswith("  ▸ f tries learning_rate = 0.1")
    assert len(told[1]) < 45
    assert said(here(ASKED).go("delta1")) is None
