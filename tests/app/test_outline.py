"""The outline on the screen: open, choose, go."""

from __future__ import annotations

import asyncio

from bpstepper.app.app import StepperApp
from bpstepper.app.outline import OutlinePrompt
from bpstepper.session.inspecting import focus
from tests.app.driving import on_screen, stepper
from tests.scenes import opened


def test_a_weight_is_found_in_the_tree_and_gone_to() -> None:
    """The key opens it where one stands; Enter on a branch opens it, on a weight goes there."""

    async def run() -> None:
        app = StepperApp(opened("mazur").go("delta1"))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("o")
            await pilot.pause()
            assert isinstance(app.screen, OutlinePrompt)
            assert "here" in on_screen(app)
            await pilot.press("home", "down", "down", "down", "enter", "down", "down")
            await pilot.pause()
            assert "w(h2→o1)" in on_screen(app)
            await pilot.press("enter")
            await pilot.pause()
            screen = stepper(app)
            assert str(app.screen) == str(screen)
            quantity, cell = focus(screen.session)
            assert (quantity.key, cell) == ("W2_next", (0, 1))
            await pilot.press("o", "left", "left", "left", "escape")
            await pilot.pause()
            assert str(app.screen) == str(screen)
            assert focus(screen.session)[1] == cell

    asyncio.run(run())
