"""Which unit a chosen number belongs to, in every layout and with biases folded in or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from bpstepper.drawing.network.diagram_data import InPlay, in_play
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.naming import Naming
from bpstepper.session import Session, start
from tests.scenes import operations, scenario_of

SCENES = ("mazur", "batches")
WAYS = [*product(SCENES, LAYOUTS, ("separate", "folded"))]


def opened_with(name: str, layout: str, bias: str) -> Session:
    """A scene in a layout, its biases on their own or as a column of the weights."""
    scenario = scenario_of(name, layout)
    return start(replace(scenario, network=replace(scenario.network, bias=bias)))


def cells(session: Session) -> Iterator[Session]:
    """Every cell of every result of update 1, each chosen in turn."""
    for here in operations(session):
        if len(here.result.axes) == 2:
            for cell in np.ndindex(*here.result.value.shape):
                yield replace(here, cursor=here.cursor._replace(cell=cell))


def called(here: Session, layer: int) -> str | None:
    """What the chosen number's row or column of a layer is called; None where it has none."""
    naming = Naming(here.scenario, here.trace.samples)
    for axis, i in zip(here.result.axes, here.cell, strict=True):
        if axis.layer == layer:
            return naming.along(axis)[i]
    return None


@pytest.mark.parametrize(("name", "layout", "bias"), WAYS)
def test_the_unit_is_the_one_that_the_cell_is_named_by(name: str, layout: str, bias: str) -> None:
    """Along each axis; the 1 before the units is of none of them, and the first stands for it."""
    seen: set[tuple[str, int]] = set()
    session = opened_with(name, layout, bias)
    network = session.scenario.network
    for here in cells(session):
        play: InPlay = in_play(here)
        for layer in range(network.depth + 1):
            names = network.unit_names(layer)
            own = called(here, layer)
            if own is not None:
                unit = play.unit(layer)
                assert unit == (names.index(own) if own in names else 0), (here.result.key, own)
                kinds = {axis.kind for axis in here.result.axes if axis.layer == layer}
                seen |= {(kind, unit) for kind in kinds}
    last = max(network.sizes) - 1
    assert {("units", 0), ("units", last)} <= seen
    assert (("one and units", network.sizes[1] - 1) in seen) == (bias == "folded")


@pytest.mark.parametrize(("layout", "bias"), [*product(LAYOUTS, ("separate", "folded"))])
def test_a_wire_has_the_weight_that_the_scenario_gives_it(layout: str, bias: str) -> None:
    """And a unit its own bias, wherever a layout keeps them; what is moved is told of both."""
    session = opened_with("four-horsemen-3-4-2", layout, bias)
    network, play = session.scenario.network, in_play(session)
    wires = [
        (layer, from_, to)
        for layer, (below, units) in enumerate(pairwise(network.sizes), start=1)
        for from_, to in product((None, *range(below)), range(units))
    ]
    for layer, from_, to in wires:
        own = network.layer(layer)
        given = own.biases[to] if from_ is None else own.weights[to, from_]
        assert play.weight((layer, from_, to)) == given
    moved = 0
    for here in operations(session):
        play = in_play(here)
        for wire in wires:
            quantity = play.on_wire(wire)
            if quantity is not None and quantity.symbol.kind in ("Wb_next", "W_next", "b_next"):
                before, value = play.before(quantity), play.at_wire(quantity, wire)
                assert before is not None
                assert play.at_wire(before, wire) == play.weight(wire)
                assert value is None or value != play.weight(wire)
                moved += 1
    assert moved >= len(wires)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_leading_one_is_at_no_unit(layout: str) -> None:
    """What stands at a unit is its own activation, with the 1 before them or without."""
    session = opened_with("mazur", layout, "folded")
    found = 0
    for here in operations(session):
        play = in_play(here)
        for layer, size in enumerate(session.scenario.network.sizes):
            plain = here.trace["x" if layer == 0 else f"a{layer}"].ravel()
            for quantity in play.readings(layer):
                if quantity.symbol.kind in ("x_one", "a_one", "x_one_T", "a_one_T"):
                    told = [play.at_unit(quantity, layer, unit) for unit in range(size)]
                    assert told == [*plain]
                    found += 1
    assert found
