"""The engine against PyTorch's stored values, on every machine; see `golden_values`."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from bpstepper.engine.run.training import Runner, run
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from tests.engine.golden_values import drafts_to_store, made, members, pairs, read, stored
from tests.oracles import off, one_way

NEAR = 1e-10
FILES = stored()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_first_update_is_the_stored_one(path: Path) -> None:
    """Every quantity that PyTorch has of update 1: values, gradients, moved parameters, states."""
    golden = read(path)
    trace = Runner(golden.problem).trace()
    assert list(trace.samples) == golden.batches[0]
    compared = 0
    for key in (symbol.key for symbol in trace.values):
        known = key.removesuffix("_general")
        if known in golden.first:
            ours = one_way(golden.problem, key, trace[key])
            assert off(key, ours, golden.first[known]) <= NEAR, key
            compared += 1
    assert compared >= 20
    assert {after.key for after in trace.program.updates} <= golden.first.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_training_goes_where_the_stored_one_went(path: Path) -> None:
    """Seven updates on the stored batches: each cost, then every parameter and state."""
    golden = read(path)
    runner = Runner(golden.problem, with_cost=True)
    batches = [list(runner.schedule.batch(1 + i).samples) for i in range(len(golden.batches))]
    assert batches == golden.batches
    costs: list[float] = []
    runner.advance(len(batches), costs.append)
    np.testing.assert_allclose(costs, golden.costs, rtol=NEAR)
    values = {symbol.key: value for symbol, value in runner.parameters.items()}
    values |= run(golden.problem, len(batches))
    assert values.keys() == golden.after.keys()
    for key, value in values.items():
        assert off(key, one_way(golden.problem, key, value), golden.after[key]) <= NEAR, key


def test_the_stored_networks_cover_every_pair() -> None:
    """Each activation with each loss, optimizer and layout; each of these with each other."""
    drafts = [read(path).draft for path in FILES]
    assert 20 <= len(drafts) <= 25
    seen = set().union(*(pairs(draft) for draft in drafts))
    tables = (members(LOSSES), members(OPTIMIZERS), list(LAYOUTS))
    wanted = {pair for table in tables for pair in product(members(ACTIVATIONS), table)}
    wanted |= {pair for a, b in product(tables, tables) if a is not b for pair in product(a, b)}
    assert wanted <= seen
    for optimizer in members(OPTIMIZERS):
        assert {d.bias for d in drafts if d.optimizer == optimizer} == {"separate", "folded"}
    assert {d.train for d in drafts} == {"parameters", "input"}
    assert any(d.hold_out and d.shuffle and d.batch_size for d in drafts)


def test_the_stored_values_are_what_torch_says_today() -> None:
    """Where PyTorch is installed: the files are those that `golden_values` would write."""
    pytest.importorskip("torch")
    for path, draft in zip(FILES, drafts_to_store(), strict=True):
        golden, now = read(path), made(draft)
        assert golden.draft == draft, path.stem
        for at, values in (("first", golden.first), ("after", golden.after)):
            assert values.keys() == now[at].keys()
            for key, value in values.items():
                assert off(key, value, np.array(now[at][key])) <= NEAR, f"{path.stem}: {key}"
