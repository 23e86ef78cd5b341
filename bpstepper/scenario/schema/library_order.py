"""How the library is ordered: the levels that a file may name, and the order of the topics.

A file's topic is free text, so that a teacher's own folder can have topics of its own; those that
the bundled scenarios use come in the order in which one would learn them. Which files there are
is `library`'s business.
"""

from __future__ import annotations

from typing import Final

__all__ = ["LEVELS", "TOPICS", "shelf"]

LEVELS: Final = ("first steps", "intermediate", "advanced")
"""Whom a scenario or a course is for, the easiest first."""

TOPICS: Final = (
    "first steps",
    "published examples",
    "one neuron",
    "the four equations",
    "the transpose",
    "activations",
    "losses and outputs",
    "saturation and vanishing gradients",
    "initialisation",
    "batches",
    "layouts",
    "optimizers",
    "regularisation",
    "gradients of the input",
    "mistakes",
    "classification",
    "regression",
    "large networks",
)
"""The topics of the library, in the order of its lists."""

_ORDER: Final = {topic: index for index, topic in enumerate(TOPICS)}


def shelf(topic: str) -> tuple[int, str]:
    """What to sort topics by: those of `TOPICS` in their order, others by name, none last."""
    known = _ORDER.get(topic)
    if known is not None:
        return known, ""
    return (len(TOPICS), topic.casefold()) if topic else (len(TOPICS) + 1, "")
