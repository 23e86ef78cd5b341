"""Checks: whether the parts of a file fit together and mean something."""
