"""The training view: a run in slices, a screen that stays live, and any update of it one key away.

Between two slices keys are heard and frames go out; how a run is drawn is `training.page`'s, and
what it has come to is kept by who opened the view, so that leaving it and a change of the
terminal's size lose nothing.
"""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content

from bpstepper.app.frame_screen import FrameScreen
from bpstepper.app.overlays import TextOverlay
from bpstepper.app.prompts import LinePrompt
from bpstepper.drawing.charset import Charset
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.pages.frame import SMALLEST
from bpstepper.training.keys import KEYS, hints
from bpstepper.training.page import compose_training
from bpstepper.training.page_panes import panes_of
from bpstepper.training.screen_runs import TrainingRuns
from bpstepper.training.stopping import STOPS

__all__ = ["Left", "TrainingScreen"]

_SLICE = 0.008  # seconds of training between two looks at the keyboard
_FRAME = 0.12  # seconds between two frames of a run, at least
_LEAN = 1.0  # the same over a slow line
_SHARE = 8.0  # how many times as long a run goes on as a frame takes to draw
_PAINT = 0.012  # seconds in which a frame goes out before training goes on
_HOPS = 8  # turns of the event loop in which a key comes from the terminal to its action


class Left(NamedTuple):
    """How the view was left: back, to an update of one of its runs, or the program altogether.

    Attributes:
        update: the update to step through; 0 for none.
        run: of which run.
        quits: whether the program is to end.
        pane: the pane that was chosen.
        was_running: whether the run was going on.
    """

    update: int = 0
    run: int = 0
    quits: bool = False
    pane: str = "cost"
    was_running: bool = False


class TrainingScreen(FrameScreen[Left]):
    """The view. What it shows is its `runs`', which outlive it."""

    AUTO_FOCUS = ""
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding(row.keys, row.action, row.help, show=False, priority="tab" in row.keys)
        for row in KEYS
    ]

    def __init__(
        self, runs: TrainingRuns, look: RenderOptions, pane: str = "cost", goes: bool = True
    ):
        """Open the view.

        Args:
            runs: what is trained, and how far it is.
            look: how things are drawn.
            pane: the pane to begin with.
            goes: whether to begin to train, or to go on, at once.
        """
        super().__init__()
        self.runs = runs
        self.look = look
        self.pane = pane
        self._goes = goes
        self._message = ""
        self._pressed = False

    def compose(self) -> ComposeResult:
        """One view; the frame is drawn elsewhere."""
        yield self._canvas

    def on_mount(self) -> None:
        """Show what there is, and go on with it."""
        self._draw()
        if self._goes and not self.runs.is_over:
            self._train()

    def draw_frame(self, columns: int, lines: int) -> None:
        """The training as far as it is."""
        scene = self.runs.scene(self.look, self.pane, self._message)
        self._canvas.show(compose_training(scene, columns, lines, hints(scene.state)))

    def tell(self, message: str = "") -> None:
        """Say something until the next key, and draw."""
        self._message = message
        self._draw()

    # ── running ──────────────────────────────────────────────────────────────────────────────

    @work(exclusive=True)
    async def _train(self) -> None:
        runs = self.runs
        runs.go()
        shown = took = 0.0
        while runs.is_running:
            runs.advance(_SLICE)
            now = time.perf_counter()
            if now - shown > max(_LEAN if self.look.lean else _FRAME, _SHARE * took):
                self._draw()
                shown = time.perf_counter()
                took = shown - now
                await asyncio.sleep(_PAINT)
            for _ in range(_HOPS):
                await asyncio.sleep(0)
            if self._pressed:  # what it makes goes out first
                self._pressed = False
                await asyncio.sleep(_PAINT)
        self._over()

    def _over(self) -> None:
        """Say what can be done when what was planned is done."""
        endings = [run.recording.ending for run in self.runs.runs]
        if self.runs.is_over and not any(endings) and not self._message:
            done = self.runs.done
            made = "1 update is" if done == 1 else f"{done:,} updates are"
            self._message = f"{made} done, as planned. Space goes on to more."
        self._draw()

    def on_key(self, _event: events.Key) -> None:
        """Whatever is pressed takes the message away, and is answered before training goes on."""
        self._pressed = True
        self._message = ""

    # ── keys ─────────────────────────────────────────────────────────────────────────────────

    def action_go(self) -> None:
        """Pause, or go on."""
        runs = self.runs
        if runs.is_running:
            runs.is_running = False
            self.tell()
        elif not runs.is_over or runs.farther():
            self.tell()
            self._train()
        else:
            self.tell("it has ended: u trains until something else")

    def action_leave(self) -> None:
        """End a run that goes on, else leave."""
        if self.runs.is_running:
            self.runs.is_running = False
            self.tell(f"cancelled after {self.runs.done:,} updates. Space goes on, Esc leaves.")
        elif self.is_current:
            self.dismiss(Left(pane=self.pane))

    def action_quit(self) -> None:
        """Leave the program."""
        self.runs.is_running = False
        if self.is_current:
            self.dismiss(Left(quits=True))

    def action_open(self, run: int) -> None:
        """Step through the update at the cursor."""
        runs = self.runs
        if run >= len(runs.runs):
            self.tell("there is one run only: c compares it with a second one")
            return
        done = runs.runs[run].recording.done
        update = done if runs.cursor is None else runs.cursor
        if not 1 <= update <= done:
            self.tell("this run has not come so far" if update else "nothing is run so far")
            return
        was_running, runs.is_running = runs.is_running, False
        if self.is_current:
            self.dismiss(Left(update, run, pane=self.pane, was_running=was_running))

    def action_move(self, by: int) -> None:
        """Move the cursor by points of the curve."""
        self.runs.move(by)
        self._draw()

    def action_leap(self, by: int) -> None:
        """Move the cursor far."""
        self.runs.leap(by)
        self._draw()

    def action_first(self) -> None:
        """The cursor to the first update."""
        self.runs.cursor = 1 if self.runs.done else None
        self._draw()

    def action_newest(self) -> None:
        """Follow the newest update."""
        self.runs.cursor = None
        self._draw()

    def action_turn(self, by: int) -> None:
        """The next pane."""
        keys = self._panes()
        self._choose(keys[(keys.index(self.pane) + by) % len(keys)])

    def action_pane(self, number: int) -> None:
        """A pane by its number."""
        keys = self._panes()
        if number <= len(keys):
            self._choose(keys[number - 1])

    def _panes(self) -> list[str]:
        return [pane.key for pane in panes_of(self.runs.runs[0].problem)]

    def _choose(self, pane: str) -> None:
        self.pane = pane
        self._draw()

    # ── prompts ──────────────────────────────────────────────────────────────────────────────

    def _ask(self, prompt: LinePrompt, then: str) -> None:
        columns, lines = self.app.size
        if columns < SMALLEST[0] or lines < SMALLEST[1]:
            return

        def answered(text: str | None) -> None:
            if text is not None:
                getattr(self, then)(text)

        self.app.push_screen(prompt, answered)

    def action_find(self) -> None:
        """Ask for an update, and put the cursor there."""
        known = f"1 to {self.runs.done:,}"
        check = self.runs.check_update
        prompt = LinePrompt("Cursor to update", known, "34000", check, self.look.charset)
        self._ask(prompt, "_find")

    def _find(self, text: str) -> None:
        self.runs.cursor = self.runs.check_update(text)
        self._draw()

    def action_until(self) -> None:
        """Ask how long to train."""
        known = "   ".join(["5000 updates", "20 epochs", *(row.usage for row in STOPS[:3])])
        example = "100000 updates, or C < 0.01, or both"
        check = self.runs.check_until
        prompt = LinePrompt("Train until", known, example, check, self.look.charset)
        self._ask(prompt, "_until")

    def _until(self, text: str) -> None:
        self.tell(self.runs.train_until(text))
        self._train()

    def action_compare(self) -> None:
        """Ask for what is other in a second run."""
        known = "training.optimizer = adam   network.seed = 3   or another scenario by name"
        example = "several with ; between them; nothing for one run again"
        label = "Compare with a second run, in which"
        check = self.runs.changed
        prompt = LinePrompt(label, known, example, check, self.look.charset)
        self._ask(prompt, "_compare")

    def _compare(self, text: str) -> None:
        self.tell(self.runs.compare(text))
        self._train()

    def action_help(self) -> None:
        """Show the keys."""
        columns, lines = self.app.size
        if columns >= SMALLEST[0] and lines >= SMALLEST[1]:
            self.app.push_screen(_Keys(self.look.charset))


class _Keys(TextOverlay):
    """The keys of the view."""

    def __init__(self, charset: Charset) -> None:
        super().__init__("Training", charset)

    def page(self) -> list[Content]:
        """The table of keys."""
        translate = self._charset.translate
        rows = [self.plain(f"{translate(row.shown):<11}{row.help}") for row in KEYS if row.shown]
        words = [self.plain(f"{row.usage:<24}{row.help}") for row in STOPS]
        return [
            Content("\n").join(rows),
            Content("\n").join([self.plain("Train until", "bold"), *words]),
        ]
