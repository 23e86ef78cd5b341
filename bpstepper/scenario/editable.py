"""What of a scenario can be edited while it is stepped through: one table.

A place is named as `--set` names it, `training.learning_rate` or `samples.0.input.1`, lists
counted from 0; single weights and biases as `expect.at` counts them, from 1: `W2[1,2]` is the
weight *to* unit 1 *from* unit 2 in every layout, `b1[2]` the bias of unit 2. What changes how
many units there are is not edited: it would make another network.

This module owns where an edit lands; whether its value is one that a file could have is said by
`edit_checks`, and keeping edits, and undoing them, is a session's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from bpstepper.engine.compile.network import (
    Array,
    Layer,
    Loss,
    Network,
    ProblemError,
    Sample,
    Training,
)
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.hyperparameters import HasHyperparameters, complete, merged
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS, parameter_specs
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.engine.tables.parameters import ParameterSpec, as_written
from bpstepper.scenario.diagnostics.diagnostic import did_you_mean, shorten

__all__ = [
    "CELL",
    "EditError",
    "Parts",
    "Value",
    "paths",
    "places_of_symbols",
    "plain",
    "read",
    "written",
]

Value = bool | int | float | str | None | tuple[Any, ...]
"""A value as a file writes it, lists as tuples; None where the file would have no such key."""


class EditError(ValueError):
    """There is nothing to edit, or not with this value; the message says what there is."""


class Parts(NamedTuple):
    """What a problem is made of, so that many edits can be made before it is put together."""

    network: Network
    samples: tuple[Sample, ...]
    loss: Loss
    training: Training


_Get = Callable[[Parts, tuple[int, ...]], Any]
_Put = Callable[[Parts, tuple[int, ...], Any], Parts]


class _Row(NamedTuple):
    """One place, `*` for any number; how its value is got, and put."""

    pattern: str
    get: _Get
    put: _Put


# ── the ways to a value ──────────────────────────────────────────────────────────────────────


def _of(part: str, key: str) -> _Row:
    """An attribute of the network, the loss or the training."""

    def get(parts: Parts, _: tuple[int, ...]) -> Any:
        return getattr(getattr(parts, part), key)

    def put(parts: Parts, _: tuple[int, ...], value: Any) -> Parts:
        changed = replace(getattr(parts, part), **{key: value})
        return parts._replace(**{part: changed})

    return _Row(f"{part}.{key}", get, put)


def _layer_put(parts: Parts, index: int, **changes: Any) -> Parts:
    layers = list(parts.network.layers)
    layers[index] = replace(layers[index], **changes)
    return parts._replace(network=replace(parts.network, layers=tuple(layers)))


def _of_layer(key: str) -> _Row:
    def get(parts: Parts, at: tuple[int, ...]) -> Any:
        return getattr(parts.network.layers[at[0]], key)

    def put(parts: Parts, at: tuple[int, ...], value: Any) -> Parts:
        return _layer_put(parts, at[0], **{key: value})

    return _Row(f"network.layers.*.{key}", get, put)


def _with_cell(array: Array, cell: Sequence[int], value: float) -> Array:
    changed = array.copy()
    changed[tuple(cell)] = value
    return changed


def _numbers(value: Any, what: str) -> Array:
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):  # numpy says it in words of its own
        raise ProblemError(f"{what}: expected rows of one length") from None


def _parameter(spec: ParameterSpec) -> tuple[_Row, _Row]:
    """A parameter as a whole, and one number of it."""

    def own(parts: Parts, at: tuple[int, ...]) -> Array:
        layer = parts.network.layers[at[0]]
        if spec.name not in layer.parameters:
            raise IndexError(at[0])
        return layer.value(spec.name)

    def whole(parts: Parts, at: tuple[int, ...]) -> Any:
        if spec.name not in parts.network.layers[at[0]].parameters:
            return None
        return as_written(spec, own(parts, at), parts.network.layout).tolist()

    def put(parts: Parts, at: tuple[int, ...], value: Any) -> Parts:
        before, array = own(parts, at), _numbers(value, spec.name)
        if spec.is_matrix and array.ndim == 1 and 1 in before.shape and array.size == before.size:
            return _parameter_put(parts, at[0], spec, array.reshape(before.shape))
        return _parameter_put(parts, at[0], spec, as_written(spec, array, parts.network.layout))

    def put_one(parts: Parts, at: tuple[int, ...], value: Any) -> Parts:
        return _parameter_put(parts, at[0], spec, _with_cell(own(parts, at), at[1:], value))

    return (
        _Row(f"network.layers.*.{spec.name}", whole, put),
        _Row(
            f"{spec.kind}*[{'*,*' if spec.is_matrix else '*'}]",
            lambda parts, at: float(own(parts, at)[at[1:]]),
            put_one,
        ),
    )


def _parameter_put(parts: Parts, index: int, spec: ParameterSpec, value: Array) -> Parts:
    layers = list(parts.network.layers)
    layers[index] = layers[index].with_values({spec.name: value})
    return parts._replace(network=replace(parts.network, layers=tuple(layers)))


def _switch(key: str) -> _Row:
    """Whether a parameter is trained, or another key of a layer's own."""

    def get(parts: Parts, at: tuple[int, ...]) -> Any:
        layer = parts.network.layers[at[0]]
        has = key in layer.options or any(s.switch == key for s in layer.parameters.values())
        return layer.setting(key) if has else None

    def put(parts: Parts, at: tuple[int, ...], value: Any) -> Parts:
        layer = parts.network.layers[at[0]]
        if key in LAYER_KINDS[layer.kind].options:
            return _layer_put(parts, at[0], options={**layer.options, key: value})
        return _layer_put(parts, at[0], **{key: value})

    return _Row(f"network.layers.*.{key}", get, put)


def _sample_put(parts: Parts, index: int, key: str, value: Any) -> Parts:
    samples = list(parts.samples)
    changed = _numbers(value, key)
    # said here, since a problem would only say it when all edits are made
    before = getattr(samples[index], key)
    if before is not None and changed.shape != before.shape:
        raise ProblemError(f"{key}: expected {before.size} numbers, got {changed.size}")
    if not np.isfinite(changed).all():
        raise ProblemError(f"{key}: expected finite numbers")
    samples[index] = replace(samples[index], **{key: changed})  # type: ignore[arg-type]
    return parts._replace(samples=tuple(samples))


def _of_sample(key: str) -> tuple[_Row, _Row]:
    def whole(parts: Parts, at: tuple[int, ...]) -> Any:
        array = getattr(parts.samples[at[0]], key)
        return None if array is None else array.tolist()

    def one(parts: Parts, at: tuple[int, ...]) -> Any:
        array = getattr(parts.samples[at[0]], key)
        if array is None:
            raise IndexError(at[1])
        return float(array[at[1]])

    def put_one(parts: Parts, at: tuple[int, ...], value: Any) -> Parts:
        array = getattr(parts.samples[at[0]], key)
        return _sample_put(parts, at[0], key, _with_cell(array, at[1:], value))

    return (
        _Row(f"samples.*.{key}", whole, lambda p, at, value: _sample_put(p, at[0], key, value)),
        _Row(f"samples.*.{key}.*", one, put_one),
    )


def _put_loss(parts: Parts, _: tuple[int, ...], value: Any) -> Parts:
    """Another loss; a factor that was the old one's own becomes the new one's own."""
    loss = parts.loss
    usual = loss.factor == LOSSES[loss.name].default_factor
    known = value in LOSSES
    factor = LOSSES[value].default_factor if usual and known else loss.factor
    unit = loss.unit if known and LOSSES[value].targets == "none" else None
    constants = _shared(LOSSES, value, loss.constants)
    changed = replace(loss, name=value, factor=factor, unit=unit, constants=constants)
    return parts._replace(loss=changed)


def _put_optimizer(parts: Parts, _: tuple[int, ...], value: Any) -> Parts:
    """Another optimizer; constants that both have stay."""
    constants = _shared(OPTIMIZERS, value, parts.training.constants)
    changed = replace(parts.training, optimizer=value, constants=constants)
    return parts._replace(training=changed)


def _put_activation(parts: Parts, at: tuple[int, ...], value: Any) -> Parts:
    """Another activation; constants that both have stay."""
    before = parts.network.layers[at[0]].constants
    return _layer_put(parts, at[0], activation=value, constants=_shared(ACTIVATIONS, value, before))


def _shared(
    rows: Mapping[str, HasHyperparameters], name: Any, before: Mapping[str, Any]
) -> Mapping[str, Any]:
    """All constants of a row, with the values that they had before; none of one that is not."""
    return complete(rows[name], before) if name in rows else {}


class _Owner(NamedTuple):
    """Where constants of their own stand.

    Attributes:
        what: what has them.
        rows: the table of those.
        pattern: of the place before a constant's name.
        chosen: which row it is here.
        part: what keeps the constants.
        put: that with others.
    """

    what: str
    rows: Mapping[str, HasHyperparameters]
    pattern: str
    chosen: Callable[[Parts, tuple[int, ...]], str]
    part: Callable[[Parts, tuple[int, ...]], Loss | Training | Layer]
    put: Callable[[Parts, tuple[int, ...], Mapping[str, Any]], Parts]


_OWNERS = (
    _Owner(
        "activation",
        ACTIVATIONS,
        "network.layers.*",
        lambda parts, at: parts.network.layers[at[0]].activation,
        lambda parts, at: parts.network.layers[at[0]],
        lambda parts, at, constants: _layer_put(parts, at[0], constants=constants),
    ),
    _Owner(
        "loss",
        LOSSES,
        "loss",
        lambda parts, _: parts.loss.name,
        lambda parts, _: parts.loss,
        lambda parts, _, constants: parts._replace(loss=replace(parts.loss, constants=constants)),
    ),
    _Owner(
        "optimizer",
        OPTIMIZERS,
        "training",
        lambda parts, _: parts.training.optimizer,
        lambda parts, _: parts.training,
        lambda parts, _, constants: parts._replace(
            training=replace(parts.training, constants=constants)
        ),
    ),
)


def _constants_of(owner: _Owner) -> Iterator[_Row]:
    """A place for each constant that a row of a table has of its own."""
    return (_constant(owner, key) for key in merged(owner.rows.values()))


def _constant(owner: _Owner, key: str) -> _Row:
    def get(parts: Parts, at: tuple[int, ...]) -> Any:
        return owner.part(parts, at).hyperparameters.get(key)

    def put(parts: Parts, at: tuple[int, ...], value: Any) -> Parts:
        name, part = owner.chosen(parts, at), owner.part(parts, at)
        if key not in part.hyperparameters:
            own = f"; it has {', '.join(part.hyperparameters)}" if part.hyperparameters else ""
            raise EditError(f"the {owner.what} {name} has no constant {key}{own}")
        return owner.put(parts, at, {**part.constants, key: value})

    return _Row(f"{owner.pattern}.{key}", get, put)


def places_of_symbols() -> dict[str, str]:
    """Kinds of numbers that stand in equations → where they are given, if that can be edited."""
    given = {
        it.symbol: f"{owner.pattern}.{name}"
        for owner in _OWNERS
        for name, owned in merged(owner.rows.values()).items()
        for _, it in owned
        if it.symbol
    }
    return {"eta": "training.learning_rate", **given}


def _batch_size(parts: Parts, _: tuple[int, ...]) -> Any:
    return "all" if parts.training.batch_size is None else parts.training.batch_size


def _put_batch_size(parts: Parts, _: tuple[int, ...], value: Any) -> Parts:
    size = None if value == "all" else value
    return parts._replace(training=replace(parts.training, batch_size=size))


_SWITCHES = tuple(
    dict.fromkeys(
        key
        for kind in LAYER_KINDS.values()
        for key in (*(spec.switch for spec in kind.parameters), *kind.options)
        if key
    )
)

_ROWS: Final = {
    row.pattern: row
    for row in (
        *(_of("network", key) for key in ("layout", "bias", "seed")),
        _Row(
            "network.layers.*.activation",
            lambda parts, at: parts.network.layers[at[0]].activation,
            _put_activation,
        ),
        *_constants_of(_OWNERS[0]),
        *(_switch(key) for key in _SWITCHES),
        *(row for spec in parameter_specs().values() for row in _parameter(spec)),
        _Row("loss.name", lambda parts, _: parts.loss.name, _put_loss),
        *(_of("loss", key) for key in ("factor", "outputs", "samples", "l2", "unit")),
        *_constants_of(_OWNERS[1]),
        *(_of("training", key) for key in ("learning_rate", "epochs", "shuffle")),
        _Row("training.batch_size", _batch_size, _put_batch_size),
        _Row("training.optimizer", lambda parts, _: parts.training.optimizer, _put_optimizer),
        *_constants_of(_OWNERS[2]),
        *(_of("training", key) for key in ("train", "hold_out")),
        *_of_sample("input"),
        *_of_sample("target"),
    )
}
"""Every place that can be edited, by its pattern."""

CELL = re.compile(r"([A-Za-z_]+)(\d{1,4})\[(\d{1,6})(?:,(\d{1,6}))?\]", re.ASCII)
"""One weight or bias: `W2[1,2]`, `b1[2]`."""
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*", re.ASCII)


def _found(path: str) -> tuple[_Row, tuple[int, ...]] | None:
    """The row of a place and its numbers, all from 0; None where there is none."""
    cell = CELL.fullmatch(path)
    if cell:
        numbers = tuple(int(it) - 1 for it in cell.groups()[1:] if it is not None)
        row = _ROWS.get(f"{cell[1]}*[{','.join('*' * (len(numbers) - 1))}]")
        return (row, numbers) if row and min(numbers) >= 0 else None
    if len(path) > 100 or not _DOTTED.fullmatch(path):
        return None
    words = path.split(".")
    row = _ROWS.get(".".join("*" if word.isdecimal() else word for word in words))
    return None if row is None else (row, tuple(int(it) for it in words if it.isdecimal()))


def paths(parts: Parts) -> tuple[str, ...]:
    """The places that this scenario has, but for single numbers of samples and matrices."""
    some = {"network": range(parts.network.depth), "samples": range(min(3, len(parts.samples)))}
    found: list[str] = []
    for pattern in _ROWS:
        if "[" in pattern or pattern.endswith(".*"):
            continue
        numbers = some[pattern.split(".")[0]] if "*" in pattern else range(1)
        found += [pattern.replace("*", str(number)) for number in numbers]
    return tuple(path for path in found if read(parts, path) is not None or path == "loss.unit")


def read(parts: Parts, path: str) -> Value:
    """The value at a place.

    Raises:
        EditError: there is no such place; the message names what comes near.
    """
    row, at = _known(parts, path)
    return plain(row.get(parts, at))


def _known(parts: Parts, path: str) -> tuple[_Row, tuple[int, ...]]:
    found = _found(path)
    if found is None:
        near = did_you_mean(path, paths(parts))
        hint = f"did you mean {near}?" if near else "there are training.learning_rate, W1[1,1], …"
        raise EditError(f"{shorten(path)} is nothing that can be edited; {hint}")
    try:
        found[0].get(parts, found[1])
    except IndexError:
        raise EditError(_beyond(parts, path)) from None
    return found


def _beyond(parts: Parts, path: str) -> str:
    """Why there is no such place, though there are some of its kind."""
    cell, network = CELL.fullmatch(path), parts.network
    if cell is None:
        what = "layers" if path.startswith("network") else "samples"
        words = path.split(".")
        count = network.depth if what == "layers" else len(parts.samples)
        if what == "samples" and int(words[1]) < count:
            count = network.sizes[0 if words[2] == "input" else -1]
            what = f"numbers of its {words[2]}"
        return f"there is no {shorten(path)}: the {what} are 0 to {count - 1}, as --set counts them"
    number = int(cell[2])
    if not 1 <= number <= network.depth:
        return f"there is no {cell[1]}{number}: the layers are 1 to {network.depth}"
    spec, layer = parameter_specs()[cell[1]], network.layer(number)
    if spec.name not in layer.parameters:
        return f"there is no {cell[1]}{number}: a {layer.kind} layer has none"
    shape = ",".join(map(str, layer.value(spec.name).shape))
    size = f"[1,1] to [{shape}], [to,from]" if spec.is_matrix else f"[1] to [{shape}]"
    return f"there is no {path}: {cell[1]}{number} goes from {size}"


def written(parts: Parts, path: str, value: Value) -> Parts:
    """The parts with another value at a place.

    Raises:
        EditError: there is no such place, or its part refuses the value.
    """
    row, at = _known(parts, path)
    try:
        return row.put(parts, at, value)
    except (ProblemError, ValueError) as error:
        raise EditError(str(error)) from None
    except IndexError:
        raise EditError(_beyond(parts, path)) from None


def plain(value: Any) -> Value:
    """A value with its lists as tuples."""
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value
