"""The picker: the bundled library and the scenarios of this folder, to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static
from textual.widgets.option_list import Option

from bpstepper.drawing.charset import Charset
from bpstepper.drawing.text import clean, pad, shorten
from bpstepper.scenario.library import LibraryEntry
from bpstepper.ui.choices import Choices

__all__ = ["PickerScreen"]

_LEAD = "Choose a scenario to walk through. If it is your first, just press Enter."
_FIRST = "mazur"
"""The scenario to begin with: small, well known, and all of it is told."""


class PickerScreen(Screen[None]):
    """A list of scenarios; Enter opens one in the stepper."""

    DEFAULT_CSS = """
    PickerScreen {
        #heading { padding: 1 1 0 1; text-style: bold; }
        #lead { padding: 0 1 1 1; color: $text-muted; }
        Choices, Choices:focus {
            height: 1fr; border: none; padding: 0; background: $background;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        &.ascii Choices { scrollbar-size-vertical: 0; text-overflow: clip; }
        &.ascii #problem { scrollbar-size-vertical: 0; }
        #problem { height: auto; max-height: 60%; color: $text-error; padding: 0 1; display: none; }
        #keys { height: 1; padding: 0 1; color: $text-muted; }
    }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("q,escape,ctrl+q", "app.leave", "quit"),
    ]

    class Picked(Message):
        """A scenario was chosen; `source` is its file."""

        def __init__(self, source: str) -> None:
            super().__init__()
            self.source = source

    def __init__(self, entries: Sequence[LibraryEntry], charset: Charset) -> None:
        super().__init__()
        self._entries = list(entries)
        self._charset = charset
        self.set_class(charset.ascii, "ascii")

    def compose(self) -> ComposeResult:
        """A heading, the list, room for a diagnostic, the keys."""
        with Vertical():
            yield Static("bpstepper: step through backpropagation", id="heading", markup=False)
            yield Static(
                "Choose a scenario to walk through. If this is your first, Enter will do.",
                id="lead",
                markup=False,
            )
            yield Choices(*(Option(self._line(entry)) for entry in self._entries), markup=False)
            with VerticalScroll(id="problem"):
                yield Static("", id="diagnostic", markup=False)
            keys = self._charset.translate("↑ ↓ choose   ⏎ open   q quit")
            yield Static(Content(keys), id="keys", markup=False)

    def on_mount(self) -> None:
        """The list takes the keys, and stands on what is best begun with."""
        listed = self.query_one(Choices)
        listed.focus()
        names = [entry.name for entry in self._entries]
        if names:
            listed.highlighted = names.index(_FIRST) if _FIRST in names else 0

    def _line(self, entry: LibraryEntry) -> Content:
        translate = self._charset.translate
        name = pad(shorten(translate(clean(entry.name)), 24), 25)
        size = pad(shorten(translate(clean(entry.size)), 11), 12)
        return Content.assemble(
            (f" {name}", "bold"), (size, "$text-muted"), translate(clean(entry.title))
        )

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """Hand on what was chosen."""
        self.post_message(self.Picked(str(self._entries[event.option_index].path)))

    def tell(self, problem: str) -> None:
        """Show what is wrong with a scenario, or nothing."""
        self.query_one("#problem").display = bool(problem)
        said = "\n".join(self._charset.translate(line) for line in problem.splitlines())
        self.query_one("#diagnostic", Static).update(Content(said))
