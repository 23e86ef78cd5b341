"""Frames of the training page for golden files: a run as it begins, goes on and ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import plain
from bpstepper.session.editing import EditHistory
from bpstepper.training.keys import hints
from bpstepper.training.page import compose_training
from bpstepper.training.page_context import TrainingScene
from bpstepper.training.screen_runs import TrainingRuns
from tests.mode_goldens import ModeGolden
from tests.scenes import opened

__all__ = ["TRAININGS", "run_to", "runs_of", "training_frame"]


def runs_of(name: str) -> TrainingRuns:
    """The runs of a scenario, before anything is run."""
    return TrainingRuns(EditHistory.of(opened(name)))


def run_to(runs: TrainingRuns, update: int) -> TrainingRuns:
    """The same runs, each at this update; or where it ended before."""
    for run in runs.runs:
        with np.errstate(all="ignore"):
            run.recording.advance(update - run.recording.done)
    return runs


def training_frame(scene: TrainingScene, columns: int, lines: int) -> str:
    """A frame as text, blanks at the ends of lines aside."""
    drawn = compose_training(scene, columns, lines, hints(scene.state))
    return "\n".join(plain(line).rstrip() for line in drawn)


def _frames(look: RenderOptions, columns: int, lines: int) -> Iterator[tuple[str, str]]:
    for name, scene in _told(look):
        yield name, training_frame(scene, columns, lines)


TRAININGS = (
    ModeGolden("training", _frames, (80, 24)),
    ModeGolden("training", _frames, (120, 40)),
    ModeGolden("training", _frames, (80, 24), ascii=True),
    ModeGolden("training", _frames, (60, 18)),
)
"""Every golden file of the training page."""


def _told(look: RenderOptions) -> Iterator[tuple[str, TrainingScene]]:
    """A training as it goes on, with a name for each of its states."""
    runs = runs_of("moons")
    yield "nothing is run so far", runs.scene(look, "cost")
    run_to(runs, 260).is_running = True
    yield "running", replace(runs.scene(look, "cost"), rate=12_345.6, left=0.14)
    runs.is_running, runs.cursor = False, 41
    yield "paused, at an update", runs.scene(look, "gradient")
    yield "the decision boundary there", runs.scene(look, "boundary")
    runs.cursor = None
    yield "the classes", runs.scene(look, "confusion")
    yield "the weights", runs.scene(look, "weights", "said once")
    runs.compare("training.optimizer = sgd; training.learning_rate = 0.5")
    run_to(runs, 260).cursor = 257
    yield "two runs compared", runs.scene(look, "accuracy")
    yield "their gradients", runs.scene(look, "gradient")
    runs.runs[0].recording.advance(40)
    runs.cursor = 300
    yield "where one has not come so far", runs.scene(look, "boundary")
    runs = runs_of("linear-neuron-a")
    runs.train_until("400 updates")
    runs.compare("training.learning_rate = 9")
    yield "a run that ended", run_to(runs, 400).scene(look, "flat")
