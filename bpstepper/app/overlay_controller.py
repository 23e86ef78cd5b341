"""What is laid over the stepper to be read or chosen from; it loads when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bpstepper.app.host import Host
from bpstepper.app.run_until import RunUntilController

if TYPE_CHECKING:
    from bpstepper.explain.outline import Destination

__all__ = ["OverlayController"]


class OverlayController:
    """Opens explanations, derivations, help, the outline, and what can be copied."""

    def __init__(
        self, host: Host, run_until: RunUntilController, copy: Callable[[str], None]
    ) -> None:
        """Open nothing yet.

        Args:
            host: the screen.
            run_until: who goes to an update that is far.
            copy: hands a text to the terminal's clipboard.
        """
        self._host = host
        self._run_until = run_until
        self._to_clipboard = copy

    def why(self) -> None:
        """Show the whole explanation."""
        from bpstepper.app.overlays import WhyOverlay

        self._host.open(WhyOverlay(self._host.session, self._host.look))

    def derive(self) -> None:
        """Show the number derived by the chain rule."""
        if self._host.session.at_start:
            self._host.tell("there is no number to derive before the first step")
            return
        from bpstepper.app.overlays import DeriveOverlay

        self._host.open(DeriveOverlay(self._host.session, self._host.look))

    def help(self) -> None:
        """Show all keys."""
        from bpstepper.app.overlays import HelpOverlay

        self._host.open(HelpOverlay(self._host.look.charset))

    def palette(self) -> None:
        """Search all commands."""
        from bpstepper.app.palette import PalettePrompt

        if self._host.has_room():
            self._host.open(PalettePrompt(self._host.look.charset), self._do_chosen)

    def _do_chosen(self, name: str | None) -> None:
        if name is not None:
            self._host.press(name)

    def outline(self) -> None:
        """Choose from all weights, samples and steps where to go."""
        from bpstepper.app.outline import OutlinePrompt

        if self._host.has_room():
            self._host.open(OutlinePrompt(self._host.session, self._host.look), self._go_into)

    def _go_into(self, chosen: Destination | None) -> None:
        if chosen is None:
            return
        from bpstepper.explain.outline import arrive

        if chosen.key:
            self._host.arrive(arrive(self._host.session, chosen), page="step")
        else:
            self._host.see(page="step")
            self._run_until.travel(f"update {chosen.update}")

    def copy(self) -> None:
        """Ask what to copy, and hand it to the terminal's clipboard."""
        if self._host.session.at_start:
            self._host.tell("there is no number to copy before the first step")
            return
        from bpstepper.report.copies import COPIES

        if self._host.has_room():
            self._host.choose("Copy", [(row.key, row.title) for row in COPIES], self._copy)

    def _copy(self, key: str | None) -> None:
        from bpstepper.report.copies import COPIES, MOST_CELLS
        from bpstepper.session.inspecting import focus

        row = next((row for row in COPIES if row.key == key), None)
        if row is None:
            return
        quantity, cell = focus(self._host.session)
        count = quantity.value.size
        if count > MOST_CELLS:
            self._host.tell(f"{count:,} numbers are too many to copy; export them instead")
            return
        self._to_clipboard(row.text(quantity, cell))
        self._host.tell(f"copied {row.title}; a terminal may ask, or not allow it")
