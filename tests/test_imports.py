"""What importing loads, and which way the imports of the package point."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest

import bpstepper
from tests.portable import PATIENCE, THOROUGH
from tests.terminal import environment

PACKAGE = Path(bpstepper.__file__).parent
HEADLESS = (
    "engine",
    "engine.ops",
    "engine.tables",
    "engine.compile",
    "engine.run",
    "scenario.diagnostics",
    "scenario.schema",
    "scenario.toml",
    "scenario.data",
    "scenario.checks",
    "scenario",
    "session",
    "explain",
    "training",
    "buglab",
    "quiz",
    "drawing",
    "pages",
    "report",
    "number_format",
    "api",
)
"""The layers that draw on no terminal."""
DRAWS = {"textual", "rich"}
HEAVY = DRAWS | {"torch"}

_KERNEL = ("engine", "engine.ops", "engine.tables", "engine.compile", "engine.run")
_READING = (
    "scenario.diagnostics", "scenario.schema", "scenario.toml", "scenario.data", "scenario.checks",
)  # fmt: skip
_PLAIN = ("number_format", "files")
_BELOW_PAGES = (
    *_KERNEL, *_READING, "scenario", "session", "explain", "training", "buglab", "quiz", "drawing",
    *_PLAIN,
)  # fmt: skip

ARROWS: dict[str, tuple[str, ...]] = {
    "number_format": (),
    "streams": (),
    "drawing.charset": (),
    "drawing.text": (),
    "files": ("drawing.text",),
    "settings": (*_KERNEL, *_READING, "scenario", "files", "drawing.text"),
    "engine": (),
    "engine.ops": _KERNEL[:1],
    "engine.tables": _KERNEL[:2],
    "engine.compile": _KERNEL[:3],
    "engine.run": _KERNEL[:4],
    "scenario.diagnostics": _KERNEL,
    "scenario.schema": (*_KERNEL, *_READING[:1]),
    "scenario.toml": (*_KERNEL, *_READING[:2]),
    "scenario.data": (*_KERNEL, *_READING[:3]),
    "scenario.checks": (*_KERNEL, *_READING[:4]),
    "scenario": (*_KERNEL, *_READING),
    "session": (*_KERNEL, *_READING, "scenario", "files"),
    "explain": (*_KERNEL, "scenario", "session", "number_format"),
    "drawing": (*_KERNEL, "scenario", "session", "explain", "number_format"),
    # the features' models: what each is without a screen
    "training": (*_KERNEL, *_READING, "scenario", "session", "explain", *_PLAIN),
    "buglab": (*_KERNEL, "scenario", "session", "explain", "number_format"),
    "quiz": (*_KERNEL, *_READING, "scenario", "session", "explain", "buglab", "number_format"),
    # what is drawn, told, pressed and called, the features' own among them
    "pages": _BELOW_PAGES,
    "report": _BELOW_PAGES,
    "api": (*_KERNEL, "scenario"),
    "app": (*_BELOW_PAGES, "pages", "report", "settings", "streams"),
    "commands": (*_BELOW_PAGES, "pages", "report", "app", "settings"),
    "cli": ("commands", "scenario", "streams"),
}
"""Layer → the layers it may import from, besides itself and the package's own names.

A leaf stands for one module, which all may use that may use its layer, and which uses nothing.
"""
LEAVES = {"drawing.charset", "drawing.text"}
ROLES = {
    r"(quiz|buglab|training)\.(page|drawing)": "pages",
    r"(quiz|buglab|training)\.report|spoken(?!\.dialogue)": "report",
    r"(quiz|buglab|training)\.(screen|keys|controller)": "app",
    r"(quiz|buglab|training|spoken)\.(command|dialogue)": "commands",
}
"""A feature is one folder; by its name, a file of it belongs to a layer. All else is its model."""


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its name, with its file."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name not in ("", "__main__"):
            found[name] = file
    return found


@cache
def imported(name: str, file: Path) -> set[str]:
    """The modules of this package that a module's source imports, wherever in it, by its name.

    What is imported only for types counts: it says as much about who knows whom.
    """
    found = set()
    packaged = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = ["bpstepper", *filter(None, packaged.split("."))]
                above = above[: len(above) - (node.level - 1)]
                base = ".".join([*above, *filter(None, [base])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    ours = (other.removeprefix("bpstepper.") for other in found if other.startswith("bpstepper."))
    known = modules()
    # `from package.module import name` and `from package import module` look alike
    return {other if other in known else other.rpartition(".")[0] for other in ours} - {""}


def layer(module: str) -> str:
    """The layer that a module is of: a leaf is its own, a feature's file by its role."""
    if module in LEAVES:
        return module
    for pattern, of in ROLES.items():
        if re.match(pattern, module):
            return of
    within = ".".join(module.split(".")[:2])
    return within if within in ARROWS else module.split(".")[0]


@pytest.mark.parametrize("name", modules())
def test_imports_point_one_way(name: str) -> None:
    """A module knows only the layers below its own."""
    here = layer(name)
    allowed = {*ARROWS[here], here}
    wrong = {
        other
        for other in imported(name, modules()[name])
        if layer(other) not in allowed and not (other in LEAVES and "drawing" in allowed)
    }
    assert not wrong, f"{name} is of the layer {here} and may not import {sorted(wrong)}"


def test_the_arrows_have_no_circle() -> None:
    """The table itself points one way."""
    done: set[str] = set()
    left = {name: set(below) for name, below in ARROWS.items()}
    while left:
        free = [name for name, below in left.items() if below <= done]
        assert free, f"a circle among {sorted(left)}"
        done |= set(free)
        for name in free:
            del left[name]


def circles() -> list[list[str]]:
    """The modules that import each other in a loop, late imports among them."""
    left = {name: imported(name, file) & modules().keys() for name, file in modules().items()}
    while True:  # take away what nobody needs, and what needs nobody: loops stay
        needed = set().union(*left.values())
        free = {name for name, below in left.items() if not below or name not in needed}
        if not free:
            return [[name, *sorted(below)] for name, below in left.items()]
        left = {name: below - free for name, below in left.items() if name not in free}


def test_no_modules_import_each_other() -> None:
    """No circle of modules, not even through an import within a function."""
    assert circles() == []


def test_the_arrows_are_seen() -> None:
    """The reading of sources finds imports at the top, within functions and by relative names."""
    known = modules()
    assert "session" in imported("drawing.matrix.stage", known["drawing.matrix.stage"])
    assert "app.app" in imported("commands.open", known["commands.open"])
    assert "engine.symbols" in imported("engine.ops.kernels", known["engine.ops.kernels"])


# ── in fresh interpreters ────────────────────────────────────────────────────────────────────

# One interpreter forgets the package, and whatever draws, before each module: as fresh as it
# needs to be for what is looked for, and much faster than a process for each.
_EACH_ANEW = """
import importlib, json, sys
told, seen = {}, set()
for name in sys.argv[2:]:
    if name in seen:
        continue
    for module in [m for m in sys.modules if m.split(".")[0] in ("bpstepper", "textual", "rich")]:
        del sys.modules[module]
    importlib.import_module(name)
    told[name] = sorted({module.split(".")[0] for module in sys.modules})
    if sys.argv[1] == "some":
        seen |= set(sys.modules)
print(json.dumps(told))
"""


def python(script: str, *arguments: str) -> str:
    """What a script prints in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def headless() -> list[str]:
    """The names of all modules that draw on no terminal."""
    found = [f"bpstepper.{name}" for name in modules() if layer(name) in HEADLESS]
    walked = {
        module.name for module in pkgutil.walk_packages([str(PACKAGE)], "bpstepper.")
        if layer(module.name.removeprefix("bpstepper.")) in HEADLESS
    }  # fmt: skip
    assert set(found) == walked
    return found


def largest_first() -> list[str]:
    """The headless modules, those that import the most others first."""
    known = modules()
    count = {name: len(imported(name, known[name])) for name in known}
    return sorted(headless(), key=lambda name: -count[name.removeprefix("bpstepper.")])


def test_headless_modules_load_nothing_that_draws() -> None:
    """Each in a fresh package: no textual, no rich, no torch with it.

    What another one has loaded, with all that it loads itself, is not imported once more.
    """
    told = json.loads(python(_EACH_ANEW, "each" if THOROUGH else "some", *largest_first()))
    for name, loaded in told.items():
        assert not HEAVY & set(loaded), f"{name} loads {HEAVY & set(loaded)}"
    assert len(told) > 3


def test_what_draws_would_be_seen() -> None:
    """The measure of the test above does see a module that loads textual."""
    told = json.loads(python(_EACH_ANEW, "each", "bpstepper.app.app"))
    assert set(told["bpstepper.app.app"]) >= DRAWS


@pytest.mark.parametrize(
    ("script", "never"),
    [
        ("import bpstepper", {"textual", "rich", "pydantic", "numpy"}),
        ("import bpstepper.cli", {"textual", "rich", "pydantic", "numpy"}),
        ("import bpstepper.scenario", {"textual", "rich", "pydantic"}),
        (
            "import bpstepper; bpstepper.trace(bpstepper.load('mazur'))['delta1']",
            {"textual", "rich"},
        ),
        ("from bpstepper.cli import main; main(['--version'])", {"textual", "rich", "numpy"}),
        ("from bpstepper.cli import main; main(['trace', 'mazur'])", {"textual", "rich"}),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else "",
)
def test_what_is_loaded_by_what_is_done(script: str, never: set[str]) -> None:
    """Importing the package is cheap, and scripts and headless commands load nothing that draws."""
    said = python(f"{script}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})")
    loaded = set(said.splitlines()[-1].split())
    assert "bpstepper" in loaded
    assert not never & loaded


GROWS = {
    "bpstepper.drawing.network.canvas.Wires",
    "bpstepper.engine.run.checkpoints.Checkpoints",
    "bpstepper.explain.derivation.derivation_writer.Blackboard",
    "bpstepper.training.screen_runs.TrainingRun",
}
"""The only records that are filled in after they were made; nobody else is handed one."""


def test_what_is_handed_around_cannot_be_changed() -> None:
    """All records are frozen, so that a page may keep what it was drawn from, and go back."""
    seen = set()
    for found in pkgutil.walk_packages(bpstepper.__path__, "bpstepper."):
        if found.name.endswith("__main__"):
            continue
        for own in vars(importlib.import_module(found.name)).values():
            if isinstance(own, type) and is_dataclass(own) and own.__module__ == found.name:
                full = f"{own.__module__}.{own.__qualname__}"
                seen.add(full)
                bare = object.__new__(own)  # as it is made does not matter here
                if full in GROWS:
                    setattr(bare, fields(own)[0].name, 1)
                else:
                    with pytest.raises(FrozenInstanceError):
                        setattr(bare, fields(own)[0].name, 1)
    assert seen > GROWS
    assert len(seen) > 100


ARRAY = re.compile(r"(Array|Mask|Grid|Matrix|npt\.NDArray\S*)( \| None)?")


def test_what_holds_arrays_is_equal_to_itself_alone() -> None:
    """Its == would be one for every cell, and no answer; so it has an identity, and a hash."""
    seen = set()
    for found in pkgutil.walk_packages(bpstepper.__path__, "bpstepper."):
        if found.name.endswith("__main__"):
            continue
        for own in vars(importlib.import_module(found.name)).values():
            if isinstance(own, type) and is_dataclass(own) and own.__module__ == found.name:
                types = [str(it.type) for it in fields(own) if it.compare]
                full = f"{own.__module__}.{own.__qualname__}"
                if any(map(ARRAY.fullmatch, types)):
                    seen.add(own.__name__)
                    assert own.__eq__ is object.__eq__, full
                    assert own.__hash__ is object.__hash__, full
    assert seen >= {"Sample", "Layer", "SymbolCheck", "Pair", "Curve"}


def test_every_public_name_is_there() -> None:
    """The names that are looked up when they are first used all exist."""
    for name in bpstepper.__all__:
        assert getattr(bpstepper, name) is not None
    assert set(bpstepper.__all__) == set(dir(bpstepper))
    name = "nothing"  # where types are checked, `bpstepper.nothing` is an error
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(bpstepper, name)
