"""Turning signs: operations as they read where some quantities are shown with the other sign.

Some books have δ = −∂C/∂z and add their steps. Shown that way, an operation's numbers change
sign, and then its signs on the page have to follow, or the line would be false. What they become
follows from the kernel's own cell rule: a sum of products of operand cells keeps or changes the
sign of each product, so `W − step` becomes `W + step`. Operands keep their places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bpstepper.engine.compile.network import Array
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.ops.kernels import AnyArray, Call, Cell, Index, Kernel, Scratch, Term

__all__ = ["turned_kernel", "turned_value"]

_PARITY: Mapping[str, tuple[int, ...]] = {"square": (0,), "divide": (1, 1), "divide_by": (1, 1)}
"""Functions that are odd (1) or even (0) in an operand: −A passes through, or is forgotten."""

_OTHER: Mapping[str, str] = {"add": "subtract", "subtract": "add"}
"""What a sum becomes where one of its two summands changes sign."""


def turned_value(value: Array) -> Array:
    """The value with the other sign, read-only; a 0 stays 0 and does not become −0."""
    other: Array = np.subtract(0.0, value)
    other.setflags(write=False)
    return other


def turned_kernel(
    kernel: Kernel,
    shapes: Sequence[tuple[int, ...]],
    signs: Sequence[int],
) -> Kernel:
    """The kernel that makes the shown result of the shown operands.

    Args:
        kernel: what is done to the values themselves.
        shapes: of the operands, and of the result.
        signs: for each of these +1, or −1 where it is shown with the other sign.
    """
    if all(sign > 0 for sign in signs):
        return kernel
    given = shapes[:-1]
    corner = tuple(size - 1 for size in shapes[-1])  # the first may be a bias's fixed 0 or 1
    rule = kernel.cell_rule(corner, given)
    if rule.function is not None:
        parity = _PARITY.get(kernel.name)
        if parity is None:
            return _turned(kernel, signs)
        odd = [sign for sign, power in zip(signs, (*parity, 1), strict=True) if power]
        return kernel if _product(odd) > 0 else _negated(kernel)
    own = [term.sign for term in rule.terms]
    shown = [term.sign * _of_term(term, signs) * signs[-1] for term in rule.terms]
    if shown == own:
        return kernel
    products = all(len(term.cells) == kernel.arity for term in rule.terms)
    if shown == [-sign for sign in own]:
        return _negated(kernel, products)
    if kernel.name in _OTHER:
        other = ALGEBRA[_OTHER[kernel.name]].along(kernel.axis)
        if [term.sign for term in other.cell_rule(corner, given).terms] == shown:
            return other
    return _turned(kernel, signs, products)


def _product(signs: Sequence[int]) -> int:
    return -1 if sum(sign < 0 for sign in signs) % 2 else 1


def _of_term(term: Term, signs: Sequence[int]) -> int:
    return _product([signs[which] for which, _ in term.cells])


def _negated(kernel: Kernel, products: bool = False) -> Kernel:
    """The kernel with a minus before it."""
    return _turned(kernel, (*(1,) * kernel.arity, -1), products)


def _turned(kernel: Kernel, signs: Sequence[int], products: bool = False) -> Kernel:
    """The kernel with a minus before each operand, and before the whole, of the other sign.

    `products` says that each of its summands has a factor of every operand.
    """
    return replace(
        kernel,
        around=_glue(kernel, signs, products),
        lower=_lower(kernel, signs),
        cell=_cell(kernel.cell, signs),
        view=None,
        in_place=False,
    )


def _glue(kernel: Kernel, signs: Sequence[int], products: bool) -> tuple[str, ...]:
    """What a page writes around the operands: `−(a − y)`, `−s × y`, and `y / a` for −(−y / a)."""
    glue = list(kernel.glue)
    for which, sign in enumerate(signs[:-1]):
        if sign < 0:
            glue[which] = f"{glue[which]} −".strip()
    if signs[-1] > 0:
        return tuple(glue)
    if glue[0].startswith("−"):
        return (glue[0].removeprefix("−").strip(), *glue[1:])
    if kernel.arity == 1 or products:
        return (f"−{glue[0]}", *glue[1:])
    return (f"−({glue[0]}", *glue[1:-1], f"{glue[-1]})")


def _lower(
    kernel: Kernel, signs: Sequence[int]
) -> Callable[[Sequence[AnyArray], AnyArray, int, Scratch], list[Call]]:
    def lower(
        operands: Sequence[AnyArray], out: AnyArray, axis: int, scratch: Scratch
    ) -> list[Call]:
        calls: list[Call] = []
        given = list(operands)
        for which, sign in enumerate(signs[:-1]):
            if sign < 0:
                given[which] = scratch(operands[which].shape)
                calls.append((np.negative, (operands[which], given[which])))
        seen = kernel.view(given, axis) if kernel.view else None
        calls += [(np.copyto, (out, seen))] if seen is not None else []
        calls += kernel.lower(given, out, axis, scratch) if seen is None else []
        return [*calls, (np.negative, (out, out))] if signs[-1] < 0 else calls

    return lower


def _cell(
    cell: Callable[[Index, Sequence[tuple[int, ...]], int], Cell], signs: Sequence[int]
) -> Callable[[Index, Sequence[tuple[int, ...]], int], Cell]:
    whole = signs[-1]

    def turned(index: Index, shapes: Sequence[tuple[int, ...]], axis: int) -> Cell:
        rule = cell(index, shapes, axis)
        of_terms = [_of_term(term, signs) for term in rule.terms]
        function = rule.function
        if function is None:
            terms = zip(rule.terms, of_terms, strict=True)
            return Cell(tuple(Term(t.sign * sign * whole, t.cells) for t, sign in terms))

        def value(values: Sequence[float]) -> float:
            return whole * function([v * sign for v, sign in zip(values, of_terms, strict=True)])

        return Cell(rule.terms, value)

    return turned
