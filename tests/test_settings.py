"""Settings: who wins, what is said of files that are wrong, and that nothing about them hurts."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.app.actions import ACTIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.scenario.schema.forms import Mistake
from bpstepper.settings import (
    CONFIG_VARIABLE,
    FIELDS,
    LARGEST,
    REMEMBERED,
    STATE_VARIABLE,
    Settings,
    config_file,
    load_settings,
    remember,
    state_file,
)
from tests.portable import PATIENCE
from tests.terminal import environment

KEYS = {
    "next": ("right", "n", "pagedown"),
    "back": ("left", "p", "pageup"),
    "out": ("up",),
    "go": ("g", "colon"),
    "why": ("y",),
    "ascii": ("a",),
    "help": ("question_mark", "f1"),
}
"""Some actions with their keys, as the user interface tells them."""
OTHERS: dict[str, str | int | bool] = {
    "theme": "nord",
    "layout": "row",
    "digits": 7,
    "ascii": True,
    "notation": "nielsen",
    "low_bandwidth": True,
}
"""A value of every setting that is not its default."""


class Home:
    """Two files, and what is made of them."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config.toml"
        self.state = folder / "deep" / "below" / "state.toml"
        self.environ = {CONFIG_VARIABLE: str(self.config), STATE_VARIABLE: str(self.state)}
        self.config.write_text("")

    def load(self, config: str | bytes = "", **choices: list[str]) -> tuple[Settings, list[str]]:
        """The settings with this configuration, and the warnings without the file's name."""
        self.config.write_bytes(config if isinstance(config, bytes) else config.encode())
        settings, warnings = load_settings(self.environ, KEYS, choices)
        assert all("\n" not in line for line in warnings)
        return settings, [line.partition(": ")[2] for line in warnings]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty configuration, and no state yet."""
    return Home(tmp_path)


def toml(value: str | int | bool) -> str:
    """A value as a person writes it."""
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


# ── the table ────────────────────────────────────────────────────────────────────────────────


def test_the_table_and_the_settings_agree() -> None:
    """Each row is an attribute with the row's default, which is right as any other value is.

    The others of this test are all different from the defaults, so that they would be seen.
    """
    assert {item.name for item in fields(Settings)} == {*FIELDS, "keys"}
    for key, row in FIELDS.items():
        assert getattr(Settings(), key) == row.default
        assert type(OTHERS[key]) is type(row.default)
        assert is_right(key, row.default)
        assert is_right(key, OTHERS[key])
        assert OTHERS[key] != row.default


def is_right(key: str, value: object) -> bool:
    """Whether a setting may have this value."""
    mistakes: list[Mistake] = []
    FIELDS[key].form.check(value, (), mistakes)
    return not mistakes


# ── who wins ─────────────────────────────────────────────────────────────────────────────────


def test_without_files_there_are_the_defaults(tmp_path: Path) -> None:
    """No file is no mistake, but for a configuration that was named."""
    missing = {STATE_VARIABLE: str(tmp_path / "s"), CONFIG_VARIABLE: os.devnull}
    assert load_settings(missing) == (Settings(), ())
    named = missing | {CONFIG_VARIABLE: str(tmp_path / "c.toml")}
    settings, warnings = load_settings(named)
    assert settings == Settings()
    assert len(warnings) == 1
    assert "no such file" in warnings[0]


@pytest.mark.parametrize("key", FIELDS)
def test_the_file_says_what_holds(home: Home, key: str) -> None:
    """Each setting can be chosen in the configuration, and changes nothing else."""
    settings, warnings = home.load(f"{key} = {toml(OTHERS[key])}")
    assert warnings == []
    for row in FIELDS.values():
        wanted = OTHERS[key] if row.name == key else row.default
        assert getattr(settings, row.name) == wanted


@pytest.mark.parametrize("key", FIELDS)
def test_only_some_are_remembered(home: Home, key: str) -> None:
    """What the screen can change comes back; what only a file says does not."""
    assert remember({key: OTHERS[key]}, home.environ) == ""
    settings, warnings = home.load()
    assert warnings == []
    wanted = OTHERS[key] if key in REMEMBERED else FIELDS[key].default
    assert getattr(settings, key) == wanted


def test_command_line_configuration_state_default(home: Home) -> None:
    """The command line wins over the configuration, that over what is remembered."""
    assert remember({"digits": 9, "theme": "nord"}, home.environ) == ""
    settings, _ = home.load("digits = 6")
    assert (settings.digits, settings.theme) == (6, "nord")
    settings = settings.overridden(digits=2, theme=None)
    assert (settings.digits, settings.theme) == (2, "nord")


def test_a_configuration_can_undo_what_is_remembered(home: Home) -> None:
    """A default that is written down is a choice, too."""
    assert remember({"ascii": True}, home.environ) == ""
    assert home.load()[0].ascii
    assert not home.load("ascii = false")[0].ascii


def test_memory_adds_up(home: Home) -> None:
    """What is not given now stays as it was; all of a Settings may be given."""
    assert remember({"theme": "nord"}, home.environ) == ""
    assert remember({"digits": 8}, home.environ) == ""
    settings, _ = home.load()
    assert (settings.theme, settings.digits) == ("nord", 8)
    assert remember(vars(settings), home.environ) == ""
    assert home.load()[0] == settings


def test_what_has_not_changed_is_not_written(home: Home) -> None:
    """The same choices again leave the file alone."""
    assert remember({"theme": "nord"}, home.environ) == ""
    home.state.parent.chmod(0o500)
    before = home.state.stat().st_mtime_ns
    assert remember({"theme": "nord"}, home.environ) == ""
    home.state.parent.chmod(0o700)
    assert home.state.stat().st_mtime_ns == before


# ── what is wrong ────────────────────────────────────────────────────────────────────────────

WHOLE = {
    "corrupt": b"theme = ",
    "not UTF-8": b'theme = "\xff"',
    "huge": b"#" * (LARGEST + 1),
    "deep": b"theme = " + b"[" * (sys.getrecursionlimit() + 1),
    "a control character": b'theme = "\x1b]52;c;eA==\x07"',
    "a big number": b"digits = " + b"9" * 4_301,
}


@pytest.mark.parametrize("raw", WHOLE.values(), ids=WHOLE)
def test_a_file_that_cannot_be_used(home: Home, raw: bytes) -> None:
    """A line each, safe to print, and the defaults; the same for the state, which heals."""
    settings, warnings = home.load(raw)
    assert settings == Settings()
    assert warnings
    assert all(warning.isprintable() for warning in warnings)
    home.state.parent.mkdir(parents=True)
    home.state.write_bytes(raw)
    settings, warnings = home.load()
    assert settings == Settings()
    assert warnings
    assert remember({"digits": 5}, home.environ) == ""
    settings, warnings = home.load()
    assert (settings.digits, warnings) == (5, [])


def test_the_largest_file_is_read(home: Home) -> None:
    """The limit itself is still within it."""
    line = b"digits = 3\n"
    assert home.load(line + b"#" * (LARGEST - len(line)))[0].digits == 3


@pytest.mark.parametrize("kind", ["folder", "pipe", "NUL", "unreadable", "loop"])
def test_what_is_no_file(home: Home, kind: str) -> None:
    """A folder, a pipe that nobody writes to, an impossible path: one line, and no waiting."""
    home.config.unlink()
    if kind == "folder":
        home.config.mkdir()
    elif kind == "pipe":
        os.mkfifo(home.config)
    elif kind == "NUL":
        home.environ[CONFIG_VARIABLE] = "a\0b"
    elif kind == "loop":
        home.config.symlink_to(home.config)
    else:
        home.config.write_text("digits = 3")
        home.config.chmod(0)
        if os.access(home.config, os.R_OK):  # a superuser may read everything
            pytest.skip("every file can be read here")
    settings, warnings = load_settings(home.environ)
    assert settings == Settings()
    assert len(warnings) == 1
    assert warnings[0].isprintable()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('them = "nord"', "there is no key `them` at the top of a file; write `theme`"),
        ("[key]", "there is no key `key` at the top of a file; write `keys`"),
        ("frobnicate = 1", "there is no key `frobnicate` at the top of a file; the keys here are"),
        ("stops = 1", "there is no key `stops` at the top of a file; the keys here are"),
        ("digits = 0", "`digits` must be at least 1; write a number that is at least 1"),
        ("digits = 16", "`digits` must be at most 15; write a number that is at most 15"),
        ("digits = true", "`digits` must be a whole number, not true or false"),
        ("digits = 4.0", "`digits` must be a whole number, not 4.0; write it without a dot: 4"),
        ("ascii = 1", "`ascii` must be true or false, not 1; write true or false, small"),
        ('ascii = "yes"', "`ascii` must be true or false, not text; write true or false, small"),
        ("theme = 1", "`theme` must be text, not 1; put it in quotes"),
        ("notation = 1", '`notation` must be the name of a notation, not 1; write it as "book"'),
        ('theme = "a b"', 'there is no theme called "a b"; one of '),
        ('theme = "nrod"', 'there is no theme called "nrod"; write "nord"'),
        ('layout = "rows"', 'there is no layout called "rows"; write "row"'),
        ('keys = "n"', "`keys` must be a table, not text"),
        ("digits = ", "this key has no value; give it a value, or delete it"),
    ],
)
def test_what_is_wrong_is_told(home: Home, config: str, said: str) -> None:
    """One line for each mistake; the default holds."""
    settings, warnings = home.load(config, theme=["nord", "gruvbox"], layout=[*LAYOUTS])
    (warning,) = warnings
    assert warning.startswith(said)
    assert settings == Settings()


def test_what_is_right_holds_beside_what_is_wrong(home: Home) -> None:
    """A mistake costs its own line only."""
    settings, warnings = home.load('digits = 99\nlow_bandwidth = true\nfoo = 1\n[keys]\nnext = "n"')
    assert settings.low_bandwidth
    assert settings.keys == {"next": "n"}
    assert len(warnings) == 2


def test_very_much_that_is_wrong_is_counted(home: Home) -> None:
    """A thousand mistakes are few lines."""
    _, warnings = home.load("".join(f"unheard{i} = 1\n" for i in range(1000)))
    assert len(warnings) == 11
    assert warnings[-1] == "and 990 more"


def test_warnings_name_the_file_without_the_home(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning can be shown to others."""
    monkeypatch.setenv("HOME", str(tmp_path))
    home.config.write_text("x = 1")
    _, warnings = load_settings(home.environ)
    (warning,) = warnings
    assert warning.startswith("~/config.toml:1: there is no key `x`")


# ── keys ─────────────────────────────────────────────────────────────────────────────────────


def test_keys_become_a_keymap(home: Home) -> None:
    """Action ids become the ids of the stepper's bindings; blanks are dropped."""
    settings, warnings = home.load('[keys]\nnext = "right, n ,pagedown"\nhelp = "f1"')
    assert warnings == []
    assert settings.keys == {"next": "right,n,pagedown", "help": "f1"}
    assert settings.keymap == {"stepper.next": "right,n,pagedown", "stepper.help": "f1"}


def test_the_keymap_is_one_that_bindings_know(home: Home) -> None:
    """Every id of a keymap is that of a binding, and Textual puts the keys there."""
    from textual.keys import _normalize_key_list

    from bpstepper.app.stepper import StepperScreen

    config = "[keys]\n" + "\n".join(f'{action.id} = "f{i}"' for i, action in enumerate(ACTIONS, 2))
    home.config.write_text(config)
    known = {action.id: action.keys for action in ACTIONS}
    settings, warnings = load_settings(home.environ, known)
    assert warnings == ()
    bindings = StepperScreen._merged_bindings
    assert bindings is not None
    copy = bindings.copy()
    copy.apply_keymap({id_: _normalize_key_list(keys) for id_, keys in settings.keymap.items()})
    for i, action in enumerate(ACTIONS, 2):
        assert {binding.id for binding in copy.key_to_bindings[f"f{i}"]} == {f"stepper.{action.id}"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('nxt = "n"', "there is no key `nxt` in [keys]; write `next`"),
        ('next = ""', '`next` must be keys with commas, not ""; write it as "right,n"'),
        ('next = "n,"', '`next` must be keys with commas, not "n,"; write it as "right,n"'),
        ('next = "a b"', '`next` must be keys with commas, not "a b"; write it as "right,n"'),
        ("next = 1", '`next` must be keys with commas, not 1; write it as "right,n"'),
        ('next = "v"\nback = "v"', "keys: v is both next and back; next has it"),
        ('next = "?"\nback = "question_mark"', "keys: question_mark is both next and back; next"),
        ('next = "p"', "keys: next takes p from back"),
        ('next = ":"', "keys: next takes colon from go"),
        ('next = "up"', "keys: next takes up from out, which has no key left; give it one: out ="),
    ],
)
def test_wrong_keys_are_told(home: Home, line: str, said: str) -> None:
    """A key is one action's; whoever loses one is named."""
    _, warnings = home.load(f"[keys]\n{line}")
    assert [found for found in warnings if found.startswith(said)], warnings


def test_exchanged_keys_are_nobodys_loss(home: Home) -> None:
    """Two actions may change places without a word."""
    settings, warnings = home.load('[keys]\nnext = "left"\nback = "right"')
    assert warnings == []
    assert settings.keys == {"next": "left", "back": "right"}


def test_a_key_of_two_actions_stays_with_the_first(home: Home) -> None:
    """The other one keeps what else it was given."""
    settings, _ = home.load('[keys]\nnext = "v"\nback = "v,b"')
    assert settings.keys == {"next": "v", "back": "b"}


@pytest.mark.parametrize("character", "?:[]{}+-/\\@_.;#*~ä")
def test_one_key_has_one_name(home: Home, character: str) -> None:
    """A character and the long name that Textual has for it are seen to be one key."""
    from textual.keys import _character_to_key

    long = _character_to_key(character)
    literal = character.replace("\\", "\\\\")
    _, warnings = home.load(f'[keys]\nwhy = "{literal}"\nascii = "{long}"')
    assert any("is both why and ascii" in line for line in warnings), warnings


# ── nothing hurts ────────────────────────────────────────────────────────────────────────────


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_no_file_raises(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """Whatever stands in a file, there are settings, and lines that can be printed."""
    home = Home(tmp_path_factory.mktemp("any"))
    home.config.write_bytes(raw)
    settings, warnings = load_settings(home.environ, KEYS)
    assert isinstance(settings, Settings)
    assert all(line.isprintable() for line in warnings)


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "keys", "other"]),
        st.one_of(st.integers(), st.booleans(), st.text(max_size=20), st.none(), st.floats()),
    )
)
def test_anything_may_be_remembered(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    """What cannot be meant is left out; what was written reads back without a word."""
    home = Home(tmp_path_factory.mktemp("any"))
    assert remember(values, home.environ) == ""
    settings, warnings = home.load()
    assert warnings == []
    for key in values.keys() & FIELDS.keys():
        kept = key in REMEMBERED and is_right(key, values[key])
        assert getattr(settings, key) == (values[key] if kept else FIELDS[key].default)


@pytest.mark.parametrize("state", ["/proc/nowhere/state.toml", "/dev/null/state.toml", "a\0b"])
def test_what_cannot_be_written_is_told(state: str) -> None:
    """A home that takes nothing: one line, and nothing raised."""
    said = remember({"digits": 5}, {STATE_VARIABLE: state})
    assert said.startswith("settings were not remembered: ")
    assert said.isprintable()


def test_a_write_that_fails_leaves_the_old_state(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: what was remembered before is still there, and nothing beside it."""
    assert remember({"digits": 5}, home.environ) == ""

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = remember({"digits": 6}, home.environ)
    assert said == "settings were not remembered: No space left on device"
    monkeypatch.undo()
    assert home.load()[0].digits == 5
    assert os.listdir(home.state.parent) == ["state.toml"]


def test_the_folders_are_those_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without variables of ours the files are where such files are; without a home, nowhere."""
    import platformdirs

    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    places = [config_file({}), state_file({})]
    assert all(place is not None and place.is_relative_to(tmp_path) for place in places)
    assert load_settings({}) == (Settings(), ())
    assert remember({"digits": 6}, {}) == ""
    assert load_settings({})[0].digits == 6
    for name in ("user_config_path", "user_state_path"):
        monkeypatch.setattr(platformdirs, name, lambda *_, **__: Path("~/.local/bpstepper"))
    assert [config_file({}), state_file({})] == [None, None]
    assert load_settings({}) == (Settings(), ())
    assert remember({"digits": 6}, {}) == "there is no folder to remember settings in"


def test_reading_settings_loads_little() -> None:
    """Nothing that draws, and platformdirs only where no file is named."""
    script = (
        "import sys, bpstepper.settings as s; "
        "s.load_settings({'BPSTEPPER_CONFIG': '/dev/null', 'BPSTEPPER_STATE': '/dev/null'}); "
        "print(*{name.split('.')[0] for name in sys.modules}); "
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE,
    )
    assert done.stderr == ""
    assert not {"textual", "rich", "platformdirs"} & set(done.stdout.split())
