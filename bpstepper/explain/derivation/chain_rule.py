"""The chain, read off a Program: what a number is a sum of products of, and derivative of what.

Kernels say in which terms a cell is computed (`Kernel.cell_rule`); here those terms are opened
through the operations of one equation, past transposes and other mere filings, until named
numbers are left. Which kinds of quantities are derivatives, and by what, is said by `Kind`. The
words and the order of a derivation are `derive`'s business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from bpstepper.engine.ops.kernels import Cell, Index, Term
from bpstepper.engine.run.trace import Operation, Quantity, Step, Trace
from bpstepper.engine.symbols import KINDS, Symbol, is_parameter, stem, words
from bpstepper.explain.naming import Naming
from bpstepper.explain.notation.letters import OWN, letters_of
from bpstepper.explain.notation.notation import Notation
from bpstepper.number_format import number

__all__ = [
    "Book",
    "Opened",
    "Place",
    "Route",
    "Summand",
    "fold",
    "of_cost",
    "routes_of",
]


class Place(NamedTuple):
    """One cell of one quantity."""

    quantity: Quantity
    cell: Index

    @property
    def value(self) -> float:
        """The number that stands there."""
        return float(self.quantity.value[self.cell])

    @property
    def kind(self) -> str:
        """The kind of its quantity."""
        return self.quantity.symbol.kind


class Summand(NamedTuple):
    """A signed product of cells."""

    sign: int
    factors: tuple[Place, ...]

    @property
    def value(self) -> float:
        """The product."""
        value = float(self.sign)
        for factor in self.factors:
            value *= factor.value
        return value


@dataclass(frozen=True)
class Opened:
    """What one cell is computed from.

    Attributes:
        summands: what it is the sum of; the arguments, one each, where it is a function of them.
        function: the function, or None.
        glue: what a page writes before, between and after a function's arguments.
        words: what the operation does.
    """

    summands: tuple[Summand, ...]
    function: Callable[[Sequence[float]], float] | None = None
    glue: tuple[str, ...] = ()
    words: str = ""


_Key = tuple[Symbol, Index]


class Book:
    """A trace, ready to be asked what its cells are made of and how they are called."""

    def __init__(self, trace: Trace, naming: Naming, notation: Notation = OWN) -> None:
        self.trace, self.naming = trace, naming
        network = naming.problem.network
        self.letters = letters_of(notation, network, network.depth)
        self.made: dict[Symbol, tuple[Step, Operation]] = {
            operation.result.symbol: (step, operation)
            for step in trace.steps
            for operation in step.operations
            # W without the bias that is folded in is a part of what is given, not a result
            if not is_parameter(operation.result.symbol)
        }
        self._by: dict[_Key, str] = {}
        self._opened: dict[_Key, Opened | None] = {}
        self._folded: dict[_Key, Folded[Summand]] = {}
        self._last: tuple[_Key, Cell] = ((Symbol("C"), (-1,)), Cell(()))

    # ── names ────────────────────────────────────────────────────────────────────────────────

    def name(self, place: Place) -> str:
        """A cell by its units: `w(h2→o1)`; a cell that is the same in every update, its number."""
        if self.is_constant(place):
            return number(place.value)
        return self.naming.cell(place.quantity, place.cell)

    def is_constant(self, place: Place) -> bool:
        """Whether a cell is the same in every update: a leading 1, the 0 of what stays."""
        made = self.made.get(place.quantity.symbol)
        return (
            made is not None
            and KINDS[place.kind].is_filing
            and not self._rule(place, made[1]).terms
        )

    def title(self, place: Place) -> str:
        """A cell by all its names: `δ(h2) = ∂C/∂z(h2)`."""
        short, long = self.name(place), self.derivative(place)
        return short if short == long else f"{short} = {long}"

    def by(self, place: Place) -> str:
        """What a derivative is taken with respect to: of `δ(h2)`, `z(h2)`."""
        key = (place.quantity.symbol, place.cell)
        if key not in self._by:  # asked for by every route that a cell lies on
            self._by[key] = self._called(KINDS[place.kind].by, place, 1)
        return self._by[key]

    def derivative(self, place: Place) -> str:
        """A derivative by its name: `∂C/∂z(h2)`; any other cell by its own."""
        row = KINDS[place.kind]
        if not row.of:
            return self.name(place)
        of = self._called(row.of, place, 0) if row.of == "a" else self.cost(row.of)
        return f"∂{of}/∂{self.by(place)}"

    def cost(self, own: str) -> str:
        """A cost by its name: `C`, or the part of it that `C_data` is."""
        return self.letters["C"] + own.removeprefix("C")

    def letter_by(self, place: Place) -> str:
        """The letter that a derivative is taken by, without its cell."""
        own = KINDS[place.kind].by
        symbol, naming = Symbol(own, place.quantity.symbol.layer), self.naming
        named = naming.stem(symbol, naming.problem.network.depth) if naming.stem else ""
        return named or (own if KINDS[own].role else stem(own))

    def words(self, symbol: Symbol) -> str:
        """What a person would say for a symbol, its layer counted as the notation does."""
        layer = symbol.layer
        return words(symbol._replace(layer=None if layer is None else self.letters.number(layer)))

    def _called(self, kind: str, place: Place, which: int) -> str:
        """The cell of another kind that stands where this one does.

        Of a Jacobian's two units `which` is the one meant: the result's (0) or the argument's (1).
        """
        quantity, index = place
        axes = quantity.axes
        if len(axes) == 3:
            axes, index = (axes[1 + which], axes[0]), (index[1 + which], index[0])
        symbol = Symbol(kind, quantity.symbol.layer)
        return self.naming.cell(quantity._replace(symbol=symbol, axes=axes), index)

    # ── what a cell is made of ───────────────────────────────────────────────────────────────

    def at(self, key: Symbol, index: Index) -> Place:
        """A cell of a symbol of the update."""
        return Place(self.trace.quantity(key), index)

    def same(self, place: Place, other: Place) -> bool:
        """Whether two derivatives are taken by the same numbers, however they are filed."""
        first, second = KINDS[place.kind].by, KINDS[other.kind].by
        return bool(first and second) and self.level(place) == self.level(other)

    def level(self, place: Place) -> str:
        """Of a derivative: the role of what it is taken by, such as "parameter", or that itself."""
        by = KINDS[place.kind].by
        return KINDS[by].role or by

    def unfiled(self, place: Place) -> Place:
        """The cell that this one is another filing of; itself where it is none."""
        while True:
            made = self.made.get(place.quantity.symbol)
            if made is None:
                return place
            rule = self._rule(place, made[1])
            terms = rule.terms
            plain = rule.function is None and len(terms) == 1 and terms[0].sign > 0
            if not plain or len(terms[0].cells) != 1:
                return place
            which, at = terms[0].cells[0]
            inner = Place(made[1].operands[which], at)
            if not KINDS[place.kind].is_filing and not self.same(place, inner):
                return place
            place = inner

    def opened(self, place: Place) -> Opened | None:
        """What a cell is computed from, within its own equation; None for what is given."""
        key = (place.quantity.symbol, place.cell)
        if key not in self._opened:
            self._opened[key] = self._open(place)
        return self._opened[key]

    def _open(self, place: Place) -> Opened | None:
        made = self.made.get(place.quantity.symbol)
        if made is None:
            return None
        step, operation = made
        rule, kernel = self._rule(place, operation), operation.kernel
        if rule.function is not None:
            arguments = tuple(
                Summand(term.sign, tuple(self.unfiled(c) for c in self._cells(operation, term)))
                for term in rule.terms
            )
            glue = kernel.around or (f"{self.letters.function(kernel.sign)}(", ")")
            return Opened(arguments, rule.function, glue, self.letters.formula(kernel.words))
        return Opened(tuple(self._summands(place, operation, step)), words=kernel.words)

    def _rule(self, place: Place, operation: Operation) -> Cell:
        key = (place.quantity.symbol, place.cell)
        if key != self._last[0]:  # asked for again at once, and long for a long sum
            shapes = [operand.value.shape for operand in operation.operands]
            self._last = (key, operation.kernel.cell_rule(place.cell, shapes))
        return self._last[1]

    def folded(self, place: Place, opened: Opened, room: int) -> Folded[Summand]:
        """The summands of a cell, the smaller ones folded; worked out once."""
        key = (place.quantity.symbol, place.cell)
        if key not in self._folded:
            self._folded[key] = fold(opened.summands, room)
        return self._folded[key]

    def _cells(self, operation: Operation, term: Term) -> list[Place]:
        return [Place(operation.operands[which], at) for which, at in term.cells]

    def _summands(self, place: Place, operation: Operation, step: Step) -> list[Summand]:
        found = []
        shut = [self._is_shut(operand, step) for operand in operation.operands]
        for term in self._rule(place, operation).terms:
            if all(shut[which] for which, _ in term.cells):  # all but always; there may be many
                found.append(Summand(term.sign, tuple(self._cells(operation, term))))
                continue
            products = [Summand(term.sign, ())]
            for cell in self._cells(operation, term):
                inner = self._inside(cell, step, alone=len(term.cells) == 1)
                products = [
                    Summand(one.sign * other.sign, one.factors + other.factors)
                    for one in products
                    for other in inner
                ]
            found += products
        return found

    def _inside(self, place: Place, step: Step, alone: bool) -> list[Summand]:
        """A factor, opened where it has no name of its own in its equation."""
        shut = [Summand(1, (place,))]
        if self._is_shut(place.quantity, step):
            return shut
        own, operation = self.made[place.quantity.symbol]
        rule = self._rule(place, operation)
        if rule.function is not None or (len(rule.terms) > 1 and not alone):
            return shut  # a function keeps its name, and so does a sum that is multiplied
        return self._summands(place, operation, own if KINDS[place.kind].is_filing else step)

    def _is_shut(self, quantity: Quantity, step: Step) -> bool:
        """Whether a quantity keeps its name in this equation: it is given, or made elsewhere."""
        made, row = self.made.get(quantity.symbol), KINDS[quantity.symbol.kind]
        if made is None:
            return True
        return not row.is_filing and (bool(row.of) or made[0] is not step)


class Route(NamedTuple):
    """One way from a number to C: the derivative of C at its next stop, and that stop's own."""

    gradient: Place
    local: Summand

    @property
    def numbers(self) -> tuple[Place, float]:
        """The two factors, of the second its value."""
        return self.gradient, self.local.value

    @property
    def value(self) -> float:
        """Their product."""
        return self.gradient.value * self.local.value


def of_cost(place: Place) -> bool:
    """Whether a cell is a derivative of a cost."""
    return KINDS[place.kind].is_of_cost


def routes_of(opened: Opened) -> list[Route]:
    """The summands of a derivative as routes: each has one derivative of C among its factors."""
    routes = []
    for summand in opened.summands:
        at = next(i for i, factor in enumerate(summand.factors) if of_cost(factor))
        rest = summand.factors[:at] + summand.factors[at + 1 :]
        routes.append(Route(summand.factors[at], Summand(summand.sign, rest)))
    return routes


class _Sized(Protocol):
    """What has a value."""

    @property
    def value(self) -> float: ...


_S = TypeVar("_S", bound=_Sized)


class Folded(NamedTuple, Generic[_S]):
    """A sum with only its largest summands shown.

    Attributes:
        shown: those, in their own order.
        others: how many are not shown.
        together: what these add up to.
    """

    shown: Sequence[_S]
    others: int
    together: float


def fold(items: Sequence[_S], room: int) -> Folded[_S]:
    """A sum on `room` lines, one of them for what the others are together."""
    if len(items) <= room:
        return Folded(items, 0, 0.0)
    values = [item.value for item in items]
    sizes = [math.inf if math.isnan(value) else abs(value) for value in values]
    chosen = sorted(sorted(range(len(items)), key=lambda i: -sizes[i])[: room - 1])
    shown = set(chosen)
    together = sum(value for i, value in enumerate(values) if i not in shown)
    return Folded([items[i] for i in chosen], len(items) - len(chosen), together)
