"""Sessions to look at: every bundled scenario, and some that are hard to draw.

Scenarios are read once; sessions are frozen values, so tests may share them.

Where a test goes through many places at many sizes, each place has its turn with some of the sizes
and each size with some of the places. With `BPSTEPPER_THOROUGH=1` all meet all:

    BPSTEPPER_THOROUGH=1 python -m pytest
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from functools import cache
from typing import TypeVar

import bpstepper
from bpstepper.app.key_hints import hints
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, plain
from bpstepper.engine.compile.network import Problem
from bpstepper.engine.run.trace import Trace
from bpstepper.pages.frame import Frame, compose
from bpstepper.pages.view import View
from bpstepper.scenario import library
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.starter import STARTER
from bpstepper.session import Cursor, Level, Session, start
from tests.portable import THOROUGH

__all__ = [
    "ASKED",
    "BUNDLED",
    "HARD",
    "LARGE",
    "SMALL",
    "as_scenario",
    "at",
    "bits",
    "composed",
    "everywhere",
    "frame",
    "lines_of",
    "opened",
    "operations",
    "scenario_of",
    "some",
    "text",
    "toml",
    "turns",
]

_Thing = TypeVar("_Thing")


def turns(things: Sequence[_Thing], position: int, count: int = 1) -> list[_Thing]:
    """Those whose turn it is at a position: each of them comes as often as any other."""
    if THOROUGH:
        return list(things)
    return [things[(position * count + i) % len(things)] for i in range(min(count, len(things)))]


BUNDLED = (
    "batch-logistic", "cs231n-neuron", "data-mining-3-2-1", "dreaming", "four-horsemen-3-4-2",
    "linear-neuron-a", "mazur", "moons", "ng-ex4", "ng-ex4-regularised", "nielsen-saturation-b",
    "no-match-sigmoid", "no-match-softmax", "one-layer-15-steps", "softmax-jacobian",
    "three-matches-sigmoid", "transpose-row", "transpose-torch", "two-hidden-layers",
    "vanishing-relu", "weight-decay", "xor-relu",
)  # fmt: skip
"""Some of the scenarios that come with the program: every kind of step that any of them has."""

LARGE = ("digits", *(f"nielsen-vanishing-{layers}" for layers in (2, 3, 4)))
"""Those of them with thousands of parameters: too much for tests that go through every number."""

SMALL = tuple(name for name in library.names() if name not in LARGE)
"""All the others, for tests that every scenario has to pass."""


def toml(
    *units: int,
    samples: int = 1,
    activation: str = "sigmoid",
    loss: str = 'name = "squared_error"',
    batch: str = "1",
    layer: str = "",
    target: float = 0.5,
    top: str = 'title = "Made up"',
) -> str:
    """A scenario file of these sizes, its weights drawn from the seed."""
    layers = "\n".join(
        f'[[network.layers]]\nunits = {count}\nactivation = "{activation}"\n'
        + (layer or 'init = "xavier_uniform"')
        for count in units[1:]
    )
    given = "\n".join(
        f"[[samples]]\ninput = {[round(0.1 * (i + 1) - 0.3 * n, 3) for i in range(units[0])]}\n"
        f"target = {[round(target + 0.1 * n, 3)] * units[-1]}"
        for n in range(samples)
    )
    return (
        f"format = 1\n{top}\n[network]\ninputs = {units[0]}\n{layers}\n[loss]\n{loss}\n"
        f"[training]\nlearning_rate = 0.5\nbatch_size = {batch}\n{given}\n"
    )


_BATCHES = toml(3, 4, 2, samples=5, batch="2").replace(
    "batch_size = 2", "batch_size = 2\nshuffle = true"
)
_PENALTY = toml(
    2, 3, 2, samples=3, batch='"all"', loss='name = "squared_error"\nl2 = 0.1\noutputs = "mean"'
)
_ADAM = toml(2, 3, 2, samples=2, batch='"all"').replace(
    "learning_rate = 0.5", 'learning_rate = 0.1\noptimizer = "adam"'
)
_MOMENTUM = (
    toml(2, 3, 2, samples=2)
    .replace('activation = "sigmoid"', 'activation = "sigmoid"\ntrain_biases = false', 1)
    .replace("learning_rate = 0.5", 'learning_rate = 0.1\noptimizer = "momentum"\ndampening = 0.5')
)
_SOFTMAX = """
format = 1
title = "Softmax over a batch"
[network]
inputs = 3
[[network.layers]]
units = 3
activation = "relu"
[[network.layers]]
units = 3
activation = "softmax"
[loss]
name = "categorical_cross_entropy"
[training]
learning_rate = 0.5
batch_size = 2
[[samples]]
name = "setosa"
input = [1.0, 2.0, -1.0]
label = 0
[[samples]]
name = "virginica"
input = [0.5, -2.0, 1.0]
label = 2
[[samples]]
input = [0.5, 1.0, 1.0]
label = 1
"""
_SATURATED = """
format = 1
title = "A sure mistake"
[network]
inputs = 1
[[network.layers]]
units = 1
activation = "sigmoid"
weights = [[800.0]]
[loss]
name = "binary_cross_entropy"
[training]
learning_rate = 0.5
[[samples]]
input = [1.0]
target = [0.0]
"""
_HUGE = """
format = 1
title = "Too large for a float"
[network]
inputs = 2
[[network.layers]]
units = 2
activation = "linear"
weights = [[1e308, 1e308], [-1e308, 1e308]]
[[network.layers]]
units = 2
activation = "linear"
weights = [[1e308, -1e308], [1.0, 2.0]]
[loss]
name = "squared_error"
[training]
learning_rate = 0.5
[[samples]]
input = [10.0, 10.0]
target = [0.0, 1.0]
"""
_NAMES = """
format = 1
title = "花 and ❤️ and [b]bold[/b]"
about = "漢字漢字 **太字** e\u0301te\u0301 👩‍👧 [@click=app.leave]here[/]"
[network]
inputs = 2
input_names = ["花弁の長さ", "e\u0301te\u0301"]
[[network.layers]]
units = 3
activation = "tanh"
unit_names = ["👩‍👧", "ｈ２", "a\u0308\u0323x"]
[[network.layers]]
units = 2
activation = "sigmoid"
unit_names = ["はい", "いいえ、ちがいます"]
[loss]
name = "squared_error"
[training]
learning_rate = 0.5
batch_size = "all"
[[samples]]
name = "一つ目"
input = [0.3, 0.7]
target = [1, 0]
[[samples]]
name = "two 👍🏽"
input = [0.1, -0.7]
target = [0, 1]
[[notes]]
at = "delta1"
ask = "何故、転置なのか？ 何故、転置なのか？ 何故、転置なのか？ 何故、転置なのか？"
reveal = "足し算だから。"
"""
_MARKUP = """
format = 1
title = "[/nope] [@click=app.leave]quit[/] [red]x[/red] [[a]]"
source = "[b]unclosed"
about = "[a]b[/c] **strong** <b>html</b> [link](http://example.org)"
[network]
inputs = 1
input_names = ["[/nope]"]
[[network.layers]]
units = 2
activation = "sigmoid"
unit_names = ["[red]h", "[@click=app.leave]"]
[[network.layers]]
units = 1
activation = "sigmoid"
unit_names = ["\\\\[o"]
[loss]
name = "squared_error"
[training]
learning_rate = 0.5
[[samples]]
name = "[/]"
input = [0.3]
target = [1]
[[notes]]
at = "delta1"
ask = "[/nope] is it [bold]?"
text = "[@click=app.leave]text[/]"
reveal = "[/x] [@click=app.leave]yes[/]"
"""
_LAYER_NORM = """
format = 1
title = "Layer normalisation"
[network]
inputs = 3
seed = 3
[[network.layers]]
units = 4
activation = "linear"
[[network.layers]]
kind = "layer_norm"
units = 4
activation = "tanh"
gamma = [1.2, 0.8, 1.0, -0.5]
beta = [0.1, 0.0, -0.2, 0.3]
[[network.layers]]
units = 2
activation = "sigmoid"
[loss]
name = "squared_error"
l2 = 0.1
[training]
batch_size = "all"
optimizer = "adam"
[[samples]]
input = [0.5, -1.0, 2.0]
target = [0.0, 1.0]
[[samples]]
input = [1.5, 0.2, -0.7]
target = [1.0, 0.0]
"""
HARD: dict[str, str] = {
    "batches": _BATCHES,
    "penalty": _PENALTY,
    "adam": _ADAM,
    "momentum": _MOMENTUM,  # with folded biases
    "softmax-batch": _SOFTMAX,
    "saturated": _SATURATED,
    "huge": _HUGE,
    "names": _NAMES,
    "markup": _MARKUP,
    "deep": toml(2, *[2] * 100, activation="tanh"),
    "wide": toml(784, 100, 10, samples=2, batch='"all"'),
    "starter": STARTER,
    "layer-norm": _LAYER_NORM,
}
"""Scenario files that are hard in one way each; `starter` is the one that `new` writes."""

_FOLDED = ("momentum",)
ASKED = ("mazur", "four-horsemen-3-4-2", "softmax-jacobian", "batches", "softmax-batch", "names")
"""Few scenarios with much in them, for tests that look at a lot of places."""


@cache
def scenario_of(name: str, layout: str = "") -> Scenario:
    """A bundled or a hard scenario by its name; in its own layout, or in another."""
    if name in HARD:
        scenario = bpstepper.loads(HARD[name], f"{name}.toml", layout=layout or None)
        network = replace(scenario.network, bias="folded" if name in _FOLDED else "separate")
        return replace(scenario, network=network)
    return bpstepper.load(name, layout=layout or None)


@cache
def opened(name: str, layout: str = "") -> Session:
    """A session at the start of a scenario."""
    return start(scenario_of(name, layout))


def at(session: Session, update: int, step: int, operation: int | None = None) -> Session:
    """The same session at another place: an equation as a whole, or one of its operations."""
    level = Level.EQUATION if operation is None else Level.OPERATION
    return replace(session, cursor=Cursor(update, step, operation, level=level))


def operations(session: Session, update: int = 1) -> Iterator[Session]:
    """At each step of an update: the equation as a whole, then each of its operations."""
    for step in at(session, update, 0).trace.steps:
        yield at(session, update, step.index)
        for position in range(len(step.operations)):
            yield at(session, update, step.index, position)


def everywhere(session: Session) -> Iterator[Session]:
    """The start, then everything of update 1."""
    yield at(session, 0, 0)
    yield from operations(session)


def some(session: Session, most: int = 16) -> list[Session]:
    """Everywhere in update 1; of very many places, every so many-th."""
    places = [*everywhere(session)]
    return places[:: 1 + len(places) // (most + 1)]


def composed(
    session: Session,
    columns: int = 80,
    lines: int = 24,
    look: RenderOptions | None = None,
    view: View | None = None,
) -> Frame:
    """A frame with the hints that the screen gives it."""
    view, look = view or View(), look or RenderOptions()
    return compose(session, look, columns, lines, hints(session, view, look.notation), view)


def lines_of(
    session: Session,
    columns: int = 80,
    lines: int = 24,
    look: RenderOptions | None = None,
    view: View | None = None,
) -> list[Line]:
    """The lines of a frame."""
    return list(composed(session, columns, lines, look, view).lines)


def frame(
    session: Session,
    columns: int = 80,
    lines: int = 24,
    look: RenderOptions | None = None,
    view: View | None = None,
) -> str:
    """What the screen shows of a session, blanks at the ends of lines aside."""
    return text(lines_of(session, columns, lines, look, view))


def text(lines: Iterable[Line]) -> str:
    """Lines as text, blanks at their ends aside."""
    return "\n".join(plain(line).rstrip() for line in lines)


def as_scenario(problem: Problem, **more: str) -> Scenario:
    """A problem that was made up in code, as a scenario without a lesson."""
    given = {field.name: getattr(problem, field.name) for field in fields(Problem)}
    return Scenario(**given, **more)  # type: ignore[arg-type]


def bits(trace: Trace) -> dict[str, bytes]:
    """Every value of an update, as its bytes."""
    return {key: trace[key].tobytes() for key in trace.keys()}  # noqa: SIM118 - no mapping
