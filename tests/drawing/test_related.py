"""Which axes are one and the same index: what the kernels say, against what the operations mean."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.drawing.matrix.related import Along, Directions, related
from bpstepper.engine.run.trace import Operation
from bpstepper.engine.tables.layouts import LAYOUTS
from tests.scenes import BUNDLED, HARD, at, opened

NAMES = (*BUNDLED, *(name for name in HARD if name not in ("deep", "wide")))


def operation(name: str, step: str, kernel: str) -> Operation:
    """The first operation of a step with this kernel."""
    session = opened(name).go(step)
    return next(op for op in session.step.operations if op.kernel.name == kernel)


def test_a_product() -> None:
    """Rows of the left are rows of the result, its columns are the rows of the right."""
    left, right, result = related(operation("four-horsemen-3-4-2", "z1", "matmul"))
    assert left.rows == result.rows
    assert right.columns.number != left.columns.number
    assert left.columns == right.rows
    assert left.columns not in result


def test_cell_by_cell() -> None:
    """All rows are the same, and all columns."""
    directions = related(operation("four-horsemen-3-4-2", "W1_next", "subtract"))
    assert set(directions) == {Directions(Along(0), Along(1))}


def test_softmax_keeps_its_units() -> None:
    """An output follows no single z, and yet they are the same units."""
    z, a = related(operation("softmax-batch", "a2", "softmax"))
    assert z == a


def test_a_transpose() -> None:
    """Rows are columns."""
    given, turned = related(operation("four-horsemen-3-4-2", "delta1", "transpose"))
    assert given == Directions(turned.columns, turned.rows)


def test_without_the_leading_one() -> None:
    """The first unit is the first column of one and the second of the other."""
    whole, without = related(operation("momentum", "grad_W1", "drop_bias"))
    assert whole.columns == Along(without.columns.number, -1)
    assert whole.rows == without.rows


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_followed_index_is_where_a_cell_goes(name: str, layout: str) -> None:
    """For every cell of every operand: the results that it feeds are at its own index."""
    seen = set()
    for step in at(opened(name, layout), 1, 0).trace:
        for op in step.operations:
            shapes = tuple(operand.value.shape for operand in op.operands)
            axes = (op.kernel.name, shapes, op.result.axes)
            if axes in seen:
                continue
            seen.add(axes)
            *operands, _ = related(op)
            drawn = op.result.value.ndim - 2  # of a Jacobian for each sample, one is drawn
            for which, shape in enumerate(shapes):
                for cell in np.ndindex(*shape):
                    for pattern in op.kernel.patterns(which, cell, shapes)[:1]:
                        for own, index in zip(operands[which], cell[-2:], strict=False):
                            known = 0 <= own.number < len(pattern)
                            to = pattern[own.number] if known else None
                            if to is not None and len(shape) > 1 and drawn >= 0:
                                assert to == index + own.offset, (op.kernel.name, cell)
