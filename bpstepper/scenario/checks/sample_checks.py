"""Whether samples fit the network and their targets suit the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bpstepper.engine.tables.losses import LossRule
from bpstepper.scenario.checks.training_checks import TARGET_TOLERANCE, loss_rule
from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.spans import Path

__all__ = ["check_samples", "one_hot"]


def one_hot(label: int, outputs: int) -> list[float]:
    """The target that a label stands for; with one output the label itself."""
    if outputs == 1:
        return [float(label)]
    return [float(unit == label) for unit in range(outputs)]


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
        from bpstepper.scenario.checks.table_sample_checks import check_table

        check_table(draft, rule, findings)
    for index, raw in enumerate(draft.tables(path)):
        if isinstance(raw, dict):
            _check_sample(draft, (*path, index), raw, rule, findings)


def _check_sample(
    draft: Draft, path: Path, raw: Mapping[str, Any], rule: LossRule | None, findings: Findings
) -> None:
    _check_size(draft, (*path, "input"), draft.inputs, ("network", "inputs"), findings)
    if rule is None:
        return
    if rule.targets == "none":
        for key in ("target", "label"):
            if key in raw:
                findings.add(
                    "unused-key",
                    f"the loss {rule.name} takes no targets",
                    (*path, key),
                    key=True,
                    label="not used",
                    help=f"delete `{key}`, or take a loss that compares",
                    severity="warning",
                )
        return
    if "target" in raw and "label" in raw:
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
    elif "target" in raw:
        _check_target(draft, (*path, "target"), rule, findings)
    elif "label" in raw:
        _check_label(draft, (*path, "label"), rule, findings)
    elif not findings.is_broken_below(path):
        findings.add(
            "missing-key",
            "this sample has neither a target nor a label",
            path,
            key=True,
            label="no target",
            help="add `target = […]`, one number per output unit, or `label = 0`",
            expected="target or label",
        )


def _check_size(
    draft: Draft, path: Path, expected: int | None, counted: Path, findings: Findings
) -> bool:
    given = draft.get(path, None)
    if not isinstance(given, list) or expected is None or len(given) == expected:
        return isinstance(given, list) and expected is not None
    what = str(path[-1])
    findings.add(
        "wrong-length",
        f"the {what} of sample {int(path[1]) + 1} must have {expected} "
        f"number{'s' * (expected != 1)}, not {len(given)}",
        path,
        label=f"{len(given)} here",
        second=(counted, f"{expected} by this"),
        help=findings.decimal_comma(path, len(given), expected) or f"give {expected}",
        expected=str(expected),
        got=str(len(given)),
    )
    return False


def _check_target(draft: Draft, path: Path, rule: LossRule, findings: Findings) -> None:
    if not draft.layers:
        return
    output = draft.layers[-1]
    fits = _check_size(draft, path, output.units, (*output.path, "units"), findings)
    if fits and draft.is_sound(path):
        _RULES[rule.targets]([float(y) for y in draft.get(path, [])], path, rule, findings)


def _any(target: list[float], path: Path, rule: LossRule, findings: Findings) -> None:
    """Every target will do."""


def _unit_interval(target: list[float], path: Path, rule: LossRule, findings: Findings) -> None:
    for index, y in enumerate(target):
        if not 0 <= y <= 1:
            findings.add(
                "target-out-of-range",
                f"a target of {rule.name} must lie between 0 and 1, and {y:g} does not",
                (*path, index),
                label="outside [0, 1]",
                help="write 0 or 1, or a probability between them",
                expected="0 to 1",
                got=f"{y:g}",
            )


def _distribution(target: list[float], path: Path, rule: LossRule, findings: Findings) -> None:
    total = sum(target)
    negative = next((index for index, y in enumerate(target) if y < 0), None)
    if negative is not None:
        findings.add(
            "target-out-of-range",
            f"a target of {rule.name} must not be negative, and {target[negative]:g} is",
            (*path, negative),
            label="negative",
            help="probabilities are 0 or more and add up to 1",
            expected="0 to 1",
            got=f"{target[negative]:g}",
        )
    elif abs(total - 1) > TARGET_TOLERANCE:
        findings.add(
            "target-not-distribution",
            f"the targets of {rule.name} must add up to 1, and these add up to {total:g}",
            path,
            label=f"adds up to {total:g}",
            help="give one 1 among 0s, or probabilities that add up to 1",
            expected="1",
            got=f"{total:g}",
        )


_RULES: dict[str, Callable[[list[float], Path, LossRule, Findings], None]] = {
    "any": _any,
    "unit_interval": _unit_interval,
    "distribution": _distribution,
}


def _check_label(draft: Draft, path: Path, rule: LossRule, findings: Findings) -> None:
    label = draft.get(path, None)
    outputs = draft.layers[-1].units if draft.layers else None
    if not isinstance(label, int) or outputs is None:
        return
    last = max(outputs - 1, 1)  # a single output says 0 or 1
    if label > last:
        findings.add(
            "label-out-of-range",
            f"there is no class {label if label < 10**12 else '…'}: "
            f"labels count from 0, and the last is {last}",
            path,
            label=f"must be 0 to {last}",
            second=((*draft.layers[-1].path, "units"), f"{outputs} output(s)"),
            help=f"write a label from 0 to {last}, or give the last layer more units",
            expected=f"0 to {last}",
            got=str(label) if label < 10**12 else "a very long number",
        )
    elif outputs == 1:
        _RULES[rule.targets](one_hot(label, outputs), path, rule, findings)
