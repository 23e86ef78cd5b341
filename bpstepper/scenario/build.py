"""From the values of a checked file to a `Scenario`.

Nothing is checked here: `semantic_checks` has found that everything fits. What a table leaves open
is filled in (weights from the seed, biases 0, the loss's own factor), weights come out as the
engine keeps them, (to, from), whatever the layout of the file, and published values get the two
dimensions that the engine's values have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bpstepper.engine.compile.network import Array, Layer, Loss, Network, Sample, Training
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.hyperparameters import Constants, HasHyperparameters, complete
from bpstepper.engine.tables.initializers import INITIALIZERS, generator
from bpstepper.engine.tables.layers.layer_kind import LayerKind
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.engine.tables.layouts import LAYOUTS, Layout
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario.checks import symbol_keys
from bpstepper.scenario.checks.expectation_checks import batch_of_update, written_shape
from bpstepper.scenario.checks.sample_checks import one_hot
from bpstepper.scenario.data.loaded_data import Attached, TableSamples
from bpstepper.scenario.data.partial_scenario import trained_on
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.model import Expect, Note, Scenario

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["build"]

Values = Mapping[str, Any]
"""A table of a file, checked, with every default filled in; None is what the file leaves open."""


def build(file: Values, attached: Attached, findings: Findings, name: str) -> Scenario:
    """Make the scenario that a file describes.

    Args:
        file: its values, checked and filled in.
        attached: what was read of the files that it names.
        findings: its warnings and its places.
        name: what to call it.
    """
    network = _network(file["network"], attached)
    samples = _samples(file, attached, network)
    training = _training(file["training"])
    return Scenario(
        network=network,
        samples=samples,
        loss=_loss(file["loss"]),
        training=training,
        **{key: file[key] for key in ("title", "source", "about", "topic")},
        level=file["level"] or "",
        expects=tuple(
            _expect(table, network, trained_on(len(samples), training.hold_out), training, line)
            for table, line in _with_lines("expect", file["expect"], findings)
        ),
        notes=tuple(
            _note(table, line) for table, line in _with_lines("notes", file["notes"], findings)
        ),
        name=name,
        file=findings.source.file,
        warnings=tuple(findings.diagnostics()[0]),
    )


def _with_lines(
    name: str, tables: list[Values], findings: Findings
) -> Iterator[tuple[Values, int | None]]:
    """Every table of an array, with the line that it starts in."""
    return zip(tables, findings.lines(name, len(tables)), strict=True)


# ── network ──────────────────────────────────────────────────────────────────────────────────


def _network(table: Values, attached: Attached) -> Network:
    layout = LAYOUTS[table["layout"]]
    sizes = [table["inputs"], *(layer["units"] for layer in table["layers"])]
    return Network(
        inputs=table["inputs"],
        layers=tuple(
            _layer(layer, number, sizes[number - 1], layout, table["seed"], attached)
            for number, layer in enumerate(table["layers"], start=1)
        ),
        layout=table["layout"],
        bias=table["bias"],
        seed=table["seed"],
        input_names=tuple(table["input_names"] or ()),
    )


def _layer(
    table: Values, number: int, n_prev: int, layout: Layout, seed: int, attached: Attached
) -> Layer:
    n_l = table["units"]
    path: Path = ("network", "layers", number - 1)
    kind = LAYER_KINDS[table.get("kind", Layer.kind)]
    if kind.name != Layer.kind:
        return _other_layer(table, kind, path, attached)
    written: Any = attached.arrays.get((*path, "weights"), table["weights"])
    biases: Any = attached.arrays.get((*path, "biases"), table["biases"])
    if written is None:
        weights = INITIALIZERS[table["init"]].draw(generator(seed, number), n_l, n_prev)
    else:
        weights = _canonical(written, n_l, n_prev, layout)
    names: tuple[tuple[str, ...], ...] = ()
    if table["weight_names"]:
        rows = table["weight_names"]
        if layout.weight_axes == ("from", "to"):
            rows = [list(row) for row in zip(*rows, strict=True)]
        names = tuple(tuple(row) for row in rows)
    return Layer(
        units=n_l,
        weights=weights,
        biases=np.array(biases).reshape(n_l) if biases is not None else np.zeros(n_l),
        activation=table["activation"],
        constants=_constants(ACTIVATIONS[table["activation"]], table),
        train_biases=table["train_biases"],
        unit_names=tuple(table["unit_names"] or ()),
        weight_names=names,
    )


def _other_layer(
    table: Mapping[str, Any], kind: LayerKind, path: Path, attached: Attached
) -> Layer:
    """A layer that is not fully connected; what the file leaves open is as usual."""
    written = {
        spec.name: attached.arrays.get((*path, spec.name), table.get(spec.name))
        for spec in kind.parameters
    }
    options = {name: table.get(name) for name in kind.options}
    return Layer(
        units=table["units"],
        activation=table["activation"],
        unit_names=tuple(table["unit_names"] or ()),
        kind=kind.name,
        given={
            name: np.array(it, dtype=np.float64).reshape(table["units"])
            for name, it in written.items()
            if it is not None
        },
        options={name: it for name, it in options.items() if it is not None},
    )


def _canonical(written: npt.ArrayLike, n_l: int, n_prev: int, layout: Layout) -> Array:
    """Weights as (to, from), from the rows of a file or from one flat row."""
    weights = np.array(written, dtype=np.float64)
    if weights.ndim == 1:
        return weights.reshape(n_l, n_prev)  # one of the two is 1: the order cannot matter
    return weights.T if layout.weight_axes == ("from", "to") else weights


# ── samples, loss, training ──────────────────────────────────────────────────────────────────


def _samples(file: Values, attached: Attached, network: Network) -> tuple[Sample, ...]:
    outputs = network.sizes[-1]
    takes_targets = LOSSES[file["loss"]["name"]].targets != "none"
    if attached.samples is not None:
        return _rows(attached.samples, outputs if takes_targets else None)
    samples = []
    for table in file["samples"]:
        target = table["target"]
        if table["label"] is not None:
            target = one_hot(table["label"], outputs)[0].tolist()
        samples.append(
            Sample(
                input=np.array(table["input"], dtype=np.float64),
                target=np.array(target, dtype=np.float64) if target and takes_targets else None,
                name=table["name"],
            )
        )
    return tuple(samples)


def _rows(table: TableSamples, outputs: int | None) -> tuple[Sample, ...]:
    """The samples of a table; without `outputs`, without their targets."""
    targets = table.targets if table.labels is None else one_hot(table.labels, outputs or 1)
    return tuple(
        Sample(
            input=x,
            target=None if targets is None or outputs is None else targets[row],
            name=table.names[row] if table.names else "",
        )
        for row, x in enumerate(table.inputs)
    )


def _constants(row: HasHyperparameters, table: Mapping[str, object]) -> Constants:
    """The constants that a row has of its own, all of them, out of the table that names it."""
    given = {it.name: table[it.name] for it in row.hyperparameters}
    return complete(row, {key: value for key, value in given.items() if value is not None})


def _loss(table: Values) -> Loss:
    factor = table["factor"]
    return Loss(
        name=table["name"],
        factor=LOSSES[table["name"]].default_factor if factor is None else factor,
        outputs=table["outputs"],
        samples=table["samples"],
        l2=table["l2"],
        unit=table["unit"],
        constants=_constants(LOSSES[table["name"]], table),
    )


def _training(table: Values) -> Training:
    batch = table["batch_size"]
    return Training(
        learning_rate=table["learning_rate"],
        batch_size=batch if isinstance(batch, int) else None,
        epochs=table["epochs"],
        shuffle=table["shuffle"],
        optimizer=table["optimizer"],
        constants=_constants(OPTIMIZERS[table["optimizer"]], table),
        train=table["train"],
        hold_out=table["hold_out"],
    )


# ── expects and notes ────────────────────────────────────────────────────────────────────────


def _expect(
    table: Values, network: Network, samples: int, training: Training, line: int | None
) -> Expect:
    value = np.array(table["value"], dtype=np.float64)
    at = tuple(table["at"]) if table["at"] else None
    key = symbol_keys.parse(table["symbol"])
    if key is not None:
        m = batch_of_update(max(table["update"], 1), samples, training.batch_size)
        shape = symbol_keys.shape(key, network.sizes, m)
        if at is None:
            value = value.reshape(written_shape(key, shape, LAYOUTS[network.layout]))
        else:
            at = _whole(at, symbol_keys.cells(key, shape))
    return Expect(**{**table, "value": value, "at": at}, line=line)


def _whole(at: Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    """`at` with the dimensions of 1 that a file may leave out."""
    if len(at) == len(shape):
        return tuple(at)
    given = iter(at)
    # where all dimensions are 1, the first is the one that was named
    return tuple(next(given, 1) if size != 1 else 1 for size in shape)


def _note(table: Values, line: int | None) -> Note:
    edit = table["edit"]
    own = {
        "cell": tuple(table["cell"]) if table["cell"] else None,
        "edit": (edit,) if isinstance(edit, str) else tuple(edit),
    }
    return Note(**{**table, **own}, line=line)
