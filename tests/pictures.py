"""Pictures for the README, made from the running program: `python -m tests.pictures`."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from bpstepper.app.app import StepperApp
from tests.scenes import opened

FOLDER = Path(__file__).resolve().parents[1] / ".pictures"

PICTURES: dict[str, tuple[str, tuple[int, int], str, tuple[str, ...]]] = {
    # file: scenario, columns × lines, where to go, keys to press there
    "stepper.svg": ("mazur", (80, 24), "delta1", ()),
    "inspect.svg": ("mazur", (80, 24), "grad_W2", ("tab", "enter")),
    "network.svg": ("four-horsemen-3-4-2", (80, 24), "delta1", ("v",)),
    "layouts.svg": ("mazur", (80, 24), "delta1", ("l",)),
    "quiz.svg": ("mazur", (80, 24), "delta1", ("Q", "s", "c", *"0.0116", "enter")),
    "wide.svg": ("four-horsemen-3-4-2", (120, 40), "delta1", ()),
    "big.svg": ("wide", (120, 40), "grad_W1", ()),
    "saturation.svg": (
        "nielsen-saturation-b",
        (80, 24),
        "start",
        ("r", "3", "c", *"nielsen-saturation-a", "enter", *["pageup"] * 10),
    ),
    "vanishing.svg": (
        "vanishing-sigmoid",
        (120, 40),
        "start",
        ("r", "3", "c", *"vanishing-relu", "enter"),
    ),
}


async def picture(name: str, size: tuple[int, int], place: str, keys: tuple[str, ...]) -> str:
    """One screen of the running app, as SVG that loads nothing from anywhere."""
    app = StepperApp(opened(name).go(place))
    async with app.run_test(size=size) as pilot:
        for key in keys:
            await pilot.press("minus" if key == "-" else key)
            await app.workers.wait_for_complete()
        await pilot.pause()
        svg = app.export_screenshot(title="bpstepper")
    svg = re.sub(r"@font-face\s*\{[^}]*\}\s*", "", svg)
    svg = re.sub(r"terminal-\d+", "terminal", svg)  # the same picture, the same bytes
    return svg.replace("Fira Code", "DejaVu Sans Mono")


def main() -> None:
    """Make all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for file, (name, size, place, keys) in PICTURES.items():
        (FOLDER / file).write_text(asyncio.run(picture(name, size, place, keys)), encoding="utf-8")


if __name__ == "__main__":
    main()
