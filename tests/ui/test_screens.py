"""Golden screens: the picker and what stands over a step, read in a diff."""

from __future__ import annotations

import pytest

from tests.goldens import FOLDER
from tests.screens import SHOTS, Shot, shown


@pytest.mark.parametrize("shot", SHOTS, ids=str)
def test_golden_screens(shot: Shot) -> None:
    """As they were when somebody last looked; without colours the very same text."""
    kept = (FOLDER / shot.file).read_text(encoding="utf-8")
    assert shown(shot) == kept, f"{shot.file} differs; python -m tests.goldens rewrites it"


def test_screens_of_ascii_are_ascii() -> None:
    """All but the headings that this file's own pages are told apart by."""
    for shot in SHOTS:
        if shot.ascii:
            text = (FOLDER / shot.file).read_text(encoding="utf-8").replace("════", "")
            assert text.isascii(), sorted({c for c in text if not c.isascii()})
