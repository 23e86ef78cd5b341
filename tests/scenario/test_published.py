"""The library is held to its published numbers, in every layout."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.scenario import Expect, library, load
from bpstepper.scenario.verify import verify
from tests.scenes import turns

# enough of each source to be sure that a file still claims something
FEWEST = {
    "batch-logistic": 14,
    "cs231n-neuron": 7,
    "data-mining-3-2-1": 17,
    "linear-neuron-a": 8,
    "linear-neuron-b": 9,
    "mazur": 22,
    "mazur-update-order": 5,
    "ng-ex4": 9,
    "ng-ex4-lambda-4": 6,
    "ng-ex4-regularised": 7,
    "nielsen-cross-entropy-a": 9,
    "nielsen-cross-entropy-b": 10,
    "nielsen-saturation-a": 11,
    "nielsen-saturation-b": 11,
    "softmax-jacobian": 7,
    "xor-one-step": 13,
    "xor-relu": 4,
}


WRITTEN = [(name, None) for name in library.names()] + [
    (name, layout)
    for position, name in enumerate(library.names())
    for layout in turns(("column", "row", "torch"), position)
]
"""Each as its file has it, and in another layout."""


@pytest.mark.parametrize(("name", "layout"), WRITTEN)
def test_published_numbers(name: str, layout: str | None) -> None:
    """Every number of every file comes out within its tolerance, however it is written."""
    verdict = verify(load(name, layout=layout))
    assert [o.expect.symbol for o in verdict.outcomes if not o.ok] == []
    assert verdict.gradients.ok


@pytest.mark.parametrize("name", FEWEST)
def test_files_claim_their_numbers(name: str) -> None:
    """No published number has got lost."""
    assert len(load(name).expects) >= FEWEST[name]


def test_enough_is_from_the_sources_themselves() -> None:
    """Numbers that somebody printed, not those that were worked out again: 150 at least."""
    expects = [expect for name in library.names() for expect in load(name).expects]
    assert sum(expect.value.size for expect in expects if expect.is_published) >= 150


def test_a_wrong_number_is_noticed() -> None:
    """The numbers would not come out by chance: Mazur's own slip does not."""
    from dataclasses import replace

    slip = Expect(symbol="C", update=2, value=np.array(0.291027924), tolerance=5e-10)
    assert not verify(replace(load("mazur"), expects=(slip,))).ok
