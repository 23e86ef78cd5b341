"""`bpstepper list`: the bundled courses and scenarios, and those in this folder."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bpstepper.commands.common import the_look
from bpstepper.drawing.text import clean, pad, shorten, width

if TYPE_CHECKING:
    from bpstepper.scenario.library import LibraryEntry

__all__ = ["add_arguments", "run"]

_SIZE, _LEVEL = 13, 13  # cells


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the lists."""
    from bpstepper.scenario import library

    bundled, local = library.entries(), library.local()
    if arguments.format == "json":
        both = [*bundled, *local]
        document = {
            "scenarios": [_record(entry) for entry in both if not entry.course],
            "courses": [_record(entry) for entry in both if entry.course],
        }
        print(json.dumps(document, ensure_ascii=False))
        return 0
    longest = max((width(entry.name) for entry in (*bundled, *local)), default=0)
    groups = [*library.grouped(bundled), *library.grouped(local)]
    print("\n\n".join(_group(heading, entries, longest) for heading, entries in groups))
    return 0


def _record(entry: LibraryEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "source": entry.source,
        "size": entry.size,
        "topic": entry.topic,
        "level": entry.level,
        "path": str(entry.path),
        "bundled": entry.bundled,
    }


def _group(heading: str, entries: Sequence[LibraryEntry], longest: int) -> str:
    """A heading, and a line for each entry."""
    translate = the_look().charset.translate
    lines = [f"{heading}:"]
    for entry in entries:
        facts = f"{pad(shorten(entry.size, _SIZE), _SIZE)} {pad(entry.level, _LEVEL)} {entry.title}"
        lines.append(f"  {pad(entry.name, longest)}  {facts}")
    return "\n".join(translate(clean(line)).rstrip() for line in lines)
