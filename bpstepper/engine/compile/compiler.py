"""The compiler: which operations one update of a network consists of.

This is the only place that knows. The order of the passes, the cost, BP1 and the penalty are
written here, what a layer does by its row in `layer_kinds`, the moves of the parameters in
`updating`; everything else in the program reads the result.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpstepper.engine.compile.builder import ProgramBuilder, gradient_scale, loss_scale
from bpstepper.engine.compile.network import Problem
from bpstepper.engine.compile.program import Program
from bpstepper.engine.compile.symbol_spelling import BOOK, Spelling
from bpstepper.engine.compile.updating import move_input, move_parameters
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.equations import Equation

__all__ = ["compile_program"]


def compile_program(problem: Problem, batch: int, spelling: Spelling = BOOK) -> Program:
    """The Program of one update of `problem` on a batch of `batch` samples.

    The operations are the same in every spelling; names and formulas are not.

    Raises:
        ShapeClash: operands do not go together; a well-formed problem never does that.
    """
    return _Compiler(problem, batch, spelling).compile()


class _Compiler(ProgramBuilder):
    """Writes the parts of an update in order."""

    def compile(self) -> Program:
        self.declare_inputs()
        for layer in range(1, self.depth + 1):
            self._forward(layer)
        self._cost()
        self._output_delta()
        for layer in range(self.depth - 1, 0, -1):
            self._backward(layer)
        trains_input = self.problem.training.train == "input"
        if trains_input or self.rule.targets == "none":
            self._input_gradient()
        if trains_input:
            move_input(self)
            return self.program()
        for layer in range(self.depth, 0, -1):
            self.kind(layer).gradients(self, layer)
        move_parameters(self)
        return self.program()

    def _forward(self, layer: int) -> None:
        self.kind(layer).forward(self, layer)
        equation = self.equation("a", layer)
        self.op(equation, self.activation(layer).apply, (Symbol("z", layer),), Symbol("a", layer))

    def _cost(self) -> None:
        penalised = self.is_penalised and bool(self._penalised)
        goal = Symbol("C_data" if penalised else "C")
        equation = self.equation(goal.key, None)
        for stage in self.rule.value:
            self.op(
                equation, stage.kernel, self._at_output(stage.operands), self._output(stage.result)
            )
        unscaled = loss_scale(self.problem, self.batch) == 1.0
        total = goal if unscaled else Symbol("total")
        self.op(equation, ALGEBRA["sum"], (Symbol("loss"),), total)
        if not unscaled:
            self.scaled(equation, self.constant("c"), total, goal)
        if penalised:
            self._penalty()

    @property
    def _penalised(self) -> tuple[int, ...]:
        """The layers that have weights, which a penalty counts."""
        layers = range(1, self.depth + 1)
        return tuple(n for n in layers if any(s.penalised for s in self.kind(n).parameters))

    def _penalty(self) -> None:
        equation = self.equation("C_l2", None)
        squares = None
        for layer in self._penalised:
            own = Symbol("squares", layer)
            self.op(equation, ALGEBRA["sum_of_squares"], (self.weights(equation, layer),), own)
            if squares is None:
                squares = own
            else:
                so_far = Symbol("penalty", layer)
                squares = self.op(equation, ALGEBRA["add"], (squares, own), so_far)
        assert squares is not None  # there is something to penalise
        cost = Symbol("C_l2")
        self.scaled(equation, self.constant("half_decay"), squares, cost)
        equation = self.equation("C_sum", None)
        self.op(equation, ALGEBRA["add"], (Symbol("C_data"), cost), Symbol("C"))

    def _output(self, kind: str) -> Symbol:
        return Symbol(kind, None if kind in ("y", "loss") else self.depth)

    def _at_output(self, kinds: Sequence[str]) -> tuple[Symbol, ...]:
        return tuple(
            self.constant(kind) if self.is_of_loss(kind) else self._output(kind) for kind in kinds
        )

    def _output_delta(self) -> None:
        last = self.depth
        delta = Symbol("delta", last)
        collapses = self.network.layer(last).activation in self.rule.collapses_with
        general = Symbol("delta_general", last) if collapses else delta
        softmax = self.activation(last).slope is None
        equation = self.equation("BP1_jacobian" if softmax else "BP1", last, cross_check=collapses)
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
            slope = self.op(equation, stage.kernel, self._at_output(stage.operands), made)
        return slope if unscaled else self.scaled(equation, self.constant("s"), slope, result)

    def _through_units(self, equation: Equation, layer: int, grad_a: Symbol, delta: Symbol) -> None:
        """From ∂C/∂a to δ = ∂C/∂z: each unit's slope, or softmax's Jacobian."""
        activation = self.activation(layer)
        if activation.slope is not None:
            slope = Symbol("slope", layer)
            self.op(equation, activation.slope, (Symbol("z", layer),), slope)
            self.op(equation, ALGEBRA["hadamard"], (grad_a, slope), delta)
        elif activation.jacobian is not None:
            jacobian = Symbol("jacobian", layer)
            self.op(equation, activation.jacobian, (Symbol("a", layer),), jacobian)
            self.op(equation, ALGEBRA["jacobian_product"], (jacobian, grad_a), delta)

    def _collapse(self, delta: Symbol) -> None:
        equation = self.equation("COLLAPSE", self.depth)
        unscaled = gradient_scale(self.problem, self.batch) == 1.0
        residual = delta if unscaled else Symbol("residual", self.depth)
        self.op(equation, ALGEBRA["subtract"], (Symbol("a", self.depth), Symbol("y")), residual)
        if not unscaled:
            self.scaled(equation, self.constant("s"), residual, delta)

    def _backward(self, layer: int) -> None:
        """From δ of the layer above to that of this one."""
        above, grad_a = self.kind(layer + 1), Symbol("grad_a", layer)
        if not above.back_row:
            above.back(self, layer + 1, grad_a, None)
        softmax = self.activation(layer).slope is None
        row = above.back_row or "BP2_unit"
        equation = self.equation(f"{row}_jacobian" if softmax else row, layer)
        if above.back_row:
            above.back(self, layer + 1, grad_a, equation)
        self._through_units(equation, layer, grad_a, Symbol("delta", layer))

    def _input_gradient(self) -> None:
        first = self.kind(1)
        equation = self.equation(f"{first.back_row}_input", 0) if first.back_row else None
        first.back(self, 1, Symbol("grad_x"), equation)
