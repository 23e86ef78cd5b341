"""A dialogue of lines: what is typed is answered, until one of both has had enough.

There is no screen: nothing is drawn over, and what was said stays where it was, so that it can be
read aloud, logged and piped in. On a terminal there is a prompt.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from bpstepper.commands.common import take_any_byte
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean

__all__ = ["Command", "Dialogue", "say"]


@dataclass(frozen=True)
class Command:
    """One row of what can be typed.

    Attributes:
        words: what can be typed for it; the first one is shown.
        argument: what has to follow, as help shows it; empty where nothing does.
        help: what it does.
        answer: what is done to a dialogue, with what was typed behind the word.
    """

    words: tuple[str, ...]
    argument: str
    help: str
    answer: Callable[[Any, str], Iterator[str]]


class Dialogue:
    """Who answers lines of text.

    Attributes:
        prompt: what a terminal shows before each line.
        longest: characters of a line; what follows on the same line is dropped.
        commands: what can be typed.
        look: the charset, and the digits of numbers.
        over: whether it is at its end.
    """

    prompt = ""
    longest = 1000
    commands: Sequence[Command] = ()

    def __init__(self, look: RenderOptions) -> None:
        self.look = look
        self.over = False

    def otherwise(self, line: str) -> Iterator[str]:
        """What there is to say about a line that is no command."""
        raise NotImplementedError

    def answer(self, line: str) -> Iterator[str]:
        """Do what a line says; yield what there is to say about it."""
        word, argument = (*line.split(maxsplit=1), "", "")[:2]
        for command in self.commands:
            if word.lower() in command.words:
                return command.answer(self, argument.strip())
        return self.otherwise(line)

    def quit(self, _argument: str) -> Iterator[str]:
        """End."""
        self.over = True
        return iter(())

    def converse(self, typed: TextIO | None) -> None:
        """Answer until the input ends or the dialogue is over."""
        prompt = self.prompt if typed is not None and typed.isatty() else ""
        for line in _lines(typed, prompt, self.longest):
            say(self.answer(line), self.look)
            if self.over:
                return


def say(lines: Iterable[str], look: RenderOptions) -> None:
    """Print lines in the alphabet of a look."""
    for line in lines:
        print(look.charset.translate(clean(line)))
    sys.stdout.flush()


def _lines(typed: TextIO | None, prompt: str, longest: int) -> Iterator[str]:
    """What is typed, line by line; of a line that does not end, only its beginning is kept."""
    take_any_byte(typed)
    while typed is not None:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        try:
            line = rest = typed.readline(longest)
            while rest and not rest.endswith("\n"):
                rest = typed.readline(longest)
        except OSError:  # the terminal has gone: nothing more will be typed
            return
        if not line:
            if prompt:
                print()
            return
        yield line
