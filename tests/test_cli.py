"""The commands: what they print and where, how they end, and what a wrong word gets."""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import jsonschema
import numpy as np
import pytest

import bpstepper
from bpstepper import cli, files
from bpstepper.cli import COMMANDS, main
from bpstepper.commands.common import CommandError, write_whole
from bpstepper.commands.train import Curve
from bpstepper.scenario import library
from tests.terminal import environment, program

MAZUR = library.folder() / "mazur.toml"

PUBLISHED: dict[str, list[list[float]] | float] = {
    "z1": [[0.3775], [0.3925]],
    "a1": [[0.593269992], [0.596884378]],
    "a2": [[0.75136507], [0.772928465]],
    "C": 0.298371109,
    "delta2": [[0.138498562], [-0.038098237]],
    "delta1": [[0.008771355], [0.009954255]],
    "W1": [[0.149780716, 0.19956143], [0.24975114, 0.29950229]],
    "W2": [[0.35891648, 0.408666186], [0.511301270, 0.561370121]],
}
"""Mazur's page, W after the update; δ recomputed, since he prints only their products."""


class Said:
    """What a command printed, and its status."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.status = 0
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> Said:
        """Run the program in this process."""
        self._capsys.readouterr()
        self.status = main(arguments)
        self.out, self.err = self._capsys.readouterr()
        return self

    def json(self) -> Any:
        """What was printed, as strict JSON: the words NaN and Infinity are no numbers of it."""
        assert self.err == ""
        return json.loads(self.out, parse_constant=pytest.fail)


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Said:
    """The program, run in this process, in an empty folder and a UTF-8 locale."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    return Said(capsys)


def run(*arguments: str, cwd: Path, stdin: str = "", **env: str | None) -> tuple[int, str, str]:
    """The program in a process of its own, its output piped."""
    done = subprocess.run(
        program(*arguments),
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment(**env),
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def temporary(folder: Path) -> list[str]:
    """The hidden files of a folder, which none of ours may stay."""
    return [name for name in os.listdir(folder) if name.startswith(".")]


class Stopped(BaseException):
    """What a signal raises, wherever the program happens to be."""


def stopped_at(moment: int, work: Callable[[], None]) -> bool:
    """Do the work, and raise Stopped before the given bytecode of ours; whether it came so far."""
    left = moment

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        frame.f_trace_opcodes = True
        if frame.f_code is not files.write_whole.__code__:
            return None
        if event == "opcode":
            left -= 1
            if left == 0:
                sys.settrace(None)
                raise Stopped
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except Stopped:
        return True
    finally:
        sys.settrace(before)
    return False


# a file that was open when the stop came is closed by the collector, which says so
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_whole_or_not_at_all_at_every_moment(tmp_path: Path) -> None:
    """Stopped before any bytecode of the writing: the old file or the new, and nothing beside."""
    file = tmp_path / "out.txt"
    moment = 1
    file.write_text("old")
    while stopped_at(moment, lambda: write_whole(str(file), ["ne", "w"])):
        assert file.read_text() in ("old", "new")
        assert os.listdir(tmp_path) == ["out.txt"]
        file.write_text("old")
        moment += 1
    assert moment > 100
    assert file.read_text() == "new"


# ── trace ────────────────────────────────────────────────────────────────────────────────────


def test_without_a_terminal_the_scenario_is_printed(said: Said) -> None:
    """`bpstepper mazur | cat` is `bpstepper trace mazur | cat`: steps, matrices, no sequences."""
    opened = said("mazur")
    assert (opened.status, opened.err) == (0, "")
    text = opened.out
    for line in ("Mazur's 2-2-2 network", "BP2   δ¹ = ( (W²)ᵀ δ² ) ⊙ σ′(z¹)", "0.008771"):
        assert line in text
    assert "\x1b" not in text
    assert said("trace", "mazur").out == text


def test_the_ascii_trace_says_the_same_in_as_many_lines(said: Said) -> None:
    """--ascii changes letters, and no line goes missing or is joined to another."""
    text = said("trace", "mazur").out
    ascii_text = said("trace", "mazur", "--ascii").out
    assert ascii_text.isascii()
    assert "?" not in ascii_text.replace("?\n", "\n")
    assert len(ascii_text.splitlines()) == len(text.splitlines())
    assert "BP2   delta1 = ( (W2)^T delta2 ) (.) sigma'(z1)" in ascii_text.splitlines()


def test_the_trace_of_several_updates(said: Said) -> None:
    """--updates N prints N of them, in order."""
    text = said("trace", "mazur", "--updates", "3").out
    assert [line for line in text.splitlines() if line.startswith("update ")] == [
        f"update {n}, epoch {n}, samples: s1" for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("mazur", "--updates", "2"),
        ("mazur", "--layout", "torch"),
        ("softmax-jacobian",),
        ("xor-one-step", "--layout", "row"),
        ("linear-neuron-a", "--updates", "4", "--set", "training.learning_rate=1e300"),
    ],
    ids=" ".join,
)
def test_the_trace_is_valid_against_its_schema(said: Said, arguments: tuple[str, ...]) -> None:
    """Each document is what `schema --of trace` promises."""
    schema = said("schema", "--of", "trace").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = said("trace", *arguments, "--format", "json").json()
    jsonschema.Draft202012Validator(schema).validate(document)


def test_the_schema_would_see_what_is_missing(said: Said) -> None:
    """A document without a promised key is not valid."""
    schema = said("schema", "--of", "trace").json()
    document = said("trace", "mazur", "--format", "json").json()
    del document["updates"][0]["steps"][3]["operations"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(document)


def test_the_trace_has_the_published_numbers(said: Said) -> None:
    """What Mazur printed, to half of the last digit that all of it has."""
    document = said("trace", "mazur", "--format", "json").json()
    (update,) = document["updates"]
    assert document["format"] == 1
    assert document["layout"] == "column"
    assert (update["update"], update["epoch"], update["samples"]) == (1, 1, [0])
    for symbol, published in PUBLISHED.items():
        found = (update["parameters"] if symbol in ("W1", "W2") else update["values"])[symbol]
        off = np.abs(read_back(found) - read_back(published))
        assert off.max() <= 5e-9, symbol
    assert update["C"] == update["values"]["C"]
    values = update["values"]
    for step in update["steps"]:
        assert step["value"] == values[step["id"]]
        for operation in step["operations"]:
            assert {*operation["operands"], operation["result"]} <= set(values)


def read_back(value: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A value of the document as an array; the words of what is not finite are floats to numpy."""
    return np.array(value, dtype=object).astype(np.float64)


@pytest.mark.parametrize(
    ("name", "overrides", "updates"),
    [
        ("mazur", [], 3),
        ("softmax-jacobian", [], 2),
        ("four-horsemen-3-4-2", [], 2),
        ("linear-neuron-a", ["training.learning_rate=1e300"], 4),
    ],
)
def test_floats_read_back_exactly(
    said: Said, name: str, overrides: list[str], updates: int
) -> None:
    """Every number of the document is the trace's own, bit for bit; what JSON lacks is a word."""
    sets = [word for override in overrides for word in ("--set", override)]
    document = said("trace", name, *sets, "--updates", str(updates), "--format", "json").json()
    line = bpstepper.timeline(bpstepper.load(name, overrides=overrides))
    words = json.dumps(document)
    assert ('"Infinity"' in words or '"NaN"' in words) == bool(overrides)
    for record, number in zip(document["updates"], range(1, updates + 1), strict=True):
        trace = line.at(number).trace
        assert set(record["values"]) == set(trace.keys())
        pairs = [(record["values"][key], trace[key]) for key in trace.keys()]  # noqa: SIM118
        pairs += [(record["parameters"][key], trace.parameters[key]) for key in trace.parameters]
        for found, value in pairs:
            array = read_back(found)
            assert array.shape == value.shape
            numbers = ~np.isnan(value)
            assert (np.isnan(array) == ~numbers).all()
            assert array[numbers].tobytes() == value[numbers].tobytes()


def test_a_trace_through_a_pipe(tmp_path: Path) -> None:
    """`-` reads the scenario from standard input."""
    status, out, err = run("trace", "-", "--format", "json", cwd=tmp_path, stdin=MAZUR.read_text())
    assert (status, err) == (0, "")
    assert json.loads(out)["title"] == "Mazur's 2-2-2 network"


# ── results are written whole or not at all ──────────────────────────────────────────────────


def test_output_goes_to_a_file(said: Said, tmp_path: Path) -> None:
    """--output prints nothing; the file is what would have been printed, and readable as usual."""
    text = said("trace", "mazur").out
    written = said("trace", "mazur", "--output", "trace.txt")
    assert (written.status, written.out, written.err) == (0, "", "")
    file = tmp_path / "trace.txt"
    assert file.read_text(encoding="utf-8") == text
    umask = os.umask(0)
    os.umask(umask)
    assert file.stat().st_mode & 0o777 == 0o666 & ~umask
    assert temporary(tmp_path) == []


def test_a_full_disk_leaves_the_old_file(
    said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing fails the file that was there stays, and nothing is left beside it."""
    (tmp_path / "trace.json").write_text("old")

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    failed = said("trace", "mazur", "--format", "json", "--output", "trace.json")
    assert (failed.status, failed.out) == (2, "")
    assert failed.err == "bpstepper: cannot write trace.json: No space left on device\n"
    assert (tmp_path / "trace.json").read_text() == "old"
    assert temporary(tmp_path) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, CommandError("no"), ValueError])
def test_a_result_that_breaks_off_is_not_written(
    tmp_path: Path, error: type[BaseException] | BaseException
) -> None:
    """An error, or Ctrl-C, in the middle of the pieces leaves the old file and nothing else."""
    file = tmp_path / "result"
    file.write_text("old")

    def pieces() -> Iterator[str]:
        yield "new" * 100_000
        raise error

    with pytest.raises(error if isinstance(error, type) else type(error)):
        write_whole(str(file), pieces())
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["result"]


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    """What is written to a pipe goes through it; no file takes its place, and none stays beside."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    write_whole(str(pipe), ["one ", b"two"])
    reader.join(10)
    assert heard == ["one two"]
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize("target", ["nowhere/trace.txt", ".", "a\x1b]52;", "mine.txt/x"])
def test_a_place_that_cannot_be_written(said: Said, tmp_path: Path, target: str) -> None:
    """A folder that is not there, a folder itself: one line on stderr, safe to print."""
    (tmp_path / "mine.txt").write_text("mine")
    before = sorted(os.listdir(tmp_path))
    failed = said("trace", "mazur", "--output", target)
    if target.startswith("a"):  # an odd name, but a file may have it
        assert failed.status == 0
        return
    assert (failed.status, failed.out) == (2, "")
    assert failed.err.startswith("bpstepper: cannot write ")
    assert failed.err.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == before


# ── check ────────────────────────────────────────────────────────────────────────────────────


def wrong_mazur(folder: Path) -> tuple[str, int]:
    """A copy of mazur with one wrong expectation; its name, and the line that it stands in."""
    text = MAZUR.read_text(encoding="utf-8")
    wrong = text.replace("value = 0.3775\n", "value = 0.3875\n")
    assert wrong != text
    (folder / "wrong.toml").write_text(wrong, encoding="utf-8")
    lines = wrong.splitlines()
    return "wrong.toml", max(
        number
        for number, line in enumerate(lines, 1)
        if line == "[[expect]]" and number < lines.index("value = 0.3875") + 1
    )


def test_check_says_that_all_is_right(said: Said) -> None:
    """Status 0, a line for the scenario, and how much was held to its source."""
    checked = said("check", "mazur")
    assert (checked.status, checked.err) == (0, "")
    assert checked.out.startswith("✓ mazur: gradients of 12 parameters")
    assert "25 published numbers" in checked.out


def test_check_all(said: Said) -> None:
    """Every bundled scenario is right, and there is a sum at the end."""
    checked = said("check", "--all")
    assert (checked.status, checked.err) == (0, "")
    *each, total = checked.out.splitlines()
    heads = [line.split(":")[0] for line in each if not line.startswith(" ")]
    assert heads == [f"✓ {name}" for name in library.names()]
    assert total.startswith(f"{len(library.names())} scenarios, ")
    assert total.endswith("; all right")


def test_check_names_a_wrong_number_with_its_line(said: Said, tmp_path: Path) -> None:
    """Status 1; the line of the file, the symbol, what was computed and how far it is off."""
    name, line = wrong_mazur(tmp_path)
    checked = said("check", name)
    assert (checked.status, checked.err) == (1, "")
    (told,) = [text for text in checked.out.splitlines() if "off by" in text and "line" in text]
    for word in (f"line {line}", "z1[1", "0.01", "0.3775"):
        assert word in told
    (record,) = said("check", name, "--format", "json").json()["scenarios"]
    (wrong,) = [expect for expect in record["expects"] if not expect["ok"]]
    assert (wrong["symbol"], wrong["line"], wrong["at"][0]) == ("z1", line, 1)
    assert wrong["off"] == pytest.approx(0.01)


def test_check_has_the_worst_status_of_all(said: Said, tmp_path: Path) -> None:
    """One that cannot be read weighs more than one that is wrong; all are looked at."""
    name, _ = wrong_mazur(tmp_path)
    assert said("check", "mazur", name).status == 1
    checked = said("check", "nowhere.toml", name, "mazur")
    assert checked.status == 2
    assert "nowhere.toml" in checked.err
    assert "✓ mazur" in checked.out
    assert checked.out.splitlines()[-1].endswith("; 2 failed")


def test_check_as_json(said: Said, tmp_path: Path) -> None:
    """One document, whatever was named; what could not be read has its problem told in it."""
    name, _ = wrong_mazur(tmp_path)
    document = said("check", "mazur", "--format", "json").json()
    assert document["ok"] is True
    assert document["scenarios"][0]["gradcheck"]["ok"] is True
    checked = said("check", "mazur", name, "nowhere.toml", "--format", "json")
    document = json.loads(checked.out)
    assert document["ok"] is False
    assert [record["ok"] for record in document["scenarios"]] == [True, False, False]
    assert "nowhere.toml" in document["scenarios"][2]["problem"]


def test_check_watches(tmp_path: Path) -> None:
    """--watch checks again when the file changes, and Ctrl-C ends it with 130."""
    file = tmp_path / "mine.toml"
    file.write_bytes(MAZUR.read_bytes())
    with subprocess.Popen(
        program("check", "mine.toml", "--watch"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("✓ mine")
        assert process.stderr.readline() == "watching; Ctrl-C ends\n"
        file.write_text(file.read_text(encoding="utf-8").replace("0.3775", "0.3875"))
        assert process.stdout.readline().startswith("✗ mine")
        assert "off by" in process.stdout.readline()
        assert process.stderr.readline() == "watching; Ctrl-C ends\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert "Traceback" not in process.stderr.read()


# ── train ────────────────────────────────────────────────────────────────────────────────────


def test_train_as_json(said: Said) -> None:
    """The promised keys; C of each update, before it moves; the parameters after the last."""
    document = said("train", "mazur", "--updates", "3", "--format", "json").json()
    assert {"updates", "epochs", "C", "C_all", "accuracy", "parameters"} <= set(document)
    line = bpstepper.timeline(bpstepper.load("mazur"))
    assert (document["updates"], document["epochs"]) == (3, 3)
    assert document["C"] == [float(line.at(n).trace["C"]) for n in (1, 2, 3)]
    assert document["C_all"] == float(line.at(4).trace["C"])
    assert document["accuracy"] is None  # targets of 0.01 and 0.99 are no classes
    after = line.at(3).trace.parameters
    assert document["parameters"] == {key: value.tolist() for key, value in after.items()}


@pytest.mark.parametrize(("name", "right"), [("xor-one-step", 1.0), ("softmax-jacobian", 1.0)])
def test_train_tells_the_accuracy_of_classes(said: Said, name: str, right: float) -> None:
    """One output with a target of 0 or 1, and one-hot targets, have an accuracy."""
    assert said("train", name, "--format", "json").json()["accuracy"] == right


def test_a_long_curve_is_thinned_and_has_its_last_point(said: Said) -> None:
    """At most 10,000 points of 12,345 updates, the first and the last among them."""
    updates = 12_345
    rate = "training.learning_rate=1e-6"
    document = said(
        "train", "linear-neuron-a", "--updates", str(updates), "--set", rate, "--format", "json"
    ).json()
    assert document["updates"] == updates
    assert len(document["C"]) <= 10_000
    line = bpstepper.timeline(bpstepper.load("linear-neuron-a", overrides=[rate]))
    assert document["C"][0] == float(line.at(1).trace["C"])
    assert document["C"][-1] == float(line.at(updates).trace["C"])


@pytest.mark.parametrize("count", [0, 1, 9_999, 10_000, 10_001, 19_999, 20_000, 20_001, 50_000])
def test_thinning_keeps_the_order_the_first_and_the_last(count: int) -> None:
    """The curve's points are a part of the costs, in their order, evenly spaced but for the end."""
    curve = Curve()
    for cost in range(count):
        curve.add(float(cost))
    points = curve.points
    assert len(points) <= Curve.MOST
    assert points == sorted(set(points))
    assert not count or (points[0], points[-1]) == (0.0, count - 1.0)
    assert len(set(np.diff(points[:-1]))) <= 1


def test_train_for_a_person(said: Said) -> None:
    """The text says how far it came and what came out."""
    text = said("train", "mazur", "--updates", "2").out
    assert text.startswith("Mazur's 2-2-2 network\n2 updates, 2 epochs, ")
    assert "C over all samples now 0.28" in text
    assert "W2 " in text


def test_train_saves_the_parameters_whole(said: Said, tmp_path: Path) -> None:
    """The file holds W and b by their keys, to the bit; one that cannot be written is told."""
    document = said(
        "train", "mazur", "--updates", "5", "--format", "json", "--save", "w.npz"
    ).json()
    with np.load(tmp_path / "w.npz") as saved:
        assert set(saved) == set(document["parameters"])
        for key in saved:
            assert saved[key].tobytes() == np.array(document["parameters"][key]).tobytes()
    assert temporary(tmp_path) == []
    assert said("train", "mazur", "--save", "nowhere/w.npz").status == 2
    assert said.err.startswith("bpstepper: cannot write nowhere/w.npz")


def test_a_run_that_diverges_is_told(said: Said) -> None:
    """Status 1, the update on stderr, and a document that is JSON all the same."""
    trained = said(
        "train", "linear-neuron-a", "--updates", "50", "--set", "training.learning_rate=1e300",
        "--format", "json",
    )  # fmt: skip
    assert trained.status == 1
    assert "update 2" in trained.err
    assert "Traceback" not in trained.err
    document = json.loads(trained.out, parse_constant=pytest.fail)
    assert document["updates"] < 50
    assert document["C"][-1] in ("NaN", "Infinity")


# ── list, schema, new ────────────────────────────────────────────────────────────────────────


def test_list(said: Said, tmp_path: Path) -> None:
    """The bundled scenarios, and those of this folder; other TOML files are none."""
    (tmp_path / "mine.toml").write_bytes(MAZUR.read_bytes())
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    listed = said("list")
    assert (listed.status, listed.err) == (0, "")
    bundled, _, local = listed.out.partition("this folder:")
    assert all(f"  {name} " in bundled for name in library.names())
    assert local.split()[:2] == ["mine.toml", "2-2-2"]
    assert "pyproject" not in local
    records = said("list", "--format", "json").json()["scenarios"]
    assert [record["name"] for record in records] == [*library.names(), "mine.toml"]
    assert [record["bundled"] for record in records] == [True] * len(library.names()) + [False]
    assert all(Path(record["path"]).is_file() for record in records)


def test_the_scenario_schema_accepts_the_library(said: Said) -> None:
    """`schema` is a JSON Schema; every bundled file is valid, and a misspelt key is not."""
    schema = said("schema").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name in library.names():
        text = (library.folder() / f"{name}.toml").read_text(encoding="utf-8")
        values = tomllib.loads(text)
        validator.validate(values)
        values["network"]["layers"][0]["activaton"] = "relu"
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


# ── help and examples ────────────────────────────────────────────────────────────────────────


def test_the_help_lists_the_commands(said: Said) -> None:
    """Every command with its line, examples, and the promise of the exit status."""
    helped = said("--help")
    assert (helped.status, helped.err) == (0, "")
    for command in COMMANDS.values():
        assert f"  {command.name} " in helped.out
        assert command.help in helped.out
    assert "exit status: 0 done; 1 a check failed; 2 the input or the usage was wrong" in helped.out


def test_the_version(said: Said) -> None:
    """--version is one line on stdout."""
    assert said("--version").out == f"bpstepper {bpstepper.__version__}\n"
    assert said.status == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_helps(said: Said, name: str) -> None:
    """Its own help tells its examples and every option."""
    helped = said(name, "--help")
    assert (helped.status, helped.err) == (0, "")
    assert COMMANDS[name].examples
    for example in COMMANDS[name].examples:
        assert f"  {example}\n" in helped.out


EXAMPLES = [example for command in COMMANDS.values() for example in command.examples]
TOP = [
    line.strip().split("   ")[0]
    for line in cli._EPILOG.splitlines()
    if line.startswith("  bpstepper ")
]


@pytest.mark.parametrize("example", [*EXAMPLES, *TOP])
def test_each_example_runs(said: Said, tmp_path: Path, example: str) -> None:
    """What help shows can be typed as it stands, beside a file called my.toml."""
    words = shlex.split(example)[1:]
    if not words or "--watch" in words:  # the picker needs a terminal; watching does not end
        return
    if words[0] != "new":
        (tmp_path / "my.toml").write_bytes(MAZUR.read_bytes())
    assert said(*words).status == 0, said.err


# ── what is wrong is said ────────────────────────────────────────────────────────────────────

HOSTILE: list[list[str]] = [
    [""],
    ["-"],
    ["--"],
    ["--frob"],
    ["-x"],
    ["frobnicate"],
    ["mazur", "mazur"],
    ["mazur", "--layout"],
    ["mazur", "--layout", "diagonal"],
    ["mazur", "--set"],
    ["mazur", "--set", ""],
    ["mazur", "--set", "="],
    ["mazur", "--set", "x"],
    ["mazur", "--set", "a." * 20_000 + "a=1"],
    ["mazur", "--set", "training.learning_rate=" + "9" * 5_000],
    ["mazur", "--set", "training.learning_rate=nan"],
    ["mazur", "--set", "training=1"],
    ["mazur", "--set", "network.layers=[]"],
    ["mazur", "--set", "title=\x1b]52;c;AAAA\x07"],
    ["--set", "training.learning_rate=1"],
    ["trace"],
    ["trace", "mazur", "--updates", "0"],
    ["trace", "mazur", "--updates", "-1"],
    ["trace", "mazur", "--updates", "1.5"],
    ["trace", "mazur", "--updates", "9" * 5_000],
    ["trace", "mazur", "--updates", "１e"],
    ["trace", "mazur", "--format", "yaml"],
    ["trace", "mazur", "--form", "json"],
    ["trace", "mazr"],
    ["trace", "/"],
    ["trace", "."],
    ["trace", "/dev/null"],
    ["trace", "a\0b"],
    ["trace", "\udcff\udcfe"],
    ["trace", "x" * 10_000],
    ["trace", "\x1b]52;c;AAAA\x07"],
    ["trace", "[/nope]"],
    ["trace", "../" * 3_000],
    ["check"],
    ["check", "--watch"],
    ["check", "nowhere.toml"],
    ["train", "mazur", "--updates", "10", "--epochs", "3"],
    ["train", "mazur", "--epochs", "0"],
    ["train", "mazur", "--save"],
    ["list", "mazur"],
    ["schema", "--of", "everything"],
    ["new"],
    ["new", "nowhere/my.toml"],
    ["new", ""],
    ["new", "/"],
    ["mistakes", "mazur", "--mistake", "no_such"],
    ["serve"],
    ["chek", "mazur"],
    ["chec\x1bk", "mazur"],
    ["Trace", "mazur"],
]


@pytest.mark.parametrize("arguments", HOSTILE, ids=lambda words: " ".join(words)[:40])
def test_what_is_wrong_is_said_on_stderr(
    said: Said, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 2, something on stderr and nothing on stdout, no traceback, no control character."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    wrong = said(*arguments)
    assert (wrong.status, wrong.out) == (2, "")
    assert wrong.err.strip()
    assert "Traceback" not in wrong.err
    assert wrong.err.replace("\n", "").isprintable()
    assert len(wrong.err) < 3_000 + sum(map(len, arguments[:2]))  # a path is told whole


@pytest.mark.parametrize(
    ("word", "meant"), [("chek", "check"), ("lst", "list"), ("traec", "trace"), ("tain", "train")]
)
def test_a_command_that_is_misspelt_is_guessed(said: Said, word: str, meant: str) -> None:
    """One line that names the command; a file of that name is opened all the same."""
    assert said(word, "mazur").status == 2
    assert said.err.count("\n") == 1
    assert f"did you mean `bpstepper {meant}`?" in said.err
    Path(word).write_bytes(MAZUR.read_bytes())
    assert said(word).status == 0


def test_warnings_are_narration(said: Said) -> None:
    """What is odd but not wrong goes to stderr; stdout is the data, and the status is 0."""
    traced = said("trace", "mazur", "--set", "training.learning_rate=0.0", "--format", "json")
    assert traced.status == 0
    assert "warning[" in traced.err
    assert json.loads(traced.out)["format"] == 1


def test_an_interrupt_has_its_status(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a command: 130 and no word."""
    from bpstepper.commands import library as listing

    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "run", interrupted)
    assert said("list").status == 130
    assert said.err == ""


# ── in a process of its own ──────────────────────────────────────────────────────────────────


def test_the_streams_are_apart(tmp_path: Path) -> None:
    """In a real process, too: data on stdout, narration on stderr, the status as promised."""
    assert run("check", "mazur", cwd=tmp_path)[::2] == (0, "")
    name, _ = wrong_mazur(tmp_path)
    status, out, err = run("check", name, "nowhere.toml", cwd=tmp_path)
    assert status == 2
    assert "off by" in out
    assert "nowhere.toml" in err
    status, out, err = run("traec", "mazur", cwd=tmp_path)
    assert (status, out) == (2, "")
    assert "did you mean" in err


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}], ids=str)
def test_an_ascii_locale_gets_ascii(tmp_path: Path, locale: dict[str, str]) -> None:
    """Neither a symbol nor an escape of one where the reader knows only ASCII."""
    status, out, err = run("mazur", cwd=tmp_path, **locale)
    assert (status, err) == (0, "")
    assert out.isascii()
    assert "\\u" not in out
    assert "delta1 = ( (W2)^T delta2 )" in out


def test_a_reader_that_has_had_enough(tmp_path: Path) -> None:
    """`| head` is quiet: no word on stderr, and the program does not compute on."""
    long = shlex.join(program("trace", "mazur", "--updates", "1000000", "--format", "json"))
    done = subprocess.run(
        ["/bin/sh", "-c", f"{{ {long}; echo $? >status; }} | head -c 100"],
        capture_output=True,
        cwd=tmp_path,
        env=environment(),
        timeout=60,
    )
    assert len(done.stdout) == 100
    assert done.stderr == b""
    assert int((tmp_path / "status").read_text()) == 128 + signal.SIGPIPE


def test_a_reader_that_is_not_there(tmp_path: Path) -> None:
    """A short output meets a closed pipe only at its end, and is quiet, too."""
    short = shlex.join(program("list"))
    done = subprocess.run(
        ["/bin/sh", "-c", f"{{ {short}; echo $? >status; }} | true"],
        capture_output=True,
        cwd=tmp_path,
        env=environment(),
        timeout=60,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert int((tmp_path / "status").read_text()) in (0, 128 + signal.SIGPIPE)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_long_command_can_be_ended(tmp_path: Path, name: str) -> None:
    """A signal while a long trace is written: 128 + n, no traceback, and no half of a file."""
    (tmp_path / "out.json").write_text("old")
    with subprocess.Popen(
        program(
            "trace", "mazur", "--updates", "10000000", "--format", "json", "--output", "out.json"
        ),
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    ) as process:
        while not temporary(tmp_path):
            assert process.poll() is None
        process.send_signal(signal.Signals[name])
        assert process.wait(20) == 128 + signal.Signals[name]
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert (tmp_path / "out.json").read_text() == "old"
    assert temporary(tmp_path) == []
