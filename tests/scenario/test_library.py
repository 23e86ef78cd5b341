"""The library and the scenarios of a folder."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bpstepper.scenario import library, load
from bpstepper.scenario.course import load_course
from bpstepper.scenario.schema.library_order import LEVELS, TOPICS
from bpstepper.session import Session
from tests.growth import assert_linear
from tests.scenario.spoiling import BASE
from tests.scenes import BUNDLED, HARD, SMALL, opened

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


def test_every_kind_of_step_is_among_the_scenarios_that_tests_walk_through() -> None:
    """A new scenario with a step of a new kind has to join them."""
    walked = {kind for name in (*BUNDLED, *HARD) for kind in steps_of(opened(name))}
    for name in SMALL:
        assert steps_of(opened(name)) <= walked, name


def steps_of(session: Session) -> set[tuple[str, str]]:
    """The equations of a first update, each with its operations."""
    program = session.trace.program
    return {(op.equation.row, op.kernel.name) for op in program.ops}


def test_a_file_of_blank_lines_is_looked_through_once(tmp_path: Path) -> None:
    """Were each looked at from each, as many as a file may have would take an hour."""
    file = tmp_path / "blank.toml"

    def looking(lines: int) -> Callable[[], object]:
        def look() -> None:
            file.write_text('title = "x"\n' + "\n" * lines)
            assert library.local(tmp_path) == []
            assert not library.is_course(str(file))

        return look

    assert_linear(looking, 2000)


def test_path() -> None:
    """A name leads to its file; anything else leads nowhere."""
    path = library.path("mazur")
    assert path is not None
    assert path.is_file()
    assert {library.path(name) for name in library.names()} <= set(library.found(library.folder()))
    for name in ("Mazur", "../mazur", "mazur.toml", "", "..", "/etc/passwd"):
        assert library.path(name) is None


def test_no_two_files_have_the_same_name() -> None:
    """Whatever folder they lie in: a name is the file's own."""
    stems = [file.stem for file in library.found(library.folder())]
    assert sorted(stems) == sorted(set(stems))
    assert set(stems) >= set(library.names())


def test_files_of_a_folder_and_of_those_in_it(tmp_path: Path) -> None:
    """One level deep, nothing else than TOML."""
    deep = tmp_path / "one" / "two"
    deep.mkdir(parents=True)
    for file in (tmp_path / "a.toml", deep.parent / "b.toml", deep / "c.toml", tmp_path / "d.csv"):
        file.touch()
    assert {file.name for file in library.found(tmp_path)} == {"a.toml", "b.toml"}


def test_entries_say_what_the_files_say() -> None:
    """Title, source and size of a list are those of the scenario."""
    entries = {entry.name: entry for entry in library.entries()}
    assert set(entries) == {*library.names(), *library.courses()}
    assert entries["mazur"].size == "2-2-2"
    for name in library.names():
        entry, scenario = entries[name], load(name)
        assert (entry.title, entry.source) == (scenario.title, scenario.source)
        assert (entry.topic, entry.level) == (scenario.topic, scenario.level)
        assert entry.about.strip() == scenario.about.strip()
        assert entry.size == "-".join(map(str, scenario.network.sizes))
        more = library.preview(entry)
        assert more.held == sum(expect.value.size for expect in scenario.expects)
        assert more.samples == str(len(scenario.samples)) or "in " in more.samples
    for name in library.courses():
        course = load_course(name)
        assert entries[name].course
        assert (entries[name].title, entries[name].level) == (course.title, course.level)
        assert entries[name].size == f"{len(course.stops)} stops"


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


ODD = (
    ("inputs = 2", "inputs = 1_000"),  # a number in another spelling
    ("inputs = 2", "'inputs' = 2"),
    ("units = 3", "units = 3 # as many"),
    ("units = 3", "units=3"),
    ("[[network.layers]]", "  [[ network.layers ]]"),
    ("[network]\n", 'about = """\n[network]\ninputs = 9\n"""\n[network]\n'),
    ("[network]\n", "[network] # the net\n"),
    ("biases = [0.1, 0.2, 0.3]", 'biases = [0.1, 0.2, 0.3]\nunit_names = ["""\nunits = 7\n"""]'),
)


@pytest.mark.parametrize("swapped", ODD, ids=lambda swapped: swapped[1].splitlines()[0])
def test_a_quick_look_is_no_wrong_one(tmp_path: Path, swapped: tuple[str, str]) -> None:
    """However a file is written, a list says what the whole of it says."""
    text = BASE.replace(*swapped)
    (tmp_path / "odd.toml").write_text(text, encoding="utf-8")
    (entry,) = library.local(tmp_path)
    network = tomllib.loads(text)["network"]
    counts = [network["inputs"], *(layer["units"] for layer in network["layers"])]
    assert entry.size == "-".join(map(str, counts))


def test_groups() -> None:
    """One's own first, then courses, then topics in the order of the table, unknown ones, none."""
    topics = ["", "zebra", TOPICS[3], "Aardvark", TOPICS[1], TOPICS[3]]
    made = [
        library.LibraryEntry(str(i), "", "", "", Path(str(i)), topic)
        for i, topic in enumerate(topics)
    ]
    made += [made[0]._replace(name="course", course=True), made[1]._replace(bundled=False)]
    groups = [(heading, [e.name for e in group]) for heading, group in library.grouped(made)]
    assert groups == [
        ("this folder", ["1"]),
        ("courses", ["course"]),
        (TOPICS[1], ["4"]),
        (TOPICS[3], ["2", "5"]),
        ("Aardvark", ["3"]),
        ("zebra", ["1"]),
        ("other scenarios", ["0"]),
    ]


def test_the_shelves_of_the_library() -> None:
    """Every bundled scenario has a topic that the table knows, and a level."""
    for entry in library.entries():
        assert entry.course or entry.topic in TOPICS, entry.name
        assert entry.level in LEVELS, entry.name


def test_what_is_no_course(tmp_path: Path) -> None:
    """A scenario, another TOML file, nothing at all."""
    (tmp_path / "scenario.toml").write_text(BASE, encoding="utf-8")
    (tmp_path / "other.toml").write_text("[tool]\n", encoding="utf-8")
    (tmp_path / "course.toml").write_text("[course]\n", encoding="utf-8")
    kinds = {name: library.is_course(str(tmp_path / f"{name}.toml")) for name in
             ("scenario", "other", "course", "nowhere")}  # fmt: skip
    assert kinds == {"scenario": False, "other": False, "course": True, "nowhere": False}
    assert not library.is_course("mazur")


def test_titles_of_a_list_are_printable(tmp_path: Path) -> None:
    """A list does not check files, but it does not pass on escape sequences either."""
    text = BASE.replace("a base to spoil", r"\u001b]0;x\u0007")
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    (entry,) = library.local(tmp_path)
    assert entry.title.isprintable()
