"""The tests under other settings: processors, BLAS kernels, threads, Pythons, old and new packages.

    python -m tests.settings_matrix                          # the whole suite under each
    python -m tests.settings_matrix tests/engine -x          # these tests, with pytest's options
    python -m tests.settings_matrix --only numpy --jobs 2 tests/pages
    python -m tests.settings_matrix --list

The last digits of a float differ by what numpy and its BLAS choose for a processor, and what a
package does by its version. The first settings choose in this very environment; the others are
environments of their own, made anew with pip. Prints a table; the exit status is 1 where a test
fails.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

__all__ = ["Outcome", "Setting", "lowest", "main", "numerics", "settings"]

ROOT = Path(__file__).resolve().parents[1]
_BLAS = {"Prescott": "SSE3", "Nehalem": "SSE42", "Haswell": "AVX2", "Zen": "AVX2"}
"""Kernels that OpenBLAS can be told to use, and what a processor needs for them."""

_ASKED = (
    "from numpy._core._multiarray_umath import __cpu_dispatch__ as d, __cpu_features__ as f; "
    "print(*[n for n in d if f.get(n)]); print(*[n for n, on in f.items() if on])"
)


class Setting(NamedTuple):
    """One row.

    Attributes:
        name: what is unusual about it.
        environ: variables to set.
        python: the interpreter that makes an environment for it; empty for this one, as it is.
        wanted: what pip is told beside the project itself, such as `numpy==2.0.*`.
    """

    name: str
    environ: Mapping[str, str] = {}
    python: str = ""
    wanted: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """What became of it: how many tests passed, which failed, and how long all took."""

    passed: int
    failed: tuple[str, ...]
    seconds: float


# ── which settings there are ─────────────────────────────────────────────────────────────────


def numerics(dispatched: Sequence[str], features: Iterable[str]) -> Iterator[Setting]:
    """Ways to add and multiply.

    Args:
        dispatched: what numpy has code of its own for, and this processor has.
        features: all that this processor has.
    """
    yield Setting("as it is")
    if dispatched:
        yield Setting("no SIMD", {"NPY_DISABLE_CPU_FEATURES": " ".join(dispatched)})
    for core, needed in _BLAS.items():
        if needed in features:
            yield Setting(f"BLAS {core}", {"OPENBLAS_CORETYPE": core})
    for threads in ("1", "2"):
        yield Setting(f"BLAS threads {threads}", {"OPENBLAS_NUM_THREADS": threads})


def lowest(requirements: Iterable[str]) -> tuple[str, ...]:
    """The oldest of each package that the project says is enough."""
    found = (re.fullmatch(r"([\w.-]+)>=([\w.]+)", text.strip()) for text in requirements)
    return tuple(f"{match[1]}=={match[2]}" for match in found if match)


def settings() -> list[Setting]:
    """All of them, on this machine."""
    asked = subprocess.run([sys.executable, "-c", _ASKED], capture_output=True, text=True)
    dispatched, features = (line.split() for line in asked.stdout.splitlines())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    least = tuple(map(int, re.findall(r"\d+", project["requires-python"])))
    pythons = {version: path for version, path in _pythons().items() if version >= least}
    oldest, newest = min(pythons), max(pythons)
    return [
        *numerics(dispatched, features),
        Setting("numpy 2.0", python=pythons[oldest], wanted=("numpy==2.0.*",)),
        Setting("lowest versions", python=pythons[oldest], wanted=lowest(needed)),
        *(
            Setting(f"newest versions, Python {'.'.join(map(str, version))}", python=path)
            for version, path in pythons.items()
            if version in (oldest, newest)
        ),
    ]


def _pythons() -> dict[tuple[int, ...], str]:
    """The interpreters that can be found, by their version: this one, on the PATH, pyenv's."""
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    found = [Path(sys.executable), *(p for f in folders for p in f.glob("python3.[0-9]*"))]
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True).stdout.strip()
        found += Path(root).glob("versions/*/bin/python")
    pythons: dict[tuple[int, ...], str] = {}
    for path in found:
        if re.fullmatch(r"python(3\.\d+)?", path.name):
            code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
            asked = subprocess.run([path, "-c", code], capture_output=True, text=True)
            if asked.returncode == 0:  # a shim of pyenv is there for versions that are not
                pythons.setdefault(tuple(map(int, asked.stdout.split())), str(path))
    return dict(sorted(pythons.items()))


# ── running them ─────────────────────────────────────────────────────────────────────────────


def run(setting: Setting, options: Sequence[str], scratch: Path) -> Outcome:
    """The tests under one setting."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    start = time.monotonic()
    python = _environment(setting, folder) if setting.python else sys.executable
    if not python:
        return Outcome(0, ("the packages cannot be installed together",), time.monotonic() - start)
    report = folder / "report.xml"
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", *options]
    told = subprocess.run(
        command, cwd=ROOT, env=os.environ | setting.environ, capture_output=True, text=True
    )
    seconds = time.monotonic() - start
    if not report.exists():
        return Outcome(0, (f"pytest: {(told.stdout + told.stderr)[-300:]}",), seconds)
    cases = [*ET.parse(report).iter("testcase")]
    failed = [
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]
    skipped = sum(case.find("skipped") is not None for case in cases)
    if told.returncode and not failed:
        failed.append(f"pytest ended with {told.returncode}")
    return Outcome(len(cases) - skipped - len(failed), tuple(failed), seconds)


def _environment(setting: Setting, folder: Path) -> str:
    """A fresh environment's interpreter; empty where pip finds no way."""
    subprocess.run([setting.python, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--editable",
        ".[test]",
        *setting.wanted,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        print(f"{setting.name}: {done.stderr.strip()[-600:]}", file=sys.stderr)
    return "" if done.returncode else str(python)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests under each setting, and print what came of it."""
    told, _, *examples = (__doc__ or "").split("\n\n")
    parser = argparse.ArgumentParser(
        "python -m tests.settings_matrix", description=told, epilog=" ".join(examples)
    )
    parser.add_argument("--only", default="", metavar="WORD", help="settings with this in the name")
    parser.add_argument("--jobs", type=int, default=1, help="settings at the same time")
    parser.add_argument("--list", action="store_true", help="name the settings")
    given, options = parser.parse_known_args(arguments)
    chosen = [setting for setting in settings() if given.only.lower() in setting.name.lower()]
    width = max((len(setting.name) for setting in chosen), default=0)
    if given.list:
        for setting in chosen:
            more = [f"{name}={value}" for name, value in setting.environ.items()]
            print(f"{setting.name:{width}}  {' '.join((*more, *setting.wanted))}".rstrip())
        return 0
    print(f"{'setting':{width}}  passed  failed  seconds", flush=True)
    failures = 0
    with (
        tempfile.TemporaryDirectory() as scratch,
        ThreadPoolExecutor(max(1, given.jobs)) as pool,
    ):
        outcomes = pool.map(partial(run, options=options, scratch=Path(scratch)), chosen)
        for setting, (passed, failed, seconds) in zip(chosen, outcomes, strict=True):
            numbers = f"{passed:6}  {len(failed):6}  {seconds:7.0f}"
            print(f"{setting.name:{width}}  {numbers}", flush=True)
            for name in failed[:10]:
                print(f"    {name}", flush=True)
            failures += len(failed)
    return int(failures > 0 or not chosen)


if __name__ == "__main__":
    sys.exit(main())
