"""A desk as the text of an autosave, and back, trusting nothing.

What an autosave says is held to a schema, as files are, before any of it is used: it may have
been cut off, written by another version, or by somebody else. Files and folders are `autosave`'s
business.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, Final, NamedTuple, NoReturn

from bpstepper.engine.run.training import Timeline
from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.edit_checks import check_value
from bpstepper.scenario.editable import EditError, plain
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.schema.forms import Form, Mistake, Number, Text, Whole
from bpstepper.scenario.schema.structures import REQUIRED, Choice, Key, ListOf, RowOf, Table
from bpstepper.session.cursor import MOST_UPDATES, Cursor, Level
from bpstepper.session.cursor_transfer import is_place
from bpstepper.session.editing import Done, Edit, EditHistory, with_edits
from bpstepper.session.stepping import Session

__all__ = ["FORMAT", "KeptError", "Resumable", "resume", "to_text", "understood"]

FORMAT = 1
"""The version that is written, and the newest that is read."""


class _Short(Text):
    """Text of at most so many characters."""

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        self.most: Final = most

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is text, and not too long."""
        super().check(value, path, mistakes)
        if isinstance(value, str) and len(value) > self.most:
            mistakes.append(Mistake("wrong-length", path, value, self, f"at most {self.most}"))


class _Single(Form):
    """A value that is no list: a finite number, true or false, or none."""

    __slots__ = ()

    what = "a value"

    def check(self, value: Any, path: Path, mistakes: list[Mistake]) -> None:
        """It is one of these; a whole number may be of any size."""
        if not (value is None or isinstance(value, int)):
            Number().check(value, path, mistakes)


_TEXT: Final = _Short(200)
_PLACE: Final = RowOf(  # a Cursor; no operation is −1
    Whole(ge=0, le=MOST_UPDATES),
    Whole(ge=0, le=10**6),
    Whole(ge=-1, le=10**6),
    Whole(ge=0, le=max(Level)),
    ListOf(Whole(ge=0, le=10**7), most=3),
)
_ONE: Final = Choice(_Single(), text=_TEXT)
_ROW: Final = ListOf(_ONE)
_VALUE: Final = Choice(
    _Single(), text=_TEXT, list=_ROW, matrix=ListOf(_ROW), stack=ListOf(ListOf(_ROW))
)
_DONE: Final = RowOf(_TEXT, _VALUE, _VALUE, _PLACE, _PLACE)
_BODY: Final = Table(
    "Autosave",
    "Where one stood, and the edits.",
    (
        Key("name", _Short(5000), REQUIRED, "The scenario, as it was opened."),
        Key("cursor", _PLACE, REQUIRED, "Where its reader stood."),
        Key("step", _TEXT, REQUIRED, "The key of what the step makes; empty at the start."),
        Key("done", ListOf(_DONE), REQUIRED, "The edits made."),
        Key("undone", ListOf(_DONE), REQUIRED, "The edits taken back."),
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
        _check(isinstance(found, dict), "not a table")
        version = found.get("format")
        _check(type(version) is int and version >= 1, "no version")
        _check(version <= FORMAT, "written by a newer bpstepper")
        body = found.get("body")
        _check(found.get("sum") == _sum(body), "damaged")
        return _resumable(body)
    except KeptError:
        raise
    except (ValueError, RecursionError, OverflowError):
        raise KeptError("cut off, or no autosave") from None


def _refuse(_: str) -> NoReturn:
    raise KeptError("a number that is none")


def _check(holds: bool, problem: str) -> None:
    if not holds:
        raise KeptError(problem)


def _resumable(body: Any) -> Resumable:
    mistakes: list[Mistake] = []
    _BODY.check(body, (), mistakes)
    if mistakes:
        from bpstepper.scenario.schema.schema_messages import in_one_line

        raise KeptError(in_one_line(mistakes[0]))
    return Resumable(
        body["name"],
        _cursor(*body["cursor"]),
        body["step"],
        tuple(_done(*row) for row in body["done"]),
        tuple(_done(*row) for row in body["undone"]),
    )


def _cursor(update: int, step: int, operation: int, level: int, cell: list[int]) -> Cursor:
    at = None if operation < 0 else operation
    return Cursor(update, step, at, tuple(cell), Level(level))


def _done(path: str, before: Any, after: Any, here: list[Any], there: list[Any]) -> Done:
    return Done(Edit(path, plain(before), plain(after)), _cursor(*here), _cursor(*there))


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
