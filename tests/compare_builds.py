"""Two builds side by side: what each prints for every bundled scenario, byte for byte.

`python -m tests.compare_builds OLD_CHECKOUT [NAME ...]` runs this checkout and another one (its
parent commit in a `git worktree`, say) through the same command lines, each build in one process
of its own, and tells every difference. Exit status 1 where there is one. It is how a change that
should change nothing is shown to do so.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]

OF_EACH = (
    ("trace", "{name}"),
    ("trace", "{name}", "--updates", "2", "--format", "json"),
    ("trace", "{name}", "--layout", "row", "--format", "json"),
    ("trace", "{name}", "--layout", "torch"),
    ("check", "{name}"),
    ("check", "{name}", "--format", "json"),
    ("train", "{name}", "--updates", "20", "--format", "json"),
    ("mistakes", "{name}", "--format", "json"),
    ("mistakes", "{name}"),
    ("quiz", "{name}", "--format", "json"),
    ("{name}", "--plain"),
)
ONCE = (("--help",), ("schema",), ("schema", "--of", "trace"), ("schema", "--of", "course"))
TYPED = "n\nn\nenter\nn\nup\nn\nup\nn\ny\n?\nq\n"
_DRIVER = """
import io, json, os, sys
from contextlib import redirect_stderr, redirect_stdout
sys.argv = ["bpstepper"]
asked = json.load(sys.stdin)
from bpstepper.cli import main
told = []
for line in asked["lines"]:
    out, err = io.StringIO(), io.StringIO()
    sys.stdin = io.StringIO(asked["typed"])
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(line)
        except SystemExit as end:
            status = end.code
    told.append([status, out.getvalue(), err.getvalue()])
json.dump(told, sys.__stdout__)
"""


def said(checkout: Path, lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """What a build says to each command line: exit status, stdout, stderr."""
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER],
        input=json.dumps({"lines": lines, "typed": TYPED}),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(checkout), "COLUMNS": "80", "NO_COLOR": "1"},
        cwd=checkout / "scenarios",
        check=True,
    )
    # where a build stands is no difference
    found: list[list[str]] = json.loads(done.stdout.replace(str(checkout), "CHECKOUT"))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare; 0 where the two say the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path, help="a checkout of the build to compare with")
    parser.add_argument("names", nargs="*", help="scenarios; all bundled ones, where none is named")
    given = parser.parse_args(arguments)
    new = Path(__file__).resolve().parents[1]
    names = given.names or sorted(file.stem for file in (new / "scenarios").rglob("*.toml"))
    lines = [
        *ONCE,
        *([part.format(name=name) for part in line] for name in names for line in OF_EACH),
    ]
    differing = 0
    old_said, new_said = said(given.old.resolve(), lines), said(new, lines)
    for line, before, after in zip(lines, old_said, new_said, strict=True):
        if before == after:
            continue
        differing += 1
        print(f"differs: bpstepper {' '.join(line)}")
        for old_text, new_text in zip(before, after, strict=True):
            told = difflib.unified_diff(
                str(old_text).splitlines(),
                str(new_text).splitlines(),
                "old",
                "new",
                n=0,
                lineterm="",
            )
            for number, text in enumerate(told):
                if number < 12:
                    print(f"    {text[:160]}")
    size = sum(len(text) for told in new_said for text in map(str, told))
    print(f"{len(lines)} command lines of {len(names)} files, {size:,} characters: ", end="")
    print(f"{differing} differ" if differing else "byte for byte the same")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
