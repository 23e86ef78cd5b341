"""Long sessions of editing: all of it undone, and killed at any moment of it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bpstepper
from bpstepper.scenario import load
from bpstepper.scenario.values import same_numbers
from bpstepper.session import Session, start
from bpstepper.session.autosave import Autosave
from bpstepper.session.editing import EditError, EditHistory
from bpstepper.session.saving import save
from tests.portable import PATIENCE, THOROUGH
from tests.scenes import bits

EDITS = 500 if THOROUGH else 120
KILLS = 200 if THOROUGH else 40
WORDS = (
    "training.learning_rate = {rate}",
    "training.optimizer = {optimizer}",
    "network.layout = {layout}",
    "network.layers.0.activation = {activation}",
    "loss.factor = {rate}",
    "loss.l2 = {rate}",
    "network.bias = {bias}",
    "W1[{one},{two}] = {value}",
    "W2[{one},{two}] = {value}",
    "b1[{one}] = {value}",
    "x[{one}] = {value}",
    "y[{one}] = {value}",
)
MOVES = (Session.next, Session.back, Session.next_phase, Session.into, Session.out, Session.last)


def edit_at_random(chance: random.Random) -> str:
    """An edit of a network of 2-2-2, whatever it is now."""
    return chance.choice(WORDS).format(
        rate=round(chance.uniform(0.01, 2), 3),
        optimizer=chance.choice(("sgd", "momentum", "adam")),
        layout=chance.choice(("column", "row", "torch")),
        activation=chance.choice(("sigmoid", "tanh", "relu", "linear")),
        bias=chance.choice(("separate", "folded")),
        one=chance.randint(1, 2),
        two=chance.randint(1, 2),
        value=repr(chance.gauss(0, 2)),
    )


def acted(desk: EditHistory, chance: random.Random) -> EditHistory:
    """A desk after one action that took effect, with a move or two before it."""
    for _ in range(chance.randint(0, 2)):
        desk = desk.moved(chance.choice(MOVES)(desk.session))
    while True:
        try:
            after = desk.edit(edit_at_random(chance))
        except EditError:
            continue
        if len(after.done) > len(desk.done):
            return after


def first_update(desk: EditHistory) -> dict[str, bytes]:
    """All numbers of the first update, wherever one stands."""
    return bits(desk.session.line.trace(1))


def test_hundreds_of_edits_undone(tmp_path: Path) -> None:
    """The first trace again, to the bit; with all of them, it is saved and loaded to the bit."""
    chance = random.Random(1)
    first = EditHistory.of(start(load("mazur")))
    desk = first
    for _ in range(EDITS):
        desk = acted(desk, chance)
    assert len(desk.done) == EDITS
    file = tmp_path / "saved.toml"
    save(desk, file)
    assert first_update(EditHistory.of(start(load(str(file))))) == first_update(desk)
    while desk.done:
        desk = desk.undo()
    assert first_update(desk) == first_update(first)
    assert same_numbers(desk.session.scenario, first.session.scenario)
    assert len(desk.undone) == EDITS


# ── killed ───────────────────────────────────────────────────────────────────────────────────

STORY = 6  # actions of one session
"""Each session is the same story, so that whoever is left can tell how far it came."""


def story(folder: Path, done: int) -> None:
    """Edit and keep, and write down how many actions are over, until somebody ends it."""
    chance = random.Random(7)
    desk = EditHistory.of(start(load("mazur")))
    autosave = Autosave(folder)
    autosave.open("mazur", desk.base)
    for number in range(STORY):
        desk = acted(desk, chance)
        autosave.keep(desk)
        os.pwrite(done, bytes([number + 1]), 0)


def killed_at_random(folder: Path, kills: int) -> list[dict[str, Any]]:
    """Kill a session at so many moments; how far each was, and how far it was resumed."""
    found = []
    chance = random.Random(3)
    took = time.perf_counter()
    story(folder / "first", os.open(folder / "first.count", os.O_RDWR | os.O_CREAT))
    took = time.perf_counter() - took
    for number in range(kills):
        place = folder / str(number)
        done = os.open(folder / f"{number}.count", os.O_RDWR | os.O_CREAT)
        child = os.fork()
        if child == 0:
            story(place, done)
            signal.pause()
        # a machine may be as slow as it likes: so many actions, then a part of the next one
        while os.pread(done, 1, 0) < bytes([number % (STORY + 1)]).lstrip(b"\0"):
            time.sleep(0.0005)
        time.sleep(took / STORY * chance.random())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        over = os.pread(done, 1, 0)
        os.close(done)
        found.append(resumed(place) | {"over": over[0] if over else 0})
    return found


def resumed(folder: Path) -> dict[str, Any]:
    """What the next start finds."""
    base = load("mazur")
    autosave = Autosave(folder)
    offered = autosave.open("mazur", base)
    desk = None if offered is None else autosave.resume(offered, base)
    edits = () if desk is None else desk.edits
    told = {"warning": autosave.warning, "edits": [str(edit) for edit in edits]}
    autosave.clear()
    return told


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """A whole state is resumed each time, and at most the action that was under way is lost."""
    code = "import sys; from tests.session.test_long_editing import report; report(sys.argv[1])"
    root = Path(bpstepper.__file__).parents[1]
    command = [sys.executable, "-c", code, str(tmp_path)]
    told = subprocess.run(
        command, cwd=root, timeout=PATIENCE, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    killed = json.loads(told.stdout)
    whole = max((record["edits"] for record in killed), key=len)
    assert len(killed) == KILLS
    for record in killed:
        assert not record["warning"]
        assert record["edits"] == whole[: len(record["edits"])]
        assert record["over"] <= len(record["edits"]) <= record["over"] + 1
    over = {record["over"] for record in killed}
    assert {min(over), STORY} < over  # early, late, between
    assert min(over) <= STORY // 2


def report(folder: str) -> None:
    """Print what was found, as JSON: a process of its own can fork and has no threads."""
    print(json.dumps(killed_at_random(Path(folder), KILLS)))
