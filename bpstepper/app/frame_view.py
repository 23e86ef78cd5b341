"""The widget that shows a frame: lines in, strips out, and only changed lines are repainted.

It holds no state of the lesson. A frame is a list of lines whose spans carry roles; the roles'
looks are component classes, so that a theme, or none, decides on colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from bpstepper.app.lean_strip import LeanStrip
from bpstepper.drawing.text import Line

__all__ = ["ROLES", "FrameView"]

ROLES = (
    "title", "rule", "now", "done", "later", "key", "does", "law", "formula", "aside", "heading",
    "caption", "shape", "name", "value", "bracket", "source", "target", "mark", "pending", "sign",
    "more", "label", "sum", "why", "note", "paragraph", "message", "told", "notice", "strong",
    "insight", "law-name", "cursor", "pointer", "fed", "unit", "wire", "wire-negative", "wire-lit",
    "wire-lit-negative", "arrow", "positive", "negative", "axis", "curve", "tangent", "heat-0",
    "changed", "heat-neg-1", "heat-neg-2", "heat-neg-3", "heat-pos-1", "heat-pos-2", "heat-pos-3",
)  # fmt: skip
"""Every role that a drawing gives to a span."""

_MOST_STRIPS = 2000  # that are kept, for lines that come back


class FrameView(Widget):
    """Shows the lines it is given.

    Roles never differ by colour alone: marks have glyphs, the current phase is in capitals, the
    sign of a number is written. Blue and orange stand for − and +: a pair that the colour-blind
    tell apart.
    """

    COMPONENT_CLASSES = {f"role--{role}" for role in ROLES}  # noqa: RUF012 - Textual's own form

    DEFAULT_CSS = """
    FrameView {
        width: 1fr;
        height: 1fr;
        & > .role--title { color: $text; text-style: bold; }
        & > .role--rule { color: $text-disabled; }
        & > .role--now { color: $text-accent; text-style: bold; }
        & > .role--done { color: $text-success; }
        & > .role--later { color: $text-muted; }
        & > .role--key { color: $text-accent; text-style: bold; }
        & > .role--does { color: $text-muted; }
        & > .role--law { color: $text-accent; text-style: bold reverse; }
        & > .role--formula { color: $text; text-style: bold; }
        & > .role--aside { color: $text-muted; }
        & > .role--heading { color: $text-primary; }
        & > .role--caption { color: $text; text-style: bold; }
        & > .role--shape { color: $text-muted; }
        & > .role--name { color: $text-secondary; }
        & > .role--value { color: $text; }
        & > .role--bracket { color: $text-muted; }
        & > .role--source { color: $text-warning; text-style: bold; }
        & > .role--target { color: $text-success; text-style: bold; }
        & > .role--mark { color: $text-warning; text-style: bold; }
        & > .role--pending { color: $text-disabled; }
        & > .role--sign { color: $text; }
        & > .role--more { color: $text-muted; }
        & > .role--label { color: $text-muted; }
        & > .role--sum { color: $text-success; text-style: bold; }
        & > .role--why { color: $text; }
        & > .role--note { color: $text-warning; }
        & > .role--paragraph { color: $text; }
        & > .role--strong { color: $text; text-style: bold; }
        & > .role--message { color: $text-error; text-style: bold; }
        & > .role--told { color: $text-accent; text-style: bold; }
        & > .role--notice { color: $text-warning; text-style: bold; }
        & > .role--insight { color: $text-warning; }
        & > .role--law-name { color: $text-accent; text-style: bold; }
        & > .role--cursor { color: $text-success; text-style: bold reverse; }
        & > .role--pointer { color: $text-success; text-style: bold; }
        & > .role--fed { color: $text-accent; }
        & > .role--changed { color: $text-error; text-style: bold; }
        & > .role--unit { color: $text; }
        & > .role--wire { color: $text-disabled; }
        & > .role--wire-negative { color: $text-disabled; }
        & > .role--wire-lit { color: $text-warning; text-style: bold; }
        & > .role--wire-lit-negative { color: $text-warning; text-style: bold; }
        & > .role--arrow { color: $text-success; text-style: bold; }
        & > .role--positive { color: #e08214; }
        & > .role--negative { color: #4393c3; }
        & > .role--axis { color: $text-disabled; }
        & > .role--curve { color: $text-secondary; }
        & > .role--tangent { color: $text-warning; text-style: bold; }
        & > .role--heat-0 { color: $text-disabled; }
        & > .role--heat-neg-1 { color: #7fb0d6; }
        & > .role--heat-neg-2 { color: #4393c3; }
        & > .role--heat-neg-3 { color: #2166ac; text-style: bold; }
        & > .role--heat-pos-1 { color: #e8b078; }
        & > .role--heat-pos-2 { color: #e08214; }
        & > .role--heat-pos-3 { color: #b35806; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._strips: dict[Line, Strip] = {}
        self._styles: dict[str, Style] = {}

    class Clicked(Message):
        """A place of the frame was clicked; both are counted from 0."""

        def __init__(self, line: int, column: int) -> None:
            super().__init__()
            self.line = line
            self.column = column

    def on_click(self, event: events.Click) -> None:
        """Say where it was."""
        self.post_message(self.Clicked(event.y, event.x))

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines, repainting those that differ from what is shown."""
        before, self._lines = self._lines, list(lines)
        width = self.size.width
        changed = [
            Region(0, y, width, 1)
            for y, line in enumerate(self._lines)
            if y >= len(before) or before[y] != line
        ]
        changed += [Region(0, y, width, 1) for y in range(len(self._lines), len(before))]
        if changed:
            self.refresh(*changed)

    def prepare(self, lines: Sequence[Line]) -> None:
        """Make the strips of lines that will be shown soon, down to what a terminal is sent."""
        for line in lines:
            self._strip(line).render(self.app.console)

    def notify_style_update(self) -> None:
        """Forget styles: the theme has changed."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips of a region: there is no border or padding that would have to be added.

        They are the same objects each time, and so keep what a terminal is sent for them.
        """
        strips = [self.render_line(y) for y in crop.line_range]
        if crop.column_span == (0, self.size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """One line of the frame as a strip."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self._style(""))
        strip = self._strip(self._lines[y])
        if strip.cell_length == width:
            return strip
        return strip.crop_extend(0, width, self._style(""))  # until the frame of a new size is here

    def _strip(self, line: Line) -> Strip:
        """A line as this terminal's colours, or none, have it."""
        strip = self._strips.get(line)
        if strip is None:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            strip = Strip(self._segments(line))
            for line_filter in self.get_line_filters():
                strip = strip.apply_filter(line_filter, self.background_colors[1])
            strip = self._strips[line] = LeanStrip(strip, strip.cell_length)
        return strip

    def _segments(self, line: Line) -> Iterator[Segment]:
        """The pieces of a line, as few as look the same: each costs a terminal some forty bytes.

        On blanks only a style that fills its cells can be seen; any other goes on over them.
        """
        text, style = "", self._style("")
        ground = style.bgcolor
        for span in line:
            own = self._style(span.role)
            fills = own != style and (_fills(own, ground) or _fills(style, ground))
            if own != style and (fills or span.text.strip(" ")):
                if text and not text.strip(" ") and not fills:
                    pass
                elif text:
                    yield Segment(text, style)
                    text = ""
                style = own
            text += span.text
        if text:
            yield Segment(text, style)

    def _style(self, role: str) -> Style:
        """The looks of a role; of no role, the widget's own, which take long to work out."""
        style = self._styles.get(role)
        if style is None:
            own = self.get_component_rich_style(f"role--{role}") if role in ROLES else Style()
            if role.startswith("plane-"):  # a pair of levels, of which there are many
                from bpstepper.app.plane_colours import plane_style

                own = plane_style(role)
            style = self._styles[role] = self.rich_style + own
        return style


def _fills(style: Style, ground: Color | None) -> bool:
    """Whether blanks in a style can be told from blanks on the widget's own ground."""
    return bool(style.reverse or style.underline or style.bgcolor != ground)
