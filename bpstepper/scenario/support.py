"""What scenario files may say that this version cannot run yet.

The format is larger than the program. Everything here is understood, checked for spelling and
then refused with one clear sentence. This is the only place that knows; when a feature arrives,
its line here goes, and nothing else has to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bpstepper.engine.activations import ACTIVATIONS
from bpstepper.engine.losses import LOSSES
from bpstepper.engine.optimizers import OPTIMIZERS
from bpstepper.scenario.draft import Draft
from bpstepper.scenario.findings import Findings
from bpstepper.scenario.spans import Path

__all__ = ["COMING", "check_support"]

COMING: Mapping[str, tuple[str, ...]] = {
    "activation": (),
    "loss": (),
    "optimizer": (),
}
"""Names that files may use and the engine's tables do not have yet."""

_TABLES: Mapping[str, Mapping[str, object]] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
}


class _Refusal(NamedTuple):
    """A value of a key that cannot be run yet."""

    path: Path
    refused: Callable[[Any], bool]
    what: str


_REFUSED = (
    _Refusal(("samples",), lambda value: isinstance(value, dict), "samples from a table"),
)


def known_names(table: str) -> tuple[str, ...]:
    """Every name that a file may use: those of the engine's table, and those to come."""
    return tuple(dict.fromkeys((*_TABLES[table], *COMING[table])))


def check_support(draft: Draft, findings: Findings) -> None:
    """Note everything in a file that is right and cannot be run by this version."""
    for path, refused, what in _REFUSED:
        if draft.is_sound(path) and refused(draft.get(path, None)):
            _refuse(findings, path, what)
    named: list[tuple[str, Path]] = [
        ("loss", ("loss", "name")),
        ("optimizer", ("training", "optimizer")),
    ]
    for layer in draft.layers:
        named.append(("activation", (*layer.path, "activation")))
        for key in ("weights", "biases"):
            if isinstance(layer.raw.get(key), dict) and draft.is_sound((*layer.path, key)):
                _refuse(findings, (*layer.path, key), f"{key} from a file")
    for table, path in named:
        name = draft.get(path, None)
        if isinstance(name, str) and name in COMING[table] and name not in _TABLES[table]:
            _refuse(findings, path, f"the {table} {name}")


def _refuse(findings: Findings, path: Path, what: str) -> None:
    findings.add(
        "not-yet",
        f"this version of bpstepper cannot run {what} yet",
        path,
        label="not yet",
        help="the file is right as it stands; a later version will run it",
    )
