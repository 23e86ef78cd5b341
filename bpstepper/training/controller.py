"""The training view's controller: opens it, goes from it into an update, and back.

The runs are kept here as long as the scenario stays what it was, so that nothing that was run is
lost by looking at a step. What the view is like is `training`'s; it loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpstepper.app.editing import EditingController
from bpstepper.app.host import Host

if TYPE_CHECKING:
    from bpstepper.training.screen import Left
    from bpstepper.training.screen_runs import TrainingRuns

__all__ = ["TrainingController"]


class TrainingController:
    """Trains the scenario that the host shows, on a screen of its own."""

    def __init__(self, host: Host, editing: EditingController) -> None:
        self._host = host
        self._editing = editing
        self._runs: TrainingRuns | None = None
        self._pane = "cost"
        self._came_from_training = False
        self._goes_on = False

    def open(self) -> None:
        """Open the training view: on what was run of this scenario, else on a new run."""
        from bpstepper.training.screen_runs import TrainingRuns

        if self._runs is None or not self._runs.is_about(self._host.session.scenario):
            self._runs = TrainingRuns(self._editing.history())
            self._goes_on = True
        self._open_training(self._runs)

    def _open_training(self, runs: TrainingRuns) -> None:
        from bpstepper.training.screen import TrainingScreen

        screen = TrainingScreen(runs, self._host.look, self._pane, self._goes_on)
        self._came_from_training = False
        self._host.open(screen, self._left)

    def _left(self, left: Left | None) -> None:
        if left is None or self._runs is None:
            return
        self._pane, self._goes_on = left.pane, left.was_running
        if left.quits:
            self._host.quit()
        elif left.update:
            self._came_from_training = True
            run = self._runs.runs[left.run]
            session = run.opened(left.update).to_equation()
            said = f"update {left.update:,} of the training: Esc goes back to it"
            if self._host.session.scenario is run.problem:
                self._host.arrive(session, said)
            else:  # the run that is compared is an edit, which can be taken back
                self._editing.take(run.desk.moved(session), f"with {run.words}. {said}")

    def back(self) -> bool:
        """Go back to the view that this update was opened from; return whether it was."""
        runs = self._runs
        if not self._came_from_training or runs is None:
            return False
        if not runs.is_about(self._host.session.scenario):
            return False
        self._open_training(runs)
        return True
