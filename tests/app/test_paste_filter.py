"""Pastes are taken out of a stream of input, however it is cut into pieces."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from bpstepper.app.app import StepperApp
from bpstepper.app.driver import TerminalDriver
from bpstepper.app.paste_filter import MOST, SILENCE, PasteFilter
from tests.growth import assert_linear
from tests.scenes import opened

PLAIN = st.text(st.sampled_from("ab1 [20;~\n"), max_size=12)
KEYS = st.sampled_from(["", "x", "\x1b[A", "\x1b[2~", "\x1b[20~", "\x1bOP", "[200~"])


def told(pieces: Iterable[str], more: bool = False) -> list[tuple[bool, str]]:
    """What a filter makes of pieces that come at once, and of the silence after them."""
    filtered = PasteFilter()
    found = [it for piece in pieces for it in filtered.feed(piece, 0.0, more)]
    found += [*filtered.feed("", SILENCE), *filtered.feed("", 2 * SILENCE)]
    joined: list[tuple[bool, str]] = []
    for is_paste, text in found:
        if joined and not is_paste and not joined[-1][0]:
            joined[-1] = (False, joined[-1][1] + text)
        else:
            joined.append((is_paste, text))
    return joined


@given(st.lists(st.tuples(KEYS, PLAIN), max_size=4), st.data())
def test_any_pieces_of_any_stream(parts: list[tuple[str, str]], data: st.DataObject) -> None:
    """Keys and pastes come out in their order, wherever the stream was cut."""
    stream = "".join(f"{keys}\x1b[200~{text}\x1b[201~" for keys, text in parts) + "q"
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(stream) - 1)), max_size=6)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
    wanted = [
        it for keys, text in parts for it in ((False, keys), (True, text)) if it != (False, "")
    ]
    assert told(pieces, more=True) == [*wanted, (False, "q")]


def test_a_lone_escape_is_a_key_at_once() -> None:
    """It may begin a mark only where the piece ended because it was long."""
    assert list(PasteFilter().feed("\x1b", 0.0)) == [(False, "\x1b")]
    assert not list(PasteFilter().feed("\x1b", 0.0, is_more=True))
    assert told(["\x1b"], more=True) == [(False, "\x1b")]


def test_an_end_that_is_lost() -> None:
    """A silence ends a paste; before it nothing is a key, after it everything."""
    filtered = PasteFilter()
    assert not list(filtered.feed("\x1b[200~half", 1.0))
    assert not list(filtered.feed("", 1.0 + SILENCE / 2))
    assert list(filtered.feed("", 1.0 + SILENCE)) == [(True, "half")]
    assert list(filtered.feed("\x03", 9.0)) == [(False, "\x03")]


def test_an_interrupt_is_one_within_a_paste() -> None:
    """Ctrl-C that comes by itself ends a paste that has no end yet."""
    assert told(["\x1b[200~half", "\x03", "q"]) == [(True, "half"), (False, "\x03q")]


def test_an_end_without_a_beginning_is_nothing() -> None:
    """Of a paste that was ended by a silence."""
    assert told(["a\x1b[201~b"]) == [(False, "ab")]


def test_a_paste_is_clean_text() -> None:
    """No sequence and no control character of it comes through; line ends and tabs do."""
    assert told(["\x1b[200~\x1b[31;1mre\x00d\x1b[0m\x1b]\t1\r\n2\x9b\x7f\x1b[201~"]) == [
        (True, "red]\t1\r\n2")
    ]


def test_of_a_long_paste_the_beginning_is_kept() -> None:
    """One character past the limit is left out, and the keys after the paste are keys."""
    assert told(["\x1b[200~", "a" * MOST, "b", "\x1b[201~q"]) == [(True, "a" * MOST), (False, "q")]


def test_sequences_cost_what_plain_text_costs() -> None:
    """Twice as many in a paste take twice as long."""
    assert_linear(lambda count: lambda: told(["\x1b[200~" + "\x1b[" * count + "\x1b[201~"]), 10_000)


async def test_what_the_parser_cannot_take_ends_nothing() -> None:
    """Whatever it raises, the driver asks for another parser."""

    class Parser(XTermParser):
        def feed(self, data: str) -> Iterable[Message]:
            yield events.Key(data, data)
            raise ZeroDivisionError

    heard: list[Message] = []

    class Driver(TerminalDriver):
        def process_message(self, message: Message) -> None:
            heard.append(message)

    driver = Driver(StepperApp(opened("mazur")))
    assert not driver._parsed(Parser(), "a")
    assert driver._parsed(Parser(), "")
    assert [it.key for it in heard if isinstance(it, events.Key)] == ["a"]
