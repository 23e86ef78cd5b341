"""Small files that would cost much: each is refused in time, within memory."""

from __future__ import annotations

import contextlib
import time
import tomllib
import tracemalloc

import pytest

from bpstepper.scenario import ScenarioError, loads
from bpstepper.scenario.schema.forms import Mistake
from bpstepper.scenario.schema.tables import FILE
from tests.scenario.spoiling import BASE, W1, swap

TRAPS = {
    "nested brackets": ("a = " + "[" * 100_000, "too-deep"),
    "nested braces": ("a = " + "{a=" * 50_000, "too-deep"),
    "dotted parts": (".".join("a" * 20_000) + " = 1", "too-many-parts"),
    "spaced dots": ("a" + " . a" * 20_000 + " = 1", "too-many-parts"),
    "quoted dots": ('"a"' + '."a"' * 20_000 + " = 1", "too-many-parts"),
    "dots in a header": ("[" + ".".join("a" * 20_000) + "]", "too-many-parts"),
    "a 5,000-digit integer": ("a = " + "7" * 5000, "number-too-long"),
    "a negative one": ("a = -" + "7" * 5000, "number-too-long"),
    "long hexadecimal": ("a = 0x" + "f" * 250_000, "number-too-long"),
    "a million digits of it": ("a = 0x" + "f" * 1_000_000, "too-large"),
}

# what has no limit of its own, but must not take long either
HEAVY = {
    "unknown keys": "\n".join(f"k{i} = 1" for i in range(20_000)),
    "bad elements": swap((W1, f"weights = [[{'true,' * 45_000}1]]")),
    "broken statements": BASE + "".join(f"a{i} = .5\n" for i in range(15_000)),
    "unclosed quotes": 'a = "' + '\\"' * 100_000,
    "unclosed triple quotes": "a = " + '"""\\' * 50_000,
    "open samples": BASE + "[[samples]]\ninput = [1]\n" * 8_000,
    "one long line": "a = [" + "1;" * 100_000 + "]",
}


def codes(text: str) -> set[str]:
    """The codes of what is said."""
    with pytest.raises(ScenarioError) as caught:
        loads(text)
    return {diagnostic.code for diagnostic in caught.value.diagnostics}


@pytest.mark.parametrize("name", TRAPS)
def test_traps_are_refused_fast_and_small(name: str) -> None:
    """Refused for the right reason, in less than 50 ms and 50 MB."""
    text, code = TRAPS[name]
    codes("x = 1")  # what is imported on first use does not count
    start = time.process_time()
    assert codes(text) == {code}
    assert time.process_time() - start < 0.05
    tracemalloc.start()
    codes(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


@pytest.mark.parametrize("name", HEAVY)
def test_thousands_of_problems_take_no_minutes(name: str) -> None:
    """A file full of problems is told about in a few seconds, on a slow machine, too."""
    start = time.process_time()
    assert codes(HEAVY[name])
    assert time.process_time() - start < 5


ROW = f"[{', '.join(['0.5'] * 200)}]"
SHAPE = '[network]\ninputs = 200\n[[network.layers]]\nunits = 250\nactivation = "linear"\n'

# near the largest file that is read, and nothing wrong with it
LARGE = {
    "a matrix": f"{SHAPE}weights = [{', '.join([ROW] * 250)}]\n[[samples]]\ninput = {ROW}\n",
    "rows": f"{SHAPE}weights = [{'[1], ' * 50_000}]\n",
    "a list": f"{SHAPE}biases = [{'1, ' * 80_000}]\n",
    "names": f"""{SHAPE}unit_names = [{'"a", ' * 50_000}]\n""",
    "samples": SHAPE + "[[samples]]\ninput = [1, 2]\ntarget = [0]\n" * 6_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_checking_a_large_file_is_quick(name: str) -> None:
    """Keys and types of 256 KB take less than 50 ms."""
    values = tomllib.loads(LARGE[name])
    mistakes: list[Mistake] = []
    times = []
    for _ in range(3):  # a collection of garbage may fall into one of them
        start = time.process_time()
        FILE.check(values, (), mistakes)
        times.append(time.process_time() - start)
    assert mistakes == []
    assert min(times) < 0.05


def test_units_are_refused_before_anything_is_allocated() -> None:
    """10,000,000 units of 10,000,000 inputs would be 800 TB."""
    text = swap(("inputs = 2", "inputs = 10_000_000"), ("units = 3", "units = 10_000_000"))
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
    deep = "x = " + "[" * 16 + "]" * 16
    assert codes(deep) >= {"unknown-key"}
    assert codes("a.b.c.d.e.f.g.h = 1") >= {"unknown-key"}
    assert codes("x = " + "1" * 300) >= {"unknown-key"}
