"""Sheets to be asked about: scenarios of every kind, and networks made up at random."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

import numpy as np

from bpstepper.engine.compile.network import Problem
from bpstepper.quiz import Question, Sheet, questions_on
from bpstepper.quiz.asking import question_at
from bpstepper.scenario import load
from bpstepper.scenario.model import Scenario
from tests.scenes import BUNDLED
from tests.strategies import random_draft

__all__ = ["NAMES", "about", "bundled", "everything", "made_up"]

NAMES = BUNDLED


@cache
def bundled(name: str) -> Sheet:
    """The first update of a bundled scenario."""
    return Sheet(load(name))


@cache
def made_up(seed: int) -> Sheet:
    """The first update of a random network."""
    problem = random_draft(np.random.default_rng([seed, 2026])).problem()
    given = {field.name: getattr(problem, field.name) for field in fields(Problem)}
    return Sheet(Scenario(**given))


def about(sheet: Sheet, key: str, grain: str, *cell: int) -> Question:
    """A question about a symbol; its cell counts from 0."""
    return question_at(sheet, key, grain, cell or None)


def everything(sheet: Sheet, grain: str) -> tuple[Question, ...]:
    """As many questions of a grain as there are, up to a few dozen."""
    return questions_on(sheet, grain, most=30)
