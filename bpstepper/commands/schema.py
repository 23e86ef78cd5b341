"""`bpstepper schema`: the JSON Schema of scenario files, of courses, or of the trace."""

from __future__ import annotations

import argparse
import json

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--of",
        choices=("scenario", "course", "trace"),
        default="scenario",
        help="(default: scenario)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    if arguments.of == "trace":
        from bpstepper.report.trace_schema import trace_schema

        document = trace_schema()
    elif arguments.of == "course":
        from bpstepper.scenario.schema.course_tables import COURSE_FILE

        document = COURSE_FILE.document("bpstepper schema --of course")
    else:
        from bpstepper.scenario import schema

        document = schema()
    print(json.dumps(document, indent=2, ensure_ascii=False))
    return 0
