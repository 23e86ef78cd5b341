"""`bpstepper list`, `schema` and `new`; and courses, which some commands have no use for."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from bpstepper.scenario import library
from tests.saying import MAZUR, Said

COURSE = """
[course]
title = "Two stops"
level = "advanced"
[[course.stops]]
scenario = "mazur"
[[course.stops]]
scenario = "mine.toml"
at = "{at}"
"""


def test_a_course_is_no_scenario(said: Said, tmp_path: Path) -> None:
    """Whoever needs a scenario says so, with status 2; a course itself needs a terminal."""
    (tmp_path / "mine.toml").write_bytes(MAZUR.read_bytes())
    (tmp_path / "course.toml").write_text(COURSE.format(at="delta1"))
    for command in ("trace", "train", "quiz", "mistakes"):
        refused = said(command, "course.toml")
        assert (refused.status, refused.out) == (2, "")
        assert "this is a course" in refused.err
        assert "`bpstepper course.toml` opens it" in refused.err
    for arguments in (["course.toml"], ["course.toml", "--plain"]):
        refused = said(*arguments)
        assert (refused.status, refused.out) == (2, "")
        assert "its scenarios do not: mazur, mine" in refused.err
    assert "key `set` of their own" in said("course.toml", "--set", "loss.l2=1").err
    assert "--layout is one of" in said("course.toml", "--layout", "rwo").err


def test_check_of_a_course(said: Said, tmp_path: Path) -> None:
    """Status 0 where every stop is there, 1 where a step is not, 2 where it cannot be read."""
    (tmp_path / "mine.toml").write_bytes(MAZUR.read_bytes())
    file = tmp_path / "course.toml"
    file.write_text(COURSE.format(at="delta1"))
    checked = said("check", "course.toml", "mazur")
    assert (checked.status, checked.err) == (0, "")
    assert checked.out.startswith("✓ course: a course, 2 stops in 2 scenarios\n")
    assert "1 scenario, 1 course, 43 numbers held, 27 of them published; all right" in checked.out
    file.write_text(COURSE.format(at="jacobian2"))
    checked = said("check", "course.toml")
    assert (checked.status, checked.err) == (1, "")
    assert "  line 7: mine has no step with jacobian2 at update 1" in checked.out
    file.write_text(COURSE.format(at="delta3"))
    checked = said("check", "course.toml", "--format", "json")
    assert checked.status == 2
    assert "course.toml:9:6" in checked.err
    document = json.loads(checked.out)
    assert (document["ok"], document["scenarios"]) == (False, [])
    assert document["courses"][0]["course"] == "course.toml"


def test_list(said: Said, tmp_path: Path) -> None:
    """The bundled scenarios, and those of this folder; other TOML files are none."""
    (tmp_path / "mine.toml").write_bytes(MAZUR.read_bytes())
    (tmp_path / "acourse.toml").write_text(COURSE.format(at="z1"))
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    listed = said("list")
    assert (listed.status, listed.err) == (0, "")
    bundled, _, local = listed.out.partition("this folder:")
    assert all(f"  {name} " in bundled for name in library.names())
    assert local.split()[:6] == ["acourse.toml", "2", "stops", "advanced", "Two", "stops"]
    assert local.split()[6:8] == ["mine.toml", "2-2-2"]
    assert "pyproject" not in local
    for heading, group in library.grouped(library.entries()):
        assert f"{heading}:\n  {group[0].name} " in bundled
    document = said("list", "--format", "json").json()
    records = document["scenarios"]
    assert [it["name"] for it in document["courses"]] == [*library.courses(), "acourse.toml"]
    assert [record["name"] for record in records] == [*library.names(), "mine.toml"]
    mazur = next(record for record in records if record["name"] == "mazur")
    assert (mazur["topic"], mazur["level"]) == ("published examples", "first steps")
    assert [record["bundled"] for record in records] == [True] * len(library.names()) + [False]
    assert all(Path(record["path"]).is_file() for record in records)


def test_the_scenario_schema_accepts_the_library(said: Said) -> None:
    """`schema` is a JSON Schema; every bundled file is valid, and a misspelt key is not."""
    schema = said("schema").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name in library.names():
        text = Path(str(library.path(name))).read_text(encoding="utf-8")
        values = tomllib.loads(text)
        validator.validate(values)
        values["network"]["layers"][0]["activaton"] = "relu"
        assert not validator.is_valid(values)


def test_the_course_schema(said: Said) -> None:
    """`schema --of course` accepts a course, and no misspelt key."""
    schema = said("schema", "--of", "course").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    values = tomllib.loads(COURSE.format(at="z1"))
    validator.validate(values)
    for name in library.courses():
        validator.validate(tomllib.loads(Path(str(library.path(name))).read_text("utf-8")))
    values["course"]["stops"][0]["scenrio"] = "mazur"
    assert not validator.is_valid(values)


def test_new_writes_a_scenario_that_is_right(said: Said, tmp_path: Path) -> None:
    """The starter is commented, opens, and passes its own check; stdout stays empty."""
    written = said("new", "my.toml")
    assert (written.status, written.out) == (0, "")
    assert written.err == "wrote my.toml; try: bpstepper my.toml\n"
    assert (tmp_path / "my.toml").read_text(encoding="utf-8").count("#") > 10
    assert said("check", "my.toml").status == 0
    assert said("my.toml").status == 0


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling link"])
def test_new_never_overwrites(said: Said, tmp_path: Path, kind: str) -> None:
    """Whatever has that name already stays as it is."""
    target = tmp_path / "my.toml"
    other = tmp_path / "other"
    if kind == "file":
        target.write_text("mine")
    elif kind == "folder":
        target.mkdir()
    else:
        target.symlink_to(other)
        if kind == "link":
            other.write_text("mine")
    refused = said("new", "my.toml")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == "bpstepper: my.toml is there already; nothing was written\n"
    assert kind != "dangling link" or not other.exists()
    assert kind in ("folder", "dangling link") or target.read_text() == "mine"
