"""`bpstepper [NAME-or-FILE]`: the stepper, or the picker; without a terminal, the text trace."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from bpstepper.commands.common import (
    CommandError,
    add_scenario_arguments,
    check_layout,
    diagnosed,
    emit,
    printable_path,
    read_scenario,
    the_look,
)

if TYPE_CHECKING:
    from bpstepper.scenario.library import LibraryEntry
    from bpstepper.session import Session
    from bpstepper.session.lecture import Lecture
    from bpstepper.settings import Settings

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The program's own arguments."""
    add_scenario_arguments(parser)
    parser.add_argument("--ascii", action="store_true", help="draw in plain ASCII")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="no screen: sentences, and commands a line at a time, for screen readers and pipes",
    )
    parser.add_argument(
        "--low-bandwidth",
        action="store_true",
        default=None,
        help="fewer panes and no colours, for slow lines",
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the stepper where there is a terminal for it."""
    terminal = _is_terminal()
    look = the_look(arguments.ascii)
    if arguments.scenario is None:
        if arguments.set or arguments.layout:
            raise CommandError("bpstepper: --set and --layout need a scenario to change")
        if arguments.plain:
            raise CommandError(
                "bpstepper: --plain needs a scenario, as in `bpstepper mazur --plain`; "
                "`bpstepper list` shows them"
            )
        if not terminal:
            raise CommandError(
                "bpstepper: choosing a scenario needs a terminal; name one, as in "
                "`bpstepper trace mazur`, or see `bpstepper list`"
            )
        from bpstepper.scenario import library

        entries = [*library.local(), *library.entries()]  # one's own come first
        return _run_app(arguments, _settings(arguments), entries=entries)
    from bpstepper.scenario.library import is_course

    on_screen = terminal and not arguments.plain
    chosen = _settings(arguments) if on_screen else None
    if chosen is not None and arguments.layout is None:
        arguments.layout = chosen.settings.layout or None
    if arguments.scenario != "-" and is_course(arguments.scenario):
        return _run_course(arguments, chosen)
    scenario = read_scenario(arguments.scenario, arguments)
    from bpstepper.session import Cursor, Session, start

    if arguments.plain:
        from bpstepper.spoken.dialogue import run_plain

        if arguments.scenario == "-":  # it took the standard input, to its end
            with contextlib.suppress(CommandError):
                _read_keys_from_terminal()
        return run_plain(start(scenario), look)
    if chosen is None:
        from bpstepper.report.trace_text import trace_text

        here = Session(scenario, start(scenario).line, Cursor(1))
        emit(trace_text(scenario, [here], look), None)
        return 0
    _read_keys_from_terminal()
    return _run_app(arguments, chosen, start(scenario))


def _run_course(arguments: argparse.Namespace, chosen: _Chosen | None) -> int:
    """Walk through a course."""
    from bpstepper.scenario import ScenarioError
    from bpstepper.scenario.course import load_course
    from bpstepper.session.lecture import begin

    shown = printable_path(arguments.scenario)
    if arguments.set:
        raise CommandError(
            f"bpstepper: --set changes a scenario, and {shown} is a course; "
            "its stops have a key `set` of their own"
        )
    check_layout(arguments.layout)
    try:
        course = load_course(arguments.scenario, layout=arguments.layout)
    except ScenarioError as error:
        raise CommandError(diagnosed(error)) from None
    if chosen is None:
        names = ", ".join(dict.fromkeys(stop.base.name for stop in course.stops))
        raise CommandError(
            f"bpstepper: {shown} is a course, which needs a terminal to be walked through; "
            f"its scenarios do not: {printable_path(names)}"
        )
    return _run_app(arguments, chosen, lecture=begin(course))


class _Chosen(NamedTuple):
    """What the user's files and this call have chosen, and what is wrong with the files."""

    settings: Settings
    warnings: tuple[str, ...]


def _settings(arguments: argparse.Namespace) -> _Chosen:
    gc.disable()  # all that loading makes stays: to look through it again and again costs a tenth
    from textual.theme import BUILTIN_THEMES

    from bpstepper.app.actions import ACTIONS
    from bpstepper.engine.tables.layouts import LAYOUTS
    from bpstepper.explain.notation.notations import NOTATIONS
    from bpstepper.settings import load_settings

    settings, warnings = load_settings(
        os.environ,
        actions={action.id: action.keys for action in ACTIONS},
        choices={"notation": NOTATIONS, "layout": LAYOUTS, "theme": BUILTIN_THEMES},
    )
    return _Chosen(settings.overridden(low_bandwidth=arguments.low_bandwidth), warnings)


def _run_app(
    arguments: argparse.Namespace,
    chosen: _Chosen,
    session: Session | None = None,
    entries: Sequence[LibraryEntry] = (),
    lecture: Lecture | None = None,
) -> int:
    """The screen, as the user's settings and this call would have it."""
    from bpstepper.app.app import StepperApp, run_app
    from bpstepper.drawing.render_options import RenderOptions
    from bpstepper.settings import remember, state_file

    settings = chosen.settings
    charset = the_look(arguments.ascii or settings.ascii).charset
    app = StepperApp(
        session,
        entries,
        RenderOptions(charset, settings.digits, settings.notation, settings.low_bandwidth),
        plain=_plain() or settings.low_bandwidth,
        settings=settings,
        keep=remember,
        message="; ".join(chosen.warnings),
        state=state_file(os.environ),
        lecture=lecture,
    )
    gc.freeze()
    gc.enable()
    return run_app(app)


def _is_terminal() -> bool:
    """Whether there is a terminal that can be drawn on."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def _plain() -> bool:
    return bool(os.environ.get("NO_COLOR"))


def _read_keys_from_terminal() -> None:
    """Where the scenario came through standard input, the keys come from the terminal itself."""
    if sys.stdin is not None and sys.stdin.isatty():
        return
    try:
        keys = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        raise CommandError("bpstepper: there is no terminal to read keys from") from None
    os.dup2(keys, 0)
    os.close(keys)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for the whole process
