"""A desk as the text of an autosave, and back, trusting nothing.

What an autosave says is checked value by value before any of it is used: it may have been cut
off, written by another version, or by somebody else. Files and folders are `autosave`'s business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from typing import Any, NamedTuple, NoReturn

from bpstepper.engine.run.training import Timeline
from bpstepper.scenario.edit_checks import check_value
from bpstepper.scenario.editable import EditError, Value, plain
from bpstepper.scenario.model import Scenario
from bpstepper.session.cursor import MOST_UPDATES, Cursor, Level
from bpstepper.session.cursor_transfer import is_place
from bpstepper.session.editing import Done, Edit, EditHistory, with_edits
from bpstepper.session.stepping import Session

__all__ = ["FORMAT", "KeptError", "Resumable", "resume", "to_text", "understood"]

FORMAT = 1
"""The version that is written, and the newest that is read."""

_LONGEST = 200  # characters of a text
_DEEPEST = 3  # lists within lists


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


def _resumable(body: object) -> Resumable:
    wanted = {"name", "cursor", "step", "done", "undone"}
    _check(isinstance(body, dict) and set(body) == wanted, "parts are missing")
    assert isinstance(body, Mapping)
    for key in ("done", "undone"):
        _check(isinstance(body[key], list), f"{key} is no list")
    return Resumable(
        _text(body["name"], most=5000),
        _cursor(body["cursor"]),
        _text(body["step"]),
        tuple(map(_done, body["done"])),
        tuple(map(_done, body["undone"])),
    )


def _text(value: object, most: int = _LONGEST) -> str:
    _check(isinstance(value, str) and len(value) <= most, "a text is none")
    return str(value)


def _whole(value: object, least: int, most: int) -> int:
    _check(type(value) is int and least <= value <= most, "a place is none")
    assert isinstance(value, int)
    return value


def _cursor(value: object) -> Cursor:
    _check(isinstance(value, list) and len(value) == 5, "a place is none")
    assert isinstance(value, list)
    update, step, operation, level, cell = value
    _check(isinstance(cell, list) and len(cell) <= 3, "a place is none")
    at = _whole(operation, -1, 10**6)
    return Cursor(
        _whole(update, 0, MOST_UPDATES),
        _whole(step, 0, 10**6),
        None if at < 0 else at,
        tuple(_whole(i, 0, 10**7) for i in cell),
        Level(_whole(level, 0, max(Level))),
    )


def _done(value: object) -> Done:
    _check(isinstance(value, list) and len(value) == 5, "an edit is none")
    assert isinstance(value, list)
    path, before, after, here, there = value
    edit = Edit(_text(path), _value(before, 0), _value(after, 0))
    return Done(edit, _cursor(here), _cursor(there))


def _value(value: object, depth: int) -> Value:
    if isinstance(value, list):
        _check(depth < _DEEPEST, "a value is none")
        return plain([_value(inner, depth + 1) for inner in value])
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        _check(isfinite(value), "a number that is none")
        return value
    _check(value is None or isinstance(value, int), "a value is none")
    assert value is None or isinstance(value, int)
    return value


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
