"""Overlays: why, with questions and answers; all keys; text that looks like markup."""

from __future__ import annotations

import pytest

from bpstepper.app.actions import ACTIONS
from bpstepper.app.app import StepperApp
from bpstepper.app.overlays import HelpOverlay, WhyOverlay
from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.explain.explain import explain
from tests.app.driving import on_screen, squeezed, stepper, until
from tests.scenes import at, opened


async def test_why_says_the_whole_explanation() -> None:
    """The formula, every paragraph and the source; a long one by scrolling."""
    session = opened("mazur").go("delta1")
    told = explain(session.scenario, session.step, 1)
    app = StepperApp(session)
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.press("y")
        await until(lambda: isinstance(app.screen, WhyOverlay))
        page = squeezed(on_screen(app))
        assert "Why δ¹?" in page
        assert session.step.equation.formula in page
        for paragraph in told.paragraphs:
            assert paragraph in page
        assert told.source in page


async def test_why_asks_first_and_answers_when_asked_to() -> None:
    """The answer is not on the screen before `r`."""
    app = StepperApp(opened("mazur").go("delta2"))
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.press("y")
        await until(lambda: "Which of the two outputs is too large?" in on_screen(app))
        assert "r shows the answer" in on_screen(app)
        assert "o1 is too large" not in squeezed(on_screen(app))
        await pilot.press("r")
        await until(lambda: "o1 is too large" in squeezed(on_screen(app)))
        assert "r shows the answer" not in on_screen(app)
        await pilot.press("escape")
        await until(lambda: app.screen is stepper(app))
        await pilot.press("y")
        await until(lambda: "r shows the answer" in on_screen(app))


async def test_what_is_for_the_teacher_is_shown_nowhere() -> None:
    """δ¹ of Mazur's network has such a note."""
    app = StepperApp(opened("mazur").go("delta1"))
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.press("y")
        await until(lambda: isinstance(app.screen, WhyOverlay))
        await pilot.press("r")
        await pilot.pause()
        assert "0.007294458" not in on_screen(app)


async def test_before_the_first_step_it_tells_what_the_scenario_is_about() -> None:
    """All of it, its emphasis without stars; and says so where there is nothing to tell."""
    app = StepperApp(opened("linear-neuron-a"))
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("y")
        await until(lambda: "No ½ here:" in squeezed(on_screen(app)))
        assert "**" not in on_screen(app)
    app = StepperApp(opened("deep"))
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("y")
        await until(lambda: "nothing to say" in squeezed(on_screen(app)))


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (120, 40)])
async def test_help_lists_every_action(size: tuple[int, int]) -> None:
    """Each with all of its keys and what it does; what has no room is found by scrolling."""
    app = StepperApp(opened("mazur"))
    async with app.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        await until(lambda: isinstance(app.screen, HelpOverlay))
        assert isinstance(app.screen, HelpOverlay)
        listed = "\n".join(group.plain for group in app.screen.page())
        for action in ACTIONS:
            if action.shown:
                assert f"{action.shown:<14}{action.help}" in listed
        if size[0] >= 80:  # where it is narrower, sentences are wrapped between two pages
            seen = on_screen(app)
            for _ in range(40):
                await pilot.press("down")
                seen += on_screen(app)
            seen = squeezed(seen)
            missing = [a.help for a in ACTIONS if a.shown and squeezed(a.help) not in seen]
            assert not missing


async def test_a_long_page_is_scrolled() -> None:
    """By the arrows and by the keys of pagers; the stepper behind it does not move."""
    session = at(opened("mazur"), 1, 6)
    app = StepperApp(session)
    async with app.run_test(size=(80, 18)) as pilot:
        await pilot.press("y")
        await until(lambda: isinstance(app.screen, WhyOverlay))
        top = on_screen(app)
        await pilot.press("down")
        await until(lambda: on_screen(app) != top)
        await pilot.press("up")
        await until(lambda: on_screen(app) == top)
        for key in ("pagedown", "space", "j", "right", "left", "tab"):
            await pilot.press(key)
        assert stepper(app).session is session


async def test_markup_in_notes_is_text() -> None:
    """And clicking where a link would be does nothing."""
    app = StepperApp(opened("markup").go("delta1"))
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.press("y")
        await until(lambda: "[/nope] is it [bold]?" in on_screen(app))
        assert "[@click=app.leave]text[/]" in on_screen(app)
        await pilot.press("r")
        await until(lambda: "[/x] [@click=app.leave]yes[/]" in on_screen(app))
        lines = on_screen(app).splitlines()
        y = next(i for i, line in enumerate(lines) if "[@click=app.leave]text" in line)
        x = lines[y].index("text[/]")
        await pilot.click(offset=(x, y))
        await pilot.pause()
        assert app.return_code is None
        assert isinstance(app.screen, WhyOverlay)


async def test_overlays_in_ascii() -> None:
    """What is said is ASCII; the frame around it is the terminal's."""
    app = StepperApp(opened("names").go("delta1"), look=RenderOptions(ASCII))
    async with app.run_test(size=(100, 50)) as pilot:
        for key in ("y", "question_mark", "g"):
            await pilot.press(key)
            await until(lambda: app.screen is not stepper(app))
            assert squeezed(on_screen(app)).isascii()
            await pilot.press("escape")
            await until(lambda: app.screen is stepper(app))
