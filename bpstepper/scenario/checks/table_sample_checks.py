"""Whether the samples of a table fit the network, and their targets suit the loss.

The same questions as `samples` asks of [[samples]], asked of whole columns; an answer points at
the number in the table. It is loaded only where there is a table.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpstepper.engine.compile.network import Array
from bpstepper.engine.tables.losses import LossRule
from bpstepper.scenario.checks.training_checks import TARGET_TOLERANCE
from bpstepper.scenario.data.loaded_data import TableSamples
from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.data.safe_read import MAX_NUMBERS
from bpstepper.scenario.diagnostics.diagnostic import Diagnostic
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.scenario_error import LIMIT
from bpstepper.scenario.diagnostics.spans import Path

__all__ = ["check_table", "one_hot_rows"]


def one_hot_rows(table: TableSamples, outputs: int) -> Array | None:
    """The targets of all samples, a row for each; None where the table has none."""
    if table.labels is None:
        return table.targets
    if outputs == 1:
        return table.labels[:, None].astype(np.float64)
    rows = np.zeros((table.size, outputs))
    rows[np.arange(table.size), table.labels] = 1.0
    return rows


def check_table(draft: Draft, rule: LossRule | None, findings: Findings) -> None:
    """The table has a column for each input and output, and targets that the loss can use."""
    table = draft.attached.samples
    assert table is not None
    _check_count(draft, "inputs", table.inputs, draft.inputs, ("network", "inputs"), findings)
    _check_size(draft, table, findings)
    if rule is None:
        return
    given = [key for key in ("targets", "label") if draft.has(("samples", key))]
    if rule.targets == "none":
        for key in given:
            findings.add(
                "unused-key",
                f"the loss {rule.name} takes no targets",
                ("samples", key),
                key=True,
                label="not used",
                help=f"delete `{key}`, or take a loss that compares",
                severity="warning",
            )
        return
    if not given:
        findings.add(
            "missing-key",
            "these samples have neither targets nor a label",
            ("samples",),
            key=True,
            label="no targets",
            help='add `targets = ["y"]`, one column per output unit, or `label = "class"`',
            expected="targets or label",
        )
    elif draft.layers:
        _check_targets(draft, table, rule, findings)


def _check_count(
    draft: Draft, key: str, given: Array, expected: int | None, counted: Path, findings: Findings
) -> bool:
    got = given.shape[1]
    if expected is None or got == expected:
        return expected is not None
    findings.add(
        "wrong-length",
        f"there must be {expected} column{'s' * (expected != 1)} of {key}, not {got}",
        ("samples", key),
        label=f"{got} column{'s' * (got != 1)}",
        second=(counted, f"{expected} by this"),
        help=f"name {expected}, or change how many there are in the network",
        expected=str(expected),
        got=str(got),
    )
    return False


def _check_size(draft: Draft, table: TableSamples, findings: Findings) -> None:
    outputs = draft.layers[-1].units if draft.layers else None
    numbers = table.size * (table.inputs.shape[1] + (outputs or 0))
    if numbers > MAX_NUMBERS:
        findings.add(
            "too-large",
            f"these samples would have {numbers:,} numbers, and at most {MAX_NUMBERS:,} are kept",
            ("samples", "file"),
            label=f"{table.size:,} samples",
            help="keep fewer samples, or fewer outputs",
            expected=f"at most {MAX_NUMBERS:,}",
            got=f"{numbers:,}",
        )


def _check_targets(draft: Draft, table: TableSamples, rule: LossRule, findings: Findings) -> None:
    output = draft.layers[-1]
    counted = (*output.path, "units")
    if table.labels is not None:
        _check_labels(table, output.units, counted, findings)
    elif table.targets is not None and _check_count(
        draft, "targets", table.targets, output.units, counted, findings
    ):
        if rule.targets == "unit_interval":
            outside = (table.targets < 0) | (table.targets > 1)
            _tell_range(table, outside, f"of {rule.name} must lie between 0 and 1", findings)
        elif rule.targets == "distribution":
            negative = table.targets < 0
            _tell_range(table, negative, f"of {rule.name} must not be negative", findings)
            if not negative.any():
                _check_sums(table, table.targets, rule, findings)


def _check_labels(
    table: TableSamples, outputs: int | None, counted: Path, findings: Findings
) -> None:
    assert table.labels is not None
    if outputs is None:
        return
    last = max(outputs - 1, 1)  # a single output says 0 or 1
    rows = np.flatnonzero((table.labels < 0) | (table.labels > last))
    for row in _first(rows, findings):
        label = int(table.labels[row])
        place, words = table.cell("label", row, 0)
        findings.add_elsewhere(
            Diagnostic(
                code="label-out-of-range",
                message=f"there is no class {label}, as {words} has it: labels count from 0, "
                f"and the last is {last}",
                place=replace(place, label=f"must be 0 to {last}"),
                help=f"write a label from 0 to {last}, or give the last layer more units",
                expected=f"0 to {last}",
                got=str(label),
            ),
            counted,
            f"{outputs} output(s)",
        )


def _tell_range(
    table: TableSamples,
    outside: np.ndarray[tuple[int, ...], np.dtype[np.bool]],
    rule: str,
    findings: Findings,
) -> None:
    assert table.targets is not None
    places = np.argwhere(outside)
    for index in _first(np.arange(len(places)), findings):
        row, column = places[index].tolist()
        y = table.targets[row, column]
        place, words = table.cell("targets", row, column)
        findings.add_elsewhere(
            Diagnostic(
                code="target-out-of-range",
                message=f"a target {rule}, and {y:g} in {words} is not so",
                place=replace(place, label="outside [0, 1]"),
                help="write 0 or 1, or a probability between them",
                expected="0 to 1",
                got=f"{y:g}",
            ),
            ("samples", "targets"),
            "asked for here",
        )


def _check_sums(table: TableSamples, targets: Array, rule: LossRule, findings: Findings) -> None:
    totals = targets.sum(axis=1)
    for row in _first(np.flatnonzero(np.abs(totals - 1) > TARGET_TOLERANCE), findings):
        place, _ = table.cell("targets", row, 0)
        findings.add_elsewhere(
            Diagnostic(
                code="target-not-distribution",
                message=f"the targets of {rule.name} must add up to 1, and those of "
                f"sample {row + 1} add up to {totals[row]:g}",
                place=replace(place, label=f"adds up to {totals[row]:g}"),
                help="give one 1 among 0s, or probabilities that add up to 1",
                expected="1",
                got=f"{totals[row]:g}",
            ),
            ("samples", "targets"),
            "asked for here",
        )


def _first(rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]], findings: Findings) -> list[int]:
    """As many rows as will be told; the rest are counted."""
    findings.omitted += len(rows[LIMIT:])
    return [int(row) for row in rows[:LIMIT]]
