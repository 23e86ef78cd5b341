"""Tables of samples that are wrong, with what is said about each.

`SCENARIO` names `data.csv`; a case is the table's bytes, and may change the scenario's columns.
"""

from __future__ import annotations

from typing import NamedTuple

SCENARIO = """\
[network]
inputs = 2
[[network.layers]]
units = 2
[samples]
file = "data.csv"
inputs = ["x1", "x2"]
label = "y"
name = "who"
"""
GOOD = "who,x1,x2,y\nAda,0.5,-1,0\nBen,1e-3,+2.,1\n"


class BadTable(NamedTuple):
    """A table, what is said: (code, file, line, column), and the scenario's line pointed at."""

    name: str
    data: bytes
    expected: list[tuple[str, str, int | None, int | None]]
    second: int | None = 6
    scenario: str = SCENARIO


def _csv(name: str, text: str, code: str, line: int, column: int, second: int = 6) -> BadTable:
    return BadTable(name, text.encode(), [(code, "data.csv", line, column)], second)


def _swap(old: str, new: str) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


def _asking(inputs: str) -> str:
    return SCENARIO.replace('["x1", "x2"]', inputs)


BAD_TABLES = (
    _csv("nothing", "", "empty-file", 1, 1),
    _csv("blank lines", "\n \n", "empty-file", 1, 1),
    _csv("empty cells", '""\n', "empty-file", 1, 1),
    _csv("a header alone", "who,x1,x2,y\n", "no-samples", 1, 1),
    BadTable("Latin-1", b"who,x1,x2,y\nZo\xeb,1,2,0\n", [("wrong-encoding", "data.csv", 2, 3)]),
    BadTable("UTF-16", GOOD.encode("utf-16"), [("wrong-encoding", "data.csv", 1, 1)]),
    _csv("a NUL", _swap("Ada", "A\0a"), "nul-byte", 2, 2),
    _csv("bare carriage returns", GOOD.replace("\n", "\r"), "bare-cr", 1, 12),
    _csv("semicolons", GOOD.replace(",", ";"), "wrong-separator", 1, 1),
    _csv("tabs", GOOD.replace(",", "\t"), "wrong-separator", 1, 1),
    _csv("no header", "7,0.5,-1,0\n8,1,2,1\n", "no-header", 1, 1, 7),
    _csv("a column with a slip", _swap("x2", "X2"), "unknown-column", 1, 8, 7),
    _csv("a missing column", _swap("x2", "qqqqq"), "unknown-column", 1, 1, 7),
    _csv("a missing label", _swap(",y", ",zzz"), "unknown-column", 1, 1, 8),
    _csv("a missing name", _swap("who", "zzz"), "unknown-column", 1, 1, 9),
    _csv("a decimal comma", _swap("0.5", '"0,5"'), "decimal-comma", 2, 5, 7),
    _csv("a bare decimal comma", _swap("0.5", "0,5"), "ragged-row", 2, 1),
    _csv("a short row", _swap("Ben,1e-3", "Ben"), "ragged-row", 3, 1),
    _csv("text", _swap("1e-3", "much"), "not-a-number", 3, 5, 7),
    _csv(
        "text in quotes after a row of two lines",
        _swap("Ada", '"A\nda"').replace("+2.", "two"),
        "not-a-number",
        4,
        10,
        7,
    ),
    _csv("a percentage", _swap("0.5", "50%"), "not-a-number", 2, 5, 7),
    _csv("an underscore", _swap("0.5", "1_000"), "not-a-number", 2, 5, 7),
    _csv("an empty cell", _swap("0.5", " "), "missing-value", 2, 5, 7),
    _csv("nan", _swap("0.5", "nan"), "not-finite", 2, 5, 7),
    _csv("inf", _swap("0.5", " -inf "), "not-finite", 2, 6, 7),
    _csv("1e400", _swap("0.5", "1e400"), "not-finite", 2, 5, 7),
    _csv("a class that is not there", _swap(",1\n", ",2\n"), "label-out-of-range", 3, 14, 4),
    _csv("a negative class", _swap(",1\n", ",-1\n"), "label-out-of-range", 3, 14, 4),
    _csv("half a class", _swap(",1\n", ",0.5\n"), "label-out-of-range", 3, 14, 8),
    _csv("a huge class", _swap(",1\n", ",1e300\n"), "label-out-of-range", 3, 14, 8),
    _csv("a name of a class", _swap(",1\n", ",cat\n"), "not-a-number", 3, 14, 8),
    _csv("an escape in a name", _swap("Ben", "B\x1b[0m"), "control-character", 3, 1, 9),
    _csv("an open quote", _swap("Ben", '"Ben'), "not-csv", 3, 1),
    _csv("text after a quote", _swap("Ben", '"B"en'), "not-csv", 3, 1),
    _csv("a cell of 131,073 characters", _swap("Ben", "B" * 131_073), "not-csv", 3, 1),
    BadTable(
        "several at once",
        b"who,x1,x2,y\nA,,x,0\nB,1\nC,1,2,nan\n",
        [
            ("missing-value", "data.csv", 2, 3),
            ("not-a-number", "data.csv", 2, 4),
            ("ragged-row", "data.csv", 3, 1),
            ("not-finite", "data.csv", 4, 7),
        ],
        None,
    ),
    BadTable(
        "a range that is not there",
        GOOD.encode(),
        [("unknown-column", "data.csv", 1, 1)],
        7,
        _asking('"x1..x3"'),
    ),
    BadTable(
        "a range backwards",
        GOOD.encode(),
        [("empty-range", "data.csv", 1, 5)],
        7,
        _asking('"x2..x1"'),
    ),
    BadTable(
        "a column asked for twice",
        GOOD.encode(),
        [("duplicate-column", "scenario.toml", 7, 21)],
        None,
        _asking('["x1..x2", "x1"]'),
    ),
    BadTable(
        "a column there twice",
        b"who,x1,x2,x2,y\nA,1,2,3,0\n",
        [("duplicate-column", "data.csv", 1, 11)],
        7,
    ),
    BadTable(
        "too few columns",
        GOOD.encode(),
        [("wrong-length", "scenario.toml", 7, 10)],
        2,
        _asking('"x1"'),
    ),
    BadTable(
        "neither targets nor a label",
        GOOD.encode(),
        [("missing-key", "scenario.toml", 5, 1)],
        None,
        SCENARIO.replace('label = "y"\n', ""),
    ),
    BadTable(
        "too few targets",
        GOOD.encode(),
        [("wrong-length", "scenario.toml", 8, 11)],
        4,
        SCENARIO.replace("label", "targets"),
    ),
    BadTable(
        "a target beyond 1",
        b"who,x1,x2,y,z\nA,1,2,0,1\nB,1,2,1,1.5\n",
        [("target-out-of-range", "data.csv", 3, 9)],
        8,
        SCENARIO.replace('label = "y"', 'targets = ["y", "z"]')
        + '[loss]\nname = "binary_cross_entropy"\n',
    ),
    BadTable(
        "targets that do not add up",
        b"who,x1,x2,y,z\nA,1,2,0,1\nB,1,2,0.5,0.6\n",
        [("target-not-distribution", "data.csv", 3, 7)],
        9,
        SCENARIO.replace('label = "y"', 'targets = ["y", "z"]').replace(
            "units = 2", 'units = 2\nactivation = "softmax"'
        )
        + '[loss]\nname = "categorical_cross_entropy"\n',
    ),
)
