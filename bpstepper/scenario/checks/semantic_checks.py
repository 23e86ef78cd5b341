"""Whether the parts of a file fit together.

The schema has looked at every value by itself. Here they are held against each other: shapes
chain, samples have the sizes of the network, targets suit the loss. Nothing is allocated before
the sizes are known to be within the limits. Every check goes by what is sound (see
`partial_scenario`), so all of a file's problems come out together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.scenario.checks.expectation_checks import check_expects, check_notes
from bpstepper.scenario.checks.sample_checks import check_samples
from bpstepper.scenario.checks.text_safety import check_texts
from bpstepper.scenario.checks.training_checks import (
    check_sizes_of_batches,
    check_training,
    loss_rule,
)
from bpstepper.scenario.data.partial_scenario import MAX_UNITS, Draft, LayerDraft, count
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.schema.tables import FORMAT

__all__ = ["MAX_PARAMETERS", "check"]

MAX_PARAMETERS = 5_000_000

_INPUTS: Path = ("network", "inputs")
_LAYERS: Path = ("network", "layers")


def check(draft: Draft, findings: Findings) -> None:
    """Note everything that does not fit."""
    for part in _CHECKS:
        part(draft, findings)


# ── sizes ────────────────────────────────────────────────────────────────────────────────────


def check_sizes(draft: Draft, findings: Findings) -> None:
    """There are layers, and no more units and parameters than the limits."""
    if not draft.tables(_LAYERS) and draft.get(_LAYERS, []) is not None:
        findings.add(
            "no-layers",
            "this network has no layers",
            _LAYERS,
            key=True,
            help="add [[network.layers]] with `units = 1` for an output layer of one unit",
            expected="at least one layer",
            got="none",
        )
        return
    places = [_INPUTS, *((*layer.path, "units") for layer in draft.layers)]
    parameters = 0
    within = True
    for number, path in enumerate(places):
        units = count(draft.get(path, None))
        if units is not None and units > MAX_UNITS:
            within = False
            findings.add(
                "too-many-units",
                f"there may be at most {MAX_UNITS:,} units in a layer",
                path,
                label="too many",
                help="a network to be looked at has a few units in a layer",
                expected=f"at most {MAX_UNITS:,}",
                got=f"{units:,}" if units < 10**30 else "a very long number",
            )
        before = draft.sizes[number - 1] if number else None
        if number and within and units is not None and before is not None:
            was, parameters = parameters, parameters + units * (before + 1)
            if was <= MAX_PARAMETERS < parameters:
                findings.add(
                    "too-many-parameters",
                    f"there may be at most {MAX_PARAMETERS:,} weights and biases in a network",
                    path,
                    label=f"{parameters:,} up to here",
                    help="take fewer units",
                    expected=f"at most {MAX_PARAMETERS:,}",
                    got=f"{parameters:,}",
                )


# ── parameters and names ─────────────────────────────────────────────────────────────────────


def check_layers(draft: Draft, findings: Findings) -> None:
    """Weights, biases and names have the shapes that the numbers of units ask for."""
    for layer in draft.layers:
        for key in ("weights", "weight_names"):
            _check_matrix(draft, layer, key, findings)
        own = () if layer.kind is None else layer.kind.parameters
        for key in (*(spec.name for spec in own if not spec.is_matrix), "unit_names"):
            _check_list(draft, layer, key, findings)
        _check_kind(draft, layer, findings)
        if "weights" in layer.raw and "init" in layer.raw:
            findings.add(
                "unused-key",
                f"`init` has no effect in layer {layer.number}, whose weights are given",
                (*layer.path, "init"),
                key=True,
                label="not used",
                help="delete `init`, or delete `weights` to have them drawn",
                severity="warning",
            )
    names = draft.get(("network", "input_names"), None)
    if isinstance(names, list) and draft.inputs is not None and len(names) != draft.inputs:
        _wrong_count(
            findings, ("network", "input_names"), "input_names", len(names), draft.inputs, _INPUTS
        )


def _check_kind(draft: Draft, layer: LayerDraft, findings: Findings) -> None:
    """The keys are those of this kind of layer, and it has as many units as it has to."""
    kind, before = layer.kind, draft.sizes[layer.number - 1]
    if kind is None:
        return
    others = {key for row in LAYER_KINDS.values() for key in row.keys} - {*kind.keys}
    for key in layer.raw:
        if key in others:
            findings.add(
                "unused-key",
                f"`{key}` has no meaning in layer {layer.number}, which is of kind {kind.name}",
                (*layer.path, key),
                key=True,
                label="not used",
                help="delete it, or write another `kind`",
                got=key,
            )
    if kind.keeps_units and None not in (layer.units, before) and layer.units != before:
        findings.add(
            "wrong-length",
            f"layer {layer.number} is of kind {kind.name} and has as many units as the layer "
            f"before: expected {before}, got {layer.units}",
            (*layer.path, "units"),
            label=f"{layer.units} here",
            help=f"write units = {before}",
            expected=str(before),
            got=str(layer.units),
        )


def _check_list(draft: Draft, layer: LayerDraft, key: str, findings: Findings) -> None:
    path = (*layer.path, key)
    given = draft.get(path, None)
    shape = (len(given),) if isinstance(given, list) else ()
    if path in draft.attached.arrays:
        shape = draft.attached.arrays[path].shape
    if not shape or layer.units is None:
        return
    # a row or a column of a file is as good as a list
    length = max(shape) if 1 in shape else shape[0] if len(shape) == 1 else shape[0] * shape[1]
    if length != layer.units or 0 in shape:
        what = f"{key} of layer {layer.number}"
        _wrong_count(findings, path, what, length, layer.units, (*layer.path, "units"))


def _wrong_count(
    findings: Findings, path: Path, what: str, got: int, expected: int, counted: Path
) -> None:
    findings.add(
        "wrong-length",
        f"{what}: expected {expected}, one for each, got {got}",
        path,
        label=f"{got} here",
        second=(counted, f"{expected} by this"),
        help=findings.decimal_comma(path, got, expected) or f"give {expected}",
        expected=str(expected),
        got=str(got),
    )


def _check_matrix(draft: Draft, layer: LayerDraft, key: str, findings: Findings) -> None:
    path = (*layer.path, key)
    axes = {"to": layer.units, "from": draft.sizes[layer.number - 1]}
    expected = tuple(axes[axis] for axis in draft.layout.weight_axes) if draft.layout else (None,)
    if path in draft.attached.arrays:
        shape = draft.attached.arrays[path].shape
        if len(shape) == 1:
            _check_flat(layer, key, shape[0], expected, findings)
        elif None not in expected and shape != expected:
            _wrong_shape(draft, layer, key, (shape[0], shape[1]), expected, findings)
        return
    rows = draft.get(path, None)
    if not isinstance(rows, list):
        return
    if not rows or not all(isinstance(row, list) for row in rows):
        if draft.has_form(path) and not any(isinstance(row, list) for row in rows):
            _check_flat(layer, key, len(rows), expected, findings)
        return
    lengths = [len(row) for row in rows]
    ragged = next((i for i, length in enumerate(lengths) if length != lengths[0]), None)
    if ragged is not None:
        findings.add(
            "ragged-matrix",
            f"the rows of {key} of layer {layer.number} differ in length: "
            f"row {ragged + 1} has {lengths[ragged]}, row 1 has {lengths[0]}",
            (*path, ragged),
            label=f"{lengths[ragged]} here",
            second=((*path, 0), f"{lengths[0]} here"),
            help="give every row the same number of elements",
            expected=str(lengths[0]),
            got=str(lengths[ragged]),
        )
        return
    if None not in expected and (len(rows), lengths[0]) != expected:
        _wrong_shape(draft, layer, key, (len(rows), lengths[0]), expected, findings)


def _check_flat(
    layer: LayerDraft, key: str, got: int, expected: Sequence[int | None], findings: Findings
) -> None:
    """A flat list is one row, or one column."""
    known = [size for size in expected if size is not None]
    if len(known) < 2 or (1 in known and got == known[0] * known[1]):
        return
    findings.add(
        "wrong-shape",
        f"{key} of layer {layer.number} must be {known[0]} × {known[1]}, not a list of {got}",
        (*layer.path, key),
        label=f"{got} in a row",
        help=f"write {known[0]} row(s) of {known[1]}, each in brackets: [[…], […]]",
        expected=f"{known[0]} × {known[1]}",
        got=str(got),
    )


def _wrong_shape(
    draft: Draft,
    layer: LayerDraft,
    key: str,
    got: tuple[int, int],
    expected: Sequence[int | None],
    findings: Findings,
) -> None:
    assert draft.layout is not None
    rows, columns = expected
    path = (*layer.path, key)
    transposed = got == (columns, rows)
    sources = {
        "to": (*layer.path, "units"),
        "from": (*_LAYERS, layer.number - 2, "units") if layer.number > 1 else _INPUTS,
    }
    wrong = 0 if got[0] != rows else 1
    axis = draft.layout.weight_axes[wrong]
    meaning = " × ".join(draft.layout.weight_axes)
    size = f"{rows} × {columns}"
    help_text = (
        findings.decimal_comma(path, got[0] * got[1], (rows or 0) * (columns or 0))
        or f"write {rows} row(s) of {columns}: {size} is {meaning} in this layout"
    )
    if transposed:
        help_text = (
            f'is it transposed? layout = "{draft.layout.name}" has W as ({meaning}), {size}; '
            f"turn the matrix, or say another layout"
        )
    findings.add(
        "transposed-matrix" if transposed else "wrong-shape",
        f"{key} of layer {layer.number} must be {size} ({meaning}), not {got[0]} × {got[1]}",
        path,
        label="is it transposed?" if transposed else f"{got[0]} × {got[1]}",
        second=(sources[axis], f"asks for {expected[wrong]} {('rows', 'columns')[wrong]}"),
        help=help_text,
        expected=size,
        got=f"{got[0]} × {got[1]}",
    )


# ── loss and format ────────────────────────────────────────────────────────────────────────


def check_loss(draft: Draft, findings: Findings) -> None:
    """The loss has a meaning for the output layer."""
    rule = loss_rule(draft)
    if rule is None or not draft.layers:
        return
    output = draft.layers[-1]
    activation = output.activation
    allowed = rule.activations
    if allowed is not None and activation in ACTIVATIONS and activation not in allowed:
        wanted = " or ".join(sorted(allowed))
        findings.add(
            "loss-and-activation",
            f"the loss {rule.name} needs {wanted} outputs, not {activation}",
            (*output.path, "activation"),
            key="activation" not in output.raw,
            label=f"{activation} here",
            second=(("loss", "name"), f"asks for {wanted}"),
            help=f'write activation = "{wanted}" for the last layer, or take another loss',
            expected=wanted,
            got=str(activation),
        )
    unit = draft.get(("loss", "unit"), None)
    if unit is None:
        return
    if rule.targets != "none":
        findings.add(
            "unused-key",
            f"`unit` has no meaning with the loss {rule.name}",
            ("loss", "unit"),
            key=True,
            label="not used",
            help='delete it, or write name = "output"',
        )
    elif output.units is not None and unit > output.units:
        findings.add(
            "out-of-range",
            f"there is no output {unit}: the last layer has {output.units}",
            ("loss", "unit"),
            label="no such output",
            second=((*output.path, "units"), f"{output.units} outputs"),
            help=f"write a number from 1 to {output.units}",
            expected=f"1 to {output.units}",
            got=str(unit),
        )


def check_format(draft: Draft, findings: Findings) -> None:
    """The file's format is not newer than this program."""
    version = draft.get(("format",), FORMAT)
    if isinstance(version, int) and version > FORMAT:
        findings.add(
            "newer-format",
            f"this file is in format {version if version < 10**9 else '…'}, "
            f"and this version of bpstepper reads up to {FORMAT}",
            ("format",),
            label="newer than this program",
            help="get a newer bpstepper: pip install --upgrade bpstepper",
            expected=f"at most {FORMAT}",
            got=str(version) if version < 10**9 else "a very long number",
        )


_CHECKS: tuple[Callable[[Draft, Findings], None], ...] = (
    check_format,
    check_texts,
    check_sizes,
    check_layers,
    check_loss,
    check_samples,
    check_sizes_of_batches,
    check_training,
    check_expects,
    check_notes,
)
