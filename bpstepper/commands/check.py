"""`bpstepper check`: are a scenario's gradients right, and its published numbers?"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpstepper.commands.common import (
    CommandError,
    add_scenario_arguments,
    check_layout,
    diagnosed,
    read_scenario,
    the_look,
)
from bpstepper.drawing.charset import Charset
from bpstepper.drawing.text import clean
from bpstepper.number_format import number

if TYPE_CHECKING:
    from bpstepper.scenario.verify import Outcome, Verdict

__all__ = ["add_arguments", "run"]

_LOOK_AGAIN = 0.4  # seconds between two looks at a watched file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_scenario_arguments(parser, many=True)
    parser.add_argument(
        "--all", action="store_true", help="check every bundled scenario and course"
    )
    parser.add_argument(
        "--watch", action="store_true", help="check again whenever a file changes, until Ctrl-C"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Check what was named; the worst result is the exit status."""
    from bpstepper.scenario import library

    bundled = (*library.names(), *library.courses())
    sources = [*arguments.scenario, *(bundled if arguments.all else ())]
    if not sources:
        raise CommandError("bpstepper check: name a scenario or a file, or --all")
    check_layout(arguments.layout)
    if not arguments.watch:
        return _check_all(sources, arguments)
    while True:
        before = _stamps(sources)
        _check_all(sources, arguments)
        print("watching; Ctrl-C ends", file=sys.stderr)
        while _stamps(sources) == before:
            time.sleep(_LOOK_AGAIN)


def _stamps(sources: Sequence[str]) -> list[tuple[int, int]]:
    """What changes when a file does; a name that is no file has none."""
    found = []
    for source in sources:
        try:
            status = Path(source).stat()
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append((0, 0))
    return found


def _check_all(sources: Sequence[str], arguments: argparse.Namespace) -> int:
    from bpstepper.scenario.library import is_course

    worst = 0
    records = []
    courses = []
    held = published = 0
    charset = the_look().charset
    for source in sources:
        if source != "-" and is_course(source):
            courses.append(_check_course(source, arguments, charset))
            worst = max(worst, courses[-1]["status"])
            continue
        try:
            verdict = _verify(source, arguments)
        except CommandError as error:
            worst = max(worst, error.status)
            records.append({"scenario": source, "ok": False, "problem": str(error)})
            print(error, file=sys.stderr)
            continue
        worst = max(worst, 0 if verdict.ok else 1)
        held += verdict.held
        published += verdict.published
        records.append(_record(source, verdict))
        if arguments.format == "text":
            print("\n".join(_lines(verdict, charset)), flush=True)
    if arguments.format == "json":
        told = {"ok": worst == 0, "scenarios": records, "courses": courses}
        print(json.dumps(told, ensure_ascii=False))
    elif len(sources) > 1:
        failed = sum(not record["ok"] for record in (*records, *courses))
        counts = [_counted(len(records), "scenario"), _counted(len(courses), "course")]
        said = (
            f"{', '.join(filter(None, counts))}, {held} numbers held, {published} of them published"
        )
        print(f"{said}; {failed} failed" if failed else f"{said}; all right")
    return worst


def _counted(count: int, what: str) -> str:
    """`2 courses`; nothing where there are none."""
    return f"{count} {what}{'' if count == 1 else 's'}" if count else ""


def _check_course(source: str, arguments: argparse.Namespace, charset: Charset) -> dict[str, Any]:
    """Whether every stop of a course loads, and has its step; what JSON says of it."""
    from bpstepper.scenario import ScenarioError
    from bpstepper.scenario.course import load_course, missing_steps

    record: dict[str, Any] = {"course": source, "ok": False, "status": 2, "problems": []}
    try:
        course = load_course(source, layout=arguments.layout)
    except ScenarioError as error:
        problem = diagnosed(error)
        print(problem, file=sys.stderr)
        return record | {"problems": [problem]}
    missing = [
        f"line {stop.line}: {stop.base.name} has no step with {stop.at} at update {stop.update}"
        for _, stop in missing_steps(course)
    ]
    record |= {"ok": not missing, "status": 1 if missing else 0, "problems": missing}
    record["stops"] = len(course.stops)
    record["scenarios"] = list(dict.fromkeys(stop.base.name for stop in course.stops))
    if arguments.format == "text":
        sign = "✗" if missing else "✓"
        counts = _counted(len(course.stops), "stop"), _counted(len(record["scenarios"]), "scenario")
        lines = [f"{sign} {course.name}: a course, {' in '.join(counts)}"]
        lines += [f"  {problem}" for problem in missing]
        print("\n".join(charset.translate(clean(line)) for line in lines), flush=True)
    return record


def _verify(source: str, arguments: argparse.Namespace) -> Verdict:
    scenario = read_scenario(source, arguments)
    from bpstepper.scenario import ScenarioError
    from bpstepper.scenario.verify import verify

    try:
        return verify(scenario)
    except ScenarioError as error:
        raise CommandError(diagnosed(error)) from None


def _lines(verdict: Verdict, charset: Charset) -> list[str]:
    """The verdict for a person: one line where all is right, the differences where not."""
    scenario = verdict.scenario
    gradients = verdict.gradients
    worst = gradients.worst
    sign = "✓" if verdict.ok else "✗"
    head = f"{sign} {scenario.name or scenario.title}"
    off = number(worst.difference, 2)
    said = [
        f"{head}: gradients of {gradients.measured} parameters, worst off by {off} (relative); "
        f"{verdict.held} numbers held, {verdict.published} published"
    ]
    if not gradients.ok:
        cell = ",".join(str(i + 1) for i in worst.cell)
        said.append(f"  the gradient of {worst.symbol}[{cell}] is not the slope of C")
    said += [f"  left out: {kink.symbol}, where {kink.where}" for kink in gradients.kinks[:3]]
    said += [_difference(outcome) for outcome in verdict.outcomes if not outcome.ok]
    return [charset.translate(clean(line)) for line in said]


def _difference(outcome: Outcome) -> str:
    expect = outcome.expect
    where = f"line {expect.line}: " if expect.line else ""
    at = f"[{','.join(map(str, expect.at))}]" if expect.at else ""
    if outcome.computed is None:
        return f"  {where}{expect.symbol}: {outcome.problem}"
    off, allowed = number(outcome.off, 3), number(expect.tolerance, 3)
    return (
        f"  {where}{expect.symbol}{at} at update {expect.update}: off by {off}, "
        f"{allowed} allowed; computed {_flat(outcome.computed)}"
    )


def _flat(value: Any) -> str:
    flat = value.ravel()
    shown = " ".join(number(x, 10) for x in flat[:6])
    return shown + (" …" if flat.size > 6 else "")


def _record(source: str, verdict: Verdict) -> dict[str, Any]:
    worst = verdict.gradients.worst
    return {
        "scenario": source,
        "ok": verdict.ok,
        "gradcheck": {
            "ok": verdict.gradients.ok,
            "worst": worst.difference,
            "symbol": worst.symbol,
            "index": list(worst.cell),
            "measured": verdict.gradients.measured,
            "kinks": [kink.where for kink in verdict.gradients.kinks],
        },
        "quantities": verdict.held,
        "published": verdict.published,
        "expects": [
            {
                "symbol": outcome.expect.symbol,
                "update": outcome.expect.update,
                "at": list(outcome.expect.at) if outcome.expect.at else None,
                "ok": outcome.ok,
                "off": outcome.off if outcome.computed is not None else None,
                "tolerance": outcome.expect.tolerance,
                "line": outcome.expect.line,
                "problem": outcome.problem,
            }
            for outcome in verdict.outcomes
        ],
    }
