"""A desk as the text of an autosave, and back, trusting nothing.

What an autosave says is checked value by value before any of it is used: it may have been cut
off, written by another version, or by somebody else. Files and folders are `autosave`'s business.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

from bpstepper.engine.run.training import Timeline
from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.edit_checks import check_value
from bpstepper.scenario.editable import EditError, plain
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.schema.forms import Form, Mistake, Number, Text, Whole
from bpstepper.scenario.schema.structures import REQUIRED, Choice, Key, ListOf, Table
from bpstepper.session.cursor import MOST_UPDATES, Cursor, Level
from bpstepper.session.cursor_transfer import is_place
from bpstepper.session.editing import Done, Edit, EditHistory, with_edits
from bpstepper.session.stepping import Session

__all__ = ["FORMAT", "KeptError", "Resumable", "resume", "to_text", "understood"]

FORMAT = 1
"""The version that is written, and the newest that is read."""


class _Row(ListOf):
    """A list of so many elements, each with a form of its own."""

    def __init__(self, *forms: Form) -> None:
        super().__init__(Form(), least=len(forms), most=len(forms))
        self.forms = forms

    def _check_elements(self, values: list[Any], path: Path, mistakes: list[Mistake]) -> None:
        for index, (form, value) in enumerate(zip(self.forms, values, strict=False)):
            form.check(value, (*path, index), mistakes)


class _Plain(Form):
    """A number, a text, true or false, or nothing."""

    def check(self, value: object, path: Path, mistakes: list[Mistake]) -> None:
        """It is one of them."""
        form = Number() if isinstance(value, float) else _TEXT
        if value is not None and not isinstance(value, int):
            form.check(value, path, mistakes)


_TEXT = Text(most=200)
_PLAIN = _Plain()
_VALUE = Choice(
    _PLAIN, list=ListOf(_PLAIN), matrix=ListOf(ListOf(_PLAIN)), stack=ListOf(ListOf(ListOf(_PLAIN)))
)
_COUNT = Whole(ge=0, le=10**7)
_CURSOR = _Row(
    Whole(ge=0, le=MOST_UPDATES),
    _COUNT,
    Whole(ge=-1, le=10**7),
    Whole(ge=0, le=max(Level)),
    ListOf(_COUNT, most=3),
)
_EDITS = ListOf(_Row(_TEXT, _VALUE, _VALUE, _CURSOR, _CURSOR))
_BODY = Table(
    "Kept",
    "What is kept; see `Resumable`.",
    (
        Key("name", Text(most=5000), REQUIRED, "The scenario, as it was opened."),
        Key("cursor", _CURSOR, REQUIRED, "Update, step, operation or -1, level, cell."),
        Key("step", _TEXT, REQUIRED, "The key of what the step makes."),
        Key("done", _EDITS, REQUIRED, "The edits made: path, before, after, cursors."),
        Key("undone", _EDITS, REQUIRED, "The edits taken back."),
    ),
)


class KeptError(ValueError):
    """The text is no autosave that can be used; the message says why, in a few words."""


class Resumable(NamedTuple):
    """What can be resumed.

    Attributes:
        name: the scenario, as it was opened.
        cursor: where its reader stood.
        step: the key of what the step makes, such as `delta1`; empty at the start.
        done: the edits made.
        undone: the edits taken back.
    """

    name: str
    cursor: Cursor
    step: str
    done: tuple[Done, ...] = ()
    undone: tuple[Done, ...] = ()


def to_text(desk: EditHistory, name: str) -> str:
    """The text of an autosave."""
    session = desk.session
    body = {
        "name": name,
        "cursor": _cursor_list(session.cursor),
        "step": "" if session.at_start else session.step.id,
        "done": [_done_list(it) for it in desk.done],
        "undone": [_done_list(it) for it in desk.undone],
    }
    return json.dumps({"format": FORMAT, "sum": _sum(body), "body": body}, allow_nan=False)


def _sum(body: object) -> str:
    whole = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(whole.encode()).hexdigest()


def _cursor_list(cursor: Cursor) -> list[Any]:
    operation = -1 if cursor.operation is None else cursor.operation
    return [cursor.update, cursor.step, operation, int(cursor.level), list(map(int, cursor.cell))]


def _done_list(done: Done) -> list[Any]:
    edit = done.edit
    return [
        edit.path,
        edit.before,
        edit.after,
        _cursor_list(done.before),
        _cursor_list(done.after),
    ]


# ── back ─────────────────────────────────────────────────────────────────────────────────────


def understood(raw: bytes) -> Resumable:
    """What the bytes of an autosave say.

    Raises:
        KeptError: they are none that can be used.
    """
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_refuse)
        head = found if isinstance(found, dict) else {}
        version, body = head.get("format"), head.get("body", {})
        if not isinstance(version, int) or version < 1:
            raise KeptError("no version")
        if version > FORMAT:
            raise KeptError("written by a newer bpstepper")
        if head.get("sum") != _sum(body):
            raise KeptError("damaged")
    except KeptError:
        raise
    except (ValueError, RecursionError, OverflowError):
        raise KeptError("cut off, or no autosave") from None
    mistakes: list[Mistake] = []
    _BODY.check(body, (), mistakes)
    if mistakes:
        from bpstepper.scenario.schema.schema_messages import in_one_line

        raise KeptError(in_one_line(mistakes[0]))
    return Resumable(
        body["name"],
        _cursor(body["cursor"]),
        body["step"],
        tuple(map(_done, body["done"])),
        tuple(map(_done, body["undone"])),
    )


def _refuse(_: str) -> NoReturn:
    raise KeptError("a number that is none")


def _cursor(given: list[Any]) -> Cursor:
    update, step, operation, level, cell = given
    return Cursor(update, step, None if operation < 0 else operation, tuple(cell), Level(level))


def _done(given: list[Any]) -> Done:
    path, before, after, here, there = given
    return Done(Edit(path, plain(before), plain(after)), _cursor(here), _cursor(there))


def resume(resumable: Resumable, scenario: Scenario) -> EditHistory:
    """The desk that was kept, on its scenario as it was opened: same step, same edits.

    It trains up to the update that one stood at, which takes as long as going there.

    Raises:
        KeptError: its edits or its place do not fit this scenario.
    """
    try:
        for done in (*resumable.done, *resumable.undone):
            if done.edit.after is not None:
                check_value(done.edit.path, done.edit.after)
        changes = [(it.edit.path, it.edit.after) for it in resumable.done]
        edited = with_edits(scenario, changes)
        again = [(it.edit.path, it.edit.after) for it in reversed(resumable.undone)]
        with_edits(edited, again)
    except EditError:
        raise KeptError("an edit does not fit") from None
    session = Session(edited, Timeline(edited), resumable.cursor)
    if not is_place(session, resumable.cursor):
        raise KeptError("there is no such place")
    if resumable.step != ("" if session.at_start else session.step.id):
        raise KeptError("another step stands there")
    return EditHistory(session, scenario, resumable.done, resumable.undone)
