"""Files and bytes: everything that can be wrong before there is any text."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest

from bpstepper.scenario import Diagnostic, ScenarioError, load, loads
from bpstepper.scenario.data.reading import MAX_BYTES
from tests.scenario.spoiling import BASE

posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")


def refused(source: str | Path) -> Diagnostic:
    """The one thing that is said when a file is loaded."""
    with pytest.raises(ScenarioError) as caught:
        load(source)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def refused_bytes(data: bytes) -> Diagnostic:
    """The one thing that is said about the bytes of a file."""
    with pytest.raises(ScenarioError) as caught:
        loads(data, "bad.toml")
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


@pytest.mark.parametrize("name", ["mazr", "mazur.tml", "no/such/mazur", "Mazur"])
def test_missing_with_near_names(name: str) -> None:
    """A name that is nearly bundled is asked about."""
    diagnostic = refused(name)
    assert diagnostic.code == "file-not-found"
    assert diagnostic.line is None
    assert "mazur" in diagnostic.help


def test_missing_with_near_file(tmp_path: Path) -> None:
    """A file beside it that is nearly called so is asked about first."""
    (tmp_path / "lesson-3.toml").write_text(BASE, encoding="utf-8")
    assert "lesson-3.toml" in refused(tmp_path / "lesson3.toml").help


def test_missing_without_neighbour() -> None:
    """A name that is near nothing gets the list of what there is."""
    assert "softmax-jacobian" in refused("qqqqqqqq").help


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "\ud800", "mazur/x"])
def test_impossible_names(name: str) -> None:
    """Names that no file can have are only missing files."""
    assert refused(name).code == "file-not-found"


def test_directory(tmp_path: Path) -> None:
    """A folder is not a scenario."""
    assert refused(tmp_path).code == "is-a-directory"


@posix
def test_fifo_does_not_hang(tmp_path: Path) -> None:
    """A FIFO that nobody writes to is refused before it is opened."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    diagnostic = refused(fifo)
    assert diagnostic.code == "not-a-file"
    assert "`-`" in diagnostic.help


@posix
def test_devices_and_sockets() -> None:
    """Neither an endless device nor a socket is read."""
    assert refused("/dev/zero").code == "not-a-file"
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/s")
        assert refused(f"{folder}/s").code == "not-a-file"


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read all")
def test_unreadable(tmp_path: Path) -> None:
    """A file without permission says so."""
    file = tmp_path / "secret.toml"
    file.write_text(BASE, encoding="utf-8")
    file.chmod(0)
    assert refused(file).code == "not-readable"


@posix
def test_link_to_itself(tmp_path: Path) -> None:
    """A loop of links ends."""
    link = tmp_path / "loop.toml"
    link.symlink_to(link)
    assert refused(link).code == "not-readable"


def test_too_large(tmp_path: Path) -> None:
    """The limit is 256 KB, in files and in memory."""
    file = tmp_path / "large.toml"
    comment = "#" * (MAX_BYTES - len(BASE) - 1)
    file.write_text(BASE + comment + "\n", encoding="utf-8")
    assert load(file).title == "a base to spoil"
    file.write_text(BASE + comment + "##\n", encoding="utf-8")
    assert refused(file).code == "too-large"
    assert refused_bytes(b"#" * (MAX_BYTES + 1)).code == "too-large"


@pytest.mark.parametrize("data", [b"", b"\n", b" \t\r\n", b"\xef\xbb\xbf"])
def test_empty(data: bytes) -> None:
    """An empty file is told so, and how to begin."""
    diagnostic = refused_bytes(data)
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("empty-file", 1, 1)
    assert "bpstepper new" in diagnostic.help


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16(encoding: str) -> None:
    """UTF-16 is recognised with and without its mark."""
    diagnostic = refused_bytes(BASE.encode(encoding))
    assert (diagnostic.code, diagnostic.got) == ("wrong-encoding", "UTF-16")


def test_latin1_tells_the_byte() -> None:
    """The offset in bytes, and the place in characters after the letters before it."""
    text = BASE.replace("a base", "ein Größenmaß")
    data = text.encode("latin-1")
    diagnostic = refused_bytes(data)
    offset = data.index(b"\xf6")
    assert diagnostic.code == "wrong-encoding"
    assert f"byte {offset}" in diagnostic.message
    assert (diagnostic.line, diagnostic.column) == (2, text.splitlines()[1].index("ö") + 1)
    assert "ö" in diagnostic.label


def test_column_of_a_bad_byte_counts_characters() -> None:
    """Good letters of two bytes before the bad one count once; so does a mark not at all."""
    diagnostic = refused_bytes(b"\xef\xbb\xbf# \xc3\xa4\xc3\xb6 \xff\n")
    assert (diagnostic.line, diagnostic.column) == (1, 6)


def test_nul() -> None:
    """A NUL byte is pointed at."""
    diagnostic = refused_bytes(BASE.replace("base", "ba\0se").encode())
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("nul-byte", 2, 14)


@pytest.mark.parametrize("end", ["\r", "\n\r", "\r\r\n"])
def test_bare_carriage_return(end: str) -> None:
    """Old line ends are refused where the first of them is."""
    diagnostic = refused_bytes(f"format = 1{end}x = 1".encode())
    assert diagnostic.code == "bare-cr"


def test_lone_surrogates_in_text() -> None:
    """Text that cannot be encoded is an encoding problem, not an exception of Python's."""
    with pytest.raises(ScenarioError) as caught:
        loads('title = "\ud800"')
    assert caught.value.diagnostics[0].code == "wrong-encoding"


@posix
def test_file_names_are_escaped(tmp_path: Path) -> None:
    """An escape sequence in a file's name does not reach the terminal."""
    file = tmp_path / "a\x1b[31mb.toml"
    file.write_text("x = 1", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert "\x1b" not in str(caught.value)
    assert "\\x1b" in str(caught.value)
