"""Text in terminal cells: what holds for any text, hostile ones included, then examples."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.drawing.text import Span, clean, crop, line_width, pad, plain, shorten, width

NASTY = st.text(
    st.characters() | st.sampled_from("ab漢字é́👩\u200d\x1b\x9b\u202e\n\t⎡−δ¹"), max_size=20
)
LINES = st.lists(st.builds(Span, NASTY, st.sampled_from(["", "value", "name"])), max_size=5)
CELLS = st.integers(0, 30)


@given(NASTY)
def test_clean_text_has_no_control_characters(text: str) -> None:
    """Nothing gets through that moves a cursor, breaks a line or turns the direction."""
    categories = {unicodedata.category(c) for c in clean(text)}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(clean(text)) == clean(text)


@given(NASTY, NASTY)
def test_widths_add_up(one: str, other: str) -> None:
    """A text is as wide as its parts: no character changes its neighbour's width."""
    assert width(one + other) == width(one) + width(other)


@given(NASTY, CELLS, st.sampled_from(["left", "right", "center"]))
def test_padding_gives_exactly_so_many_cells(text: str, cells: int, align: str) -> None:
    """Too long or too short, the result fills its cells."""
    assert width(pad(text, cells, align)) == cells  # type: ignore[arg-type]


@given(NASTY, CELLS)
def test_shortened_text_fits(text: str, cells: int) -> None:
    """It is the text itself where that fits, and never wider than asked for."""
    short = shorten(text, cells)
    assert width(short) <= cells
    if width(text) <= cells:
        assert short == clean(text)


@given(LINES, CELLS)
def test_a_cropped_line_has_exactly_so_many_cells(line: list[Span], cells: int) -> None:
    """No wide character stands out at the end, and no cell is missing."""
    cropped = crop(line, cells)
    assert line_width(cropped) == cells
    assert all(span.text == clean(span.text) for span in cropped)


@given(LINES, CELLS)
def test_a_cropped_line_is_a_beginning_of_the_line(line: list[Span], cells: int) -> None:
    """Cropping changes no text and no role but at the end."""
    cropped = crop(line, cells)
    whole = clean(plain(line)) + " " * cells
    assert whole.startswith(plain(cropped).rstrip(" "))
    assert all(
        span.role == before.role
        for span, before in zip(
            (s for s in cropped if s.text.strip()), (s for s in line if clean(s.text)), strict=False
        )
        if before.text.strip()
    ) or any(not s.text.strip() for s in line)


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("h2", 2), ("漢字", 4), ("é", 1), ("e\u0301", 1), ("⎡▐−⊙ᵀ", 5), ("\x1b[1m", 4)],
)
def test_width(text: str, cells: int) -> None:
    """ASCII, wide, combining, mathematical and forbidden characters."""
    assert width(text) == cells


def test_forbidden_characters_are_seen_to_be_replaced() -> None:
    """An escape sequence is shown for what it is, and does nothing."""
    assert clean("\x1b]52;c\x07") == "�]52;c�"
    assert clean("a\u202eb\x9bc\nd") == "a�b�c�d"


def test_emoji_keep_nothing_that_changes_widths() -> None:
    """Families fall apart into their members, each of two cells on every terminal."""
    assert clean("👩\u200d👧") == "👩👧"
    assert width("❤\ufe0f") == width("❤")


def test_a_wide_character_is_never_cut_in_half() -> None:
    """A blank stands for the half that fits."""
    assert pad("漢字", 3) == "漢 "
    assert plain(crop((Span("a漢字", "name"),), 4)) == "a漢 "


def test_alignment() -> None:
    """Left, right and in the middle, the odd blank behind."""
    assert [pad("h1", 5, align) for align in ("left", "right", "center")] == [
        "h1   ",
        "   h1",
        " h1  ",
    ]


def test_shortening_leaves_a_letter_or_no_ellipsis() -> None:
    """An ellipsis alone would say nothing."""
    assert [shorten("setosa", n) for n in (6, 5, 2, 1, 0)] == ["setosa", "seto…", "s…", "s", ""]
    assert shorten("setosa", 5, "...") == "se..."
    assert shorten("漢字漢字", 4) == "漢 …".replace(" ", "")
