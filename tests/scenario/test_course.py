"""Courses: what a file says, everything that can be wrong with one, and where it leads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpstepper.scenario import ScenarioError, library, load
from bpstepper.scenario.course import Course, load_course, missing_steps
from bpstepper.session import MOST_UPDATES

GOOD = """\
format = 1
[course]
title = "Three stops"
about = "What it is about."
level = "advanced"
[[course.stops]]
scenario = "mazur"
text = "Here we begin."
[[course.stops]]
scenario = "sub/mine.toml"
at = "delta1"
ask = "Why?"
reveal = "So."
audience = "teacher"
[[course.stops]]
scenario = "mazur"
at = "W2_next"
update = 3
set = "training.learning_rate=5"
"""


def written(folder: Path, text: str) -> Path:
    """A course file, with a scenario of one's own below it."""
    (folder / "sub").mkdir(exist_ok=True)
    shutil.copy(str(library.path("xor-one-step")), folder / "sub" / "mine.toml")
    file = folder / "lecture.toml"
    file.write_text(text, encoding="utf-8")
    return file


def course(folder: Path, text: str = GOOD) -> Course:
    """The course of a text."""
    return load_course(written(folder, text))


def test_what_a_course_says(tmp_path: Path) -> None:
    """Its title, and every stop with its scenario, its step and its words before the notes."""
    read = course(tmp_path)
    assert (read.title, read.about, read.level) == ("Three stops", "What it is about.", "advanced")
    assert read.name == "lecture"
    first, second, third = read.stops
    assert [stop.line for stop in read.stops] == [6, 9, 15]
    assert (first.at, first.base.name, second.at, second.base.name) == (
        None, "mazur", "delta1", "mine",
    )  # fmt: skip
    assert [note.text for note in first.scenario.notes if note.at is None] == [
        "Here we begin.",
        "What it is about.",
    ]
    own, *others = second.scenario.notes
    assert (own.at, own.ask, own.reveal, own.audience) == ("delta1", "Why?", "So.", "teacher")
    assert tuple(others) == second.base.notes
    assert (third.update, third.changes) == (3, ("training.learning_rate=5",))
    assert third.base.training.learning_rate == 5.0
    assert first.base.training.learning_rate == load("mazur").training.learning_rate
    assert third.scenario.notes == third.base.notes  # nothing is said there
    assert missing_steps(read) == []


def test_one_scenario_is_read_once(tmp_path: Path) -> None:
    """Stops at the same numbers have one base, so that nothing is computed twice."""
    text = GOOD + '[[course.stops]]\nscenario = "mazur"\nat = "z1"\n'
    read = course(tmp_path, text)
    assert read.stops[0].base is read.stops[3].base
    assert read.stops[0].base is not read.stops[2].base


def test_the_layout_holds_for_every_stop(tmp_path: Path) -> None:
    """As for a scenario."""
    read = load_course(written(tmp_path, GOOD), layout="torch")
    assert {stop.scenario.network.layout for stop in read.stops} == {"torch"}


BAD = (
    ('title = "Three stops"', 'titel = "Three stops"', "unknown-key", 3, "write `title`"),
    ('title = "Three stops"', 'title = "a\\nb"', "several-lines", 3, ""),
    ('"advanced"', '"advancd"', "unknown-name", 5, 'write "advanced"'),
    ('"mazur"\ntext', '"mazr"\ntext', "unknown-scenario", 7, 'write "mazur"'),
    ('"mazur"\ntext', '"mine"\ntext', "unknown-scenario", 7, ""),
    ("sub/mine.toml", "sub/mien.toml", "file-not-found", 10, 'write "mine.toml"'),
    ("sub/mine.toml", "../mine.toml", "outside-folder", 10, ""),
    ("sub/mine.toml", "/etc/mine.toml", "outside-folder", 10, ""),
    ("sub/mine.toml", "lecture.toml", "is-a-course", None, ""),
    ('"delta1"', '"delta7"', "no-such-layer", 11, ""),
    ('"delta1"', '"Delta_1"', "unknown-symbol", 11, 'write "delta1"'),
    ("update = 3", "update = 0", "out-of-range", 18, ""),
    ("learning_rate=5", "learnin_rate=5", "unknown-key", 1, "write `learning_rate`"),
    ('ask = "Why?"', "ask = 1", "wrong-type", 12, ""),
    ('ask = "Why?"', 'ask = "\\u001b[2J"', "control-character", 12, ""),
    ("format = 1", "format = 2", "newer-format", 1, ""),
    ('[[course.stops]]\nscenario = "mazur"\ntext', "[[course.stops]]\ntext", "missing-key", 6, ""),
)


@pytest.mark.parametrize(
    ("before", "after", "code", "line", "help_text"), BAD, ids=[row[1][:30] for row in BAD]
)
def test_what_is_wrong_is_told(
    tmp_path: Path, before: str, after: str, code: str, line: int | None, help_text: str
) -> None:
    """One diagnostic, where it stands, with what to write."""
    assert GOOD.count(before) == 1
    with pytest.raises(ScenarioError) as caught:
        course(tmp_path, GOOD.replace(before, after))
    (told,) = caught.value.diagnostics
    assert (told.code, told.line) == (code, line)
    assert help_text in told.help
    if told.file != str(tmp_path / "lecture.toml"):  # elsewhere: the stop that asked is named, too
        assert told.second is not None
        assert told.second.file == str(tmp_path / "lecture.toml")


def test_all_of_it_is_told_at_once(tmp_path: Path) -> None:
    """Every mistake of a file, and of the scenario that it leads to."""
    text = GOOD
    for before, after in (
        ("titel", "titel"), ("title =", "titel ="), ('"mazur"\ntext', '"mazr"\ntext'),
        ("delta1", "delta7"), ("learning_rate=5", "learnin_rate=5"), ("update = 3", "update = x"),
    ):  # fmt: skip
        text = text.replace(before, after)
    with pytest.raises(ScenarioError) as caught:
        course(tmp_path, text)
    codes = [told.code for told in caught.value.diagnostics]
    assert {"unknown-key", "unknown-scenario", "no-such-layer"} <= set(codes)
    assert len(codes) >= 4


@pytest.mark.parametrize("text", ["[course]\n", "[course]\nstops = []\n", "format = 1\n"])
def test_a_course_without_stops(tmp_path: Path, text: str) -> None:
    """There is nothing to open."""
    with pytest.raises(ScenarioError):
        course(tmp_path, text)


def test_steps_that_are_not_there(tmp_path: Path) -> None:
    """A symbol that there can be, and that this network does not make."""
    read = course(tmp_path, GOOD.replace('"delta1"', '"jacobian2"'))
    assert [(number, stop.at) for number, stop in missing_steps(read)] == [(2, "jacobian2")]


def test_a_far_update_has_the_steps_of_a_near_one(tmp_path: Path) -> None:
    """To check a course nobody trains for hours; what is farther than one can go is refused."""
    far = GOOD.replace("update = 3", f"update = {MOST_UPDATES}")
    assert missing_steps(course(tmp_path, far)) == []
    wrong = far.replace("W2_next", "jacobian2")
    assert [number for number, _ in missing_steps(course(tmp_path, wrong))] == [3]
    with pytest.raises(ScenarioError, match="update"):
        course(tmp_path, GOOD.replace("update = 3", f"update = {MOST_UPDATES + 1}"))


@pytest.mark.parametrize("name", library.courses())
def test_bundled_courses(name: str) -> None:
    """Each loads, says what it is, and has all of its steps."""
    read = load_course(name)
    assert read.title
    assert read.about
    assert read.level
    assert missing_steps(read) == []
