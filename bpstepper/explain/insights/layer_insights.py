"""Insights about whole layers, and about C from update to update: what each looks for and says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpstepper.engine.run.nonfinite import first_nonfinite
from bpstepper.engine.symbols import Symbol
from bpstepper.explain.insights.update_view import Found, UpdateView, rms
from bpstepper.number_format import number

__all__ = ["cost_rose", "exploding", "linear", "not_finite", "oscillating", "vanishing"]

_APART = 100.0  # how many times larger or smaller δ¹ is than δᴸ
_SEEN = 1e-3  # a smaller rise of C, relatively, is not to be seen in its digits
_WIDE = 1e-2  # the same of an alternation, which is told with fewer digits
_EXACT = 1e-9  # outputs so near to their targets, relatively, leave a C of rounding alone
_BACK = 4  # updates before this one that an alternation of C is looked for in


def not_finite(view: UpdateView) -> Iterator[Found]:
    """The first NaN or infinity; `nonfinite_words` tells it, with the numbers it came from."""
    birth = first_nonfinite(view.trace)
    if birth is None:
        return
    symbol = birth.operation.result.symbol
    mask = np.zeros(birth.operation.result.value.shape, bool)
    mask[birth.cell] = True
    name = view.name(symbol)
    yield Found(
        symbol,
        view.turned(symbol, mask),
        f"{name} has the first number of this update that is not finite.",
        "Everything that is computed from such a number is not finite either.",
    )


# ── layers ───────────────────────────────────────────────────────────────────────────────────


def _sizes(view: UpdateView) -> list[float]:
    """The root mean square of δ by layer, from 1; [] without two hidden layers to compare."""
    sizes = [rms(view.units("delta", layer)) for layer in range(1, view.depth + 1)]
    return sizes if len(sizes) > 2 and np.isfinite(sizes).all() and sizes[-1] > 0 else []


def vanishing(view: UpdateView) -> Iterator[Found]:
    """δ in the first layer is a small part of what it is at the outputs."""
    sizes = _sizes(view)
    if sizes and sizes[0] * _APART <= sizes[-1]:
        yield _changing(view, sizes, "vanish")


def exploding(view: UpdateView) -> Iterator[Found]:
    """δ in the first layer is many times what it is at the outputs."""
    sizes = _sizes(view)
    if sizes and sizes[0] >= sizes[-1] * _APART:
        yield _changing(view, sizes, "explode")


def _changing(view: UpdateView, sizes: list[float], verb: str) -> Found:
    first, last = Symbol("delta", 1), Symbol("delta", view.depth)
    letters = view.letters()
    logs = np.log([sizes[0], sizes[-1]])  # the quotient may overflow where its root does not
    mean, ratio = (float(np.exp((logs[0] - logs[1]) / n)) for n in (len(sizes) - 1, 1))
    return Found(
        first,
        np.ones(view.units("delta", 1).shape, bool),
        f"Gradients {verb}: {view.name(last)} is {number(sizes[-1])} in size, "
        f"{view.name(first)} {number(sizes[0])} (root mean square).",
        f"From each layer to the one before it, {letters['d']} is multiplied by the weights, "
        f"transposed, and by the slopes. Here that makes a factor of {number(mean, 3)} a layer on "
        f"average, and of {number(ratio, 3)} over {len(sizes) - 1} layers. The gradients in layer "
        f"{letters.number(1)} are made from {view.name(first)}.",
    )


def linear(view: UpdateView) -> Iterator[Found]:
    """A hidden layer without a bend."""
    for layer in range(1, view.depth):
        weighed = view.has("W", layer) and view.has("W", layer + 1)
        if view.activation(layer).apply.view is None or not weighed:
            continue
        first, second = (view.name(Symbol("W", n)) for n in (layer, layer + 1))
        this, after = (view.letters().number(n) for n in (layer, layer + 1))
        yield Found(
            Symbol("a", layer),
            np.ones(view.units("a", layer).shape, bool),
            f"Layer {this} is linear: one layer alone could do what layers {this} and {after} do.",
            f"Weighted sums of weighted sums are weighted sums: the product of {first} and "
            f"{second} would be the weights of that one layer. Only an activation function that "
            "bends makes a hidden layer worth having.",
        )


# ── from update to update ────────────────────────────────────────────────────────────────────


def _is_rounding(view: UpdateView) -> bool:
    """Whether the outputs are at their targets, so that C is made of last places."""
    missing = view.missing(view.depth)
    if missing is None:
        return False
    largest = max(float(np.abs(view.units("a", view.depth)).max()), float(missing.max()))
    return float(missing.max()) <= _EXACT * largest


def oscillating(view: UpdateView) -> Iterator[Found]:
    """C of the same samples goes up and down, update after update."""
    costs = np.array(view.costs(_BACK))
    changes = np.diff(costs)
    if not costs.size or _is_rounding(view):
        return
    seen = (np.abs(changes) > _WIDE * np.abs(costs).max()).all()
    if seen and (changes[1:] * changes[:-1] < 0).all():
        told = ", ".join(number(value, 3) for value in costs)
        cost = view.letters()["C"]
        yield Found(
            Symbol("C"),
            np.ones((), bool),
            f"{cost} goes up and down: {told} in the last {len(costs)} updates.",
            f"It is {cost} of the same samples each time. Most often the steps are too long: each "
            "of them lands on the other side of a valley. A smaller learning rate takes shorter "
            "ones.",
        )


def cost_rose(view: UpdateView) -> Iterator[Found]:
    """C of the same samples is higher than before the last update."""
    costs = view.costs(1)
    if not costs or _is_rounding(view):
        return
    if not costs[1] - costs[0] > _SEEN * max(abs(costs[0]), abs(costs[1])):
        return
    why = (
        "The gradient says which way {C} falls, and only for a short way: the last step was longer "
        "than that. A step short enough would have lowered {C}."
        if view.plain_descent
        else "The parameters do not move exactly against the gradient here, so {C} need not fall "
        "with every update, be the step as short as it may."
    )
    yield Found(
        Symbol("C"),
        np.ones((), bool),
        f"{view.letters()['C']} rose from {number(costs[0])} to {number(costs[1])} with the last "
        "update.",
        view.letters().fill(why),
    )
