"""No text of a scenario may hold characters that drive a terminal.

A title reaches screens, logs and other people's terminals. Escape sequences can retitle a
window, write to the clipboard or hide what is there, and bidi controls make text read otherwise
than it runs. Both are refused wherever they stand, rather than stripped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.diagnostics.diagnostic import first_unsafe, printable
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.spans import Path

__all__ = ["check_texts"]

_NUMBERS = frozenset({int, float})


def check_texts(draft: Draft, findings: Findings) -> None:
    """Note every text, key or value, that has a control character in it."""
    for path, text, is_key in _texts(draft.values, ()):
        unsafe = first_unsafe(text)
        if unsafe is not None:
            name = f"U+{ord(unsafe):04X}"
            findings.add(
                "control-character",
                f"the control character {name} may not stand in text",
                path,
                key=is_key,
                label=f"contains {printable(unsafe)}",
                help="delete it; line ends and tabs are the only control characters allowed",
                got=name,
            )


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str, bool]]:
    if isinstance(value, str):
        yield path, value, False
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield (*path, key), key, True
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list) and not _NUMBERS.issuperset(map(type, value)):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))
