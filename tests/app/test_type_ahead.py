"""Keys that come in one go do what the same keys do when one waits for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from textual import events
from textual.screen import Screen
from textual.widget import Widget

from bpstepper.app.app import StepperApp
from bpstepper.app.stepper import StepperScreen
from bpstepper.app.type_ahead import TypeAhead
from bpstepper.scenario.library import entries
from tests.app.driving import on_screen, press, shows, stepper, stepper_text, type_text, until
from tests.scenes import opened


async def test_what_is_typed_goes_into_the_prompt_that_opens() -> None:
    """`g delta1 ⏎` in one packet goes to δ¹; the keys after it are the stepper's again."""
    app = StepperApp(opened("mazur"))
    async with app.run_test(size=(80, 24)):
        press(app, "g")
        type_text(app, "delta1")
        press(app, "enter", "right", "left", "left")
        expected = opened("mazur").go("delta1").back()
        await until(lambda: stepper(app).session.cursor == expected.cursor)
        await until(lambda: on_screen(app) == stepper_text(app))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("question_mark escape y", "Why δ¹?"),
        ("e w 1 1 escape y", "Why δ¹?"),
        ("Q down enter enter", "question 1 of"),
        ("Q s c escape escape right y", "Why ∂C/∂W²?"),
        ("ctrl+p h e l p enter escape Q s c", "question 1 of"),
        ("o down down minus escape t", "theme: textual-light"),
        ("S x escape b escape right escape y", "Why ∂C/∂W²?"),
    ],
)
async def test_any_chain_of_screens(keys: str, said: str) -> None:
    """Each key goes to what the key before it opened, or to what was below what it closed."""
    app = StepperApp(opened("mazur").go("delta1"))
    async with app.run_test(size=(80, 24)):
        press(app, *keys.split())
        await shows(app, said)


async def test_before_there_is_a_screen() -> None:
    """The list of scenarios filters by what was typed while it opened, and opens what is left."""
    app = StepperApp(entries=entries())
    async with app.run_test(size=(100, 40)):
        press(app, "slash")
        type_text(app, "xor one")
        press(app, "enter", "right")
        await until(lambda: any(isinstance(it, StepperScreen) for it in app.screen_stack))
        await until(lambda: not stepper(app).session.at_start)
        assert stepper(app).session.scenario.name == "xor-one-step"


async def test_an_interrupt_waits_for_no_key() -> None:
    """Ctrl-C after a thousand keys that nobody has taken yet ends the program at once."""
    app = StepperApp(opened("mazur"))
    async with app.run_test(size=(80, 24)):
        press(app, *["question_mark", "escape"] * 500, "ctrl+c")
        await until(lambda: app.return_code == 130)
        assert stepper(app).session.at_start


class Held:
    """An app whose screens take the first key and then nothing, until it is let go."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.focused: Widget | None = None
        self.screen_stack: list[Screen[None]] = []
        self.asked: list[Callable[[], object]] = []
        self.message_queue_size = 0
        self.is_running = True

    def call_later(self, done: Callable[[], object]) -> bool:
        """Keep what is asked for."""
        self.asked.append(done)
        return True

    async def route(self, event: events.Event) -> None:
        """Take a key."""
        assert isinstance(event, events.Key)
        self.taken.append(event.key)

    async def typed(self, *keys: str) -> list[str]:
        """What is taken of keys that all come before the first of them is done."""
        ahead = TypeAhead(self, self.route, lambda: False)  # type: ignore[arg-type]
        for key in keys:
            await ahead.take(events.Key(key, None))
        while not ahead.is_idle:
            for done in self.asked:
                done()
            self.asked.clear()
            await asyncio.sleep(0)
        return self.taken


async def test_a_key_overtakes_one_that_was_held_down() -> None:
    """What is left of a hundred steps is dropped; a few that are meant are not, nor is a text."""
    assert await Held().typed(*["right"] * 100, "y") == ["right", "y"]
    assert await Held().typed("x", *["right"] * 4, "y") == ["x", *["right"] * 4, "y"]
    assert await Held().typed(*["right"] * 100) == ["right"] * 100
    typing = Held()
    typing.focused = Widget()
    assert await typing.typed(*["0"] * 20, "1") == [*["0"] * 20, "1"]
