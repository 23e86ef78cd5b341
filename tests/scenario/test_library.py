"""The library and the scenarios of a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpstepper.scenario import library, load
from tests.scenario.spoiling import BASE

EXPECTED = {
    "cs231n-neuron",
    "data-mining-3-2-1",
    "four-horsemen-3-4-2",
    "linear-neuron-a",
    "linear-neuron-b",
    "mazur",
    "moons",
    "softmax-jacobian",
    "xor-one-step",
}


def test_names() -> None:
    """The classics are there, in alphabetical order."""
    names = library.names()
    assert set(names) >= EXPECTED
    assert list(names) == sorted(names)


def test_path() -> None:
    """A name leads to its file; anything else leads nowhere."""
    path = library.path("mazur")
    assert path is not None
    assert path.is_file()
    for name in ("Mazur", "../mazur", "mazur.toml", "", "..", "/etc/passwd"):
        assert library.path(name) is None


def test_entries_say_what_the_files_say() -> None:
    """Title, source and size of a list are those of the scenario."""
    entries = {entry.name: entry for entry in library.entries()}
    assert set(entries) == set(library.names())
    assert entries["mazur"].size == "2-2-2"
    for name, entry in entries.items():
        scenario = load(name)
        assert (entry.title, entry.source) == (scenario.title, scenario.source)
        assert entry.size == "-".join(map(str, scenario.network.sizes))


def test_folder_of_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files inside the package come first, then those beside it."""
    module = tmp_path / "pkg" / "scenario" / "library.py"
    (tmp_path / "pkg" / "scenario").mkdir(parents=True)
    (tmp_path / "scenarios").mkdir()
    monkeypatch.setattr(library, "__file__", str(module))
    find = library.folder.__wrapped__
    assert find() == tmp_path.resolve() / "scenarios"
    (tmp_path / "pkg" / "scenarios").mkdir()
    assert find() == tmp_path.resolve() / "pkg" / "scenarios"


def test_local(tmp_path: Path) -> None:
    """Scenarios of a folder are listed, other TOML files are not, broken ones with a `?`."""
    (tmp_path / "good.toml").write_text(BASE, encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[network]\ninputs = .5\n", encoding="utf-8")
    (tmp_path / "odd.toml").write_text("[network]\ninputs = 'x'\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes(b"[network]\n# \xff")
    (tmp_path / "folder.toml").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo.toml")
    found = {Path(entry.name).name: entry for entry in library.local(tmp_path)}
    assert set(found) == {"good.toml", "broken.toml", "odd.toml"}
    assert found["good.toml"].size == "2-3-2"
    assert found["good.toml"].title == "a base to spoil"
    assert found["broken.toml"].size == found["odd.toml"].size == "?"
    assert load(found["good.toml"].path).title == "a base to spoil"


def test_local_of_no_folder(tmp_path: Path) -> None:
    """A folder that is not there has nothing in it."""
    assert library.local(tmp_path / "nowhere") == []


def test_titles_of_a_list_are_printable(tmp_path: Path) -> None:
    """A list does not check files, but it does not pass on escape sequences either."""
    text = BASE.replace("a base to spoil", r"\u001b]0;x\u0007")
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    (entry,) = library.local(tmp_path)
    assert entry.title.isprintable()
