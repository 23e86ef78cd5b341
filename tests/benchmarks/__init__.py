"""Measurements of the running program. They are run by hand, and are no tests: see `__main__`."""
