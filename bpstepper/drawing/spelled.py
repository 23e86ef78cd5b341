"""`this number`: one cell spelled out term by term, so that a pocket calculator can follow.

The terms come from `lesson.provenance`; this module sets them in columns, folds long sums around
their largest terms, and puts the single factor or bias that follows a sum on the sum's own line.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpstepper.drawing.look import Look
from bpstepper.drawing.text import Line, Span, clean, crop, pad, shorten, width
from bpstepper.lesson.provenance import Factor, Provenance, Stage
from bpstepper.number_format import full, number, table

__all__ = ["draw_number"]

_LONGEST_LABEL = 24


def draw_number(found: Provenance, look: Look, cells: int, rows: int) -> list[Line]:
    """Where a number comes from, on at most `rows` lines of `cells` cells.

    The first line names it and shows all its digits; what has no room folds, never the result.
    """
    if rows < 1:
        return []
    lines = [_title(found, look, cells)]
    room = rows - 1
    parts = _parts(found.stages, look)
    # stages that are one line each give way first, from the front: the last is the result itself
    while len(parts) > 1 and sum(len(part) for part in parts) > room and len(parts[0]) == 1:
        parts.pop(0)
    fixed = sum(len(part) for part in parts if len(part) <= 2)
    for part in parts:
        if len(part) > 2:
            lines += _folded(part, max(room - fixed, 2), look)
        else:
            lines += part
    return [crop(line, cells) for line in lines[:rows]]


def _title(found: Provenance, look: Look, cells: int) -> Line:
    charset = look.charset
    name = found.name + (f"  ({found.label})" if found.label else "")
    name = shorten(charset.translate(clean(name)), max(cells // 2, 1), charset.left_out)
    value = full(found.value, ascii=charset.ascii)
    return (
        Span(" this number  ", "label"),
        Span(name, "caption"),
        Span(" = ", "sign"),
        Span(value, "sum"),
    )


def _parts(stages: Sequence[Stage], look: Look) -> list[list[Line]]:
    """Each stage as its lines; a stage that goes on from a sum joins the sum's last line."""
    parts: list[list[Line]] = []
    previous: Stage | None = None
    for stage in stages:
        joined = _continuation(stage, previous, look) if previous is not None else None
        if joined is not None and parts:
            parts[-1][-1] = (*parts[-1][-1], *joined)
        else:
            parts.append(
                _table(stage, look) if _is_sum_of_products(stage) else [_line(stage, look)]
            )
        previous = stage
    return parts


def _is_sum_of_products(stage: Stage) -> bool:
    many = len(stage.terms) > 2
    products = len(stage.terms) > 1 and all(len(term.factors) > 1 for term in stage.terms)
    return not stage.is_function and (many or products)


def _text(value: float, look: Look) -> str:
    return number(value, look.digits, ascii=look.charset.ascii)


def _table(stage: Stage, look: Look) -> list[Line]:
    """A sum, one term a line, and the sum below."""
    charset = look.charset
    labels = [shorten(charset.translate(clean(t.label)), _LONGEST_LABEL) for t in stage.terms]
    lead = max(width(label) for label in labels)
    values = [term.value for term in stage.terms]
    results = table(
        np.array([[v] for v in (*values, stage.value)]), look.digits, ascii=charset.ascii
    )
    columns = [
        table(
            np.array([[term.factors[k].value] for term in stage.terms]),
            look.digits,
            ascii=charset.ascii,
        )
        for k in range(len(stage.terms[0].factors))
    ]
    times, equals = charset.translate(" × "), "  =  "
    lines: list[Line] = []
    for i, term in enumerate(stage.terms):
        spans = [Span(f"    {pad(labels[i], lead)}   ", "name")]
        if len(columns) > 1:
            for k, column in enumerate(columns):
                spans += [Span(times, "sign")] if k else []
                spans.append(Span(column[i][0], "value"))
            spans.append(Span(equals, "sign"))
        elif term.sign < 0:
            spans.append(Span(charset.translate("− "), "sign"))
        spans.append(Span(results[i][0], "value"))
        lines.append(tuple(spans))
    before = sum(width(span.text) for span in lines[0][:-1])
    lines.append((Span(pad("sum  ", before, "right"), "label"), Span(results[-1][0], "sum")))
    return lines


def _folded(lines: list[Line], rows: int, look: Look) -> list[Line]:
    """A table on `rows` lines: its first terms, how many are left out, and the sum."""
    if len(lines) <= rows:
        return lines
    kept = max(rows - 2, 0)
    hidden = len(lines) - 1 - kept
    fold = (Span(f"    {look.charset.rows_left_out} {hidden} more", "more"),)
    return [*lines[:kept], fold, lines[-1]] if rows > 1 else [lines[-1]]


def _line(stage: Stage, look: Look) -> Line:
    """A stage on one line: names, then numbers, then the result."""
    charset = look.charset
    words = [charset.translate(clean(_formula(stage, [f.name for f in _factors(stage)])))]
    numbers = charset.translate(_formula(stage, [_text(f.value, look) for f in _factors(stage)]))
    spans = [Span(f"    {words[0]}", "name")]
    same = len(_factors(stage)) == 1 and not stage.is_function  # passed on as it is
    if len(_factors(stage)) <= 6 and not same:
        spans += [Span("  =  ", "sign"), Span(numbers, "value")]
    return (*spans, Span("  =  ", "sign"), Span(_text(stage.value, look), "sum"))


def _factors(stage: Stage) -> list[Factor]:
    return [factor for term in stage.terms for factor in term.factors]


def _formula(stage: Stage, texts: Sequence[str]) -> str:
    """The stage with these texts for its factors: `δ(o1) × a(h2)`, `σ(z(h1))`."""
    if stage.is_function:
        return f"{stage.sign}({', '.join(texts)})" if len(texts) <= 6 else f"{stage.sign}(…)"
    out, given = "", iter(texts)
    for position, term in enumerate(stage.terms):
        if position:
            out += " − " if term.sign < 0 else " + "
        elif term.sign < 0:
            out += "−"
        out += " × ".join(next(given) for _ in term.factors)
    return out


def _continuation(stage: Stage, previous: Stage, look: Look) -> Line | None:
    """What a stage adds to the one before: `× slope 0.2406 = 0.009954`; None if it is more."""
    if stage.is_function:
        return None
    texts: list[str] = []
    for position, term in enumerate(stage.terms):
        rest = [factor for factor in term.factors if factor.name != previous.name]
        own = len(rest) < len(term.factors)
        if position == 0 and not own:
            return None
        for factor in rest:
            sign = "×" if own else ("−" if term.sign < 0 else "+")
            texts.append(f"{sign} {_short(factor.name)} {_text(factor.value, look)}")
    if len(texts) != 1:
        return None
    text = look.charset.translate(clean(f"  {texts[0]}  =  "))
    return (Span(text, "sign"), Span(_text(stage.value, look), "sum"))


def _short(name: str) -> str:
    """`slope` for `slope(h2)`: on a line that is about h2 already."""
    return name.partition("(")[0] or name
