"""Matrices as text: how they fit, share a line, and are spelled out."""
