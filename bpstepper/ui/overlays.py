"""Overlays over the stepper: why, all keys, and the line that asks where to go.

All text that comes from a scenario goes through `clean` and is shown without markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from bpstepper.drawing.charset import Charset
from bpstepper.drawing.prose import paragraphs
from bpstepper.drawing.text import Span, clean
from bpstepper.lesson.explain import explain, notes_at
from bpstepper.scenario.model import Note
from bpstepper.session import GoError, Session
from bpstepper.ui.actions import ACTIONS

__all__ = ["GoPrompt", "HelpOverlay", "TextOverlay", "WhyOverlay"]


class TextOverlay(ModalScreen[None]):
    """A page of text over the stepper; Esc and the key that opened it close it."""

    DEFAULT_CSS = """
    TextOverlay {
        align: center middle;
        & > Vertical {
            width: 90%;
            max-width: 92;
            height: auto;
            max-height: 90%;
            border: round $border;
            background: $surface;
            padding: 0 1;
        }
        VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        &.ascii > Vertical { border: ascii $border; }
        &.ascii VerticalScroll { scrollbar-size-vertical: 0; }
    }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape,q,y,question_mark,f1", "leave", "back"),
        Binding("down,j,pagedown,space", "scroll(1)", "down"),
        Binding("up,k,pageup", "scroll(-1)", "up"),
    ]
    FOOT = "↑ ↓ scroll   Esc back"

    def __init__(self, heading: str, charset: Charset) -> None:
        super().__init__()
        self._heading = heading
        self._charset = charset
        self.set_class(charset.ascii, "ascii")

    def page(self) -> list[Content]:
        """The paragraphs to show, without markup."""
        raise NotImplementedError

    def foot(self) -> str:
        """The keys that do something here."""
        return self.FOOT

    def plain(self, text: str, style: str = "") -> Content:
        """Text as content: cleaned, in the charset, never parsed."""
        content = Content(self._charset.translate(clean(text)))
        return content.stylize(style) if style else content

    def prose(self, text: str) -> list[Content]:
        """A scenario's Markdown as contents, its emphasis bold."""
        return [
            Content.assemble(*(self._emphasised(span) for span in paragraph))
            for paragraph in paragraphs(text)
        ]

    def _emphasised(self, span: Span) -> tuple[str, str]:
        text = self._charset.translate(span.text)
        return (text, "bold" if span.role == "strong" else "")

    def compose(self) -> ComposeResult:
        """The page in a box."""
        with Vertical() as box:
            box.border_title = self.plain(self._heading)
            box.border_subtitle = self.plain(self.foot())
            with VerticalScroll():
                yield Static(self._body(), id="page", markup=False)

    def _body(self) -> Content:
        return Content("\n\n").join(self.page())

    def refresh_page(self) -> None:
        """Show what `page` says now."""
        self.query_one("#page", Static).update(self._body())

    def action_leave(self) -> None:
        """Close the overlay."""
        self.dismiss()

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by * 4, animate=False)


class WhyOverlay(TextOverlay):
    """The whole explanation of a step, and what the scenario's notes ask and tell."""

    BINDINGS = [Binding("r,enter", "reveal", "answers")]  # noqa: RUF012
    FOOT_WITH_ANSWERS = "↑ ↓ scroll   r answers   Esc back"

    def __init__(self, session: Session, charset: Charset) -> None:
        self._session = session
        self._revealed = False
        heading = "About" if session.at_start else f"Why {session.step.result.name.text}?"
        super().__init__(heading, charset)

    def _own_notes(self) -> list[Note]:
        """The notes that belong to where we are."""
        session = self._session
        if session.at_start:
            return [note for note in session.scenario.notes if note.at is None]
        return list(notes_at(session.scenario, session.step, session.cursor.update))

    def foot(self) -> str:
        """The keys; that for answers only where there are any."""
        answers = any(note.reveal for note in self._own_notes())
        return self.FOOT_WITH_ANSWERS if answers else self.FOOT

    def page(self) -> list[Content]:
        """What the lesson says here."""
        session = self._session
        scenario = session.scenario
        if session.at_start:
            told = self.prose(scenario.about)
            told = told or [self.plain("This scenario has nothing to say before its first step.")]
            return [*told, *self._notes(self._own_notes())]
        step = session.step
        explained = explain(scenario, step, len(session.trace.samples))
        return [
            self.plain(step.equation.formula, "bold"),
            *self._notes(self._own_notes()),
            *(self.plain(paragraph) for paragraph in explained.paragraphs),
            self.plain(f"Source: {explained.source}", "$text-muted"),
        ]

    def _notes(self, notes: Sequence[Note]) -> list[Content]:
        told: list[Content] = []
        for note in notes:
            told += self.prose(note.text)
            if note.ask:
                told.append(self.plain(f"▸ {' '.join(note.ask.split())}", "bold $text-warning"))
            if note.reveal and self._revealed:
                told += self.prose(note.reveal)
            elif note.reveal:
                told.append(self.plain("  r shows the answer", "$text-muted"))
        return told

    def action_reveal(self) -> None:
        """Show the answers to what the notes ask."""
        self._revealed = True
        self.refresh_page()


class HelpOverlay(TextOverlay):
    """Every key of the stepper."""

    def __init__(self, charset: Charset) -> None:
        super().__init__("All keys", charset)

    def page(self) -> list[Content]:
        """The table of actions."""
        translate = self._charset.translate
        rows = [self.plain(f"{translate(action.shown):<14}{action.help}") for action in ACTIONS]
        return [Content("\n").join(rows)]


class GoPrompt(ModalScreen[str | None]):
    """One line that asks where to go; it stays until the place exists or Esc is pressed."""

    DEFAULT_CSS = """
    GoPrompt {
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

    def __init__(self, session: Session, charset: Charset) -> None:
        super().__init__()
        self._session = session
        self._charset = charset

    def compose(self) -> ComposeResult:
        """A label, what can be named, what was wrong, the input."""
        known = " ".join(step.id for step in self._session.trace)
        said = self._charset.translate(clean(f"{known}   update 500   epoch 3"))
        with Vertical():
            yield Static("Go to", id="label", markup=False)
            yield Static(Content(said), id="known", markup=False)
            yield Static("", id="said", markup=False)
            yield Input(placeholder="delta1, BP2, update 500, epoch 3, start", max_length=60)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Leave with the name, if it is one."""
        try:
            self._session.destination(event.value)
        except GoError as error:
            said = self._charset.translate(clean(str(error)))
            self.query_one("#said", Static).update(Content(said))
        else:
            self.dismiss(event.value)

    def action_leave(self) -> None:
        """Stay where we are."""
        self.dismiss(None)
