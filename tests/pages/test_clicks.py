"""What is clicked is what is seen there."""

from __future__ import annotations

import pytest

from bpstepper.drawing.text import plain
from bpstepper.number_format import number
from bpstepper.pages.frame import Frame
from bpstepper.pages.layout import Target
from bpstepper.pages.view import View
from bpstepper.session.inspecting import focus, inspect_spot, inspect_unit
from tests.scenes import BUNDLED, at, composed, opened

SIZES = ((80, 24), (120, 40), (200, 50))


def targets(frame: Frame) -> dict[Target, list[tuple[int, int]]]:
    """Everything that can be clicked, and where."""
    found: dict[Target, list[tuple[int, int]]] = {}
    for line, text in enumerate(map(plain, frame.lines)):
        for column in range(len(text)):
            target = frame.at(line, column)
            if target is not None:
                found.setdefault(target, []).append((line, column))
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["mazur", "four-horsemen-3-4-2", "softmax-batch"])
def test_a_number_that_is_clicked_is_inspected(name: str, size: tuple[int, int]) -> None:
    """Where a cell is clicked, its own number stands."""
    clicked = 0
    for step in at(opened(name), 1, 0).trace.steps:
        here = at(opened(name), 1, step.index)
        frame = composed(here, *size)
        texts = [plain(line) for line in frame.lines]
        for target, places in targets(frame).items():
            if target.spot is None:
                continue
            clicked += 1
            quantity, cell = focus(inspect_spot(here, target.spot))
            line, first = places[0]
            shown = texts[line][first : places[-1][1] + 1]
            value = float(quantity.value[cell])
            wanted = {number(value, digits).lstrip("−") for digits in (3, 4)}
            stripped = shown.strip(" ▐▌").lstrip("−").rstrip("0").rstrip(".")
            assert stripped in {text.rstrip("0").rstrip(".") for text in wanted} | {""}, shown
    assert clicked > 50


@pytest.mark.parametrize("name", BUNDLED)
def test_every_step_of_the_list_leads_there(name: str) -> None:
    """On a wide screen; each row of the list names the step that it goes to."""
    here = opened(name).go("C")
    frame = composed(here, 120, 40)
    texts = [plain(line) for line in frame.lines]
    found = [
        (target.step, place[0])
        for target, place in targets(frame).items()
        if target.step is not None
    ]
    assert len(found) >= 3
    for step, (line, _) in found:
        there = here.to_step(step)
        assert there.step.result.name.text in texts[line]
        assert there.step.equation.law in texts[line]


@pytest.mark.parametrize("size", SIZES)
def test_a_unit_that_is_clicked_shows_its_number(size: tuple[int, int]) -> None:
    """Forward its activation, on the way back its δ, at the inputs what came in."""
    for place, wanted in (("a2", "a"), ("delta1", "delta")):
        here = opened("four-horsemen-3-4-2").go(place)
        found = targets(composed(here, *size, view=View(page="network")))
        units = [target.unit for target in found if target.unit is not None]
        assert len(set(units)) == 3 + 4 + 2
        for layer, unit in units:
            quantity, cell = focus(inspect_unit(here, layer, unit))
            assert quantity.symbol.kind == (wanted if layer else "x")
            assert quantity.symbol.layer in (layer, None)
            assert cell[0] == unit


def test_phases_lead_to_their_equations() -> None:
    """Each equation of a phase's page can be clicked."""
    here = opened("mazur").go("grad_W2").out()
    steps = {target.step for target in targets(composed(here))}
    assert steps == {step.index for step in here.phase_steps}
