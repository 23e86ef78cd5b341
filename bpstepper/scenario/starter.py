"""The starter file: what `bpstepper new FILE` writes.

It is a scenario that loads as it stands and a tour of the format: every key a teacher commonly
needs, with its default and its unit, in the order in which one would fill it in. The names that
may stand for a word are those of the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS

__all__ = ["STARTER"]

_TEMPLATE = '''\
# A scenario of bpstepper. It works as it is:
#     bpstepper FILE           step through it
#     bpstepper check FILE     are the gradients right? do the published numbers come out?
#     bpstepper schema         every key there is, for editors with TOML support
# Text after a # is for you. Keys that are commented out show their default.

format = 1                        # the version of this format
title = "My first network"        # one line
source = ""                       # where the example comes from: book, page, link
about = """
Markdown, shown before the first step. Say what to look out for.

Three single quotes instead of these double ones let you write backslashes, as LaTeX has them.
"""
# topic = ""                      # a few words; lists are grouped by it
# level = "first steps"           # or "intermediate", "advanced"; default: not said

# ── The network ──────────────────────────────────────────────────────────────────────────────

[network]
inputs = 2                        # how many inputs
input_names = ["hours", "sleep"]  # default: x1, x2, …
# layout = "column"               # how products are written, and so how matrices here are:
                                  #   column  z = W a + b   one row of W per unit of the layer
                                  #   row     z = a W + b   one row of W per unit before it
                                  #   torch   z = a Wᵀ + b  one row of W per unit of the layer
# seed = 0                        # for everything this file leaves to chance

# One [[network.layers]] for each layer with weights; the last one is the output.

[[network.layers]]
units = 3                         # how many units
activation = "sigmoid"            # <activations>
# The weights: 3 rows (one per unit) of 2 (one per input). Leave `weights` out to have them drawn:
# init = "xavier_uniform"         # xavier_normal he_normal he_uniform normal uniform zeros ones
weights = [
    [0.10, 0.20],
    [0.30, -0.40],
    [-0.50, 0.60],
]
biases = [0.1, 0.1, 0.1]          # default: all 0
# train_biases = true             # false: they stay; their gradient is shown all the same
unit_names = ["h1", "h2", "h3"]   # default: h1, h2, … and o1, o2, …
# weight_names = [["w1", "w2"], ["w3", "w4"], ["w5", "w6"]]   # your source's own names

[[network.layers]]
units = 1
activation = "sigmoid"
weights = [[0.7, -0.8, 0.9]]      # 1 row of 3
biases = [0.0]

# ── What is minimised ────────────────────────────────────────────────────────────────────────

[loss]
name = "squared_error"            # <losses>
factor = 0.5                      # the ½ of textbooks. Default: 0.5 here, 1 for the others
# outputs = "sum"                 # over the output units: sum or mean
# samples = "mean"                # over the samples of a batch: mean or sum
# l2 = 0.0                        # λ of the weight penalty λ/(2m)·Σw²

# ── How the parameters move ──────────────────────────────────────────────────────────────────

[training]
learning_rate = 0.5               # η
batch_size = 1                    # samples per update, or "all"
# epochs = 1                      # how often `bpstepper train` goes through the samples
# shuffle = false                 # true: a new order in each epoch, drawn from the seed
# optimizer = "sgd"               # <optimizers>
# hold_out = 0.0                  # share of the samples kept for testing

# ── The samples ──────────────────────────────────────────────────────────────────────────────
# Or all of them in a table beside this file, in place of every [[samples]] below:
#     [samples]
#     file = "data.csv"           # with a header row
#     inputs = ["hours", "sleep"] # its columns; "first..last" stands for all between, too
#     targets = ["passed"]        # or label = "class"

[[samples]]
name = "Ada"                      # optional
input = [0.5, 0.8]                # one number per input
target = [1.0]                    # one number per output;
                                  # or label = 0: the class, counted from 0

[[samples]]
name = "Ben"
input = [0.1, 0.4]
target = [0.0]

# ── Published numbers ────────────────────────────────────────────────────────────────────────
# `bpstepper check` holds the file to them. Take them from your source, never from the program.

[[expect]]
symbol = "z1"                     # x y z1 a1 C delta1 grad_W1 grad_b1 … layer number last;
                                  # W1 and b1 are taken after the update, all else during it
# update = 1                      # which update; 0 with W and b: as they start
# at = [1]                        # one element, from 1; of W always [to, from]
value = [0.31, -0.07, 0.33]       # in this file's layout
tolerance = 1e-9                  # absolute: half a unit of the last digit that was printed
source = "by hand: 0.10·0.5 + 0.20·0.8 + 0.1, and so on"

# ── The lesson ───────────────────────────────────────────────────────────────────────────────

[[notes]]
at = "grad_a1"                    # the step it belongs to; left out: before the first step
# update = 1
# audience = "student"            # or "teacher": shown to the presenter only
ask = "h1 feeds one output. Which weight brings the gradient back to it?"
reveal = "The same one that took its activation forward: 0.7."
# edit = "training.learning_rate=5"   # a change to try there; default: none
# quiz = false                    # true: `bpstepper quiz` asks for the number
'''
_COLUMN, _WIDTH = 34, 99  # where comments begin, and where lines end


def _comment(lines: Iterable[str]) -> str:
    """A comment beside a key, below itself where it has several lines."""
    return f"\n{' ' * _COLUMN}# ".join(lines)


def _losses() -> Iterator[str]:
    """Every loss but the first, with the outputs that it needs, a line each."""
    others = list(LOSSES.values())[1:]
    for row in others:
        needs = f"needs {' or '.join(sorted(row.activations))} outputs" if row.activations else ""
        told = row.note or needs
        yield row.name + (f" ({told})" if told else "") + ("," if row is not others[-1] else "")


def _words(names: Iterable[str]) -> str:
    return _comment(wrap(" ".join(names), _WIDTH - _COLUMN - 2))


STARTER = (
    _TEMPLATE.replace("<activations>", _words(ACTIVATIONS))
    .replace("<losses>", _comment(_losses()))
    .replace("<optimizers>", _words(list(OPTIMIZERS)[1:]))
)
"""The text of the starter file."""
