"""Golden frames: whole screens as text, to be read in a diff. `python -m tests.goldens` rewrites.

One file for each scenario, layout, charset and size, with every frame of update 1 under a heading
that says where it stands. Look at the diff before keeping it: it is what a person would see.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.look import Look
from bpstepper.session import Session
from tests.scenes import at, frame, opened

__all__ = ["FOLDER", "GOLDENS", "Golden", "main", "page"]

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
    """

    scenario: str
    size: tuple[int, int]
    layout: str = ""
    ascii: bool = False
    inside: tuple[str, ...] = ()
    update: int = 1

    @property
    def file(self) -> str:
        """Its name, such as `mazur-row-80x24.txt`."""
        parts = [self.scenario, self.layout, "ascii" if self.ascii else ""]
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


def page(golden: Golden) -> str:
    """What the file should say."""
    look = Look(ASCII if golden.ascii else UNICODE)
    return "".join(
        f"════ {heading}\n{frame(session, *golden.size, look)}\n"
        for heading, session in _places(golden)
    )


def main() -> None:
    """Write every file anew, and remove those that are none any more."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        if old.name not in {golden.file for golden in GOLDENS}:
            old.unlink()
    for golden in GOLDENS:
        (FOLDER / golden.file).write_text(page(golden), encoding="utf-8")


if __name__ == "__main__":
    main()
