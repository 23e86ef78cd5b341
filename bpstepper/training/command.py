"""`bpstepper train`: many updates, fast; the loss, the accuracy and the final parameters.

One training stands here; several scenarios and grids of keys are `command_sweep`'s.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bpstepper.commands.common import (
    CommandError,
    add_scenario_arguments,
    diagnosed,
    positive,
    printable_path,
    progress,
    read_scenario,
    the_look,
    write_whole,
)
from bpstepper.drawing.text import clean
from bpstepper.training.command_sweep import add_many_arguments, is_many, run_many

if TYPE_CHECKING:
    from bpstepper.scenario.model import Scenario
    from bpstepper.training.recording import Recording, State
    from bpstepper.training.runs import Length

__all__ = ["add_arguments", "run"]

_SLICE = 0.1  # seconds between two looks at the clock
_LONG = 1000  # updates from which a bar is worth while
_WIDTH = 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_scenario_arguments(parser, many=True)
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--updates", type=positive, metavar="N", help="how many updates, counted from the start"
    )
    length.add_argument(
        "--epochs", type=positive, metavar="N", help="how many epochs (default: the file's own)"
    )
    parser.add_argument(
        "--until",
        action="append",
        default=[],
        metavar="WHAT",
        help="end before that: 'C < 0.01', 'accuracy >= 95%%'; may be repeated",
    )
    parser.add_argument(
        "--patience",
        type=positive,
        metavar="N",
        help="early stopping: end when C of the held-out samples, or of all where none are held "
        "out, was no better for N epochs",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )
    parser.add_argument("--plot", action="store_true", help="draw C over the updates as text")
    parser.add_argument(
        "--width", type=positive, default=_WIDTH, metavar="N", help="columns of it (default: 80)"
    )
    parser.add_argument(
        "--csv", metavar="F.csv", help="write C, accuracy, gradients over the updates to a file"
    )
    parser.add_argument("--save", metavar="F.npz", help="write the final parameters to this file")
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--load", metavar="F.npz", help="start from the parameters of a saved file")
    start.add_argument(
        "--resume",
        metavar="F.npz",
        help="go on from a saved file, to the bit as if training had not stopped",
    )
    add_many_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train, then say what came out."""
    if is_many(arguments):
        return run_many(arguments, _length(arguments))
    if arguments.plot and arguments.format == "json":
        raise CommandError("bpstepper: --plot draws text; it does not go with --format json")
    source = arguments.scenario[0] if arguments.scenario else None
    scenario, start = _started(read_scenario(source, arguments), arguments)
    recording = _recording(scenario, start, arguments)
    began = time.perf_counter()
    try:
        ended_by = _train(recording, waits=bool(arguments.save))
    except KeyboardInterrupt:  # the second one, which does not wait
        if arguments.save:
            done, parameters = max(recording.checkpoints.kept.items(), default=(0, None))
            if parameters is not None:
                _save_interrupted(arguments.save, recording, (done, parameters))
        raise
    if ended_by is not None:
        _save_interrupted(arguments.save, recording, recording.state())
        signal.raise_signal(ended_by)
    seconds = time.perf_counter() - began
    _tell(scenario, recording, seconds, arguments)
    if arguments.csv:
        from bpstepper.training.report import table

        write_whole(arguments.csv, [table(recording)])
    if not recording.is_sound:
        print(_why_it_stopped(scenario, recording, start), file=sys.stderr)
        if arguments.save:  # nobody can go on from there, and what was there may be of use
            print(f"  {printable_path(arguments.save)} was not written", file=sys.stderr)
        return 1
    if arguments.save:
        _save(arguments.save, recording, recording.state())
    if arguments.until and recording.ending is None:
        said = f"bpstepper: {recording.done:,} updates, and none of --until came true"
        print(said, file=sys.stderr)
    return 0


def _length(arguments: argparse.Namespace) -> Length:
    from bpstepper.training.runs import Length

    until = tuple(arguments.until)
    return Length(arguments.updates, arguments.epochs, until, arguments.patience)


def _started(
    scenario: Scenario, arguments: argparse.Namespace
) -> tuple[Scenario, State | None]:  # fmt: skip
    """The scenario to train, and where to go on from."""
    from bpstepper.scenario import ScenarioError

    if not (arguments.load or arguments.resume):
        return scenario, None
    from bpstepper.training.saved_training import resumed, with_parameters

    try:
        if arguments.load:
            return with_parameters(arguments.load, scenario), None
        return scenario, resumed(arguments.resume, scenario)
    except ScenarioError as error:
        raise CommandError(diagnosed(error)) from None


def _recording(
    scenario: Scenario, start: State | None, arguments: argparse.Namespace
) -> Recording:  # fmt: skip
    """What is to be trained, and how far."""
    from bpstepper.training.recording import Recording
    from bpstepper.training.report import POINTS
    from bpstepper.training.runs import stops_of
    from bpstepper.training.stopping import StopError

    length = _length(arguments)
    try:
        stops = stops_of(length, scenario)
    except StopError as error:
        raise CommandError(f"bpstepper: {clean(str(error))}") from None
    updates = length.updates_of(scenario)
    measured = bool(arguments.csv or arguments.plot)
    recording = Recording(scenario, updates, stops, start, POINTS, measured)
    if recording.is_over:
        raise CommandError(
            f"bpstepper: {recording.done:,} updates are done already; --updates and --epochs "
            "count from the start of the training, so ask for more of them"
        )
    return recording


def _train(recording: Recording, waits: bool) -> int | None:
    """Run in slices, so that there is time for a bar, and for Ctrl-C.

    Args:
        recording: what is trained.
        waits: whether a signal is heard only between two slices, where the state is whole.

    Returns:
        The signal that ended it; None where none did.
    """
    heard: list[int] = []
    updates = recording.planned - recording.done
    with progress("training", updates, _LONG) as advance, _heard(heard, waits):
        while not recording.is_over and not heard:
            advance(recording.advance_for(_SLICE))
    return heard[0] if heard else None


@contextmanager
def _heard(heard: list[int], waits: bool) -> Iterator[None]:
    """Note the first signal that asks for the end; the second one ends at once, as ever."""
    before: dict[int, Any] = {}

    def give_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, _frame: object) -> None:
        heard.append(number)
        give_back()

    if waits and threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has not all of them
            number = getattr(signal, name, None)
            handler = None if number is None else signal.getsignal(number)
            if number is not None and handler not in (None, signal.SIG_IGN):
                before[number] = handler
        for number in before:
            signal.signal(number, note)
    try:
        yield
    finally:
        give_back()


def _tell(
    scenario: Scenario, recording: Recording, seconds: float, arguments: argparse.Namespace
) -> None:
    from bpstepper.training.report import plotted, training_record, training_text

    record = training_record(scenario, recording)
    if arguments.format == "json":
        print(json.dumps(record, ensure_ascii=False))
        return
    look = the_look()
    for line in training_text(scenario, recording, record, seconds):
        print(look.charset.translate(line))
    if not arguments.plot:
        return
    drawn = plotted(recording, look, arguments.width)
    for line in drawn:
        print(line)
    if not drawn:
        said = "no plot: it needs 24 columns, finite numbers, and a training from its start"
        print(f"bpstepper: {said}", file=sys.stderr)


def _why_it_stopped(scenario: Scenario, recording: Recording, start: State | None) -> str:
    """Where the first number was made that is not finite."""
    from bpstepper.engine.run.training import Timeline
    from bpstepper.explain.nonfinite_words import birth_before, tell_birth

    line = Timeline(scenario)
    recording.share(line)
    if start is not None:
        line.adopt(start[0], dict(start[1]))
    birth = birth_before(line, recording.done)
    said = f"bpstepper: training stopped in update {recording.done:,}: a number is not finite"
    if birth is None:
        return said
    told = tell_birth(birth, scenario, line.schedule.batch(birth.update).samples)
    return f"{said}\n  " + the_look().charset.translate(clean(told))


def _save(path: str, recording: Recording, state: State) -> None:
    from bpstepper.training.saved_training import to_npz

    write_whole(path, [to_npz(recording.problem, state)])


def _save_interrupted(path: str, recording: Recording, state: State) -> None:
    """Save a state that is whole, and say which."""
    _save(path, recording, state)
    said = f"{printable_path(path)} has update {state[0]:,}; --resume goes on from there"
    print(f"bpstepper: interrupted; {said}", file=sys.stderr)
