"""CSV: a header row, then a row of cells for each sample.

This module owns reading such a text into columns of numbers and saying, with line and column, what
is wrong with it. The dialect is that of RFC 4180: commas, double quotes, numbers with a dot; blank
lines are passed over. What most files get wrong (semicolons, decimal commas, no header) is asked
about by name. What the columns are for is not known here.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import isfinite
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np

from bpstepper.engine.compile.network import Array
from bpstepper.scenario.data.csv_cells import CellProblem, CsvPlaces, problem_of
from bpstepper.scenario.diagnostics.diagnostic import (
    Diagnostic,
    Place,
    did_you_mean,
    first_unsafe,
    printable,
    shorten,
)
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings, Source
from bpstepper.scenario.diagnostics.scenario_error import LIMIT
from bpstepper.scenario.diagnostics.spans import Path

__all__ = ["MAX_ROWS", "Column", "Columns", "CsvTable"]

MAX_ROWS: Final = 100_000
"""The most samples that are read of one file."""

_MOST_NEAR = 2000
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class Column(NamedTuple):
    """A column that a scenario asks for: its number from 0, its name, and where it is asked for."""

    number: int
    name: str
    path: Path


class Columns(NamedTuple):
    """What the rows hold.

    Attributes:
        numbers: (m, number of columns asked for).
        names: m texts, if a column of names was asked for.
    """

    numbers: Array
    names: tuple[str, ...]


class CsvTable:
    """One CSV text. Its rows can be read once.

    Attributes:
        header: the names of the columns; empty where there is no sound header.
    """

    def __init__(self, source: Source, findings: Findings) -> None:
        self.header: list[str] = []
        self._source = source
        self._places = CsvPlaces(source)
        self._findings = findings
        self._lines = array("l")  # the line that each row starts in, from 1
        # not splitlines: other characters that end lines somewhere are cells' contents here
        self._reader = csv.reader(
            (match[0] for match in re.finditer(r"[^\n]*\n|[^\n]+", source.text)),
            skipinitialspace=True,
            strict=True,
        )
        self._records = self._read_records()
        self._broken = False
        self._is_told = False  # that this is no table with a header: no column can be found

    def _read_records(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is not blank, with the line that it starts in."""
        while not self._broken:
            line = self._reader.line_num + 1
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._broken = True
                self._not_csv(line, str(error))
                return
            if row and (len(row) > 1 or row[0].strip()):
                yield line, row

    # ── where things are ─────────────────────────────────────────────────────────────────────

    def place(self, row: int, column: int, label: str = "") -> Place:
        """Where a cell of the columns' numbers stands: rows are those of samples, from 0."""
        return self._places.cell(self._lines[row], column, label)

    def _say(
        self,
        code: str,
        message: str,
        place: Place,
        path: Path,
        help: str,  # noqa: A002 - it is called so wherever diagnostics are written
        expected: str = "",
        got: str = "",
    ) -> None:
        diagnostic = Diagnostic(
            code=code, message=message, place=place, help=help, expected=expected, got=got
        )
        label = "this file" if path == _FILE else "asked for here"
        self._findings.add_elsewhere(diagnostic, path, label)

    def _not_csv(self, line: int, reason: str) -> None:
        self._say(
            "not-csv",
            f"the row that starts in line {line} is no CSV: {shorten(reason, 80)}",
            self._places.line(min(line, len(self._source.starts)), "starts here"),
            _FILE,
            "a cell that starts with a double quote ends with one; within it they are doubled",
        )

    # ── the header ───────────────────────────────────────────────────────────────────────────

    def read_header(self) -> bool:
        """Read the names of the columns; whether there are any to look for."""
        line, cells = next(self._records, (0, []))
        if not line:
            if not self._broken:
                self._say(
                    "empty-file",
                    "there is nothing but empty cells in this file",
                    self._places.line(1, "empty"),
                    _FILE,
                    "give it a first line with the names of the columns, and a line per sample",
                )
            return False
        self._header_line = line
        self.header = [cell.strip() for cell in cells]
        self._index: dict[str, int] = {}
        for index, name in enumerate(self.header):
            self._index.setdefault(name, index)
        return True

    def find(self, wanted: Sequence[tuple[str, Path]]) -> list[Column] | None:
        """The columns of these names, ranges `first..last` taken apart; None if one is missing."""
        found: list[Column] = []
        missing = []
        for name, path in wanted:
            if name in self._index:
                found.append(Column(self._index[name], name, path))
                continue
            first, dots, last = (part.strip() for part in name.partition(".."))
            ends = [(end, self._index.get(end)) for end in (first, last)]
            absent = [end for end, index in ends if index is None] if dots else [name]
            if absent:
                missing += [(end, path) for end in absent]
                continue
            start, stop = self._index[first], self._index[last]
            if stop < start:
                self._backwards(first, last, path)
                missing.append(("", path))
            found += [Column(i, self.header[i], path) for i in range(start, stop + 1)]
            if len(found) > len(self.header):
                break  # some are named twice, and more need not be looked for
        if missing:
            self._tell_missing([it for it in missing if it[0]])
            return None
        return found if self._are_single(found) else None

    def _are_single(self, columns: Sequence[Column]) -> bool:
        """Whether no column is asked for twice, and none of those asked for is there twice."""
        seen: set[int] = set()
        count = Counter(self.header)
        sound = True
        for column in columns:
            if column.number in seen:
                self._findings.add(
                    "duplicate-column",
                    f"the column `{shorten(column.name)}` is named twice",
                    column.path,
                    label="named again",
                    help="name each column once",
                    got=shorten(column.name),
                )
                return False
            seen.add(column.number)
            if count[column.name] > 1 and self._findings.is_full_elsewhere:
                return False
            if count[column.name] > 1:
                sound = False
                last = len(self.header) - 1 - self.header[::-1].index(column.name)
                self._say(
                    "duplicate-column",
                    f"there are several columns `{shorten(column.name)}`",
                    self._places.cell(self._header_line, last, "again here"),
                    column.path,
                    "give every column a name of its own",
                    got=shorten(column.name),
                )
        return sound

    def _backwards(self, first: str, last: str, path: Path) -> None:
        self._say(
            "empty-range",
            f"the column `{shorten(last)}` stands before `{shorten(first)}`",
            self._places.cell(self._header_line, self._index[last], "before the other"),
            path,
            f'write "{shorten(last)}..{shorten(first)}"',
        )

    def _tell_missing(self, missing: Sequence[tuple[str, Path]]) -> None:
        line, header = self._header_line, self.header
        if self._is_told or not missing:
            return
        separator = next((sign for sign in _SEPARATORS if sign in "".join(header)), None)
        if len(header) == 1 and separator:
            self._is_told = True
            self._say(
                "wrong-separator",
                f"the columns of this file are separated by {_SEPARATORS[separator]}, not commas",
                self._places.line(line, "one column, as commas have it"),
                _FILE,
                "save it with commas between the cells, and dots in the numbers",
                expected="commas",
                got=_SEPARATORS[separator],
            )
            return
        if all(_NUMBER.fullmatch(name) for name in header):
            self._is_told = True
            self._say(
                "no-header",
                "the first row of this file has numbers, not the names of its columns",
                self._places.line(line, "no names"),
                missing[0][1],
                "add a first line with a name for each column, such as x1,x2,y",
                expected="names",
                got="numbers",
            )
            return
        self._findings.omitted += len(missing[LIMIT:])
        for name, path in missing[:LIMIT]:
            near = did_you_mean(name, header[:_MOST_NEAR])
            place = (
                self._places.cell(line, self._index[near], f"did you mean `{shorten(near)}`?")
                if near
                else self._places.line(line, "the columns there are")
            )
            listed = shorten(", ".join(header[:20]), 80)
            self._say(
                "unknown-column",
                f"there is no column `{shorten(name)}` in this file",
                place,
                path,
                f'write "{shorten(near)}"' if near else f"the columns are {listed}",
                expected=listed,
                got=shorten(name),
            )

    # ── the rows ─────────────────────────────────────────────────────────────────────────────

    def read_rows(self, columns: Sequence[Column], names: Column | None) -> Columns | None:
        """Read the cells of these columns as numbers; None if anything is wrong with them."""
        beyond = self._first_beyond()
        if beyond is not None:
            self._too_many(beyond)
            return None
        width = len(self.header)
        text = self._source.text
        # a whole row has a character and a comma, or a line end, for each cell
        at_most = min(MAX_ROWS, text.count("\n") + 1, len(text) // (2 * width) + 1)
        numbers: Array = np.empty((at_most, len(columns)))
        kept = 0
        texts: list[str] = []
        pick = _picker([column.number for column in columns])
        # Python reads 1_000 as a number, and nothing else does
        underscores = text.find("_", self._after_header()) >= 0
        problems = 0
        for line, row in self._records:
            if len(self._lines) >= MAX_ROWS:
                self._too_many(line)
                return None
            self._lines.append(line)
            try:
                if len(row) != width:
                    raise ValueError
                values = list(map(float, pick(row)))
                if not all(map(isfinite, values)) or (underscores and "_" in "".join(pick(row))):
                    raise ValueError
                if names is not None:
                    texts.append(self._name(row[names.number].strip()))
                numbers[kept] = values
                kept += 1
            except ValueError:
                problems += 1
                if problems > LIMIT:
                    self._findings.omitted += 1
                else:
                    self._tell_row(line, row, columns, names)
        if problems or self._broken:
            return None
        if not self._lines:
            self._say(
                "no-samples",
                "this file has a header, and no rows below it",
                self._places.line(self._header_line, "nothing follows"),
                _FILE,
                "add a line for each sample",
                expected="at least one row",
                got="none",
            )
            return None
        numbers.setflags(write=False)  # so that it need not be copied to be safe from changes
        return Columns(numbers[:kept], tuple(texts))

    def _after_header(self) -> int:
        offset = 0
        for _ in range(self._header_line):
            offset = self._source.text.find("\n", offset) + 1
        return offset

    def _first_beyond(self) -> int | None:
        """The line of the first row too many, found without reading rows: where none is quoted.

        The header is a row, too.
        """
        text = self._source.text
        if '"' in text or text.count("\n") <= MAX_ROWS:
            return None
        rows = (i for i, it in enumerate(re.finditer(r".*\n?", text), 1) if it[0].strip())
        return next(islice(rows, MAX_ROWS + 1, None), None)

    @staticmethod
    def _name(text: str) -> str:
        if first_unsafe(text) is not None:
            raise ValueError
        return text

    def _too_many(self, line: int) -> None:
        self._say(
            "too-many-rows",
            f"there may be at most {MAX_ROWS:,} samples",
            self._places.line(line, "one too many"),
            _FILE,
            "keep fewer of them: a network to be looked at learns from a few hundred",
            expected=f"at most {MAX_ROWS:,}",
            got="more",
        )

    def _tell_row(
        self, line: int, row: Sequence[str], columns: Sequence[Column], names: Column | None
    ) -> None:
        """Say what is wrong with a row."""
        if len(row) != len(self.header):
            self._tell_ragged(line, row)
            return
        found = ((column, problem_of(row[column.number].strip())) for column in columns)
        problems = [(column, problem) for column, problem in found if problem]
        self._findings.omitted += len(problems[LIMIT:])
        for column, problem in problems[:LIMIT]:
            self._tell_cell(line, column, row[column.number].strip(), problem)
        if names is not None and (unsafe := first_unsafe(row[names.number].strip())):
            self._say(
                "control-character",
                f"the control character U+{ord(unsafe):04X} may not stand in a name",
                self._places.cell(line, names.number, f"contains {printable(unsafe)}"),
                names.path,
                "delete it",
                got=f"U+{ord(unsafe):04X}",
            )

    def _tell_ragged(self, line: int, row: Sequence[str]) -> None:
        got, expected = len(row), len(self.header)
        help_text = "give every row as many cells as the header has"
        if got > expected and sum(cell.strip().lstrip("+-").isdigit() for cell in row) > 1:
            help_text += "; if there are decimal commas, use a dot: 0,5 is two cells"
        self._say(
            "ragged-row",
            f"this row has {got} cell{'s' * (got != 1)}, and the header has {expected}",
            self._places.line(line, f"{got} here"),
            _FILE,
            help_text,
            expected=str(expected),
            got=str(got),
        )

    def _tell_cell(self, line: int, column: Column, text: str, problem: CellProblem) -> None:
        where = f"column `{shorten(column.name)}`"
        self._say(
            problem.code,
            problem.message.format(text=shorten(text), where=where),
            self._places.cell(line, column.number, problem.label),
            column.path,
            problem.help.format(fix=shorten(text.replace(",", "."))),
            expected="a finite number",
            got=shorten(text),
        )


_FILE: Path = ("samples", "file")


def _picker(indices: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """What takes the cells of these columns out of a row."""
    if len(indices) == 1:
        (index,) = indices
        return lambda row: (row[index],)
    pick: Callable[[Sequence[str]], Sequence[str]] = itemgetter(*indices)
    return pick
