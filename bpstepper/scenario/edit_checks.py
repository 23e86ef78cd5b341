"""Whether a file could have what an edit says: the rules of files, for one value and the whole.

What `--set` may not say, an edit may not either, and it is told in the same words.
"""

from __future__ import annotations

from typing import Any

from bpstepper.engine.tables.layers.layer_kinds import parameter_specs
from bpstepper.scenario.data.partial_scenario import Draft
from bpstepper.scenario.diagnostics.diagnostic import shorten
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings, Origin, Source
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.diagnostics.spans import Path, Span
from bpstepper.scenario.editable import CELL, EditError, Value, plain
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.schema.forms import Form, Mistake, OneOf
from bpstepper.scenario.schema.structures import ListOf, Table
from bpstepper.scenario.schema.tables import FILE
from bpstepper.scenario.values import values

__all__ = ["check_value", "check_whole", "choices"]


def _listed(value: Any) -> Any:
    return [_listed(inner) for inner in value] if isinstance(value, tuple) else value


def check_value(path: str, value: Value) -> Value:
    """The value as it is kept: a whole number for a float becomes one.

    Raises:
        EditError: no file could have it there; the message says what is expected.
    """
    where, form = _form(path)
    given = _listed(value)
    mistakes: list[Mistake] = []
    form.check(given, where, mistakes)
    if mistakes:
        from bpstepper.scenario.schema.schema_messages import in_one_line

        raise EditError(in_one_line(mistakes[0]))
    return plain(form.fill(given))


def choices(path: str) -> tuple[str, ...]:
    """The words that may stand at a place; none where it is not a word out of a few.

    Raises:
        EditError: a file has no such place.
    """
    _, form = _form(path)
    return tuple(form.names) if isinstance(form, OneOf) else ()


def _form(path: str) -> tuple[Path, Form]:
    """Where a file has this, and its form."""
    cell = CELL.fullmatch(path)
    words: list[str]
    if cell:
        spec = parameter_specs()[cell[1]]  # `editable` has found it there
        words = ["network", "layers", cell[2], spec.name, *["0"] * (1 + spec.is_matrix)]
    else:
        words = path.split(".")
    form: Form = FILE
    where: Path = ()
    for word in words:
        form = _inner(form, word)
        where = (*where, int(word) if word.isdecimal() else word)
    return where, form


def _inner(form: Form, word: str) -> Form:
    """The form of a key, or of an element of a list; of a choice, that of any of its forms."""
    choices = [form] if isinstance(form, Table | ListOf) else [it for _, it in form.inside()]
    for choice in choices:
        if isinstance(choice, ListOf) and word.isdecimal():
            return choice.element
        if isinstance(choice, Table) and word in choice.keys:
            return choice.keys[word].form
    raise EditError(f"{shorten(word)} is nothing that can be edited")


def check_whole(scenario: Scenario, path: str) -> None:
    """Whether a file could have all of an edited scenario: sizes of batches, loss and outputs.

    Raises:
        EditError: it could not.
    """
    from bpstepper.scenario.checks.semantic_checks import check_loss
    from bpstepper.scenario.checks.training_checks import check_sizes_of_batches, check_training

    source, span = Source("edit", path), Span(0, len(path))
    findings = Findings(source, (Origin(source, _form(path)[0], span, span),))
    draft = Draft(values(scenario, numbers=False), ())
    try:
        for check in (check_loss, check_sizes_of_batches, check_training):
            check(draft, findings)
        findings.raise_errors()
    except ScenarioError as error:
        first = next(it for it in error.diagnostics if it.severity == "error")
        said = f"{first.message}; {first.help}" if first.help else first.message
        raise EditError(said) from None
