"""`bpstepper new FILE`: a commented starter scenario."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bpstepper.commands.common import CommandError, printable_path, write_whole

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("file", metavar="FILE", help="where to write it; never overwritten")


def run(arguments: argparse.Namespace) -> int:
    """Write the file."""
    from bpstepper.scenario.starter import STARTER

    shown = printable_path(arguments.file)
    if Path(arguments.file).exists() or Path(arguments.file).is_symlink():
        raise CommandError(f"bpstepper: {shown} is there already; nothing was written")
    write_whole(arguments.file, [STARTER])
    print(f"wrote {shown}; try: bpstepper {shown}", file=sys.stderr)
    return 0
