"""Names: a unit, a wire and a sample are called the same wherever they stand."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.engine.run.trace import Quantity
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.naming import Naming
from bpstepper.session import Session
from tests.scenes import BUNDLED, at, opened

NAMES = (*BUNDLED, "batches", "softmax-batch", "names", "starter")


def quantities(session: Session) -> dict[str, Quantity]:
    """Every quantity of update 1, by its key."""
    trace = at(session, 1, 0).trace
    return {symbol.key: trace.quantity(symbol) for symbol in trace.values}


def naming(session: Session) -> Naming:
    """The names of update 1."""
    return Naming(session.scenario, at(session, 1, 0).trace.samples)


def named(session: Session, key: str) -> dict[str, float]:
    """Every cell of a quantity by its name."""
    quantity = quantities(session)[key]
    names = naming(session)
    return {
        names.cell(quantity, index): float(quantity.value[index])
        for index in np.ndindex(*quantity.value.shape)
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_has_the_same_name_and_number_in_every_layout(name: str) -> None:
    """Rows and columns change places with the layout; what is called w(h2→o1) does not."""
    column = opened(name, "column")
    for layout in LAYOUTS:
        other = opened(name, layout)
        for key in quantities(column).keys() & quantities(other).keys():
            if "_T" in key and key not in quantities(column):
                continue
            here, there = named(column, key), named(other, key)
            assert here.keys() == there.keys()
            assert list(here.values()) == pytest.approx([there[cell] for cell in here], abs=1e-12)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_no_two_cells_of_a_quantity_have_one_name(name: str, layout: str) -> None:
    """A Jacobian aside, which says only which quantity it is; its rows and columns have names."""
    session = opened(name, layout)
    for quantity in quantities(session).values():
        if quantity.value.ndim == 2 and naming(session).along(quantity.axes[0]) is not None:
            assert len(named(session, quantity.key)) == quantity.value.size, quantity.key


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_wires_go_from_the_lower_layer_to_the_upper(name: str, layout: str) -> None:
    """In weights, their transposes, gradients and updates alike, whatever the index order."""
    session = opened(name, layout)
    network = session.scenario.network
    for key, quantity in quantities(session).items():
        layers = [axis.layer for axis in quantity.axes if axis.layer is not None]
        of_wires = len(layers) == 2 and layers[0] != layers[1]
        for index in np.ndindex(*quantity.value.shape):
            wire = naming(session).wire(quantity, index)
            assert bool(wire) == of_wires, key
            if wire:
                low, high = sorted(layers)
                assert high == low + 1
                before = ("1", *network.unit_names(low))  # 1 is what a folded bias is times
                after = network.unit_names(high)
                assert wire in {f"{a}→{b}" for a in before for b in after}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_mazurs_weights_keep_their_labels(layout: str) -> None:
    """w1 to w8 as the page prints them, in each layout, before, during and after the update."""
    session = opened("mazur", layout)
    names = naming(session)
    printed = {
        "w1": "i1→h1",
        "w2": "i2→h1",
        "w3": "i1→h2",
        "w4": "i2→h2",
        "w5": "h1→o1",
        "w6": "h2→o1",
        "w7": "h1→o2",
        "w8": "h2→o2",
    }
    start = dict(zip(printed, (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55), strict=True))
    for stem in ("W{}", "grad_W{}", "step_W{}", "W{}_next", "W{}_T"):
        found: dict[str, str] = {}
        for layer in (1, 2):
            quantity = quantities(session).get(stem.format(layer))
            for index in np.ndindex(*quantity.value.shape) if quantity else ():
                assert quantity is not None
                label = names.source_label(quantity, index)
                found[label] = names.wire(quantity, index)
                if stem in ("W{}", "W{}_T"):
                    assert quantity.value[index] == start[label]
        if stem == "W{}_T":
            assert found.items() <= printed.items()
        else:
            assert found == printed
    assert not names.source_label(quantities(session)["delta2"], (0, 0))


@pytest.mark.parametrize(
    ("name", "layout", "key", "rows", "columns"),
    [
        ("mazur", "column", "W2", ("o1", "o2"), ("from h1", "from h2")),
        ("mazur", "column", "W2_T", ("h1", "h2"), ("to o1", "to o2")),
        ("mazur", "row", "W2", ("h1", "h2"), ("to o1", "to o2")),
        ("mazur", "torch", "W2", ("o1", "o2"), ("from h1", "from h2")),
        ("mazur", "column", "delta2", ("o1", "o2"), ()),
        ("mazur", "row", "delta2", (), ("o1", "o2")),
        ("mazur", "column", "C", (), ()),
        ("mazur", "column", "b1", ("h1", "h2"), ()),
        ("softmax-batch", "column", "a2", ("o1", "o2", "o3"), ("setosa", "virginica")),
        ("softmax-batch", "torch", "a2", ("setosa", "virginica"), ("o1", "o2", "o3")),
    ],
)
def test_what_stands_beside_rows_and_over_columns(
    name: str, layout: str, key: str, rows: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    """Units, with the way the wire goes where both ends are named; samples where several are."""
    session = opened(name, layout)
    quantity = quantities(session)[key]
    assert naming(session).rows_and_columns(quantity) == (rows, columns)
    terse = tuple(name.removeprefix("from ").removeprefix("to ") for name in columns)
    assert naming(session).rows_and_columns(quantity, terse=True) == (rows, terse)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_as_many_as_rows_and_columns(name: str) -> None:
    """Or none at all; and never empty."""
    for layout in LAYOUTS:
        session = opened(name, layout)
        for quantity in quantities(session).values():
            for names, size in zip(
                naming(session).rows_and_columns(quantity), quantity.value.shape, strict=False
            ):
                assert len(names) in (0, size)
                assert all(names)


@pytest.mark.parametrize(
    ("key", "index", "said"),
    [
        ("W2", (0, 1), "w(h2→o1)"),
        ("grad_W2", (0, 1), "∂C/∂w(h2→o1)"),
        ("W2_next", (0, 1), "new w(h2→o1)"),
        ("delta2", (1, 0), "δ(o2)"),
        ("slope1", (1, 0), "slope(h2)"),
        ("x", (0, 0), "a(i1)"),
        ("a1", (0, 0), "a(h1)"),
        ("grad_b1", (0, 0), "∂C/∂b(h1)"),
        ("C", (), "C"),
        ("eta", (), "η"),
    ],
)
def test_how_cells_are_called(key: str, index: tuple[int, ...], said: str) -> None:
    """As the lesson says them."""
    session = opened("mazur")
    assert naming(session).cell(quantities(session)[key], index) == said


def test_samples_of_a_batch_have_their_own_names() -> None:
    """Those of this batch, in its order, and by number where the file gives none."""
    session = opened("softmax-batch")
    second = session.to_update(2)
    assert [Naming(session.scenario, second.trace.samples).sample(i) for i in (0,)] == ["s3"]
    cell = naming(session).cell(quantities(session)["delta2"], (2, 1))
    assert cell == "δ(o3, virginica)"
    shuffled = opened("batches")
    for update in range(1, 7):
        samples = shuffled.to_update(update).trace.samples
        names = Naming(shuffled.scenario, samples)
        assert [names.sample(i) for i in range(len(samples))] == [f"s{i + 1}" for i in samples]
