"""`--plain`: a dialogue of lines, on a terminal and through pipes, that ends in order."""

from __future__ import annotations

import io
import os
import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.commands import dialogue
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.scenario import library, load
from bpstepper.session import Session, start
from bpstepper.spoken import dialogue as plain
from bpstepper.spoken.dialogue import Dialogue, run_plain
from bpstepper.spoken.narration import narrate, narrate_number, narrate_why
from tests.portable import PATIENCE
from tests.scenes import opened
from tests.terminal import Terminal, environment, program

MAZUR = Path(str(library.path("mazur")))


def talk(stdin: str | bytes, *arguments: str, **env: str | None) -> tuple[int, list[str], str]:
    """The status, the lines and the narration of a dialogue whose commands are piped in."""
    raw = stdin if isinstance(stdin, bytes) else stdin.encode()
    done = subprocess.run(
        program(*arguments, "--plain"),
        input=raw,
        capture_output=True,
        env=environment(**env),
        timeout=PATIENCE,
        start_new_session=True,  # there is no terminal to turn to
    )
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def answered(*typed: str, name: str = "mazur") -> list[str]:
    """The answer to the last of these commands."""
    dialogue = Dialogue(opened(name), RenderOptions())
    answer: list[str] = []
    for line in typed:
        answer = list(dialogue.answer(line))
    return answer


def told(session: Session) -> list[str]:
    """What is told at a place."""
    return list(narrate(session))


def test_a_dialogue_through_pipes() -> None:
    """Commands until the input ends: what is told is the narration of each place, nothing more."""
    start = opened("mazur")
    status, said, errors = talk("\nn\ni\no\nb\ng BP2\nc\n", "mazur")
    here = start.go("BP2")
    places = [start.next(), start.next().next()]
    inside = places[1].into()
    wanted = told(start)
    wanted += ["Press Enter for the first step, type ? for all commands."]
    for place in (*places, inside, inside.out(), inside.out().back(), here):
        wanted += told(place)
    wanted += narrate_number(here.next_cell())
    assert (status, errors) == (0, "")
    assert said == wanted


@pytest.mark.parametrize("stdin", ["", "n", "n\nq\nn\n", "q", "?\n"])
def test_it_ends_with_its_input(stdin: str) -> None:
    """At the end of the input, on a line without an end, or when asked to: status 0."""
    status, said, errors = talk(stdin, "mazur")
    assert (status, errors) == (0, "")
    assert said.count("Equation: z1 = W1 times a0 plus b1.") == stdin.count("n\nq") + (stdin == "n")


def test_in_a_terminal() -> None:
    """With a prompt, line by line; Ctrl-D ends it; no terminal is taken over."""
    with Terminal(["mazur", "--plain"], columns=132, lines=50) as terminal:
        terminal.wait_for("bpstepper>")
        terminal.send("g delta1\n")
        terminal.wait_for("delta of h1 is 0.008771.")
        terminal.send("\x04")
        assert terminal.wait() == 0
        assert b"\x1b" not in bytes(terminal.raw)


def test_ctrl_c_is_an_interrupt() -> None:
    """Ctrl-C while it waits: status 130, and no traceback."""
    process = subprocess.Popen(
        program("mazur", "--plain"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    while b"Press Enter" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (130, b"")


def test_a_reader_who_leaves() -> None:
    """`| head -1` ends it without a word."""
    command = f"{' '.join(program('mazur', '--plain'))} | head -1"
    done = subprocess.run(
        command, shell=True, input="n\n" * 50, capture_output=True, text=True, env=environment(),
        timeout=PATIENCE,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("Mazur's 2-2-2 network\n", "")


def test_plain_ascii_where_the_locale_is() -> None:
    """In a C locale, or with --ascii, only ASCII is said."""
    for arguments, env in ((("moons",), {"LC_ALL": "C"}), (("moons", "--ascii"), {})):
        status, said, _ = talk("n\ny\ng delta1\ny\n?\n", *arguments, **env)
        assert status == 0
        assert all(line.isascii() for line in said)


def test_a_scenario_from_standard_input() -> None:
    """Without a terminal there are no commands after it: the start is told, and that is all."""
    status, said, errors = talk(MAZUR.read_bytes(), "-")
    assert (status, errors) == (0, "")
    assert said[0] == "Mazur's 2-2-2 network"


def test_a_scenario_is_needed() -> None:
    """There is no picker of lines; it says how to go on."""
    status, said, errors = talk("")
    assert (status, said) == (2, [])
    assert "--plain needs a scenario, as in `bpstepper mazur --plain`" in errors


def test_bytes_that_are_no_text() -> None:
    """Any byte may be typed; escape sequences do not come back."""
    typed = b"\xff\xfe\x00\n\x1b]52;c;x\x07\ng \xe9\n" + b"x" * 5000 + b"\nn"
    status, said, errors = talk(typed, "mazur", PYTHONIOENCODING="utf-8:strict")
    assert (status, errors) == (0, "")
    assert all(line.isprintable() for line in said)
    assert sum(line.startswith("There is no command ") for line in said) == 3
    assert "Equation: z1 = W1 times a0 plus b1." in said


# ── commands ─────────────────────────────────────────────────────────────────────────────────


def test_every_command_is_helped() -> None:
    """Help has a line for each, with every word that can be typed."""
    said = answered("?")
    assert len(said) == len(Dialogue.commands)
    for line, command in zip(said, Dialogue.commands, strict=True):
        assert all(word in line for word in command.words)
        assert command.help in line
    words = [word for command in Dialogue.commands for word in command.words]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("n", "Update 1, forward, step 1 of 13"),
        ("  NEXT  ", "Update 1, forward, step 1 of 13"),
        ("g grad_W2", "Update 1, gradients, step 8 of 13"),
        ("go update 3", "Update 3, forward, step 1 of 13"),
        ("u 50", "Update 50, forward, step 1 of 13"),
        ("u", "Update 1, forward, step 1 of 13"),
        ("i", "Update 1, forward, step 1 of 13"),
        ("r", "Mazur's 2-2-2 network"),
        ("b", "Mazur's 2-2-2 network"),
        ("u 0", "Mazur's 2-2-2 network"),
    ],
)
def test_where_commands_lead(typed: str, place: str) -> None:
    """From the start, each to its place."""
    assert answered(typed)[0].startswith(place)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("frob", "There is no command frob. Type ? for those there are."),
        ("g", "a name is needed"),
        ("g nowhere", "no place is called nowhere"),
        ("u x", "a number is needed, as in u 500"),
        ("u -1", "a number is needed, as in u 500"),
        ("u 99999999999", "updates go from 0 to 10,000,000"),
        ("u " + "9" * 5000, "a number is needed, as in u 500"),
        ("c", "There is no number yet."),
    ],
)
def test_what_cannot_be_done_is_said(typed: str, said: str) -> None:
    """One line, and we stay where we are."""
    dialogue = Dialogue(opened("mazur"), RenderOptions())
    answer = list(dialogue.answer(typed))
    assert len(answer) == 1
    assert answer[0].startswith(said)
    assert dialogue.session is opened("mazur")


def test_answers_come_when_asked_twice() -> None:
    """`y` explains and asks; `y` again at the same place answers; elsewhere it begins anew."""
    here = opened("mazur").go("delta1")
    hint = "Type y again for the answers."
    assert answered("g delta1", "y") == [*narrate_why(here), hint]
    assert answered("g delta1", "y", "y") == [*narrate_why(here, answers=True)]
    assert answered("g delta1", "y", "n", "b", "y")[-1] == hint
    assert answered("g a1", "y")[-1] != hint


def test_cells_are_told_one_by_one() -> None:
    """`c` tells the next number alone, and comes round."""
    first, second = (answered("g delta1", *["c"] * count) for count in (2, 1))
    assert first[0].startswith("This number: delta of h1 is ")
    assert second[0].startswith("This number: delta of h2 is ")
    assert not any(line.startswith("Why") for line in first)


def test_a_long_way_is_not_silent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is left to compute is told on stderr, where it takes long."""
    monkeypatch.setattr(plain, "_PATIENCE", -1.0)
    fresh = start(load("mazur"))  # nobody has computed its updates yet
    told = Dialogue(fresh, RenderOptions()).answer("u 9000")
    assert next(iter(told)).startswith("Update 9000, ")
    left = [
        int(line.removeprefix("computing, ").removesuffix(" updates to go"))
        for line in capsys.readouterr().err.splitlines()
    ]
    assert len(left) >= 3
    assert left == sorted(left, reverse=True)


def test_without_any_input(capsys: pytest.CaptureFixture[str]) -> None:
    """A closed standard input is one that has ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", None)
        assert run_plain(opened("mazur"), RenderOptions()) == 0
    assert capsys.readouterr().out.startswith("Mazur's 2-2-2 network\n")


@given(st.lists(st.text(max_size=12), max_size=6))
def test_anything_may_be_typed(typed: list[str]) -> None:
    """No line raises, and every answer is a line that can be printed."""
    dialogue = Dialogue(opened("mazur"), RenderOptions())
    for line in typed:
        if line.strip().lower().split(" ")[0] in ("u", "g", "update", "go"):
            continue  # any number is a place, and far ones take their time
        assert all(said.isprintable() for said in dialogue.answer(line))


def test_a_line_without_end_is_cut() -> None:
    """Of a line that is too long the beginning is read, once."""
    typed = io.StringIO("x" * 1001 + "\nn\n")
    lines = list(dialogue._lines(typed, "", 1000))
    assert [len(line) for line in lines] == [1000, 2]


def test_it_loads_nothing_that_draws(tmp_path: Path) -> None:
    """No Textual and no rich for whoever has no screen."""
    script = (
        "import sys; from bpstepper.cli import main; main(['mazur', '--plain']); "
        "print({'textual', 'rich'} & set(sys.modules))"
    )
    command = [*program()[:1], "-c", script]
    done = subprocess.run(
        command, input="n\nq\n", capture_output=True, text=True, env=environment(), cwd=tmp_path
    )
    assert done.returncode == os.EX_OK
    assert done.stdout.endswith("set()\n")
