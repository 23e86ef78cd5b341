"""Compiling: from a network, a loss and a layout to a Program, and from it to bound calls."""
