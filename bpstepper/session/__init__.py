"""Sessions: where a person stands in a scenario, and every way to move, as frozen values."""

from bpstepper.session.cursor import MOST_UPDATES, Cursor, GoError, Level, Spot
from bpstepper.session.stepping import Session, start

__all__ = [
    "MOST_UPDATES",
    "Cursor",
    "GoError",
    "Level",
    "Session",
    "Spot",
    "start",
]
