"""A derivation: each line is what its numbers say, each derivative what moving a number shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.ops.kernels import AnyArray, Index
from bpstepper.engine.run.nudge import can_nudge, nudge
from bpstepper.engine.run.trace import Quantity, Trace
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.derivation.derive import Derivation, DerivationLine, derive
from bpstepper.explain.naming import Naming
from bpstepper.session import Session, start
from tests.portable import THOROUGH
from tests.scenes import BUNDLED, as_scenario, opened
from tests.strategies import Draft, drafts, examples

MADE_UP = ("batches", "penalty", "adam", "momentum", "softmax-batch", "starter")
BIG = ("wide", "deep", "moons")
CLOSE = 1e-12
MOST_LINES = 40


def at_update(name: str, update: int = 1, layout: str = "") -> Session:
    """A session at the first step of an update."""
    return opened(name, layout).next().to_update(update)


def cells(session: Session, most: int | None = None) -> Iterator[tuple[Quantity, Index]]:
    """Every cell of every quantity of the update; of large ones, so many spread over it."""
    trace = session.trace
    for symbol in trace.values:
        quantity = trace.quantity(symbol)
        indices = list(np.ndindex(*quantity.value.shape))
        for index in indices[:: 1 + len(indices) // (most or len(indices) + 1)]:
            yield quantity, index


def check(line: DerivationLine) -> None:
    """Whether a line's value is what its numbers say."""
    if line.value is None:
        assert not line.terms
        return
    for term in line.terms:
        product = term.sign * math.prod(factor.value for factor in term.factors)
        times_0 = any(factor.value == 0 for factor in term.factors)
        assert same(product, term.value) or (times_0 and term.value == 0)
    values = [term.value for term in line.terms]
    if line.function is not None:
        assert same(line.function(values), line.value, CLOSE)
    else:
        scale = sum(abs(value) for value in values)
        assert same(sum(values), line.value, CLOSE * max(scale, 1e-300))
    numbers = line.spelled(15, ascii=True)
    assert not numbers or "=" not in numbers


def same(first: float, second: float, within: float = 0.0) -> bool:
    """Whether two numbers are one, NaN being itself."""
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    return first == second or abs(first - second) <= max(within, CLOSE * abs(second))


def check_all(found: Derivation, value: float) -> None:
    """What holds for every derivation of a cell with this value."""
    assert found.lines
    assert found.title
    assert same(found.value, value)
    last = found.lines[-1].value
    assert last is not None
    assert same(last, value, CLOSE)
    for line in found.lines:
        check(line)
        assert line.name
        assert line.formula or line.numbers or line.value is not None
        assert line.indent >= 0
    assert found.lines[0].indent == found.lines[-1].indent == 0
    assert len(found.lines) <= MOST_LINES


# ── what holds for every number ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", [n for n in (*BUNDLED, *MADE_UP) if n not in BIG])
def test_every_line_is_what_its_numbers_say(name: str, layout: str) -> None:
    """For every quantity of the update: forward, backward, gradients and moves."""
    own = layout == opened(name).scenario.network.layout
    for update, most in ((1, 8), (3, 4)) if own or THOROUGH else ((3, 4),):
        session = at_update(name, update, layout)
        for quantity, index in cells(session, most=12 if THOROUGH else most):
            check_all(derive(session, quantity, index), float(quantity.value[index]))


@pytest.mark.parametrize("name", BIG)
def test_large_networks_have_short_derivations(name: str) -> None:
    """Long sums are folded, deep chains are cut, and the numbers still add up."""
    session = at_update(name)
    for position, (quantity, index) in enumerate(cells(session, most=1)):
        if position % 7 == 0 or quantity.key in ("grad_W1", "z1", "C", "delta1", "grad_b1"):
            check_all(derive(session, quantity, index), float(quantity.value[index]))


@given(drafts(), st.integers(0, 10_000))
@examples(20)
def test_every_line_is_what_its_numbers_say_in_any_network(draft: Draft, chance: int) -> None:
    """Every activation, loss, batch, layout, optimizer, folded or not; some cells of each."""
    session = start(as_scenario(draft.problem())).next()
    rng = np.random.default_rng(chance)
    for quantity, _ in cells(session, most=1):
        index = tuple(int(rng.integers(size)) for size in quantity.value.shape)
        check_all(derive(session, quantity, index), float(quantity.value[index]))


@given(drafts(extreme=True))
@examples(20)
def test_overflow_is_derived_like_anything_else(draft: Draft) -> None:
    """Infinity and NaN are numbers of the derivation, and no error."""
    session = start(as_scenario(draft.problem())).next()
    for quantity, index in cells(session, most=1):
        derive(session, quantity, index)


# ── derivatives against an oracle that knows of no derivatives ───────────────────────────────


def moved(trace: Trace, symbol: Symbol, cell: Index, by: float) -> Mapping[Symbol, AnyArray]:
    """The values of an update, computed with one cell of a symbol moved."""
    values: dict[Symbol, AnyArray] = dict(trace.values)
    changed = values[symbol].copy()
    changed[cell] += by
    values[symbol] = changed
    reached = {symbol}
    for op in trace.program.ops:
        if reached.intersection(op.operands) and op.result != symbol:
            values[op.result] = op.kernel(*(values[operand] for operand in op.operands))
            reached.add(op.result)
    return values


def named(session: Session) -> dict[str, tuple[Symbol, Index]]:
    """Every cell of the forward half by its name; of W and Wb, the one that is computed with."""
    trace = session.trace
    naming = Naming(session.scenario, trace.samples)
    found = {}
    for kind in ("y", "W", "b", "Wb", "x", "z", "a"):
        for symbol in (s for s in trace.values if s.kind == kind):
            quantity = trace.quantity(symbol)
            for index in np.ndindex(*quantity.value.shape):
                found[naming.cell(quantity, index)] = (symbol, index)
    return found


def on_a_kink(session: Session) -> bool:
    """Whether some weighted input is where its unit has no derivative, or close by."""
    trace = session.trace
    for number, layer in enumerate(session.scenario.network.layers, start=1):
        for kink in ACTIVATIONS[layer.activation].kinks:
            if (np.abs(trace[Symbol("z", number)] - kink) < 1e-3).any():
                return True
    return False


def check_derivatives(
    session: Session, found: Derivation, places: Mapping[str, tuple[Symbol, Index]]
) -> int:
    """Every ∂u/∂v and ∂C/∂v of a derivation against the change that moving v brings about.

    `places` are the cells by their names, as `named` finds them.
    """
    trace, checked = session.trace, 0
    for line in found.lines:
        of, _, by = line.name.partition("/∂")
        of = of.removeprefix("∂")
        if line.value is None or by not in places or " " in by.partition("(")[0] or " × " in by:
            continue
        symbol, index = places[by]
        if of in places:
            other, at = places[of]
            ends = [moved(trace, symbol, index, h)[other][at] for h in (1e-5, -1e-5)]
            slope, doubt = float(ends[0] - ends[1]) / 2e-5, 1e-5
        elif of == "C" and can_nudge(trace, symbol):
            shown = nudge(trace, symbol, index)
            slope, doubt = shown.slope - shown.bend, shown.doubt
        else:
            continue
        assert abs(slope - line.value) <= doubt + 1e-7 * abs(slope), (line, slope)
        checked += 1
    return checked


DERIVED = ("delta", "grad_W", "grad_b", "grad_Wb", "grad_a", "grad_x")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["mazur", "four-horsemen-3-4-2", "batches", "momentum",
                                  "softmax-batch", "softmax-jacobian"])  # fmt: skip
def test_every_derivative_is_what_moving_the_number_shows(name: str, layout: str) -> None:
    """Those of C by a nudge; those of one unit's z or a by running the forward half again."""
    session = at_update(name, 2, layout)
    assert not on_a_kink(session)
    checked, places = 0, named(session)
    for quantity, index in cells(session, most=6):
        if quantity.symbol.kind in DERIVED:
            checked += check_derivatives(session, derive(session, quantity, index), places)
    assert checked > 20


@given(drafts(), st.integers(0, 10_000))
@examples(30)
def test_derivatives_in_any_network(draft: Draft, chance: int) -> None:
    """The same for networks of every kind."""
    session = start(as_scenario(draft.problem())).next()
    if on_a_kink(session):
        return
    rng = np.random.default_rng(chance)
    places = named(session)
    for quantity, _ in cells(session, most=1):
        if quantity.symbol.kind in DERIVED:
            index = tuple(int(rng.integers(size)) for size in quantity.value.shape)
            check_derivatives(session, derive(session, quantity, index), places)


# ── one weight ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["mazur", "four-horsemen-3-4-2", "momentum", "xor-one-step"])
def test_a_weight_stands_in_one_z_only(name: str, layout: str) -> None:
    """Every z of the layer is a route that could be; all but one are shown as 0, or counted."""
    session = at_update(name, layout=layout)
    for quantity, index in cells(session):
        if quantity.symbol.kind not in ("grad_W", "grad_b", "grad_Wb"):
            continue
        layer = quantity.symbol.layer
        assert layer is not None
        units = session.scenario.network.sizes[layer]
        lines = [line for line in derive(session, quantity, index).lines if line.indent == 1]
        own = [line for line in lines if line.name.startswith("∂z(")]
        zeros = [line for line in own if line.formula == "0"]
        counted = sum(int(x.name.split()[1]) for x in lines if x.name.startswith("…"))
        assert len(own) - len(zeros) == 1
        assert len(zeros) + counted == units - 1
        assert all(line.value == 0 for line in zeros)
        assert all("is not in z(" in line.why for line in zeros)
        routes = [line for line in lines if line.name.startswith("∂C/∂z(") and " × " in line.name]
        assert len(routes) == (len(own) if units > 1 else 0)


def spelled(session: Session, key: str, index: Index) -> list[str]:
    """The lines of a derivation as text."""
    trace = session.trace
    found = derive(session, trace.quantity(trace.program.by_key[key]), index)
    lines = []
    for line in found.lines:
        parts = [line.name, line.formula, line.numbers]
        value = [] if line.value is None else [f"{line.value:.5g}"]
        text = " = ".join(part for part in (*parts, *value) if part)
        lines.append("  " * line.indent + text)
    return lines


def test_the_weight_of_the_lesson() -> None:
    """w(h2→o1) of Mazur's network, down to what the forward pass knows."""
    session = at_update("mazur")
    assert spelled(session, "grad_W2", (0, 1)) == [
        "∂C/∂w(h2→o1) = Σ ∂C/∂z(k) × ∂z(k)/∂w(h2→o1)",
        "  ∂z(o1)/∂w(h2→o1) = a(h2) = 0.59688",
        "  ∂z(o2)/∂w(h2→o1) = 0 = 0",
        "  ∂C/∂z(o1) = ∂C/∂a(o1) × ∂a(o1)/∂z(o1)",
        "    ∂a(o1)/∂z(o1) = σ′(z(o1)) = σ′(1.106) = 0.18682",
        "    ∂C/∂a(o1) = a(o1) − y(o1) = 0.7514 − 0.01 = 0.74137",
        "  ∂C/∂z(o1) = δ(o1) = 0.7414 × 0.1868 = 0.1385",
        "  ∂C/∂z(o1) × ∂z(o1)/∂w(h2→o1) = 0.1385 × 0.5969 = 0.082668",
        "  ∂C/∂z(o2) × ∂z(o2)/∂w(h2→o1) = −0.03810 × 0 = 0",
        "∂C/∂w(h2→o1) = the sum = 0.08267 + 0 = 0.082668",
    ]
    trace = session.trace
    found = derive(session, trace.quantity(Symbol("grad_W", 2)), (0, 1))
    assert (found.title, found.label) == ("∂C/∂w(h2→o1)", "w6")
    assert [line.why for line in found.lines if "is not in" in line.why] == [
        "w(h2→o1) is not in z(o2)"
    ]


def test_a_hidden_delta_adds_up_its_routes() -> None:
    """δ(h2): over the wires to the next layer, then the unit's own slope; the second δ in brief."""
    session = at_update("mazur")
    lines = spelled(session, "delta1", (1, 0))
    assert lines[0] == "∂C/∂z(h2) = ∂C/∂a(h2) × ∂a(h2)/∂z(h2)"
    assert "  ∂C/∂a(h2) = Σ ∂C/∂z(k) × ∂z(k)/∂a(h2)" in lines
    assert "    ∂z(o2)/∂a(h2) = w(h2→o2) = 0.55" in lines
    assert "    ∂C/∂z(o2) = ∂C/∂a(o2) × ∂a(o2)/∂z(o2) = −0.2171 × 0.1755 = -0.038098" in lines
    assert lines[-1] == "∂C/∂z(h2) = δ(h2) = 0.04137 × 0.2406 = 0.0099543"
    found = derive(session, session.trace.quantity(Symbol("delta", 1)), (1, 0))
    assert found.title == "δ(h2) = ∂C/∂z(h2)"


def test_a_bias_is_added_as_it_is() -> None:
    """∂z/∂b is 1."""
    assert "  ∂z(h1)/∂b(h1) = 1 = 1" in spelled(at_update("mazur"), "grad_b1", (0, 0))


def test_softmax_adds_up_over_its_outputs_before_it_collapses() -> None:
    """The general way first, then what is left of it."""
    lines = spelled(at_update("softmax-jacobian"), "delta1", (0, 0))
    assert lines[0] == "∂C/∂z(o1) = Σ ∂C/∂a(k) × ∂a(k)/∂z(o1)"
    assert "  ∂a(o2)/∂z(o1) = −a(o1) × a(o2) = −0.5 × 0.5 = -0.25" in lines
    assert lines[-2:] == [
        "∂C/∂z(o1) = the sum = 0 + 0.5 = 0.5",
        "∂C/∂z(o1) = a(o1) − y(o1) = 0.5 − 0 = 0.5",
    ]


def test_a_jacobian_says_what_changes_with_what() -> None:
    """Row: the output that changes; column: the z that it changes with."""
    session = at_update("softmax-jacobian")
    found = derive(session, session.trace.quantity(Symbol("jacobian", 1)), (0, 0, 1))
    assert found.title == "J(o1, o2) = ∂a(o1)/∂z(o2)"


def test_a_penalty_is_a_second_cost() -> None:
    """C is a sum of two, and so is its derivative."""
    lines = spelled(at_update("penalty"), "grad_W1", (0, 0))
    assert lines[0] == "∂C/∂w(x1→h1) = ∂C_data/∂w(x1→h1) + ∂C_l2/∂w(x1→h1)"
    assert lines[1].startswith("  ∂C_data/∂w(x1→h1) = Σ ∂C/∂z(k, s) × ∂z(k, s)/∂w(x1→h1)")
    assert lines[-2].startswith("  ∂C_l2/∂w(x1→h1) = λ/m × w(x1→h1) = 0.03333 × −0.1112")


def test_what_is_no_derivative_has_its_definition() -> None:
    """A weighted input, the cost, a move."""
    session = at_update("mazur")
    assert spelled(session, "z1", (0, 0)) == [
        "z(h1) = w(i1→h1) × a(i1) + w(i2→h1) × a(i2) + b(h1)"
        " = 0.15 × 0.05 + 0.2 × 0.1 + 0.35 = 0.3775"
    ]
    assert spelled(session, "C", ()) == [
        "C = c × Σ loss",
        "  Σ loss = loss(o1) + loss(o2)",
        "    loss(o1) = (y(o1) − a(o1))² = (0.01 − 0.7514)² = 0.54962",
        "    loss(o2) = (y(o2) − a(o2))² = (0.99 − 0.7729)² = 0.04712",
        "  Σ loss = 0.5496 + 0.04712 = 0.59674",
        "C = 0.5 × 0.5967 = 0.29837",
    ]
    assert spelled(session, "W2_next", (0, 1)) == [
        "new w(h2→o1) = w(h2→o1) − η × ∂C/∂w(h2→o1) = 0.45 − 0.5 × 0.08267 = 0.40867"
    ]
    assert spelled(session, "W1", (0, 0)) == ["w(i1→h1) = 0.15"]


def test_a_move_of_adam_goes_down_to_the_gradient() -> None:
    """Through both running means and their corrections."""
    lines = [line.strip() for line in spelled(at_update("adam", 2), "W1_next", (0, 0))]
    names = [line.partition("(")[0].strip() for line in lines]
    assert {"direction", "m̂", "new m", "v̂", "new v", "√v", "divisor"} <= set(names)
    assert sum("× ∂C/∂w(x1→h1)" in line for line in lines) == 1


def test_a_long_sum_shows_its_largest_terms() -> None:
    """784 inputs: three products, and the others together."""
    session = at_update("wide")
    z = session.trace.quantity(Symbol("z", 1))
    found = derive(session, z, (0, 0))
    assert [line.name.split(",")[0] for line in found.lines[-2:-1]] == ["… 782 more"]
    shown = [abs(line.value or 0) for line in found.lines[1:-2]]
    weights, inputs = session.trace["W1"][0], session.trace["x"][:, 0]
    assert sorted(shown) == sorted(np.abs(weights * inputs))[-len(shown) :]


def test_what_the_update_left_is_said() -> None:
    """A parameter is not derived within the update; it says whence it comes."""
    for update, why in ((1, "as it is at the start"), (4, "as update 3 left it")):
        session = at_update("mazur", update)
        (line,) = derive(session, session.trace.quantity(Symbol("W", 1)), (0, 0)).lines
        assert line.why.endswith(why)


@pytest.mark.parametrize("cell", [(), (0,), (2, 0), (0, -1), (0, 0, 0)])
def test_a_cell_that_is_not_there(cell: Index) -> None:
    """Told with the shape."""
    session = at_update("mazur")
    with pytest.raises(IndexError, match=r"delta1: expected a cell within \(2, 1\), got"):
        derive(session, session.trace.quantity(Symbol("delta", 1)), cell)


def test_a_quantity_of_another_network() -> None:
    """Told with what there is."""
    other = at_update("deep").trace
    with pytest.raises(KeyError, match="delta50 is not a symbol of this update"):
        derive(at_update("mazur"), other.quantity(Symbol("delta", 50)), (0, 0))
