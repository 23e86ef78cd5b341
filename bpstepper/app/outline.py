"""The outline over the stepper: parameters, samples and steps as a tree; Enter goes there.

What there is, and where it leads, is `explain.outline`'s business. This is a list of the rows that
are open, set in by their depth: letters, signs and a cursor that any terminal can show.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets.option_list import Option

from bpstepper.app.choices import Choices
from bpstepper.app.modal import Modal
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, pad, shorten, width
from bpstepper.explain.notation.notations import NOTATIONS
from bpstepper.explain.outline import Destination, Path, Row, outline, rows
from bpstepper.session import Session

__all__ = ["OutlinePrompt"]

_WIDEST = 73  # cells of the list
_INDENT = 2
_FEWEST = 20  # cells of a row, however small the terminal


class OutlinePrompt(Modal[Destination | None]):
    """A tree to open and to choose from."""

    DEFAULT_CSS = """
    OutlinePrompt {
        align: center middle;
        background: transparent;
        & > Vertical {
            width: 80; max-width: 100%; height: auto; max-height: 100%;
            border: round $border; background: $surface;
        }
        &.ascii > Vertical { border: ascii $border; }
        Choices, Choices:focus { border: none; height: auto; background: $surface; }
        Choices { max-height: 100%; scrollbar-size-vertical: 1; }
        &.ascii Choices { scrollbar-size-vertical: 0; }
    }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape,q,o", "leave", "back"),
        Binding("right,l", "open", "open"),
        Binding("left,h", "shut", "shut"),
        Binding("space", "turn", "open or shut"),
    ]

    def __init__(self, session: Session, look: RenderOptions) -> None:
        """The outline of where one stands, open down to the step one stands at."""
        super().__init__()
        self._look = look
        self._roots = outline(session, NOTATIONS[look.notation], look.digits)
        self._open: frozenset[Path] = frozenset((i,) for i in range(len(self._roots)))
        self._rows: list[Row] = []
        self._pointed = -1  # which row has the sign of the cursor: colour alone would not tell
        self.set_class(look.charset.ascii, "ascii")

    def compose(self) -> ComposeResult:
        """The list in a box."""
        translate = self._look.charset.translate
        with Vertical() as box:
            box.border_title = Content("Outline: where to?")
            box.border_subtitle = Content(
                translate("↑ ↓ choose   → ← open, shut   ⏎ go   Esc back")
            )
            yield Choices(markup=False)

    def on_mount(self) -> None:
        """Show where one stands."""
        self._fill(self._here())

    def on_resize(self) -> None:
        """Draw the rows as wide as there is room for."""
        self._fill(self._current())

    def _here(self) -> Path:
        """The path of the step one stands at, with what is around it opened; else the first."""
        last = len(self._roots) - 1
        for phase in rows(self._roots, frozenset({(last,)})):
            inside = [(*phase.path, i) for i in range(64)] if len(phase.path) == 2 else []
            opened = frozenset({(last,), phase.path, *inside})
            found = next((row for row in rows(self._roots, opened) if row.node.here), None)
            if inside and found is not None:
                self._open |= {found.path[:depth] for depth in range(1, len(found.path))}
                return found.path
        return (0,)

    # ── rows ─────────────────────────────────────────────────────────────────────────────────

    def _fill(self, at: Path) -> None:
        """Show what is open, standing on a path, or on what it is in where it is shut."""
        listed = self.query_one(Choices)
        self._rows, self._pointed = list(rows(self._roots, self._open)), -1
        listed.clear_options()
        listed.add_options([Option(self._written(row)) for row in self._rows])
        paths = [row.path for row in self._rows]
        while at not in paths and len(at) > 1:
            at = at[:-1]
        listed.highlighted = paths.index(at) if at in paths else 0

    def on_option_list_option_highlighted(self, event: Choices.OptionHighlighted) -> None:
        """Put the sign of the cursor where it is."""
        listed, at = self.query_one(Choices), event.option_index
        for index, pointed in ((self._pointed, False), (at, True)):
            if 0 <= index < len(self._rows) == listed.option_count:
                prompt = self._written(self._rows[index], pointed)
                listed.replace_option_prompt_at_index(index, prompt)
        self._pointed = at

    def _written(self, row: Row, pointed: bool = False) -> Content:
        charset, node = self._look.charset, row.node
        cells = max(min(_WIDEST, self.app.size.width - 7), _FEWEST)
        sign = " " if node.inside is None else "−" if row.open else "+"
        lead = ("▸" if pointed else " ") + " " * (_INDENT * (len(row.path) - 1)) + sign + " "
        label = lead + clean(node.label) + ("  ◂ here" if node.here else "")
        label, told = charset.translate(label), charset.translate(clean(node.told))
        most = max(cells - width(label) - 2, cells // 3)  # names may be of any length
        told = shorten(told, most, charset.left_out)
        room = cells - width(told) - 2
        return Content(pad(shorten(label, room, charset.left_out), room) + "  " + told)

    def _current(self) -> Path:
        at = self.query_one(Choices).highlighted
        return self._rows[at].path if at is not None and at < len(self._rows) else (0,)

    def _row(self) -> Row | None:
        path = self._current()
        return next((row for row in self._rows if row.path == path), None)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """Go where a leaf leads; open or shut what has others inside."""
        row = self._rows[event.option_index]
        if row.node.goes is not None:
            self.close(row.node.goes)
        else:
            self._turn(row)

    def _turn(self, row: Row) -> None:
        if row.node.inside is not None:
            self._open ^= {row.path}
            self._fill(row.path)

    def action_turn(self) -> None:
        """Open or shut."""
        row = self._row()
        if row is not None:
            self._turn(row)

    def action_open(self) -> None:
        """Open; where it is open, go into it."""
        row = self._row()
        if row is not None and row.open:
            self.query_one(Choices).action_cursor_down()
        elif row is not None:
            self._turn(row)

    def action_shut(self) -> None:
        """Shut; where there is nothing to shut, go out to what it is in."""
        row = self._row()
        if row is not None and row.open:
            self._turn(row)
        elif row is not None and len(row.path) > 1:
            self._fill(row.path[:-1])

    def action_leave(self) -> None:
        """Stay where we are."""
        self.close(None)
