"""Insights: what the values at hand show that a student might overlook, each with its reason.

A table with one row for each kind: what to look for, and at the making of which quantities it is
told. Nothing is computed that the trace does not hold already; an insight compares what is there.
The same rows answer whether something holds in an update, for those who run until it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.run.trace import Trace
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import Symbol
from bpstepper.explain.insights.layer_insights import (
    cost_rose,
    exploding,
    linear,
    not_finite,
    oscillating,
    vanishing,
)
from bpstepper.explain.insights.unit_insights import (
    cancelled,
    dead,
    saturated,
    slow_weights,
    targets_reached,
    twins,
    wrong_but_flat,
)
from bpstepper.explain.insights.update_view import Found, Mask, UpdateView
from bpstepper.explain.notation.letters import OWN
from bpstepper.explain.notation.notation import Notation
from bpstepper.scenario.model import Scenario
from bpstepper.session import Level, Session

__all__ = ["INSIGHTS", "Insight", "Row", "holds", "insights_at", "insights_of"]


@dataclass(frozen=True, eq=False)
class Insight:
    """Something true of an update that is worth saying.

    Unit names stand in the texts as their file has them; who draws them cleans them.

    Attributes:
        id: the row it is of.
        text: one sentence, with names and numbers.
        reason: why it is so, and what it means.
        symbol: the key of the quantity that it is about.
        layer: that quantity's layer; None for C.
        mask: which cells of it, as the layout lays them out; read-only.
    """

    id: str
    text: str
    reason: str
    symbol: str
    layer: int | None
    mask: Mask = field(repr=False)

    @cached_property
    def cells(self) -> tuple[Index, ...]:
        """The cells that it is about; of a large matrix, `mask` is quicker to ask."""
        return tuple(tuple(cell) for cell in np.argwhere(self.mask).tolist())


@dataclass(frozen=True)
class Row:
    """One kind of insight.

    Attributes:
        id: what it is called in code.
        title: what it is called by people.
        kinds: the kinds of quantities at whose making it is told, in its own layer; none where
            others tell it.
        find: all of it that is to be seen in an update, the most telling first.
        covers: rows that need not be told of the same layer where this one is.
        looks_back: whether it compares with updates before, so that it needs a timeline.
    """

    id: str
    title: str
    kinds: frozenset[str]
    find: Callable[[UpdateView], Iterator[Found]]
    covers: frozenset[str] = frozenset()
    looks_back: bool = False


_WEIGHTS = frozenset({"grad_W", "grad_W_data"})
_MOVES = frozenset({"W_next", "b_next", "Wb_next", "x_next"})
_SLOPES = frozenset({"slope", "jacobian"})

INSIGHTS: tuple[Row, ...] = (
    Row("not_finite", "a number is not finite", frozenset(), not_finite),
    Row(
        "wrong_but_flat",
        "an output is wrong where its slope is small",
        frozenset({"delta"}) | _WEIGHTS,
        wrong_but_flat,
        covers=frozenset({"saturated", "dead_relu"}),
    ),
    Row(
        "cancelled",
        "an output is wrong where its slope is small, and the loss cancels the slope",
        frozenset({"delta"}),
        cancelled,
        covers=frozenset({"saturated"}),
    ),
    Row("targets_reached", "the targets are reached", frozenset({"C", "delta"}), targets_reached),
    Row("symmetry", "units that stay alike", frozenset({"z"}) | _WEIGHTS, twins),
    Row("dead_relu", "a unit is off", frozenset({"a"}) | _SLOPES, dead),
    Row("saturated", "a unit is saturated", frozenset({"a"}) | _SLOPES, saturated),
    Row("vanishing", "gradients vanish", frozenset({"delta"}) | _WEIGHTS, vanishing),
    Row("exploding", "gradients explode", frozenset({"delta"}) | _WEIGHTS, exploding),
    Row("slow_weight", "what enters a wire is near 0", _WEIGHTS, slow_weights),
    Row("linear_stack", "a hidden layer is linear", frozenset({"a"}), linear),
    Row(
        "oscillating",
        "the cost goes up and down",
        frozenset({"C"}) | _MOVES,
        oscillating,
        covers=frozenset({"cost_rose"}),
        looks_back=True,
    ),
    Row("cost_rose", "the cost rose", frozenset({"C"}) | _MOVES, cost_rose, looks_back=True),
)
"""Every kind of insight, the most telling first."""

_BY_ID: Mapping[str, Row] = {row.id: row for row in INSIGHTS}
_ByNotation = dict[str, tuple[Insight, ...]]
_Kept = WeakKeyDictionary[Trace, WeakKeyDictionary[Scenario, _ByNotation]]
_within: _Kept = WeakKeyDictionary()
_across: _Kept = WeakKeyDictionary()


def insights_of(trace: Trace, scenario: Scenario, notation: Notation = OWN) -> tuple[Insight, ...]:
    """All that is to be seen in one update by itself, the most telling first.

    Looked for once for each trace and notation.

    Args:
        trace: the update, in the program's own notation.
        scenario: whose it is.
        notation: whose letters and signs it is told in.
    """
    return _looked(_within, UpdateView(trace, scenario, notation=notation), looks_back=False)


def insights_at(session: Session, notation: Notation = OWN) -> tuple[Insight, ...]:
    """What bears on what this step has made so far, the most telling first; () at the start."""
    if session.at_start:
        return ()
    made = frozenset(_made(session))
    trace, scenario = session.trace, session.scenario
    found = insights_of(trace, scenario, notation)
    kinds = {symbol.kind for symbol in made}
    if any(row.looks_back and kinds & row.kinds for row in INSIGHTS):
        view = UpdateView(trace, scenario, session.line, notation)
        found += _looked(_across, view, looks_back=True)
    told = [insight for insight in found if _is_told(insight, made)]
    covered = {(id_, insight.layer) for insight in told for id_ in _BY_ID[insight.id].covers}
    return tuple(insight for insight in told if (insight.id, insight.layer) not in covered)


def holds(id: str, trace: Trace, scenario: Scenario, line: Timeline | None = None) -> bool:  # noqa: A002
    """Whether there is such an insight in an update; looks no further than the first one.

    Args:
        id: of a row of `INSIGHTS`.
        trace: the update.
        scenario: whose it is.
        line: where the updates before are found; rows that look back hold nowhere without it.

    Raises:
        KeyError: there is no such row; the message lists those that there are.
    """
    if id not in _BY_ID:
        raise KeyError(f"{id} is not an insight; there are {' '.join(_BY_ID)}")
    with np.errstate(all="ignore"):
        return any(True for _ in _BY_ID[id].find(UpdateView(trace, scenario, line)))


def _looked(kept: _Kept, view: UpdateView, looks_back: bool) -> tuple[Insight, ...]:
    """What was found in this update before, else what is to be found."""
    known = kept.setdefault(view.trace, WeakKeyDictionary()).setdefault(view.scenario, {})
    if view.notation.id not in known:
        with np.errstate(all="ignore"):
            known[view.notation.id] = tuple(
                Insight(
                    id=row.id,
                    text=found.text,
                    reason=found.reason,
                    symbol=found.symbol.key,
                    layer=found.symbol.layer,
                    mask=view.as_laid_out(found.symbol, found.mask),
                )
                for row in INSIGHTS
                if row.looks_back == looks_back
                for found in row.find(view)
            )
    return known[view.notation.id]


def _made(session: Session) -> Iterator[Symbol]:
    """What the step, or the phase one steps along, has made so far."""
    cursor = session.cursor
    if cursor.level is Level.PHASE:
        for step in session.phase_steps:
            yield from (operation.result.symbol for operation in step.operations)
        return
    whole = session.cell == tuple(size - 1 for size in session.result.value.shape)
    partly = cursor.level is Level.ELEMENT and not whole
    for position, operation in enumerate(session.step.operations):
        is_last = position == cursor.operation
        if session.done(position) and not (is_last and partly):
            yield operation.result.symbol


def _is_told(insight: Insight, made: frozenset[Symbol]) -> bool:
    kinds, layer = _BY_ID[insight.id].kinds, insight.layer
    return any(
        symbol.kind in kinds and (layer is None or symbol.layer in (layer, None)) for symbol in made
    )
