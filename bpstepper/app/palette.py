"""The command palette: every action of the stepper, found by any words of what it does."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input
from textual.widgets.option_list import Option, OptionDoesNotExist

from bpstepper.app.actions import ACTIONS, Action
from bpstepper.app.choices import Choices
from bpstepper.app.modal import Modal
from bpstepper.drawing.charset import Charset
from bpstepper.drawing.text import pad

__all__ = ["PalettePrompt"]


class PalettePrompt(Modal[str | None]):
    """A line to type in, and below it the actions that it means."""

    DEFAULT_CSS = """
    PalettePrompt {
        align: center top;
        background: transparent;
        & > Vertical {
            width: 78; max-width: 98%; height: auto; max-height: 90%; margin-top: 1;
            border: round $border; background: $surface;
        }
        &.ascii > Vertical { border: ascii $border; }
        Input, Input:focus { height: 1; border: none; padding: 0 1; background: $surface; }
        Choices, Choices:focus { border: none; height: auto; max-height: 16; background: $surface; }
        &.ascii Choices { scrollbar-size-vertical: 0; }
    }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape", "leave", "back"),
        Binding("down", "move('cursor_down')", "down", priority=True),
        Binding("up", "move('cursor_up')", "up", priority=True),
        Binding("pagedown", "move('page_down')", "page down", priority=True),
        Binding("pageup", "move('page_up')", "page up", priority=True),
    ]

    def __init__(self, charset: Charset) -> None:
        super().__init__()
        self._charset = charset
        self.set_class(charset.ascii, "ascii")

    def compose(self) -> ComposeResult:
        """The line and the list, in a box."""
        with Vertical() as box:
            box.border_title = Content("What do you want to do?")
            box.border_subtitle = Content(self._charset.translate("↑ ↓ Enter choose   Esc back"))
            yield Input(placeholder="a word of it: copy, network, until")
            listed = Choices(*map(self._option, _meant("")), markup=False)
            listed.can_focus = False  # keys are typed into the line
            yield listed

    def on_mount(self) -> None:
        """Stand on the first row."""
        self.query_one(Choices).highlighted = 0

    def _option(self, action: Action) -> Option:
        shown = pad(self._charset.translate(action.shown), 13)
        return Option(Content(f"{shown} {self._charset.translate(action.help)}"), id=action.id)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what the words mean."""
        listed = self.query_one(Choices)
        listed.clear_options()
        found = _meant(event.value)
        listed.add_options(map(self._option, found))
        listed.highlighted = 0 if found else None

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Leave with the row that stands out."""
        listed = self.query_one(Choices)
        at = listed.highlighted
        try:
            chosen = None if at is None else listed.get_option_at_index(at).id
        except OptionDoesNotExist:
            return
        if chosen is not None:
            self.close(chosen)

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """Leave with the row that was clicked."""
        self.close(event.option.id)

    def action_move(self, name: str) -> None:
        """Move along the list, whoever has the focus."""
        getattr(self.query_one(Choices), f"action_{name}")()

    def action_leave(self) -> None:
        """Do nothing."""
        self.close(None)


def _meant(words: str) -> list[Action]:
    """The actions in whose words all of these stand."""
    wanted = words.lower().split()
    return [
        action
        for action in ACTIONS
        if action.shown
        and action.id != "palette"
        and all(word in f"{action.group} {action.help} {action.id}".lower() for word in wanted)
    ]
