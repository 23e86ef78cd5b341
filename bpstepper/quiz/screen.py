"""The quiz screen: keys and typed answers in, frames out; what a quiz is, is the lesson's.

Choosing questions and grading answers may mean running every known mistake, so both are done off
the event loop; the screen says so where it takes longer than a moment, and can be left meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from bpstepper.app.background import in_background
from bpstepper.app.editing import new_file
from bpstepper.app.frame_screen import FrameScreen
from bpstepper.app.prompts import LinePrompt
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean
from bpstepper.files import shown, write_whole
from bpstepper.pages.frame import SMALLEST
from bpstepper.quiz import LONGEST, Question, Round, Sheet
from bpstepper.quiz.page import LABEL_CELLS, QuizScene, compose_quiz, prompts
from bpstepper.quiz.report_json import record

__all__ = ["AnswerLine", "QuizScreen"]

_MOMENT = 0.2  # seconds of work that need no words
_HELP = (
    "Type an answer and press Enter; a decimal comma is understood. While the line is empty, h is "
    "a hint (there are three), v shows the answer, s skips the question. Esc leaves."
)
_KEYS = {"h": "hint", "v": "show", "s": "skip", "?": "help"}
"""What a key does in an empty line: no answer begins with any of these."""

Made = TypeVar("Made")


class AnswerLine(Input):
    """The line that one types into; while it is empty, some letters are commands."""

    DEFAULT_CSS = """
    AnswerLine:ansi > .input--cursor {
        text-style: reverse; background: ansi_default; color: ansi_default;
    }
    """  # where there is no colour, the cursor is seen all the same

    class Command(Message):
        """A command was given."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def on_key(self, event: events.Key) -> None:
        """Take a command's letter before it is typed."""
        name = _KEYS.get(event.character or "")
        if not self.value and name is not None:
            event.stop()
            event.prevent_default()
            self.post_message(self.Command(name))


class QuizScreen(FrameScreen[str | None]):
    """A quiz over the stepper; it is left with what there is to say about it."""

    DEFAULT_CSS = f"""
    QuizScreen {{
        layers: page line;
        & > FrameView {{ layer: page; }}
        & > AnswerLine, & > AnswerLine:focus {{
            layer: line; dock: bottom; margin: 0 0 1 {LABEL_CELLS};
            height: 1; width: 1fr; border: none; padding: 0; background: $background;
        }}
    }}
    """
    AUTO_FOCUS = ""  # Textual's own choice would be the line even while it is hidden
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape", "leave", "back"),
        Binding("enter,space,right,n,pagedown", "next", "next question"),
        Binding("r", "again", "repeat what was missed"),
        Binding("S", "save", "save the record"),
        Binding("f1", "help", "what can be typed"),
        Binding("tab,shift+tab", "nothing", priority=True),
    ]

    def __init__(
        self,
        sheet: Sheet,
        choose: Callable[[Sheet], Sequence[Question]],
        nothing: str,
        look: RenderOptions,
    ) -> None:
        """Open a quiz.

        Args:
            sheet: the update that is asked about.
            choose: makes the questions; it may take long.
            nothing: what to say where it makes none.
            look: how things are drawn; the letters are the book's.
        """
        super().__init__()
        self._choose, self._nothing = choose, nothing
        self.scene = QuizScene(sheet, None, replace(look, notation="book"))
        self._line = AnswerLine(max_length=LONGEST, select_on_focus=False)
        self._looked_at: Round | None = None

    def compose(self) -> ComposeResult:
        """The page, and over its last line but one the line that is typed into."""
        self._line.display = False
        yield self._canvas
        yield self._line

    def on_mount(self) -> None:
        """Show that there is going to be a quiz, and choose its questions."""
        self._draw()
        self._begin()

    def draw_frame(self, columns: int, lines: int) -> None:
        """The question, and the line to type into where there is one."""
        self._canvas.show(compose_quiz(self.scene, columns, lines))
        wanted = prompts(self.scene) and columns >= SMALLEST[0] and lines >= SMALLEST[1]
        if not wanted:
            self.set_focus(None)  # what is hidden would go on to take the keys
        if self._line.display != wanted:
            self._line.display = wanted
        if wanted and not self._line.has_focus:
            self._line.focus()

    def _show(self, game: Round | None, message: str = "") -> None:
        self.scene = replace(self.scene, round=game, message=message)
        self._draw()

    # ── what may take long ───────────────────────────────────────────────────────────────────

    async def _made(self, making: Callable[[], Made], said: str) -> Made:
        """Do some work off the event loop, and say so if it takes longer than a moment."""
        before = self.scene.round
        future = in_background(making)
        done, _ = await asyncio.wait({future}, timeout=_MOMENT)
        if not done and self.scene.round is before:
            self._show(before, said)
        return await future

    @work(exclusive=True)
    async def _begin(self) -> None:
        choose = partial(self._choose, self.scene.sheet)
        asked = await self._made(choose, "Choosing questions… Esc leaves.")
        if asked:
            self._show(Round.of(asked))
        else:
            self._show(None, self._nothing)

    @work(exclusive=True)
    async def _answer(self, game: Round, text: str) -> None:
        self._looked_at = game
        grading = partial(game.answer, text, self.scene.sheet)
        graded = await self._made(grading, "Looking at your answer… Esc leaves.")
        if self.scene.round is game:  # it may have been left meanwhile
            reply = graded.reply
            understood = reply is not None and reply.attempts[-1].grade is not None
            if understood and self._line.value == text:
                self._line.value = ""  # what was not understood stays, to be mended
            self._show(graded)

    @property
    def _busy(self) -> bool:
        """Whether an answer to what is asked now is being looked at."""
        return self._looked_at is not None and self._looked_at is self.scene.round

    # ── keys ─────────────────────────────────────────────────────────────────────────────────

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """An answer was given."""
        event.stop()
        game = self.scene.round
        if self._busy or game is None:
            return
        if not prompts(self.scene):  # the keys were faster than the line could be taken away
            self.action_next()
        elif event.value.strip():
            self._answer(game, event.value)
        else:
            self._show(game, _HELP)

    def on_answer_line_command(self, event: AnswerLine.Command) -> None:
        """A hint, the answer, the next question, or what can be typed."""
        game = self.scene.round
        if self._busy or game is None:
            return
        if event.name == "help":
            self._show(game, _HELP)
        else:
            moves = {"hint": game.hint, "show": game.show, "skip": game.skip}
            self._show(moves[event.name]())

    def action_help(self) -> None:
        """Say what can be typed."""
        if prompts(self.scene) and not self._busy:
            self._show(self.scene.round, _HELP)

    def action_next(self) -> None:
        """The next question, after one that is done."""
        game = self.scene.round
        if game is not None and not self._busy:
            self._show(game.next())

    def action_again(self) -> None:
        """A new round of the questions that were missed."""
        game = self.scene.round
        if game is not None and game.over and game.missed:
            self._show(game.again())

    def action_leave(self) -> None:
        """To the score, where anything was done; from there, and else, back to the stepper."""
        game = self.scene.round
        if game is not None and not game.over and game.begun:
            self._line.value = ""
            self._show(game.leave())
        elif self.is_current:
            said = f"quiz: {game.right} of {len(game.replies)} right" if game else ""
            self.dismiss(said if game is not None and game.begun else None)

    def action_nothing(self) -> None:
        """The focus stays where it is."""

    # ── the record ───────────────────────────────────────────────────────────────────────────

    def action_save(self) -> None:
        """Ask for a file, and write the record of this round."""
        game = self.scene.round
        columns, lines = self.app.size
        if game is None or not game.over or columns < SMALLEST[0] or lines < SMALLEST[1]:
            return
        name = self.scene.sheet.scenario.name or "scenario"
        prompt = LinePrompt(
            "Save the record of this quiz for the teacher, answers and all",
            "the name of a new file, as quiz.json",
            "quiz.json",
            partial(new_file, ending=".json"),
            self.scene.look.charset,
            f"{clean(name)}-quiz.json",
        )
        self.app.push_screen(prompt, self._save)

    def _save(self, name: str | None) -> None:
        game = self.scene.round
        if name is None or game is None:
            return
        sheet = self.scene.sheet
        told = record(sheet, sheet.scenario.network.seed, game.replies)
        try:
            write_whole(name.strip(), [json.dumps(told, ensure_ascii=False, indent=1), "\n"])
        except OSError as error:
            self._show(game, f"not saved: {error.strerror or error}")
        else:
            self._show(game, f"saved as {shown(name.strip())}")
