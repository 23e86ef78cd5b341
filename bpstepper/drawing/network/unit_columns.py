"""Where the units of a network stand on a page: which layers, which units, how wide, on what lines.

A network that has no room is scaled down in this order: fewer digits and shorter names, numbers
only where the step is about them, fewer layers, always with those that the step is about; and of
a large layer only some units, always with the one in play. What is put there, and the wires, are
the diagram's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import NamedTuple

from bpstepper.drawing.network.diagram_data import InPlay
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, shorten, width
from bpstepper.engine.run.trace import Quantity
from bpstepper.number_format import measure, table, typical

__all__ = ["Column", "Plan", "Row", "Slot", "plan"]

_MOST_UNITS = 12  # of a layer; more wires than theirs say nothing
_MOST_PITCH = 6  # lines from a unit to the next
_MOST_EXTRAS = 2  # more numbers below a unit
_EDGE = 1  # cells of the bracket at either side of a unit


class Slot(NamedTuple):
    """A place in a layer's column.

    Attributes:
        kind: "unit", "bias" for the 1 whose wires carry the biases, "more" for units left out.
        number: which unit; of those left out, how many.
    """

    kind: str
    number: int = 0


class Row(NamedTuple):
    """A number below a unit: what it is called, and its text for each unit."""

    caption: str
    texts: dict[int, str]


@dataclass(frozen=True)
class Column:
    """A layer on the page.

    Attributes:
        layer: which one.
        left: its first cell.
        width: its cells.
        lines: on which line, from the top of the drawing, each slot stands.
        slots: what stands there.
        names: each unit's name, as it is written.
        caption: what the numbers are; empty where there are none.
        texts: each unit's number, all of one width; blank where it is not known yet.
        extras: more numbers, to write below each unit.
    """

    layer: int
    left: int
    width: int
    lines: tuple[int, ...]
    slots: tuple[Slot, ...]
    names: dict[int, str]
    caption: str
    texts: dict[int, str]
    extras: tuple[Row, ...]

    @property
    def right(self) -> int:
        """The first cell after it."""
        return self.left + self.width

    def line_of(self, slot: Slot) -> int | None:
        """The line of a unit or of the bias; None where it is left out."""
        found = (line for line, here in zip(self.lines, self.slots, strict=True) if here == slot)
        return next(found, None)


class Plan(NamedTuple):
    """Columns from left to right, and whether layers before and after them are left out."""

    columns: tuple[Column, ...]
    before: bool
    after: bool


class _Detail(NamedTuple):
    """How much is shown.

    Attributes:
        numbers: of "all" layers, of those in "play", of "none".
        digits: of a number.
        name: the most cells of a unit's name.
        near: the fewest cells between layers that the step is about.
        far: the same of others.
        wide: whether a column may be wider for the sake of more numbers below a unit.
    """

    numbers: str
    digits: int
    name: int
    near: int
    far: int
    wide: bool = False


_DETAILS = (
    _Detail("all", 4, 12, 16, 12, wide=True),
    _Detail("all", 4, 12, 14, 10),
    _Detail("all", 4, 6, 10, 6),
    _Detail("play", 4, 6, 10, 4),
    _Detail("play", 3, 4, 9, 3),
    _Detail("play", 3, 3, 8, 2),
)
"""Tried in this order; rather less of this than fewer layers."""

_LEAST = (
    _Detail("play", 3, 4, 5, 2),
    _Detail("play", 2, 2, 3, 2),
    _Detail("none", 2, 3, 4, 2),
    _Detail("none", 2, 2, 1, 1),
)
"""Tried after those; rather fewer layers than less of this."""


def plan(play: InPlay, look: RenderOptions, columns: int, lines: int) -> Plan:
    """The columns of a drawing of `columns` × `lines` cells; at least one, however small it is."""
    slots = cache(lambda layer: _slots(play, layer, lines))
    numbers = cache(partial(_numbers, play, look))
    measured = cache(
        lambda layer, detail: _measured(play, look, layer, detail, slots(layer), numbers)
    )
    depth, about = play.depth, play.layers
    edge = width(look.charset.left_out) + 1
    most = min(depth + 1, max(columns // 4, 1))
    few = min(len(about), 2, most)
    counts = range(most, few - 1, -1)
    attempts = [(count, detail) for count in counts for detail in _DETAILS]
    attempts += [(count, detail) for detail in _LEAST for count in counts]
    for count, detail in attempts:
        window = _window(depth, about, count)
        room = columns - edge * ((window[0] > 0) + (window[-1] < depth))
        own = [measured(layer, detail) for layer in window]
        gaps = _gaps(window, about, detail)
        if sum(column.width for column in own) + sum(gaps) <= room:
            return _placed(own, gaps, window, depth, edge, columns, lines)
    layer = _window(depth, about, 1)[0]
    return _placed([measured(layer, _LEAST[-1])], [], (layer,), depth, 0, columns, lines)


def _window(depth: int, about: Sequence[int], count: int) -> tuple[int, ...]:
    """So many neighbouring layers around those that the step is about."""
    middle = (about[0] + about[-1] + 1) // 2
    first = max(0, min(middle - count // 2, depth + 1 - count))
    return tuple(range(first, first + count))


def _gaps(window: Sequence[int], about: Sequence[int], detail: _Detail) -> list[int]:
    """The fewest cells between neighbours."""
    return [detail.near if {layer - 1, layer} <= {*about} else detail.far for layer in window[1:]]


def _placed(
    own: Sequence[Column],
    gaps: Sequence[int],
    window: Sequence[int],
    depth: int,
    edge: int,
    columns: int,
    lines: int,
) -> Plan:
    """The columns with the spare room between them, and their slots spread over the height."""
    before, after = window[0] > 0, window[-1] < depth
    given = _shared(gaps, columns - edge * (before + after) - sum(column.width for column in own))
    used = sum(column.width for column in own) + sum(given)
    left = edge * before + max(columns - edge * (before + after) - used, 0) // 2
    with_bias = any(Slot("bias") in column.slots for column in own)
    tallest = max(len(column.slots) for column in own)
    spread = max(min(lines, tallest * _MOST_PITCH), 1)
    top = (lines - spread) // 2
    foot = 0  # lines below the units, for the bias: one, and air where there is some
    if with_bias:
        foot = max(spread // (tallest + 1) - 1, 1)
    found = []
    for position, column in enumerate(own):
        units = [slot for slot in column.slots if slot.kind != "bias"]
        bias = len(column.slots) - len(units)
        high = spread - foot if len(units) <= spread - foot else spread - bias
        at = _spread(len(units), top, high)
        below = (top + spread - 1,) * bias
        fitting = column.extras[: max(high // len(units) - 2, 0)]
        found.append(replace(column, left=left, lines=(*at, *below), extras=fitting))
        left += column.width + (given[position] if position < len(given) else 0)
    return Plan(tuple(found), before, after)


def _spread(count: int, top: int, lines: int) -> tuple[int, ...]:
    """The lines of so many places, evenly over so many lines."""
    return tuple(top + (2 * i + 1) * lines // (2 * count) for i in range(count))


def _shared(gaps: Sequence[int], room: int) -> list[int]:
    """The gaps with the spare cells, evenly; but no wires of more than 40 cells."""
    given = list(gaps)
    while given and sum(given) < room and min(given) < 40:
        given[given.index(min(given))] += 1
    return given


# ── one layer ────────────────────────────────────────────────────────────────────────────────


def _measured(
    play: InPlay,
    look: RenderOptions,
    layer: int,
    detail: _Detail,
    slots: tuple[Slot, ...],
    numbers: Callable[..., tuple[dict[int, str], int]],
) -> Column:
    """A layer's column at the left edge: how wide it is, and what stands in it."""
    units = tuple(slot.number for slot in slots if slot.kind == "unit")
    charset = look.charset
    own = play.session.scenario.network.unit_names(layer)
    names = _names([charset.translate(clean(own[unit])) for unit in units], look, detail.name)
    wanted = detail.numbers == "all" or (detail.numbers == "play" and layer in play.layers)
    readings = play.readings(layer) if wanted else ()
    digits = min(detail.digits, look.digits)
    reading = readings[0] if readings else None
    texts, cells = numbers(reading, layer, units, digits)
    inner = max(map(width, names)) + (cells + 1 if wanted else 0)
    extras: list[Row] = []
    for quantity in readings[1 : 1 + _MOST_EXTRAS]:
        below, taken = numbers(quantity, layer, units, digits)
        caption = charset.translate(play.caption(quantity))
        if detail.wide:
            inner = max(inner, width(caption) + 1 + taken)
        if width(caption) + 1 + taken <= inner:
            extras.append(Row(caption, below))
    return Column(
        layer=layer,
        left=0,
        width=inner + 2 * _EDGE,
        lines=(),
        slots=slots,
        names=dict(zip(units, names, strict=True)),
        caption=charset.translate(play.caption(readings[0])) if readings else "",
        texts=texts if wanted else {},
        extras=tuple(extras),
    )


def _names(names: Sequence[str], look: RenderOptions, cells: int) -> list[str]:
    """Names cut short: at their ends, or at their starts where that would make them alike."""
    more = look.charset.left_out
    short = [shorten(name, cells, more) for name in names]
    if len({*short}) == len({*names}):
        return short
    return [name if width(name) <= cells else _ending(name, cells, more) for name in names]


def _ending(name: str, cells: int, more: str) -> str:
    """As much of a name's end as there is room for."""
    more = more if width(more) < cells else ""
    for start in range(1, len(name)):
        if width(more + name[start:]) <= cells:
            return more + name[start:]
    return shorten(name, cells, "")


def _numbers(
    play: InPlay,
    look: RenderOptions,
    reading: Quantity | None,
    layer: int,
    units: Sequence[int],
    digits: int,
) -> tuple[dict[int, str], int]:
    """The text of each unit's number, all of one width, and that width."""
    ascii_only = look.charset.ascii
    usual = typical(digits).width
    values = {
        unit: None if reading is None else play.at_unit(reading, layer, unit) for unit in units
    }
    known = [value for value in values.values() if value is not None]
    cells = usual
    texts = {}
    if known:
        style = measure(known, digits, ascii=ascii_only)
        cells = max(style.width, usual)
        for unit, value in values.items():
            if value is not None:
                texts[unit] = table([value], style=style)[0][0].rjust(cells)
    return {unit: texts.get(unit, " " * cells) for unit in units}, cells


def _slots(play: InPlay, layer: int, lines: int) -> tuple[Slot, ...]:
    """What of a layer has a place on so many lines: units, those left out, and the bias."""
    count = play.session.scenario.network.sizes[layer]
    room = max(min(lines, _MOST_UNITS + 1), 1)
    bias: tuple[Slot, ...] = ()
    if layer < play.depth:
        fits = count + 1 <= room
        if fits or (room > 3 and play.lights_bias(layer + 1)):
            bias = (Slot("bias"),)
    room = min(room - len(bias), _MOST_UNITS)
    lit = play.lit_units(layer)
    wanted = dict.fromkeys((*play.targets(layer), *lit))
    return (*_chosen(count, room, tuple(wanted)), *bias)


def _chosen(count: int, room: int, wanted: Sequence[int]) -> tuple[Slot, ...]:
    """All units, or the first ones and those wanted, with a place for each run left out."""
    if count <= room:
        return tuple(Slot("unit", unit) for unit in range(count))
    order = [*dict.fromkeys([*wanted[: max(room - 2, 1)], *range(min(room, count))])]
    for kept in range(room - 1, 0, -1):
        slots = _with_gaps(sorted(order[:kept]), count)
        if len(slots) <= room:
            return slots
    return (Slot("unit", order[0]),)


def _with_gaps(units: Sequence[int], count: int) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    after = 0
    for unit in (*units, count):
        if unit > after:
            slots.append(Slot("more", unit - after))
        if unit < count:
            slots.append(Slot("unit", unit))
        after = unit + 1
    return tuple(slots)
