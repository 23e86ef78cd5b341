"""Saved trainings: parameters in an NPZ file, with all that it takes to go on exactly.

The arrays of a file, by name:

    W1, b1, …       the parameters, by their keys in the layout of the scenario (Wb1, x as well)
    m_W1, v_W1, …   the optimizer's state, by its keys; beta1_t … are single numbers
    updates         a single number: how many updates had been made
    training        a text, JSON: what the numbers depend on besides, so that a file is not taken
                    for that of another training

Files come from anywhere: nothing in them is run, and sizes are limited before anything is read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from os import PathLike, fspath
from typing import Any, NamedTuple, TypeVar

import numpy as np

from bpstepper.engine.compile.memory import SampleStore, public
from bpstepper.engine.compile.network import Array, Layer, Problem
from bpstepper.engine.run.training import Runner
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.hyperparameters import Constants
from bpstepper.engine.tables.parameters import as_written, laid_out
from bpstepper.scenario.data.npz_arrays import ArrayFile, as_numbers, told
from bpstepper.scenario.data.reading import read_file
from bpstepper.scenario.data.safe_read import DATA, CannotRead
from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place, shorten
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.session.cursor import MOST_UPDATES
from bpstepper.training.recording import State

__all__ = ["resumed", "to_npz", "with_parameters"]

_P = TypeVar("_P", bound=Problem)

_FILE = DATA._replace(
    words="a saved training",
    pipe="name an ordinary file",
    empty="`bpstepper train NAME --save F.npz` writes one",
    follow=True,
)
_LONGEST = 20_000  # characters of `training`


class _Trait(NamedTuple):
    """Something that the numbers of a training depend on.

    Attributes:
        key: what it is called in a file, and in what is said.
        of: problem → its value, as JSON has it.
    """

    key: str
    of: Callable[[Problem], Any]


def _samples(problem: Problem) -> str:
    store = SampleStore(problem).batch(np.arange(len(problem.samples)))
    rows = [np.ascontiguousarray(store[Symbol(kind)]).tobytes() for kind in ("x", "y")]
    return sha256(b"".join(rows)).hexdigest()


def _plain(constants: Constants) -> dict[str, Any]:
    """Constants as they come back from JSON."""
    return {key: list(it) if isinstance(it, tuple) else it for key, it in constants.items()}


_TRAITS = (
    _Trait("units", lambda p: list(p.network.sizes)),
    _Trait("activations", lambda p: [layer.activation for layer in p.network.layers]),
    _Trait("train_biases", lambda p: [layer.train_biases for layer in p.network.layers]),
    _Trait("layout", lambda p: p.network.layout),
    _Trait("bias", lambda p: p.network.bias),
    _Trait("seed", lambda p: p.network.seed),
    _Trait(
        "loss",
        lambda p: [p.loss.name, p.loss.factor, p.loss.outputs, p.loss.samples, p.loss.unit],
    ),
    _Trait("l2", lambda p: p.loss.l2),
    _Trait("learning_rate", lambda p: p.training.learning_rate),
    _Trait("optimizer", lambda p: p.training.optimizer),
    _Trait("constants", lambda p: _plain(p.training.hyperparameters)),
    _Trait("loss_constants", lambda p: _plain(p.loss.hyperparameters)),
    _Trait(
        "activation_constants",
        lambda p: [_plain(layer.hyperparameters) for layer in p.network.layers],
    ),
    _Trait("batch_size", lambda p: p.training.batch_size),
    _Trait("shuffle", lambda p: p.training.shuffle),
    _Trait("train", lambda p: p.training.train),
    _Trait("hold_out", lambda p: p.training.hold_out),
    _Trait("samples", _samples),
)


def _traits(problem: Problem) -> dict[str, Any]:
    return {trait.key: trait.of(problem) for trait in _TRAITS}


def to_npz(problem: Problem, state: State) -> bytes:
    """The file's bytes: the parameters after so many updates, and all that it takes to go on."""
    done, values = state
    arrays: dict[str, Any] = {symbol.key: value for symbol, value in values.items()}
    arrays |= public(problem, values)
    arrays["updates"] = np.array(done)
    arrays["training"] = np.array(json.dumps(_traits(problem)))
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


# ── back ─────────────────────────────────────────────────────────────────────────────────────


class _Saved:
    """A file's arrays; what is wrong with them is told with the file's name."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.file = fspath(path)
        data = read_file(self.file, _FILE)
        self._arrays = self._told(lambda: ArrayFile(data, self.file))

    def _told(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except CannotRead as error:
            raise self.error(error.code, error.message, error.help) from None

    def error(self, code: str, message: str, help_text: str) -> ScenarioError:
        """What is wrong, as a diagnostic about the file."""
        place = Place(self.file)
        return ScenarioError([Diagnostic(code=code, message=message, place=place, help=help_text)])

    def numbers(self, name: str, shape: tuple[int, ...]) -> Array:
        """An array of numbers of just this shape."""
        array: Array = self._told(
            lambda: as_numbers(self._arrays.read(name), f"the array `{name}`", (len(shape),))
        )
        if array.shape != shape:
            raise self.error(
                "wrong-shape",
                f"the array `{name}` is {told(array.shape)}, and this network's is {told(shape)}",
                "is it of another network, or of another layout?",
            )
        return array

    def traits(self) -> dict[str, Any]:
        """What the file says of the training it is from."""
        array = self._told(lambda: self._arrays.read("training"))
        try:
            if array.shape or array.dtype.kind != "U" or array.dtype.itemsize > 4 * _LONGEST:
                raise ValueError
            found = json.loads(str(array))
            if not isinstance(found, dict):
                raise ValueError
        except (ValueError, RecursionError):
            raise self.error(
                "not-a-saved-training",
                "the array `training` is not what `--save` writes",
                "--load takes the parameters alone",
            ) from None
        return found


def resumed(path: str | PathLike[str], problem: Problem) -> State:
    """Where a saved training goes on: exactly as if it had never stopped.

    Raises:
        ScenarioError: the file cannot be read, or is of another training.
    """
    saved = _Saved(path)
    written, here = saved.traits(), _traits(problem)
    # a file of an older version may lack a trait; what it has must be so
    other = [key for key in here if key in written and written[key] != here[key]]
    if other:
        raise saved.error("another-training", _differing(other[0], written, here, len(other)),
                          "--load starts a new training from its parameters")  # fmt: skip
    done = float(saved.numbers("updates", ()))
    if not (0 <= done <= MOST_UPDATES and done == int(done)):
        raise saved.error(
            "not-a-saved-training",
            f"the array `updates` is {done:g}, and is to count updates",
            "--load takes the parameters alone",
        )
    wanted = Runner(problem).parameters
    return int(done), {s: saved.numbers(s.key, value.shape) for s, value in wanted.items()}


def _differing(
    key: str, written: Mapping[str, Any], here: Mapping[str, Any], count: int
) -> str:  # fmt: skip
    more = f", and {count - 1} more" if count > 1 else ""
    if key == "samples":
        return f"this training was saved with other samples{more}"
    was, now = (shorten(json.dumps(side[key], ensure_ascii=False), 60) for side in (written, here))
    return f"this training was saved with {key} = {was}, and here it is {now}{more}"


def with_parameters(path: str | PathLike[str], problem: _P) -> _P:
    """The same problem with the saved weights and biases to start from, and nothing else of them.

    They are read in the problem's own layout.

    Raises:
        ScenarioError: the file cannot be read, or is of another network.
    """
    saved = _Saved(path)
    network = problem.network
    layers: list[Layer] = []
    for number, layer in enumerate(network.layers, start=1):
        values = {}
        for name, spec in layer.parameters.items():
            shape = laid_out(spec, layer.value(name), network.layout).shape
            written = saved.numbers(Symbol(spec.kind, number).key, shape)
            plain = written if spec.is_matrix else written.ravel()
            values[name] = as_written(spec, plain, network.layout)
        layers.append(layer.with_values(values))
    return replace(problem, network=replace(network, layers=tuple(layers)))
