"""The script API as those see it who write scripts: what mypy makes of it, and what help() says."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bpstepper
from bpstepper import Scenario, ScenarioError
from tests.portable import PATIENCE
from tests.terminal import environment

RIGHT = '''
from __future__ import annotations

import numpy as np
import numpy.typing as npt

import bpstepper
from bpstepper import Expect, Layer, Loss, Network, Note, Sample, Scenario, Trace, Training

Matrix = npt.NDArray[np.float64]


def built() -> Scenario:
    """A scenario without a file."""
    layer = Layer(units=1, weights=np.array([[0.6]]), biases=np.array([0.9]), activation="sigmoid")
    return Scenario(
        title="A neuron",
        network=Network(inputs=1, layers=(layer,)),
        loss=Loss(name="squared_error", factor=0.5),
        training=Training(learning_rate=0.15),
        samples=(Sample(input=np.array([1.0]), target=np.array([0.0])),),
        expects=(Expect(symbol="a1", value=np.array([0.817574]), tolerance=5e-7),),
        notes=(Note(at="delta1", ask="Why?", reveal="The slope."),),
    )


def shown(trace: Trace) -> list[tuple[str, Matrix]]:
    """What every step says and makes."""
    lines: list[tuple[str, Matrix]] = []
    for step in trace:
        formula: str = step.equation.formula
        value: Matrix = step.result.value
        for operation in step.operations:
            again: Matrix = operation.replay()
            assert again.tobytes() == operation.result.value.tobytes()
        lines.append((formula, value))
    return lines


scenario: Scenario = bpstepper.load("mazur", layout="row", overrides=["training.learning_rate=0.1"])
own: Scenario = built()
trace = bpstepper.trace(scenario, update=2)
delta: Matrix = trace["delta1"]
cost: float = trace.cost
moved: dict[str, Matrix] = trace.parameters
lines: list[tuple[str, Matrix]] = shown(trace)

line = bpstepper.timeline(own)
moment = line.at(10_000)
far: Trace = moment.trace
weights: Matrix = moment.parameters["W1"]

check = bpstepper.gradcheck(scenario)
difference: float = check.worst.difference
symbol: str = check.worst.symbol
fine: bool = check.ok
after: dict[str, Matrix] = bpstepper.run(scenario, 100)
verdict_ok: bool = bpstepper.verify(own).ok

try:
    bpstepper.loads("format = 1")
except bpstepper.ScenarioError as error:
    codes: list[str] = [diagnostic.code for diagnostic in error.diagnostics]
'''
WRONG = """
import bpstepper

scenario = bpstepper.load("mazur")
number: int = bpstepper.trace(scenario)["delta1"]  # wrong
bpstepper.trace("mazur")  # wrong
bpstepper.timeline(scenario).at("10")  # wrong
text: str = bpstepper.gradcheck(scenario).worst.difference  # wrong
bpstepper.run(scenario)  # wrong
for step in bpstepper.trace(scenario):
    step.result.values  # wrong
    step.index = 3  # wrong
scenario.title = ""  # wrong
bpstepper.Layer(2, [[1.0]], [0.0])  # wrong
bpstepper.tracee(scenario)  # wrong
"""


def mypy(*files: Path) -> subprocess.CompletedProcess[str]:
    """What `mypy --strict` says of scripts whose interpreter finds the package, as installed."""
    return subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--config-file=",
            "--cache-dir=.mypy_cache", "--no-error-summary", *(file.name for file in files),
        ],
        capture_output=True,
        text=True,
        env=environment(),
        cwd=files[0].parent,
        timeout=PATIENCE,
    )  # fmt: skip


def test_a_script_is_checked(tmp_path: Path) -> None:
    """All that a script does by the API passes `mypy --strict`, and runs; mistakes are errors."""
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(RIGHT, encoding="utf-8")
    wrong.write_text(WRONG, encoding="utf-8")
    done = mypy(right, wrong)
    assert not done.stderr
    found = re.findall(r"^(\w+\.py):(\d+): error: ", done.stdout, re.MULTILINE)
    expected = [
        ("wrong.py", str(number))
        for number, line in enumerate(WRONG.splitlines(), start=1)
        if line.endswith("# wrong")
    ]
    assert list(dict.fromkeys(found)) == expected, done.stdout
    exec(compile(RIGHT, "right.py", "exec"), {"__name__": "right"})


PUBLIC: dict[str, Any] = {
    name: getattr(bpstepper, name) for name in bpstepper.__all__ if name != "__version__"
}
"""The names of the script API; the version is but a text."""
FUNCTIONS = [name for name, it in PUBLIC.items() if inspect.isfunction(it)]


def documentation(name: str) -> str:
    """A name's own docstring: not one that a dataclass makes up."""
    doc = inspect.cleandoc(PUBLIC[name].__doc__ or "")
    return "" if doc.startswith(f"{name}(") else doc


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_says_what_it_is(name: str) -> None:
    """help() has a sentence to say about each."""
    first = documentation(name).splitlines()[0]
    assert len(first.split()) > 2
    assert first.rstrip()[-1] in ".;:"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_takes(name: str) -> None:
    """Each parameter is explained under Args."""
    explained = re.findall(r"^    (\w+): ", documentation(name).partition("Args:")[2], re.MULTILINE)
    assert set(inspect.signature(PUBLIC[name]).parameters) <= set(explained)


FAILS: dict[str, tuple[type[Exception], Callable[[Scenario], object]]] = {
    "load": (ScenarioError, lambda _: bpstepper.load("no-such-scenario")),
    "loads": (ScenarioError, lambda _: bpstepper.loads("format = 1")),
    "trace": (ValueError, lambda scenario: bpstepper.trace(scenario, 0)),
    "timeline": (ValueError, lambda scenario: bpstepper.timeline(scenario).at(-1)),
    "run": (ValueError, lambda scenario: bpstepper.run(scenario, -2)),
    "gradcheck": (ValueError, lambda scenario: bpstepper.gradcheck(scenario, 0)),
}
"""Function → what it raises, and a call that makes it do so."""


@pytest.mark.parametrize("name", FAILS)
def test_what_is_raised_is_what_is_said(name: str) -> None:
    """The exception that comes is the one that the docstring's Raises names."""
    error, fail = FAILS[name]
    assert f"{error.__name__}: " in documentation(name).partition("Raises:")[2]
    with pytest.raises(error) as raised:
        fail(bpstepper.load("mazur"))
    assert type(raised.value) is error


def test_fewer_updates_than_none_are_refused() -> None:
    """As a timeline refuses them; none at all are the start."""
    scenario = bpstepper.load("mazur")
    with pytest.raises(ValueError, match=r"^updates: expected 0 or more, got -2$"):
        bpstepper.run(scenario, -2)
    start, same = bpstepper.run(scenario, 0), bpstepper.timeline(scenario).at(0).parameters
    assert start.keys() == same.keys()
    assert all(start[key].tobytes() == same[key].tobytes() for key in start)


TAKERS: dict[str, Callable[[Any], object]] = {
    "trace": bpstepper.trace,
    "timeline": bpstepper.timeline,
    "run": lambda given: bpstepper.run(given, 1),
    "gradcheck": bpstepper.gradcheck,
    "verify": bpstepper.verify,
}
"""Every function that takes a problem, called with what is given."""


@pytest.mark.parametrize("name", TAKERS)
def test_the_name_of_a_scenario_is_none(name: str) -> None:
    """A name or a path is answered by how to read one; anything else by what it is."""
    kind = "a Scenario" if name == "verify" else "a Scenario or Problem"
    assert "TypeError: " in documentation(name).partition("Raises:")[2]
    for given, told in (
        ("mazur", f"expected {kind}; bpstepper.load('mazur') reads one"),
        (Path("own.toml"), f"expected {kind}; bpstepper.load('own.toml') reads one"),
        (None, f"expected {kind}, got NoneType"),
    ):
        with pytest.raises(TypeError) as raised:
            TAKERS[name](given)
        assert str(raised.value) == told


def test_every_function_that_takes_a_problem_is_among_them() -> None:
    """So that a new one tells as much."""
    taking = {
        name
        for name in FUNCTIONS
        if {"problem", "scenario"} & set(inspect.signature(PUBLIC[name]).parameters)
    }
    assert taking == set(TAKERS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_who_reads_a_source_says_what_is_raised(name: str) -> None:
    """What reads a name, a path or text says what comes of a bad one, and is among the above."""
    if {"source", "text"} & set(inspect.signature(PUBLIC[name]).parameters):
        assert "ScenarioError: " in documentation(name).partition("Raises:")[2]
        assert name in FAILS
