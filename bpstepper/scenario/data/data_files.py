"""Reading the files that a scenario names: its table of samples, its weights and biases.

`data_files` comes between the schema and the checks of `semantic_checks`. It reads what is named,
as numbers, and says what is wrong with the files themselves; whether the numbers fit the network
is for the checks. It is loaded only for a scenario that names files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array
from bpstepper.engine.tables.layers.layer_kinds import parameter_specs
from bpstepper.scenario.data.csv_table import MAX_ROWS, Column, CsvTable
from bpstepper.scenario.data.loaded_data import Attached, Cell, TableSamples
from bpstepper.scenario.data.npz_arrays import ArrayFile, as_numbers, told
from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.data.reading import decode
from bpstepper.scenario.data.safe_read import DATA, MAX_NUMBERS, CannotRead, Found, read_beside
from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place, first_unsafe
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.schema.forms import is_unicode

__all__ = ["gather"]

_SAMPLES: Final[Path] = ("samples",)
_FILE: Final[Path] = ("samples", "file")
_MOST_CLASS = 2.0**53


def gather(draft: Draft, folder: str | None, findings: Findings) -> Attached:
    """Read every file that the draft names, and note what is wrong with them.

    Args:
        draft: the scenario, with what the schema found.
        folder: where the scenario is; empty for the current folder; None if it is in no file.
        findings: where problems are noted.
    """
    arrays = _Parameters(folder, findings)
    for layer in draft.layers:
        for key in (spec.name for spec in parameter_specs().values()):
            path = (*layer.path, key)
            if isinstance(layer.raw.get(key), dict) and draft.is_sound(path):
                arrays.read(layer.raw[key], path)
    samples = None
    table = draft.get(_SAMPLES, None)
    if isinstance(table, dict) and draft.is_sound(_SAMPLES):
        samples = _samples(table, folder, findings)
    return Attached(samples, arrays.found)


def _note(error: CannotRead, path: Path, findings: Findings) -> None:
    findings.add(error.code, error.message, path, label=error.label, help=error.help)


def _ending(name: str, endings: Sequence[str]) -> str:
    """Which of some endings a file's name has.

    Raises:
        CannotRead: none of them.
    """
    for ending in endings:
        if name.lower().endswith(ending):
            return ending
    wanted = " or ".join(endings)
    raise CannotRead(
        "unknown-file-kind",
        f"this has to be a {wanted} file",
        f"not {wanted}",
        f"save the numbers as {wanted}",
    )


# ── weights and biases ───────────────────────────────────────────────────────────────────────


class _Parameters:
    """Reads weights and biases; `found` has them by path."""

    def __init__(self, folder: str | None, findings: Findings) -> None:
        self.found: dict[Path, Array] = {}
        self._folder = folder
        self._findings = findings
        self._open: tuple[str, ArrayFile] | None = None  # layers mostly share one file
        self._total = 0

    def read(self, table: Mapping[str, Any], path: Path) -> None:
        """Read the array that a table names, or note why it cannot be read."""
        where = (*path, "file")
        try:
            is_npz = _ending(table["file"], (".npz", ".npy")) == ".npz"
            file = self._file(table["file"])
            if "array" in table and is_npz:
                where = (*path, "array")
            elif "array" in table:
                self._unused(path)
            array = file.read(table.get("array", ""))
            numbers = as_numbers(array, f"{path[-1]} of layer {int(path[2]) + 1}", (1, 2))
            self._total = _within(self._total + numbers.size, "these weights and biases")
            self.found[path] = numbers
        except CannotRead as error:
            _note(error, where, self._findings)

    def _file(self, name: str) -> ArrayFile:
        if self._open is None or self._open[0] != name:
            self._open = (name, ArrayFile(read_beside(self._folder, name).data, name))
        return self._open[1]

    def _unused(self, path: Path) -> None:
        self._findings.add(
            "unused-key",
            "a .npy file has one array, without a name",
            (*path, "array"),
            key=True,
            label="not used",
            help="delete `array`",
            severity="warning",
        )


def _within(total: int, what: str) -> int:
    """The number of numbers, if there are not too many.

    Raises:
        CannotRead: there are.
    """
    if total > MAX_NUMBERS:
        raise CannotRead(
            "too-large",
            f"{what} have more than {MAX_NUMBERS:,} numbers, the most that are kept",
            "too many",
            "save fewer numbers",
        )
    return total


# ── samples ──────────────────────────────────────────────────────────────────────────────────


def _samples(
    table: Mapping[str, Any], folder: str | None, findings: Findings
) -> TableSamples | None:
    if "targets" in table and "label" in table:
        findings.add(
            "target-and-label",
            "samples have either targets or a label, not both",
            ("samples", "label"),
            key=True,
            label="and a label",
            second=(("samples", "targets"), "targets"),
            second_key=True,
            help="delete one of the two",
        )
        return None
    try:
        ending = _ending(table["file"], (".csv", ".npz"))
        found = read_beside(folder, table["file"])
    except CannotRead as error:
        _note(error, _FILE, findings)
        return None
    read = _from_csv if ending == ".csv" else _from_npz
    return read(table, found, findings)


def _named(table: Mapping[str, Any], key: str) -> list[tuple[str, Path]]:
    """The columns or arrays that a key asks for, each with its path."""
    given = table.get(key, [])
    path = ("samples", key)
    if isinstance(given, str):
        return [(given, path)]
    return [(name, (*path, index)) for index, name in enumerate(given)]


def _from_csv(table: Mapping[str, Any], found: Found, findings: Findings) -> TableSamples | None:
    try:
        source = decode(found.data, found.file, DATA)
    except ScenarioError as error:
        for diagnostic in error.diagnostics:
            findings.add_elsewhere(diagnostic, _FILE, "this file")
        return None
    text = CsvTable(source, findings)
    if not text.read_header():
        return None
    groups = {key: text.find(_named(table, key)) for key in ("inputs", "targets", "label", "name")}
    inputs, targets, label, name = groups.values()
    if inputs is None or targets is None or label is None or name is None:
        return None
    columns = text.read_rows([*inputs, *targets, *label], name[0] if name else None)
    if columns is None:
        return None
    starts = {"inputs": 0, "targets": len(inputs), "label": len(inputs) + len(targets)}
    x, y, k = np.split(columns.numbers, [starts["targets"], starts["label"]], axis=1)

    def cell(what: str, row: int, column: int) -> Cell:
        asked: Column = [*inputs, *targets, *label][starts[what] + column]
        return Cell(text.place(row, asked.number), f"column `{asked.name}`")

    samples = TableSamples(x, y if targets else None, None, columns.names, cell)
    return _with_labels(samples, k[:, 0], findings) if label else samples


def _with_labels(samples: TableSamples, classes: Array, findings: Findings) -> TableSamples | None:
    """The samples with their classes, if these are whole numbers."""
    odd = np.flatnonzero((classes != np.floor(classes)) | (np.abs(classes) > _MOST_CLASS))
    for row in odd.tolist():
        place, words = samples.cell("label", row, 0)
        findings.add_elsewhere(
            Diagnostic(
                code="label-out-of-range",
                message=f"a class is a whole number, and {classes[row]:g} in {words} is none",
                place=replace(place, label="not a class"),
                help="number the classes from 0; numbers that are to be met are `targets`",
                expected="a whole number",
                got=f"{classes[row]:g}",
            ),
            ("samples", "label"),
            "asked for here",
        )
        if findings.is_full_elsewhere:
            break
    return None if len(odd) else samples._replace(labels=classes.astype(np.int64))


# ── NPZ ──────────────────────────────────────────────────────────────────────────────────────


def _from_npz(table: Mapping[str, Any], found: Found, findings: Findings) -> TableSamples | None:
    where: Path = _FILE
    blocks: dict[str, list[Array]] = {"inputs": [], "targets": [], "label": []}
    rows: _Rows | None = None
    names: tuple[str, ...] = ()
    total = 0
    try:
        file = ArrayFile(found.data, table["file"])
        for key, kept in blocks.items():
            for name, path in _named(table, key):
                where = path
                array = file.read(name)
                what = f"the array `{name}`"
                numbers = as_numbers(array, what, (1,) if key == "label" else (1, 2))
                rows = _same_rows(numbers, name, rows)
                total = _within(total + numbers.size, "these samples")
                kept.append(numbers.reshape(len(numbers), -1))
        for name, path in _named(table, "name"):
            where = path
            names = _texts(file.read(name), name, rows)
    except CannotRead as error:
        _note(error, where, findings)
        return None
    x, y = _side_by_side(blocks["inputs"]), blocks["targets"]

    def cell(what: str, row: int, column: int) -> Cell:
        given = table[what]
        return Cell(
            Place(found.file),
            f"row {row}, column {column} (from 0) of `{given}`"
            if isinstance(given, str)
            else f"row {row} (from 0) of `{', '.join(given)}`",
        )

    samples = TableSamples(x, _side_by_side(y) if y else None, None, names, cell)
    return _with_labels(samples, blocks["label"][0][:, 0], findings) if blocks["label"] else samples


def _side_by_side(blocks: Sequence[Array]) -> Array:
    """Their columns in one array, read-only; a single one as it is."""
    if len(blocks) == 1:
        return blocks[0]
    together: Array = np.hstack(blocks)
    together.setflags(write=False)
    return together


class _Rows(NamedTuple):
    """The first array that was read: the others have as many rows."""

    name: str
    shape: tuple[int, ...]

    @property
    def number(self) -> int:
        return self.shape[0]


def _same_rows(numbers: Array, name: str, rows: _Rows | None) -> _Rows:
    """The number of rows, which is that of the arrays before.

    Raises:
        CannotRead: it is not, or there are none or too many.
    """
    count = len(numbers)
    if rows is not None and count != rows.number:
        turned = next(
            (
                other
                for other, shape, wanted in (
                    (name, numbers.shape, rows.number),
                    (rows.name, rows.shape, count),
                )
                if len(shape) == 2 and shape[1] == wanted
            ),
            None,
        )
        raise CannotRead(
            "wrong-shape",
            f"`{name}` is {told(numbers.shape)} and `{rows.name}` is {told(rows.shape)}: one row "
            "is one sample, and both must have as many",
            f"is `{turned}` transposed?" if turned else f"{count:,} rows",
            "save one row for each sample, in every layout",
        )
    if not count:
        message = f"`{name}` has no rows: there are no samples"
        raise CannotRead("no-samples", message, "empty", "save one row for each sample")
    if count > MAX_ROWS:
        raise CannotRead(
            "too-many-rows",
            f"there may be at most {MAX_ROWS:,} samples, and `{name}` has {count:,} rows",
            f"{count:,} rows",
            "keep fewer of them: a network to be looked at learns from a few hundred",
        )
    return rows or _Rows(name, numbers.shape)


def _texts(array: npt.NDArray[Any], name: str, rows: _Rows | None) -> tuple[str, ...]:
    """An array of names.

    Raises:
        CannotRead: it is something else, or has another length, or characters no text may have.
    """
    try:
        texts = [str(text) for text in array.tolist()] if array.ndim == 1 else []
    except ValueError:  # numbers that are no characters
        texts = []
    if rows is None or len(texts) != rows.number:
        message = f"`{name}` must hold one name for each sample"
        raise CannotRead("wrong-shape", message, "no names", "save an array of as many texts")
    unsafe = next((text for text in texts if first_unsafe(text) or not is_unicode(text)), None)
    if unsafe is not None:
        message = f"a name in `{name}` has a character that may not stand in text"
        raise CannotRead("control-character", message, "not allowed", "delete it")
    return tuple(texts)
