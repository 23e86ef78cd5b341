"""A layer's activation as a curve, with its units standing on it, and how steep it is there.

On the way back the curve is the slope's: what δ is multiplied by is read off it, and a unit far
out stands on the flat part. The curves are the kernels' own values on a grid. Nothing is marked
that has not been reached.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpstepper.drawing.network.canvas import BLANK, Page, braille, straight
from bpstepper.drawing.network.diagram_data import InPlay, in_play
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, clean, shorten, width
from bpstepper.engine.ops.kernels import Kernel
from bpstepper.engine.tables.activations import Activation
from bpstepper.explain.notation.letters import Letters, letters_of
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.explain.visibility import Visibility
from bpstepper.number_format import number
from bpstepper.session import Session

__all__ = ["draw_curve"]

_LEAST = (18, 6)  # columns and lines
_BOTH = 60  # columns from which the function and its slope stand side by side
_REACH = 6.0  # z that are always seen, to either side
_FARTHEST = 1e6  # z beyond are marked at the edge
_TANGENT = 0.15  # of the range of z, to either side
_NAMED = 12  # units of a layer that are named
_LONGEST_NAME = 8

Grid = NDArray[np.float64]


@dataclass(frozen=True)
class _Point:
    """A unit: its name, its z, and what the curve is there, None where that is still to come."""

    name: str
    z: float
    height: float | None
    chosen: bool


def draw_curve(
    session: Session, look: RenderOptions, columns: int, lines: int, sight: Visibility | None = None
) -> list[Line]:
    """The activation of the current step's layer, as `lines` lines of `columns` cells.

    Args:
        session: any place.
        look: how things are drawn.
        columns: cells of each line.
        lines: how many.
        sight: what is seen of the step; by default what the session alone says.

    Returns:
        The lines; none where the step has no layer with a function of single units, at the start,
        or where there is no room.
    """
    if session.at_start or columns < _LEAST[0] or lines < _LEAST[1]:
        return []
    layer = session.step.equation.layer
    if not layer:
        return []
    activation = session.scenario.network.layer(layer).function
    if activation.slope is None:
        return []
    play = in_play(session, sight=sight)
    page = Page(columns, lines)
    letters = letters_of(NOTATIONS[look.notation], session.scenario.network, layer)
    panels = [
        _Panel(play, look, letters, activation, layer, steep) for steep in _panels(play, columns)
    ]
    room = columns // len(panels)
    for position, panel in enumerate(panels):
        panel.draw(page, position * room, room - (len(panels) > 1), lines - 1)
    _told(play, look, letters, layer, page)
    return page.drawn()


def _panels(play: InPlay, columns: int) -> tuple[bool, ...]:
    """Which curves: the function's (False), the slope's (True)."""
    if play.phase != "backward":
        return (False,)
    return (False, True) if columns >= _BOTH else (True,)


def _told(play: InPlay, look: RenderOptions, letters: Letters, layer: int, page: Page) -> None:
    """The numbers of the chosen unit, as far as they are known, on the last line."""
    unit, charset = play.unit(layer), look.charset
    values = {kind: _value(play, kind, layer, unit) for kind in ("z", "a", "slope")}
    texts = {
        kind: number(value, min(look.digits, 4), ascii=charset.ascii)
        for kind, value in values.items()
        if value is not None
    }
    labels = {
        kind: charset.translate(letters.words.get(kind, kind)) for kind in ("z", "a", "slope")
    }
    x = page.put(page.lines - 1, 1, _name(play, look, layer, unit), "target")
    for kinds in (("z", "a", "slope"), ("z", "slope"), ("slope",)):
        told = [kind for kind in kinds if kind in texts]
        if x + sum(width(labels[kind]) + 3 + width(texts[kind]) for kind in told) <= page.columns:
            for kind in told:
                x = page.put(page.lines - 1, x + 2, f"{labels[kind]} ", "label")
                x = page.put(page.lines - 1, x, texts[kind], "value")
            return


def _name(play: InPlay, look: RenderOptions, layer: int, unit: int) -> str:
    name = play.session.scenario.network.unit_names(layer)[unit]
    return shorten(look.charset.translate(clean(name)), _LONGEST_NAME, look.charset.left_out)


def _value(play: InPlay, kind: str, layer: int, unit: int) -> float | None:
    quantity = play.known(kind, layer)
    return None if quantity is None else play.at_unit(quantity, layer, unit)


class _Panel:
    """One curve."""

    def __init__(
        self,
        play: InPlay,
        look: RenderOptions,
        letters: Letters,
        activation: Activation,
        layer: int,
        steep: bool,
    ) -> None:
        self.look, self.letters = look, letters
        slope = activation.slope or activation.apply
        self.kernel: Kernel = slope if steep else activation.apply
        self.title = letters.formula(activation.slope_formula if steep else activation.formula)
        self.points = _points(play, look, layer, "slope" if steep else "a")
        known = [point.z for point in self.points if math.isfinite(point.z)]
        self.low = max(_outward(min([-_REACH, *known])), -_FARTHEST)
        self.high = min(_outward(max([_REACH, *known])), _FARTHEST)
        self.tangent: float | None = None
        if not steep:
            self.tangent = _value(play, "slope", layer, play.unit(layer))

    def draw(self, page: Page, left: int, columns: int, lines: int) -> None:
        """Put the curve on a part of the page: its formula, the plot, and what z runs over."""
        charset = self.look.charset
        title = shorten(charset.translate(self.title), columns - 2, charset.left_out)
        page.put(0, left + 1, title, "formula")
        wide, high = columns, lines - 2
        heights = self._heights(wide)
        bottom, top = heights
        labels = [self._short(value) for value in (top, bottom)]
        margin = max(map(width, labels)) + 1
        wide -= margin + 1
        for line, text in zip((1, high), labels, strict=True):
            page.put(line, left + margin - 1 - width(text), text, "label")
        field = _Field(page, left + margin, 1, wide, high, (self.low, self.high), heights)
        field.draw(self._curve(wide * 2), self._tangent_ends(), charset.ascii)
        self._mark(field)
        ends = self._short(self.low), self._short(self.high)
        page.put(lines - 1, left + margin, ends[0], "label")
        page.put(lines - 1, left + margin + wide - width(ends[1]), ends[1], "label")
        zero = field.column(0.0)
        page.put(lines - 1, left + margin + zero, "0", "label")
        z = charset.translate(self.letters["z"])
        if zero + 3 + width(z) < wide - width(ends[1]):
            page.put(lines - 1, left + margin + zero + 3, z, "label")

    def _short(self, value: float) -> str:
        return number(value, 3, ascii=self.look.charset.ascii)

    def _curve(self, count: int) -> tuple[Grid, Grid]:
        z = np.linspace(self.low, self.high, max(count, 2))
        return z, self.kernel(z[None, :])[0]

    def _heights(self, count: int) -> tuple[float, float]:
        """The lowest and the highest value to be seen; 0 is always among them."""
        _, values = self._curve(count * 2)
        if self.low < 0 < self.high:  # where a cusp may be, between two of the others
            values = np.append(values, self.kernel(np.zeros((1, 1)))[0])
        marked = [point.height for point in self.points if point.height is not None]
        seen = [x for x in (*values.tolist(), *marked) if abs(x) <= 2 * _FARTHEST]
        low, high = _outward(min([0.0, *seen])), _outward(max([0.0, *seen]))
        return low, high if high > low else low + 1.0

    def _tangent_ends(self) -> tuple[Grid, Grid] | None:
        """Two points of the tangent at the chosen unit, where its slope is known."""
        found = next((point for point in self.points if point.chosen), None)
        if found is None or found.height is None or self.tangent is None:
            return None
        reach = _TANGENT * (self.high - self.low)
        z = np.array([found.z - reach, found.z + reach])
        return z, found.height + self.tangent * (z - found.z)

    def _mark(self, field: _Field) -> None:
        """The units on the curve; one whose value is still to come stands on the z axis."""
        charset, page = self.look.charset, field.page
        places = []
        for point in sorted(self.points, key=lambda point: point.chosen):
            if math.isnan(point.z):
                continue
            height = field.heights[0] if point.height is None else point.height
            y = field.top + field.row(height)
            x = field.left + field.column(point.z)
            role = "target" if point.chosen else "unit"
            page.put(y, x, charset.translate("●" if point.chosen else "○"), role)
            places.append((point, y, x, role))
        for point, y, x, role in reversed(places):
            if not (point.chosen or len(places) <= _NAMED):
                continue
            cells = width(point.name)
            around = ((y, x + 2), (y, x - 1 - cells), (y - 1, x + 1), (y + 1, x + 1), (y + 1, x))
            for over in (False, True):
                free = [
                    (line, first)
                    for line, first in around
                    if field.left <= first
                    and field.top <= line < field.top + field.lines
                    and first + cells <= field.left + field.columns
                    and page.is_blank(line, first, first + cells - 1, over)
                ]
                if free:
                    page.put(*free[0], point.name, role)
                    break


def _outward(x: float) -> float:
    """A round number a little farther from 0: what is written at an axis is where it ends."""
    if x == 0:
        return 0.0
    places = 1 - math.floor(math.log10(abs(x)))
    steps = math.ceil(abs(x) * 10.0**places - 1e-9)
    return math.copysign(round(steps / 10.0**places, max(places, 0)), x)


def _points(play: InPlay, look: RenderOptions, layer: int, kind: str) -> list[_Point]:
    """The units of a layer whose z has been reached."""
    chosen = play.unit(layer)
    weighted, made = play.known("z", layer), play.known(kind, layer)
    found: list[_Point] = []
    if weighted is None:
        return found
    count = play.session.scenario.network.sizes[layer]
    few = count <= _NAMED
    for unit in range(count):
        z = play.at_unit(weighted, layer, unit)
        height = None if made is None else play.at_unit(made, layer, unit)
        if z is not None:
            height = height if height is None or math.isfinite(height) else None
            # of many units only the chosen one is named
            name = _name(play, look, layer, unit) if few or unit == chosen else ""
            found.append(_Point(name, z, height, unit == chosen))
    return found


def _cell(value: float, ends: tuple[float, float], count: int) -> int:
    """Which of `count` cells between two ends a value falls into; outside, the nearest."""
    if math.isnan(value):
        return 0
    part = (min(max(value, ends[0]), ends[1]) - ends[0]) / (ends[1] - ends[0])
    return min(math.floor(part * count), count - 1)


@dataclass(frozen=True)
class _Field:
    """The part of a page that a plot takes, and what its edges stand for."""

    page: Page
    left: int
    top: int
    columns: int
    lines: int
    widths: tuple[float, float]
    heights: tuple[float, float]

    def column(self, z: float) -> int:
        """The cell of a z, from the left."""
        return _cell(z, self.widths, self.columns)

    def row(self, value: float) -> int:
        """The line of a value, from the top."""
        return self.lines - 1 - _cell(value, self.heights, self.lines)

    @staticmethod
    def _scaled(values: Grid, ends: Sequence[float], count: int) -> NDArray[np.intp]:
        part = (np.clip(values, ends[0], ends[1]) - ends[0]) / (ends[1] - ends[0])
        cells: NDArray[np.intp] = np.floor(np.nan_to_num(part) * count).astype(np.intp)
        return np.minimum(cells, count - 1)

    def draw(
        self, curve: tuple[Grid, Grid], tangent: tuple[Grid, Grid] | None, ascii_only: bool
    ) -> None:
        """The axes, the curve, and the tangent over it."""
        across, down = (1, 1) if ascii_only else (2, 4)
        shape = (self.lines * down, self.columns * across)
        axes, line, touch = (np.zeros(shape, dtype=bool) for _ in range(3))
        zero_x = self._scaled(np.array([0.0]), self.widths, shape[1])[0]
        zero_y = shape[0] - 1 - self._scaled(np.array([0.0]), self.heights, shape[0])[0]
        axes[::2, zero_x] = True
        axes[zero_y, ::2] = True
        self._join(line, *curve)
        if tangent is not None:
            self._join(touch, *tangent, clip=True)
        drawn = ((axes, axes, "axis", "."), (line, line, "curve", "-"))
        for dots, where, role, sign in (*drawn, (touch | line, touch & ~line, "tangent", "=")):
            codes = None if ascii_only else braille(dots)
            seen = where if ascii_only else braille(where) != BLANK
            for y, x in np.argwhere(seen):
                text = sign if codes is None else chr(codes[y, x])
                self.page.put(self.top + int(y), self.left + int(x), text, role)

    def _join(self, dots: NDArray[np.bool_], z: Grid, values: Grid, clip: bool = False) -> None:
        """Dots from each point to the next."""
        high, wide = dots.shape
        fine = np.isfinite(values)
        z, values = z[fine], values[fine]
        if clip and len(z) == 2:  # what leaves the plot is left out, not bent along its edge
            count = 4 * wide
            z = np.linspace(float(z[0]), float(z[1]), count)
            values = np.linspace(float(values[0]), float(values[1]), count)
            inside = (values >= self.heights[0]) & (values <= self.heights[1])
            inside &= (z >= self.widths[0]) & (z <= self.widths[1])
            z, values = z[inside], values[inside]
        xs = self._scaled(z, self.widths, wide)
        ys = high - 1 - self._scaled(values, self.heights, high)
        for i in range(len(xs) - 1):
            if abs(int(ys[i + 1]) - int(ys[i])) <= 1:
                dots[ys[i], xs[i]] = True
                continue
            along, up = straight(float(ys[i]), float(ys[i + 1]), int(xs[i + 1] - xs[i]) + 1)
            dots[up, xs[i] + along] = True
        if len(xs):
            dots[ys[-1], xs[-1]] = True
