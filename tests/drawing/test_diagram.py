"""The network as a picture: what fits, what is known, what is in play, and nothing else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpstepper
from bpstepper.drawing.charset import ASCII, UNICODE, Charset
from bpstepper.drawing.network.diagram import Diagram, draw_diagram
from bpstepper.drawing.network.diagram_data import InPlay, in_play
from bpstepper.drawing.network.unit_columns import plan
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, clean, line_width, plain
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.naming import Naming
from bpstepper.explain.visibility import Visibility
from bpstepper.number_format import number
from bpstepper.session import Session, start
from tests.scenes import (
    ASKED,
    BUNDLED,
    HARD,
    as_scenario,
    at,
    opened,
    operations,
    some,
    toml,
    turns,
)
from tests.strategies import Draft, drafts, examples

NAMES = (*BUNDLED, *HARD)
SIZES = ((1, 1), (5, 3), (13, 5), (34, 8), (78, 18), (190, 45))
WIDE = (160, 40)
LOOKS = st.sampled_from([RenderOptions(UNICODE), RenderOptions(ASCII), RenderOptions(digits=2)])
HEAVY = {"wire-lit", "wire-lit-negative"}


def places(name: str, most: int = 5) -> list[Session]:
    """The start, and some steps and operations of update 1."""
    return [at(opened(name), 0, 0), *some(opened(name), most)]


def drawn(
    session: Session, columns: int = 78, lines: int = 18, look: RenderOptions | None = None
) -> str:
    """The picture as text."""
    return "\n".join(
        map(plain, draw_diagram(session, look or RenderOptions(), columns, lines).lines)
    )


def cells(lines: tuple[Line, ...], *roles: str) -> set[tuple[int, int]]:
    """The (line, column) of every cell with one of these roles; for texts without wide letters."""
    found = set()
    for y, line in enumerate(lines):
        x = 0
        for span in line:
            taken = line_width([span])
            if span.role in roles:
                found |= {(y, x + i) for i in range(taken)}
            x += taken
    return found


def in_spot(picture: Diagram, layer: int, unit: int) -> str:
    """What is written in the place of a unit."""
    y, first, last = picture.spots[layer, unit]
    return plain(picture.lines[y])[first : last + 1]


@pytest.mark.parametrize("name", ["wide", "moons", "softmax-batch"])
@pytest.mark.parametrize("lines", range(1, 12))
def test_the_unit_that_is_asked_about_is_on_any_picture(name: str, lines: int) -> None:
    """Where a layer has places at all, the chosen number's own unit has one, wherever it stands."""
    seen = 0
    for key, part in itertools.product(("a1", "delta1", "grad_W1"), (0.0, 0.5, 1.0)):
        session = opened(name).go(key)
        shape = session.result.value.shape
        session = session._to(cell=tuple(int(part * (n - 1)) for n in shape))
        play = in_play(session)
        spots = draw_diagram(session, RenderOptions(), 78, lines).spots
        for layer in play.layers:
            own = play.targets(layer)
            if own and any(of == layer for of, _ in spots):
                seen += 1
                assert (layer, own[0]) in spots
    assert seen or lines < 6


# ── it fits ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_exactly_the_size_that_was_asked_for(name: str) -> None:
    """At every step, in both alphabets, down to one cell; and ASCII is nothing but ASCII.

    No cell belongs to two units, and those that have cells have them inside of the picture.
    """
    for position, session in enumerate(places(name)):
        for number_, (columns, lines) in enumerate(SIZES):
            for charset in turns((UNICODE, ASCII), position + number_):
                picture = draw_diagram(session, RenderOptions(charset), columns, lines)
                assert [line_width(line) for line in picture.lines] == [columns] * lines
                texts = [plain(line) for line in picture.lines]
                assert all(text == clean(text) for text in texts)
                assert not charset.ascii or all(text.isascii() for text in texts)
                check_spots(session, picture, columns, lines)


def check_spots(session: Session, picture: Diagram, columns: int, lines: int) -> None:
    """Whether the places of the units lie inside and apart."""
    sizes = session.scenario.network.sizes
    spots = picture.spots
    taken = [(y, x) for y, first, last in spots.values() for x in range(first, last + 1)]
    assert len(taken) == len({*taken})
    assert all(0 <= y < lines and 0 <= x < columns for y, x in taken)
    assert all(0 <= unit < sizes[layer] for layer, unit in spots)


@given(drafts(), st.integers(0, 130), st.integers(0, 40), LOOKS)
@examples(60)
def test_any_network_fits_at_any_size(
    draft: Draft, columns: int, lines: int, look: RenderOptions
) -> None:
    """Every activation, loss, layout, optimizer and batch, folded biases among them."""
    session = start(as_scenario(draft.problem())).next()
    for step in session.trace.steps[:: 1 + len(session.trace) // 6]:
        picture = draw_diagram(at(session, 1, step.index), look, columns, lines)
        assert [line_width(line) for line in picture.lines] == [columns] * lines


@pytest.mark.parametrize("name", ["mazur", "four-horsemen-3-4-2", "batches", "xor-relu"])
def test_a_unit_is_where_its_spot_is(name: str) -> None:
    """What stands there is its name; all units of a small network are drawn."""
    for session in places(name):
        network = session.scenario.network
        picture = draw_diagram(session, RenderOptions(), *WIDE)
        assert len(picture.spots) == sum(network.sizes)
        for layer, unit in picture.spots:
            assert network.unit_names(layer)[unit] in in_spot(picture, layer, unit)


def test_the_numbers_of_a_layer_take_the_same_room() -> None:
    """One width, and one column for their points, whatever the sign."""
    session = opened("four-horsemen-3-4-2").go("delta1")
    for column in plan(in_play(session), RenderOptions(), 78, 15).columns:
        assert len({len(text) for text in column.texts.values()}) == 1
        assert len({text.index(".") for text in column.texts.values()}) == 1


def test_numbers_have_at_most_four_digits() -> None:
    """However many a look asks for elsewhere."""
    for found in re.findall(
        r"\d[\d.]+", drawn(opened("mazur").go("delta1"), look=RenderOptions(digits=9))
    ):
        assert len(found.replace(".", "").lstrip("0")) <= 4


# ── nothing that has not been reached ────────────────────────────────────────────────────────


def numbers(text: str) -> set[str]:
    """Every number in a text, without signs in front."""
    return {*re.findall(r"\d+\.\d+(?:e−?\d+)?", text)}


def told_as(value: float) -> Iterator[str]:
    """How a number could stand in a picture."""
    for digits in (2, 3, 4):
        yield number(abs(value), digits)


@pytest.mark.parametrize("name", ["mazur", "data-mining-3-2-1", "batches", "momentum", "adam"])
@pytest.mark.parametrize("size", [(34, 8), (78, 18), WIDE])
def test_nothing_is_shown_before_it_is_reached(name: str, size: tuple[int, int]) -> None:
    """A number that only a later operation makes is not to be found anywhere."""
    session = opened(name)
    trace = session.trace
    flat = [(step.index, i, op) for step in trace.steps for i, op in enumerate(step.operations)]
    made = {op.result.key for _, _, op in flat}
    texts = {
        symbol.key: {text for x in trace[symbol].flat for text in told_as(float(x))}
        for symbol in trace.values
    }
    for place in (at(session, 0, 0), *operations(session)):
        here = place.cursor
        last = 10**6 if here.operation is None else here.operation
        reached = {symbol.key for symbol in trace.values} - made
        if here.update:
            reached |= {op.result.key for s, i, op in flat if (s, i) <= (here.step, last)}
        old = {text for key in reached for text in texts[key]}
        new = {
            text for key in made - reached for text in texts[key] if "." in text and len(text) > 5
        }
        assert not numbers(drawn(place, *size)) & (new - old)


def test_at_the_start_only_inputs_are_known() -> None:
    """Every other unit is a name and an empty slot."""
    picture = draw_diagram(opened("mazur"), RenderOptions(), 78, 18)
    assert "0.05" in in_spot(picture, 0, 0)
    assert re.fullmatch(r"\(h1 +\)", in_spot(picture, 1, 0))
    assert not cells(picture.lines, *HEAVY, "mark", "target", "source")


def test_what_sight_hides_is_not_drawn() -> None:
    """Behind a curtain, and where a result is filled cell by cell."""
    session = opened("mazur").go("a1")
    shown = [number(x) for x in session.trace["a1"].flat]
    marks: dict[str, dict[tuple[int, ...], str]] = {"a1": {(1, 0): "target"}}
    for seen, known in ((0, []), (1, shown[:1]), (2, shown)):
        sight = Visibility(marks, {"a1": seen})
        text = "\n".join(
            map(plain, draw_diagram(session, RenderOptions(), 78, 18, sight=sight).lines)
        )
        assert [value for value in shown if value in text] == known


# ── what is in play ──────────────────────────────────────────────────────────────────────────


def lit_wires(play: InPlay) -> set[tuple[int, int | None, int]]:
    """Every wire in play, of all layers."""
    sizes = play.session.scenario.network.sizes
    return {
        wire
        for layer in range(1, len(sizes))
        for to in range(sizes[layer])
        for from_ in (None, *range(sizes[layer - 1]))
        if play.is_lit(wire := (layer, from_, to))
    }


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", [*ASKED, "momentum", "ng-ex4", "one-layer-15-steps"])
def test_the_wires_in_play_are_those_of_the_equation(name: str, layout: str) -> None:
    """Into a unit forward, out of it backward, one alone for its gradient; in every layout."""
    session = opened(name, layout)
    sizes = session.scenario.network.sizes
    for step in session.trace.steps:
        equation, result = step.equation, step.result
        layer = equation.layer
        if layer is None or equation.law not in ("FF", "BP1", "BP2", "BP3", "BP4"):
            continue
        along = next((i for i, axis in enumerate(result.axes) if axis.layer == layer), 0)
        for unit in range(min(sizes[layer], 3)):
            cell = tuple(unit if i == along else 0 for i in range(result.value.ndim))
            here = at(session, 1, step.index)._to(cell=cell)
            found = lit_wires(in_play(here))
            into = {(layer, from_, unit) for from_ in (None, *range(sizes[layer - 1]))}
            expected: dict[str, set[tuple[int, int | None, int]]] = {
                "z": into,
                "a": set(),
                "delta": {(layer + 1, unit, to) for to in range(sizes[min(layer + 1, -1)])},
                "grad_W": {(layer, 0, unit)},
                "grad_b": {(layer, None, unit)},
            }
            if equation.law == "BP2" and result.symbol.kind == "delta":
                after = range(sizes[layer + 1])
                routes = {(layer + 1, unit, to) for to in after}
                assert found >= routes
                softmax = "jacobian" in equation.row
                assert softmax or found == routes
            elif result.symbol.kind in expected and equation.law != "BP1":
                assert found == expected[result.symbol.kind], (step.id, cell)
            elif equation.law == "BP1":
                assert found == set()


def test_routes_are_heavy_and_carry_their_weights() -> None:
    """δ of h2 in Mazur's network comes along 0.45 and 0.55, and from nowhere else."""
    session = opened("mazur").go("delta1").next_cell()
    picture = draw_diagram(session, RenderOptions(), 78, 18)
    text = "\n".join(map(plain, picture.lines))
    assert "0.45" in text
    assert "0.55" in text
    assert not {"0.4", "0.40", "0.5", "0.50"} & numbers(text)
    assert "W²" in text
    between = range(picture.spots[1, 0][2] + 1, picture.spots[2, 0][1])
    heavy = cells(picture.lines, *HEAVY)
    assert heavy
    assert {x for _, x in heavy} <= {*between}
    assert in_spot(picture, 1, 1).startswith("▐h2")
    assert in_spot(picture, 1, 0).startswith("(h1")


@pytest.mark.parametrize("charset", [UNICODE, ASCII])
def test_heavy_and_thin_differ_without_colour(charset: Charset) -> None:
    """Of a wire alone in its row, the glyphs say whether it is in play and what its sign is."""
    glyphs = {}
    for weight in (0.5, -0.5):
        text = toml(1, 1, 1).replace(
            'init = "xavier_uniform"', f"weights = [[{weight}]]\nbiases = [0.1]"
        )
        session = start(bpstepper.loads(text, "made.toml"))
        for place in (session, session.go("grad_W2")):
            picture = draw_diagram(place, RenderOptions(charset), 70, 5)
            y, _, last = picture.spots[0, 0]
            if place.cursor.update:
                y, _, last = picture.spots[1, 0]
            row = plain(picture.lines[y])
            glyphs[weight, place.cursor.update] = row[last + 1 : last + 7]
    assert len({*glyphs.values()}) == 4


def test_wires_below_zero_have_a_role_of_their_own() -> None:
    """As many as there are negative weights decide: none, or some."""
    plus, minus = opened("mazur"), opened("four-horsemen-3-4-2")
    assert not cells(draw_diagram(plus, RenderOptions(), 78, 18).lines, "wire-negative")
    assert cells(draw_diagram(minus, RenderOptions(), 78, 18).lines, "wire-negative")


@pytest.mark.parametrize(("symbol", "arrow", "end"), [("z2", "▸", 2), ("delta1", "◂", 1)])
def test_arrow_heads_tell_forward_from_backward(symbol: str, arrow: str, end: int) -> None:
    """The head is beside the unit where things are added up; a gradient has none."""
    picture = draw_diagram(opened("mazur").go(symbol), RenderOptions(), 78, 18)
    heads = cells(picture.lines, "arrow")
    y, first, last = picture.spots[end, 0]
    assert heads == {(y, first - 1 if arrow == "▸" else last + 1)}
    assert plain(picture.lines[y])[min(heads)[1]] == arrow
    assert not cells(
        draw_diagram(opened("mazur").go("grad_W2"), RenderOptions(), 78, 18).lines, "arrow"
    )


def test_what_is_lit_may_be_given() -> None:
    """Then those cells decide, and not the cursor."""
    session = opened("mazur").go("delta1")
    lit = {"W2": frozenset({(0, 1)})}
    assert lit_wires(in_play(session, lit)) == {(2, 1, 0)}
    picture = draw_diagram(session, RenderOptions(), 78, 18, lit)
    assert "0.45" in "\n".join(map(plain, picture.lines))


# ── what a unit shows ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("symbol", "shown"),
    [
        ("z1", {0: "x", 1: "z1"}),
        ("a1", {0: "x", 1: "a1"}),
        ("z2", {1: "a1", 2: "z2"}),
        ("C", {1: "a1", 2: "a2"}),
        ("delta1", {1: "delta1", 2: "delta2"}),
        ("grad_W2", {1: "a1", 2: "delta2"}),
        ("grad_W1", {0: "x", 1: "delta1"}),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_unit_shows_what_the_phase_is_about(
    symbol: str, shown: dict[int, str], layout: str
) -> None:
    """What goes in and what comes out, at the layers that the step is about."""
    session = opened("mazur", layout).go(symbol)
    picture = draw_diagram(session, RenderOptions(), *WIDE)
    for layer, key in shown.items():
        for unit, value in enumerate(session.trace[key].ravel()):
            assert float(in_spot(picture, layer, unit)[4:-1].replace("−", "-")) == pytest.approx(
                float(value), rel=1e-3
            )


def test_inside_a_step_a_unit_shows_the_newest_number() -> None:
    """What is still to come does not take its place."""
    session = opened("mazur")
    step = session.trace.step("delta1")
    for position, operation in enumerate(step.operations):
        if operation.result.key in ("grad_a1", "slope1", "delta1"):
            here = at(session, 1, step.index, position)
            value = number(operation.result.value[0, 0])
            assert value in in_spot(draw_diagram(here, RenderOptions(), *WIDE), 1, 0)


def test_the_cost_shows_outputs_with_their_targets() -> None:
    """The target stands below the activation, even in a narrow pane."""
    text = drawn(opened("mazur").go("C"), 34, 12)
    assert "0.7514" in text
    assert re.search(r"y +0\.01", text)


def test_back_at_a_unit_the_parts_of_delta_are_shown() -> None:
    """The gradient that arrives and the slope stand below δ where there is room."""
    text = drawn(opened("mazur").go("delta1"))
    assert "∂C/∂a¹ 0.03635" in text
    assert re.search(r"σ′\(z¹\) +0\.2413", text)


def test_an_update_shows_what_a_weight_was_and_is() -> None:
    """Old and new on the wire, where there is room."""
    text = drawn(opened("mazur").go("W2_next"))
    assert "0.4000 → 0.3589" in text or "0.4 → 0.3589" in text
    assert "0.3589" in drawn(opened("mazur").go("W2_next"), 34, 12)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("mazur", "z1"), ("mazur", "grad_b2"), ("momentum", "z1"), ("batches", "b1_next")],
)
def test_a_bias_in_play_is_a_wire_from_one(name: str, symbol: str) -> None:
    """Folded or not, over one sample or a batch."""
    session = opened(name).go(symbol)
    assert any(from_ is None for _, from_, _ in lit_wires(in_play(session)))
    assert re.search(r"▐1 +▌", drawn(session))
    assert not re.search(r"▐1 +▌", drawn(session.go("a1")))


def test_of_a_batch_the_sample_of_the_chosen_number_is_shown_and_named() -> None:
    """Its own numbers, not another sample's."""
    session = opened("batches").go("a1")
    for sample in range(2):
        here = session._to(cell=(1, sample))
        picture = draw_diagram(here, RenderOptions(), *WIDE)
        name = Naming(here.scenario, here.trace.samples).sample(sample)
        assert f"sample {name}, {sample + 1} of 2" in plain(picture.lines[-1])
        for unit in range(4):
            value = number(here.trace["a1"][unit, sample])
            assert value in in_spot(picture, 1, unit)


def test_headers_name_the_layers() -> None:
    """With how many units and which activation; shorter where there is no room."""
    assert "layer 1: 2 sigmoid" in drawn(opened("mazur"))
    assert "layer 0: 2 inputs" in drawn(opened("mazur"))
    assert "1: 2 sigmoid" in drawn(opened("mazur").go("delta1"), 34, 8)


# ── large networks ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [(34, 8), (78, 18), (190, 45)])
@pytest.mark.parametrize("symbol", ["z1", "delta1", "grad_W1"])
def test_of_a_large_layer_the_unit_in_play_is_always_there(
    symbol: str, size: tuple[int, int]
) -> None:
    """And what is left out is counted."""
    session = opened("wide").go(symbol)
    for unit in (0, 57, 99):
        result = session.result
        along = next(i for i, axis in enumerate(result.axes) if axis.layer == 1)
        here = session._to(cell=tuple(unit if i == along else 0 for i in range(2)))
        play = in_play(here)
        assert (1, unit) in draw_diagram(here, RenderOptions(), *size).spots
        for column in plan(play, RenderOptions(), size[0], size[1] - 3).columns:
            units = [slot.number for slot in column.slots if slot.kind == "unit"]
            left_out = sum(slot.number for slot in column.slots if slot.kind == "more")
            assert len(units) + left_out == here.scenario.network.sizes[column.layer]
            assert [*column.lines] == sorted({*column.lines})


def test_few_wires_of_many_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """784-100-10 has 79,400 wires; drawn are those in play, and the outermost of those shown."""
    asked = []
    weight = InPlay.weight

    def counted(self: InPlay, wire: tuple[int, int | None, int]) -> float:
        asked.append(wire)
        return weight(self, wire)

    monkeypatch.setattr(InPlay, "weight", counted)
    for symbol in ("z1", "delta1", "grad_W1"):
        asked.clear()
        draw_diagram(opened("wide").go(symbol), RenderOptions(), 190, 45)
        assert 0 < len(asked) <= 40


@pytest.mark.parametrize("columns", [34, 78, 190])
@pytest.mark.parametrize("symbol", ["z1", "z50", "delta50", "delta99", "a100"])
def test_of_a_deep_network_the_layers_of_the_step_are_there(symbol: str, columns: int) -> None:
    """With a sign at the side where others are left out."""
    session = opened("deep").go(symbol)
    picture = draw_diagram(session, RenderOptions(), columns, 14)
    shown = sorted({layer for layer, _ in picture.spots})
    assert {*in_play(session).layers} <= {*shown}
    assert np.diff(shown).tolist() == [1] * (len(shown) - 1)
    header = plain(picture.lines[0])
    assert header.startswith("…") == (shown[0] > 0)
    assert header.endswith("…") == (shown[-1] < 100)


def test_names_that_are_cut_stay_apart() -> None:
    """h50.1 and h50.2 end differently, so it is their ends that are kept."""
    picture = draw_diagram(opened("deep").go("z50"), RenderOptions(), 34, 8)
    first, second = (in_spot(picture, 50, unit) for unit in (0, 1))
    assert "1" in first[:4]
    assert "2" in second[:4]
