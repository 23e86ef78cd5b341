"""What the tests in a real terminal share: places of mazur, and what a terminal shows of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bpstepper.app.actions import ACTIONS
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.session import Session
from tests.scenes import at, frame, opened
from tests.terminal import Terminal, environment

__all__ = [
    "COLOURS",
    "FIRST",
    "KEYS",
    "MAZUR",
    "go",
    "opened_on",
    "place",
    "put",
    "shows",
    "typed",
    "without",
]

MAZUR = opened("mazur")
FIRST = frame(MAZUR)
KEYS = {action.id: action.keys for action in ACTIONS}
COLOURS = {38, 48, *range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}


def place(
    update: int, step: str, operation: int | None = None, cell: tuple[int, int] = (0, 0)
) -> Session:
    """A place of mazur by the name of its step."""
    there = at(MAZUR, update, at(MAZUR, update, 0).trace.step(step).index, operation)
    return replace(there, cursor=there.cursor._replace(cell=cell))


def opened_on(*arguments: str, **more: str | None) -> Terminal:
    """The program, opened on a scenario in a terminal of 80×24."""
    return Terminal(arguments, env=environment(**more))


def shows(terminal: Terminal, session: Session, look: RenderOptions | None = None) -> Terminal:
    """Wait until the terminal shows a place, and nothing else."""
    wanted = frame(session, terminal.columns, terminal.lines, look)
    return terminal.wait_for(lambda now: now.text == wanted)


def without(said: str) -> Callable[[Terminal], bool]:
    """Whether a text is gone from the screen."""
    return lambda terminal: said not in terminal.text


def typed(line: str) -> Callable[[Terminal], bool]:
    """Whether this is what stands in the last line, as typed into a prompt."""
    return lambda terminal: terminal.rows[-1].strip() == line


def go(terminal: Terminal, name: str) -> None:
    """Go somewhere by keys, as a person does."""
    terminal.press("g").wait_for("Go to")
    terminal.send(name).wait_for(lambda now: now.rows[-1].strip().startswith(name))
    terminal.press("enter").wait_for(lambda now: "Go to" not in now.text)


def put(terminal: Terminal, session: Session) -> None:
    """Bring a terminal that shows a step of mazur, and spells out its first cell, to a place."""
    go(terminal, str(session.cursor.update))
    go(terminal, session.step.id)
    shows(terminal, at(MAZUR, session.cursor.update, session.cursor.step))
    if session.cursor.operation is not None:
        terminal.press("down", *["right"] * session.cursor.operation)
    terminal.press(*["tab"] * session.cursor.cell[1])
    shows(terminal, session)
