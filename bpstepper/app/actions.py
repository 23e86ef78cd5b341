"""Actions: everything a person can do in the stepper, one row each.

Key bindings, the last line's hints, the help screen, the command palette, the config file's keys
and the README's table are all made from these rows, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bpstepper.session import Session
from bpstepper.session.inspecting import follow, inspect, move, next_matrix

__all__ = ["ACTIONS", "GROUPS", "Action", "Move"]

Move = Callable[[Session], Session]


@dataclass(frozen=True)
class Action:
    """One row.

    Attributes:
        id: its name in bindings and in the config file.
        keys: as Textual calls them, the one to show first.
        shown: the keys as help shows them; empty where another row's line speaks for it.
        help: what it does, one line.
        group: under which heading help lists it.
        move: for a movement: session → session.
        does: for all else: which controller answers, and by which of its methods.
        inspecting: what it does instead while a cell is inspected.
        on_page: what it does instead on a page: the page → the id of another action.
        hints: context (see `key_hints`) → the key and the words of the last line.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    help: str
    group: str
    move: Move | None = None
    inspecting: Move | None = None
    on_page: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    does: str = ""


GROUPS = ("step", "jump", "look closer", "explain", "try", "show", "program")
"""The headings of help, in order."""

_STEPS = ("start", "phase", "equation", "operation", "element", "network", "layouts", "compare")


def _in(contexts: tuple[str, ...], key: str, does: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(contexts, (key, does))


ACTIONS: tuple[Action, ...] = (
    # ── step ─────────────────────────────────────────────────────────────────────────────────
    Action(
        "right",
        ("right",),
        "→  n",
        "next step, at the level of detail chosen",
        "step",
        Session.next,
        partial(move, rows=0, columns=1),
        {"buglab": "lab_next"},
        hints={"start": ("→", "first step")}
        | _in(_STEPS[2:], "← →", "step")
        | {"phase": ("← →", "phase"), "inspect": ("←↑↓→", "cell")}
        | {"buglab": ("→", "step both"), "buglab-steps": ("← →", "step both")},
    ),
    Action(
        "left",
        ("left",),
        "←  p",
        "back to exactly where you were",
        "step",
        Session.back,
        partial(move, rows=0, columns=-1),
        {"buglab": "lab_back"},
    ),
    Action("next", ("n",), "", "next step", "step", Session.next, None, {"buglab": "lab_next"}),
    Action(
        "back", ("p",), "", "the step before", "step", Session.back, None, {"buglab": "lab_back"}
    ),
    Action(
        "next_stop",
        ("pagedown",),
        "PgDn",
        "next step; in a course, its next stop",
        "step",
        does="course.next_stop",
    ),
    Action(
        "previous_stop",
        ("pageup",),
        "PgUp",
        "back; in a course, to its stop before",
        "step",
        does="course.previous_stop",
    ),
    Action(
        "into",
        ("down",),
        "↓",
        "finer: phase, equation, operation, single numbers",
        "step",
        Session.into,
        partial(move, rows=1, columns=0),
        {"buglab": "next_mistake"},
        _in(("phase", "equation", "operation"), "↓", "into")
        | _in(("buglab", "buglab-steps", "buglab-curves"), "↑ ↓", "mistake"),
    ),
    Action(
        "out",
        ("up",),
        "↑",
        "coarser: the operation, the equation, the phase",
        "step",
        Session.out,
        partial(move, rows=-1, columns=0),
        {"buglab": "previous_mistake"},
        _in(("operation", "element"), "↑", "out"),
    ),
    Action(
        "play",
        ("space",),
        "Space",
        "play: a step a second, until any key",
        "step",
        does="stepper.play",
    ),
    # ── jump ─────────────────────────────────────────────────────────────────────────────────
    Action(
        "next_phase",
        ("right_square_bracket", "ctrl+right"),
        "]  Ctrl+→",
        "next phase: cost, backward, gradients, update",
        "jump",
        Session.next_phase,
        on_page={"buglab": "lab_difference"},
        hints={"buglab-steps": ("]", "first difference")},
    ),
    Action(
        "previous_phase",
        ("left_square_bracket", "ctrl+left"),
        "[  Ctrl+←",
        "start of this phase, or the phase before",
        "jump",
        Session.previous_phase,
    ),
    Action(
        "next_update",
        ("right_curly_bracket", "shift+pagedown"),
        "}  Shift+PgDn",
        "the same step of the next update",
        "jump",
        Session.next_update,
    ),
    Action(
        "previous_update",
        ("left_curly_bracket", "shift+pageup"),
        "{  Shift+PgUp",
        "the same step of the update before",
        "jump",
        Session.previous_update,
    ),
    Action(
        "first",
        ("home",),
        "Home",
        "first step of this update; again: the start",
        "jump",
        Session.first,
    ),
    Action("last", ("end",), "End", "last step of this update", "jump", Session.last),
    Action(
        "go",
        ("g", "colon"),
        "g  :",
        "go anywhere by name: delta1, BP2, update 500, epoch 3",
        "jump",
        hints=_in(("start", "phase"), "g", "go to"),
        does="run_until.go",
    ),
    Action(
        "until",
        ("u",),
        "u",
        "run until something happens: C < 0.01, saturated, nan",
        "jump",
        does="run_until.until",
    ),
    Action(
        "outline",
        ("o",),
        "o",
        "the outline: weights, samples and steps, to go to",
        "jump",
        does="overlays.outline",
    ),
    # ── look closer ──────────────────────────────────────────────────────────────────────────
    Action(
        "next_cell",
        ("tab",),
        "Tab",
        "next number; while inspecting: next matrix",
        "look closer",
        Session.next_cell,
        next_matrix,
        hints=_in(("network",), "⇥", "number") | {"inspect": ("⇥", "matrix")},
    ),
    Action(
        "previous_cell",
        ("shift+tab",),
        "Shift+Tab",
        "number before; while inspecting: matrix before",
        "look closer",
        Session.previous_cell,
        partial(next_matrix, by=-1),
    ),
    Action(
        "inspect",
        ("enter",),
        "Enter",
        "inspect a number; again: go to where it comes from",
        "look closer",
        inspect,
        follow,
        hints=_in(("equation", "operation", "element"), "⏎", "inspect")
        | {"inspect": ("⏎", "{source}")},
    ),
    Action(
        "leave",
        ("escape",),
        "Esc",
        "leave the innermost thing; at last: to the list",
        "look closer",
        hints=_in(("inspect", "layouts", "network", "buglab", "compare"), "Esc", "back")
        | _in(("buglab-steps", "buglab-curves"), "Esc", "back"),
        does="stepper.leave",
    ),
    Action(
        "nudge",
        ("w",),
        "w",
        "nudge the number, watch C; again: ten times more",
        "look closer",
        hints=_in(("equation", "inspect"), "w", "nudge"),
        does="stepper.nudge",
    ),
    Action(
        "derive",
        ("d",),
        "d",
        "derive this number by the chain rule, line by line",
        "look closer",
        hints=_in(("inspect",), "d", "derive"),
        does="overlays.derive",
    ),
    Action(
        "curtain",
        ("c",),
        "c",
        "next step with its result hidden; any key shows it",
        "look closer",
        does="stepper.hide_result",
    ),
    # ── explain ──────────────────────────────────────────────────────────────────────────────
    Action(
        "why",
        ("y",),
        "y",
        "why this step is what it is",
        "explain",
        hints=_in(("start", "equation", "operation", "element", "inspect"), "y", "why"),
        does="overlays.why",
    ),
    Action(
        "network",
        ("v",),
        "v",
        "the network, with the wires in play",
        "explain",
        hints=_in(("start", "phase"), "v", "network"),
        does="stepper.network",
    ),
    Action(
        "layouts",
        ("l",),
        "l",
        "three layouts of the same numbers, side by side",
        "explain",
        does="stepper.layouts",
    ),
    Action(
        "notation",
        ("N",),
        "N",
        "the letters of another book, on the same numbers",
        "explain",
        does="appearance.choose_notation",
    ),
    Action(
        "error_signal",
        ("E",),
        "E",
        "δ as error signal and as gradient: the same numbers",
        "explain",
        does="appearance.switch_error_signal",
    ),
    # ── try ──────────────────────────────────────────────────────────────────────────────────
    Action(
        "edit",
        ("e",),
        "e",
        "change a weight, an input, η, a layer … and see",
        "try",
        hints=_in(("compare",), "e", "change more"),
        does="editing.edit",
    ),
    Action(
        "propose",
        ("f",),
        "f",
        "make the change that the note here proposes to try",
        "try",
        does="editing.propose",
    ),
    Action(
        "undo",
        ("z",),
        "z",
        "take the last change back",
        "try",
        hints=_in(("compare",), "z", "undo"),
        does="editing.undo",
    ),
    Action(
        "redo",
        ("Z",),
        "Z",
        "make it again",
        "try",
        hints=_in(("compare",), "Z", "redo"),
        does="editing.redo",
    ),
    Action(
        "compare",
        ("b",),
        "b",
        "before and after the last change, cell by cell",
        "try",
        does="editing.compare",
    ),
    Action("save", ("S",), "S", "save as a scenario file", "try", does="editing.save"),
    Action(
        "train",
        ("r",),
        "r",
        "train on: curves, pictures, and any update of it to step through",
        "try",
        hints={"start": ("r", "train")},
        does="training.open",
    ),
    Action(
        "buglab",
        ("m",),
        "m",
        "the bug lab: common mistakes, and who would notice",
        "try",
        does="buglab.open",
    ),
    Action("next_mistake", ("j",), "", "the next mistake", "try", does="buglab.next_mistake"),
    Action(
        "previous_mistake", ("J",), "", "the mistake before", "try", does="buglab.previous_mistake"
    ),
    Action(
        "lab_next",
        ("full_stop",),
        "",
        "in the bug lab: step both programs",
        "try",
        does="buglab.next_step",
    ),
    Action(
        "lab_back",
        ("comma",),
        "",
        "in the bug lab: both programs a step back",
        "try",
        does="buglab.previous_step",
    ),
    Action(
        "lab_difference",
        ("exclamation_mark",),
        "",
        "in the bug lab: the first step that differs",
        "try",
        does="buglab.first_difference",
    ),
    Action(
        "train_both",
        ("T",),
        "",
        "in the bug lab: train with and without the mistake",
        "try",
        hints={"buglab": ("t", "train both"), "buglab-curves": ("t", "train on")},
        does="buglab.train_both",
    ),
    Action(
        "quiz",
        ("Q",),
        "Q",
        "a quiz: asks for the next number, names the slip",
        "try",
        does="quiz.begin",
    ),
    Action(
        "quiz_mistake",
        ("k",),
        "k",
        "in the bug lab: a question about this mistake",
        "try",
        hints=_in(("buglab",), "k", "quiz me"),
        does="quiz.ask_of_mistake",
    ),
    # ── show ─────────────────────────────────────────────────────────────────────────────────
    Action(
        "more_digits",
        ("plus", "equals_sign"),
        "+",
        "more digits in the matrices",
        "show",
        does="appearance.more_digits",
    ),
    Action("fewer_digits", ("minus",), "-", "fewer digits", "show", does="appearance.fewer_digits"),
    Action(
        "theme",
        ("t",),
        "t",
        "the next theme: dark, light, high contrast",
        "show",
        on_page={"buglab": "train_both"},
        does="appearance.next_theme",
    ),
    Action(
        "ascii",
        ("a",),
        "a",
        "plain ASCII and back, for fonts that lack these signs",
        "show",
        does="appearance.switch_ascii",
    ),
    Action(
        "copy",
        ("x",),
        "x",
        "copy the number or its matrix: text, LaTeX, numpy",
        "show",
        does="overlays.copy",
    ),
    # ── program ──────────────────────────────────────────────────────────────────────────────
    Action(
        "palette", ("ctrl+p",), "Ctrl+P", "search all commands", "program", does="overlays.palette"
    ),
    Action(
        "quit",
        ("q", "ctrl+q"),
        "q  Ctrl+Q",
        "quit; Ctrl+C works, too",
        "program",
        hints=_in(("start", "phase"), "q", "quit"),
        does="stepper.quit",
    ),
    Action(
        "help",
        ("question_mark", "f1"),
        "?  F1",
        "all keys",
        "program",
        hints=_in(("start", "phase", "equation", "operation", "element"), "?", "all keys")
        | _in(("inspect", "network", "layouts", "buglab", "compare"), "?", "keys")
        | _in(("buglab-steps", "buglab-curves"), "?", "keys"),
        does="overlays.help",
    ),
)
"""Every action of the stepper."""
