"""`bpstepper trace`: every step of the first updates, as text or JSON."""

from __future__ import annotations

import argparse

from bpstepper.commands.common import (
    add_scenario_arguments,
    emit,
    positive,
    read_scenario,
    the_look,
)

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_scenario_arguments(parser)
    parser.add_argument(
        "--updates", type=positive, default=1, metavar="N", help="how many updates (default: 1)"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )
    parser.add_argument(
        "--output", metavar="F", help="write to this file, whole or not at all, and not to stdout"
    )
    parser.add_argument("--ascii", action="store_true", help="draw in plain ASCII")


def run(arguments: argparse.Namespace) -> int:
    """Print the trace."""
    scenario = read_scenario(arguments.scenario, arguments)
    updates = range(1, arguments.updates + 1)
    from bpstepper.engine.run.training import Timeline

    line = Timeline(scenario)
    if arguments.format == "json":
        from bpstepper.report.trace_json import trace_json

        emit(trace_json(scenario, (line.trace(n) for n in updates)), arguments.output)
        return 0
    from bpstepper.report.trace_text import trace_text
    from bpstepper.session import Cursor, Session

    sessions = (Session(scenario, line, Cursor(n)) for n in updates)
    emit(trace_text(scenario, sessions, the_look(arguments.ascii)), arguments.output)
    return 0
