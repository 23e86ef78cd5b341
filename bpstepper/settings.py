"""Settings: what a user has chosen once, and what the program remembers by itself.

There are two files, both optional. `config.toml` is the user's own, and is only ever read;
`state.toml` is the program's, written when a choice is made on the screen. The command line wins
over the first, the first over the second, the second over the defaults. Nothing that stands in
either file, and nothing about the folders that they are in, may keep the program from starting:
what is wrong becomes one line of warning, and a default.

This module owns the table of settings and their files. What a setting does is its user's
business; which themes, layouts or actions exist is told to it, so that it knows of none of them.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bpstepper.drawing.text import clean, shorten
from bpstepper.files import read_small, shown, write_whole

__all__ = [
    "CONFIG_VARIABLE",
    "FIELDS",
    "STATE_VARIABLE",
    "Field",
    "Settings",
    "config_file",
    "load_settings",
    "remember",
    "state_file",
]

CONFIG_VARIABLE = "BPSTEPPER_CONFIG"
STATE_VARIABLE = "BPSTEPPER_STATE"
LARGEST = 64 * 1024
"""A file of settings that has more bytes is not one."""
_MOST_WARNINGS = 10  # of one file; the rest are counted
_BINDING = "stepper.{action}"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_KEY = re.compile(r"\S{1,32}")

Keys = Mapping[str, Iterable[str]]
"""Action id → the keys that it has by default."""


@dataclass(frozen=True)
class Field:
    """One row of the table of settings.

    Attributes:
        key: as the files and `Settings` have it.
        kind: the type of its value.
        default: its value where nobody has chosen.
        description: what it does, one line.
        expected: what its value has to be, for a warning.
        check: whether a value of the right type can be meant.
        remembered: whether the program keeps the last choice made on the screen.
    """

    key: str
    kind: type
    default: str | int | bool
    description: str
    expected: str
    check: Callable[[Any], bool] = lambda _value: True
    remembered: bool = False


def _is_name(value: str) -> bool:
    return _NAME.fullmatch(value) is not None


FIELDS: dict[str, Field] = {
    row.key: row
    for row in (
        Field(
            "theme",
            str,
            "textual-dark",
            "the colours: the name of any Textual theme",
            "the name of a theme",
            _is_name,
            remembered=True,
        ),
        Field(
            "layout",
            str,
            "",
            "what --layout is where it is not given; empty: as each scenario has it",
            "the name of a layout",
            lambda value: value == "" or _is_name(value),
        ),
        Field(
            "digits",
            int,
            4,
            "significant digits of the numbers in matrices",
            "a whole number from 1 to 15",
            lambda value: 1 <= value <= 15,
            remembered=True,
        ),
        Field("ascii", bool, False, "draw in plain ASCII", "true or false", remembered=True),
        Field(
            "notation",
            str,
            "book",
            "whose symbols and layer numbers are shown",
            "the name of a notation",
            _is_name,
            remembered=True,
        ),
        Field("low_bandwidth", bool, False, "send little, for slow lines", "true or false"),
    )
}
"""Every setting but the keys, by its name."""


@dataclass(frozen=True)
class Settings:
    """What holds, whoever has chosen it; the attributes are those of `FIELDS`, and `keys`.

    Attributes:
        keys: action id → its keys as Textual writes them: `{"next": "right,n"}`.
    """

    theme: str = "textual-dark"
    layout: str = ""
    digits: int = 4
    ascii: bool = False
    notation: str = "book"
    low_bandwidth: bool = False
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def keymap(self) -> dict[str, str]:
        """Binding id → keys, as Textual's `App.set_keymap` takes it."""
        return {_BINDING.format(action=action): keys for action, keys in self.keys.items()}

    def overridden(self, **given: object) -> Settings:
        """The same with what the command line gave; None was not given."""
        changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        return replace(self, **changes)


def config_file(environ: Mapping[str, str]) -> Path | None:
    """Where the user's own file is or would be; None where there is no home for it."""
    return _place(environ, CONFIG_VARIABLE, "user_config_path", "config.toml")


def state_file(environ: Mapping[str, str]) -> Path | None:
    """Where the program keeps what it remembers; None where there is no home for it."""
    return _place(environ, STATE_VARIABLE, "user_state_path", "state.toml")


def _place(environ: Mapping[str, str], variable: str, folder: str, name: str) -> Path | None:
    if environ.get(variable):
        return Path(environ[variable])
    import platformdirs  # only those who read settings need it

    found: Path = getattr(platformdirs, folder)("bpstepper", appauthor=False)
    # without a home, folders are relative; nothing of ours may appear where a user happens to be
    return found / name if found.is_absolute() else None


def load_settings(
    environ: Mapping[str, str],
    actions: Keys | None = None,
    choices: Mapping[str, Collection[str]] | None = None,
) -> tuple[Settings, tuple[str, ...]]:
    """Read both files; whatever is wrong with them, there are settings.

    Args:
        environ: the environment; it may name the files.
        actions: the ids that `[keys]` may name, with the keys that they have by default; None
            takes any id.
        choices: for a setting such as "theme", the values that there are.

    Returns:
        The settings, and what is wrong with the files, a line each.
    """
    checks = dict(choices or {})
    state_path, config_path = state_file(environ), config_file(environ)
    state, warnings = _read(state_path, wanted=False)
    config, of_config = _read(config_path, wanted=bool(environ.get(CONFIG_VARIABLE)))
    ours = {key: value for key, value in state.items() if _is_remembered(key)}
    remembered, found = _checked(ours, checks)
    warnings += _told(state_path, found)
    keys = config.pop("keys", {})
    chosen, found = _checked(config, checks)
    bound, of_keys = _bound(keys, actions)
    of_config += _told(config_path, [*found, *of_keys])
    settings = Settings(**{**remembered, **chosen}, keys=MappingProxyType(bound))
    return settings, (*warnings, *of_config)


def _is_remembered(key: str) -> bool:
    """Of all else in a state nothing is said: a later version may have put it there."""
    return key in FIELDS and FIELDS[key].remembered


def _told(path: Path | None, found: list[str]) -> list[str]:
    """What is wrong in a file, with its name; very much of it is counted."""
    more = len(found) - _MOST_WARNINGS
    said = [f"{_named(path)}: {problem}" for problem in found[:_MOST_WARNINGS]]
    return [*said, f"{_named(path)}: and {more} more"] if more > 0 else said


def _named(path: Path | None) -> str:
    return shorten(shown(path or ""), 120)


def _read(path: Path | None, wanted: bool) -> tuple[dict[str, Any], list[str]]:
    """A file's content, and what is wrong with it as a whole; `wanted`: it has to be there."""
    if path is None:
        return {}, []
    try:
        raw = read_small(path, LARGEST)
        if len(raw) > LARGEST:
            raise ValueError(f"larger than {LARGEST // 1024} KB")
        return tomllib.loads(raw.decode("utf-8-sig")), []
    except FileNotFoundError:
        return {}, [f"{_named(path)}: there is no such file"] if wanted else []
    except OSError as error:
        problem = error.strerror or "cannot be read"
    except UnicodeDecodeError:
        problem = "not UTF-8"
    except RecursionError:
        problem = "nested too deeply"
    except ValueError as error:
        problem = str(error)
    return {}, [f"{_named(path)}: {shorten(problem, 120)}; nothing of it was used"]


def _checked(
    values: Mapping[str, Any], choices: Mapping[str, Collection[str]]
) -> tuple[dict[str, Any], list[str]]:
    """The values that can be used, and what is wrong with the others."""
    right: dict[str, Any] = {}
    wrong = []
    for key, value in values.items():
        row = FIELDS.get(key)
        if row is None:
            wrong.append(f"unknown key {_quoted(key)}{_near(key, [*FIELDS, 'keys'])}")
        elif type(value) is not row.kind or not row.check(value):  # True is no whole number
            wrong.append(f"{key} is {row.expected}, not {_quoted(value)}")
        elif key in choices and value != row.default and value not in choices[key]:
            wrong.append(f"{key} cannot be {_quoted(value)}{_near(str(value), choices[key])}")
        else:
            right[key] = value
    return right, wrong


def _quoted(value: object) -> str:
    """A value out of a file, safe to print."""
    return shorten(clean(repr(value)[:200]), 40)


def _near(word: str, known: Iterable[str]) -> str:
    """What was perhaps meant, as the end of a sentence."""
    close = difflib.get_close_matches(word[:64], list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


# ── keys ─────────────────────────────────────────────────────────────────────────────────────


def _bound(wanted: object, actions: Keys | None) -> tuple[dict[str, str], list[str]]:
    """The keys of each action that the file names, and what is wrong with the others."""
    if not isinstance(wanted, dict):
        return {}, [f"keys is a table such as [keys], not {_quoted(wanted)}"]
    bound: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    wrong = []
    for action, value in wanted.items():
        if actions is not None and action not in actions:
            near = _near(action, actions)
            wrong.append(f"keys: there is no action {_quoted(action)}{near}")
            continue
        words = _words(value)
        if words is None:
            example = f'{action} = "right,n"' if _is_name(action) else 'next = "right,n"'
            wrong.append(f"keys: expected keys with commas, as {example}, not {_quoted(value)}")
            continue
        for word in words:
            first = owner.setdefault(_key_name(word), action)
            if first == action:
                bound.setdefault(action, []).append(word)
            else:
                wrong.append(f"keys: {_quoted(word)} is both {first} and {action}; {first} has it")
    wrong += _taken(bound, owner, actions or {})
    return {action: ",".join(words) for action, words in bound.items()}, wrong


def _words(value: object) -> list[str] | None:
    """The keys of `right, n`, each once; None where that is not what it is."""
    if not isinstance(value, str):
        return None
    words = [word.strip() for word in value.split(",")]
    right = all(_KEY.fullmatch(word) and clean(word) == word for word in words)
    return list(dict.fromkeys(words)) if right else None


# Textual calls these characters otherwise than Unicode does
_RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}


def _key_name(key: str) -> str:
    """A key by its long name: `?` is `question_mark`, so that both are seen to be one key."""
    if len(key) > 1 or key.isalnum():
        return key
    name = unicodedata.name(key, key).lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


def _taken(bound: Mapping[str, list[str]], owner: Mapping[str, str], actions: Keys) -> list[str]:
    """Which actions lose a key that they have by default to one that the file names."""
    said = []
    for action, defaults in actions.items():
        if action in bound:
            continue
        keys = list(defaults)
        lost = [key for key in keys if _key_name(key) in owner]
        left = len(keys) - len(lost)
        for key in lost:
            rest = "" if left else f", which has no key left; give it one: {action} = …"
            said.append(f"keys: {owner[_key_name(key)]} takes {key} from {action}{rest}")
    return said


# ── remembering ──────────────────────────────────────────────────────────────────────────────


def remember(settings: Mapping[str, object], environ: Mapping[str, str] | None = None) -> str:
    """Keep what was chosen on the screen for the next time.

    What is not to be remembered, or cannot be meant, is left out; what was remembered before and
    is not given now, stays.

    Args:
        settings: what was chosen, by the keys of `FIELDS`; all of a Settings will do.
        environ: the environment; by default that of the process.

    Returns:
        Why it could not be kept, or nothing. It never raises: no choice may fail for that.
    """
    try:
        path = state_file(os.environ if environ is None else environ)
        if path is None:
            return "there is no folder to remember settings in"
        before, _ = _read(path, wanted=False)
        wanted = {key: value for key, value in settings.items() if _is_remembered(key)}
        now, _ = _checked(wanted, {})
        known, _ = _checked({k: v for k, v in before.items() if _is_remembered(k)}, {})
        after = {**known, **now}
        if after == before:
            return ""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, [_HEAD, *(f"{key} = {_toml(after[key])}\n" for key in after)])
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"settings were not remembered: {shorten(str(reason), 120)}"
    return ""


_HEAD = "# What bpstepper remembers by itself; what stands in config.toml wins over it.\n"


def _toml(value: object) -> str:
    """A checked value as TOML: a whole number, true or false, or a name that needs no escapes."""
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower()
