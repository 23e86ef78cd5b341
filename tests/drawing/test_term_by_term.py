"""`this number`: every term, every sum, folded where there is no room, never wider than asked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.matrix.term_by_term import draw_number
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import line_width, plain
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.naming import Naming
from bpstepper.explain.provenance import Factor, Provenance, SpelledTerm, Stage, this_number
from bpstepper.number_format import full, number
from bpstepper.session import Session
from tests.scenes import BUNDLED, opened, operations
from tests.strategies import examples

NAMES = (*BUNDLED, "batches", "penalty", "softmax-batch", "names", "markup", "huge", "saturated")
LOOKS = (RenderOptions(UNICODE), RenderOptions(ASCII))


def found_at(session: Session) -> Provenance:
    """Where the chosen number of a session comes from."""
    naming = Naming(session.scenario, session.trace.samples)
    return this_number(session.step, session.operation, session.cell, naming)


def spelled(
    session: Session, cells: int = 80, rows: int = 9, look: RenderOptions | None = None
) -> str:
    """What is written about the chosen number."""
    lines = draw_number(found_at(session), look or RenderOptions(), cells, rows)
    return "\n".join(plain(line).rstrip() for line in lines)


def sum_of(count: int, size: float = 1.0) -> Provenance:
    """A sum of so many products, each larger than the one before."""
    terms = tuple(
        SpelledTerm(f"x{k} → h1", 1, (Factor("w", float(k)), Factor("a", size)), k * size)
        for k in range(1, count + 1)
    )
    value = sum(term.value for term in terms)
    return Provenance(
        "z(h1)", "", value, (Stage("matmul", ("", "·", ""), "Σ", terms, False, value),)
    )


def same(text: str, other: str) -> bool:
    """Whether two texts are one number, 0.2500 and 0.25 being the same."""
    ends = [t.rstrip("0").rstrip(".") if "." in t and "e" not in t else t for t in (text, other)]
    return ends[0] == ends[1]


# ── what holds for every number ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("look", LOOKS, ids=["unicode", "ascii"])
@pytest.mark.parametrize("name", NAMES)
def test_every_line_has_exactly_so_many_cells(name: str, look: RenderOptions) -> None:
    """And there are never more lines than asked for, at any width."""
    for layout in LAYOUTS:
        for session in operations(opened(name, layout)):
            found = found_at(session)
            for cells, rows in ((80, 5), (60, 5), (93, 9), (13, 3), (1, 1), (80, 0)):
                lines = draw_number(found, look, cells, rows)
                assert bool(lines) == (rows > 0)
                assert len(lines) <= rows
                assert all(line_width(line) == cells for line in lines)
                if look.charset.ascii:
                    assert all(plain(line).isascii() for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_all_digits_stand_in_the_first_line_and_the_rounded_number_at_the_end(name: str) -> None:
    """The result is never folded away; the last number on the page is the number itself."""
    for layout in LAYOUTS:
        for session in operations(opened(name, layout)):
            for rows in (2, 3, 5, 9):
                written = spelled(session, cells=200, rows=rows)
                value = found_at(session).value
                first, _, rest = written.partition("\n")
                assert first.endswith(f" = {full(value)}")
                assert same(rest.split()[-1], number(value)), written


@given(st.integers(2, 40), st.integers(3, 12))
@examples(150)
def test_a_sum_shows_its_largest_terms_and_says_how_many_more(count: int, rows: int) -> None:
    """In their own order, as many as there is room for; the count of the others is right."""
    lines = [plain(line) for line in draw_number(sum_of(count), RenderOptions(), 80, rows)]
    shown = [int(found[1]) for line in lines if (found := re.match(r" +x(\d+) →", line))]
    folded = [int(found[1]) for line in lines if (found := re.search(r"⋮ (\d+) more", line))]
    assert shown == list(range(count - len(shown) + 1, count + 1))
    assert sum(folded) == count - len(shown)
    assert len(lines) <= rows
    assert "sum" in lines[-1]
    if count <= rows - 2:
        assert not folded


# ── examples ─────────────────────────────────────────────────────────────────────────────────


def test_two_routes_their_sum_and_the_slope() -> None:
    """The page that the lesson is about: δ(h2) of Mazur's network."""
    session = opened("mazur").go("delta1").next_cell()
    first, *rest = spelled(session).splitlines()
    assert first.startswith(" this number  δ(h2) = 0.00995425470")
    assert rest == [
        "    h2 → o1   0.45 ×  0.1385   =   0.06232",
        "    h2 → o2   0.55 × −0.03810  =  −0.02095",
        "                             sum   0.04137  × slope 0.2406  =  0.009954",
    ]


def test_a_function_names_its_argument() -> None:
    """Names, then numbers, then the value."""
    assert spelled(opened("mazur").go("a1")).splitlines()[1] == (
        "    σ(z(h1))  =  σ(0.3775)  =  0.5933"
    )


def test_a_weight_has_the_label_of_its_source() -> None:
    """w5 stands beside the wire."""
    first = spelled(opened("mazur").go("grad_W2")).splitlines()[0]
    assert first.startswith(" this number  ∂C/∂w(h1→o1)  (w5) = 0.0821670405")


def test_samples_are_named_where_they_are_added_up() -> None:
    """A bias's gradient over a batch: one line for each sample."""
    lines = spelled(opened("penalty").go("grad_b1")).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["s1", "s2", "s3", "sum"]


def test_a_difference_shows_its_minus() -> None:
    """Of two numbers: on one line."""
    assert "a(o1) − y(o1)  =  0.7514 − 0.01  =  0.7414" in spelled(opened("mazur").go("delta2"))


def test_in_ascii() -> None:
    """No sign is lost, and columns stay columns."""
    session = opened("mazur").go("delta1").next_cell()
    first, *rest = spelled(session, look=RenderOptions(ASCII)).splitlines()
    assert first.startswith(" this number  delta(h2) = 0.00995425470")
    assert rest == [
        "    h2 -> o1   0.45 x  0.1385   =   0.06232",
        "    h2 -> o2   0.55 x -0.03810  =  -0.02095",
        "                              sum   0.04137  x slope 0.2406  =  0.009954",
    ]


def test_a_name_that_is_too_long_leaves_room_for_the_digits() -> None:
    """The name is cut short, and the number never."""
    name = "δ(" + "漢" * 60 + ")"
    found = Provenance(name, "", 1 / 3, sum_of(2).stages)
    (first, *_) = draw_number(found, RenderOptions(), 80, 5)
    assert plain(first).endswith("… = 0.3333333333333333")
    assert line_width(first) == 80


def test_a_calculation_that_is_too_long_loses_its_names_before_its_result() -> None:
    """Down to the numbers alone; never is a digit cut off."""
    found = found_at(opened("starter").go("W1_next"))
    last = {
        cells: plain(draw_number(found, RenderOptions(), cells, 5)[-1]).strip()
        for cells in (99, 60, 35, 20)
    }
    assert last == {
        99: "w(hours→h1) − step(hours→h1)  =  0.1 − (−0.003654)  =  0.1037",
        60: "w − step  =  0.1 − (−0.003654)  =  0.1037",
        35: "0.1 − (−0.003654)  =  0.1037",
        20: "=  0.1037",
    }
