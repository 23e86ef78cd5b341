"""What commands share: reading a scenario, choosing a look, writing results whole or not at all."""

from __future__ import annotations

import argparse
import locale
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from bpstepper import files
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.render_options import RenderOptions

if TYPE_CHECKING:
    from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
    from bpstepper.scenario.model import Scenario

__all__ = [
    "CommandError",
    "add_scenario_arguments",
    "emit",
    "positive",
    "progress",
    "read_scenario",
    "take_any_byte",
    "the_look",
    "write_whole",
]


class CommandError(Exception):
    """A command cannot go on; the message is for a person, `status` for the process."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


def add_scenario_arguments(parser: argparse.ArgumentParser, many: bool = False) -> None:
    """NAME-or-FILE, --set and --layout."""
    parser.add_argument(
        "scenario",
        nargs="*" if many else "?",
        metavar="NAME-or-FILE",
        help="a bundled scenario, a file, or - for standard input",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a key of the file, as training.learning_rate=0.1; may be repeated",
    )
    parser.add_argument(
        "--layout", metavar="L", help="write the products as column, row or torch layouts do"
    )


def positive(text: str) -> int:
    """An argument that counts something: a whole number from 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text[:40]!r}")
    return number


def read_scenario(source: str | None, arguments: argparse.Namespace) -> Scenario:
    """Read what was named, with its overrides; its warnings go to stderr.

    Raises:
        CommandError: there is no such scenario, or something is wrong with it.
    """
    from bpstepper.scenario import ScenarioError, load

    if source is None:
        raise CommandError("bpstepper: name a scenario or a file; `bpstepper list` shows them")
    check_layout(arguments.layout)
    try:
        scenario = load(source, layout=arguments.layout, overrides=arguments.set)
    except ScenarioError as error:
        raise CommandError(diagnosed(error)) from None
    if scenario.warnings:
        from bpstepper.scenario.diagnostics.render_diagnostics import to_text

        print(to_text(scenario.warnings), file=sys.stderr)
    return scenario


def check_layout(layout: str | None) -> None:
    """Whether `--layout` was given one of the layouts.

    Raises:
        CommandError: there is none of this name.
    """
    from bpstepper.engine.tables.layouts import LAYOUTS

    if layout is not None and layout not in LAYOUTS:
        known = ", ".join(LAYOUTS)
        raise CommandError(f"bpstepper: --layout is one of {known}, not {layout!r}")


def diagnosed(error: ScenarioError) -> str:
    """The diagnostics of a ScenarioError, in colour where stderr takes it."""
    from bpstepper.scenario.diagnostics.render_diagnostics import to_text

    colour = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return to_text(error.diagnostics, omitted=error.omitted, colour=colour)


def speaks_unicode() -> bool:
    """Whether the locale's encoding has the symbols that we draw with."""
    return charset_reason()[0]


def charset_reason() -> tuple[bool, str]:
    """Whether to draw in Unicode here, and what of the environment says so."""
    plain = ("C", "POSIX")  # Python's UTF-8 mode would say UTF-8 here; fonts and readers may not
    if os.environ.get("LC_ALL") in plain:
        return False, f"LC_ALL is {os.environ['LC_ALL']}"
    if "LC_ALL" not in os.environ and os.environ.get("LANG") in plain:
        return False, f"LANG is {os.environ['LANG']}, and LC_ALL is not set"
    said = os.environ.get("PYTHONIOENCODING")
    encoding = said or locale.getpreferredencoding(False)
    whose = "PYTHONIOENCODING" if said else "the locale's encoding"
    return "utf" in encoding.lower(), f"{whose} is {encoding}"


def the_look(ascii_only: bool = False) -> RenderOptions:
    """How to draw here: Unicode, unless asked or the locale forbids."""
    return RenderOptions(charset=ASCII if ascii_only or not speaks_unicode() else UNICODE)


def emit(pieces: Iterable[str], output: str | None) -> None:
    """Write pieces of text to stdout as they come, or to a file, whole or not at all."""
    if output is None:
        for piece in pieces:
            sys.stdout.write(piece)
        return
    write_whole(output, pieces)


def write_whole(path: str, pieces: Iterable[str | bytes]) -> None:
    """Write a file beside its place and move it there when it is complete.

    Raises:
        CommandError: it cannot be written; nothing was changed.
    """
    try:
        files.write_whole(path, pieces)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"bpstepper: cannot write {printable_path(path)}: {reason}") from None


def printable_path(path: str) -> str:
    """A path that is safe to print."""
    from bpstepper.scenario.diagnostics.diagnostic import printable

    return printable(path)


@contextmanager
def progress(what: str, count: int, least: int = 1) -> Iterator[Callable[[int], None]]:
    """A bar on stderr where that is a terminal and there are more than `least` things to be done.

    Yields:
        What is told how many more are done.
    """
    if not sys.stderr.isatty() or count <= least:
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=count)
        yield lambda more: bar.advance(task, more)


def take_any_byte(typed: TextIO | None) -> None:
    """Let no byte that somebody types end the program."""
    reconfigure = getattr(typed, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
