"""Two calculations laid beside each other."""

from __future__ import annotations

from bpstepper.explain.provenance import Factor, Provenance, SpelledTerm, Stage
from bpstepper.quiz.telling import compared, signs


def calculation(*factors: tuple[str, float]) -> Provenance:
    """A sum of single numbers."""
    terms = tuple(SpelledTerm(name, 1, (Factor(name, x),), x) for name, x in factors)
    value = sum(x for _, x in factors)
    return Provenance("c", "", value, (Stage("sum", (), "c", terms, False, value),))


def test_the_answer_is_never_told() -> None:
    """A number taken wrongly that happens to be the answer is not shown, the others are."""
    right = calculation(("p", 0.5), ("q", 1.75))
    mine = calculation(("p", 0.5), ("r", 2.25), ("t", 3.5))
    assert compared(mine, right) == (
        "the term t = 3.5 does not belong here",
        "Right in it: p = 0.5; and your arithmetic.",
    )
    assert compared(calculation(("p", 0.5), ("r", 2.5)), right)[0] == "2.5 is r; here belongs q"
    assert compared(calculation(("p", 0.5)), right)[0] == "the term q is missing"


def chain(*steps: tuple[str, str]) -> Provenance:
    """Operations one after the other, each with what it reads; all numbers are told apart."""
    stages = tuple(
        Stage(name, (), name, (SpelledTerm("", 1, (Factor(read, 2.0 + i),), 2.0 + i),), False, 0.0)
        for i, (name, read) in enumerate(steps)
    )
    return Provenance("c", "", 99.0, stages)


def test_an_operation_that_was_left_out_is_told_first() -> None:
    """The one that comes first is the one that is missing; what comes after it is wrong, too."""
    right, mine = chain(("m", "p"), ("c", "q")), chain(("c", "w"))
    assert compared(mine, right)[:2] == ("m is left out", "2 is w; here belongs q")


def test_of_many_wrong_lines_it_is_said_how_many_there_are() -> None:
    """Some are told; those told and those counted are all of them, whatever their number."""
    for wrong in range(1, 12):
        right = calculation(*((f"p{i}", 1.5) for i in range(wrong)))
        told = compared(calculation(*((f"q{i}", 100.5 + i) for i in range(wrong))), right)
        lines = [line for line in told if "here belongs" in line]
        more = [int(line.split()[1]) for line in told if line.startswith("and ")]
        assert len(lines) + sum(more) == wrong
        assert len(more) <= 1
        assert all(count > 0 for count in more)


def test_wires_are_told_apart_by_what_they_touch() -> None:
    """A wire that touches one of the right units, or none of them."""
    right = calculation(("w(h2→o1)", 1.0))
    for taken, told in {
        "w(h1→o1)": "which does not touch h2",
        "w(h1→o2)": "which touches neither h2 nor o1",
    }.items():
        line = compared(calculation((taken, 0.5)), right)[0]
        assert line == f"0.5 is {taken}, {told}; here belongs w(h2→o1)"


def test_a_term_of_0_has_no_sign() -> None:
    """The largest term is told first; what is 0 is called neither positive nor negative."""
    (line,) = signs(calculation(("p", 0.0), ("q", 0.25), ("r", -1.5)))
    assert line == "c: r is negative, q is positive; the larger one decides." or line.startswith(
        "c: r is negative, q is positive, p is 0;"
    )
    assert signs(calculation(("p", 0.0)))[0] == "c: p is 0."
