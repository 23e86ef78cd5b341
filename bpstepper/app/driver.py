"""The terminal's input, read so that no byte of it, and no end of it, does any harm."""

from __future__ import annotations

import os
import selectors
import termios
from codecs import getincrementaldecoder
from time import monotonic

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from bpstepper.app.paste_filter import PasteFilter

__all__ = ["TerminalDriver", "TerminalGone"]


_INTERRUPT = b"\x03"
_RESTORED = "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
_RESTORED += "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
_MOST = 4096  # bytes that are read at a time


class TerminalGone(Message):
    """Nothing will ever come from the terminal again."""


class TerminalDriver(LinuxDriver):
    """Textual's driver for terminals, for whatever may come in.

    Textual's own ends the program at bytes that are no UTF-8, as a terminal of another encoding
    sends for `é`, and at reports that it cannot make sense of; it reads for ever where the terminal
    has been closed. What it does with a paste is told in `paste_filter`.
    """

    def run_input_thread(self) -> None:
        """Read keys until the program ends or the terminal does."""
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser, pastes = XTermParser(self._debug), PasteFilter()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                data = b""
                if selector.select(0.1):
                    data = self._read()
                    if not data:
                        self._app.post_message(TerminalGone())
                        return
                if _INTERRUPT in data:
                    self._app.watchdog.expect_answer(130)  # type: ignore[attr-defined]
                for is_paste, text in pastes.feed(decode(data), monotonic(), len(data) == _MOST):
                    if is_paste:
                        self.process_message(events.Paste(text))
                    elif not self._parsed(parser, text):
                        parser = XTermParser(self._debug)
                if not self._parsed(parser, ""):
                    parser = XTermParser(self._debug)

    def _parsed(self, parser: XTermParser, text: str) -> bool:
        """Hand on the keys and reports in a text, or what time has made of those before.

        False if there was something that the parser has no answer to, such as a number that stands
        for nothing, or a report that contradicts another one. What is left of the text is lost.
        """
        try:
            for message in parser.feed(text) if text else parser.tick():
                self.process_message(message)
        except Exception:  # whatever a terminal says, it does not end the program
            return False
        return True

    def give_back(self) -> None:
        """Leave the terminal as it was found, from any thread: nobody else will."""
        if self._file is not None:
            os.write(self._file.fileno(), _RESTORED.encode())
        if self.attrs_before is not None:
            termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _MOST)
        except OSError:  # what Linux says where the other end is closed
            return b""
