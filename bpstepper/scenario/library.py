"""The library: the scenarios that come with the program, and those in the current folder.

In an installed wheel the bundled files lie inside the package; in a checkout (and so in an
editable install, where files that a wheel gathers from elsewhere are not seen by
`importlib.resources`) they lie beside it. Lists are made cheaply: titles and sizes are read
without checking whether a file is right.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bpstepper.scenario.diagnostics import ScenarioError, printable
from bpstepper.scenario.reading import decode, read_file
from bpstepper.scenario.syntax import measure

__all__ = ["LibraryEntry", "entries", "folder", "local", "names", "path"]

_MOST_LOCAL = 500
_NETWORK = re.compile(r"^\s*\[+\s*network\s*[\].]", re.MULTILINE)


class LibraryEntry(NamedTuple):
    """One scenario of a list.

    Attributes:
        name: what the command line calls it.
        title: empty if the file gives none, or cannot be read.
        source: where the example comes from.
        size: units of each layer, as `2-2-2`; `?` if the file cannot be read.
        path: the file.
    """

    name: str
    title: str
    source: str
    size: str
    path: Path


@cache
def folder() -> Path:
    """Where the bundled scenarios are."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


@cache
def names() -> tuple[str, ...]:
    """The names of the bundled scenarios, in alphabetical order."""
    return tuple(sorted(file.stem for file in folder().glob("*.toml")))


def path(name: str) -> Path | None:
    """The file of a bundled scenario; None if there is none of this name."""
    return folder() / f"{name}.toml" if name in names() else None


def entries() -> list[LibraryEntry]:
    """The bundled scenarios."""
    found = (_entry(folder() / f"{name}.toml", name) for name in names())
    return [entry for entry in found if entry is not None]


def local(directory: str | Path = ".") -> list[LibraryEntry]:
    """The scenarios in a folder: its TOML files that have a network in them."""
    try:
        files = sorted(Path(directory).glob("*.toml"))[:_MOST_LOCAL]
    except OSError:
        return []
    found = (_entry(file, str(file)) for file in files)
    return [entry for entry in found if entry is not None]


def _entry(file: Path, name: str) -> LibraryEntry | None:
    """What a list shows of a file; None if it is no scenario at all."""
    try:
        source = decode(read_file(file), str(file))
    except ScenarioError:
        return None
    if not _NETWORK.search(source.text):
        return None
    name = printable(name)
    try:
        measure(source)
        values = tomllib.loads(source.text)
    except (ScenarioError, ValueError, RecursionError):
        return LibraryEntry(name, "", "", "?", file)
    return LibraryEntry(name, _text(values, "title"), _text(values, "source"), _size(values), file)


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key, "")
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
