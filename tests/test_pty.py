"""The program in a real terminal: what is seen, what keys do, and how it ends."""

from __future__ import annotations

import base64
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.look import Look
from bpstepper.pages.frame import draw_frame
from bpstepper.scenario import library
from bpstepper.session import Session
from bpstepper.session.inspecting import follow, inspect, move
from bpstepper.ui.actions import ACTIONS
from bpstepper.ui.hinting import hints
from tests.scenes import at, frame, opened, text
from tests.terminal import Modes, Terminal, environment, program

pytestmark = pytest.mark.pty

MAZUR = opened("mazur")
FIRST = frame(MAZUR)
COLOURS = {38, 48, *range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}


def place(
    update: int, step: str, operation: int | None = None, cell: tuple[int, int] = (0, 0)
) -> Session:
    """A place of mazur by the name of its step."""
    there = at(MAZUR, update, at(MAZUR, update, 0).trace.step(step).index, operation)
    return replace(there, cursor=there.cursor._replace(cell=cell))


HERE = place(2, "delta1")
MOVES: dict[str, list[tuple[Session, Session]]] = {
    "next": [
        (HERE, place(2, "grad_W2")),
        (place(2, "delta1", 0), place(2, "delta1", 1)),
        (place(2, "W2_next"), place(3, "z1")),
    ],
    "back": [(HERE, place(2, "delta2")), (place(2, "delta1", 1), place(2, "delta1", 0))],
    "right": [(HERE, place(2, "grad_W2"))],
    "left": [(HERE, place(2, "delta2"))],
    "into": [(HERE, place(2, "delta1", 0))],
    "out": [(place(2, "delta1", 1), HERE)],
    "next_phase": [(HERE, place(2, "grad_W2")), (place(2, "z1"), place(2, "C"))],
    "previous_phase": [(HERE, place(2, "delta2")), (place(2, "delta2"), place(2, "C"))],
    "next_update": [(HERE, place(3, "delta1"))],
    "previous_update": [(HERE, place(1, "delta1"))],
    "first": [(HERE, place(2, "z1"))],
    "last": [(HERE, place(2, "W2_next"))],
    "next_cell": [(place(2, "grad_W2"), place(2, "grad_W2", cell=(0, 1)))],
    "previous_cell": [
        (place(2, "grad_W2", cell=(0, 1)), place(2, "grad_W2")),
        (place(2, "grad_W2"), place(2, "grad_W2", cell=(1, 1))),
    ],
    "leave": [(place(2, "delta1", 1), HERE)],
}
"""What each movement does: from where to where, in mazur."""
OTHERS = {
    "go",
    "why",
    "ascii",
    "quit",
    "help",
    "until",
    "inspect",
    "theme",
    "copy",
    "palette",
    "redo",
}
OTHERS |= {"next_mistake", "previous_mistake", "quiz_mistake", "train_both"}
OTHERS |= {"lab_next", "lab_back", "lab_difference", "next_stop", "previous_stop"}
SHOWN = {
    "network": ("in play", "v"),
    "layouts": ("in all three:", "l"),
    "nudge": ("change of C / its change", "escape"),
    "derive": ("Derive δ(h1)", "escape"),
    "notation": ("Whose letters?", "escape"),
    "error_signal": ("error signal", "E"),
    "more_digits": ("5 significant digits", "minus"),
    "fewer_digits": ("3 significant digits", "plus"),
    "curtain": ("the curtain is drawn", "y"),
    "buglab": ("who would notice?", "m"),
    "quiz": ("Quiz: about what?", "escape"),
    "outline": ("Outline: where to?", "escape"),
    "train": ("1 of 1 updates", "escape"),
    "edit": ("Change (to from", "escape"),
    "propose": ("no note proposes a change", "right"),
    "undo": ("no change to take back", "right"),
    "compare": ("nothing was changed yet", "right"),
    "save": ("Save as a scenario file", "escape"),
    "play": ("playing: any key stops", "y"),
}
"""What other actions show at δ¹, and the key that takes it away again."""
KEYS = {action.id: action.keys for action in ACTIONS}


def opened_on(*arguments: str, **more: str | None) -> Terminal:
    """The program, opened on a scenario in a terminal of 80×24."""
    return Terminal(arguments, env=environment(**more))


def shows(terminal: Terminal, session: Session, look: Look | None = None) -> Terminal:
    """Wait until the terminal shows a place, and nothing else."""
    wanted = frame(session, terminal.columns, terminal.lines, look)
    return terminal.wait_for(lambda now: now.text == wanted)


def without(said: str) -> Callable[[Terminal], bool]:
    """Whether a text is gone from the screen."""
    return lambda terminal: said not in terminal.text


def typed(line: str) -> Callable[[Terminal], bool]:
    """Whether this is what stands in the last line, as typed into a prompt."""
    return lambda terminal: terminal.rows[-1].strip() == line


def go(terminal: Terminal, name: str) -> None:
    """Go somewhere by keys, as a person does."""
    terminal.press("g").wait_for("Go to")
    terminal.send(name).wait_for(lambda now: now.rows[-1].strip().startswith(name))
    terminal.press("enter").wait_for(lambda now: "Go to" not in now.text)


def put(terminal: Terminal, session: Session) -> None:
    """Bring a terminal that shows a step of mazur, and spells out its first cell, to a place."""
    go(terminal, str(session.cursor.update))
    go(terminal, session.step.id)
    shows(terminal, at(MAZUR, session.cursor.update, session.cursor.step))
    if session.cursor.operation is not None:
        terminal.press("down", *["right"] * session.cursor.operation)
    terminal.press(*["tab"] * session.cursor.cell[1])
    shows(terminal, session)


def test_every_action_is_tried() -> None:
    """The tables of this module have every row of the program's own table."""
    assert {action.id for action in ACTIONS} == set(MOVES) | OTHERS | set(SHOWN)


def test_the_first_frame_is_the_start_page() -> None:
    """Opened on a scenario the screen is the drawing of its start, and only then is it full."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR)
        assert "Mazur's 2-2-2 network" in terminal.text
        assert "Press → to take the first step" in terminal.text
        assert Modes.ALTERNATE_SCREEN in terminal.modes.on


@pytest.mark.parametrize("ids", [tuple(MOVES)[:6], tuple(MOVES)[6:]])
def test_every_key_that_moves_does_what_its_row_says(ids: tuple[str, ...]) -> None:
    """From each place, each of an action's keys leads where the table says."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("right")
        for id_ in ids:
            for key in KEYS[id_]:
                for before, after in MOVES[id_]:
                    put(terminal, before)
                    shows(terminal.press(key), after)
                    row, column = after.cursor.cell
                    terminal.press(*["shift+tab"] * (2 * row + column))


@pytest.mark.parametrize("ids", [tuple(SHOWN)[::2], tuple(SHOWN)[1::2]])
def test_what_the_other_keys_show(ids: tuple[str, ...]) -> None:
    """Each shows what it says, and is left by a key; the session stands where it stood."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR)
        for id_ in ids:
            go(terminal, "delta1")
            terminal.wait_for("▸BACKWARD 2/2")
            said, closing = SHOWN[id_]
            terminal.press(*KEYS[id_][:1]).wait_for(said)
            terminal.press(closing).wait_for(without(said))
            assert "· update 1" in terminal.text
        assert terminal.press("q").wait() == 0
        assert terminal.restored


def test_inspecting_and_following() -> None:
    """Enter puts a cursor on the number; again goes to what it is made of; Esc comes back."""
    with opened_on("mazur") as terminal:
        go(shows(terminal, MAZUR), "delta1")
        here = inspect(place(1, "delta1"))
        shows(terminal.press("enter"), here)
        there = follow(here)
        shows(terminal.press("enter"), there)
        shows(terminal.press("enter"), follow(there))
        shows(terminal.press("down"), move(follow(there), 1, 0))
        shows(terminal.press("escape", "escape"), place(1, "delta1"))


def test_running_until() -> None:
    """It stops at the first update of which it is so, and says so."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("u").wait_for("Run until")
        terminal.send("C < 0.2").press("enter").wait_for("C is below 0.2")
        line = MAZUR.line
        first = next(n for n in range(1, 100) if line.trace(n).cost < 0.2)
        assert f"· update {first}" in terminal.text
        assert "▸COST" in terminal.text


def test_copying_hands_the_number_to_the_terminal() -> None:
    """As OSC 52, with all its digits; what is on the screen stays."""
    with opened_on("mazur") as terminal:
        go(shows(terminal, MAZUR), "delta1")
        terminal.press("x").wait_for("Copy").press("v").wait_for("copied")
        sent = base64.b64encode(b"0.008771354689486935")
        assert b"\x1b]52;c;" + sent in terminal.raw


def test_the_palette_finds_an_action_by_its_words() -> None:
    """Typed words narrow the list; Enter does what stands out."""
    with opened_on("mazur") as terminal:
        go(shows(terminal, MAZUR), "delta1")
        terminal.press("ctrl+p").wait_for("What do you want to do?")
        terminal.send("layouts").wait_for(lambda now: "next phase" not in now.text)
        terminal.press("enter").wait_for("in all three:")


def test_choices_are_remembered(tmp_path: Path) -> None:
    """A theme and digits chosen on the screen are there the next time."""
    state = tmp_path / "folder" / "state.toml"
    with opened_on("mazur", BPSTEPPER_STATE=str(state)) as terminal:
        shows(terminal, MAZUR).press("t").wait_for("theme: textual-light")
        terminal.press("plus").wait_for("5 significant digits").press("q")
        assert terminal.wait() == 0
    assert 'theme = "textual-light"' in state.read_text()
    with opened_on("mazur", BPSTEPPER_STATE=str(state)) as terminal:
        go(terminal.wait_for("· start"), "delta1")
        terminal.wait_for("0.0087714").press("t").wait_for("theme: nord")


def test_keys_of_one_s_own(tmp_path: Path) -> None:
    """The config file gives an action other keys, and says what is wrong with it."""
    config = tmp_path / "config.toml"
    config.write_text('digits = "four"\nlayout = "row"\n[keys]\nnext = "k"\n')
    with opened_on("mazur", BPSTEPPER_CONFIG=str(config)) as terminal:
        terminal.wait_for("digits").press("k").wait_for("▸FORWARD 1/4")
        terminal.wait_for("z¹ = a⁰W¹ + b¹").press("q")
        assert terminal.wait() == 0
    with opened_on("mazur", "--layout", "torch", BPSTEPPER_CONFIG=str(config)) as terminal:
        terminal.wait_for("· start").press("k").wait_for("z¹ = a⁰(W¹)ᵀ + b¹")


def test_what_was_killed_is_resumed_with_its_edits(tmp_path: Path) -> None:
    """After kill -9 the next start offers it; after an orderly end, none does."""
    state = str(tmp_path / "state.toml")
    with opened_on("mazur", BPSTEPPER_STATE=state) as terminal:
        go(shows(terminal, MAZUR), "delta1")
        terminal.press("e").wait_for("Change (to from").send("W2[1,2] = 0.9")
        terminal.press("enter").wait_for("0.45 → 0.9")
        terminal.process.kill()
        terminal.wait()
    with opened_on("mazur", BPSTEPPER_STATE=state) as terminal:
        terminal.wait_for("resume at update 1, delta1, with 1 changes").press("r")
        terminal.wait_for("resumed where it was left").wait_for("0.09334").press("q")
        assert terminal.wait() == 0
    with opened_on("mazur", BPSTEPPER_STATE=state) as terminal:
        shows(terminal, MAZUR).press("right")
        shows(terminal, place(1, "z1"))
        terminal.wait_for(lambda _now: any((tmp_path / "autosave").glob("*.json")))
        terminal.process.kill()
        terminal.wait()
    (kept,) = (tmp_path / "autosave").glob("*.json")
    kept.write_bytes(b"{" + kept.read_bytes()[:40])
    with opened_on("mazur", BPSTEPPER_STATE=state) as terminal:
        terminal.wait_for("· start").wait_for("set aside").press("q")
        assert terminal.wait() == 0
    assert list((tmp_path / "autosave").glob("*.bad"))


def test_stepping_to_bp2_shows_its_matrices() -> None:
    """Seven times → from the start: the equation, both products, the number and the sentence."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR)
        for step in at(MAZUR, 1, 0).trace.steps[:7]:
            terminal.press("right")
            shows(terminal, at(MAZUR, 1, step.index))
        for said in (
            "δ¹ = ( (W²)ᵀ δ² ) ⊙ σ′(z¹)",
            "0.03635",
            "0.2413",
            "0.008771",
            "▸BACKWARD 2/2",
        ):
            assert said in terminal.text


def test_the_prompt_goes_to_a_name() -> None:
    """What is typed is seen; a wrong name is told with those that come near; Esc stays."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR)
        for key, digit in zip(KEYS["go"], "12", strict=True):
            there = place(1, f"delta{digit}")
            terminal.press(key).wait_for("Go to")
            terminal.send("delta").wait_for(typed("delta"))
            terminal.press("enter").wait_for("no place is called delta; near it: ")
            terminal.send(digit).wait_for(typed(f"delta{digit}"))
            shows(terminal.press("enter"), there)
            terminal.press(key).wait_for("Go to").press("escape")
            shows(terminal, there)


def test_a_long_way_can_be_stopped() -> None:
    """While a million updates are computed the keys still answer, Ctrl-C among them."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("g").wait_for("Go to")
        terminal.send("update 9000000").press("enter").wait_for("updates to go")
        terminal.press("escape").wait_for("stopped")
        terminal.press("g").wait_for("Go to").send("update 9000000").press("enter")
        terminal.wait_for("updates to go").press("ctrl+c")
        assert terminal.wait() == 130
        assert terminal.restored


def test_help_opens_and_closes() -> None:
    """All keys are listed with what they do; Esc, q and the same key close the list."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR)
        for key in KEYS["help"]:
            for closing in ("escape", "q", key):
                terminal.press(key).wait_for("All keys ─")
                terminal.wait_for(lambda now: all(act.shown in now.text for act in ACTIONS[:8]))
                shows(terminal.press(closing), MAZUR)
        terminal.press(*KEYS["help"][:1]).wait_for("All keys ─")
        terminal.press(*["pagedown"] * 12)
        terminal.wait_for(lambda now: ACTIONS[-1].shown in now.text)


def test_why_opens_and_closes_and_answers() -> None:
    """The explanation tells more than the frame; the note's answer waits for `r`."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("y").wait_for("About").press("escape")
        shows(terminal, MAZUR).press("right")
        shows(terminal, place(1, "z1")).press("y").wait_for("Why z¹?")
        assert "It is the bias." not in terminal.text
        terminal.press("r").wait_for("It is the bias.")
        for closing in ("escape", "y", "q"):
            shows(terminal.press(closing), place(1, "z1")).press("y").wait_for("Why z¹?")


def test_ascii_and_back() -> None:
    """`a` draws the same place in the other alphabet."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("right")
        shows(terminal, place(1, "z1")).press("a")
        shows(terminal, place(1, "z1"), Look(ASCII))
        assert terminal.text.isascii()
        shows(terminal.press("a"), place(1, "z1"))


# ── how it ends ──────────────────────────────────────────────────────────────────────────────


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
        assert terminal.wait(patience=10) == 128 + signal.SIGHUP


CRASH = """
import sys
from bpstepper import cli
from bpstepper.ui import ahead

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


# ── what the terminal is like ────────────────────────────────────────────────────────────────


def test_any_size_and_back() -> None:
    """From 1×1 to larger than a screen nothing ends it, and the first size shows the same again."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("right")
        here = place(1, "z1")
        shows(terminal, here)
        for columns, lines in ((1, 1), (80, 24), (10, 3), (59, 18), (60, 18), (200, 60), (80, 24)):
            shows(terminal.resize(columns, lines), here)


def test_resizing_under_an_overlay() -> None:
    """The stepper below an overlay is drawn for the size that there is when it comes back."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("y").wait_for("About")
        terminal.resize(1, 1).resize(100, 30).wait_for("About").press("escape")
        shows(terminal, MAZUR)


def test_no_color() -> None:
    """NO_COLOR: no sequence sets a colour, in the stepper and in all that opens over it."""
    with opened_on("mazur", NO_COLOR="1") as terminal:
        shows(terminal, MAZUR).press("right")
        shows(terminal, place(1, "z1")).press("y").wait_for("Why z¹?").press("r", "escape")
        shows(terminal, place(1, "z1")).press("question_mark").wait_for("All keys").press("escape")
        shows(terminal, place(1, "z1")).press("g").wait_for("Go to").send("nowhere").press("enter")
        terminal.wait_for("no place is called nowhere")
        assert not terminal.sgr & COLOURS
        assert 7 in terminal.sgr or 1 in terminal.sgr  # what matters stands out all the same


def test_colours_are_there_otherwise() -> None:
    """The measure of the test above does see colours."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR)
        assert terminal.sgr & COLOURS


@pytest.mark.parametrize(
    "locale", [{"LANG": "C"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}], ids=lambda names: str(names)
)
def test_an_ascii_locale_gets_ascii(locale: dict[str, str]) -> None:
    """In the C locale not one byte is more than ASCII, on any screen."""
    look = Look(ASCII)
    with opened_on("mazur", **locale) as terminal:
        shows(terminal, MAZUR, look).press("right")
        here = place(1, "z1")
        shows(terminal, here, look).press("y").wait_for("Why z1?").press("r", "escape")
        shows(terminal, here, look).press("question_mark").wait_for("All keys").press("escape")
        shows(terminal, here, look).press("g").wait_for("Go to").send("nowhere").press("enter")
        terminal.wait_for("no place is called nowhere").press("escape")
        shows(terminal, here, look).press("q")
        assert terminal.wait() == 0
        assert terminal.raw.isascii()


@pytest.mark.parametrize("term", ["dumb", None])
def test_a_terminal_that_cannot_draw_gets_text(term: str | None) -> None:
    """TERM=dumb, or none: the text trace, and not one control sequence."""
    with opened_on("mazur", TERM=term) as terminal:
        assert terminal.wait() == 0
        assert b"BP2" in terminal.raw
        assert b"\x1b" not in terminal.raw


def test_hostile_keys_do_no_harm() -> None:
    """Sequences that no key sends, bytes that are no text: the program goes on."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("right")
        shows(terminal, place(1, "z1"))
        for hostile in (
            b"\x1b[99999999;1u",
            b"\x1b[" + b"9" * 5000 + b";1u",
            b"\xff\xfe\xc0\x80\xf5",
            b"\x1b[<0;99999;99999M\x1b[<0;99999;99999m",
            b"\x1b]52;c;AAAA\x07\x1b_x\x1b\\",
            b"\x1b[200~" + b"go nowhere " * 300 + b"\x1b[201~",
        ):
            terminal.send(hostile)
        # the ends of what is no sequence are typed: some of it may be somebody's keys
        for _ in range(3):
            terminal.press("escape")
            terminal.read(0.3)
        terminal.press("question_mark").wait_for("All keys").press("escape")
        terminal.wait_for(lambda now: "All keys ─" not in now.text)
        assert terminal.press("q").wait() == 0
        assert terminal.restored


# ── how it begins ────────────────────────────────────────────────────────────────────────────


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
        shows(terminal, there, Look(ASCII)).press("right")
        first = at(there, 1, 0)
        wanted = text(draw_frame(first, Look(ASCII), 80, 24, hints(first)))
        terminal.wait_for(lambda now: now.text == wanted)


def test_low_bandwidth_sends_less() -> None:
    """Fewer panes and no colours: the same step on a wide screen in fewer bytes."""
    sent = {}
    for words in ((), ("--low-bandwidth",)):
        with Terminal(("mazur", *words), columns=120, lines=40, env=environment()) as terminal:
            look = Look(lean=bool(words))
            shows(shows(terminal, MAZUR, look).press("right"), place(1, "z1"), look)
            while terminal.read(0.2):
                pass  # all of that frame
            before = len(terminal.raw)
            shows(terminal.press("right"), place(1, "a1"), look)
            sent[words] = bytes(terminal.raw[before:])
            assert terminal.press("q").wait() == 0
    usual, lean = sent.values()
    assert len(lean) < len(usual) / 2
    colours = re.compile(rb"\x1b\[[0-9;]*[34]8;[25];")
    assert colours.search(usual)
    assert not colours.search(lean)
