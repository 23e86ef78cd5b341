"""Small files that would cost much: each is refused before it does."""

from __future__ import annotations

import contextlib
import gc
import json
import tomllib
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bpstepper.scenario import ScenarioError, load, loads
from bpstepper.scenario.data import safe_read
from bpstepper.scenario.data.reading import MAX_BYTES
from bpstepper.scenario.schema.forms import Mistake
from bpstepper.scenario.schema.tables import FILE
from bpstepper.scenario.toml import syntax
from bpstepper.scenario.toml.syntax import MAX_DEPTH, MAX_DIGITS, MAX_PARTS
from tests.growth import assert_linear, seconds
from tests.scenario.spoiling import BASE, W1, swap

# just past a limit each: what is refused before it is parsed costs nothing, however much of it
TRAPS = {
    "nested brackets": ("a = " + "[" * (MAX_DEPTH + 1), "too-deep"),
    "nested braces": ("a = " + "{a=" * (MAX_DEPTH + 1), "too-deep"),
    "dotted parts": (".".join("a" * (MAX_PARTS + 1)) + " = 1", "too-many-parts"),
    "spaced dots": ("a" + " . a" * MAX_PARTS + " = 1", "too-many-parts"),
    "quoted dots": ('"a"' + '."a"' * MAX_PARTS + " = 1", "too-many-parts"),
    "dots in a header": ("[" + ".".join("a" * (MAX_PARTS + 1)) + "]", "too-many-parts"),
    "a long integer": ("a = " + "7" * (MAX_DIGITS + 1), "number-too-long"),
    "a negative one": ("a = -" + "7" * MAX_DIGITS, "number-too-long"),
    "long hexadecimal": ("a = 0x" + "f" * (MAX_DIGITS - 1), "number-too-long"),
    "a long file": ("a = 1 #" + "f" * (MAX_BYTES - 6), "too-large"),
}

# what has no limit of its own, and must not take long either; so many of it
HEAVY: dict[str, Callable[[int], str]] = {
    "unknown keys": lambda n: "\n".join(f"k{i} = 1" for i in range(n)),
    "bad elements": lambda n: swap((W1, f"weights = [[{'true,' * n}1]]")),
    "broken statements": lambda n: BASE + "".join(f"a{i} = .5\n" for i in range(n)),
    "unclosed quotes": lambda n: 'a = "' + '\\"' * n,
    "unclosed triple quotes": lambda n: "a = " + '"""\\' * n,
    "open samples": lambda n: BASE + "[[samples]]\ninput = [1]\n" * n,
    "one long line": lambda n: "a = [" + "1;" * n + "]",
}


def codes(text: str) -> set[str]:
    """The codes of what is said."""
    with pytest.raises(ScenarioError) as caught:
        loads(text)
    return {diagnostic.code for diagnostic in caught.value.diagnostics}


@pytest.mark.parametrize("name", TRAPS)
def test_traps_are_refused_before_they_are_parsed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just past the limit, for the right reason; the parser never sees it."""
    monkeypatch.setattr(syntax, "_tomllib", lambda text: pytest.fail("parsed"))
    text, code = TRAPS[name]
    assert codes(text) == {code}


@pytest.mark.parametrize("name", HEAVY)
def test_thousands_of_problems_take_no_minutes(name: str) -> None:
    """Of a file full of problems, four times as long takes about four times as long."""

    def reading(count: int) -> Callable[[], object]:
        text = HEAVY[name](count)
        return lambda: codes(text)

    assert_linear(reading, 500)


ROW = f"[{', '.join(['0.5'] * 200)}]"
SHAPE = '[network]\ninputs = 200\n[[network.layers]]\nunits = 250\nactivation = "linear"\n'

# long files with nothing wrong in them; so many of each
LARGE: dict[str, Callable[[int], str]] = {
    "a matrix": lambda n: f"{SHAPE}weights = [{', '.join([ROW] * (n // 20))}]\n",
    "rows": lambda n: f"{SHAPE}weights = [{'[1], ' * n}]\n",
    "a list": lambda n: f"{SHAPE}biases = [{'1, ' * n}]\n",
    "names": lambda n: f"""{SHAPE}unit_names = [{'"a", ' * n}]\n""",
    "samples": lambda n: SHAPE + "[[samples]]\ninput = [1, 2]\ntarget = [0]\n" * n,
}


@pytest.mark.parametrize("name", LARGE)
def test_checking_a_large_file_is_quick(name: str) -> None:
    """Keys and types take less time than Python's own parser took, and as much for each."""
    values = {n: tomllib.loads(LARGE[name](n)) for n in (1000, 4000)}

    def checking(count: int) -> Callable[[], object]:
        mistakes: list[Mistake] = []

        def check() -> None:
            FILE.check(values[count], (), mistakes)
            assert mistakes == []

        return check

    assert_linear(checking, 1000)
    text = LARGE[name](4000)
    assert seconds(checking(4000)) < seconds(lambda: tomllib.loads(text))


def test_units_are_refused_before_anything_is_allocated() -> None:
    """10,001 units of 10,001 inputs would be 800 MB."""
    text = swap(("inputs = 2", "inputs = 10_001"), ("units = 3", "units = 10_001"))
    codes(text)
    tracemalloc.start()
    assert "too-many-units" in codes(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6


@pytest.mark.parametrize("digits", ["9" * 299, "0x" + "f" * 250])
def test_integers_beyond_float64(digits: str) -> None:
    """Integers that are within the limit of digits never raise anything else."""
    for key in ("units = 3", "label = 1", "tolerance = 1.0", "format = 1", "batch_size = 1"):
        name = key.split(" ")[0]
        with contextlib.suppress(ScenarioError):
            loads(swap((key, f"{name} = {digits}")))
        with pytest.raises(ScenarioError) as caught:
            loads(swap((key, f"{name} = {digits}\nzzz = 1")))
        assert str(caught.value)  # and it can be told


def test_what_is_within_the_limits_loads() -> None:
    """Depth 16, eight parts and 300 digits are the limits, not less."""
    assert (MAX_DEPTH, MAX_PARTS, MAX_DIGITS) == (16, 8, 300)
    deep = "x = " + "[" * 16 + "]" * 16
    assert codes(deep) >= {"unknown-key"}
    assert codes("a.b.c.d.e.f.g.h = 1") >= {"unknown-key"}
    assert codes("x = " + "1" * 300) >= {"unknown-key"}


def peak(folder: Path, kind: str, columns: int) -> tuple[int, int]:
    """What loading 2,000 samples takes at most, and how much their arrays are, in bytes."""
    rows, names = 2000, [f"x{i}" for i in range(columns)]
    network = f"[network]\ninputs = {columns}\n[[network.layers]]\nunits = 1\n"
    if kind == "csv":
        lines = [",".join([*names, "y"]), *[",".join(["1"] * (columns + 1))] * rows]
        (folder / "wide.csv").write_text("\n".join(lines))
        asked = f"inputs = {json.dumps(names)}\ntargets = ['y']\n"
    else:
        np.savez_compressed(folder / "wide.npz", X=np.ones((rows, columns)), y=np.ones(rows))
        asked = 'inputs = "X"\ntargets = "y"\n'
    file = folder / "wide.toml"
    file.write_text(f'{network}[samples]\nfile = "wide.{kind}"\n{asked}')
    load(file)  # what is imported and cached for the first time does not count
    gc.collect()
    tracemalloc.start()
    try:
        scenario = load(file)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return most, sum(sample.input.nbytes for sample in scenario.samples)


@pytest.mark.parametrize("kind", ["csv", "npz"])
def test_samples_are_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """With more columns loading takes more by the arrays, half as much, and what is in the file."""
    monkeypatch.setattr(safe_read, "DATA", safe_read.DATA._replace(most=2**20))  # room is made for
    narrow, small = peak(tmp_path, kind, 10)
    wide, large = peak(tmp_path, kind, 200)
    file = (tmp_path / f"wide.{kind}").stat().st_size
    text = 2 * file if kind == "csv" else file  # as bytes, and as text
    assert large - small > 2 * 2**20
    assert wide - narrow < 1.5 * (large - small) + text


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    """Room is made for what a table can hold, not for a row in each line."""
    names = ",".join(f"x{i}" for i in range(200))
    (tmp_path / "blank.csv").write_text(f"{names}\n{','.join(['1'] * 200)}\n" + "\n" * 50_000)
    network = "[network]\ninputs = 200\n[[network.layers]]\nunits = 1\n"
    asked = json.dumps(names.split(","))
    file = tmp_path / "blank.toml"
    file.write_text(
        f'{network}[loss]\nname = "output"\n[samples]\nfile = "blank.csv"\ninputs = {asked}\n'
    )
    tracemalloc.start()
    try:
        scenario = load(file)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [sample.input.sum() for sample in scenario.samples] == [200]
    assert most < 50_000 * 200 * 8 / 2
