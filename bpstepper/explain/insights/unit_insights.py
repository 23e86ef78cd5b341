"""Insights about outputs, units and the wires from them: what each looks for, and what it says.

Thresholds are ratios of numbers of the same update, so that scaling a problem changes little.
Every sentence is held to what is exactly true: it tells gradients, not how training will go.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from bpstepper.engine.symbols import Symbol
from bpstepper.engine.tables.saturation import SURE
from bpstepper.explain.insights.update_view import Found, Mask, UpdateView
from bpstepper.number_format import number

__all__ = [
    "cancelled",
    "dead",
    "saturated",
    "slow_weights",
    "targets_reached",
    "twins",
    "wrong_but_flat",
]

_Indices = npt.NDArray[np.intp]

_WRONG = 0.5  # an output so far from its target is on the wrong side of a half
_OFF = 0.1  # an output nearer than this has hardly anything to learn
_NEAR_0 = 0.01  # of the largest that enters the same layer
_MOST_NAMES = 3


def _units(view: UpdateView, layer: int, units: _Indices) -> str:
    """A subject with its verb: `Unit h3 is`, `Inputs x1 and x2 are`, `94 of the 100 inputs are`.

    A name may be a mere number in its file, so it does not stand alone.
    """
    names = view.unit_names(layer)
    own = [names[unit] for unit in units]
    kind = "Unit" if layer else "Input"
    if len(own) == 1:
        return f"{kind} {own[0]} is"
    if len(own) <= _MOST_NAMES:
        return f"{kind}s {', '.join(own[:-1])} and {own[-1]} are"
    among = f"units of layer {view.letters().number(layer)}" if layer else "inputs"
    if len(own) == len(names):
        return f"All {len(names)} {among} are"
    return f"{len(own)} of the {len(names)} {among} are"


def _rows(view: UpdateView, layer: int, units: _Indices) -> Mask:
    """The mask of whole units, (n, m)."""
    mask = np.zeros((len(view.unit_names(layer)), view.m), bool)
    mask[units] = True
    return mask


# ── the outputs ──────────────────────────────────────────────────────────────────────────────


def _wrong_and_flat(view: UpdateView) -> Mask:
    """The outputs that are clearly wrong and stand on a flat part of their activation, (n, m)."""
    flat, missing = view.flat(view.depth), view.missing(view.depth)
    if missing is None:
        return np.zeros_like(flat)
    return np.asarray(flat & (missing >= _WRONG))


def _worst(view: UpdateView, mask: Mask) -> tuple[str, str, str, str]:
    """Of the outputs in the mask the farthest off: what it is, how flat, its δ's name and value."""
    last = view.depth
    missing = np.abs(view.units("a", last) - view.units("y"))
    unit, sample = np.unravel_index(np.where(mask, missing, -1.0).argmax(), mask.shape)
    cell = (int(unit), int(sample))
    a, y, delta = (view.units(k, n)[cell] for k, n in (("a", last), ("y", None), ("delta", last)))
    told = view.told(Symbol("delta", last), float(delta))
    wrong = f"{view.cell_name(Symbol('a', last), cell)} is {number(a)}, should be {number(y)}"
    return wrong, _flatness(view, cell), view.cell_name(Symbol("delta", last), cell), told


def _flatness(view: UpdateView, cell: tuple[int, int]) -> str:
    """`σ′(z) is 0.01766`; of softmax, how large an entry of the sample's Jacobian is at most."""
    last = view.depth
    if view.has("slope", last):
        return f"{view.slope_name(last)} is {number(view.units('slope', last)[cell])}"
    symbol = Symbol("jacobian", last)
    entries = np.abs(view.trace.values[symbol][cell[1]])
    return f"{view.name(symbol)} is {number(entries.max())} at most"


def _flat_output(view: UpdateView, mask: Mask, text: str, reason: str) -> Iterator[Found]:
    """What is to be said of outputs in a mask; `text` has {wrong}, {flat}, {name} and {delta}."""
    if mask.any():
        wrong, flat, name, delta = _worst(view, mask)
        said = text.format(wrong=wrong, flat=flat, name=name, delta=delta)
        last = Symbol("delta", view.depth)
        yield Found(last, mask, said, view.letters(view.depth).fill(reason))


def wrong_but_flat(view: UpdateView) -> Iterator[Found]:
    """An output that is clearly wrong and yet has a small δ, since its slope is small."""
    mask = _wrong_and_flat(view)
    if view.collapses or not mask.any():
        return iter(())
    missing = np.abs(view.units("a", view.depth) - view.units("y"))
    # else the factors of C make up for the slope
    mask &= np.abs(view.units("delta", view.depth)) <= missing / 4
    return _flat_output(
        view,
        mask,
        "{wrong}, yet {name} is {delta}: {flat}.",
        "How wrong an output is stands in ∂{C}/∂{a}; the slope of its activation function is "
        "the other factor of {d}, and the curve is flat there. A loss that cancels the slope, "
        "as cross-entropy does, keeps {d} large.",
    )


def cancelled(view: UpdateView) -> Iterator[Found]:
    """An output that is clearly wrong and saturated, with a loss that does not mind."""
    if not view.collapses:
        return iter(())
    return _flat_output(
        view,
        _wrong_and_flat(view),
        "{wrong}; {flat} but cancels: {name} is {delta}.",
        "The derivative of this loss grows as the slope shrinks, and their product is "
        "{residual}, times the factors of {C}. So a wrong output has a large {d}, however flat "
        "its curve is there.",
    )


def targets_reached(view: UpdateView) -> Iterator[Found]:
    """Nothing is left to learn from this batch: every output is its target, exactly."""
    missing, last = view.missing(view.depth), Symbol("delta", view.depth)
    if missing is None or missing.any() or view.units(last.kind, last.layer).any():
        return
    data = " of the data" if view.scenario.loss.l2 > 0 else ""
    yield Found(
        last,
        np.ones(missing.shape, bool),
        f"Every output equals its target: {view.name(last)} is 0, and so is every gradient{data}.",
        view.letters().fill(
            "All gradients are sums of products with a {d}, and every {d} is made from that of the "
            "outputs. Where that is 0, so are they."
        ),
    )


# ── units ────────────────────────────────────────────────────────────────────────────────────


def _worth_telling(view: UpdateView, layer: int, mask: Mask) -> Mask:
    """The units of a mask, (n,), but outputs only if one of the cells is off its target."""
    missing = view.missing(layer)
    off = mask if missing is None else mask & (missing > _OFF)
    return np.asarray(off.any(axis=1))


def saturated(view: UpdateView) -> Iterator[Found]:
    """Units on a flat part of their activation, in at least half of the samples."""
    for layer in range(1, view.depth + 1):
        if view.is_level(layer):
            continue
        mask = view.flat(layer)
        often = mask.sum(axis=1) * 2 >= view.m
        told = often & _worth_telling(view, layer, mask)
        if not told.any():
            continue
        if view.has("slope", layer):
            yield _saturated_units(view, layer, mask, np.flatnonzero(told))
        else:
            yield _saturated_softmax(view, layer, mask)


def _saturated_units(view: UpdateView, layer: int, mask: Mask, units: _Indices) -> Found:
    own = mask & _rows(view, layer, units)
    slopes = view.units("slope", layer)[own]
    f, said = view.slope_name(layer), f"{_units(view, layer, units)} saturated"
    steepest = number(view.steepest(layer))
    if slopes.size == 1:
        z, letter = number(view.units("z", layer)[own][0]), view.letters(layer)["z"]
        said += f": {f} is {number(slopes[0])} at {letter} = {z}; it can be {steepest}"
    else:
        size = f"|{f}|" if (slopes < 0).any() else f
        said += _in_samples(mask[units].sum(axis=1), view.m)
        said += f": {size} is {number(np.abs(slopes).max())} at most"
    return Found(
        symbol=Symbol("a", layer),
        mask=own,
        text=f"{said}.",
        reason=f"Where it is steepest, {f} is {steepest}. {_saturation_reason(view, layer, f)}",
    )


def _in_samples(counts: _Indices, m: int) -> str:
    """In how many samples each of some units is so: ` in 6 of 8 samples`."""
    least, most = int(counts.min()), int(counts.max())
    if m == 1:
        return ""
    if least == m:
        return " in every sample"
    return f" in {least}{'' if least == most else f' to {most}'} of {m} samples"


def _saturated_softmax(view: UpdateView, layer: int, mask: Mask) -> Found:
    a, jacobian = view.units("a", layer), Symbol("jacobian", layer)
    entries = np.abs(view.trace.values[jacobian][np.flatnonzero(mask[0])]).max()
    if view.m == 1:
        top = int(a[:, 0].argmax())
        said = f": unit {view.unit_names(layer)[top]} has {number(a[top, 0])} of the 1 there is"
    else:
        where = _in_samples(mask[0].sum(keepdims=True), view.m)
        said = f"{where}: one unit has {number(SURE, 3)} or more of the 1"
    name = view.name(jacobian)
    return Found(
        Symbol("a", layer),
        mask,
        f"Softmax is saturated{said}.",
        f"No entry of {name} is then above {number(entries)} in size. "
        + _saturation_reason(view, layer, name),
    )


def _saturation_reason(view: UpdateView, layer: int, factor: str) -> str:
    letters = view.letters(layer)
    if layer == view.depth and view.collapses:
        return (
            letters.fill("As a factor of {d}, ")
            + factor
            + letters.fill(
                " would make it small; but with this loss it cancels, and {d} is {residual}, times "
                "the factors of {C}."
            )
        )
    return factor + letters.fill(
        " is a factor of {d}, so little of ∂{C}/∂{a} gets through, and the weights into such a "
        "unit have small gradients. It is where {z} lies on the curve that counts, not how high "
        "the activation is."
    )


def dead(view: UpdateView) -> Iterator[Found]:
    """Units whose slope is exactly 0, and δ with it, in every sample of the batch."""
    for layer in range(1, view.depth + 1):
        if not view.is_level(layer):
            continue
        mask, delta = view.flat(layer), view.units("delta", layer)
        off = (mask & (view.units("slope", layer) == 0) & (delta == 0)).all(axis=1)
        units = np.flatnonzero(off & _worth_telling(view, layer, mask))
        if units.size:
            yield _dead_units(view, layer, units)


def _dead_units(view: UpdateView, layer: int, units: _Indices) -> Found:
    mask = _rows(view, layer, units)
    everywhere = "for this sample" if view.m == 1 else f"for all {view.m} samples"
    letters = view.letters(layer)
    z = letters["z"]
    at = "" if mask.sum() > 1 else f" at {z} = {number(view.units('z', layer)[mask][0])}"
    whose = letters.fill("its {d} is" if units.size == 1 else "their {d} are")
    return Found(
        Symbol("a", layer),
        mask,
        f"{_units(view, layer, units)} off {everywhere}: {view.slope_name(layer)} is 0{at}, and "
        f"so {whose} 0.",
        "A unit that is off passes nothing on, and no gradient comes through it: the weights into "
        "it have gradient 0 from these samples, and plain gradient descent does not move them.",
    )


def twins(view: UpdateView) -> Iterator[Found]:
    """Units of a hidden layer with the same weights in, bias and weights out."""
    for layer in range(1, view.depth):
        if not (view.has("grad_W", layer) and view.has("W", layer + 1)):
            continue
        wires = [view.units("W", layer), view.units("b", layer), view.units("W", layer + 1).T]
        rows = np.concatenate(wires, axis=1) + 0.0  # −0 is the same weight as 0
        groups: dict[bytes, list[int]] = {}
        for unit, row in enumerate(rows):
            if np.isfinite(row).all():
                groups.setdefault(row.tobytes(), []).append(unit)
        alike = [np.array(group) for group in groups.values() if len(group) > 1]
        if alike:
            yield _twins(view, layer, max(alike, key=len), np.concatenate(alike))


def _twins(view: UpdateView, layer: int, first: _Indices, every: _Indices) -> Found:
    zero = (
        not view.units("W", layer)[first].any() and not view.units("W", layer + 1)[:, first].any()
    )
    weights = "all weights in and out are 0" if zero else "the same weights in and out"
    still = ""
    if not view.units("delta", layer)[first].any():
        still = view.letters().fill(
            " Here their {d} is 0, too: nothing that the data say reaches the weights into them."
        )
    return Found(
        Symbol("z", layer),
        _rows(view, layer, every),
        f"{_units(view, layer, first)} alike: {weights}, so the same gradients.",
        "If they changed places, the network would be the same. So they compute the same, have "
        f"the same {view.letters()['d']} and move alike: no update tells them apart, and they do "
        "no more than one unit "
        f"could. That is why weights start from chance.{still}",
    )


# ── wires ────────────────────────────────────────────────────────────────────────────────────


def slow_weights(view: UpdateView) -> Iterator[Found]:
    """Wires with a small gradient because what enters them is near 0."""
    for layer in range(1, view.depth + 1):
        kind = "grad_W_data" if view.has("grad_W_data", layer) else "grad_W"
        entering = view.entering(layer)
        if not view.has(kind, layer) or not np.isfinite(entering).all():
            continue
        delta, gradient = view.units("delta", layer), view.units(kind, layer)
        ends = np.abs(delta).max(axis=1) > 0  # with δ = 0 it is not for what enters
        peaks, columns = np.abs(entering).max(axis=1), np.abs(gradient).max(axis=0)
        zero = peaks == 0
        small = ~zero & (peaks <= _NEAR_0 * peaks.max())
        small &= columns <= columns.max() / 10  # in a batch, those of the others may cancel
        for units in (zero, small):
            if units.any() and ends.any():
                yield _slow_weights(view, Symbol(kind, layer), ends, np.flatnonzero(units), peaks)


def _slow_weights(
    view: UpdateView, symbol: Symbol, ends: Mask, units: _Indices, peaks: npt.NDArray[np.float64]
) -> Found:
    assert symbol.layer is not None  # weights lead into a layer
    before, largest = symbol.layer - 1, float(peaks[units].max())
    said = f"{_units(view, before, units)} {'near ' if largest else ''}0"
    if largest and peaks[units].size * view.m == 1:
        said += f" ({number(view.entering(symbol.layer)[units].item())})"
    elif not largest and view.m > 1:
        said += " in every sample"
    them = "it" if units.size == 1 else "them"
    data = " from the data" if view.scenario.loss.l2 > 0 else ""
    size = f"a small gradient{data}" if largest else f"gradient 0{data}"
    top, names = int(peaks.argmax()), view.unit_names(before)
    across = "Over all samples: in" if view.m > 1 else "In"
    sizes = (
        f"{across} size, {number(largest)} at most against {number(peaks[top])} of {names[top]}."
    )
    return Found(
        symbol,
        np.outer(ends, np.isin(np.arange(peaks.size), units)),
        f"{said}: each weight from {them} has {size}.",
        view.letters().fill(
            "{minus}∂{C}/∂{w} is what goes in at one end of a wire, times {d} at the other. Where "
            "nearly nothing goes in, the gradient is nearly 0 however wrong the output is; a small "
            "{d} is the other way to one."
        )
        + (sizes if largest else ""),
    )
