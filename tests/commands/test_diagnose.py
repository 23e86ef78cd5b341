"""`bpstepper diagnose`: it tells what there is, nothing that is nobody's business, and always."""

from __future__ import annotations

import json
import os
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import bpstepper
from bpstepper.cli import main
from bpstepper.commands import diagnose
from tests.terminal import Terminal, environment

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "swordfish-1",
    "HOSTNAME": "swordfish-2",
    "SSH_CONNECTION": "swordfish-3 22",
    "SSH_CLIENT": "swordfish-4",
    "TMUX": "/tmp/swordfish-5,1,0",
    "STY": "1.swordfish-6",
    "USER": "swordfish-7",
    "PATH": "/swordfish-8",
    "HTTPS_PROXY": "http://swordfish-9",
    "TERM_SESSION_ID": "swordfish-10",
}
HOSTILE = "x\x1b]52;c;aGVsbG8=\x07\u202e\n\x9b31m"


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without anything of the one that the tests run in."""
    for name in list(os.environ):
        if name not in ("PATH", "PYTHONPATH"):
            monkeypatch.delenv(name)
    for name, value in {"HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """What the JSON says."""
    capsys.readouterr()
    assert main(["diagnose", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.isascii()
    found: dict[str, dict[str, Any]] = json.loads(out)
    assert not [name for name, section in found.items() if "problem" in section]
    return found


def text(capsys: pytest.CaptureFixture[str]) -> str:
    """What the text says."""
    capsys.readouterr()
    assert main(["diagnose"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_the_versions_are_those_in_use(
    quiet: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program, Python and what it stands on."""
    versions = told(capsys)["versions"]
    assert versions["bpstepper"] == bpstepper.__version__
    assert versions["python"].startswith(".".join(map(str, sys.version_info[:3])))
    for package in ("numpy", "textual", "rich"):
        assert versions[package] == metadata.version(package)


def test_text_and_json_say_the_same(
    quiet: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each text of the JSON stands in the text, with the signs to look at and what to do."""
    found = told(capsys)
    said = text(capsys)
    for title, section in found.items():
        assert f"{title}:\n" in said
        for value in section.values():
            assert not isinstance(value, str) or value in said
    assert diagnose.SAMPLE in said
    assert said.rstrip().endswith("--ascii")


@pytest.mark.parametrize(
    ("variables", "colours"),
    [
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "16 million"),
        ({"TERM": "dumb"}, "none"),
        ({"TEXTUAL_COLOR_SYSTEM": "standard"}, "16"),
        ({"TEXTUAL_COLOR_SYSTEM": "frob"}, "TEXTUAL_COLOR_SYSTEM names none that there is: frob"),
    ],
)
def test_the_colours_are_those_of_the_application(
    quiet: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    colours: str,
) -> None:
    """How many there would be, from what the terminal says of itself."""
    for name, value in variables.items():
        quiet.setenv(name, value)
    assert told(capsys)["terminal"]["colours"] == colours


@pytest.mark.parametrize(
    ("variables", "drawn", "why"),
    [
        ({"LC_ALL": "C"}, "plain ASCII", "LC_ALL is C"),
        ({"LANG": "POSIX"}, "plain ASCII", "LANG is POSIX, and LC_ALL is not set"),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, "Unicode", ""),
        ({"PYTHONIOENCODING": "latin-1"}, "plain ASCII", "PYTHONIOENCODING is latin-1"),
    ],
)
def test_why_unicode_or_not(
    quiet: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    drawn: str,
    why: str,
) -> None:
    """The charset is the one that the program would draw with, with its reason."""
    from bpstepper.commands.common import the_look

    for name, value in variables.items():
        quiet.setenv(name, value)
    found = told(capsys)["text"]
    assert found["drawn_in"] == drawn
    assert the_look().charset.ascii == (drawn == "plain ASCII")
    assert why in found["because"]


@pytest.mark.parametrize(
    ("variable", "name"),
    [("SSH_TTY", "over_ssh"), ("TMUX", "in_tmux"), ("STY", "in_screen")],
)
def test_what_the_terminal_runs_in(
    quiet: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, name: str
) -> None:
    """SSH, tmux and screen are seen by what they set."""
    assert told(capsys)["terminal"][name] is False
    quiet.setenv(variable, "something")
    assert told(capsys)["terminal"][name] is True


def test_nothing_secret_is_told(
    quiet: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Who and where one is, keys and hosts: none of it; the home is a tilde, in warnings, too."""
    for name, value in SECRETS.items():
        quiet.setenv(name, value)
    config = tmp_path / ".config" / "bpstepper" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("them = 1")
    for said in (text(capsys), json.dumps(told(capsys))):
        assert "swordfish" not in said
        assert str(tmp_path) not in said
        assert "~/.config/bpstepper/config.toml:1: there is no key `them`" in said


@pytest.mark.parametrize("variable", [*diagnose._SHOWN, "BPSTEPPER_CONFIG", "BPSTEPPER_STATE"])
def test_hostile_values_are_harmless(
    quiet: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    """Escape sequences, line breaks and very long values in any variable that is shown."""
    for value in (HOSTILE, "y" * 1_000, "\udcff"):
        quiet.setenv(variable, value)
        lines = text(capsys).splitlines()
        assert all(line.isprintable() and len(line) < 400 for line in lines)
        told(capsys)


def test_what_is_broken_does_not_hide_the_rest(
    quiet: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installation without a working numpy, or with no streams: the other sections are told."""
    quiet.setitem(sys.modules, "numpy", None)
    quiet.setattr(sys, "stdin", None)
    said = text(capsys)
    assert "problem  ModuleNotFoundError" in said
    assert "settings:" in said
    assert bpstepper.__version__ in said


def test_in_a_terminal() -> None:
    """Its size, and that all three streams are one."""
    env = environment(BPSTEPPER_CONFIG=os.devnull, BPSTEPPER_STATE=os.devnull)
    with Terminal(["diagnose"], columns=132, lines=60, env=env) as terminal:
        terminal.wait_for("use --ascii")
        for said in ("columns        132", "lines          60", "stdout is one  yes"):
            assert said in terminal.text
