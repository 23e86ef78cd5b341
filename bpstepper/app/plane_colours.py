"""The colours of a plane's levels: from blue over light to orange, which the colour-blind tell.

The roles are `drawing.plots.heat_plane`'s: `plane-5` is a level with its own glyph, `plane-5-2`
one on another, and `plane-5-point` and `plane-5-wrong` are points on a level.
"""

from __future__ import annotations

from rich.style import Style

__all__ = ["plane_style"]

_LEVELS = (
    "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#fee0b6", "#fdb863", "#e08214", "#b35806",
)  # fmt: skip
_TEXTURE = (
    "#3a78b6", "#5aa1cb", "#a4cfe3", "#c0d8e6", "#f0d09f", "#eaa24b", "#cc7410", "#9a4a04",
)  # fmt: skip
"""Of the glyphs that say the level without its colour: near to it, so that they do not disturb."""


def plane_style(role: str) -> Style:
    """How a role of a plane looks."""
    _, level, *other = role.split("-")
    ground = _LEVELS[int(level)]
    if not other:
        return Style(color=_TEXTURE[int(level)], bgcolor=ground)
    if other[0] == "point":
        dark = int(level) in (0, 7)
        return Style(color="#ffffff" if dark else "#000000", bgcolor=ground, bold=True)
    if other[0] == "wrong":
        return Style(color="#ffffff", bgcolor="#000000", bold=True)
    return Style(color=ground, bgcolor=_LEVELS[int(other[0])])
