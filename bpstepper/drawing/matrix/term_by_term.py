"""`this number`: one cell spelled out term by term, so that a pocket calculator can follow.

The terms come from `explain.provenance`; this module sets them in columns, folds long sums around
their largest terms, and puts the single factor or bias that follows a sum on the sum's own line.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, clean, crop, line_width, pad, shorten, width
from bpstepper.explain.derivation.formula_lines import written
from bpstepper.explain.provenance import Factor, Provenance, SpelledTerm, Stage
from bpstepper.number_format import full, number, table

__all__ = ["draw_number"]

_LONGEST_LABEL = 24


def draw_number(found: Provenance, look: RenderOptions, cells: int, rows: int) -> list[Line]:
    """Where a number comes from, on at most `rows` lines of `cells` cells.

    The first line names it and shows all its digits; what has no room folds, never the result.
    """
    if rows < 1:
        return []
    room = rows - 1
    parts = _parts(found.stages, look, cells, room)
    # stages that are one line each give way first, from the front: the last is the result itself
    while len(parts) > 1 and sum(len(part) for part in parts) > room:
        parts.pop(0)
    body = [line for part in parts for line in part]
    lines = [_title(found, look, cells), *body[max(len(body) - room, 0) :]]
    return [crop(line, cells) for line in lines]


def _title(found: Provenance, look: RenderOptions, cells: int) -> Line:
    charset = look.charset
    lead = " this number  "
    name = found.name + (f"  ({found.label})" if found.label else "")
    value = full(found.value, ascii=charset.ascii)
    room = cells - width(lead) - width(f" = {value}")
    name = shorten(charset.translate(clean(name)), max(room, 1), charset.left_out)
    return (
        Span(lead, "label"),
        Span(name, "caption"),
        Span(" = ", "sign"),
        Span(value, "sum"),
    )


def _parts(stages: Sequence[Stage], look: RenderOptions, cells: int, room: int) -> list[list[Line]]:
    """Each stage as its lines; a stage that goes on from a sum joins the sum's last line."""
    parts: list[list[Line]] = []
    previous: Stage | None = None
    for stage in stages:
        if _is_sum_of_products(stage):
            parts.append(_table(stage, look, cells, max(room, 2)))
        else:
            more = None if previous is None else _continuation(stage, previous, look)
            joined = (*parts[-1][-1], *more) if more is not None else ()
            if joined and line_width(joined) <= cells:
                parts[-1][-1] = joined
            else:
                parts.append([_line(stage, look, cells)])
        previous = stage
    return parts


def _is_sum_of_products(stage: Stage) -> bool:
    many = len(stage.terms) > 2
    products = len(stage.terms) > 1 and all(len(term.factors) > 1 for term in stage.terms)
    return not stage.is_function and (many or products)


def _text(value: float, look: RenderOptions) -> str:
    return number(value, look.digits, ascii=look.charset.ascii)


def _table(stage: Stage, look: RenderOptions, cells: int, rows: int) -> list[Line]:
    """A sum, one term a line, and the sum below; folded around its largest terms."""
    charset = look.charset
    shown = _largest(stage.terms, rows - 1)
    terms = [stage.terms[i] for i in shown]
    results = _column([*(term.value for term in terms), stage.value], look)
    factors = range(len(stage.terms[0].factors))
    columns = [_column([term.factors[k].value for term in terms], look) for k in factors]
    rests = [_products(term, [c[i] for c in columns], look) for i, term in enumerate(terms)]
    taken = max((line_width(rest) for rest in rests), default=0) + width(results[-1]) + 7
    longest = max(1, min(_LONGEST_LABEL, cells - taken))
    labels = [
        shorten(charset.translate(clean(term.label)), longest, charset.left_out) for term in terms
    ]
    lead = max((width(label) for label in labels), default=0)
    lines: list[Line] = [
        (Span(f"    {pad(label, lead)}   ", "name"), *rest, Span(result, "value"))
        for label, rest, result in zip(labels, rests, results, strict=False)
    ]
    before = line_width(lines[0][:-1]) if lines else 8
    hidden = len(stage.terms) - len(terms)
    if hidden:
        text = f"    {charset.rows_left_out} {hidden} more, smaller"
        lines.append((Span(text, "more"),))
    lines.append((Span(pad("sum  ", before, "right"), "label"), Span(results[-1], "sum")))
    return lines


def _products(term: SpelledTerm, factors: Sequence[str], look: RenderOptions) -> Line:
    """What stands between a term's label and its value: its factors, or its sign."""
    translate = look.charset.translate
    if len(factors) == 1:
        return (Span(translate("− "), "sign"),) if term.sign < 0 else ()
    spans: list[Span] = []
    for k, factor in enumerate(factors):
        spans += [Span(translate(" × "), "sign")] if k else []
        spans.append(Span(factor, "value"))
    return (*spans, Span("  =  ", "sign"))


def _largest(terms: Sequence[SpelledTerm], room: int) -> list[int]:
    """Which terms to show on `room` lines: all, or the largest with a line for the others."""
    if len(terms) <= room:
        return list(range(len(terms)))
    by_size = sorted(range(len(terms)), key=lambda i: -abs(terms[i].value))
    return sorted(by_size[: max(room - 1, 0)])


def _column(values: Sequence[float], look: RenderOptions) -> list[str]:
    """Numbers below each other, all of one width."""
    column = np.array(values, dtype=float)[:, None]
    return [row[0] for row in table(column, look.digits, ascii=look.charset.ascii)]


def _line(stage: Stage, look: RenderOptions, cells: int) -> Line:
    """A stage on one line: names, then numbers, then the result, which is never cut off."""
    charset = look.charset
    factors = _factors(stage)
    result = (Span("  =  ", "sign"), Span(_text(stage.value, look), "sum"))
    names, short = ([name(f.name) for f in factors] for name in (str, _short))
    words = [charset.translate(clean(_formula(stage, texts))) for texts in (names, short)]
    numbers = charset.translate(_formula(stage, [_text(f.value, look) for f in factors], True))
    same = len(factors) == 1 and not stage.is_function  # passed on as it is
    told: Line = ()
    if not factors:
        return (Span("    a constant", "name"), *result)
    if len(factors) <= 6 and not same:
        told = (Span("  =  ", "sign"), Span(numbers, "value"))
    for said in (*words, ""):  # rather shorter names, or none, than a number cut off
        first = (Span(f"    {said}", "name"), *told) if said else (Span("   "), *told[1:])
        line = (*first, *result)
        if line_width(line) <= cells:
            return line
    return result


def _factors(stage: Stage) -> list[Factor]:
    return [factor for term in stage.terms for factor in term.factors]


def _formula(stage: Stage, texts: Sequence[str], numbers: bool = False) -> str:
    """The stage with these texts for its factors: `δ(o1) × a(h2)`, `σ(z(h1))`."""
    glue = stage.glue if stage.is_function else ()
    return written(stage.terms, glue, texts, guarded=numbers)


def _continuation(stage: Stage, previous: Stage, look: RenderOptions) -> Line | None:
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
    if name.startswith("("):
        return name.partition(")(")[0].removesuffix(")") + ")"
    return name.partition("(")[0]
