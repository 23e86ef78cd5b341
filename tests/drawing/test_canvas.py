"""Pages and wires: a page keeps its size whatever is put on it; a wire has no gap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.drawing.network.canvas import Page, Wires, straight
from bpstepper.drawing.text import line_width, plain, width
from tests.drawing.test_text import NASTY
from tests.strategies import examples


def texts(of: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[int, int, str]]]:
    """Texts with lines and columns, some of them off the page."""
    return st.lists(st.tuples(st.integers(-1, 3), st.integers(-4, 12), of), max_size=8)


@given(texts(NASTY), st.integers(0, 12), st.integers(0, 3))
def test_a_page_keeps_its_size(put: list[tuple[int, int, str]], columns: int, lines: int) -> None:
    """Whatever is put over what, and wherever: no line grows or shrinks."""
    page = Page(columns, lines)
    for line, column, text in put:
        assert page.put(line, column, text) == column + width(text)
    assert [line_width(line) for line in page.drawn()] == [columns] * lines


@given(texts(st.text("a漢", min_size=1, max_size=4)), st.integers(4, 12), st.integers(1, 2))
@examples(200)
def test_a_wide_character_is_there_or_not(
    put: list[tuple[int, int, str]], columns: int, lines: int
) -> None:
    """What loses one of its cells to another text is gone; all else stands where it was put.

    In the role that it was put in, which is another one for every text.
    """
    owners = [[-1] * columns for _ in range(lines)]
    owned: list[tuple[int, int, str, str]] = []
    page = Page(columns, lines)
    for position, (line, column, text) in enumerate(put):
        role = "abc"[position % 3]
        page.put(line, column, text, role)
        for character in text:
            end = column + (2 if character == "漢" else 1)
            if 0 <= line < lines and column >= 0 and end <= columns:
                owners[line][column:end] = [len(owned)] * (end - column)
                owned.append((line, column, character, role))
            column = end
    expected = [[" "] * columns for _ in range(lines)]
    for number, (line, column, character, _) in enumerate(owned):
        cells = 2 if character == "漢" else 1
        if owners[line][column : column + cells] == [number] * cells:
            expected[line][column : column + cells] = [character, ""][:cells]
    assert [plain(line) for line in page.drawn()] == ["".join(line) for line in expected]
    for spans, row, own in zip(page.drawn(), expected, owners, strict=True):
        roles = [span.role for span in spans for character in span.text]
        of_row = [i for i, text in zip(own, row, strict=True) if text]
        for role, i, text in zip(roles, of_row, "".join(row), strict=True):
            assert text == " " or role == owned[i][3]


@given(st.integers(0, 5), st.integers(0, 5), *[st.booleans()] * 3)
def test_a_wire_says_what_it_is(
    start: int, end: int, negative: bool, lit: bool, ascii_only: bool
) -> None:
    """Its role has its sign and whether it is in play, in both alphabets, all along."""
    page = Page(20, 6)
    wires = Wires(left=2, top=0, columns=16, lines=6, ascii=ascii_only)
    wires.add(start, end, negative, lit)
    wires.draw(page)
    spans = [span for line in page.drawn() for span in line if span.text.strip()]
    wanted = ("wire-lit" if lit else "wire") + ("-negative" if negative else "")
    assert spans
    assert {span.role for span in spans} == {wanted}


@given(st.integers(-60, 60), st.integers(-60, 60), st.integers(1, 90))
def test_a_wire_leads_from_end_to_end_without_a_gap(start: int, end: int, columns: int) -> None:
    """From the first column to the last, each dot beside the one before, close to the line."""
    x, y = straight(start, end, columns)
    assert (x[0], x[-1]) == (0, columns - 1)
    assert (y[0], y[-1]) == (start, end if len(x) > 1 else start)
    steps = np.abs(np.diff([x, y]))
    assert steps.max(initial=0) <= 1
    assert steps.sum(axis=0).min(initial=1) >= 1
    assert {*x.tolist()} == {*range(columns)}
    if columns > 1:
        exact = start + (end - start) * x / (columns - 1)
        slope = abs(end - start) / (columns - 1)
        assert np.abs(y - exact).max() <= 0.5 + 0.5 * slope + 1e-9


def test_the_dots_of_a_wire_are_shared_and_so_cannot_be_written() -> None:
    """Who draws with them cannot move the wire of another."""
    for dots in straight(0, 7, 5):
        with pytest.raises(ValueError, match="read-only"):
            dots[0] = 3
