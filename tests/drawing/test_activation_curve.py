"""A layer's curve: the function itself, with the units where they are, as far as that is known."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

import bpstepper
from bpstepper.drawing.charset import ASCII, UNICODE
from bpstepper.drawing.plots.activation_curve import draw_curve
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, line_width, plain
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.number_format import number
from bpstepper.session import Session, start
from tests.scenes import BUNDLED, HARD, at, opened, some, toml

NAMES = (*BUNDLED, *HARD)
SIZES = ((1, 1), (5, 3), (18, 6), (34, 8), (78, 18), (190, 45))
ELEMENTWISE = [name for name, row in ACTIVATIONS.items() if row.slope is not None]


def gauss(z: float) -> float:
    """Φ, the normal distribution's share below z."""
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


ORACLE: dict[str, Callable[[float], float]] = {
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: max(z, 0.01 * z),
    "elu": lambda z: z if z > 0 else math.expm1(z),
    "softplus": lambda z: math.log1p(math.exp(z)),
    "silu": lambda z: z / (1 + math.exp(-z)),
    "gelu": lambda z: z * gauss(z),
}


def drawn(
    session: Session, columns: int = 60, lines: int = 16, look: RenderOptions | None = None
) -> str:
    """The curve as text."""
    return "\n".join(map(plain, draw_curve(session, look or RenderOptions(), columns, lines)))


def one_unit(activation: str, weight: float) -> Session:
    """A network of one unit whose z is the weight, since its input is 1."""
    text = toml(1, 1, activation=activation, layer=f"weights = [[{weight}]]\nbiases = [0.0]")
    return start(bpstepper.loads(text.replace("input = [0.1]", "input = [1.0]"), "one.toml"))


class Plot:
    """A drawn curve read back: where its field is, from the labels at its edges alone."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        ends = self.lines[-2]
        self.left = len(ends) - len(ends.lstrip())
        self.right = len(ends.rstrip())
        labels = ends.split()
        self.low, self.high = (float(labels[i].replace("−", "-")) for i in (0, -1))
        self.rows = self.lines[1:-2]
        values = [
            row[: self.left].strip().replace("−", "-") for row in (self.rows[0], self.rows[-1])
        ]
        self.top, self.bottom = map(float, values)

    def z(self, column: int) -> float:
        """The z in the middle of a cell."""
        part = (column - self.left + 0.5) / (self.right - self.left)
        return self.low + (self.high - self.low) * part

    def row(self, value: float) -> float:
        """On which row of the field a value is."""
        return (self.top - value) / (self.top - self.bottom) * len(self.rows) - 0.5

    def find(self, sign: str) -> list[tuple[int, int]]:
        """Where a sign stands in the field: (row, column)."""
        return [
            (y, x)
            for y, row in enumerate(self.rows)
            for x, here in enumerate(row)
            if here == sign and x >= self.left
        ]


@pytest.mark.parametrize("name", NAMES)
def test_a_curve_has_exactly_the_size_that_was_asked_for(name: str) -> None:
    """Or is not there at all; in ASCII nothing but ASCII."""
    for session in some(opened(name), 5):
        for columns, lines in SIZES:
            for charset in (UNICODE, ASCII):
                found = draw_curve(session, RenderOptions(charset), columns, lines)
                assert [line_width(line) for line in found] in ([], [columns] * lines)
                texts = [plain(line) for line in found]
                assert all(text == clean(text) for text in texts)
                assert not charset.ascii or all(text.isascii() for text in texts)


def test_there_is_no_curve_where_units_depend_on_each_other() -> None:
    """Softmax has none, nor have the inputs, the cost and the start."""
    assert drawn(opened("softmax-jacobian").go("a1")) == ""
    assert drawn(opened("cs231n-neuron").go("grad_x")) == ""
    assert drawn(opened("mazur").go("C")) == ""
    assert drawn(opened("mazur")) == ""
    assert drawn(opened("mazur").go("a1")) != ""
    assert drawn(opened("mazur").go("a1"), 10, 4) == ""


def assert_holds(plot: Plot, function: Callable[[float], float]) -> None:
    """Each column of an ASCII curve has the function's value among its rows, or next to them."""
    curve: dict[int, list[int]] = {}
    for y, x in plot.find("-"):
        curve.setdefault(x, []).append(y)
    assert len(curve) > 0.9 * (plot.right - plot.left)
    for x, rows in curve.items():
        assert min(rows) - 1.5 <= plot.row(function(plot.z(x))) <= max(rows) + 1.5


@pytest.mark.parametrize("activation", ELEMENTWISE)
def test_the_curve_is_the_function(activation: str) -> None:
    """Read back from the picture, each column of it holds the function's value."""
    plot = Plot(drawn(one_unit(activation, -20.0).go("z1"), 70, 40, RenderOptions(ASCII)))
    assert plot.low <= -20
    assert_holds(plot, ORACLE[activation])


@pytest.mark.parametrize("activation", ELEMENTWISE)
@pytest.mark.parametrize("z", [-123.4, -7.5, -1.25, 0.0, 3.0, 40.0])
def test_a_unit_stands_at_its_z_and_its_value(activation: str, z: float) -> None:
    """Forward on the function, also where it lies far out."""
    plot = Plot(drawn(one_unit(activation, z).go("a1")))
    ((y, x),) = plot.find("●")
    cell = (plot.high - plot.low) / (plot.right - plot.left)
    # it ends where its labels say, at a round number a little farther out
    assert 1.1 * min(z, -6) <= plot.low <= min(z, -6)
    assert max(z, 6) <= plot.high <= 1.1 * max(z, 6)
    assert abs(plot.z(x) - z) <= cell
    assert abs(y - plot.row(ORACLE[activation](z))) <= 1


@pytest.mark.parametrize("activation", ELEMENTWISE)
def test_back_the_curve_is_the_slope_s(activation: str) -> None:
    """The unit stands as high as its function is steep, by a difference quotient."""
    function, z = ORACLE[activation], 1.25

    def slope(z: float) -> float:
        return (function(z + 1e-6) - function(z - 1e-6)) / 2e-6

    session = one_unit(activation, z)
    step = next(s for s in session.trace if any(o.result.key == "slope1" for o in s.operations))
    plot = Plot(drawn(at(session, 1, step.index), 50))
    ((y, _),) = plot.find("●")
    assert abs(y - plot.row(slope(z))) <= 1
    assert_holds(Plot(drawn(at(session, 1, step.index), 59, 30, RenderOptions(ASCII))), slope)


def test_nothing_is_marked_before_it_is_reached() -> None:
    """Before z no unit; with z one on the axis; with a one on the curve; the slope comes last."""
    session = opened("mazur").go("a1")
    before, weighted = at(session, 1, 0, 0), at(session, 1, 0)
    assert "●" not in drawn(before)
    plot = Plot(drawn(weighted))
    assert [y for y, _ in plot.find("●")] == [len(plot.rows) - 1]
    assert "0.5933" not in drawn(weighted)
    plot = Plot(drawn(one_unit("tanh", 3.0).go("z1")))
    assert [y for y, _ in plot.find("●")] == [len(plot.rows) - 1]
    plot = Plot(drawn(session))
    assert [y for y, _ in plot.find("●")] != [len(plot.rows) - 1]
    assert "slope" not in drawn(session)
    delta = session.go("delta1")
    assert "slope 0.2413" in drawn(delta)
    assert "slope" not in drawn(delta.into())


@pytest.mark.parametrize(("cell", "unit"), [((0, 0), 0), ((1, 0), 1)])
@pytest.mark.parametrize("symbol", ["delta1", "grad_W1", "grad_b1", "W1_next"])
def test_the_chosen_unit_is_told_in_numbers(symbol: str, cell: tuple[int, int], unit: int) -> None:
    """Its own z, a and slope; of a weight, those of the unit that the wire goes to."""
    session = opened("mazur").go(symbol)._to(cell=cell)
    told = drawn(session).split("\n")[-1]
    assert told.split()[0] == ("h1", "h2")[unit]
    for key in ("z1", "a1", "slope1"):
        assert number(session.trace[key][unit, 0]) in told


def test_all_units_of_a_small_layer_are_named() -> None:
    """The chosen one by a full dot, the others by an empty one."""
    text = drawn(opened("moons").go("a1"), 120, 40)
    assert text.count("●") == 1
    assert text.count("○") >= 5  # some share a cell
    assert all(f"h{unit}" in text for unit in range(1, 9))


def test_going_back_both_curves_stand_where_there_is_room() -> None:
    """The function with its tangent, and beside it the slope's."""
    session = opened("mazur").go("delta1")
    wide, narrow = drawn(session, 80), drawn(session, 34)
    assert "σ(z) = 1/(1 + e⁻ᶻ)" in wide
    assert "σ′(z) = σ(z)(1 − σ(z))" in wide
    assert "σ(z) = 1/(1 + e⁻ᶻ)" not in narrow
    assert "σ′(z) = σ(z)(1 − σ(z))" in narrow
    roles = {span.role for line in draw_curve(session, RenderOptions(), 80, 16) for span in line}
    assert "tangent" in roles


def test_a_unit_without_a_finite_z_is_not_marked() -> None:
    """Numbers beyond a float leave the curve alone."""
    for session in some(opened("huge"), 20):
        draw_curve(session, RenderOptions(), 60, 16)
    assert "inf" not in drawn(opened("huge").go("delta1"), look=RenderOptions(ASCII)).split("\n")[1]
