"""Where in a TOML text a key or value stands.

`tomllib` gives values without positions, so this module reads the text a second time, for
positions only, and only when there is something to report. It is forgiving: where the text is
not valid TOML it notes the trouble, skips to the next statement and goes on, so that one slip
does not hide the next one. What a trouble is called in words is `syntax_errors`' business.

The caller has checked the text's nesting; recursion here is bounded by it.
"""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple, NoReturn

from bpstepper.scenario.diagnostics.spans import Path, Span

__all__ = ["Entry", "Locator", "Outline", "Trouble", "outline"]


class Entry(NamedTuple):
    """Where one key stands and where its value does; alike for an element of an array."""

    key: Span
    value: Span


class Trouble(NamedTuple):
    """A place where the text is not TOML.

    Attributes:
        kind: what is wrong; a key of `troubles.TROUBLES`.
        span: where.
        second: the other place, where two conflict.
        path: the key whose value it spoils; None where it cannot be told what it spoils.
        statement: the whole statement, so that the rest can be read without it.
    """

    kind: str
    span: Span
    second: Span | None
    path: Path | None
    statement: Span


class Outline(NamedTuple):
    """What was found: the positions of everything, and what is not TOML."""

    entries: dict[Path, Entry]
    troubles: list[Trouble]


_SPACE = re.compile(r"[ \t]*+")
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*+)*+")
_LINE_END = re.compile(r"[ \t]*+(?:#[^\n]*+)?(?:\n|\Z)")
_REST_OF_LINE = re.compile(r"[^\n#]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ODD_KEY = re.compile(r"[^\s=\[\].#,]+")
# Everything that is neither structure nor a string; a date may have one space before its time.
_BARE = re.compile(r"[^\s,\[\]{}#=\"';]+(?: (?=\d\d:)[^\s,\[\]{}#=\"';]+)?")
_STRINGS = {
    '"""': re.compile(r'"""(?:[^"\\]++|\\[\s\S]|"{1,2}(?!"))*+"{3,5}'),
    "'''": re.compile(r"'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"),
    '"': re.compile(r'"(?:[^"\\\n]++|\\[^\n])*+"'),
    "'": re.compile(r"'[^'\n]*'"),
}
_BAD_ESCAPE = re.compile(
    r"\\(?:[btnfr\"\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\n)|(?P<bad>\\[^\n]?)"
)
_VALUE = re.compile(
    r"""true|false|[+-]?(?:inf|nan)
    |[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?
    |0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*
    |\d\d\d\d-\d\d-\d\d.*|\d\d:\d\d.*""",
    re.VERBOSE,
)
# Something that looks like the next statement where one more element was expected.
_STATEMENT = re.compile(r"[ \t]*(?:\[\[?[ \t]*[A-Za-z_]|[A-Za-z_][\w.\-]*[ \t]*=)")
_NEXT_STATEMENT = re.compile(r"^" + _STATEMENT.pattern, re.MULTILINE)
_STARTS_VALUE = re.compile(r"[\w\[{\"'+\-.“‘]")


class _Stop(Exception):  # noqa: N818 - it is no error, but where one is
    """The statement cannot be read further."""

    def __init__(self, kind: str, span: Span, second: Span | None = None, *, resume: bool = True):
        super().__init__(kind)
        self.kind, self.span, self.second, self.resume = kind, span, second, resume


class _Walker:
    """One pass over a text. `position` moves; `entries` and `syntax_errors` grow."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.found = Outline({}, [])
        self.table: Path = ()
        self.path: Path | None = None
        self.lengths: dict[Path, int] = {}
        self.headers: dict[Path, Span] = {}
        self.soft: list[tuple[str, Span, Span | None]] = []

    # ── statements ───────────────────────────────────────────────────────────────────────────

    def document(self) -> Outline:
        while True:
            self.blank()
            start = self.position
            if start >= len(self.text):
                return self.found
            self.path, self.soft = None, []
            resume = True
            try:
                self.statement()
            except _Stop as stop:
                self.soft.append((stop.kind, stop.span, stop.second))
                resume = stop.resume
                self.skip(resume)
            statement = Span(start, self.position)
            for kind, span, second in self.soft:
                trouble = Trouble(kind, span, second, self.path, statement)
                self.found.troubles.append(trouble)

    def statement(self) -> None:
        if self.text.startswith("[", self.position):
            self.header()
        else:
            self.pair(self.table, nested=False)
        if end := _LINE_END.match(self.text, self.position):
            self.position = end.end()
            return
        start = _SPACE.match(self.text, self.position).end()  # type: ignore[union-attr]
        rest = _REST_OF_LINE.match(self.text, start)
        assert rest is not None
        self.stop("trailing-text", Span(start, start + max(1, len(rest[0].rstrip()))))

    def skip(self, resume: bool) -> None:
        """Go to the next line that looks like a statement; to the end where nothing can."""
        newline = self.text.find("\n", self.position)
        following = None
        if resume and newline >= 0:
            following = _NEXT_STATEMENT.search(self.text, newline + 1)
        self.position = following.start() if following else len(self.text)

    def header(self) -> None:
        start = self.position
        double = self.text.startswith("[[", start)
        self.position += 2 if double else 1
        self.space()
        keys = self.dotted_key()
        self.space()
        close = "]]" if double else "]"
        if not self.text.startswith(close, self.position):
            line = _REST_OF_LINE.match(self.text, start)
            assert line is not None
            self.stop("unclosed-header", Span(start, start + len(line[0].rstrip())))
        self.position += len(close)
        span = Span(start, self.position)
        path = (*self.resolve(keys[:-1]), keys[-1][0])
        if double:
            self.entries.setdefault(path, Entry(span, span))
            index = self.lengths.get(path, 0)
            self.lengths[path] = index + 1
            path += (index,)
        elif path in self.headers:
            self.soft.append(("duplicate-table", span, self.headers[path]))
            path = (*path, f"<again at {start}>")  # its keys are no duplicates as well
        self.headers[path] = span
        self.entries[path] = Entry(span, span)
        self.table = path

    def resolve(self, keys: list[tuple[str, Span]]) -> Path:
        """The path of a header's parents: an array of tables stands for its last table."""
        path: Path = ()
        for name, span in keys:
            path += (name,)
            self.entries.setdefault(path, Entry(span, span))
            if path in self.lengths:
                path += (self.lengths[path] - 1,)
        return path

    def pair(self, table: Path, *, nested: bool) -> None:
        start = self.position
        keys = self.dotted_key()
        path = table
        for name, span in keys[:-1]:
            path += (name,)
            self.entries.setdefault(path, Entry(span, span))
        path += (keys[-1][0],)
        key = Span(start, keys[-1][1].end)
        if not nested:
            self.path = path
        self.space()
        if not self.text.startswith("=", self.position):
            rest = _REST_OF_LINE.match(self.text, start)
            assert rest is not None
            self.path = None  # it may not be a key at all
            self.stop("missing-equals", Span(start, start + max(1, len(rest[0].rstrip()))))
        self.position += 1
        self.space()
        if path in self.entries:
            self.soft.append(("duplicate-key", key, self.entries[path].key))
        value = self.value(path, nested=nested)
        self.entries.setdefault(path, Entry(key, value))

    def dotted_key(self) -> list[tuple[str, Span]]:
        keys = [self.key()]
        while True:
            end = self.position
            self.space()
            if not self.text.startswith(".", self.position):
                self.position = end
                return keys
            self.position += 1
            self.space()
            keys.append(self.key())

    def key(self) -> tuple[str, Span]:
        start = self.position
        odd = _ODD_KEY.match(self.text, start)
        if odd and not odd[0].isascii() and odd[0][0] not in "\"'":
            return self.stop("bad-key", Span(start, odd.end()))
        if match := _BARE_KEY.match(self.text, start):
            self.position = match.end()
            return match[0], Span(start, match.end())
        for quote in ('"', "'"):
            if match := _STRINGS[quote].match(self.text, start):
                self.position = match.end()
                return _unquote(match[0]), Span(start, match.end())
        return self.stop("bad-key", Span(start, odd.end() if odd else start + 1))

    # ── values ───────────────────────────────────────────────────────────────────────────────

    def value(self, path: Path, *, nested: bool) -> Span:
        start = self.position
        character = self.text[start : start + 1]
        if character in ("", "\n", "#"):
            self.stop("missing-value", Span(max(0, start - 1), start))
        if character == "[":
            self.array(path)
        elif character == "{":
            self.inline_table(path)
        elif character in "\"'":
            self.string()
        else:
            self.bare(nested)
        return Span(start, self.position)

    def array(self, path: Path) -> None:
        start = self.position
        self.position += 1
        index = 0
        while True:
            self.element_ahead(start)
            if self.text[self.position] == "]":
                self.position += 1
                return
            if self.text[self.position] in ",;":
                self.stop("stray-comma", Span(self.position, self.position + 1))
            here = (*path, index)
            span = self.value(here, nested=True)
            self.entries.setdefault(here, Entry(span, span))
            index += 1
            end = self.position
            self.element_ahead(start)
            following = self.text[self.position]
            if following == ",":
                self.position += 1
            elif following == ";":
                self.stop("semicolon", Span(self.position, self.position + 1))
            elif following != "]":
                self.missing_comma(end)

    def element_ahead(self, opening: int) -> None:
        """Go to the next element or bracket, unless the array was never closed."""
        before = self.position
        self.blank()
        bracket = Span(opening, opening + 1)
        if self.position >= len(self.text):
            self.stop("unclosed-bracket", bracket)
        new_line = self.text.rfind("\n", before, self.position) + 1
        if new_line and (ahead := _STATEMENT.match(self.text, new_line)):
            self.position = new_line - 1  # `skip` looks from the next line on
            indent = len(ahead[0]) - len(ahead[0].lstrip())
            self.stop("unclosed-bracket", bracket, Span(new_line + indent, ahead.end()))

    def missing_comma(self, end: int) -> NoReturn:
        if not _STARTS_VALUE.match(self.text, self.position):
            self.stop("trailing-text", Span(self.position, self.position + 1))
        gap = self.text[end : self.position]
        # a gap of nothing, as in `][`, and one that goes on in the next line: just after the row
        length = len(gap) if gap.strip(" \t") == "" and gap else 1
        self.stop("missing-comma", Span(end, end + length), Span(self.position, self.position + 1))

    def inline_table(self, path: Path) -> None:
        start = self.position
        self.position += 1
        while True:
            before = self.position
            self.blank()
            if self.position >= len(self.text):
                self.stop("unclosed-bracket", Span(start, start + 1))
            if "\n" in self.text[before : self.position]:
                self.soft.append(("inline-table", Span(start, start + 1), None))
            if self.text[self.position] == "}":
                self.position += 1
                return
            self.pair(path, nested=True)
            self.blank()
            if self.text.startswith(",", self.position):
                self.position += 1
            elif not self.text.startswith("}", self.position):
                self.stop("unclosed-bracket", Span(start, start + 1))

    def string(self) -> None:
        start = self.position
        quote = next(quote for quote in _STRINGS if self.text.startswith(quote, start))
        match = _STRINGS[quote].match(self.text, start)
        if match is None:
            line = self.text.find("\n", start)
            line = len(self.text) if line < 0 else line
            self.position = line
            span = Span(start, max(start + 1, line))
            raise _Stop("unclosed-string", span, resume=len(quote) == 1)
        self.position = match.end()
        if quote.startswith('"') and "\\" in match[0]:
            for escape in _BAD_ESCAPE.finditer(match[0]):
                if escape["bad"]:
                    bad = Span(start + escape.start(), start + escape.end())
                    self.soft.append(("bad-escape", bad, None))
                    break

    def bare(self, nested: bool) -> None:
        start = self.position
        match = _BARE.match(self.text, start)
        if match is None:
            self.stop("trailing-text", Span(start, start + 1))
        self.position = match.end()
        if _VALUE.fullmatch(match[0]):
            following = re.compile(r",(\d+)").match(self.text, match.end())
            if not nested and following:
                self.position = following.end()
                self.soft.append(("decimal-comma", Span(start, following.end()), None))
            return
        if not nested and not match[0][0].isdigit():
            rest = _REST_OF_LINE.match(self.text, start)
            assert rest is not None
            self.position = start + len(rest[0].rstrip())
        self.soft.append(("bad-value", Span(start, self.position), None))

    # ── small things ─────────────────────────────────────────────────────────────────────────

    @property
    def entries(self) -> dict[Path, Entry]:
        return self.found.entries

    def space(self) -> None:
        match = _SPACE.match(self.text, self.position)
        assert match is not None
        self.position = match.end()

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.position)
        assert match is not None
        self.position = match.end()

    def stop(self, kind: str, span: Span, second: Span | None = None) -> NoReturn:
        raise _Stop(kind, span, second)


def _unquote(token: str) -> str:
    try:
        value = tomllib.loads(f"key = {token}")["key"]
    except ValueError:
        return token[1:-1]
    return str(value)


def outline(text: str) -> Outline:
    """Find the positions of everything in a TOML text, and everything that is not TOML."""
    return _Walker(text).document()


class Locator:
    """Answers where a path of keys and indices stands in a TOML text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._entries = outline(text).entries

    def find(self, path: Path) -> tuple[Path, Entry]:
        """The entry of `path`, or else of the nearest thing around it, and which one it is."""
        for length in range(len(path), 0, -1):
            entry = self._entries.get(path[:length])
            if entry is not None:
                return path[:length], entry
        return (), Entry(Span(0, 0), Span(0, 0))

    def value(self, path: Path) -> Span:
        """Where the value of `path` stands; where it is missing, the header or key around it."""
        found, entry = self.find(path)
        return entry.value if found == path else entry.key

    def key(self, path: Path) -> Span:
        """Where the key of `path` stands."""
        return self.find(path)[1].key
