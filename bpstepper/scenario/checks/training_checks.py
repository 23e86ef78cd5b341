"""Whether training makes sense: learning rate, optimizer, batches, and what is held out.

Everything here counts the samples that are trained on, which `hold_out` and a table's rows decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bpstepper.engine.compile.network import Loss, Training
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.hyperparameters import HasHyperparameters, merged
from bpstepper.engine.tables.losses import LOSSES, LossRule
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.spans import Path

__all__ = [
    "MAX_ACTIVATIONS",
    "MAX_JACOBIAN",
    "TARGET_TOLERANCE",
    "check_sizes_of_batches",
    "check_training",
    "loss_rule",
]

MAX_JACOBIAN: Final = 5_000_000
MAX_ACTIVATIONS: Final = 50_000_000
"""The most numbers that a pass of all training samples may have in its layers, each kept once."""

TARGET_TOLERANCE: Final = 1e-9
"""How far the sum of a target that is a distribution may be from 1."""

_HOLD_OUT: Final[Path] = ("training", "hold_out")
_BATCH: Final[Path] = ("training", "batch_size")
_TRAIN: Final[Path] = ("training", "train")


def loss_rule(draft: Draft) -> LossRule | None:
    """The loss's row, where it is known."""
    return LOSSES.get(draft.get(("loss", "name"), Loss.name) or "")


def check_sizes_of_batches(draft: Draft, findings: Findings) -> None:
    """No layer needs larger Jacobians than the limit, m·n², nor all of them too many numbers."""
    samples = draft.training_samples or 0
    batch = draft.get(_BATCH, Training.batch_size)
    m = min(batch, samples) if isinstance(batch, int) else samples
    rule = loss_rule(draft)
    for layer in draft.layers:
        row = ACTIVATIONS.get(layer.activation or "")
        last = layer.number == len(draft.layers)
        collapses = last and rule is not None and layer.activation in rule.collapses_with
        if row is None or row.jacobian is None or collapses or layer.units is None:
            continue
        numbers = m * layer.units**2
        if numbers > MAX_JACOBIAN:
            findings.add(
                "too-large-jacobian",
                f"the Jacobians of layer {layer.number} would have {numbers:,} numbers, "
                f"and at most {MAX_JACOBIAN:,} can be kept",
                (*layer.path, "units"),
                label=f"{layer.units}² for each of {m} sample(s)",
                help="take fewer units, a smaller batch, or categorical_cross_entropy for outputs",
                expected=f"at most {MAX_JACOBIAN:,}",
                got=f"{numbers:,}",
            )
    # the cost over all of them is worked out at once, whatever the batches
    units = sum(size or 0 for size in draft.sizes)
    if units * samples > MAX_ACTIVATIONS:
        findings.add(
            "too-large",
            f"{samples:,} samples of {units:,} units would take {units * samples:,} numbers in "
            f"one pass, and at most {MAX_ACTIVATIONS:,} can be kept",
            ("samples",),
            key=True,
            label=f"{samples:,} samples",
            help="keep fewer samples, or take fewer units",
            expected=f"at most {MAX_ACTIVATIONS:,}",
            got=f"{units * samples:,}",
        )


def check_training(draft: Draft, findings: Findings) -> None:
    """The parts of [training] have a meaning together, and with these samples."""
    _check_rate(draft, findings)
    _check_constants(draft, findings)
    _check_hold_out(draft, findings)
    _check_inputs(draft, findings)


def _check_rate(draft: Draft, findings: Findings) -> None:
    rate = draft.get(("training", "learning_rate"), Training.learning_rate)
    if isinstance(rate, int | float) and rate == 0:
        findings.add(
            "zero-learning-rate",
            "with a learning rate of 0 no parameter ever moves",
            ("training", "learning_rate"),
            label="nothing moves",
            help="leave it so to look at gradients only; 0.1 to 1 is usual in small examples",
            severity="warning",
        )


def _check_constants(draft: Draft, findings: Findings) -> None:
    """Constants are given only where there is something that has them."""
    optimizer = draft.get(("training", "optimizer"), Training.optimizer)
    _check_owned(draft, findings, ("training",), "optimizer", OPTIMIZERS, optimizer)
    loss = draft.get(("loss", "name"), Loss.name)
    _check_owned(draft, findings, ("loss",), "loss", LOSSES, loss)
    for layer in draft.layers:
        _check_owned(draft, findings, layer.path, "activation", ACTIVATIONS, layer.activation)


def _check_owned(
    draft: Draft,
    findings: Findings,
    table: Path,
    what: str,
    rows: Mapping[str, HasHyperparameters],
    name: str | None,
) -> None:
    """The constants in a table are those of the row that it names."""
    row = rows.get(name or "")
    if row is None:
        return
    own = [it.name for it in row.hyperparameters]
    for key in merged(rows.values()):
        path: Path = (*table, key)
        if draft.has(path) and key not in own:
            findings.add(
                "unused-key",
                f"the {what} {row.name} has no constant `{key}`",
                path,
                key=True,
                label="not used",
                help=f"delete it, or choose the {what} it belongs to",
                got=key,
            )


def _check_hold_out(draft: Draft, findings: Findings) -> None:
    """Something is left to train on."""
    samples, left = draft.samples, draft.training_samples
    if samples and left is not None and left < 1:
        findings.add(
            "no-training-samples",
            f"holding out this share of {samples} sample{'s' * (samples != 1)} leaves none to "
            "train on",
            _HOLD_OUT,
            label="holds out all of them",
            second=(("samples",), f"{samples} in all"),
            second_key=True,
            help="hold out fewer, such as hold_out = 0.2, or give more samples",
            expected="at least one training sample",
            got="none",
        )


def _check_inputs(draft: Draft, findings: Findings) -> None:
    """Inputs that move are the same ones in every update."""
    samples = draft.training_samples
    batch = draft.get(_BATCH, Training.batch_size)
    moves = draft.get(_TRAIN, Training.train) == "input"
    if not moves or samples is None or not isinstance(batch, int) or not 1 <= batch < samples:
        return
    given = draft.has(_BATCH)
    findings.add(
        "input-in-batches",
        f"inputs can be trained one sample alone, or all {samples} at once, not {batch} at a time",
        _BATCH if given else _TRAIN,
        label=f"fewer than {samples} samples" if given else "needs all samples at once",
        second=(_TRAIN, "what moves") if given else (("samples",), f"{samples} samples"),
        help='write batch_size = "all", or keep one sample',
        expected=f'"all", or at least {samples}',
        got=str(batch) if batch < 10**12 else "a very long number",
    )
