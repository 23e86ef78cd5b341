"""The training view: runs to their end, cancelled, resized, compared, and stepped into."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from bpstepper.app.app import StepperApp
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.engine.run.training import Runner
from bpstepper.engine.symbols import Symbol
from bpstepper.scenario import load
from bpstepper.scenario.model import Scenario
from bpstepper.session import GoError
from bpstepper.training.screen import TrainingScreen
from bpstepper.training.screen_runs import TrainingRuns, plan
from tests.app.driving import press, shows, stepper, type_text, until
from tests.scenes import opened
from tests.training.training_frames import run_to, runs_of

LONG = 100_000


def view(app: StepperApp) -> TrainingScreen:
    """The view, whatever stands over it."""
    return next(screen for screen in app.screen_stack if isinstance(screen, TrainingScreen))


async def asked(app: StepperApp, key: str, label: str, text: str) -> None:
    """Answer a prompt."""
    press(app, key)
    await shows(app, label)
    type_text(app, text)
    press(app, "enter")


async def back(app: StepperApp) -> None:
    """Leave what stands over the view."""
    press(app, "escape")
    await until(lambda: app.screen is view(app))


def same(found: Mapping[Symbol, np.ndarray], problem: Scenario, updates: int) -> bool:
    """Whether these are, bit for bit, the parameters that the engine makes in so many updates."""
    runner = Runner(problem)
    runner.advance(updates)
    return all(found[s].tobytes() == value.tobytes() for s, value in runner.parameters.items())


async def test_a_run_to_its_end_and_into_an_update() -> None:
    """It trains as `train` does; the cursor goes to an update, Enter into it, Esc back."""
    app = StepperApp(opened("moons"))
    async with app.run_test(size=(80, 24)) as pilot:
        press(app, "r")
        await shows(app, "DONE", "2,000 of 2,000 updates", "as planned")
        run = view(app).runs.runs[0]
        assert same(run.recording.parameters, load("moons"), 2000)
        await asked(app, "g", "Cursor to update", "1234")
        await shows(app, "Enter opens update 1,234,", "update 1,234 · epoch 62")
        press(app, "6")
        await shows(app, "the input plane before update 1,234")
        press(app, "enter")
        await until(lambda: app.screen is stepper(app))
        session = stepper(app).session
        assert session.cursor.update == 1234
        assert f"{float(session.trace['C']):.4f}"[:5] == f"{run.moment(1234).cost:.4f}"[:5]  # type: ignore[union-attr]
        assert same(
            {s: session.line.parameters(1233)[s] for s in run.recording.parameters},
            load("moons"),
            1233,
        )
        press(app, "right", "right")
        await until(lambda: stepper(app).session.cursor.step == 2)
        press(app, "escape")
        await shows(app, "the input plane before update 1,234")
        assert view(app).runs.runs[0] is run
        await pilot.press("left", "home", "pagedown", "end", "escape")
        await until(lambda: app.screen is stepper(app))
        press(app, "r")
        await shows(app, "2,000 of 2,000 updates")
        assert view(app).runs.runs[0] is run


async def test_cancel_go_on_and_resize_lose_nothing() -> None:
    """Keys are heard while it trains; Esc ends it and Space goes on, at any size, to the bit."""
    app = StepperApp(opened("xor-one-step"))
    async with app.run_test(size=(80, 24)) as pilot:
        press(app, "r")
        await shows(app, "1 update is done")
        await asked(app, "u", "Train until", f"{LONG} updates")
        await shows(app, "RUNNING", f"of {LONG:,} updates")
        press(app, "tab", "left")
        await shows(app, "RUNNING", "End follows the newest")
        await pilot.resize_terminal(120, 40)
        await shows(app, "RUNNING", "the input plane before update")
        press(app, "escape")
        await shows(app, "cancelled after", "PAUSED")
        run = view(app).runs.runs[0]
        done = run.recording.done
        assert 1 < done < LONG
        assert same(run.recording.parameters, load("xor-one-step"), done)
        await pilot.resize_terminal(20, 5)
        press(app, "space")
        await until(lambda: run.recording.done > done)
        press(app, "space")
        await until(lambda: not view(app).runs.is_running)
        await pilot.resize_terminal(80, 24)
        await shows(app, "PAUSED")
        assert same(run.recording.parameters, load("xor-one-step"), run.recording.done)
        press(app, "space")
        await shows(app, "RUNNING")
        press(app, "enter")  # into the newest update, while it trains
        await until(lambda: app.screen is stepper(app))
        assert not stepper(app).controllers.training._runs.is_running  # type: ignore[union-attr]
        press(app, "escape")
        await shows(app, "RUNNING")
        press(app, "escape", "escape")
        await until(lambda: app.screen is stepper(app))


async def test_two_runs_compared() -> None:
    """A second run with other settings: its own numbers, its values at the cursor, its steps."""
    app = StepperApp(opened("moons"))
    async with app.run_test(size=(80, 24)):
        await until(lambda: len(app.screen_stack) > 1)
        stepper(app).controllers.editing.history()  # there is one of this scenario from now on
        press(app, "r")
        await shows(app, "as planned")
        await asked(app, "c", "Compare with", "training.learning_rte = 1")
        await shows(app, "learning_rte`")
        await back(app)
        await asked(
            app, "c", "Compare with", "training.optimizer = sgd; network.layers.0.units = 4"
        )
        await shows(app, "DONE", "B × optimizer = sgd", "A ● moons")
        press(app, "pageup")
        await shows(app, "End follows", "B × update")
        one, two = view(app).runs.runs
        assert same(two.recording.parameters, two.problem, 2000)
        assert two.problem.training.optimizer == "sgd"
        assert two.problem.network.sizes == (2, 4, 1)
        assert same(one.recording.parameters, load("moons"), 2000)
        press(app, "b")
        await until(lambda: app.screen is stepper(app))
        assert stepper(app).session.scenario is two.problem
        assert stepper(app).controllers.editing.history().base is two.problem
        press(app, "escape")
        await shows(app, "B × update")
        press(app, "enter")
        await until(lambda: app.screen is stepper(app))
        assert stepper(app).session.scenario is one.problem
        assert stepper(app).controllers.editing.history().base is one.problem
        press(app, "escape")
        await shows(app, "B × update")
        await asked(app, "c", "Compare with", "softmax-jacobian")
        await shows(app, "B × softmax-jacobian", "DONE")
        assert view(app).runs.runs[1].problem.name == "softmax-jacobian"


async def test_until_something_is_so() -> None:
    """A stop rule ends it where the engine's own numbers first say so; nonsense is told."""
    app = StepperApp(opened("xor-one-step"))
    async with app.run_test(size=(80, 24)):
        press(app, "r")
        await shows(app, "done, as planned")
        await asked(app, "u", "Train until", "pigs fly")
        await shows(app, "nothing of that name")
        await back(app)
        await asked(app, "u", "Train until", "C < 0.01, 5000 updates")
        await shows(app, "DONE", "C is below 0.01")
        run = view(app).runs.runs[0]
        last = run.recording.done
        line = opened("xor-one-step").line
        assert float(line.trace(last)["C"]) < 0.01 <= float(line.trace(last - 1)["C"])
        press(app, "question_mark")
        await shows(app, "pause, go on")
        await back(app)
        press(app, "space")
        await shows(app, "it has ended")


async def test_any_keys_at_any_size() -> None:
    """Whatever is pressed and however small it gets, it goes on, and Escape leads out."""
    chance = np.random.default_rng(5)
    keys = ["space", "left", "right", "pageup", "pagedown", "home", "end", "tab", "shift+tab",
            "1", "6", "8", "enter", "b", "g", "u", "c", "3", "escape", "r", "f1"]  # fmt: skip
    app = StepperApp(opened("xor-one-step"))
    async with app.run_test(size=(80, 24)) as pilot:
        for turn in range(100):
            press(app, str(chance.choice(keys)))
            if turn % 10 == 0:
                sizes = [(1, 1), (59, 18), (60, 18), (80, 24), (130, 45), (20, 3)]
                await pilot.resize_terminal(*sizes[int(chance.integers(len(sizes)))])
        await pilot.resize_terminal(80, 24)
        for _ in range(12):
            await pilot.press("escape")
        await until(lambda: app.screen is stepper(app))


# ── without a screen ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "updates", "stops"),
    [
        ("100000", 100_000, 0),
        ("100,000 updates", 100_000, 0),
        ("3 epochs", 60, 0),
        ("C < 0.01 or 500 updates", 500, 1),
        ("accuracy >= 95%; patience 3", 1_000_000, 2),
    ],
)
def test_what_can_be_waited_for(text: str, updates: int, stops: int) -> None:
    """Lengths and stop rules, alone and together."""
    found = plan(text, load("moons"))
    assert (found.updates, len(found.stops)) == (updates, stops)


@pytest.mark.parametrize("text", ["", "0 updates", "soon", "C < 0.1 or pigs fly", "5 apples"])
def test_what_means_nothing(text: str) -> None:
    """Is told, and not run."""
    with pytest.raises(GoError):
        plan(text, load("moons"))


@pytest.mark.parametrize("text", ["-", " - ", "no-such-scenario", "training.epochs = x"])
def test_what_a_run_cannot_be_compared_with(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told; the standard input is where the keys come from, and nothing is read from there."""
    monkeypatch.setattr("bpstepper.scenario.data.reading.read_stdin", pytest.fail)
    with pytest.raises(GoError):
        runs_of("xor-one-step").changed(text)


def test_a_longer_way_goes_on_and_a_rule_begins_anew() -> None:
    """More updates keep the recording; a rule, or less, starts from the first update again."""
    runs = run_to(runs_of("moons"), 2000)
    first = runs.runs[0].recording
    assert runs.farther()
    assert (runs.runs[0].recording, first.planned) == (first, 10_000)
    runs.train_until("5000")
    assert (runs.runs[0].recording, first.planned) == (first, 5000)
    runs.train_until("C < 0.3")
    assert runs.runs[0].recording is not first
    runs.go()
    while runs.is_running:
        runs.advance(0.01)
    ending = runs.runs[0].recording.ending
    assert ending is not None
    assert (ending.update, runs.farther()) == (runs.done, False)


def test_two_runs_advance_in_turn() -> None:
    """Neither waits for the other's end; one that is added later catches up."""
    runs = run_to(runs_of("xor-one-step"), 1)
    runs.train_until("1000000")
    run_to(runs, 5000)
    runs.compare("training.optimizer = adam")
    runs.go()
    one, two = (run.recording for run in runs.runs)
    while two.done < 5000:
        before = one.done
        runs.advance(0.001)
        assert (one.done, runs.is_running) == (before, True)
    for _ in range(20):
        runs.advance(0.001)
    assert one.done > 5000
    assert two.done > 5000


def test_the_cursor_goes_along_the_points() -> None:
    """← and → undo each other; beyond the last point it follows; the first is the first."""
    runs: TrainingRuns = run_to(runs_of("xor-one-step"), 1)
    runs.move(-1)
    assert runs.cursor == 1
    runs._lengthen(9000)
    run_to(runs, 9000)
    runs.cursor = None
    seen: list[int] = []
    for _ in range(5):
        runs.move(-1)
        seen.append(runs.cursor or 0)
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5
    for wanted in seen[-2::-1]:
        runs.move(1)
        assert runs.cursor == wanted
    runs.move(1)
    assert runs.scene(RenderOptions(), "cost").cursor is None
    runs.move(-100_000)
    assert runs.scene(RenderOptions(), "cost").cursor == 1
    with pytest.raises(GoError, match="9,000"):
        runs.check_update("9001")
