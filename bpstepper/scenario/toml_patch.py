"""One's own file with what is other in it: its comments, its order and its spacing stay.

The file is loaded, what it says is held against what it is to say, and only the keys that differ
are written, by tomlkit, which keeps all else as it is. What comes out is loaded again: a text is
given back only if it does say what it should. Where a file cannot be brought so far (numbers that
come from a table beside it, say), there is none, and it has to be written anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpstepper.scenario.diagnostics.locate import Locator
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.load import loads
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.save import toml_value
from bpstepper.scenario.values import same_numbers, values

__all__ = ["edited_toml"]

_ROUNDS = 4  # what one key sets may change what another is by default
_GONE: Any = object()


class _CannotEditError(Exception):
    """The file is written in a way that cannot be edited in place."""


def edited_toml(
    original: str, scenario: Scenario, folder: str | os.PathLike[str] | None = None
) -> str | None:
    """The text of a scenario file, changed so that it loads to this scenario.

    Args:
        original: the text as it is.
        scenario: what it is to say.
        folder: where the files are that it names.

    Returns:
        The text; None where it cannot be brought to say so.
    """
    text = original
    wanted = values(scenario)
    try:
        for _ in range(_ROUNDS):
            now = loads(text, folder=folder)
            there = values(now)
            if same_numbers(now, scenario) and not any(_differences(there, wanted, ())):
                return text
            text = _round(text, there, wanted)
    except (_CannotEditError, ScenarioError):
        pass
    return None


def _round(text: str, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """One round of changes to the text."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    missing: dict[Path, Any] = {}
    try:
        document = tomlkit.parse(text)
        if len(there["expect"]) != len(wanted["expect"]):
            _drop(document, there["expect"], wanted["expect"])
        else:
            for path, value in list(_differences(there, wanted, ())):
                _change(document, path, value, wanted, missing)
        text = tomlkit.dumps(document)
    except (TOMLKitError, KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise _CannotEditError from None
    return _with_missing(text, missing)


def _differences(there: Any, wanted: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every path whose value is other; lists of one length are gone through."""
    if isinstance(there, Mapping) and isinstance(wanted, Mapping):
        for key in (*wanted, *(key for key in there if key not in wanted)):
            if key not in there or key not in wanted:
                yield (*path, key), wanted.get(key, _GONE)
            else:
                yield from _differences(there[key], wanted[key], (*path, key))
    elif isinstance(there, list) and isinstance(wanted, list) and len(there) == len(wanted):
        for index, (one, other) in enumerate(zip(there, wanted, strict=True)):
            yield from _differences(one, other, (*path, index))
    elif repr(there) != repr(wanted):  # it tells 0 from −0
        yield path, wanted


def _drop(document: Any, there: Sequence[Any], wanted: Sequence[Any]) -> None:
    """Take out of the document the published numbers that are not wanted any more."""
    kept, at = set(), 0
    for expect in wanted:
        while at < len(there) and _identity(there[at]) != _identity(expect):
            at += 1
        kept.add(at)
        at += 1
    if len(kept) != len(wanted) or at > len(there):
        raise _CannotEditError
    for index in reversed(range(len(there))):
        if index not in kept:
            del document["expect"][index]
    if not wanted:
        del document["expect"]


def _identity(expect: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What an edit does not change of a published number."""
    return [(key, value) for key, value in expect.items() if key != "value"]


def _change(
    document: Any, path: Path, value: Any, wanted: Mapping[str, Any], missing: dict[Path, Any]
) -> None:
    """Write one value into the document; a key that it lacks is put down as missing."""
    last = max(at for at, part in enumerate(path) if isinstance(part, str))
    table: Any = document
    for depth, part in enumerate(path[:last]):
        if isinstance(part, str) and part not in table:
            missing[path[: last + 1]] = _at(wanted, path[: last + 1])
            return
        if isinstance(part, int) and not isinstance(table, list):
            raise _CannotEditError  # samples in a table beside the file, for one
        table = table[part]
        if depth == last - 1 and not isinstance(table, Mapping):
            raise _CannotEditError
    key = path[last]
    assert isinstance(key, str)
    _clear(table, key)
    if value is _GONE:
        table.pop(key, None)
    elif key not in table:
        missing[path[: last + 1]] = _at(wanted, path[: last + 1])
    elif not _put_inside(table[key], path[last + 1 :], value):
        table[key] = _item(_at(wanted, path[: last + 1]))


_INSTEAD = {"weights": "init", "target": "label"}
"""What a key says better than another, which then goes."""


def _clear(table: Any, key: str) -> None:
    other = _INSTEAD.get(key)
    if other is not None and other in table:
        del table[other]


def _put_inside(value: Any, path: Path, wanted: Any) -> bool:
    """Write one element of a list; False where the list is not of that form."""
    if not path:
        return False
    for part in path[:-1]:
        if not isinstance(value, list) or not isinstance(part, int) or part >= len(value):
            return False
        value = value[part]
    last = path[-1]
    if not isinstance(value, list) or not isinstance(last, int) or last >= len(value):
        return False
    if isinstance(value[last], list):
        return False
    value[last] = wanted
    return True


def _item(value: Any) -> Any:
    """A value as tomlkit has it, written as we write it."""
    import tomlkit

    return tomlkit.value(toml_value(value))


def _at(whole: Any, path: Path) -> Any:
    for part in path:
        whole = whole[part]
    return whole


def _with_missing(text: str, missing: Mapping[Path, Any]) -> str:
    """The text with keys that its tables lacked, each after the last one its table has.

    tomlkit would put them after the comments that stand before the next table.
    """
    for path, value in missing.items():
        locator = Locator(text)
        line = f"{path[-1]} = {toml_value(value)}\n"
        table = path[:-1]
        found = locator.find(table)[0] == table if table else True
        if not found:
            text = f"{text.rstrip()}\n\n[{'.'.join(map(str, table))}]\n{line}"
            continue
        after = _end_of_keys(text, table, locator)
        text = text[:after] + line + text[after:]
    return text


def _end_of_keys(text: str, table: Path, locator: Locator) -> int:
    """Where the line of a table's last own key ends; of its header, where it has none."""
    import tomllib

    keys = _at(tomllib.loads(text), table)
    nested = (dict, list)
    own = [
        (*table, key)
        for key, value in keys.items()
        if not (isinstance(value, nested) and _has_tables(value))
    ]
    ends = [locator.value(path).end for path in own] or [locator.key(table).end]
    end = text.find("\n", max(ends))
    return len(text) if end < 0 else end + 1


def _has_tables(value: Any) -> bool:
    return isinstance(value, dict) or any(isinstance(it, dict) for it in value)
