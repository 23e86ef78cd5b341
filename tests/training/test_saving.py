"""Saved trainings: exact when they go on, told when they are of another, harmless when made up."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.training import Runner, run
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario import ScenarioError
from bpstepper.training.recording import Recording
from bpstepper.training.saved_training import resumed, to_npz, with_parameters
from tests.training.test_recording import CLASSES


def saved(problem: Problem, updates: int, folder: Path) -> Path:
    """The file of a training after so many updates."""
    recording = Recording(problem)
    recording.advance(updates)
    file = folder / "w.npz"
    file.write_bytes(to_npz(problem, recording.state()))
    return file


@pytest.mark.parametrize("layout", ["column", "row"])
@pytest.mark.parametrize("bias", ["separate", "folded"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_going_on_is_never_having_stopped(
    optimizer: str, bias: str, layout: str, tmp_path: Path
) -> None:
    """Parameters, the optimizer's state and the order of the samples, to the bit."""
    draft = replace(CLASSES, optimizer=optimizer, bias=bias, layout=layout)
    problem = draft.problem()
    recording = Recording(problem, start=resumed(saved(problem, 7, tmp_path), draft.problem()))
    recording.advance(8)
    runner = Runner(problem)
    runner.advance(15)
    assert recording.done == 15
    for symbol, value in runner.parameters.items():
        assert value.tobytes() == recording.parameters[symbol].tobytes()


@pytest.mark.parametrize("layout", ["column", "row", "torch"])
def test_parameters_alone_start_a_training_anew(layout: str, tmp_path: Path) -> None:
    """Those after the seventh update are those before the first; the file is plain NPZ, too."""
    problem = replace(CLASSES, layout=layout).problem()
    file = saved(problem, 7, tmp_path)
    there, here = run(problem, 7), run(with_parameters(file, problem), 0)
    with np.load(file, allow_pickle=False) as plain:
        assert int(plain["updates"]) == 7
        for key, value in there.items():
            assert value.tobytes() == here[key].tobytes() == plain[key].tobytes()


OTHERS: dict[str, dict[str, Any]] = {
    "units": {"sizes": (2, 5, 3)},
    "activations": {"activations": ("tanh", "softmax")},
    "layout": {"layout": "torch"},
    "bias": {"bias": "folded"},
    "seed": {"seed": 5},
    "l2": {"l2": 0.2},
    "optimizer": {"optimizer": "sgd"},
    "batch_size": {"batch_size": 3},
    "shuffle": {"shuffle": False},
    "hold_out": {"hold_out": 0.5},
    "samples": {"count": 13},
}


@pytest.mark.parametrize("key", OTHERS)
def test_another_training_is_told(key: str, tmp_path: Path) -> None:
    """What differs is named, as a diagnostic about the file."""
    file = saved(CLASSES.problem(), 2, tmp_path)
    with pytest.raises(ScenarioError) as told:
        resumed(file, replace(CLASSES, **OTHERS[key]).problem())
    (diagnostic,) = told.value.diagnostics
    assert (diagnostic.code, diagnostic.file) == ("another-training", str(file))
    assert key in diagnostic.message


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("what was in the file was run",))


def spoilt(good: bytes, **instead: Any) -> bytes:
    """The file with other arrays in the place of some; None leaves one out."""
    with np.load(io.BytesIO(good)) as file:
        arrays = {key: file[key] for key in file.files} | instead
    buffer = io.BytesIO()
    np.savez(buffer, **{key: value for key, value in arrays.items() if value is not None})
    return buffer.getvalue()


def huge(good: bytes) -> bytes:
    """A header that promises a terabyte in the place of W1."""
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (4, 2**35)}
    np.lib.format.write_array_header_1_0(header, shape)
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good)) as before,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            after.writestr(name, header.getvalue() if name == "W1.npy" else before.read(name))
    return buffer.getvalue()


def test_nothing_of_a_made_up_file_is_run_or_trusted(tmp_path: Path) -> None:
    """Each ends in a diagnostic, whatever stands in the file."""
    problem = CLASSES.problem()
    good = saved(problem, 2, tmp_path).read_bytes()
    bomb = np.array([[_Bomb()]], dtype=object)
    nan, wide = np.full((4, 2), np.nan), np.zeros((4, 3))
    deep = np.array("[" * (sys.getrecursionlimit() + 1))
    files = [
        b"", b"PK\x03\x04", good[:200], pickle.dumps(_Bomb()), huge(good),
        spoilt(good, W1=bomb), spoilt(good, W1=nan), spoilt(good, W1=wide), spoilt(good, W1=None),
        spoilt(good, W1=np.array("x")), spoilt(good, m_W1=None), spoilt(good, updates=None),
        spoilt(good, updates=np.array(-1)), spoilt(good, updates=np.array(1.5)),
        spoilt(good, updates=np.array(1e300)), spoilt(good, updates=np.array([1, 2])),
        spoilt(good, training=None), spoilt(good, training=np.array("{")),
        spoilt(good, training=np.array(3)), spoilt(good, training=deep),
        spoilt(good, training=np.array("[]")), spoilt(good, training=np.array(" " * 20_001)),
        spoilt(good, training=np.array('{"units": "\x1b[2J"}')),
    ]  # fmt: skip
    for position, content in enumerate(files):
        file = tmp_path / f"{position}.npz"
        file.write_bytes(content)
        with pytest.raises(ScenarioError) as told:
            resumed(file, problem)
        assert "\x1b" not in str(told.value), position
    for path in (tmp_path, tmp_path / "none.npz", Path("/dev/null")):
        with pytest.raises(ScenarioError):
            with_parameters(path, problem)
    for position in (0, 1, 2, 4, 5, 6, 7, 8, 9):
        with pytest.raises(ScenarioError):
            with_parameters(tmp_path / f"{position}.npz", problem)
