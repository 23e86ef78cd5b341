"""`bpstepper list`: the bundled scenarios, and those in this folder."""

from __future__ import annotations

import argparse
import json

from bpstepper.commands.common import the_look
from bpstepper.drawing.text import clean, pad, width

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the lists."""
    from bpstepper.scenario import library

    places = (("bundled", library.entries()), ("this folder", library.local()))
    if arguments.format == "json":
        records = [
            {
                "name": entry.name,
                "title": entry.title,
                "source": entry.source,
                "size": entry.size,
                "path": str(entry.path),
                "bundled": place == "bundled",
            }
            for place, entries in places
            for entry in entries
        ]
        print(json.dumps({"scenarios": records}, ensure_ascii=False))
        return 0
    translate = the_look().charset.translate
    longest = max((width(entry.name) for _, entries in places for entry in entries), default=0)
    for place, entries in places:
        if not entries:
            continue
        print(f"{place}:")
        for entry in entries:
            line = f"  {pad(entry.name, longest)}  {pad(entry.size, 10)} {entry.title}"
            print(translate(clean(line)).rstrip())
    return 0
