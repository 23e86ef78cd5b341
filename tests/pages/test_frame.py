"""Frames: whole screens of exactly the size asked for, whatever the scenario, wherever we are."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from bpstepper.app.frame_view import ROLES
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, clean, line_width, plain, width
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.explain import explain, explain_operation, heading
from bpstepper.number_format import full, number
from bpstepper.pages.frame import SMALLEST
from bpstepper.pages.view import View
from bpstepper.session import Session, start
from tests.buglab.lab_frames import LABS
from tests.drawing.test_term_by_term import same
from tests.goldens import FOLDER, GOLDENS, Golden, page
from tests.goldens import check as check_golden
from tests.mode_goldens import ModeGolden
from tests.quiz.quiz_frames import QUIZZES
from tests.scenes import BUNDLED, HARD, as_scenario, at, frame, lines_of, opened, some, turns
from tests.screens import SHOTS, Shot
from tests.strategies import Draft, drafts, examples
from tests.training.training_frames import TRAININGS

SIZES = ((80, 24), (100, 30), (120, 40), (200, 50), (60, 18))
SMALL = (*BUNDLED, *(name for name in HARD if name not in ("deep", "wide")))
LOOKS = (RenderOptions(UNICODE), RenderOptions(ASCII))


def check(session: Session, columns: int, lines: int, look: RenderOptions) -> list[Line]:
    """Whether a frame has exactly its size, in cells, and nothing in it but text."""
    drawn = lines_of(session, columns, lines, look=look)
    assert len(drawn) == lines
    for line in drawn:
        assert line_width(line) == columns
        for span in line:
            assert span.text == clean(span.text)
            assert span.role in (*ROLES, "")
            if look.charset.ascii:
                assert span.text.isascii(), span.text
    return drawn


def in_cells(line: str) -> int:
    """What wcwidth says of a line, character by character."""
    return sum(max(wcwidth(c), 0) for c in line)


# ── the size ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SMALL)
def test_every_frame_has_exactly_its_size(name: str) -> None:
    """At the start, at each step, at each operation inside it, with another cell chosen, too."""
    for position, session in enumerate(some(opened(name))):
        for columns, lines in turns(SIZES, position, 2):
            check(session, columns, lines, LOOKS[0])
        check(session.next_cell(), 80, 24, LOOKS[0])
        for columns, lines in turns(((80, 24), (120, 40)), position):
            check(session, columns, lines, LOOKS[1])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", BUNDLED)
def test_in_every_layout_too(name: str, layout: str) -> None:
    """80×24 is the size it is made for."""
    for session in some(opened(name, layout), most=8):
        check(session, 80, 24, LOOKS[0])


@given(
    st.sampled_from(SMALL),
    st.integers(1, 130),
    st.integers(1, 50),
    st.sampled_from(LOOKS),
    st.randoms(use_true_random=False),
)
@examples(150)
def test_any_size_is_kept(
    name: str, columns: int, lines: int, look: RenderOptions, chance: random.Random
) -> None:
    """From 1×1 on; where it is too small for a lesson, a notice says which size it needs."""
    session = chance.choice(some(opened(name)))
    drawn = check(session, columns, lines, look)
    notice = columns < SMALLEST[0] or lines < SMALLEST[1]
    assert any(span.role == "notice" for line in drawn for span in line) == notice


@given(drafts(extreme=True), st.integers(1, 130), st.integers(1, 50), st.sampled_from(LOOKS))
@examples(40)
def test_any_network_can_be_drawn(
    draft: Draft, columns: int, lines: int, look: RenderOptions
) -> None:
    """Every activation, loss, layout and batch, with weights of up to thousands."""
    session = start(as_scenario(draft.problem()))
    for step in at(session, 1, 0).trace.steps:
        check(at(session, 1, step.index), columns, lines, look)


@pytest.mark.parametrize("name", ["deep", "wide"])
def test_big_networks_are_drawn_at_80_by_24(name: str) -> None:
    """100 layers, or 784 inputs: with their result, their sentence and their keys."""
    session = opened(name)
    steps = at(session, 1, 0).trace.steps
    for step in steps[:: 1 + len(steps) // 12]:
        for columns, lines in ((80, 24), (120, 40)):
            here = at(session, 1, step.index)
            check(here, columns, lines, RenderOptions())
            written = frame(here, columns, lines)
            assert step.result.name.text in written
            assert "this number" in written
            assert "all keys" in written
    check(session, 80, 24, RenderOptions())


def test_too_small_a_terminal_is_told_what_is_needed() -> None:
    """With the way out."""
    written = frame(opened("mazur"), 40, 10)
    assert "60×18" in written
    assert "40×10" in written
    assert "q quits" in written
    assert "60×18" not in frame(opened("mazur"), 60, 18)
    assert frame(opened("mazur"), 59, 18).startswith("bpstepper needs 60×18")


# ── what is on it ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SMALL)
def test_the_chosen_number_is_on_the_screen_with_all_its_digits(name: str) -> None:
    """And rounded, where it is computed, at each size; its name beside it."""
    for position, session in enumerate(some(opened(name))):
        if session.at_start:
            continue
        value = float(session.result.value[session.cell])
        for columns, lines in turns(((80, 24), (120, 40), (60, 18)), position):
            written = frame(session, columns, lines)
            assert f"= {full(value)}" in written
            beside = [line.partition("│")[2] or line for line in written.splitlines()]
            spelled = "\n".join(beside).partition("this number")[2].partition("──")[0]
            assert same(spelled.split()[-1], number(value)), spelled


@pytest.mark.parametrize("name", SMALL)
def test_where_we_are_and_why_is_on_the_screen(name: str) -> None:
    """The law, the formula, the phase in capitals, the update, the sentence of why, the keys."""
    for session in some(opened(name)):
        written = frame(session)
        header = written.splitlines()[0]
        assert "? all keys" in written.splitlines()[-1]
        if session.at_start:
            assert "start" in header
            continue
        equation = session.step.equation
        assert f"▸{equation.phase.upper()}" in header
        assert "· update 1" in header
        assert equation.law in written
        assert equation.formula in written
        told = explain(session.scenario, session.step, len(session.trace.samples)).sentence
        finite = np.isfinite(session.step.result.value).all()
        if session.cursor.operation is not None and finite:  # inside, the operation is told
            head = heading(session.step, session.operation)
            told = explain_operation(session.operation, head)
        assert told in " ".join(written.split())


@pytest.mark.parametrize("name", ["mazur", "four-horsemen-3-4-2", "softmax-batch"])
def test_a_taller_screen_keeps_the_explanation_open(name: str) -> None:
    """And a wider one the list of steps; neither changes what the keys do."""
    for session in some(opened(name)):
        if session.at_start:
            continue
        told = explain(session.scenario, session.step, len(session.trace.samples))
        inside = session.cursor.operation is not None
        tall = re.sub(r"[│\s]+", " ", frame(session, 100, 50))
        assert (told.sentence if inside else told.paragraphs[0])[:60] in tall
        wide = [line.partition("│")[0] for line in frame(session, 120, 24).splitlines()]
        marked = [line for line in wide[2:] if line.startswith(" ▸")]
        assert len(marked) == 1
        assert session.step.result.name.text in marked[0]


@pytest.mark.parametrize("look", LOOKS, ids=["unicode", "ascii"])
def test_names_of_any_width_keep_the_columns(look: RenderOptions) -> None:
    """Chinese, combined and emoji names: a bracket stands below a bracket, in cells."""
    for session in some(opened("names")):
        for columns, lines in SIZES:
            for line in lines_of(session, columns, lines, look=look):
                assert in_cells(plain(line)) == columns
        page_lines = [plain(line) for line in lines_of(session, 80, 24)]
        for above, below in pairwise(page_lines):
            if "⎡" in above and ("⎣" in below or "⎢" in below):
                opening = [in_cells(above[:i]) for i, c in enumerate(above) if c == "⎡"]
                under = [in_cells(below[:i]) for i, c in enumerate(below) if c in "⎢⎣"]
                assert set(opening) <= set(under), (above, below)


def test_markup_is_shown_as_it_was_written() -> None:
    """In titles, names, notes and the lesson's text: nothing is parsed, nothing can act."""
    first = frame(opened("markup"))
    for text in (
        "[/nope] [@click=app.leave]quit[/] [red]x[/red] [[a]]",
        "[b]unclosed",
        "[a]b[/c] strong <b>html</b> [link](http://example.org)",
    ):
        assert text in first
    written = frame(opened("markup").go("delta1"), 200, 50)
    for text in ("[red]h", "[@click=app.lea…", "\\[o", "[/nope] is it [bold]?"):
        assert text in written


def test_text_that_a_loader_would_refuse_is_harmless_all_the_same() -> None:
    """A scenario built in code may hold what no file can: it is shown as �."""
    scenario = replace(
        opened("mazur").scenario,
        title="a\x1b]0;b\x07",
        name="x\x9b31m\n",
        about="\x1b[2J **\u202eb**",
        source="\r\n\t",
    )
    session = start(scenario)
    for here in (session, session.next()):
        for columns, lines in SIZES:
            check(here, columns, lines, RenderOptions())
    assert "�" in frame(session)


@pytest.mark.parametrize(("name", "sign"), [("saturated", "NaN"), ("huge", "∞")])
def test_numbers_that_are_none_are_drawn_and_spoken_of(name: str, sign: str) -> None:
    """A z of 800 where the target is 0, and weights of 1e308."""
    written = [frame(session) for session in some(opened(name))]
    assert any(sign in text for text in written)
    for text, session in zip(written, some(opened(name)), strict=True):
        if session.at_start:
            continue
        finite = all(abs(x) < float("inf") for x in session.step.result.value.ravel())
        said = "finite" in text or "divides 0 by 0" in text
        assert said == (not finite), text


def test_a_message_takes_the_place_of_the_sentence() -> None:
    """Until the next key; on the start page, too; cleaned as everything is."""
    for session in (opened("mazur"), opened("mazur").go("delta1")):
        lines = lines_of(session, view=View(message="stopped\x1b[2J here"))
        assert [line_width(line) for line in lines] == [80] * 24
        assert any("stopped�[2J here" in plain(line) for line in lines)


# ── a pure function ──────────────────────────────────────────────────────────────────────────


@given(st.randoms(use_true_random=False))
@examples(5)
def test_frames_do_not_depend_on_what_was_drawn_before(chance: random.Random) -> None:
    """The same session and size, drawn in any order and any number of times: the same lines."""
    places = [
        (session, size, look)
        for name in ("mazur", "softmax-batch")
        for session in some(opened(name))
        for size in ((80, 24), (120, 40))
        for look in LOOKS
    ]
    chosen = chance.sample(places, 12)
    first = {i: lines_of(*place[:1], *place[1], place[2]) for i, place in enumerate(chosen)}
    again = [*first]
    chance.shuffle(again)
    for i in again:
        session, size, look = chosen[i]
        assert lines_of(session, *size, look) == first[i]


def test_a_frame_is_the_same_from_a_session_of_its_own() -> None:
    """Another load, another timeline, another way of getting there: the same picture."""
    import bpstepper

    for name in ("mazur", "four-horsemen-3-4-2"):
        here = opened(name).go("update 3").go("grad_W1").next_cell()
        there = start(bpstepper.load(name)).go("grad_W1").to_update(5).to_update(3).next_cell()
        assert lines_of(here, 120, 40) == lines_of(there, 120, 40)


# ── golden frames ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("golden", GOLDENS, ids=[golden.file for golden in GOLDENS])
def test_golden_frames(golden: Golden) -> None:
    """Whole screens as they were last looked at.

    Where a change was meant: `python -m tests.goldens`, and read the diff.
    """
    check_golden(golden.file, page(golden))


def test_there_is_no_golden_file_that_nobody_looks_at() -> None:
    """And none of them is wider than its name says."""
    golden: Golden | Shot | ModeGolden
    made = (*GOLDENS, *SHOTS, *QUIZZES, *LABS, *TRAININGS)
    assert {file.name for file in FOLDER.glob("*.txt")} == {golden.file for golden in made}
    for golden in made:
        for line in (FOLDER / golden.file).read_text(encoding="utf-8").splitlines():
            assert line.startswith("════") or width(line) <= golden.size[0]
