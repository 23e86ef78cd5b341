"""The screens that stand over a stepper, and the picker, as text for golden files."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from bpstepper.app.app import StepperApp
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.scenario import library
from tests.app.driving import on_screen
from tests.scenes import opened

__all__ = ["SHOTS", "Shot", "shown"]

OVER_A_STEP = {
    "why": ("y",),
    "why, with its answers": ("y", "r"),
    "derive": ("d",),
    "all keys": ("question_mark",),
    "go to": ("g",),
    "go to a place that is none": ("g", *"dleta2", "enter"),
    "run until": ("u",),
    "the outline": ("o",),
    "the notations": ("N",),
    "copy": ("x",),
    "the quiz: about what": ("Q",),
    "the quiz: how finely": ("Q", "enter"),
    "the palette": ("ctrl+p",),
    "the palette, typed into": ("ctrl+p", *"layout"),
}
"""What is pressed at δ¹ of mazur to see each."""

LISTED = ("mazur", "linear-neuron-a", "xor-one-step", "four-horsemen-3-4-2", "xor-relu", "ng-ex4")
"""The scenarios that the picker is shown with."""


class Shot(NamedTuple):
    """One golden file of screens.

    Attributes:
        size: columns and lines.
        ascii: in plain ASCII.
        plain: without any colour.
    """

    size: tuple[int, int]
    ascii: bool = False
    plain: bool = False

    @property
    def file(self) -> str:
        """Its name; without colours the text is the same, and so is the file."""
        columns, lines = self.size
        return f"screens-{'ascii-' if self.ascii else ''}{columns}x{lines}.txt"


SHOTS = (Shot((80, 24)), Shot((120, 40)), Shot((80, 24), ascii=True), Shot((80, 24), plain=True))
"""Every golden file of screens, and that of the first again, without colours."""


async def _text(app: StepperApp, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        return on_screen(app)


def _some() -> list[library.LibraryEntry]:
    """A few of the library, so that another scenario changes no picture."""
    return [entry for entry in library.entries() if entry.name in LISTED]


async def _all(shot: Shot) -> str:
    look = RenderOptions(ASCII if shot.ascii else UNICODE)
    here = opened("mazur").go("delta1")
    pages = {
        "the picker": await _text(
            StepperApp(entries=_some(), look=look, plain=shot.plain), shot.size, ()
        )
    }
    for name, keys in OVER_A_STEP.items():
        app = StepperApp(here, look=look, plain=shot.plain)
        pages[name] = await _text(app, shot.size, keys)
    return "".join(f"════ {name}\n{page}\n" for name, page in pages.items())


def shown(shot: Shot) -> str:
    """What the file should say."""
    return asyncio.run(_all(shot))
