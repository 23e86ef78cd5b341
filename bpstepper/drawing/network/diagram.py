"""The network as a picture: units with their numbers, and the wires between them.

Layers are columns from left to right, so forward runs to the right and backward to the left. The
wires in play are heavy, carry their numbers, and end in an arrow head where the equation adds up.
What there is to show is `diagram_data`'s, where units stand is `unit_columns`', how a line is made
of dots is `canvas`'; this module puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from bpstepper.drawing.network.canvas import HEAVY, THIN, Page, Wires
from bpstepper.drawing.network.diagram_data import InPlay, Wire, in_play
from bpstepper.drawing.network.unit_columns import Column, Plan, plan
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, clean, pad, shorten, width
from bpstepper.engine.run.trace import Quantity
from bpstepper.explain.provenance import Highlighted
from bpstepper.explain.visibility import Visibility
from bpstepper.number_format import MINUS, measure, table
from bpstepper.session import Session

__all__ = ["Diagram", "draw_diagram"]

_MOST_DIGITS = 4
_MOST_WIRES = 64  # between two layers, each drawn; of more, those in play and the outermost
_FEW_WIRES = 6  # in play between two layers, of which each is given room for its number
_ARROWS = {"forward": "▸", "backward": "◂"}
"""The heads of wires in play, by phase; in the others nothing travels."""
_PLACES = (0.3, 0.22, 0.4, 0.5, 0.14, 0.6, 0.7)
"""Where on a wire its number may stand, from the end at which wires in play lie apart."""


@dataclass(frozen=True)
class Diagram:
    """A picture of a network.

    Attributes:
        lines: exactly as many, of exactly as many cells, as were asked for.
        spots: (layer, unit) → (line, first column, last column) of each unit that is drawn; units
            are counted from 0, layers as in the book.
    """

    lines: tuple[Line, ...]
    spots: Mapping[tuple[int, int], tuple[int, int, int]]


def draw_diagram(
    session: Session,
    look: RenderOptions,
    columns: int,
    lines: int,
    lit: Highlighted | None = None,
    sight: Visibility | None = None,
) -> Diagram:
    """The network where a session stands, as `lines` lines of `columns` cells.

    Args:
        session: any place, the start among them.
        look: how things are drawn; numbers have at most four digits here.
        columns: cells of each line.
        lines: how many; 8 are enough for few units.
        lit: the cells in play by their symbol's key; by default those of the chosen number.
        sight: what is seen of the step; by default what the session alone says.
    """
    page = Page(columns, lines)
    if page.columns < 1 or page.lines < 1:
        return Diagram(tuple(page.drawn()), MappingProxyType({}))
    spots = _Drawing(in_play(session, lit, sight), look, page).draw()
    return Diagram(tuple(page.drawn()), MappingProxyType(spots))


class _Drawing:
    """One picture on its page."""

    def __init__(self, play: InPlay, look: RenderOptions, page: Page) -> None:
        self.play, self.look, self.page = play, look, page
        lines = page.lines
        batch = len(play.trace.samples) > 1
        self.heads = 0 if lines < 5 else 1 if lines < 7 else 2
        self.foot = int(lines >= 12 or (batch and lines >= 8))
        self.body = lines - self.heads - self.foot
        self.plan: Plan = plan(play, look, page.columns, self.body)
        self.known_wires: dict[int, list[tuple[Wire, int, int, bool]]] = {}

    def draw(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        """Put everything on the page; where the units are."""
        # later ones go over earlier ones
        for left, right in pairwise(self.plan.columns):
            self._wires(left, right)
        for column in self.plan.columns:
            self._units(column)
        for left, right in pairwise(self.plan.columns):
            self._wire_numbers(left, right)
        self._headers()
        if self.foot:
            self._footer()
        return self._spots()

    # ── units ────────────────────────────────────────────────────────────────────────────────

    def _spots(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        return {
            (column.layer, slot.number): (self.heads + line, column.left, column.right - 1)
            for column in self.plan.columns
            for line, slot in zip(column.lines, column.slots, strict=True)
            if slot.kind == "unit" and column.right <= self.page.columns
        }

    def _units(self, column: Column) -> None:
        targets = {*self.play.targets(column.layer)}
        lit = {*self.play.lit_units(column.layer)}
        for line, slot in zip(column.lines, column.slots, strict=True):
            y = self.heads + line
            if slot.kind == "unit":
                unit = slot.number
                role = "target" if unit in targets else "source" if unit in lit else "unit"
                text, value = column.names[unit], column.texts.get(unit, "")
                self._unit(column, y, text, value, role)
                self._extras(column, y, unit)
            elif slot.kind == "more":
                self._more(column, y, slot.number)
            elif self._bias_is_lit(column.layer + 1):
                self._unit(column, y, "1", "", "source")

    def _unit(self, column: Column, y: int, name: str, value: str, role: str) -> None:
        """`(h1 0.5933)`; one in play stands between the marks of the matrices."""
        sides = ("(", ")") if role == "unit" else self.look.charset.mark
        edge = "bracket" if role == "unit" else "mark"
        x = self.page.put(y, column.left, sides[0], edge)
        room = column.right - 1 - x
        x = self.page.put(y, x, pad(name, room - width(value)), role)
        self.page.put(y, x, value, _sign_role(value))
        self.page.put(y, column.right - 1, sides[1], edge)

    def _extras(self, column: Column, y: int, unit: int) -> None:
        for below, (caption, texts) in enumerate(column.extras, start=1):
            text = texts[unit]
            if text.strip():
                self.page.put(y + below, column.left + 1, caption, "label")
                at = column.right - 1 - width(text)
                self.page.put(y + below, at, text, _sign_role(text))

    def _more(self, column: Column, y: int, count: int) -> None:
        sign = self.look.charset.rows_left_out
        texts = (f"{sign} {count} more", f"{sign} {count}", f"{sign}{count}", sign)
        text = _fitting(texts, column.width - 1)
        self.page.put(y, column.left, f" {text}", "more")

    # ── wires ────────────────────────────────────────────────────────────────────────────────

    def _bias_is_lit(self, layer: int) -> bool:
        return layer <= self.play.depth and self.play.lights_bias(layer)

    def _shown(self, left: Column, right: Column) -> list[tuple[Wire, int, int, bool]]:
        """The wires between two columns whose ends are both shown: wire, lines, whether lit."""
        if right.layer not in self.known_wires:  # asked for twice: to be drawn, and to be numbered
            self.known_wires[right.layer] = self._found(left, right)
        return self.known_wires[right.layer]

    def _found(self, left: Column, right: Column) -> list[tuple[Wire, int, int, bool]]:
        found = []
        ends = {s.number: right.line_of(s) for s in right.slots if s.kind == "unit"}
        starts = [slot for slot in left.slots if slot.kind != "more"]
        pairs = len(ends) * len(starts)
        outermost = {min(ends), max(ends)}, {starts[0].number, starts[-1].number}
        for slot in starts:
            start = left.line_of(slot)
            from_ = slot.number if slot.kind == "unit" else None
            for unit, end in ends.items():
                wire = (right.layer, from_, unit)
                if not self.play.has_wire(wire):
                    continue
                lit = self.play.is_lit(wire)
                drawn = from_ is not None and (
                    pairs <= _MOST_WIRES or (unit in outermost[0] and from_ in outermost[1])
                )
                if start is not None and end is not None and (lit or drawn):
                    found.append((wire, self.heads + start, self.heads + end, lit))
        return found

    def _between(self, left: Column, right: Column) -> Wires:
        columns = right.left - left.right
        return Wires(left.right, columns, self.heads, self.body, self.look.charset.ascii)

    def _wires(self, left: Column, right: Column) -> None:
        wires = self._between(left, right)
        ends = set()
        for wire, start, end, lit in self._shown(left, right):
            wires.add(start, end, self.play.weight(wire) < 0, lit)
            if lit:
                ends.add((start, end))
        wires.draw(self.page)
        arrow = _ARROWS.get(self.play.phase)
        if arrow and wires.columns > 0:
            forward = self.play.phase == "forward"
            x = right.left - 1 if forward else left.right
            for y in {end if forward else start for start, end in ends}:
                self.page.put(y, x, self.look.charset.translate(arrow), "arrow")

    def _wire_numbers(self, left: Column, right: Column) -> None:
        """The number of each wire in play, where it meets no other."""
        shown = [(wire, start, end) for wire, start, end, lit in self._shown(left, right) if lit]
        if not shown:
            return
        wires = self._between(left, right)
        many_ends = len({end for _, _, end in shown}) > len({start for _, start, _ in shown})
        places: Sequence[float] = _PLACES if len(shown) <= _FEW_WIRES else _PLACES[:1]
        places = tuple(1 - place for place in places) if many_ends else places
        said = ""
        for (_, start, end), texts in zip(shown, self._told([w for w, _, _ in shown]), strict=True):
            for text, caption in texts:
                if self._label(wires, start, end, text, places):
                    said = said or caption
                    break
        if said and self.heads > 1 and width(said) + 2 <= wires.columns:
            x = wires.left + (wires.columns - width(said)) // 2
            self.page.put(self.heads - 1, x, said, "caption")

    def _told(self, wires: Sequence[Wire]) -> list[list[tuple[str, str]]]:
        """For each wire what may stand on it, with how that is called, the fullest first."""
        play, to = self.play, self.look.charset.translate(" → ")
        on = [(wire, play.on_wire(wire)) for wire in wires]
        new = [(w, q, None if q is None else play.at_wire(q, w)) for w, q in on]
        old = [None if q is None else play.before(q) for _, q in on]
        was = [None if q is None else play.at_wire(q, w) for (w, _), q in zip(on, old, strict=True)]
        written = self._numbers([*(value for *_, value in new), *was])
        found: list[list[tuple[str, str]]] = []
        for i, (_, quantity, value) in enumerate(new):
            if quantity is None or value is None:
                found.append([])
                continue
            text, caption = written[i], self._name(quantity)
            found.append([(text, caption)])
            before = old[i]
            if before is not None:
                whole = written[len(new) + i] + to + text
                found[-1].insert(0, (whole, self._name(before) + to + caption))
        return found

    def _numbers(self, values: Sequence[float | None]) -> list[str]:
        """Numbers written alike, as far as that goes: 0.40 beside 0.45."""
        ascii_only, digits = self.look.charset.ascii, min(self.look.digits, _MOST_DIGITS)
        style = measure([x for x in values if x is not None], digits, ascii=ascii_only)
        return ["" if x is None else table([x], style=style)[0][0].strip() for x in values]

    def _label(
        self, wires: Wires, start: int, end: int, text: str, places: Sequence[float]
    ) -> bool:
        """Put a number on a wire, rather with a blank at either side; whether there was room."""
        for text_, least in ((f" {text} ", 1), (text, 0)):
            cells = width(text_)
            room = wires.columns - 1  # an arrow head stays to be seen
            for place in places:
                first = round(place * wires.columns - cells / 2)
                first = max(min(first, room - cells), 1)
                y = wires.line_at(start, end, first + cells // 2)
                x = wires.left + first
                fits = first + cells <= room + 1 - least
                if fits and self.page.is_blank(y, x, x + cells - 1):
                    self.page.put(y, x, text_, _sign_role(text))
                    return True
        return False

    def _name(self, quantity: Quantity) -> str:
        return self.look.charset.translate(self.play.caption(quantity))

    # ── above and below ──────────────────────────────────────────────────────────────────────

    def _headers(self) -> None:
        """Each layer's name, and what its numbers are."""
        columns, page, charset = self.plan.columns, self.page, self.look.charset
        if not self.heads:
            return
        sign = charset.left_out
        edges = [*([column.left for column in columns]), page.columns + width(sign)]
        first = (width(sign) + 1) * self.plan.before
        for column, following in zip(columns, edges[1:], strict=True):
            last = (
                (column.right + following - 1) // 2 if following <= page.columns else page.columns
            )
            last -= (width(sign) + 1) * (self.plan.after and column is columns[-1])
            names = [charset.translate(text) for text in self._layer(column.layer)]
            text = _fitting(names, last - first)
            middle = column.left + (column.width - width(text)) // 2
            here = column.layer in self.play.layers and bool(self.play.phase)
            at = max(min(middle, last - width(text)), first)
            page.put(0, at, text, "now" if here else "label")
            first = last + 1
            if self.heads > 1 and column.caption:
                caption = shorten(column.caption, column.width, charset.left_out)
                at = column.right - 1 - width(caption)
                page.put(1, max(at, column.left), caption, "caption")
        if self.plan.before:
            page.put(0, 0, sign, "more")
        if self.plan.after:
            page.put(0, page.columns - width(sign), sign, "more")

    def _layer(self, layer: int) -> list[str]:
        """A layer's header, the fullest first."""
        network = self.play.session.scenario.network
        count = network.sizes[layer]
        what = "input" if layer == 0 else network.layer(layer).activation
        what += "s" if layer == 0 and count > 1 else ""
        return [
            f"layer {layer}: {count} {what}",
            f"{layer}: {count} {what}",
            f"layer {layer}",
            f"{layer}",
        ]

    def _footer(self) -> None:
        """Whose numbers these are, and how the wires read."""
        play, page, charset = self.play, self.page, self.look.charset
        heavy, thin = HEAVY[charset.ascii][0], THIN[charset.ascii][1]
        count = len(play.trace.samples)
        said: list[tuple[str, str]] = []
        if count > 1:
            name = shorten(clean(play.naming.sample(play.sample)), 16, charset.left_out)
            said.append((f"sample {name}, {play.sample + 1} of {count}", "note"))
        if page.lines >= 12:
            arrow = _ARROWS.get(play.phase)
            if self.play.lit:
                said.append((f"{heavy} in play", "label"))
            said.append((f"{thin.rstrip()} negative", "label"))
            if arrow and self.play.lit:
                said.append((f"{arrow} {play.phase}", "label"))
        x = 1
        for text, role in said:
            shown = charset.translate(text) if not text.startswith((heavy, thin.rstrip())) else text
            if x > 1 and x + width(shown) > page.columns:
                break
            shown = shorten(shown, max(page.columns - x, 0), charset.left_out)
            x = page.put(page.lines - 1, x, shown, role) + 3


def _fitting(texts: Sequence[str], room: int) -> str:
    """The first text that has room, else the last."""
    return next((text for text in texts if width(text) <= room), texts[-1])


def _sign_role(text: str) -> str:
    """The role of a number: by its sign, which it shows, too."""
    bare = text.strip()
    if not bare:
        return "pending"
    if bare.startswith((MINUS, "-")):
        return "negative"
    return "value" if bare in ("0", "NaN") else "positive"
