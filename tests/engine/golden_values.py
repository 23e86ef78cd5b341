"""Golden values: some twenty networks, and what PyTorch makes of them, stored beside the tests.

They hold the engine to PyTorch on machines that have none. This module owns which networks those
are and how they are stored; `test_goldens` compares. Written again, after a change of what they
cover, by a machine that has PyTorch:

    python -m tests.engine.golden_values
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from bpstepper.engine.compile.network import Array, Problem, Sample
from bpstepper.engine.run.training import Schedule
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from tests.oracles import said_by_torch, trained_by_torch
from tests.strategies import Draft

__all__ = [
    "FOLDER",
    "NOT_STORED",
    "Golden",
    "drafts_to_store",
    "made",
    "members",
    "pairs",
    "read",
    "stored",
]

FOLDER = Path(__file__).parent / "goldens"
UPDATES = 7
_KEPT = 12  # digits of what was computed; what is given is stored to the bit
_GIVEN: dict[str, tuple[tuple[str, Any], ...]] = {
    "momentum": (("momentum", 0.7), ("dampening", 0.2)),
    "nesterov": (("momentum", 0.5),),
    "rmsprop": (("alpha", 0.9), ("eps", 1e-6)),
    "adam": (("betas", (0.8, 0.95)), ("eps", 1e-4)),
}


NOT_STORED: frozenset[str] = frozenset({"adamw", "elu", "huber"})
"""Members that came when no PyTorch was at hand; their own tests hold them to hand and torch."""


def members(table: Iterable[str]) -> list[str]:
    """The rows of a table that have stored networks."""
    return [name for name in table if name not in NOT_STORED]


@dataclass(frozen=True)
class Golden:
    """One network with what is expected of it, in PyTorch's orientation.

    Attributes:
        draft: its choices.
        problem: it, with the stored numbers.
        batches: the samples of each update.
        first: every quantity of update 1.
        after: parameters and states after all updates.
        costs: C of each batch before it moved.
    """

    draft: Draft
    problem: Problem
    batches: list[list[int]]
    first: dict[str, Array]
    after: dict[str, Array]
    costs: list[float]


def pairs(draft: Draft) -> set[tuple[str, str]]:
    """What a network tries together: each two of its activations, loss, optimizer and layout."""
    choices = (draft.loss, draft.optimizer, draft.layout)
    found = {(a, b) for a, b in product(choices, choices) if a != b}
    return found | {(a, b) for a, b in product(draft.activations, choices)}


def drafts_to_store() -> Iterator[Draft]:
    """Every loss with every optimizer; the other choices so that each pair of them occurs."""
    seen: set[tuple[str, str]] = set()
    once = list(product(members(LOSSES), members(OPTIMIZERS)))
    for number, (loss, optimizer) in enumerate(once + once):
        allowed = LOSSES[loss].activations
        outputs = sorted(members(ACTIVATIONS) if allowed is None else allowed)
        usual = Draft(
            sizes=(2, 3, 3, 2), activations=("tanh",), loss=loss, optimizer=optimizer, factor=0.7,
            outputs=("sum", "mean")[number % 2], samples=("mean", "sum")[number // 2 % 2],
            l2=(0.0, 0.1, 1.5)[number % 3], train_biases=(True, number % 3 > 0, True),
            unit=2 if loss == "output" and number % 2 else None, count=4, batch_size=3,
            shuffle=number % 2 == 0, hard=number % 4 > 1, seed=number,
            bias=("separate", "folded")[number % 2],
            constants=_GIVEN.get(optimizer, ()) if number // 5 in (1, 2) else (),
            hold_out=0.2 if number % 4 == 0 else 0.0,
        )  # fmt: skip
        if number % 7 == 3:
            usual = replace(usual, train="input", batch_size=None)
        ways = product(members(ACTIVATIONS), members(ACTIVATIONS), outputs, LAYOUTS)
        drafts = (replace(usual, activations=way[:3], layout=way[3]) for way in ways)
        chosen = max(drafts, key=partial(_worth, seen))
        if number < len(once) or pairs(chosen) - seen:  # the second time, what is still missing
            seen |= pairs(chosen)
            yield chosen


def _worth(seen: set[tuple[str, str]], draft: Draft) -> int:
    """How many pairs a network adds; those with a layout have the most chances."""
    return sum(1 if second in LAYOUTS else 2 for _, second in pairs(draft) - seen)


def made(draft: Draft) -> dict[str, Any]:
    """A network and what PyTorch says of it, as it is stored."""
    problem = draft.problem()
    schedule = Schedule(problem)
    batches = [schedule.batch(update).samples for update in range(1, UPDATES + 1)]
    trained = trained_by_torch(problem, batches)
    return {
        "draft": asdict(draft),
        "layers": [
            {"weights": layer.weights.tolist(), "biases": layer.biases.tolist()}
            for layer in problem.network.layers
        ],
        "samples": [
            {
                "input": sample.input.tolist(),
                "target": None if sample.target is None else sample.target.tolist(),
            }
            for sample in problem.samples
        ],
        "batches": [list(samples) for samples in batches],
        "first": _lists(said_by_torch(problem, batches[0])),
        "after": _lists(trained.everything),
        "costs": _cut(list(trained.costs)),
    }


def _lists(values: dict[str, Array]) -> dict[str, Any]:
    return {key: _cut(value.tolist()) for key, value in values.items()}


def _cut(value: Any) -> Any:
    """Numbers, in lists of lists, without the digits that every machine has its own of."""
    return [_cut(one) for one in value] if isinstance(value, list) else float(f"{value:.{_KEPT}g}")


def _draft(fields: dict[str, Any]) -> Draft:
    lists = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    constants = tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in fields["constants"]
    )
    return Draft(**{**fields, **lists, "constants": constants})


def stored() -> list[Path]:
    """The files, in order."""
    return sorted(FOLDER.glob("*.json"))


def read(path: Path) -> Golden:
    """One stored network: its numbers are the file's, whatever a generator would draw today."""
    told = json.loads(path.read_text("utf-8"))
    draft = _draft(told["draft"])
    problem = draft.problem()
    layers = tuple(
        replace(layer, weights=np.array(given["weights"]), biases=np.array(given["biases"]))
        for layer, given in zip(problem.network.layers, told["layers"], strict=True)
    )
    samples = tuple(
        Sample(
            input=np.array(given["input"]),
            target=None if given["target"] is None else np.array(given["target"]),
        )
        for given in told["samples"]
    )
    problem = replace(problem, network=replace(problem.network, layers=layers), samples=samples)
    first, after = (
        {key: np.array(value) for key, value in told[at].items()} for at in ("first", "after")
    )
    return Golden(draft, problem, told["batches"], first, after, told["costs"])


def write() -> None:
    """Store every network anew."""
    anew = {}
    for number, draft in enumerate(drafts_to_store(), start=1):
        name = f"{number:02}-{draft.loss}-{draft.optimizer}-{draft.layout}.json"
        lines = [f'"{key}": {json.dumps(value)}' for key, value in made(draft).items()]
        anew[FOLDER / name] = "{\n" + ",\n".join(lines) + "\n}\n"
    FOLDER.mkdir(exist_ok=True)
    for path in stored():  # only now: where there is no torch nothing is lost
        path.unlink()
    for path, text in anew.items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
