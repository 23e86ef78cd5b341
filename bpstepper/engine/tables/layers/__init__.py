"""Kinds of layers: what is learned in each, and what it writes into a Program; one row each."""
