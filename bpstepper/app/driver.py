"""The terminal's input, read so that no byte of it, and no end of it, does any harm."""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

__all__ = ["TerminalDriver", "TerminalGone"]


class TerminalGone(Message):
    """Nothing will ever come from the terminal again."""


class TerminalDriver(LinuxDriver):
    """Textual's driver for terminals, for whatever may come in.

    Textual's own ends the program at bytes that are no UTF-8, as a terminal of another encoding
    sends for `é`, and at key codes beyond Unicode; and it reads for ever where the terminal has
    been closed.
    """

    def run_input_thread(self) -> None:
        """Read keys until the program ends or the terminal does."""
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                text = ""
                if selector.select(0.1):
                    data = self._read()
                    if not data:
                        self._app.post_message(TerminalGone())
                        return
                    text = decode(data)
                try:
                    for message in (*parser.feed(text), *parser.tick()) if text else parser.tick():
                        self.process_message(message)
                except (ValueError, OverflowError):
                    # a sequence with a number that stands for nothing; what is left of it is lost
                    parser = XTermParser(self._debug)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:  # what Linux says where the other end is closed
            return b""
