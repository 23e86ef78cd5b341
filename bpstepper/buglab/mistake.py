"""What a mistake is: a row with its words, its two ways to write the line, and what it changes.

The rows are in `pass_mistakes` and `gradient_mistakes`; what comes of making one in a given
network is told by `mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.compile.program import Program

__all__ = ["Mistake"]


def _anywhere(_problem: Problem) -> bool:
    return True


@dataclass(frozen=True)
class Mistake:
    """One row of the table.

    Attributes:
        id: its public name.
        title: what is done wrongly, in a few words.
        code_right: the lines in numpy, for the column layout.
        code_wrong: the same with the mistake.
        why: why people make it, and why it is one.
        seen_in: where it was found.
        change: the mistaken Program for a right one; raises Clash where it does not fit.
        meaningful: whether a problem has what is done wrongly, where its Program cannot tell.
    """

    id: str
    title: str
    code_right: tuple[str, ...]
    code_wrong: tuple[str, ...]
    why: str
    seen_in: str
    change: Callable[[Program], Program]
    meaningful: Callable[[Problem], bool] = _anywhere
