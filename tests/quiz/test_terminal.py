"""A whole quiz in a real terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.terminal import Terminal, environment

pytestmark = pytest.mark.pty


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_a_whole_quiz(locale: str, tmp_path: Path) -> None:
    """From the start page to the record on the disk; the terminal is left as it was found."""
    plain = locale == "C"
    delta, h1, h2 = ("delta1", "delta(h1)", "delta(h2)") if plain else ("δ¹", "δ(h1)", "δ(h2)")
    env = environment(LANG=locale, NO_COLOR="1" if plain else None, PYTHONUTF8="0")
    with Terminal(["mazur"], env=env, cwd=tmp_path) as terminal:
        terminal.wait_for("start").press("g").wait_for("Go to")
        terminal.send("delta1\r").wait_for("this number")
        terminal.press("Q").wait_for(f"this step, {delta}")
        terminal.press("s").wait_for("one number").press("c")
        terminal.wait_for("question 1 of 2").wait_for(f"What is {h2}?")
        terminal.send("0.0116\r").wait_for("not yet").wait_for("0.5 is w(h1")
        terminal.press("h").wait_for("hint 1 of 3")
        terminal.send("0,00995\r").wait_for("right so far 1")
        terminal.press("enter").wait_for(f"What is {h1}?")
        terminal.press("v").wait_for("the answer    0.008771")
        terminal.press("enter").wait_for("1 of 2 right, 0.5 points")
        terminal.press("S").wait_for("mazur-quiz.json").press("enter")
        terminal.wait_for("saved as mazur-quiz.json")
        assert not plain or terminal.text.isascii()
        terminal.press("escape").wait_for("quiz: 1 of 2 right")
        terminal.press("q")
        assert terminal.wait() == 0
        assert terminal.restored
    told = json.loads((tmp_path / "mazur-quiz.json").read_text(encoding="utf-8"))
    assert told["score"]["right"] == 1
    assert [len(question["answers"]) for question in told["questions"]] == [2, 0]
