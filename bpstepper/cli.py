"""The command line: what was asked for, and how the process ends.

Parsing stands here; what a command does is in `commands`, loaded only when it is called for. The
exit status is a promise: 0 done, 1 a check failed, 2 the input or the usage was wrong, 130
interrupted, 128 + n ended by signal n. stdout is data, stderr is narration, and nothing a user
types ends in a traceback.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from bpstepper import __version__, streams

__all__ = ["COMMANDS", "build_parser", "main"]

_EPILOG = """\
commands:
{commands}

examples:
  bpstepper                                choose a scenario
  bpstepper mazur                          step through a bundled one
  bpstepper my.toml --set training.learning_rate=0.1
  bpstepper mazur --plain                  the same in sentences, for screen readers
  bpstepper trace mazur --format json      every step, no terminal needed
  bpstepper check my.toml                  are its gradients and its numbers right?

exit status: 0 done; 1 a check failed; 2 the input or the usage was wrong;
130 interrupted; 128+n ended by signal n
"""


@dataclass(frozen=True)
class Command:
    """One row of the table of commands.

    Attributes:
        name: as one types it.
        module: where its `add_arguments(parser)` and `run(arguments)` are.
        help: one line.
        examples: shown below its own help.
    """

    name: str
    module: str
    help: str
    examples: tuple[str, ...]


COMMANDS: dict[str, Command] = {
    row.name: row
    for row in (
        Command(
            "trace",
            "bpstepper.commands.trace",
            "every step of the first updates, as text or JSON",
            ("bpstepper trace mazur", "bpstepper trace mazur --updates 3 --format json"),
        ),
        Command(
            "check",
            "bpstepper.commands.check",
            "validate, check every gradient numerically, hold published numbers",
            ("bpstepper check mazur", "bpstepper check --all", "bpstepper check my.toml --watch"),
        ),
        Command(
            "train",
            "bpstepper.training.command",
            "run many updates fast; loss, accuracy and final parameters",
            (
                "bpstepper train mazur --updates 10000 --plot",
                "bpstepper train moons --patience 5 --save w.npz",
                "bpstepper train moons --sweep network.seed=1,2,3 --sort C_held_out",
            ),
        ),
        Command(
            "mistakes",
            "bpstepper.buglab.command",
            "the bug lab: what comes of the usual mistakes, and who would notice",
            ("bpstepper mistakes mazur", "bpstepper mistakes mazur --mistake no_transpose"),
        ),
        Command(
            "quiz",
            "bpstepper.quiz.command",
            "what is the next number? Questions, hints, and what a wrong answer comes from",
            ("bpstepper quiz mazur", "bpstepper quiz mazur --topic BP2 --format json"),
        ),
        Command(
            "list",
            "bpstepper.commands.library",
            "the bundled courses and scenarios, and those in this folder",
            ("bpstepper list", "bpstepper list --format json"),
        ),
        Command(
            "schema",
            "bpstepper.commands.schema",
            "the JSON Schema of scenario files, of courses, or of the trace",
            ("bpstepper schema", "bpstepper schema --of trace"),
        ),
        Command(
            "new",
            "bpstepper.commands.new",
            "write a commented starter scenario",
            ("bpstepper new my.toml",),
        ),
        Command(
            "diagnose",
            "bpstepper.commands.diagnose",
            "what to know about this terminal when the display is wrong",
            ("bpstepper diagnose", "bpstepper diagnose --format json"),
        ),
    )
}
_OPEN = Command("open", "bpstepper.commands.open", "open a scenario in the stepper", ())
_LATER = ("serve", "web", "notes")
"""Names that the public contract keeps for commands of later versions."""


def build_parser(command: Command) -> argparse.ArgumentParser:
    """The parser of one command; `open` is the program itself."""
    top = command is _OPEN
    listing = "\n".join(f"  {row.name:<10}{row.help}" for row in COMMANDS.values())
    examples = "examples:\n" + "\n".join(f"  {example}" for example in command.examples)
    parser = argparse.ArgumentParser(
        prog="bpstepper" if top else f"bpstepper {command.name}",
        usage=None if not top else "bpstepper [NAME-or-FILE | COMMAND] [options]",
        description=(
            "Step through backpropagation: every matrix, every transpose, every product."
            if top
            else command.help
        ),
        epilog=_EPILOG.format(commands=listing) if top else examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if top:
        parser.add_argument("--version", action="version", version=f"bpstepper {__version__}")
    import_module(command.module).add_arguments(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    streams.prepare()
    try:
        with _ended_in_order():
            status = _dispatch(arguments)
            streams.tell_lost(status)
            sys.stdout.flush()
            return status
    except KeyboardInterrupt:
        return 130
    except _Ended as ended:
        return ended.status
    except BrokenPipeError:
        # whoever read us has had enough, as `| head` has; nothing more may be written
        streams.silence()
        return 128 + 13
    except streams.OutputError as error:
        streams.silence()
        print(f"bpstepper: cannot write to standard output: {error}", file=sys.stderr)
        return 2


class _Ended(BaseException):
    """A signal asks the process to end; on its way out it leaves no half of a file behind."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


def _end(number: int, _frame: object) -> None:
    raise _Ended(number)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Within this, signals that end a process raise `_Ended`, unless somebody cares for them."""
    ours = []
    if threading.current_thread() is threading.main_thread():
        known = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]
        ours = [n for n in known if n is not None and signal.getsignal(n) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _dispatch(arguments: list[str]) -> int:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None and arguments and arguments[0] in _LATER:
        print(f"bpstepper: {arguments[0]} is not in this version", file=sys.stderr)
        return 2
    if command is None and arguments and (near := _meant(arguments[0])):
        from bpstepper.commands.common import printable_path

        said = f"there is no scenario, file or command called {printable_path(arguments[0])}"
        print(f"bpstepper: {said}; did you mean `bpstepper {near}`?", file=sys.stderr)
        return 2
    rest = arguments if command is None else arguments[1:]
    command = command or _OPEN
    try:
        parsed = build_parser(command).parse_args(rest)
    except SystemExit as stop:  # argparse has said what was wrong, or printed its help
        return int(stop.code or 0)
    from bpstepper.commands.common import CommandError

    try:
        status = import_module(command.module).run(parsed)
    except CommandError as error:
        print(error, file=sys.stderr)
        return error.status
    return int(status)


def _meant(word: str) -> str:
    """The command that a word comes near to, where nothing else has that name."""
    import difflib

    near = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.75)
    if not near or os.path.lexists(word):
        return ""
    from bpstepper.scenario import library

    return near[0] if library.path(word) is None else ""
