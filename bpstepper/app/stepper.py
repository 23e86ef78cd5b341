"""The stepper screen: holds a session and a view of it, routes keys, shows the frame.

What an action does is a movement, or a method of one of the controllers that the screen holds;
the table of actions says which. The screen is their `host`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.timer import Timer

from bpstepper.app.actions import ACTIONS, Move
from bpstepper.app.appearance import AppearanceController
from bpstepper.app.autosaving import AutosaveController
from bpstepper.app.course import CourseController
from bpstepper.app.editing import EditingController
from bpstepper.app.frame_screen import FrameScreen
from bpstepper.app.frame_view import FrameView
from bpstepper.app.overlay_controller import OverlayController
from bpstepper.app.prefetch import Prefetcher, Wanted
from bpstepper.app.run_until import RunUntilController
from bpstepper.buglab.controller import BugLabController
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.pages.frame import SMALLEST, Frame, preload
from bpstepper.pages.layout import Target
from bpstepper.pages.view import View
from bpstepper.quiz.controller import QuizController
from bpstepper.session import GoError, Level, Session
from bpstepper.session.inspecting import inspect, inspect_spot, inspect_unit, leave
from bpstepper.training.controller import TrainingController

if TYPE_CHECKING:
    from bpstepper.session.lecture import Lecture

__all__ = ["Controllers", "StepperScreen"]

Result = TypeVar("Result")

_ROWS = {action.id: action for action in ACTIONS}
_SOON = 0.1  # seconds after which the first frame is out: loading more at once would delay it
_PAUSE = 0.004  # seconds after a key: first its own frame goes out, then the next one is drawn
_BEAT = 1.0  # seconds between two steps while playing


@dataclass(frozen=True)
class Controllers:
    """Who answers the actions: a field's name is what the table of actions calls it."""

    stepper: StepperScreen
    run_until: RunUntilController
    editing: EditingController
    autosave: AutosaveController
    course: CourseController
    quiz: QuizController
    buglab: BugLabController
    training: TrainingController
    overlays: OverlayController
    appearance: AppearanceController


class StepperScreen(FrameScreen[None]):
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
        super().__init__()
        self.session = session
        self.look = look
        self.view = view or View()
        self.is_busy = False
        self._frame = Frame(())
        self._playing: Timer | None = None
        self._pausing: Timer | None = None
        self._prefetcher = Prefetcher(self._canvas.prepare)
        editing, run_until = EditingController(self), RunUntilController(self)
        self.controllers = Controllers(
            stepper=self,
            run_until=run_until,
            editing=editing,
            autosave=AutosaveController(self, editing, state),
            course=CourseController(self, editing),
            quiz=QuizController(self),
            buglab=BugLabController(self),
            training=TrainingController(self, editing),
            overlays=OverlayController(self, run_until, self._to_clipboard),
            appearance=AppearanceController(self, self._next_theme),
        )

    def attend(self, lecture: Lecture) -> None:
        """Be opened on a course, before anything is shown."""
        self.controllers.autosave.switch_off()
        self.controllers.course.attend(lecture)

    def compose(self) -> ComposeResult:
        """One view; the frame is drawn elsewhere."""
        yield self._canvas

    def on_mount(self) -> None:
        """Show the first frame; then load what the first key will want."""
        self._draw()
        self.set_timer(_SOON, self._settle)

    def _settle(self) -> None:
        preload()
        self.controllers.autosave.offer()
        self._draw_ahead(Session.next)

    def draw_frame(self, columns: int, lines: int) -> None:
        """Where we are, drawn ahead or now."""
        wanted = Wanted(self.session, self.view, self.look, (columns, lines))
        self._frame = self._prefetcher.frame(wanted)
        self._canvas.show(self._frame.lines)

    def _look_ahead(self, move: Move) -> None:
        """Draw what a move like the last one will show, as soon as this frame is out."""
        if self._pausing is not None:
            self._pausing.stop()
        self._pausing = self.set_timer(_PAUSE, lambda: self._draw_ahead(move))

    def _draw_ahead(self, move: Move) -> None:
        columns, lines = self.app.size
        if self.app.screen is self and columns >= 1 and lines >= 1:
            self._prefetcher.draw(
                lambda: Wanted(move(self.session), self.view, self.look, (columns, lines))
            )

    # ── what controllers ask of their host ───────────────────────────────────────────────────

    def arrive(self, session: Session, message: str = "", **shown: object) -> None:
        """Stand somewhere, and say so where there is something to say."""
        self.session = session
        self.see(message=message, **shown)
        self.controllers.autosave.keep()

    def see(self, **shown: object) -> None:
        """Change what is shown of where we are; what was said last goes away."""
        changes: dict[str, Any] = {"message": "", **shown}
        self.view = replace(self.view, **changes)
        self._draw()

    def tell(self, message: str, **shown: object) -> None:
        """Say something until the next key."""
        self.arrive(self.session, message, **shown)

    def toggle(self, page: str) -> None:
        """Show a page, or the step again where it is shown."""
        self.see(page="step" if self.view.page == page else page)

    def press(self, action: str) -> None:
        """Do what a row of the table of actions says."""
        self.action_press(action)

    def has_room(self) -> bool:
        """Whether a list or a quiz has room on the screen."""
        columns, lines = self.app.size
        return columns >= SMALLEST[0] and lines >= SMALLEST[1]

    def ask(
        self,
        label: str,
        known: str,
        example: str,
        check: Callable[[str], object],
        then: Callable[[str], object],
        value: str = "",
    ) -> None:
        """Ask for a line; `check` raises GoError for what will not do."""
        from bpstepper.app.prompts import LinePrompt  # its widgets load when they are asked for

        def answered(text: str | None) -> None:
            if text is not None:
                then(text)

        self.open(LinePrompt(label, known, example, check, self.look.charset, value), answered)

    def choose(
        self,
        label: str,
        rows: Iterable[tuple[str, str]],
        then: Callable[[str | None], object],
        chosen: str = "",
    ) -> None:
        """Ask for one of some rows of key and words; None is Esc."""
        from bpstepper.app.prompts import ChoicePrompt

        self.open(ChoicePrompt(label, list(rows), self.look.charset, chosen), then)

    def open(
        self, screen: Screen[Result], then: Callable[[Result | None], object] | None = None
    ) -> None:
        """Put a screen over this one."""

        def left(result: Result | None) -> None:
            if then is not None:
                then(result)

        self.app.push_screen(screen, left)

    def run(self, task: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let something long go on, in slices; any key ends it (see `is_busy`)."""
        self._busy_with(task)

    @work(exclusive=True)
    async def _busy_with(self, task: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.is_busy = True
        await task()
        self.is_busy = False

    def every(self, seconds: float, do: Callable[[], object]) -> None:
        """Do something again and again, as long as the screen is there."""

        def beat() -> None:
            do()

        self.set_interval(seconds, beat)

    def remember(self, **kept: object) -> None:
        """Keep a choice for the next time."""
        self.app.keep(kept)  # type: ignore[attr-defined]

    def _next_theme(self) -> str:
        return str(self.app.next_theme())  # type: ignore[attr-defined]

    def _to_clipboard(self, text: str) -> None:
        self.app.copy_to_clipboard(text)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────

    def on_key(self, event: events.Key) -> None:
        """Any key ends what goes on by itself, or shows what is hidden; that is all it does."""
        if self._interrupted():
            event.stop()
            event.prevent_default()

    def _interrupted(self) -> bool:
        if self.is_busy:
            self.is_busy = False
            return True
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
            self.tell("stopped")
            return True
        if self.view.hide_result:
            self.see(hide_result=False)
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
            controller, method = row.does.split(".")
            getattr(getattr(self.controllers, controller), method)()
            return
        try:
            arrived = move(self.session)
        except GoError as error:
            self.tell(str(error))
        else:
            self.arrive(arrived)
            self._look_ahead(move)

    def leave(self) -> None:
        """Leave the innermost thing; at last the stepper, where it was opened from the list."""
        if self.controllers.buglab.leave_pane():
            return
        if self.view.page != "step":
            self.see(page="step")
        elif self.session.spot is not None:
            self.arrive(leave(self.session))
        elif self.session.cursor.level > Level.EQUATION and not self.session.at_start:
            self.arrive(self.session.to_equation())
        elif self.controllers.training.back():
            pass
        elif self.is_current and len(self.app.screen_stack) > 2:
            self.controllers.autosave.forget()
            self.dismiss()

    def play(self) -> None:
        """A step a second, until any key."""
        self.tell("playing: any key stops")
        self._playing = self.set_interval(_BEAT, self._beat)

    def _beat(self) -> None:
        if self.app.screen is self:
            self.arrive(self.session.next(), "playing: any key stops")

    def hide_result(self) -> None:
        """The next step with its result hidden; any key shows it."""
        self.session = self.session.next()
        self.see(hide_result=True, page="step")

    def network(self) -> None:
        """The network, and back."""
        self.toggle("network")

    def layouts(self) -> None:
        """Three layouts of the same numbers, and back."""
        self.toggle("layouts")

    def nudge(self) -> None:
        """Inspect the number and nudge it; again, ten times as much."""
        if self.session.spot is None:
            self.session = inspect(self.session)
            self.see(nudge=0, page="step")
        else:
            self.see(nudge=self.view.nudge + 1)

    def quit(self) -> None:
        """Leave the program."""
        self.controllers.autosave.forget()
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
        self.arrive(session, page="step")
