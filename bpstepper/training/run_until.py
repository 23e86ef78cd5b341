"""Run until: what a person can wait for while updates go by, one row each.

A condition is asked of one update after the other, from the next one on; it says at which step
there is something to see. Running, and stopping, is its caller's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bpstepper.engine.run.nonfinite import first_nonfinite
from bpstepper.engine.run.trace import Trace
from bpstepper.explain.insights.find import INSIGHTS, holds, insights_of
from bpstepper.session import Session
from bpstepper.training.stopping import COST, Condition, understood

__all__ = ["CONDITIONS", "Until", "until"]


@dataclass(frozen=True)
class Until:
    """Something to wait for.

    Attributes:
        says: what it is, as "C is below 0.01".
        holds: whether it is so in an update.
        place: at which step of that update it is to be seen, as `go` understands it.
    """

    says: str
    holds: Callable[[Trace], bool]
    place: Callable[[Trace], str] = lambda _trace: ""


def _cost(found: re.Match[str], session: Session) -> Until:
    stop = COST.make(found, session.scenario)
    return Until(stop.says, lambda trace: stop.limits.are_passed(trace.cost), lambda _trace: "C")


def _next_sample(_found: re.Match[str], session: Session) -> Until:
    here = session.trace.samples if not session.at_start else ()
    return Until("the samples are others", lambda trace: trace.samples != here)


def _next_epoch(_found: re.Match[str], session: Session) -> Until:
    here = session.trace.epoch if not session.at_start else 0
    return Until("a new epoch begins", lambda trace: trace.epoch > here)


def _not_finite(_found: re.Match[str], _session: Session) -> Until:
    def born(trace: Trace) -> str:
        birth = first_nonfinite(trace)
        return "" if birth is None else birth.operation.result.key

    return Until("a number is not finite", lambda trace: first_nonfinite(trace) is not None, born)


def _insight(id_: str) -> Callable[[re.Match[str], Session], Until]:
    def make(_found: re.Match[str], session: Session) -> Until:
        title = next(row.title for row in INSIGHTS if row.id == id_)

        def is_so(trace: Trace) -> bool:
            return holds(id_, trace, session.scenario, session.line)

        def place(trace: Trace) -> str:
            found = (i for i in insights_of(trace, session.scenario) if i.id == id_)
            return next((insight.symbol for insight in found), "")

        return Until(title, is_so, place)

    return make


_AWAITED = ("saturated", "dead_relu", "vanishing", "exploding", "oscillating")  # told first

CONDITIONS: tuple[Condition[Session, Until], ...] = (
    Condition(COST.usage, COST.help, COST.pattern, _cost),  # as a whole training understands it
    Condition("sample", "another sample, or batch", r"(?:next\s+)?(?:sample|batch)", _next_sample),
    Condition("epoch", "the next epoch", r"(?:next\s+)?epoch", _next_epoch),
    Condition("nan", "a number that is not finite", r"nan|inf(?:inity)?", _not_finite),
    *(
        Condition(row.id, row.title, re.escape(row.id).replace("_", r"[\s_]"), _insight(row.id))
        for row in sorted(INSIGHTS, key=lambda row: row.id not in _AWAITED)
    ),
)
"""Everything that one can wait for."""


def until(text: str, session: Session) -> Until:
    """What a person wants to wait for.

    Raises:
        StopError: it is none of `CONDITIONS`; the message names them.
    """
    return understood(text, CONDITIONS, session, "to wait for")
