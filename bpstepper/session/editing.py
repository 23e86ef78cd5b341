"""Editing what is stepped through: what if this weight were another?

An `Edit` is a frozen value, and `edited` a function Session → Session: a new scenario, a new
timeline, and the cursor on the same symbol. A `EditHistory` is a session with its edits; undo and
redo go as far as there are edits. A desk keeps the edits alone and no trace of old numbers: going
back puts the scenario together again from the first one, which comes out the same to the bit.

A weight or a bias that is edited is the one training *starts* with, at whatever update one
stands: the update is computed anew from there, and so are all before it. Weights that were drawn
stay as they are when the seed is edited, which then only orders and divides the samples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bpstepper.engine.compile.network import ProblemError
from bpstepper.engine.run.training import Timeline
from bpstepper.engine.symbols import KINDS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.scenario.checks import symbol_keys
from bpstepper.scenario.diagnostics.diagnostic import shorten
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.edit_checks import check_value, check_whole
from bpstepper.scenario.editable import (
    EditError,
    Parts,
    Value,
    paths,
    places_of_symbols,
    read,
    written,
)
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.toml.overrides import read as read_override
from bpstepper.scenario.values import same_numbers
from bpstepper.session.cursor import Cursor
from bpstepper.session.cursor_transfer import carried, is_place
from bpstepper.session.stepping import Session

__all__ = [
    "Done",
    "Edit",
    "EditError",
    "EditHistory",
    "editable",
    "edited",
    "parse_edit",
    "parts_of",
    "places",
    "with_edits",
]


class Edit(NamedTuple):
    """One change.

    Attributes:
        path: where, as `scenario.editable` names places: `training.learning_rate`, `W2[1,2]`.
        before: the value that it had.
        after: the value that it has.
    """

    path: str
    before: Value
    after: Value


def parts_of(scenario: Scenario) -> Parts:
    """What a scenario is made of."""
    return Parts(scenario.network, scenario.samples, scenario.loss, scenario.training)


def places(session: Session) -> tuple[str, ...]:
    """The paths that can be edited, but for single numbers, which are named by their matrix."""
    return paths(parts_of(session.scenario))


# ── from words ───────────────────────────────────────────────────────────────────────────────

_CELL_TEXT = re.compile(r"\s*([A-Za-z_]+\d{0,4})\s*\[([\d\s,]{1,20})\]\s*=\s*(\S.*?)\s*", re.ASCII)
_OF_BATCH = {"x": "input", "y": "target"}


def parse_edit(session: Session, text: str) -> Edit:
    """What a text says is to be edited.

    It is `--set`'s language, `training.learning_rate = 0.1`, and single cells, counted from 1:
    `W2[1,2] = 0.5` is the weight to unit 1 from unit 2, `b1[2] = 0`, `x[1]` or `x[1,2] = 0.3`
    input 1 of the second sample of the batch that one stands at. A weight that has a name of its
    own in the source goes by that, too: `w5 = 0.5`.

    Raises:
        EditError: it says nothing that can be edited, or not to this value.
    """
    cell = _CELL_TEXT.fullmatch(text)
    if cell:
        path = _cell_path(session, cell[1], cell[2])
        value = _value(f"value={cell[3]}")
    else:
        if "=" not in text:
            raise EditError("an edit is written as training.learning_rate = 0.1 or W1[1,2] = 0.5")
        path = text.partition("=")[0].strip()
        value = _value(text)
        path = _named_weight(session, path) or path
    before = read(parts_of(session.scenario), path)
    return Edit(path, before, check_value(path, value))


def _named_weight(session: Session, name: str) -> str | None:
    """The path of the one weight that a scenario calls so; None if there is none, or more."""
    layers = enumerate(session.scenario.network.layers, 1)
    found = [
        f"W{layer}[{to},{row.index(name) + 1}]"
        for layer, weights in layers
        for to, row in enumerate(weights.weight_names, 1)
        if name in row
    ]
    return found[0] if len(found) == 1 else None


def _value(text: str) -> Value:
    try:
        _, value = read_override(text)
    except ScenarioError as error:
        first = error.diagnostics[0]
        raise EditError(f"{first.message}; {first.help}" if first.help else first.message) from None
    return _tuples(value)


def _tuples(value: object) -> Value:
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise EditError("the value is a number, true or false, a word, or a list in brackets")


def _cell_path(session: Session, symbol: str, numbers: str) -> str:
    words = [word.strip() for word in numbers.split(",")]
    if not all(word.isdecimal() for word in words):
        raise EditError(f"{symbol}[{shorten(numbers)}] is written as {symbol}[1,2]")
    if symbol not in _OF_BATCH:
        key = symbol_keys.parse(symbol)
        form = key.form if key else ""
        if form == "weights" and len(words) == 1:
            raise EditError(f"a weight is written as {symbol}[to,from], as {symbol}[1,2]")
        if form == "biases" and len(words) == 2 and int(words[1]) == 1:
            words = words[:1]
        return f"{symbol}[{','.join(words)}]"
    batch = session.trace.samples
    unit, sample = int(words[0]), int(words[1]) if len(words) > 1 else 1
    size = len(_of_sample(session, symbol, batch[0]))
    if len(words) > 2 or not (1 <= unit <= size and 1 <= sample <= len(batch)):
        raise EditError(
            f"there is no {symbol}[{numbers.strip()}]: {symbol} goes from [1,1] to "
            f"[{size},{len(batch)}], [unit,sample]"
        )
    return f"samples.{batch[sample - 1]}.{_OF_BATCH[symbol]}.{unit - 1}"


def _of_sample(session: Session, symbol: str, sample: int) -> tuple[Value, ...]:
    """All numbers of a sample's x or y; none where it has no target."""
    whole = read(parts_of(session.scenario), f"samples.{sample}.{_OF_BATCH[symbol]}")
    return whole if isinstance(whole, tuple) else ()


_NUMBERS_OF = places_of_symbols()


def editable(session: Session, key: str, cell: Sequence[int]) -> str | None:
    """The path of a cell on the screen; None where it is computed and cannot be edited.

    Args:
        session: where one stands.
        key: the text key of the quantity, such as `W1` or `x`.
        cell: its index, from 0, in the layout of the scenario.
    """
    scenario = session.scenario
    if key in _NUMBERS_OF:
        found = _NUMBERS_OF[key]
        return found if found in places(session) else None
    layout = LAYOUTS[scenario.network.layout]
    symbol = session.trace.program.by_key.get(key)
    if symbol is None:
        return None
    if symbol.kind in _OF_BATCH:
        unit, sample = cell if layout.units_axis == 0 else tuple(cell)[::-1]
        there = session.trace.samples[sample]
        has = _of_sample(session, key, there) and not (symbol.kind == "y" and _is_counted(scenario))
        return f"samples.{there}.{_OF_BATCH[key]}.{unit}" if has else None
    row = KINDS[symbol.kind]
    if row.role != "parameter":
        return None
    if row.form == "biases":
        return f"{key}[{cell[layout.units_axis] + 1}]"
    to, of = cell if layout.weight_axes == ("to", "from") else tuple(cell)[::-1]
    if row.form == "weights":
        return f"{key}[{to + 1},{of + 1}]"
    return f"W{symbol.layer}[{to + 1},{of}]" if of else f"b{symbol.layer}[{to + 1}]"


def _is_counted(scenario: Scenario) -> bool:
    """Whether y is which outputs are counted, and no target."""
    return LOSSES[scenario.loss.name].targets == "none"


# ── the edit itself ──────────────────────────────────────────────────────────────────────────


def with_edits(scenario: Scenario, changes: Iterable[tuple[str, Value]]) -> Scenario:
    """The scenario with values put at places, put together once.

    Raises:
        EditError: there is no such place, or what comes out is no problem one could train.
    """
    parts, last = parts_of(scenario), ""
    for path, value in changes:
        parts, last = written(parts, path, value), path
    if not last:
        return scenario
    try:
        made = replace(scenario, **parts._asdict())
    except ProblemError as error:
        raise EditError(str(error)) from None
    check_whole(made, last)
    return made


def edited(session: Session, edit: Edit, line: Timeline | None = None) -> Session:
    """The session of the edited scenario: the same update, the cursor on the same symbol.

    Where the step is no more, it is the nearest one before it; a cell that was inspected stays so
    where its matrix is still there. It trains up to the update that one stands at, which takes as
    long as going there.

    Args:
        session: where one stands.
        edit: what to change.
        line: a timeline of the edited scenario (see `with_edits`), where one has been prepared.

    Raises:
        EditError: what comes out is no scenario.
    """
    scenario = with_edits(session.scenario, [(edit.path, edit.after)])
    return carried(session, scenario, line or Timeline(scenario))


class Done(NamedTuple):
    """An edit that was made, and where one stood before it and right after."""

    edit: Edit
    before: Cursor
    after: Cursor


@dataclass(frozen=True, eq=False)
class EditHistory:
    """A session with its edits.

    Attributes:
        session: as it is now.
        base: the scenario as it was opened.
        done: the edits made, the latest last.
        undone: the edits taken back, the next to be made again last.
        before: the session as it was right before the last edit, undo or redo, for comparing;
            None where there was none.
    """

    session: Session
    base: Scenario
    done: tuple[Done, ...] = ()
    undone: tuple[Done, ...] = ()
    before: Session | None = None

    @classmethod
    def of(cls, session: Session) -> EditHistory:
        """A desk without edits."""
        return cls(session, session.scenario)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits made, the latest last."""
        return tuple(it.edit for it in self.done)

    @property
    def changes(self) -> tuple[Edit, ...]:
        """What is other than it was opened, a place each: old → new over all edits."""
        found: dict[str, Edit] = {}
        for edit in self.edits:
            first = found.pop(edit.path, edit)
            found[edit.path] = Edit(edit.path, first.before, edit.after)
        return tuple(it for it in found.values() if repr(it.before) != repr(it.after))

    def moved(self, session: Session) -> EditHistory:
        """The desk with its session moved; the session is one of the same scenario."""
        return replace(self, session=session)

    def edit(self, edit: Edit | str, line: Timeline | None = None) -> EditHistory:
        """Make an edit; what was undone is forgotten. See `edited`.

        Raises:
            EditError: it cannot be made.
        """
        made = parse_edit(self.session, edit) if isinstance(edit, str) else edit
        there = edited(self.session, made, line)
        done = Done(made, self.session.cursor, there.cursor)
        return replace(self, session=there, done=(*self.done, done), undone=(), before=self.session)

    def undo(self) -> EditHistory:
        """Take the last edit back; the same desk where there is none.

        The cursor stays; only where the edit itself moved it, and nobody since, it goes back.
        """
        if not self.done:
            return self
        *rest, last = self.done
        there = self._with(rest, last.after, last.before)
        return replace(
            self,
            session=there,
            done=tuple(rest),
            undone=(*self.undone, last),
            before=self.session,
        )

    def redo(self) -> EditHistory:
        """Make the edit again that was taken back last; the same desk where there is none."""
        if not self.undone:
            return self
        *rest, last = self.undone
        done = (*self.done, last)
        there = self._with(done, last.before, last.after)
        return replace(self, session=there, done=done, undone=tuple(rest), before=self.session)

    def _with(self, done: Sequence[Done], left: Cursor, back: Cursor) -> Session:
        """The session with these edits; at `back` if nobody has moved since `left`."""
        scenario = with_edits(self.base, [(it.edit.path, it.edit.after) for it in done])
        known = self.before
        if known is not None and same_numbers(known.scenario, scenario):
            there = carried(self.session, known.scenario, known.line)  # nothing is trained again
        else:
            there = carried(self.session, scenario, Timeline(scenario))
        if self.session.cursor != left or there.cursor == back:
            return there
        # a desk that was kept in a file may say a place that there is not
        return replace(there, cursor=back, spot=None) if is_place(there, back) else there
