"""The stepper screen: holds a session, turns keys into moves, shows the frame."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.frame import draw_frame
from bpstepper.drawing.look import Look
from bpstepper.session import GoError, Session
from bpstepper.ui.actions import ACTIONS, hints
from bpstepper.ui.frame_view import FrameView

__all__ = ["StepperScreen"]

_SLICE = 2000  # updates computed between two looks at the keyboard
_MOVES = {action.id: action.move for action in ACTIONS if action.move is not None}


class StepperScreen(Screen[None]):
    """One session, drawn to the size that there is. Moving never moves the focus."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding(
            ",".join(action.keys),
            f"move('{action.id}')" if action.move is not None else action.id,
            action.help,
            id=f"stepper.{action.id}",
            show=False,
            priority=action.id in ("next_cell", "previous_cell"),
        )
        for action in ACTIONS
    ]

    def __init__(self, session: Session, look: Look, message: str = "") -> None:
        super().__init__()
        self.session = session
        self.look = look
        self._message = message
        self._travelling = False

    def compose(self) -> ComposeResult:
        """One view; the frame is drawn elsewhere."""
        yield FrameView()

    def on_mount(self) -> None:
        """Show the first frame."""
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for the new size."""
        self._draw()

    def on_screen_resume(self) -> None:
        """Draw after an overlay has gone."""
        self._draw()

    def _draw(self) -> None:
        columns, lines = self.app.size
        if columns < 1 or lines < 1:
            return
        frame = draw_frame(
            self.session, self.look, columns, lines, hints(self.session), self._message
        )
        self.query_one(FrameView).show(frame)

    def _arrive(self, session: Session, message: str = "") -> None:
        self.session = session
        self._message = message
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Any key stops a long way that is being computed."""
        if self._travelling and event.key == "escape":
            self._travelling = False
            event.stop()

    def action_move(self, name: str) -> None:
        """Make one of the moves of the table."""
        if self._travelling:
            self._travelling = False
            return
        try:
            arrived = _MOVES[name](self.session)
        except GoError as error:
            self._arrive(self.session, str(error))
        else:
            self._arrive(arrived)

    def action_go(self) -> None:
        """Ask where to go."""
        from bpstepper.ui.overlays import GoPrompt  # overlays and their widgets load when asked for

        def gone(text: str | None) -> None:
            if text is not None:
                self._travel(text)

        self.app.push_screen(GoPrompt(self.session, self.look.charset), gone)

    @work(exclusive=True)
    async def _travel(self, text: str) -> None:
        """Go to a place by name, computing a long way in slices, until a key stops it."""
        target = self.session.destination(text)
        line = self.session.line
        self._travelling = True
        while target.update and (left := line.prepare(target.update - 1, _SLICE)):
            self._arrive(self.session, f"computing: {left:,} updates to go. Any move stops here.")
            await asyncio.sleep(0)
            if not self._travelling:
                self._arrive(
                    self.session, f"stopped {left:,} updates before update {target.update:,}"
                )
                return
        self._travelling = False
        self._arrive(self.session.go(text))

    def action_leave(self) -> None:
        """Leave the innermost thing: a step, or the stepper where it was opened from the list."""
        if self.session.cursor.operation is not None:
            self._arrive(self.session.out())
        elif len(self.app.screen_stack) > 2:
            self.dismiss()

    def action_why(self) -> None:
        """Show the whole explanation."""
        from bpstepper.ui.overlays import WhyOverlay

        self.app.push_screen(WhyOverlay(self.session, self.look.charset))

    def action_help(self) -> None:
        """Show all keys."""
        from bpstepper.ui.overlays import HelpOverlay

        self.app.push_screen(HelpOverlay(self.look.charset))

    def action_ascii(self) -> None:
        """Switch between Unicode and ASCII."""
        charset = UNICODE if self.look.charset.ascii else ASCII
        self.look = replace(self.look, charset=charset)
        self._arrive(self.session)

    def action_quit(self) -> None:
        """Leave the program."""
        self.app.exit(return_code=0)
