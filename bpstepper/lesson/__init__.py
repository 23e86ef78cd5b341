"""Lessons: what a person is told about a step, headless, from the step's own values.

`naming` says what a row, a column or a cell is called, `provenance` where a number comes from,
`explain` why a step is what it is. None of them draws anything.
"""
