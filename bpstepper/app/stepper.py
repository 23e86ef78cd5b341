"""The stepper screen: holds a session and a view of it, turns keys into moves, shows the frame."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.timer import Timer

from bpstepper.app.actions import ACTIONS, Move
from bpstepper.app.frame_view import FrameView
from bpstepper.app.prefetch import Drawn, Wanted
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.pages.frame import SMALLEST, Frame, preload
from bpstepper.pages.layout import Target
from bpstepper.pages.view import View
from bpstepper.session import GoError, Level, Session
from bpstepper.session.inspecting import inspect, inspect_spot, inspect_unit, leave
from bpstepper.training.controller import TrainerScreen

if TYPE_CHECKING:
    from bpstepper.explain.outline import Destination

__all__ = ["StepperScreen"]

_ROWS = {action.id: action for action in ACTIONS}
_SOON = 0.1  # seconds after which the first frame is out: loading more at once would delay it
_PAUSE = 0.004  # seconds after a key: first its own frame goes out, then the next one is drawn
_BEAT = 1.0  # seconds between two steps while playing
_MOST_DIGITS = 12


class StepperScreen(TrainerScreen):
    """One session, drawn to the size that there is. Moving never moves the focus."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding(
            ",".join(action.keys),
            f"press('{action.id}')",
            action.help,
            id=f"stepper.{action.id}",
            show=False,
            priority=action.id in ("next_cell", "previous_cell"),
        )
        for action in ACTIONS
    ]

    def __init__(
        self,
        session: Session,
        look: RenderOptions,
        view: View | None = None,
        state: Path | None = None,
    ) -> None:
        super().__init__(state)
        self.session = session
        self.look = look
        self.view = view or View()
        self._frame = Frame(())
        self._playing: Timer | None = None
        self._ahead: Drawn | None = None
        self._pausing: Timer | None = None

    def compose(self) -> ComposeResult:
        """One view; the frame is drawn elsewhere."""
        yield self._canvas

    def on_mount(self) -> None:
        """Show the first frame; then load what the first key will want."""
        self._draw()
        self.set_timer(_SOON, self._settle)

    def _settle(self) -> None:
        preload()
        self.offer()
        self._draw_ahead(Session.next)

    def draw_frame(self, columns: int, lines: int) -> None:
        """Where we are, drawn ahead or now."""
        wanted = Wanted(self.session, self.view, self.look, (columns, lines))
        self._frame = wanted.frame(self._ahead)
        self._canvas.show(self._frame.lines)

    def _look_ahead(self, move: Move) -> None:
        """Draw what a move like the last one will show, as soon as this frame is out."""
        if self._pausing is not None:
            self._pausing.stop()
        self._pausing = self.set_timer(_PAUSE, lambda: self._draw_ahead(move))

    def _draw_ahead(self, move: Move) -> None:
        columns, lines = self.app.size
        if self.app.screen is not self or columns < 1 or lines < 1:
            return
        self._ahead = None
        # whatever is wrong with the next step is told by the key that goes there
        with suppress(Exception):
            there = move(self.session)
            self._ahead = Wanted(there, self.view, self.look, (columns, lines)).drawn()
            self._canvas.prepare(self._ahead.frame.lines)

    def arrive(self, session: Session, message: str = "") -> None:
        """Stand somewhere, and say so where there is something to say."""
        self.session = session
        self.view = replace(self.view, message=message)
        self._draw()
        self.keep()

    def _see(self, **changes: object) -> None:
        """Change what is shown of where we are."""
        self.view = replace(self.view, message="", **changes)  # type: ignore[arg-type]
        self._draw()

    def tell(self, message: str) -> None:
        """Say something until the next key."""
        self.arrive(self.session, message)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────

    def on_key(self, event: events.Key) -> None:
        """Any key ends what goes on by itself, and lifts the curtain; then it has done its part."""
        if self._interrupted():
            event.stop()
            event.prevent_default()

    def _interrupted(self) -> bool:
        if self.stop_travelling():
            return True
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
            self.tell("stopped")
            return True
        if self.view.hide_result:
            self._see(hide_result=False)
            return True
        return False

    def action_press(self, name: str) -> None:
        """Do what a row of the table says."""
        if self._interrupted():
            return
        row = _ROWS[_ROWS[name].on_page.get(self.view.page, name)]
        inspecting = self.session.spot is not None and self.view.page == "step"
        move = row.inspecting if inspecting and row.inspecting is not None else row.move
        if move is None:
            doing: Callable[[], None] = getattr(self, f"do_{row.id}")
            doing()
            return
        try:
            arrived = move(self.session)
        except GoError as error:
            self.tell(str(error))
        else:
            self.arrive(arrived)
            self._look_ahead(move)

    def do_leave(self) -> None:
        """Leave the innermost thing; at last the stepper, where it was opened from the list."""
        if self.leave_pane():
            return
        if self.view.page != "step":
            self._see(page="step")
        elif self.session.spot is not None:
            self.arrive(leave(self.session))
        elif self.session.cursor.level > Level.EQUATION and not self.session.at_start:
            self.arrive(self.session.to_equation())
        elif self.back_to_training():
            pass
        elif self.is_current and len(self.app.screen_stack) > 2:
            self.forget()
            self.dismiss()

    def do_play(self) -> None:
        """A step a second, until any key."""
        self.tell("playing: any key stops")
        self._playing = self.set_interval(_BEAT, self._beat)

    def _beat(self) -> None:
        if self.app.screen is self:
            self.arrive(self.session.next(), "playing: any key stops")

    def do_curtain(self) -> None:
        """The next step with its result hidden; any key lifts the curtain."""
        self.session = self.session.next()
        self._see(hide_result=True, page="step")

    # ── pages over the same session ──────────────────────────────────────────────────────────

    def toggle(self, page: str) -> None:
        """Show a page, or the step again where it is shown."""
        self._see(page="step" if self.view.page == page else page)

    def do_network(self) -> None:
        """The network, and back."""
        self.toggle("network")

    def do_layouts(self) -> None:
        """Three layouts of the same numbers, and back."""
        self.toggle("layouts")

    def do_nudge(self) -> None:
        """Inspect the number and nudge it; again, ten times as much."""
        if self.session.spot is None:
            self.session = inspect(self.session)
            self._see(nudge=0, page="step")
        else:
            self._see(nudge=self.view.nudge + 1)

    # ── overlays: they and their widgets load when they are asked for ────────────────────────

    def do_why(self) -> None:
        """Show the whole explanation."""
        from bpstepper.app.overlays import WhyOverlay

        self.app.push_screen(WhyOverlay(self.session, self.look))

    def do_derive(self) -> None:
        """Show the number derived by the chain rule."""
        if self.session.at_start:
            self.tell("there is no number to derive before the first step")
            return
        from bpstepper.app.overlays import DeriveOverlay

        self.app.push_screen(DeriveOverlay(self.session, self.look))

    def do_help(self) -> None:
        """Show all keys."""
        from bpstepper.app.overlays import HelpOverlay

        self.app.push_screen(HelpOverlay(self.look.charset))

    def do_palette(self) -> None:
        """Search all commands."""
        from bpstepper.app.palette import PalettePrompt

        if self._has_room():
            self.app.push_screen(PalettePrompt(self.look.charset), self._do_chosen)

    def _do_chosen(self, name: str | None) -> None:
        if name is not None:
            self.action_press(name)

    def do_outline(self) -> None:
        """Choose from all weights, samples and steps where to go."""
        from bpstepper.app.outline import OutlinePrompt

        if self._has_room():
            self.app.push_screen(OutlinePrompt(self.session, self.look), self._go_into)

    def _go_into(self, chosen: Destination | None) -> None:
        if chosen is None:
            return
        from bpstepper.explain.outline import arrive

        self.view = replace(self.view, page="step")
        if chosen.key:
            self.arrive(arrive(self.session, chosen))
        else:
            self._travel(f"update {chosen.update}")

    def _has_room(self) -> bool:
        columns, lines = self.app.size
        return columns >= SMALLEST[0] and lines >= SMALLEST[1]

    def do_notation(self) -> None:
        """Choose the book whose letters are shown."""
        from bpstepper.app.prompts import ChoicePrompt
        from bpstepper.explain.notation.notations import NOTATIONS

        rows = [(row.id, row.title) for row in NOTATIONS.values()]
        label = "Whose letters? The numbers stay."
        prompt = ChoicePrompt(label, rows, self.look.charset, self.look.notation)
        if self._has_room():
            self.app.push_screen(prompt, self._write_as)

    def _write_as(self, notation: str | None) -> None:
        if notation is None:
            return
        from bpstepper.explain.notation.notations import NOTATIONS

        self.look = replace(self.look, notation=notation)
        self.tell(NOTATIONS[notation].says)
        self.remember(notation=notation)

    def do_error_signal(self) -> None:
        """Both labels on the same numbers, and back."""
        self._write_as("book" if self.look.notation == "both" else "both")

    def do_copy(self) -> None:
        """Ask what to copy, and hand it to the terminal's clipboard."""
        if self.session.at_start:
            self.tell("there is no number to copy before the first step")
            return
        from bpstepper.app.prompts import ChoicePrompt
        from bpstepper.report.copies import COPIES

        rows = [(row.key, row.title) for row in COPIES]
        if self._has_room():
            self.app.push_screen(ChoicePrompt("Copy", rows, self.look.charset), self._copy)

    def _copy(self, key: str | None) -> None:
        from bpstepper.report.copies import COPIES, MOST_CELLS
        from bpstepper.session.inspecting import focus

        row = next((row for row in COPIES if row.key == key), None)
        if row is None:
            return
        quantity, cell = focus(self.session)
        if quantity.value.size > MOST_CELLS:
            self.tell(f"{quantity.value.size:,} numbers are too many to copy; export them instead")
            return
        self.app.copy_to_clipboard(row.text(quantity, cell))
        self.tell(f"copied {row.title}; a terminal may ask, or not allow it")

    # ── looks ────────────────────────────────────────────────────────────────────────────────

    def do_ascii(self) -> None:
        """Switch between Unicode and ASCII."""
        charset = UNICODE if self.look.charset.ascii else ASCII
        self._look(replace(self.look, charset=charset), ascii=charset.ascii)

    def do_more_digits(self) -> None:
        """One significant digit more."""
        self._digits(1)

    def do_fewer_digits(self) -> None:
        """One significant digit less."""
        self._digits(-1)

    def _digits(self, by: int) -> None:
        digits = min(max(self.look.digits + by, 2), _MOST_DIGITS)
        self._look(replace(self.look, digits=digits), digits=digits)
        self.tell(f"{digits} significant digits")

    def _look(self, look: RenderOptions, **kept: object) -> None:
        self.look = look
        self._see()
        self.remember(**kept)

    def do_theme(self) -> None:
        """The next of the themes."""
        self.tell(self.app.next_theme())  # type: ignore[attr-defined]

    def remember(self, **kept: object) -> None:
        """Keep a choice for the next time."""
        self.app.keep(kept)  # type: ignore[attr-defined]

    def do_quit(self) -> None:
        """Leave the program."""
        self.forget()
        self.app.exit(return_code=0)

    # ── the mouse ────────────────────────────────────────────────────────────────────────────

    def on_frame_view_clicked(self, event: FrameView.Clicked) -> None:
        """Go to a step, or inspect a cell or a unit, that was clicked."""
        if self._interrupted():
            return
        found = self._frame.at(event.line, event.column)
        if found is not None:
            self._go_to(found)

    def _go_to(self, target: Target) -> None:
        session = self.session
        if target.step is not None:
            session = session.to_equation().to_step(target.step)
        elif target.spot is not None:
            session = inspect_spot(session, target.spot)
        elif target.unit is not None:
            session = inspect_unit(session, *target.unit)
        self.view = replace(self.view, page="step")
        self.arrive(session)
