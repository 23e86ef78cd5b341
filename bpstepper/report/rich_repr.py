"""Steps as rich prints them and as a notebook shows them: equation, operands, result.

A trace knows its symbols and shapes but not its scenario, so rows and columns have no names here;
`trace_text` and the stepper have them.
"""

from __future__ import annotations

import html as markup
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bpstepper.drawing.matrix.matrix import Block, beside, draw_matrix
from bpstepper.drawing.matrix.stage import lines_of
from bpstepper.drawing.text import plain
from bpstepper.engine.compile.network import Array
from bpstepper.engine.run.trace import Operation, Quantity, Step
from bpstepper.number_format import full, number

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["html", "rich_lines"]

_MOST = 8  # rows and columns of a matrix that are shown
_WIDTH = 28  # cells of a matrix


def rich_lines(steps: Iterable[Step]) -> Iterator[Text]:
    """Each step as lines of rich's Text."""
    from rich.text import Text

    for step in steps:
        yield Text(f"{step.equation.law:<9}{step.equation.formula}", style="bold")
        for operation in lines_of(step, None):
            for line in _line(operation).lines:
                yield Text("  " + plain(line).rstrip())
        yield Text("")


def _line(operation: Operation) -> Block:
    """One operation as `A · B = C`."""
    items: list[Block | str] = []
    quantities = [*operation.operands, operation.result]
    for sign, quantity in zip(operation.kernel.glue, quantities, strict=True):
        items += [sign, _matrix(quantity)] if sign else [_matrix(quantity)]
    items.insert(-1, "=")
    return beside(items)


def _matrix(quantity: Quantity) -> Block:
    value = _flat(quantity.value)
    return draw_matrix(
        value, value.shape, caption=quantity.name.text, max_rows=_MOST, max_width=_WIDTH
    )


def _flat(value: Array) -> Array:
    """A Jacobian as that of its first sample; all else as it is."""
    return value[0] if value.ndim == 3 else value


def html(steps: Iterable[Step]) -> str:
    """The steps as a table: law, equation, what each makes."""
    rows = "".join(
        f"<tr><td>{markup.escape(step.equation.law)}</td>"
        f"<td>{markup.escape(step.equation.formula)}</td>"
        f"<td>{_matrix_html(step.result)}</td></tr>"
        for step in steps
    )
    head = "<tr><th>law</th><th>equation</th><th>result</th></tr>"
    return f'<table class="bpstepper"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _matrix_html(quantity: Quantity) -> str:
    """A matrix as a small table; every cell's title has all its digits."""
    name, value = markup.escape(quantity.name.text), _flat(quantity.value)
    if value.ndim == 0:
        return f"{name} = {_cell_html(float(value))}"
    rows = "".join(
        "<tr>" + "".join(f"<td>{_cell_html(float(x))}</td>" for x in row[:_MOST]) + "</tr>"
        for row in value[:_MOST]
    )
    size = "×".join(str(n) for n in quantity.value.shape)
    cut = ", in part" if max(value.shape) > _MOST else ""
    return f"{name} <small>{size}{cut}</small><table>{rows}</table>"


def _cell_html(value: float) -> str:
    return f'<span title="{full(value)}">{number(value)}</span>'
