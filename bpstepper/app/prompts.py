"""Prompts over the stepper: a line that asks for a name, a list to choose from.

All text that comes from a scenario goes through `clean` and is shown without markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from bpstepper.app.choices import Choices
from bpstepper.app.modal import Modal
from bpstepper.drawing.charset import Charset
from bpstepper.drawing.text import clean
from bpstepper.session import GoError

__all__ = ["ChoicePrompt", "LinePrompt"]


class LinePrompt(Modal[str | None]):
    """One line that asks for a name; it stays until the name means something or Esc is pressed."""

    DEFAULT_CSS = """
    LinePrompt {
        align: center bottom;
        background: transparent;
        & > Vertical { height: 4; width: 100%; background: $surface; }
        Input, Input:focus { height: 1; border: none; padding: 0 1; background: $surface; }
        #said { height: 1; padding: 0 1; color: $text-error; }
        #known { height: 1; padding: 0 1; color: $text-muted; }
        #label { height: 1; padding: 0 1; text-style: bold; }
    }
    """
    BINDINGS = [Binding("escape", "leave", "back")]  # noqa: RUF012

    def __init__(
        self,
        label: str,
        known: str,
        example: str,
        check: Callable[[str], object],
        charset: Charset,
        value: str = "",
    ) -> None:
        """Ask for a name.

        Args:
            label: what is asked.
            known: what there is to name.
            example: shown where nothing has been typed.
            check: raises GoError, with what to say, for a name that means nothing.
            charset: Unicode or ASCII.
            value: what stands in the line already.
        """
        super().__init__()
        self._label, self._known, self._example, self._value = label, known, example, value
        self._check = check
        self._charset = charset

    def compose(self) -> ComposeResult:
        """A label, what can be named, what was wrong, the input."""
        known = self._charset.translate(clean(self._known))
        with Vertical():
            keys = self._charset.translate("   Enter does it   Esc back")
            yield Static(Content.assemble(self._label, (keys, "$text-muted not bold")), id="label")
            yield Static(Content(known), id="known", markup=False)
            yield Static("", id="said", markup=False)
            example = self._charset.translate(self._example)
            yield Input(self._value, placeholder=example, max_length=76, select_on_focus=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Leave with the name, if it is one."""
        try:
            self._check(event.value)
        except GoError as error:
            said = self._charset.translate(clean(str(error)))
            self.query_one("#said", Static).update(Content(said))
        else:
            self.close(event.value)

    def action_leave(self) -> None:
        """Stay where we are."""
        self.close(None)


class ChoicePrompt(Modal[str | None]):
    """A short list to choose from, by arrows and Enter or by each row's own key."""

    DEFAULT_CSS = """
    ChoicePrompt {
        align: center middle;
        background: transparent;
        & > Vertical {
            width: 76; max-width: 96%; height: auto; max-height: 90%;
            border: round $border; background: $surface;
        }
        &.ascii > Vertical { border: ascii $border; }
        Choices, Choices:focus { border: none; height: auto; background: $surface; }
    }
    """
    BINDINGS = [Binding("escape,q", "leave", "back")]  # noqa: RUF012

    def __init__(
        self, label: str, rows: Sequence[tuple[str, str]], charset: Charset, current: str = ""
    ) -> None:
        """Offer rows.

        Args:
            label: what is chosen.
            rows: (id, text); an id that is one character is its key, too.
            charset: Unicode or ASCII.
            current: the id of the row that is chosen now.
        """
        super().__init__()
        self._label, self._rows, self._charset = label, tuple(rows), charset
        self.set_class(charset.ascii, "ascii")
        self._current = current

    def compose(self) -> ComposeResult:
        """The list in a box."""
        translate = self._charset.translate
        options = []
        for id_, text in self._rows:
            lead = f"{id_}  " if len(id_) == 1 else ""
            options.append(Option(Content(translate(clean(f"{lead}{text}"))), id=id_))
        with Vertical() as box:
            box.border_title = Content(translate(clean(self._label)))
            box.border_subtitle = Content(translate("↑ ↓ Enter choose   Esc back"))
            yield Choices(*options, markup=False)

    def on_mount(self) -> None:
        """Stand on the row that is chosen now."""
        ids = [id_ for id_, _ in self._rows]
        if self._current in ids:
            self.query_one(Choices).highlighted = ids.index(self._current)

    def on_key(self, event: events.Key) -> None:
        """A row's own key chooses it."""
        if event.character in [id_ for id_, _ in self._rows]:
            event.stop()
            self.close(event.character)

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """Leave with the row."""
        self.close(event.option.id)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.close(None)
