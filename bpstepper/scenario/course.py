"""Courses: scenarios and steps chained into a lecture, and how their files are read.

A course computes nothing of its own. Reading one reads every scenario that it stops at, so that
all that is wrong, in the course and in what it leads to, is told at once and before a class sits
there. Where a person stands in a course is a session's business.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from bpstepper.engine.run.training import Timeline
from bpstepper.scenario import library
from bpstepper.scenario.checks.expectation_checks import check_symbol
from bpstepper.scenario.checks.semantic_checks import check_format
from bpstepper.scenario.checks.text_safety import check_texts
from bpstepper.scenario.data import reading
from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.data.safe_read import CannotRead, read_beside
from bpstepper.scenario.diagnostics.diagnostic import did_you_mean, shorten
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.load import examine, load, loads
from bpstepper.scenario.model import Note, Scenario
from bpstepper.scenario.schema.course_tables import COURSE_FILE
from bpstepper.scenario.toml.syntax import parse
from bpstepper.scenario.values import values

if TYPE_CHECKING:
    from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
    from bpstepper.scenario.diagnostics.spans import Path

__all__ = ["Course", "Stop", "load_course", "missing_steps"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Stop:
    """One stop of a course.

    Attributes:
        scenario: what it stops at, with the stop's own note before the scenario's.
        base: the same without that note; stops at one scenario have one base.
        at: the text key of the symbol whose step it is; None: before the first step.
        update: at which update, from 1.
        changes: what is other than in the scenario's file: `training.learning_rate=5`.
        line: where in the file it stands.
    """

    scenario: Scenario
    base: Scenario
    at: str | None = None
    update: int = 1
    changes: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Course:
    """A lecture.

    Attributes:
        stops: where it stops, at least one.
        title: one line.
        about: Markdown.
        level: whom it is for, one of `shelves.LEVELS`; empty where the file does not say.
        name: what the command line calls it.
        file: what it was read from.
    """

    stops: tuple[Stop, ...]
    title: str = ""
    about: str = ""
    level: str = ""
    name: str = ""
    file: str = ""


def load_course(source: str | os.PathLike[str], *, layout: str | None = None) -> Course:
    """Read a course, and every scenario that it stops at.

    Args:
        source: the name of a bundled course, or a path.
        layout: write all networks in this layout, whatever their own.

    Raises:
        ScenarioError: something is wrong with it or with a scenario of it; every problem is in
            `diagnostics`, with its place.
    """
    given = os.fspath(source)
    bundled = library.path(given) if isinstance(source, str) else None
    file = str(bundled or given)
    text = reading.decode(reading.read_file(file), file)
    draft, findings = examine(text, parse(text), COURSE_FILE)
    check_format(draft, findings)
    check_texts(draft, findings)
    stops = _Stops(os.path.dirname(file), layout, findings)
    for index, raw in enumerate(draft.tables(("course", "stops"))):
        path: Path = ("course", "stops", index)
        if isinstance(raw, dict) and draft.is_sound(path) and "scenario" in raw:
            stops.read(raw, path)
    findings.raise_errors()
    filled = COURSE_FILE.fill(draft.values)["course"]
    lines = findings.lines("course.stops", len(filled["stops"]))
    return Course(
        stops=tuple(
            _stop(table, base, line, "" if index else filled["about"])
            for index, (table, base, line) in enumerate(
                zip(filled["stops"], stops.found, lines, strict=True)
            )
        ),
        title=filled["title"],
        about=filled["about"],
        level=filled["level"] or "",
        name=FilePath(file).stem,
        file=file,
    )


class _Stops:
    """Reads the scenarios of stops; `found` has them, one for each stop that is right."""

    def __init__(self, folder: str, layout: str | None, findings: Findings) -> None:
        self.found: list[Scenario] = []
        self._folder = folder
        self._layout = layout
        self._findings = findings
        self._read: dict[tuple[str, ...], Scenario | None] = {}

    def read(self, raw: dict[str, object], path: Path) -> None:
        """Read what one stop asks for, or note what is wrong with it."""
        name = str(raw["scenario"])
        changes = _texts(raw.get("set", ()))
        key = (name, *changes)
        if key not in self._read:  # a lecture stops at one scenario many times
            self._read[key] = self._scenario(name, changes, path)
        scenario = self._read[key]
        if scenario is None:
            return
        at = raw.get("at")
        if isinstance(at, str):
            draft = Draft(values(scenario, numbers=False), ())
            check_symbol(at, draft, (*path, "at"), self._findings)
        self.found.append(scenario)

    def _scenario(self, name: str, changes: Sequence[str], path: Path) -> Scenario | None:
        where = (*path, "scenario")
        try:
            if not name.endswith(".toml"):
                return self._bundled(name, changes, where)
            beside = read_beside(self._folder, name)
            folder = os.path.dirname(beside.file)
            return loads(
                beside.data, beside.file, folder=folder, layout=self._layout, overrides=changes
            )
        except CannotRead as error:
            self._findings.add(error.code, error.message, where, label=error.label, help=error.help)
        except ScenarioError as error:
            for diagnostic in error.diagnostics:
                at_set = diagnostic.file == "--set"
                self._findings.add_elsewhere(
                    diagnostic,
                    (*path, "set") if at_set else where,
                    "set by this stop" if at_set else "asked for by this stop",
                )
        return None

    def _bundled(self, name: str, changes: Sequence[str], where: Path) -> Scenario | None:
        if name in library.names():
            return load(name, layout=self._layout, overrides=changes)
        near = did_you_mean(name, library.names())
        beside = os.path.join(self._folder, f"{name}.toml")
        help_text = "`bpstepper list` shows them all; a file beside the course ends in .toml"
        if near:
            help_text = f'write "{near}"'
        elif os.path.isfile(beside):
            help_text = f'for the file beside the course, write "{shorten(name)}.toml"'
        self._findings.add(
            "unknown-scenario",
            f"there is no bundled scenario called `{shorten(name)}`",
            where,
            label=f"did you mean `{near}`?" if near else "unknown",
            help=help_text,
            expected=near or "",
            got=shorten(name),
        )
        return None


def _texts(given: object) -> tuple[str, ...]:
    """One text, or a list of them."""
    if isinstance(given, str):
        return (given,)
    return tuple(map(str, given)) if isinstance(given, list | tuple) else ()


def _stop(table: Mapping[str, Any], base: Scenario, line: int | None, about: str) -> Stop:
    """A stop, its own words being the first of the scenario's notes, those about a course last."""
    own = {key: it for key, it in table.items() if key not in ("scenario", "set")}
    said = Note(**own, line=line)
    notes = (said, *base.notes) if said.text or said.ask or said.reveal else base.notes
    if about:
        notes = (*notes, Note(at=said.at, text=about, update=said.update))
    return Stop(
        scenario=replace(base, notes=notes),
        base=base,
        at=table["at"],
        update=table["update"],
        changes=_texts(table["set"]),
        line=line,
    )


def missing_steps(course: Course) -> list[tuple[int, Stop]]:
    """The stops, from 1, at which there is no such step: their symbol is never made nor read."""
    found = []
    lines: dict[int, Timeline] = {}
    for number, stop in enumerate(course.stops, start=1):
        if stop.at is None:
            continue
        line = lines.setdefault(id(stop.base), Timeline(stop.base))
        # the steps depend on how many samples a batch has, and so are those of the first epoch
        update = (stop.update - 1) % line.schedule.updates_per_epoch + 1
        made = {
            quantity.key
            for step in line.trace(update)
            for operation in step.operations
            for quantity in (operation.result, *operation.operands)
        }
        if stop.at not in made:
            found.append((number, stop))
    return found
