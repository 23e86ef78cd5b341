"""What a question is: a frozen value that holds all that is asked, and not the answer.

Which questions there are is decided in `asking`, whether an answer is right in `grading`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpstepper.engine.ops.kernels import Index

__all__ = ["GRAINS", "Question"]

GRAINS = ("shape", "sign", "cell", "matrix")
"""What can be asked about a result."""


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: its public name within the quiz, such as `delta1-cell-2-1`; cells count from 1.
        update: in which update, from 1.
        step: the key of what the step makes, as `delta1`.
        law: the step's law.
        phase: the step's phase.
        grain: one of `GRAINS`.
        symbol: the key of what is asked for; an operation's result, mostly the step's.
        cell: the cell that is asked for, from 0; of a shape or a matrix none.
        shape: the shape of the symbol's value; the answer where a shape is asked for.
        digits: significant digits that a number should have.
        name: what is asked for, such as `δ(h2)` or `δ¹`.
        formula: the equation, for a terminal.
        prompt: the question as a sentence.
        hints: three, each saying more than the one before; none has the answer in it.
    """

    id: str
    update: int
    step: str
    law: str
    phase: str
    grain: str
    symbol: str
    cell: Index | None
    shape: tuple[int, ...]
    digits: int
    name: str
    formula: str
    prompt: str
    hints: tuple[str, str, str]
