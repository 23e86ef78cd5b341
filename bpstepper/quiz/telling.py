"""What went wrong in a number, shown: the wires and terms that were taken, and those that belong.

Two calculations of the same cell, the right one and a mistaken one, are laid beside each other term
by term. Both were spelled out from kernels' cell rules, so nothing is said of a term that was not
there. The sentences that are said of an answer are `grading`'s.
"""

from __future__ import annotations

from itertools import zip_longest

from bpstepper.explain.derivation.formula_lines import written
from bpstepper.explain.provenance import Factor, Provenance, SpelledTerm, Stage
from bpstepper.number_format import number

__all__ = ["compared", "signs"]

_UNNAMED = "Σ("
_MOST = 5  # lines, and names in a line


def compared(mine: Provenance, right: Provenance) -> tuple[str, ...]:
    """What in a mistaken calculation is not as in the right one, and what is, line by line."""
    made = {stage.name for stage in (*mine.stages, *right.stages)}
    wrong: list[str] = []
    fine: list[str] = []
    taken, wanted = list(mine.stages), list(right.stages)
    for own in mine.stages:
        same = next((its for its in wanted if its.terms == own.terms), None)
        if same is not None:
            taken.remove(own)
            wanted.remove(same)
            _stage(own, same, made, wrong, fine)
    for own, its in zip_longest(reversed(taken), reversed(wanted)):
        if own is None:
            wrong.insert(0, f"{its.name} is left out")
        elif its is None:
            wrong[:0] = _needless(own, made)
        else:
            _stage(own, its, made, wrong, fine)
    answer = number(abs(right.value))
    wrong = [line for line in wrong if not _has(line, answer)]
    fine = [line.partition(" = ")[0] if _has(line, answer) else line for line in fine]
    lines = wrong[:_MOST]
    if len(wrong) > _MOST:
        lines.append(f"and {len(wrong) - _MOST} more")
    kept = list(dict.fromkeys(fine))
    if kept:
        more = f" and {len(kept) - _MOST} more" if len(kept) > _MOST else ""
        lines.append(f"Right in it: {', '.join(kept[:_MOST])}{more}; and your arithmetic.")
    else:
        lines.append("Your arithmetic is right.")
    return tuple(lines)


def _has(line: str, answer: str) -> bool:
    """Whether the answer could be read off a line."""
    return answer in (word.strip("−,;()") for word in line.split())


def _needless(stage: Stage, made: set[str]) -> list[str]:
    """What a calculation that is too much takes up."""
    names = [factor.name for term in stage.terms for factor in term.factors]
    outside = [name for name in dict.fromkeys(names) if name not in made][:_MOST]
    if not outside:
        return []
    has = "have" if len(outside) > 1 else "has"
    return [f"{' and '.join(outside)} {has} no part in it"]


def _term(term: SpelledTerm) -> str:
    return " × ".join(factor.name for factor in term.factors)


def _stage(own: Stage, its: Stage, made: set[str], wrong: list[str], fine: list[str]) -> None:
    """Two operations that ought to do the same, term by term where they are built alike."""
    pairs = list(zip(own.terms, its.terms, strict=False))
    unlike = any(len(mine.factors) != len(right.factors) for mine, right in pairs)
    if unlike and (len(own.terms) > 1 or len(its.terms) > 1):
        wrong.append(f"you took {_formula(own)}; here belongs {_formula(its)}")
        return
    for mine, right in pairs:
        if mine.sign != right.sign:
            wrong.append(f"{_term(mine)} has the other sign")
        for pair in zip_longest(*_met(mine, right, made)):
            _factor(*pair, made, wrong, fine)
    wrong += [
        f"the term {_term(more)} = {number(more.value)} does not belong here"
        for more in own.terms[len(pairs) :]
    ]
    wrong += [f"the term {_term(more)} is missing" for more in its.terms[len(pairs) :]]


def _formula(stage: Stage) -> str:
    """What an operation does, by names; of a long sum only its beginning."""
    shown = stage.terms if stage.is_function else stage.terms[:_MOST]
    texts = [factor.name for term in shown for factor in term.factors]
    more = " + …" if len(shown) < len(stage.terms) else ""
    return written(shown, stage.glue if stage.is_function else (), texts) + more


def _met(
    mine: SpelledTerm, right: SpelledTerm, made: set[str]
) -> tuple[list[Factor], list[Factor]]:
    """The factors of two terms, those that the calculation itself has made standing first."""

    def order(term: SpelledTerm) -> list[Factor]:
        return sorted(term.factors, key=lambda factor: factor.name not in made)

    alike = len(mine.factors) == len(right.factors)
    return (list(mine.factors), list(right.factors)) if alike else (order(mine), order(right))


def _factor(
    mine: Factor | None, right: Factor | None, made: set[str], wrong: list[str], fine: list[str]
) -> None:
    if mine is None:
        assert right is not None
        wrong.append(f"the factor {right.name} is missing")
    elif right is None:
        wrong.append(f"the factor {mine.name} = {number(mine.value)} does not belong here")
    elif mine.name in made and (right.name in made or mine.value == right.value):
        return  # what an earlier line of the two calculations has told already
    elif mine.name.startswith(_UNNAMED) and _of(mine.name) != _of(right.name):
        return  # something that only the mistaken calculation has, and no book a letter for
    elif _of(mine.name) != _of(right.name):
        where = _beside(mine.name, right.name)
        wrong.append(f"{number(mine.value)} is {mine.name}{where}; here belongs {right.name}")
    elif mine.value != right.value:
        wrong.append(f"{number(mine.value)} is not {right.name}")
    else:
        fine.append(f"{right.name} = {number(right.value)}")


def _of(name: str) -> str:
    """What a name is about: of a cell its units or its wire, of all else the name."""
    inside = name.partition("(")[2]
    return inside or name


def _beside(mine: str, right: str) -> str:
    """Which units of the right wire the wire that was taken does not touch."""
    ends, wanted = (_of(name).removesuffix(")").split("→") for name in (mine, right))
    if len(ends) != 2 or len(wanted) != 2:
        return ""
    missed = [unit for unit in wanted if unit not in ends]
    if len(missed) == 1:
        return f", which does not touch {missed[0]}"
    return f", which touches neither {missed[0]} nor {missed[1]}" if missed else ""


def signs(told: Provenance) -> tuple[str, ...]:
    """Which sign each term of a number has, line by line; for who took the wrong one."""
    lines = []
    for stage in told.stages:
        if stage.is_function:
            continue
        terms = sorted(stage.terms, key=lambda term: -abs(term.value))
        said = [f"{_signed(term)} is {_word(term.value)}" for term in terms[:_MOST]]
        more = " the larger one decides" if len(said) > 1 else ""
        lines.append(f"{stage.name}: {', '.join(said)}{';' if more else '.'}{more}{more and '.'}")
    return tuple(lines)


def _signed(term: SpelledTerm) -> str:
    return ("−" if term.sign < 0 else "") + _term(term)


def _word(value: float) -> str:
    return "positive" if value > 0 else "negative" if value < 0 else "0"
