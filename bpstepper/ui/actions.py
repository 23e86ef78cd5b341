"""Actions: everything a person can do in the stepper, one row each.

Key bindings, the last line's hints, the help screen and the README's table are all made from
these rows, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpstepper.drawing.frame import Hint
from bpstepper.session import Session

__all__ = ["ACTIONS", "Action", "hints"]


@dataclass(frozen=True)
class Action:
    """One row.

    Attributes:
        id: its name in bindings.
        keys: as Textual calls them, the one to show first.
        shown: the keys as help shows them.
        help: what it does, one line.
        move: for a movement: session → session.
        hint: what the last line says it does; empty for keys that only help lists.
        inside: whether it is offered only inside a step (True), outside (False), or always (None).
        at_start: whether it is offered before the first step, too.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    help: str
    move: Callable[[Session], Session] | None = None
    hint: tuple[str, str] | None = None
    inside: bool | None = None
    at_start: bool = True


ACTIONS: tuple[Action, ...] = (
    Action(
        "next",
        ("right", "n", "pagedown"),
        "→ n PgDn",
        "next step, or next operation inside a step",
        Session.next,
        ("← →", "step"),
    ),
    Action(
        "back",
        ("left", "p", "pageup"),
        "← p PgUp",
        "back to exactly where you were",
        Session.back,
    ),
    Action(
        "into",
        ("down", "enter"),
        "↓ Enter",
        "into the step: one operation at a time",
        Session.into,
        ("↓", "into"),
        inside=False,
        at_start=False,
    ),
    Action(
        "out",
        ("up",),
        "↑",
        "out of the step: the whole equation",
        Session.out,
        ("↑", "out"),
        inside=True,
    ),
    Action(
        "next_phase",
        ("right_square_bracket", "ctrl+right"),
        "] Ctrl+→",
        "next phase: forward, cost, backward, gradients, update",
        Session.next_phase,
    ),
    Action(
        "previous_phase",
        ("left_square_bracket", "ctrl+left"),
        "[ Ctrl+←",
        "start of this phase, or the phase before",
        Session.previous_phase,
    ),
    Action(
        "next_update",
        ("right_curly_bracket", "shift+pagedown"),
        "} Shift+PgDn",
        "the same step of the next update",
        Session.next_update,
    ),
    Action(
        "previous_update",
        ("left_curly_bracket", "shift+pageup"),
        "{ Shift+PgUp",
        "the same step of the update before",
        Session.previous_update,
    ),
    Action(
        "first", ("home",), "Home", "first step of this update; again: the start", Session.first
    ),
    Action("last", ("end",), "End", "last step of this update", Session.last),
    Action(
        "next_cell",
        ("tab",),
        "Tab",
        "spell out the next number of the result",
        Session.next_cell,
        ("⇥", "number"),
        at_start=False,
    ),
    Action(
        "previous_cell",
        ("shift+tab",),
        "Shift+Tab",
        "spell out the number before",
        Session.previous_cell,
    ),
    Action(
        "go",
        ("g", "colon"),
        "g :",
        "go anywhere by name: delta1, BP2, update 500, epoch 3",
        hint=("g", "go to"),
    ),
    Action("leave", ("escape",), "Esc", "out of a step; else back to the list of scenarios"),
    Action("why", ("y",), "y", "why this step is what it is", hint=("y", "why")),
    Action("ascii", ("a",), "a", "plain ASCII and back, for fonts that lack these signs"),
    Action("quit", ("q", "ctrl+q"), "q Ctrl+Q", "quit; Ctrl+C works, too", hint=("q", "quit")),
    Action("help", ("question_mark", "f1"), "? F1", "all keys", hint=("?", "all keys")),
)
"""Every action of the stepper."""


def hints(session: Session) -> list[Hint]:
    """What the last line offers here; the last one stands at its right edge."""
    inside = session.cursor.operation is not None
    return [
        Hint(*action.hint)
        for action in ACTIONS
        if action.hint is not None
        and action.inside in (None, inside)
        and (action.at_start or not session.at_start)
    ]
