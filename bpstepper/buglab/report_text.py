"""The bug lab as text: a list of all mistakes, or one of them in full, at 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from bpstepper.buglab.mistakes import MISTAKES, Verdict
from bpstepper.drawing.prose import wrap
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import clean, pad, plain, shorten
from bpstepper.drawing.text import width as cells_of
from bpstepper.engine.compile.network import Array
from bpstepper.engine.run.trace import Quantity, Trace
from bpstepper.explain.naming import Naming
from bpstepper.number_format import number, table
from bpstepper.scenario.model import Scenario

__all__ = ["mistake_text", "mistakes_text"]

_WIDTH = 80
_HALF = 39
_MOST_CELLS = 6


def mistakes_text(
    scenario: Scenario, trace: Trace, verdicts: Sequence[Verdict], look: RenderOptions
) -> str:
    """All mistakes, a line or two each: what differs first, and whether a check would notice."""
    lines = [*_heading(scenario, f"{len(verdicts)} mistakes"), ""]
    groups = (
        ("They run, and the numbers are wrong:", [v for v in verdicts if v.applies]),
        ("They do not run; what numpy says:", [v for v in verdicts if v.clash is not None]),
        (
            "Here they make no difference:",
            [v for v in verdicts if not v.applies and v.clash is None],
        ),
    )
    for told, group in groups:
        if group:
            lines += [told, *(line for v in group for line in _brief(v, trace, look)), ""]
    name = clean(scenario.name or "FILE")
    lead, command = "One in full:", f"bpstepper mistakes {name} --mistake {verdicts[0].id}"
    fits = len(lead) + 1 + cells_of(command) <= _WIDTH
    lines += [f"{lead} {command}"] if fits else [lead, f"  {command}"]
    return _finished(lines, look)


def _brief(verdict: Verdict, trace: Trace, look: RenderOptions) -> Iterator[str]:
    yield f"  {pad(verdict.id, 28)}{verdict.title}"
    if verdict.clash is not None:
        yield from _wrapped(verdict.clash, look, " " * 30)
    elif verdict.first is not None:
        when = f" at update {verdict.update}" if verdict.update > 1 else ""
        sign = _sign(trace, verdict.first)
        notices = "does not notice" if verdict.gradcheck_ok else "notices"
        said = f"{sign} differs first{when}; a gradient check {notices}"
        yield from _wrapped(said, look, " " * 30)


def mistake_text(scenario: Scenario, trace: Trace, verdict: Verdict, look: RenderOptions) -> str:
    """One mistake in full: its lines, what differs first, who would notice, why it is made."""
    mistake = MISTAKES[verdict.id]
    lines = [*_heading(scenario, verdict.id), f" {verdict.title}", ""]
    lines += _beside(mistake.code_right, mistake.code_wrong)
    lines.append("─" * _WIDTH)
    if verdict.clash is not None:
        symbol = _sign(trace, verdict.clash_symbol or "")
        lines += [f" it does not run: {symbol} cannot be made"]
        lines += _wrapped(f"numpy: {verdict.clash}", look)
    elif verdict.first is None:
        lines += _wrapped(
            f"In this network it makes no difference at update {verdict.update}.", look
        )
    else:
        lines += _difference(scenario, trace, verdict, look)
        lines += ["─" * _WIDTH, *_noticed(verdict, trace)]
    lines += [
        "─" * _WIDTH,
        *_wrapped(mistake.why, look),
        "",
        *_wrapped(f"Seen in: {mistake.seen_in}.", look),
    ]
    return _finished(lines, look)


def _heading(scenario: Scenario, said: str) -> list[str]:
    room = _WIDTH - cells_of(said) - 14
    name = shorten(clean(scenario.name or scenario.title), room)
    head = f" BUG LAB · {name}"
    return [pad(head, _WIDTH - cells_of(said) - 1) + said, "─" * _WIDTH]


def _wrapped(text: str, look: RenderOptions, indent: str = " ") -> list[str]:
    """A paragraph; in ASCII it is longer, so it is turned to that first."""
    return [plain(line) for line in wrap(look.charset.translate(text), _WIDTH, "", indent)]


def _beside(right: tuple[str, ...], wrong: tuple[str, ...]) -> Iterator[str]:
    """The two ways to write it side by side; one above the other where they are too long."""
    if max(map(cells_of, (*right, *wrong))) > _HALF - 3:
        yield from ("   right", *(f"     {line}" for line in right))
        yield from ("   wrong", *(f"     {line}" for line in wrong))
        return
    count = max(len(right), len(wrong))
    rows = [("right", "wrong")]
    rows += zip(*(part + ("",) * (count - len(part)) for part in (right, wrong)), strict=True)
    for first, second in rows:
        yield f"   {pad(first, _HALF)}{second}".rstrip()


def _difference(
    scenario: Scenario, trace: Trace, verdict: Verdict, look: RenderOptions
) -> Iterator[str]:
    """The first cells of what differs first, right and wrong, and by how much they are off."""
    assert verdict.first is not None  # it is asked for only where something differs
    right, mistaken = verdict.differs[verdict.first]
    symbol = trace.program.by_key[verdict.first]
    quantity = trace.quantity(symbol)
    when = f" at update {verdict.update}" if verdict.update > 1 else ""
    yield f" first to differ: {quantity.name.text}{when}"
    if right.shape != mistaken.shape:
        yield f"   its shape: right {right.shape}, wrong {mistaken.shape}"
        return
    cells = [i for i in np.ndindex(*right.shape) if right[i] != mistaken[i]]
    shown = cells[:_MOST_CELLS]
    naming = Naming(scenario, trace.samples)
    columns = [_column(values, shown, look.digits) for values in (right, mistaken)]
    names = [look.charset.translate(_cell(naming, quantity, index)) for index in shown]
    room = max(map(cells_of, names))
    for name, first, second, index in zip(names, *columns, shown, strict=True):
        off = _off(float(right[index]), float(mistaken[index]))
        yield f"   {pad(name, room)}   right {first}   wrong {second}   {off}".rstrip()
    if len(cells) > len(shown):
        yield f"   and {len(cells) - len(shown)} more"
    others = [_sign(trace, key) for key in verdict.differs if key != verdict.first]
    if others:
        more = ", …" if len(others) > 12 else ""
        yield from _wrapped(f"then: {', '.join(others[:12])}{more}", look)


def _cell(naming: Naming, quantity: Quantity, index: tuple[int, ...]) -> str:
    if len(quantity.axes) != 2:
        return f"[{','.join(str(i + 1) for i in index)}]" if index else quantity.name.text
    return shorten(clean(naming.cell(quantity, index)), 24)


def _column(values: Array, cells: Iterable[tuple[int, ...]], digits: int) -> list[str]:
    return [row[0] for row in table([[float(values[index])] for index in cells], digits)]


def _off(right: float, mistaken: float) -> str:
    """How far the wrong number is off, in words."""
    if not np.isfinite(mistaken) or not np.isfinite(right) or right == 0:
        return ""
    if mistaken * right < 0:
        return "the wrong sign"
    share = abs(mistaken / right)
    if share >= 2:
        return f"{number(share, 2)} times as large"
    percent = abs(share - 1) * 100
    return f"{number(percent, 2)} % too {'large' if share > 1 else 'small'}"


def _noticed(verdict: Verdict, trace: Trace) -> Iterator[str]:
    yield " who would notice?"
    worst = verdict.gradcheck_worst or 0.0
    alone = "no     " + ("what goes wrong is outside of it" if not verdict.gradcheck_ok else "")
    alone = alone if verdict.backward_ok else "YES"
    yield "   shapes                                no     everything fits"
    yield f"   gradient check of backward() alone    {alone}"
    if verdict.gradcheck_ok:
        told = "no     they are the slopes of this C"
    elif np.isfinite(worst):
        of = _sign(trace, f"grad_{verdict.gradcheck_symbol}")
        told = f"YES    {of} is off by {number(worst * 100, 2)} %"
    else:
        told = "YES    a gradient has another shape than its parameter"
    yield f"   gradient check of the update used     {told}"


def _sign(trace: Trace, key: str) -> str:
    """How a symbol is written; by its key where only the mistaken program has it."""
    symbol = trace.program.by_key.get(key)
    return trace.program.names[symbol].text if symbol is not None else key


def _finished(lines: Iterable[str], look: RenderOptions) -> str:
    return "".join(look.charset.translate(line.rstrip()) + "\n" for line in lines)
