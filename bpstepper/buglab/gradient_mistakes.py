"""Mistakes in the cost, in the gradients and in what is kept of them.

As in `pass_mistakes`, each is a few lines on a Program.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpstepper.buglab.mistake import Mistake
from bpstepper.engine.compile.mutation import (
    after,
    doing,
    named,
    rebuilt,
    rereading,
    rewriting,
    with_state,
)
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.mistaken_kernels import MISTAKEN
from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.equations import Equation

__all__ = ["ROWS"]


def _layers(program: Program) -> list[int]:
    return [symbol.layer or 0 for symbol in program.axes if symbol.kind == "z"]


@rewriting(lambda op: op.equation.law == "BP4" and op.result.kind != "delta_T")
def _outputs_in_bp4(program: Program, op: Op) -> Sequence[Op]:
    if not any(operand.kind.startswith("delta") for operand in op.operands):
        return (op,)
    layer = op.result.layer or 0
    went_in = Symbol("a", layer - 1) if layer > 1 else Symbol("x")
    return rereading(program, op, {went_in: Symbol("a", layer)})


def _start_of_the_way_back(program: Program) -> list[Symbol]:
    """Where the loss's gradient enters: ∂C/∂aᴸ, and δᴸ where that is not made from it."""
    last = max(_layers(program))
    delta = Symbol("delta", last)
    collapses = program.producer[delta].equation.law == "COLLAPSE"
    return [Symbol("grad_a", last), *([delta] if collapses else [])]


def _mean_forgotten(program: Program) -> Program:
    for symbol in _start_of_the_way_back(program):
        program = after(program, symbol, MISTAKEN["times_samples"])
    return program


def _loss_sign(program: Program) -> Program:
    for symbol in (Symbol("loss"), *_start_of_the_way_back(program)):
        program = after(program, symbol, MISTAKEN["negate"])
    return program


def _bias_gradients(program: Program) -> dict[Symbol, Equation]:
    """What BP3 first makes at each layer."""
    found: dict[int, tuple[Symbol, Equation]] = {}
    for op in program.ops:
        if op.equation.law == "BP3":
            found.setdefault(op.result.layer or 0, (op.result, op.equation))
    return dict(found.values())


def _bias_penalised(program: Program) -> Program:
    decay = Symbol("decay")
    if decay not in program.axes:
        return program
    for gradient, equation in _bias_gradients(program).items():
        layer, producer = gradient.layer, program.producer[gradient]
        bias, whole = Symbol("b", layer), Symbol("Wb", layer)
        made = []
        if whole in program.axes:
            bias = named(f"b{layer}_alone", layer)
            made.append(Op(equation, producer.kernel, (whole,), bias))
        pull = named(f"l2_b{layer}", layer)
        made.append(Op(equation, ALGEBRA["scale"], (decay, bias), pull))
        program = rebuilt(program, _before(program, gradient, made))
        program = after(program, gradient, ALGEBRA["add"], (pull,))
    return program


def _before(program: Program, symbol: Symbol, ops: Sequence[Op]) -> list[Op]:
    """All operations, with these before the one that makes a symbol."""
    return [new for op in program.ops for new in ([*ops, op] if op.result == symbol else [op])]


@rewriting(lambda op: op.equation.law == "BP3" and op.operands[0].kind == "delta")
def _bias_summed(_program: Program, op: Op) -> Sequence[Op]:
    return (doing(op, MISTAKEN["sum_layer"]),)


def _times_bias(program: Program) -> Program:
    for gradient in _bias_gradients(program):
        bias = Symbol("b", gradient.layer)
        if bias in program.inputs:
            program = after(program, gradient, ALGEBRA["hadamard"], (bias,))
    return program


def _accumulated(program: Program) -> Program:
    used = {
        operand
        for op in program.ops
        if op.equation.phase == "update"
        for operand in op.operands
        if operand in program.producer and program.producer[operand].equation.phase != "update"
    }
    ops: list[Op] = []
    kept_of: dict[Symbol, Symbol] = {}
    for op in program.ops:
        if op.result not in used:
            ops.append(op)
            continue
        fresh = named(f"{op.result.key}_fresh", op.result.layer)
        kept = named(f"{op.result.key}_kept", op.result.layer)
        kept_of[op.result] = kept
        kernel = ALGEBRA["add"].along(program.layout.units_axis)
        ops += [Op(op.equation, op.kernel, op.operands, fresh)]
        ops += [Op(op.equation, kernel, (kept, fresh), op.result)]
    return with_state(program, kept_of, ops)


ROWS = (
    Mistake(
        "outputs_in_bp4",
        "BP4 is fed with the layer's outputs",
        ("grad_W2 = d2 @ a1.T",),
        ("grad_W2 = d2 @ a2.T",),
        "δ² and a² have the same number. But a weight of W² enters z² only as weight × a¹, so "
        "its gradient is δ² times what went in.",
        "the network in 15 steps, whose published line names the outputs",
        _outputs_in_bp4,
    ),
    Mistake(
        "mean_forgotten",
        "1/m is forgotten in the gradients",
        ("d2 = (a2 - y) * s2 / m",),
        ("d2 = (a2 - y) * s2",),
        "C is a mean, so its gradient is one, too. Without 1/m the direction is right and the "
        "step m times as long: a larger batch learns faster, until it blows up.",
        "programs that went from one sample to batches",
        _mean_forgotten,
        lambda problem: problem.loss.samples == "mean",
    ),
    Mistake(
        "bias_penalised",
        "the weight penalty is applied to the biases",
        ("grad_b1 = d1.sum(axis=1, keepdims=True)",),
        ("grad_b1 = d1.sum(axis=1, keepdims=True)", "grad_b1 += lam / m * b1"),
        "λ is added to all parameters in one line. The penalty is on weights, and C has no bias "
        "in it that could be pulled to 0.",
        "Ng's ex4 warns of it: the first column of Θ is not regularised",
        _bias_penalised,
    ),
    Mistake(
        "bias_summed_over_layer",
        "a bias gets the sum over the whole layer",
        ("grad_b1 = d1.sum(axis=1, keepdims=True)",),
        ("grad_b1 = d1.sum()",),
        "It is the samples that are added up, since one bias serves them all. Each unit has a "
        "bias of its own; numpy hands the one sum to all of them without a word.",
        "programs that sum without an axis",
        _bias_summed,
    ),
    Mistake(
        "bias_gradient_times_bias",
        "the gradient of a bias is multiplied by the bias",
        ("grad_b1 = d1",),
        ("grad_b1 = d1 * b1",),
        "In analogy to weights, which are multiplied by what goes in. What goes into a bias is "
        "1: z moves by exactly as much as b. A bias of 0 would never learn.",
        "a question that beginners ask again and again: is ∂C/∂b = 0, because b = 0?",
        _times_bias,
    ),
    Mistake(
        "accumulated_gradients",
        "the gradients of earlier updates are still in",
        ("grad_W1 = d1 @ x.T",),
        ("grad_W1 += d1 @ x.T   # never set to 0",),
        "Frameworks add gradients up until they are told to forget them. The first update is "
        "right; from the second on, each takes all earlier ones again.",
        "PyTorch programs without optimizer.zero_grad()",
        _accumulated,
    ),
    Mistake(
        "loss_sign_value_only",
        "the printed cost has the wrong sign",
        ("loss = 0.5 * (y - a2) ** 2",),
        ("loss = -0.5 * (y - a2) ** 2",),
        "The minus of a cross-entropy is lost, or one too many written. The gradients are right, "
        "so the network learns, and the curve climbs to 0 from below.",
        "programs that compute the cost only to plot it",
        lambda program: after(program, Symbol("loss"), MISTAKEN["negate"]),
    ),
    Mistake(
        "loss_sign",
        "the cost and its gradient have the wrong sign",
        ("loss = 0.5 * (y - a2) ** 2", "d2 = (a2 - y) * s2"),
        ("loss = -0.5 * (y - a2) ** 2", "d2 = (y - a2) * s2"),
        "The descent sign y − ŷ is fine if the update adds it. With a −η, too, each step climbs. "
        "No gradient check can see it: cost and gradient agree with each other.",
        "programs put together from two books with opposite signs of δ",
        _loss_sign,
    ),
)
"""The mistakes of the cost and the gradients."""
