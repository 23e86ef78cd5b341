"""The stepper screen: keys make moves, and the screen is the frame of the session."""

from __future__ import annotations

import gc
import random
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Region, Size

from bpstepper.app import run_until as travelling
from bpstepper.app import stepper as stepper_module
from bpstepper.app.actions import ACTIONS, GROUPS, Action, Move
from bpstepper.app.app import StepperApp
from bpstepper.app.frame_view import FrameView
from bpstepper.app.key_hints import hints
from bpstepper.app.overlays import DeriveOverlay, HelpOverlay, WhyOverlay
from bpstepper.app.prompts import ChoicePrompt, LinePrompt
from bpstepper.app.stepper import Controllers, StepperScreen
from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.session import Cursor, Session, start
from bpstepper.session.inspecting import inspect
from bpstepper.training import screen_runs as training_runs
from tests.app.driving import (
    expected,
    on_screen,
    press,
    stepper,
    stepper_text,
    taken_in,
    type_text,
    until,
)
from tests.portable import THOROUGH
from tests.scenes import HARD, at, frame, opened, scenario_of, turns

MIDDLE = at(opened("mazur"), 2, 6)  # δ¹ of the second update: every move leads somewhere
PLACES = (MIDDLE, MIDDLE.into().next(), opened("mazur"), MIDDLE.out(), inspect(MIDDLE))
MOVES = [action for action in ACTIONS if action.move is not None]
KEYS = [(action, key) for action in MOVES for key in action.keys]


# ── keys ─────────────────────────────────────────────────────────────────────────────────────


def doing(action: Action, session: Session) -> Move:
    """What an action does to a session: while a cell is inspected, it may be something else."""
    inspecting = action.inspecting if session.spot is not None else None
    move = inspecting or action.move
    assert move is not None
    return move


async def test_every_move_by_each_of_its_keys() -> None:
    """Each from some of the levels, inspecting, the start; the screen is the session's frame."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)):
        for number, (action, key) in enumerate(KEYS):
            for place in turns(PLACES, number, 2):
                stepper(app).arrive(place, key)
                press(app, key)
                await until(lambda: not stepper(app).view.message, key)
                wanted = doing(action, place)(place)
                assert stepper(app).session.cursor == wanted.cursor, (action.id, key)
                assert stepper(app).session.spot == wanted.spot, (action.id, key)
                assert on_screen(app) == expected(wanted, app)
                assert app.screen.focused is None
        assert app.return_code is None


def test_no_key_means_two_things() -> None:
    """And every action has an id, a key, a help line and a way to be seen."""
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(set(keys)) == len(keys)
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.help
        assert action.group in GROUPS
        assert (action.move is None) == bool(action.does)


def test_every_action_has_one_who_answers() -> None:
    """What is no movement names a controller that the screen holds, and a method that it has."""
    held = get_type_hints(Controllers, {**vars(stepper_module), "StepperScreen": StepperScreen})
    for action in ACTIONS:
        if action.does:
            controller, method = action.does.split(".")
            assert callable(getattr(held[controller], method)), action.id
        for other in action.on_page.values():
            assert other in {row.id for row in ACTIONS}


def test_hints_are_those_of_the_place() -> None:
    """Out of a step only from inside; the help stands last, at the edge."""
    outside, inside = hints(MIDDLE), hints(MIDDLE.into())
    assert "into" in {hint.does for hint in outside}
    assert "out" not in {hint.does for hint in outside}
    assert "out" in {hint.does for hint in inside}
    assert outside[-1].does == inside[-1].does == "all keys"


@pytest.mark.parametrize(
    ("keys", "overlay"),
    [
        (("y",), WhyOverlay),
        (("question_mark", "f1"), HelpOverlay),
        (("g", "colon", "u"), LinePrompt),
        (("d",), DeriveOverlay),
        (("N", "x"), ChoicePrompt),
    ],
)
async def test_overlays_open_by_their_keys_and_close_by_escape(
    keys: Sequence[str], overlay: type
) -> None:
    """Nothing has moved meanwhile, and the same frame is there again."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in keys:
            await pilot.press(key)
            await until(lambda: isinstance(app.screen, overlay), key)
            await pilot.press("escape")
            await until(lambda: app.screen is stepper(app))
            assert stepper(app).session is MIDDLE
            await until(lambda: on_screen(app) == stepper_text(app))


async def test_ascii_and_back() -> None:
    """Live, at the same place."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a")
        assert on_screen(app) == frame(MIDDLE, look=RenderOptions(ASCII))
        assert on_screen(app).isascii()
        await pilot.press("a")
        assert on_screen(app) == frame(MIDDLE)


@pytest.mark.parametrize(
    ("key", "status"), [("q", 0), ("ctrl+q", 0), ("ctrl+c", 130)], ids=["q", "ctrl+q", "ctrl+c"]
)
async def test_quitting(key: str, status: int) -> None:
    """With the exit status of an orderly end, or of an interrupt."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
    assert app.return_code == status


async def test_an_interrupt_ends_it_from_within_an_overlay_too() -> None:
    """Ctrl+C is never swallowed, not even by the line that asks where to go."""
    for key in ("g", "y", "question_mark"):
        app = StepperApp(MIDDLE)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press(key)
            await pilot.press("ctrl+c")
        assert app.return_code == 130, key


async def test_escape_leaves_the_innermost_thing_and_never_the_program() -> None:
    """Out of inspecting, out of a step; with no list to go back to, nothing more happens."""
    app = StepperApp(inspect(MIDDLE.into()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        assert stepper(app).session.cursor == MIDDLE.into().cursor
        for _ in range(3):
            await pilot.press("escape")
            assert stepper(app).session.spot is None
            assert stepper(app).session.cursor == MIDDLE.cursor
            assert app.screen is stepper(app)
    assert app.return_code in (None, 0)


def arrived(app: StepperApp, cursor: Cursor) -> bool:
    """Whether the stepper stands there."""
    return stepper(app).session.cursor == cursor


async def test_holding_a_key_keeps_the_screen_and_the_session_together() -> None:
    """Fifty steps in one burst, then fifty back: the first frame."""
    app = StepperApp(MIDDLE)
    there = MIDDLE
    for _ in range(50):
        there = there.next()
    async with app.run_test(size=(80, 24)):
        first = on_screen(app)
        for key, cursor in (("right", there.cursor), ("left", MIDDLE.cursor)):
            press(app, *[key] * 50)
            await until(partial(arrived, app, cursor))
        await until(lambda: on_screen(app) == first)


# ── drawing ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 18), (59, 17), (1, 1), (200, 60)])
async def test_the_screen_is_the_frame(size: tuple[int, int]) -> None:
    """At any size, to the last cell."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=size):
        assert on_screen(app) == frame(MIDDLE, *size)


async def test_smaller_and_back_gives_the_same_frame() -> None:
    """Through 1×1, and wider than before."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        first = on_screen(app)
        for size in ((1, 1), (200, 60), (60, 18), (80, 24)):
            await pilot.resize_terminal(*size)
            await until(lambda: on_screen(app) == stepper_text(app), str(size))
            assert on_screen(app) == frame(MIDDLE, *size)
        assert on_screen(app) == first


async def test_only_lines_that_change_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stepping repaints what differs between two frames; standing still repaints nothing."""
    painted: list[tuple[Region, ...]] = []

    def remember(self: FrameView, *regions: Region, **_more: Any) -> FrameView:
        painted.append(regions)
        return self

    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        monkeypatch.setattr(FrameView, "refresh", remember)
        walk: list[Session] = [MIDDLE]
        for move in (Session.next_cell, Session.into, Session.next, Session.out, Session.next):
            walk.append(move(walk[-1]))
        view = stepper(app).query_one(FrameView)
        for before, after in pairwise(walk):
            painted.clear()
            stepper(app).arrive(after)
            rows = {y for regions in painted for region in regions for y in region.line_range}
            old, new = frame(before).splitlines(), frame(after).splitlines()
            differ = {y for y in range(24) if old[y] != new[y]}
            assert differ <= rows < set(range(24))
            assert all(region.width == 80 for regions in painted for region in regions)
            painted.clear()
            stepper(app).arrive(after)
            assert not painted
        assert len(view._lines) == 24


@pytest.mark.parametrize("name", ["markup", "names", "huge", "saturated", "wide", "deep"])
async def test_hard_scenarios_on_the_screen(name: str) -> None:
    """Literally and in place, overlays included: text that looks like markup, wide characters."""
    session = opened(name).go("delta1")
    app = StepperApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        assert on_screen(app) == frame(session)
        for key in ("y", "question_mark", "g"):
            await pilot.press(key)
            await until(lambda: app.screen is not stepper(app), key)
            assert on_screen(app)
            await pilot.press("escape")
            await until(lambda: app.screen is stepper(app))
        assert on_screen(app) == frame(session)
        await pilot.press("home", "home")
        assert on_screen(app) == frame(opened(name))
    assert set(HARD) >= {name}


async def test_a_scenario_s_warnings_are_the_first_message() -> None:
    """Until the next key."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        stepper(app).arrive(MIDDLE, "[/nope] \x1b[2J odd")
        assert "[/nope] �[2J odd" in on_screen(app)
        await pilot.press("right")
        assert "odd" not in on_screen(app)


# ── themes ───────────────────────────────────────────────────────────────────────────────────


async def test_another_theme_changes_colours_and_no_text() -> None:
    """And stepping goes on in it."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.screen._compositor.render_strips()
        app.theme = "textual-light"
        await until(lambda: app.screen._compositor.render_strips() != before)
        assert on_screen(app) == frame(MIDDLE)
        await pilot.press("right")
        assert on_screen(app) == frame(MIDDLE.next())


@pytest.mark.parametrize("no_color", ["", "1"])
async def test_plain_mode_has_no_colours(no_color: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every role then differs by glyph, weight or reverse alone."""
    monkeypatch.setenv("NO_COLOR", no_color)
    app = StepperApp(MIDDLE, plain=True)
    async with app.run_test(size=(80, 24)) as pilot:
        assert on_screen(app) == frame(MIDDLE)
        await pilot.press("right")
        assert on_screen(app) == frame(MIDDLE.next())


# ── going somewhere ──────────────────────────────────────────────────────────────────────────


async def test_a_wrong_name_and_then_a_right_one() -> None:
    """The prompt says what comes near, stays, and then arrives."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        await until(lambda: isinstance(app.screen, LinePrompt))
        assert "delta1" in on_screen(app)
        type_text(app, "dleta2")
        await pilot.press("enter")
        await until(lambda: "near it: delta2" in on_screen(app))
        await pilot.press(*["backspace"] * 6)
        type_text(app, "delta2")
        await pilot.press("enter")
        await until(lambda: app.screen is stepper(app))
        await until(lambda: stepper(app).session.step.id == "delta2")
        assert stepper(app).session.cursor.update == 2
        await until(lambda: on_screen(app) == stepper_text(app))


async def test_a_hostile_name_is_shown_and_does_nothing() -> None:
    """Markup in the prompt is text."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        type_text(app, "[/x][@click=q]")
        press(app, "enter")
        await until(lambda: "no place is called [/x][@click=q]" in on_screen(app))


async def test_a_long_way_is_computed_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is left to go on the screen; then we are there, at the same step."""
    monkeypatch.setattr(travelling, "_SLICE", 400)
    # a timeline of its own: another test may have been there already
    app = StepperApp(at(start(scenario_of("xor-one-step")), 1, 5))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        said: list[str] = []
        arrive = StepperScreen.arrive

        def listening(self: StepperScreen, session: Session, message: str = "") -> None:
            arrive(self, session, message)
            said.append(message)
            assert not message or message in on_screen(app)

        monkeypatch.setattr(StepperScreen, "arrive", listening)
        type_text(app, "update 2500")
        press(app, "enter")
        await until(lambda: stepper(app).session.cursor.update == 2500)
        left = [int(re.sub(r"\D", "", message)) for message in said if message]
        assert left == sorted(left, reverse=True)
        assert len(left) == 6
        assert on_screen(app) == stepper_text(app)
        assert stepper(app).session.cursor[:3] == (2500, 5, None)
        assert "update 2500" in on_screen(app)


@pytest.mark.parametrize("key", ["right", "escape", "n", "home"])
async def test_a_key_stops_a_long_way(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """We are where we were, and the screen says how far it had come."""
    monkeypatch.setattr(travelling, "_SLICE", 20)
    place = at(opened("mazur"), 1, 5)
    app = StepperApp(place)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        type_text(app, "update 9000000")
        press(app, "enter")
        await until(lambda: "computing: " in on_screen(app))
        press(app, key)
        await until(lambda: "stopped " in on_screen(app))
        assert "before update 9,000,000" in on_screen(app)
        assert stepper(app).session.cursor == place.cursor
        await pilot.press("right")
        assert on_screen(app) == frame(place.next())


# ── anything at all ──────────────────────────────────────────────────────────────────────────

_RANDOM = (
    [key for action in ACTIONS for key in action.keys if action.id != "quit"]
    + [*"0123456789delta BPWzug/[]"]
    + ["escape", "enter", "backspace", "space", "f5", "ctrl+a", "delete", "r", "j", "k"]
)


def any_size(rng: random.Random) -> tuple[int, int]:
    """A terminal's size; of large ones fewer, as each costs as much as many small ones."""
    widest, tallest = (300, 120) if rng.random() < 0.2 else (120, 40)
    return rng.randint(1, widest), rng.randint(1, tallest)


async def monkey(app: StepperApp, rng: random.Random, count: int) -> None:
    """So many random keys, and now and then another size, as fast as they are taken in."""
    for i in range(count):
        key = rng.choice(_RANDOM)
        press(app, key)
        if rng.random() < 0.06:
            driver, size = app._driver, Size(*any_size(rng))
            assert isinstance(driver, HeadlessDriver)
            driver._size = size
            app.post_message(events.Resize(size, size))
            await taken_in(app)
        elif i % 10 == 9:
            await taken_in(app)
        if rng.random() < 0.02:
            app.post_message(events.Paste("[/x]\x1b[2J"))


WALKS = [("mazur", 1), ("softmax-batch", 2), ("names", 3), ("saturated", 4), ("adam", 5)]


@pytest.mark.parametrize(("name", "seed"), WALKS)
async def test_random_keys_and_sizes(
    name: str, seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Hundreds of keys and many sizes: no crash, and then a fresh app's frame at that place."""
    monkeypatch.chdir(tmp_path)  # some of the keys save
    monkeypatch.setattr(travelling, "_SLICE", 100)
    monkeypatch.setattr(travelling, "_FARTHEST", 300)
    monkeypatch.setattr(training_runs, "_AT_MOST", 300)
    monkeypatch.setattr(training_runs, "_FIRST_STRETCH", 30)
    monkeypatch.setattr(StepperScreen, "quit", lambda _self: None)  # the palette finds it, too
    app = StepperApp(opened(name))
    async with app.run_test(size=(80, 24)) as pilot:
        await monkey(app, random.Random(seed), 1000 if THOROUGH else 250)
        await taken_in(app)
        left = 0
        while left < 6:  # a page, a cell, a level; a stepper opened from a training leads back
            await pilot.press("escape")
            await taken_in(app)
            left = left + 1 if app.screen is stepper(app) else 0
        await until(lambda: not stepper(app).is_busy)
        await pilot.resize_terminal(80, 24)
        stepper(app).view = replace(stepper(app).view, edited=None)  # a fresh app knows no edit
        await pilot.press("escape", "escape", "right", "left")
        await taken_in(app)
        reached = stepper(app).session
        await until(lambda: on_screen(app) == stepper_text(app))
        shown = on_screen(app)
        look, view = stepper(app).look, stepper(app).view
        assert app.return_code is None
        assert view.page == "step"
    fresh = StepperApp(reached, look=look)
    async with fresh.run_test(size=(80, 24)):
        assert on_screen(fresh) == shown


async def test_one_long_way_takes_the_place_of_another() -> None:
    """Even before the first has begun: the last one arrives, and no coroutine is left over."""
    app = StepperApp(opened("mazur"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            stepper(app).controllers.run_until.travel("update 30")
            stepper(app).controllers.run_until.travel("update 40")
            await until(lambda: stepper(app).session.cursor.update == 40)
            gc.collect()
        assert not stepper(app).is_busy


def test_help_and_actions_agree() -> None:
    """Every action is a binding of the screen, under its own name."""
    bound = {binding.id: binding for binding in StepperScreen.BINDINGS}  # type: ignore[union-attr]
    for action in ACTIONS:
        binding = bound[f"stepper.{action.id}"]
        assert binding.key == ",".join(action.keys)  # type: ignore[union-attr]
        assert binding.description == action.help  # type: ignore[union-attr]
        assert isinstance(action, Action)


# ── the mouse ────────────────────────────────────────────────────────────────────────────────


async def test_a_click_inspects_a_number_and_another_goes_to_a_step() -> None:
    """On a wide screen: a cell of (W²)ᵀ, then a step of the list at the left."""
    app = StepperApp(MIDDLE)
    async with app.run_test(size=(120, 40)) as pilot:
        lines = on_screen(app).splitlines()
        y = next(i for i, line in enumerate(lines) if "(W²)ᵀ" in line and "2×2" in line) + 3
        x = lines[y].index("⎣") + 4
        await pilot.click(offset=(x, y))
        await until(lambda: stepper(app).session.spot is not None)
        spot = stepper(app).session.spot
        assert spot is not None
        assert spot.cell == (1, 0)
        await until(lambda: on_screen(app) == stepper_text(app))
        y = next(i for i, line in enumerate(lines) if " ✓ C " in line)
        await pilot.click(offset=(4, y))
        await until(lambda: stepper(app).session.step.id == "C")
        assert stepper(app).session.spot is None
        await pilot.click(offset=(119, 0))
        assert stepper(app).session.step.id == "C"
