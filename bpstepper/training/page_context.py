"""What the training page is a function of: runs as they are at a moment, frozen.

A run is what a `learning` Recording has come to, with the network as it was at the cursor. Pictures
of that network are made when they are first drawn, and kept with it: at the next frame of the same
moment they cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.engine.compile.network import Array
from bpstepper.engine.symbols import Symbol
from bpstepper.scenario.model import Scenario
from bpstepper.training.measures import MEASURES, Sets
from bpstepper.training.recording import Recording
from bpstepper.training.thinning import Curve

__all__ = ["LETTERS", "Moment", "RunSeen", "TrainingScene", "seen"]

LETTERS = "AB"
"""What the runs are called, where there are two."""

_Found = TypeVar("_Found")


@dataclass(frozen=True, eq=False)
class Moment:
    """A network at the cursor.

    Attributes:
        update: of which update.
        is_after: whether the parameters are those after it; else those that it starts from.
        parameters: all that lasts then from one update to the next; read-only.
        cost: C of the update's batch, before it moved.
    """

    update: int
    is_after: bool
    parameters: Mapping[Symbol, Array]
    cost: float
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def picture(self, key: Hashable, make: Callable[[], _Found]) -> _Found:
        """What is made of these parameters, made once."""
        if key not in self._made:
            self._made[key] = make()
        found: _Found = self._made[key]
        return found

    @property
    def when(self) -> str:
        """Which moment this is, in words."""
        if not self.update:
            return "before update 1"
        return f"{'after' if self.is_after else 'before'} update {self.update:,}"


@dataclass(frozen=True, eq=False)
class RunSeen:
    """A run as it is drawn.

    Attributes:
        letter: `A` or `B`.
        words: what is special about it.
        problem: what is trained.
        planned: how many updates are to be made.
        done: how many have been made.
        per_epoch: how many updates an epoch has.
        ending: why it ended before its time; empty where it did not.
        is_sound: whether C is finite as yet.
        costs: C of each update's batch.
        measures: key and layer → its curve.
        moment: the network at the cursor; None where the run has not come there.
    """

    letter: str
    words: str
    problem: Scenario
    planned: int
    done: int
    per_epoch: int
    ending: str
    is_sound: bool
    costs: Curve
    measures: Mapping[tuple[str, int], Curve]
    moment: Moment | None

    @property
    def in_batches(self) -> bool:
        """Whether an update sees only some of the samples, so that C of a batch jumps about."""
        return self.per_epoch > 1

    def value(self, key: str) -> float | None:
        """A measure of whole sets of samples at the cursor; None where it has no meaning."""
        moment, row = self.moment, MEASURES[key]
        if moment is None or row.of_set is None:
            return None
        sets = moment.picture("sets", lambda: Sets(self.problem, moment.parameters))
        samples = sets.held_out if row.held_out else sets.training
        if samples is None:
            return None
        of_set = row.of_set
        with np.errstate(all="ignore"):
            return moment.picture(key, lambda: of_set(samples))


@dataclass(frozen=True, eq=False)
class TrainingScene:
    """All that the training page is a function of, besides its size.

    Attributes:
        runs: one, or the two that are compared.
        look: how things are drawn.
        pane: the key of the chosen pane.
        cursor: at which update one looks; None follows the last one.
        state: "running", "paused" or "over".
        rate: updates a second of all runs together; None where nobody knows.
        left: seconds until it is over; None where nobody knows.
        message: said at the bottom, until the next key.
    """

    runs: tuple[RunSeen, ...]
    look: RenderOptions
    pane: str = "cost"
    cursor: int | None = None
    state: str = "paused"
    rate: float | None = None
    left: float | None = None
    message: str = ""

    @property
    def reach(self) -> int:
        """The update that the right edge of a curve stands for: it grows by leaps."""
        done = max(run.done for run in self.runs)
        if self.state != "running":
            return max(done, 2)
        leap = 10.0 ** np.floor(np.log10(max(done, 1)))
        far = next(int(leap * by) for by in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if leap * by >= done)
        planned = max(run.planned for run in self.runs)
        return max(min(far, planned) if planned else far, done, 2)

    def text(self, text: str) -> str:
        """Our own words in the alphabet of the look."""
        return self.look.charset.translate(text)


def seen(
    recording: Recording,
    problem: Scenario,
    per_epoch: int,
    moment: Moment | None,
    letter: str = LETTERS[0],
    words: str = "",
) -> RunSeen:
    """A run as it is now."""
    layers = range(1, problem.network.depth + 1)
    measures = {
        (row.key, layer): recording.curve(row.key, layer)
        for row in recording.measures()
        for layer in (layers if row.of_layers else (1,))
    }
    ending = recording.ending
    return RunSeen(
        letter,
        words,
        problem,
        recording.planned,
        recording.done,
        per_epoch,
        ending.says if ending else "",
        ending.is_sound if ending else True,
        recording.costs(),
        measures,
        moment,
    )
