"""Whether published numbers and notes name things that this network has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpstepper.engine.compile.network import Network, Training
from bpstepper.engine.tables.layouts import Layout
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario.checks import symbol_keys
from bpstepper.scenario.checks.symbol_keys import SymbolKey
from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.diagnostics.diagnostic import Severity, did_you_mean, shorten
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.diagnostics.spans import Path
from bpstepper.scenario.toml.overrides import read as read_override

__all__ = ["batch_of_update", "check_expects", "check_notes", "check_symbol", "written_shape"]


def check_expects(draft: Draft, findings: Findings) -> None:
    """Every [[expect]] names a symbol of this network, an element of it, and fits its shape."""
    for index, raw in enumerate(draft.tables(("expect",))):
        path: Path = ("expect", index)
        if not isinstance(raw, dict):
            continue
        key = _check_symbol(draft, (*path, "symbol"), findings)
        update = draft.get((*path, "update"), 1)
        if key is None or not isinstance(update, int):
            continue
        if update == 0 and not key.is_parameter:
            findings.add(
                "out-of-range",
                f"`{raw['symbol']}` belongs to an update, and updates count from 1",
                (*path, "update"),
                label="only W and b have an initial value",
                help="write update = 1 for the first",
                expected="at least 1",
                got="0",
            )
            continue
        shape = _shape(draft, key, update)
        if shape is not None and _check_at(draft, (*path, "at"), key, shape, findings, "warning"):
            _check_value(draft, path, raw, shape, findings)


def check_notes(draft: Draft, findings: Findings) -> None:
    """Every [[notes]] has something to say, and names a symbol that there can be."""
    for index, raw in enumerate(draft.tables(("notes",))):
        path: Path = ("notes", index)
        if not isinstance(raw, dict):
            continue
        if "at" in raw:
            key = _check_symbol(draft, (*path, "at"), findings)
            update = draft.get((*path, "update"), 1)
            shape = _shape(draft, key, update) if key and isinstance(update, int) else None
            if key and shape is not None:
                _check_at(draft, (*path, "cell"), key, shape, findings)
        _check_edits(draft, (*path, "edit"), findings)
        said = any(raw.get(name) for name in ("text", "ask", "reveal", "quiz", "edit"))
        if not said and not findings.is_broken_below(path):
            findings.add(
                "empty-note",
                "this note says nothing",
                path,
                key=True,
                label="no text",
                help='add text = """…""", or ask and reveal',
            )


def _check_edits(draft: Draft, path: Path, findings: Findings) -> None:
    given = draft.get(path, [])
    texts = [(path, given)] if isinstance(given, str) else _texts_of(given, path)
    for where, text in texts:
        try:
            read_override(text)
        except ScenarioError as error:
            first = error.diagnostics[0]
            findings.add(
                first.code,
                f"this edit cannot be read: {first.message}",
                where,
                label="not key=value",
                help=first.help,
                got=shorten(text),
            )


def _texts_of(given: Any, path: Path) -> list[tuple[Path, str]]:
    """The texts of a list, each with its path."""
    items = given if isinstance(given, list) else []
    return [((*path, i), item) for i, item in enumerate(items) if isinstance(item, str)]


# ── symbols ──────────────────────────────────────────────────────────────────────────────────


def _check_symbol(draft: Draft, path: Path, findings: Findings) -> SymbolKey | None:
    """The parsed key of a public symbol; None where it is not one or is wrong."""
    name = draft.get(path, None)
    if not isinstance(name, str):
        return None
    return check_symbol(name, draft, path, findings)


def check_symbol(name: str, draft: Draft, path: Path, findings: Findings) -> SymbolKey | None:
    """The parsed key of a public symbol; None where it is not one or is wrong.

    Args:
        name: what is written for it.
        draft: the scenario that it is to be a symbol of.
        path: where it is written.
        findings: where problems are noted; those of the scenario, or of who speaks of it.
    """
    depth = len(draft.layers)
    key = symbol_keys.parse(name)
    if key is None:
        near = did_you_mean(name, _known(draft))
        # names of intermediates are the compiler's; only what can be none of them is wrong here
        if not symbol_keys.looks_like_symbol(name) or (near and _slip(name, near)):
            findings.add(
                "unknown-symbol",
                f"there is no symbol `{shorten(name)}`",
                path,
                label=f"did you mean `{near}`?" if near else "not a symbol",
                help=f'write "{near}"' if near else "symbols are z1, a1, C, delta1, grad_W1, W1, …",
                expected=near or "",
                got=shorten(name),
            )
        return None
    if key.layer is not None and depth and not 1 <= key.layer <= depth:
        findings.add(
            "no-such-layer",
            f"`{name}` is of layer {key.layer}, and the layers of this network are 1 to {depth}",
            path,
            label=f"layers are 1 to {depth}",
            help="layer 1 is the first with weights; the inputs are x"
            if not key.layer
            else f"write a layer from 1 to {depth}",
            expected=f"1 to {depth}",
            got=str(key.layer),
        )
        return None
    return key


def _known(draft: Draft) -> list[str]:
    """The symbols that this network has, for suggestions."""
    folded = draft.get(("network", "bias"), Network.bias) == "folded"
    optimizer = OPTIMIZERS.get(draft.get(("training", "optimizer"), Training.optimizer) or "")
    return symbol_keys.names(len(draft.layers), folded, optimizer.state if optimizer else ())


def _slip(name: str, near: str) -> bool:
    """Whether `name` is `near` but for case or for a separator: no intermediate is called so."""

    def plain(text: str) -> str:
        return text.lower().replace("_", "").replace("-", "")

    return plain(name) == plain(near)


# ── shapes ───────────────────────────────────────────────────────────────────────────────────


def batch_of_update(update: int, samples: int, batch: int | None) -> int:
    """m, how many samples the batch of an update has; `batch` None is all of them."""
    size = min(batch or samples, samples)
    per_epoch = -(-samples // size)
    last = samples - size * (per_epoch - 1)
    return last if update % per_epoch == 0 else size


def _shape(draft: Draft, key: SymbolKey, update: int) -> tuple[int, ...] | None:
    """The shape of a symbol, units before samples; None where it cannot be told."""
    sizes = [size for size in draft.sizes if size is not None]
    samples = draft.training_samples
    batch = draft.get(("training", "batch_size"), Training.batch_size)
    if len(sizes) < len(draft.sizes) or len(sizes) < 2 or not samples or batch is None:
        return None
    if batch != "all" and (not isinstance(batch, int) or batch < 1):
        return None
    m = batch_of_update(max(update, 1), samples, batch if isinstance(batch, int) else None)
    return symbol_keys.shape(key, sizes, m)


def written_shape(key: SymbolKey, shape: tuple[int, ...], layout: Layout) -> tuple[int, ...]:
    """`shape` as a file in `layout` writes it."""
    if key.form in symbol_keys.MATRICES:
        turned = layout.weight_axes != ("to", "from")
    else:
        turned = len(shape) == 2 and layout.units_axis != 0
    return shape[::-1] if turned else shape


def _check_at(
    draft: Draft,
    path: Path,
    key: SymbolKey,
    shape: tuple[int, ...],
    findings: Findings,
    beyond: Severity = "error",
) -> bool:
    """Whether an element is named as it should be; `beyond` is how bad it is if there is none.

    An expect of an element that is not there fails when it is held to; it is no reason not to
    step through the network.
    """
    at = draft.get(path, ())
    if at is None or not draft.is_sound(path):
        return False
    if not at:
        return True
    # what there is only one of need not be counted
    shape = symbol_keys.cells(key, shape)
    short = tuple(size for size in shape if size != 1) or (1,)
    lengths = {len(shape), len(short)} - {0}
    names = {"stack": "[sample, row, column]", "biases": "[unit]"}
    names |= dict.fromkeys(symbol_keys.MATRICES, "[to, from]")
    if not shape or len(at) not in lengths:
        form = names.get(key.form, "[unit, sample]" if len(short) > 1 else "[unit]")
        wanted = f"`{path[-1]} = {form}`" if shape else f"no `{path[-1]}`: it is one number"
        findings.add(
            "wrong-length",
            f"an element of this symbol is named by {wanted}",
            path,
            label=f"{len(at)} given",
            help=f"write {wanted}" if shape else f"delete `{path[-1]}`",
            expected=form,
            got=str(len(at)),
        )
        return False
    sizes = shape if len(at) == len(shape) else short
    for position, (number, size) in enumerate(zip(at, sizes, strict=True)):
        if number > size:
            findings.add(
                "out-of-range",
                f"there is no element {number if number < 10**12 else '…'} here: "
                f"the last is {size}",
                (*path, position),
                label=f"must be 1 to {size}",
                help="elements are counted from 1; of W always [to, from]",
                expected=f"1 to {size}",
                got=str(number) if number < 10**12 else "a very long number",
                severity=beyond,
            )
            return False
    return True


def _check_value(
    draft: Draft, path: Path, raw: Mapping[str, Any], shape: tuple[int, ...], findings: Findings
) -> None:
    value = draft.get((*path, "value"), None)
    if value is None or draft.layout is None:
        return
    key = symbol_keys.parse(raw["symbol"])
    assert key is not None
    expected = () if raw.get("at") else written_shape(key, shape, draft.layout)
    got = list_shape(value)
    if got is None or fits(got, expected):
        if got is None and draft.has_form((*path, "value")):
            findings.add(
                "ragged-matrix",
                "the rows of this value differ in length",
                (*path, "value"),
                label="ragged",
                help="give every row the same number of elements",
            )
        return
    findings.add(
        "wrong-shape",
        f"`{raw['symbol']}` {'at one element ' if raw.get('at') else ''}is {_words(expected)}, "
        f"and the value is {_words(got)}",
        (*path, "value"),
        label=_words(got),
        help=_shape_help(got, expected, draft.layout),
        expected=_words(expected),
        got=_words(got),
    )


def _shape_help(got: tuple[int, ...], expected: tuple[int, ...], layout: Layout) -> str:
    if len(got) == 2 and got == expected[::-1]:
        return f'is it transposed? values are in the file\'s layout, "{layout.name}"'
    if got and not expected:
        return "write one number, without brackets"
    if len(expected) == 2 and 1 in expected:
        return f"write a list of {max(expected)}"
    return f"write {_words(expected)}"


def _words(shape: tuple[int, ...]) -> str:
    if not shape:
        return "one number"
    if len(shape) == 1:
        return f"a list of {shape[0]}"
    return " × ".join(map(str, shape))


def list_shape(value: Any) -> tuple[int, ...] | None:
    """The shape of a number or of nested lists; None where they are ragged."""
    if not isinstance(value, list):
        return ()
    inner = {list_shape(item) for item in value}
    if len(inner) != 1:
        return None if inner else (0,)
    (shape,) = inner
    return None if shape is None else (len(value), *shape)


def fits(got: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    """Whether a value may be written so: dimensions of 1 can be left out."""
    if got == expected:
        return True
    shorter = len(got) < len(expected)
    return shorter and [n for n in got if n != 1] == [n for n in expected if n != 1]
