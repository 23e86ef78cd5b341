"""Files beside a scenario: finding them, and refusing to look anywhere else.

A scenario may be somebody else's, and may be opened in a served class. So a name in it leads to
the scenario's own folder and what is below it, also by way of links, and nothing that is not an
ordinary file of bounded size is ever opened.
"""

from __future__ import annotations

import os
from pathlib import PureWindowsPath
from typing import Final, NamedTuple

from bpstepper.scenario.data.reading import FileKind, read_file
from bpstepper.scenario.diagnostics.diagnostic import did_you_mean, shorten
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError

__all__ = ["DATA", "MAX_DATA_BYTES", "MAX_NUMBERS", "CannotRead", "Found", "read_beside"]

MAX_DATA_BYTES: Final = 32 * 2**20
"""The largest file of samples or weights that is read."""

MAX_NUMBERS: Final = 10_000_000
"""The most numbers that are kept: in one array, in all weights, in all samples."""

DATA: Final = FileKind(
    "a file of numbers",
    MAX_DATA_BYTES,
    f"{MAX_DATA_BYTES // 2**20} MiB",
    "name an ordinary file",
    "give it a first line with the names of the columns, and a line for each sample",
    follow=False,
)

_MOST_NEAR = 2000  # a folder of a million files is not worth a suggestion


class CannotRead(Exception):  # noqa: N818 - it is the reason that matters
    """A named file cannot be read; the fields are those of a diagnostic."""

    def __init__(self, code: str, message: str, label: str, help_text: str) -> None:
        super().__init__(message)
        self.code, self.message, self.label, self.help = code, message, label, help_text


class Found(NamedTuple):
    """A file that was read: what to call it, and its bytes."""

    file: str
    data: bytes


def read_beside(folder: str | None, name: str) -> Found:
    """Read the file that a scenario in `folder` calls `name`.

    Args:
        folder: where the scenario is; empty for the current folder; None if it is in no file.
        name: as the scenario gives it, with `/` between folders.

    Raises:
        CannotRead: it is outside the folder, is not there, or is no file to be read.
    """
    if folder is None:
        raise CannotRead(
            "no-folder",
            "this scenario was not read from a file, and so no file lies beside it",
            "beside what?",
            "save the scenario as a file beside it, or write the numbers into the scenario",
        )
    _refuse_name(name)
    try:
        base = os.path.realpath(folder or os.curdir)
        real = os.path.realpath(os.path.join(base, name))
        inside = os.path.commonpath([base, real]) == base
    except (OSError, ValueError):
        raise CannotRead(
            "file-not-found", "no file can have this name", "no such file", "write another name"
        ) from None
    if not inside:
        raise CannotRead(
            "outside-folder",
            f"`{shorten(name)}` is a link that leads out of the scenario's folder",
            "leads outside",
            "put the file itself beside the scenario",
        )
    try:
        data = read_file(real, DATA)
    except ScenarioError as error:
        (said,) = error.diagnostics
        message = f"`{shorten(name)}` cannot be read: {said.message}"
        near = did_you_mean(os.path.basename(name), _names_beside(os.path.dirname(real)))
        if said.code == "file-not-found":
            help_text = f'write "{near}"' if near else "files are looked for beside the scenario"
            message = f"there is no file `{shorten(name)}` beside this scenario"
            raise CannotRead(
                said.code, message, f"did you mean {near}?" if near else "no such file", help_text
            ) from None
        help_text = said.help or "name an ordinary file beside the scenario"
        raise CannotRead(said.code, message, "cannot be read", help_text) from None
    return Found(os.path.join(folder, name), data)


def _refuse_name(name: str) -> None:
    """Refuse every name that could lead elsewhere, on any system."""
    help_text = "put the file beside the scenario, and write its name alone"
    if not name.strip():
        raise CannotRead("file-not-found", "this names no file", "empty", help_text)
    windows = PureWindowsPath(name)  # it takes both kinds of slashes
    if "://" in name:
        message = "nothing is ever fetched: a scenario names files beside it"
        raise CannotRead("outside-folder", message, "an address", help_text)
    if windows.drive or windows.root:
        message = f"`{shorten(name)}` is an absolute path, and a scenario names files beside it"
        raise CannotRead("outside-folder", message, "absolute", help_text)
    if ".." in windows.parts:
        message = f"`{shorten(name)}` leads out of the scenario's folder"
        raise CannotRead("outside-folder", message, "leads outside", help_text)
    if "\\" in name:
        message = "folders are separated by `/` here, on every system"
        fixed = shorten(name.replace("\\", "/"), 80)
        raise CannotRead("file-not-found", message, "no such file", f'write "{fixed}"')


def _names_beside(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry, _ in zip(entries, range(_MOST_NEAR), strict=False)]
    except (OSError, ValueError):
        return []
