"""What if: changing a number or a setting, taking it back, comparing, saving.

What a change makes of a session is `session.editing`'s business; this is the part of the screen
that asks for it. All of it loads when it is asked for.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bpstepper.app.run_until import TravellingScreen
from bpstepper.pages.view import View
from bpstepper.session import GoError

if TYPE_CHECKING:
    from bpstepper.session.autosave import Autosave
    from bpstepper.session.autosave_format import Resumable
    from bpstepper.session.editing import EditHistory

__all__ = ["EditingScreen", "new_file"]


def new_file(name: str, ending: str = ".toml") -> None:
    """Whether a name can be that of a new file with this ending; raises GoError."""
    path = Path(name.strip())
    if not name.strip() or path.suffix != ending:
        raise GoError(f"the name of a file that ends in {ending} is needed")
    if os.path.lexists(path):
        raise GoError("there is a file of this name; take another")
    if not path.parent.is_dir():
        raise GoError("there is no such folder")


class EditingScreen(TravellingScreen):
    """A screen whose session can be changed; what it shows is its heirs' business."""

    view: View

    def __init__(self, state: Path | None = None) -> None:
        """Begin without edits.

        Args:
            state: the file of remembered settings, beside which what is done is kept until an
                orderly end; None keeps nothing.
        """
        super().__init__()
        self._desk: EditHistory | None = None
        self._state = state
        self._autosave: Autosave | None = None

    def tell(self, message: str) -> None:
        """Say something until the next key."""
        raise NotImplementedError

    def toggle(self, page: str) -> None:
        """Show a page, or the step again where it is shown."""
        raise NotImplementedError

    def desk(self) -> EditHistory:
        """The edits made so far, where we stand now."""
        from bpstepper.session.editing import EditHistory  # loaded by who edits

        if self._desk is None:
            self._desk = EditHistory.of(self.session)
        return self._desk.moved(self.session)

    def do_edit(self) -> None:
        """Ask what to change; an inspected number that can be changed stands there already."""
        from bpstepper.engine.run.dataflow import origin
        from bpstepper.session.editing import EditError, editable, parse_edit
        from bpstepper.session.inspecting import focus

        def check(text: str) -> object:
            try:
                return parse_edit(self.session, text)
            except EditError as error:
                raise GoError(str(error)) from None

        value = ""
        if self.session.spot is not None:
            quantity, cell = focus(self.session)
            key, cell = origin(self.session.trace, quantity.key, cell)  # of (W²)ᵀ, its W²
            path = editable(self.session, key, cell)
            value = f"{path} = {float(self.session.trace[key][cell])!r}" if path else ""
        known = "W2[1,2] = 0.5   b1[2] = 0   x[1] = 0.3   network.layout = row"
        example = "training.learning_rate = 0.1, network.layers.1.activation = tanh"
        label = "Change a number: W2[to, from], counted from 1"
        self._ask(label, known, example, check, self._edit, value)

    def _edit(self, text: str) -> None:
        from bpstepper.session.editing import EditError

        try:
            desk = self.desk().edit(text)
        except EditError as error:
            self.tell(str(error))
            return
        last = desk.edits[-1]
        self._take(desk, f"{last.path}: {last.before} → {last.after}. b compares, z takes it back.")

    def do_propose(self) -> None:
        """Make the change that a note here proposes; it is taken back as any other."""
        from bpstepper.explain.notes import edits_proposed
        from bpstepper.session.editing import EditError

        proposed = edits_proposed(self.session)
        if not proposed:
            self.tell("no note proposes a change here: e makes one of your own")
            return
        before, desk = self.session, self.desk()
        try:
            for text in proposed:
                desk = desk.edit(text)
        except EditError as error:
            self.tell(str(error))
            return
        made = desk.edits[-len(proposed) :]
        told = "; ".join(f"{edit.path}: {edit.before} → {edit.after}" for edit in made)
        back = "z takes it back" if len(made) == 1 else f"z {len(made)} times takes them back"
        self._take(replace(desk, before=before), f"{told}. b compares, {back}.")

    def _take(self, desk: EditHistory, message: str, taken_back: bool = False) -> None:
        self._desk = desk
        edited = None if taken_back else desk.before
        self.view = replace(self.view, before=desk.before, edited=edited)
        self.arrive(desk.session, message)

    def do_undo(self) -> None:
        """Take the last change back."""
        desk = self.desk()
        if not desk.done:
            self.tell("there is no change to take back")
            return
        last = desk.edits[-1]
        told = f"taken back: {last.path} is {last.before} again"
        self._take(desk.undo(), told, taken_back=True)

    def do_redo(self) -> None:
        """Make the change again that was taken back last."""
        desk = self.desk()
        if not desk.undone:
            self.tell("there is no change to make again")
            return
        desk = desk.redo()
        last = desk.edits[-1]
        self._take(desk, f"made again: {last.path} is {last.after}")

    def do_compare(self) -> None:
        """Before and after the last change, and back."""
        if self.view.before is None:
            self.tell("nothing was changed yet: e changes something")
            return
        self.toggle("compare")

    def do_save(self) -> None:
        """Ask for a file, and save what there is as a scenario."""
        name = self.session.scenario.name or "scenario"
        label = "Save as a scenario file"
        self._ask(
            label,
            "the name of a new file, as mine.toml",
            "mine.toml",
            new_file,
            self._save,
            f"{name}-changed.toml",
        )

    def _save(self, name: str) -> None:
        from bpstepper.session.saving import SaveError, save

        try:
            saved = save(self.desk(), name.strip())
        except SaveError as error:
            self.tell(str(error))
        else:
            left = f"; {saved.dropped} published numbers hold no more" if saved.dropped else ""
            self.tell(f"saved as {name.strip()}{left}")

    # ── kept until an orderly end ────────────────────────────────────────────────────────────

    def offer(self) -> None:
        """Ask whether to go on where a program that was killed had come to; then keep."""
        if self._state is None or self._autosave is not None:
            return
        from bpstepper.session.autosave import Autosave, autosave_folder

        autosave = Autosave(autosave_folder(self._state))
        found = autosave.open(self.session.scenario.name, self.session.scenario)
        if autosave.warning:
            self.tell(autosave.warning)
        if found is None:
            self._begin_to_keep(autosave)
            return
        from bpstepper.app.prompts import ChoicePrompt

        at = f"update {found.cursor.update}, {found.step}" if found.step else "the start"
        edits = f", with {len(found.done)} changes" if found.done else ""
        rows = [("r", f"resume at {at}{edits}"), ("n", "begin anew")]
        prompt = ChoicePrompt("This was not closed in order", rows, self.look.charset)
        self.app.push_screen(prompt, lambda key: self._resume(key, autosave, found))

    def _resume(self, key: str | None, autosave: Autosave, found: Resumable) -> None:
        desk = autosave.resume(found, self.session.scenario) if key == "r" else None
        if desk is not None:
            self._take(desk, "resumed where it was left")
        elif autosave.warning:
            self.tell(autosave.warning)
        self._begin_to_keep(autosave)

    def _begin_to_keep(self, autosave: Autosave) -> None:
        self._autosave = autosave
        if autosave.is_on:
            autosave.keep(self.desk())
            self.set_interval(1.0, autosave.tick)

    def keep(self) -> None:
        """Keep where one stands now."""
        if self._autosave is not None and self._autosave.is_on:
            self._autosave.keep(self.desk())

    def forget(self) -> None:
        """Forget what was kept: the end is an orderly one."""
        if self._autosave is not None:
            self._autosave.clear()
            self._autosave = None
