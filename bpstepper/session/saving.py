"""Saving what was edited as a scenario file that loads to the same numbers.

What stands in the file is `scenario.save`'s and `scenario.toml_patch`'s business; where it may be
written, and that nothing is written but what was named, is said here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bpstepper.files import shown, write_whole
from bpstepper.scenario.data.reading import MAX_BYTES, decode, read_file
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.load import loads
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.save import Holding, holding, to_toml
from bpstepper.scenario.toml_patch import edited_toml
from bpstepper.scenario.values import same_numbers
from bpstepper.session.editing import EditHistory
from bpstepper.session.stepping import Session

__all__ = ["FileThereError", "SaveError", "Saved", "save"]


class SaveError(ValueError):
    """It was not saved, and nothing was changed; the message says why."""


class FileThereError(SaveError):
    """There is a file of this name already; it is replaced only where that is asked for."""


class Saved(NamedTuple):
    """What was saved.

    Attributes:
        path: the file.
        dropped: how many published numbers were left out, since they hold no longer.
        kept_comments: whether it is the original file with what is other in it; False where it
            was written anew.
    """

    path: Path
    dropped: int
    kept_comments: bool


def save(
    what: EditHistory | Session, path: str | os.PathLike[str], *, overwrite: bool = False
) -> Saved:
    """Save the scenario of a desk, or of a session, as a file.

    The file that the scenario was read from is taken as it is now, with its comments; only what
    is other is changed in it. It is written whole or not at all.

    Args:
        what: whose scenario. A desk knows which published numbers held before its edits.
        path: where; `~` is the home folder.
        overwrite: replace a file that is there.

    Raises:
        FileThereError: there is a file, and `overwrite` was not asked for.
        SaveError: it cannot be written there, or is too large for a scenario file.
    """
    target = _target(path, overwrite)
    if isinstance(what, EditHistory):
        kept = holding(what.base, what.session.scenario)
    else:
        kept = Holding(what.scenario, 0)
    text = _retouched(kept, target)
    comments = text is not None
    if text is None:
        text = to_toml(kept.scenario, kept.remark)
    _check(text, kept.scenario, target)
    try:
        write_whole(target, [text])
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise SaveError(f"{shown(target)} was not saved: {reason}") from None
    return Saved(target, kept.dropped, comments)


def _target(path: str | os.PathLike[str], overwrite: bool) -> Path:
    """Where to write; it may be written there as far as can be told."""
    given = os.fspath(path)
    if not given.strip():
        raise SaveError("a name is needed for the file, such as my.toml")
    target = Path(os.path.expanduser(given))
    try:
        if "\0" in os.fsdecode(os.fsencode(target)):
            raise ValueError
        if target.is_dir() or given.endswith(("/", os.sep)):
            raise SaveError(f"{shown(target)} is a folder; name a file in it")
        if not target.parent.is_dir():
            raise SaveError(f"there is no folder {shown(target.parent)}; make it first")
        if target.exists() and not target.is_file():
            raise SaveError(f"{shown(target)} is a device or a pipe, and no place for a scenario")
        if os.path.lexists(target) and not overwrite:
            raise FileThereError(f"there is a file {shown(target)} already")
    except OSError as error:
        raise SaveError(f"{shown(target)} cannot be written: {error.strerror}") from None
    except SaveError:
        raise
    except ValueError:
        raise SaveError("no file can have this name") from None
    return target


def _retouched(kept: Holding, target: Path) -> str | None:
    """The original file with what is other; None where it is not there, or cannot be changed."""
    file = kept.scenario.file
    try:
        original = decode(read_file(file), file).text
    except ScenarioError:
        return None
    text = edited_toml(original, kept.scenario, folder=target.parent)
    if text is None:
        return None
    return "".join(f"# {remark}\n" for remark in kept.remark) + text


def _check(text: str, scenario: Scenario, target: Path) -> None:
    """What is going to be written does load, and to the same numbers."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise SaveError("a text of this scenario has characters that no file can have") from None
    if size > MAX_BYTES:
        raise SaveError(
            f"not saved: it would have {size // 1024} KB, and a scenario file may have "
            f"{MAX_BYTES // 1024}" + _remedy(scenario.file, target.parent)
        )
    try:
        again = loads(text, file=str(target), folder=target.parent)
    except ScenarioError as error:
        raise SaveError(f"no file can say this: {error.diagnostics[0].message}") from None
    if not same_numbers(again, scenario):
        raise SaveError("no file can say this: other numbers would come out of it")


def _remedy(file: str, folder: Path) -> str:
    """What to do where numbers of a file beside the original do not fit into a text."""
    try:
        named = list(dict.fromkeys(_named(tomllib.loads(decode(read_file(file), file).text))))
        missing = [name for name in named if not (folder / name).is_file()]
    except (ScenarioError, ValueError, RecursionError, OSError):
        return ""
    if not missing:
        return ""
    there = shown(Path(file).resolve().parent)
    return f"; first copy {shown(', '.join(missing))} from {there} beside it"


def _named(value: Any) -> Iterator[str]:
    """Every file that is named in what a scenario file says."""
    if isinstance(value, list):
        for part in value:
            yield from _named(part)
    elif isinstance(value, dict):
        if isinstance(value.get("file"), str):
            yield value["file"]
        for part in value.values():
            yield from _named(part)
