"""Help, examples, wrong words, and programs that read or end a command."""

from __future__ import annotations

import io
import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import bpstepper
from bpstepper import cli
from bpstepper.cli import COMMANDS
from tests.portable import PATIENCE
from tests.saying import MAZUR, Said, run, temporary, wrong_mazur
from tests.terminal import environment, program

# ── help and examples ────────────────────────────────────────────────────────────────────────


def test_the_help_lists_the_commands(said: Said) -> None:
    """Every command with its line, examples, and the promise of the exit status."""
    helped = said("--help")
    assert (helped.status, helped.err) == (0, "")
    for command in COMMANDS.values():
        assert f"  {command.name} " in helped.out
        assert command.help in helped.out
    assert "exit status: 0 done; 1 a check failed; 2 the input or the usage was wrong" in helped.out


def test_the_version(said: Said) -> None:
    """--version is one line on stdout."""
    assert said("--version").out == f"bpstepper {bpstepper.__version__}\n"
    assert said.status == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_helps(said: Said, name: str) -> None:
    """Its own help tells its examples and every option."""
    helped = said(name, "--help")
    assert (helped.status, helped.err) == (0, "")
    assert COMMANDS[name].examples
    for example in COMMANDS[name].examples:
        assert f"  {example}\n" in helped.out


EXAMPLES = [example for command in COMMANDS.values() for example in command.examples]
TOP = [
    line.strip().split("   ")[0]
    for line in cli._EPILOG.splitlines()
    if line.startswith("  bpstepper ")
]


@pytest.mark.parametrize("example", [*EXAMPLES, *TOP])
def test_each_example_runs(said: Said, tmp_path: Path, example: str) -> None:
    """What help shows can be typed as it stands, beside a file called my.toml."""
    words = shlex.split(example)[1:]
    if not words or "--watch" in words:  # the picker needs a terminal; watching does not end
        return
    if words == ["check", "--all"]:  # `test_check` runs it, which takes longer than all the others
        return
    if words[0] != "new":
        (tmp_path / "my.toml").write_bytes(MAZUR.read_bytes())
    assert said(*words).status == 0, said.err


# ── what is wrong is said ────────────────────────────────────────────────────────────────────

HOSTILE: list[list[str]] = [
    [""],
    ["-"],
    ["--"],
    ["--frob"],
    ["-x"],
    ["frobnicate"],
    ["mazur", "mazur"],
    ["mazur", "--layout"],
    ["mazur", "--layout", "diagonal"],
    ["mazur", "--set"],
    ["mazur", "--set", ""],
    ["mazur", "--set", "="],
    ["mazur", "--set", "x"],
    ["mazur", "--set", "a." * 8 + "a=1"],
    ["mazur", "--set", "training.learning_rate=" + "9" * 301],
    ["mazur", "--set", "training.learning_rate=nan"],
    ["mazur", "--set", "training=1"],
    ["mazur", "--set", "network.layers=[]"],
    ["mazur", "--set", "title=\x1b]52;c;AAAA\x07"],
    ["--set", "training.learning_rate=1"],
    ["trace"],
    ["trace", "mazur", "--updates", "0"],
    ["trace", "mazur", "--updates", "-1"],
    ["trace", "mazur", "--updates", "1.5"],
    ["trace", "mazur", "--updates", "9" * 4_301],
    ["trace", "mazur", "--updates", "１e"],
    ["trace", "mazur", "--format", "yaml"],
    ["trace", "mazur", "--form", "json"],
    ["trace", "mazr"],
    ["trace", "/"],
    ["trace", "."],
    ["trace", "/dev/null"],
    ["trace", "a\0b"],
    ["trace", "\udcff\udcfe"],
    ["trace", "x" * 256],
    ["trace", "\x1b]52;c;AAAA\x07"],
    ["trace", "[/nope]"],
    ["trace", "../" * 1_366],
    ["check"],
    ["check", "--watch"],
    ["check", "nowhere.toml"],
    ["train", "mazur", "--updates", "10", "--epochs", "3"],
    ["train", "mazur", "--epochs", "0"],
    ["train", "mazur", "--save"],
    ["list", "mazur"],
    ["schema", "--of", "everything"],
    ["new"],
    ["new", "nowhere/my.toml"],
    ["new", ""],
    ["new", "/"],
    ["mistakes", "mazur", "--mistake", "no_such"],
    ["serve"],
    ["chek", "mazur"],
    ["chec\x1bk", "mazur"],
    ["Trace", "mazur"],
]


@pytest.mark.parametrize("arguments", HOSTILE, ids=lambda words: " ".join(words)[:40])
def test_what_is_wrong_is_said_on_stderr(
    said: Said, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 2, something on stderr and nothing on stdout, no traceback, no control character."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    wrong = said(*arguments)
    assert (wrong.status, wrong.out) == (2, "")
    assert wrong.err.strip()
    assert "Traceback" not in wrong.err
    assert wrong.err.replace("\n", "").isprintable()
    assert len(wrong.err) < 3_000 + sum(map(len, arguments[:2]))  # a path is told whole


@pytest.mark.parametrize(
    ("word", "meant"), [("chek", "check"), ("lst", "list"), ("traec", "trace"), ("tain", "train")]
)
def test_a_command_that_is_misspelt_is_guessed(said: Said, word: str, meant: str) -> None:
    """One line that names the command; a file of that name is opened all the same."""
    assert said(word, "mazur").status == 2
    assert said.err.count("\n") == 1
    assert f"did you mean `bpstepper {meant}`?" in said.err
    Path(word).write_bytes(MAZUR.read_bytes())
    assert said(word).status == 0


def test_warnings_are_narration(said: Said) -> None:
    """What is odd but not wrong goes to stderr; stdout is the data, and the status is 0."""
    traced = said("trace", "mazur", "--set", "training.learning_rate=0.0", "--format", "json")
    assert traced.status == 0
    assert "warning[" in traced.err
    assert json.loads(traced.out)["format"] == 1


def test_an_interrupt_has_its_status(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a command: 130 and no word."""
    from bpstepper.commands import library as listing

    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "run", interrupted)
    assert said("list").status == 130
    assert said.err == ""


# ── in a process of its own ──────────────────────────────────────────────────────────────────


def test_the_streams_are_apart(tmp_path: Path) -> None:
    """In a real process, too: data on stdout, narration on stderr, the status as promised."""
    assert run("check", "mazur", cwd=tmp_path)[::2] == (0, "")
    name, _ = wrong_mazur(tmp_path)
    status, out, err = run("check", name, "nowhere.toml", cwd=tmp_path)
    assert status == 2
    assert "off by" in out
    assert "nowhere.toml" in err
    status, out, err = run("traec", "mazur", cwd=tmp_path)
    assert (status, out) == (2, "")
    assert "did you mean" in err


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}], ids=str)
def test_an_ascii_locale_gets_ascii(tmp_path: Path, locale: dict[str, str]) -> None:
    """Neither a symbol nor an escape of one where the reader knows only ASCII."""
    status, out, err = run("mazur", cwd=tmp_path, **locale)
    assert (status, err) == (0, "")
    assert out.isascii()
    assert "\\u" not in out
    assert "delta1 = ( (W2)^T delta2 )" in out


def test_a_reader_that_has_had_enough(tmp_path: Path) -> None:
    """`| head` is quiet: no word on stderr, and the program does not compute on."""
    long = shlex.join(program("trace", "mazur", "--updates", "1000000", "--format", "json"))
    done = subprocess.run(
        ["/bin/sh", "-c", f"{{ {long}; echo $? >status; }} | head -c 100"],
        capture_output=True,
        cwd=tmp_path,
        env=environment(),
        timeout=PATIENCE,
    )
    assert len(done.stdout) == 100
    assert done.stderr == b""
    assert int((tmp_path / "status").read_text()) == 128 + signal.SIGPIPE


def test_a_reader_that_is_not_there(tmp_path: Path) -> None:
    """A short output meets a closed pipe only at its end, and is quiet, too."""
    short = shlex.join(program("list"))
    done = subprocess.run(
        ["/bin/sh", "-c", f"{{ {short}; echo $? >status; }} | true"],
        capture_output=True,
        cwd=tmp_path,
        env=environment(),
        timeout=PATIENCE,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert int((tmp_path / "status").read_text()) in (0, 128 + signal.SIGPIPE)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_long_command_can_be_ended(tmp_path: Path, name: str) -> None:
    """A signal while a long trace is written: 128 + n, no traceback, and no half of a file."""
    (tmp_path / "out.json").write_text("old")
    with subprocess.Popen(
        program(
            "trace", "mazur", "--updates", "10000000", "--format", "json", "--output", "out.json"
        ),
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    ) as process:
        while not temporary(tmp_path):
            assert process.poll() is None
        process.send_signal(signal.Signals[name])
        assert process.wait(PATIENCE) == 128 + signal.Signals[name]
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert (tmp_path / "out.json").read_text() == "old"
    assert temporary(tmp_path) == []
