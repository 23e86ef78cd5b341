"""A round of the quiz: moves from value to value, and the score."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from bpstepper.quiz import Round, Sheet, noted_questions, questions_on, right_answer
from bpstepper.quiz.report_json import score
from bpstepper.quiz.showing import laid_out, standing_out
from bpstepper.scenario import loads
from tests.quiz.sheets import about, bundled
from tests.scenes import toml

MAZUR = bundled("mazur")


def asked() -> Round:
    """A round of three numbers."""
    return Round.of(
        [
            about(MAZUR, "delta1", "cell", 1, 0),
            about(MAZUR, "delta2", "cell", 0, 0),
            about(MAZUR, "z1", "cell", 0, 0),
        ]
    )


def test_a_round_is_played_to_its_end() -> None:
    """Right at a second try, shown, skipped: what is kept of each, the score, what was missed."""
    start = asked()
    it = start.answer("0.0116", MAZUR)
    assert it.reply is not None
    assert it.reply.attempts[0].grade is not None
    assert [slip.id for slip in it.reply.attempts[0].grade.slips] == ["no_transpose"]
    assert not it.reply.done
    assert it.next() == it  # not before it is done
    it = it.hint().answer("0,00995", MAZUR)
    assert it.right == 1
    assert it.answer("7", MAZUR) == it.hint() == it.show() == it  # it is done
    it = it.next().show().next().skip()
    assert it.over
    assert it.reply is None
    assert [(r.right, r.hints, r.shown, r.skipped) for r in it.replies] == [
        (True, 1, False, False),
        (False, 0, True, False),
        (False, 0, False, True),
    ]
    assert score(it.replies) == {"right": 1, "points": 0.5, "answered": 1, "questions": 3}
    assert it.slips == (("W is used where Wᵀ belongs", 1),)
    assert it.missed == tuple(reply.question for reply in it.replies)
    assert it.again() == Round.of(it.missed) == start
    assert start == asked()  # nothing was changed in place


def test_random_moves_keep_what_holds() -> None:
    """What is done stays done, places only grow, and points agree with answers."""
    chance = np.random.default_rng(7)
    for _ in range(30):
        it = asked()
        for move in chance.integers(7, size=12):
            before = it
            question = it.reply.question if it.reply else None
            text = right_answer(question, MAZUR) if question and move == 0 else "0.5"
            answer = partial(Round.answer, text=text, sheet=MAZUR)
            moves = (answer, answer, Round.hint, Round.show, Round.skip, Round.next, Round.next)
            it = moves[move](it)
            assert it.at >= before.at
            for old, new in zip(before.replies, it.replies, strict=True):
                assert old == new or not old.done
                assert new.hints <= 3
                assert new.right + new.shown + new.skipped <= 1
        assert it.right == sum(reply.points > 0 for reply in it.replies)
        assert len(it.missed) >= len(it.replies) - it.right


def test_left_early_the_rest_is_not_answered() -> None:
    """Leaving counts all questions; before anything was done there is nothing to score."""
    assert not asked().begun
    it = asked().answer("nonsense", MAZUR)
    assert it.begun
    assert score(it.leave().replies)["questions"] == 3
    assert it.leave().over


@pytest.mark.parametrize(
    ("symbol", "keys"),
    [
        ("delta1", ["W2", "delta2", "slope1"]),
        ("grad_W2", ["delta2", "a1"]),
        ("z1", ["W1", "x", "b1"]),
    ],
)
def test_no_transpose_is_laid_out(symbol: str, keys: list[str]) -> None:
    """Which way a matrix is taken is the learner's to find; a slope is given."""
    found = laid_out(*MAZUR.made(symbol))
    assert [quantity.key for quantity in found] == keys


def test_marked_is_what_the_wrong_number_was_made_of() -> None:
    """Without the transpose it is the row of o2; after a hint, the column of h2."""
    it = asked().answer("0.0116", MAZUR)
    assert it.reply is not None
    taken = standing_out(MAZUR, it.reply, it.lately)
    assert set(taken["W2"]) == {(1, 0), (1, 1)}
    it = it.hint()
    assert it.reply is not None
    assert set(standing_out(MAZUR, it.reply, it.lately)["W2"]) == {(0, 1), (1, 1)}


def test_one_step_alone_and_the_notes_own_questions() -> None:
    """A quiz may be about one step, or be what the scenario's notes ask, in the steps' order."""
    found = questions_on(MAZUR, step="delta1")
    assert found
    assert {question.step for question in found} == {"delta1"}
    assert questions_on(MAZUR, step="nothing") == ()
    note = '[[notes]]\nat = "{}"\nask = "And now?"\nquiz = true\n'
    text = toml(2, 2, 1) + note.format("delta2") + note.format("z1")
    own = noted_questions(Sheet(loads(text)))
    assert [question.symbol for question in own] == ["z1", "delta2"]
    assert all(question.prompt.startswith("And now?") for question in own)
    assert noted_questions(bundled("xor-one-step")) == ()
