"""Prose: the little Markdown there is, wrapping by cells, and text that means no good."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from bpstepper.drawing.prose import paragraphs, wrap, wrap_spans
from bpstepper.drawing.text import Line, Span, clean, line_width, plain

NASTY = st.text(
    st.characters() | st.sampled_from("ab 漢字é\u0301👩\u200d\x1b\x9b\u202e\n\t*`#-1.) [](){}"),
    max_size=80,
)
COLUMNS = st.integers(1, 40)
SPANS = st.lists(st.builds(Span, NASTY, st.sampled_from(["paragraph", "strong"])), max_size=5)


def said(text: str) -> list[str]:
    """The paragraphs as text."""
    return [plain(line) for line in paragraphs(text)]


def strong(text: str) -> list[str]:
    """What is emphasised."""
    return [span.text for line in paragraphs(text) for span in line if span.role == "strong"]


def squeezed(text: str) -> str:
    """Without any blanks."""
    return "".join(text.split())


# ── what holds for any text ──────────────────────────────────────────────────────────────────


@given(NASTY, COLUMNS)
def test_no_line_is_wider_than_asked_for(text: str, columns: int) -> None:
    """In cells, however wide the characters; only one that is wider than a line stands out."""
    for line in wrap(text, columns, "why", indent=""):
        assert line_width(line) <= max(columns, 2)


@given(NASTY, st.integers(4, 40))
def test_wrapping_leaves_nothing_out(text: str, columns: int) -> None:
    """Every character is there, in order; only blanks and line ends move."""
    lines = wrap(text, columns, "why")
    assert squeezed("".join(plain(line) for line in lines)) == squeezed(clean(text))
    assert all(plain(line).startswith(" ") for line in lines)


@given(SPANS, st.integers(4, 40))
def test_wrapping_spans_leaves_nothing_out_and_keeps_roles(spans: list[Span], columns: int) -> None:
    """What was strong is strong, on whichever line it comes to stand."""
    spans = [Span(clean(text), role) for text, role in spans]
    lines = wrap_spans(spans, columns)
    for role in ("paragraph", "strong"):
        before = "".join(squeezed(span.text) for span in spans if span.role == role)
        after = "".join(squeezed(s.text) for line in lines for s in line if s.role == role)
        assert before == after
    assert all(line_width(line) <= columns for line in lines)


@given(NASTY)
def test_paragraphs_are_safe_to_print(text: str) -> None:
    """No control character, override or line end; no paragraph is empty."""
    for line in paragraphs(text):
        assert line
        for span in line:
            assert span.role in ("paragraph", "strong")
            assert not {unicodedata.category(c) for c in span.text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text("漢字ab é", max_size=60), st.integers(5, 30))
def test_width_is_what_a_terminal_makes_of_it(text: str, columns: int) -> None:
    """Held against wcwidth itself."""
    for line in wrap(text, columns, "why"):
        assert sum(max(wcwidth(c), 0) for c in plain(line)) <= columns


# ── examples ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n \n", []),
        ("one\nline", ["one line"]),
        ("one\n\ntwo", ["one", "two"]),
        ("one\n \t\n\n\ntwo", ["one", "two"]),
        ("- a\n- b\n  more", ["• a", "• b more"]),
        ("Lead:\n* a\n+ b\n12. c\n3) d", ["Lead:", "• a", "• b", "• c", "• d"]),
        ("# Title\ntext\n## Other", ["Title", "text", "Other"]),
        ("2.5 is a number", ["2.5 is a number"]),
        ("-1 is one, too", ["-1 is one, too"]),
    ],
)
def test_blocks(text: str, expected: list[str]) -> None:
    """Paragraphs, list items and headings; numbers at a line's start are no lists."""
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **b c** d", ["b c"]),
        ("a *b* `c*d*`", ["b", "c*d*"]),
        ("**a** and **b**", ["a", "b"]),
        ("# Title", ["Title"]),
        ("2 * 3 * 4 and a*b", []),
        ("** not **", []),
        ("**open", []),
        ("`open", []),
        ("*", []),
    ],
)
def test_emphasis(text: str, expected: list[str]) -> None:
    """Stars that stand between blanks are products, and what is not closed is text."""
    assert strong(text) == expected


def test_emphasis_goes_over_line_ends() -> None:
    """A source's line breaks mean nothing inside a paragraph."""
    assert strong("a **b\nc** d") == ["b c"]
    assert said("a **b\nc** d") == ["a b c d"]


@pytest.mark.parametrize(
    "text",
    ["[/nope]", "[@click=app.leave]x[/]", "[a](javascript:b)", "<script>x</script>", "{word}"],
)
def test_markup_is_text(text: str) -> None:
    """Links, tags and Textual's own markup stay the characters that they are."""
    assert said(text) == [text]
    assert plain(wrap(text, 70, "why")[0]) == f" {text}"


def test_a_stop_stays_with_the_word_before_it() -> None:
    """Where emphasis ends in front of it, the stop is no word of its own."""
    lines: list[Line] = wrap_spans(paragraphs("one **two**, three")[0], 12)
    assert [plain(line) for line in lines] == [" one two,", " three"]


def test_words_are_kept_whole_where_they_can_be() -> None:
    """A word wider than a line is cut into lines; a shorter one begins a new line."""
    assert [plain(line) for line in wrap("to be or abcdefghijkl x", 8, "why")] == [
        " to be",
        " or",
        " abcdef",
        " ghijkl",
        " x",
    ]


def test_wide_characters_are_cut_between_characters() -> None:
    """漢 takes two cells, and no half of it is left on a line."""
    lines = wrap("漢字漢字漢字", 8, "why")
    assert [plain(line) for line in lines] == [" 漢字漢", " 字漢字"]
    assert [line_width(line) for line in lines] == [7, 7]


def test_an_accent_stays_on_its_letter() -> None:
    """A combining accent takes no cell and begins no line."""
    lines = wrap("e\u0301" * 9, 6, "why")
    assert all(not unicodedata.combining(plain(line).lstrip()[0]) for line in lines)
    assert all(line_width(line) <= 6 for line in lines)


def test_escape_sequences_are_shown_and_do_nothing() -> None:
    """Replaced character by character."""
    assert said("a\x1b]52;c;eA==\x07b") == ["a�]52;c;eA==�b"]
    assert said("a\u202eb") == ["a�b"]
