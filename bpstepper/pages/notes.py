"""What a note says on a page, in a line or two: what it asks, and the keys that lead on.

The whole of it is shown when it is asked for; which notes there are is the lesson's business.
"""

from __future__ import annotations

from bpstepper.drawing.text import clean
from bpstepper.explain.notes import edits_proposed, notes_here
from bpstepper.scenario.diagnostics.diagnostic import shorten
from bpstepper.session import Session

__all__ = ["said"]

_MOST_PROPOSED = 28  # characters of a change that is proposed


def said(session: Session) -> tuple[str, str] | None:
    """What the first note here asks or tells, on one line, and the keys that lead on; or nothing.

    The text may be empty, where a note only proposes a change.
    """
    notes = [note for note in notes_here(session) if note.ask or note.text or note.reveal]
    proposed = edits_proposed(session)
    if not notes and not proposed:
        return None
    text = keys = ""
    if notes:
        text = " ".join((notes[0].ask or notes[0].text or notes[0].reveal).split())
        keys = "  ▸ y answers" if notes[0].ask else "  ▸ y"
    if proposed:  # to say what would be to give an answer away
        asks = bool(notes and notes[0].ask)
        what = "it" if asks else shorten(", ".join(map(_last, proposed)), _MOST_PROPOSED)
        keys += f"  ▸ f tries {what}"
    return clean(text), clean(keys)


def _last(change: str) -> str:
    """`learning_rate = 5` of `training.learning_rate=5`: where it stands is clear enough."""
    path, _, value = change.partition("=")
    return f"{path.strip().rpartition('.')[2]} = {value.strip()}"
