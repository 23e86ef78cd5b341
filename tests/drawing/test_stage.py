"""The stage: lines of matrices that fit, stay where they are, and are true equations."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.matrix.stage import StagePicture, draw_stage, lines_of
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, line_width, plain
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.visibility import Visibility, visibility_of
from bpstepper.session import Session, start
from tests.scenes import BUNDLED, HARD, as_scenario, at, opened, some, text
from tests.strategies import Draft, drafts, examples

NAMES = (*BUNDLED, *(name for name in HARD if name != "deep"))
SMALL = tuple(name for name in NAMES if name != "wide")
LOOKS = st.sampled_from([RenderOptions(UNICODE), RenderOptions(ASCII), RenderOptions(digits=6)])
_FRAME = str.maketrans("", "", "0123456789.e−- ▐▌><∞NaNinf")


def picture(
    session: Session,
    width: int = 80,
    height: int = 15,
    look: RenderOptions | None = None,
    sight: Visibility | None = None,
) -> StagePicture:
    """The stage of a session, with its own sight if no other is given."""
    return draw_stage(
        session, sight or visibility_of(session), look or RenderOptions(), width, height
    )


def unmarked(session: Session, width: int = 80, height: int = 15) -> list[Line]:
    """The stage with what is reached, and no cell singled out."""
    return picture(session, width, height, sight=Visibility({}, visibility_of(session).seen)).lines


def drawn(
    session: Session, width: int = 80, height: int = 15, look: RenderOptions | None = None
) -> str:
    """The stage as text."""
    return text(picture(session, width, height, look).lines)


def places(name: str) -> list[Session]:
    """Steps and operations of update 1; of a big network, a few."""
    return some(opened(name), 6 if name == "wide" else 16)[1:]


def roles(lines: list[Line]) -> set[str]:
    """The roles on a stage."""
    return {span.role for line in lines for span in line}


# ── it fits ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_lines_fit(name: str) -> None:
    """Never more lines than there is room for, each of exactly the width, at any size."""
    for session in places(name):
        for width, height in ((80, 15), (60, 9), (20, 4), (1, 1), (80, 0)):
            lines = picture(session, width, height).lines
            assert len(lines) <= height
            assert all(line_width(line) == width for line in lines)


@given(drafts(), st.integers(1, 130), st.integers(1, 40), LOOKS)
@examples(60)
def test_any_network_fits_at_any_size(
    draft: Draft, width: int, height: int, look: RenderOptions
) -> None:
    """Every activation, loss, layout and batch."""
    session = start(as_scenario(draft.problem())).next()
    for step in session.trace.steps:
        lines = picture(at(session, 1, step.index), width, height, look).lines
        assert len(lines) <= height
        assert all(line_width(line) == width for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_more_room_never_shows_less(name: str) -> None:
    """A wider or a higher stage has at least as many numbers on it."""

    def numbers(session: Session, width: int, height: int) -> int:
        lines = unmarked(session, width, height)
        values = [span.text for line in lines for span in line if span.role == "value"]
        return sum(len(value.split()) for value in values)

    for session in places(name):
        assert numbers(session, 80, 15) <= numbers(session, 160, 15)
        assert numbers(session, 160, 15) <= numbers(session, 160, 40)


@pytest.mark.parametrize(
    "name", ["mazur", "xor-one-step", "softmax-jacobian", "cs231n-neuron", "linear-neuron-b"]
)
def test_small_networks_are_shown_whole_on_80_columns(name: str) -> None:
    """Nothing is left out of a matrix of up to two columns."""
    for session in places(name):
        written = drawn(session)
        assert "…" not in written
        assert "⋮" not in written


@pytest.mark.parametrize("name", SMALL)
def test_the_result_is_on_the_stage(name: str) -> None:
    """With its caption and its chosen cell, on 80 columns, however many operands there are."""
    for session in places(name):
        written = drawn(session)
        assert session.result.name.text in written, (session.step.id, written)
        if session.result.value.ndim >= 2:
            assert "target" in roles(picture(session).lines)


# ── what is not reached yet ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SMALL)
def test_going_on_inside_a_step_moves_no_line(name: str) -> None:
    """A frame of what is not reached yet has the size of the filled one.

    Only numbers come in; nothing else on the page changes its place, as long as the same lines
    are shown.
    """
    session = opened(name)
    for step in at(session, 1, 0).trace.steps:
        shown: dict[tuple[str, ...], list[str]] = {}
        for position in range(len(step.operations)):
            keys = tuple(op.result.key for op in lines_of(step, position))
            lines = unmarked(at(session, 1, step.index, position))
            page = [re.sub(r" +", " ", plain(line).translate(_FRAME)).strip() for line in lines]
            before = shown.setdefault(keys, page)
            assert [len(line_) for line_ in (before, page)] == [len(before)] * 2
            assert len(lines) == len(before)


@pytest.mark.parametrize("name", SMALL)
def test_a_frame_takes_the_same_cells_before_and_after(name: str) -> None:
    """Brackets stand in the same columns whether there are numbers between them or not."""
    session = opened(name)

    def brackets(here: Session) -> list[list[int]]:
        lines = unmarked(here)
        return [[i for i, c in enumerate(plain(line)) if c in "⎡⎢⎣⎤⎥⎦"] for line in lines]

    for step in at(session, 1, 0).trace.steps:
        last = len(step.operations) - 1
        for position in range(last):
            lines = lines_of(step, None)
            if len(lines) <= 3 and lines == lines_of(step, position) == lines_of(step, last):
                here = at(session, 1, step.index, position)
                assert brackets(here) == brackets(at(session, 1, step.index, None))


@pytest.mark.parametrize("name", SMALL)
def test_what_is_not_reached_is_not_told(name: str) -> None:
    """No number of an operation to come is on the stage, and its frame is called pending."""
    session = opened(name)
    for step in at(session, 1, 0).trace.steps:
        for position in range(len(step.operations) - 1):
            here = at(session, 1, step.index, position)
            lines = unmarked(here, 160, 60)
            results = {op.result.key for op in step.operations[position + 1 :]}
            values = "".join(s.text for line in lines for s in line if s.role == "value")
            reached = {q.key for op in step.operations[: position + 1] for q in op.operands}
            if results - reached and lines_of(step, position)[-1] is step.operations[-1]:
                assert "pending" in roles(lines)
            assert values or step.operations[position].result.value.ndim == 0


def test_an_empty_frame() -> None:
    """BP2 before its slope: the shapes are there, the numbers are not."""
    session = opened("mazur").go("delta1").into().next()
    page = drawn(session)
    first, second = page.split(" 2  back through the unit")
    assert "0.03635" in first
    assert "0.008771" not in second
    assert "δ¹    2×1" in second


# ── what it shows ────────────────────────────────────────────────────────────────────────────


def test_lines_of_a_step() -> None:
    """A transpose and a slope are operands, unless one has gone into them."""
    step = opened("mazur").go("delta1").step
    assert [op.kernel.name for op in lines_of(step, None)] == ["matmul", "hadamard"]
    assert [op.kernel.name for op in lines_of(step, 0)] == ["transpose", "matmul", "hadamard"]
    assert len(lines_of(step, 2)) == 3


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_outer_product_is_a_multiplication_table(layout: str) -> None:
    """Every cell of ∂C/∂W stands below the one factor and beside the other."""
    session = opened("four-horsemen-3-4-2", layout).go("grad_W1")
    page = drawn(session).splitlines()
    column, row = session.step.operations[-1].operands
    over = next(i for i, line in enumerate(page) if row.name.text in line)
    under = next(i for i, line in enumerate(page) if session.result.name.text in line)
    assert over < under
    assert column.name.text in page[under]
    of_row = [match.end() for match in re.finditer(r"−?\d+\.?\d*", page[over + 2])]
    cells = page[under + 1]
    assert len(of_row) == row.value.shape[1]
    for end in of_row:  # the points of the factors stand over those of the products
        assert re.search(r"\d", cells[end - 4 : end + 2]), (page[over + 2], cells)


def test_marked_cells_are_where_the_number_comes_from() -> None:
    """The row of the transpose that leaves h2, and both δ; the answer is marked, too."""
    page = drawn(opened("mazur").go("delta1").next_cell())
    assert page.count("▐") == page.count("▌") == 2 + 2 + 1 + 1 + 1 + 1
    assert "▐0.45▌  ▐0.55▌" in page
    lines = unmarked(opened("mazur").go("delta1"))
    assert not roles(lines) & {"mark", "source", "target"}


def test_a_jacobian_is_that_of_the_chosen_sample() -> None:
    """Its caption says whose it is, and choosing another sample's number changes it."""
    session = opened("softmax-batch").go("delta2_general")
    pages = set()
    for _ in range(2):
        page = drawn(session, 120, 30)
        whose = "setosa" if session.cell[1] == 0 else "virginica"
        assert f"of {whose}" in page
        pages.add(page)
        session = session.next_cell()
    assert len(pages) == 2


def test_a_big_matrix_is_shown_by_window() -> None:
    """What is left out is counted, and the chosen cell is within the window."""
    session = opened("wide").go("z1")
    for _ in range(151):
        session = session.previous_cell()
    page = drawn(session)
    assert "more" in page
    assert f"h{session.cell[0] + 1} " in page
    assert "▐" in page


def test_numbers_that_are_none_have_their_places() -> None:
    """NaN and infinities are numbers on the page like others."""
    assert "NaN" in drawn(opened("saturated").go("delta1_general"))
    assert "∞" in drawn(opened("huge").go("z2"))
    assert "inf" in drawn(opened("huge").go("z2"), look=RenderOptions(ASCII))
