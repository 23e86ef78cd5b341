"""Reading a formula as it is written on the page, to see whether it is true of the numbers shown.

A small parser of its own, which knows nothing of templates or kernels: names are those of the
program, longest first, two of them beside each other are a product, `⊙` is cell by cell. What it
cannot read, a formula that goes on in words or a function of z, is `UnreadError`.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.trace import Step, Trace
from bpstepper.engine.tables.losses import LOSSES

__all__ = ["UnreadError", "evaluate"]

_LAWS = ("BP1", "BP2", "BP3", "BP4", "COLLAPSE", "UPDATE", "L2", "OPTIMIZER")


class UnreadError(ValueError):
    """A formula that this parser has no reading for."""


def evaluate(step: Step, trace: Trace, problem: Problem) -> tuple[Any, Any]:
    """What the right-hand side of a step's formula makes of the trace's values, and the left's.

    The left side is the operation's result that is called so, else what the step makes.
    """
    equation = step.equation
    if equation.law not in _LAWS or equation.phase == "cost":
        raise UnreadError(equation.formula)
    whole, _, where = equation.formula.partition(",  ")
    sides = re.split(r" = | ← ", whole)
    given: dict[str, Any] = {}
    for symbol, name in trace.program.names.items():
        if symbol in trace.values:
            given[name.text.partition(" = ")[0]] = trace.values[symbol]
    for text in _ambiguous(trace):
        given.pop(text, None)
    reader = _Reader(given, trace, problem, step)
    if where:
        text, _, meaning = where.partition(" = ")
        np.testing.assert_allclose(reader.read(meaning), given[text], rtol=1e-9)
    made = {op.result.name.text.partition(" = ")[0]: op.result.value for op in step.operations}
    return reader.read(sides[-1]), made.get(sides[0], step.result.value)


def _ambiguous(trace: Trace) -> set[str]:
    """Names that several symbols share: helpers of an optimizer."""
    texts = [
        name.text.partition(" = ")[0]
        for symbol, name in trace.program.names.items()
        if symbol in trace.values
    ]
    return {text for text in texts if texts.count(text) > 1}


class _Reader:
    """Recursive descent: sums of products of factors."""

    def __init__(self, given: dict[str, Any], trace: Trace, problem: Problem, step: Step) -> None:
        self.given = given
        m, n = len(trace.samples), problem.network.sizes[-1]
        self.numbers = {"½": 0.5, "¼": 0.25, "1/m": 1 / m, "1/n": 1 / n, "2": 2.0, "1": 1.0}
        self.numbers["0.5"] = 0.5
        self.column = trace.program.layout.units_axis == 0
        if LOSSES[problem.loss.name].targets == "none" and n > 1:
            raise UnreadError("counted outputs")
        names = sorted((*given, *self.numbers), key=len, reverse=True)
        words = "|".join(re.escape(name) for name in names)
        self.token = re.compile(rf" *({words}|[()ᵀ²√⊙·/+−])")

    def read(self, text: str) -> Any:
        self.tokens: list[tuple[str, bool]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = self.token.match(text, at)
            if found is None:
                raise UnreadError(text[at:])
            self.tokens.append((found[1], text[at] == " "))
            at = found.end()
        self.at = 0
        value = self.sum()
        if self.at < len(self.tokens):
            raise UnreadError(text)
        return value

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][0]

    def sum(self) -> Any:
        value = self.product()
        while self.peek() in ("+", "−"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> Any:
        value = self.factor()
        while self.peek() not in ("", ")", "+", "−"):
            sign = self.peek() if self.peek() in ("⊙", "·", "/") else ""
            tight = not sign and not self.tokens[self.at][1]
            if sign:
                self.take()
            rest = [token for token, _ in self.tokens[self.at : self.at + 3]]
            other = self.factor()
            with np.errstate(all="ignore"):
                if sign == "/":
                    value = value / other
                elif sign == "⊙" or (tight and rest == ["(", "1", "−"]):  # a(1 − a)
                    value = value * other
                else:
                    value = self.times(value, other)
        return value

    def times(self, first: Any, second: Any) -> Any:
        if np.ndim(first) == 0 or np.ndim(second) == 0:
            return first * second
        if np.ndim(first) == 3:
            axes = "mij,jm->im" if self.column else "mij,mj->mi"
            return np.einsum(axes, first, second)
        return first @ second

    def factor(self) -> Any:
        token = self.take() if self.peek() else ""
        if token == "−":
            return -self.factor()
        if token == "√":
            with np.errstate(all="ignore"):
                return np.sqrt(self.factor())
        if token == "(":
            value = self.sum()
            if self.peek() != ")":
                raise UnreadError("(")
            self.take()
        elif token in self.given:
            value = self.given[token]
        elif token in self.numbers:
            value = self.numbers[token]
        else:
            raise UnreadError(token)
        while self.peek() in ("ᵀ", "²"):
            value = np.transpose(value) if self.take() == "ᵀ" else value * value
        return value
