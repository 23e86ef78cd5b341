"""The keys of the training view, one row each; its last line and its help are made from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpstepper.pages.layout import Hint

__all__ = ["KEYS", "Key", "hints"]


@dataclass(frozen=True)
class Key:
    """One row.

    Attributes:
        action: what is done, as Textual calls an action.
        keys: as Textual calls them.
        shown: as help shows them; empty where another row speaks for it.
        help: what it does, one line.
        hints: state of the runs → the key and the words of the last line.
    """

    action: str
    keys: str
    shown: str = ""
    help: str = ""
    hints: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def _always(key: str, does: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(("running", "paused", "over"), (key, does))


KEYS: tuple[Key, ...] = (
    Key(
        "go",
        "space",
        "Space",
        "pause, go on; at the end of what was planned, go on to ten times as far",
        {
            "running": ("Space", "pause"),
            "paused": ("Space", "go on"),
            "over": ("Space", "more"),
        },
    ),
    Key("move(-1)", "left", "← →", "move the cursor along the curve", _always("←→", "cursor")),
    Key("move(1)", "right"),
    Key("leap(-1)", "pageup", "PgUp PgDn", "move it far"),
    Key("leap(1)", "pagedown"),
    Key("first", "home", "Home", "the first update"),
    Key("newest", "end", "End", "follow the newest update"),
    Key("find", "g", "g", "the cursor to an update by its number"),
    Key(
        "open(0)",
        "enter",
        "Enter",
        "step through the update at the cursor; Esc there comes back here",
        _always("⏎", "step"),
    ),
    Key("open(1)", "b", "b", "the same in run B, where two are compared"),
    Key(
        "turn(1)",
        "tab",
        "Tab 1…8",
        "which curve or picture is shown beside C",
    ),
    Key("turn(-1)", "shift+tab"),
    *(Key(f"pane({number})", str(number)) for number in range(1, 9)),
    Key(
        "until",
        "u",
        "u",
        "train until: 5000 updates, C < 0.01, accuracy >= 95%",
        _always("u", "until"),
    ),
    Key(
        "compare",
        "c",
        "c",
        "compare with a second run: other settings, or another scenario",
        _always("c", "compare"),
    ),
    Key(
        "leave",
        "escape",
        "Esc",
        "cancel a run, keeping what was recorded; then back to the step",
        {"running": ("Esc", "cancel"), "paused": ("Esc", "back"), "over": ("Esc", "back")},
    ),
    Key("quit", "q,ctrl+q", "q", "quit the program"),
    Key("help", "question_mark,f1", "?", "these keys", _always("?", "keys")),
)
"""Every key of the view."""


def hints(state: str) -> list[Hint]:
    """What the last line offers; the last one stands at its right edge."""
    return [Hint(*row.hints[state]) for row in KEYS if state in row.hints]
