"""`bpstepper mistakes`: the bug lab without a screen."""

from __future__ import annotations

import argparse

from bpstepper.commands.common import (
    CommandError,
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
    parser.add_argument("--mistake", metavar="ID", help="only this one, in full")
    parser.add_argument(
        "--update",
        type=positive,
        metavar="N",
        help="which update to look at (default: the first where it makes a difference)",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )
    parser.add_argument("--ascii", action="store_true", help="draw in plain ASCII")


def run(arguments: argparse.Namespace) -> int:
    """Print what comes of the mistakes."""
    from bpstepper.buglab.mistakes import MISTAKES, examine

    wanted = arguments.mistake
    if wanted is not None and wanted not in MISTAKES:
        raise CommandError(_unknown(wanted, tuple(MISTAKES)))
    scenario = read_scenario(arguments.scenario, arguments)
    from bpstepper.engine.run.training import Timeline

    right = Timeline(scenario)
    ids = tuple(MISTAKES) if wanted is None else (wanted,)
    verdicts = tuple(examine(scenario, id_, arguments.update, right) for id_ in ids)
    if arguments.format == "json":
        from bpstepper.buglab.report_json import mistakes_json

        emit((mistakes_json(verdicts),), None)
        return 0
    from bpstepper.buglab.report_text import mistake_text, mistakes_text

    look, trace = the_look(arguments.ascii), right.trace(verdicts[0].update)
    if wanted is None:
        emit((mistakes_text(scenario, trace, verdicts, look),), None)
    else:
        emit((mistake_text(scenario, trace, verdicts[0], look),), None)
    return 0


def _unknown(word: str, known: tuple[str, ...]) -> str:
    """That there is no such mistake, and what may have been meant."""
    from bpstepper.scenario.diagnostics.diagnostic import did_you_mean, shorten

    near = did_you_mean(word, known)
    hint = f"did you mean {near}?" if near else f"the mistakes are: {' '.join(known)}"
    return f"bpstepper mistakes: there is no mistake called {shorten(word)}; {hint}"
