"""`python -m bpstepper`: the same as the command."""

import sys

from bpstepper.cli import main

if __name__ == "__main__":
    sys.exit(main())
