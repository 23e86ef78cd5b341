"""Settings: what a user has chosen once, and what the program remembers by itself.

There are two files, both optional. `config.toml` is the user's own, and is only ever read;
`state.toml` is the program's, written when a choice is made on the screen. The command line wins
over the first, the first over the second, the second over the defaults. Nothing that stands in
either file, and nothing about the folders that they are in, may keep the program from starting:
what is wrong becomes one line of warning, and a default.

The table of settings is made of the forms that scenario files are made of, and checked by them.
This module owns it, and its files. What a setting does is its user's
business; which themes, layouts or actions exist is told to it, so that it knows of none of them.
"""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bpstepper.drawing.text import clean, shorten
from bpstepper.files import read_small, shown, write_whole
from bpstepper.scenario.diagnostics.spans import Path as Where
from bpstepper.scenario.schema.forms import Flag, Form, Mistake, Name, OneOf, Text, Whole
from bpstepper.scenario.schema.structures import Key, Table

__all__ = [
    "CONFIG_VARIABLE",
    "REMEMBERED",
    "SETTINGS",
    "STATE_VARIABLE",
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
_KEY = re.compile(r"\S{1,32}")

Keys = Mapping[str, Iterable[str]]
"""Action id → the keys that it has by default."""


@dataclass(frozen=True)
class Settings:
    """What holds, whoever has chosen it; the attributes are the keys of `SETTINGS`.

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


class _KeyList(Text):
    """Keys with commas between them: `right, n`."""

    __slots__ = ()

    what = 'keys with commas between them, as in next = "right,n"'

    def check(self, value: Any, path: Where, mistakes: list[Mistake]) -> None:
        """It is text, and each part of it may be the name of a key."""
        words = _words(value) if isinstance(value, str) else [""]
        if not all(_KEY.fullmatch(word) and clean(word) == word for word in words):
            self._wrong_type(value, path, mistakes)


def _words(keys: str) -> list[str]:
    """The keys of `right, n`, each once."""
    return list(dict.fromkeys(word.strip() for word in keys.split(",")))


SETTINGS: Final = Table(
    "Settings",
    "What a user has chosen once.",
    (
        Key("theme", Name(), Settings.theme, "the colours: the name of any Textual theme"),
        Key(
            "layout",
            Name(),
            Settings.layout,
            "what --layout is where it is not given; empty: as each scenario has it",
        ),
        Key("digits", Whole(ge=1, le=15), Settings.digits, "significant digits in matrices"),
        Key("ascii", Flag(), Settings.ascii, "draw in plain ASCII"),
        Key("notation", Name(), Settings.notation, "whose symbols and layer numbers are shown"),
        Key("low_bandwidth", Flag(), Settings.low_bandwidth, "send little, for slow lines"),
        Key("keys", Table("Keys", "Action id → its keys.", ()), {}, "[keys], the keys of actions"),
    ),
)
"""Every setting."""

REMEMBERED: Final = ("theme", "digits", "ascii", "notation")
"""The settings of which the program keeps the last choice made on the screen."""


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
    state_path, config_path = state_file(environ), config_file(environ)
    state, warnings = _read(state_path, wanted=False)
    config, of_config = _read(config_path, wanted=bool(environ.get(CONFIG_VARIABLE)))
    schema = _schema(actions, choices or {}, config.get("keys"))
    remembered, found = _checked(_remembered(state), schema)
    warnings += _told(state_path, found)
    chosen, found = _checked(config, schema)
    bound, of_keys = _bound(chosen.pop("keys", {}), actions or {})
    of_config += _told(config_path, [*found, *of_keys])
    settings = Settings(**{**remembered, **chosen}, keys=MappingProxyType(bound))
    return settings, (*warnings, *of_config)


def _schema(actions: Keys | None, choices: Mapping[str, Collection[str]], keys: object) -> Table:
    """`SETTINGS` with the values and the actions that there are."""
    ids = actions if actions is not None else keys if isinstance(keys, dict) else ()
    bindings = [Key(action, _KeyList(), None, "its keys") for action in ids]
    own: dict[str, Form] = {key: OneOf(names) for key, names in choices.items()}
    own["keys"] = Table("Keys", "Action id → its keys.", bindings)
    rows = [key._replace(form=own.get(key.name, key.form)) for key in SETTINGS.keys.values()]
    return Table(SETTINGS.name, SETTINGS.about, rows)


def _remembered(values: Mapping[str, object]) -> dict[str, object]:
    """Of all else in a state nothing is said: a later version may have put it there."""
    return {key: value for key, value in values.items() if key in REMEMBERED}


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


def _checked(values: Mapping[str, Any], schema: Table) -> tuple[dict[str, Any], list[str]]:
    """The values that can be used, and what is wrong with the others."""
    # a default may stand there even where it is none of the choices
    usual = {key: it for key, it in values.items() if repr(it) == repr(_default(key))}
    mistakes: list[Mistake] = []
    schema.check({key: it for key, it in values.items() if key not in usual}, (), mistakes)
    bad = {mistake.path for mistake in mistakes}
    right = {key: it for key, it in values.items() if (key,) not in bad}
    if "keys" in right:
        right["keys"] = {it: right["keys"][it] for it in right["keys"] if ("keys", it) not in bad}
    if not mistakes:
        return right, []
    from bpstepper.scenario.schema.schema_messages import in_one_line

    return right, [shorten(in_one_line(mistake), 200) for mistake in mistakes]


def _default(key: str) -> object:
    return SETTINGS.keys[key].default if key in SETTINGS.keys else None


# ── keys ─────────────────────────────────────────────────────────────────────────────────────


def _bound(wanted: Mapping[str, str], actions: Keys) -> tuple[dict[str, str], list[str]]:
    """The keys of each action that the file names, and which of them clash."""
    bound: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    wrong = []
    for action, value in wanted.items():
        for word in _words(value):
            first = owner.setdefault(_key_name(word), action)
            if first == action:
                bound.setdefault(action, []).append(word)
            else:
                wrong.append(f"keys: {word} is both {first} and {action}; {first} has it")
    wrong += _taken(bound, owner, actions)
    return {action: ",".join(words) for action, words in bound.items()}, wrong


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
        settings: what was chosen, by the keys of `SETTINGS`; all of a Settings will do.
        environ: the environment; by default that of the process.

    Returns:
        Why it could not be kept, or nothing. It never raises: no choice may fail for that.
    """
    try:
        path = state_file(os.environ if environ is None else environ)
        if path is None:
            return "there is no folder to remember settings in"
        before, _ = _read(path, wanted=False)
        now, _ = _checked(_remembered(settings), SETTINGS)
        known, _ = _checked(_remembered(before), SETTINGS)
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
