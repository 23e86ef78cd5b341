"""`bpstepper check`: what is right, what is wrong and where, and how the command ends."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from bpstepper.scenario import library
from tests.saying import MAZUR, Said, wrong_mazur
from tests.terminal import environment, program


def test_check_says_that_all_is_right(said: Said) -> None:
    """Status 0, a line for the scenario, and how much was held to its source."""
    checked = said("check", "mazur")
    assert (checked.status, checked.err) == (0, "")
    assert checked.out.startswith("✓ mazur: gradients of 12 parameters")
    assert "43 numbers held, 27 published" in checked.out


def test_check_all(said: Said) -> None:
    """Every bundled scenario is right, and there is a sum at the end."""
    checked = said("check", "--all")
    assert (checked.status, checked.err) == (0, "")
    *each, total = checked.out.splitlines()
    heads = [line.split(":")[0] for line in each if not line.startswith(" ")]
    assert heads == [f"✓ {name}" for name in (*library.names(), *library.courses())]
    assert total.startswith(f"{len(library.names())} scenarios, ")
    held = sum(library.preview(it).held for it in library.entries())
    assert f" {held} numbers held, " in total
    assert total.endswith("; all right")


def test_check_names_a_wrong_number_with_its_line(said: Said, tmp_path: Path) -> None:
    """Status 1; the line of the file, the symbol, what was computed and how far it is off."""
    name, line = wrong_mazur(tmp_path)
    checked = said("check", name)
    assert (checked.status, checked.err) == (1, "")
    (told,) = [text for text in checked.out.splitlines() if "off by" in text and "line" in text]
    for word in (f"line {line}", "z1[1", "0.01", "0.3775"):
        assert word in told
    (record,) = said("check", name, "--format", "json").json()["scenarios"]
    (wrong,) = [expect for expect in record["expects"] if not expect["ok"]]
    assert (wrong["symbol"], wrong["line"], wrong["at"][0]) == ("z1", line, 1)
    assert wrong["off"] == pytest.approx(0.01)


def test_check_has_the_worst_status_of_all(said: Said, tmp_path: Path) -> None:
    """One that cannot be read weighs more than one that is wrong; all are looked at."""
    name, _ = wrong_mazur(tmp_path)
    assert said("check", "mazur", name).status == 1
    checked = said("check", "nowhere.toml", name, "mazur")
    assert checked.status == 2
    assert "nowhere.toml" in checked.err
    assert "✓ mazur" in checked.out
    assert checked.out.splitlines()[-1].endswith("; 2 failed")


def test_check_as_json(said: Said, tmp_path: Path) -> None:
    """One document, whatever was named; what could not be read has its problem told in it."""
    name, _ = wrong_mazur(tmp_path)
    document = said("check", "mazur", "--format", "json").json()
    assert document["ok"] is True
    assert document["scenarios"][0]["gradcheck"]["ok"] is True
    checked = said("check", "mazur", name, "nowhere.toml", "--format", "json")
    document = json.loads(checked.out)
    assert document["ok"] is False
    assert [record["ok"] for record in document["scenarios"]] == [True, False, False]
    assert "nowhere.toml" in document["scenarios"][2]["problem"]


def test_check_watches(tmp_path: Path) -> None:
    """--watch checks again when the file changes, and Ctrl-C ends it with 130."""
    file = tmp_path / "mine.toml"
    file.write_bytes(MAZUR.read_bytes())
    with subprocess.Popen(
        program("check", "mine.toml", "--watch"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("✓ mine")
        assert process.stderr.readline() == "watching; Ctrl-C ends\n"
        file.write_text(file.read_text(encoding="utf-8").replace("0.3775", "0.3875"))
        assert process.stdout.readline().startswith("✗ mine")
        assert "off by" in process.stdout.readline()
        assert process.stderr.readline() == "watching; Ctrl-C ends\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert "Traceback" not in process.stderr.read()
