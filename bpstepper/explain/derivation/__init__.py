"""Derivations: the chain rule written out for one number, line by line."""
