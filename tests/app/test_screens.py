"""Golden screens: the picker and what stands over a step, read in a diff."""

from __future__ import annotations

import pytest

from tests.goldens import check
from tests.screens import SHOTS, Shot, shown


@pytest.mark.parametrize("shot", SHOTS, ids=str)
def test_golden_screens(shot: Shot) -> None:
    """As they were when somebody last looked; without colours the very same text; ASCII."""
    text = shown(shot)
    check(shot.file, text)
    text = text.replace("════", "")  # the headings that this file's own pages are told apart by
    assert not shot.ascii or text.isascii(), sorted({c for c in text if not c.isascii()})
