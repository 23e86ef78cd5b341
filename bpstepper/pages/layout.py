"""What all pages of the stepper have in common: rules, filling up, and where a click lands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span
from bpstepper.session import Spot

__all__ = ["WIDE", "Hint", "Page", "Region", "Target", "blank", "filled", "rule", "shifted"]

WIDE = 110
"""Columns of a screen that has a side."""


@dataclass(frozen=True)
class Hint:
    """A key and what it does, for the last line."""

    key: str
    does: str


class Target(NamedTuple):
    """What stands at a place of the screen and can be clicked: one of these, the others empty.

    Attributes:
        step: a step of this update, from 0.
        spot: a cell of a matrix of this step.
        unit: a unit: its layer, and its place in it, from 0.
    """

    step: int | None = None
    spot: Spot | None = None
    unit: tuple[int, int] | None = None


class Region(NamedTuple):
    """A rectangle of a page, and what stands at a line and a column of it, from its corner.

    Attributes:
        line: its first line.
        column: its first column.
        at: (line, column) within it → what is there, or None. Asked only when it is clicked.
    """

    line: int
    column: int
    at: Callable[[int, int], Target | None]


class Page(NamedTuple):
    """What stands between the header and the keys.

    Attributes:
        lines: from the top; fewer than there is room for are filled up.
        regions: what can be clicked; the first that knows a place has it.
    """

    lines: Sequence[Line]
    regions: tuple[Region, ...] = ()


def shifted(regions: Sequence[Region], lines: int, columns: int) -> tuple[Region, ...]:
    """Regions of a pane where the pane stands on its page."""
    return tuple(
        region._replace(line=region.line + lines, column=region.column + columns)
        for region in regions
    )


def blank(columns: int) -> Line:
    """An empty line."""
    return (Span(" " * columns),)


def filled(lines: Sequence[Line], count: int, columns: int) -> list[Line]:
    """Exactly `count` lines: cut off, or filled up with empty ones."""
    return [*lines[:count], *[blank(columns)] * (count - len(lines))]


def rule(look: RenderOptions, columns: int) -> Line:
    """A line across."""
    return (Span(look.charset.translate("─") * columns, "rule"),)
