"""What if: changing, taking back, comparing and saving, by keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import bpstepper
from bpstepper.app.app import StepperApp
from bpstepper.app.prompts import LinePrompt
from bpstepper.scenario.model import Note
from bpstepper.session import Session
from tests.app.driving import (
    on_screen,
    press,
    squeezed,
    stepper,
    stepper_text,
    type_text,
    until,
)
from tests.scenes import opened

HERE = opened("mazur").go("delta1")


async def change(app: StepperApp, text: str) -> None:
    """Type a change, and wait until it was made or refused."""
    press(app, "e")
    await until(lambda: "Change a number" in on_screen(app), "the prompt")
    type_text(app, text)
    press(app, "enter")


def same(one: Session, other: Session) -> bool:
    """Whether two sessions show the same numbers, to the bit, at the same place."""
    return one.cursor == other.cursor and all(
        np.array_equal(one.trace[key], other.trace[key], equal_nan=True)
        for key in one.trace.keys()  # noqa: SIM118 - no mapping
    )


async def test_a_weight_is_changed_and_taken_back() -> None:
    """The numbers are those of a scenario that had it so; undone, they are the old ones."""
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await change(app, "W2[1,2] = 0.9")
        await until(lambda: "W2[1,2]: 0.45 → 0.9" in on_screen(app))
        there = stepper(app).session
        assert there.step.id == "delta1"
        changed = bpstepper.load(
            "mazur", overrides=["network.layers.1.weights=[[0.4,0.9],[0.5,0.55]]"]
        )
        assert np.array_equal(there.trace["delta1"], bpstepper.trace(changed)["delta1"])
        await pilot.press("z")
        await until(lambda: "taken back" in on_screen(app))
        assert same(stepper(app).session, HERE)
        await pilot.press("Z")
        await until(lambda: "made again" in on_screen(app))
        assert same(stepper(app).session, there)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("training.learning_rate = 0.1", "0.5 → 0.1"),
        ("network.layers.0.activation = tanh", "sigmoid → tanh"),
        ("network.layout = torch", "column → torch"),
        ("x[1] = 0.3", "0.05 → 0.3"),
    ],
)
async def test_settings_and_samples_are_changed(text: str, said: str) -> None:
    """The same step is shown of what it has become."""
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)):
        await change(app, text)
        await until(lambda: said in on_screen(app))
        assert stepper(app).session.step.id == "delta1"
        assert on_screen(app) == stepper_text(app)


@pytest.mark.parametrize(
    "text", ["", "W9[1,1] = 2", "W2[1,2] = x", "[red]", "delta1[1] = 2", "η = 1"]
)
async def test_what_cannot_be_changed_is_told_and_nothing_is(text: str) -> None:
    """The prompt stays, and says what there is; Escape leaves everything as it was."""
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await change(app, text)
        await until(lambda: bool(app.screen.query_one("#said").render()))
        assert isinstance(app.screen, LinePrompt)
        await pilot.press("escape")
        await until(lambda: app.screen is stepper(app))
        assert same(stepper(app).session, HERE)


async def test_an_inspected_number_stands_in_the_line_already() -> None:
    """Of a transpose, the weight that it is; of what is computed, nothing."""
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "tab", "e")
        await until(lambda: "W2[1,1] = 0.4" in on_screen(app))
        await pilot.press("escape")
        await until(lambda: app.screen is stepper(app))
        await pilot.press("tab", "e")
        await until(lambda: isinstance(app.screen, LinePrompt))
        assert "training.learning_rate = 0.1" in on_screen(app)


async def test_before_and_after_stand_beside_each_other() -> None:
    """Only what differs; where the two part; stepping goes on beside."""
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await until(lambda: "nothing was changed yet" in on_screen(app))
        await change(app, "W2[1,2] = 0.9")
        await until(lambda: "0.45 → 0.9" in on_screen(app))
        await pilot.press("b")
        await until(lambda: "The two part at z² (FF)" in on_screen(app))
        page = on_screen(app)
        assert "δ(h2)" in page
        assert "δ(o2)" not in page  # its error does not depend on that weight
        await pilot.press("left")
        await until(lambda: "COLLAPSE" in on_screen(app) or "BP1" in on_screen(app))
        await pilot.press("escape")
        assert stepper(app).view.page == "step"


async def test_saved_it_loads_to_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a new file; one that is there is not written over."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.toml").write_text("mine")
    app = StepperApp(HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await change(app, "W2[1,2] = 0.9")
        await until(lambda: "0.45 → 0.9" in on_screen(app))
        await pilot.press("S")
        await until(lambda: "mazur-changed.toml" in on_screen(app))
        await pilot.press(*["backspace"] * 40)
        type_text(app, "there.toml")
        await pilot.press("enter")
        await until(lambda: "there is a file of this name" in on_screen(app))
        await pilot.press(*["backspace"] * 40)
        type_text(app, "mine.toml")
        await pilot.press("enter")
        await until(lambda: "saved as mine.toml" in on_screen(app))
        there = stepper(app).session
    assert (tmp_path / "there.toml").read_text() == "mine"
    loaded = bpstepper.load(str(tmp_path / "mine.toml"))
    assert np.array_equal(bpstepper.trace(loaded)["delta1"], there.trace["delta1"])


async def test_a_note_proposes_a_change() -> None:
    """`f` makes it and says what it is; `z` takes it back; elsewhere there is none to make."""
    here = opened("linear-neuron-b").go("W1_next")
    app = StepperApp(here)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "▸ f tries it" in on_screen(app))  # to say what would tell the answer
        await pilot.press("y")
        await until(lambda: "r shows the answer" in on_screen(app))
        assert "learning_rate=0.1" not in on_screen(app)
        await pilot.press("r")
        await until(lambda: "to try: training.learning_rate=0.1" in on_screen(app))
        await pilot.press("escape", "f")
        await until(lambda: "training.learning_rate: 0.05 → 0.1" in on_screen(app))
        assert stepper(app).session.trace["eta"] == 0.1
        await pilot.press("z")
        await until(lambda: "taken back" in on_screen(app))
        assert same(stepper(app).session, here)
        await pilot.press("right", "f")
        await until(lambda: "no note proposes a change here" in on_screen(app))


async def test_a_note_proposes_several_changes() -> None:
    """All are made, and compared with what was before the first; undone one by one."""
    two = Note(at="delta1", edit=("training.learning_rate=5", "loss.factor=1"))
    here = replace(HERE, scenario=replace(HERE.scenario, notes=(two,)))
    app = StepperApp(here)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "▸ f tries learning_rate = 5, factor" in on_screen(app))
        await pilot.press("f")
        await until(lambda: "z 2 times takes them back" in squeezed(on_screen(app)))
        assert stepper(app).view.before is here
        assert stepper(app).session.scenario.loss.factor == 1.0
        await pilot.press("z", "z")
        await until(lambda: "learning_rate is 0.5 again" in on_screen(app))
        assert same(stepper(app).session, here)
