"""`bpstepper [NAME-or-FILE]`: the stepper, or the picker; without a terminal, the text trace."""

from __future__ import annotations

import argparse
import os
import sys

from bpstepper.commands.common import (
    CommandError,
    add_scenario_arguments,
    emit,
    read_scenario,
    the_look,
)

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The program's own arguments."""
    add_scenario_arguments(parser)
    parser.add_argument("--ascii", action="store_true", help="draw in plain ASCII")


def run(arguments: argparse.Namespace) -> int:
    """Open the stepper where there is a terminal for it."""
    terminal = _is_terminal()
    look = the_look(arguments.ascii)
    if arguments.scenario is None:
        if arguments.set or arguments.layout:
            raise CommandError("bpstepper: --set and --layout need a scenario to change")
        if not terminal:
            raise CommandError(
                "bpstepper: choosing a scenario needs a terminal; name one, as in "
                "`bpstepper trace mazur`, or see `bpstepper list`"
            )
        from bpstepper.scenario import library
        from bpstepper.ui.app import StepperApp, run_app

        entries = [*library.local(), *library.entries()]  # one's own come first
        return run_app(StepperApp(entries=entries, look=look, plain=_plain()))
    scenario = read_scenario(arguments.scenario, arguments)
    from bpstepper.session import Cursor, Session, start

    if not terminal:
        from bpstepper.report.trace_text import trace_text

        here = Session(scenario, start(scenario).line, Cursor(1))
        emit(trace_text(scenario, [here], look), None)
        return 0
    _read_keys_from_terminal()
    from bpstepper.ui.app import StepperApp, run_app

    return run_app(StepperApp(start(scenario), look=look, plain=_plain()))


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
