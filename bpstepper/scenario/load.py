"""Reading scenarios: the front door.

A name, a path or text goes in; a `Scenario` comes out, or a `ScenarioError` that tells all of the
file's problems at once. The stages each have a module: bytes (`reading`), TOML (`syntax`), `--set`
(`overrides`), keys and types (`tables`), the files that it names (`data_files`), sense
(`semantic_checks`), and `build`; what is wrong is put into words by `schema_messages` and finds
its place in `diagnostic_collector`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpstepper.engine.tables.layers.layer_kinds import parameter_specs
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.scenario import library
from bpstepper.scenario.data import reading
from bpstepper.scenario.diagnostics.diagnostic import Diagnostic, Place, did_you_mean, shorten
from bpstepper.scenario.diagnostics.diagnostic_collector import Findings, Source
from bpstepper.scenario.diagnostics.scenario_error import ScenarioError
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.schema.forms import Mistake
from bpstepper.scenario.toml.overrides import apply
from bpstepper.scenario.toml.syntax import Parsed, parse

if TYPE_CHECKING:
    from bpstepper.scenario.data.partial_scenario import Draft
    from bpstepper.scenario.schema.structures import Table

__all__ = ["examine", "load", "loads", "schema"]


def load(
    source: str | os.PathLike[str],
    *,
    layout: str | None = None,
    overrides: Sequence[str] = (),
) -> Scenario:
    """Read a scenario.

    Args:
        source: the name of a bundled scenario, such as "mazur", a path, or "-" for standard
            input. A file that has a bundled scenario's name is reached as "./mazur".
        layout: write the network in this layout, whatever the file's own.
        overrides: `key=value` texts, such as "training.learning_rate=0.1".

    Raises:
        ScenarioError: there is no such file, or something is wrong with it; every problem is in
            `diagnostics`, with its place.
    """
    given = os.fspath(source)
    if given == "-":
        data, file, name, folder = reading.read_stdin(), "<stdin>", "stdin", None
    else:
        bundled = library.path(given) if isinstance(source, str) else None
        file = str(bundled or given)
        name, folder = Path(file).stem, os.path.dirname(file)
        try:
            data = reading.read_file(file)
        except ScenarioError as error:
            raise _with_near_names(error, given) from None
    return _load(reading.decode(data, file), name, folder, layout, overrides)


def loads(
    text: str | bytes,
    file: str = "<string>",
    *,
    folder: str | os.PathLike[str] | None = None,
    layout: str | None = None,
    overrides: Sequence[str] = (),
) -> Scenario:
    """Read a scenario from text, or from the bytes of a file.

    Args:
        text: the scenario.
        file: what to call it in diagnostics.
        folder: where the files are that it names; without one, it may name none.
        layout: write the network in this layout, whatever the text's own.
        overrides: `key=value` texts.

    Raises:
        ScenarioError: something is wrong with it.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    beside = None if folder is None else os.fspath(folder)
    return _load(reading.decode(data, file), Path(file).stem, beside, layout, overrides)


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, for editors."""
    from bpstepper.scenario.schema.tables import FILE

    return FILE.document("bpstepper schema")


def _load(
    source: Source, name: str, folder: str | None, layout: str | None, overrides: Sequence[str]
) -> Scenario:
    # what reads a name or a list of files needs none of these
    from bpstepper.scenario.build import build
    from bpstepper.scenario.checks.semantic_checks import check
    from bpstepper.scenario.schema.tables import FILE

    parsed = parse(source)
    if "course" in parsed.values and "network" not in parsed.values:
        raise ScenarioError([_is_a_course(source, name)])
    draft, findings = examine(source, parsed, FILE, overrides)
    if _names_files(draft):
        from bpstepper.scenario.data.data_files import gather

        draft = draft.with_attached(gather(draft, folder, findings))
    check(draft, findings)
    if layout is not None and layout not in LAYOUTS:
        findings.add_ready(_no_such_layout(layout))
    findings.raise_errors()
    for layer in draft.layers:  # what is usual depends on the kind
        draft.values["network"]["layers"][layer.number - 1]["activation"] = layer.activation
    scenario = build(FILE.fill(draft.values), draft.attached, findings, name)
    return scenario.with_layout(layout) if layout else scenario


def examine(
    source: Source, parsed: Parsed, schema: Table, overrides: Sequence[str] = ()
) -> tuple[Draft, Findings]:
    """Hold what was read to the schema of its kind of file.

    Args:
        source: the text.
        parsed: what could be read of it; the overrides are set in it.
        schema: of a scenario or of a course.
        overrides: `key=value` texts.

    Returns:
        The values, as far as they can be understood, and what is wrong with the others.

    Raises:
        ScenarioError: an override cannot be read.
    """
    from bpstepper.scenario.data.partial_scenario import Draft

    origins = apply(parsed.values, overrides)
    findings = Findings(source, origins, parsed.broken, parsed.omitted)
    for trouble in parsed.troubles:
        findings.add_ready(trouble)
    bad = set(parsed.broken)
    mistakes: list[Mistake] = []
    schema.check(parsed.values, (), mistakes)
    if mistakes:
        from bpstepper.scenario.schema.schema_messages import report

        bad |= report(mistakes, findings)
    return Draft(parsed.values, bad), findings


_ARRAYS = tuple(spec.name for spec in parameter_specs().values())


def _names_files(draft: Draft) -> bool:
    """Whether there is anything to read besides the scenario itself."""
    layers = (layer.raw.get(key) for layer in draft.layers for key in _ARRAYS)
    return any(isinstance(it, dict) for it in (draft.get(("samples",), None), *layers))


def _is_a_course(source: Source, name: str) -> Diagnostic:
    known = name if library.path(name) else source.file
    return Diagnostic(
        code="is-a-course",
        message="this is a course, a chain of scenarios, and no scenario",
        place=Place(source.file),
        help=f"`bpstepper {shorten(known, 200)}` opens it; name one of the scenarios in it here",
        expected="a scenario",
        got="a course",
    )


def _no_such_layout(layout: str) -> Diagnostic:
    near = did_you_mean(layout, LAYOUTS)
    return Diagnostic(
        code="unknown-name",
        message=f"there is no layout called {shorten(layout)}",
        place=Place("--layout", 1, 1, max(1, len(layout)), layout, "unknown"),
        help=f"write {near}" if near else f"one of {', '.join(LAYOUTS)}",
        expected=", ".join(LAYOUTS),
        got=shorten(layout),
    )


def _with_near_names(error: ScenarioError, given: str) -> ScenarioError:
    """The same error; where nothing was found, with the names that come near."""
    (diagnostic,) = error.diagnostics
    if diagnostic.code != "file-not-found":
        return error
    near = did_you_mean(Path(given).stem, library.names())
    files = _files_beside(given)
    near_file = did_you_mean(Path(given).name, files)
    help_text = diagnostic.help
    if near_file:
        help_text = f"did you mean {shorten(str(Path(given).parent / near_file), 200)}?"
    elif near:
        help_text = f"did you mean the bundled scenario {near}? `bpstepper list` shows them all"
    elif given.isidentifier() or given.replace("-", "_").isidentifier():
        help_text = f"the bundled scenarios are {', '.join(library.names())}"
    message = "there is no scenario and no file of this name"
    return ScenarioError([replace(diagnostic, message=message, help=help_text)])


def _files_beside(given: str) -> list[str]:
    try:
        with os.scandir(Path(given).parent) as entries:
            # a folder of a million files is not worth a suggestion
            return [
                entry.name
                for entry, _ in zip(entries, range(2000), strict=False)
                if entry.name.endswith(".toml")
            ]
    except (OSError, ValueError):
        return []
