"""Overlays over the stepper: pages of text to read and scroll: why, derive, all keys.

All text that comes from a scenario goes through `clean` and is shown without markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from bpstepper.app.actions import ACTIONS, GROUPS
from bpstepper.app.modal import Modal
from bpstepper.drawing.charset import Charset
from bpstepper.drawing.derivation_layout import render
from bpstepper.drawing.prose import paragraphs
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, clean
from bpstepper.explain.derivation.derive import derive
from bpstepper.explain.explain import explain
from bpstepper.explain.insights.find import insights_at
from bpstepper.explain.notation.notation import noted
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.explain.notes import notes_here
from bpstepper.scenario.model import Note
from bpstepper.session import Session
from bpstepper.session.inspecting import focus

__all__ = ["DeriveOverlay", "HelpOverlay", "TextOverlay", "WhyOverlay"]

_STYLES = {
    "heading": "bold $text-primary",
    "sum": "bold $text-success",
    "why": "$text-muted",
    "aside": "$text-muted",
    "more": "$text-muted",
    "caption": "bold",
}
"""How the roles of a drawing look in an overlay; the others are plain."""


_AUTHORS = (
    "The notes are in this program's letters: z before the activation and a after it, "
    "δ for ∂C/∂z, y for the target."
)


class TextOverlay(Modal[None]):
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
        Binding("escape,q,y,d,question_mark,f1", "leave", "back"),
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
            with VerticalScroll(can_focus=False):  # our keys scroll it, by lines and at once
                yield Static(self._body(), id="page", markup=False)

    def _body(self) -> Content:
        return Content("\n\n").join(self.page())

    def refresh_page(self) -> None:
        """Show what `page` says now."""
        self.query_one("#page", Static).update(self._body())

    def action_leave(self) -> None:
        """Close the overlay."""
        self.close()

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by * 4, animate=False, immediate=True)


class WhyOverlay(TextOverlay):
    """The whole explanation of a step, and what the scenario's notes ask and tell."""

    BINDINGS = [Binding("r,enter", "reveal", "answers")]  # noqa: RUF012
    FOOT_WITH_ANSWERS = "↑ ↓ scroll   r answers   Esc back"

    def __init__(self, session: Session, look: RenderOptions) -> None:
        self._notation = NOTATIONS[look.notation]
        self._session = session
        self._shown = noted(session, self._notation)
        self._revealed = False
        heading = "About" if session.at_start else f"Why {self._shown.step.result.name.text}?"
        super().__init__(heading, look.charset)

    def _own_notes(self) -> list[Note]:
        """The notes that belong to where we are."""
        return list(notes_here(self._session))

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
        step, batch = self._shown.step, len(session.trace.samples)
        explained = explain(scenario, step, batch, self._notation)
        remark = self._notation.said(step, batch, scenario)
        return [
            self.plain(step.equation.formula, "bold"),
            *([self.plain(remark)] if remark else []),
            *self._notes(self._own_notes()),
            *(self.plain(paragraph) for paragraph in explained.paragraphs),
            *self._insights(),
            self.plain(f"Source: {explained.source}", "$text-muted"),
        ]

    def _insights(self) -> list[Content]:
        """What is to be said of the values at hand, each with its reason."""
        told = []
        for insight in insights_at(self._session, self._notation):
            told.append(self.plain(f"▸ {insight.text}", "bold"))
            told.append(self.plain(insight.reason))
        return told

    def _notes(self, notes: Sequence[Note]) -> list[Content]:
        told: list[Content] = []
        if notes and self._notation.respells:
            told.append(self.plain(_AUTHORS, "$text-muted"))
        for note in notes:
            told += self.prose(note.text)
            if note.ask:
                told.append(self.plain(f"▸ {' '.join(note.ask.split())}", "bold $text-warning"))
            if note.reveal and self._revealed:
                told += self.prose(note.reveal)
            elif note.reveal:
                told.append(self.plain("  r shows the answer", "$text-muted"))
            if note.edit and (self._revealed or not note.reveal):
                told.append(self.plain(f"  to try: {', '.join(note.edit)} (f, at the step)"))
        return told

    def action_reveal(self) -> None:
        """Show the answers to what the notes ask."""
        self._revealed = True
        self.refresh_page()


class DeriveOverlay(TextOverlay):
    """A number derived by the chain rule, line by line, each with its numbers."""

    DEFAULT_CSS = """
    DeriveOverlay > Vertical { width: 100%; max-width: 110; max-height: 100%; }
    """

    def __init__(self, session: Session, look: RenderOptions) -> None:
        self._derivation = derive(session, *focus(session), notation=NOTATIONS[look.notation])
        self._look = look
        super().__init__(f"Derive {self._derivation.title}", look.charset)

    def page(self) -> list[Content]:
        """The lines, as wide as the box lets them be."""
        columns = max(min(self.app.size.width, 110) - 5, 20)  # a box, its padding, a scrollbar
        lines = render(self._derivation, self._look, columns)
        return [Content("\n").join(self._spans(line) for line in lines)]

    def _spans(self, line: Line) -> Content:
        return Content.assemble(*((span.text, _STYLES.get(span.role, "")) for span in line))


class HelpOverlay(TextOverlay):
    """Every key of the stepper, group by group."""

    def __init__(self, charset: Charset) -> None:
        super().__init__("All keys", charset)

    def page(self) -> list[Content]:
        """The table of actions."""
        return [self._group(group) for group in GROUPS]

    def _group(self, group: str) -> Content:
        translate = self._charset.translate
        rows = [self.plain(group.capitalize(), "bold")]
        rows += [
            self.plain(f"{translate(action.shown):<14}{action.help}")
            for action in ACTIONS
            if action.group == group and action.shown
        ]
        return Content("\n").join(rows)
