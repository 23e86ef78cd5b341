"""What a quiz asks, drawn: the matrices that are given, and an empty frame with `?` in it.

They stand beside each other without signs between them, since how they go together is what is
asked. Where not all of them fit, they stand on two lines, and then by windows around the cell in
question. What is given, and what stands out, is decided in `quiz.showing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bpstepper.drawing.blocks import Block, grid
from bpstepper.drawing.matrix.parts import Part, Parts, draw_part
from bpstepper.drawing.matrix.related import Along, Directions
from bpstepper.drawing.matrix.sharing import Layout, Outline, lay_out
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.styles import style_of
from bpstepper.drawing.text import Line, Span, clean, crop, pad, width
from bpstepper.engine.run.trace import Quantity
from bpstepper.engine.symbols import Axis
from bpstepper.explain.naming import Naming
from bpstepper.explain.visibility import Visibility
from bpstepper.number_format import Style, typical

__all__ = ["Asked", "draw_asked"]

_INDENT = 2
_AIR = 4  # blanks between two matrices where there is room
_HEADS = 2  # lines over the numbers: captions, names of columns


@dataclass(frozen=True)
class Asked:
    """What is drawn of a question.

    Attributes:
        given: the matrices that one computes from.
        result: what is asked for.
        sight: what of them is seen, and which cells stand out.
        shapeless: whether even the frame is hidden: its shape is what is asked for.
        digits: significant digits of the numbers.
    """

    given: tuple[Quantity, ...]
    result: Quantity
    sight: Visibility
    shapeless: bool
    digits: int


def draw_asked(
    asked: Asked, naming: Naming, look: RenderOptions, columns: int, lines: int
) -> list[Line]:
    """At most so many lines of exactly so many columns."""
    parts = Parts(naming, asked.sight)
    shown = [parts.part(quantity) for quantity in (*asked.given, asked.result)]
    drawing = _Drawing(asked, look, columns)
    one = [drawing.row(shown)]
    two = [drawing.row(shown[: len(shown) // 2]), drawing.row(shown[len(shown) // 2 :])]
    fits = lines >= 2 * (_HEADS + 2) and len(shown) > 2
    rows = two if fits and _hidden(two) < _hidden(one) else one
    drawn = drawing.written(rows, lines)
    return drawn[:lines]


def _hidden(rows: Sequence[_Row]) -> int:
    return sum(row.layout.hidden for row in rows)


@dataclass(frozen=True)
class _Row:
    """Some matrices on one line, with their styles and how they share its width."""

    parts: Sequence[Part]
    styles: Sequence[Style]
    layout: Layout

    @property
    def tallest(self) -> int:
        """Rows of the matrix that has most."""
        return max(part.shape[0] if part.shape else 1 for part in self.parts)


@dataclass(frozen=True)
class _Drawing:
    """What all lines of one drawing have in common."""

    asked: Asked
    look: RenderOptions
    columns: int

    def row(self, parts: Sequence[Part]) -> _Row:
        """Matrices laid out on the width."""
        styles = [self._style(part) for part in parts]
        outlines = tuple(
            self._unknown(part, style) if self._is_shapeless(part) else self._outline(part, style)
            for part, style in zip(parts, styles, strict=True)
        )
        room = self.columns - _INDENT
        layout = lay_out(outlines, _related(parts), (), room, _INDENT, self.look.charset)
        return _Row(parts, styles, layout)

    def written(self, rows: Sequence[_Row], lines: int) -> list[Line]:
        """The lines, tall matrices folded to what there is room for."""
        each = max(lines // len(rows) - _HEADS, 1)
        found: list[Line] = []
        for row in rows:
            blocks = [
                self._block(part, style, row, at, each)
                for at, (part, style) in enumerate(zip(row.parts, row.styles, strict=True))
            ]
            total = sum(block.width for block in blocks)
            room = self.columns - _INDENT - total
            gap = _AIR if room >= _AIR * (len(blocks) - 1) else row.layout.gap
            block = grid([blocks], gap=gap, charset=self.look.charset)[0]
            indent = max(0, min(_INDENT, self.columns - block.width))
            found += [crop((Span(" " * indent), *line), self.columns) for line in block.lines]
        return found

    def _style(self, part: Part) -> Style:
        """How the numbers are written; of hidden ones nothing is given away, not even a sign."""
        if part.seen is not None:
            return typical(self.asked.digits, ascii=self.look.charset.ascii)
        return style_of(part.quantity.value, self.look, self.asked.digits)

    def _is_shapeless(self, part: Part) -> bool:
        return self.asked.shapeless and part.quantity is self.asked.result

    def _outline(self, part: Part, style: Style) -> Outline:
        """A matrix; where nothing of it stands out, what belongs to the asked cell is in view."""
        found = part.outline(style)
        if found.chosen is not None or len(part.shape) != 2:
            return found
        row, column = (self._asked_at.get(axis, 0) for axis in part.quantity.axes[-2:])
        return found._replace(chosen=(row, column))

    @cached_property
    def _asked_at(self) -> dict[Axis, int]:
        """The asked cell's place along each axis of the result."""
        marks = self.asked.sight.marks.get(self.asked.result.key, {})
        cell = next((cell for cell, role in marks.items() if role == "target"), ())
        return dict(zip(self.asked.result.axes, cell, strict=False))

    def _unknown(self, part: Part, style: Style) -> Outline:
        return Outline(part.caption, (1, 1), (), (), (), style)

    def _block(self, part: Part, style: Style, row: _Row, at: int, rows: int) -> Block:
        given = row.layout.given[at]
        if not self._is_shapeless(part):
            return draw_part(part, style, given, rows, True, self.look)
        charset = self.look.charset
        caption = charset.translate(clean(part.caption))
        cells = max(width(caption) + 5, 9)
        head = (Span(caption, "caption"), Span(charset.translate("  ?×?"), "shape"))
        left, right = charset.bracket(0, 1)
        body = (Span(left, "pending"), Span(pad("?", cells - 2, "center"), "target"))
        lines = (crop(head, cells), (*body, Span(right, "pending")))
        return Block(lines, cells, anchor=1, caption_lines=1)


def _related(parts: Sequence[Part]) -> tuple[Directions, ...]:
    """Rows and columns that are of the same units, or the same samples, are seen together."""
    numbers: dict[Axis, int] = {}
    found = []
    for k, part in enumerate(parts):
        axes = part.quantity.axes[-2:]
        own = [Along(numbers.setdefault(axis, len(numbers))) for axis in axes]
        alone = Directions(Along(-2 * k - 1), Along(-2 * k - 2))
        found.append(Directions(*own) if len(own) == 2 else alone)
    return tuple(found)
