"""The outline: every leaf leads to what it says, and nothing is made that is not opened."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.explain.outline import MOST, Destination, Node, Path, arrive, outline, rows
from bpstepper.scenario.load import loads
from bpstepper.session import Session, start
from bpstepper.session.inspecting import focus
from tests.scenes import at, opened, toml


def leaves(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """All nodes that have none inside, however deep."""
    for node in nodes:
        if node.inside is None:
            yield node
        else:
            yield from leaves(node.inside())


@pytest.mark.parametrize("name", ["mazur", "batch-logistic", "softmax-jacobian", "penalty"])
@pytest.mark.parametrize("layout", ["", "torch"])
def test_a_leaf_leads_to_what_it_names(name: str, layout: str) -> None:
    """A quantity to its step, a weight to the number that moves it, a sample to who sees it."""
    session = at(opened(name, layout), 2, 0)
    parameters, samples, update = outline(session)
    steps = set()
    for node in leaves((update,)):
        assert node.goes is not None
        there = arrive(session, node.goes)
        assert there.step.result.key == node.goes.key
        assert there.cursor.update == 2
        steps.add(there.cursor.step)
    assert steps == set(range(len(session.trace)))
    moved = 0
    for node in leaves((parameters,)):
        assert node.goes is not None
        quantity, cell = focus(arrive(session, node.goes))
        assert (quantity.key, cell) == node.goes[1:]
        moved += 1
    sizes = [(layer.weights.size, layer.units) for layer in session.scenario.network.layers]
    assert moved == sum(map(sum, sizes))
    for node in leaves((samples,)):
        assert node.goes is not None
        seen = arrive(session, node.goes).trace.samples
        names = [session.scenario.samples[i].name or f"s{i + 1}" for i in seen]
        assert node.label in names


def test_every_sample_of_the_epoch_is_listed_once_the_current_batch_first() -> None:
    """With the update of this epoch that sees it; ranges part what is many."""
    text = toml(2, 2, samples=150, batch="4", top='title = "Many"')
    session = at(start(loads(text)), 40, 0)
    samples = outline(session)[1]
    assert samples.inside is not None
    first = samples.inside()[0]
    current = {node.label for node in leaves((first,))}
    assert current == {f"s{i + 1}" for i in session.trace.samples}
    found = list(leaves((samples,)))
    assert len({node.label for node in found}) == len(found) == 150
    per_epoch = session.line.schedule.updates_per_epoch
    assert {(node.goes.update - 1) // per_epoch for node in found if node.goes} == {39 // per_epoch}
    assert opened_at_once(session) == 150


@pytest.mark.parametrize("update", [1, 2, 40, 75])
def test_a_range_is_named_after_its_ends(update: int) -> None:
    """The first and the last of what is inside, whichever samples the current update takes out."""
    text = toml(2, 2, samples=150, batch="4", top='title = "Many"')

    def check(node: Node) -> int:
        if node.inside is None:
            return 0
        found = list(leaves((node,)))
        ranges = sum(map(check, node.inside()))
        if "…" in node.label:
            assert node.label == f"{found[0].label} … {found[-1].label}"
            assert node.told == str(len(found))
            ranges += 1
        return ranges

    assert check(outline(at(start(loads(text)), update, 0))[1]) >= 3


def opened_at_once(session: Session) -> int:
    """How many samples are told, with a check that no node has too many inside."""

    def most(node: Node) -> None:
        if node.inside is not None:
            inside = node.inside()
            assert len(inside) <= MOST
            for one in inside:
                most(one)

    for root in outline(session):
        most(root)
    return len(list(leaves((outline(session)[1],))))


def test_of_a_large_matrix_only_what_is_opened_is_made() -> None:
    """A row of a matrix too large to list is found along the way, in few nodes."""
    session = at(start(loads(toml(300, 90, 2))), 1, 0)
    roots = outline(session)
    path: Path = (0,)
    open_paths: set[Path] = set()
    while True:  # always into the last of what is inside
        open_paths.add(path)
        listed = list(rows(roots, frozenset(open_paths)))
        here = next(row.node for row in listed if row.path == path)
        inside = [row for row in listed if row.path[:-1] == path]
        if here.inside is None:
            break
        path = (0, 0) if path == (0,) else inside[-1].path
    assert len(listed) <= MOST * len(path)
    weight = here.goes
    assert weight is not None
    quantity, cell = focus(arrive(session, weight))
    assert quantity.key == "W1_next"
    assert cell == (89, 299)
    assert np.isfinite(quantity.value[cell])


def test_a_parameter_that_is_not_trained_leads_to_its_gradient() -> None:
    """And is said to be fixed; mazur's biases are."""
    session = at(opened("mazur"), 1, 0)
    parameters = outline(session)[0]
    assert parameters.inside is not None
    told = {node.label: node for node in parameters.inside()}
    assert "fixed" in told["b¹"].told
    assert "trained" in told["W¹"].told
    goes = next(leaves((told["b¹"],))).goes
    assert goes is not None
    assert goes.key == "grad_b1"


@pytest.mark.parametrize("layout", ["column", "row", "torch"])
def test_what_no_step_makes_is_looked_at_where_it_is_read_first(layout: str) -> None:
    """Given numbers: no step before the one that is shown reads them, and the number is theirs.

    Where the step shows a matrix's transpose in its place, the number is seen in that.
    """
    session = at(opened("mazur", layout), 1, 0)
    for key in ("x", "y", "W1", "b1", "W2", "b2", "eta"):
        shape = session.trace[key].shape
        for cell in np.ndindex(*shape):
            there = arrive(session, Destination(1, key, cell))
            quantity, found = focus(there)
            if layout == "torch" and key.startswith("W"):
                assert (quantity.key, found) == (f"{key}_T", cell[::-1])
            else:
                assert (quantity.key, found) == (key, cell)
            assert quantity.value[found] == session.trace[key][cell]
        readers = [
            step.index
            for step in session.trace
            if any(key in [it.key for it in op.operands] for op in step.operations)
        ]
        assert there.step.index == readers[0]


def test_one_row_is_where_one_stands_and_names_follow_the_notation() -> None:
    """Of all rows of the tree exactly one is the current step; Bishop's z¹ is a⁽¹⁾."""
    session = opened("mazur").go("z1")
    here = [node for node in leaves(outline(session, NOTATIONS["bishop"])) if node.here]
    assert [node.label.split()[0] for node in here] == ["a⁽¹⁾"]
    assert not any(node.here for node in leaves(outline(opened("mazur"))))
