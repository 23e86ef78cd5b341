"""The picker: choose a scenario, be told what is wrong with one, leave."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList

from bpstepper.app.app import StepperApp
from bpstepper.app.picker import PickerScreen
from bpstepper.app.stepper import StepperScreen
from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import shorten
from bpstepper.scenario import library
from tests.app.driving import on_screen, squeezed, until
from tests.scenes import BUNDLED, HARD, frame, opened

_BROKEN = """
format = 1
title = "[/nope] broken [@click=app.leave]x[/]"
[network]
inputs = "[/two]"
[[network.layers]]
units = 1
activation = "[red]sigmoid"
"""


def picking(folder: Path | None = None, look: RenderOptions | None = None) -> StepperApp:
    """An app that opens on the list."""
    local = library.local(folder) if folder else []
    return StepperApp(entries=[*library.entries(), *local], look=look)


async def test_the_library_is_listed_and_one_of_it_opens() -> None:
    """With names, sizes and titles; Enter shows the scenario's start, Escape the list again."""
    app = picking()
    async with app.run_test(size=(160, 200)) as pilot:
        await until(lambda: isinstance(app.screen, PickerScreen))
        page = on_screen(app)
        for name in BUNDLED:
            assert name in page
            assert shorten(opened(name).scenario.title, 60) in page
        await pilot.press("enter")  # it stands on the one that is best begun with
        await until(lambda: isinstance(app.screen, StepperScreen))
        await until(lambda: on_screen(app) == frame(opened("mazur"), 160, 200))
        await pilot.press("right", "escape")
        await until(lambda: isinstance(app.screen, PickerScreen))
        assert on_screen(app) == page


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 30)])
async def test_the_preview_follows_the_choice(columns: int, lines: int) -> None:
    """Below the list or beside it: title, source, sizes, known numbers, the text's beginning.

    A heading is never chosen.
    """
    app = picking()
    async with app.run_test(size=(columns, lines)) as pilot:
        await until(lambda: "Matt Mazur" in on_screen(app))
        mazur = library.preview(next(it for it in library.entries() if it.name == "mazur"))
        assert f"1 sample · held to {mazur.held}" in squeezed(on_screen(app))
        assert "Two inputs, two hidden units" in on_screen(app)
        listed = app.screen.query_one(OptionList)
        for _ in range(4):
            await pilot.press("down")
            assert listed.highlighted is not None
            assert not listed.get_option_at_index(listed.highlighted).disabled
        await until(lambda: "Matt Mazur" not in on_screen(app))


async def test_the_filter() -> None:
    """`/`, then words in any order; Enter opens what is left, Escape lists all, and then leaves."""
    app = picking()
    async with app.run_test(size=(100, 40)) as pilot:
        await until(lambda: "/ filter" in on_screen(app))
        await pilot.press("slash", *"q zzz")
        await until(lambda: "filter: q zzz" in on_screen(app))  # q is a letter now
        assert "mazur" not in on_screen(app)
        await pilot.press("enter", *["backspace"] * 9, *"xor one")
        await until(lambda: "filter: xor one" in on_screen(app))
        assert "xor-one-step" in on_screen(app)
        assert "xor-relu" not in on_screen(app)
        await pilot.press("enter")
        await until(lambda: "xor-one-step · start" in on_screen(app))
        await pilot.press("escape")
        await until(lambda: "filter: xor one" in on_screen(app))
        await pilot.press("escape")
        await until(lambda: "mazur" in on_screen(app))
        assert "filter:" not in on_screen(app)
        await pilot.press("escape")
    assert app.return_code == 0


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+q"])
async def test_leaving(key: str) -> None:
    """An orderly end."""
    app = picking()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
    assert app.return_code == 0


async def test_interrupting() -> None:
    """With the status of an interrupt."""
    app = picking()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+c")
    assert app.return_code == 130


async def test_a_broken_scenario_is_told_literally_and_another_one_still_opens(
    tmp_path: Path,
) -> None:
    """Its diagnostics stand under the list, markup and all, and go away again."""
    (tmp_path / "a-broken.toml").write_text(_BROKEN, encoding="utf-8")
    (tmp_path / "b-fine.toml").write_text(HARD["markup"], encoding="utf-8")
    app = picking(tmp_path)
    async with app.run_test(size=(200, 50)) as pilot:
        await until(lambda: isinstance(app.screen, PickerScreen))
        assert "[/nope] broken [@click=app.leave]x[/]" in on_screen(app)
        await pilot.press("home", "enter")  # one's own come first
        await until(lambda: "[/two]" in on_screen(app))
        page = on_screen(app)
        assert "[red]sigmoid" in page
        assert "a-broken.toml" in page
        assert isinstance(app.screen, PickerScreen)
        assert isinstance(app.screen.focused, OptionList)
        await pilot.press("down", "enter")
        await until(lambda: isinstance(app.screen, StepperScreen))
        assert "[/nope] [@click=app.leave]quit[/] [red]x[/red]" in on_screen(app)
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, PickerScreen))
        await until(lambda: "[/two]" not in on_screen(app))
    assert app.return_code in (None, 0)


async def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    """It was there when the list was made."""
    file = tmp_path / "gone.toml"
    file.write_text(HARD["batches"], encoding="utf-8")
    app = picking(tmp_path)
    file.unlink()
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.press("home", "enter")
        await until(lambda: "no file of this name" in on_screen(app))
        assert "gone.toml" in on_screen(app)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (60, 18), (200, 60)])
async def test_any_size(size: tuple[int, int]) -> None:
    """Nothing crashes, and the keys work."""
    app = picking()
    async with app.run_test(size=size) as pilot:
        await pilot.press("down", "enter")
        await until(lambda: isinstance(app.screen, StepperScreen))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, PickerScreen))
        await pilot.resize_terminal(80, 24)
        await until(lambda: "Choose a scenario" in on_screen(app))


async def test_in_ascii() -> None:
    """Titles and keys; what has no letters in ASCII is a question mark."""
    app = picking(look=RenderOptions(ASCII))
    async with app.run_test(size=(100, 30)):
        await until(lambda: "mazur" in on_screen(app))
        assert on_screen(app).isascii()


async def test_no_scenarios_at_all() -> None:
    """An empty list is left as any other."""
    app = StepperApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "down", "q")
    assert app.return_code == 0
