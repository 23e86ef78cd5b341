"""Narration: every step in sentences, and every number in them the trace's."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.engine.run.trace import Quantity
from bpstepper.session import Cursor, Level, Session
from bpstepper.spoken import quantities
from bpstepper.spoken.narration import narrate, narrate_number, narrate_why
from tests.portable import assert_same
from tests.scenes import ASKED, BUNDLED, HARD, at, everywhere, opened, operations, some
from tests.spoken.test_mathematics import heard

NARRATED = Path(__file__).resolve().parent / "goldens" / "mazur-delta1.txt"
EXPONENT = r"(?: times 10 to the (?:minus )?\d+)?"
NUMBER = rf"(?:minus )?(?:\d+(?:\.\d+)?{EXPONENT}|infinity)|not a number"
BOXES = re.compile("[─-╿▀-▟⎡-⎦▸]")


def lines(session: Session, digits: int = 4) -> list[str]:
    """What is told here."""
    return list(narrate(session, RenderOptions(digits=digits)))


def names() -> list[str]:
    """All scenarios, those that are hard among them."""
    return [*BUNDLED, *HARD]


def last_numbers(line: str) -> list[float]:
    """The number that ends each piece of a line, as in `Row h1: to o1 0.4, to o2 0.5`."""
    found = (re.search(rf"(?:^| )({NUMBER})$", piece) for piece in line.rstrip(".").split(", "))
    return [heard(match[1]) for match in found if match]


def close(told: list[float], values: np.ndarray) -> bool:
    """Whether these are the values, one by one, as far as 15 digits tell."""
    flat = np.asarray(values, dtype=float).ravel()
    return len(told) == flat.size and np.allclose(told, flat, rtol=1e-13, atol=0, equal_nan=True)


def told_to_the_end(quantity: Quantity) -> bool:
    """Whether a matrix is so small that every number of it is told."""
    value = quantity.value
    vector = value.ndim == 2 and 1 in value.shape
    return value.ndim == 2 and value.size <= 24 and max(value.shape[-1], vector * value.size) <= 8


# ── what is told ─────────────────────────────────────────────────────────────────────────────


def test_a_step_reads_well() -> None:
    """The golden text: BP2 of Mazur's network, to be read as one would hear it."""
    told = "\n".join(narrate(opened("mazur").go("delta1"))) + "\n"
    assert_same(told, NARRATED.read_text(encoding="utf-8"), NARRATED.name)


@pytest.mark.parametrize("name", names())
def test_everything_can_be_narrated(name: str) -> None:
    """At every place of update 1: lines that are safe to print, without boxes or columns."""
    places = some(opened(name), 60) if name in HARD else list(everywhere(opened(name)))
    for place in places:
        told = [*lines(place), *narrate_number(place), *narrate_why(place, answers=True)]
        assert told
        for line in told:
            assert line
            assert line.isprintable()
            assert line == line.strip()
            assert not BOXES.search(line)
            assert "   " not in line


@pytest.mark.parametrize("name", names())
def test_ascii_is_ascii(name: str) -> None:
    """For a C locale nothing but ASCII is told, whatever the names."""
    look = RenderOptions(charset=ASCII)
    for place in some(opened(name), 20):
        for told in (narrate(place, look), narrate_why(place, look, answers=True)):
            assert all(line.isascii() and line.isprintable() for line in told)


@pytest.mark.parametrize("name", BUNDLED)
def test_signs_are_words(name: str) -> None:
    """At the steps of the bundled scenarios only names and foreign words are more than ASCII."""
    for place in operations(opened(name)):
        for line in lines(place):
            assert not re.search("[∂δσΣ⊙ᵀ−×·⁰¹²³₁₂′½√η←]", line), line


@pytest.mark.parametrize("name", names())
def test_where_we_are_comes_first(name: str) -> None:
    """The first line has the update, the phase, the step's number and the law."""
    session = at(opened(name), 1, 0)
    for step in session.trace.steps[:40]:
        first = lines(at(session, 1, step.index))[0]
        where = f"Update 1, {step.equation.phase}, step {step.index + 1} of {len(session.trace)}: "
        assert first.startswith(f"{where}{step.equation.law}, ")


def test_levels() -> None:
    """A phase lists its steps, a step its parts, an operation itself, an element one number."""
    step = opened("mazur").go("delta1")
    phase = lines(step.out())
    assert phase[0] == "Update 1, the phase backward: 2 of 13 steps."
    assert [line[:11] for line in phase[1:]] == ["Step 6, BP1", "Step 7, BP2"]
    assert sum(line.startswith("Part ") for line in lines(step)) == 2
    operation = lines(step.into().next())
    assert "Operation 2 of 4: back along the wires: add the routes." in operation
    assert not any("slope at z1, 2 by 1" in line for line in operation)
    element = lines(step.into().next().into().next())
    assert "Number 2 of 2 of grad C by a1." in element
    assert not any(line.startswith(("Row", "Result")) for line in element)


def test_the_lesson_is_told() -> None:
    """Questions are asked at their step; answers only where they are wanted."""
    here = opened("mazur").go("delta1")
    question = "Question: h1 feeds two outputs. How many terms does grad C by a1 of h1 have"
    answer = "Answer: Two: 0.40 times delta of o1"
    assert any(line.startswith(question) for line in lines(here))
    for answers in (False, True):
        told = list(narrate_why(here, answers=answers))
        assert any(line.startswith(question) for line in told)
        assert any(line.startswith(answer) for line in told) == answers


def test_what_is_not_finite_is_told() -> None:
    """A number that overflowed is a word, with the operation that made it."""
    told = [line for place in operations(opened("huge")) for line in lines(place)]
    assert any("infinity" in line for line in told)
    assert any("overflowed" in line for line in told)
    values = np.array([[1.0, np.inf, -2.0], [np.nan, 0.0, 0.5]])
    assert quantities._range(values, RenderOptions()) == "from minus 2 to 1, 2 of them not finite"
    assert quantities._range(values * np.nan, RenderOptions()) == "no number is finite"


# ── every number is the trace's ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", names())
def test_the_result_is_told_cell_by_cell(name: str) -> None:
    """Each cell of a small result has its line, in order, with the value of the trace."""
    for place in some(at(opened(name), 1, 0), 60):
        if place.at_start or place.result.value.size > 12:
            continue
        told = lines(place, digits=15)
        end = next(i for i, line in enumerate(told) if line.startswith("This number: "))
        cells = told[end - place.result.value.size : end]
        assert close([last_numbers(line)[-1] for line in cells], place.result.value), cells
        if place.result.value.size > 1:
            assert len(set(cells)) == len(cells)


@pytest.mark.parametrize("name", [name for name in names() if name not in ("names", "markup")])
def test_the_operands_are_told_row_by_row(name: str) -> None:
    """Every number of an operation's small operands is told, in order; a big one's are its own."""
    places = [place for place in operations(opened(name)) if place.cursor.operation is not None]
    for place in places[:: 1 + len(places) // 60]:
        told = lines(place, digits=15)
        equation = next(i for i, line in enumerate(told) if line.startswith("Equation: "))
        stop = next(
            i
            for i, line in enumerate(told)
            if i > equation and line.startswith(("Computed", "Result", "This"))
        )
        body = told[equation + 1 : stop]
        operands = list({operand.key: operand for operand in place.operation.operands}.values())
        if all(told_to_the_end(operand) for operand in operands):
            rows = [line.partition(": ")[2] for line in body if ": " in line]
            numbers = [x for row in rows for x in last_numbers(row)]
            assert close(numbers, np.concatenate([o.value.ravel() for o in operands])), body
        known = np.concatenate([operand.value.ravel() for operand in operands])
        with np.errstate(over="ignore"):
            for line in body:
                for x in last_numbers(line.partition(": ")[2]):
                    assert np.isclose(known, x, rtol=1e-13, atol=0, equal_nan=True).any(), line


def test_a_big_matrix_is_told_by_its_range() -> None:
    """Of 784 columns the first four, of 100 rows the first three, and the smallest and largest."""
    place = at(opened("wide"), 1, 0)
    weights = place.trace["W1"]
    told = lines(place, digits=15)
    head = next(line for line in told if line.startswith("W1, 100 by 784"))
    ends = re.fullmatch(rf"W1, 100 by 784, from ({NUMBER}) to ({NUMBER})\.", head)
    assert ends is not None
    assert close([heard(end) for end in ends.groups()], np.array([weights.min(), weights.max()]))
    start = told.index(head)
    for i in range(3):
        row = told[start + 1 + i]
        assert row.endswith(", and 780 more.")
        assert close(last_numbers(row.removesuffix(", and 780 more.")), weights[i, :4])
    assert told[start + 4] == "And 97 more rows."
    assert sum(map(len, told)) < 6000


@pytest.mark.parametrize("name", [*BUNDLED, "batches", "penalty", "adam", "softmax-batch"])
def test_the_calculation_comes_out(name: str) -> None:
    """Whoever follows with a calculator gets the value: factors to terms, terms to sums.

    Every cell that is named is told with its value in all digits, first of all this number.
    """
    for place in operations(opened(name)):
        told = list(narrate_number(place, RenderOptions(digits=15)))
        value = float(place.result.value[place.cell])
        exactly = re.fullmatch(rf"This number: .* is ({NUMBER})\.", told[0])
        assert exactly is not None
        assert heard(exactly[1]) == value
        assert any(number == pytest.approx(value) for number in last_numbers(told[-1]))
        total, terms = 0.0, 0
        for before, line in pairwise(told):
            if line.startswith("Term "):
                product = _product(line)
                total, terms = total + product, terms + 1
            elif line.startswith("The sum is "):
                folded = re.fullmatch(r"And \d+ more, smaller\.", before)
                assert terms == 8 if folded else terms <= 8
                right = pytest.approx(total, rel=1e-9, abs=1e-15)
                assert folded or last_numbers(line)[-1] == right
                total, terms = 0.0, 0


def test_of_many_terms_the_largest_are_told() -> None:
    """A sum of 784 products: eight of them, in order, none left out that is larger."""
    place = at(opened("wide"), 1, 0)
    trace = place.trace
    terms = trace["W1"][0, :] * trace["x"][:, 0]
    told = list(narrate_number(place, RenderOptions(digits=15)))
    shown = [line for line in told if line.startswith("Term ")]
    numbers = [int(line.split()[1].rstrip(":")) - 1 for line in shown]
    assert numbers == sorted(np.argsort(-np.abs(terms), kind="stable")[:8])
    assert [_product(line) for line in shown] == pytest.approx(list(terms[numbers]))
    assert "And 776 more, smaller." in told


def _product(line: str) -> float:
    """A term's value from its factors; where it says what they make, it is right."""
    text = line.partition(": ")[2].rstrip(".")
    text, said, made = text.partition(", is ")
    sign = -1.0 if text.startswith("minus ") else 1.0
    factors = [last_numbers(factor)[-1] for factor in text.split(", times ")]
    product = sign * float(np.prod(factors))
    assert not said or heard(made) == pytest.approx(product, rel=1e-9, abs=1e-300)
    return product


def test_names_go_with_their_numbers() -> None:
    """Each cell that is named has the value of that wire or unit, in every layout."""
    wire = re.compile(rf"(?<!by )w from ([hi]\d) to ([ho]\d), ({NUMBER})")
    unit = re.compile(rf"delta of ([ho]\d), ({NUMBER})")
    count = 0
    for layout in ("column", "row", "torch"):
        session = opened("mazur", layout)
        trace = at(session, 1, 0).trace
        for place in operations(session):
            if place.step.equation.phase not in ("forward", "backward"):
                continue
            for line in narrate_number(place.next_cell(), RenderOptions(digits=15)):
                for low, high, said in wire.findall(line):
                    matrix = trace["W1" if low[0] == "i" else "W2"]
                    matrix = matrix.T if layout == "row" else matrix
                    assert heard(said) == pytest.approx(matrix[int(high[1]) - 1, int(low[1]) - 1])
                    count += 1
                for name, said in unit.findall(line):
                    delta = trace["delta1" if name[0] == "h" else "delta2"].ravel()
                    assert heard(said) == pytest.approx(delta[int(name[1]) - 1])
                    count += 1
    assert count > 30


@pytest.mark.parametrize("name", ASKED)
def test_each_number_of_a_result_can_be_told(name: str) -> None:
    """Going from number to number tells each once, under a name of its own, and comes round."""
    place = at(opened(name), 1, len(at(opened(name), 1, 0).trace) // 2)
    first = next(narrate_number(place))
    told = [first]
    for _ in range(place.result.value.size - 1):
        place = place.next_cell()
        told.append(next(narrate_number(place)))
    assert len({line.partition(" is ")[0] for line in told}) == len(told)
    assert next(narrate_number(place.next_cell())) == first


def test_digits_are_those_asked_for() -> None:
    """More digits are told where more are wanted, the same words otherwise."""
    here = opened("mazur").go("delta1")
    few, many = lines(here, 3), lines(here, 9)
    assert "delta of h1 is 0.00877." in few
    assert "delta of h1 is 0.00877135469." in many
    assert [re.sub(NUMBER, "#", line) for line in few] == [
        re.sub(NUMBER, "#", line) for line in many
    ]


def test_every_step_differs() -> None:
    """No two places of an update sound the same."""
    told = ["\n".join(lines(place)) for place in operations(opened("mazur"))]
    assert all(one != other for one, other in pairwise(told))


def test_elements_of_every_shape() -> None:
    """At the level of elements every kind of result is told, single numbers and Jacobians, too."""
    for name in ("softmax-jacobian", "penalty"):
        for place in operations(opened(name)):
            at_element = replace(place, cursor=place.cursor._replace(level=Level.ELEMENT))
            if isinstance(place.cursor, Cursor) and place.cursor.operation is not None:
                assert any(line.startswith("Number 1 of ") for line in lines(at_element))
