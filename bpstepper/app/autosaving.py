"""Keeping where one stands until an orderly end, and offering it after one that was not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bpstepper.app.editing import EditingController
from bpstepper.app.host import Host

if TYPE_CHECKING:
    from bpstepper.session.autosave import Autosave
    from bpstepper.session.autosave_format import Resumable

__all__ = ["AutosaveController"]

_TICK = 1.0  # seconds between two looks; how often a file is written is `Autosave`'s `every`


class AutosaveController:
    """Keeps a session with its edits, and takes it up again."""

    def __init__(self, host: Host, editing: EditingController, state: Path | None) -> None:
        """Begin with nothing kept.

        Args:
            host: the screen.
            editing: whose edits are kept.
            state: the file of remembered settings, beside which what is done is kept until an
                orderly end; None keeps nothing.
        """
        self._host = host
        self._editing = editing
        self._state = state
        self._autosave: Autosave | None = None

    def switch_off(self) -> None:
        """Keep nothing: where one stood in one of many scenarios is nothing to resume."""
        self._state = None

    def offer(self) -> None:
        """Ask whether to go on where a program that was killed had come to; then keep."""
        if self._state is None or self._autosave is not None:
            return
        from bpstepper.session.autosave import Autosave, autosave_folder

        scenario = self._host.session.scenario
        autosave = Autosave(autosave_folder(self._state))
        found = autosave.open(scenario.name, scenario)
        if autosave.warning:
            self._host.tell(autosave.warning)
        if found is None:
            self._begin(autosave)
            return
        at = f"update {found.cursor.update}, {found.step}" if found.step else "the start"
        edits = f", with {len(found.done)} changes" if found.done else ""
        rows = [("r", f"resume at {at}{edits}"), ("n", "begin anew")]
        self._host.choose("This was not closed in order", rows, self._answered(autosave, found))

    def _answered(self, autosave: Autosave, found: Resumable) -> Callable[[str | None], None]:
        def answered(key: str | None) -> None:
            scenario = self._host.session.scenario
            history = autosave.resume(found, scenario) if key == "r" else None
            if history is not None:
                self._editing.take(history, "resumed where it was left")
            elif autosave.warning:
                self._host.tell(autosave.warning)
            self._begin(autosave)

        return answered

    def _begin(self, autosave: Autosave) -> None:
        self._autosave = autosave
        if autosave.is_on:
            autosave.keep(self._editing.history())
            self._host.every(_TICK, autosave.tick)

    def keep(self) -> None:
        """Keep where one stands now."""
        if self._autosave is not None and self._autosave.is_on:
            self._autosave.keep(self._editing.history())

    def flush(self) -> None:
        """Write what waits to be kept: the end is near."""
        if self._autosave is not None and self._autosave.is_on:
            self._autosave.flush()

    def forget(self) -> None:
        """Forget what was kept: the end is an orderly one."""
        if self._autosave is not None:
            self._autosave.clear()
            self._autosave = None
