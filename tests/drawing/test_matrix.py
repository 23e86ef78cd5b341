"""Matrices as text: rectangles whatever is asked for, then the looks, as golden text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bpstepper.drawing.blocks import Place
from bpstepper.drawing.charset import ASCII, UNICODE, Charset
from bpstepper.drawing.matrix.fitting import extent, is_bare, lead_of
from bpstepper.drawing.matrix.matrix import (
    Block,
    beside,
    draw_matrix,
    grid,
)
from bpstepper.drawing.text import clean, line_width, plain, width
from bpstepper.number_format import measure, number, table

Matrix = np.ndarray[Any, np.dtype[np.float64]]

NAMES = st.lists(st.text(max_size=8) | st.sampled_from(["h1", "to o1", "花弁の長さ"]), max_size=6)
CHARSETS = st.sampled_from([UNICODE, ASCII])
MATRICES = hnp.arrays(
    np.float64,
    st.tuples(st.integers(0, 12), st.integers(0, 12)),
    elements=st.floats(-100, 100)
    | st.floats().filter(lambda x: abs(x) < 1.79e308 or not math.isfinite(x))
    | st.sampled_from([0.0, 0.5, 2.0]),
)
CELLS = st.tuples(st.integers(0, 12), st.integers(0, 12))
PLAIN_NAMES = st.lists(st.sampled_from(["h1", "to o1", "x"]), max_size=6)
SPARE = st.none() | st.integers(0, 40)
LIMITS = st.none() | st.integers(-1, 40)
BLOCKS = st.builds(
    lambda m, caption, names, width: draw_matrix(
        m, m.shape, caption=caption, column_names=names, max_width=width
    ),
    MATRICES,
    st.sampled_from(["", "δ¹", "(W²)ᵀ"]),
    st.sampled_from([(), ("h1", "h2")]),
    LIMITS,
)


def text(block: Block) -> str:
    """What a screen shows of a block, blanks at the ends of lines aside."""
    return "\n".join(plain(line).rstrip() for line in block.lines)


def golden(expected: str) -> str:
    """The text between the first and the last line of a triple-quoted string."""
    return "\n".join(line.rstrip() for line in expected.strip("\n").split("\n"))


def text_at(block: Block, line: int, column: int, cells: int) -> str:
    """What stands on some cells of a block of narrow characters."""
    return plain(block.lines[line])[column : column + cells]


def least_width(
    matrix: Matrix, names: list[str], charset: Charset, spare: int | None
) -> int | None:
    """Cells on which at least one column is seen whole, and some to spare; None for no limit."""
    return None if spare is None else minimum_width(matrix, names, charset) + spare


def minimum_width(matrix: Matrix, names: list[str], charset: Charset) -> int:
    """Cells on which one column is seen whole: names, brackets, what is left out, the marks."""
    _, columns = extent(matrix.shape)
    left_out = min(columns - 1, 2) * width(charset.left_out) if columns else 0
    brackets = 0 if is_bare(matrix.shape) else 2
    numbers = measure(matrix, ascii=charset.ascii).width + 2
    return lead_of(tuple(names), charset) + brackets + left_out + numbers


def is_rectangle(block: Block) -> bool:
    """Whether every line has exactly the width that the block claims."""
    return {line_width(line) for line in block.lines} <= {block.width}


class TestAnyMatrix:
    @given(MATRICES, st.booleans(), st.text(max_size=12), NAMES, NAMES, CELLS, LIMITS, LIMITS,
           CHARSETS)  # fmt: skip
    def test_is_a_rectangle_within_its_limits(
        self,
        matrix: Matrix,
        known: bool,
        caption: str,
        rows: list[str],
        columns: list[str],
        focus: tuple[int, int],
        max_rows: int | None,
        max_width: int | None,
        charset: Charset,
    ) -> None:
        """Whatever is drawn in whatever room: no exception, full lines, no control characters."""
        block = draw_matrix(
            matrix if known else None, matrix.shape, caption=caption, row_names=rows,
            column_names=columns, marks={focus: "cursor"}, max_rows=max_rows,
            max_width=max_width, charset=charset,
        )  # fmt: skip
        assert is_rectangle(block)
        assert block.top <= block.anchor < len(block.lines)
        assert max_width is None or block.width <= max(1, max_width)
        assert max_rows is None or len(block.lines) - block.top <= max(1, max_rows)
        assert all(plain(line) == clean(plain(line)) for line in block.lines)
        assert not charset.ascii or text(block).isascii()

    @given(MATRICES, st.sampled_from(["", "δ¹", "∂C/∂a¹"]), NAMES, NAMES, CHARSETS)
    def test_needs_its_natural_width_and_no_more(
        self,
        matrix: Matrix,
        caption: str,
        rows: list[str],
        columns: list[str],
        charset: Charset,
    ) -> None:
        """In its natural width a matrix looks as if it had all the room of the world."""
        names: dict[str, Any] = {"caption": caption, "row_names": rows, "charset": charset}
        free = draw_matrix(matrix, matrix.shape, column_names=columns, **names)
        assert free == draw_matrix(
            matrix, matrix.shape, column_names=columns, max_width=free.width, **names
        )

    @given(
        hnp.arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 9)),
                   elements=st.floats(-9, 9)),
        st.data(), st.integers(1, 6), st.integers(0, 30), CHARSETS,
    )  # fmt: skip
    def test_shows_the_cell_in_focus_whole(
        self, matrix: Matrix, data: st.DataObject, max_rows: int, spare: int, charset: Charset
    ) -> None:
        """From the minimum width on, the marked cell is seen with all its digits."""
        focus = data.draw(st.tuples(*(st.integers(0, n - 1) for n in matrix.shape)))
        least = minimum_width(matrix, ["h1"], charset)
        block = draw_matrix(
            matrix, matrix.shape, row_names=["h1"], marks={focus: "cursor"}, max_rows=max_rows,
            max_width=least + spare, charset=charset,
        )  # fmt: skip
        seen = [span.text for line in block.lines for span in line if span.role == "cursor"]
        assert len(seen) == 1
        left, right = charset.cursor
        assert seen[0].startswith(left)
        assert seen[0].endswith(right)
        shown = float(seen[0][1:-1].replace("−", "-"))
        assert shown == float(number(matrix[focus], ascii=True))

    @given(MATRICES, LIMITS)
    def test_never_cuts_a_number(self, matrix: Matrix, max_width: int | None) -> None:
        """In too little room a number is missing rather than a shorter, different one."""
        block = draw_matrix(matrix, matrix.shape, max_width=max_width)
        whole = {number(x) for x in matrix.flat}
        whole |= {t.strip() for t in re.findall(r"[^\s⎡⎢⎣⎤⎥⎦\[\]…]+", text(draw_matrix(
            matrix, matrix.shape)))}  # fmt: skip
        seen = [span.text for line in block.lines for span in line if span.role == "value"]
        assert {t.strip() for t in seen} - {"…", ""} <= whole

    @given(MATRICES, NAMES, LIMITS)
    def test_is_as_wide_before_its_values_are_known(
        self, matrix: Matrix, names: list[str], max_width: int | None
    ) -> None:
        """With the style of the coming numbers, nothing moves when they arrive."""
        frames = [
            draw_matrix(
                values, matrix.shape, row_names=names, style=measure(matrix), max_width=max_width
            )
            for values in (matrix, None)
        ]
        assert frames[0].width == frames[1].width
        assert len(frames[0].lines) == len(frames[1].lines)

    @given(MATRICES, MATRICES)
    def test_is_whole_in_a_style_that_does_not_fit(self, matrix: Matrix, other: Matrix) -> None:
        """A style measured on other numbers costs no digits."""
        block = draw_matrix(matrix, matrix.shape, style=measure(other))
        assert is_rectangle(block)
        values = [s.text.strip() for line in block.lines for s in line if s.role == "value"]
        assert [float(v.replace("−", "-").replace("∞", "inf")) for v in values] == pytest.approx(
            matrix.ravel().tolist(), rel=1e-3, nan_ok=True
        )

    @given(MATRICES, st.data(), PLAIN_NAMES, LIMITS, SPARE, CHARSETS)
    def test_empty_cells_change_no_place(
        self,
        matrix: Matrix,
        data: st.DataObject,
        names: list[str],
        max_rows: int | None,
        spare: int | None,
        charset: Charset,
    ) -> None:
        """However many cells are seen, all else stays where it is."""
        seen = data.draw(st.integers(0, matrix.size))
        max_width = least_width(matrix, names, charset, spare)
        focus = (0, 0)

        def drawn(count: int | None) -> Block:
            return draw_matrix(
                matrix, matrix.shape, row_names=names, column_names=names, seen=count, focus=focus,
                max_rows=max_rows, max_width=max_width, charset=charset,
            )  # fmt: skip

        partly, whole = drawn(seen), drawn(None)
        assert is_rectangle(partly)
        assert partly.places == whole.places
        for line, other in zip(partly.lines, whole.lines, strict=True):
            for character, there in zip(plain(line), plain(other), strict=True):
                assert character in (there, " ")
        values = [span for line in partly.lines for span in line if span.role == "value"]
        rows, columns = (whole.places[0].rows, whole.places[0].columns)
        wanted = sum(i * matrix.shape[1] + j < seen for i in range(*rows) for j in range(*columns))
        assert len(values) == wanted

    @given(MATRICES, st.sampled_from(["", "δ¹"]), PLAIN_NAMES, LIMITS, SPARE, CHARSETS)
    def test_knows_where_its_numbers_stand(
        self,
        matrix: Matrix,
        caption: str,
        names: list[str],
        max_rows: int | None,
        spare: int | None,
        charset: Charset,
    ) -> None:
        """The place of a cell is where its number is, and what is there is that cell."""
        max_width = least_width(matrix, names, charset, spare)
        block = draw_matrix(
            matrix, matrix.shape, caption=caption, row_names=names, max_rows=max_rows,
            max_width=max_width, charset=charset,
        )  # fmt: skip
        (place,) = block.places
        style = measure(matrix, ascii=charset.ascii)
        for i in range(*place.rows):
            for j in range(*place.columns):
                found = place.of((i, j))
                assert found is not None
                line, column = found
                assert place.at(line, column + place.slot // 2) == (i, j)
                there = text_at(block, line, column, place.slot)
                expected = table([[matrix[i, j]]], style=style)[0][0]
                assert there[1:-1] == expected
        assert place.at(place.line, -1) is None
        assert place.at(place.line - 1, place.column) is None
        assert place.at(place.line, block.width) is None

    @given(
        hnp.arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 9)),
                   elements=st.floats(-9, 9)),
        st.data(), CHARSETS,
    )  # fmt: skip
    def test_a_window_that_is_asked_for(
        self, matrix: Matrix, data: st.DataObject, charset: Charset
    ) -> None:
        """Just these columns are drawn, and signs stand for those left out."""
        first = data.draw(st.integers(0, matrix.shape[1] - 1))
        last = data.draw(st.integers(first + 1, matrix.shape[1]))
        block = draw_matrix(matrix, matrix.shape, columns=(first, last), charset=charset)
        assert block.places[0].columns == (first, last)
        signs = [span for span in block.lines[0] if span.role == "more"]
        assert len(signs) == (first > 0) + (last < matrix.shape[1])


class TestSideBySide:
    @given(st.lists(BLOCKS | st.sampled_from(["·", "=", "⊙"]), max_size=5), st.integers(0, 3))
    def test_is_a_rectangle(self, items: list[Block | str], gap: int) -> None:
        """Blocks of any height and signs in any order make one full rectangle."""
        block = beside(items, gap=gap)
        assert is_rectangle(block)
        assert all(
            sum(span.text == item and span.role == "sign" for span in block.lines[block.anchor])
            for item in items
            if isinstance(item, str)
        )

    @given(st.lists(BLOCKS, min_size=1, max_size=4))
    def test_lines_up_captions_and_rows(self, blocks: list[Block]) -> None:
        """All captions are on the first line, all first rows on one line."""
        joined = beside(blocks)
        start = 0
        for block in blocks:
            cut = [plain(line)[start : start + block.width] for line in joined.lines]
            assert cut[joined.top : joined.top + len(block.lines) - block.top] == [
                plain(line) for line in block.lines[block.top :]
            ]
            if block.caption_lines:
                assert cut[0] == plain(block.lines[0])
            start += block.width + 2

    @given(st.lists(st.lists(BLOCKS | st.just("·"), max_size=4), max_size=3))
    def test_a_grid_starts_items_in_common_columns(self, rows: Sequence[Sequence[Block]]) -> None:
        """Rows of items are rectangles; those with equally many items are equally wide."""
        blocks = grid(rows)
        assert len(blocks) == len(rows)
        assert all(is_rectangle(block) for block in blocks)
        assert len({(len(r), b.width) for r, b in zip(rows, blocks, strict=True)}) == len(
            {len(r) for r in rows}
        )


# Mazur's network at its first update, as the lecture has it.
W2_T = np.array([[0.40, 0.50], [0.45, 0.55]])
DELTA2 = np.array([[0.138498562], [-0.038098237]])
GRAD_A1 = W2_T @ DELTA2
SLOPE1 = np.array([[0.241300709], [0.240613417]])
HIDDEN, OUTPUTS = ("h1", "h2"), ("o1", "o2")


def back_propagation(charset: Charset) -> str:
    """The two lines of BP2 with the cells of h2 marked."""

    def part(values: Matrix, caption: str, rows: Sequence[str], *cells: tuple[int, int],
             columns: Sequence[str] = ()) -> Block:  # fmt: skip
        return draw_matrix(
            values, values.shape, caption=caption, row_names=rows, column_names=columns,
            marks=dict.fromkeys(cells, "source"), charset=charset,
        )  # fmt: skip

    blocks = grid(
        [
            [
                part(W2_T, "(W²)ᵀ", HIDDEN, (1, 0), (1, 1), columns=("to o1", "to o2")),
                "·",
                part(DELTA2, "δ²", OUTPUTS, (0, 0), (1, 0)),
                "=",
                part(GRAD_A1, "∂C/∂a¹", HIDDEN, (1, 0)),
            ],
            [
                part(GRAD_A1, "∂C/∂a¹", HIDDEN, (1, 0)),
                "⊙",
                part(SLOPE1, "σ′(z¹)", HIDDEN, (1, 0)),
                "=",
                part(GRAD_A1 * SLOPE1, "δ¹", HIDDEN, (1, 0)),
            ],
        ],
        charset=charset,
    )
    return "\n\n".join(map(text, blocks))


class TestLooks:
    def test_back_propagation(self) -> None:
        """The two lines of BP2: one grid, captions over brackets, signs on the last row."""
        assert back_propagation(UNICODE) == golden("""
   (W²)ᵀ    2×2            δ²    2×1           ∂C/∂a¹  2×1
    to o1   to o2
h1 ⎡ 0.40    0.50 ⎤     o1 ⎡▐ 0.1385 ▌⎤     h1 ⎡ 0.03635 ⎤
h2 ⎣▐0.45▌  ▐0.55▌⎦  ·  o2 ⎣▐−0.03810▌⎦  =  h2 ⎣▐0.04137▌⎦

   ∂C/∂a¹  2×1             σ′(z¹)  2×1         δ¹    2×1
h1 ⎡ 0.03635 ⎤          h1 ⎡ 0.2413 ⎤       h1 ⎡ 0.008771 ⎤
h2 ⎣▐0.04137▌⎦       ⊙  h2 ⎣▐0.2406▌⎦    =  h2 ⎣▐0.009954▌⎦
""")

    def test_back_propagation_in_ascii(self) -> None:
        """The same for a terminal that knows ASCII alone."""
        assert back_propagation(ASCII) == golden("""
   (W2)^T    2x2             delta2  2x1            dC/da1  2x1
    to o1   to o2
h1 [ 0.40    0.50 ]       o1 [> 0.1385 <]        h1 [ 0.03635 ]
h2 [>0.45<  >0.55<]   .   o2 [>-0.03810<]     =  h2 [>0.04137<]

   dC/da1  2x1               sigma'(z1)  2x1        delta1  2x1
h1 [ 0.03635 ]            h1 [ 0.2413 ]          h1 [ 0.008771 ]
h2 [>0.04137<]       (.)  h2 [>0.2406<]       =  h2 [>0.009954<]
""")

    def test_names_wider_than_columns(self) -> None:
        """Columns make room; the last name may stand over the bracket."""
        block = draw_matrix(
            W2_T.T, (2, 2), caption="W²", row_names=OUTPUTS, column_names=("from h1", "from h2")
        )
        assert text(block) == golden("""
   W²    2×2
    from h1  from h2
o1 ⎡ 0.40     0.45 ⎤
o2 ⎣ 0.50     0.55 ⎦
""")

    def test_row_times_matrix(self) -> None:
        """Signs stand on the row that all have."""
        line = beside(
            [
                draw_matrix(DELTA2.T, (1, 2), caption="δ²"),
                "·",
                draw_matrix(W2_T.T, (2, 2), caption="W²", row_names=OUTPUTS, column_names=HIDDEN),
                "=",
                draw_matrix(GRAD_A1.T, (1, 2), caption="∂C/∂a¹", column_names=HIDDEN),
            ]
        )
        assert text(line) == golden("""
δ²    1×2                       W²    2×2            ∂C/∂a¹    1×2
                                   h1      h2            h1         h2
[  0.1385     −0.03810 ]  ·  o1 ⎡ 0.40    0.45 ⎤  =  [ 0.03635    0.04137 ]
                             o2 ⎣ 0.50    0.55 ⎦
""")

    def test_four_rows_and_wide_names(self) -> None:
        """Names in CJK take two cells a character; the middle rows have straight brackets."""
        block = draw_matrix(
            np.arange(12.0).reshape(4, 3) / 4 - 1,
            (4, 3),
            caption="W¹",
            row_names=("花弁の長さ", "花弁の幅", "c", ""),
            column_names=("h1", "隠れ層", "h3"),
        )
        assert text(block) == golden("""
           W¹    4×3
              h1     隠れ層     h3
花弁の長さ ⎡ −1.00    −0.75    −0.50 ⎤
  花弁の幅 ⎢ −0.25     0        0.25 ⎥
         c ⎢  0.50     0.75     1.00 ⎥
           ⎣  1.25     1.50     1.75 ⎦
""")

    def test_a_number_alone(self) -> None:
        """No brackets, whether it has axes or not."""
        assert text(draw_matrix(np.array(0.298371109), (), caption="C")) == golden("""
 C
 0.2984
""")
        line = beside(["η", draw_matrix(np.array([[0.5]]), (1, 1), row_names=["o1"])])
        assert text(line) == "η  o1  0.5"

    def test_one_row(self) -> None:
        """A row vector, given with one axis or with two."""
        for shape in ((3,), (1, 3)):
            block = draw_matrix(np.array([1.0, 2.0, -3.0]), shape)
            assert text(block) == "[  1     2    −3 ]"

    def test_an_empty_frame(self) -> None:
        """What is not reached yet has its shape already; what is asked for is a `?`."""
        block = draw_matrix(None, (2, 1), caption="δ¹", row_names=HIDDEN, marks={(1, 0): "target"})
        assert text(block) == golden("""
   δ¹    2×1
h1 ⎡         ⎤
h2 ⎣▐   ?   ▌⎦
""")
        roles = [{span.role for span in line if span.text.strip()} for line in block.lines]
        assert roles == [{"caption", "shape"}, {"name", "pending"}, {"name", "pending", "target"}]

    def test_filled_element_by_element(self) -> None:
        """The first cells are there, row by row; the chosen one is asked for until it is."""
        matrix = np.array([[0.5, -0.25, 1.5], [2.0, 0.75, -1.0]])

        def filled(seen: int) -> str:
            return text(draw_matrix(matrix, (2, 3), marks={(1, 0): "target"}, seen=seen))

        assert filled(0) == golden("""
⎡                         ⎤
⎣▐  ?  ▌                  ⎦
""")
        assert filled(4) == golden("""
⎡  0.50    −0.25     1.50 ⎤
⎣▐ 2.00▌                  ⎦
""")
        assert filled(6) == text(draw_matrix(matrix, (2, 3), marks={(1, 0): "target"}))

    def test_what_marked_cells_are(self) -> None:
        """What is fed and what the cursor is on are told by glyphs, too."""
        marks = {(0, 0): "source", (0, 1): "fed", (0, 2): "cursor"}
        row = np.array([[0.5, 2.0, -1.0]])
        assert text(draw_matrix(row, (1, 3), marks=marks)) == "[▐ 0.5▌  ‹ 2.0›  ►−1.0◄]"
        ascii_text = text(draw_matrix(row, (1, 3), marks=marks, charset=ASCII))
        assert ascii_text == "[> 0.5<  { 2.0}  *-1.0*]"

    def test_columns_that_share_a_blank(self) -> None:
        """In the least room one cell is the mark after a number and before the next."""
        matrix = np.array([[0.5, -0.25, 1.5], [2.0, 0.75, -1.0]])
        marks = {(0, 0): "source", (0, 1): "source", (1, 2): "target"}
        block = draw_matrix(matrix, (2, 3), marks=marks, max_width=21)
        assert text(block) == golden("""
⎡▐ 0.50▌−0.25▌ 1.50 ⎤
⎣  2.00  0.75▐−1.00▌⎦
""")
        assert [s.role for s in block.lines[1]].count("target") == 1

    def test_roles(self) -> None:
        """Each piece says what it means, a cell with its blanks or marks being one piece."""
        block = draw_matrix(
            np.array([[0.5, 2.0]]), (1, 2), caption="x", row_names=["s"], marks={(0, 1): ""}
        )
        assert [(span.text, span.role) for span in block.lines[1]] == [
            ("s ", "name"),
            ("[", "bracket"),
            (" 0.5 ", "value"),
            ("  ", ""),
            ("▐2.0▌", "mark"),
            ("]", "bracket"),
        ]


class TestBigMatrices:
    BIG = (np.arange(78400.0) % 997 - 498).reshape(784, 100) / 1000

    def window(self, focus: tuple[int, int], charset: Charset = UNICODE, **limits: Any) -> str:
        """A window of 784×100 weights around one cell."""
        block = draw_matrix(
            self.BIG,
            self.BIG.shape,
            caption="W¹",
            row_names=[f"x{i}" for i in range(784)],
            column_names=[f"h{j}" for j in range(100)],
            marks={focus: "cursor"},
            charset=charset,
            **limits,
        )
        return text(block)

    def test_the_beginning(self) -> None:
        """What follows is counted in the last line."""
        assert self.window((0, 0), max_rows=4, max_width=44) == golden("""
     W¹    784×100
         h0       h1       h2       h3
  x0 ⎡►−0.498◄  −0.497   −0.496   −0.495 …⎤
  x1 ⎢ −0.398   −0.397   −0.396   −0.395 …⎥
  x2 ⎢ −0.298   −0.297   −0.296   −0.295 …⎥
     ⎣ ⋮ 781 more                         ⎦
""")

    def test_the_middle(self) -> None:
        """What is before is counted too; brackets close around all lines."""
        assert self.window((300, 50), max_rows=5, max_width=44) == golden("""
     W¹    784×100
         h48      h49      h50      h51
     ⎡ ⋮ 299 more                          ⎤
x299 ⎢… −0.460   −0.459   −0.458   −0.457 …⎥
x300 ⎢… −0.360   −0.359  ►−0.358◄  −0.357 …⎥
x301 ⎢… −0.260   −0.259   −0.258   −0.257 …⎥
     ⎣ ⋮ 482 more                          ⎦
""")

    def test_the_end_in_ascii(self) -> None:
        """The last cell stands in the last corner."""
        assert self.window((783, 99), charset=ASCII, max_rows=3, max_width=40) == golden("""
     W1    784x100
           h97      h98      h99
     [ : 782 more                  ]
x782 [...  0.033    0.034    0.035 ]
x783 [...  0.133    0.134  * 0.135*]
""")

    def test_little_room(self) -> None:
        """First names of rows go, then those of columns and numbers, then all but a corner."""
        assert self.window((5, 5), max_rows=2, max_width=18) == golden("""
     W¹  784×100
          h5
  x5 ⎡…► 0.007◄…⎤
     ⎣ ⋮ 783    ⎦
""")
        assert self.window((5, 5), max_rows=2, max_width=10) == golden("""
W¹
    h5
⎡► 0.007◄⎤
⎣ ⋮ 783  ⎦
""")
        assert self.window((5, 5), max_rows=1, max_width=5) == "W¹\n[►…◄]"
        assert self.window((5, 5), max_rows=0, max_width=0) == "W\n["

    def test_closer_columns_before_fewer(self) -> None:
        """Gaps close and names are cropped before a column is left out."""
        names = ("setosa", "versicolor")

        def width_and_head(max_width: int | None) -> tuple[int, str]:
            block = draw_matrix(W2_T, (2, 2), column_names=names, max_width=max_width)
            return block.width, plain(block.lines[0]).strip()

        assert width_and_head(None) == (23, "setosa    versicolor")
        assert width_and_head(22) == (22, "setosa   versicolor")
        assert width_and_head(20) == (16, "setosa  versi…")
        assert width_and_head(15) == (15, "setosa versi…")
        assert width_and_head(14) == (14, "seto… vers…")

    def test_cost_is_what_is_visible(self) -> None:
        """A matrix of 10¹² cells is drawn as fast as its window, once its style is known."""
        endless = np.broadcast_to(np.array(0.5), (10**6, 10**6))
        style = measure(endless[:2, :2])
        block = draw_matrix(
            endless, endless.shape, style=style, focus=(10**5, 10**5), max_rows=4, max_width=40
        )
        assert len(block.lines) == 4

    def test_too_many_axes(self) -> None:
        """Three axes are no matrix."""
        with pytest.raises(ValueError, match="at most two axes, not the 3"):
            draw_matrix(np.zeros((2, 2, 2)), (2, 2, 2))


@given(
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.integers(0, 3), st.integers(1, 3)),
    st.tuples(st.integers(0, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 4), st.integers(0, 2)),
)
def test_where_an_entry_is_and_which_one_is_there(
    corner: tuple[int, int],
    rows: tuple[int, int],
    columns: tuple[int, int],
    pitch: tuple[int, int],
) -> None:
    """Of every entry and of every cell around: by laying the slots out one after the other."""
    (top, count), (first, across), (slot, gap) = rows, columns, pitch
    place = Place(*corner, (top, top + count), (first, first + across), slot, slot + gap)
    laid: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(count):
        column = corner[1]
        for entry in range(across):
            cell = (top + row, first + entry)
            assert place.of(cell) == (corner[0] + row, column)
            laid |= {(corner[0] + row, column + i): cell for i in range(slot)}
            column += slot + gap
    for line in range(corner[0] - 2, corner[0] + count + 2):
        for column in range(corner[1] - 7, corner[1] + across * (slot + gap) + 7):
            assert place.at(line, column) == laid.get((line, column))
    for outside in (
        (top - 1, first),
        (top, first - 1),
        (top + count, first),
        (top, first + across),
    ):
        assert place.of(outside) is None


@given(st.lists(st.sampled_from(["·", "= (", "⊙ σ′(z)"]), min_size=1, max_size=3), CHARSETS)
def test_signs_alone_stand_on_the_line_of_signs(signs: list[str], charset: Charset) -> None:
    """With no matrix among them there is one line, and that is where a sign goes."""
    block = beside(signs, charset=charset)
    assert len(block.lines) == 1
    assert block.anchor == 0
    assert plain(block.lines[0]).split() == charset.translate(" ".join(signs)).split()
