"""Golden frames: whole screens as text, to be read in a diff. `python -m tests.goldens` rewrites.

One file for each scenario, layout, charset and size, with every frame of update 1 under a heading
that says where it stands. Look at the diff before keeping it: it is what a person would see, but
for the last digits of floats, which are not the same on all machines (`portable`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.pages.view import View
from bpstepper.session import Session
from bpstepper.session.editing import EditHistory
from bpstepper.session.inspecting import follow, inspect, next_matrix
from tests.buglab.lab_frames import LABS
from tests.portable import assert_same, cut
from tests.quiz.quiz_frames import QUIZZES
from tests.scenes import at, frame, opened
from tests.screens import SHOTS, shown
from tests.training.training_frames import TRAININGS

__all__ = ["FOLDER", "GOLDENS", "Golden", "check", "main", "page"]

FOLDER = Path(__file__).resolve().parent / "goldens"


class Golden(NamedTuple):
    """One file.

    Attributes:
        scenario: a bundled scenario or one of `scenes.HARD`.
        size: columns and lines.
        layout: as the scenario has it, where it is empty.
        ascii: in plain ASCII.
        inside: the steps to go into, operation by operation.
        update: which update; batches differ.
        at: the step whose other pages are shown, in place of all steps.
    """

    scenario: str
    size: tuple[int, int]
    layout: str = ""
    ascii: bool = False
    inside: tuple[str, ...] = ()
    update: int = 1
    at: str = ""

    @property
    def file(self) -> str:
        """Its name, such as `mazur-row-80x24.txt`."""
        pages = f"pages-{self.at}" if self.at else ""
        parts = [self.scenario, self.layout, pages, "ascii" if self.ascii else ""]
        columns, lines = self.size
        return "-".join([*filter(None, parts), f"{columns}x{lines}"]) + ".txt"


GOLDENS = (
    Golden("mazur", (80, 24), inside=("delta1",)),
    Golden("mazur", (120, 40), inside=("delta1",)),
    Golden("mazur", (80, 24), ascii=True, inside=("delta1",)),
    Golden("mazur", (80, 24), layout="row"),
    Golden("mazur", (80, 24), layout="torch", inside=("grad_W2",)),
    Golden("four-horsemen-3-4-2", (80, 24)),
    Golden("four-horsemen-3-4-2", (120, 40)),
    Golden("softmax-jacobian", (80, 24), inside=("delta1_general",)),
    Golden("cs231n-neuron", (80, 24)),
    Golden("softmax-batch", (80, 24)),
    Golden("penalty", (100, 30)),
    Golden("saturated", (60, 18)),
    Golden("mazur", (80, 24), at="delta1"),
    Golden("mazur", (120, 40), at="delta1"),
    Golden("mazur", (80, 24), at="delta1", ascii=True),
    Golden("softmax-batch", (80, 24), at="grad_W2"),
    Golden("wide", (120, 40), at="grad_W1"),
)
"""Every golden file."""


def _places(golden: Golden) -> Iterator[tuple[str, Session]]:
    """The frames of a file, each with its heading."""
    session = opened(golden.scenario, golden.layout)
    yield "start", session
    for step in at(session, golden.update, 0).trace.steps:
        yield f"{step.id}", at(session, golden.update, step.index)
        if step.id in golden.inside:
            for number, operation in enumerate(step.operations):
                where = f"{step.id}, operation {number + 1}: {operation.kernel.name}"
                yield where, at(session, golden.update, step.index, number)


def _pages(golden: Golden) -> Iterator[tuple[str, Session, RenderOptions, View]]:
    """Everything else that there is to see at one step, each with its heading."""
    look = RenderOptions(ASCII if golden.ascii else UNICODE)
    plain = View()
    here = opened(golden.scenario, golden.layout).go(golden.at)
    inspected = inspect(here)
    yield "the phase", here.out(), look, plain
    yield "the network", here, look, View(page="network")
    yield "three layouts", here, look, View(page="layouts")
    yield "inspected", inspected, look, plain
    yield "inspected, ten times the nudge", inspected, look, View(nudge=1)
    yield "another matrix", next_matrix(inspected), look, plain
    yield "followed", follow(follow(inspected)), look, plain
    yield "behind the curtain", here, look, View(hide_result=True)
    yield "number by number", here.into().into().next(), look, plain
    for notation in NOTATIONS:
        if notation != "book":
            yield f"as {notation} writes it", here, replace(look, notation=notation), plain
    edit = EditHistory.of(here).edit("W1[1,2] = 0.25")
    edited = View(before=edit.before, edited=edit.before)
    yield "after an edit", edit.session, look, edited
    yield "after an edit, the phase", edit.session.out(), look, edited
    yield "with two digits", here, replace(look, digits=2), plain
    yield "with nine digits", here, replace(look, digits=9), plain
    yield "with a message", here, look, View(message="said once")


def page(golden: Golden) -> str:
    """What the file should say."""
    look = RenderOptions(ASCII if golden.ascii else UNICODE)
    if golden.at:
        shown = [*_pages(golden)]
    else:
        shown = [(name, session, look, View()) for name, session in _places(golden)]
    return "".join(
        f"════ {heading}\n{frame(session, *golden.size, own, view)}\n"
        for heading, session, own, view in shown
    )


def check(file: str, shown: str) -> str:
    """Whether a page says what its golden file says; return what that is."""
    kept = (FOLDER / file).read_text(encoding="utf-8")
    assert_same(shown, kept, f"{file} (python -m tests.goldens)")
    return kept


def main() -> None:
    """Write every file anew, and remove those that are none any more."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        if old.name not in {made.file for made in (*GOLDENS, *SHOTS, *QUIZZES, *LABS, *TRAININGS)}:
            old.unlink()
    for golden in GOLDENS:
        (FOLDER / golden.file).write_text(cut(page(golden)), encoding="utf-8")
    for pages in (*QUIZZES, *LABS, *TRAININGS):
        (FOLDER / pages.file).write_text(cut(pages.frames()), encoding="utf-8")
    for shot in SHOTS:
        if not shot.plain:
            (FOLDER / shot.file).write_text(cut(shown(shot)), encoding="utf-8")


if __name__ == "__main__":
    main()
