"""`bpstepper train`: one training that ends, stops, goes on and is drawn; and many side by side."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bpstepper.scenario import ScenarioError
from bpstepper.training.runs import Length, grid, sweep
from tests.portable import PATIENCE
from tests.saying import Said
from tests.terminal import environment, program

MOONS = ("train", "moons", "--epochs", "4")
GRID = ("--sweep", "network.seed=1,2", "--sweep", "training.learning_rate=0.1,0.01")


# ── one training ─────────────────────────────────────────────────────────────────────────────


def test_going_on_is_never_having_stopped(said: Said) -> None:
    """Saved and resumed, the parameters and all that is told of them are those of one run."""
    whole = said(*MOONS, "--format", "json").json(quiet=False)
    assert said("train", "moons", "--updates", "33", "--save", "w.npz").status == 0
    rest = said(*MOONS, "--resume", "w.npz", "--format", "json").json(quiet=False)
    assert (whole["resumed_from"], rest["resumed_from"]) == (0, 33)
    assert rest["C"] == whole["C"][33:]
    for key in ("updates", "epochs", "C_all", "accuracy", "accuracy_held_out", "parameters"):
        assert rest[key] == whole[key]


def test_a_long_way_that_goes_on_names_where_its_curve_begins(said: Said) -> None:
    """A curve that is thinned keeps update 1 and not update 4, which would be the first here."""
    assert said("train", "linear-neuron-a", "--updates", "3", "--save", "w.npz").status == 0
    rest = ("train", "linear-neuron-a", "--resume", "w.npz")
    assert "C of the first batch" in said(*rest, "--updates", "4").out
    assert "C of update 5 " in said(*rest, "--updates", "20000").out


def test_parameters_may_be_loaded(said: Said) -> None:
    """--load begins at update 1 with what was saved; --resume of it elsewhere is refused."""
    saved = said(*MOONS, "--save", "w.npz", "--format", "json").json(quiet=False)
    loaded = said("train", "moons", "--load", "w.npz", "--updates", "1", "--format", "json").json(
        quiet=False
    )
    assert loaded["C"] != saved["C"][:1]
    assert loaded["updates"] == 1
    refused = said("train", "mazur", "--resume", "w.npz")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith("error[another-training]")
    assert said(*MOONS, "--resume", "w.npz").status == 2
    assert "80 updates are done already" in said.err
    assert said(*MOONS, "--resume", "w.npz", "--load", "w.npz").status == 2


def test_training_until(said: Said) -> None:
    """C of the last batch is the first one below; what never comes true is told."""
    found = said(
        "train", "mazur", "--epochs", "500", "--until", "C < 0.1", "--format", "json"
    ).json(quiet=False)
    assert found["C"][-1] < 0.1 <= min(found["C"][:-1])
    assert found["ended"] == "C is below 0.1"
    assert len(found["C"]) == found["updates"] < 500
    assert said("train", "mazur", "--epochs", "2", "--until", "C < 0.1").status == 0
    assert "none of --until came true" in said.err
    for wrong in ("C", "accuracy 90%"):
        assert said("train", "mazur", "--until", wrong).status == 2
    assert said("train", "moons", "--patience", "2").status == 0
    assert "no better for 2 epochs: its best was" in said.out


@pytest.mark.parametrize("wide", [60, 80])
def test_a_plot_fits_the_width(said: Said, wide: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve, its ends and its names; in an ASCII locale nothing else."""
    monkeypatch.setenv("LC_ALL", "C")
    text = said(*MOONS, "--plot", "--width", str(wide)).out
    drawn = text.splitlines()[-16:]
    assert text.isascii()
    assert max(map(len, drawn)) <= wide
    assert "C held out" in text
    assert drawn[-1].split()[0] == "1"
    assert " 80" in drawn[-1]
    assert said(*MOONS, "--plot", "--format", "json").status == 2


def test_a_table_over_the_updates(said: Said) -> None:
    """Every update has its epoch and its C, as the JSON has it; measures stand at some."""
    document = said(*MOONS, "--csv", "c.csv", "--format", "json").json(quiet=False)
    rows = list(csv.DictReader(io.StringIO(Path("c.csv").read_text())))
    assert [int(row["update"]) for row in rows] == list(range(1, 81))
    assert [float(row["C"]) for row in rows] == document["C"]
    assert [int(row["epoch"]) for row in rows] == [1 + n // 20 for n in range(80)]
    measured = [row for row in rows if row["accuracy"]]
    assert 0 < len(measured) < 80
    assert all(0 <= float(row["accuracy_held_out"]) <= 1 for row in rows if row["accuracy"])


def test_an_interrupted_training_is_saved_whole(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the midst of it: what was saved goes on to the end of a run without a stop."""
    from bpstepper.training.recording import Recording

    whole = said(*MOONS, "--format", "json").json(quiet=False)

    def stopped(self: Recording, _seconds: float) -> int:
        self.advance(41)
        self._runner.advance(1)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Recording, "advance_for", stopped)
        assert said(*MOONS, "--save", "w.npz").status == 130
    assert "w.npz has update 32" in said.err
    rest = said(*MOONS, "--resume", "w.npz", "--format", "json").json(quiet=False)
    assert rest["parameters"] == whole["parameters"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_loses_no_update(
    said: Said, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """It waits for the end of a slice, and then of the process: all that was made is saved."""
    from bpstepper.training.recording import Recording

    def signalled(self: Recording, _seconds: float) -> int:
        signal.raise_signal(number)
        return self.advance(41)

    monkeypatch.setattr(Recording, "advance_for", signalled)
    before = signal.getsignal(number)
    stopped = said(*MOONS, "--save", "w.npz")
    assert (stopped.status, stopped.out) == ({"SIGINT": 130, "SIGTERM": 143}[number.name], "")
    assert "w.npz has update 41" in said.err
    assert signal.getsignal(number) == before


# ── many ─────────────────────────────────────────────────────────────────────────────────────


def runs_of(document: Any) -> list[dict[str, Any]]:
    """The runs without what a clock says."""
    return [
        {key: value for key, value in run.items() if key != "seconds"} for run in document["runs"]
    ]


def one_by_one(said: Said) -> list[dict[str, Any]]:
    """The grid in this process, one after the other."""
    return runs_of(said(*MOONS, *GRID, "--jobs", "1", "--format", "json").json(quiet=False))


def test_a_grid_is_its_runs_one_by_one(said: Said) -> None:
    """Every combination, the last key fastest; each as a training of its own."""
    found = one_by_one(said)
    assert [run["set"] for run in found] == [
        {"network.seed": seed, "training.learning_rate": rate}
        for seed in ("1", "2") for rate in ("0.1", "0.01")
    ]  # fmt: skip
    for run in found:
        sets = [word for key, value in run["set"].items() for word in ("--set", f"{key}={value}")]
        alone = said(*MOONS, *sets, "--format", "json").json(quiet=False)
        for key in ("updates", "epochs", "C_all", "accuracy", "accuracy_held_out", "ended"):
            assert run[key] == alone[key]
        assert run["C"] == alone["C"][-1]


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_every_back_end_finds_the_same(said: Said, backend: str) -> None:
    """Whoever makes the runs, and in whatever order they come back."""
    pytest.importorskip("joblib")
    arguments = ("--jobs", "2", "--backend", backend, "--format", "json")
    assert runs_of(said(*MOONS, *GRID, *arguments).json(quiet=False)) == one_by_one(said)


# what Dask leaves behind when its cluster goes down is not ours
@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_finds_the_same(said: Said) -> None:
    """A cluster of this machine alone, where Dask is installed."""
    pytest.importorskip("joblib")
    pytest.importorskip("distributed")
    found = said(*MOONS, *GRID, "--jobs", "1", "--backend", "dask", "--format", "json").json(
        quiet=False
    )
    assert runs_of(found) == one_by_one(said)


def test_the_table_is_sorted_as_asked(said: Said) -> None:
    """The best first: the highest accuracy, the lowest cost; by a key, its values in order."""
    for by, highest in (("C_all", False), ("accuracy", True), ("training.learning_rate", False)):
        many = (*MOONS, *GRID, "--jobs", "1", "--sort", by)
        runs = said(*many, "--format", "json").json(quiet=False)["runs"]
        found = [{**run, **run["set"]}[by] for run in runs]
        assert found == sorted(found, reverse=highest)
    table = said(*MOONS, *GRID, "--jobs", "1", "--csv", "t.csv").out.splitlines()
    assert table[0].split()[:4] == ["scenario", "seed", "learning_rate", "updates"]
    assert len(table) == 5
    assert len({line.index("moons") for line in table[1:]}) == 1
    with Path("t.csv").open() as file:
        assert [row["network.seed"] for row in csv.DictReader(file)] == list("1122")


def test_several_scenarios(said: Said) -> None:
    """One row each; a run whose numbers overflow is among them, and told."""
    many = ("train", "mazur", "xor-relu", "linear-neuron-a", "--jobs", "1", "--epochs", "9")
    runs = said(*many, "--set", "training.learning_rate=1e300", "--format", "json").json(
        quiet=False
    )["runs"]
    assert [run["scenario"] for run in runs] == ["mazur", "xor-relu", "linear-neuron-a"]
    assert said("train", "mazur", "-").status == said("train", "mazur", "mazr").status == 2
    assert [run["sound"] for run in runs] == [True, True, False]
    assert runs[2]["ended"] == "C is not finite"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--sweep", "training.optimizer=adam,sdg"), "error[unknown-name]"),
        (("--sweep", "network.seed"), "error[bad-sweep]"),
        (("--sweep", "network.seed=1,,2"), "error[bad-sweep]"),
        (("--sweep", "network.sead=1,2"), "error[unknown-key]"),
        (("--sweep", "network.seed=1,2", "--save", "w.npz"), "--save is for one training"),
        (("--sweep", "network.seed=1,2", "--sort", "x\x1by"), "--sort is one of"),
        (("--sweep", "network.seed=1,2", "--scheduler", "tcp://h:1"), "--scheduler is an address"),
        (("--sweep", "network.seed=1,2", "--until", "nothing"), "nothing of that name"),
        (("--jobs", "2", "--set", "network.sead=1"), "error[unknown-key]"),
        (("--jobs", "0"), "whole number"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_made_is_told_before(
    said: Said, arguments: Sequence[str], told: str
) -> None:
    """Status 2, nothing on stdout, no traceback."""
    assert said(*MOONS, *arguments).status == 2
    assert (said.out, told in said.err, "\x1b" in said.err) == ("", True, False)


def test_without_joblib(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run at a time, with a word; a back end that is asked for is refused with the cure."""
    monkeypatch.setitem(sys.modules, "joblib", None)
    found = said(*MOONS, *GRID, "--format", "json")
    assert (found.status, len(found.json(quiet=False)["runs"])) == (0, 4)
    assert "pip install joblib" in found.err
    assert said(*MOONS, *GRID, "--backend", "loky").status == 2
    assert "needs joblib, which is not installed" in said.err


def test_values_of_a_sweep() -> None:
    """Commas within brackets and quotes belong to a value."""
    assert sweep('title="a,b",c').values == ('"a,b"', "c")
    assert sweep("training.betas=[0.9,0.999],[0.5,0.9]").values == ("[0.9,0.999]", "[0.5,0.9]")
    for wrong in ("", "=1", "a", "a=", "a=1,"):
        with pytest.raises(ScenarioError):
            sweep(wrong)
    thousand = sweep("network.seed=" + ",".join(map(str, range(1000))))
    with pytest.raises(ValueError, match="1,000,000 runs"):
        grid(["mazur"], [thousand, thousand], (), None, Length())


def busy(parent: int) -> list[float]:
    """How long each child of a process has worked, in seconds."""
    found = []
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            found.append(int(fields[11]) / os.sysconf("SC_CLK_TCK"))
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found in /proc")
def test_an_interrupt_ends_the_workers(tmp_path: Path) -> None:
    """Ctrl-C: 130, no word, and nobody goes on working: the pipes they all hold are closed."""
    pytest.importorskip("joblib")
    process = subprocess.Popen(
        program("train", "moons", "--epochs", "1000000", "--jobs", "2", "--sweep",
                "network.seed=1,2,3"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(),
        start_new_session=True,
    )  # fmt: skip
    while sum(seconds > 0.5 for seconds in busy(process.pid)) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(
        timeout=PATIENCE
    )  # a worker that lives would keep the pipes open
    assert (process.returncode, out, err) == (130, b"", b"")
