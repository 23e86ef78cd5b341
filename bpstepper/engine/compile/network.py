"""What is to be learned, as plain frozen values: network, loss, training, samples.

This module owns the *numbers a person chooses*, and refuses those that no update could be made
of. It knows nothing of equations: which operations follow from these choices is
`program.compile_program`'s business.

Weights are kept here as the book writes them, `(n_l, n_{l-1})`, row = the unit a wire goes
to, whatever the layout of the scenario; the layout decides only how the Program writes its
products. Layers are numbered as in the book: layer 1 is the first one with weights, and the
inputs are layer 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from bpstepper.engine.tables.activations import ACTIVATIONS, Activation
from bpstepper.engine.tables.hyperparameters import Constants, HasHyperparameters, complete
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.engine.tables.parameters import ParameterSpec

__all__ = ["Array", "Layer", "Loss", "Network", "Problem", "ProblemError", "Sample", "Training"]

Array = npt.NDArray[np.float64]

_FIELDS: Final = frozenset({"weights", "biases"})  # parameters that `Layer` has as fields
_SUM = 1e-9  # how far the sum of a distribution may be from 1; δᴸ = ŷ − y is off by as much


class ProblemError(ValueError):
    """The parts of a problem do not fit together; the message says what was expected and got."""


def _frozen(values: npt.ArrayLike, shape: tuple[int, ...], what: str) -> Array:
    """Return `values` as read-only float64, or raise ProblemError naming `what`.

    A copy, unless it is of an array that nobody can write to any more.
    """
    array = values if _is_frozen(values) else _numbers(values, what)
    if array.shape != shape:
        raise ProblemError(f"{what}: expected shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ProblemError(f"{what}: expected finite numbers, got NaN or infinity")
    array.setflags(write=False)
    return array


def _is_frozen(values: npt.ArrayLike) -> TypeGuard[Array]:
    """Whether it is float64, and neither it nor the array whose numbers it shows can be written."""
    if not isinstance(values, np.ndarray) or values.dtype != np.float64:
        return False
    if not (values.flags.c_contiguous and values.flags.aligned):
        return False  # it is copied once rather than each time it is used
    owner = values if values.base is None else values.base
    if not isinstance(owner, np.ndarray) or not owner.flags.owndata:
        return False
    return not (values.flags.writeable or owner.flags.writeable)


def _numbers(values: npt.ArrayLike, what: str) -> Array:
    """Return a float64 copy of `values`, or raise ProblemError naming `what`."""
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ProblemError(f"{what}: expected an array of numbers, got {values!r}") from error


def _one_of(known: Iterable[str], name: str, what: str) -> None:
    """Raise ProblemError unless `name` is known."""
    names = tuple(known)
    if name not in names:
        raise ProblemError(f"{what}: expected one of {', '.join(names)}, got {name!r}")


def _constants(row: HasHyperparameters, given: Mapping[str, Any]) -> Constants:
    """The constants that are given, as they are kept, or raise ProblemError."""
    own = {it.name: it for it in row.hyperparameters}
    found = {}
    for name, value in given.items():
        _one_of(own, name, f"constant of {row.name}")
        try:
            found[name] = own[name].kept(value)
        except ValueError as error:
            raise ProblemError(f"{name}: expected {error}, got {value!r}") from None
    return Constants(found)


@dataclass(frozen=True, eq=False, kw_only=True)
class Layer:
    """One layer of units with the weights of the wires that enter it.

    Attributes:
        units: n_l, how many units.
        weights: (n_l, n_{l-1}); `weights[j, k]` is the wire *to* unit j *from* unit k.
        biases: (n_l,).
        activation: a name of `activations.ACTIVATIONS`.
        constants: those of the activation's own constants that are not at their defaults.
        train_biases: False leaves the biases as they are; their gradient is still computed.
        unit_names: n_l names to draw with; `Network` fills them in where they are left out.
        weight_names: (n_l, n_{l-1}) labels of the source (`w5`), or empty.
        kind: a name of `layer_kinds.LAYER_KINDS`.
        given: the numbers of other kinds' parameters, by name; what is left out is as usual.
        options: other kinds' own keys that are no parameters, by name; likewise.
    """

    units: int
    weights: Array = field(default_factory=lambda: np.zeros((0, 0)))
    biases: Array = field(default_factory=lambda: np.zeros(0))
    activation: str = "sigmoid"
    constants: Mapping[str, Any] = field(default_factory=Constants)
    train_biases: bool = True
    unit_names: tuple[str, ...] = ()
    weight_names: tuple[tuple[str, ...], ...] = ()
    kind: str = "dense"
    given: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.units < 1:
            raise ProblemError(f"units: expected at least 1, got {self.units}")
        _one_of(ACTIVATIONS, self.activation, "activation")
        constants = _constants(ACTIVATIONS[self.activation], self.constants)
        object.__setattr__(self, "constants", constants)
        _one_of(LAYER_KINDS, self.kind, "kind")
        self._check_options()
        given = {}
        for name, spec in self.parameters.items():
            value = _numbers(self._written(spec), name)
            if spec.is_matrix and value.ndim != 2:
                raise ProblemError(f"{name}: expected a matrix, got {value.ndim} dimension(s)")
            shape = spec.shape(self.units, value.shape[-1] if value.ndim else 0)
            given[name] = _frozen(value, shape, name)
        for name in given.keys() & _FIELDS:
            object.__setattr__(self, name, given.pop(name))
        object.__setattr__(self, "given", MappingProxyType(given))
        object.__setattr__(self, "unit_names", tuple(self.unit_names))
        names = tuple(tuple(row) for row in self.weight_names)
        object.__setattr__(self, "weight_names", names)
        if self.unit_names and len(self.unit_names) != self.units:
            raise ProblemError(
                f"unit_names: expected {self.units} names, got {len(self.unit_names)}"
            )

    @property
    def hyperparameters(self) -> Constants:
        """All constants of the activation, by name."""
        return complete(ACTIVATIONS[self.activation], self.constants)

    @property
    def function(self) -> Activation:
        """The activation itself, with this layer's constants."""
        return ACTIVATIONS[self.activation].given(self.hyperparameters)

    def _check_options(self) -> None:
        row = LAYER_KINDS[self.kind]
        own = {spec.name for spec in row.parameters} - _FIELDS
        for key, known in (("given", own), ("options", row.options)):
            for name in getattr(self, key):
                _one_of(known, name, f"{key} of {self.kind}")
        usual = {name: option.usual for name, option in row.options.items()}
        object.__setattr__(self, "options", MappingProxyType({**usual, **self.options}))

    def _written(self, spec: ParameterSpec) -> npt.ArrayLike:
        usual = np.full(self.units, spec.usual or 0.0)
        given: npt.ArrayLike = getattr(self, spec.name, usual)
        return given if spec.name in _FIELDS else self.given.get(spec.name, usual)

    @property
    def parameters(self) -> Mapping[str, ParameterSpec]:
        """What is learned in such a layer, by name."""
        return {spec.name: spec for spec in LAYER_KINDS[self.kind].parameters}

    @property
    def trained(self) -> tuple[ParameterSpec, ...]:
        """The parameters that move."""
        return tuple(spec for spec in self.parameters.values() if self.setting(spec.switch, True))

    def value(self, name: str) -> Array:
        """The numbers of a parameter, read-only: weights (n_l, n_{l-1}), all else (n_l,)."""
        return cast("Array", getattr(self, name)) if name in _FIELDS else self.given[name]

    def setting(self, key: str, usual: Any = None) -> Any:
        """An option or a switch by its key, such as `train_biases`; `usual` where it has none."""
        return self.options.get(key, getattr(self, key, usual) if key else usual)

    def with_values(self, values: Mapping[str, npt.ArrayLike]) -> Layer:
        """The same layer with other numbers for some of its parameters, by name.

        Raises:
            ProblemError: they have another shape, or are not finite.
        """
        own = {name: value for name, value in values.items() if name in _FIELDS}
        given = {name: value for name, value in values.items() if name not in _FIELDS}
        changes: dict[str, Any] = {**own, "given": {**self.given, **given}}
        return replace(self, **changes)


@dataclass(frozen=True, eq=False, kw_only=True)
class Network:
    """A chain of fully connected layers.

    Attributes:
        inputs: n_0, the number of inputs.
        layers: layers 1 … L in order; `layer(l)` counts as the book does.
        layout: a name of `layouts.LAYOUTS`: how products are written.
        bias: "separate" or "folded".
        seed: for whatever the problem leaves to chance.
        input_names: n_0 names to draw with.

    Raises:
        ProblemError: a layer's weights do not chain with the layer before it.
    """

    inputs: int
    layers: tuple[Layer, ...]
    layout: str = "column"
    bias: str = "separate"
    seed: int = 0
    input_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ProblemError("layers: expected at least one layer, got none")
        _one_of(LAYOUTS, self.layout, "layout")
        _one_of(("separate", "folded"), self.bias, "bias")
        sizes = self.sizes
        for number, layer in enumerate(self.layers, start=1):
            for name, spec in layer.parameters.items():
                expected, got = (
                    spec.shape(sizes[number], sizes[number - 1]),
                    layer.value(name).shape,
                )
                if got != expected:
                    raise ProblemError(
                        f"{name} of layer {number}: expected shape {expected} (to × from), "
                        f"got {got}"
                    )
            if LAYER_KINDS[layer.kind].keeps_units and sizes[number] != sizes[number - 1]:
                raise ProblemError(
                    f"units of layer {number}: expected {sizes[number - 1]}, as many as in the "
                    f"layer before, got {layer.units}"
                )
        if self.input_names and len(self.input_names) != self.inputs:
            raise ProblemError(
                f"input_names: expected {self.inputs} names, got {len(self.input_names)}"
            )
        object.__setattr__(self, "input_names", tuple(self.input_names))

    @property
    def sizes(self) -> tuple[int, ...]:
        """(n_0, n_1, …, n_L)."""
        return (self.inputs, *(layer.units for layer in self.layers))

    @property
    def depth(self) -> int:
        """L, the number of layers with weights."""
        return len(self.layers)

    def layer(self, number: int) -> Layer:
        """Layer `number`, counted from 1 as in the book."""
        return self.layers[number - 1]

    def unit_names(self, number: int) -> tuple[str, ...]:
        """The names of the units of a layer; layer 0 is the inputs."""
        if number == 0:
            return self.input_names or _numbered("x", self.inputs)
        layer = self.layer(number)
        if layer.unit_names:
            return layer.unit_names
        # with several hidden layers a bare h1 would not say which one
        hidden = "h" if self.depth == 2 else f"h{number}."
        stem = "o" if number == self.depth else hidden
        return _numbered(stem, layer.units)


@lru_cache(maxsize=256)
def _numbered(stem: str, count: int) -> tuple[str, ...]:
    """Names for units that have none, made once: a page asks for them unit by unit."""
    return tuple(f"{stem}{i}" for i in range(1, count + 1))


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Which cost is minimised; see `losses.LOSSES` for what each name means.

    Attributes:
        name: a name of `losses.LOSSES`.
        factor: multiplies the loss: the "½" is never hidden.
        outputs: "sum" or "mean" over the output units.
        samples: "mean" or "sum" over the samples of a batch.
        l2: λ ≥ 0; adds λ/(2m)·Σw² (λ/2 where samples = "sum"). Biases are not penalised.
        unit: for the loss "output", the one output that is C, counted from 1; None is all.
        constants: those of the loss's own constants that are not at their defaults.
    """

    name: str = "squared_error"
    factor: float = 0.5
    outputs: str = "sum"
    samples: str = "mean"
    l2: float = 0.0
    unit: int | None = None
    constants: Mapping[str, Any] = field(default_factory=Constants)

    def __post_init__(self) -> None:
        _one_of(LOSSES, self.name, "loss")
        object.__setattr__(self, "constants", _constants(LOSSES[self.name], self.constants))
        _one_of(("sum", "mean"), self.outputs, "outputs")
        _one_of(("mean", "sum"), self.samples, "samples")
        if not np.isfinite(self.factor):
            raise ProblemError(f"factor: expected a finite number, got {self.factor}")
        if not 0 <= self.l2 < np.inf:
            raise ProblemError(f"l2: expected 0 or more, got {self.l2}")

    @property
    def hyperparameters(self) -> Constants:
        """All constants of the loss, by name."""
        return complete(LOSSES[self.name], self.constants)


@dataclass(frozen=True, kw_only=True)
class Training:
    """How the parameters move.

    Attributes:
        learning_rate: η.
        batch_size: samples per update; None is all of them.
        epochs: what `train` runs by default.
        shuffle: a new order of the samples in each epoch, drawn from the seed.
        optimizer: a name of `optimizers.OPTIMIZERS`.
        constants: those of the optimizer's own constants that are not at their defaults, by
            PyTorch's names.
        train: "parameters" or "input".
        hold_out: share of the samples kept for testing.
    """

    learning_rate: float = 0.5
    batch_size: int | None = 1
    epochs: int = 1
    shuffle: bool = False
    optimizer: str = "sgd"
    constants: Mapping[str, Any] = field(default_factory=Constants)
    train: str = "parameters"
    hold_out: float = 0.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.learning_rate):
            raise ProblemError(f"learning_rate: expected a finite number, got {self.learning_rate}")
        _one_of(OPTIMIZERS, self.optimizer, "optimizer")
        constants = _constants(OPTIMIZERS[self.optimizer], self.constants)
        object.__setattr__(self, "constants", constants)
        _one_of(("parameters", "input"), self.train, "train")
        if not 0 <= self.hold_out < 1:
            raise ProblemError(f"hold_out: expected at least 0 and below 1, got {self.hold_out}")
        if self.batch_size is not None and self.batch_size < 1:
            raise ProblemError(f"batch_size: expected 1 or more, got {self.batch_size}")

    @property
    def hyperparameters(self) -> Constants:
        """All constants of the optimizer, by name."""
        return complete(OPTIMIZERS[self.optimizer], self.constants)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Sample:
    """One input with its target.

    Attributes:
        input: (n_0,).
        target: (n_L,); None where the loss needs none.
        name: shown where samples are told apart; may be empty.
    """

    input: Array
    target: Array | None = None
    name: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """A network, its loss, its training and its samples: all that the engine needs.

    Raises:
        ProblemError: samples and network do not fit, or a loss meets an activation it
            has no meaning for.
    """

    network: Network
    samples: tuple[Sample, ...]
    loss: Loss = field(default_factory=Loss)
    training: Training = field(default_factory=Training)

    def __post_init__(self) -> None:
        samples: Sequence[Sample] = tuple(self.samples)
        if not samples:
            raise ProblemError("samples: expected at least one sample, got none")
        self._check_loss()
        sizes = self.network.sizes
        checked = []
        for index, sample in enumerate(samples, start=1):
            what = f"sample {index}"
            x = _frozen(sample.input, (sizes[0],), f"{what}, input")
            y = sample.target
            if y is not None:
                y = _frozen(y, (sizes[-1],), f"{what}, target")
            self._check_target(y, what)
            as_it_is = x is sample.input and y is sample.target
            checked.append(sample if as_it_is else Sample(input=x, target=y, name=sample.name))
        object.__setattr__(self, "samples", tuple(checked))
        self._check_training()

    def _check_training(self) -> None:
        """There are samples to train on, and inputs that move are the same ones each time."""
        training, count = self.training, len(self.samples)
        trained = count - round(training.hold_out * count)
        if trained < 1:
            raise ProblemError(f"hold_out: {training.hold_out} of {count} samples leaves none")
        batch = training.batch_size
        if training.train == "input" and trained > 1 and batch is not None and batch < trained:
            raise ProblemError(
                f"batch_size: training the input needs one sample, or all at once, got {batch}"
            )

    def _check_loss(self) -> None:
        """The loss has a meaning for the output layer."""
        rule, output = LOSSES[self.loss.name], self.network.layers[-1]
        if rule.activations is not None and output.activation not in rule.activations:
            raise ProblemError(
                f"loss {rule.name}: expected an output activation of "
                f"{', '.join(sorted(rule.activations))}, got {output.activation}"
            )
        unit = self.loss.unit
        if unit is not None and not 1 <= unit <= output.units:
            raise ProblemError(f"unit: expected 1 to {output.units}, got {unit}")

    def _check_target(self, y: Array | None, what: str) -> None:
        """The target is one that the loss has a meaning for."""
        rule = LOSSES[self.loss.name]
        if rule.targets == "none":
            return
        if y is None:
            raise ProblemError(f"{what}, target: the loss {rule.name} needs one, got none")
        if rule.targets == "any":
            return
        shares = rule.targets == "distribution"
        if (y < 0).any() or (y > 1 + shares * _SUM).any():
            raise ProblemError(f"{what}, target: expected numbers from 0 to 1, got {y.tolist()}")
        if shares and abs(y.sum() - 1) > _SUM:
            raise ProblemError(f"{what}, target: expected a sum of 1, got {y.sum():g}")
