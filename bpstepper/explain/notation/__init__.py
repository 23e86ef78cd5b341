"""Notations: the same update in the letters and signs of another book."""
