"""A right number is right however it is written; a wrong one is recognised for what it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bpstepper.buglab.mistakes import MISTAKES, mistaken_timeline
from bpstepper.engine.compile.mutation import Clash
from bpstepper.number_format import number
from bpstepper.quiz import (
    Grade,
    Question,
    Sheet,
    grade,
    parse_answer,
    question_for,
    right_answer,
)
from bpstepper.scenario import load
from tests.quiz.sheets import NAMES, about, bundled, everything, made_up
from tests.scenes import as_scenario
from tests.strategies import Draft

MAZUR = bundled("mazur")


def graded(sheet: Sheet, question: Question, text: str) -> Grade:
    """The grade of what was typed."""
    return grade(question, parse_answer(text, question), sheet)


def ids(told: Grade) -> list[str]:
    """The slips that a grade names."""
    return [slip.id for slip in told.slips]


# ── right ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_the_true_value_is_right_in_any_digits(name: str) -> None:
    """Every number, rounded to three digits or more and in either decimal sign, is accepted."""
    sheet = bundled(name)
    for question in everything(sheet, "cell"):
        assert question.cell is not None
        value = float(sheet.trace[question.symbol][question.cell])
        for digits in range(3, 7):
            for text in (number(value, digits), number(value, digits).replace(".", ",")):
                told = graded(sheet, question, text)
                assert told.right, (question.id, text, told)
                assert told.points == 1 or digits < question.digits
        assert graded(sheet, question, repr(value)).points == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_that_is_shown_is_right(name: str) -> None:
    """What the quiz itself says is the answer gets all points, of every grain."""
    sheet = bundled(name)
    for grain in ("shape", "sign", "cell", "matrix"):
        for question in everything(sheet, grain):
            told = graded(sheet, question, right_answer(question, sheet))
            assert (told.right, told.points, told.slips) == (True, 1.0, ()), question.id


def test_the_answer_that_is_shown_has_one_digit_more() -> None:
    """Than were asked for, which are three here: Mazur's own 0.593269992, 0.596884378."""
    for row, shown in enumerate(("0.5933", "0.5969")):
        question = about(MAZUR, "a1", "cell", row, 0)
        assert question.digits == 3
        assert right_answer(question, MAZUR) == shown


def test_the_tolerance_suits_the_digits() -> None:
    """δ(h2) = 0.0099543: half a unit of the last digit given, up or down."""
    question = about(MAZUR, "delta1", "cell", 1, 0)
    points = {"0.00995": 1, "0.009954": 1, "0.0100": 1, "0.010": 0.5, "0.01": 0.5, "0.0": 0,
              "0.00996": 0, "0.00994": 0, "9.95e-3": 1, "0.0099": 0, "0.00995426": 1}  # fmt: skip
    for text, worth in points.items():
        assert graded(MAZUR, question, text).points == worth, text
    assert graded(MAZUR, question, "0.00995").tolerance == pytest.approx(5e-6)
    # the digits behind the third come from rounded numbers: right, with a remark
    told = graded(MAZUR, question, "0.0099521")
    assert (told.right, ids(told)) == (True, ["rounding"])
    assert "3 digits" in told.said[0]


def test_zero_is_right_only_where_it_is_zero() -> None:
    """A number that rounds to 0.00 is not 0, and what is 0 may have as many zeros as one likes."""
    sheet = bundled("xor-relu")
    cell = tuple(int(i) for i in np.argwhere(sheet.trace["a1"] == 0)[0])
    question = about(sheet, "a1", "cell", *cell)
    for text in ("0", "0.000", "-0,0"):
        assert graded(sheet, question, text).right
    assert not graded(sheet, question, "0.001").right


# ── mistakes ─────────────────────────────────────────────────────────────────────────────────


def mistaken_numbers(sheet: Sheet) -> Iterator[tuple[str, Question, float]]:
    """What each mistake makes of each number, by a training with the mistake in it."""
    asked = everything(sheet, "cell")
    for id_ in MISTAKES:
        try:
            trace = mistaken_timeline(sheet.scenario, id_).trace(1)
        except Clash:
            continue
        for question in asked:
            right = sheet.trace[question.symbol]
            value = trace.values.get(sheet.trace.program.by_key[question.symbol])
            if value is None or value.shape != right.shape or question.cell is None:
                continue
            wrong, true = float(value[question.cell]), float(right[question.cell])
            scale = float(np.abs(right).max())
            if np.isfinite(wrong) and abs(wrong - true) > 1e-6 * max(scale, abs(true)):
                yield id_, question, wrong


@pytest.mark.parametrize("sheet", [MAZUR, *(made_up(seed) for seed in range(8))])
def test_every_mistake_is_named(sheet: Sheet) -> None:
    """A number that a mistake leads to is wrong, and the mistake is among those that are named."""
    seen = 0
    for id_, question, wrong in mistaken_numbers(sheet):
        told = graded(sheet, question, f"{wrong:.10g}")
        if wrong == 0:
            assert not told.right
            continue
        assert not told.right, (id_, question.id)
        assert id_ in ids(told), (id_, question.id, wrong, told)
        seen += 1
    assert seen > 10 or sheet is not MAZUR


def test_a_mistake_of_this_step_alone_is_named() -> None:
    """Three layers: who takes δ² from the screen and forgets the transpose only once."""
    rng = np.random.default_rng(5)
    sheet = next(
        found for found in map(made_up, range(200))
        if found.scenario.network.depth == 3 and found.scenario.network.layout == "column"
        and len(set(found.scenario.network.sizes[1:])) == 1 and found.scenario.network.sizes[1] > 1
        and "slope1" in found.trace and "slope2" in found.trace
    )  # fmt: skip
    trace = sheet.trace
    wrong = (trace["W2"] @ trace["delta2"]) * trace["slope1"]
    cell = (int(rng.integers(wrong.shape[0])), 0)
    told = graded(sheet, about(sheet, "delta1", "cell", *cell), f"{wrong[cell]:.8g}")
    assert not told.right
    assert "no_transpose" in ids(told)


PUBLISHED = {
    ("no_transpose", "delta1"): (0.009231011, 0.011620485),
    ("slope_of_activation", "delta1"): (0.008332611, 0.009473451),
    ("output_error_without_slope", "delta1"): (0.045367009, 0.051545394),
    ("next_layer_slope", "delta1"): (0.006790804, 0.007260908),
    ("update_before_backward", "delta1"): (0.007294458, 0.008472592),
    ("inverse_for_transpose", "delta1"): (-4.504, 4.066),
    ("z_times_one_minus_z", "delta1"): (0.008542, 0.009864),
}


@pytest.mark.parametrize(("id_", "key"), PUBLISHED)
def test_published_slips_of_mazurs_network(id_: str, key: str) -> None:
    """The numbers that these mistakes are known to give, to four digits."""
    for row, value in enumerate(PUBLISHED[id_, key]):
        told = graded(MAZUR, about(MAZUR, key, "cell", row, 0), f"{value:.4g}")
        assert id_ in ids(told)
    both = "; ".join(f"{value:.4g}" for value in PUBLISHED[id_, key])
    assert id_ in ids(graded(MAZUR, about(MAZUR, key, "matrix"), both))


def test_the_wire_that_was_wrong_is_shown() -> None:
    """The transpose is missing: the wire that was taken, the one that belongs, what was right."""
    told = graded(MAZUR, about(MAZUR, "delta1", "cell", 1, 0), "0,0116")
    assert told.said == (
        "That is the number one gets when W is used where Wᵀ belongs.",
        "0.5 is w(h1→o2), which touches neither h2 nor o1; here belongs w(h2→o1)",
        "Right in it: slope(h2) = 0.2406, δ(o1) = 0.1385, w(h2→o2) = 0.55; and your arithmetic.",
    )


def test_each_mistake_has_a_question_that_shows_it() -> None:
    """Who is asked to make a mistake on purpose is told that it was made."""
    shown = 0
    for sheet in (MAZUR, bundled("softmax-jacobian"), made_up(3)):
        for id_ in MISTAKES:
            question = question_for(sheet, id_)
            found = {it.mistake.id: it for it in sheet.mistaken(question.symbol) if it.step} \
                if question else {}  # fmt: skip
            if question is None or question.cell is None:
                continue
            told = graded(sheet, question, f"{float(found[id_].value[question.cell]):.9g}")
            assert not told.right
            assert id_ in ids(told) or float(found[id_].value[question.cell]) == 0
            shown += 1
    assert shown > 20
    assert question_for(bundled("linear-neuron-a"), "jacobian_from_z") is None
    assert question_for(MAZUR, "bias_penalised") is None


def test_mistakes_of_a_later_update_start_from_the_right_network() -> None:
    """In update 100, what is taken wrongly is what is on the screen then."""
    sheet = Sheet(load("mazur"), 100)
    trace = sheet.trace
    wrong = float((trace["W2"] @ trace["delta2"] * trace["slope1"])[0, 0])
    told = graded(sheet, about(sheet, "delta1", "cell", 0, 0), f"{wrong:.6g}")
    assert "no_transpose" in ids(told)


# ── plain slips ──────────────────────────────────────────────────────────────────────────────


def plain(key: str) -> tuple[Question, float]:
    """A question about h2 of Mazur's network, and the right answer."""
    question = about(MAZUR, key, "cell", 1, 0)
    return question, float(MAZUR.trace[key][1, 0])


def test_plain_slips_are_recognised() -> None:
    """Each with a number that was calculated here, and not by the table."""
    t = MAZUR.trace
    (w1, w2), (d1, d2) = t["W2"][:, 1], t["delta2"][:, 0]
    slope = float(t["slope1"][1, 0])
    delta, right = plain("delta1")
    z, z_right = plain("z1")
    grad_w = about(MAZUR, "grad_W2", "cell", 0, 1)
    cases = {
        "sign": (delta, -right),
        "term_missing": (delta, w1 * d1 * slope),
        "term_twice": (delta, (w1 * d1 + 2 * w2 * d2) * slope),
        "term_sign": (delta, (w1 * d1 - w2 * d2) * slope),
        "transposed_operand": (delta, (t["W2"][1, 0] * d1 + w2 * d2) * slope),
        "factor_missing": (about(MAZUR, "C", "cell"), float(t["C"]) / float(t["c"])),
        "stopped_early": (about(MAZUR, "a1", "cell", 1, 0), float(t["z1"][1, 0])),
        "power_of_ten": (z, z_right * 10),
        "transposed_index": (grad_w, float(t["grad_W2"][1, 0])),
    }
    named = {"transposed_operand": "no_transpose"}  # in a 2-2 network it is the same number
    for id_, (question, wrong) in cases.items():
        told = graded(MAZUR, question, f"{wrong:.6g}")
        assert not told.right
        assert named.get(id_, id_) in ids(told), (id_, told)
        assert told.said


def test_one_factor_of_another_cell_is_recognised() -> None:
    """Of three terms only one takes its weight from the other side of the diagonal."""
    draft = Draft((2, 3, 3, 1), ("tanh", "tanh", "linear"), seed=4)
    sheet = Sheet(as_scenario(draft.problem()))
    w, d, slope = (sheet.trace[key] for key in ("W2", "delta2", "slope1"))
    for i, k in ((0, 1), (1, 0), (2, 0), (1, 2)):
        terms = [w[j, i] * d[j, 0] for j in range(3)]
        terms[k] = w[i, k] * d[k, 0]
        wrong = sum(terms) * slope[i, 0]
        told = graded(sheet, about(sheet, "delta1", "cell", i, 0), f"{wrong:.8g}")
        assert ids(told) == ["transposed_operand"]
        assert "belongs" in told.said[0]


def test_stopping_on_the_way_is_recognised() -> None:
    """The step of a weight, which is still to be taken from it."""
    sheet = bundled("batch-logistic")
    step = float(sheet.trace["eta"] * sheet.trace["grad_W1"][0, 1])
    told = graded(sheet, about(sheet, "W1_next", "cell", 0, 1), f"{step:.8g}")
    assert ids(told) == ["stopped_early"]
    assert told.said == ("You stopped at step(x2→o1).", "It is right as far as it goes.")


def test_several_slips_are_told_honestly() -> None:
    """The other sign may be a slip here, or a cost whose sign is wrong: both are said."""
    question, right = plain("delta1")
    told = graded(MAZUR, question, f"{-right:.6g}")
    assert ids(told)[:2] == ["sign", "loss_sign"]
    assert told.said[0] == "Several slips give this number:"
    assert len(told.said) >= 3


def test_what_is_not_known_is_said_to_be_so() -> None:
    """No slip is made up for a number that comes from nowhere."""
    question, _ = plain("delta1")
    told = graded(MAZUR, question, "0.7777")
    assert (told.right, told.slips) == (False, ())
    assert "no slip known" in told.said[0]
    assert graded(MAZUR, question, "1e300").slips == ()


# ── the other grains ─────────────────────────────────────────────────────────────────────────


def test_shapes() -> None:
    """Rows and columns exchanged; the shape of an operand; what is right in it."""
    question = about(bundled("data-mining-3-2-1"), "grad_W1", "shape")
    sheet = bundled("data-mining-3-2-1")
    assert graded(sheet, question, "2x3").right
    assert ids(graded(sheet, question, "3x2")) == ["shape_transposed"]
    told = graded(sheet, question, "2x1")
    assert not told.right
    assert "The number of rows is right." in told.said
    # a shape is counted and not measured: none is nearly right, and a wrong one brings nothing
    assert [graded(sheet, question, text).points for text in ("2x3", "3x2", "2x1")] == [1, 0, 0]
    assert {graded(sheet, question, text).tolerance for text in ("2x3", "3x2", "2x1")} == {0}


def test_signs() -> None:
    """The wrong sign is answered by the signs of the terms."""
    question = about(MAZUR, "delta2", "sign", 1, 0)
    assert graded(MAZUR, question, "negative").right
    told = graded(MAZUR, question, "+")
    assert not told.right
    assert "∂C/∂a(o2): −y(o2) is negative, a(o2) is positive; the larger one decides." in told.said
    assert not graded(MAZUR, question, "0").right


def test_matrices_are_graded_cell_by_cell() -> None:
    """What is right in it is counted, what is not is named."""
    question = about(MAZUR, "delta1", "matrix")
    told = graded(MAZUR, question, "0.00877; 0.0116")
    assert told.said[:2] == ("1 of 2 are right.", "Not right: δ(h2).")
    assert ids(told) == ["no_transpose"]
    assert ids(graded(MAZUR, question, "1 2; 3 4")) == []
    assert graded(MAZUR, question, "0.02; 0.01").points == 0
    assert graded(MAZUR, question, "0.0088; 0.00995").points == 0.5


@pytest.mark.parametrize("sheet", [MAZUR, bundled("softmax-jacobian"), *map(made_up, range(12))])
def test_what_is_said_of_a_wrong_number_is_not_the_answer(sheet: Sheet) -> None:
    """Whatever the slip, the right number is still to be found."""
    for id_, question, wrong in mistaken_numbers(sheet):
        assert question.cell is not None
        value = float(sheet.trace[question.symbol][question.cell])
        told = graded(sheet, question, f"{wrong:.10g}")
        step, _ = sheet.made(question.symbol)
        given = {number(float(x)) for op in step.operations for o in op.operands
                 for x in o.value.ravel()}  # fmt: skip
        if number(value) not in given and number(abs(value)) != number(abs(wrong)):
            assert number(value) not in " ".join(told.said).split(), (id_, question.id)
