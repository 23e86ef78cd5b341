"""The builder: what the compiler writes a Program with.

It keeps the operations so far and what is known of their symbols, infers shapes as it goes, and
writes out each equation for its layer. Which operations an update consists of is `compiler`'s
business, and `updating`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.compile.symbol_spelling import BOOK, Spelling
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import Axes, Kernel
from bpstepper.engine.symbols import KINDS, Axis, Name, Symbol
from bpstepper.engine.tables.activations import Activation
from bpstepper.engine.tables.equations import EQUATIONS, Equation, write
from bpstepper.engine.tables.layers.layer_kind import LayerKind
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES, LossRule
from bpstepper.engine.tables.parameters import parts_of, whole_of

__all__ = ["ProgramBuilder", "gradient_scale", "loss_scale"]

_FACTORS = {0.5: "½", 1.0: "", 2.0: "2", 0.25: "¼"}


def loss_scale(problem: Problem, batch: int) -> float:
    """What stands before the sum of the losses in C: the factor, and the means' 1/m and 1/n."""
    scale = problem.loss.factor
    if problem.loss.samples == "mean":
        scale /= batch
    if problem.loss.outputs == "mean":
        scale /= problem.network.sizes[-1]
    return scale


def gradient_scale(problem: Problem, batch: int) -> float:
    """What stands before ∂loss/∂a in ∂C/∂a: `loss_scale` times what differentiating brings."""
    return loss_scale(problem, batch) * LOSSES[problem.loss.name].slope_factor


class ProgramBuilder:
    """One compilation: operations so far, and what is known of their symbols.

    Attributes:
        problem: what is compiled.
        batch: m.
        spelling: with which letters.
        layout: how products are written.
        rule: the loss's row.
        depth: L.
        folded: whether W and b are one matrix Wb.
        from_axis: along which axis of W the units stand that wires come from.
        updates: after → before, as `Program` keeps it.
    """

    def __init__(self, problem: Problem, batch: int, spelling: Spelling = BOOK) -> None:
        self.problem = problem
        self.batch = batch
        self.network = problem.network
        self.layout = LAYOUTS[self.network.layout]
        self.rule: LossRule = LOSSES[problem.loss.name]
        self.depth = self.network.depth
        self.folded = self.network.bias == "folded"
        self.spelling = spelling.for_folded() if self.folded else spelling
        self.from_axis = self.layout.weight_axes.index("from")
        self.axes: dict[Symbol, Axes] = {}
        self.updates: dict[Symbol, Symbol] = {}
        self._ops: list[Op] = []
        self._names: dict[Symbol, Name] = {}

    def program(self) -> Program:
        """What has been written."""
        return Program(
            ops=tuple(self._ops),
            axes=self.axes,
            names=self._names,
            layout=self.layout,
            batch=self.batch,
            updates=self.updates,
            parts=self._parts(),
        )

    @property
    def is_penalised(self) -> bool:
        """Whether large weights cost something."""
        return self.problem.loss.l2 > 0

    def activation(self, layer: int) -> Activation:
        """The activation of a layer, from 1."""
        return self.network.layer(layer).function

    def kind(self, layer: int) -> LayerKind:
        """The row of a layer's kind, from 1."""
        return LAYER_KINDS[self.network.layer(layer).kind]

    def of_samples(self, units: Axis, samples: Axis) -> Axes:
        """Units × samples, as the layout turns them."""
        return (units, samples) if self.layout.units_axis == 0 else (samples, units)

    def declare(self, symbol: Symbol, axes: Axes, name: Name | None = None) -> Symbol:
        """Make a symbol known, with its axes and its name."""
        self.axes[symbol] = axes
        own = symbol.kind in self.spelling.kinds
        self._names[symbol] = name if name and not own else self.spelled(symbol)
        return symbol

    def spelled(self, symbol: Symbol) -> Name:
        """How a symbol is written, known or not."""
        return self.spelling.name(symbol, self.glyph(symbol.layer or 0), self.depth)

    def glyph(self, layer: int) -> Name:
        """The sign of a layer's activation; the inputs have none of their own."""
        if layer == 0:
            return Name("f", "f")
        glyph = self.activation(layer).glyph
        return self.spelling.functions.get(glyph.text, glyph)

    def name(self, symbol: Symbol) -> Name:
        """How a symbol that is known is written."""
        return self._names[symbol]

    def declare_inputs(self) -> None:
        """Make known what an update starts from: samples and parameters."""
        samples = Axis("samples", None, self.batch)
        self.declare(Symbol("x"), self.of_samples(self._units(0), samples))
        for layer in range(1, self.depth + 1):
            for kind in self.kind(layer).stored(self.folded):
                self.declare(Symbol(kind, layer), self._parameter_axes(kind, layer))
        counted = Name("counted", r"\mathbf{1}") if self.rule.targets == "none" else None
        self.declare(Symbol("y"), self.of_samples(self._units(self.depth), samples), counted)

    def _units(self, layer: int) -> Axis:
        return Axis("units", layer, self.network.sizes[layer])

    def _wires(self, layer: int, with_bias: bool = False) -> Axes:
        """The axes of a weight matrix; with a bias, one more unit at the end they come from."""
        before = self._units(layer - 1)
        if with_bias:
            before = Axis("one and units", layer - 1, before.size + 1)
        ends = {"to": self._units(layer), "from": before}
        rows, columns = self.layout.weight_axes
        return (ends[rows], ends[columns])

    def _bias(self, layer: int) -> Axes:
        return self.of_samples(self._units(layer), Axis("one", None, 1))

    def _parameter_axes(self, kind: str, layer: int) -> Axes:
        form = KINDS[kind].form
        return self._bias(layer) if form == "biases" else self._wires(layer, form == "folded")

    def _parts(self) -> dict[Symbol, tuple[Symbol, str]]:
        """W and b apart, where only Wb is worked with: symbol → (the whole, which part)."""
        parts: dict[Symbol, tuple[Symbol, str]] = {}
        for layer in range(1, self.depth + 1) if self.folded else ():
            for after in ("", "_next"):
                for kind in parts_of(self.kind(layer).whole):
                    whole, symbol = (
                        Symbol(f"{whole_of(kind)}{after}", layer),
                        Symbol(f"{kind}{after}", layer),
                    )
                    if whole in self.axes and symbol not in self.axes:
                        self.declare(symbol, self._parameter_axes(kind, layer))
                        parts[symbol] = (whole, kind)
        return parts

    def constant(self, kind: str, layer: int | None = None) -> Symbol:
        """A number that the memory knows, made known where it is first used."""
        symbol = Symbol(kind, layer)
        return symbol if symbol in self.axes else self.declare(symbol, ())

    def equation(self, row: str, layer: int | None, cross_check: bool = False) -> Equation:
        """A law at a layer, written out."""
        law = EQUATIONS[row]
        source = self.spelling.sources.get(row) or law.source or self.rule.source

        def resolve(token: str) -> Name | str:
            return self._token(token, layer)

        return self.written(row, law.formula, source, layer, resolve, cross_check)

    def written(
        self,
        row: str,
        formula: str,
        source: str,
        layer: int | None,
        resolve: Callable[[str], Name | str],
        cross_check: bool = False,
    ) -> Equation:
        """A law with a formula of its own, written out."""
        own = self.spelling.template

        def resolved(token: str) -> Name | str:
            meant = resolve(token)
            return own(meant) if isinstance(meant, str) else meant

        law, text = EQUATIONS[row], write(own(formula), resolved)
        return Equation(law.law, law.phase, layer, text.text, text.latex, source, row, cross_check)

    def _token(self, token: str, layer: int | None) -> Name | str:
        """What a token of an equation's template stands for at `layer`."""
        at = self.depth if layer is None else layer
        scaled, descends = self._factors(self._slope_factor()), self.spelling.descends
        prose: dict[str, Name | str] = {
            "T": Name("ᵀ", r"^{\top}"),
            "f": self.glyph(max(at, 1)),
            "forward": self._spoken(self.layout.forward_text),
            "back": self.layout.back_text,
            "outer": self._spoken(self.layout.outer_text),
            "loss": self.rule.formula,
            "loss_slope": self.rule.descent_formula if descends else self.rule.slope_formula,
            "c": self._factors(self.problem.loss.factor),
            "s": scaled,
            "difference": "({a} − {y})" if scaled.text else "{a} − {y}",
        }
        if token in prose:
            return prose[token]
        kind, shift = token.rstrip("+-"), token.count("+") - token.count("-")
        symbol = Symbol(kind, at + shift)
        if kind in ("a", "a_one") and at + shift == 0:
            symbol = Symbol(kind.replace("a", "x", 1))
        if not KINDS[kind].has_layer or self.is_of_loss(kind):
            symbol = Symbol(kind)
        return self.spelled(symbol)

    def _spoken(self, product: str) -> str:
        """A layout's product, with the bias folded in where that is so."""
        if not self.folded:
            return product
        return product.replace("{W}", "{Wb}").replace("({a-})", "{a-}").replace("{a-}", "{a_one-}")

    def _slope_factor(self) -> float:
        return self.problem.loss.factor * self.rule.slope_factor

    def _factors(self, factor: float) -> Name:
        """The factor and the means before a sum, as they are written: `½ · 1/m · `."""
        parts = [_FACTORS.get(factor, f"{factor:g}")]
        if self.problem.loss.samples == "mean" and self.batch > 1:
            parts.append("1/m")
        if self.problem.loss.outputs == "mean" and self.network.sizes[-1] > 1:
            parts.append("1/n")
        text = " · ".join(part for part in parts if part)
        latex = text.replace(" · ", r"\cdot ").replace("½", r"\tfrac{1}{2}")
        return Name(f"{text} " if text else "", latex.replace("¼", r"\tfrac{1}{4}"))

    def is_of_loss(self, kind: str) -> bool:
        """Whether this kind of symbol is one of the loss's own constants."""
        return any(kind == it.symbol for it in self.rule.hyperparameters)

    def activations_of(self, layer: int) -> Symbol:
        """What leaves a layer; layer 0 is the inputs."""
        return Symbol("a", layer) if layer > 0 else Symbol("x")

    def op(
        self,
        equation: Equation,
        kernel: Kernel,
        operands: Sequence[Symbol],
        result: Symbol,
        name: Name | None = None,
        axis: int | None = None,
    ) -> Symbol:
        """Write one operation; its axes follow from its operands'.

        `axis` is what the kernel works along, where that is not the axis of the units.
        """
        kernel = kernel.along(self.layout.units_axis if axis is None else axis)
        axes = kernel.axes([self.axes[operand] for operand in operands])
        self._ops.append(Op(equation, kernel, tuple(operands), result))
        return self.declare(result, axes, name)

    def scaled(self, equation: Equation, by: Symbol, what: Symbol, result: Symbol) -> Symbol:
        """Write a number times a matrix."""
        return self.op(equation, ALGEBRA["scale"], (by, what), result)

    def transposed(self, equation: Equation, symbol: Symbol) -> Symbol:
        """Write a transpose, unless it is there already."""
        flipped = Symbol(f"{symbol.kind}_T", symbol.layer)
        if flipped in self.axes:
            return flipped
        return self.op(equation, ALGEBRA["transpose"], (symbol,), flipped)

    def weights(self, equation: Equation, layer: int) -> Symbol:
        """W without its biases: where they are folded in, what is left without them."""
        symbol = Symbol("W", layer)
        if symbol in self.axes:
            return symbol
        whole, kernel = Symbol("Wb", layer), ALGEBRA["drop_bias"]
        return self.op(equation, kernel, (whole,), symbol, axis=self.from_axis)

    def with_one(self, equation: Equation, layer: int) -> Symbol:
        """The activations of a layer with a leading 1, which the folded bias is multiplied by."""
        plain = self.activations_of(layer)
        symbol = Symbol(f"{plain.kind}_one", plain.layer)
        if symbol in self.axes:
            return symbol
        return self.op(equation, ALGEBRA["prepend_one"], (plain,), symbol)

    def product(
        self,
        equation: Equation,
        roles: tuple[str, str],
        layer: int,
        result: Symbol | None = None,
        folded: bool = False,
    ) -> Symbol:
        """A product of the layout's two factors around the wires of `layer`.

        Where it is `folded`, the biases and their leading 1 take part.
        """
        left, right = (self._factor(equation, role, layer, folded) for role in roles)
        name = None
        if result is None:
            result = Symbol("product", layer, left.key + right.key)
            first, second = self._names[left], self._names[right]
            name = Name(first.text + second.text, first.latex + second.latex)
        return self.op(equation, ALGEBRA["matmul"], (left, right), result, name)

    def _factor(self, equation: Equation, role: str, layer: int, folded: bool) -> Symbol:
        """A factor of a product as the layout names it, transposed where it says so."""
        plain = role.removesuffix("_T")
        if plain == "delta":
            symbol = Symbol("delta", layer)
        elif plain == "W":
            symbol = Symbol("Wb", layer) if folded else self.weights(equation, layer)
        elif folded:
            symbol = self.with_one(equation, layer - 1)
        else:
            symbol = self.activations_of(layer - 1)
        return symbol if role == plain else self.transposed(equation, symbol)
