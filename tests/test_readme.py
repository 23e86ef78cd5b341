"""What the README says, held against the program: commands, flags, keys, files and code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import bpstepper
from bpstepper.app.actions import ACTIONS
from bpstepper.app.app import StepperApp
from bpstepper.cli import _OPEN, COMMANDS, build_parser, main
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.session import start
from tests.app.driving import on_screen, squeezed

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    """Every `bpstepper …` line of the shell blocks, without comments."""
    lines = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("bpstepper ")]


@pytest.mark.parametrize("line", commands())
def test_each_command_runs(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command that the README shows ends well and prints something."""
    if line == "bpstepper check --all":  # `commands/test_check` runs it and reads what it says
        return
    assert main(shlex.split(line)[1:]) == 0
    assert capsys.readouterr().out


def test_each_flag_exists() -> None:
    """Every `--flag` of the README's own commands is one that a parser knows."""
    known = {"--editable", "--quiet", "--extra"}  # pip's and uv's
    for command in (_OPEN, *COMMANDS.values()):
        known.update(build_parser(command)._option_string_actions)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README)) <= known


def test_the_keys_are_those_of_the_program() -> None:
    """The table of keys has one row for each action, in the program's own words."""
    found = re.search(r"<!-- keys.*?-->\n(.*?)<!-- /keys -->", README, re.DOTALL)
    assert found is not None
    rows = [line for line in found[1].splitlines() if line.startswith("| `")]
    wanted = [
        f"| {' '.join(f'`{key}`' for key in action.shown.split())} | {action.help} |"
        for action in ACTIONS
        if action.shown
    ]
    assert rows == wanted


ANSWERS = {
    "Why the transpose?": ("The sum runs over the units that the wires go TO", "rows and columns"),
    "Error signal or gradient?": ("call it the error signal", "the same number and the same"),
    "Which are the four equations?": ("BP4", "BP3", "∂C/∂W² = δ² (a¹)ᵀ"),
    "Why inputs, and not outputs?": ("the activation that ENTERS its wire", "is what comes out"),
}
PRESSED = {"→": "right", "↑": "up", "↓": "down", "]": "right_square_bracket"}


def tour() -> list[tuple[str, str, list[str]]]:
    """The rows of the tour: the question, the scenario, the keys."""
    found = re.search(r"<!-- tour.*?-->\n(.*?)<!-- /tour -->", README, re.DOTALL)
    assert found is not None
    rows = re.findall(r"^\| (.*?\?) \| `bpstepper (.*?)` \| (.*?) \|$", found[1], re.MULTILINE)
    return [(asked, name, re.findall(r"`(.+?)`", keys)) for asked, name, keys in rows]


@pytest.mark.parametrize(("question", "name", "keys"), tour())
async def test_the_tour_answers(question: str, name: str, keys: list[str]) -> None:
    """Each question is answered on an ordinary screen, within five keys from the start."""
    assert len(keys) <= 5
    app = StepperApp(start(bpstepper.load(name)))
    async with app.run_test(size=(80, 24)) as pilot:
        for key in keys:
            await pilot.press(PRESSED.get(key, key))
        await pilot.pause()
        shown = squeezed(on_screen(app))
        for said in ANSWERS[question]:
            assert said in shown


def test_the_tour_has_every_question() -> None:
    """None of the four is left out."""
    assert {question for question, _, _ in tour()} == set(ANSWERS)


def test_the_script_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The Python block runs as it stands and prints the equations."""
    (script,) = blocks("python")
    exec(compile(script, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert "δ¹ = ( (W²)ᵀ δ² ) ⊙ σ′(z¹)" in out
    assert "0.00877135" in out


def test_the_scenario_loads_and_holds() -> None:
    """The scenario of the README loads, and its published number and its gradients are right."""
    (text,) = blocks("toml")
    scenario = bpstepper.loads(text)
    assert not scenario.warnings
    verdict = bpstepper.verify(scenario)
    assert verdict.ok
    assert verdict.held == 1
    slope = bpstepper.trace(scenario)["slope1"].item()
    assert f"{slope:.3f}" in scenario.notes[0].reveal


def test_the_names_it_lists_are_those_that_run() -> None:
    """The activations and losses that the README names are the tables' own."""
    (text,) = blocks("toml")
    listed = re.search(r"activation = .*# (.*)", text)
    assert listed is not None
    assert set(listed[1].split()) == set(ACTIVATIONS)
    others = re.search(r"squared_error\"\s+# or (.*)", text)
    assert others is not None
    assert {"squared_error", *others[1].split(", ")} == set(LOSSES)


def test_the_files_it_names_are_there() -> None:
    """Folders of the table, pictures and modules to run all exist."""
    for path in re.findall(r"\]\((\.[^)]+)\)", README):
        assert (ROOT / path).is_file(), path
    for module in re.findall(r"python -m ([\w.]+)", README):
        stem = ROOT / Path(*module.split("."))
        assert stem.with_suffix(".py").is_file() or (stem / "__main__.py").is_file(), module
    for name in re.findall(r"`(bpstepper/[\w./]+)`", README):
        assert (ROOT / name).exists(), name


def test_ci_runs_the_same_test_command() -> None:
    """The command that sets up and passes the tests is the one that CI calls, to the letter."""
    command = next(
        line for block in blocks("sh") for line in block.splitlines() if line.endswith("/pytest")
    )
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
