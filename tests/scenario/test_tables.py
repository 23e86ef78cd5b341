"""Samples from a table beside the scenario."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.run.training import Runner, accuracy, split
from bpstepper.scenario import ScenarioError, load, loads
from bpstepper.scenario.data import csv_table
from tests.growth import assert_linear
from tests.scenario.bad_tables import BAD_TABLES, GOOD, SCENARIO, BadTable
from tests.scenario.beside_files import QUICK, Write, mutated, read, refused, rows

# ── CSV ──────────────────────────────────────────────────────────────────────────────────────


def test_a_table_is_read(write: Write) -> None:
    """A row is a sample: inputs, class and name."""
    scenario = load(write(data_csv=GOOD.encode()))
    assert rows(scenario) == [[0.5, -1.0], [0.001, 2.0]]
    assert [sample.name for sample in scenario.samples] == ["Ada", "Ben"]
    assert [list(sample.target or ()) if sample.target is None else sample.target.tolist()
            for sample in scenario.samples] == [[1.0, 0.0], [0.0, 1.0]]  # fmt: skip
    assert scenario.warnings == ()


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.rstrip("\n").encode(),
        GOOD.replace("\n", "\n\n").encode(),
        GOOD.replace(",", " , ").encode(),
        GOOD.replace("x1", '"x1"').replace("0.5", '"0.5"').encode(),
        GOOD.replace(",1\n", ",1.0\n").encode(),
    ],
    ids=["BOM", "CRLF", "no newline", "blank lines", "spaces", "quotes", "class with a dot"],
)
def test_how_a_table_is_saved_does_not_matter(write: Write, data: bytes) -> None:
    """The same samples come out."""
    assert rows(load(write(data_csv=data))) == [[0.5, -1.0], [0.001, 2.0]]


@pytest.mark.parametrize("inputs", ['"x1..x2"', '["x1..x2"]', '[ "x1 .. x2" ]', '["x1", "x2"]'])
def test_ranges_of_columns(write: Write, inputs: str) -> None:
    """All from one to the other, as the header has them."""
    scenario = write(SCENARIO.replace('["x1", "x2"]', inputs), data_csv=GOOD.encode())
    assert rows(load(scenario)) == [[0.5, -1.0], [0.001, 2.0]]


def test_a_name_with_dots_is_a_name(write: Write) -> None:
    """A column that is called like a range is meant."""
    text = SCENARIO.replace('["x1", "x2"]', '["x1..x2", "x2"]')
    scenario = write(text, data_csv=b"who,x1..x2,x2,y\nA,1,2,0\n")
    assert rows(load(scenario)) == [[1.0, 2.0]]


def test_targets_and_folders(write: Write, tmp_path: Path) -> None:
    """Targets are columns, also the inputs themselves; a file may lie below the scenario's."""
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "data.csv").write_text(GOOD, encoding="utf-8")
    text = SCENARIO.replace("data.csv", "below/data.csv").replace(
        'label = "y"', 'targets = "x1..x2"'
    )
    for sample in load(write(text)).samples:
        assert sample.target is not None
        np.testing.assert_array_equal(sample.target, sample.input)


def test_a_folder_can_be_given(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text has no folder of its own; a relative path has the current one."""
    path = write(data_csv=GOOD.encode())
    assert len(loads(SCENARIO, folder=path.parent).samples) == 2
    monkeypatch.chdir(path.parent)
    assert len(load("scenario.toml").samples) == 2
    assert len(loads(SCENARIO, folder="").samples) == 2
    with pytest.raises(ScenarioError, match="no-folder"):
        loads(SCENARIO)


@pytest.mark.parametrize("case", BAD_TABLES, ids=lambda case: case.name)
def test_bad_table(write: Write, case: BadTable) -> None:
    """Code, file, line and column are as listed; the scenario's key is the second place."""
    said = refused(write(case.scenario, data_csv=case.data))
    told = [(d.code, Path(d.file).name, d.line, d.column) for d in said]
    assert told == case.expected
    for diagnostic in said:
        assert diagnostic.message
        assert diagnostic.help
        if diagnostic.file.endswith(".csv"):
            assert diagnostic.second is not None
            assert Path(diagnostic.second.file).name == "scenario.toml"
        if case.second is not None:
            assert diagnostic.second is not None
            assert diagnostic.second.line == case.second


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        ("squared_error", "sigmoid"),
        ("binary_cross_entropy", "sigmoid"),
        ("categorical_cross_entropy", "softmax"),
    ],
)
@pytest.mark.parametrize(
    "lines", [("0,1", "1,0"), ("0,1.5", "-1,2"), ("0.2,0.3", "0,0"), ("0", "1"), ("2", "1")]
)
def test_a_table_and_the_same_samples_in_the_scenario(
    write: Write, loss: str, activation: str, lines: tuple[str, ...]
) -> None:
    """What is wrong with a target or a label does not depend on where it stands."""
    head = (
        f'[network]\ninputs = 1\n[[network.layers]]\nunits = 2\nactivation = "{activation}"\n'
        f'[loss]\nname = "{loss}"\n'
    )
    is_label = "," not in lines[0]
    asked = 'label = "y"' if is_label else 'targets = ["y", "z"]'
    table = f'[samples]\nfile = "data.csv"\ninputs = ["x"]\n{asked}\n'
    data = "".join(f"0.5,{it}\n" for it in ("y" if is_label else "y,z", *lines))
    file = write(head + table, data_csv=data.replace("0.5", "x", 1).encode())
    inline = "".join(
        f"[[samples]]\ninput = [0.5]\n{f'label = {it}' if is_label else f'target = [{it}]'}\n"
        for it in lines
    )
    assert codes(lambda: load(file)) == codes(lambda: loads(head + inline))


def codes(read: Callable[[], object]) -> list[str]:
    """The kinds of what is wrong; none where it can be read."""
    try:
        read()
    except ScenarioError as error:
        return sorted(found.code for found in error.diagnostics)
    return []


def test_at_most_twenty_are_told(write: Write) -> None:
    """A table in which every number is wrong is told about briefly, and counted."""
    data = b"who,x1,x2,y\n" + b"A,0.5x,1x,0\n" * 1000
    with pytest.raises(ScenarioError) as caught:
        load(write(data_csv=data))
    assert len(caught.value.diagnostics) == 20
    assert caught.value.omitted >= 980


def test_problems_by_the_million_are_told_in_time(write: Write) -> None:
    """Rows, columns and names that are all wrong take no minutes."""

    def case(columns: int, which: int) -> tuple[bytes, str]:
        header = ",".join(f"x{i}" for i in range(columns))
        wide = f"{header},y,who\n{'?,' * columns}0,A\n".encode()
        same = f"{'x1,' * columns}x2,y,who\n".encode()
        every = f"x0..x{columns - 1}"
        return (
            (wide, json.dumps(every)),
            (wide, json.dumps(["qq", every] * (columns // 8))),
            (wide, json.dumps([every] * (columns // 8))),
            (same, '"x1..x2"'),
        )[which]

    def refusing(columns: int, which: int) -> Callable[[], object]:
        def work() -> None:
            data, inputs = case(columns, which)
            assert refused(write(SCENARIO.replace('["x1", "x2"]', inputs), data_csv=data))

        return work

    for which in range(4):
        assert_linear(partial(refusing, which=which), 1000)


def test_too_many_rows(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is a number of samples."""
    monkeypatch.setattr(csv_table, "MAX_ROWS", 2)
    assert len(load(write(data_csv=GOOD.encode())).samples) == 2
    (diagnostic,) = refused(write(data_csv=(GOOD + "Cid,1,2,0\n").encode()))
    assert (diagnostic.code, diagnostic.line) == ("too-many-rows", 4)


def test_expects_count_the_rows_that_are_trained_on(write: Write) -> None:
    """What an expect has to look like depends on the table and on what is held out."""
    table = "who,x1,x2,y\n" + "".join(f"p{i},{i},0,1\n" for i in range(10))
    text = SCENARIO + (
        '[training]\nbatch_size = "all"\nhold_out = 0.25\n[[expect]]\nsymbol = "y"\nvalue = {}\n'
    )
    path = write(text.format([[0] * 8, [1] * 8]), data_csv=table.encode())
    scenario = load(path)
    assert len(split(scenario).training) == 8
    assert scenario.expects[0].value.shape == (2, 8)
    (diagnostic,) = refused(write(text.format([[0] * 10, [1] * 10]), data_csv=table.encode()))
    assert (diagnostic.code, diagnostic.expected) == ("wrong-shape", "2 × 8")
    assert [d.code for d in refused(path, "training.hold_out=0.99")] == ["no-training-samples"]


def test_samples_too_many_for_one_pass(write: Write) -> None:
    """C over all samples is worked out at once, so rows times units have a limit."""
    table = "who,x1,x2,y\n" + "p,1,0,1\n" * 6000
    path = write(data_csv=table.encode())
    wide = "network.layers=[{units=9000},{units=2}]"
    assert [d.code for d in refused(path, wide)] == ["too-large"]


# ── where files may be ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "../data.csv",
        "a/../../data.csv",
        "a/../data.csv",
        "/etc/passwd.csv",
        "C:/data.csv",
        "C:data.csv",
        "//host/share/data.csv",
        r"..\\data.csv",
        "https://example.org/data.csv",
        "file:///data.csv",
    ],
)
def test_names_that_lead_elsewhere(write: Write, name: str) -> None:
    """Refused by their look, before anything is looked for."""
    (diagnostic,) = refused(write(SCENARIO.replace("data.csv", name), data_csv=GOOD.encode()))
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("outside-folder", 6, 8)
    assert diagnostic.help


@pytest.mark.parametrize(
    ("name", "help_part"),
    [("dta.csv", "data.csv"), ("zzz.csv", "beside"), (r"a\\data.csv", "a/data.csv")],
)
def test_missing_files(write: Write, name: str, help_part: str) -> None:
    """Near names are asked about."""
    (diagnostic,) = refused(write(SCENARIO.replace("data.csv", name), data_csv=GOOD.encode()))
    assert diagnostic.code == "file-not-found"
    assert help_part in diagnostic.help


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
def test_links_pipes_and_folders(write: Write, tmp_path: Path) -> None:
    """A link within the folder is followed, one that leads out is not; nothing hangs."""
    outside = tmp_path / "outside.csv"
    outside.write_text(GOOD, encoding="utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    path = inner / "scenario.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    link = inner / "data.csv"

    def code() -> str:
        (diagnostic,) = refused(path)
        assert (diagnostic.line, diagnostic.column) == (6, 8)
        return diagnostic.code

    link.symlink_to(outside)
    assert code() == "outside-folder"
    link.unlink()
    (inner / "real.csv").write_text(GOOD, encoding="utf-8")
    link.symlink_to("real.csv")
    assert len(load(path).samples) == 2
    (inner / "out").symlink_to(tmp_path)
    assert [d.code for d in refused(path, 'samples.file="out/outside.csv"')] == ["outside-folder"]
    link.unlink()
    link.symlink_to(link)
    assert code() in ("not-readable", "outside-folder")
    link.unlink()
    os.mkfifo(link)
    assert code() == "not-a-file"
    link.unlink()
    link.mkdir()
    assert code() == "is-a-directory"
    link.rmdir()
    with link.open("wb") as file:
        file.truncate(33 * 2**20)
    assert code() == "too-large"


# ── nothing but ScenarioError ────────────────────────────────────────────────────────────────

PIECES = st.sampled_from(
    [b"", b",", b'"', b"\n", b"\r", b"\0", b";", b"\xff", b"\x1b", b"nan", b"1e400", b"-1", b"x1",
     b"0,5", b" ", b"\xe2\x80\xa8", b"9" * 30, b'""', b",,,,", b"\xef\xbb\xbf"]
)  # fmt: skip


@QUICK
@given(st.data())
def test_mutated_tables(write: Write, data: st.DataObject) -> None:
    """CSV bytes cut and pasted."""
    read(write(data_csv=mutated(data, GOOD.encode(), PIECES)))


@QUICK
@given(st.lists(st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2), min_size=1))
def test_numbers_come_back_exactly(write: Write, numbers: list[tuple[float, float]]) -> None:
    """What `repr` writes into a table is what is trained on."""
    lines = "".join(f"p,{a!r},{b!r},1\n" for a, b in numbers)
    found = rows(load(write(data_csv=f"who,x1,x2,y\n{lines}".encode())))
    assert found == [list(row) for row in numbers]


# ── the lesson ───────────────────────────────────────────────────────────────────────────────


def test_moons_learns_what_it_was_not_shown() -> None:
    """The bundled table is learned, and the samples held out are answered rightly."""
    scenario = load("moons")
    runner = Runner(scenario)
    runner.advance(scenario.training.epochs * runner.schedule.updates_per_epoch)
    held_out = split(scenario).held_out
    assert (len(scenario.samples), len(held_out)) == (200, 40)
    shown, unseen = (accuracy(scenario, runner.parameters, part) for part in (None, held_out))
    assert shown is not None
    assert unseen is not None
    assert min(shown, unseen) > 0.95


def test_moons_is_made_as_it_says() -> None:
    """The lines of Python in the file make the table."""
    rng = np.random.default_rng(7)
    t = np.pi * np.linspace(0, 1, 100)
    upper = np.column_stack([np.cos(t), np.sin(t)])
    lower = np.column_stack([1 - np.cos(t), 0.5 - np.sin(t)])
    points = np.vstack([upper, lower]) + rng.normal(0, 0.12, (200, 2))
    order = rng.permutation(200)
    made = [(round(a, 3), round(b, 3), int(i >= 100)) for i, (a, b) in
            zip(order, points[order].tolist(), strict=True)]  # fmt: skip
    scenario = load("moons")
    for (a, b, moon), sample in zip(made, scenario.samples, strict=True):
        assert sample.target is not None
        np.testing.assert_allclose([a, b, moon], [*sample.input, *sample.target], atol=1e-3)
