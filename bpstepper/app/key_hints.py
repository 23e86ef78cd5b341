"""The last line: which keys it offers where one stands, from the actions' own rows."""

from __future__ import annotations

from bpstepper.app.actions import ACTIONS
from bpstepper.explain.naming import Naming
from bpstepper.pages.layout import Hint
from bpstepper.pages.view import View
from bpstepper.session import Level, Session
from bpstepper.session.inspecting import Source, source

__all__ = ["context", "hints"]

_LEVELS = {
    Level.PHASE: "phase",
    Level.EQUATION: "equation",
    Level.OPERATION: "operation",
    Level.ELEMENT: "element",
}


def context(session: Session, view: View) -> str:
    """What the keys are about here: a page, an inspected number, or a level of detail."""
    if view.page == "buglab" and view.lab.pane != "found":
        return f"buglab-{view.lab.pane}"
    if view.page != "step":
        return view.page
    if session.at_start:
        return "start"
    return "inspect" if session.spot is not None else _LEVELS[session.cursor.level]


def hints(session: Session, view: View | None = None, notation: str = "book") -> list[Hint]:
    """What the last line offers here; the last one stands at its right edge.

    Args:
        session: where one stands.
        view: what is shown of it.
        notation: the id of the book whose letters name a number.
    """
    here = context(session, view or View())
    if view is not None and view.hide_result:
        return [Hint("any key", "lifts the curtain"), Hint("", "")]
    found = [action.hints[here] for action in ACTIONS if here in action.hints]
    leads = _lead(session, notation) if here == "inspect" else ""
    told = ((key, leads if does == "{source}" else does) for key, does in found)
    return [Hint(key, does) for key, does in told if does]


def _lead(session: Session, notation: str) -> str:
    """Where Enter leads while a number is inspected: `go to δ(o1)`; empty for what is given."""
    found: Source | None = source(session)
    if found is None:
        return ""
    from bpstepper.explain.notation.notations import NOTATIONS  # loaded with the first number

    row = NOTATIONS[notation]
    stem = None if row.own else row.stem
    naming = Naming(session.scenario, found.session.trace.samples, stem)
    return f"go to {naming.cell(found.quantity, found.cell)}"
