"""Pastes are taken out of what a terminal sends before Textual's parser sees them.

The parser looks for sequences within a paste, too, which takes minutes and gigabytes of some texts,
and waits for the end of a paste for ever. Here a paste costs what its length costs: it is a stretch
of characters up to its end mark, or up to a silence, of which at most so many are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["MOST", "SILENCE", "PasteFilter"]

MOST = 2**16
"""The most characters of a paste that are kept."""

SILENCE = 0.5
"""Seconds without input after which a paste has ended, though its end was lost."""

_INTERRUPT = "\x03"
_BEGIN, _END = "\x1b[200~", "\x1b[201~"
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b")
_UNPRINTABLE = dict.fromkeys([*range(9), *range(11, 13), *range(14, 32), *range(127, 160)])


class PasteFilter:
    """Parts what comes in into keys, which are the parser's, and pastes."""

    def __init__(self) -> None:
        self._held = ""  # may become a mark, with what comes next
        self._kept: list[str] | None = None  # of the paste that goes on
        self._count = 0
        self._heard = 0.0

    def feed(self, text: str, now: float, is_more: bool = False) -> Iterator[tuple[bool, str]]:
        """Take what has come in.

        Args:
            text: it; may be empty, where there was nothing for a while.
            now: the time, in seconds.
            is_more: whether it was cut off only because it is long, so that a lone Escape at its
                end may be the beginning of something.

        Yields:
            Whether it is a paste, and its text, clean; or the text of keys.
        """
        has_come, is_silence = bool(text), not text and now - self._heard >= SILENCE
        if self._kept is not None and (is_silence or text == _INTERRUPT):  # which nobody pastes
            self._keep(self._held)
            self._held = ""
            yield True, self._finished()
        if has_come:
            self._heard = now
        elif self._kept is not None:
            return
        text, self._held = self._held + text, ""
        while text:
            mark = _BEGIN if self._kept is None else _END
            before, found, text = text.partition(mark)
            if not found:
                least = 1 if is_more or self._kept is not None else 2
                held = _begun(before, mark, least) if has_come else 0
                before, self._held = before[: len(before) - held], before[len(before) - held :]
            if self._kept is None:
                if keys := before.replace(_END, ""):
                    yield False, keys
                if found:
                    self._kept, self._count = [], 0
            else:
                self._keep(before)
                if found:
                    yield True, self._finished()

    def _keep(self, text: str) -> None:
        assert self._kept is not None
        piece = text[: MOST - self._count]
        if piece:
            self._kept.append(piece)
            self._count += len(piece)

    def _finished(self) -> str:
        text, self._kept = "".join(self._kept or ()), None
        return _SEQUENCE.sub("", text).translate(_UNPRINTABLE)


def _begun(text: str, mark: str, least: int) -> int:
    """How many of the last characters may be the beginning of a mark: at least `least`, or none."""
    for count in range(min(len(mark) - 1, len(text)), least - 1, -1):
        if text.endswith(mark[:count]):
            return count
    return 0
