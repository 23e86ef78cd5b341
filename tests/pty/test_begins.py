"""How the program begins: files, standard input, the picker, options."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.scenario import library
from tests.pty.seeing import MAZUR, opened_on, place, shows
from tests.scenes import at, opened
from tests.terminal import Terminal, environment, program

pytestmark = pytest.mark.pty


def test_a_scenario_through_standard_input(tmp_path: Path) -> None:
    """`cat file | bpstepper -`: the file comes through the pipe, the keys from the terminal."""
    file = tmp_path / "mine.toml"
    shutil.copy(str(library.path("mazur")), file)
    line = f"cat {shlex.quote(str(file))} | {shlex.join(program('-'))}"
    with Terminal(command=["/bin/sh", "-c", line]) as terminal:
        terminal.wait_for("stdin · start").press("right").wait_for("▸FORWARD 1/4")
        terminal.press("q")
        assert terminal.wait() == 0
        assert terminal.restored


def test_a_wrong_file_never_opens_the_screen(tmp_path: Path) -> None:
    """The diagnostic goes to stderr, the status is 2, and the terminal sees no sequence at all."""
    (tmp_path / "bad.toml").write_text("format = 1\n[network]\ninputs = 'two'\n")
    for name, code in (("mazr", "file-not-found"), ("bad.toml", "error[")):
        said = tmp_path / "said"
        line = f"{shlex.join(program(name))} 2>{shlex.quote(str(said))}"
        with Terminal(command=["/bin/sh", "-c", line], cwd=tmp_path) as terminal:
            assert terminal.wait() == 2
            assert terminal.raw == b""
        assert code in said.read_text()
        with Terminal([name], cwd=tmp_path) as terminal:
            assert terminal.wait() == 2
            assert not terminal.modes.seen
            assert "error[" in terminal.text


def test_a_warning_is_seen_on_the_screen() -> None:
    """What is odd but not wrong is told where one looks: in the stepper."""
    with opened_on("mazur", "--set", "training.learning_rate=0.0") as terminal:
        terminal.wait_for(" with a learning rate of 0 no parameter ever moves")


def test_the_picker(tmp_path: Path) -> None:
    """Arrows choose, Enter opens, Esc comes back to the list, q quits; a wrong file is told."""
    shutil.copy(str(library.path("xor-one-step")), tmp_path / "mine.toml")
    (tmp_path / "wrong.toml").write_text("[network]\ninputs = 'two'\n")
    *_, (_, last) = library.grouped(library.entries())
    with Terminal(cwd=tmp_path, lines=60) as terminal:
        terminal.wait_for("Choose a scenario")
        for name in ("mazur", "mine.toml", "wrong.toml"):
            terminal.wait_for(name)
        terminal.press("end", "enter")
        shows(terminal, opened(last[-1].name))
        terminal.press("escape").wait_for("Choose a scenario")
        terminal.press("home", "enter").wait_for("mine · start")  # one's own come first
        terminal.press("escape").wait_for("Choose a scenario")
        terminal.press("down", "enter").wait_for("error[").press("q")
        assert terminal.wait() == 0
        assert terminal.restored


def test_the_picker_in_an_ascii_locale(tmp_path: Path) -> None:
    """The list, too, keeps to ASCII where that is what there is."""
    with Terminal(cwd=tmp_path, env=environment(LC_ALL="C"), lines=8) as terminal:
        terminal.wait_for("Choose a scenario").press("down").press("q")
        assert terminal.wait() == 0
        assert terminal.raw.isascii()


def test_options_of_the_program_itself() -> None:
    """--layout and --ascii hold for what is shown."""
    with opened_on("mazur", "--layout", "torch", "--ascii") as terminal:
        there = opened("mazur", "torch")
        shows(terminal, there, RenderOptions(ASCII)).press("right")
        first = at(there, 1, 0)
        shows(terminal, first, RenderOptions(ASCII))


def quiet(terminal: Terminal) -> int:
    """Read to the end of a frame; how many bytes have come in all."""
    while terminal.read(0.2):
        pass
    return len(terminal.raw)


def test_low_bandwidth_sends_less() -> None:
    """Fewer panes and no colours: the same step on a wide screen in fewer bytes."""
    sent = {}
    for words in ((), ("--low-bandwidth",)):
        with Terminal(("mazur", *words), columns=120, lines=40, env=environment()) as terminal:
            look = RenderOptions(lean=bool(words))
            shows(shows(terminal, MAZUR, look).press("right"), place(1, "z1"), look)
            before = quiet(terminal)
            shows(terminal.press("right"), place(1, "a1"), look)
            quiet(terminal)
            sent[words] = bytes(terminal.raw[before:])
            assert terminal.press("q").wait() == 0
    usual, lean = sent.values()
    assert len(lean) < len(usual) * 2 / 3
    colours = re.compile(rb"\x1b\[[0-9;]*[34]8;[25];")
    assert colours.search(usual)
    assert not colours.search(lean)
