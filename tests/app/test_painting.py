"""What a terminal is sent: the same picture in fewer bytes, and frames drawn ahead of keys."""

from __future__ import annotations

from dataclasses import replace

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from bpstepper.app.app import StepperApp
from bpstepper.app.lean_strip import LeanStrip
from bpstepper.app.prefetch import Drawn, Wanted
from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.pages.view import View
from bpstepper.scenario import load
from bpstepper.session import start
from bpstepper.session.inspecting import inspect
from tests.app.driving import expected, on_screen, stepper, until
from tests.scenes import opened
from tests.strategies import examples

COLOURS = st.sampled_from([None, "#ff8800", "#4393c3", "red", "default"])
STYLES = st.builds(
    Style,
    color=COLOURS,
    bgcolor=COLOURS,
    bold=st.sampled_from([None, False, True]),
    reverse=st.sampled_from([None, False, True]),
    underline=st.sampled_from([None, False, True]),
)
PIECES = st.lists(
    st.builds(Segment, st.text(alphabet="ab 1δ", min_size=1, max_size=4), st.none() | STYLES),
    max_size=8,
)


def painted(sent: str) -> list[object]:
    """The cells of a terminal's first line after it was sent this, and a letter without style."""
    screen = pyte.Screen(48, 1)
    pyte.Stream(screen).feed(sent + "|")
    return [screen.buffer[0][column] for column in range(48)]


@examples(150)
@given(PIECES)
def test_a_lean_strip_paints_the_same(pieces: list[Segment]) -> None:
    """A terminal shows a lean strip as it shows Textual's own, which takes no fewer bytes."""
    console = Console(color_system="256", force_terminal=True)
    lean, usual = (kind(pieces).render(console) for kind in (LeanStrip, Strip))
    assert painted(lean) == painted(usual)
    assert len(lean) <= len(usual)


def test_what_makes_another_frame() -> None:
    """Equal values have the same frame, and nothing else has."""
    session = opened("mazur").next().next()
    wanted = Wanted(session, View(), RenderOptions(), (80, 24))
    assert wanted.is_like(Wanted(session.next().back(), View(), RenderOptions(), (80, 24)))
    others = [
        replace(wanted, session=session.next()),
        replace(wanted, session=inspect(session)),
        replace(wanted, session=start(load("mazur")).next().next()),
        replace(wanted, view=View(hide_result=True)),
        replace(wanted, look=RenderOptions(charset=ASCII)),
        replace(wanted, size=(81, 24)),
    ]
    assert not any(wanted.is_like(other) for other in others)


async def test_a_step_on_is_drawn_before_its_key() -> None:
    """After a step the next one waits, drawn; a change of looks meanwhile leaves it unused."""
    app = StepperApp(opened("mazur"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = stepper(app)

        def ready(step: int) -> Drawn | None:
            found = screen._prefetcher.ahead
            return found if found and found.wanted.session.cursor.step == step else None

        await pilot.press("right", "right")
        await until(lambda: ready(2) is not None, "the next step, drawn")
        waiting = ready(2)
        await pilot.press("right")
        assert waiting is not None
        assert screen._frame is waiting.frame
        assert on_screen(app) == expected(screen.session, app)
        await pilot.press("minus", "right")  # fewer digits than it was drawn with
        assert on_screen(app) == expected(screen.session, app)
