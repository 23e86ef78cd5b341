"""`bpstepper quiz`: questions and grades as JSON, and a dialogue of lines."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bpstepper.cli import main
from bpstepper.quiz import Sheet, questions_on, right_answer
from bpstepper.scenario import load


class Program:
    """The command, with what is typed into it and what comes out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.said = self.complained = ""

    def __call__(self, *arguments: str, typed: str = "") -> int:
        """Run it; the exit status."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(["quiz", *arguments])
        self.said, self.complained = self._capsys.readouterr()
        return status

    def json(self, *arguments: str, typed: str = "") -> Any:
        """What it prints as JSON."""
        assert self(*arguments, "--format", "json", typed=typed) == 0, self.complained
        return json.loads(self.said)


@pytest.fixture
def quiz(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """The command."""
    return Program(monkeypatch, capsys)


def right_answers(name: str, **asked: Any) -> dict[str, str]:
    """The answers of a quiz by the ids of its questions."""
    sheet = Sheet(load(name), asked.pop("update", 1))
    return {q.id: right_answer(q, sheet) for q in questions_on(sheet, **asked)}


def test_questions_come_without_answers(quiz: Program) -> None:
    """Ten questions with what is given for them, the same each time, and no grade."""
    told = quiz.json("mazur")
    assert told["format"] == 1
    assert len(told["questions"]) == 10
    assert told == quiz.json("mazur", typed="  \n")
    for question in told["questions"]:
        assert not {"answer", "correct", "shape", "value"} & set(question)
        assert len(question["hints"]) == 3
        assert question["given"]
        assert question["symbol"] not in question["given"]
    (first,) = quiz.json("mazur", "--topic", "BP2", "--grain", "cell", "--count", "1")["questions"]
    assert (first["law"], first["grain"], first["step"]) == ("BP2", "cell", "delta1")
    assert first["given"]["W2"] == [[0.4, 0.45], [0.5, 0.55]]


@pytest.mark.parametrize("form", ["object", "list", "lines"])
def test_right_answers_get_all_points(quiz: Program, form: str) -> None:
    """Answers by id, in order, or one a line."""
    answers = right_answers("mazur")
    typed = {
        "object": json.dumps(answers),
        "list": json.dumps(list(answers.values()), ensure_ascii=False),
        "lines": "\n".join(answers.values()),
    }[form]
    told = quiz.json("mazur", typed=typed)
    assert [grade["id"] for grade in told["grades"]] == list(answers)
    assert all(grade["right"] for grade in told["grades"])
    assert told["score"] == {"right": 10, "points": 10.0, "answered": 10, "questions": 10}


def test_numbers_and_lists_may_stand_in_the_json(quiz: Program) -> None:
    """A JSON number keeps its digits, and a matrix may come as lists."""
    both = ("mazur", "--topic", "BP2", "--seed", "1", "--count", "40")
    asked = {q["id"]: q["grain"] for q in quiz.json(*both)["questions"]}
    cell = next(id_ for id_, grain in asked.items() if id_ == "delta1-cell-2-1")
    matrix = next(id_ for id_, grain in asked.items() if grain == "matrix")
    typed = f'{{"{cell}": 0.00995, "{matrix}": [[0.00877], [0.00995]]}}'
    grades = {grade["id"]: grade for grade in quiz.json(*both, typed=typed)["grades"]}
    assert grades[cell]["right"]
    assert grades[matrix]["right"]
    assert grades[cell]["tolerance"] == pytest.approx(5e-6)
    others = [grade for id_, grade in grades.items() if id_ not in (cell, matrix)]
    assert others
    assert all(grade["said"] == ["Not answered."] for grade in others)


def test_a_wrong_answer_is_named(quiz: Program) -> None:
    """The transpose forgotten, with a decimal comma; and something that is no number."""
    told = quiz.json(
        "mazur", "--topic", "BP2", "--grain", "cell", "--count", "2",
        typed='{"delta1-cell-2-1": "0,0116", "delta1-cell-1-1": "a lot"}',
    )  # fmt: skip
    by_id = {grade["id"]: grade for grade in told["grades"]}
    wrong = by_id["delta1-cell-2-1"]
    assert wrong["slips"][0]["id"] == "no_transpose"
    assert wrong["slips"][0]["mistake"] is True
    assert "h2→o1" in " ".join(wrong["said"])
    assert "no number" in by_id["delta1-cell-1-1"]["problem"]
    assert told["score"]["right"] == 0


@pytest.mark.parametrize(
    "typed",
    ['{"delta9": 1}', '{"delta1', '["1", "2"', json.dumps(["1"] * 11), "1\n" * 11,
     "[" * (sys.getrecursionlimit() + 1), '{"\\u001b[31m": 1}'],
)  # fmt: skip
def test_answers_that_fit_no_question(quiz: Program, typed: str) -> None:
    """Exit status 2, one line that says why, and nothing on stdout."""
    assert quiz("mazur", "--format", "json", typed=typed) == 2
    assert quiz.said == ""
    assert quiz.complained.startswith("bpstepper quiz: ")
    assert quiz.complained.count("\n") == 1
    assert "\x1b" not in quiz.complained


@pytest.mark.parametrize("answer", ["9" * 201, "nan", "1e999", "\x00", "[[[[[[1]]]]]]", "true"])
def test_hostile_answers_are_refused_one_by_one(quiz: Program, answer: str) -> None:
    """Whatever one answer is, the others are graded, and little of it comes back."""
    answers = right_answers("mazur")
    spoilt = next(id_ for id_ in answers if "-cell-" in id_)
    answers[spoilt] = answer
    told = quiz.json("mazur", typed=json.dumps(answers))
    bad = next(grade for grade in told["grades"] if grade["id"] == spoilt)
    assert not bad["right"]
    assert bad["problem"]
    assert len(bad["answer"]) <= 201
    assert told["score"]["right"] == 9


@pytest.mark.parametrize(
    "arguments",
    [["mazur", "--grain", "row"], ["mazur", "--topic", "BP9"], ["mazur", "--topic", "L2"],
     ["mazur", "--count", "0"], ["mazur", "--update", "0"], ["mazur", "--update", "9" * 30],
     ["mazur", "--seed", "-1"], ["no-such"], []],
)  # fmt: skip
def test_wrong_usage(quiz: Program, arguments: list[str]) -> None:
    """Exit status 2 and a reason."""
    assert quiz(*arguments) == 2
    assert quiz.said == ""
    assert quiz.complained


def test_the_record(quiz: Program, tmp_path: Path) -> None:
    """The teacher's file holds the questions, the answers, the grades and the score."""
    file = tmp_path / "record.json"
    assert quiz("mazur", "--record", str(file), typed="0.39\nh\nh\n0.393\nv\nq\n") == 0
    told = json.loads(file.read_text(encoding="utf-8"))
    assert (told["format"], told["scenario"], told["update"], told["seed"]) == (1, "mazur", 1, 0)
    assert told["score"]["questions"] == len(told["questions"]) == 10
    answers = right_answers("mazur")
    assert {it["id"]: it["correct"] for it in told["questions"]} == answers
    tried = [it for it in told["questions"] if it["answers"] or it["shown"] or it["hints_used"]]
    assert tried
    assert sum(it["hints_used"] for it in told["questions"]) == 2
    assert sum(it["shown"] for it in told["questions"]) == 1
    # without answers there is nothing to record
    other = tmp_path / "none.json"
    quiz.json("mazur", "--record", str(other))
    assert not other.exists()


def test_the_dialogue(quiz: Program) -> None:
    """A wrong answer, a hint, a right one at the second try: half of the points."""
    asked = ("mazur", "--topic", "BP2", "--grain", "cell", "--count", "2")
    ids = [question["id"] for question in quiz.json(*asked)["questions"]]
    second = ["0.0116", "h", "?", "0,00995"]
    first = ["0.00877"]
    typed = second + first if ids[0] == "delta1-cell-2-1" else first + second
    assert quiz(*asked, typed="\n".join(typed) + "\n") == 0
    assert "That is the number one gets when W is used where Wᵀ belongs." in quiz.said
    assert "Hint 1 of 3: Look at w(h2→o1)" in quiz.said
    assert "2 of 2 right, 1.5 points." in quiz.said
    assert "    o1: 0.40  0.45" in quiz.said


@pytest.mark.parametrize("grain", ["sign", "shape"])
def test_what_is_given_has_its_digits_whatever_is_asked(quiz: Program, grain: str) -> None:
    """A sign has no digits; the numbers it is read off have. δ² is Mazur's own 0.1385, −0.0381."""
    assert quiz("mazur", "--topic", "BP2", "--grain", grain, "--count", "1") == 0
    assert "o1:  0.1385" in quiz.said
    assert "o2: −0.03810" in quiz.said


def test_a_single_number_is_given_on_one_line(quiz: Program) -> None:
    """With its name; a matrix whose columns have names says them, and has lines of its own."""
    assert quiz("nielsen-cross-entropy-a", "--grain", "cell", "--count", "9") == 0
    assert "  a⁰, 1×1 = 1\n  b¹, 1×1 = 0.9\n" in quiz.said
    assert "  W¹, 1×1; columns: from x1:\n    o1: 0.6\n" in quiz.said


def test_skipping_showing_and_stopping(quiz: Program) -> None:
    """What was shown brings nothing; a skipped question neither; an end of input ends it."""
    answers = list(right_answers("mazur").values())
    assert quiz("mazur", typed=f"s\nv\n{answers[2]}\nq\n") == 0
    assert f"The answer: {answers[1]}" in quiz.said
    assert "1 of 10 right, 1 points." in quiz.said
    assert quiz("mazur") == 0
    assert "0 of 10 right" in quiz.said
    assert quiz("mazur", typed="\n \n" + "9" * 5000 + "\n") == 0
    assert "0 of 10 right" in quiz.said


@pytest.mark.parametrize("name", ["mazur", "moons", "ng-ex4-regularised", "softmax-jacobian"])
def test_plain_ascii(quiz: Program, name: str) -> None:
    """With --ascii nothing else comes out, in either format."""
    typed = "h\nh\nh\n0.5\nv\n" * 10
    assert quiz(name, "--ascii", typed=typed) == 0
    assert quiz.said.isascii()
    assert quiz(name, "--ascii", "--format", "json") == 0
    assert quiz.said.isascii()
