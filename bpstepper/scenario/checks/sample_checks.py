"""Whether samples fit the network and their targets suit the loss.

The same is asked of [[samples]] and of the columns of a table. All targets are looked at together,
as one matrix; the two ways to give samples differ only in where a number stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bpstepper.engine.compile.network import Array
from bpstepper.engine.tables.losses import LossRule
from bpstepper.scenario.checks.training_checks import TARGET_TOLERANCE, loss_rule
from bpstepper.scenario.data.loaded_data import TableSamples
from bpstepper.scenario.data.partial_scenario import Draft, LayerDraft
from bpstepper.scenario.data.safe_read import MAX_NUMBERS
from bpstepper.scenario.diagnostics.diagnostic import Diagnostic
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.scenario_error import LIMIT
from bpstepper.scenario.diagnostics.spans import Path

__all__ = ["check_samples", "one_hot"]


def one_hot(labels: npt.ArrayLike, outputs: int) -> Array:
    """The targets that m labels stand for, (m, outputs); with one output the labels themselves."""
    classes = np.arange(outputs) if outputs > 1 else np.ones(1)
    return np.array(np.reshape(labels, (-1, 1)) == classes, dtype=np.float64)


def check_samples(draft: Draft, findings: Findings) -> None:
    """There are samples, of the right sizes, each with the target that the loss asks for."""
    path: Path = ("samples",)
    given = draft.get(path, [])
    if given == [] and path not in findings.broken:
        findings.add(
            "no-samples",
            "there are no samples",
            path,
            key=True,
            help="add [[samples]] with `input = […]` and `target = […]`",
            expected="at least one sample",
            got="none",
        )
        return
    rule = loss_rule(draft)
    if draft.attached.samples is not None:
        _check_table(draft, draft.attached.samples, rule, findings)
    _check_inline(draft, rule, findings)


class _Numbers(NamedTuple):
    """Targets or labels, and where they stand: in the scenario itself, or in a table.

    Attributes:
        findings: where what is wrong is noted.
        paths: the path of each sample's.
        table: in place of paths, the table.
        key: which of its columns, "targets" or "label".
    """

    findings: Findings
    paths: Sequence[Path] = ()
    table: TableSamples | None = None
    key: str = ""

    def tell(self, row: int, column: int | None, message: str, label: str, **said: Any) -> None:
        """Note what is wrong with a sample's number, or with all of them.

        Args:
            row: which sample, from 0.
            column: which of its numbers, from 0; None for all.
            message: one sentence, with `{where}` for what to call the number in it.
            label: what is written after the underline.
            said: the rest of what `Findings.add` takes.
        """
        if self.table is None:
            path = self.paths[row] if column is None else (*self.paths[row], column)
            self.findings.add(path=path, message=message.format(where=""), label=label, **said)
            return
        place, words = self.table.cell(self.key, row, column or 0)
        by = said.pop("second", (("samples", self.key), "asked for here"))
        message = message.format(where=f" in {words}")
        found = Diagnostic(place=replace(place, label=label), message=message, **said)
        self.findings.add_elsewhere(found, *by)


# ── [[samples]], and a table ─────────────────────────────────────────────────────────────────


def _check_inline(draft: Draft, rule: LossRule | None, findings: Findings) -> None:
    targets: dict[Path, list[float]] = {}
    labels: dict[Path, int] = {}
    output = draft.layers[-1] if draft.layers else None
    for index, raw in enumerate(draft.tables(("samples",))):
        path: Path = ("samples", index)
        if not isinstance(raw, dict):
            continue
        _check_length(draft, (*path, "input"), draft.inputs, ("network", "inputs"), findings)
        if rule is None or not _takes_one(path, raw, rule, findings) or output is None:
            continue
        inner = (*path, "target" if "target" in raw else "label")
        value = draft.get(inner, None)
        if "label" in raw:
            labels |= {inner: value} if isinstance(value, int) else {}
        elif _check_length(draft, inner, output.units, (*output.path, "units"), findings):
            targets |= {inner: value} if draft.is_sound(inner) else {}
    if rule is not None and output is not None:
        _check_labels([*labels.values()], output, rule, _Numbers(findings, [*labels]))
        if targets:
            matrix = np.array([*targets.values()], dtype=np.float64)
            _RULES[rule.targets](matrix, rule, _Numbers(findings, [*targets]))


def _takes_one(path: Path, raw: Mapping[str, Any], rule: LossRule, findings: Findings) -> bool:
    """Whether a sample has what the loss wants: a target or a label, or neither."""
    given = [key for key in ("target", "label") if key in raw]
    if rule.targets == "none":
        _tell_unused(path, given, rule, findings)
    elif len(given) == 2:
        findings.add(
            "target-and-label",
            "a sample has either a target or a label, not both",
            (*path, "label"),
            key=True,
            label="and a label",
            second=((*path, "target"), "a target"),
            second_key=True,
            help="delete one of the two",
        )
    elif not given and not findings.is_broken_below(path):
        findings.add(
            "missing-key",
            "this sample has neither a target nor a label",
            path,
            key=True,
            label="no target",
            help="add `target = […]`, one number per output unit, or `label = 0`",
            expected="target or label",
        )
    return rule.targets != "none" and len(given) == 1


def _tell_unused(path: Path, given: Sequence[str], rule: LossRule, findings: Findings) -> None:
    for key in given:
        findings.add(
            "unused-key",
            f"the loss {rule.name} takes no targets",
            (*path, key),
            key=True,
            label="not used",
            help=f"delete `{key}`, or take a loss that compares",
            severity="warning",
        )


def _check_length(
    draft: Draft, path: Path, expected: int | None, counted: Path, findings: Findings
) -> bool:
    given = draft.get(path, None)
    if not isinstance(given, list) or expected is None:
        return False
    return _is_so_many(
        len(given),
        expected,
        f"the {path[-1]} of sample {int(path[1]) + 1} must have {expected} "
        f"number{'s' * (expected != 1)}, not {len(given)}",
        path,
        findings,
        label=f"{len(given)} here",
        second=(counted, f"{expected} by this"),
        help=findings.decimal_comma(path, len(given), expected) or f"give {expected}",
    )


def _is_so_many(
    got: int, expected: int, message: str, path: Path, findings: Findings, **said: Any
) -> bool:
    if got != expected:
        said |= {"expected": str(expected), "got": str(got)}
        findings.add("wrong-length", message, path, **said)
    return got == expected


def _check_table(
    draft: Draft, table: TableSamples, rule: LossRule | None, findings: Findings
) -> None:
    _check_columns("inputs", table.inputs, draft.inputs, ("network", "inputs"), findings)
    _check_size(draft, table, findings)
    given = [key for key in ("targets", "label") if draft.has(("samples", key))]
    if rule is None:
        return
    if rule.targets == "none":
        _tell_unused(("samples",), given, rule, findings)
    elif not given:
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
        output = draft.layers[-1]
        numbers = _Numbers(findings, table=table, key=given[0])
        if table.labels is not None:
            _check_labels(table.labels.tolist(), output, rule, numbers)
        elif table.targets is not None and _check_columns(
            "targets", table.targets, output.units, (*output.path, "units"), findings
        ):
            _RULES[rule.targets](table.targets, rule, numbers)


def _check_columns(
    key: str, given: Array, expected: int | None, counted: Path, findings: Findings
) -> bool:
    got = given.shape[1]
    return expected is not None and _is_so_many(
        got,
        expected,
        f"there must be {expected} column{'s' * (expected != 1)} of {key}, not {got}",
        ("samples", key),
        findings,
        label=f"{got} column{'s' * (got != 1)}",
        second=(counted, f"{expected} by this"),
        help=f"name {expected}, or change how many there are in the network",
    )


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


# ── targets and labels, wherever they stand ──────────────────────────────────────────────────


def _any(targets: Array, rule: LossRule, numbers: _Numbers) -> None:
    """Every target will do."""


def _unit_interval(targets: Array, rule: LossRule, numbers: _Numbers) -> None:
    outside = np.argwhere((targets < 0) | (targets > 1))
    for row, column in _first(outside.tolist(), numbers.findings):
        y = f"{targets[row, column]:g}"
        numbers.tell(
            row,
            column,
            f"a target of {rule.name} must lie between 0 and 1, and {y}{{where}} does not",
            "outside [0, 1]",
            code="target-out-of-range",
            help="write 0 or 1, or a probability between them",
            expected="0 to 1",
            got=y,
        )


def _distribution(targets: Array, rule: LossRule, numbers: _Numbers) -> None:
    negative = (targets < 0).any(axis=1)
    for row in _first(np.flatnonzero(negative).tolist(), numbers.findings):
        column = int(np.argmax(targets[row] < 0))
        y = f"{targets[row, column]:g}"
        numbers.tell(
            row,
            column,
            f"a target of {rule.name} must not be negative, and {y}{{where}} is",
            "negative",
            code="target-out-of-range",
            help="probabilities are 0 or more and add up to 1",
            expected="0 to 1",
            got=y,
        )
    totals = targets.sum(axis=1)
    off = ~negative & (np.abs(totals - 1) > TARGET_TOLERANCE)
    for row in _first(np.flatnonzero(off).tolist(), numbers.findings):
        total = f"{totals[row]:g}"
        whose = "these" if numbers.table is None else f"those of sample {row + 1}"
        numbers.tell(
            row,
            None,
            f"the targets of {rule.name} must add up to 1, and {whose} add up to {total}",
            f"adds up to {total}",
            code="target-not-distribution",
            help="give one 1 among 0s, or probabilities that add up to 1",
            expected="1",
            got=total,
        )


_RULES: dict[str, Callable[[Array, LossRule, _Numbers], None]] = {
    "any": _any,
    "unit_interval": _unit_interval,
    "distribution": _distribution,
}
"""What a loss asks of its targets, (m, n), by `LossRule.targets`."""


def _check_labels(
    labels: Sequence[int], output: LayerDraft, rule: LossRule, numbers: _Numbers
) -> None:
    """There are classes of these numbers; those of a single output, 0 and 1, are its targets."""
    outputs = output.units
    if outputs is None:
        return
    last = max(outputs - 1, 1)  # a single output says 0 or 1
    wrong = [row for row, label in enumerate(labels) if not 0 <= label <= last]
    for row in _first(wrong, numbers.findings):
        short = labels[row] < 10**12
        numbers.tell(
            row,
            None,
            f"there is no class {labels[row] if short else '…'}{{where}}: "
            f"labels count from 0, and the last is {last}",
            f"must be 0 to {last}",
            code="label-out-of-range",
            second=((*output.path, "units"), f"{outputs} output(s)"),
            help=f"write a label from 0 to {last}, or give the last layer more units",
            expected=f"0 to {last}",
            got=str(labels[row]) if short else "a very long number",
        )
    if labels and outputs == 1 and not wrong:
        _RULES[rule.targets](one_hot(labels, 1), rule, numbers)


def _first(wrong: list[Any], findings: Findings) -> list[Any]:
    """As many as will be told; the rest are counted."""
    findings.omitted += len(wrong[LIMIT:])
    return wrong[:LIMIT]
