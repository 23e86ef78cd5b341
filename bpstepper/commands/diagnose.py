"""`bpstepper diagnose`: what one needs to know to report a display problem, or to mend it.

A table of sections, each gathered by itself: where one cannot be, the others still are. Of the
environment only variables of an allow-list are shown, and of those that tell who is logged in
from where only whether they are there. All of it is somebody else's text and is printed clean.
"""

from __future__ import annotations

import argparse
import json
import locale
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bpstepper.commands.common import charset_reason
from bpstepper.drawing.charset import ASCII
from bpstepper.drawing.text import clean, pad, shorten
from bpstepper.files import shown

__all__ = ["add_arguments", "run"]

SAMPLE = "⎡⎢⎣ ▐ ▌ ᵀ ⊙ δ² ∂ ▸ −"
"""Signs that fonts lack most often."""
_ADVICE = "if you see boxes or blanks in the sample, press a in the stepper, or use --ascii"
_PACKAGES = ("numpy", "textual", "rich", "wcwidth", "platformdirs")
_SHOWN = (
    "TERM",
    "COLORTERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "VTE_VERSION",
    "KONSOLE_VERSION",
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "PYTHONIOENCODING",
    "PYTHONUTF8",
    "PYTHONDONTWRITEBYTECODE",
    "TEXTUAL_COLOR_SYSTEM",
    "TEXTUAL_ANIMATIONS",
    "TEXTUAL_FPS",
    "TEXTUAL_SMOOTH_SCROLL",
    "TEXTUAL_DRIVER",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Variables that may be shown: none of them tells who or where somebody is."""
_THREADS = tuple(name for name in _SHOWN if name.endswith("_THREADS"))
_STREAMS = ("stdin", "stdout", "stderr")
_LONGEST = 200  # characters of one value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print all sections."""
    found = {section.key: _gathered(section) for section in _SECTIONS}
    if arguments.format == "json":
        # in ASCII: what encoding there is, is what is in question
        print(json.dumps(found))
        return 0
    for title, values in found.items():
        print(f"{title}:")
        longest = max(map(len, values))
        for name, value in values.items():
            label = name.replace("_", " ") if name.islower() else name
            for line in _lines(value):
                print(f"  {pad(label, longest)}  {line}")
                label = ""
    print(_ADVICE)
    return 0


def _lines(value: Any) -> list[str]:
    """A value as text; a list as its items, one a line."""
    if isinstance(value, list):
        return [str(item) for item in value] or ["none"]
    words = {True: "yes", False: "no", None: "unknown"}
    return [words[value] if value is None or isinstance(value, bool) else str(value)]


@dataclass(frozen=True)
class _Section:
    """One row: what belongs together.

    Attributes:
        key: its title.
        gather: name → a text, a number, yes or no, None where it cannot be known, or a list.
    """

    key: str
    gather: Callable[[], dict[str, Any]]


def _gathered(section: _Section) -> dict[str, Any]:
    """A section, every text in it safe to print; one that fails says only that."""
    try:
        return {name: _safe(value) for name, value in section.gather().items()}
    except Exception as error:  # whatever is broken here, this command is what has to say so
        return {"problem": _safe(f"{type(error).__name__}: {error}")}


def _safe(value: Any) -> Any:
    if isinstance(value, list):
        return [_safe(item) for item in value]
    return shorten(clean(value[:1000]), _LONGEST) if isinstance(value, str) else value


# ── sections ─────────────────────────────────────────────────────────────────────────────────


def _versions() -> dict[str, Any]:
    from importlib import metadata

    from bpstepper import __version__

    found: dict[str, Any] = {
        "bpstepper": __version__,
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
    }
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    kept = "not kept: every start compiles anew" if sys.dont_write_bytecode else "kept"
    return found | {
        "platform": platform.platform(),
        "program": shown(sys.executable or ""),
        "bytecode": kept,
    }


def _terminal() -> dict[str, Any]:
    environ = os.environ
    term = environ.get("TERM", "")
    found: dict[str, Any] = {f"{name}_is_one": _is_terminal(name) for name in _STREAMS}
    columns, lines = _size()
    return found | {
        "columns": columns,
        "lines": lines,
        "colours": _colours(),
        "NO_COLOR": bool(environ.get("NO_COLOR")),
        "over_ssh": any(name in environ for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")),
        "in_tmux": "TMUX" in environ or term.startswith("tmux"),
        "in_screen": "STY" in environ,
    }


def _is_terminal(name: str) -> bool:
    stream = getattr(sys, name)
    try:
        return stream is not None and bool(stream.isatty())
    except ValueError:  # it is closed
        return False


def _size() -> tuple[int | None, int | None]:
    """Columns and lines of the first stream that is a terminal and tells."""
    for name in _STREAMS:
        if _is_terminal(name):
            try:
                return os.get_terminal_size(getattr(sys, name).fileno())
            except (OSError, ValueError):
                continue
    return None, None


def _colours() -> str:
    """How many colours Textual would draw with: it leaves that to rich, and so do we."""
    from io import StringIO

    from rich.console import Console

    asked: Any = os.environ.get("TEXTUAL_COLOR_SYSTEM", "auto")
    try:
        console = Console(
            color_system=asked, file=StringIO(), legacy_windows=False, force_terminal=True
        )
    except KeyError:
        return f"TEXTUAL_COLOR_SYSTEM names none that there is: {asked}"
    depths = {"truecolor": "16 million", "256": "256", "standard": "16", "windows": "16"}
    return depths.get(console.color_system or "", "none")


def _text() -> dict[str, Any]:
    unicode, why = charset_reason()
    return {
        "drawn_in": "Unicode" if unicode else "plain ASCII",
        "because": why,
        "stdout_encoding": getattr(sys.stdout, "encoding", None),
        "file_system_encoding": sys.getfilesystemencoding(),
        "locale": ".".join(part or "none" for part in locale.getlocale()),
        "utf8_mode": bool(sys.flags.utf8_mode),
        "sample": SAMPLE,
        "sample_in_ascii": ASCII.translate(SAMPLE),
    }


def _environment() -> dict[str, Any]:
    found: dict[str, Any] = {name: os.environ[name] for name in _SHOWN if name in os.environ}
    return {name: value or "(empty)" for name, value in found.items()}


def _arithmetic() -> dict[str, Any]:
    import numpy as np

    built: Any = np.show_config(mode="dicts")
    blas = built.get("Build Dependencies", {}).get("blas", {})
    limits = [f"{name}={os.environ[name]}" for name in _THREADS if name in os.environ]
    return {
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "blas_configuration": blas.get("openblas configuration"),
        "processors": os.cpu_count(),
        "threads": ", ".join(limits) or "not limited by the environment",
    }


def _files() -> dict[str, Any]:
    from bpstepper.app.actions import ACTIONS
    from bpstepper.settings import config_file, load_settings, state_file

    _, warnings = load_settings(os.environ, {action.id: action.keys for action in ACTIONS})
    found: dict[str, Any] = {}
    for name, path in (("config", config_file(os.environ)), ("state", state_file(os.environ))):
        if path is None:
            found[name] = "there is no home folder for it"
        else:
            there = "" if os.path.lexists(path) else " (not there; it need not be)"
            found[name] = shown(path) + there
    return found | {"warnings": list(warnings)}


_SECTIONS = (
    _Section("versions", _versions),
    _Section("terminal", _terminal),
    _Section("text", _text),
    _Section("environment", _environment),
    _Section("arithmetic", _arithmetic),
    _Section("settings", _files),
)
