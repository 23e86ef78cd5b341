"""Networks that tests of insights look at, and what is found in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from bpstepper.drawing.charset import ASCII
from bpstepper.engine.compile.network import Layer, Loss, Network, Problem, Sample, Training
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.explain.insights.find import INSIGHTS, Insight, insights_at, insights_of
from bpstepper.session import Session, start
from tests.scenes import BUNDLED, HARD, as_scenario, at, opened

__all__ = [
    "IDS",
    "at_step",
    "check",
    "deep",
    "everything",
    "network",
    "of",
    "swinging",
    "the",
    "told",
]

IDS = tuple(row.id for row in INSIGHTS)


def network(
    *layers: tuple[str, Any, Any],
    x: Any,
    y: Any,
    loss: Loss | None = None,
    layout: str = "column",
    bias: str = "separate",
    **training: Any,
) -> Session:
    """A session of layers (activation, weights, biases); one sample for each row of x."""
    made = tuple(
        Layer(units=len(biases), weights=weights, biases=biases, activation=activation)
        for activation, weights, biases in layers
    )
    samples = tuple(Sample(input=row, target=target) for row, target in zip(x, y, strict=True))
    problem = Problem(
        network=Network(inputs=len(x[0]), layers=made, layout=layout, bias=bias),
        samples=samples,
        loss=loss or Loss(),
        training=Training(**{"learning_rate": 0.1, "batch_size": None, **training}),
    )
    return start(as_scenario(problem))


def of(session: Session, update: int = 1) -> tuple[Insight, ...]:
    """All insights of one update by itself."""
    return insights_of(session.line.trace(update), session.scenario)


def told(session: Session, update: int = 1) -> dict[str, list[str]]:
    """At which steps of an update each insight is told, by its id."""
    found: dict[str, list[str]] = {}
    for step in at(session, update, 0).trace.steps:
        for insight in insights_at(at(session, update, step.index)):
            found.setdefault(insight.id, []).append(step.id)
    return found


def the(session: Session, id_: str, update: int = 1) -> Insight:
    """The one insight of an id, of an update or told at one of its steps."""
    steps = at(session, update, 0).trace.steps
    everywhere = [i for step in steps for i in insights_at(at(session, update, step.index))]
    (found,) = {i for i in (*of(session, update), *everywhere) if i.id == id_}
    return found


def at_step(session: Session, key: str, update: int = 1) -> Session:
    """The session at the step that makes a quantity."""
    return at(session, update, at(session, update, 0).trace.step(key).index)


def deep(scale: float, layers: int = 4) -> Session:
    """A chain of linear units, each of one weight: δ changes by exactly that in each layer."""
    chain = [("linear", [[scale]], [0.0])] * layers
    return network(*chain, x=[[1.0]], y=[[5.0]])


def swinging(**training: Any) -> Session:
    """Two linear units in a chain, at a rate that jumps across the valley of C for a while."""
    layers = [("linear", [[0.6]], [0.0]), ("linear", [[0.6]], [0.0])]
    given: dict[str, Any] = {"learning_rate": 0.42, "batch_size": 1, **training}
    return network(*layers, x=[[1.0]], y=[[3.0]], **given)


def everything() -> Iterator[tuple[Session, Insight]]:
    """All that is told in some updates of every scenario, in every layout."""
    for name in (*BUNDLED, *HARD):
        for layout in ("", *LAYOUTS):
            session = opened(name, layout)
            for update in (1, 2, 6):
                steps = at(session, update, 0).trace.steps
                for step in steps[:: 1 + len(steps) // 100]:
                    here = at(session, update, step.index)
                    for insight in insights_at(here):
                        yield here, insight


def check(insight: Insight, session: Session) -> None:
    """What holds for every insight."""
    assert insight.id in IDS
    assert insight.symbol in session.trace
    assert not insight.mask.flags.writeable
    assert insight.cells
    assert all(insight.mask[cell] for cell in insight.cells)
    for said in (insight.text, insight.reason):
        assert said == said.strip()
        assert said[-1] == "."
        assert not set(said) & set("{}\n\t"), said
        assert "  " not in said, said
        assert "None" not in said, said
        assert "array" not in said, said
        assert all(unicodedata.category(c) not in ("Cc", "Cn") for c in said)
    if session.scenario.title != opened("names").scenario.title:
        assert ASCII.translate(insight.text + insight.reason).isascii()
