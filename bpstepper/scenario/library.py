"""The library: the scenarios that come with the program, and those in the current folder.

In an installed wheel the bundled files lie inside the package; in a checkout (and so in an
editable install, where files that a wheel gathers from elsewhere are not seen by
`importlib.resources`) they lie beside it, sorted into folders that no name tells of: the name of
a scenario is that of its file, wherever it lies. Lists are made cheaply: what they show is read
from the heads of the files, without checking whether a file is right.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bpstepper.scenario.data.reading import decode, read_file
from bpstepper.scenario.diagnostics.diagnostic import printable
from bpstepper.scenario.diagnostics.diagnostic_collector import Source
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.schema.library_order import shelf
from bpstepper.scenario.toml.syntax import measure

__all__ = [
    "LibraryEntry",
    "Preview",
    "courses",
    "entries",
    "folder",
    "found",
    "grouped",
    "is_course",
    "local",
    "names",
    "path",
    "preview",
]

_COURSES = "courses"  # the folder of the bundled courses
_MOST_LOCAL = 500
_SCENARIO = re.compile(r"^[ \t]*\[+[ \t]*network[ \t]*[\].]", re.MULTILINE)
_COURSE = re.compile(r"^[ \t]*\[+[ \t]*course[ \t]*[\].]", re.MULTILINE)


class LibraryEntry(NamedTuple):
    """One scenario, or one course, of a list.

    Attributes:
        name: what the command line calls it.
        title: empty if the file gives none, or cannot be read.
        source: where the example comes from.
        size: units of each layer, as `2-2-2`; of a course `12 stops`; `?` if it cannot be read.
        path: the file.
        topic: what it is about; empty if the file does not say.
        level: whom it is for; empty if the file does not say.
        course: whether it is a course.
        bundled: whether it came with the program.
        about: Markdown, as the file has it.
    """

    name: str
    title: str
    source: str
    size: str
    path: Path
    topic: str = ""
    level: str = ""
    course: bool = False
    bundled: bool = True
    about: str = ""


class Preview(NamedTuple):
    """What a list does not show of a scenario, and is read when it is chosen.

    Attributes:
        samples: how many samples it has, or the file that they are in; empty for a course.
        held: how many numbers it is held to, cell by cell.
        stops: of a course, the scenarios that it stops at, each once, in their order.
    """

    samples: str = ""
    held: int = 0
    stops: tuple[str, ...] = ()


@cache
def folder() -> Path:
    """Where the bundled scenarios are."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


def found(under: Path) -> list[Path]:
    """The TOML files of a folder and of the folders in it, no deeper."""
    # listed rather than globbed: the library is looked up before the first frame
    names = os.listdir(under)
    inside = [under / name for name in names if "." not in name]
    files = [under / name for name in names]
    files += [one / name for one in inside if one.is_dir() for name in os.listdir(one)]
    return [file for file in files if file.suffix == ".toml"]


@cache
def _files() -> dict[str, Path]:
    """Every bundled file by its name, in alphabetical order."""
    return {file.stem: file for file in sorted(found(folder()), key=lambda file: file.stem)}


@cache
def names() -> tuple[str, ...]:
    """The names of the bundled scenarios, in alphabetical order."""
    return tuple(name for name, file in _files().items() if file.parent.name != _COURSES)


@cache
def courses() -> tuple[str, ...]:
    """The names of the bundled courses, in alphabetical order."""
    return tuple(name for name, file in _files().items() if file.parent.name == _COURSES)


def path(name: str) -> Path | None:
    """The file of a bundled scenario or course; None if there is none of this name."""
    return _files().get(name)


def entries() -> list[LibraryEntry]:
    """The bundled courses and scenarios, by name."""
    listed = (_entry(file, name) for name, file in _files().items())
    return [entry for entry in listed if entry is not None]


def local(directory: str | Path = ".") -> list[LibraryEntry]:
    """The courses and scenarios in a folder: its TOML files that have a course or a network."""
    try:
        files = sorted(Path(directory).glob("*.toml"))[:_MOST_LOCAL]
    except OSError:
        return []
    listed = (_entry(file, str(file)) for file in files)
    return [entry._replace(bundled=False) for entry in listed if entry is not None]


def grouped(listed: Iterable[LibraryEntry]) -> list[tuple[str, list[LibraryEntry]]]:
    """A list in groups, each with its heading: one's own, the courses, then topic by topic."""
    groups: dict[tuple[int, tuple[int, str], str], list[LibraryEntry]] = {}
    for entry in listed:
        heading, rank = entry.topic or "other scenarios", 2
        if not entry.bundled:
            heading, rank = "this folder", 0
        elif entry.course:
            heading, rank = "courses", 1
        place = shelf(entry.topic) if rank == 2 else (0, "")
        groups.setdefault((rank, place, heading), []).append(entry)
    # within a group the order stays, but for courses, which come before scenarios
    return [
        (heading, sorted(group, key=lambda entry: not entry.course))
        for (_, _, heading), group in sorted(groups.items(), key=lambda item: item[0])
    ]


def is_course(source: str) -> bool:
    """Whether a bundled name or a path is that of a course; a file is not checked for more."""
    bundled = path(source)
    if bundled is not None:
        return bundled.parent.name == _COURSES
    try:
        text = decode(read_file(source), source).text
    except ScenarioError:
        return False
    return _COURSE.search(text) is not None and _SCENARIO.search(text) is None


def preview(entry: LibraryEntry) -> Preview:
    """What is read of a file only when somebody looks at it; nothing where that is not possible."""
    try:
        source = decode(read_file(entry.path), str(entry.path))
        measure(source)
        values = tomllib.loads(source.text)
        if entry.course:
            stops = (printable(str(stop["scenario"])) for stop in values["course"]["stops"])
            return Preview(stops=tuple(dict.fromkeys(stops)))
        samples = values.get("samples", [])
        told = str(len(samples))
        if isinstance(samples, dict):
            told = f"in {printable(str(samples['file']))}"
        return Preview(told, sum(_count(expect["value"]) for expect in values.get("expect", [])))
    except (ScenarioError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return Preview()


def _count(value: Any) -> int:
    """How many numbers a value has in it."""
    return sum(map(_count, value)) if isinstance(value, list) else 1


def _entry(file: Path, name: str) -> LibraryEntry | None:
    """What a list shows of a file; None if it is no scenario and no course at all."""
    try:
        source = decode(read_file(file), str(file))
    except ScenarioError:
        return None
    course = _SCENARIO.search(source.text) is None
    if course and not _COURSE.search(source.text):
        return None
    try:
        values = (None if course else _head(source)) or _whole(source)
    except (ScenarioError, ValueError, RecursionError):
        return LibraryEntry(printable(name), "", "", "?", file, course=course)
    size = _stops(values) if course else _size(values)
    told = values.get("course", {}) if course else values
    about = told.get("about", "") if isinstance(told, dict) else ""
    return LibraryEntry(
        name=printable(name),
        title=_text(told, "title"),
        source=_text(told, "source"),
        size=size,
        path=file,
        topic=_text(told, "topic"),
        level=_text(told, "level"),
        course=course,
        about=about if isinstance(about, str) else "",
    )


def _whole(source: Source) -> dict[str, Any]:
    measure(source)
    return tomllib.loads(source.text)


# a file as nearly all are written: keys, then [network] with whole numbers on lines of their own
_NETWORK = re.compile(r"^\[network\]$", re.MULTILINE)
_AFTER = re.compile(r"^\[(?!\[?network\b)|^\[\[(?!network\.layers\]\]$)", re.MULTILINE)
_LAYER = re.compile(r"^\[\[network\.layers\]\]$", re.MULTILINE)
_HEADERS = re.compile(r"^[ \t]*\[+[ \t]*[\"']?network", re.MULTILINE)
_INPUTS = re.compile(r"^inputs *= *(\d{1,6}) *(?:#.*)?$", re.MULTILINE)
_UNITS = re.compile(r"^units *= *(\d{1,6}) *(?:#.*)?$", re.MULTILINE)


def _head(source: Source) -> dict[str, Any] | None:
    """The values that a list shows, without a look at the rest; None where that is not certain.

    Reading dozens of files whole would take longer than anybody waits for a list.
    """
    network = _NETWORK.search(source.text)
    if network is None:
        return None
    after = _AFTER.search(source.text, network.end())
    part = source.text[network.start() : after.start() if after else len(source.text)]
    first, *layers = _LAYER.split(part)
    counts = [_INPUTS.findall(first), *(_UNITS.findall(layer) for layer in layers)]
    headers = len(_HEADERS.findall(source.text))
    if headers != len(layers) + 1 or not layers:  # some are written or placed otherwise
        return None
    if any(len(count) != 1 for count in counts) or '"""' in part or "'''" in part:
        return None
    try:
        values = _whole(Source(source.file, source.text[: network.start()]))
    except (ScenarioError, ValueError):  # the header stood within a text
        return None
    inputs, *units = (int(count[0]) for count in counts)
    return values | {"network": {"inputs": inputs, "layers": [{"units": n} for n in units]}}


def _stops(values: dict[str, Any]) -> str:
    try:
        count = len(values["course"]["stops"])
    except (LookupError, TypeError):
        return "?"
    return "1 stop" if count == 1 else f"{count} stops"


def _text(values: Any, key: str) -> str:
    value = values.get(key, "") if isinstance(values, dict) else ""
    return printable(value) if isinstance(value, str) else ""


def _size(values: dict[str, Any]) -> str:
    try:
        network = values["network"]
        counts = [network["inputs"], *(layer["units"] for layer in network["layers"])]
    except (KeyError, TypeError):
        return "?"
    if not all(isinstance(count, int) and 0 < count < 10**6 for count in counts):
        return "?"
    return "-".join(map(str, counts))
