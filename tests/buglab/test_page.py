"""The bug lab's page: every mistake in every network, with what the examination found."""

from __future__ import annotations

import pytest

from bpstepper.buglab.mistakes import MISTAKES, examine
from bpstepper.buglab.paired_training import BothTrainings, Curves
from bpstepper.buglab.side_by_side import walk
from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, line_width
from bpstepper.pages.view import Lab, View
from tests.buglab.lab_frames import LABS
from tests.goldens import check as check_golden
from tests.mode_goldens import ModeGolden
from tests.scenes import frame, lines_of, opened

IDS = list(MISTAKES)

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
            assert f"numpy: {verdict.clash}" in written
            for name, shape in verdict.clash_frames:  # empty frames, their sizes over them
                assert f"{name} {'×'.join(map(str, shape))}" in written
        elif verdict.first is None:
            assert "makes no difference" in written
        else:
            assert "first to differ" in written
            noticed = "gradient check of the update used " + (
                "no" if verdict.gradcheck_ok else "YES"
            )
            assert noticed in written


def curves(id_: str = "no_transpose", done: int = 30, wanted: int = 100) -> Curves:
    """What has come of two trainings on Mazur's network."""
    both = BothTrainings(opened("mazur").scenario, id_)
    both.advance(done)
    return both.so_far(wanted)


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 40), (200, 50)])
def test_the_page_keeps_its_size(size: tuple[int, int]) -> None:
    """To the cell, in both alphabets; going past either end goes round."""
    session = opened("mazur")
    labs = [Lab(), Lab("steps", 4), Lab("steps", 999), Lab("curves"), Lab("curves", 0, curves())]
    for look in (RenderOptions(), RenderOptions(ASCII)):
        for lab, at in [(lab, at) for at in (-1, 0, 5, 12, len(MISTAKES)) for lab in labs]:
            view = View(page="buglab", mistake=at, lab=lab)
            lines = lines_of(session, *size, look=look, view=view)
            assert [line_width(line) for line in lines] == [size[0]] * size[1]


def test_mazur_s_own_mistake() -> None:
    """The weights updated too early: noticed by the check of what was used, and by no other."""
    at = list(MISTAKES).index("update_before_backward")
    written = frame(opened("mazur"), view=View(page="buglab", mistake=at))
    assert "0.03635 0.03023 17 % too small" in " ".join(written.split())
    assert "gradient check of backward() only    no" in written
    assert "gradient check of the update used    YES" in written
    assert "Mazur 2015" in written


# ── step by step ─────────────────────────────────────────────────────────────────────────────


def stepped(name: str, id_: str, step: int, look: RenderOptions | None = None) -> str:
    """The page of a step of both programs."""
    view = View(page="buglab", mistake=IDS.index(id_), lab=Lab("steps", step))
    return frame(opened(name), 100, 30, look, view)


@pytest.mark.parametrize("name", ["mazur", "softmax-batch", "penalty"])
def test_steps_say_what_differs(name: str) -> None:
    """As the walk has it: a cell that differs stands between marks, any other does not."""
    session = opened(name)
    for id_ in ("no_transpose", "jacobian_from_z", "bias_penalised", "loss_sign"):
        found = walk(session.scenario, examine(session.scenario, id_))
        for at, stop in enumerate(found.stops if found else ()):
            written = stepped(name, id_, at)
            assert f"step {at + 1} of {len(found.stops if found else ())}" in written
            marked = stop.standing in ("first", "differs")
            assert ("▐" in written) == marked, (id_, at)
            assert ("The first to differ" in written) == (stop.standing == "first")
            if found and (found.first is None or at < found.first) and not marked:
                assert "The same so far" in written or stop.standing != "same"


def test_the_line_is_the_one_that_is_run() -> None:
    """Not the law: the mistaken program has another line, and it is shown beside the right one."""
    found = walk(opened("mazur").scenario, examine(opened("mazur").scenario, "no_transpose"))
    assert found is not None
    assert found.first is not None
    written = stepped("mazur", "no_transpose", found.first)
    assert "right  ∂C/∂a¹ = (W²)ᵀ · δ²" in written
    assert "wrong  ∂C/∂a¹ = W² · δ²" in written
    in_ascii = stepped("mazur", "no_transpose", found.first, RenderOptions(ASCII))
    assert in_ascii.isascii()
    assert "!=" in in_ascii
    assert ">0.03826<" in in_ascii


# ── both trainings ───────────────────────────────────────────────────────────────────────────


def test_curves_of_both() -> None:
    """Both are named with their last C; the summary shows it, too; nothing is trained unasked."""
    made = curves("slope_missing_hidden", 100)
    at = IDS.index("slope_missing_hidden")
    view = View(page="buglab", mistake=at, lab=Lab("curves", curves=made))
    written = frame(opened("mazur"), view=view)
    assert "● right" in written
    assert "× wrong" in written
    assert "C after 100 updates" in written
    assert f"{made.right[-1]:.5f}"[:6] in written
    summary = frame(opened("mazur"), view=View(page="buglab", mistake=at))
    assert "t trains both" in summary
    known = frame(opened("mazur"), view=View(page="buglab", mistake=at, lab=Lab(curves=made)))
    assert "C after 100 updates" in known
    for other in (View(page="buglab", mistake=at + 1, lab=Lab(curves=made)),):
        assert "C after" not in frame(opened("mazur"), view=other)  # of another mistake
    changed = frame(opened("penalty"), view=View(page="buglab", mistake=at, lab=Lab(curves=made)))
    assert "C after" not in changed  # of another network


# ── to be looked at ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("golden", LABS, ids=str)
def test_golden_frames(golden: ModeGolden) -> None:
    """As they were when somebody last looked; ASCII but for the headings."""
    shown = golden.frames()
    check_golden(golden.file, shown)
    assert not golden.ascii or shown.replace("════", "").isascii()
