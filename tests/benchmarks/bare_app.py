"""The least that an app of this kind costs: Textual, numpy, one line that a key changes."""

from __future__ import annotations

import sys

import numpy as np
from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static


class BareApp(App[None]):
    """One line; every key changes it, and q ends it."""

    def compose(self) -> ComposeResult:
        """The line."""
        self._count = np.zeros(())
        yield Static("pressed 0 times")

    def on_key(self, event: events.Key) -> None:
        """Another number on the line."""
        if event.key == "q":
            self.exit()
            return
        self._count += 1
        self.query_one(Static).update(f"pressed {int(self._count)} times")


if __name__ == "__main__":
    BareApp().run()
    sys.exit(0)
