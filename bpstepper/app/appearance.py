"""How things are drawn: digits, letters, signs and colours, changed and remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bpstepper.app.host import Host
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions

__all__ = ["AppearanceController"]

_FEWEST_DIGITS, _MOST_DIGITS = 2, 12


class AppearanceController:
    """Changes the look of the host; the numbers stay."""

    def __init__(self, host: Host, next_theme: Callable[[], str]) -> None:
        """Change nothing yet.

        Args:
            host: the screen.
            next_theme: turns to the next theme, and says what to say of it.
        """
        self._host = host
        self._next_theme = next_theme

    def switch_ascii(self) -> None:
        """Switch between Unicode and ASCII."""
        charset = UNICODE if self._host.look.charset.ascii else ASCII
        self._draw_as(replace(self._host.look, charset=charset), ascii=charset.ascii)

    def more_digits(self) -> None:
        """One significant digit more."""
        self._digits(1)

    def fewer_digits(self) -> None:
        """One significant digit less."""
        self._digits(-1)

    def _digits(self, by: int) -> None:
        digits = min(max(self._host.look.digits + by, _FEWEST_DIGITS), _MOST_DIGITS)
        self._draw_as(replace(self._host.look, digits=digits), digits=digits)
        self._host.tell(f"{digits} significant digits")

    def _draw_as(self, look: RenderOptions, **kept: object) -> None:
        self._host.look = look
        self._host.see()
        self._host.remember(**kept)

    def next_theme(self) -> None:
        """The next of the themes."""
        self._host.tell(self._next_theme())

    def choose_notation(self) -> None:
        """Choose the book whose letters are shown."""
        from bpstepper.explain.notation.notations import NOTATIONS

        rows = [(row.id, row.title) for row in NOTATIONS.values()]
        label = "Whose letters? The numbers stay."
        if self._host.has_room():
            self._host.choose(label, rows, self._write_as, self._host.look.notation)

    def switch_error_signal(self) -> None:
        """Both labels on the same numbers, and back."""
        self._write_as("book" if self._host.look.notation == "both" else "both")

    def _write_as(self, notation: str | None) -> None:
        if notation is None:
            return
        from bpstepper.explain.notation.notations import NOTATIONS

        self._host.look = replace(self._host.look, notation=notation)
        self._host.tell(NOTATIONS[notation].says)
        self._host.remember(notation=notation)
