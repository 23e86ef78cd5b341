"""The host: what a controller needs of the screen that holds it, and no more.

Each part of what one can do on the stepper (editing, the quiz, a course, …) is a controller: an
object that the screen holds and hands actions to. A controller speaks to its host alone, so that
it can be tested with a host that is no screen at all.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.pages.view import View
from bpstepper.session import Session

if TYPE_CHECKING:
    from textual.screen import Screen

__all__ = ["Host"]

Result = TypeVar("Result")


class Host(Protocol):
    """A screen that shows a session, as its controllers see it.

    Attributes:
        session: where we are.
        look: how it is drawn.
        view: what is shown of it.
        is_busy: whether something long is going on; it goes False when a key wants it to end.
    """

    session: Session
    look: RenderOptions
    view: View
    is_busy: bool

    def arrive(self, session: Session, message: str = "", **shown: object) -> None:
        """Stand somewhere, say so where there is something to say; `shown` changes the view."""

    def tell(self, message: str, **shown: object) -> None:
        """Say something until the next key."""

    def see(self, **shown: object) -> None:
        """Change what is shown of where we are."""

    def toggle(self, page: str) -> None:
        """Show a page, or the step again where it is shown."""

    def press(self, action: str) -> None:
        """Do what a row of the table of actions says."""

    def has_room(self) -> bool:
        """Whether a list or a quiz has room on the screen."""

    def ask(
        self,
        label: str,
        known: str,
        example: str,
        check: Callable[[str], object],
        then: Callable[[str], object],
        value: str = "",
    ) -> None:
        """Ask for a line; `check` raises GoError for what will not do."""

    def choose(
        self,
        label: str,
        rows: Iterable[tuple[str, str]],
        then: Callable[[str | None], object],
        chosen: str = "",
    ) -> None:
        """Ask for one of some rows of key and words; None is Esc."""

    def open(
        self, screen: Screen[Result], then: Callable[[Result | None], object] | None = None
    ) -> None:
        """Put a screen over this one."""

    def run(self, task: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let something long go on, in slices; any key ends it (see `is_busy`).

        `task` is called when its turn comes, which may be never: another may take its place.
        """

    def every(self, seconds: float, do: Callable[[], object]) -> None:
        """Do something again and again, as long as the screen is there."""

    def remember(self, **kept: object) -> None:
        """Keep a choice for the next time."""

    def quit(self) -> None:
        """Leave the program."""
