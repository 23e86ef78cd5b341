"""The derivation of one number: the chain rule written out for it, each line with its numbers.

A gradient goes down to what the forward pass knows (a, z, y, W, and the 1 of a bias); what is no
derivative has its definition, and a move of the optimizer its rules. This module decides how deep
a derivation goes; its lines are written by `derivation_writer`, from what `chain_rule` reads off
the Program, and set on a page by `drawing.derivation_layout`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Quantity
from bpstepper.explain.derivation.chain_rule import Book, Place
from bpstepper.explain.derivation.derivation_writer import Blackboard
from bpstepper.explain.derivation.formula_lines import DerivationLine
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.letters import OWN
from bpstepper.explain.notation.notation import Notation
from bpstepper.session import Session

__all__ = ["Derivation", "DerivationLine", "derive"]

_MOST_LINES = 40  # what a reader follows; what stands deeper goes "in the same way"


@dataclass(frozen=True)
class Derivation:
    """Where a number comes from, all the way.

    Attributes:
        title: the number's name, such as `∂C/∂w(h2→o1)`; of δ both, `δ(h2) = ∂C/∂z(h2)`.
        lines: from the question to the answer; the last line's value is the number.
        value: the number.
        label: the source's own label of a weight, such as `w6`, or empty.
    """

    title: str
    lines: tuple[DerivationLine, ...]
    value: float
    label: str = ""


def derive(
    session: Session, quantity: Quantity, cell: Index, notation: Notation = OWN
) -> Derivation:
    """Derive one cell of a quantity of the session's update.

    Args:
        session: where we are, in the program's own notation.
        quantity: whose cell it is.
        cell: which.
        notation: whose letters are used; where it has δ = −∂C/∂z, it is ∂C/∂z that is derived,
            and the numbers have its sign.

    Raises:
        KeyError: the session's update has no such quantity.
        IndexError: the quantity has no such cell.
    """
    trace = session.trace
    shape = trace[quantity.symbol].shape  # else a KeyError that says what there is
    if len(cell) != len(shape) or not all(0 <= i < n for i, n in zip(cell, shape, strict=True)):
        raise IndexError(f"{quantity.key}: expected a cell within {shape}, got {cell}")
    letters = notation.upright
    trace = letters.trace(trace, session.scenario)
    naming = Naming(session.scenario, trace.samples, None if letters.own else letters.stem)
    book = Book(trace, naming, letters)
    place = Place(trace.quantity(quantity.symbol), cell)
    value = place.value
    lines: list[DerivationLine] = []
    for deepest in range(1, len(trace.steps) + 2):
        board = Blackboard(book, session.scenario.loss, deepest)
        board.derive(place)
        if lines and len(board.lines) > _MOST_LINES:
            break
        lines = board.lines
        if not board.cut:
            break
    label = naming.source_label(place.quantity, cell)
    return Derivation(book.title(place), tuple(lines), value, label)
