"""Explanations, written out for a step: its sentence, the whole answer, what an operation does.

The texts are in `explanations`; this module knows what their words mean at the step at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpstepper.engine.run.trace import Operation, Quantity, Step
from bpstepper.engine.symbols import KINDS
from bpstepper.engine.tables.activations import Activation
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.explain.explanations import EXPLANATIONS, HEADINGS, RESULT_HEADINGS
from bpstepper.explain.notation.letters import OWN, Letters, letters_of
from bpstepper.explain.notation.notation import Notation
from bpstepper.number_format import number
from bpstepper.scenario.model import Scenario

__all__ = ["Told", "explain", "explain_operation", "heading"]


def heading(step: Step, operation: Operation, notation: Notation = OWN) -> str:
    """What an operation does, in a few words, for the line above its matrices."""
    kernel, made = operation.kernel, operation.result.symbol.kind
    in_this_book = notation.headings.get((step.equation.law, kernel.name))
    particular = RESULT_HEADINGS.get(made) or in_this_book
    if particular:
        return particular
    letters = letters_of(notation, None, step.equation.layer)
    if made in ("loss_slope", "grad_a") and kernel.name == "subtract":
        return letters.fill("how {C} changes with each output")
    if step.equation.law == "BP4" and kernel.name == "matmul":
        samples = operation.operands[0].value.shape[1]
        if samples > 1:
            return f"for each wire a product per sample, added up over the {samples} samples"
    by_law = HEADINGS.get((step.equation.row, kernel.name))
    if by_law is None:
        return letters.formula(kernel.words)
    along = operation.operands[-1]
    kind = KINDS[along.symbol.kind]
    way = "the gradient" if kind.by or kind.masks else along.name.text
    return letters.fill(by_law).replace("[way]", way)


def explain_operation(operation: Operation, head: str, letters: Letters | None = None) -> str:
    """What one operation does, with its own shapes: `2×2 · 2×1 makes 2×1`.

    `head` is what `heading` says of it.
    """
    letters = letters or letters_of(OWN)
    shapes = [_shape(operand) for operand in operation.operands]
    glue = operation.kernel.glue
    parts = [f"{before} {shape}".strip() for before, shape in zip(glue, shapes, strict=False)]
    written = f"{' '.join(parts)} {glue[-1]}".strip()
    words = letters.formula(operation.kernel.words)
    told = head[:1].upper() + head[1:]
    told += f": {words}." if words and words != head else "."
    return f"{told} Shapes: {written} makes {_shape(operation.result)}."


def _shape(quantity: Quantity) -> str:
    return "×".join(str(size) for size in quantity.value.shape) or "a number"


@dataclass(frozen=True)
class Told:
    """An explanation, written out for one step.

    Attributes:
        sentence: the one that is always shown.
        paragraphs: the whole of it.
        source: where the equation stands.
    """

    sentence: str
    paragraphs: tuple[str, ...]
    source: str


def explain(scenario: Scenario, step: Step, batch: int, notation: Notation = OWN) -> Told:
    """Why this step is what it is, with its own layer, units and shapes, in a book's letters."""
    row = EXPLANATIONS[step.equation.row]
    said = _Said(scenario, step, batch, notation)
    paragraphs = (said.fill(paragraph).strip() for paragraph in row.paragraphs)
    sentence = said.fill(row.sentence)
    if not np.isfinite(step.result.value).all():
        sentence = _BEYOND[step.equation.cross_check]
    return Told(
        sentence=sentence,
        paragraphs=tuple(paragraph for paragraph in paragraphs if paragraph),
        source=step.equation.source,
    )


_CANCELS = {
    True: "For this output and this loss the two factors multiply out to it: see the next step.",
    False: "With this output and this loss nothing cancels, so the slope stays.",
}
_BEYOND = {
    True: "This path divides 0 by 0 here, or overflows; the next step's form does not.",
    False: "Not every number here is finite: something overflowed, here or before.",
}
_NUMBER_WORDS = {1: "one {z}", 2: "two of them", 3: "three of them", 4: "four of them"}


class _Said:
    """What the templates' words mean at one step; each is worked out only where it is used."""

    def __init__(self, scenario: Scenario, step: Step, batch: int, notation: Notation) -> None:
        self.network = scenario.network
        self.loss = scenario.loss
        self.step = step
        self.batch_size = batch
        layer = step.equation.layer
        self.layer = self.network.depth if layer is None else layer
        self.letters = letters_of(notation, self.network, self.layer)

    def fill(self, template: str) -> str:
        """The template with every word replaced, repeatedly where a word is itself one."""
        words: dict[str, Callable[[], str]] = {
            "units_word": self._units_word,
            "make": lambda: "makes" if self.network.sizes[self.layer] == 1 else "make",
            "a_sentence": self._a_sentence,
            "f": lambda: self.letters.function(self._activation().glyph.text),
            "formula": lambda: self.letters.formula(self._activation().formula),
            "slope": lambda: self.letters.formula(self._activation().slope_formula),
            "shape": lambda: "×".join(str(n) for n in self.step.result.value.shape),
            "m": lambda: str(self.batch_size),
            "loss_slope": lambda: LOSSES[self.loss.name].slope_reason,
            "in_front": self._in_front,
            "collapsed": self._collapsed,
            "cancels": lambda: _CANCELS[self.step.equation.cross_check],
            "meaning": lambda: LOSSES[self.loss.name].meaning,
            "means": self._means,
            "scaled": self._scaled,
            "batch": self._batch,
            "batch_sum": self._batch_sum,
            "frozen": self._frozen,
            "transpose": lambda: _TRANSPOSE[self.network.layout][1],
            "transpose_sentence": lambda: _TRANSPOSE[self.network.layout][0],
        }
        text = template
        for word, meaning in words.items():
            token = "{" + word + "}"
            if token in text:
                text = text.replace(token, meaning())
        text = self.letters.fill(text)
        # names of units come last: what stands in their braces is theirs
        named = "{units}" in text
        return text.replace("{units}", ", ".join(self._some_units())) if named else text

    def _activation(self) -> Activation:
        return self.network.layer(max(self.layer, 1)).function

    def _some_units(self) -> list[str]:
        names = self.network.unit_names(self.layer)
        return [*names[:3], "…", names[-1]] if len(names) > 4 else list(names)

    def _units_word(self) -> str:
        count = self.network.sizes[self.layer]
        return _NUMBER_WORDS.get(count, f"{count} of them")

    def _a_sentence(self) -> str:
        activation = self._activation()
        if activation.slope is None:
            return "Softmax shares 1 among the units: each activation depends on every {z}."
        if activation.apply.view is not None:
            return "These units are linear: each passes its {z} on as it is."
        return "Each unit bends its own {z} by {f}; no unit looks at another's."

    def _means(self) -> str:
        parts = []
        if self.loss.outputs == "mean":
            parts.append("divided by the number of outputs")
        if self.loss.samples == "mean" and self.batch_size > 1:
            parts.append(f"divided by the {self.batch_size} samples of the batch")
        return ", " + " and ".join(parts) if parts else ""

    def _in_front(self) -> str:
        factor = self.loss.factor
        return "" if factor == 1 else f", times the factor {number(factor)} in {{C}}"

    def _collapsed(self) -> str:
        """The difference as it stands, or with what the step does to it after."""
        if len(self.step.operations) == 1:
            return "for this pair, {d} is simply {residual}"
        factor = self.loss.factor * LOSSES[self.loss.name].slope_factor
        only_mean = factor == 1 and self.loss.outputs == "sum"
        if only_mean:
            return "for this pair, {d} is {residual}, over m"
        return "{d} is {residual}, times the factors of {C}"

    def _scaled(self) -> str:
        plain = len(self.step.operations) == 1
        return "" if plain else ", times the factor and the means that stand in {C}"

    def _batch(self) -> str:
        if self.batch_size == 1:
            return ""
        return (
            f"{self.batch_size} samples go through at once, one beside the other; none of them "
            "looks at the others."
        )

    def _batch_sum(self) -> str:
        if self.batch_size == 1:
            return ""
        return f"The product also adds up over the {self.batch_size} samples."

    def _frozen(self) -> str:
        if self.network.layer(max(self.layer, 1)).setting("train_biases", True):
            return ""
        return "This scenario does not train these biases: the gradient is there, the update not."


_TRANSPOSE = {
    "column": (
        "The same wires as forward, added up at their other end. That is the transpose.",
        "The cells of {W} stand in rows by the unit a wire goes to. To add up by the unit it comes "
        "FROM, rows and columns change places: the transpose.",
    ),
    "row": (
        "The same wires as forward, added up at their other end. That is the transpose.",
        "Here {W} is filed from × to, and forward is {any_a} {W}. To add up at the wires' other "
        "end, rows and columns of {W} change places: the transpose.",
    ),
    "torch": (
        "The same wires, added up at their other end; forward carried the transpose.",
        "Here {W} is filed to × from and the samples stand in rows, so forward was {any_a} {W}ᵀ "
        "and back is {d} {W} with no transpose at all. Exactly one of the two trips carries it, "
        "and which one is a matter of filing.",
    ),
}
