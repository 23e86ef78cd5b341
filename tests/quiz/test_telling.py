"""Two calculations laid beside each other."""

from __future__ import annotations

from bpstepper.explain.provenance import Factor, Provenance, SpelledTerm, Stage
from bpstepper.quiz.telling import compared


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


def test_wires_are_told_apart_by_what_they_touch() -> None:
    """A wire that touches one of the right units, or none of them."""
    right = calculation(("w(h2→o1)", 1.0))
    for taken, told in {
        "w(h1→o1)": "which does not touch h2",
        "w(h1→o2)": "which touches neither h2 nor o1",
    }.items():
        line = compared(calculation((taken, 0.5)), right)[0]
        assert line == f"0.5 is {taken}, {told}; here belongs w(h2→o1)"
