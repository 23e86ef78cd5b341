"""Collecting what is wrong before knowing where it stands.

The checks speak of paths, such as `network.layers.1.weights`. Positions are looked up only when
there is something to report, and only once: `Findings.diagnostics` asks a `Locator` for every
path, or points into the `--set` that a value came from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place, Severity
from bpstepper.scenario.diagnostics.scenario_error import LIMIT, ScenarioError
from bpstepper.scenario.diagnostics.spans import Path, Span, headers, line_starts, position

if TYPE_CHECKING:
    from bpstepper.scenario.diagnostics.locate import Locator

__all__ = ["Findings", "Origin", "Source"]


class Source:
    """A text and the name it goes by.

    Attributes:
        file: as given on the command line; `<stdin>` or `--set` for what is no file.
        text: all of it, with newlines as line ends.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def starts(self) -> Sequence[int]:
        """The offset of each line."""
        return line_starts(self.text)

    @cached_property
    def locator(self) -> Locator:
        """Positions of keys and values; made only when asked for."""
        from bpstepper.scenario.diagnostics.locate import Locator

        return Locator(self.text)

    def place(self, span: Span, label: str = "") -> Place:
        """The part of `span` that stands on its first line."""
        line, column = position(self.starts, span.start)
        begin = self.starts[line - 1]
        end = self.text.find("\n", begin)
        text = self.text[begin : len(self.text) if end < 0 else end]
        length = max(1, min(span.end, begin + len(text)) - span.start)
        return Place(self.file, line, column, length, text, label)


class Origin(NamedTuple):
    """A `--set key=value`: the path it set and where key and value stand in its text."""

    source: Source
    path: Path
    key: Span
    value: Span


class _Finding(NamedTuple):
    diagnostic: Diagnostic  # its places still to be filled in
    path: Path
    at_key: bool
    second: tuple[Path, str, bool] | None


_NOWHERE = Place("")


class Findings:
    """What the checks found in one file.

    Attributes:
        source: the file.
        origins: the overrides, which stand elsewhere.
        broken: paths whose statement is no TOML; they have been reported already.
        omitted: how many problems were not even put into words.
    """

    def __init__(
        self,
        source: Source,
        origins: tuple[Origin, ...] = (),
        broken: frozenset[Path] = frozenset(),
        omitted: int = 0,
    ) -> None:
        self.source = source
        self.origins = origins
        self.broken = broken
        self.omitted = omitted
        self._found: list[_Finding] = []
        self._ready: list[Diagnostic] = []
        self._elsewhere: list[tuple[Diagnostic, Path, str]] = []

    def add(
        self,
        code: str,
        message: str,
        path: Path,
        *,
        label: str = "",
        key: bool = False,
        second: tuple[Path, str] | None = None,
        second_key: bool = False,
        help: str = "",  # noqa: A002 - it is called so wherever diagnostics are written
        expected: str = "",
        got: str = "",
        severity: Severity = "error",
    ) -> None:
        """Note a problem at `path`; `key` points at the key rather than at its value."""
        place = replace(_NOWHERE, label=label)
        diagnostic = Diagnostic(
            code=code,
            message=message,
            place=place,
            help=help,
            expected=expected,
            got=got,
            severity=severity,
        )
        other = (*second, second_key) if second else None
        self._found.append(_Finding(diagnostic, path, key, other))

    def add_ready(self, diagnostic: Diagnostic) -> None:
        """Note a problem whose place is known."""
        self._ready.append(diagnostic)

    def add_elsewhere(self, diagnostic: Diagnostic, path: Path, label: str = "") -> None:
        """Note a problem in another file, which the value at `path` names or asks for."""
        if len(self._elsewhere) < LIMIT:
            self._elsewhere.append((diagnostic, path, label))
        else:
            self.omitted += 1

    @property
    def is_full_elsewhere(self) -> bool:
        """Whether enough was noted in other files; more is only counted."""
        return len(self._elsewhere) >= LIMIT

    @property
    def has_errors(self) -> bool:
        """Whether anything found stops the file from loading."""
        found = (finding.diagnostic for finding in self._found)
        elsewhere = (diagnostic for diagnostic, _, _ in self._elsewhere)
        told = (*self._ready, *found, *elsewhere)
        return any(diagnostic.severity == "error" for diagnostic in told)

    def raise_errors(self) -> None:
        """End the reading where something was found that stops it.

        Raises:
            ScenarioError: with all that was found.
        """
        if self.has_errors:
            raise ScenarioError(*self.diagnostics())

    @cached_property
    def _broken_around(self) -> frozenset[Path]:
        return frozenset(path[:n] for path in self.broken for n in range(len(path) + 1))

    def is_broken_below(self, path: Path) -> bool:
        """Whether a statement of the table at `path` was no TOML, so that keys may be missing."""
        return path in self._broken_around

    def diagnostics(self) -> tuple[list[Diagnostic], int]:
        """The first of what was found, each with its place, and how many more there are.

        Places hold source lines, so none is made for what will not be told.
        """
        found = sorted(self._found, key=self._order)
        result = list(self._ready)
        for diagnostic, path, label in self._elsewhere:
            result.append(replace(diagnostic, second=self.place(path, label)))
        for finding in found[:LIMIT]:
            label = finding.diagnostic.place.label
            place = self.place(finding.path, label, key=finding.at_key)
            second = None
            if finding.second:
                path, other_label, at_key = finding.second
                second = self.place(path, other_label, key=at_key)
            result.append(replace(finding.diagnostic, place=place, second=second))
        return result, self.omitted + len(found[LIMIT:])

    def _order(self, finding: _Finding) -> tuple[bool, str, int]:
        source, span = self._locate(finding.path, finding.at_key)
        return finding.diagnostic.severity != "error", source.file, span.start

    def place(self, path: Path, label: str = "", *, key: bool = False) -> Place:
        """Where a path stands: in an override that set it, or else in the file."""
        source, span = self._locate(path, key)
        return source.place(span, label)

    def lines(self, name: str, count: int) -> list[int | None]:
        """The line of each of the `count` tables of an array of tables."""
        offsets = headers(self.source.text, name)
        if self.origins or len(offsets) != count:  # not all of them are written as [[name]]
            return [self.place((name, index)).line for index in range(count)]
        return [position(self.source.starts, offset)[0] for offset in offsets]

    def offset(self, path: Path) -> int:
        """Something to sort paths by: how far into its text a path stands."""
        return self._locate(path, key=True)[1].start

    def _locate(self, path: Path, key: bool) -> tuple[Source, Span]:
        for origin in reversed(self.origins):
            # what lies inside an override is not in the file; what lies around it may be
            if path[: len(origin.path)] == origin.path:
                return origin.source, self._inside(origin, path, key)
        locator = self.source.locator
        for origin in self.origins:
            # a table that only an override brought in
            if origin.path[: len(path)] == path and locator.find(path)[0] != path:
                return origin.source, origin.key
        return self.source, locator.key(path) if key else locator.value(path)

    @staticmethod
    def _inside(origin: Origin, path: Path, key: bool) -> Span:
        if path == origin.path:
            return origin.key if key else origin.value
        from bpstepper.scenario.diagnostics.locate import Locator

        inner = Locator("v=" + origin.source.text[origin.value.start :])
        found = ("v", *path[len(origin.path) :])
        span = inner.key(found) if key else inner.value(found)
        shift = origin.value.start - len("v=")
        start = max(span.start + shift, origin.value.start)
        return Span(start, max(start + 1, span.end + shift))

    def text(self, path: Path) -> str:
        """The value at `path` as it is written, for looking at how it is written."""
        if any(path[: len(origin.path)] == origin.path for origin in self.origins):
            return ""
        found, entry = self.source.locator.find(path)
        return self.source.text[entry.value.start : entry.value.end] if found == path else ""

    def decimal_comma(self, path: Path, got: int, expected: int) -> str:
        """What to say where a list is too long because `0,5` was read as two numbers."""
        written = self.text(path) if got == 2 * expected else ""
        if "." in written or not re.search(r"\d,\d", written):
            return ""
        return f"give {expected}; if that is a decimal comma, use a dot: 0,5 is two numbers"
