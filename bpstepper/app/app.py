"""The application: screens over one another, and a terminal that is left as it was found.

Everything that touches the process stands here: signals, a closed terminal, the exit status.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.driver import Driver
from textual.widgets import OptionList

from bpstepper import streams
from bpstepper.app.modal import Modal
from bpstepper.app.stepper import StepperScreen
from bpstepper.app.type_ahead import TypeAhead
from bpstepper.app.watchdog import Watchdog
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.pages.frame import SMALLEST
from bpstepper.pages.view import View
from bpstepper.scenario import ScenarioError, load
from bpstepper.scenario.library import LibraryEntry
from bpstepper.scenario.model import Scenario
from bpstepper.session import Session, start
from bpstepper.settings import Settings

if TYPE_CHECKING:
    from bpstepper.app.picker import PickerScreen
    from bpstepper.session.lecture import Lecture

__all__ = ["THEMES", "StepperApp", "run_app"]

THEMES = ("textual-dark", "textual-light", "nord", "gruvbox", "solarized-light", "ansi-dark")
"""The themes that a key goes through; the config file may name any of Textual's."""

_HUNG_UP = 128 + int(getattr(signal, "SIGHUP", 1))


def _nowhere(_kept: Mapping[str, object]) -> str:
    return ""


class StepperApp(App[None]):
    """The stepper, opened on a session or on the picker."""

    TITLE = "bpstepper"
    ENABLE_COMMAND_PALETTE = False  # ours has the stepper's actions, and stands any size
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("ctrl+c", "interrupt", "interrupt", priority=True, show=False),
    ]

    def __init__(
        self,
        session: Session | None = None,
        entries: Sequence[LibraryEntry] = (),
        look: RenderOptions | None = None,
        plain: bool = False,
        settings: Settings | None = None,
        keep: Callable[[Mapping[str, object]], str] = _nowhere,
        message: str = "",
        state: Path | None = None,
        lecture: Lecture | None = None,
    ) -> None:
        """Open an app.

        Args:
            session: what to step through; None opens the picker.
            entries: what the picker offers.
            look: how things are drawn.
            plain: no colours at all.
            settings: what the user has chosen: keys, theme, notation.
            keep: keeps choices made on the screen for the next time; returns why it could not.
            message: said on the first screen.
            state: the file of remembered settings, beside which what is done is kept until an
                orderly end; None keeps nothing.
            lecture: a course to walk through, in place of a session.
        """
        super().__init__(ansi_color=plain)
        self._settings = settings or Settings()
        self._keep = keep
        self._message = message
        self._state = state
        self._plain = plain
        self.theme = "ansi-dark" if plain else self._settings.theme
        self._first = lecture or session
        self._entries = entries
        self._picker: PickerScreen | None = None
        self.look = look or RenderOptions()
        self.watchdog = Watchdog(self._end, self._last_words)
        self._type_ahead = TypeAhead(self, super().on_event, self._is_busy)

    async def on_event(self, event: events.Event) -> None:
        """Hold back what is typed ahead of the screens; an interrupt waits for nothing."""
        typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if typed and not (isinstance(event, events.Key) and event.key == "ctrl+c"):
            await self._type_ahead.take(event)
        else:
            await super().on_event(event)

    @property
    def has_taken_keys(self) -> bool:
        """Whether no key waits for what the one before it does."""
        return self._type_ahead.is_idle

    def _is_busy(self) -> bool:
        return any(isinstance(it, StepperScreen) and it.is_busy for it in self.screen_stack)

    def on_load(self) -> None:
        """Take the signals before the terminal is touched."""
        self.watchdog.take_signals()

    def on_mount(self) -> None:
        """Open the first screen, and keep an eye on the terminal."""
        if self._settings.keys:
            self.set_keymap(self._settings.keymap)
        if self._first is not None:
            self.push_screen(self._stepper(self._first))
        else:
            from bpstepper.app.picker import PickerScreen

            self._picker = PickerScreen(self._entries, self.look.charset)
            self.push_screen(self._picker)
        self._type_ahead.wait()

    def on_unmount(self) -> None:
        """What is still waiting is for nobody."""
        self._type_ahead.stop()
        if self.is_headless:  # nothing is left to give back; else `run_app` does it at the very end
            self.watchdog.give_back_signals()

    def _stepper(self, opened: Session | Lecture) -> StepperScreen:
        session = opened if isinstance(opened, Session) else opened.session
        said = "; ".join(filter(None, (_warned(session.scenario), self._message)))
        self._message = ""
        screen = StepperScreen(session, self.look, View(message=said), self._state)
        if not isinstance(opened, Session):
            screen.attend(opened)
        return screen

    def next_theme(self) -> str:
        """The next of the themes that we offer; returns what to say of it."""
        if self._plain:
            return "there are no colours here: NO_COLOR, or few bytes, was asked for"
        at = THEMES.index(self.theme) if self.theme in THEMES else -1
        self.theme = THEMES[(at + 1) % len(THEMES)]
        self.keep({"theme": self.theme})
        return f"theme: {self.theme}"

    def keep(self, kept: Mapping[str, object]) -> None:
        """Keep choices made on the screen for the next time, where that is possible."""
        self._keep(kept)

    def get_driver_class(self) -> type[Driver]:
        """Textual's choice; in place of its driver for terminals, one that takes any byte."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":  # that of Windows, or of the environment's choice
            return found
        from bpstepper.app.driver import TerminalDriver

        return TerminalDriver

    def on_resize(self, event: events.Resize) -> None:
        """A list that has no room is closed: there is nothing to choose from in a line or two."""
        columns, lines = event.size
        too_small = columns < SMALLEST[0] or lines < SMALLEST[1]
        if too_small and isinstance(self.screen, Modal) and self.screen.query(OptionList):
            self.screen.close()

    def on_terminal_gone(self) -> None:
        """A closed terminal must not leave an orphan behind."""
        self._end(_HUNG_UP)

    def on_picker_screen_picked(self, event: PickerScreen.Picked) -> None:
        """Open the chosen scenario over the picker, or say there what is wrong with it."""
        problem = ""
        try:
            opened = _lecture(event.source) if event.course else start(load(event.source))
        except ScenarioError as error:
            problem = str(error)
        else:
            self.push_screen(self._stepper(opened))
        if self._picker is not None:
            self._picker.tell(problem)

    def _fatal_error(self) -> None:
        """Say where it crashed: Textual's own page of local variables is for its developers."""
        import traceback

        from rich.text import Text

        said = "bpstepper: internal error. Your files are as they were. What happened:\n\n"
        self.panic(Text(said + traceback.format_exc()))

    def action_interrupt(self) -> None:
        """Ctrl-C: leave at once, with the status of an interrupt."""
        self._end(130)

    def action_leave(self) -> None:
        """Leave the program."""
        self.exit(return_code=0)

    def _end(self, status: int) -> None:
        """End in order, with what is pending kept; where that fails, the watchdog ends it."""
        if not self.is_headless:  # there the process is somebody else's
            self.watchdog.wait_for_end(status)
        self._keep_pending()
        self.exit(return_code=status)

    def _keep_pending(self) -> None:
        """Write what an autosave has not written yet."""
        for screen in self.screen_stack:
            if isinstance(screen, StepperScreen):
                screen.controllers.autosave.flush()

    def _last_words(self) -> tuple[Callable[[], None], ...]:
        from bpstepper.app.driver import TerminalDriver

        driver = self._driver
        give_back = (driver.give_back,) if isinstance(driver, TerminalDriver) else ()
        return (*give_back, self._keep_pending)


def _lecture(source: str) -> Lecture:
    """The course of a file; what reads courses loads with the first one."""
    from bpstepper.scenario.course import load_course
    from bpstepper.session.lecture import begin

    return begin(load_course(source))


def _warned(scenario: Scenario) -> str:
    return "; ".join(warning.message for warning in scenario.warnings)


def run_app(app: StepperApp) -> int:
    """Run the app in this terminal; return the exit status."""
    try:
        app.run()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except OSError:
        # the terminal went away; nothing that is left over can be written, at the very end neither
        streams.silence()
        return _HUNG_UP
    finally:
        app.watchdog.give_back_signals()
    return 1 if app.return_code is None else app.return_code  # none: it did not end by `exit`
