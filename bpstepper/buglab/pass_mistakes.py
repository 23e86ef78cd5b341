"""Mistakes in the forward and the backward pass: what should become δ becomes something else.

Each is a few lines on a Program, by the operations of `mutation`; none asks which network it is
in. Where it fits is for the shapes to say, and whether it matters for the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bpstepper.buglab.mistake import Mistake
from bpstepper.engine.compile.mutation import doing, named, reading, rereading, rewriting
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.mistaken_kernels import MISTAKEN, SLOPES_FROM_Z
from bpstepper.engine.symbols import Symbol

__all__ = ["ROWS"]


def _is_route(op: Op) -> bool:
    """Whether this is the product with W that leads a gradient one layer back."""
    return op.equation.law == "BP2" and op.result.kind in ("grad_a", "grad_x")


def _weights(op: Op) -> Symbol:
    """The operand of a product that is W or its transpose."""
    return next(symbol for symbol in op.operands if symbol.kind in ("W", "W_T"))


def _turned(op: Op) -> tuple[Symbol, tuple[Op, ...]]:
    """W where the product reads its transpose, and the transpose where it reads W."""
    weights = _weights(op)
    if weights.kind == "W_T":
        return Symbol("W", weights.layer), ()
    flipped = Symbol("W_T", weights.layer)
    return flipped, (Op(op.equation, ALGEBRA["transpose"], (weights,), flipped),)


@rewriting(_is_route)
def _no_transpose(_program: Program, op: Op) -> Sequence[Op]:
    other, ops = _turned(op)
    return *ops, reading(op, {_weights(op): other})


@rewriting(_is_route)
def _inverse(_program: Program, op: Op) -> Sequence[Op]:
    other, ops = _turned(op)
    inverse = named(f"{other.key}_inverse", other.layer)
    made = Op(op.equation, MISTAKEN["inverse"], (other,), inverse)
    return *ops, made, reading(op, {_weights(op): inverse})


@rewriting(_is_route)
def _shares(program: Program, op: Op) -> Sequence[Op]:
    along = program.layout.weight_axes.index("from")
    weights = Symbol("W", _weights(op).layer)
    shares = named(f"{weights.key}_shares", weights.layer)
    made = Op(op.equation, MISTAKEN["shares"].along(along), (weights,), shares)
    return made, *rereading(program, op, {weights: shares})


@rewriting(_is_route)
def _unrouted(program: Program, op: Op) -> Sequence[Op]:
    last = max(symbol.layer or 0 for symbol in program.axes if symbol.kind == "z")
    error = named("error", last)
    operands = (Symbol("a", last), Symbol("y"))
    made = Op(op.equation, ALGEBRA["subtract"].along(op.kernel.axis), operands, error)
    return made, doing(op, ALGEBRA["identity"], (error,))


def _is_slope(op: Op) -> bool:
    return op.result.kind == "slope"


def _is_jacobian(op: Op) -> bool:
    return op.result.kind == "jacobian"


def _is_taken(program: Program, op: Op) -> bool:
    """Whether this slope is a hidden layer's; the output's where that is the only layer."""
    only_layer = not any(op.equation.law == "BP2" and op.equation.layer for op in program.ops)
    return only_layer or op.equation.law == "BP2"


@rewriting(_is_slope)
def _of_activation(program: Program, op: Op) -> Sequence[Op]:
    own = {Symbol("z", op.result.layer): Symbol("a", op.result.layer)}
    return (reading(op, own) if _is_taken(program, op) else op,)


@rewriting(_is_slope)
def _of_next_layer(program: Program, op: Op) -> Sequence[Op]:
    layer = op.result.layer or 0
    after = Symbol("z", layer + 1)
    return (reading(op, {Symbol("z", layer): after}) if after in program.axes else op,)


@rewriting(_is_slope)
def _z_times_rest(program: Program, op: Op) -> Sequence[Op]:
    kernel = SLOPES_FROM_Z.get(op.kernel.name)
    return (doing(op, kernel) if kernel and _is_taken(program, op) else op,)


def _without_slope(law: str) -> Callable[[Program], Program]:
    @rewriting(lambda op: op.equation.law == law and op.result.kind in ("delta", "delta_general"))
    def change(_program: Program, op: Op) -> Sequence[Op]:
        return (doing(op, ALGEBRA["identity"], (Symbol("grad_a", op.result.layer),)),)

    return change


@rewriting(_is_jacobian)
def _diagonal_only(_program: Program, op: Op) -> Sequence[Op]:
    return (doing(op, MISTAKEN["jacobian_diagonal"]),)


@rewriting(_is_jacobian)
def _jacobian_from_z(_program: Program, op: Op) -> Sequence[Op]:
    return (reading(op, {Symbol("a", op.result.layer): Symbol("z", op.result.layer)}),)


@rewriting(lambda op: op.equation.phase == "backward")
def _too_early(program: Program, op: Op) -> Sequence[Op]:
    later = {before: after for after, before in program.updates.items() if before.kind[0] == "W"}
    return rereading(program, op, later)


@rewriting(lambda op: op.equation.law == "FF")
def _lying_bias(_program: Program, op: Op) -> Sequence[Op]:
    made = []
    for bias in (symbol for symbol in op.operands if symbol.kind == "b"):
        flat = named(f"{bias.key}_T", bias.layer)
        made.append(Op(op.equation, ALGEBRA["transpose"], (bias,), flat))
        op = reading(op, {bias: flat})
    return *made, op


_ADDED = "a question that beginners ask again and again"

ROWS = (
    Mistake(
        "no_transpose",
        "W is used where Wᵀ belongs",
        ("d1 = W2.T @ d2 * s1",),
        ("d1 = W2 @ d2 * s1",),
        "Forward, W² leads from layer 1 to layer 2; back, each unit of layer 1 adds up its own "
        "routes, which are a column of W². Where layers are equally large, W without ᵀ fits, too, "
        "and adds up the wrong routes.",
        _ADDED,
        _no_transpose,
    ),
    Mistake(
        "inverse_for_transpose",
        "W⁻¹ is used where Wᵀ belongs",
        ("d1 = W2.T @ d2 * s1",),
        ("d1 = np.linalg.inv(W2) @ d2 * s1",),
        "It seems that the way back must undo the way there. But nothing is undone: the question "
        "is how C changes with a¹, and that adds up weight × δ over the routes.",
        _ADDED,
        _inverse,
    ),
    Mistake(
        "proportional_split",
        "δ is split up in proportion to the weights",
        ("d1 = W2.T @ d2 * s1",),
        ("share = W2 / W2.sum(axis=1, keepdims=True)", "d1 = share.T @ d2 * s1"),
        "The picture of an error that is handed out among the units before, so that nothing is "
        "lost. A gradient is no quantity that is shared out: each route counts with its weight.",
        "introductions that first share the error out, and then leave the division away",
        _shares,
    ),
    Mistake(
        "error_to_hidden_unrouted",
        "a hidden δ is made from the output's raw error",
        ("d1 = W2.T @ d2 * s1",),
        ("d1 = (a2 - y) * s1",),
        "ŷ − y worked at the output, so it is used again. But a hidden unit has no target; how "
        "much it matters to C comes over its wires.",
        _ADDED,
        _unrouted,
    ),
    Mistake(
        "slope_of_activation",
        "σ′ is taken at a and not at z",
        ("s1 = sigmoid_prime(z1)",),
        ("s1 = sigmoid_prime(a1)",),
        "By the time δ is formed, a is at hand and z is not. σ′ as a function wants z; the short "
        "form a(1 − a) wants a. Whoever mixes them puts σ into σ twice.",
        "programs that keep only the activations",
        _of_activation,
    ),
    Mistake(
        "z_times_one_minus_z",
        "z(1 − z) is taken for σ′(z)",
        ("s1 = a1 * (1 - a1)",),
        ("s1 = z1 * (1 - z1)",),
        "The short form is a(1 − a); with z in it, it is no slope of anything, and negative as "
        "soon as z is over 1.",
        "programs with x * (1 − x) as the derivative, called with the wrong x",
        _z_times_rest,
    ),
    Mistake(
        "next_layer_slope",
        "the slope of the layer after is taken",
        ("d1 = W2.T @ d2 * sigmoid_prime(z1)",),
        ("d1 = W2.T @ d2 * sigmoid_prime(z2)",),
        "W² and δ² have a 2, so the slope gets one, too. But the slope belongs to the unit that "
        "δ is for: how its a changes with its own z.",
        _ADDED,
        _of_next_layer,
    ),
    Mistake(
        "output_error_without_slope",
        "the slope is forgotten at the output",
        ("d2 = (a2 - y) * sigmoid_prime(z2)",),
        ("d2 = (a2 - y)",),
        "ŷ − y is δ at the output only where the loss's derivative cancels the slope, as with "
        "sigmoid and cross-entropy. Elsewhere it is ∂C/∂a, and the slope is still to come.",
        "Nielsen's on-line animation of cross-entropy, which has 1/(1 − a) where a is right",
        _without_slope("BP1"),
    ),
    Mistake(
        "slope_missing_hidden",
        "the slope is forgotten in the hidden layers",
        ("d1 = W2.T @ d2 * s1",),
        ("d1 = W2.T @ d2",),
        "What comes over the wires is ∂C/∂a. δ is ∂C/∂z, and between a and z lies the "
        "activation with its slope.",
        _ADDED,
        _without_slope("BP2"),
    ),
    Mistake(
        "jacobian_diagonal_only",
        "softmax gets a slope of its own unit only",
        ("J = np.diag(a) - np.outer(a, a)", "d = J @ grad_a"),
        ("d = a * (1 - a) * grad_a",),
        "For all other activations a unit's slope is enough, and a(1 − a) looks familiar. Softmax "
        "mixes its units: each a depends on each z, so there is a table of slopes.",
        "first attempts at softmax: z = (1.75, 1.75) and y = (0, 1) give (0, −0.5) for (0.5, −0.5)",
        _diagonal_only,
    ),
    Mistake(
        "jacobian_from_z",
        "softmax's Jacobian is built from z",
        ("J = np.diag(a) - np.outer(a, a)",),
        ("J = np.diag(z) - np.outer(z, z)",),
        "The formula is in terms of softmax's outputs; what one differentiates by is z, so z is "
        "put in.",
        "first attempts at softmax: z = (1.75, 1.75), y = (0, 1) give (6.125, 2.625) "
        "for (0.5, −0.5)",
        _jacobian_from_z,
    ),
    Mistake(
        "update_before_backward",
        "W² is updated before δ¹ is formed",
        ("d1  = W2.T @ d2 * s1", "W2 -= lr * d2 @ a1.T"),
        ("W2 -= lr * d2 @ a1.T   # too early", "d1  = W2.T @ d2 * s1   # new W2"),
        "Layer by layer seems tidy: form δ², update W², go on. But all gradients belong to the "
        "network that made the outputs; δ¹ must see the W² that the forward pass used.",
        "Mazur 2015: his text has the right order, his printed outputs after 10,000 updates come "
        "from the wrong one: .015912196 and .984065734, where the right one gives .015913620 "
        "and .984064274",
        _too_early,
    ),
    Mistake(
        "bias_broadcast_to_matrix",
        "a bias that lies down makes a matrix of z",
        ("z1 = W1 @ x + b1        # b1 is (n, 1)",),
        ("z1 = W1 @ x + b1        # b1 is (n,) or (1, n)",),
        "numpy adds a column and a row without a word: every unit gets every bias, and z is a "
        "table. For a batch as large as the layer it even has the right shape.",
        "programs that mix 1-D arrays with columns",
        _lying_bias,
    ),
)
"""The mistakes of the passes."""
