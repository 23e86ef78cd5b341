"""The bug lab's page: every mistake in every network, with what the examination found."""

from __future__ import annotations

import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.look import Look
from bpstepper.drawing.text import clean, line_width
from bpstepper.lesson.mistakes import MISTAKES, examine
from bpstepper.pages.frame import compose
from bpstepper.pages.view import View
from bpstepper.ui.actions import hints
from tests.scenes import frame, opened

NAMES = ("mazur", "four-horsemen-3-4-2", "softmax-jacobian", "penalty", "one-layer-15-steps")


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_is_shown_as_what_it_is(name: str) -> None:
    """Its lines of code, and its clash, its first difference, or that it makes none."""
    session = opened(name)
    for at, mistake in enumerate(MISTAKES.values()):
        written = " ".join(frame(session, 120, 40, view=View(page="buglab", mistake=at)).split())
        verdict = examine(session.scenario, mistake.id)
        assert f"mistake {at + 1} of {len(MISTAKES)}" in written
        assert " ".join(clean(mistake.title).split())[1:] in written
        if verdict.clash is not None:
            assert "It does not run here" in written
        elif verdict.first is None:
            assert "makes no difference" in written
        else:
            assert "first to differ" in written
            noticed = "gradient check of the update used " + (
                "no" if verdict.gradcheck_ok else "YES"
            )
            assert noticed in written


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 40), (200, 50)])
def test_the_page_keeps_its_size(size: tuple[int, int]) -> None:
    """To the cell, in both alphabets; going past either end goes round."""
    for look in (Look(), Look(ASCII)):
        for at in (-1, 0, 5, 12, len(MISTAKES)):
            view = View(page="buglab", mistake=at)
            session = opened("mazur")
            lines = compose(session, look, *size, hints(session, view), view).lines
            assert [line_width(line) for line in lines] == [size[0]] * size[1]


def test_mazur_s_own_mistake() -> None:
    """The weights updated too early: noticed by the check of what was used, and by no other."""
    at = list(MISTAKES).index("update_before_backward")
    written = frame(opened("mazur"), view=View(page="buglab", mistake=at))
    assert "0.03635       0.03023   17 % too small" in written
    assert "gradient check of backward() only    no" in written
    assert "gradient check of the update used    YES" in written
    assert "Mazur 2015" in written
