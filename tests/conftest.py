"""How the tests are run: what all of them share."""

from __future__ import annotations

import os


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: some tests wait for terminals and processes."""
    return (os.cpu_count() or 1) + 1
