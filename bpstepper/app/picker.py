"""The picker: the bundled library and the files of this folder, to choose from.

What is listed, and under which heading, is the library's business. Here it is shown as a list with
a preview of the chosen entry, and can be filtered by what one types.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static
from textual.widgets.option_list import Option

from bpstepper.app.choices import Choices
from bpstepper.drawing.charset import Charset
from bpstepper.drawing.text import clean, pad, plain, shorten
from bpstepper.scenario.library import LibraryEntry, grouped

__all__ = ["PickerScreen"]

_LEAD = "Choose a scenario to walk through. If it is your first, just press Enter."
_FIRST = "mazur"
"""The scenario to begin with: small, well known, and all of it is told."""

_SIDE = 100  # columns of a screen that has room for a preview beside the list
_BELOW = 22  # lines of a screen that has room for one below it
_BELOW_LINES = 5  # of text in it
_FEW = 3  # scenarios of a course that are named
_SIDE_COLUMNS = 42
_LEVELS_FROM = 78  # columns of a list that has room for levels
_MOST_TYPED = 40


class PickerScreen(Screen[None]):
    """A list of courses and scenarios; Enter opens one in the stepper."""

    DEFAULT_CSS = """
    PickerScreen {
        #heading { padding: 1 1 0 1; text-style: bold; }
        #lead { padding: 0 1 1 1; color: $text-muted; }
        #body { height: 1fr; layout: vertical; }
        Choices, Choices:focus {
            height: 1fr; border: none; padding: 0; background: $background;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        #preview {
            display: none; height: 6; padding: 0 1; border-top: solid $border; overflow: hidden;
        }
        &.below #preview { display: block; }
        &.side #body { layout: horizontal; }
        &.side #preview {
            display: block; width: 42; height: 100%; border-top: none; border-left: solid $border;
        }
        &.ascii #preview { border-top: ascii $border; }
        &.ascii.side #preview { border-top: none; border-left: ascii $border; }
        &.ascii Choices { scrollbar-size-vertical: 0; text-overflow: clip; }
        &.ascii #problem { scrollbar-size-vertical: 0; }
        #problem { height: auto; max-height: 60%; color: $text-error; padding: 0 1; display: none; }
        #keys { height: 1; padding: 0 1; color: $text-muted; }
    }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("q,escape,ctrl+q", "app.leave", "quit"),
    ]

    class Picked(Message):
        """Something was chosen; `source` is its file, and `course` whether it is a course."""

        def __init__(self, source: str, course: bool) -> None:
            super().__init__()
            self.source = source
            self.course = course

    def __init__(self, entries: Sequence[LibraryEntry], charset: Charset) -> None:
        super().__init__()
        self._entries = list(entries)
        self._charset = charset
        self._typed: str | None = None  # what is filtered by; None: nothing is
        self._listed: list[LibraryEntry | None] = []  # by option; None for a heading
        self._columns = 80
        self.set_class(charset.ascii, "ascii")

    def compose(self) -> ComposeResult:
        """A heading, the list with its preview, room for a diagnostic, the keys."""
        with Vertical():
            yield Static("bpstepper: step through backpropagation", id="heading", markup=False)
            yield Static(_LEAD, id="lead", markup=False)
            with Container(id="body"):
                yield Choices(markup=False)
                yield Static("", id="preview", markup=False)
            with VerticalScroll(id="problem"):
                yield Static("", id="diagnostic", markup=False)
            yield Static("", id="keys", markup=False)

    def on_mount(self) -> None:
        """The list takes the keys, and stands on what is best begun with."""
        self._fit()
        self._fill()
        self.query_one(Choices).focus()

    def on_resize(self, _event: events.Resize) -> None:
        """Rows are as wide as there is room for."""
        before = self._columns
        self._fit()
        if before != self._columns:
            self._fill(self._chosen())

    def _fit(self) -> None:
        columns, lines = self.app.size
        side = columns >= _SIDE
        self.set_class(side, "side")
        self.set_class(not side and lines >= _BELOW, "below")
        self._columns = columns - (_SIDE_COLUMNS if side else 0)

    # ── the list ─────────────────────────────────────────────────────────────────────────────

    def _groups(self) -> list[tuple[str, list[LibraryEntry]]]:
        """What is listed now, under its headings."""
        words = (self._typed or "").casefold().split()
        found = [entry for entry in self._entries if _matches(entry, words)]
        first = [] if words else [entry for entry in found if entry.name == _FIRST]
        groups = grouped(entry for entry in found if entry not in first)
        if first:
            own = sum(heading == "this folder" for heading, _ in groups)
            groups.insert(own, ("start here", first))
        return groups

    def _fill(self, chosen: LibraryEntry | None = None) -> None:
        """List what there is, and stand on `chosen`, or on what is best begun with."""
        options: list[Option] = []
        self._listed = []
        for heading, entries in self._groups():
            said = self._charset.translate(clean(heading[:1].upper() + heading[1:]))
            options.append(Option(Content.assemble((f" {said}", "$text-primary")), disabled=True))
            options += [Option(self._line(entry)) for entry in entries]
            self._listed += [None, *entries]
        choices = self.query_one(Choices)
        choices.clear_options()
        choices.add_options(options)
        wanted = [index for index, entry in enumerate(self._listed) if entry is not None]
        same = [index for index in wanted if self._listed[index] == chosen]
        first = [index for index in wanted if _name(self._listed[index]) == _FIRST]
        if wanted:
            choices.highlighted = (same or ([] if self._typed else first) or wanted)[0]
        else:
            self._preview(None)
        self._say_keys(len(wanted))

    def _line(self, entry: LibraryEntry) -> Content:
        translate, more = self._charset.translate, self._charset.left_out
        name = pad(shorten(translate(clean(entry.name)), 24, more), 25)
        size = pad(shorten(translate(clean(entry.size)), 11, more), 12)
        roomy = self._columns >= _LEVELS_FROM
        level = pad(shorten(translate(clean(entry.level)), 12, more), 13) if roomy else ""
        title = translate(clean(entry.title))
        return Content.assemble((f"  {name}", "bold"), (f"{size}{level}", "$text-muted"), title)

    def _chosen(self) -> LibraryEntry | None:
        at = self.query_one(Choices).highlighted
        return self._listed[at] if at is not None and at < len(self._listed) else None

    def on_option_list_option_highlighted(self, _event: Choices.OptionHighlighted) -> None:
        """Show what is known of it."""
        self._preview(self._chosen())

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """Hand on what was chosen."""
        entry = self._listed[event.option_index]
        if entry is not None:
            self.post_message(self.Picked(str(entry.path), entry.course))

    # ── the preview ──────────────────────────────────────────────────────────────────────────

    def _preview(self, entry: LibraryEntry | None) -> None:
        """What the chosen entry is, in a few lines."""
        pane = self.query_one("#preview", Static)
        if entry is None or not (self.has_class("side") or self.has_class("below")):
            pane.update("")
            return
        from bpstepper.drawing.prose import paragraphs
        from bpstepper.scenario.library import preview

        more = preview(entry)
        samples = f"{more.samples} samples" if more.samples != "1" else "1 sample"
        facts = [entry.size if entry.course else f"network {entry.size}"]
        facts += [samples] if more.samples else []
        facts += [f"held to {more.held} known numbers"] if more.held else []
        few = len(more.stops) <= _FEW
        walked = ", ".join(more.stops) if few else f"{len(more.stops)} scenarios"
        facts += [f"in {walked}"] if more.stops else []
        facts += [entry.level] if entry.level else []
        about = ["".join(span.text for span in part) for part in paragraphs(entry.about)]
        side = self.has_class("side")
        between = "\n\n" if side else "\n"
        told = [
            Content.assemble((self._said(entry.title or entry.name), "bold")),
            Content.assemble((self._said(entry.source), "$text-muted")),
            Content(self._said(" · ".join(facts))),
        ]
        told = [part for part in told if part.plain]
        said = list(map(self._said, about))
        told.append(Content(between.join(said if side else self._begun(said, len(told)))))
        pane.update(Content(between).join(part for part in told if part.plain))

    def _begun(self, said: Sequence[str], taken: int) -> list[str]:
        """As many lines of a text as the pane below has left, and whether there are more."""
        from bpstepper.drawing.prose import wrap

        columns, room = self._columns - 2, max(_BELOW_LINES - taken, 1)
        lines = [plain(line) for text in said for line in wrap(text, columns + 1, "about", "")]
        if len(lines) > room:
            more = self._charset.left_out
            lines[room - 1 :] = [shorten(lines[room - 1], columns - 2, more).rstrip() + f" {more}"]
        return lines

    def _said(self, text: str) -> str:
        return self._charset.translate(clean(" ".join(text.split())))

    # ── the filter ───────────────────────────────────────────────────────────────────────────

    def on_key(self, event: events.Key) -> None:
        """`/` begins a filter; then what is typed is part of it, until Escape."""
        typed = self._typed
        if typed is None:
            if event.character != "/":
                return
            typed = ""
        elif event.key == "escape":
            typed = None
        elif event.key == "backspace":
            typed = typed[:-1]
        elif event.character is not None and event.is_printable:
            typed = (typed + event.character)[:_MOST_TYPED]
        else:
            return
        event.stop()
        event.prevent_default()
        chosen, self._typed = self._chosen(), typed
        self._fill(chosen if typed is None else None)

    def _say_keys(self, count: int) -> None:
        """What is filtered by, and the keys that do something."""
        keys = "↑ ↓ choose   ⏎ open   / filter   q quit"
        lead = _LEAD
        if self._typed is not None:
            keys = "↑ ↓ choose   ⏎ open   Esc all of them"
            lead = f"filter: {clean(self._typed)}▏   {count} of {len(self._entries)}"
        translate = self._charset.translate
        self.query_one("#keys", Static).update(Content(translate(keys)))
        self.query_one("#lead", Static).update(Content(translate(lead)))

    def tell(self, problem: str) -> None:
        """Show what is wrong with a scenario, or nothing."""
        self.query_one("#problem").display = bool(problem)
        said = "\n".join(self._charset.translate(line) for line in problem.splitlines())
        self.query_one("#diagnostic", Static).update(Content(said))


def _name(entry: LibraryEntry | None) -> str:
    return "" if entry is None else entry.name


def _matches(entry: LibraryEntry, words: Sequence[str]) -> bool:
    """Whether every word is somewhere in what a list shows of an entry."""
    kind = "course" if entry.course else ""
    shown = (entry.name, entry.title, entry.source, entry.size, entry.topic, entry.level, kind)
    text = " ".join(shown).casefold()
    return all(word in text for word in words)
