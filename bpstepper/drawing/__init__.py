"""Drawing without a terminal: data in, lines of text with named roles out.

Nothing here knows of widgets, colours or keys. A drawing is a pure function; what a role such as
"caption" or "mark" looks like is for the user interface to say, and a report prints the same
lines without any.
"""
