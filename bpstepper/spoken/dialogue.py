"""`bpstepper NAME --plain`: the stepper as a dialogue of lines, for screen readers and pipes.

A line is a command, an answer is narration.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import TextIO

from bpstepper.commands import dialogue
from bpstepper.commands.dialogue import Command, say
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean
from bpstepper.session import GoError, Session
from bpstepper.spoken.mathematics import spoken
from bpstepper.spoken.narration import narrate, narrate_number, narrate_why

__all__ = ["Dialogue", "run_plain"]

_SLICE = 2000  # updates computed between two looks at the clock
_PATIENCE = 2.0  # seconds of silence while a long way is computed


class Dialogue(dialogue.Dialogue):
    """A session that is moved by lines of text.

    Attributes:
        session: where we are.
    """

    prompt = "bpstepper> "

    def __init__(self, session: Session, look: RenderOptions) -> None:
        super().__init__(look)
        self.session = session
        self._explained: Session | None = None

    def answer(self, line: str) -> Iterator[str]:
        """Do what a line says; yield what there is to say about it."""
        try:
            yield from super().answer(line)
        except GoError as error:
            yield clean(spoken(str(error)))

    def otherwise(self, line: str) -> Iterator[str]:
        """There is no such command."""
        yield f"There is no command {clean(line.split()[0][:20])}. Type ? for those there are."

    def here(self) -> Iterator[str]:
        """All about where we are."""
        return narrate(self.session, self.look)

    def move(self, to: Callable[[Session], Session]) -> Iterator[str]:
        """Move, and tell where we are now."""
        self.session = to(self.session)
        yield from self.here()

    def go(self, place: str) -> Iterator[str]:
        """Go to a place by its name."""
        self._travel(self.session.destination(place).update)
        yield from self.move(lambda session: session.go(place))

    def go_to_update(self, number: str) -> Iterator[str]:
        """Go to an update by its number, or to the next one."""
        if number and not (number.isascii() and number.isdigit() and len(number) < 20):
            raise GoError("a number is needed, as in u 500")
        update = int(number) if number else self.session.cursor.update + 1
        self._travel(self.session.destination(f"update {update}").update)
        yield from self.move(lambda session: session.to_update(update))

    def _travel(self, update: int) -> None:
        """Compute the way to an update; a long one is not passed in silence."""
        told = time.monotonic()
        while update and (left := self.session.line.prepare(update - 1, _SLICE)):
            if time.monotonic() - told > _PATIENCE:
                print(f"computing, {left} updates to go", file=sys.stderr, flush=True)
                told = time.monotonic()

    def next_cell(self, _argument: str) -> Iterator[str]:
        """Spell out the next number of the result."""
        self.session = self.session.next_cell()
        yield from self.number()

    def number(self) -> Iterator[str]:
        """The chosen number; before the first step there is none."""
        if self.session.at_start:
            yield "There is no number yet. Press Enter for the first step."
        yield from narrate_number(self.session, self.look)

    def why(self, _argument: str) -> Iterator[str]:
        """The whole explanation; asked again at the same place, with the answers."""
        again = self._explained is self.session
        self._explained = self.session
        plain = list(narrate_why(self.session, self.look))
        whole = list(narrate_why(self.session, self.look, answers=True))
        yield from whole if again else plain
        if not again and whole != plain:
            yield "Type y again for the answers."

    def help(self, _argument: str) -> Iterator[str]:
        """What can be typed."""
        for command in self.commands:
            typed = " or ".join(word or "an empty line" for word in command.words)
            yield f"{typed}{command.argument and ' '}{command.argument}: {command.help}."


def _moving(to: Callable[[Session], Session]) -> Callable[[Dialogue, str], Iterator[str]]:
    return lambda dialogue, _argument: dialogue.move(to)


Dialogue.commands = (
    Command(
        ("n", "next", ""), "", "next step, or next operation inside a step", _moving(Session.next)
    ),
    Command(("b", "back"), "", "back to where you were", _moving(Session.back)),
    Command(("i", "into"), "", "into the step: one operation at a time", _moving(Session.into)),
    Command(("o", "out"), "", "out again, up to whole phases", _moving(Session.out)),
    Command(("c", "cell"), "", "spell out the next number of the result", Dialogue.next_cell),
    Command(("y", "why"), "", "why this step is what it is; again, with answers", Dialogue.why),
    Command(("g", "go"), "PLACE", "go anywhere by name: delta1, BP2, epoch 3, start", Dialogue.go),
    Command(("u", "update"), "N", "go to update N; without N, to the next", Dialogue.go_to_update),
    Command(("r", "repeat"), "", "say again where we are", _moving(lambda session: session)),
    Command(("?", "help"), "", "this list", Dialogue.help),
    Command(("q", "quit"), "", "quit", Dialogue.quit),
)


def run_plain(session: Session, look: RenderOptions, typed: TextIO | None = None) -> int:
    """Talk until the input ends or somebody quits; return the exit status.

    Args:
        session: where to begin.
        look: the charset, and the digits of numbers.
        typed: where commands come from; by default standard input.
    """
    talk = Dialogue(session, look)
    say(talk.here(), look)
    say(["Press Enter for the first step, type ? for all commands."], look)
    talk.converse(typed if typed is not None else sys.stdin)
    return 0
