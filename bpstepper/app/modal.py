"""A screen over another one that can be left only once."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.screen import ModalScreen

__all__ = ["Modal"]

Result = TypeVar("Result")


class Modal(ModalScreen[Result], Generic[Result]):
    """A modal screen; leaving it a second time leaves nothing else.

    Keys may come faster than screens go: Textual's own `dismiss` then pops whatever is on top.
    """

    def close(self, result: Result | None = None) -> None:
        """Leave with a result, if this screen is still the one on top."""
        if self.is_active:
            self.dismiss(result)
