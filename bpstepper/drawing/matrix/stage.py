"""The stage: an equation as lines of matrices, each line one true equation.

`( W² )ᵀ · δ² = ∂C/∂a¹` stands over `∂C/∂a¹ ⊙ σ′(z¹) = δ¹`: operands in order, with their shapes,
units named, the cells marked that the chosen number is computed from. A transpose or a slope
appears as the operand it becomes; gone into, it has a line of its own. What a step has not
reached is an empty frame of the right shape. This module decides which lines there are and how
they share the height; how the matrices of one line share its width is `sharing`'s, and what one
matrix looks like is `matrix`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bpstepper.drawing.blocks import Block, Place, grid
from bpstepper.drawing.matrix.heatmap import Seen
from bpstepper.drawing.matrix.minimaps import FEWEST_LINES, MOST_LINES, Map, draw_maps
from bpstepper.drawing.matrix.multiplication_table import draw_table, hidden_columns, is_table
from bpstepper.drawing.matrix.parts import Part, Parts, draw_part
from bpstepper.drawing.matrix.related import related
from bpstepper.drawing.matrix.sharing import Layout, lay_out
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.styles import style_of
from bpstepper.drawing.text import Line, Span, crop, shorten
from bpstepper.engine.run.dataflow import prepares
from bpstepper.engine.run.trace import Operation, Step
from bpstepper.explain.explain import heading
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.explain.visibility import Visibility
from bpstepper.number_format import Style
from bpstepper.session import Session, Spot

__all__ = ["StagePicture", "draw_stage", "lines_of"]

_INDENT = 2
_FEWEST_ROWS = 2  # of a matrix, before whole lines are left out
_FEW_ROWS = 3  # a matrix of so many, folded to fewer, would say next to nothing
_ENOUGH_ROWS = 3  # lines of a folded matrix; more are worth less than headings and names
_FEW_COLUMNS = 3  # a digit less is better than fewer of them
_DIGITS_TO_SPARE = 4
_KEEPS = 15  # lines that the matrices keep for themselves before there are maps of them
_KEEPS_EACH = 8  # the same for each operation's
_TABLE_HEADS = 4  # lines of a multiplication table that are not rows of its result


def lines_of(step: Step, operation: int | None) -> tuple[Operation, ...]:
    """The operations of a step that get a line of their own, in order.

    One that only prepares an operand (a transpose, a slope, a Jacobian) is shown as that operand,
    unless we have gone into the step and stand on it.
    """
    return tuple(
        candidate
        for position, candidate in enumerate(step.operations)
        if position == operation or not prepares(step, candidate)
    )


class _Shown(NamedTuple):
    """A matrix on the stage: where it stands, and which it is of the step."""

    place: Place
    operation: int
    operand: int
    part: Part

    def spot(self, row: int, column: int) -> Spot:
        sample, axes = self.part.sample, self.part.shape
        cell = (row, column) if axes else ()
        return Spot(self.operation, self.operand, cell if sample is None else (sample, *cell))


@dataclass(frozen=True, slots=True)
class StagePicture:
    """A drawn stage, which knows where its numbers stand.

    Attributes:
        lines: at most as many, and exactly as wide, as was asked for.
        matrices: those that are on it, each with its place.
    """

    lines: list[Line]
    matrices: tuple[_Shown, ...] = ()

    def at(self, line: int, column: int) -> Spot | None:
        """The cell that stands there; None beside all numbers."""
        for shown in self.matrices:
            cell = shown.place.at(line, column)
            if cell is not None:
                return shown.spot(*cell)
        return None

    def where(self, spot: Spot) -> tuple[int, int, int] | None:
        """The line of a cell, its first column and the one after its last; None if not shown."""
        for shown in self.matrices:
            row, column = (0, 0, *spot.cell)[-2:]
            found = shown.place.of((row, column))
            if found is not None and shown.spot(row, column) == spot:
                return (*found, found[1] + shown.place.slot)
        return None


def draw_stage(
    session: Session,
    sight: Visibility,
    look: RenderOptions,
    width: int,
    height: int,
    only: Operation | None = None,
    maps: bool = True,
) -> StagePicture:
    """The current step as at most `height` lines of exactly `width` cells.

    Args:
        session: where we are.
        sight: what is seen of the step, and which cells stand out.
        look: how things are drawn.
        width: cells of each line.
        height: the most lines.
        only: the one operation to draw; by default all that have a line of their own.
        maps: whether there may be heat maps of matrices of which only a window is shown.
    """
    if height < 1 or width < 1:
        return StagePicture([])
    naming = Naming(session.scenario, session.trace.samples)
    parts = Parts(naming, sight)
    stage = _Stage(session.step, only or session.operation, parts, look, width, maps)
    shown = (only,) if only else lines_of(session.step, session.cursor.operation)
    return stage.draw(shown, height)


@dataclass(frozen=True)
class _Row:
    """One operation, laid out on the width.

    Attributes:
        operation: which.
        parts: its matrices, operands in order and then the result.
        styles: of their numbers.
        layout: how they share the width; None for a multiplication table.
        hidden: how many columns are left out.
        tallest: rows of the matrix that has most.
        names: the names over its columns, each set once.
    """

    operation: Operation
    parts: tuple[Part, ...]
    styles: tuple[Style, ...]
    layout: Layout | None
    hidden: int
    tallest: int
    names: frozenset[tuple[str, ...]]

    def height(self, rows: int | None, named: bool) -> int:
        """Lines, with at most so many rows of each matrix."""
        shown = self.tallest if rows is None else min(rows, self.tallest)
        if self.layout is None:
            return _TABLE_HEADS + shown
        return 1 + (named and bool(self.names)) + shown


class _Form(NamedTuple):
    """How the lines share the height.

    Attributes:
        rows: the most rows of any matrix; None for all.
        air: blank lines between two operations.
        headed: whether each says what it does.
        named: which lines have names over their columns: "all", those of which the "new" names
            stand on no line above, or "none".
    """

    rows: int | None
    air: int = 0
    headed: bool = False
    named: str = "all"


_UNFOLDED = (
    _Form(None, 1, True),
    _Form(None, 0, True),
    _Form(None),
    _Form(None, named="new"),
    _Form(None, named="none"),
)
_FOLDED = (_Form(1, 0, True), _Form(1), _Form(1, named="new"))


@dataclass(frozen=True)
class _Stage:
    """What all lines of one stage have in common."""

    step: Step
    current: Operation
    known: Parts
    look: RenderOptions
    width: int
    mapped: bool

    def draw(self, shown: Sequence[Operation], height: int) -> StagePicture:
        """The lines with as much air, and as many rows, as the height allows."""
        digits, rows = self._laid_out(shown)
        form = _form(rows, height)
        if form is None:  # not even so: the line we stand on and those next to it
            at = next((i for i, op in enumerate(shown) if op is self.current), len(shown) - 1)
            return self.draw(shown[1:] if at > 0 else shown[:-1], height)
        spare = height - _height(rows, form)
        # maps take the place of rows only where rows are left out in any case
        keeps = max(_KEEPS, _KEEPS_EACH * len(rows)) if form.rows is not None else height
        maps = min(max(spare, height - keeps), MOST_LINES)
        if not self.mapped or maps < FEWEST_LINES or not _worth_a_map(rows, form):
            return self._cut(*self._written(rows, digits, form), height)
        if maps > spare:
            form = _form(rows, height - maps) or form
        lines, matrices = self._written(rows, digits, form)
        lines += self._maps(matrices, maps)
        return self._cut(lines, matrices, height)

    def _cut(self, lines: list[Line], matrices: list[_Shown], height: int) -> StagePicture:
        return StagePicture(
            lines[:height], tuple(one for one in matrices if one.place.line < height)
        )

    def _laid_out(self, shown: Sequence[Operation]) -> tuple[int, list[_Row]]:
        """Every line on the width; with one digit less where columns are left out otherwise."""
        digits = self.look.digits
        rows = [self._row(operation, digits, len(shown)) for operation in shown]
        hidden = sum(row.hidden for row in rows)
        if hidden and digits >= _DIGITS_TO_SPARE:
            fewer = [self._row(operation, digits - 1, len(shown)) for operation in shown]
            still = sum(row.hidden for row in fewer)
            fewest = [row.layout.fewest for row in rows if row.layout and row.hidden]
            if not still or (still < hidden and min(fewest, default=1) < _FEW_COLUMNS):
                return digits - 1, fewer
        return digits, rows

    def _row(self, operation: Operation, digits: int, count: int) -> _Row:
        parts = tuple(self.known.part(q) for q in (*operation.operands, operation.result))
        styles = tuple(style_of(part.quantity.value, self.look, digits) for part in parts)
        room = self.width - _INDENT
        if count == 1 and is_table(operation):
            layout, hidden = None, hidden_columns(parts, room, digits, self.look)
        else:
            outlines = tuple(part.outline(own) for part, own in zip(parts, styles, strict=True))
            signs = tuple(sign for sign in (*operation.kernel.glue, "=") if sign)
            along, charset = related(operation), self.look.charset
            layout = lay_out(outlines, along, signs, room, _INDENT, charset)
            hidden = layout.hidden
        tallest = max(part.shape[0] if part.shape else 1 for part in parts)
        names = frozenset(part.terse for part in parts if part.terse)
        return _Row(operation, parts, styles, layout, hidden, tallest, names)

    def _written(
        self, rows: Sequence[_Row], digits: int, form: _Form
    ) -> tuple[list[Line], list[_Shown]]:
        """The lines of an equation below each other, with or without what each of them does."""
        lines: list[Line] = []
        matrices: list[_Shown] = []
        blocks = self._blocks(rows, digits, form)
        indent = max(0, min(_INDENT, self.width - max(block.width for block in blocks)))
        for number, (row, block) in enumerate(zip(rows, blocks, strict=True), start=1):
            if lines:
                lines += [(Span(" " * self.width),)] * form.air
            if form.headed:
                lines.append(self._heading(row.operation, number if len(rows) > 1 else 0))
            position = self.step.operations.index(row.operation)
            for which, (part, place) in enumerate(zip(row.parts, block.places, strict=True)):
                operand = which if which < len(row.parts) - 1 else -1
                here = place.moved(len(lines), indent)
                matrices.append(_Shown(here, position, operand, part))
            lines += [crop((Span(" " * indent), *line), self.width) for line in block.lines]
        return lines, matrices

    def _heading(self, operation: Operation, number: int) -> Line:
        charset = self.look.charset
        text = heading(self.step, operation, NOTATIONS[self.look.notation])
        text = f" {number}  {text}" if number else f" {text}"
        text = shorten(charset.translate(text), self.width, charset.left_out)
        return crop((Span(text, "heading"),), self.width)

    def _blocks(self, rows: Sequence[_Row], digits: int, form: _Form) -> Sequence[Block]:
        """The matrices of each line; in common columns where lines are of one build."""
        charset, room = self.look.charset, self.width - _INDENT
        named = _named(rows, form)
        if rows[0].layout is None:
            return [draw_table(rows[0].parts, room, form.rows, digits, self.look)]
        items = [self._items(row, form.rows, own) for row, own in zip(rows, named, strict=True)]
        gaps = [row.layout.gap for row in rows if row.layout]
        if len({tuple(isinstance(item, str) for item in row) for row in items}) == 1:
            blocks = grid(items, gap=min(gaps), charset=charset)
            if all(block.width <= room for block in blocks):
                return blocks
        return [
            grid([row], gap=gap, charset=charset)[0] for row, gap in zip(items, gaps, strict=True)
        ]

    def _items(self, row: _Row, rows: int | None, named: bool) -> list[Block | str]:
        """One operation as blocks and signs: `A · B = C`, `σ A = B`, `A ᵀ = B`."""
        assert row.layout is not None
        drawn = [
            draw_part(part, style, given, rows, named, self.look)
            for part, style, given in zip(row.parts, row.styles, row.layout.given, strict=True)
        ]
        items: list[Block | str] = []
        for sign, block in zip(row.operation.kernel.glue, drawn, strict=True):
            items += [sign, block] if sign else [block]
        items.insert(-1, "=")
        return items

    def _maps(self, matrices: Sequence[_Shown], height: int) -> list[Line]:
        """A row of maps of those big matrices that have been reached, if there are any."""
        wanted = {
            shown.part.quantity.key: Map(
                shown.part.caption, shown.part.value, Seen(shown.place.rows, shown.place.columns)
            )
            for shown in matrices
            if shown.part.seen is None and len(shown.part.shape) == 2
        }
        maps = [one for one in wanted.values() if one.useful]
        indent = Span(" " * _INDENT)
        drawn = draw_maps(maps, self.width - _INDENT, height, self.look)
        return [crop((indent, *line), self.width) for line in drawn]


def _named(rows: Sequence[_Row], form: _Form) -> list[bool]:
    """Which lines have names over their columns."""
    if form.named != "new":
        return [form.named == "all"] * len(rows)
    above: set[tuple[str, ...]] = set()
    named = []
    for row in rows:
        named.append(not row.names <= above)
        above |= row.names
    return named


def _height(rows: Sequence[_Row], form: _Form) -> int:
    """The lines of a whole stage."""
    named = _named(rows, form)
    heights = [row.height(form.rows, own) for row, own in zip(rows, named, strict=True)]
    return sum(heights) + len(rows) * form.headed + (len(rows) - 1) * form.air


def _form(rows: Sequence[_Row], height: int) -> _Form | None:
    """How the lines share the height; None where it is better used by fewer lines."""
    for form in _UNFOLDED:
        if _height(rows, form) <= height:
            return form
    tallest = max(row.tallest for row in rows)
    if tallest <= _FEW_ROWS and len(rows) > 2:
        return None
    best = None
    for form in _FOLDED:
        # the tallest matrices give way first: all lines get the same most rows
        fitting = range(min(tallest - 1, height), 0, -1)
        most = next((n for n in fitting if _height(rows, form._replace(rows=n)) <= height), 0)
        if most >= _FEWEST_ROWS and (best is None or most > (best.rows or 0)):
            best = form._replace(rows=most)
        if most >= _ENOUGH_ROWS:
            break
    if best is None and len(rows) == 1:
        return _Form(1)
    return best


def _worth_a_map(rows: Sequence[_Row], form: _Form) -> bool:
    """Whether there is a matrix of which little will be seen."""
    for row in rows:
        for k, part in enumerate(row.parts):
            if part.seen is None and len(part.shape) == 2:
                height, width = part.shape
                shown = min(height, form.rows or height)
                columns = row.layout.given[k].columns if row.layout else (0, width - row.hidden)
                seen = Seen((0, shown), columns or (0, width))
                if Map(part.caption, part.value, seen).useful:
                    return True
    return False
