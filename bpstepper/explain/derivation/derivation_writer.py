"""The blackboard: how one number's derivation is written, line by line.

First what is to be found, as a sum over the routes to C; then each piece, down to what the forward
pass knows; then the pieces multiplied, and added up. What a cell is made of is read off the
Program (`chain_rule`); this module owns the order of the lines, what is folded away, and the few
words beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bpstepper.engine.compile.network import Loss
from bpstepper.engine.ops.kernels import Index
from bpstepper.engine.symbols import KINDS, Symbol
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.explain.derivation.chain_rule import (
    Book,
    Opened,
    Place,
    Route,
    Summand,
    fold,
    of_cost,
    routes_of,
)
from bpstepper.explain.derivation.formula_lines import DerivationLine, written
from bpstepper.explain.provenance import Factor, SpelledTerm
from bpstepper.number_format import number

__all__ = ["Blackboard"]

_SHOWN = 4  # summands that are written out; the others are folded into one line
_ZEROS = 3  # places where a weight does not stand that are written out
_ON_AND_ON = ("cost", "update")  # phases whose definitions lead on to other equations of the phase


@dataclass
class Blackboard:
    """The lines of one derivation.

    Attributes:
        book: the cells of the trace.
        loss: the scenario's.
        deepest: how many derivations may stand within each other.
        lines: what has been written.
        cut: whether something was left out because it stands too deep.
    """

    book: Book
    loss: Loss
    deepest: int
    lines: list[DerivationLine] = field(default_factory=list)
    cut: bool = False
    _done: set[tuple[Symbol, Index]] = field(default_factory=set)
    _told: set[object] = field(default_factory=set)

    def derive(self, place: Place) -> None:
        """The whole derivation of a cell; the last line has its value."""
        asked, place = place, self.book.unfiled(place)
        name, other = self.book.derivative(asked), self.book.derivative(place)
        if name != other:
            self._line(name, other, None, "the same number", 0)
        general = Symbol("delta_general", place.quantity.symbol.layer)
        if place.kind == _LETTER and general in self.book.trace:
            self._full(self.book.at(general, place.cell), 0, 0)
        self._full(place, 0, 0)

    def _full(self, place: Place, indent: int, depth: int) -> None:
        """Everything about a cell, ending in a line with its value."""
        self._done.add((place.quantity.symbol, place.cell))
        opened = self.book.opened(place)
        if opened is None:
            self._given(place, indent)
        elif self._is_chain(place, opened):
            self._chain(place, opened, indent, depth)
        else:
            self._definition(place, opened, indent, depth)

    def _brief(self, place: Place, indent: int, why: str) -> None:
        """One line with a cell's value and what it is made of, not how those came about."""
        self._done.add((place.quantity.symbol, place.cell))
        opened = self.book.opened(place)
        if opened is None:
            self._given(place, indent)
        elif not self._is_chain(place, opened):
            self._conclude(place, opened, indent, self._formula(opened), why)
        else:
            routes = routes_of(opened)
            terms = [self._product(place, *route.numbers) for route in routes]
            several = len(terms) > 1 or self._elsewhere(place, routes)
            formula = self._sum_sign(place, routes[0]) if several else _names(terms[0])
            if several and why == _LIKEWISE:
                formula = ""
            self._add(place, formula, place.value, why, indent, terms)

    def _inner(self, places: Iterable[Place], indent: int, depth: int) -> None:
        """The derivations of cells that another one needs: the first in full, its like briefly."""
        shown: set[str] = set()
        for place in places:
            cell = self.book.unfiled(place)
            if (cell.quantity.symbol, cell.cell) in self._done:
                continue
            if cell.kind in shown:
                self._brief(cell, indent, _LIKEWISE if self._goes_on(cell) else "")
            elif depth + 1 >= self.deepest and self._goes_on(cell):
                self.cut = True
                self._brief(cell, indent, "by the same lines again, one layer after the other")
            else:
                self._full(cell, indent, depth + 1)
            shown.add(cell.kind)

    def _goes_on(self, cell: Place) -> bool:
        """Whether the full derivation of a cell is more than its one line."""
        opened = self.book.opened(cell)
        if opened is None:
            return False
        return self._is_chain(cell, opened) or bool(self._needed(cell, opened.summands))

    # ── derivatives: the chain rule ──────────────────────────────────────────────────────────

    def _is_chain(self, place: Place, opened: Opened) -> bool:
        """Whether a cell is a derivative put together from other derivatives of C."""
        found = [any(of_cost(f) for f in summand.factors) for summand in opened.summands]
        return of_cost(place) and bool(found) and all(found)

    def _chain(self, place: Place, opened: Opened, indent: int, depth: int) -> None:
        routes = routes_of(opened)
        if self.book.same(place, routes[0].gradient):
            self._two_costs(place, opened, indent, depth)
            return
        elsewhere = self._elsewhere(place, routes)
        zeros = elsewhere if len(elsewhere) <= _ZEROS else elsewhere[: _ZEROS - 1]
        shown, others, together = fold(routes, _SHOWN)
        several = len(routes) + len(elsewhere) > 1
        level = self.book.level(place)
        told = {
            "v": self.book.by(place),
            "u": self.book.by(routes[0].gradient),
            "l": self.book.letters.number(routes[0].gradient.quantity.symbol.layer or 0),
            "samples": " and the samples s" if self.book.trace.program.batch > 1 else "",
        }
        if several:
            why = self._filled(_SEVERAL.get(level, _OTHERWISE)).format(**told)
            self._add(place, self._sum_sign(place, routes[0]), None, why, indent)
        else:
            formula = _names(self._product(place, *routes[0].numbers))
            self._add(
                place, formula, None, self._filled(self._once(_ALONE, level)).format(**told), indent
            )
        self._locals(place, shown, indent + 1)
        hidden = routes[0].gradient.quantity.value.size - len(routes) - len(zeros)
        for zero in zeros:
            why = f"{told['v']} is not in {self.book.by(zero)}"
            self._line(self._local_name(place, zero), "0", 0.0, why, indent + 1)
        if elsewhere and hidden:
            name = f"… {hidden} more"
            self._line(name, "0", 0.0, f"{told['v']} is in none of them", indent + 1)
        self._inner((route.gradient for route in shown), indent + 1, depth)
        products = [self._product(place, *route.numbers) for route in shown]
        if not several:
            self._add(place, self._letter(place), place.value, "", indent, products)
            return
        # no route at all, so 0 whatever the other factor is, infinity too
        products += [replace(self._product(place, zero, 0.0), value=0.0) for zero in zeros]
        for product in products:
            self._line(_names(product), "", product.value, "", indent + 1, [product])
        sums = [_summed(product) for product in products]
        if others:
            sums.append(self._rest(f"… {others} more routes, together", together, indent + 1))
        self._add(place, "the sum", place.value, "", indent, sums)

    def _two_costs(self, place: Place, opened: Opened, indent: int, depth: int) -> None:
        """A derivative of C that is the sum of those of two costs."""
        parts = [factor for summand in opened.summands for factor in summand.factors]
        terms = [SpelledTerm("", 1, (self._factor(p),), p.value) for p in parts]
        formula = " + ".join(factor.name for term in terms for factor in term.factors)
        costs = " and ".join(self.book.cost(KINDS[part.kind].of) for part in parts)
        self._add(place, formula, None, f"{self.book.cost('C')} is the sum of {costs}", indent)
        self._inner(parts, indent + 1, depth)
        self._add(place, "", place.value, "", indent, terms)

    def _factor(self, place: Place) -> Factor:
        return Factor(self.book.derivative(place), place.value)

    def _local_name(self, place: Place, gradient: Place) -> str:
        return f"∂{self.book.by(gradient)}/∂{self.book.by(place)}"

    def _product(self, place: Place, gradient: Place, local: float) -> SpelledTerm:
        """One route: the derivative of C at the next stop, times the next stop's own."""
        own = Factor(self._local_name(place, gradient), local)
        return SpelledTerm("", 1, (self._factor(gradient), own), gradient.value * local)

    def _sum_sign(self, place: Place, route: Route) -> str:
        """`Σ ∂C/∂z(k) × ∂z(k)/∂a(h2)`: k for the units, and the sample where there are several."""
        quantity, index = route.gradient
        level, by = self.book.level(place), self.book.letter_by(route.gradient)
        parts = ["k"]
        for axis, i in zip(quantity.axes, index, strict=True):
            if axis.kind == "samples" and axis.size > 1:
                parts.append("s" if level == "parameter" else self.book.naming.sample(i))
        stop = f"{by}({', '.join(parts)})"
        return f"Σ ∂{self.book.cost('C')}/∂{stop} × ∂{stop}/∂{self.book.by(place)}"

    def _filled(self, text: str) -> str:
        """A text in the letters of the book; what else stands in braces stays."""
        return text.replace("{C}", self.book.letters["C"]).replace("{z}", self.book.letters["z"])

    def _elsewhere(self, place: Place, routes: Sequence[Route]) -> list[Place]:
        """The z of the same sample that a parameter does not stand in: no routes."""
        first = routes[0].gradient
        if self.book.level(place) != "parameter" or self.book.level(first) != "weighted_input":
            return []
        taken = {route.gradient.cell for route in routes}
        axes = first.quantity.axes
        units = next(i for i, axis in enumerate(axes) if axis.kind == "units")
        cells = (
            tuple(k if axis == units else i for axis, i in enumerate(first.cell))
            for k in range(axes[units].size)
        )
        return [Place(first.quantity, cell) for cell in cells if cell not in taken]

    def _locals(self, place: Place, routes: Sequence[Route], indent: int) -> None:
        """What the next stop changes by, for each route: `∂z(o1)/∂w(h2→o1) = a(h2)`."""
        level, v = self.book.level(place), self.book.by(place)
        for position, route in enumerate(routes):
            name, u = self._local_name(place, route.gradient), self.book.by(route.gradient)
            factors = route.local.factors
            if not factors:
                sign = route.local.sign
                how, one = ("added to", "1") if sign > 0 else ("subtracted from", "−1")
                term = SpelledTerm("", sign, (), route.local.value)
                why = f"{v} is {how} {u} as it is"
                self._line(name, one, route.local.value, why, indent, [term])
                continue
            opened = self.book.opened(factors[0]) if self._made_for(place, factors[0]) else None
            if opened is not None:
                terms = [self._spelled(summand) for summand in opened.summands]
                formula, why = self._formula(opened), self._once(opened.words)
                self._line(name, formula, factors[0].value, why, indent, terms, opened)
                continue
            term = self._spelled(route.local)
            told = (
                f"in {u}, {v} is multiplied by {_names(term)}" if level != "weighted_input" else ""
            )
            why = "" if position else told
            self._line(name, _names(term), route.local.value, why, indent, [term])

    def _made_for(self, place: Place, factor: Place) -> bool:
        """Whether a factor is worked out within the equation of `place`, as a slope is."""
        made = self.book.made.get(factor.quantity.symbol)
        return made is not None and made[0] is self.book.made[place.quantity.symbol][0]

    def _letter(self, place: Place) -> str:
        """The book's letter for a derivative, where it has one."""
        short, long = self.book.name(place), self.book.derivative(place)
        return short if place.kind == _LETTER and short != long else ""

    # ── definitions ──────────────────────────────────────────────────────────────────────────

    def _given(self, place: Place, indent: int) -> None:
        trace, symbol = self.book.trace, place.quantity.symbol
        why = "given"
        if symbol in trace.program.updates.values():
            before = trace.update - 1
            why = f"as update {before} left it" if before else "as it is at the start"
        name = self.book.name(place)
        term = SpelledTerm("", 1, (Factor(name, place.value),), place.value)
        self._line(name, "", place.value, f"{self.book.words(symbol)}: {why}", indent, [term])

    def _definition(self, place: Place, opened: Opened, indent: int, depth: int) -> None:
        long = opened.function is None and len(opened.summands) > _SHOWN
        folded = self.book.folded(place, opened, _SHOWN if long else len(opened.summands))
        shown = folded.shown
        needed, why = self._needed(place, shown), self._why(place, opened)
        if not needed and not long:
            self._conclude(place, opened, indent, self._formula(opened), why)
            return
        self._add(place, self._formula(opened), None, why, indent)
        self._inner(needed, indent + 1, depth)
        if not long:
            self._conclude(place, opened, indent, "", "")
            return
        terms = [self._spelled(summand) for summand in shown]
        if len(needed) < len(terms):  # else each has had its line
            for term in terms:
                self._line(_names(term), "", term.value, "", indent + 1, [term])
        sums = [_summed(term) for term in terms]
        name = f"… {folded.others} more, together"
        sums.append(self._rest(name, folded.together, indent + 1))
        self._add(place, "the sum", place.value, "", indent, sums)

    def _conclude(self, place: Place, opened: Opened, indent: int, formula: str, why: str) -> None:
        """A definition's line with its numbers."""
        terms = [self._spelled(summand) for summand in opened.summands]
        if opened.function is None and len(terms) > _SHOWN:  # it has no line for each
            terms = [SpelledTerm("", 1, (Factor("", place.value),), place.value)]
        name = self.book.derivative(place)
        self._line(name, formula, place.value, why, indent, terms, opened)

    def _needed(self, place: Place, summands: Sequence[Summand]) -> list[Place]:
        """The cells of a definition that have a definition of their own here."""
        own, found = self.book.made[place.quantity.symbol][0], []
        for factor in (factor for summand in summands for factor in summand.factors):
            made = self.book.made.get(factor.quantity.symbol)
            if made is None or KINDS[factor.kind].of or self.book.is_constant(factor):
                continue
            on = own.equation.phase in _ON_AND_ON and made[0].equation.phase == own.equation.phase
            if made[0] is own or on:
                found.append(factor)
        return found

    def _why(self, place: Place, opened: Opened) -> str:
        """What is to be said of a definition: what it is or does, and what its constants are."""
        phase = self.book.made[place.quantity.symbol][0].equation.phase
        said = []
        if of_cost(place) and self.book.level(place) == "activation":
            share = f", and {self.book.cost('C')} takes {number(self.loss.factor)} of it"
            plain = self.loss.factor == 1 or len(opened.summands[0].factors) > 1
            reason = self.book.letters.fill(LOSSES[self.loss.name].slope_reason)
            said.append(reason + ("" if plain else share))
        elif place.kind == _LETTER:
            said.append(_COLLAPSED)
        elif opened.function is not None and phase != "update":
            said.append(opened.words)
        elif phase in _ON_AND_ON:
            said.append(self.book.words(place.quantity.symbol))
        for factor in (
            factor for summand in opened.summands[:_SHOWN] for factor in summand.factors
        ):
            symbol = factor.quantity.symbol
            given, name = symbol not in self.book.made and not factor.cell, self.book.name(factor)
            if given and symbol not in self._told and not name.isdigit():
                self._told.add(symbol)
                said.append(f"{name}: {self.book.words(symbol)}")
        return "; ".join(said)

    def _once(self, text: str, about: str = "") -> str:
        """A text that is said where it is first needed, and nothing afterwards."""
        said = (text, about) in self._told
        self._told.add((text, about))
        return "" if said else text

    def _formula(self, opened: Opened) -> str:
        summands = opened.summands
        if opened.function is None and len(summands) > _SHOWN:
            ends = [_names(self._spelled(summand)) for summand in (*summands[:2], summands[-1])]
            return f"{ends[0]} + {ends[1]} + … + {ends[2]}"
        terms = [self._spelled(summand) for summand in summands]
        return written(terms, opened.glue, [f.name for term in terms for f in term.factors])

    def _spelled(self, summand: Summand) -> SpelledTerm:
        factors = tuple(Factor(self.book.name(f), f.value) for f in summand.factors)
        return SpelledTerm("", summand.sign, factors, summand.value)

    # ── lines ────────────────────────────────────────────────────────────────────────────────

    def _add(
        self,
        place: Place,
        formula: str,
        value: float | None,
        why: str,
        indent: int,
        terms: Sequence[SpelledTerm] = (),
    ) -> None:
        self._line(self.book.derivative(place), formula, value, why, indent, terms)

    def _line(
        self,
        name: str,
        formula: str,
        value: float | None,
        why: str,
        indent: int,
        terms: Sequence[SpelledTerm] = (),
        opened: Opened | None = None,
    ) -> None:
        function, glue = (opened.function, opened.glue) if opened else (None, ())
        self.lines.append(
            DerivationLine(name, formula, value, why, indent, tuple(terms), glue, function)
        )

    def _rest(self, name: str, together: float, indent: int) -> SpelledTerm:
        """One line for the summands that are not shown, as a term of the sum."""
        term = SpelledTerm("", 1, (Factor(name, together),), together)
        self._line(name, "", together, "", indent, [term])
        return term


_LIKEWISE = "in the same way"
_COLLAPSED = "the loss's slope times the unit's, multiplied out"
_LETTER = KINDS["z"].gradient  # δ: the one derivative of C that has a letter of its own
_SEVERAL = {
    "parameter": "over the units k of layer {l}{samples}: "
    "each {z} could be a route from {v} to {C}",
    "activation": "over the units k of layer {l}: a wire leads from here to each of them",
    "weighted_input": "over the units k of layer {l}: {v} acts on all of them, since they share",
}
"""Why a derivative is a sum, by what it is taken with respect to."""
_OTHERWISE = "over all numbers of layer {l} that {v} goes into"
_ALONE = "{v} acts on {C} through {u} alone"


def _names(term: SpelledTerm) -> str:
    """A term with its factors' names."""
    return written((term,), (), [factor.name for factor in term.factors])


def _summed(term: SpelledTerm) -> SpelledTerm:
    """A term of a sum, once its own value is known."""
    return SpelledTerm("", 1, (Factor(_names(term), term.value),), term.value)
