"""What if: changing a number or a setting, taking it back, comparing, saving.

What a change makes of a session is `session.editing`'s business; this is the controller that asks
for it. All of it loads when it is asked for.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bpstepper.app.host import Host
from bpstepper.session import GoError

if TYPE_CHECKING:
    from bpstepper.session.editing import EditHistory

__all__ = ["EditingController", "new_file"]


def new_file(name: str, ending: str = ".toml") -> None:
    """Whether a name can be that of a new file with this ending; raises GoError."""
    path = Path(name.strip())
    if not name.strip() or path.suffix != ending:
        raise GoError(f"the name of a file that ends in {ending} is needed")
    if os.path.lexists(path):
        raise GoError("there is a file of this name; take another")
    if not path.parent.is_dir():
        raise GoError("there is no such folder")


class EditingController:
    """Changes the session, with undo and redo."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._history: EditHistory | None = None

    def history(self) -> EditHistory:
        """The edits made so far, where we stand now."""
        from bpstepper.session.editing import EditHistory  # loaded by who edits

        if self._history is None:
            self._history = EditHistory.of(self._host.session)
        return self._history.moved(self._host.session)

    def forget(self) -> None:
        """Begin anew with the session that is shown next: it is no edit of this one."""
        self._history = None

    def edit(self) -> None:
        """Ask what to change; an inspected number that can be changed stands there already."""
        from bpstepper.engine.run.dataflow import origin
        from bpstepper.session.editing import EditError, editable, parse_edit
        from bpstepper.session.inspecting import focus

        session = self._host.session

        def check(text: str) -> object:
            try:
                return parse_edit(session, text)
            except EditError as error:
                raise GoError(str(error)) from None

        value = ""
        if session.spot is not None:
            quantity, cell = focus(session)
            key, cell = origin(session.trace, quantity.key, cell)  # of (W²)ᵀ, its W²
            path = editable(session, key, cell)
            value = f"{path} = {float(session.trace[key][cell])!r}" if path else ""
        known = "W2[1,2] = 0.5   b1[2] = 0   x[1] = 0.3   network.layout = row"
        example = "training.learning_rate = 0.1, network.layers.1.activation = tanh"
        label = "Change a number: W2[to, from], counted from 1"
        self._host.ask(label, known, example, check, self._edit, value)

    def _edit(self, text: str) -> None:
        from bpstepper.session.editing import EditError

        try:
            history = self.history().edit(text)
        except EditError as error:
            self._host.tell(str(error))
            return
        last = history.edits[-1]
        told = f"{last.path}: {last.before} → {last.after}. b compares, z takes it back."
        self.take(history, told)

    def propose(self) -> None:
        """Make the change that a note here proposes; it is taken back as any other."""
        from bpstepper.explain.notes import edits_proposed
        from bpstepper.session.editing import EditError

        proposed = edits_proposed(self._host.session)
        if not proposed:
            self._host.tell("no note proposes a change here: e makes one of your own")
            return
        before, history = self._host.session, self.history()
        try:
            for text in proposed:
                history = history.edit(text)
        except EditError as error:
            self._host.tell(str(error))
            return
        made = history.edits[-len(proposed) :]
        told = "; ".join(f"{edit.path}: {edit.before} → {edit.after}" for edit in made)
        back = "z takes it back" if len(made) == 1 else f"z {len(made)} times takes them back"
        self.take(replace(history, before=before), f"{told}. b compares, {back}.")

    def take(self, history: EditHistory, message: str, taken_back: bool = False) -> None:
        """Show what a change, or taking one back, has made of the session."""
        self._history = history
        before = history.before
        edited = None if taken_back else before
        self._host.arrive(history.session, message, before=before, edited=edited)

    def undo(self) -> None:
        """Take the last change back."""
        history = self.history()
        if not history.done:
            self._host.tell("there is no change to take back")
            return
        last = history.edits[-1]
        told = f"taken back: {last.path} is {last.before} again"
        self.take(history.undo(), told, taken_back=True)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        history = self.history()
        if not history.undone:
            self._host.tell("there is no change to make again")
            return
        history = history.redo()
        last = history.edits[-1]
        self.take(history, f"made again: {last.path} is {last.after}")

    def compare(self) -> None:
        """Before and after the last change, and back."""
        if self._host.view.before is None:
            self._host.tell("nothing was changed yet: e changes something")
            return
        self._host.toggle("compare")

    def save(self) -> None:
        """Ask for a file, and save what there is as a scenario."""
        name = self._host.session.scenario.name or "scenario"
        self._host.ask(
            "Save as a scenario file",
            "the name of a new file, as mine.toml",
            "mine.toml",
            new_file,
            self._save,
            f"{name}-changed.toml",
        )

    def _save(self, name: str) -> None:
        from bpstepper.session.saving import SaveError, save

        try:
            saved = save(self.history(), name.strip())
        except SaveError as error:
            self._host.tell(str(error))
        else:
            left = f"; {saved.dropped} published numbers hold no more" if saved.dropped else ""
            self._host.tell(f"saved as {name.strip()}{left}")
