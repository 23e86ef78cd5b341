"""A list to choose from that keeps its head in terminals of no size at all."""

from __future__ import annotations

from textual.widgets import OptionList

__all__ = ["Choices"]


class Choices(OptionList):
    """Textual's list; while it has no room, its pages and ends are nowhere, and asking is no error.

    Textual lays out the lines of the list when it has room for them, and looks a line up before.
    """

    def action_page_up(self) -> None:
        """A page up, where there are pages."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """A page down, where there are pages."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]
