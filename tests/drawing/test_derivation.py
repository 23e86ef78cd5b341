"""A derivation on a page: nothing too wide, no value lost, columns that are columns."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.derivation_layout import render
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import line_width, plain
from bpstepper.engine.symbols import Symbol
from bpstepper.explain.derivation.derive import Derivation, derive
from bpstepper.number_format import full, number
from tests.scenes import BUNDLED, opened, turns

LOOKS = {
    "unicode": RenderOptions(),
    "ascii": RenderOptions(ASCII),
    "digits": RenderOptions(digits=9),
}
NAMES = ("mazur", "batches", "penalty", "adam", "momentum", "softmax-batch", "saturated", "huge",
         "names", "markup", "deep", "wide")  # fmt: skip


@cache
def derivations(name: str) -> list[Derivation]:
    """One of each quantity of the first update; of deep networks, some."""
    session = opened(name).next()
    trace = session.trace
    symbols = list(trace.values)
    return [
        derive(session, quantity, tuple(size - 1 for size in quantity.value.shape))
        for quantity in map(trace.quantity, symbols[:: 1 + len(symbols) // 60])
    ]


def page(
    name: str, key: str, cell: tuple[int, ...], columns: int = 80, look: RenderOptions | None = None
) -> list[str]:
    """A derivation as text."""
    session = opened(name).next()
    found = derive(session, session.trace.quantity(session.trace.program.by_key[key]), cell)
    return [plain(line) for line in render(found, look or RenderOptions(), columns)]


# ── what holds for every derivation ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_the_page(name: str, look: str) -> None:
    """At any width, with any names; ASCII is ASCII."""
    for position, found in enumerate(derivations(name)):
        for columns in turns((120, 80, 60, 37, 12, 1), position, 3):
            for line in render(found, LOOKS[look], columns):
                assert line_width(line) <= columns
                assert all(span.role or not span.text.strip() for span in line)
                assert LOOKS[look].charset.ascii is False or plain(line).isascii()


@pytest.mark.parametrize("name", [*BUNDLED, *(n for n in NAMES if n not in BUNDLED)])
def test_every_value_is_on_the_page(name: str) -> None:
    """In the order of the lines, none of them cut; the last one is what was asked for."""
    for position, found in enumerate(derivations(name)):
        for columns in turns((80, 60, 40), position, 2):
            lines = render(found, RenderOptions(), columns)
            shown = [line[-1] for line in lines[1:] if len(line) > 1 and line[-2].text == "=  "]
            shown = [span for span in shown if span.role in ("value", "sum")]
            values = [line.value for line in found.lines if line.value is not None]
            assert len(shown) == len(values)
            for span, value in zip(shown, values, strict=True):
                assert same(span.text, number(value)), (span.text, value)
            assert shown[-1].role == "sum"
            assert full(found.value) in "".join(map(plain, lines))


def same(text: str, other: str) -> bool:
    """Whether two texts are one number, 0.2500 and 0.25 being the same."""
    ends = [t.rstrip("0").rstrip(".") if "." in t and "e" not in t else t for t in (text, other)]
    return ends[0].strip() == ends[1].strip() or "e" in text


@pytest.mark.parametrize("name", NAMES)
def test_the_values_stand_in_a_column(name: str) -> None:
    """Their signs one below the other, at 80 cells."""
    for found in derivations(name):
        at = set()
        for line in render(found, RenderOptions(), 80)[1:]:
            if len(line) > 1 and line[-2].text == "=  ":
                at.add(line_width(line[:-2]))
        assert len(at) == 1


# ── examples ─────────────────────────────────────────────────────────────────────────────────


def test_the_weight_of_the_lesson() -> None:
    """w(h2→o1) of Mazur's network at 80×24: all of it on one screen."""
    first, *rest = page("mazur", "grad_W2", (0, 1))
    assert first.startswith(" ∂C/∂w(h2→o1) (w6)  =  0.0826676278")
    assert rest == [
        " ∂C/∂w(h2→o1)  =  Σ ∂C/∂z(k) × ∂z(k)/∂w(h2→o1)",
        "     over the units k of layer 2: each z could be a route from w(h2→o1) to C",
        "   ∂z(o1)/∂w(h2→o1)  =  a(h2)                                        =  0.5969",
        "       in z(o1), w(h2→o1) is multiplied by a(h2)",
        "   ∂z(o2)/∂w(h2→o1)  =  0  (w(h2→o1) is not in z(o2))                =  0",
        "   ∂C/∂z(o1)  =  ∂C/∂a(o1) × ∂a(o1)/∂z(o1)",
        "       z(o1) acts on C through a(o1) alone",
        "     ∂a(o1)/∂z(o1)  =  σ′(z(o1))  =  σ′(1.106)                       =  0.1868",
        "         σ′(z) = σ(z)(1 − σ(z))",
        "     ∂C/∂a(o1)  =  a(o1) − y(o1)  =  0.7514 − 0.01                   =  0.7414",
        "         the derivative of (y − a)² is 2(a − y), and C takes 0.5 of it",
        "   ∂C/∂z(o1)  =  δ(o1)            =  0.7414 × 0.1868                 =  0.1385",
        "   ∂C/∂z(o1) × ∂z(o1)/∂w(h2→o1)   =  0.1385 × 0.5969                 =  0.08267",
        "   ∂C/∂z(o2) × ∂z(o2)/∂w(h2→o1)   =  −0.03810 × 0                    =  0",
        " ∂C/∂w(h2→o1)  =  the sum         =  0.08267 + 0                     =  0.08267",
    ]


def test_in_ascii() -> None:
    """The same signs in words."""
    lines = page("mazur", "delta2", (0, 0), look=RenderOptions(ASCII))
    assert lines[0].startswith(" delta(o1) = dC/dz(o1)  =  0.138498561")
    assert lines[1].startswith(" dC/dz(o1)  =  dC/da(o1) x da(o1)/dz(o1)")


def test_as_many_digits_as_the_viewer_asks_for() -> None:
    """In the numbers and in the values."""
    text = "\n".join(page("mazur", "grad_W2", (0, 1), look=RenderOptions(digits=7)))
    assert "0.1384986 × 0.5968844" in text
    assert "0.08266763" in text


def test_a_narrow_page_breaks_lines_and_keeps_numbers() -> None:
    """What has no room beside the formula stands below it."""
    lines = page("mazur", "grad_W2", (0, 1), columns=44)
    at = next(i for i, line in enumerate(lines) if "0.1385 × 0.5969" in line)
    assert lines[at].lstrip().startswith("=  0.1385 × 0.5969")
    assert "∂C/∂z(o1) × ∂z(o1)/∂w(h2→o1)" in lines[at - 1]


def test_names_out_of_files_do_nothing() -> None:
    """Control characters and markup are text, or gone."""
    session = opened("markup").next()
    found = derive(session, session.trace.quantity(Symbol("grad_W", 1)), (0, 0))
    hostile = Derivation("\x1b[31m" + found.title, found.lines, found.value, "a\nb")
    text = [plain(line) for line in render(hostile, RenderOptions(), 80)]
    assert all(line.isprintable() for line in text)
    assert np.isfinite(found.value)
