"""A scenario as the text of a whole file, which loads to the same numbers, to the bit.

What one's own file looked like is not known here: to keep its comments is `toml_patch`'s business,
and what is written where that of those who know of files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from bpstepper.engine.tables.initializers import INITIALIZERS, generator
from bpstepper.scenario.checks import symbol_keys
from bpstepper.scenario.checks.expectation_checks import batch_of_update
from bpstepper.scenario.data.partial_scenario import trained_on
from bpstepper.scenario.model import Note, Scenario
from bpstepper.scenario.values import values
from bpstepper.scenario.verify import outcomes

__all__ = ["Holding", "holding", "to_toml", "toml_value"]

_MANY = 400  # weights that were drawn are written as numbers up to here, and by their seed beyond
_WIDE = 88


# ── what of the lesson still holds ───────────────────────────────────────────────────────────


class Holding(NamedTuple):
    """An edited scenario without the published numbers that are not its own any more.

    Attributes:
        scenario: with the rest of them.
        dropped: how many were left out.
    """

    scenario: Scenario
    dropped: int

    @property
    def remark(self) -> tuple[str, ...]:
        """What to say of it at the head of a file."""
        if not self.dropped:
            return ()
        numbers = "1 published number" if self.dropped == 1 else f"{self.dropped} published numbers"
        return (f"Edited: {numbers} of the original no longer held, and were left out.",)


def holding(before: Scenario, after: Scenario) -> Holding:
    """What to save of an edited scenario: numbers that held before, and do not now, are dropped.

    So are cells that notes point at, where there are none any more.
    """
    failed = [it.expect for it in outcomes(after) if not it.ok]
    held = {id(it.expect) for it in outcomes(replace(before, expects=tuple(failed))) if it.ok}
    expects = tuple(expect for expect in after.expects if id(expect) not in held)
    notes = tuple(_pointing(note, after) for note in after.notes)
    return Holding(replace(after, expects=expects, notes=notes), len(held))


def _pointing(note: Note, scenario: Scenario) -> Note:
    """The note, without the cell where its symbol has none such."""
    key = None if note.at is None else symbol_keys.parse(note.at)
    if key is None or note.cell is None:
        return note
    samples = trained_on(len(scenario.samples), scenario.training.hold_out)
    m = batch_of_update(note.update, samples, scenario.training.batch_size)
    shape = symbol_keys.cells(key, symbol_keys.shape(key, scenario.network.sizes, m))
    if len(note.cell) != len(shape):
        shape = tuple(size for size in shape if size != 1) or (1,)
    if len(note.cell) == len(shape) and all(map(int.__le__, note.cell, shape)):
        return note
    return replace(note, cell=None)


# ── text ─────────────────────────────────────────────────────────────────────────────────────


def to_toml(scenario: Scenario, remarks: Sequence[str] = ()) -> str:
    """The text of a file that loads to this scenario.

    Weights of a large layer that are those its seed draws are not written out.

    Args:
        scenario: what to write.
        remarks: comments for the head of the file, a line each.
    """
    found = values(scenario)
    _shorten_weights(scenario, found["network"]["layers"])
    pieces = [f"# {json.dumps(remark, ensure_ascii=False)[1:-1]}\n" for remark in remarks]
    tables = ("network", "loss", "training")
    arrays = ("samples", "expect", "notes")
    single = {key: it for key, it in found.items() if key not in (*tables, *arrays)}
    pieces += [*_lines(single)]
    for name in tables:
        layers = found[name].pop("layers", [])
        pieces += [f"\n[{name}]\n", *_lines(found[name])]
        for layer in layers:
            pieces += [f"\n[[{name}.layers]]\n", *_lines(layer)]
    for name in arrays:
        for table in found[name]:
            pieces += [f"\n[[{name}]]\n", *_lines(table)]
    return "".join(pieces)


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{key} = {toml_value(value)}\n"


def _shorten_weights(scenario: Scenario, layers: list[dict[str, Any]]) -> None:
    """Leave out large matrices that the seed draws again."""
    network = scenario.network
    for number, (layer, table) in enumerate(zip(network.layers, layers, strict=True), start=1):
        if layer.weights.size <= _MANY:  # there are none where a kind of layer has no wires
            continue
        n_l, n_prev = layer.weights.shape
        for name, row in INITIALIZERS.items():
            drawn = row.draw(generator(network.seed, number), n_l, n_prev)
            if drawn.tobytes() == layer.weights.tobytes():
                del table["weights"]
                table["init"] = name
                break


def toml_value(value: Any) -> str:
    """A value as TOML writes it; a float so that it is read as the same one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        whole = f"[{', '.join(map(toml_value, value))}]"
        rows = value and not isinstance(value[0], str | int | float)
        if len(whole) <= (0 if rows and len(value) > 1 else _WIDE):
            return whole
        return _broken([toml_value(inner) for inner in value], rows=bool(rows))
    return repr(value)


def _broken(words: Sequence[str], rows: bool) -> str:
    """A list over several lines: a row of a matrix each, or as many numbers as a line holds."""
    lines, line = [], ""
    for word in words:
        if line and (rows or len(line) + len(word) + 6 > _WIDE):
            lines.append(line)
            line = ""
        line += f" {word}," if line else f"{word},"
    lines.append(line)
    return "[\n" + "".join(f"    {it}\n" for it in lines) + "]"


def _text(text: str) -> str:
    def escaped(part: str) -> str:
        return json.dumps(part, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007F")

    if "\n" not in text:
        return f'"{escaped(text)}"'
    lines = "\n".join(map(escaped, text.split("\n")))
    return f'"""\n{lines}"""'
