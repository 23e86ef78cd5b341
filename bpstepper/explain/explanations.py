"""The table of explanations: one row for each equation, one heading for each operation.

The texts are templates over the step at hand: its shapes, its units and its layer, so that what is
said is about the numbers on the screen. They say *gradient* where a gradient is meant, and they
take up the questions that learners ask where those arise. `explain` fills them in.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS

__all__ = ["EXPLANATIONS", "HEADINGS", "PHASE_WORDS", "RESULT_HEADINGS", "Explanation"]


@dataclass(frozen=True)
class Explanation:
    """One row: why an equation is what it is.

    The templates know the letters of `letters.Letters`, such as `{z}` and `{C}`, its numbers of
    layers, `{l}`, `{k}` (the layer before) and `{n}` (the layer after), and `{units}`, `{f}`,
    `{formula}` and `{slope}` (of the activation), `{shape}` (of the result), `{m}`,
    `{loss_slope}`, `{in_front}` (the factor of the loss), `{collapsed}` (what `{d}` has become) and
    `{transpose}` (what this layout does with the transpose).

    Attributes:
        sentence: the one sentence that is always on the screen.
        paragraphs: the whole explanation.
    """

    sentence: str
    paragraphs: tuple[str, ...]


def _pairs() -> str:
    """The outputs and losses for which δᴸ collapses."""
    pairs = [
        f"{activation} with {loss.words}"
        for loss in LOSSES.values()
        for activation in sorted(loss.collapses_with)
    ]
    pairs[0] = pairs[0].replace(" with", " outputs with")
    count = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}.get(len(pairs), len(pairs))
    return f"{count} pairs: {', '.join(pairs)}"


EXPLANATIONS: dict[str, Explanation] = {
    "z": Explanation(
        "Each unit weighs what enters it, adds up, and adds its bias.",
        (
            "Every wire carries an activation of layer {k} times its weight. A unit of layer {l} "
            "adds up what arrives along its own wires, and then adds its bias. That sum is {z}, "
            "the weighted input; {units} {make} {units_word} here.",
            "One cell of the product adds up weight × activation over the wires INTO one unit.",
            "{batch}",
        ),
    ),
    "a": Explanation(
        "{a_sentence}",
        (
            "The activation function is {formula}. Were every unit linear, any number of layers "
            "could do no more than one.",
            "Keep {z} in mind, not only {a}: on the way back the slope is taken at this very {z}.",
        ),
    ),
    "C": Explanation(
        "{C} is one number{meaning}; all else asks how it changes.",
        (
            "The loss of each output is taken, and added up{means}. The factor in front is part "
            "of the definition of {C}: it scales every gradient that follows, and nothing else.",
            "From here on every quantity is a derivative of this one number. ∂{C}/∂{z}, ∂{C}/∂{W} "
            "and ∂{C}/∂{b} are gradients; {d} is only a short name for {minus}∂{C}/∂{z}.",
        ),
    ),
    "C_data": Explanation(
        "How wrong the outputs are, before large weights are charged for.",
        ("This is the cost of the data alone. The weight penalty is added to it below.",),
    ),
    "C_l2": Explanation(
        "Large weights cost something, too: their squares, times λ.",
        (
            "All weights are squared and added up. Biases are left out: they do not make the "
            "network more sensitive to its inputs, so nothing is gained by keeping them small.",
        ),
    ),
    "C_sum": Explanation(
        "The cost is what the data says and what the weights cost.",
        ("Both parts are minimised together; λ says how much the second one counts.",),
    ),
    "BP1": Explanation(
        "How {C} changes with each output, times how steeply that output follows its {z}.",
        (
            "First ∂{C}/∂{a}: {loss_slope}{in_front}. Then through the unit: its activation "
            "depends on its own {z} alone, so the chain rule multiplies two numbers of the same "
            "unit. That is what ⊙ says: cell times cell, no sum.",
            "{d} is {minus}∂{C}/∂{z}, {gradient}; the difference {residual} is not what travels "
            "back. {cancels} "
            "Leaving the slope out where it belongs is the commonest slip at the output.",
            "At {f}: {slope}.",
        ),
    ),
    "BP1_jacobian": Explanation(
        "Softmax mixes its units: one {z} moves every output, so it takes a Jacobian.",
        (
            "Raise one {z}, and that unit's share grows while every other shrinks. So ∂{C}/∂{z} of "
            "a unit is a sum over all outputs: a row of {J} times ∂{C}/∂{a}. A Hadamard product "
            "with the diagonal alone would forget what the others lose.",
            "{J} is made from the activations: {a}ᵢ(1 − {a}ᵢ) on the diagonal and −{a}ᵢ{a}ₖ beside "
            "it, one table for each sample. Built from {z} it would be wrong.",
            "∂{C}/∂{a} comes first: {loss_slope}{in_front}.",
        ),
    ),
    "COLLAPSE": Explanation(
        "The loss's derivative cancels the slope: {collapsed}.",
        (
            "With this output activation and this loss, the two factors of the step before "
            "multiply out to {residual}{scaled}. Some books start from here and call it the error "
            "signal; others start from the gradient. It is the same number and the same "
            "algorithm.",
            f"It holds for {_pairs()}. Change one of the two, and the general path is needed "
            "again. A hidden unit has no target, so it never has a {residual} of its own.",
            "The collapsed form is also the safer one: it is finite where the general path "
            "divides 0 by 0.",
        ),
    ),
    "BP2": Explanation(
        "{transpose_sentence}",
        (
            "Forward, the output of a unit of layer {l} leaves along its wires to layer {n}. Now "
            "ask how {C} changes if that output rises a little: each wire passes on weight × "
            "{minus}{d} at its far end, and these contributions add up. The sum runs over the "
            "units that the wires go TO: over the routes to the output, not over the inputs.",
            "{transpose} Nothing is undone on the way: undoing would be the inverse {W}⁻¹, which "
            "need not even exist. The transpose only files the same weights by the end at which "
            "they are now added up.",
            "Then through the unit: times its own slope at its own {z}. It is ⊙ and not a matrix "
            "product because the activation of a unit depends on its own {z} alone. The slope is "
            "layer {l}'s, not layer {n}'s.",
        ),
    ),
    "BP2_jacobian": Explanation(
        "The routes are added up as ever; then softmax's Jacobian, as it mixes units.",
        (
            "{transpose}",
            "Softmax stands in a hidden layer here. Every {z} of the layer moves every activation, "
            "so ∂{C}/∂{z} is a row of the Jacobian times ∂{C}/∂{a}, for each sample.",
        ),
    ),
    "BP2_unit": Explanation(
        "What arrives at each unit, times how steeply it follows its {z}.",
        (
            "∂{C}/∂{a} is known from the step before. A unit's activation depends on its own {z} "
            "alone, so the chain rule multiplies two numbers of the same unit.",
            "At {f}: {slope}.",
        ),
    ),
    "BP2_unit_jacobian": Explanation(
        "Softmax mixes its units, so what arrives goes through its whole Jacobian.",
        (
            "∂{C}/∂{a} is known from the step before. One {z} moves every activation of the layer: "
            "a row of {J} times ∂{C}/∂{a}, for each sample.",
        ),
    ),
    "BP2_input": Explanation(
        "One more time along the wires: how {C} changes with the inputs themselves.",
        (
            "The inputs are layer {inputs_layer}. They have no activation function, so there is no "
            "slope to multiply by: the sum over the routes is all. {transpose}",
        ),
    ),
    "BP4": Explanation(
        "A weight's gradient: what went IN to its wire, times {minus}{d} at the wire's far end.",
        (
            "A weight stands in one {z} only, multiplied by the activation that ENTERS its wire. "
            "So ∂{z}/∂{w} is that activation, and {minus}∂{C}/∂{w} = {d} × {a_in} of layer {k}. "
            "The activation of layer {l} is what comes out; it has done its part already, inside "
            "{d}.",
            "All of them together are a multiplication table, one product for each wire: an outer "
            "product, {shape}, the same shape as the weights. For one sample, a Kronecker product "
            "of a column and a row is the same table.",
            "{batch_sum} A weight learns slowly where what enters it is near 0 or where {d} at its "
            "end is small.",
        ),
    ),
    "L2": Explanation(
        "The penalty pulls each weight towards 0, in proportion to its size.",
        (
            "The derivative of ½ λ {w}² is λ {w}. It is added to the gradient of the data. Biases "
            "have no such term.",
        ),
    ),
    "BP3": Explanation(
        "A bias moves {z} by exactly as much as itself, so its gradient is {minus}{d}.",
        (
            "∂{z}/∂{b} is 1, whatever the bias is: its own value plays no part, and a bias of 0 "
            "has a gradient as good as any. Each unit has its own; nothing is added up over the "
            "layer.",
            "{frozen}",
        ),
    ),
    "UPDATE": Explanation(
        "A step against the gradient; every gradient was there before anything moved.",
        (
            "Backpropagation is over: it computes gradients, and this is gradient descent, which "
            "uses them. Each parameter moves against its gradient, η times its size.",
            "All gradients were taken with the old parameters. Updating {W} of the next layer "
            "before {d} of this one is formed gives slightly different numbers, and no error "
            "message.",
        ),
    ),
}
_FOLDED = Explanation(
    "{W} and {b} are one matrix here: what belongs to the 1 is the bias's gradient.",
    EXPLANATIONS["BP4"].paragraphs,
)
EXPLANATIONS |= {
    "z_folded": Explanation(
        "Each unit weighs what enters it; the 1 in front carries its bias.",
        EXPLANATIONS["z"].paragraphs,
    ),
    "BP4_folded": _FOLDED,
    "BP4_folded_data": _FOLDED,
    "BP3_folded": Explanation(
        "A bias is the weight of a wire from 1, so its gradient is {minus}{d} × 1.",
        EXPLANATIONS["BP3"].paragraphs,
    ),
    "joined": Explanation(
        "Biases and penalised weights go back into one matrix, which is what moves.",
        ("The penalty is for the weights only, so it was added to their part alone.",),
    ),
    "frozen_biases": Explanation(
        "The biases are not trained: their part of the move is 0.",
        ("Their gradient has been computed all the same; only the update leaves them out.",),
    ),
    **{
        law: Explanation(words.sentence, words.paragraphs)
        for rows in (OPTIMIZERS, LAYER_KINDS)
        for row in rows.values()
        for law, words in row.laws.items()
    },
}
EXPLANATIONS["BP4_data"] = EXPLANATIONS["BP4"]
EXPLANATIONS["BP3_batch"] = Explanation(
    "A bias moves the {z} of every sample alike: {d}, added up over the samples.",
    EXPLANATIONS["BP3"].paragraphs,
)


HEADINGS: dict[tuple[str, str], str] = {  # by equation and kernel; [way] is its last operand
    ("z", "matmul"): "each unit weighs what comes in",
    ("z", "add"): "and adds its bias",
    ("z_folded", "matmul"): "each unit weighs what comes in, and the 1 with its bias",
    ("BP4_folded", "matmul"): "one product for each wire, the one from the 1 among them",
    ("BP4_folded_data", "matmul"): "one product for each wire, the one from the 1 among them",
    ("C", "sum"): "all of them together",
    ("C", "scale"): "times the factor in front",
    ("C_l2", "sum_of_squares"): "the squares of the weights",
    ("C_l2", "scale"): "times λ and its halves",
    ("BP1", "hadamard"): "back through the unit: times its slope",
    ("BP1", "scale"): "times the factors of {C}",
    ("BP1_jacobian", "jacobian_product"): "back through all units at once",
    ("BP1_jacobian", "scale"): "times the factors of {C}",
    ("COLLAPSE", "subtract"): "output less target",
    ("COLLAPSE", "scale"): "times the factors of {C}",
    ("BP2", "matmul"): "back along the wires: add the routes",
    ("BP2", "hadamard"): "back through the unit: times its slope",
    ("BP2_jacobian", "matmul"): "back along the wires: add the routes",
    ("BP2_jacobian", "jacobian_product"): "back through all units at once",
    ("BP2_input", "matmul"): "back along the wires: add the routes",
    ("BP4", "matmul"): "a multiplication table: one product for each wire",
    ("BP4_data", "matmul"): "a multiplication table: one product for each wire",
    ("BP3", "identity"): "each unit's own {d}",
    ("BP3_batch", "sum_samples"): "over the samples",
    ("L2", "scale"): "the pull of the penalty",
    ("L2", "add"): "added to the gradient of the data",
    ("UPDATE", "scale"): "how far: η times [way]",
    ("UPDATE", "subtract"): "and against it",
}


RESULT_HEADINGS: dict[str, str] = {
    kind: heading
    for rows in (OPTIMIZERS, LAYER_KINDS)
    for row in rows.values()
    for kind, heading in row.headings.items()
}
"""Headings of operations that an optimizer or a layer brings along, by the kind of their result."""

PHASE_WORDS: dict[str, tuple[str, str]] = {
    "forward": (
        "from the inputs to the outputs",
        "Layer by layer: weigh what comes in, add the bias, bend the sum. Every {z} and {a} is "
        "kept, since the way back needs them.",
    ),
    "cost": (
        "one number for how wrong the outputs are",
        "All that follows asks one question: how does {C} change if this or that number changes?",
    ),
    "backward": (
        "how {C} changes with every {z}: from the outputs to the first layer",
        "{d} is {minus}∂{C}/∂{z}. It starts at the outputs; each layer before gets its own by "
        "adding up, over the wires, weight × {d} at the far end, times its own slope.",
    ),
    "gradients": (
        "how {C} changes with every weight and bias",
        "A weight's gradient is what went in to its wire times {minus}{d} at its far end; a "
        "bias's is {minus}{d}.",
    ),
    "update": (
        "every parameter moves against its gradient",
        "All gradients were taken before anything moves. Backpropagation ends before this; what "
        "follows is the optimizer's work.",
    ),
}
"""For each phase: what it is about, and what to know of it as a whole."""
