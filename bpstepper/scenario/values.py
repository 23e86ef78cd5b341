"""A scenario as the values of a file: the way back from what `build` does.

`values` says every key that has a meaning, defaults among them, in the order of the schema and in
the layout of the network, so that whoever writes files, or holds an edited scenario against the
rules of files, need not know how a scenario is kept.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from bpstepper.engine.compile.network import Array, Layer, Loss, Problem, Sample
from bpstepper.engine.tables.hyperparameters import Constants
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.parameters import as_written, turned
from bpstepper.scenario.model import Expect, Note, Scenario, in_layout
from bpstepper.scenario.schema.tables import FORMAT

__all__ = ["fingerprint", "same_numbers", "values"]


def values(scenario: Scenario, numbers: bool = True) -> dict[str, Any]:
    """Every key of a file that would load to this scenario.

    Args:
        scenario: what to say.
        numbers: False leaves out weights, biases, what samples hold, and the lesson: all that
            may be large.
    """
    texts = {key: getattr(scenario, key) for key in ("title", "source", "about", "topic", "level")}
    found: dict[str, Any] = {"format": FORMAT} | {key: it for key, it in texts.items() if it}
    found["network"] = _network(scenario, numbers)
    loss = scenario.loss
    found["loss"] = {
        key: getattr(loss, key) for key in ("name", "factor", "outputs", "samples", "l2")
    } | ({} if loss.unit is None else {"unit": loss.unit})
    found["loss"] |= _constants(loss.hyperparameters)
    found["training"] = _training(scenario)
    takes_targets = LOSSES[loss.name].targets != "none"
    found["samples"] = [
        _sample(sample, takes_targets) if numbers else {} for sample in scenario.samples
    ]
    if numbers:
        found["expect"] = [_expect(expect, scenario) for expect in scenario.expects]
        found["notes"] = [_note(note) for note in scenario.notes]
    return found


def _network(problem: Problem, numbers: bool) -> dict[str, Any]:
    network = problem.network
    found: dict[str, Any] = {
        "inputs": network.inputs,
        "layout": network.layout,
        "bias": network.bias,
        "seed": network.seed,
    }
    if network.input_names:
        found["input_names"] = list(network.input_names)
    found["layers"] = [_layer(layer, network.layout, numbers) for layer in network.layers]
    return found


def _layer(layer: Layer, layout: str, numbers: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"units": layer.units, "activation": layer.activation}
    found |= _constants(layer.hyperparameters)
    if layer.kind != Layer.kind:
        found["kind"] = layer.kind
    if numbers:
        for name, spec in layer.parameters.items():
            found[name] = as_written(spec, layer.value(name), layout).tolist()
    switches = [spec.switch for spec in layer.parameters.values() if spec.switch]
    found |= {switch: layer.setting(switch) for switch in switches}
    found |= {name: it for name, it in layer.options.items() if name not in found}
    if layer.unit_names:
        found["unit_names"] = list(layer.unit_names)
    if layer.weight_names:
        rows = layer.weight_names
        laid = zip(*rows, strict=True) if turned(layout) else rows
        found["weight_names"] = [list(row) for row in laid]
    return found


def _constants(constants: Constants) -> dict[str, Any]:
    """Constants as a file writes them."""
    return {key: list(it) if isinstance(it, tuple) else it for key, it in constants.items()}


def _training(problem: Problem) -> dict[str, Any]:
    training = problem.training
    return {
        "learning_rate": training.learning_rate,
        "batch_size": "all" if training.batch_size is None else training.batch_size,
        "epochs": training.epochs,
        "shuffle": training.shuffle,
        "optimizer": training.optimizer,
        **_constants(training.hyperparameters),
        "train": training.train,
        "hold_out": training.hold_out,
    }


def _sample(sample: Sample, takes_targets: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"name": sample.name} if sample.name else {}
    found["input"] = sample.input.tolist()
    if sample.target is not None and takes_targets:
        found["target"] = sample.target.tolist()
    return found


def _expect(expect: Expect, scenario: Scenario) -> dict[str, Any]:
    value = expect.value
    if expect.at is None:
        layout = scenario.network.layout
        value = in_layout(value, expect.symbol, scenario.expect_layout, layout)
    found: dict[str, Any] = {"symbol": expect.symbol, "update": expect.update}
    if expect.at is not None:
        found["at"] = list(expect.at)
    found |= {"value": value.tolist(), "tolerance": expect.tolerance}
    return found | {key: it for key in ("source", "note") if (it := getattr(expect, key))}


def _note(note: Note) -> dict[str, Any]:
    found: dict[str, Any] = {} if note.at is None else {"at": note.at}
    found["update"] = note.update
    if note.cell is not None:
        found["cell"] = list(note.cell)
    found["audience"] = note.audience
    found |= {key: it for key in ("text", "ask", "reveal", "quiz") if (it := getattr(note, key))}
    if note.edit:
        found["edit"] = list(note.edit)
    return found


def same_numbers(one: Problem, other: Problem) -> bool:
    """Whether two problems are the same to the bit, in all that an update is made of."""
    here, there = _all_numbers(one), _all_numbers(other)
    return len(here) == len(there) and all(map(_same, here, there))


def fingerprint(problem: Problem) -> str:
    """What tells a problem from every other one: a digest of all that an update is made of."""
    digest = sha256()
    for part in _all_numbers(problem):
        whole = part.encode() if isinstance(part, str) else b"" if part is None else part.tobytes()
        digest.update(len(whole).to_bytes(8, "big") + whole)
    return digest.hexdigest()


def _all_numbers(problem: Problem) -> list[Array | str | None]:
    network = problem.network
    found: list[Array | str | None] = [
        # repr tells 0 from −0, and every float from every other
        repr((network.inputs, network.layout, network.bias, network.seed)),
        _loss_text(problem.loss),
        repr(list(_training(problem).items())),
    ]
    for layer in network.layers:
        found += map(layer.value, layer.parameters)
        found.append(_layer_text(layer))
        if layer.kind != Layer.kind:
            found.append(repr((layer.kind, sorted(layer.options.items()))))
    takes_targets = LOSSES[problem.loss.name].targets != "none"
    for sample in problem.samples:
        found += [sample.input, sample.target if takes_targets else None]
    return found


def _loss_text(loss: Loss) -> str:
    """As digests of older versions have it, where the loss has no constants of its own."""
    fields = ("name", "factor", "outputs", "samples", "l2", "unit")
    told = ", ".join(f"{key}={getattr(loss, key)!r}" for key in fields)
    own = f", {loss.hyperparameters!r}" if loss.hyperparameters else ""
    return f"Loss({told}{own})"


def _layer_text(layer: Layer) -> str:
    """Likewise."""
    own = (layer.hyperparameters,) if layer.hyperparameters else ()
    return repr((layer.activation, layer.train_biases, *own))


def _same(one: Array | str | None, other: Array | str | None) -> bool:
    if one is None or other is None or isinstance(one, str) or isinstance(other, str):
        return one is other or (isinstance(one, str) and isinstance(other, str) and one == other)
    return one.shape == other.shape and one.tobytes() == other.tobytes()
