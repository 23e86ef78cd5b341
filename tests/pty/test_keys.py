"""Every key in a real terminal: what it does, and what it shows."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bpstepper.app.actions import ACTIONS
from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.number_format import full
from bpstepper.session import Session
from bpstepper.session.inspecting import follow, inspect, move
from tests.pty.seeing import KEYS, MAZUR, go, opened_on, place, put, shows, typed, without
from tests.scenes import at
from tests.terminal import Modes

pytestmark = pytest.mark.pty

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
    "edit": ("Change a number", "escape"),
    "propose": ("no note proposes a change", "right"),
    "undo": ("no change to take back", "right"),
    "compare": ("nothing was changed yet", "right"),
    "save": ("Save as a scenario file", "escape"),
    "play": ("playing: any key stops", "y"),
}
"""What other actions show at δ¹, and the key that takes it away again."""


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
        here = place(1, "delta1")
        sent = base64.b64encode(full(float(here.result.value[here.cell])).encode())
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
        terminal.press("e").wait_for("Change a number").send("W2[1,2] = 0.9")
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
        shows(terminal, place(1, "z1"), RenderOptions(ASCII))
        assert terminal.text.isascii()
        shows(terminal.press("a"), place(1, "z1"))
