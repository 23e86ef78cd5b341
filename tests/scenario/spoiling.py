"""A good scenario, and the means to spoil it in one place.

The tables of bad inputs are made from `BASE`, whose line numbers they count on.
"""

from __future__ import annotations

from typing import NamedTuple

BASE = """\
format = 1
title = "a base to spoil"
[network]
inputs = 2
[[network.layers]]
units = 3
activation = "sigmoid"
weights = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
biases = [0.1, 0.2, 0.3]
[[network.layers]]
units = 2
activation = "sigmoid"
weights = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
[loss]
name = "squared_error"
[training]
learning_rate = 0.5
batch_size = 1
[[samples]]
input = [0.05, 0.10]
target = [0.01, 0.99]
[[samples]]
input = [1, 0]
label = 1
[[expect]]
symbol = "delta1"
value = [0.1, 0.2, 0.3]
tolerance = 1.0
[[notes]]
at = "delta1"
text = "a note"
"""

W1 = "weights = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]"
W2 = "weights = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]"
RATE = "learning_rate = 0.5"
SOFTMAX_OUTPUT = ('units = 2\nactivation = "sigmoid"', 'units = 2\nactivation = "softmax"')
BEFORE_SAMPLES = BASE[: BASE.index("[[samples]]")]


class Bad(NamedTuple):
    """A bad input and what is said about it: (code, line, column) of each diagnostic."""

    name: str
    text: str
    expected: list[tuple[str, int, int]]


def swap(*pairs: tuple[str, str]) -> str:
    """`BASE` with the first occurrence of each old text replaced by the new one."""
    text = BASE
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
