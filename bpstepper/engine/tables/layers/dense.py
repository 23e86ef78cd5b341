"""The fully connected layer: z = W a + b, in every layout, with the biases apart or folded in."""

from __future__ import annotations

from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.equations import Equation
from bpstepper.engine.tables.layers.layer_kind import LayerKind, OpWriter
from bpstepper.engine.tables.parameters import ParameterSpec

__all__ = ["DENSE"]


def _forward(builder: OpWriter, layer: int) -> None:
    folded, z = builder.folded, Symbol("z", layer)
    equation = builder.equation("z_folded" if folded else "z", layer)
    if folded:
        builder.product(equation, builder.layout.forward, layer, z, folded=True)
        return
    product = builder.product(equation, builder.layout.forward, layer)
    builder.op(equation, ALGEBRA["add"], (product, Symbol("b", layer)), z)


def _back(builder: OpWriter, layer: int, result: Symbol, equation: Equation | None) -> None:
    assert equation is not None  # `back_row` says so
    builder.product(equation, builder.layout.back, layer, result)


def _gradients(builder: OpWriter, layer: int) -> None:
    if builder.folded:
        _folded_gradients(builder, layer)
        return
    penalised = builder.is_penalised
    equation = builder.equation("BP4_data" if penalised else "BP4", layer)
    gradient = Symbol("grad_W_data" if penalised else "grad_W", layer)
    builder.product(equation, builder.layout.outer, layer, gradient)
    if penalised:
        _pull(builder, layer, gradient)
    # for one sample there is nothing to add up: the gradient is δ itself
    row, kernel = ("BP3", "identity") if builder.batch == 1 else ("BP3_batch", "sum_samples")
    equation = builder.equation(row, layer)
    builder.op(equation, ALGEBRA[kernel], (Symbol("delta", layer),), Symbol("grad_b", layer))


def _pull(builder: OpWriter, layer: int, gradient: Symbol) -> None:
    """The penalty's part in the gradient of the weights."""
    equation = builder.equation("L2", layer)
    pull = Symbol("l2_W", layer)
    builder.scaled(equation, builder.constant("decay"), builder.weights(equation, layer), pull)
    builder.op(equation, ALGEBRA["add"], (gradient, pull), Symbol("grad_W", layer))


def _folded_gradients(builder: OpWriter, layer: int) -> None:
    """BP3 and BP4 at once: the column of the leading 1 is the biases' gradient."""
    penalised, axis = builder.is_penalised, builder.from_axis
    suffix = "_data" if penalised else ""
    equation = builder.equation(f"BP4_folded{suffix}", layer)
    whole, apart = Symbol(f"grad_Wb{suffix}", layer), Symbol(f"grad_W{suffix}", layer)
    builder.product(equation, builder.layout.outer, layer, whole, folded=True)
    builder.op(equation, ALGEBRA["drop_bias"], (whole,), apart, axis=axis)
    if penalised:
        _pull(builder, layer, apart)
    equation, biases = builder.equation("BP3_folded", layer), Symbol("grad_b", layer)
    lies = axis != 1 - builder.layout.units_axis
    column = Symbol("grad_b_column", layer) if lies else biases
    builder.op(equation, ALGEBRA["bias_part"], (whole,), column, axis=axis)
    if lies:
        builder.op(equation, ALGEBRA["transpose"], (column,), biases)
    if penalised:
        equation, joined = builder.equation("joined", layer), Symbol("grad_Wb", layer)
        operands = (column, Symbol("grad_W", layer))
        builder.op(equation, ALGEBRA["join_bias"], operands, joined, axis=axis)


DENSE = LayerKind(
    name="dense",
    words="weighs what enters, adds up, and adds a bias",
    parameters=(
        ParameterSpec("weights", "W", penalised=True),
        ParameterSpec("biases", "b", usual=0.0, switch="train_biases"),
    ),
    forward=_forward,
    back=_back,
    gradients=_gradients,
    back_row="BP2",
    whole="Wb",
)
