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

import os
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bpstepper.drawing.text import clean, shorten
from bpstepper.files import read_small, shown, write_whole
from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.data.reading import FileKind, decode
from bpstepper.scenario.diagnostics import spans
from bpstepper.scenario.diagnostics.diagnostic import Diagnostic
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.load import examine
from bpstepper.scenario.schema.forms import Flag, Mistake, OneOf, Pattern, Whole
from bpstepper.scenario.schema.structures import Key, Table
from bpstepper.scenario.toml.syntax import parse

__all__ = [
    "CONFIG_VARIABLE",
    "FIELDS",
    "REMEMBERED",
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
_KIND = FileKind("a file of settings", LARGEST, f"{LARGEST // 1024} KB", "", "")
_MOST_WARNINGS = 10  # of one file; the rest are counted
_BINDING = "stepper.{action}"
_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
_KEYS = Pattern(r"\s*[^\s,]{1,32}\s*(?:,\s*[^\s,]{1,32}\s*)*", "keys with commas", '"right,n"')

Keys = Mapping[str, Iterable[str]]
"""Action id → the keys that it has by default."""

FIELDS: Mapping[str, Key] = {
    row.name: row
    for row in (
        Key(
            "theme",
            Pattern(_NAME, "the name of a theme", '"nord"'),
            "textual-dark",
            "The colours: the name of any Textual theme.",
        ),
        Key(
            "layout",
            Pattern(f"(?:{_NAME})?", "the name of a layout", '"row"'),
            "",
            "What --layout is where it is not given; empty: as each scenario has it.",
        ),
        Key("digits", Whole(ge=1, le=15), 4, "Significant digits of the numbers in matrices."),
        Key("ascii", Flag(), False, "Draw in plain ASCII."),
        Key(
            "notation",
            Pattern(_NAME, "the name of a notation", '"book"'),
            "book",
            "Whose symbols and layer numbers are shown.",
        ),
        Key("low_bandwidth", Flag(), False, "Send little, for slow lines."),
    )
}
"""Every setting but the keys, by its name."""

REMEMBERED = ("theme", "digits", "ascii", "notation")
"""The settings of which the program keeps the last choice made on the screen."""


@dataclass(frozen=True)
class Settings:
    """What holds, whoever has chosen it; the attributes are those of `FIELDS`, and `keys`.

    Attributes:
        keys: action id → its keys as Textual writes them: `{"next": "right,n"}`.
    """

    theme: str = FIELDS["theme"].default
    layout: str = FIELDS["layout"].default
    digits: int = FIELDS["digits"].default
    ascii: bool = FIELDS["ascii"].default
    notation: str = FIELDS["notation"].default
    low_bandwidth: bool = FIELDS["low_bandwidth"].default
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
    actions: Keys = MappingProxyType({}),
    choices: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> tuple[Settings, tuple[str, ...]]:
    """Read both files; whatever is wrong with them, there are settings.

    Args:
        environ: the environment; it may name the files.
        actions: the ids that `[keys]` may name, with the keys that they have by default.
        choices: for a setting such as "theme", the values that there are.

    Returns:
        The settings, and what is wrong with the files, a line each.
    """
    rows = [_chosen_from(row, choices.get(key)) for key, row in FIELDS.items()]
    keys = Table("Keys", "Keys.", [Key(action, _KEYS, None, "Its keys.") for action in actions])
    state = Table("State", "What is remembered.", [it for it in rows if it.name in REMEMBERED])
    config = Table("Settings", "Settings.", [*rows, Key("keys", keys, {}, "Keys of actions.")])
    remembered, warnings = _read(state_file(environ), state, ignore_others=True)
    config_path = config_file(environ)
    chosen, of_config = _read(config_path, config, wanted=bool(environ.get(CONFIG_VARIABLE)))
    bound, of_keys = _bound(chosen.pop("keys", {}), actions)
    of_config += [f"{_named(config_path)}: {problem}" for problem in of_keys]
    settings = Settings(**{**remembered, **chosen}, keys=MappingProxyType(bound))
    return settings, (*warnings, *of_config)


def _chosen_from(row: Key, names: Collection[str] | None) -> Key:
    """A row whose value has to be one of some names, where these are known."""
    return row if names is None else row._replace(form=OneOf({row.default, *names}))


def _named(path: Path | None) -> str:
    return shorten(shown(path or ""), 120)


def _read(
    path: Path | None, table: Table, *, wanted: bool = False, ignore_others: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """What can be used of a file, and what is wrong with the rest, a line each.

    Args:
        path: the file.
        table: what may stand in it.
        wanted: it has to be there.
        ignore_others: nothing is said of other keys: a later version may have put them there.
    """
    if path is None:
        return {}, []
    try:
        raw = read_small(path, LARGEST)
        if not raw.strip():
            return {}, []
        source = decode(raw, _named(path), _KIND)
        parsed = parse(source)
        if ignore_others:
            known = {key: it for key, it in parsed.values.items() if key in table.keys}
            parsed = parsed._replace(values=known)
        draft, findings = examine(source, parsed, table)
        return _usable(draft, table, ()), _told(*findings.diagnostics())
    except ScenarioError as error:
        return {}, _told(error.diagnostics, error.omitted)
    except FileNotFoundError:
        return {}, [f"{_named(path)}: there is no such file"] if wanted else []
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        return {}, [f"{_named(path)}: {shorten(problem, 120)}; nothing of it was used"]


def _usable(draft: Draft, table: Table, path: spans.Path) -> dict[str, Any]:
    """The values of a table that are right."""
    found = {}
    for name, value in (draft.get(path, {}) or {}).items():
        form = table.keys[name].form if name in table.keys else None
        if isinstance(form, Table):
            found[name] = _usable(draft, form, (*path, name))
        elif form is not None and draft.is_sound((*path, name)):
            found[name] = value
    return found


def _told(diagnostics: Sequence[Diagnostic], omitted: int) -> list[str]:
    """What is wrong in a file, a line each; very much of it is counted."""
    told = [_line(diagnostic) for diagnostic in diagnostics[:_MOST_WARNINGS]]
    more = omitted + len(diagnostics[_MOST_WARNINGS:])
    return [*told, f"{diagnostics[0].file}: and {more} more"] if more else told


def _line(it: Diagnostic) -> str:
    place = it.file if it.line is None else f"{it.file}:{it.line}"
    return clean(f"{place}: {it.message}" + (f"; {shorten(it.help, 120)}" if it.help else ""))


# ── keys ─────────────────────────────────────────────────────────────────────────────────────


def _bound(wanted: Mapping[str, str], actions: Keys) -> tuple[dict[str, str], list[str]]:
    """The keys of each action that the file names, and which are those of two."""
    bound: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    wrong = []
    for action, value in wanted.items():
        for word in dict.fromkeys(word.strip() for word in value.split(",")):
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
        settings: what was chosen, by the keys of `FIELDS`; all of a Settings will do.
        environ: the environment; by default that of the process.

    Returns:
        Why it could not be kept, or nothing. It never raises: no choice may fail for that.
    """
    from bpstepper.scenario.save import toml_value  # only what is written needs it

    try:
        path = state_file(os.environ if environ is None else environ)
        if path is None:
            return "there is no folder to remember settings in"
        rows = [FIELDS[key] for key in REMEMBERED]
        before, wrong = _read(path, Table("State", "", rows), ignore_others=True)
        now = {row.name: settings[row.name] for row in rows if row.name in settings}
        after = before | {key: value for key, value in now.items() if _is_right(key, value)}
        if after == before and not wrong:
            return ""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, [_HEAD, *(f"{key} = {toml_value(it)}\n" for key, it in after.items())])
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"settings were not remembered: {shorten(str(reason), 120)}"
    return ""


_HEAD = "# What bpstepper remembers by itself; what stands in config.toml wins over it.\n"


def _is_right(key: str, value: object) -> bool:
    mistakes: list[Mistake] = []
    FIELDS[key].form.check(value, (key,), mistakes)
    return not mistakes
