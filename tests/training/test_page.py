"""The training page: golden frames, and what holds of every frame of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpstepper.app.frame_view import ROLES
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import line_width, plain
from bpstepper.engine.run.training import accuracy
from bpstepper.training.keys import hints
from bpstepper.training.page import compose_training, duration
from bpstepper.training.page_curves import draw_cost
from bpstepper.training.page_panes import PANES, panes_of
from bpstepper.training.pictures import confusion
from bpstepper.training.predictions import predict
from bpstepper.training.thinning import Curve
from tests.goldens import check as check_golden
from tests.mode_goldens import ModeGolden
from tests.scenes import opened
from tests.training.training_frames import TRAININGS, run_to, runs_of, training_frame

HARD = ("names", "markup", "huge", "adam", "softmax-batch", "penalty", "saturated", "xor-one-step")
SIZES = ((80, 24), (60, 18), (120, 40), (200, 50), (61, 50), (110, 18), (59, 18), (9, 2), (1, 1))


@pytest.mark.parametrize("golden", TRAININGS, ids=str)
def test_golden_frames(golden: ModeGolden) -> None:
    """As they were when somebody last looked."""
    shown = golden.frames()
    check_golden(golden.file, shown)
    assert not golden.ascii or shown.replace("════", "").isascii()


@pytest.mark.parametrize("name", HARD)
def test_every_frame_is_whole(name: str) -> None:
    """At any size exactly its lines of exactly its cells, known roles, ASCII where asked."""
    runs = runs_of(name)
    panes = panes_of(runs.runs[0].problem)
    turn = 0
    for updates, cursor in ((0, None), (1, None), (1, 1), (30, None), (30, 17)):
        run_to(runs, updates)
        for pane in panes:
            turn += 1
            columns, lines = SIZES[turn % len(SIZES)]
            runs.cursor = cursor
            scene = runs.scene(RenderOptions((UNICODE, ASCII)[turn % 2]), pane.key)
            drawn = compose_training(scene, columns, lines, hints(scene.state))
            assert [line_width(line) for line in drawn] == [columns] * lines
            roles = {span.role for line in drawn for span in line if span.role[:6] != "plane-"}
            assert roles <= {*ROLES, ""}
            assert turn % 2 == 0 or "".join(map(plain, drawn)).isascii()
        if updates == 1 and cursor == 1:
            runs.compare("training.learning_rate = 1e-3")


def test_the_panes_are_those_with_a_meaning() -> None:
    """No plane without two inputs, no accuracy without classes, C always first."""
    for name, missing in (
        ("mazur", {"accuracy", "confusion"}),
        ("softmax-batch", {"boundary"}),
        ("moons", set()),
    ):
        keys = [pane.key for pane in panes_of(opened(name).scenario)]
        assert keys[0] == "cost"
        assert missing == {pane.key for pane in PANES} - set(keys) or name == "softmax-batch"
        assert not missing & set(keys)


def test_a_picture_is_of_the_cursor() -> None:
    """At update u it shows what that update starts from; following, what the last one made."""
    runs = run_to(runs_of("moons"), 300)
    line = opened("moons").line
    runs.cursor = 77
    scene = runs.scene(RenderOptions(), "confusion")
    run = scene.runs[0]
    before = line.parameters(76)
    assert run.moment is not None
    assert all((run.moment.parameters[s] == value).all() for s, value in before.items())
    assert run.moment.cost == float(line.trace(77)["C"])
    assert run.value("accuracy") == accuracy(run.problem, before)
    assert "before update 77" in training_frame(scene, 120, 40)
    runs.cursor = None
    newest = runs.scene(RenderOptions(), "confusion").runs[0].moment
    assert newest is not None
    assert all((newest.parameters[s] == value).all() for s, value in line.parameters(300).items())


def test_what_is_wrong_is_counted_by_the_answers() -> None:
    """The samples that the plane marks are those that the table of classes has off its diagonal."""
    run = run_to(runs_of("moons"), 40).runs[0]
    parameters = run.recording.state()[1]
    every = np.arange(len(run.problem.samples))
    found = confusion(run.problem, parameters, every)
    assert found is not None
    labels = np.array([sample.target[0] for sample in run.problem.samples])  # type: ignore[index]
    wrong = int((predict(run.problem, parameters) != labels).sum())
    assert wrong == int(found.counts.sum() - np.trace(found.counts)) > 0
    scene = run_to(runs_of("moons"), 40).scene(RenderOptions(), "boundary")
    assert f"{wrong} of 200 wrong" in training_frame(scene, 120, 40)


def test_what_falls_below_0_is_on_no_log_scale() -> None:
    """As the loss `output` may: neither is it called one, nor is a number left out."""
    scene = run_to(runs_of("mazur"), 5).scene(RenderOptions(), "cost")
    costs = Curve(np.arange(1, 6), np.array([100.0, 1.0, 0.1, 0.5, -3.0]))
    run = replace(scene.runs[0], costs=costs)
    text = "".join(map(plain, draw_cost(replace(scene, runs=(run,)), run, 80, 12)))
    assert "log" not in text
    assert "−3" in text


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (600, "10 min"), (9000, "2 h")],
)
def test_a_time_that_is_left(seconds: float, told: str) -> None:
    """As a person says it."""
    assert duration(seconds) == told
