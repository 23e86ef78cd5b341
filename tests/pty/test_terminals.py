"""Terminals of any size, with and without colours, and what is typed into them."""

from __future__ import annotations

import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from tests.pty.seeing import COLOURS, MAZUR, opened_on, place, shows

pytestmark = pytest.mark.pty


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
    look = RenderOptions(ASCII)
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
            b"\x1b[48;24;80;0;0t\x1b[<0;10;10M",  # no pixels, and a click
        ):
            terminal.send(hostile)
        # the ends of what is no sequence are typed: some of it may be somebody's keys
        for _ in range(3):
            while terminal.read(0.3):  # an Escape is one when nothing follows it
                pass
            terminal.press("escape")
        while terminal.read(0.3):
            pass
        terminal.press("question_mark").wait_for("All keys").press("escape")
        terminal.wait_for(lambda now: "All keys ─" not in now.text)
        assert terminal.press("q").wait() == 0
        assert terminal.restored


def test_a_paste_is_text_and_may_lack_an_end() -> None:
    """Colours in a pasted name are dropped; where the end mark is lost, a silence ends it."""
    with opened_on("mazur") as terminal:
        shows(terminal, MAZUR).press("g").wait_for("Go to")
        terminal.send("\x1b[200~\x1b[31mdelta\x1b[0m1\x1b[201~").press("enter")
        shows(terminal, place(1, "delta1"))
        terminal.press("g").wait_for("Go to").send("\x1b[200~z1").read(1.0)
        terminal.wait_for(lambda now: now.text.rstrip().endswith(" z1")).press("enter")
        shows(terminal, place(1, "z1"))
        terminal.send("\x1b[200~").read(0.3)
        assert terminal.press("ctrl+c").wait() == 130
        assert terminal.restored
