"""Parts: the matrices of a step as they are to be seen, with their names, marks and what is seen.

This is where quantities meet the lesson's decisions: `Naming` says what rows and columns are
called, a `Visibility` which cells stand out and which have been reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bpstepper.drawing.blocks import Block, Cell
from bpstepper.drawing.matrix.matrix import draw_matrix
from bpstepper.drawing.matrix.sharing import Given, Outline
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.kernels import Axes, Index
from bpstepper.engine.run.trace import Quantity
from bpstepper.explain.naming import Naming
from bpstepper.explain.visibility import Mask, Visibility
from bpstepper.number_format import Style

__all__ = ["Part", "Parts", "draw_part"]

_FIRST_ROLES = ("cursor", "target")  # windows are drawn around these
_Names = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Part:
    """One matrix of a line, as it is to be seen.

    Attributes:
        quantity: what it is.
        value: its numbers, at most two axes: of a matrix for each sample, one sample's.
        caption: what stands over it.
        rows: the names of its rows.
        columns: the names of its columns, in full: `from h1`.
        terse: the same without the way: `h1`.
        marks: cell → role of those that stand out.
        seen: how many of its cells have been reached; None for all.
        changed: true for each number that is another one than it was; None where none is.
        sample: which sample's it is, where there is one for each; None otherwise.
    """

    quantity: Quantity
    value: Array
    caption: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    terse: tuple[str, ...]
    marks: Mapping[Cell, str]
    seen: int | None
    changed: Mask | None = None
    sample: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that is shown."""
        return self.value.shape

    @cached_property
    def chosen(self) -> tuple[int, Cell | None]:
        """How much it matters what of it is in view, 0 being the most; and which cell that is."""
        first = next(iter(self.marks), None)
        for cell, role in self.marks.items():
            if role in _FIRST_ROLES:
                return 0, cell
        return 1, first

    def outline(self, style: Style) -> Outline:
        """What its room depends on, with its numbers written in a style."""
        rank, cell = self.chosen
        names = self.rows, self.columns, self.terse
        return Outline(self.caption, self.shape, *names, style, cell, rank)


@dataclass(frozen=True)
class Parts:
    """All matrices of one step, each made once."""

    naming: Naming
    sight: Visibility
    known: dict[str, Part] = field(default_factory=dict)
    named: dict[Axes, _Names] = field(default_factory=dict)

    def part(self, quantity: Quantity) -> Part:
        """A quantity as it is to be seen; of a Jacobian for each sample, the chosen sample's."""
        found = self.known.get(quantity.key)
        if found is None:
            found = self.known[quantity.key] = self._part(quantity)
        return found

    def _part(self, quantity: Quantity) -> Part:
        key, value = quantity.key, quantity.value
        marks = self.sight.marks.get(key, {})
        seen = self.sight.seen.get(key)
        changed = self.sight.changed(key)
        caption = quantity.name.text
        if quantity.symbol.kind == "x" and caption != "x":
            caption += " = x"
        sample = None
        if value.ndim == 3:
            sample = _sample(marks)
            if value.shape[0] > 1:
                caption += f" of {self.naming.sample(sample)}"
            value = value[sample]
            changed = None if changed is None else changed[sample]
            marks = {cell: role for cell, role in marks.items() if cell[0] == sample}
            seen = None if seen is None else max(0, seen - sample * value.size)
        rows, columns, terse = self._names(quantity)
        shown = _shown(marks, quantity.value.ndim, key == self.sight.focus)
        return Part(quantity, value, caption, rows, columns, terse, shown, seen, changed, sample)

    def _names(self, quantity: Quantity) -> _Names:
        found = self.named.get(quantity.axes)
        if found is None:
            if len(quantity.axes) == 3:
                rows = columns = terse = self.naming.along(quantity.axes[1])
            else:
                rows, columns = self.naming.rows_and_columns(quantity)
                _, terse = self.naming.rows_and_columns(quantity, terse=True)
            found = self.named[quantity.axes] = (rows, columns, terse)
        return found


def _sample(marks: Mapping[Index, str]) -> int:
    """Which sample's Jacobian is shown: that of the chosen cell, else the first one marked."""
    chosen = [cell for cell, role in marks.items() if role == "target"] or list(marks)
    return min((cell[0] for cell in chosen), default=0)


def _shown(marks: Mapping[Index, str], axes: int, focused: bool) -> Mapping[Cell, str]:
    """The marks as a matrix draws them, the cell cursor among them.

    A number alone needs none to be found, but for the cursor and for what the cursor's cell feeds.
    """
    if axes == 2 and not focused:
        return marks  # type: ignore[return-value]
    cursor = "cursor" if focused else "target"
    roles = ((cell, cursor if role == "target" else role) for cell, role in marks.items())
    if axes == 0:
        alone = [role for _, role in roles if role in ("cursor", "fed")]
        return dict.fromkeys([(0, 0)], alone[0]) if alone else {}
    return {(cell[-2], cell[-1]): role for cell, role in roles}


def draw_part(
    part: Part, style: Style, given: Given, rows: int | None, named: bool, look: RenderOptions
) -> Block:
    """A part in the room that it was given, with at most so many rows of numbers.

    Where `named` is false, its columns have no names.
    """
    columns = part.terse if given.terse else part.columns
    return draw_matrix(
        part.value,
        part.shape,
        caption=part.caption,
        row_names=part.rows if given.named else (),
        column_names=columns if named else (),
        style=style,
        marks=part.marks,
        changed=part.changed,
        seen=part.seen,
        focus=given.focus,
        columns=given.columns,
        max_rows=rows,
        max_width=given.width,
        max_name=given.name,
        charset=look.charset,
    )
