"""The bug lab's panes as text for golden files: what was found, both programs, both trainings."""

from __future__ import annotations

from collections.abc import Iterator

from bpstepper.buglab.mistakes import MISTAKES, difference
from bpstepper.buglab.paired_training import BothTrainings
from bpstepper.buglab.side_by_side import walk
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.pages.view import Lab, View
from tests.mode_goldens import ModeGolden
from tests.scenes import frame, opened

__all__ = ["LABS"]

_TRAINED = 300


def _frames(look: RenderOptions, columns: int, lines: int) -> Iterator[tuple[str, str]]:
    for heading, name, view in _seen():
        yield heading, frame(opened(name), columns, lines, look, view)


LABS = (
    ModeGolden("buglab", _frames, (80, 24)),
    ModeGolden("buglab", _frames, (80, 24), ascii=True),
    ModeGolden("buglab", _frames, (60, 18)),
)
"""Every golden file of the bug lab."""


def _view(id_: str, lab: Lab) -> View:
    return View(page="buglab", mistake=list(MISTAKES).index(id_), lab=lab)


def _seen() -> Iterator[tuple[str, str, View]]:
    """The panes, each with its heading and the scenario's name."""
    found, id_, problem = Lab(), "update_before_backward", opened("mazur").scenario
    yield "what was found", "mazur", _view(id_, found)
    for clashing in ("no_transpose", "error_to_hidden_unrouted", "outputs_in_bp4"):
        yield f"{clashing} does not run", "four-horsemen-3-4-2", _view(clashing, found)
    yield "nothing differs", "mazur", _view("jacobian_from_z", found)
    steps = walk(problem, difference(problem, id_))
    assert steps is not None
    assert steps.first is not None
    for heading, at in (
        ("before both part", 4),
        ("too early", steps.first - 2),
        ("where both part", steps.first),
        ("and then", steps.first + 1),
    ):
        yield heading, "mazur", _view(id_, Lab("steps", at))
    yield "a Jacobian", "softmax-jacobian", _view("jacobian_from_z", Lab("steps", 6))
    both = BothTrainings(problem, "slope_missing_hidden")
    both.advance(_TRAINED)
    for heading, wanted in (("training both", 1000), ("both trained", _TRAINED)):
        lab = Lab("curves", curves=both.so_far(wanted))
        yield heading, "mazur", _view("slope_missing_hidden", lab)
    yield "found, and trained", "mazur", _view("slope_missing_hidden", Lab(curves=lab.curves))
