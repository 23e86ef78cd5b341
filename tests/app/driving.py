"""Driving the app in tests: wait on conditions, read what is on the screen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace

from textual import events

from bpstepper.app.app import StepperApp
from bpstepper.app.stepper import StepperScreen
from bpstepper.session import Session
from tests.portable import PATIENCE
from tests.scenes import frame

__all__ = [
    "expected",
    "on_screen",
    "press",
    "shows",
    "squeezed",
    "stepper",
    "stepper_text",
    "taken_in",
    "type_text",
    "until",
]

_CHARACTERS = {"space": " ", "minus": "-", "underscore": "_", "slash": "/"}


def on_screen(app: StepperApp) -> str:
    """What the terminal shows, blanks at the ends of lines aside."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def squeezed(text: str) -> str:
    """Without the box and the line ends, so that wrapped text can be searched."""
    return re.sub(r"[\s│┃╭╮╰╯─▁▂▃▄▅▆▇█]+", " ", text)


def stepper(app: StepperApp) -> StepperScreen:
    """The stepper, whatever stands over it."""
    return next(screen for screen in app.screen_stack if isinstance(screen, StepperScreen))


def expected(session: Session, app: StepperApp, message: str = "") -> str:
    """What a stepper with this session should show."""
    columns, lines = app.size
    look = stepper(app).look
    view = replace(stepper(app).view, message=message)
    return frame(session, columns, lines, look, view)


def stepper_text(app: StepperApp) -> str:
    """What the app's own session should show."""
    return expected(stepper(app).session, app, stepper(app).view.message)


async def until(condition: Callable[[], bool], what: str = "") -> None:
    """Let the app run until a condition holds."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.001)
    except TimeoutError:
        raise AssertionError(f"never came: {what or condition}") from None


async def taken_in(app: StepperApp) -> None:
    """Wait until no key waits for the one before it, and nothing waits to be answered."""
    await until(
        lambda: app.has_taken_keys and not any(it.message_queue_size for it in (app, app.screen))
    )


def press(app: StepperApp, *keys: str) -> None:
    """Press keys without waiting for anything, as somebody does who types fast."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else _CHARACTERS.get(key)))


def type_text(app: StepperApp, text: str) -> None:
    """Type a text, key by key."""
    names = {character: key for key, character in _CHARACTERS.items()}
    press(app, *(names.get(character, character) for character in text))


async def shows(app: StepperApp, *said: str) -> None:
    """Wait until all of this is on the screen."""
    await until(lambda: all(it in squeezed(on_screen(app)) for it in said), f"{said}")
