"""Whatever is written into a file, the only exception is a ScenarioError."""

from __future__ import annotations

import contextlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bpstepper.scenario import ScenarioError, library, load, loads
from bpstepper.scenario.diagnostics.render_diagnostics import to_json, to_text
from bpstepper.scenario.starter import STARTER
from tests.scenario.spoiling import BASE
from tests.strategies import examples

QUICK = examples(150)

GOOD = [
    BASE,
    STARTER,
    *(Path(str(library.path(name))).read_text(encoding="utf-8") for name in library.names()),
]

# what people write, and what parsers trip over
PIECES = st.sampled_from(
    [
        *"[]{}\"'=,.#\n\\\t\0\r\x1b\x9b\u202e\ud800−“½𝛿",
        '"""',
        "'''",
        "[[",
        "]]",
        "nan",
        "-inf",
        "1e400",
        "true",
        "-1",
        "0",
        "1.0",
        "10000000",
        "9" * 30,
        "[]",
        "[[]]",
        "[[1], 2]",
        "{}",
        "{ a = 1 }",
        '"relu"',
        '"gelu"',
        '"softmax"',
        '"categorical_cross_entropy"',
        '"output"',
        '"row"',
        '"all"',
        "2024-01-01",
        "\n[network]\n",
        "\n[[samples]]\n",
        "\n[samples]\n",
        "\nat = [1, 1]\n",
        "\nunits = 0\n",
        "a.b.c = 1\n",
    ]
)


def read(text: str | bytes, overrides: tuple[str, ...] = ()) -> None:
    """Load it; where it is refused, what is said can be told, and is safe to tell."""
    try:
        loads(text, overrides=overrides)
    except ScenarioError as error:
        shown = to_text(error.diagnostics, omitted=error.omitted)
        bad = [c for c in shown if c != "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0)]
        assert bad == []
        shown.encode("utf-8")
        to_json(error.diagnostics)


@QUICK
@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    """Bytes that mean nothing."""
    read(data)


@QUICK
@given(st.text(max_size=200), st.lists(PIECES, max_size=8))
def test_random_text(text: str, pieces: list[str]) -> None:
    """Text that means nothing."""
    read("".join((text, *pieces)))


@examples(200)
@given(st.data())
def test_mutations_of_good_files(data: st.DataObject) -> None:
    """Up to four cuts and insertions in a file that was right."""
    text = data.draw(st.sampled_from(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 1, 1, 2, 5, 20, 200]))
        text = text[:start] + data.draw(PIECES | st.just("")) + text[start + length :]
    read(text)


@examples(150)
@given(st.data())
def test_values_exchanged(data: st.DataObject) -> None:
    """A good file with the values of some keys replaced by others' values."""
    lines = data.draw(st.sampled_from(GOOD)).split("\n")
    keys = [i for i, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    values = st.sampled_from([lines[i].split(" = ", 1)[1] for i in keys]) | PIECES
    for i in data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3)):
        lines[i] = f"{lines[i].split(' = ', 1)[0]} = {data.draw(values)}"
    read("\n".join(lines))


@QUICK
@given(st.text(max_size=60) | st.builds("{}={}".format, st.text(max_size=30), PIECES))
def test_overrides(override: str) -> None:
    """Anything after --set."""
    read(BASE, (override,))


KEYS = st.sampled_from(
    ["network.inputs", "network.layers.0.units", "network.layers", "loss", "samples.0", "x", "0"]
)


@examples(150)
@given(KEYS, PIECES)
def test_overrides_that_go_somewhere(key: str, value: str) -> None:
    """Any value at a place that matters."""
    read(BASE, (f"{key}={value}",))


@QUICK
@given(st.text(max_size=50))
def test_names(name: str) -> None:
    """Anything in place of a file's name."""
    if name == "-":
        return
    with contextlib.suppress(ScenarioError):
        load(name)


@examples(150)
@given(
    hold_out=st.sampled_from([0, 0.2, 0.25, 0.5, 0.74, 0.75, 0.76, 0.999]),
    batch=st.sampled_from([1, 2, 3, '"all"', 10**12]),
    train=st.sampled_from(["parameters", "input"]),
    samples=st.integers(1, 5),
)
def test_what_the_engine_refuses_is_a_diagnostic(
    hold_out: float, batch: object, train: str, samples: int
) -> None:
    """Batches, held-out samples and trained inputs that do not go together."""
    lines = BASE.split("[[samples]]")[0] + "[[samples]]\ninput = [1, 0]\nlabel = 1\n" * samples
    read(
        lines,
        (
            f"training.hold_out={hold_out}",
            f"training.batch_size={batch}",
            f"training.train={train}",
        ),
    )
