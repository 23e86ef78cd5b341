"""`bpstepper quiz`: what is the next number? Asked on a terminal, or as JSON for other programs."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

from bpstepper.commands.common import (
    CommandError,
    add_scenario_arguments,
    positive,
    read_scenario,
    take_any_byte,
    the_look,
    write_whole,
)

if TYPE_CHECKING:
    from bpstepper.quiz import Question, Reply, Sheet

__all__ = ["add_arguments", "run"]

_MOST_QUESTIONS = 1000
_MOST_TYPED = 4 * 2**20  # characters of answers that are read at all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_scenario_arguments(parser)
    parser.add_argument(
        "--update", type=positive, default=1, metavar="N", help="about which update (default: 1)"
    )
    parser.add_argument(
        "--grain", metavar="G", help="ask for a shape, a sign, a cell or a matrix (default: mixed)"
    )
    parser.add_argument(
        "--topic", metavar="LAW", help="only about a law or a phase, as BP2 or backward"
    )
    parser.add_argument(
        "--count", type=positive, default=10, metavar="N", help="how many questions (default: 10)"
    )
    parser.add_argument(
        "--seed", type=_seed, metavar="S", help="draw other questions (default: the network's seed)"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="json prints the questions; with answers on standard input, the grades",
    )
    parser.add_argument("--record", metavar="F.json", help="write answers and score to this file")
    parser.add_argument("--ascii", action="store_true", help="write plain ASCII")


def _seed(text: str) -> int:
    """An argument that chance is drawn from: a whole number from 0."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got {text[:40]!r}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Ask, or grade what was answered."""
    scenario = read_scenario(arguments.scenario, arguments)
    from bpstepper.quiz import Sheet, questions_on
    from bpstepper.quiz.report_json import record
    from bpstepper.session import MOST_UPDATES

    if arguments.update > MOST_UPDATES:
        raise CommandError(f"bpstepper quiz: --update goes up to {MOST_UPDATES:,}")
    sheet = Sheet(scenario, arguments.update)
    seed = scenario.network.seed if arguments.seed is None else arguments.seed
    most = min(arguments.count, _MOST_QUESTIONS)
    try:
        asked = questions_on(sheet, arguments.grain, arguments.topic, most, seed)
    except ValueError as error:
        raise CommandError(f"bpstepper quiz: --{error}") from None
    if not asked:
        raise CommandError("bpstepper quiz: there is nothing of this kind to ask about here")
    typed = None if arguments.scenario == "-" else sys.stdin
    take_any_byte(typed)
    ask = _as_json if arguments.format == "json" else _as_text
    replies = ask(sheet, asked, typed, arguments)
    if arguments.record and replies is not None:
        told = json.dumps(record(sheet, seed, replies), ensure_ascii=False, indent=1)
        write_whole(arguments.record, [told, "\n"])
    elif arguments.record:
        print("bpstepper quiz: there were no answers, so nothing is recorded", file=sys.stderr)
    return 0


def _as_text(
    sheet: Sheet, asked: tuple[Question, ...], typed: TextIO | None, arguments: argparse.Namespace
) -> list[Reply]:
    from bpstepper.quiz.dialogue import converse

    if arguments.scenario == "-":
        raise CommandError("bpstepper quiz: to answer questions, put the scenario into a file")
    return converse(sheet, asked, the_look(arguments.ascii), typed)


def _as_json(
    sheet: Sheet, asked: tuple[Question, ...], typed: TextIO | None, arguments: argparse.Namespace
) -> list[Reply] | None:
    """Print the questions, or the grades where there are answers; return the latter's replies."""
    from bpstepper.quiz import Reply
    from bpstepper.quiz.report_json import FORMAT, grade_record, question_record, score

    text = _typed(typed)
    if not text.strip():
        told: dict[str, Any] = {"questions": [question_record(one, sheet) for one in asked]}
        _print({"format": FORMAT, **told}, arguments.ascii)
        return None
    if len(text) > _MOST_TYPED:
        raise CommandError(f"bpstepper quiz: answers have at most {_MOST_TYPED:,} characters")
    answers = _answers(text, asked)
    replies = []
    for question in asked:
        given = answers.get(question.id, "")
        reply = Reply(question)
        replies.append(reply.answer(given, sheet) if given.strip() else reply)
    grades = [grade_record(it.question, it.attempts[0] if it.attempts else None) for it in replies]
    _print({"format": FORMAT, "grades": grades, "score": score(replies)}, arguments.ascii)
    return replies


def _typed(typed: TextIO | None) -> str:
    """What stands on standard input; on a terminal, or where nothing can be read, nothing."""
    try:
        return "" if typed is None or typed.isatty() else typed.read(_MOST_TYPED + 1)
    except OSError:
        return ""


def _print(told: dict[str, Any], ascii_only: bool) -> None:
    print(json.dumps(told, ensure_ascii=ascii_only))


# ── answers from elsewhere ───────────────────────────────────────────────────────────────────


def _answers(text: str, asked: tuple[Question, ...]) -> dict[str, str]:
    """Answers by the id of their question: a JSON object, a JSON list, or one a line in order.

    Raises:
        CommandError: they are none of these, or answer what was not asked.
    """
    found: Any = text.splitlines()
    if text.lstrip()[0] in "[{":
        try:
            # digits count, so numbers stay as they were written
            found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError):
            if text.lstrip()[0] == "{" or "\n" not in text.strip():
                raise CommandError("bpstepper quiz: the answers are no JSON") from None
    if isinstance(found, dict):
        known = {question.id for question in asked}
        strange = next((key for key in found if key not in known), None)
        if strange is not None:
            from bpstepper.scenario.diagnostics.diagnostic import printable

            name = printable(strange[:60])
            raise CommandError(f"bpstepper quiz: no question is called {name}; see their ids")
        return {key: _spelled(value) for key, value in found.items()}
    if len(found) > len(asked):
        counts = f"{len(found)} answers to {len(asked)} questions"
        raise CommandError(f"bpstepper quiz: there are {counts}")
    return {one.id: _spelled(value) for one, value in zip(asked, found, strict=False)}


def _spelled(value: Any, depth: int = 0) -> str:
    """An answer as a person would have typed it; a matrix may come as lists."""
    if value is None:
        return ""
    if isinstance(value, list) and depth < 3:
        return "[" + ", ".join(_spelled(item, depth + 1) for item in value) + "]"
    return str(value)
