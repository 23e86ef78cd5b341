"""Strips that tell a terminal only what changes from one piece of a line to the next.

Textual writes every piece of a line with all of its style, and takes all of it back behind it:
forty bytes for a number of five digits. In a frame full of numbers that is most of what goes over
the line, though neighbours mostly differ in one colour.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style
from textual.strip import Strip

__all__ = ["LeanStrip"]

_BACK = "\x1b[0m"
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "blink", "reverse", "strike")


class LeanStrip(Strip):
    """A strip that looks the same and takes fewer bytes."""

    def render(self, console: Console) -> str:
        """The strip as a terminal is sent it, from a terminal without a style to one without."""
        if self._render_cache is None:
            system = COLOR_SYSTEMS[console.color_system or "truecolor"]
            pieces, before = [], Style.null()
            for text, style, _ in self._segments:
                after = style or Style.null()
                if after != before:
                    pieces.append(_change(before, after, system))
                pieces.append(text)
                before = after
            if Strip.render_ansi(before, system):
                pieces.append(_BACK)
            self._render_cache = "".join(pieces)
        return self._render_cache


@lru_cache(maxsize=4096)
def _change(before: Style, after: Style, system: ColorSystem) -> str:
    """What takes a terminal from one style to another."""
    lost = any(getattr(before, name) and not getattr(after, name) for name in _ATTRIBUTES)
    lost |= bool(before.color and not after.color) or bool(before.bgcolor and not after.bgcolor)
    whole = Strip.render_ansi(after, system)
    if lost:  # the one code that takes an attribute back takes all of them
        return f"\x1b[0;{whole}m" if whole else _BACK
    gained: dict[str, Any] = {
        name: True for name in _ATTRIBUTES if getattr(after, name) and not getattr(before, name)
    }
    new = Style(
        color=after.color if after.color != before.color else None,
        bgcolor=after.bgcolor if after.bgcolor != before.bgcolor else None,
        **gained,
    )
    codes = Strip.render_ansi(new, system)
    return f"\x1b[{codes}m" if codes else ""
