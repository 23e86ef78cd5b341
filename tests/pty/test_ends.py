"""How the program ends, and the terminal that it leaves."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.pty.seeing import FIRST, KEYS, MAZUR, opened_on, place, shows
from tests.terminal import Terminal

pytestmark = pytest.mark.pty


@pytest.mark.parametrize("key", KEYS["quit"])
def test_quitting_is_a_success(key: str) -> None:
    """Status 0, and the terminal is as it was found, with nothing left on it."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR)
        assert not terminal.restored
        assert terminal.press(key).wait() == 0
        assert terminal.restored


def test_ctrl_c_is_an_interrupt() -> None:
    """Status 130, from the stepper and from an overlay over it."""
    for opening in ((), ("y",), ("g",), ("question_mark",)):
        with opened_on("mazur") as terminal:
            shows(terminal, MAZUR)
            for key in opening:
                terminal.press(key).wait_for(lambda now: now.text != FIRST)
            assert terminal.press("ctrl+c").wait() == 130
            assert terminal.restored
            assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_it_in_order(name: str) -> None:
    """Status 128 + n, and the terminal is as it was found."""
    number = signal.Signals[name]
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("right")
        shows(terminal, place(1, "z1"))
        assert terminal.signal(number).wait() == 128 + number
        assert terminal.restored
        assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("controlling", [True, False], ids=["told by SIGHUP", "told by nobody"])
def test_a_closed_terminal_leaves_no_orphan(controlling: bool) -> None:
    """When the window is gone the process ends soon, whether or not the kernel tells it."""
    with Terminal(["mazur"], controlling=controlling) as terminal:
        shows(terminal, MAZUR).close()
        assert terminal.wait() == 128 + signal.SIGHUP


CRASH = """
import sys
from bpstepper import cli
from bpstepper.app import prefetch as ahead

drawn = ahead.compose

def compose(session, *rest):
    if not session.at_start:
        raise RuntimeError("planted")
    return drawn(session, *rest)

ahead.compose = compose
sys.exit(cli.main(["mazur"]))
"""


def test_a_crash_restores_the_terminal() -> None:
    """A fault of ours ends with a status that says so, on a terminal that can be used."""
    with Terminal(command=[sys.executable, "-c", CRASH]) as terminal:
        shows(terminal, MAZUR).press("right")
        assert terminal.wait() == 1
        assert terminal.restored
        assert b"planted" in terminal.raw


STUCK = CRASH.replace('raise RuntimeError("planted")', "while True: pass")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", ""])
def test_what_never_ends_is_ended(name: str) -> None:
    """Where nothing answers any more a signal, or Ctrl-C, ends it; the terminal is as before."""
    with Terminal(command=[sys.executable, "-c", STUCK]) as terminal:
        shows(terminal, MAZUR).press("right").read(0.5)
        if name:
            terminal.signal(signal.Signals[name])
        else:
            terminal.press("ctrl+c")
        assert terminal.wait() == 128 + signal.Signals[name or "SIGINT"]
        assert terminal.restored


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "ctrl+c", "hang up"])
def test_steps_of_the_last_seconds_are_kept(tmp_path: Path, name: str) -> None:
    """Moves are written now and then, and at any end that is not an orderly one: all of them."""
    state = str(tmp_path / "state.toml")
    with opened_on("mazur", BPSTEPPER_STATE=state) as terminal:
        shows(terminal, MAZUR).press(*["right"] * 6)
        shows(terminal, place(1, "delta2"))
        if name == "hang up":
            terminal.close()
        elif name == "ctrl+c":
            terminal.press(name)
        else:
            terminal.signal(signal.Signals[name])
        assert terminal.wait() > 128
    with opened_on("mazur", BPSTEPPER_STATE=state) as terminal:
        terminal.wait_for("resume at update 1, delta2").press("n").press("q")
        assert terminal.wait() == 0
