"""The bug lab's keys: both programs step by step, both trainings, and the way back."""

from __future__ import annotations

import pytest

from bpstepper import loads
from bpstepper.app.app import StepperApp
from bpstepper.buglab import controller as lab
from bpstepper.buglab.mistakes import MISTAKES, examine
from bpstepper.buglab.side_by_side import walk
from bpstepper.session import start
from tests.app.driving import on_screen, press, stepper, stepper_text, until
from tests.scenes import opened, scenario_of, toml


def shown(app: StepperApp) -> tuple[str, int]:
    """Which pane, and which step."""
    view = stepper(app).view
    return (view.lab.pane, view.lab.step) if view.page == "buglab" else (view.page, 0)


async def test_stepping_both() -> None:
    """To the first difference and past it, back to what was found, and out; we never moved."""
    session = opened("mazur").go("delta1")
    found = walk(session.scenario, examine(session.scenario, "no_transpose"))
    assert found is not None
    assert found.first is not None
    app = StepperApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, wanted in (
            (("m",), ("found", 0)),
            (("right",), ("steps", 0)),
            (("n", "right"), ("steps", 2)),
            (("left", "p"), ("steps", 0)),
            (("left",), ("found", 0)),
            (("left",), ("found", 0)),
            (("right_square_bracket",), ("steps", found.first)),
            (("right",) * (len(found.stops) - found.first), ("steps", len(found.stops) - 1)),
            (("escape",), ("found", 0)),
            (("right", "down"), ("found", 0)),  # another mistake begins with what was found
            (("up", "right", "m"), ("step", 0)),
            (("m",), ("found", 0)),
            (("escape",), ("step", 0)),
        ):
            await pilot.press(*keys)
            pane, step = shown(app)
            assert pane == wanted[0], keys
            assert pane != "steps" or step == wanted[1], keys
            assert on_screen(app) == stepper_text(app)
            assert stepper(app).session.cursor == session.cursor


async def test_training_both() -> None:
    """The curves, ten times as far, kept for when one comes back; then as far as it goes."""
    app = StepperApp(start(scenario_of("mazur")))
    async with app.run_test(size=(80, 24)) as pilot:
        screen, theme = stepper(app), app.theme
        await pilot.press("m", "t")
        await until(lambda: "C after 1,000 updates" in on_screen(app))
        assert screen.view.lab.pane == "curves"
        assert app.theme == theme  # `t` is another key here
        await pilot.press("escape")
        assert "C after 1,000 updates" in on_screen(app)
        await pilot.press("down", "up", "t")  # nothing is trained twice
        assert "C after 1,000 updates" in on_screen(app)
        await pilot.press("t")
        await until(lambda: "C after 10,000 updates" in on_screen(app))
        await pilot.press("t")
        assert "as far as both are trained" in on_screen(app)
        await pilot.press("escape", "escape")
        assert screen.view.page == "step"


async def test_any_key_stops_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been computed stays, and `t` goes on; Esc stops and leaves nothing else."""
    monkeypatch.setattr(lab, "_PAUSE", 0.0)  # slices of one update: it takes a while
    app = StepperApp(start(scenario_of("batches")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m", "down", "down")
        press(app, "t")
        await until(lambda: "training both: any key stops" in on_screen(app))
        press(app, "escape")
        await until(lambda: "t goes on" in on_screen(app))
        curves = stepper(app).view.lab.curves
        assert curves is not None
        assert 0 < curves.done < 1000
        assert shown(app)[0] == "curves"
        monkeypatch.setattr(lab, "_PAUSE", 0.03)
        await pilot.press("t")
        await until(lambda: "after 1,000 updates" in on_screen(app))


async def test_what_does_not_run_has_no_steps() -> None:
    """It says so, and the clash stays; where nothing differs, there is no first difference."""
    app = StepperApp(opened("four-horsemen-3-4-2"))
    nothing = list(MISTAKES).index("jacobian_from_z")
    async with app.run_test(size=(80, 24)) as pilot:
        for key, said in (("right", "nothing to step through"), ("t", "nothing to train")):
            await pilot.press(*("m",) if key == "right" else (), key)
            assert said in on_screen(app)
            assert "It does not run here" in on_screen(app)
        await pilot.press(*["down"] * nothing, "right_square_bracket")
        assert "nothing differs" in on_screen(app)


async def test_another_network_is_trained_anew() -> None:
    """After an edit nothing is said of the training before it."""
    app = StepperApp(opened("mazur"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m", "t")
        await until(lambda: "C after 1,000 updates" in on_screen(app))
        await pilot.press("escape", "escape", "e")
        await pilot.press(*"b1[2]=0", "enter")
        await until(lambda: stepper(app).view.before is not None)
        await pilot.press("m")
        assert "t trains both" in on_screen(app)


async def test_a_mistake_that_fits_only_some_batches() -> None:
    """A bias that lies down fits two samples, and not the one that is left: that is told."""
    layer = 'init = "xavier_uniform"\nbiases = [0.1, 0.2]'
    scenario = loads(toml(2, 2, 2, samples=3, batch="2", layer=layer), "pairs.toml")
    app = StepperApp(start(scenario))
    async with app.run_test(size=(80, 24)) as pilot:
        at = list(MISTAKES).index("bias_broadcast_to_matrix")
        await pilot.press("m", *["down"] * at, "t")
        await until(lambda: "a later batch has another size" in on_screen(app))
        await pilot.press("right")
        assert shown(app) == ("steps", 0)
