"""The cells of a stage: where each stands, which are in view, how those that matter stand out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.matrix.stage import StagePicture, draw_stage, lines_of
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, plain
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Operation
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.visibility import Visibility, visibility_of
from bpstepper.session import Session, Spot, start
from tests.scenes import BUNDLED, HARD, as_scenario, at, opened, some
from tests.strategies import Draft, drafts, examples

NAMES = (*BUNDLED, *(name for name in HARD if name not in ("deep", "huge")))
WIDE = ("four-horsemen-3-4-2", "data-mining-3-2-1", "moons", "adam", "softmax-batch", "wide")
"""Scenarios with matrices that 80 columns do not hold."""
Marks = dict[str, dict[Index, str]]
SIZES = ((80, 13), (60, 7), (170, 28))


def picture(
    session: Session, width: int, height: int, look: RenderOptions | None = None
) -> StagePicture:
    """The stage of a session."""
    return draw_stage(session, visibility_of(session), look or RenderOptions(), width, height)


def places(name: str, layout: str = "") -> list[Session]:
    """Some steps and operations, each with some cell chosen."""
    found = []
    for number, session in enumerate(some(opened(name, layout), 6 if name == "wide" else 24)[1:]):
        for _ in range(7 * number % 11):
            session = session.previous_cell()
        found.append(session)
    return found


def cells(line: Line) -> list[str]:
    """What stands in each cell of a line; a wide character stands in its first."""
    found: list[str] = []
    for character in plain(line):
        found += [character, ""][: wcwidth(character)]
    return found


def shown(drawn: StagePicture) -> Iterator[tuple[Spot, str]]:
    """Every cell that is on a stage, with its text."""
    for matrix in drawn.matrices:
        place = matrix.place
        for cell in product(range(*place.rows), range(*place.columns)):
            spot = matrix.spot(*cell)
            found = drawn.where(spot)
            assert found is not None
            line, first, last = found
            if line < len(drawn.lines):
                yield spot, "".join(cells(drawn.lines[line])[first:last])


def value(session: Session, spot: Spot) -> float:
    """The number that a spot is about."""
    operation = session.step.operations[spot.operation]
    quantity = operation.result if spot.operand < 0 else operation.operands[spot.operand]
    return float(quantity.value[spot.cell])


# ── where they stand ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_what_stands_at_a_cell_is_its_number(name: str, size: tuple[int, int]) -> None:
    """A click on a number finds it: the text under every spot reads as the spot's value."""
    for session in places(name):
        drawn = picture(session, *size)
        read = 0
        for spot, text in shown(drawn):
            found = drawn.where(spot)
            assert found is not None
            assert drawn.at(found[0], (found[1] + found[2]) // 2) == spot
            said = text.strip("▐▌ ").replace("−", "-").replace("∞", "inf")
            if not said or said == "?" or said == "…" or found[2] > size[0]:
                continue
            true = value(session, spot)
            close = math.isclose(float(said), true, rel_tol=6e-3, abs_tol=1e-300)
            assert close or math.isnan(true), (session.step.id, spot, text)
            read += 1
        assert read or visibility_of(session).seen


def test_beside_numbers_there_is_nothing() -> None:
    """Captions, names, signs and brackets are no cells."""
    drawn = picture(opened("mazur").go("delta1"), 80, 15)
    for number, line in enumerate(drawn.lines):
        column = 0
        for span in line:
            for here in range(column, column + len(span.text)):
                number_there = span.role in ("value", "source", "target")
                assert (drawn.at(number, here) is not None) == number_there, span
            column += len(span.text)
    assert drawn.at(-1, 5) is None
    assert drawn.at(99, 5) is None


def test_a_cell_of_a_jacobian_says_its_sample() -> None:
    """Three indices, the chosen sample's first."""
    session = opened("softmax-batch").go("delta2_general").next_cell()
    drawn = picture(session, 120, 30)
    spots = {spot.cell for spot, _ in shown(drawn) if len(spot.cell) == 3}
    assert spots == {(1, i, j) for i in range(3) for j in range(3)}


# ── which are in view ────────────────────────────────────────────────────────────────────────


def matrices(drawn: StagePicture, position: int) -> list[tuple[range, range]]:
    """Rows and columns in view of an operation's operands, in order, and of its result."""
    own = [one for one in drawn.matrices if one.operation == position]
    own.sort(key=lambda one: one.operand % 99)  # the result, −1, is the last
    return [(range(*one.place.rows), range(*one.place.columns)) for one in own]


def is_cellwise(operation: Operation) -> bool:
    """Whether everything but numbers alone has the result's shape."""
    shapes = {operand.value.shape for operand in operation.operands} - {()}
    return shapes == {operation.result.value.shape}


def nested(one: range, other: range) -> bool:
    """Whether one window is inside the other."""
    short, long = sorted((one, other), key=len)
    return set(short) <= set(long)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", WIDE)
def test_a_line_has_one_window(name: str, size: tuple[int, int], layout: str) -> None:
    """Cell by cell, all matrices show the same rows and columns; in a product, those of its index.

    What is told is what the operations mean, not what the kernels say of themselves.
    """
    for session in places(name, layout):
        drawn = picture(session, *size)
        for position, operation in enumerate(session.step.operations):
            views = matrices(drawn, position)
            if not views:
                continue
            drawn_shapes = [q.value.shape for q in (*operation.operands, operation.result)]
            if is_cellwise(operation) and operation.kernel.form != "postfix":
                whole = [v for v, s in zip(views, drawn_shapes, strict=True) if s != ()]
                assert len(set(whole)) == 1, (session.step.id, whole)
            elif operation.kernel.name == "matmul":
                (left_rows, inner), (other, right_columns), (rows, columns) = views
                assert left_rows == rows
                assert right_columns == columns
                assert nested(inner, other)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [*WIDE, "momentum", "penalty"])
def test_what_matters_is_in_view(name: str, size: tuple[int, int]) -> None:
    """Of every matrix with marked cells at least one of them is seen, and always the chosen one."""
    for session in places(name):
        marks = visibility_of(session).marks
        drawn = picture(session, *size)
        for matrix in drawn.matrices:
            marked = matrix.part.marks
            rows, columns = range(*matrix.place.rows), range(*matrix.place.columns)
            in_view = {(i, j) for i, j in marked if i in rows and j in columns}
            assert in_view or not marked, (session.step.id, matrix.part.caption)
            key = matrix.part.quantity.key
            chosen = {cell for cell, role in marked.items() if role == "target"}
            assert chosen <= in_view, (session.step.id, key, marks)


def test_three_columns_of_an_update_are_all_seen() -> None:
    """At 80 columns a digit less shows them, in all lines alike."""
    drawn = picture(opened("data-mining-3-2-1").go("W1_next"), 80, 15)
    assert all(len(range(*one.place.columns)) in (1, 3) for one in drawn.matrices)
    page = "\n".join(plain(line) for line in drawn.lines)
    assert page.count("0.00785") == 4
    assert "0.007852" not in page
    wide = picture(opened("data-mining-3-2-1").go("W1_next"), 120, 15)
    assert "0.007852" in "\n".join(plain(line) for line in wide.lines)


@pytest.mark.parametrize("name", NAMES)
def test_no_row_is_folded_away_for_a_heading(name: str) -> None:
    """Where all rows fit under their captions, air, headings and names give way to them."""
    for session in places(name):
        operations = lines_of(session.step, session.cursor.operation)
        least = 3 if len(operations) == 1 else 0  # a multiplication table has a row above it
        for operation in operations:
            quantities = (*operation.operands, operation.result)
            least += 1 + max((1, 1, *q.value.shape)[-2] for q in quantities)
        for height in range(least, least + 4):
            page = [plain(line) for line in picture(session, 80, height).lines]
            assert not any("⋮" in line for line in page), session.step.id


# ── how they stand out ───────────────────────────────────────────────────────────────────────


@given(draft=drafts(), data=st.data())
@examples(40)
def test_a_result_is_filled_cell_by_cell(draft: Draft, data: st.DataObject) -> None:
    """With any number of cells seen, the others are empty and nothing moves."""
    session = start(as_scenario(draft.problem())).next()
    step = data.draw(st.sampled_from(session.trace.steps))
    here = at(session, 1, step.index)
    operation = data.draw(st.sampled_from(step.operations))
    size = operation.result.value.size
    count = data.draw(st.integers(0, size))
    look = data.draw(st.sampled_from([RenderOptions(UNICODE), RenderOptions(ASCII)]))
    partly = draw_stage(
        here, Visibility({}, {operation.result.key: count}), look, 200, 90, maps=False
    )
    whole = draw_stage(here, Visibility({}, {}), look, 200, 90, maps=False)
    assert [one.place for one in partly.matrices] == [one.place for one in whole.matrices]
    filled = dict(shown(whole))
    for spot, text in shown(partly):
        quantities = step.operations[spot.operation]
        of = quantities.result if spot.operand < 0 else quantities.operands[spot.operand]
        flat = 0
        for index, extent in zip(spot.cell, of.value.shape, strict=True):
            flat = flat * extent + index
        hidden = of.key == operation.result.key and flat >= count
        assert text.strip() == ("" if hidden else filled[spot].strip())


@pytest.mark.parametrize("charset", [UNICODE, ASCII])
def test_marks_are_told_apart_without_colour(charset: object) -> None:
    """The cursor, what it is computed from and what it feeds each have glyphs of their own."""
    look = RenderOptions(ASCII if charset is ASCII else UNICODE)
    session = opened("mazur").go("delta1")
    marks: Marks = {
        "delta2": {(0, 0): "source", (1, 0): "source"},
        "grad_a1": {(1, 0): "target"},
        "delta1": {(1, 0): "fed"},
    }
    drawn = draw_stage(session, Visibility(marks, {}, "grad_a1"), look, 80, 15)
    found = {
        span.role: (span.text[0], span.text[-1])
        for line in drawn.lines
        for span in line
        if span.role in ("source", "cursor", "fed", "target")
    }
    assert found == {
        "source": look.charset.mark,
        "cursor": look.charset.cursor,
        "fed": look.charset.fed,
    }
    assert len(set(found.values())) == 3


def test_a_cursor_on_a_number_alone() -> None:
    """A factor is marked only where the cursor is on it, or feeds it."""
    session = opened("four-horsemen-3-4-2").go("W1_next")
    marks: Marks = {"eta": {(): "source"}, "step_W1": {(0, 0): "target"}}
    plainly = draw_stage(session, Visibility(marks, {}), RenderOptions(), 80, 15)
    assert "0.5" in {s.text.strip() for line in plainly.lines for s in line if s.role == "value"}
    marks = {"eta": {(): "target"}}
    pointed = draw_stage(session, Visibility(marks, {}, "eta"), RenderOptions(), 80, 15)
    assert [s.text for line in pointed.lines for s in line if s.role == "cursor"] == ["►0.5◄"]


# ── maps of what is out of view ──────────────────────────────────────────────────────────────


def heat(drawn: StagePicture) -> int:
    """How many lines have a map on them."""
    return sum(any(s.role.startswith("heat") for s in line) for line in drawn.lines)


def test_big_matrices_have_maps_where_there_is_room() -> None:
    """On a high stage, and only there; never of what has not been reached."""
    session = opened("wide").go("z1")
    assert 2 <= heat(picture(session, 170, 28)) <= 6
    assert heat(picture(session, 80, 13)) == 0
    assert heat(picture(opened("mazur").go("z1"), 170, 40)) == 0
    without = draw_stage(session, visibility_of(session), RenderOptions(), 170, 28, maps=False)
    assert heat(without) == 0
    pending = draw_stage(
        session, Visibility({}, {"z1": 0, "product_z1": 0}), RenderOptions(), 170, 28
    )
    page = [plain(line) for line in pending.lines]
    assert any("all of W¹" in line for line in page)
    assert not any("all of z¹" in line for line in page)


def test_maps_take_no_room_that_the_matrices_had() -> None:
    """With more room there are never fewer rows of numbers than without maps at 15 lines."""
    session = opened("wide").go("W1_next")

    def rows(height: int) -> int:
        return min(len(range(*m.place.rows)) for m in picture(session, 120, height).matrices[1:])

    least = rows(15)
    assert all(rows(height) >= least for height in range(16, 40))


@pytest.mark.parametrize(("width", "height"), [(0, 9), (80, 0), (-3, 9), (0, 0)])
def test_in_no_room_there_is_no_stage(width: int, height: int) -> None:
    """Not even empty lines, which would be lines."""
    assert not picture(opened("mazur").go("delta1"), width, height).lines
