"""Autosave: after being killed one is where one was; whatever its file says, one can start."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import bpstepper
from bpstepper.scenario import load
from bpstepper.scenario.values import same_numbers
from bpstepper.session import MOST_UPDATES, Session, start
from bpstepper.session.autosave import LARGEST, MOST, Autosave, autosave_folder
from bpstepper.session.autosave_format import KeptError, resume, to_text, understood
from bpstepper.session.editing import EditHistory
from tests.portable import PATIENCE
from tests.scenes import BUNDLED, bits


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


def edited_desk(name: str = "mazur") -> EditHistory:
    """A desk with edits, some of them undone, in the middle of an operation."""
    desk = EditHistory.of(start(load(name)).go("update 3").go("delta1").into())
    desk = desk.edit("training.learning_rate = 0.3").edit("b1[1] = 0.1").edit("x[1] = -0.0")
    desk = desk.edit("W1[1,1] = 0.7").undo()
    return desk.moved(desk.session.next())


def files(folder: Path, suffix: str = ".json") -> list[Path]:
    """The files of a folder."""
    return sorted(folder.glob(f"*{suffix}"))


def same_desk(one: EditHistory, other: EditHistory) -> bool:
    """Whether two desks are the same to the bit."""
    return (
        one.session.cursor == other.session.cursor
        and repr(one.done) == repr(other.done)
        and repr(one.undone) == repr(other.undone)
        and same_numbers(one.session.scenario, other.session.scenario)
        and bits(one.session.trace) == bits(other.session.trace)
    )


# ── kept and resumed ─────────────────────────────────────────────────────────────────────────

KILLED = """
import os, signal, sys
from pathlib import Path
from bpstepper.session.autosave import Autosave
from tests.session.test_autosave import edited_desk
autosave = Autosave(Path(sys.argv[1]))
desk = edited_desk()
assert autosave.open("mazur", desk.base) is None
autosave.keep(desk)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_kill_9_one_is_where_one_was(tmp_path: Path) -> None:
    """Another process is killed in the middle of it; the next one goes on, with undo and redo."""
    root = Path(bpstepper.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=root,
        timeout=PATIENCE,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    wanted = edited_desk()
    autosave = Autosave(tmp_path)
    found = autosave.open("mazur", wanted.base)
    assert found is not None
    assert found.step == wanted.session.step.id
    desk = autosave.resume(found, wanted.base)
    assert desk is not None
    assert same_desk(desk, wanted)
    assert same_desk(desk.redo(), wanted.redo())
    assert same_desk(desk.undo().undo(), wanted.undo().undo())
    assert not autosave.warning
    autosave.clear()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", BUNDLED)
def test_every_place_is_resumed(name: str) -> None:
    """Of every scenario, at all levels of detail, from the start to the next update."""
    scenario = load(name)
    session = start(scenario)
    moves = (Session.next, Session.into, Session.into, Session.next, Session.out, Session.out)
    for move in (*moves, Session.out, Session.next_update, Session.last):
        desk = EditHistory.of(session)
        again = resume(understood(to_text(desk, name).encode()), scenario)
        assert again.session.cursor == session.cursor
        assert bits(again.session.trace) == bits(session.trace)
        session = move(session)


def test_an_orderly_end_leaves_nothing(tmp_path: Path) -> None:
    """Nothing is offered after `clear`; after `close` it is."""
    desk = edited_desk()
    for end, left in ((Autosave.clear, False), (Autosave.close, True)):
        autosave = Autosave(tmp_path)
        autosave.open("mazur", desk.base)
        autosave.keep(desk)
        end(autosave)
        again = Autosave(tmp_path)
        assert (again.open("mazur", desk.base) is not None) == left
        again.close()


def test_edits_are_written_at_once_and_moves_now_and_then(tmp_path: Path) -> None:
    """A move waits for its time, and for `tick`; the latest one is what is written."""
    clock = Clock()
    autosave = Autosave(tmp_path, every=2.0, clock=clock)
    desk = EditHistory.of(start(load("mazur")).next())
    autosave.open("mazur", desk.base)

    def written() -> int:
        (file,) = files(tmp_path)
        return understood(file.read_bytes()).cursor.step

    autosave.keep(desk)
    assert written() == 0
    for _ in range(3):
        desk = desk.moved(desk.session.next())
        autosave.keep(desk)
    autosave.tick()
    assert written() == 0
    clock.now = 2.5
    autosave.tick()
    assert written() == 3
    desk = desk.moved(desk.session.next()).edit("W1[1,1] = 1")
    autosave.keep(desk)
    assert written() == 4
    desk = desk.moved(desk.session.next())
    autosave.keep(desk)
    autosave.flush()
    assert written() == 5
    autosave.clear()


def test_only_the_same_numbers_are_offered(tmp_path: Path) -> None:
    """Not of another scenario, nor of the same one with another layout or override."""
    desk = edited_desk()
    first = Autosave(tmp_path)
    first.open("mazur", desk.base)
    first.keep(desk)
    first.close()
    again = Autosave(tmp_path)
    assert again.open("linear-neuron-a", load("linear-neuron-a")) is None
    assert again.open("mazur", load("mazur", layout="row")) is None
    assert again.open("mazur", load("mazur", overrides=["training.learning_rate=1"])) is None
    assert again.open("-", desk.base) is None
    assert not again.is_on
    assert again.open("mazur", desk.base) is not None
    again.close()


def test_two_windows_have_a_file_each(tmp_path: Path) -> None:
    """What another one is at is not offered, and ending one leaves the other's."""
    desk = edited_desk()
    one, other, third = (Autosave(tmp_path) for _ in range(3))
    assert one.open("mazur", desk.base) is None
    one.keep(desk)
    assert other.open("mazur", desk.base) is None
    other.keep(desk.undo())
    assert len(files(tmp_path)) == 2
    one.close()
    found = third.open("mazur", desk.base)
    assert found is not None
    assert len(found.done) == len(desk.done)
    third.clear()
    assert len(files(tmp_path)) == 1
    other.clear()


def test_what_nobody_came_back_to_is_not_kept_for_ever(tmp_path: Path) -> None:
    """The oldest go; what is open does not."""
    for number in range(MOST + 20):
        (tmp_path / f"old{number}-0.json").write_text("{}")
        os.utime(tmp_path / f"old{number}-0.json", (number, number))
    autosave = Autosave(tmp_path)
    desk = edited_desk()
    autosave.open("mazur", desk.base)
    autosave.keep(desk)
    left = {file.stem for file in files(tmp_path)}
    assert len(left) == MOST + 1
    assert f"old{MOST + 19}-0" in left
    assert "old0-0" not in left
    autosave.clear()


# ── nothing that is wrong stops anybody ──────────────────────────────────────────────────────


def test_where_nothing_can_be_kept_nothing_is_said(tmp_path: Path) -> None:
    """No folder, the null device, a file in its place: autosave is off, and all goes on."""
    assert autosave_folder(None) is None
    assert autosave_folder(Path(os.devnull)) is None
    assert autosave_folder(tmp_path / "state.toml") == tmp_path / "autosave"
    (tmp_path / "file").write_text("")
    desk = edited_desk()
    for folder in (None, tmp_path / "file", tmp_path / "file" / "below", Path("/proc/no/such")):
        autosave = Autosave(folder)
        assert autosave.open("mazur", desk.base) is None
        autosave.keep(desk)
        autosave.tick()
        autosave.flush()
        autosave.clear()
        assert not autosave.warning
        assert not autosave.is_on


def test_a_folder_that_goes_away_ends_it(tmp_path: Path) -> None:
    """Writing fails once, and is not tried again."""
    folder = tmp_path / "state"
    autosave = Autosave(folder)
    desk = edited_desk()
    autosave.open("mazur", desk.base)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    autosave.keep(desk)
    assert not autosave.is_on
    assert not folder.exists()


def offered(folder: Path, raw: bytes) -> tuple[bool, str]:
    """Whether these bytes, in place of an autosave, are offered; and the warning."""
    base = load("mazur")
    autosave = Autosave(folder)
    autosave.open("mazur", base)
    autosave.keep(EditHistory.of(start(base)))
    autosave.close()
    (file,) = files(folder)
    file.write_bytes(raw)
    found = autosave.open("mazur", base)
    desk = None if found is None else autosave.resume(found, base)
    warning = autosave.warning
    assert (desk is None) == bool(warning)
    assert "\n" not in warning
    if warning:
        assert not file.exists()
        assert file.with_suffix(".bad").read_bytes() == raw
    autosave.clear()
    return desk is not None, warning


def forged(**changes: object) -> bytes:
    """An autosave with other values, and a sum that says they are right."""
    from bpstepper.session.autosave_format import _sum

    whole = json.loads(to_text(edited_desk(), "mazur"))
    whole["body"] |= changes
    whole["sum"] = _sum(whole["body"])
    return json.dumps(whole).encode()


def test_what_is_right_is_offered(tmp_path: Path) -> None:
    """The measure of the tests below lets a sound autosave through."""
    assert offered(tmp_path, forged()) == (True, "")


EDIT = ["W1[1,1]", 0.15, 0.5, [1, 0, -1, 1, [0, 0]], [1, 0, -1, 1, [0, 0]]]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b"[" * (sys.getrecursionlimit() + 1),
        b"9" * 4_301,  # a digit more than Python reads
        b'{"format": 1}',
        b'{"format": true, "sum": "", "body": {}}',
        b'{"format": 1, "sum": "", "body": NaN}',
        b" " * (LARGEST + 1),
        forged(cursor=[1, 999, -1, 1, [0, 0]]),
        forged(cursor=[1, -1, -1, 1, [0, 0]]),
        forged(cursor=[MOST_UPDATES + 1, 0, -1, 1, [0, 0]]),
        forged(cursor=[1, 0, -1, 9, [0, 0]]),
        forged(cursor=[1, 0, 7, 2, [0, 0]]),
        forged(cursor=[True, 0, -1, 1, [0, 0]]),
        forged(cursor=[1.0, 0, -1, 1, [0, 0]]),
        forged(cursor=[1, 0, -1, 1, [-1, 0]]),
        forged(cursor=[1, 0, -1, 1, "00"]),
        forged(cursor="here"),
        forged(step="nothing"),
        forged(step=3),
        forged(name="other"),
        forged(name=["mazur"]),
        forged(done=3),
        forged(done=[3]),
        forged(done=[["W9[1,1]", *EDIT[1:]]]),
        forged(done=[["no.such.place", *EDIT[1:]]]),
        forged(done=[["network.layers", *EDIT[1:]]]),
        forged(done=[["network.layers.x", *EDIT[1:]]]),
        forged(done=[["W1[1,1].x", *EDIT[1:]]]),
        forged(done=[["", *EDIT[1:]]]),
        forged(done=[["W1[1,1]", 0.15, 10**400, *EDIT[3:]]]),
        forged(done=[["samples.0.input", 0.15, [[1], [2, 3]], *EDIT[3:]]]),
        forged(done=[["training.betas", 0.15, [0.5, 0.5], *EDIT[3:]]]),
        forged(done=[["W1[1,1]", 0.15, "a", *EDIT[3:]]]),
        forged(done=[["W1[1,1]", 0.15, None, *EDIT[3:]]]),
        forged(done=[["W1[1,1]", 0.15, {"a": 1}, *EDIT[3:]]]),
        forged(done=[["W1[1,1]", 0.15, [[[[1]]]], *EDIT[3:]]]),
        forged(done=[["network.inputs", 2, 10**9, *EDIT[3:]]]),
        forged(undone=[["W9[1,1]", *EDIT[1:]]]),
        forged(extra=1),
    ],
)
def test_what_is_wrong_is_set_aside(raw: bytes, tmp_path: Path) -> None:
    """With one line of warning, and never an exception; even where its sum is right."""
    sound, warning = offered(tmp_path, raw)
    assert not sound
    assert "set aside as" in warning


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"cursor": [1, 0]}, "`cursor` must have at least 5 elements, not 2"),
        ({"cursor": [1, 0, -1, 9, []]}, "an element of `cursor` must be at most "),
        ({"step": "z" * 201}, "`step` must have at most 200 characters, not 201"),
        ({"done": 3}, "`done` must be a list, not 3"),
        ({"extra": 1}, "there is no key `extra`"),
    ],
)
def test_a_refusal_says_which_part_is_wrong(changed: dict[str, object], says: str) -> None:
    """In the words that scenario files have."""
    with pytest.raises(KeptError, match=f"^{says}"):
        understood(forged(**changed))


def test_of_a_newer_version_nothing_is_guessed(tmp_path: Path) -> None:
    """It is told so, and its file is there for the newer program."""
    whole = json.loads(to_text(edited_desk(), "mazur"))
    whole["format"] = 2
    sound, warning = offered(tmp_path, json.dumps(whole).encode())
    assert not sound
    assert "written by a newer bpstepper" in warning


def test_undoing_never_goes_where_nothing_is() -> None:
    """A place that an edit says to have been at, and that there is not, is not gone to."""
    nowhere = [[EDIT[0], EDIT[1], EDIT[2], [1, 500, -1, 1, [0, 0]], [1, 3, -1, 1, [0, 0]]]]
    raw = forged(done=nowhere, undone=[], cursor=[1, 3, -1, 1, [0, 0]], step="a2")
    desk = resume(understood(raw), load("mazur")).undo()
    assert desk.session.step.id == "a2"


def test_no_damage_is_let_through() -> None:
    """Cut off anywhere, or with any bytes changed: it is seen, or it says the same."""
    text = to_text(edited_desk(), "mazur").encode()
    sound = understood(text)
    chance = random.Random(7)
    damaged = [text[:end] for end in range(0, len(text), 7)]
    for _ in range(1500):
        raw = bytearray(text)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(raw))
            how = chance.randrange(3)
            if how == 0:
                raw[at] = chance.randrange(256)
            elif how == 1:
                del raw[at : at + chance.randint(1, 20)]
            else:
                raw[at:at] = chance.choice([b"9", b"-", b"[", b'"', b"\\", b"1e999", b"null"])
        damaged.append(bytes(raw))
    seen = 0
    for raw_ in damaged:
        try:
            assert repr(understood(raw_)) == repr(sound)
        except KeptError:
            seen += 1
    assert seen > 1000
