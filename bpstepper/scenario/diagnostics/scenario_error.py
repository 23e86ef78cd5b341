"""ScenarioError: the one exception that anything a user can write may cause."""

from __future__ import annotations

from collections.abc import Sequence

from bpstepper.scenario.diagnostics.diagnostic import Diagnostic

__all__ = ["LIMIT", "ScenarioError"]

LIMIT = 20
"""At most so many diagnostics are told; the rest are counted."""


class ScenarioError(Exception):
    """A scenario could not be used as it is written.

    Attributes:
        diagnostics: what is wrong, sorted by position, at most `LIMIT` of them.
        omitted: how many more there were.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic], omitted: int = 0) -> None:
        # errors first to the cut: a warning must not push out what stops the file from loading
        kept = sorted(diagnostics, key=lambda d: (d.severity != "error", *d.position))[:LIMIT]
        self.diagnostics = tuple(sorted(kept, key=lambda d: d.position))
        self.omitted = omitted + len(diagnostics) - len(kept)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        from bpstepper.scenario.diagnostics.render_diagnostics import to_text

        return to_text(self.diagnostics, omitted=self.omitted)
