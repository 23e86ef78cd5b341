"""A scenario: a problem, and what a teacher has to say about it.

The engine's `Problem` is all that is needed to compute. This module owns what a scenario file
adds to it: titles, published numbers to be held to (`Expect`) and the notes of a lesson (`Note`).
Reading such a file is `load`'s business; everything here can also be built in code.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array, Problem, ProblemError
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.scenario.checks.symbol_keys import MATRICES, parse

if TYPE_CHECKING:
    from bpstepper.scenario.diagnostics.diagnostic import Diagnostic

__all__ = ["Expect", "Note", "Scenario", "in_layout"]

_REWORKED = ("recomputed", "by hand", "exact", "follows")
"""How the source of a number begins that nobody printed: it was worked out again, otherwise."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Expect:
    """A number that the computation is held to: published, or worked out in another way.

    Attributes:
        symbol: the text key of a symbol, such as `delta2` or `C_all`.
        value: what was published, in the scenario's `expect_layout`; 0-d where one element or a
            single number is meant, else 2-D (a Jacobian: 3-D) wherever the shape is known.
        update: of which update, from 1; W and b are taken *after* it (0: as they start), all
            else *during* it.
        at: one element, counted from 1: (to, from) of a weight matrix, (unit,) or
            (unit, sample) of all else, (sample, row, column) of a Jacobian. Independent of layout.
        tolerance: how far the computed value may lie away, absolutely.
        source: who published it.
        note: what to know about it, such as an erratum.
        line: where in the file it stands; None if it was built in code.
    """

    symbol: str
    value: Array
    update: int = 1
    at: tuple[int, ...] | None = None
    tolerance: float = 1e-9
    source: str = ""
    note: str = ""
    line: int | None = None

    def __post_init__(self) -> None:
        value = np.array(self.value, dtype=np.float64)
        value.setflags(write=False)
        object.__setattr__(self, "value", value)

    @property
    def is_published(self) -> bool:
        """Whether somebody printed it, as its source says; else it was worked out again."""
        return bool(self.source) and not self.source.startswith(_REWORKED)


@dataclass(frozen=True, eq=False, kw_only=True)
class Note:
    """Something to say at a step.

    Attributes:
        at: the text key of the symbol it belongs to; None: before the first step.
        text: Markdown.
        ask: a question to put first.
        reveal: its answer, shown on request.
        update: at which update, from 1.
        cell: one element to point at, counted from 1, as in `Expect.at`.
        audience: "student" (everyone sees it) or "teacher" (the presenter's notes only).
        quiz: ask for the value of `at` before it is shown.
        edit: changes to apply when asked to, as `--set` writes them: `training.learning_rate=5`.
        line: where in the file it stands; None if it was built in code.
    """

    at: str | None = None
    text: str = ""
    ask: str = ""
    reveal: str = ""
    update: int = 1
    cell: tuple[int, ...] | None = None
    audience: str = "student"
    quiz: bool = False
    edit: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Scenario(Problem):
    """A problem with its title, its published numbers and its lesson.

    Attributes:
        title: one line.
        source: where the example comes from.
        about: Markdown, shown before the first step.
        topic: what it is about, in a few words; lists are grouped by it.
        level: whom it is for, one of `shelves.LEVELS`; empty where the file does not say.
        expects: published numbers.
        notes: the lesson, in the file's own order.
        name: what the command line calls it, such as `mazur`.
        file: what it was read from; empty if it was built in code.
        expect_layout: the layout that the values of `expects` are written in; the network's own
            unless it was changed by `with_layout`.
        warnings: what was odd in the file, though it could be read.
    """

    title: str = ""
    source: str = ""
    about: str = ""
    topic: str = ""
    level: str = ""
    expects: tuple[Expect, ...] = ()
    notes: tuple[Note, ...] = ()
    name: str = ""
    file: str = ""
    expect_layout: str = ""
    warnings: tuple[Diagnostic, ...] = field(default=())

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "expects", tuple(self.expects))
        object.__setattr__(self, "notes", tuple(self.notes))
        object.__setattr__(self, "warnings", tuple(self.warnings))
        if not self.expect_layout:
            object.__setattr__(self, "expect_layout", self.network.layout)

    def with_layout(self, layout: str) -> Scenario:
        """The same network and the same numbers, with the products written in another layout.

        The values of `expects` stay as they were written; `expect_layout` says how.

        Raises:
            ProblemError: there is no such layout.
        """
        if layout not in LAYOUTS:
            names = ", ".join(LAYOUTS)
            raise ProblemError(f"layout: expected one of {names}, got {layout!r}")
        return replace(self, network=replace(self.network, layout=layout))


def in_layout(value: npt.ArrayLike, symbol: str, written: str, wanted: str) -> Array:
    """`value` of `symbol`, written in the layout `written`, as the layout `wanted` writes it.

    Weight matrices turn with the axes of W, everything else in two dimensions with the axis of
    the samples; numbers, single elements and Jacobians are the same in every layout.
    """
    array = np.asarray(value, dtype=np.float64)
    if array.ndim != 2:
        return array
    old, new = LAYOUTS[written], LAYOUTS[wanted]
    key = parse(symbol)
    if key is not None and key.form in MATRICES:
        turn = old.weight_axes != new.weight_axes
    else:
        turn = old.units_axis != new.units_axis
    return array.T if turn else array
