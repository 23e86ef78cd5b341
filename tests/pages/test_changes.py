"""What an edit has changed is marked on the pages: the very cells that differ, and no others."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from bpstepper.app.app import StepperApp
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.matrix.matrix import draw_matrix
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, line_width, plain
from bpstepper.pages.page_context import PageContext
from bpstepper.pages.view import View
from bpstepper.scenario.load import loads
from bpstepper.session import start
from bpstepper.session.editing import EditHistory
from bpstepper.session.inspecting import inspect
from tests.app.driving import on_screen, type_text, until
from tests.scenes import lines_of, opened, toml

EDIT = "W2[1,2] = 0.5"


def marks(lines: list[Line]) -> int:
    """How many signs of change stand in matrices."""
    return sum(span.role == "changed" and len(span.text) == 1 for line in lines for span in line)


@pytest.mark.parametrize("marked", [True, False])
def test_the_sign_takes_no_room(marked: bool) -> None:
    """It stands in place of a blank or of half a mark, behind its number, at every width."""
    values = np.array([[0.25, 0.5], [0.75, 1.0]])
    changed = np.array([[True, False], [False, True]])
    around = {(0, 1): "source", (0, 0): "source"} if marked else {}
    whole = 0
    for width in range(1, 24):
        plainly = draw_matrix(values, (2, 2), marks=around, max_width=width)
        signed = draw_matrix(values, (2, 2), marks=around, changed=changed, max_width=width)
        before, after = ([plain(x) for x in one.lines] for one in (plainly, signed))
        assert [len(line) for line in before] == [len(line) for line in after]
        if "0.25" in before[0] and "0.50" in before[0]:
            whole += 1
            assert [line.count("*") for line in after] == [1, 1]
            assert "0.25*" in after[0]
            assert "1.00*" in after[1]
            assert {a for a, b in zip("".join(after), "".join(before), strict=True) if a != b} == {
                "*"
            }
    assert whole > 3


@pytest.mark.parametrize("name", ["mazur", "softmax-batch", "penalty"])
def test_marked_are_the_cells_that_differ_bit_for_bit(name: str) -> None:
    """At every step of two updates, held against both traces."""
    desk = EditHistory.of(opened(name).next()).edit("W1[1,1] = 0.125")
    before, after = desk.before, desk.session
    assert before is not None
    view = View(before=before, edited=before)
    for update in (1, 2):
        old, new = before.line.trace(update), after.line.trace(update)
        for step in new.steps:
            sight = PageContext(
                after.go(f"update {update}").to_step(step.index), view, RenderOptions()
            ).sight
            for operation in step.operations:
                for quantity in (*operation.operands, operation.result):
                    other = old[quantity.key] != new[quantity.key]
                    found = sight.changed(quantity.key)
                    assert np.array_equal(other, np.zeros_like(other) if found is None else found)


def test_marks_are_on_the_step_the_phase_and_gone_without_the_edit() -> None:
    """Moving keeps them; a view that has no edit has none; the number says what it was."""
    desk = EditHistory.of(opened("mazur").go("z2")).edit(EDIT)
    view = View(before=desk.before, edited=desk.before)
    here = desk.session
    # W², the product, the product again, z²
    assert marks(lines_of(here, view=view)) == 4
    assert marks(lines_of(here, view=View(before=desk.before))) == 0
    assert "was 1.106" in "".join(map(plain, lines_of(here, view=view)))
    assert "changed by the edit" in "".join(map(plain, lines_of(here.next_cell(), view=view)))
    assert marks(lines_of(here.go("z1"), view=view)) == 0
    assert marks(lines_of(here.go("update 2").go("a1"), view=view)) > 0
    assert "1.136*" in "".join(map(plain, lines_of(here.out(), view=view)))
    assert (
        marks(lines_of(here, view=View(edited=desk.before, hide_result=True))) == 1
    )  # only the weight


def test_marks_are_plain_ascii_and_lines_keep_their_width() -> None:
    """In both charsets, inspected or not, at several widths."""
    desk = EditHistory.of(opened("mazur").go("delta1")).edit(EDIT)
    view = View(before=desk.before, edited=desk.before)
    for charset in (ASCII, UNICODE):
        for columns in (60, 80, 120):
            for place in (desk.session, inspect(desk.session)):
                lines = lines_of(place, columns, look=RenderOptions(charset), view=view)
                assert marks(lines) > 0
                assert {line_width(line) for line in lines} == {columns}
                assert charset is UNICODE or "".join(map(plain, lines)).isascii()


def test_another_notation_says_what_the_number_was_with_its_sign() -> None:
    """Duda's δ has the other sign, before the edit as after it."""
    desk = EditHistory.of(opened("mazur").go("delta1")).edit(EDIT)
    view = View(before=desk.before, edited=desk.before)
    page = "".join(
        map(plain, lines_of(desk.session, look=RenderOptions(notation="duda"), view=view))
    )
    assert "was −0.008771" in page


def test_a_long_way_to_the_update_before_the_edit_holds_no_frame_up() -> None:
    """A frame goes a bounded way along the old training; until it is there nothing is marked."""
    own = loads(toml(2, 2, 2))  # one that nobody else has trained
    desk = EditHistory.of(start(own).go("z2")).edit(EDIT)
    view = View(before=desk.before, edited=desk.before)
    far = desk.session.go("update 1200")
    assert marks(lines_of(far, view=view)) == 0
    for _ in range(3):
        found = marks(lines_of(far, view=view))
    assert found > 0


def test_an_edit_is_marked_until_it_is_taken_back() -> None:
    """With the keys: e marks, moving keeps the marks, z takes them away, Z brings them back."""

    async def run() -> None:
        app = StepperApp(opened("mazur").go("z2"))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("e")
            await pilot.pause()
            type_text(app, EDIT)
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            await until(lambda: "* was 1.106" in on_screen(app))
            await pilot.press("right")
            await pilot.pause()
            assert "* was 0.7514" in on_screen(app)
            await pilot.press("z")
            await pilot.pause()
            assert "* was" not in on_screen(app)
            await pilot.press("Z")
            await pilot.pause()
            assert "* was 0.7514" in on_screen(app)

    asyncio.run(run())
