r"""From a name to text: opening files, and what can be wrong with their bytes.

Nothing here may hang or allocate without bound: a FIFO or a device is refused before it is
opened, opening never waits, and no more than the limit is read. Text comes out with `\\n` as its
only line end and without a byte order mark.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import BinaryIO, NamedTuple

from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place, printable
from bpstepper.scenario.diagnostics.diagnostic_collector import Source
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.diagnostics.spans import Span

__all__ = ["MAX_BYTES", "SCENARIO", "FileKind", "decode", "read_file", "read_stdin"]

MAX_BYTES = 256 * 1024
"""The largest scenario file that is read."""


class FileKind(NamedTuple):
    """What a file is to be, for what is said of one that is not.

    Attributes:
        words: what it is: "a scenario file".
        most: the most bytes that it may have.
        most_words: the same in words.
        pipe: what to do where it is a pipe.
        empty: what to do where it is empty.
        follow: whether its name may be a symbolic link.
    """

    words: str
    most: int
    most_words: str
    pipe: str
    empty: str
    follow: bool = True


SCENARIO = FileKind(
    "a scenario file",
    MAX_BYTES,
    f"{MAX_BYTES // 1024} KB",
    "a scenario is an ordinary file; to read from a pipe, give `-`",
    "`bpstepper new FILE` writes a commented scenario to start from",
)
"""The kind that this program is about."""

# opening a FIFO that nobody writes to would wait for ever; Windows knows neither flag
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_FLAGS |= getattr(os, "O_BINARY", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)

_OS_ERRORS = {
    errno.ENOENT: ("file-not-found", "there is no such file", "check the name and the folder"),
    errno.ENOTDIR: ("file-not-found", "there is no such file", "check the name and the folder"),
    errno.EISDIR: ("is-a-directory", "this is a folder, not a file", ""),
    errno.EACCES: ("not-readable", "this file may not be read", "check its permissions"),
    errno.EPERM: ("not-readable", "this file may not be read", "check its permissions"),
    errno.ELOOP: ("not-readable", "this link leads back to itself", "give the file it should be"),
    errno.ENAMETOOLONG: ("file-not-found", "no file can have a name as long as this", ""),
}


def _fail(code: str, message: str, file: str, help: str = "") -> ScenarioError:  # noqa: A002
    return ScenarioError([Diagnostic(code=code, message=message, place=Place(file), help=help)])


def _refuse(status: os.stat_result, file: str, kind: FileKind) -> None:
    if stat.S_ISDIR(status.st_mode):
        help_text = "give the name of one of the files in it"
        raise _fail("is-a-directory", f"this is a folder, not {kind.words}", file, help_text)
    if not stat.S_ISREG(status.st_mode):
        raise _fail("not-a-file", "this is a device, a pipe or a socket", file, kind.pipe)
    if status.st_size > kind.most:
        raise _too_large(file, kind)


def _too_large(file: str, kind: FileKind) -> ScenarioError:
    message = f"this is larger than {kind.most_words}, the most that {kind.words} may have"
    return _fail("too-large", message, file, f"is it {kind.words} at all?")


def read_file(path: str | os.PathLike[str], kind: FileKind = SCENARIO) -> bytes:
    """The bytes of an ordinary file.

    Raises:
        ScenarioError: it is missing, no ordinary file, too large, or may not be read.
    """
    file = os.fspath(path)
    try:
        _refuse(os.stat(file), file, kind)
        descriptor = os.open(file, _FLAGS if kind.follow else _FLAGS | _NO_LINKS)
        with os.fdopen(descriptor, "rb") as stream:
            # again, on what was really opened: the name may lead elsewhere by now
            _refuse(os.fstat(stream.fileno()), file, kind)
            return _limited(stream, file, kind)
    except ValueError:
        message = "no file can have this name"
        raise _fail("file-not-found", message, file, "it has characters no name can have") from None
    except OSError as error:
        unknown = ("not-readable", f"this file cannot be read ({error.strerror})", "")
        raise _fail(*_reorder(_OS_ERRORS.get(error.errno or 0, unknown), file)) from None


def _reorder(row: tuple[str, str, str], file: str) -> tuple[str, str, str, str]:
    code, message, help_text = row
    return code, message, file, help_text


def read_stdin() -> bytes:
    """The bytes of standard input, up to the limit.

    Raises:
        ScenarioError: there is none, or there is too much of it.
    """
    try:
        return _limited(sys.stdin.buffer, "<stdin>", SCENARIO)
    except (OSError, AttributeError, ValueError):
        raise _fail("not-readable", "standard input cannot be read", "<stdin>") from None


def _limited(stream: BinaryIO, file: str, kind: FileKind) -> bytes:
    data = stream.read(kind.most + 1)
    if data is None:
        raise _fail("not-readable", "there was nothing to read yet", file)
    if len(data) > kind.most:
        raise _too_large(file, kind)
    return data


def decode(data: bytes, file: str, kind: FileKind = SCENARIO) -> Source:
    """Bytes to text.

    Raises:
        ScenarioError: the bytes are not UTF-8, or hold NULs or bare carriage returns.
    """
    if len(data) > kind.most:
        raise _too_large(file, kind)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or _looks_like_utf16(data):
        message = f"this file is in UTF-16, and {kind.words} has to be in UTF-8"
        diagnostic = Diagnostic(
            code="wrong-encoding",
            message=message,
            place=Place(file, 1, 1),
            help="save it again with the encoding UTF-8",
            expected="UTF-8",
            got="UTF-16",
        )
        raise ScenarioError([diagnostic])
    mark = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        text = data[mark:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError([_not_utf8(data, mark + error.start, file)]) from None
    text = text.replace("\r\n", "\n")
    source = Source(file, text)
    if not text.strip():
        raise ScenarioError(
            [
                Diagnostic(
                    code="empty-file",
                    message="this file is empty",
                    place=Place(file, 1, 1),
                    help=kind.empty,
                )
            ]
        )
    _refuse_character(source, "\0", "nul-byte", "there is a NUL byte in this file")
    _refuse_character(source, "\r", "bare-cr", "a line ends in a bare carriage return")
    return source


def _looks_like_utf16(data: bytes) -> bool:
    """Whether every other byte of the beginning is NUL, as Latin text in UTF-16 has it."""
    head = data[:64]
    return len(head) >= 4 and (set(head[1::2]) == {0} or set(head[0::2]) == {0})


def _not_utf8(data: bytes, offset: int, file: str) -> Diagnostic:
    start = data.rfind(b"\n", 0, offset) + 1
    end = data.find(b"\n", offset)
    line = data[start : len(data) if end < 0 else end]
    before = data[start:offset].removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    guess = printable(bytes([data[offset]]).decode("cp1252", "replace"))
    return Diagnostic(
        code="wrong-encoding",
        message=f"byte {offset} of this file, 0x{data[offset]:02X}, is not UTF-8",
        place=Place(
            file,
            data.count(b"\n", 0, offset) + 1,
            len(before) + 1,
            1,
            line.decode("utf-8", "replace"),
            f"“{guess}” in Latin-1?",
        ),
        help="save the file again with the encoding UTF-8",
        expected="UTF-8",
        got=f"0x{data[offset]:02X}",
    )


_CHARACTER_HELP = {
    "\0": "is it a text file? delete the byte, or save the file again as UTF-8 text",
    "\r": "save the file with the line ends of Unix (LF) or of Windows (CRLF)",
}


def _refuse_character(source: Source, character: str, code: str, message: str) -> None:
    offset = source.text.find(character)
    if offset >= 0:
        place = source.place(Span(offset, offset + 1), "here")
        help_text = _CHARACTER_HELP[character]
        raise ScenarioError([Diagnostic(code=code, message=message, place=place, help=help_text)])
