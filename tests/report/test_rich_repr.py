"""Traces and steps in rich and in notebooks."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import numpy as np
from rich.console import Console

import bpstepper

TRACE = bpstepper.trace(bpstepper.load("mazur"))


def printed(shown: object) -> str:
    """What rich prints, as plain text."""
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(shown)
    return console.export_text()


def test_rich_prints_every_equation() -> None:
    """A trace prints all its equations; a step its own with its matrices."""
    text = printed(TRACE)
    assert all(step.equation.formula in text for step in TRACE)
    step = TRACE.step("delta1")
    assert "0.008771" in printed(step)
    assert step.equation.formula in printed(step)


def test_html_is_well_formed_and_has_all_digits() -> None:
    """Every tag that opens closes; each cell's title reads back to the value."""
    html = TRACE._repr_html_()
    open_tags: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Checker().feed(html)
    assert not open_tags
    step = TRACE.step("delta1")._repr_html_()
    titles = [float(t.replace("−", "-")) for t in re.findall(r'title="([^"]+)"', step)]
    assert np.array_equal(titles, TRACE["delta1"].ravel())


def test_repr_is_short() -> None:
    """A trace's repr is one line that says what it is."""
    assert repr(TRACE).startswith("<Trace of update 1: 13 steps")
