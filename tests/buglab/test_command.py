"""`bpstepper mistakes`: the bug lab at the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bpstepper.buglab.mistakes import MISTAKES
from bpstepper.cli import main
from bpstepper.drawing.text import width
from tests.scenes import BUNDLED


def records(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, Any]]:
    """The JSON of a run, by id."""
    assert main(["mistakes", *arguments, "--format", "json"]) == 0
    out = capsys.readouterr()
    assert out.err == ""
    told = json.loads(out.out, parse_constant=lambda word: pytest.fail(word))
    assert list(told) == ["mistakes"]
    return {record["id"]: record for record in told["mistakes"]}


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The public format, key by key."""
    told = records(capsys, "mazur")
    assert list(told) == list(MISTAKES)
    record = told["no_transpose"]
    assert {"id", "title", "applies", "update", "first", "differs", "gradcheck", "clash"} <= set(
        record
    )
    assert record["applies"] is True
    assert record["update"] == 1
    assert record["first"] == "grad_a1"
    assert record["clash"] is None
    assert list(record["differs"])[:2] == ["grad_a1", "delta1"]
    assert record["differs"]["delta1"]["mistaken"] == [
        [pytest.approx(0.009231011, abs=5e-10)],
        [pytest.approx(0.011620485, abs=5e-10)],
    ]
    assert record["gradcheck"]["ok"] is False
    assert record["gradcheck"]["worst"] > 0.1


def test_json_of_a_clash(capsys: pytest.CaptureFixture[str]) -> None:
    """What does not fit does not apply and says why."""
    record = records(capsys, "four-horsemen-3-4-2", "--mistake", "no_transpose")["no_transpose"]
    assert record["applies"] is False
    assert record["differs"] == {}
    assert record["clash"] == "shapes (2,4) and (2,1) not aligned: 4 (dim 1) != 2 (dim 0)"


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_text_fits_80_columns(
    capsys: pytest.CaptureFixture[str], name: str, ascii_only: bool
) -> None:
    """Every mistake is in the list, no line is wider than a terminal, ASCII is ASCII."""
    assert main(["mistakes", name, *(["--ascii"] if ascii_only else [])]) == 0
    out = capsys.readouterr().out
    for id_ in MISTAKES:
        assert f"  {id_} " in out
    assert all(width(line) <= 80 for line in out.splitlines())
    assert out.isascii() or not ascii_only


@pytest.mark.parametrize("id_", MISTAKES)
@pytest.mark.parametrize("name", ["mazur", "ng-ex4-regularised", "softmax-jacobian"])
def test_one_in_full(capsys: pytest.CaptureFixture[str], name: str, id_: str) -> None:
    """One mistake is told in full: its lines, its verdict, its reason."""
    assert main(["mistakes", name, "--mistake", id_, "--ascii"]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert all(width(line) <= 80 for line in out.splitlines())
    for heading in ("BUG LAB", "right", "wrong", "Seen in:"):
        assert heading in out


def test_what_the_lab_shows(capsys: pytest.CaptureFixture[str]) -> None:
    """Updating too early: 17 % off, and only the check of what was used sees it."""
    assert main(["mistakes", "mazur", "--mistake", "update_before_backward"]) == 0
    out = capsys.readouterr().out
    assert "17 % too small" in out
    assert "gradient check of backward() alone    no" in out
    assert "gradient check of the update used     YES" in out


def test_unknown_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, with the nearest name; hostile words are made harmless."""
    assert main(["mistakes", "mazur", "--mistake", "no_transpoze"]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert "did you mean no_transpose?" in out.err
    assert main(["mistakes", "mazur", "--mistake", "\x1b[2Jzzz"]) == 2
    assert capsys.readouterr().err.strip().isprintable()


def test_update_is_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    """Another update than the first can be looked at."""
    told = records(capsys, "mazur", "--mistake", "accumulated_gradients", "--update", "3")
    assert told["accumulated_gradients"]["update"] == 3
    assert main(["mistakes", "mazur", "--update", "0"]) == 2
