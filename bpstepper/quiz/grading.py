"""Grading: is it right, and if not, what was done?

How far off a number may be, where its last digit counts u and d digits were asked for:

===========================================  ==================================================
the number given                             graded
===========================================  ==================================================
within u/2, with d digits or more            right
within u/2, with fewer digits                right, with a remark; half of the points
all of its digits are zeros                  right only where the answer is exactly 0
more than d digits, not within u/2, but      right, with a remark that numbers were rounded on
within half a unit of the d-th digit         the way, unless a mistake gives just that number
anything else                                wrong
===========================================  ==================================================

A wrong number is held against what every mistake makes of the cell and against every plain slip,
first within u/2, then by its first d digits. Where several give it, all of them are told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.kernels import Index
from bpstepper.explain.provenance import this_number
from bpstepper.number_format import number
from bpstepper.quiz.answering import Answer, Given
from bpstepper.quiz.question import Question
from bpstepper.quiz.sheet import Sheet
from bpstepper.quiz.slips import Calculation, plain_slips
from bpstepper.quiz.telling import compared, signs

__all__ = ["Grade", "Slip", "grade", "right_answer"]

_MOST_TOLD = 4  # slips that are told, and cells that are named
_SAME = 1e-9  # relative: two ways to the same number


@dataclass(frozen=True)
class Slip:
    """Something that gives the number that was given.

    Attributes:
        id: a mistake's id, or that of a plain slip.
        title: in a few words.
        is_mistake: whether it is one of the table of mistakes.
        is_here: whether it was made in this very step, and not carried on from an earlier one.
        restates: whether a mistake of this step that gives the same number says as much.
        said: a sentence about it, and what was wrong and right in it.
        value: the number that it makes; NaN of a shape or a sign.
    """

    id: str
    title: str
    is_mistake: bool
    said: tuple[str, ...] = ()
    value: float = math.nan
    is_here: bool = True
    restates: bool = False


@dataclass(frozen=True)
class Grade:
    """What an answer is worth.

    Attributes:
        right: whether it is accepted.
        points: 1, or ½ for what is right with fewer digits than asked for, or 0.
        tolerance: how far off it could have been; 0 where nothing but the right one will do.
        slips: what gives the same wrong answer; what was done in this step first, mistakes first.
        said: what there is to say, line by line; never the answer.
    """

    right: bool
    points: float
    tolerance: float
    slips: tuple[Slip, ...]
    said: tuple[str, ...]


def right_answer(question: Question, sheet: Sheet) -> str:
    """The answer, for who wants to be shown it."""
    value = sheet.trace[question.symbol]
    if question.grain == "shape":
        return "×".join(map(str, value.shape))
    if question.cell is None:
        return "; ".join(
            "  ".join(number(float(x), question.digits + 1) for x in row) for row in value
        )
    x = float(value[question.cell])
    if question.grain == "sign":
        return "positive" if x > 0 else "negative" if x < 0 else "0"
    return number(x, question.digits + 1)


def grade(question: Question, answer: Answer, sheet: Sheet) -> Grade:
    """Grade an answer to a question of the sheet's update."""
    value = sheet.trace[question.symbol]
    if question.grain == "shape":
        return _grade_shape(question, answer, sheet)
    if question.grain == "sign":
        return _grade_sign(question, answer, sheet)
    if question.grain == "cell":
        assert question.cell is not None
        return _grade_cell(question, question.cell, answer.numbers[0][0], sheet)
    if answer.shape != value.shape:
        return _grade_shape(question, answer, sheet)
    return _grade_matrix(question, answer, sheet)


# ── shapes and signs ─────────────────────────────────────────────────────────────────────────


def _grade_shape(question: Question, answer: Answer, sheet: Sheet) -> Grade:
    right = sheet.trace[question.symbol].shape
    given = answer.shape
    assert given is not None
    if given == right:
        return Grade(True, 1.0, 0.0, (), ("Right.",))
    slips = []
    if given == right[::-1]:
        title = "rows and columns are exchanged"
        slips.append(Slip("shape_transposed", title, False, ("Rows and columns are exchanged.",)))
    for found in sheet.mistaken(question.symbol):
        if found.step is not None and found.value.shape == given:
            said = (f"That is the shape one gets when {found.mistake.title}.",)
            slips.append(Slip(found.mistake.id, found.mistake.title, True, said))
    _, operation = sheet.made(question.symbol)
    for operand in operation.operands:
        if operand.value.shape == given and not slips:
            title = "the shape of an operand"
            said = (f"That is the shape of {operand.name.text}.",)
            slips.append(Slip("shape_of_operand", title, False, said))
    lines = ["That is not its shape."]
    kept = [word for word, a, b in zip(("rows", "columns"), given, right, strict=True) if a == b]
    lines += [line for slip in slips[:_MOST_TOLD] for line in slip.said]
    lines += [f"The number of {word} is right." for word in kept]
    return Grade(False, 0.0, 0.0, tuple(slips), tuple(lines))


def _grade_sign(question: Question, answer: Answer, sheet: Sheet) -> Grade:
    assert question.cell is not None
    value = float(sheet.trace[question.symbol][question.cell])
    if answer.sign == _sign(value):
        return Grade(True, 1.0, 0.0, (), ("Right.",))
    slips = [Slip("sign", "the sign is wrong", False)]
    for found in sheet.mistaken(question.symbol):
        other = _at(found.value, question.cell, sheet.trace[question.symbol])
        if found.step is not None and other is not None and _sign(other) == answer.sign:
            slips.append(Slip(found.mistake.id, found.mistake.title, True, (), other))
    lines = ["That is not its sign.", *signs(sheet.spelled(question.symbol, question.cell))]
    lines += [
        f"Your sign comes out when {slip.title}." for slip in slips[1:_MOST_TOLD] if slip.is_mistake
    ]
    return Grade(False, 0.0, 0.0, tuple(slips), tuple(lines))


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


# ── one number ───────────────────────────────────────────────────────────────────────────────


def _grade_cell(question: Question, cell: Index, given: Given, sheet: Sheet) -> Grade:
    true = float(sheet.trace[question.symbol][cell])
    if _is_right(given, true):
        enough = given.digits >= question.digits or given.value == true
        remark = f"Right, but {question.digits} significant digits were asked for."
        return Grade(
            True, 1.0 if enough else 0.5, given.unit / 2, (), ("Right." if enough else remark,)
        )
    rounded = given.digits > question.digits and _near(given.value, true, question.digits)
    slips = _slips(question, cell, given, sheet, strictly=rounded)
    if rounded and not slips:
        said = (
            f"Right to {question.digits} digits. The digits behind them are not: "
            "were rounded numbers used on the way?"
        )
        slip = Slip("rounding", "rounded on the way", False)
        return Grade(True, 1.0, _half(true, question.digits), (slip,), (said,))
    return Grade(False, 0.0, given.unit / 2, slips, _told(slips, given, true))


def _is_right(given: Given, true: float) -> bool:
    if given.digits == 0:
        return true == 0
    return _within(given.value, true, given.unit / 2)


def _within(value: float, other: float, tolerance: float) -> bool:
    slack = 1e-9 * tolerance + 4 * math.ulp(other)  # a half is written down as not quite a half
    return abs(value - other) <= tolerance + slack


def _half(true: float, digits: int) -> float:
    """Half a unit of the last of so many significant digits."""
    if true == 0:
        return 0.0
    return 0.5 * 10.0 ** max(math.floor(math.log10(abs(true))) - digits + 1, -323)


def _near(value: float, true: float, digits: int) -> bool:
    return _within(value, true, _half(true, digits))


def _slips(
    question: Question, cell: Index, given: Given, sheet: Sheet, strictly: bool = False
) -> tuple[Slip, ...]:
    """What gives the number that was given: within its own digits, else within those asked for."""
    if given.digits == 0:
        return ()
    found = _known(question, cell, sheet)
    exact = [slip for slip in found if _within(given.value, slip.value, given.unit / 2)]
    if not (exact or strictly or given.digits < question.digits):
        exact = [slip for slip in found if _near(given.value, slip.value, question.digits)]
    told = [
        replace(slip, said=_said_of(slip, question, cell, sheet)) if slip.is_mistake else slip
        for slip in exact
    ]
    return _distinct(told)


def _known(question: Question, cell: Index, sheet: Sheet) -> list[Slip]:
    """Everything that would make another number of the cell, with that number."""
    right = sheet.trace[question.symbol]
    true = float(right[cell])
    found = []
    for mistaken in sheet.mistaken(question.symbol):
        value = _at(mistaken.value, cell, right)
        if value is not None and not _is_same(value, true):
            title, here = mistaken.mistake.title, mistaken.step is not None
            found.append(Slip(mistaken.mistake.id, title, True, (), value, here))
    step, operation = sheet.made(question.symbol)
    made = Calculation(step, operation, cell, sheet.naming)
    for kind, variant in plain_slips(made):
        if not _is_same(variant.value, true):
            said = (f"You {variant.wrong}.", *([variant.right] if variant.right else []))
            slip = Slip(kind.id, kind.title, False, said, variant.value, restates=kind.restates)
            found.append(slip)
    return sorted(found, key=lambda slip: not slip.is_here)


def _at(value: Array, cell: Index, right: Array) -> float | None:
    """A cell of a mistaken value, where that has the right one's shape and is a number there."""
    if value.shape != right.shape or not np.isfinite(value[cell]):
        return None
    return float(value[cell])


def _is_same(value: float, other: float) -> bool:
    return abs(value - other) <= _SAME * max(abs(value), abs(other))


def _said_of(slip: Slip, question: Question, cell: Index, sheet: Sheet) -> tuple[str, ...]:
    """A mistake, told with its terms where it was made in this very step."""
    if not slip.is_here:
        return (f"That is the number one gets when {slip.title}, from an earlier step on.",)
    steps = {it.mistake.id: it.step for it in sheet.mistaken(question.symbol) if it.step}
    step = steps[slip.id]
    mine = this_number(step, step.operations[-1], cell, sheet.naming)
    lines = compared(mine, sheet.spelled(question.symbol, cell))
    return (f"That is the number one gets when {slip.title}.", *lines)


def _distinct(slips: list[Slip]) -> tuple[Slip, ...]:
    """Without plain slips that are only another word for a mistake, or the same one again."""
    kept: list[Slip] = []
    for slip in slips:
        other_words = slip.restates and any(
            had.is_here and _is_same(had.value, slip.value) for had in kept
        )
        if not other_words and all(had.id != slip.id or had.said != slip.said for had in kept):
            kept.append(slip)
    return tuple(kept)


def _told(slips: tuple[Slip, ...], given: Given, true: float) -> tuple[str, ...]:
    if given.digits == 0:
        return ("It is not 0.",)
    if len(slips) == 1:
        return slips[0].said
    if slips:
        lines = ["Several slips give this number:"]
        lines += [f"- {slip.said[0]}" for slip in slips[:_MOST_TOLD]]
        if len(slips) > _MOST_TOLD:
            lines.append(f"- and {len(slips) - _MOST_TOLD} more")
        return tuple(lines)
    sign = "Its sign is right." if _sign(given.value) == _sign(true) else "Its sign is wrong, too."
    return ("That is not right, and no slip known here gives this number.", sign)


# ── whole matrices ───────────────────────────────────────────────────────────────────────────


def _grade_matrix(question: Question, answer: Answer, sheet: Sheet) -> Grade:
    right = sheet.trace[question.symbol]
    _, operation = sheet.made(question.symbol)
    cells = list(np.ndindex(right.shape))
    grades = {at: _grade_cell(question, at, answer.numbers[at[0]][at[1]], sheet) for at in cells}
    wrong = [at for at in cells if not grades[at].right]
    tolerance = max(one.tolerance for one in grades.values())
    if not wrong:
        said = tuple(dict.fromkeys(line for at in cells for line in grades[at].said))
        remarks = tuple(line for line in said if line != "Right.") or ("Right.",)
        points = min(one.points for one in grades.values())
        return Grade(True, points, tolerance, (), remarks)
    common = [
        slip
        for slip in grades[wrong[0]].slips
        if all(slip.id in {other.id for other in grades[at].slips} for at in wrong)
    ]
    names = [sheet.naming.cell(operation.result, at) for at in wrong]
    more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
    lines = [f"{len(cells) - len(wrong)} of {len(cells)} are right."]
    lines.append(f"Not right: {', '.join(names[:_MOST_TOLD])}{more}.")
    if common:
        lines.append(f"{names[0]}: {common[0].said[0]}")
        lines += common[0].said[1:]
        lines += [f"Or: {slip.said[0]}" for slip in common[1:_MOST_TOLD]]
    else:
        lines += [
            f"{name}: {line}"
            for name, at in list(zip(names, wrong, strict=True))[:_MOST_TOLD]
            for line in grades[at].said[:1]
        ]
    return Grade(False, 0.0, tolerance, tuple(common), tuple(lines))
