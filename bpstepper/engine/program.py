"""The Program: one update of a network as a flat list of operations on symbols, without numbers.

`compile_program` is the only place that knows which operations feed-forward, cost, BP1 to BP4
and the update consist of. Everything else, stepping and training, provenance and reports, reads
the Program. It is made for one batch size, since shapes are part of it; numbers come in with a
memory (`memory`), and the numpy calls with a lowering (`lowering`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from bpstepper.engine.activations import ACTIVATIONS, Activation
from bpstepper.engine.algebra import ALGEBRA
from bpstepper.engine.equations import EQUATIONS, Equation, write
from bpstepper.engine.kernels import Axes, Kernel
from bpstepper.engine.layouts import LAYOUTS, Layout
from bpstepper.engine.losses import LOSSES, LossRule
from bpstepper.engine.network import Problem
from bpstepper.engine.optimizers import OPTIMIZERS
from bpstepper.engine.symbols import Axis, Name, Symbol
from bpstepper.engine.symbols import name as name_of

__all__ = ["Op", "Program", "compile_program", "gradient_scale", "loss_scale"]


@dataclass(frozen=True)
class Op:
    """One operation: `result = kernel(*operands)`, single-assignment.

    Attributes:
        equation: the law it belongs to; operations of one equation are one step.
        kernel: what is done.
        operands: on which symbols.
        result: which symbol it makes.
    """

    equation: Equation
    kernel: Kernel
    operands: tuple[Symbol, ...]
    result: Symbol


@dataclass(frozen=True, eq=False)
class Program:
    """The operations of one update, in order.

    Attributes:
        ops: every operation; each operand is an input or an earlier result.
        axes: what the rows and columns of each symbol are, and how many.
        names: how each symbol is written.
        layout: how products are written.
        batch: m, the number of samples it is made for.
        updates: parameter after the update → parameter before it.
    """

    ops: tuple[Op, ...]
    axes: Mapping[Symbol, Axes]
    names: Mapping[Symbol, Name]
    layout: Layout
    batch: int
    updates: Mapping[Symbol, Symbol]

    @cached_property
    def inputs(self) -> tuple[Symbol, ...]:
        """The symbols that no operation makes: parameters, samples, constants."""
        made = {op.result for op in self.ops}
        return tuple(symbol for symbol in self.axes if symbol not in made)

    @cached_property
    def steps(self) -> tuple[tuple[Op, ...], ...]:
        """The operations grouped by equation: one group is one step."""
        return tuple(tuple(group) for _, group in groupby(self.ops, key=lambda op: op.equation))

    @cached_property
    def by_key(self) -> Mapping[str, Symbol]:
        """Every symbol by its public key."""
        return {symbol.key: symbol for symbol in self.axes}

    @cached_property
    def maker(self) -> Mapping[Symbol, Op]:
        """Which operation makes a symbol; inputs are not in it."""
        return {op.result: op for op in self.ops}

    def shape(self, symbol: Symbol) -> tuple[int, ...]:
        """The shape of a symbol's value."""
        return tuple(axis.size for axis in self.axes[symbol])

    def needed_for(self, goals: Iterable[Symbol]) -> tuple[Op, ...]:
        """The operations that `goals` depend on, in order: everything else can be left out."""
        wanted = set(goals)
        kept = []
        for op in reversed(self.ops):
            if op.result in wanted:
                kept.append(op)
                wanted.update(op.operands)
        return tuple(reversed(kept))


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


def compile_program(problem: Problem, batch: int) -> Program:
    """The Program of one update of `problem` on a batch of `batch` samples.

    Raises:
        ShapeClash: operands do not go together; a well-formed problem never does that.
    """
    return _Compiler(problem, batch).program()


_HALVES = {0.5: "½", 1.0: "", 2.0: "2", 0.25: "¼"}


@dataclass
class _Compiler:
    """The state of one compilation: operations so far, and what is known of their symbols."""

    problem: Problem
    batch: int
    ops: list[Op] = field(default_factory=list)
    axes: dict[Symbol, Axes] = field(default_factory=dict)
    names: dict[Symbol, Name] = field(default_factory=dict)
    updates: dict[Symbol, Symbol] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network = self.problem.network
        self.layout = LAYOUTS[self.network.layout]
        self.rule: LossRule = LOSSES[self.problem.loss.name]
        self.depth = self.network.depth

    def program(self) -> Program:
        self._declare_inputs()
        for layer in range(1, self.depth + 1):
            self._forward(layer)
        self._cost()
        self._output_delta()
        for layer in range(self.depth - 1, 0, -1):
            self._backward(layer)
        if self.rule.targets == "none":
            self._input_gradient()
        for layer in range(self.depth, 0, -1):
            self._gradients(layer)
        for layer in range(1, self.depth + 1):
            self._update(layer)
        return Program(
            ops=tuple(self.ops),
            axes=self.axes,
            names=self.names,
            layout=self.layout,
            batch=self.batch,
            updates=self.updates,
        )

    # ── what the parts are made with ─────────────────────────────────────────────────────────

    def _activation(self, layer: int) -> Activation:
        return ACTIVATIONS[self.network.layer(layer).activation]

    def _of_samples(self, units: Axis, samples: Axis) -> Axes:
        return (units, samples) if self.layout.units_axis == 0 else (samples, units)

    def _declare(self, symbol: Symbol, axes: Axes, name: Name | None = None) -> Symbol:
        self.axes[symbol] = axes
        layer = symbol.layer
        glyph = self._activation(layer).glyph if layer else None
        self.names[symbol] = name or name_of(symbol, glyph)
        return symbol

    def _declare_inputs(self) -> None:
        sizes = self.network.sizes
        units = [Axis("units", layer, size) for layer, size in enumerate(sizes)]
        samples, one = Axis("samples", None, self.batch), Axis("one", None, 1)
        self._declare(Symbol("x"), self._of_samples(units[0], samples))
        for layer in range(1, self.depth + 1):
            wire = {"to": units[layer], "from": units[layer - 1]}
            rows, columns = self.layout.weight_axes
            self._declare(Symbol("W", layer), (wire[rows], wire[columns]))
            self._declare(Symbol("b", layer), self._of_samples(units[layer], one))
        counted = Name("counted", r"\mathbf{1}") if self.rule.targets == "none" else None
        self._declare(Symbol("y"), self._of_samples(units[-1], samples), counted)

    def _constant(self, kind: str) -> Symbol:
        symbol = Symbol(kind)
        return symbol if symbol in self.axes else self._declare(symbol, ())

    def _equation(self, row: str, layer: int | None, witness: bool = False) -> Equation:
        law = EQUATIONS[row]
        written = write(law.formula, lambda token: self._token(token, layer))
        return Equation(
            law=law.law,
            phase=law.phase,
            layer=layer,
            formula=written.text,
            latex=written.latex,
            source=law.source or self.rule.source,
            row=row,
            witness=witness,
        )

    def _token(self, token: str, layer: int | None) -> Name | str:
        """What a token of an equation's template stands for at `layer`."""
        at = self.depth if layer is None else layer
        prose: dict[str, Name | str] = {
            "T": Name("ᵀ", r"^{\top}"),
            "f": self._activation(max(at, 1)).glyph,
            "forward": self.layout.forward_text,
            "back": self.layout.back_text,
            "outer": self.layout.outer_text,
            "loss": self.rule.formula,
            "loss_slope": self.rule.slope_formula,
            "c": self._factors(self.problem.loss.factor),
            "s": self._factors(self._slope_factor()),
            "difference": "({a} − y)" if self._factors(self._slope_factor()).text else "{a} − y",
            "update": OPTIMIZERS[self.problem.training.optimizer].formula,
        }
        if token in prose:
            return prose[token]
        kind, shift = token.rstrip("+-"), token.count("+") - token.count("-")
        symbol = self._activations_of(at + shift) if kind == "a" else Symbol(kind, at + shift)
        if kind in ("x", "y", "C", "grad_x", "decay", "half_decay", "eta"):
            symbol = Symbol(kind)
        return name_of(symbol, self._activation(max(at + shift, 1)).glyph)

    def _slope_factor(self) -> float:
        return self.problem.loss.factor * self.rule.slope_factor

    def _factors(self, factor: float) -> Name:
        """The factor and the means before a sum, as they are written: `½ · 1/m · `."""
        parts = [_HALVES.get(factor, f"{factor:g}")]
        if self.problem.loss.samples == "mean" and self.batch > 1:
            parts.append("1/m")
        if self.problem.loss.outputs == "mean" and self.network.sizes[-1] > 1:
            parts.append("1/n")
        text = " · ".join(part for part in parts if part)
        latex = text.replace(" · ", r"\cdot ").replace("½", r"\tfrac{1}{2}")
        return Name(f"{text} " if text else "", latex.replace("¼", r"\tfrac{1}{4}"))

    def _activations_of(self, layer: int) -> Symbol:
        return Symbol("a", layer) if layer > 0 else Symbol("x")

    def _op(
        self,
        equation: Equation,
        kernel: Kernel,
        operands: Sequence[Symbol],
        result: Symbol,
        name: Name | None = None,
    ) -> Symbol:
        kernel = kernel.along(self.layout.units_axis)
        axes = kernel.axes([self.axes[operand] for operand in operands])
        self.ops.append(Op(equation, kernel, tuple(operands), result))
        return self._declare(result, axes, name)

    def _scaled(self, equation: Equation, by: Symbol, what: Symbol, result: Symbol) -> Symbol:
        return self._op(equation, ALGEBRA["scale"], (by, what), result)

    def _factor(self, equation: Equation, role: str, layer: int, delta: Symbol) -> Symbol:
        """A factor of a product as the layout names it, transposed where it says so."""
        plain, transposed = role.removesuffix("_T"), role.endswith("_T")
        symbol = {
            "W": Symbol("W", layer),
            "a": self._activations_of(layer - 1),
            "delta": delta,
        }[plain]
        if not transposed:
            return symbol
        flipped = Symbol(f"{symbol.kind}_T", symbol.layer)
        if flipped in self.axes:
            return flipped
        return self._op(equation, ALGEBRA["transpose"], (symbol,), flipped)

    def _product(
        self,
        equation: Equation,
        roles: tuple[str, str],
        layer: int,
        result: Symbol | None = None,
    ) -> Symbol:
        """A product of the layout's two factors around the wires of `layer`."""
        left, right = (
            self._factor(equation, role, layer, Symbol("delta", layer)) for role in roles
        )
        name = None
        if result is None:
            result = Symbol("product", layer, left.key + right.key)
            first, second = self.names[left], self.names[right]
            name = Name(first.text + second.text, first.latex + second.latex)
        return self._op(equation, ALGEBRA["matmul"], (left, right), result, name)

    # ── the parts of an update ───────────────────────────────────────────────────────────────

    def _forward(self, layer: int) -> None:
        equation = self._equation("z", layer)
        product = self._product(equation, self.layout.forward, layer)
        z = self._op(equation, ALGEBRA["add"], (product, Symbol("b", layer)), Symbol("z", layer))
        equation = self._equation("a", layer)
        self._op(equation, self._activation(layer).apply, (z,), Symbol("a", layer))

    def _cost(self) -> None:
        penalised = self.problem.loss.l2 > 0
        goal = Symbol("C_data" if penalised else "C")
        equation = self._equation(goal.key, None)
        for stage in self.rule.value:
            self._op(
                equation, stage.kernel, self._at_output(stage.operands), self._output(stage.result)
            )
        unscaled = loss_scale(self.problem, self.batch) == 1.0
        total = goal if unscaled else Symbol("total")
        self._op(equation, ALGEBRA["sum"], (Symbol("loss"),), total)
        if not unscaled:
            self._scaled(equation, self._constant("c"), total, goal)
        if penalised:
            self._penalty()

    def _penalty(self) -> None:
        equation = self._equation("C_l2", None)
        squares = None
        for layer in range(1, self.depth + 1):
            own = Symbol("squares", layer)
            self._op(equation, ALGEBRA["sum_of_squares"], (Symbol("W", layer),), own)
            if squares is None:
                squares = own
            else:
                so_far = Symbol("penalty", layer)
                squares = self._op(equation, ALGEBRA["add"], (squares, own), so_far)
        assert squares is not None  # a network has at least one layer
        cost = Symbol("C_l2")
        self._scaled(equation, self._constant("half_decay"), squares, cost)
        equation = self._equation("C_sum", None)
        self._op(equation, ALGEBRA["add"], (Symbol("C_data"), cost), Symbol("C"))

    def _output(self, kind: str) -> Symbol:
        return Symbol(kind, self.depth if kind in ("z", "a", "log_a", "loss_slope") else None)

    def _at_output(self, kinds: Sequence[str]) -> tuple[Symbol, ...]:
        return tuple(self._output(kind) for kind in kinds)

    def _output_delta(self) -> None:
        last = self.depth
        delta = Symbol("delta", last)
        collapses = self.network.layer(last).activation in self.rule.collapses_with
        general = Symbol("delta_general", last) if collapses else delta
        softmax = self._activation(last).slope is None
        equation = self._equation("BP1_jacobian" if softmax else "BP1", last, witness=collapses)
        grad_a = self._loss_gradient(equation)
        self._through_units(equation, last, grad_a, general)
        if collapses:
            self._collapse(delta)

    def _loss_gradient(self, equation: Equation) -> Symbol:
        """∂C/∂aᴸ: the slope of the loss, times what stands before the sum."""
        result = Symbol("grad_a", self.depth)
        slope = Symbol("y")  # what the loss "output" needs: y says which outputs are counted
        unscaled = gradient_scale(self.problem, self.batch) == 1.0 and bool(self.rule.slope)
        for stage in self.rule.slope:
            made = result if unscaled else self._output(stage.result)
            slope = self._op(equation, stage.kernel, self._at_output(stage.operands), made)
        return slope if unscaled else self._scaled(equation, self._constant("s"), slope, result)

    def _through_units(self, equation: Equation, layer: int, grad_a: Symbol, delta: Symbol) -> None:
        """From ∂C/∂a to δ = ∂C/∂z: each unit's slope, or softmax's Jacobian."""
        activation = self._activation(layer)
        if activation.slope is not None:
            slope = Symbol("slope", layer)
            self._op(equation, activation.slope, (Symbol("z", layer),), slope)
            self._op(equation, ALGEBRA["hadamard"], (grad_a, slope), delta)
        elif activation.jacobian is not None:
            jacobian = Symbol("jacobian", layer)
            self._op(equation, activation.jacobian, (Symbol("a", layer),), jacobian)
            self._op(equation, ALGEBRA["jacobian_product"], (jacobian, grad_a), delta)

    def _collapse(self, delta: Symbol) -> None:
        equation = self._equation("COLLAPSE", self.depth)
        unscaled = gradient_scale(self.problem, self.batch) == 1.0
        residual = delta if unscaled else Symbol("residual", self.depth)
        self._op(equation, ALGEBRA["subtract"], (Symbol("a", self.depth), Symbol("y")), residual)
        if not unscaled:
            self._scaled(equation, self._constant("s"), residual, delta)

    def _backward(self, layer: int) -> None:
        softmax = self._activation(layer).slope is None
        equation = self._equation("BP2_jacobian" if softmax else "BP2", layer)
        grad_a = self._product(equation, self.layout.back, layer + 1, Symbol("grad_a", layer))
        self._through_units(equation, layer, grad_a, Symbol("delta", layer))

    def _input_gradient(self) -> None:
        equation = self._equation("BP2_input", 0)
        self._product(equation, self.layout.back, 1, Symbol("grad_x"))

    def _gradients(self, layer: int) -> None:
        penalised = self.problem.loss.l2 > 0
        equation = self._equation("BP4_data" if penalised else "BP4", layer)
        gradient = Symbol("grad_W_data" if penalised else "grad_W", layer)
        self._product(equation, self.layout.outer, layer, gradient)
        if penalised:
            equation = self._equation("L2", layer)
            pull = Symbol("l2_W", layer)
            self._scaled(equation, self._constant("decay"), Symbol("W", layer), pull)
            self._op(equation, ALGEBRA["add"], (gradient, pull), Symbol("grad_W", layer))
        # for one sample there is nothing to add up: the gradient is δ itself
        row, kernel = ("BP3", "identity") if self.batch == 1 else ("BP3_batch", "sum_samples")
        equation = self._equation(row, layer)
        self._op(equation, ALGEBRA[kernel], (Symbol("delta", layer),), Symbol("grad_b", layer))

    def _update(self, layer: int) -> None:
        kinds = ("W", "b") if self.network.layer(layer).train_biases else ("W",)
        for kind in kinds:
            self._update_parameter(kind, layer)

    def _update_parameter(self, kind: str, layer: int) -> None:
        optimizer = OPTIMIZERS[self.problem.training.optimizer]
        parameter, after = Symbol(kind, layer), Symbol(f"{kind}_next", layer)
        roles = {
            "eta": self._constant("eta"),
            "parameter": parameter,
            "gradient": Symbol(f"grad_{kind}", layer),
            "step": Symbol(f"step_{kind}", layer),
            "next": after,
        }
        law = EQUATIONS["UPDATE"]
        spoken = {"p": name_of(parameter), "grad_p": name_of(roles["gradient"])}
        written = write(optimizer.formula, lambda token: spoken[token])
        equation = Equation(
            law.law, law.phase, layer, written.text, written.latex, optimizer.source, "UPDATE"
        )
        for stage in optimizer.stages:
            operands = tuple(roles[operand] for operand in stage.operands)
            self._op(equation, stage.kernel, operands, roles[stage.result])
        self.updates[after] = parameter
